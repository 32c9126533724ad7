"""Solving a supply plan, and keeping the solved model for questions about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from sop_xl.plan.notes import Note
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.solver.build import build_model, rebuild_model
from sop_xl.plan.supply.solver.carrying import carried_basis
from sop_xl.plan.supply.solver.engine import Engine, Optimum, without_whole_numbers
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.programme import Programme, programme_of, stages_of
from sop_xl.plan.supply.solver.reading import ASKED, BOUNDS, read_duals, read_solution, read_variable
from sop_xl.plan.supply.solver.relaxations import relaxation_notes, unusable_notes
from sop_xl.plan.supply.solver.rounding import rounded_plan, whole_already
from sop_xl.plan.supply.solver.search import search_whole
from sop_xl.plan.supply.solver.sensitivity import Prices, Sensitivity, Side


class SolvedModel:
    """A supply plan with the model that it came from.

    Parameters
    ----------
    network, rules
        What is planned, and how. The plan is made at once.
    near
        A solved plan that differs little, to begin from; None = from nothing.
    """

    def __init__(self, network: SupplyNetwork, rules: SupplyRules, near: SolvedModel | None = None) -> None:
        self._gap, self._notes = 0.0, list[Note]()
        held = self._solve(network, rules, near)
        if held.whole.any():
            self._keep_whole(held, rules)
        self.solution: SupplySolution = replace(
            _solution(self.model, self.engine.programme, self.optimum, self._gap, self._notes), rules=rules
        )
        self._prices: Prices | None = None

    def _solve(self, network: SupplyNetwork, rules: SupplyRules, near: SolvedModel | None = None) -> Programme:
        """Make the plan with whole numbers free; returns the programme with them."""
        self.model = build_model(network, rules) if near is None else rebuild_model(network, rules)
        held = programme_of(self.model)
        self.engine = Engine(without_whole_numbers(held), stages_of(self.model, held))
        self.optimum = self.engine.solve(basis=None if near is None else near.basis_for(self.model, held))
        return held

    def _keep_whole(self, held: Programme, rules: SupplyRules) -> None:
        """Keep whole numbers whole; where no plan is found in time they stay free."""
        values, stages = self.optimum.columns, self.engine.stages
        if not whole_already(held, values):
            start = rounded_plan(self.model, held, self.engine, self.optimum)
            found = search_whole(held, stages, rules.gap, rules.seconds, start)
            self._notes = _search_notes(rules, found is not None, found.gap if found else 0.0, bool(found and found.out_of_time))
            if found is None:
                self._solve(self.model.network, replace(rules, whole_lots=False))
                return
            values, self._gap = found.values, found.gap
        self.engine.load(without_whole_numbers(held, values), stages)
        self.optimum = self.engine.solve(self.optimum)

    def basis_for(self, model: SupplyModel, held: Programme) -> Any:
        """The basis of this plan for another programme, in the solver's own form."""
        return carried_basis(self.model, self.engine.programme, self.optimum, model, held)

    def sensitivity(self, constraint: str, row: int, period: int) -> Sensitivity:
        """Price of one cell of a limit, with its range where the dual is degenerate, and the limits between which it holds.

        Parameters
        ----------
        constraint
            A key of `SupplySolution.duals`.
        row, period
            Of the subject (resource, supplier, source, ...) and of the period, as positions.

        Returns
        -------
        Sensitivity
            Zero prices of an endless limit where the constraint has no such cell. What cannot become less (a limit of nothing) has the price of one more
            unit for both. For safety stock and demand, which are asked of the plan, `price_low` is what one unit less saves and
            `price_high` what one more costs. With the objective `service first` the price is that of the cost, at the service that the changed
            limit allows.
        """
        if constraint in BOUNDS:
            return self._of_bound(constraint, row, period)
        held = self.engine.programme
        cells, rows = held.rows.get(constraint, (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)))
        cell = row * self.model.network.periods + period
        place = int(np.searchsorted(cells, cell))
        if place == len(cells) or cells[place] != cell:
            return Sensitivity(0.0, 0.0, -np.inf, np.inf, np.inf, np.nan)
        number = int(rows[place])
        left, right = self._pricing().of_row(number)
        upper = float(held.row_upper[number])
        stated = upper if np.isfinite(upper) else float(held.row_lower[number])
        shown = self._shown(constraint, row)
        used = float(self.optimum.rows[number]) + shown
        sign = 1.0 if constraint in ASKED else -1.0
        low, high = sign * (left if sign > 0 else right).slope, sign * (right if sign > 0 else left).slope
        low, high = (high if np.isnan(low) else low), (low if np.isnan(high) else high)
        start = max(stated + shown + left.reach, 0.0) if not np.isnan(left.slope) else stated + shown
        return Sensitivity(_zero(low), _zero(high), start, stated + shown + right.reach, stated + shown, used)

    def resolve(self, network: SupplyNetwork) -> SupplySolution:
        """The plan of a network that differs, under the same rules.

        From the plan that is there, so that it takes a moment, where the two differ only in numbers (capacity, overtime, shifts, supplier
        limits, demand, stock, costs, what is authorised), and from what the two have in common where limits or sources came or went; made
        anew where lots are kept.
        """
        if self.model.rules.whole_lots:
            return SolvedModel(network, self.model.rules).solution
        model = rebuild_model(network, self.model.rules)
        held = programme_of(model)
        mine, own_stages = self.engine.programme, self.engine.stages
        if held.matrix.shape != mine.matrix.shape:
            optimum = Engine(held, stages_of(model, held)).solve(basis=self.basis_for(model, held))
            return _solution(model, held, optimum, 0.0, [])
        try:
            self.engine.load(held, stages_of(model, held))
            optimum = self.engine.solve(self.optimum)
        finally:
            self.engine.load(mine, own_stages)
        return _solution(model, held, optimum, 0.0, [])

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process go the plan and its basis; the model is made there anew, and plans made from it are those made here."""
        basis = self.optimum.basis
        statuses = [int(s) for s in basis.col_status], [int(s) for s in basis.row_status]
        return _opened_again, (self.solution, self.model.rules, replace(self.optimum, basis=None), *statuses)

    def _pricing(self) -> Prices:
        if self._prices is None:
            self._prices = Prices(self.engine, self.optimum)
        return self._prices

    def _of_bound(self, constraint: str, row: int, period: int) -> Sensitivity:
        if self.model.blocked[row, period] != constraint:
            return Sensitivity(0.0, 0.0, -np.inf, np.inf, np.inf, np.nan)
        column = int(self.engine.programme.columns[self.model.labels("orders")[row, period]])
        side: Side = self._pricing().of_bound(column)
        price, limit = _zero(-side.slope), float(self.engine.programme.upper[column])
        return Sensitivity(price, price, 0.0, limit + side.reach, limit, float(self.optimum.columns[column]))

    def _shown(self, constraint: str, row: int) -> float:
        """What a planner counts to the limit that the row leaves out: the hours of today's workers."""
        resources = self.model.network.resources
        if constraint != "resource_capacity" or np.isnan(float(resources["workers"].iloc[row])):
            return 0.0
        return float(resources["workers"].iloc[row] * resources["hours_per_worker"].iloc[row])


