"""Figures of a paste that do not count, row by row and column by column: with those that count they are all figures of the tab but its totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from sop_xl.sheets.budget_paste.columns import FIGURES, LEFT_OUT, TOTAL, UNKNOWN, Column
from sop_xl.sheets.budget_paste.figures import Figure
from sop_xl.sheets.budget_paste.numbers import Numbers
from sop_xl.sheets.budget_paste.rows import Line


@dataclass
class LeftOut:
    """Numbers of figures, and their sums as pasted, by place of the row or column among those of the table.

    A figure in a column that is left out counts for its column, else for its row: a row that is left out, or figures of which it cannot be said what they are.
    """

    rows: dict[int, tuple[int, float]] = field(default_factory=dict)
    columns: dict[int, tuple[int, float]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Figures in all."""
        return sum(n for n, _ in (*self.rows.values(), *self.columns.values()))

    @property
    def total(self) -> float:
        """Their sum, as pasted; it means something where they are all of one measure and currency."""
        return sum(x for _, x in (*self.rows.values(), *self.columns.values()))

    def words(self) -> str:
        """`9 figures in 3 rows and 2 columns`."""
        places = [f"{n} {noun}{'' if n == 1 else 's'}" for n, noun in ((len(self.rows), "row"), (len(self.columns), "column")) if n]
        return f"{self.count} figure{'' if self.count == 1 else 's'} in {' and '.join(places)}"


def left_out_of(lines: Sequence[Line], columns: Sequence[Column], numbers: Numbers, figures: Sequence[Figure]) -> LeftOut:
    """What of a table does not count."""
    amounts = np.where(np.isnan(numbers.table), numbers.aside, numbers.table)
    amounts[[line.kind == TOTAL for line in lines]] = np.nan
    amounts[:, [c.role not in (FIGURES, UNKNOWN, LEFT_OUT) for c in columns]] = np.nan
    if figures:
        amounts[[f.line for f in figures], [f.place for f in figures]] = np.nan
    found = LeftOut()
    for m, column in enumerate(columns):
        if column.role != FIGURES:
            own = amounts[:, m][~np.isnan(amounts[:, m])]
            if len(own):
                found.columns[m] = len(own), float(own.sum())
    rest = amounts[:, [c.role == FIGURES for c in columns]]
    for k in np.flatnonzero(~np.isnan(rest).all(axis=1)) if rest.shape[1] else ():
        own = rest[k][~np.isnan(rest[k])]
        found.rows[int(k)] = len(own), float(own.sum())
    return found


def together(parts: Sequence[LeftOut]) -> LeftOut:
    """Those of all tables of a paste; places are then no longer told apart by table."""
    rows = dict(enumerate(v for part in parts for v in part.rows.values()))
    columns = dict(enumerate(v for part in parts for v in part.columns.values()))
    return LeftOut(rows, columns)
