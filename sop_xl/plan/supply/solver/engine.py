"""HiGHS with a model in it: solves, keeps its basis, and solves again after a bound or a cost was changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sop_xl.errors import PlanError
from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.rows import Labels

if TYPE_CHECKING:
    import highspy


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
        By name of a constraint: flat cells (subject x T + period) and the row of each.
    columns
        Column of each variable's label.
    """

    matrix: Any
    cost: Matrix
    lower: Matrix
    upper: Matrix
    whole: np.ndarray[Any, np.dtype[np.bool_]]
    row_lower: Matrix
    row_upper: Matrix
    rows: dict[str, tuple[Labels, Labels]]
    columns: Labels


def programme(model: SupplyModel) -> Programme:
    """The arrays of a linopy model."""
    lp = model.lp
    arrays = lp.matrices
    matrix = arrays.A.tocsr()
    limit, sense = np.asarray(arrays.b, dtype=float), np.asarray(arrays.sense)
    rows: dict[str, tuple[Labels, Labels]] = {}
    start = 0
    for name in lp.constraints:
        written = lp.constraints[name]
        cells = np.asarray(written.indexes[f"{name}_row"], dtype=np.int64)
        rows[name] = cells, np.arange(start, start + len(cells))
        start += len(cells)
    return Programme(
        matrix,
        np.asarray(arrays.c, dtype=float),
        np.asarray(arrays.lb, dtype=float),
        np.asarray(arrays.ub, dtype=float),
        np.isin(arrays.vtypes, ["B", "I"]),
        np.where(sense == "<", -np.inf, limit),
        np.where(sense == ">", np.inf, limit),
        rows,
        np.asarray(lp.variables.label_index.label_to_pos, dtype=np.int64),
    )


class Engine:
    """One HiGHS instance and the programme that it holds."""

    def __init__(self, held: Programme) -> None:
        self.programme = held
        self.highs = _silent_highs()
        self.highs.setOptionValue("random_seed", 0)
        self.highs.setOptionValue("threads", 1)
        self.highs.passModel(_highs_model(held))

    def solve(self) -> None:
        """Find the best plan, from the last basis where there is one.

        Raises
        ------
        PlanError
            When HiGHS finds none, which the relaxed limits exclude but for numbers too far apart.
        """
        import highspy

        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            status = self.highs.modelStatusToString(self.highs.getModelStatus())
            raise PlanError(f"Supply plan: no plan found, the solver says {status.lower()}; look for quantities or costs that are far too large")

    @property
    def objective(self) -> float:
        """Value of the plan found."""
        return float(self.highs.getObjectiveValue())

    def values(self) -> Matrix:
        """Of every column."""
        return np.asarray(self.highs.getSolution().col_value, dtype=float)

    def row_duals(self) -> Matrix:
        """Change of the objective per unit of every row's limit."""
        return np.asarray(self.highs.getSolution().row_dual, dtype=float)

    def reduced_costs(self) -> Matrix:
        """Change of the objective per unit of every column's bound."""
        return np.asarray(self.highs.getSolution().col_dual, dtype=float)


def _silent_highs() -> highspy.Highs:
    """A solver that says nothing; by itself it greets from its constructor, before it can be told not to."""
    import highspy

    class Silent(highspy.Highs):  # type: ignore[misc]
        def enableCallbacks(self) -> None:  # noqa: N802
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    return Silent()


def _highs_model(held: Programme) -> highspy.HighsLp:
    import highspy

    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = held.matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = held.cost, held.lower, held.upper
    lp.row_lower_, lp.row_upper_ = held.row_lower, held.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = held.matrix.shape
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = held.matrix.indptr, held.matrix.indices, held.matrix.data
    if held.whole.any():
        lp.integrality_ = [highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous for whole in held.whole]
    return lp
