"""What a supply plan is worth: profit with what it leaves in stock, cash with when suppliers are paid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_network import small_network

from sop_xl.plan.supply.figures import missed, payables, plan_figures, served
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.solver import solve_supply

BOUGHT = {"item": "bench", "kind": "buy", "unit_cost": 10.0}
WAIT = SupplyRules()
SAFE = {"bench": {"safety_cost": 50.0}}
"""Safety stock dear enough to be bought for the last period as well."""


def figures(network, rules=WAIT):
    return plan_figures(solve_supply(network, rules))


def test_profit_counts_what_an_order_leaves_in_stock_and_cash_does_not():
    bench = small_network({"bench": [10]}, sources=[BOUGHT], points=SAFE, safety_stock={"bench": [5]})
    plan = figures(bench)
    assert plan.revenue == pytest.approx(200)
    assert plan.costs["purchase"] == pytest.approx(150)
    assert plan.costs["holding"] == pytest.approx(0.5)
    assert plan.profit == pytest.approx(200 - 150 - 0.5 + 50)
    assert plan.cash == pytest.approx(200 - 150)
    assert plan.inventory_value == plan.closing_value == pytest.approx(50)


def test_stock_that_costs_less_than_its_standard_is_no_gain_when_it_is_built():
    """Standard cost 50 holds overheads; what is made costs 10."""
    standard = {"bench": {"unit_cost": 50.0, "safety_cost": 50.0, "holding_cost": 0.0}}
    made = {"item": "bench", "kind": "make", "unit_cost": 10.0}
    built = figures(small_network({"bench": [10]}, points=standard, sources=[made], safety_stock={"bench": [5]}))
    assert built.profit == pytest.approx(10 * (20 - 10))
    assert built.inventory_value == pytest.approx(5 * 50)


def test_living_off_stock_is_no_gain():
    from_stock = figures(small_network({"bench": [10]}, sources=[BOUGHT], opening={"bench": 10}))
    bought = figures(small_network({"bench": [10]}, sources=[BOUGHT]))
    assert from_stock.profit == pytest.approx(bought.profit)
    assert from_stock.cash == pytest.approx(bought.cash + 100)


def test_open_orders_are_bought_at_what_the_regular_source_charges():
    on_its_way = figures(small_network({"bench": [10]}, sources=[BOUGHT], scheduled={"bench": [10]}))
    ordered_now = figures(small_network({"bench": [10]}, sources=[BOUGHT]))
    assert on_its_way.profit == pytest.approx(ordered_now.profit)
    assert on_its_way.cash == pytest.approx(ordered_now.cash)


def test_a_unit_a_day_on_sixty_days_leaves_sixty_units_to_pay():
    smith = {"item": "bench", "kind": "buy", "supplier": "Smith", "unit_cost": 1.0}
    quarter = small_network({"bench": [31, 28, 31]}, sources=[smith], suppliers={"Smith": [np.inf] * 3}, start="2026-01-01")
    on_terms = replace(quarter, suppliers=quarter.suppliers.assign(payment_days=60.0))
    assert payables(solve_supply(on_terms, SupplyRules())) == pytest.approx(60)
    assert figures(on_terms).cash == pytest.approx(figures(quarter).cash + 60)
    assert figures(on_terms).profit == pytest.approx(figures(quarter).profit)


def test_waiting_is_no_cost_in_profit_but_told_beside_it():
    saw = {"Saw": {"capacity": 10, "loads": {"bench": 1.0}}}
    late = solve_supply(small_network({"bench": [15, 5]}, resources=saw), SupplyRules())
    plan = plan_figures(late)
    assert plan.revenue == plan.profit == pytest.approx(400)
    assert plan.lateness_cost == pytest.approx(5 * 5)
    assert plan.unmet_demand == pytest.approx(5)
    assert plan.service == pytest.approx(15 / 20)
    assert plan.utilisation == pytest.approx(1.0)
    assert served(late) == pytest.approx(np.array([[10.0, 10.0]]))
    assert missed(late) == pytest.approx(np.array([[5.0, 0.0]]))


def test_revenue_is_the_price_of_what_is_served():
    saw = {"Saw": {"capacity": 10, "loads": {"bench": 1.0}}}
    plan = solve_supply(small_network({"bench": [15, 8, 12]}, resources=saw), SupplyRules())
    assert plan.costs["revenue"] == pytest.approx(float((served(plan) * plan.network.price).sum()))


def test_utilisation_is_absent_where_nothing_is_limited():
    plan = figures(small_network({"bench": [10]}))
    assert np.isnan(plan.utilisation)
    assert plan.service == 1.0
    assert plan.unmet_demand == 0.0


def test_what_is_late_at_the_end_is_still_worth_its_cost():
    bench = small_network({"bench": [10]}, sources=[BOUGHT])
    late = figures(replace(bench, late_share=np.full((1, 1), 0.5)))
    assert late.costs["purchase"] == pytest.approx(200)
    assert late.closing_value == pytest.approx(100)
    assert late.profit == pytest.approx(figures(bench).profit)
