"""HiGHS with a model in it: solves, keeps its basis, and solves again after a bound or a cost was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sop_xl.errors import PlanError
from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.solver.programme import Mask, Programme

if TYPE_CHECKING:
    import highspy

NONZERO = 1e-7
"""Reduced costs below this say nothing: the solver's own tolerance."""


DUAL, PRIMAL = 1, 4
"""The solver's numbers of its simplex methods."""


@dataclass(frozen=True)
class Optimum:
    """What the solver found.

    Parameters
    ----------
    objective
        Of the last stage.
    columns, rows
        Values of the variables, activities of the rows.
    reduced_costs, row_duals
        Change of the last stage's objective per unit of a column's bound, a row's limit.
    basic_columns, basic_rows
        Which of them are basic.
    basis
        The solver's own form of the basis, to start from again.
    """

    objective: float
    columns: Matrix
    rows: Matrix
    reduced_costs: Matrix
    row_duals: Matrix
    basic_columns: Mask
    basic_rows: Mask
    basis: Any


class Engine:
    """One HiGHS instance and the programme that it holds.

    Parameters
    ----------
    held
        A programme without whole numbers.
    stages
        Objectives in order of weight; the last is the one that plans are priced by. Every later one is minimised among the plans
        that are best for the earlier ones.
    """

    def __init__(self, held: Programme, stages: Sequence[Matrix]) -> None:
        self.programme = held
        self.stages = list(stages)
        self.highs = silent_highs()
        self.highs.passModel(highs_model(held))

    def solve(self, start: Optimum | None = None, basis: Any = None) -> Optimum:
        """The best plan, from the basis of another optimum where one is given, or from a basis in the solver's own form.

        Among the best plans of a stage just those columns and rows stay at their bound that have a reduced cost there; holding them fixed keeps
        later stages among the best plans without a further row, so the last basis is one of the programme itself and its duals are
        derivatives of the last objective (lexicographic simplex; Isermann 1982).

        Raises
        ------
        PlanError
            When there is no plan, which the variables beyond limits exclude but for numbers too far apart.
        """
        basis = basis if start is None else start.basis
        if basis is not None:
            self.highs.setBasis(basis)
        fixed_columns = np.zeros(len(self.programme.cost), dtype=bool)
        fixed_rows = np.zeros(len(self.programme.row_lower), dtype=bool)
        last = len(self.stages) - 1
        for number, cost in enumerate(self.stages):
            if last > 0 or start is not None:
                self._set_costs(cost)
            self._run(basis)
            if number < last:
                self._hold_best(fixed_columns, fixed_rows)
        return self._optimum(fixed_columns, fixed_rows)

    def load(self, held: Programme, stages: Sequence[Matrix]) -> None:
        """Take another programme of the same shape; of the same matrix, only its limits and costs are exchanged."""
        if held.matrix is not self.programme.matrix and not _same_matrix(held.matrix, self.programme.matrix):
            self.highs.passModel(highs_model(held))
        self.programme, self.stages = held, list(stages)
        self._set_bounds()
        self._set_costs(self.stages[-1])

    def move_row(self, row: int, by: float) -> None:
        """Shift the limits of a row from where the programme has them."""
        held = self.programme
        self.highs.changeRowBounds(row, float(held.row_lower[row]) + by, float(held.row_upper[row]) + by)

    def move_bound(self, column: int, by: float) -> None:
        """Shift the upper bound of a column."""
        held = self.programme
        self.highs.changeColBounds(column, float(held.lower[column]), float(held.upper[column]) + by)

    def _set_costs(self, cost: Matrix) -> None:
        self.highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)

    def _set_bounds(self) -> None:
        held = self.programme
        columns, rows = len(held.cost), len(held.row_lower)
        self.highs.changeColsBounds(columns, np.arange(columns, dtype=np.int32), held.lower, held.upper)
        self.highs.changeRowsBounds(rows, np.arange(rows, dtype=np.int32), held.row_lower, held.row_upper)

    def _run(self, basis: Any) -> None:
        import highspy

        self.highs.run()
        if basis is not None and not self._is_settled():
            self._run_otherwise(basis)
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            status = self.highs.modelStatusToString(self.highs.getModelStatus()).lower()
            raise PlanError(f"Supply plan: no plan found, the solver says {status}; look for quantities or costs that are far too large")

    def _is_settled(self) -> bool:
        import highspy

        status = highspy.HighsModelStatus
        return self.highs.getModelStatus() in (status.kOptimal, status.kInfeasible, status.kUnbounded, status.kUnboundedOrInfeasible)

    def _run_otherwise(self, basis: Any) -> None:
        """A basis that other lead times make all but singular is too much for the dual simplex, less often for the primal, and then no help at all."""
        self.highs.setOptionValue("simplex_strategy", PRIMAL)
        self.highs.setBasis(basis)
        self.highs.run()
        self.highs.setOptionValue("simplex_strategy", DUAL)
        if not self._is_settled():
            self.highs.clearSolver()
            self.highs.run()

    def _hold_best(self, fixed_columns: Mask, fixed_rows: Mask) -> None:
        found = self.highs.getSolution()
        priced = (np.abs(np.asarray(found.col_dual)) > NONZERO) & ~fixed_columns
        values = np.asarray(found.col_value)
        index = np.flatnonzero(priced).astype(np.int32)
        self.highs.changeColsBounds(len(index), index, values[index], values[index])
        fixed_columns |= priced
        priced = (np.abs(np.asarray(found.row_dual)) > NONZERO) & ~fixed_rows
        values = np.asarray(found.row_value)
        index = np.flatnonzero(priced).astype(np.int32)
        self.highs.changeRowsBounds(len(index), index, values[index], values[index])
        fixed_rows |= priced

    def _optimum(self, fixed_columns: Mask, fixed_rows: Mask) -> Optimum:
        """Read everything, and take back what stages held fixed, each at the bound at which it stood."""
        import highspy

        found, basis = self.highs.getSolution(), self.highs.getBasis()
        held, status = self.programme, highspy.HighsBasisStatus
        columns, rows = np.asarray(found.col_value), np.asarray(found.row_value)
        column_status, row_status = list(basis.col_status), list(basis.row_status)
        for statuses, values, fixed, lower, upper in (
            (column_status, columns, fixed_columns, held.lower, held.upper),
            (row_status, rows, fixed_rows, held.row_lower, held.row_upper),
        ):
            for k in np.flatnonzero(fixed):
                if statuses[k] != status.kBasic:
                    statuses[k] = status.kUpper if abs(values[k] - upper[k]) < abs(values[k] - lower[k]) else status.kLower
        if fixed_columns.any() or fixed_rows.any():
            basis.col_status, basis.row_status = column_status, row_status
            self._set_bounds()
        return Optimum(
            float(self.highs.getObjectiveValue()),
            columns,
            rows,
            np.asarray(found.col_dual),
            np.asarray(found.row_dual),
            np.array([s == status.kBasic for s in column_status], dtype=bool),
            np.array([s == status.kBasic for s in row_status], dtype=bool),
            basis,
        )


def without_whole_numbers(held: Programme, values: Matrix | None = None) -> Programme:
    """The programme with its whole numbers free, or held at the given values."""
    lower, upper = held.lower.copy(), held.upper.copy()
    if values is not None:
        lower[held.whole] = upper[held.whole] = np.round(values[held.whole])
    return replace(held, lower=lower, upper=upper, whole=np.zeros_like(held.whole))


def silent_highs() -> highspy.Highs:
    """A solver that says nothing; by itself it greets from its constructor, before it can be told not to."""
    import highspy

    class Silent(highspy.Highs):  # type: ignore[misc]
        def enableCallbacks(self) -> None:  # noqa: N802
            self.setOptionValue("output_flag", False)
            super().enableCallbacks()

    highs = Silent()
    highs.setOptionValue("random_seed", 0)
    highs.setOptionValue("threads", 1)
    return highs


def highs_model(held: Programme) -> highspy.HighsLp:
    """The programme in the solver's own form."""
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


def _same_matrix(one: Any, other: Any) -> bool:
    return (
        one.shape == other.shape
        and np.array_equal(one.indptr, other.indptr)
        and np.array_equal(one.indices, other.indices)
        and np.array_equal(one.data, other.data)
    )
