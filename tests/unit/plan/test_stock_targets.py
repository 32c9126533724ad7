"""Targets of every stock, and what lies there too much."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import items
from small_network import small_network
from stocked_network import policy, stock_inputs

from sop_xl.plan.excess_stock import excess_and_obsolete, planned_use
from sop_xl.plan.lot_sizes import economic_order_quantity
from sop_xl.plan.safety_stock import safety_stock
from sop_xl.plan.stock_policy import restocker, stock_levels
from sop_xl.plan.stock_targets import inventory_targets
from sop_xl.plan.supply.flows import independent_demand
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.unconstrained import unconstrained_solution


def targets(network, inputs):
    """INVENTORY_TARGETS of a network planned without limits, by item."""
    restocked = restocker(inputs)(network, None)
    return inventory_targets(unconstrained_solution(restocked, SupplyRules()), stock_levels(restocked, inputs), inputs).set_index("item")


class TestTargets:
    NETWORK = small_network(
        demand={"bike": [100.0] * 6}, points={"bike": {"holding_cost": 0.5}},
        sources=[{"item": "bike", "kind": "buy", "source": "X", "lead_time": 2.0, "lead_time_deviation": 0.5, "order_multiple": 50.0}], opening={"bike": 500.0},
    )  # fmt: skip

    def test_a_row_in_full(self):
        row = targets(self.NETWORK, stock_inputs({"bike": 20.0}, order_cost=80.0)).loc["bike"]
        held = float(safety_stock(100, 20, 2, 0.5, 0.95))
        assert row["safety_stock"] == pytest.approx(held)
        assert row["reorder_point"] == pytest.approx(200 + held)
        assert economic_order_quantity(80, 0.5, 100) == pytest.approx(178.9, abs=0.1)
        assert row["order_quantity"] == 200
        assert row["target_stock"] == pytest.approx(held + 100)
        assert row[["mean_demand", "error_sd", "lead_time", "lead_time_deviation", "on_hand", "service_level"]].tolist() == [100, 20, 2, 0.5, 500, 0.95]
        assert row[["method", "service_measure", "note"]].tolist() == ["normal", "cycle service", ""]

    def test_a_source_with_a_fixed_cost_of_its_own(self):
        network = small_network(demand={"bike": [100.0] * 4}, points={"bike": {"holding_cost": 0.5}}, sources=[{"item": "bike", "fixed_cost": 2.0}])
        assert targets(network, stock_inputs({"bike": 1.0}, order_cost=80.0)).at["bike", "order_quantity"] == pytest.approx(float(economic_order_quantity(2, 0.5, 100)))

    def test_shelf_life_limits_the_order(self):
        network = small_network(demand={"milk": [100.0] * 4}, points={"milk": {"holding_cost": 0.01, "shelf_life": 1.5}}, opening={"milk": 100.0})
        row = targets(network, stock_inputs({"milk": 1.0})).loc["milk"]
        assert row["order_quantity"] == 150
        assert row["note"] == "shelf life limits the order quantity"

    def test_an_unknown_cost_is_not_a_cost_of_nothing(self):
        network = small_network(demand={"bike": [100.0] * 4}, points={"bike": {"unit_cost": np.nan, "holding_cost": np.nan}}, opening={"bike": 9000.0})
        row = targets(network, stock_inputs({"bike": 1.0})).loc["bike"]
        assert row["order_quantity"] == 100
        assert row["obsolete"] == 8600
        assert np.isnan(row["obsolete_value"])
        assert "no holding cost known" in row["note"]

    def test_projected_stock_is_the_plans(self):
        row = targets(small_network(demand={"bike": [10.0, 10.0]}, opening={"bike": 15.0}), stock_inputs({"bike": 0.0})).loc["bike"]
        assert row["projected_stock"] == pytest.approx(2.5)

    def test_targets_by_segment(self):
        segments = pd.DataFrame({"item": ["bike"], "location": "All", "abc": "A", "xyz": "X"})
        rules = policy({"abc": "A", "service_level": 0.98, "service_measure": "fill rate", "method": "gamma"})
        row = targets(self.NETWORK, stock_inputs({"bike": 20.0}, segments=segments, inventory_policy=rules)).loc["bike"]
        assert row[["abc", "xyz", "method", "service_measure", "service_level"]].tolist() == ["A", "X", "gamma", "fill rate", 0.98]

    def test_what_needs_saying_is_said(self):
        network = small_network(
            demand={"bike": [10.0] * 3, "bell": [1.0] * 3}, points={"relic": {}, "wheel": {}},
            sources=[{"item": "bike"}, {"item": "wheel", "lead_time": 1.0}, {"item": "relic"}], uses={("bike", "wheel"): 2.0}, opening={"relic": 5.0},
        )  # fmt: skip
        got = targets(network, stock_inputs({"bike": 4.0}, listed=items("bell", "bike", "relic", "wheel"), own={"bike": 12.0}))
        assert got.at["bike", "note"] == "safety stock as the planner states it; below safety stock today"
        assert got.at["wheel", "note"] == "taken by other stocks only: what is sold holds the safety stock"
        assert got.at["bell", "note"] == "forecast error not known; no source replenishes it"
        assert got.at["relic", "note"] == "no demand in the plan; part of the stock is never used"
        assert got["method"].to_dict() == {"bell": "normal", "bike": "stated", "relic": "", "wheel": ""}
        assert got.loc[["bike", "wheel"], "service_level"].isna().all()
        assert np.isnan(got.at["bell", "lead_time"])


def plan(**network):
    return unconstrained_solution(small_network(**network), SupplyRules())


def surplus(solution, *, cover_days=59, held=0.0, **columns):
    excess, obsolete = excess_and_obsolete(solution, items(*solution.network.points["item"], **columns), cover_days, np.full(len(solution.network.points), held))
    return float(excess[0]), float(obsolete[0])


class TestExcessAndObsolete:
    """Demand 10 a month from January 2026; a cover of 59 days is January and February: 20 units."""

    def test_stock_beyond_the_cover_is_excess(self):
        assert surplus(plan(demand={"a": [10.0] * 12}, opening={"a": 50.0})) == (30, 0)

    def test_stock_that_the_plan_never_uses_is_obsolete_and_not_excess_as_well(self):
        assert surplus(plan(demand={"a": [10.0] * 12}, opening={"a": 150.0})) == (100, 30)

    def test_no_demand_no_use(self):
        assert surplus(plan(demand={"a": [0.0] * 12}, opening={"a": 7.0})) == (0, 7)

    def test_orders_on_their_way_are_excess_but_never_obsolete(self):
        assert surplus(plan(demand={"a": [10.0] * 12}, opening={"a": 20.0}, scheduled={"a": [0, 0, 500.0] + [0.0] * 9})) == (500, 0)

    def test_stock_within_the_cover_is_neither(self):
        assert surplus(plan(demand={"a": [10.0] * 12}, opening={"a": 20.0})) == (0, 0)

    def test_safety_stock_is_no_excess(self):
        assert surplus(plan(demand={"a": [10.0] * 12}, opening={"a": 50.0}), held=45.0) == (5, 0)

    def test_a_part_of_a_period_uses_that_part_of_its_demand(self):
        assert surplus(plan(demand={"a": [31.0] * 12}, opening={"a": 50.0}), cover_days=10) == (pytest.approx(40), 0)

    def test_a_cover_beyond_the_horizon_goes_on_at_the_last_rate(self):
        assert surplus(plan(demand={"a": [31.0, 28.0]}, opening={"a": 59.0}), cover_days=100) == (0, 0)

    def test_shelf_life_ends_use(self):
        """Good for three months, in which 30 are used."""
        assert surplus(plan(demand={"a": [10.0] * 12}, opening={"a": 50.0}, points={"a": {"shelf_life": 3.0}})) == (10, 20)

    def test_after_the_items_end_nobody_buys(self):
        solution = plan(demand={"a": [10.0] * 12}, opening={"a": 50.0})
        assert surplus(solution, end=pd.Timestamp("2026-03-31")) == (10, 20)

    def test_components_are_used_by_what_is_made_of_them(self):
        solution = plan(demand={"bike": [10.0] * 12}, points={"wheel": {}}, uses={("bike", "wheel"): 2.0}, opening={"wheel": 100.0})
        excess, obsolete = excess_and_obsolete(solution, items("bike", "wheel", end=pd.Timestamp("2026-01-31")), 59, np.zeros(2))
        assert (excess[1], obsolete[1]) == (60, 0)

    def test_what_is_used_is_what_is_sold_and_made_of(self):
        solution = plan(demand={"bike": [10.0, 30.0, 5.0]}, points={"wheel": {}}, uses={("bike", "wheel"): 2.0}, opening={"bike": 15.0})
        used = planned_use(solution)
        assert used[0] == pytest.approx(independent_demand(solution.network)[0])
        assert used[1] == pytest.approx([0, 50, 10])