def open_model(network: SupplyNetwork, rules: SupplyRules, near: SolvedModel | None = None) -> SolvedModel:
    """The plan and its model, for prices of its limits and plans with other limits; sooner made from one that is `near`."""
    return SolvedModel(network, rules, near)


def _opened_again(solution: SupplySolution, rules: SupplyRules, optimum: Optimum, columns: list[int], rows: list[int]) -> SolvedModel:
    """A model without whole lots as it was: nothing is solved."""
    import highspy

    again = SolvedModel.__new__(SolvedModel)
    again._gap, again._notes, again._prices, again.solution = 0.0, [], None, solution
    again.model = rebuild_model(solution.network, rules)
    held = programme_of(again.model)
    again.engine = Engine(without_whole_numbers(held), stages_of(again.model, held))
    basis = highspy.HighsBasis()
    basis.col_status, basis.row_status = [highspy.HighsBasisStatus(s) for s in columns], [highspy.HighsBasisStatus(s) for s in rows]
    basis.valid = True
    again.optimum = replace(optimum, basis=basis)
    return again


def solve_supply(network: SupplyNetwork, rules: SupplyRules) -> SupplySolution:
    """The best plan within every limit.

    Parameters
    ----------
    network, rules
        What is planned, and how.

    Returns
    -------
    SupplySolution
        What cannot be served is in it as unmet demand, and limits that contradict each other are named in its notes: it does not fail for lack of
        something.

    Raises
    ------
    PlanError
        When the solver fails over numbers that are too far apart.
    """
    return open_model(network, rules).solution


def _solution(model: SupplyModel, held: Programme, optimum: Optimum, gap: float, notes: list[Note]) -> SupplySolution:
    beyond = {
        name: read_variable(model, held, optimum.columns, name)
        for name in ("over_maximum", "over_storage", "over_capacity")
        if len(model.labels(name))
    }
    said = [*notes, *relaxation_notes(model.network, beyond), *(unusable_notes(model.network) if model.rules.whole_lots else [])]
    return read_solution(model, held, optimum.columns, read_duals(model, held, optimum), gap, said)


def _search_notes(rules: SupplyRules, found: bool, gap: float, out_of_time: bool) -> list[Note]:
    if not found:
        text = f"No plan in whole lots was found within {rules.seconds:g} seconds: this one takes orders of any size"
        return [Note("settings", "", "lots-given-up", text)]
    if out_of_time:
        text = f"The search over whole lots stopped after {rules.seconds:g} seconds; a better plan could cost up to {gap:.1%} less"
        return [Note("settings", "", "search-stopped", text)]
    return []


def _zero(price: float) -> float:
    return 0.0 if abs(price) < 1e-7 else price
