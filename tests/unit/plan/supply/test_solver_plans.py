"""Plans that one can check by hand: what is served, what waits, what is bought, and what is said when inputs contradict each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_network import small_network
from supply_worlds import made_up_network

from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.solver import solve_supply


def plan(network: SupplyNetwork, **rules: Any) -> SupplySolution:
    return solve_supply(network, SupplyRules(**rules))


def saw(capacity: Any, **more: Any) -> dict[str, Any]:
    return {"Saw": {"capacity": capacity, **more}}


def test_a_second_solver_finds_the_same_cost():
    """Two months of benches on 20 hours with 5 of overtime, wood a month ahead: the same programme written by hand for scipy."""
    from scipy.optimize import linprog

    network = small_network(
        {"bench": [10, 30]}, uses={("bench", "wood"): 2.0}, points={"bench": {"holding_cost": 1.0}, "wood": {"holding_cost": 0.25}}, opening={"wood": 40},
        sources=[{"item": "bench", "unit_cost": 3}, {"item": "wood", "kind": "buy", "source": "X", "unit_cost": 4, "lead_time": 1}],
        resources=saw(20, overtime=5, cost_per_hour=2.0, overtime_cost=6.0, loads={"bench": 1.0}),
    )  # fmt: skip
    # make1 make2 wood2 over1 over2 bench1 bench2 wood_left1 wood_left2 wait1 wait2; a bench that still waits in the end costs its price 20 + 5
    cost = [5, 5, 4, 4, 4, 1, 1, 0.25, 0.25, 5, 5 + 25]
    equal = [
        [1, 0, 0, 0, 0, -1, 0, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1, -1, 0, 0, -1, 1],
        [2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0], [0, 2, -1, 0, 0, 0, 0, -1, 1, 0, 0],
    ]  # fmt: skip
    hours = [[1, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0], [0, 1, 0, 0, -1, 0, 0, 0, 0, 0, 0]]
    second = linprog(cost, A_ub=hours, b_ub=[20, 20], A_eq=equal, b_eq=[10, 30, 40, 0], bounds=[(0, None)] * 3 + [(0, 5)] * 2 + [(0, None)] * 6, method="highs")
    assert plan(network).cost == pytest.approx(second.fun)


def test_demand_of_a_short_month_waits_or_goes_elsewhere():
    network = small_network({"bench": [30, 10]}, resources=saw(20, loads={"bench": 1.0}))
    waits, lost = plan(network), plan(network, unmet="lost sales")
    assert waits.unmet.tolist() == [[10, 0]]
    assert lost.lost.tolist() == [[10, 0]]
    assert (lost.unmet.sum(), waits.lost.sum()) == (0, 0)


def test_the_last_month_is_served_although_waiting_for_one_month_is_cheaper_than_making():
    network = small_network({"bench": [0, 10]}, sources=[{"item": "bench", "unit_cost": 15}])
    assert plan(network).unmet.sum() == 0


def test_without_any_price_demand_is_served_all_the_same():
    network = small_network({"bench": [10]}, points={"bench": {"unit_cost": np.nan, "unit_price": np.nan}}, sources=[{"item": "bench", "unit_cost": 15}],
                            streams=[{"item": "bench", "units": [10], "backorder_cost": 0.0, "lost_sale_cost": 0.0, "price": 0.0}])  # fmt: skip
    assert plan(network).unmet.sum() == 0


def test_most_margin_serves_only_what_pays():
    """A bench sells at 20 and costs 25: least cost serves it all the same, most margin does not."""
    network = small_network({"bench": [10]}, sources=[{"item": "bench", "unit_cost": 25}], points={"bench": {"unit_cost": 25.0}})
    assert plan(network, unmet="lost sales").lost.sum() == 0
    assert plan(network, unmet="lost sales", objective="most margin").lost.sum() == 10


def test_service_first_serves_the_first_priority_whatever_it_costs():
    streams = [
        {"item": "bench", "customer": "key", "units": [8], "priority": 1.0, "backorder_cost": 1.0},
        {"item": "bench", "customer": "rich", "units": [8], "priority": 2.0, "backorder_cost": 100.0},
    ]
    network = small_network({}, streams=streams, resources=saw(10, loads={"bench": 1.0}))
    assert plan(network).unmet[:, 0].tolist() == [6, 0]
    assert plan(network, objective="service first").unmet[:, 0].tolist() == [0, 6]


def test_service_first_is_cheapest_among_the_plans_of_best_service():
    """Against the same plan found the long way: the most that each priority can be served is held by a price far above every cost."""
    for seed in (1, 2, 3):
        network = made_up_network(seed)
        found = plan(network, objective="service first")
        missed = [found.unmet[network.streams["priority"].to_numpy() == level].sum() for level in (1.0, 2.0)]
        for level, weight in ((1.0, 1e6), (2.0, 1e3)):
            network.streams.loc[network.streams["priority"] == level, "backorder_cost"] += weight
        weighted = plan(network)
        assert missed == pytest.approx([weighted.unmet[network.streams["priority"].to_numpy() == level].sum() for level in (1.0, 2.0)], abs=1e-4)


def test_prices_of_service_first_are_money():
    """An hour more serves one bench more of the second priority, which saves its back-order and its lost sale: 100 + 20 + 5."""
    streams = [{"item": "bench", "customer": c, "units": [8], "priority": p, "backorder_cost": 100.0} for c, p in (("key", 1.0), ("other", 2.0))]
    network = small_network({}, streams=streams, resources=saw(10, loads={"bench": 1.0}))
    assert plan(network, objective="service first").duals["resource_capacity"][0, 0] == pytest.approx(125.0)


def test_stock_is_built_ahead_of_a_short_month_only_where_that_is_allowed():
    network = small_network({"bench": [0, 30]}, resources=saw(20, loads={"bench": 1.0}))
    assert plan(network).stock[0].tolist() == [10, 0]
    flat = plan(network, prebuild=False)
    assert flat.stock[0].tolist() == [0, 0]
    assert flat.unmet[0].tolist() == [0, 10]


def test_stock_past_its_shelf_life_expires_and_is_not_thrown_away_before():
    """Ten came in the month before the first and keep for two: three are sold in the first month, the others are gone after it."""
    network = small_network({"milk": [3, 4, 4]}, points={"milk": {"shelf_life": 3.0}}, opening={"milk": 10.0}, sources=[{"item": "milk", "unit_cost": 1.0}])
    found = plan(network)
    assert found.expired[0].tolist() == pytest.approx([0, 0, 0])
    assert found.stock[0, :2].tolist() == pytest.approx([7, 3])
    short = small_network({"milk": [3, 4, 4]}, points={"milk": {"shelf_life": 2.0}}, opening={"milk": 10.0}, sources=[{"item": "milk", "unit_cost": 1.0}])
    found = plan(short)
    assert found.expired[0].tolist() == pytest.approx([0, 3, 0])
    assert found.orders[0].tolist() == pytest.approx([0, 0, 4])


def test_a_share_splits_what_comes_in():
    network = small_network({"wood": [40]}, sources=[{"item": "wood", "kind": "buy", "source": "X", "share": 0.25, "unit_cost": 9}, {"item": "wood", "kind": "buy", "source": "Y"}])
    assert plan(network).orders[:, 0].tolist() == pytest.approx([10, 30])


def test_a_substitute_stands_in_at_its_own_quantity_and_price():
    """Four wood make two benches; the other eight take one and a half plastic for each of two wood."""
    network = small_network({"bench": [10]}, uses={("bench", "wood"): 2.0}, substitutes=[("wood", "plastic", 1.5, 0.2)], opening={"wood": 4.0, "plastic": 50.0},
                            sources=[{"item": "bench"}])  # fmt: skip
    found = plan(network)
    assert found.uses[:, 0].tolist() == pytest.approx([4, 24])
    assert found.costs["substitutes"] == pytest.approx(24 * 0.2)
    network.uses.loc[1, "authorised"] = False
    assert plan(network).unmet[0, 0] == pytest.approx(8)


def test_orders_stay_where_the_last_plan_had_them_when_a_change_costs_more_than_it_saves():
    network = small_network({"bench": [10, 10]}, previous_orders=[20, 0])
    assert plan(network).orders[0].tolist() == [10, 10]
    assert plan(network, change_cost_rate=0.1).orders[0].tolist() == [20, 0]


def test_lots_are_kept_in_whole():
    network = small_network({"bench": [7, 7, 7]}, sources=[{"item": "bench", "minimum_order": 10, "order_multiple": 4}])
    found = plan(network, whole_lots=True, gap=0.0)
    orders = found.orders[found.orders > 0]
    assert (orders >= 10).all()
    assert np.allclose(orders % 4, 0)
    assert found.unmet.sum() == 0


def test_without_pre_build_a_lot_may_still_be_larger_than_the_month_needs():
    network = small_network({"bench": [7, 7]}, sources=[{"item": "bench", "minimum_order": 10}])
    assert plan(network, whole_lots=True, prebuild=False, gap=0.0).unmet.sum() == 0


def test_set_up_hours_count_once_an_order():
    network = small_network({"bench": [10, 10]}, resources=saw(12, loads={"bench": (1.0, 4.0)}))
    found = plan(network, whole_lots=True, gap=0.0)
    assert found.load[0].tolist() == pytest.approx([12, 12])
    assert found.unmet[0].tolist() == pytest.approx([2, 4])


def test_a_search_without_time_still_keeps_lots_and_says_that_it_stopped():
    network = small_network({"bench": [7, 7, 7]}, sources=[{"item": "bench", "minimum_order": 10, "order_multiple": 4, "fixed_cost": 3.0}])
    found = plan(network, whole_lots=True, seconds=0.0)
    assert [note.rule for note in found.notes] == ["search-stopped"]
    assert found.orders[0].tolist() == pytest.approx([12, 12, 0])
    assert found.unmet.sum() == 0


def test_stock_above_its_maximum_is_named_not_refused():
    network = small_network({"bench": [5, 5]}, points={"bench": {"maximum_stock": 10.0}}, opening={"bench": 40.0})
    found = plan(network)
    assert found.stock[0].tolist() == [35, 30]
    assert [(n.rule, n.key) for n in found.notes] == [("maximum-stock-relaxed", "bench / All")]
    assert "25 units above its maximum in 2026-01 and less in 1 other period" in found.notes[0].note


def test_storage_too_small_for_what_is_there_is_named():
    found = plan(small_network({"bench": [5, 30]}, opening={"bench": 40.0}, resources={"Hall": {"kind": "storage", "capacity": 20.0, "space": {"bench": 1.0}}}))
    assert [n.rule for n in found.notes] == ["storage-relaxed"]
    assert "holds 15 more than its space in 2026-01:" in found.notes[0].note


def test_more_maintenance_than_hours_closes_the_resource_and_is_named():
    found = plan(small_network({"bench": [5, 5]}, resources=saw([-10, 20], loads={"bench": 1.0})))
    assert found.unmet[0].tolist() == [5, 0]
    assert [n.rule for n in found.notes] == ["capacity-relaxed"]


def test_a_minimum_above_the_maximum_is_said():
    network = small_network({"wood": [5]}, sources=[{"item": "wood", "kind": "buy", "source": "X", "minimum_order": 20, "maximum": 10}])
    found = plan(network, whole_lots=True)
    assert found.notes[0].note == "wood / All cannot be ordered by buy from X: its minimum order of 20 is more than its maximum of 10"


@pytest.mark.parametrize("objective", ["least cost", "most margin", "service first"])
def test_nothing_to_plan_is_a_plan(objective):
    empty = small_network({"bench": [0, 0]}, sources=[])
    assert plan(empty, objective=objective).orders.shape == (0, 2)


def test_square_tables_are_told_apart():
    """As many stock points as periods."""
    assert plan(small_network({"a": [1, 2], "b": [3, 4]})).service == 1.0
