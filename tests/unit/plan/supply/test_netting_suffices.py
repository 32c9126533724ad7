"""When the netted plan is the best one already, and when there is something to weigh."""

from __future__ import annotations

from dataclasses import replace

from small_network import small_network

from sop_xl.plan.supply.network import SupplyRules, netting_suffices

LEAST_COST = SupplyRules()


def test_an_item_made_at_once_without_limits_needs_no_solver() -> None:
    assert netting_suffices(small_network({"bench": [10, 20]}), LEAST_COST)


def test_anything_to_weigh_needs_one() -> None:
    bench = {"bench": [10.0, 20.0]}
    assert not netting_suffices(small_network(bench, resources={"Saw": {"capacity": 20, "loads": {"bench": 1.0}}}), LEAST_COST)
    assert not netting_suffices(small_network(bench, sources=[{"item": "bench", "fixed_cost": 50.0}]), LEAST_COST)
    assert not netting_suffices(small_network(bench, sources=[{"item": "bench"}, {"item": "bench", "kind": "buy", "priority": 2.0}]), LEAST_COST)
    assert not netting_suffices(small_network(bench, uses={("bench", "oak"): 1.0}, substitutes=[("oak", "pine", 1.0, 2.0)]), LEAST_COST)
    assert not netting_suffices(small_network(bench), replace(LEAST_COST, objective="most margin"))


def test_a_price_on_changes_weighs_only_where_there_was_a_plan_before() -> None:
    calm = replace(LEAST_COST, change_cost_rate=0.1)
    assert netting_suffices(small_network({"bench": [10, 20]}), calm)
    assert not netting_suffices(small_network({"bench": [10, 20]}, previous_orders=[12, 8]), calm)
