"""Rows of a linear programme, gathered term by term without loops over cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.solver.tableau import Labels, Tableau

if TYPE_CHECKING:
    import linopy


@dataclass
class Rows:
    """One constraint over a grid (subject, period), as (row, variable, coefficient) terms.

    Parameters
    ----------
    periods
        T: the row of a subject in period t is subject x T + t.
    """

    periods: int
    _rows: list[Labels] = field(default_factory=list)
    _labels: list[Labels] = field(default_factory=list)
    _coefficients: list[Matrix] = field(default_factory=list)

    def add(self, subject: Any, period: Any, labels: Labels, coefficient: Any = 1.0) -> None:
        """Add terms; the four arguments are broadcast. Terms outside the horizon, of no subject or of no variable are left out."""
        subject, period, labels, coefficient = np.broadcast_arrays(subject, period, labels, coefficient)
        kept = (subject >= 0) & (period >= 0) & (period < self.periods) & (labels >= 0) & (coefficient != 0)
        self._rows.append((subject * self.periods + period)[kept].astype(np.int64))
        self._labels.append(labels[kept].astype(np.int64))
        self._coefficients.append(coefficient[kept].astype(float))

    def write(self, lp: linopy.Model | Tableau, name: str, sign: str, limit: Matrix) -> None:
        """Put the rows that have a term and a finite limit into the model, under the name of the constraint.

        Parameters
        ----------
        limit
            (subjects, T) right-hand sides; NaN and inf = no row.
        """
        rows = np.concatenate(self._rows) if self._rows else np.zeros(0, dtype=np.int64)
        flat = np.asarray(limit, dtype=float).ravel()
        kept = np.isfinite(flat[rows]) if len(rows) else np.zeros(0, dtype=bool)
        if not kept.any():
            return
        rows, labels, coefficients = rows[kept], np.concatenate(self._labels)[kept], np.concatenate(self._coefficients)[kept]
        if isinstance(lp, Tableau):
            lp.add_rows(name, sign, flat, rows, labels, coefficients)
            return
        import linopy
        import xarray

        entries = np.arange(len(rows))
        terms = xarray.Dataset(
            {
                "coeffs": (("entry", "_term"), coefficients[:, None]),
                "vars": (("entry", "_term"), labels[:, None]),
                "const": (("entry",), np.zeros(len(entries))),
            },
            coords={"entry": entries},
        )
        dimension = f"{name}_row"
        groups = xarray.DataArray(rows, dims="entry", coords={"entry": entries}, name=dimension)
        left = linopy.LinearExpression(terms, lp).groupby(groups).sum()
        present = np.unique(rows)
        right = xarray.DataArray(flat[present], dims=dimension, coords={dimension: present})
        lp.add_constraints(left, sign, right, name=name)


def at(labels: Labels, row: Any, period: Any) -> Labels:
    """Labels of cells (row, period), -1 where the period lies outside of the horizon or the row is -1."""
    row, period = np.broadcast_arrays(row, period)
    if labels.size == 0:
        return np.full(row.shape, -1, dtype=np.int64)
    inside = (row >= 0) & (period >= 0) & (period < labels.shape[1])
    return np.where(inside, labels[np.where(inside, row, 0), np.where(inside, period, 0)], -1)
