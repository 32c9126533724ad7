"""What gives way to what: shares to limits, safety stock to customers, overtime to free hours, and the fence to what was decided before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from small_network import small_network

from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.price_parts import PriceParts
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.solver import open_model, solve_supply
from sop_xl.plan.supply.why import explain


def plan(network: SupplyNetwork, **rules: Any) -> SupplySolution:
    return solve_supply(network, SupplyRules(**rules))


def wood_of_two(x: dict[str, Any] | None = None, *more: dict[str, Any], of_x: Any = 100, of_y: Any = 100, months: int = 3) -> SupplyNetwork:
    """Wood, ten a month: 60 % from X, 40 % from Y, at the same price."""
    both = [{"supplier": "X", "share": 0.6, "unit_cost": 1, **(x or {})}, {"supplier": "Y", "share": 0.4, "unit_cost": 1}]
    sources = [{"item": "wood", "kind": "buy", **row} for row in (*both, *more)]
    return small_network({"wood": [10] * months}, sources=sources, suppliers={"X": [of_x] * months if np.isscalar(of_x) else of_x, "Y": [of_y] * months})


# shares


def test_a_supplier_that_delivers_nothing_does_not_keep_the_other_from_delivering() -> None:
    found = plan(wood_of_two(of_x=[6, 0, 6]))
    assert found.orders.tolist() == pytest.approx(np.array([[6, 0, 6], [4, 10, 4]]))
    assert found.unmet.sum() == 0


def test_a_source_at_its_maximum_falls_short_and_the_other_makes_up_for_it() -> None:
    found = plan(wood_of_two({"maximum": 3.0}))
    assert found.orders.tolist() == pytest.approx(np.array([[3] * 3, [7] * 3]))


@pytest.mark.parametrize("of_x", [0.1, 1.0, 9.0, 40.0])
def test_no_difference_of_price_decides_against_a_share(of_x: float) -> None:
    found = plan(wood_of_two({"unit_cost": of_x}))
    assert found.orders.tolist() == pytest.approx(np.array([[6] * 3, [4] * 3]))


def test_what_is_beside_a_share_is_no_cost_that_anybody_pays() -> None:
    assert plan(wood_of_two(of_x=0)).cost == pytest.approx(30.0)


def test_nobody_waits_for_a_dear_supplier_to_have_its_share() -> None:
    """X costs 9 and can give nothing in the second month; to wait a month costs 5, less than the 8 that Y is cheaper."""
    assert plan(wood_of_two({"unit_cost": 9}, of_x=[100, 0, 100])).unmet.sum() == 0


def test_what_a_lever_opens_comes_on_top_of_what_is_shared() -> None:
    expedited = {"source": "X", "lever": "expedite", "priority": 3.0, "unit_cost": 3}
    found = plan(wood_of_two({"maximum": 3.0}, expedited, of_y=2, months=1))
    assert found.orders[:, 0].tolist() == pytest.approx([3, 2, 5])


def test_a_second_source_with_a_share_of_its_own_has_it() -> None:
    network = wood_of_two()
    network.sources.loc[1, "lever"] = "second source"
    assert plan(network).orders[:, 0].tolist() == pytest.approx([6, 4])


@pytest.mark.parametrize("x", [{}, {"maximum": 3.0}, {"unit_cost": 9, "maximum": 3.0}])
def test_the_price_of_a_shared_stock_is_still_the_sum_of_its_parts(x: dict[str, Any]) -> None:
    solution = plan(wood_of_two(x, of_y=5))
    prices = PriceParts(solution)
    for t in range(3):
        parts = prices.parts(0, t)
        assert sum(p.amount for p in parts) == pytest.approx(solution.duals["balance"][0, t], abs=1e-6)
        assert "other" not in {p.constraint for p in parts}


def test_what_waits_hangs_on_the_suppliers_not_on_their_shares() -> None:
    told = explain(open_model(wood_of_two({"unit_cost": 9, "maximum": 3.0}, of_y=5), SupplyRules()), "USD")
    assert set(told.binding["constraint"]) == {"source_maximum", "supplier_limit"}
    assert told.shortages["cause"].tolist() == ["supplier Y"]
    assert "fixed shares" not in told.shortages["chain"].iloc[0]


# hours that cost nothing


@pytest.mark.parametrize("capacity, over", [(30, 0), (8, 2)])
def test_overtime_and_shifts_that_cost_nothing_are_planned_only_for_what_regular_hours_leave(capacity: float, over: float) -> None:
    saw = {"capacity": capacity, "overtime": 20, "extra_shifts": 3, "shift_capacity": 5, "loads": {"bench": 1.0}}
    found = plan(small_network({"bench": [10, 10]}, resources={"Saw": saw}))
    assert (found.overtime + 5 * found.shifts).tolist() == pytest.approx(np.array([[over, over]]))
    assert found.unmet.sum() == 0


def test_nobody_is_hired_or_laid_off_without_need_because_it_costs_nothing() -> None:
    saw = {"capacity": 16, "workers": 1, "hours_per_worker": 16, "hire": 5, "layoff": 5, "loads": {"bench": 1.0}}
    found = plan(small_network({"bench": [10, 10]}, resources={"Saw": saw}))
    assert (found.hired.sum(), found.laid_off.sum()) == (0, 0)


# demand without a price


def test_most_margin_serves_an_item_whose_price_nobody_knows_and_counts_no_revenue_for_it() -> None:
    network = small_network({"bench": [10, 10]}, sources=[{"item": "bench", "unit_cost": 10}])
    found = plan(replace(network, price=np.zeros_like(network.price)), objective="most margin", unmet="lost sales")
    assert found.lost.sum() == 0
    assert found.costs["revenue"] == 0


# safety stock


@pytest.mark.parametrize("unmet", ["back-orders", "lost sales"])
def test_no_safety_stock_is_held_while_customers_wait(unmet: str) -> None:
    """To be a unit below safety stock is said to cost 500 a month, to let a customer wait 0.2."""
    streams = [{"item": "bench", "units": [10, 10, 10], "backorder_cost": 0.2, "lost_sale_cost": 1.0}]
    network = small_network({}, streams=streams, points={"bench": {"safety_cost": 500.0}}, safety_stock={"bench": [20] * 3}, sources=[{"item": "bench", "maximum": 10}])
    found = plan(network, unmet=unmet)
    assert found.stock.sum() == found.unmet.sum() == found.lost.sum() == 0


# frozen fence


def frozen(demand: list[float], previous: list[float]) -> SupplyNetwork:
    """Nothing new may be placed for benches in the first two months."""
    return small_network({"bench": demand}, points={"bench": {"fence": 2.0}}, previous_orders=previous)


def test_within_the_fence_the_last_plan_stands() -> None:
    found = plan(frozen([10, 10, 10], [10, 10, 10]), change_cost_rate=1.0)
    assert found.orders[0].tolist() == [10, 10, 10]
    assert (found.unmet.sum(), found.costs["changes"]) == (0, 0)


def test_within_the_fence_nothing_is_added_to_the_last_plan_and_what_waits_is_due_to_the_fence() -> None:
    network = frozen([15, 10, 10], [10, 10, 10])
    model = open_model(network, SupplyRules())
    assert model.solution.orders[0].tolist() == [10, 10, 15]
    price = model.sensitivity("fence", 0, 0)
    assert (price.limit, price.used) == (10, 10)
    assert price.price_low == pytest.approx(10.0)  # a unit more in the first month spares a wait of two months at 5
    prices = PriceParts(model.solution)
    assert sum(p.amount for p in prices.parts(0, 0)) == pytest.approx(model.solution.duals["balance"][0, 0])
    assert {p.constraint for p in prices.parts(0, 0)} == {"fence"}


def test_what_can_no_longer_be_changed_is_no_change() -> None:
    """Ten more than the fence and the lead time allow were planned for the first two months: that they do not come costs no change."""
    network = small_network({"bench": [0, 0, 10, 10]}, sources=[{"item": "bench", "lead_time": 1.0}], points={"bench": {"fence": 1.0}}, previous_orders=[9, 9, 10, 10])
    found = plan(network, change_cost_rate=1.0)
    assert found.orders[0].tolist() == [0, 0, 10, 10]
    assert found.costs["changes"] == 0


def test_safety_stock_is_not_used_up_because_the_plan_ends() -> None:
    # a unit costs 8 to make and 0.5 a month to miss: running it down in the last month would only move its making beyond the plan
    network = small_network(
        {"bench": [10, 10, 10]}, points={"bench": {"safety_cost": 0.5}}, sources=[{"item": "bench", "unit_cost": 8.0}], opening={"bench": 5},
        safety_stock={"bench": [5, 5, 5]},
    )  # fmt: skip
    plan = solve_supply(network, SupplyRules())
    assert plan.stock[0].tolist() == pytest.approx([5, 5, 5])
    assert plan.costs["safety stock"] == pytest.approx(0)
