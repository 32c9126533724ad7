"""Solving a supply plan, and keeping the solved model for questions about it."""

from __future__ import annotations

from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.solver.build import build_model
from sop_xl.plan.supply.solver.engine import Engine, programme
from sop_xl.plan.supply.solver.reading import read_duals, read_solution


class SolvedModel:
    """A supply plan with the model that it came from."""

    def __init__(self, network: SupplyNetwork, rules: SupplyRules) -> None:
        self.model = build_model(network, rules)
        self.engine = Engine(programme(self.model))
        self.engine.solve()
        held = self.engine.programme
        duals = read_duals(self.model, held, self.engine.row_duals(), self.engine.reduced_costs())
        self.solution: SupplySolution = read_solution(self.model, held, self.engine.values(), duals)

    def resolve(self, network: SupplyNetwork) -> SupplySolution:
        """The plan of a network that differs in a few limits."""
        return SolvedModel(network, self.model.rules).solution


def open_model(network: SupplyNetwork, rules: SupplyRules) -> SolvedModel:
    """The plan and its model, for prices of its limits and plans with other limits."""
    return SolvedModel(network, rules)


def solve_supply(network: SupplyNetwork, rules: SupplyRules) -> SupplySolution:
    """The best plan within every limit; what cannot be served is in it as unmet demand, it never fails for lack of something."""
    return open_model(network, rules).solution
