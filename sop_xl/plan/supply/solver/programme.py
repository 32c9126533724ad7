"""A supply model as the arrays that a solver takes, with the way back to constraints and variables by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.tableau import Labels, Tableau

Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Programme:
    """A linear programme as arrays, with the way back to the constraints by name.

    Parameters
    ----------
    matrix
        Sparse rows x columns.
    cost, lower, upper, whole
        Of the columns.
    row_lower, row_upper
        Of the rows.
    rows
        By name of a constraint: flat cells (subject x T + period) in rising order, and the row of each.
    columns
        Column of each variable's label.
    """

    matrix: Any
    cost: Matrix
    lower: Matrix
    upper: Matrix
    whole: Mask
    row_lower: Matrix
    row_upper: Matrix
    rows: dict[str, tuple[Labels, Labels]]
    columns: Labels


def programme_of(model: SupplyModel) -> Programme:
    """The arrays of a model."""
    lp = model.lp
    if isinstance(lp, Tableau):
        return _of_tableau(lp)
    arrays = lp.matrices
    limit, sense = np.asarray(arrays.b, dtype=float), np.asarray(arrays.sense)
    rows: dict[str, tuple[Labels, Labels]] = {}
    start = 0
    for name in lp.constraints:
        cells = np.asarray(lp.constraints[name].indexes[f"{name}_row"], dtype=np.int64)
        rows[name] = cells, np.arange(start, start + len(cells))
        start += len(cells)
    return Programme(
        arrays.A.tocsr(),
        np.asarray(arrays.c, dtype=float),
        np.asarray(arrays.lb, dtype=float),
        np.asarray(arrays.ub, dtype=float),
        np.isin(arrays.vtypes, ["B", "I"]),
        np.where(sense == "<", -np.inf, limit),
        np.where(sense == ">", np.inf, limit),
        rows,
        np.asarray(lp.variables.label_index.label_to_pos, dtype=np.int64),
    )


def _of_tableau(lp: Tableau) -> Programme:
    from scipy import sparse

    written = list(lp.constraints.values())
    starts = np.concatenate([[0], np.cumsum([len(part.cells) for part in written])]).astype(np.int64)
    rows = {name: (part.cells, np.arange(start, start + len(part.cells))) for (name, part), start in zip(lp.constraints.items(), starts, strict=False)}
    at = np.concatenate([np.zeros(0, dtype=np.int64), *(start + part.at for part, start in zip(written, starts, strict=False))])
    labels = np.concatenate([np.zeros(0, dtype=np.int64), *(part.labels for part in written)])
    entries = np.concatenate([np.zeros(0), *(part.coefficients for part in written)])
    limit = np.concatenate([np.zeros(0), *(part.limit for part in written)])
    sense = np.repeat([part.sign[0] for part in written], [len(part.cells) for part in written])
    return Programme(
        sparse.csr_array((entries, (at, labels)), shape=(int(starts[-1]), lp.columns)),
        np.bincount(*lp.costs, minlength=lp.columns).astype(float),
        np.zeros(lp.columns),
        lp.of_columns(lp.upper),
        lp.of_columns({name: np.array(name in lp.whole) for name in lp.labels}).astype(bool),
        np.where(sense == "<", -np.inf, limit),
        np.where(sense == ">", np.inf, limit),
        rows,
        np.arange(lp.columns),
    )


def stages_of(model: SupplyModel, held: Programme) -> list[Matrix]:
    """Objectives in order of weight: cost alone, or before it what is unmet of each priority, and what lies beyond a stated limit first of all."""
    if model.rules.objective != "service first":
        return [held.cost]
    stages = []
    beyond = [labels.ravel() for name in ("over_capacity", "over_maximum", "over_storage") if len(labels := model.labels(name))]
    if beyond:
        stages.append(_ones(held, np.concatenate(beyond)))
    missed = model.labels("unmet" if model.rules.unmet == "back-orders" else "lost")
    priority = model.network.streams["priority"].to_numpy(dtype=float)
    stages += [_ones(held, missed[priority == level].ravel()) for level in np.unique(priority)]
    return [*stages, held.cost]


def _ones(held: Programme, labels: Labels) -> Matrix:
    cost = np.zeros(len(held.cost))
    cost[held.columns[labels[labels >= 0]]] = 1.0
    return cost
