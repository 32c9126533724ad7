"""What one more or one less unit of a limit is worth, and between which limits that price holds."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sop_xl.errors import PlanError
from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.solver.engine import Engine, Optimum
from sop_xl.plan.supply.solver.programme import Programme

PROBES = 12
"""Steps towards a limit until a basis is found that holds right beside it; each halves the last at least."""
PIVOT = 1e-9


class Sensitivity(NamedTuple):
    """Prices of a limit, in objective per unit of it.

    Parameters
    ----------
    price_low
        What one more unit saves: the derivative to the right.
    price_high
        What one unit less costs: the derivative to the left. Equal to `price_low` where the dual is unique.
    valid_from, valid_until
        Limits between which the price holds: to the left that of one unit less, to the right that of one more.
    limit, used
        What is stated, and what the plan uses of it.
    """

    price_low: float
    price_high: float
    valid_from: float
    valid_until: float
    limit: float
    used: float


class Side(NamedTuple):
    """Derivative of the objective to one side of a limit, and how far it holds, as a distance with sign."""

    slope: float
    reach: float


class Prices:
    """Answers about the limits of one solved programme. The engine is left as it was."""

    def __init__(self, engine: Engine, optimum: Optimum) -> None:
        self.engine = engine
        self.optimum = optimum
        self._at_optimum = Basis(engine.programme, optimum)

    def of_row(self, row: int) -> tuple[Side, Side]:
        """(left, right) of a row's limit."""
        held, found = self.engine.programme, self.optimum
        lower, upper = float(held.row_lower[row]), float(held.row_upper[row])
        limit = upper if np.isfinite(upper) else lower
        tolerance = 1e-7 * max(1.0, abs(limit))
        slope = float(found.row_duals[row])
        if found.basic_rows[row]:
            slack = abs(float(found.rows[row]) - limit)
            left, right = Side(0.0, -slack), Side(0.0, slack)
            if np.isfinite(upper) and not np.isfinite(lower):
                right = Side(0.0, np.inf)
            elif np.isfinite(lower) and not np.isfinite(upper):
                left = Side(0.0, -np.inf)
            else:
                left = right = Side(0.0, 0.0)
        else:
            reach = self._at_optimum.reach_of_row(row)
            left, right = Side(slope, reach[0]), Side(slope, reach[1])
        step = max(1e-3, 1e-4 * abs(limit))
        if left.reach > -tolerance:
            left = self._probe("row", row, -step, left)
        if right.reach < tolerance:
            right = self._probe("row", row, step, right)
        return left, right

    def of_bound(self, column: int) -> Side:
        """To the right of a column's upper bound, at which it stands."""
        found = self.optimum
        if found.basic_columns[column]:
            side = Side(0.0, 0.0)
        else:
            side = Side(min(0.0, float(found.reduced_costs[column])), self._at_optimum.reach_of_column(column)[1])
            if found.reduced_costs[column] >= 0:
                return Side(0.0, np.inf)
        if side.reach < 1e-7:
            side = self._probe("bound", column, 1e-3, side)
        return side

    def _probe(self, kind: str, index: int, step: float, otherwise: Side) -> Side:
        """The slope right beside the limit, from plans a little to its side.

        A basis that is best there has the slope of the limit's own side when it stays possible all the way back to the limit; if not, its
        range says where the next corner is, and the next plan is taken between.
        """
        engine = self.engine
        move = engine.move_row if kind == "row" else engine.move_bound
        side = Side(otherwise.slope, 0.0)
        try:
            for _ in range(PROBES):
                move(index, step)
                try:
                    found = engine.solve(self.optimum)
                except PlanError:
                    return Side(np.nan, 0.0)
                basis = Basis(engine.programme, found, moved=(kind, index, step))
                slope = float(found.row_duals[index]) if kind == "row" else float(found.reduced_costs[index])
                low, high = self._range(kind, index, found, basis)
                back, on = (low, high) if step > 0 else (high, low)
                side = Side(slope, step + on)
                if abs(back) >= abs(step) * (1 - 1e-6):
                    break
                step = (step + back) / 2
        finally:
            move(index, 0.0)
        return side

    def _range(self, kind: str, index: int, found: Optimum, basis: Basis) -> tuple[float, float]:
        if kind == "bound":
            return (-np.inf, np.inf) if found.basic_columns[index] else basis.reach_of_column(index)
        if not found.basic_rows[index]:
            return basis.reach_of_row(index)
        return basis.slack_of_row(index)


class Basis:
    """The basis of an optimum, factorised: how far a limit can move until it no longer holds.

    With rows r = A x the basic columns of (A, -I) move by the solution of B d = e when the limit of a row moves by one, and of
    B d = -a when the bound of a column with entries a does.
    """

    def __init__(self, held: Programme, found: Optimum, moved: tuple[str, int, float] | None = None) -> None:
        from scipy import sparse
        from scipy.sparse.linalg import splu

        self.held = held
        self.columns = held.matrix.tocsc()
        basic_columns, basic_rows = np.flatnonzero(found.basic_columns), np.flatnonzero(found.basic_rows)
        size = self.columns.shape[0]
        slacks = sparse.csc_matrix((-np.ones(len(basic_rows)), (basic_rows, np.arange(len(basic_rows)))), shape=(size, len(basic_rows)))
        self.factor = splu(sparse.hstack([self.columns[:, basic_columns], slacks], format="csc"))
        row_lower, row_upper, upper = held.row_lower, held.row_upper, held.upper
        if moved is not None:
            kind, index, step = moved
            row_lower, row_upper, upper = row_lower.copy(), row_upper.copy(), upper.copy()
            if kind == "row":
                row_lower[index] += step
                row_upper[index] += step
            else:
                upper[index] += step
        self.row_lower, self.row_upper, self.rows = row_lower, row_upper, found.rows
        self.values = np.concatenate([found.columns[basic_columns], found.rows[basic_rows]])
        self.lower = np.concatenate([held.lower[basic_columns], row_lower[basic_rows]])
        self.upper = np.concatenate([upper[basic_columns], row_upper[basic_rows]])

    def reach_of_row(self, row: int) -> tuple[float, float]:
        """How far the limit of a row that is not basic can move down (negative) and up."""
        unit = np.zeros(self.columns.shape[0])
        unit[row] = 1.0
        return self._reach(self.factor.solve(unit))

    def reach_of_column(self, column: int) -> tuple[float, float]:
        """How far the bound of a column that is not basic can move down (negative) and up."""
        entries = np.zeros(self.columns.shape[0])
        start, end = self.columns.indptr[column : column + 2]
        entries[self.columns.indices[start:end]] = -self.columns.data[start:end]
        return self._reach(self.factor.solve(entries))

    def slack_of_row(self, row: int) -> tuple[float, float]:
        """How far the limit of a basic row can move until it touches what is used."""
        below, above = self.rows[row] - self.row_upper[row], self.rows[row] - self.row_lower[row]
        return (float(below) if np.isfinite(below) else -np.inf), (float(above) if np.isfinite(above) else np.inf)

    def _reach(self, direction: Matrix) -> tuple[float, float]:
        up, down = direction > PIVOT, direction < -PIVOT
        room_up, room_down = np.maximum(self.upper - self.values, 0.0), np.maximum(self.values - self.lower, 0.0)
        steps: Any = np.abs(np.where(up | down, direction, 1.0))
        right = np.where(up, room_up / steps, np.where(down, room_down / steps, np.inf))
        left = np.where(up, room_down / steps, np.where(down, room_up / steps, np.inf))
        return -float(left.min(initial=np.inf)), float(right.min(initial=np.inf))
