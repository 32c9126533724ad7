"""The price of a stock in parts: they sum to it, and relaxing the limit that carries the most makes a better plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_network import small_network
from supply_worlds import made_up_network

from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.price_parts import PriceParts
from sop_xl.plan.supply.shortage_causes import Cause, CauseFinder
from sop_xl.plan.supply.solver import open_model, solve_supply

RULES = {
    "back-orders": SupplyRules(),
    "lost sales": SupplyRules(objective="most margin", unmet="lost sales"),
    "no pre-build": SupplyRules(prebuild=False),
}


def test_a_bike_costs_its_assembly_its_frame_and_the_scarce_hour_of_welding() -> None:
    network = small_network(
        {"Bike": [100, 20]},
        sources=[{"item": "Bike", "unit_cost": 2.0}, {"item": "Frame", "unit_cost": 1.0}],
        uses={("Bike", "Frame"): 1},
        resources={"Welding": {"capacity": 40, "cost_per_hour": 4.0, "loads": {"Frame": 0.5}}},
    )
    solution = solve_supply(network, SupplyRules())
    parts = PriceParts(solution).parts(0, 0)
    found = {(p.constraint, p.path): p.amount for p in parts}
    # 20 bikes wait from January to February at 5 each; in February one costs 2 + 1 + half an hour at 4
    assert found == pytest.approx({("source_cost", (0,)): 2.0, ("source_cost", (0, 1)): 1.0, ("hours", (0, 1)): 2.0, ("resource_capacity", (0, 1)): 5.0})
    assert sum(found.values()) == pytest.approx(solution.duals["balance"][0, 0])
    assert next(p.quantity for p in parts if p.constraint == "resource_capacity") == pytest.approx(0.5)


def test_a_unit_built_ahead_costs_what_it_did_then_and_its_holding() -> None:
    network = small_network({"Bike": [0, 30, 0]}, sources=[{"item": "Bike", "unit_cost": 7.0}], resources={"Saw": {"capacity": 20, "loads": {"Bike": 1.0}}})
    parts = PriceParts(solve_supply(network, SupplyRules())).parts(0, 1)
    assert sum(p.amount for p in parts if p.constraint == "source_cost") == pytest.approx(7.0)
    assert sum(p.amount for p in parts if p.constraint in ("holding", "resource_capacity")) == pytest.approx(0.1)


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("seed", range(4))
def test_parts_sum_to_the_price_of_every_stock_in_every_period(seed: int, rules: SupplyRules) -> None:
    network = made_up_network(seed)
    solution = solve_supply(network, rules)
    prices = PriceParts(solution)
    sums = [[sum(p.amount for p in prices.parts(n, t)) for t in range(network.periods)] for n in range(len(network.points))]
    assert np.array(sums) == pytest.approx(solution.duals["balance"], abs=1e-4)
    assert not any(p.constraint == "other" for n in range(len(network.points)) for t in range(network.periods) for p in prices.parts(n, t))


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("seed", range(4))
def test_relaxing_the_cause_of_a_shortage_makes_a_better_plan(seed: int, rules: SupplyRules) -> None:
    network = made_up_network(seed)
    solution = solve_supply(network, rules)
    for shortage in CauseFinder(solution).shortages():
        if (wider := _without(network, shortage.cause)) is not None:
            better = solve_supply(wider, rules)
            assert _objective(better) < _objective(solution) - 1e-6, (shortage.point, shortage.cause)


def _objective(solution: object) -> float:
    costs, rules = solution.costs, solution.rules  # type: ignore[attr-defined]
    paid = sum(amount for kind, amount in costs.items() if kind != "revenue")
    return float(paid - (costs["revenue"] if rules.objective == "most margin" else 0.0))


def _without(network: SupplyNetwork, cause: Cause) -> SupplyNetwork | None:
    """The network with the limit of a cause out of the way; None for a cause that is no limit."""
    rows = {"resource_capacity": "capacity", "supplier_limit": "supplier_limit"}
    if cause.constraint in rows:
        matrix = getattr(network, rows[cause.constraint]).copy()
        matrix[cause.row, list(cause.periods)] += 1e4
        return replace(network, **{rows[cause.constraint]: matrix})
    sources = network.sources.copy()
    if cause.constraint == "source_maximum":
        sources.loc[cause.row, "maximum"] = np.nan
    elif cause.constraint in ("lead_time", "validity"):
        sources.loc[cause.row, ["lead_time", "lead_periods", "first"]] = 0
    else:
        return None
    return replace(network, sources=sources)


def test_one_more_unit_of_stock_saves_its_price() -> None:
    network = made_up_network(1)
    model = open_model(network, SupplyRules())
    prices = PriceParts(model.solution)
    point = int(np.argmax(prices.balance[:, 0]))
    assert prices.price(point, 0) > 1.0
    more = network.opening.copy()
    more[point] += 1e-3
    saved = (_objective(model.solution) - _objective(solve_supply(replace(network, opening=more), SupplyRules()))) / 1e-3
    assert saved <= prices.price(point, 0) + 1e-3  # the dual is the derivative, from one side or the other
    assert saved > 0
