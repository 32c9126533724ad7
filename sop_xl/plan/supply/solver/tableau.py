"""A supply model's variables, rows and costs as plain arrays, for plans that are made again with other numbers.

A lever or a scenario changes some numbers of a plan and none of its structure. Solved from the plan that is there it takes a moment; to have linopy
align and label every variable and constraint anew would take several times as long. So the same functions write into arrays here. The
programme is the one that linopy makes, entry by entry, which a test holds it to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sop_xl.plan.grid import Mask, Matrix

Labels = np.ndarray[Any, np.dtype[np.int64]]
"""Numbers of variables or rows; -1 = there is none."""


class Entries(NamedTuple):
    """One constraint: its cells in rising order with their limits, and its terms by cell and variable."""

    cells: Labels
    limit: Matrix
    sign: str
    at: Labels
    labels: Labels
    coefficients: Matrix


@dataclass
class Tableau:
    """What is written of a programme so far.

    Parameters
    ----------
    labels
        By variable, (rows, T) numbers of its columns; -1 = there is none.
    upper
        By variable, (rows, T) upper bounds.
    whole
        Variables of whole numbers.
    constraints
        By name, in the order in which they were written.
    costs
        Labels, and cost per unit of each.
    """

    labels: dict[str, Labels] = field(default_factory=dict)
    upper: dict[str, Matrix] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    constraints: dict[str, Entries] = field(default_factory=dict)
    costs: tuple[Labels, Matrix] = field(default_factory=lambda: (np.zeros(0, dtype=np.int64), np.zeros(0)))

    @property
    def columns(self) -> int:
        """How many there are."""
        return sum(int((labels >= 0).sum()) for labels in self.labels.values())

    def add_variables(self, name: str, present: Mask, upper: Matrix, *, whole: bool) -> None:
        """Columns from zero to `upper`, where `present`."""
        labels = np.full(present.shape, -1, dtype=np.int64)
        labels[present] = self.columns + np.arange(int(present.sum()))
        self.labels[name], self.upper[name] = labels, np.array(upper, dtype=float)
        if whole:
            self.whole.add(name)

    def add_rows(self, name: str, sign: str, limit: Matrix, cells: Labels, labels: Labels, coefficients: Matrix) -> None:
        """Rows of the cells that have a term; `limit` is that of every cell, flat."""
        present, at = np.unique(cells, return_inverse=True)
        self.constraints[name] = Entries(present, limit[present], sign, at, labels, coefficients)

    def of_columns(self, values: dict[str, Matrix]) -> Matrix:
        """(columns,) the values of each variable's cells."""
        parts = [np.broadcast_to(values[name], labels.shape)[labels >= 0] for name, labels in self.labels.items()]
        return np.concatenate(parts or [np.zeros(0)])
