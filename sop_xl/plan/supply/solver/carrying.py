"""From the basis of one solved programme to that of another whose variables and rows are not all the same."""

from __future__ import annotations

from typing import Any

import numpy as np

from sop_xl.plan.supply.solver.engine import Optimum
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.programme import Programme


def carried_basis(before: SupplyModel, solved: Programme, optimum: Optimum, after: SupplyModel, held: Programme) -> Any:
    """A basis to begin with, cell by cell from that of an optimum; what is new in the programme stands at its bound.

    Parameters
    ----------
    before, solved, optimum
        The model that was solved, as arrays, and its solution.
    after, held
        The model to be solved, and as arrays.

    Returns
    -------
    In the solver's own form. It need not be one of the programme: the solver mends what does not fit, so that only the way to the plan is
    shorter.
    """
    import highspy

    status = highspy.HighsBasisStatus
    columns = np.full(len(held.cost), status.kLower, dtype=object)
    rows = np.full(len(held.row_lower), status.kBasic, dtype=object)
    old_columns, old_rows = np.array(list(optimum.basis.col_status), dtype=object), np.array(list(optimum.basis.row_status), dtype=object)
    for name in after.names:
        mine, theirs = after.labels(name), before.labels(name)
        if mine.shape == theirs.shape:
            both = (mine >= 0) & (theirs >= 0)
            columns[held.columns[mine[both]]] = old_columns[solved.columns[theirs[both]]]
    for name, (cells, places) in held.rows.items():
        if name in solved.rows:
            their_cells, their_places = solved.rows[name]
            _, mine, theirs = np.intersect1d(cells, their_cells, assume_unique=True, return_indices=True)
            rows[places[mine]] = old_rows[their_places[theirs]]
    basis = highspy.HighsBasis()
    basis.col_status, basis.row_status, basis.valid = list(columns), list(rows), True
    return basis
