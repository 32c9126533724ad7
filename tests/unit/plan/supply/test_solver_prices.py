"""Prices of limits: what one unit more saves and one unit less costs, checked by planning again with one more and one less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_network import small_network
from supply_worlds import made_up_network

from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solver import SolvedModel, open_model

STEP = 1e-3
FIELDS = {"resource_capacity": "capacity", "supplier_limit": "supplier_limit", "overtime": "overtime_limit", "unmet_demand": "demand"}


def sawmill(capacity: float = 20) -> SolvedModel:
    network = small_network({"bench": [30, 5]}, resources={"Saw": {"capacity": capacity, "loads": {"bench": 1.0}}})
    return open_model(network, SupplyRules())


def test_an_hour_in_shortage_is_worth_the_back_order_that_it_saves():
    """Ten benches wait one month at 5 each; with 30 hours nothing waits any more and an hour is worth nothing."""
    price = sawmill().sensitivity("resource_capacity", 0, 0)
    assert price.price_low == price.price_high == 5.0
    assert (price.limit, price.used) == (20.0, 20.0)
    assert (price.valid_from, price.valid_until) == (15.0, 30.0)  # below 15 the second month cannot make up for the first


def test_where_capacity_is_just_enough_the_price_is_a_range():
    """One hour more saves nothing, one less makes a bench wait: the corner at which a dual is not unique."""
    price = sawmill(capacity=30).sensitivity("resource_capacity", 0, 0)
    assert (price.price_low, price.price_high) == (0.0, 5.0)
    assert price.valid_until == np.inf
    assert price.valid_from < 30.0


def test_a_limit_that_is_not_reached_has_no_price_down_to_what_is_used():
    price = sawmill(capacity=50).sensitivity("resource_capacity", 0, 0)
    assert (price.price_low, price.price_high, price.valid_from, price.used) == (0.0, 0.0, 30.0, 30.0)


def test_a_limit_that_does_not_exist_costs_nothing():
    network = small_network({"bench": [1.0]})
    assert open_model(network, SupplyRules()).sensitivity("supplier_limit", 0, 0)[:2] == (0.0, 0.0)


def test_what_cannot_be_ordered_in_time_is_priced_by_what_it_would_save():
    """Wood takes a month: a unit in the first month would save one month of waiting, for the first ten."""
    network = small_network({"wood": [10, 10]}, sources=[{"item": "wood", "kind": "buy", "source": "X", "lead_time": 1.0, "unit_cost": 2.0}])
    price = open_model(network, SupplyRules()).sensitivity("lead_time", 0, 0)
    assert price.price_low == pytest.approx(5.0)
    assert price.valid_until == pytest.approx(10.0)


def planned_again(network: SupplyNetwork, rules: SupplyRules, field: str, cell: tuple[int, int], by: float) -> float:
    values = getattr(network, field).copy()
    values[cell] += by
    return open_model(replace(network, **{field: values}), rules).optimum.objective


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("rules", [SupplyRules(), SupplyRules(unmet="lost sales", objective="most margin")], ids=["least cost", "most margin"])
def test_prices_explain_plans_made_again_with_one_more_and_one_less(seed, rules):
    network = made_up_network(seed)
    model = open_model(network, rules)
    base = model.optimum.objective
    for constraint, field in FIELDS.items():
        cell = (0 if field == "overtime_limit" else seed % len(getattr(network, field)), 1)
        price = model.sensitivity(constraint, *cell)
        asked = constraint == "unmet_demand"
        up = (planned_again(network, rules, field, cell, STEP) - base) / STEP
        assert (price.price_high if asked else price.price_low) == pytest.approx(up if asked else -up, abs=1e-4), constraint
        if getattr(network, field)[cell] >= STEP:
            down = (base - planned_again(network, rules, field, cell, -STEP)) / STEP
            assert (price.price_low if asked else price.price_high) == pytest.approx(down if asked else -down, abs=1e-4), constraint


def test_asking_for_prices_leaves_the_plan_as_it_was():
    model = open_model(made_up_network(5), SupplyRules())
    first = [model.sensitivity("resource_capacity", r, t) for r in (0, 1) for t in range(5)]
    assert first == [model.sensitivity("resource_capacity", r, t) for r in (0, 1) for t in range(5)]
    assert model.resolve(model.solution.network).cost == pytest.approx(model.solution.cost)


def test_a_plan_with_other_limits_is_the_one_made_from_the_start():
    network = made_up_network(4)
    model = open_model(network, SupplyRules())
    for field, factor in (("capacity", 1.5), ("demand", 0.5), ("supplier_limit", 2.0)):
        other = replace(network, **{field: getattr(network, field) * factor})
        assert model.resolve(other).cost == pytest.approx(open_model(other, SupplyRules()).solution.cost)
    assert model.resolve(network).cost == pytest.approx(model.solution.cost)
