"""The plan without limits carried out, and the frames in which planners read any supply plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small_network import small_network

from sop_xl import frames
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.outcome import inventory_plan_frame, supply_plan_frame, waiting_beside_stock
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.unconstrained import unconstrained_solution

LOST = SupplyRules(unmet="lost sales")


def solve(network: SupplyNetwork, rules: SupplyRules | None = None) -> SupplySolution:
    return unconstrained_solution(network, rules or SupplyRules())


def stock_rows(solution: SupplySolution) -> pd.DataFrame:
    """INVENTORY_PLAN, with what every sheet of it must keep asserted."""
    rows = frames.check_frame(inventory_plan_frame(solution), frames.INVENTORY_PLAN)
    flows = rows["opening_balance"] + rows["scheduled_receipts"] + rows["planned_receipts"] - rows["demand"] - rows["dependent_demand"] + rows["lost_sales"] - rows["expired"]
    assert flows.to_numpy() == pytest.approx(rows["projected_available_balance"].to_numpy(), abs=1e-6)
    assert (rows["unmet_demand"] == (-rows["projected_available_balance"]).clip(lower=0)).all()
    return rows


def of(rows: pd.DataFrame, item: str, name: str) -> list[float]:
    return rows.loc[rows["item"] == item, name].tolist()


class TestCarriedOut:
    def test_a_plan_with_everything_in_time_is_the_netted_plan(self):
        network = small_network({"A": [0, 0, 10, 20]}, sources=[{"item": "A", "lead_time": 1}, {"item": "B", "lead_time": 1}], uses={("A", "B"): 2.0})
        solution = solve(network)
        assert solution.orders.tolist() == [[0, 0, 10, 20], [0, 20, 40, 0]]
        assert solution.unmet.sum() == 0
        assert solution.service == 1.0
        assert solution.notes == []

    def test_what_is_made_waits_for_its_component(self):
        """Stock makes 4 of 10 at once; the component for the other 6 is there in the third period, and so are they."""
        network = small_network({"A": [10, 0, 0]}, sources=[{"item": "A"}, {"item": "B", "lead_time": 2}], uses={("A", "B"): 1.0}, opening={"B": 4})
        solution = solve(network)
        assert solution.orders.tolist() == [[4, 0, 6], [0, 0, 6]]
        assert solution.unmet.tolist() == [[6, 6, 0]]
        assert solution.uses.tolist() == [[4, 0, 6]]
        assert (solution.stock >= 0).all()
        assert "waits-for-components" in {note.rule for note in solution.notes}
        assert of(stock_rows(solution), "A", "projected_available_balance") == [-6, -6, 0]

    def test_two_products_share_a_scarce_component_in_equal_parts_of_what_they_want(self):
        network = small_network(
            {"A": [30], "B": [10]}, sources=[{"item": "A"}, {"item": "B"}], uses={("A", "C"): 1.0, ("B", "C"): 1.0}, opening={"C": 20}
        )
        assert solve(network).orders[:, 0].tolist() == [15, 5]

    def test_what_one_cannot_use_for_want_of_another_part_stays(self):
        """A lacks its other component D; its part of C is not lost."""
        network = small_network(
            {"A": [10]}, points={"D": {}}, sources=[{"item": "A"}], uses={("A", "C"): 1.0, ("A", "D"): 1.0}, opening={"C": 10, "D": 2}
        )
        solution = solve(network)
        assert solution.stock[:, 0].tolist() == [0, 8, 0]

    def test_a_shipment_waits_for_the_stock_it_comes_from(self):
        network = small_network({"shop": [0, 40, 0]}, points={"centre": {}}, sources=[
            {"item": "centre", "kind": "make", "lead_time": 1}, {"item": "shop", "kind": "transfer", "source": "centre", "from_point": 0, "lead_time": 1},
        ], opening={"centre": 15})  # fmt: skip
        solution = solve(network)
        assert solution.receipts[1].tolist() == [0, 15, 25]
        assert solution.unmet.tolist() == [[0, 25, 0]]

    def test_what_waits_for_components_does_not_arrive_after_the_validity_of_its_source(self):
        network = small_network({"A": [10, 0]}, sources=[{"item": "A", "last": 0}, {"item": "B", "lead_time": 1}], uses={("A", "B"): 1.0}, opening={"B": 4})
        solution = solve(network)
        assert solution.orders[0].tolist() == [4, 0]
        assert solution.unmet.tolist() == [[6, 6]]

    @pytest.mark.parametrize("lead_time", [0, 1])
    def test_what_is_late_is_in_stock_a_period_later(self, lead_time):
        network = small_network({"A": [0, 10, 0]}, sources=[{"item": "A", "lead_time": lead_time}])
        solution = solve(replace(network, late_share=np.array([[0.0, 0.4, 0.0]])))
        assert solution.unmet.tolist() == [[0, 4, 0]]
        assert solution.stock.tolist() == [[0, 0, 0]]
        assert of(stock_rows(solution), "A", "planned_receipts") == [0, 6, 4]

    def test_the_first_priority_is_served_first(self):
        """8 units for 10 and 10 of two classes: the first gets all; of the second nothing is left but what the next period brings."""
        network = small_network({}, streams=[
            {"item": "A", "customer": "retail", "priority": 2.0, "units": [5.0, 0.0]}, {"item": "A", "customer": "key", "priority": 1.0, "units": [6.0, 0.0]},
        ], sources=[{"item": "A", "lead_time": 1}], opening={"A": 8})  # fmt: skip
        solution = solve(network)
        assert solution.unmet.tolist() == [[3, 0], [0, 0]]

    def test_the_same_priority_gets_the_same_part(self):
        network = small_network({}, streams=[{"item": "A", "units": [30.0], "customer": "x"}, {"item": "A", "units": [10.0], "customer": "y"}], sources=[], opening={"A": 20})
        assert solve(network).unmet[:, 0].tolist() == [15, 5]

    def test_lost_sales_are_gone(self):
        network = small_network({"A": [30, 20, 10]}, sources=[{"item": "A", "lead_time": 2}], opening={"A": 5})
        solution = solve(network, LOST)
        assert solution.lost.tolist() == [[25, 20, 0]]
        assert solution.unmet.sum() == 0
        rows = stock_rows(solution)
        assert of(rows, "A", "lost_sales") == [25, 20, 0]
        assert of(rows, "A", "unmet_demand") == [0, 0, 0]
        assert of(rows, "A", "planned_receipts") == [0, 0, 10]

    def test_limits_are_not_looked_at(self):
        network = small_network(
            {"A": [100]}, sources=[{"item": "A", "kind": "buy", "supplier": "V", "maximum": 10}], suppliers={"V": [5]}, points={"A": {"maximum_stock": 1}},
            resources={"Saw": {"capacity": 1, "loads": {"A": 1.0}}},
        )  # fmt: skip
        assert network.is_limited
        assert solve(network).unmet.sum() == 0


class TestCosts:
    def test_every_kind_by_hand(self):
        """10 made for 2 each and two hours at 3, of 12 components bought for 1.5 at 7 an order, with 2 in stock for a period at 0.1."""
        network = small_network(
            {"A": [4, 6]}, sources=[{"item": "A", "unit_cost": 2.0}, {"item": "B", "kind": "buy", "source": "V", "unit_cost": 1.5, "fixed_cost": 7.0, "minimum_order": 6}],
            uses={("A", "B"): 1.0}, resources={"Saw": {"cost_per_hour": 3.0, "loads": {"A": 0.2}}}, safety_stock={"A": [0, 0], "B": [0, 3]},
        )  # fmt: skip
        costs = solve(network).costs
        assert costs == pytest.approx({
            "purchase": 1.5 * (6 + 7), "production": 2 * 10 + 2 * 3, "overtime": 0, "shifts": 0, "workforce": 0, "orders": 14, "holding": 0.1 * (2 + 3),
            "back-orders": 0, "lost sales": 0, "safety stock": 0, "changes": 0, "substitutes": 0, "revenue": 200,
        })  # fmt: skip

    def test_waiting_and_missing_stock_have_their_price(self):
        """30 wait for a period at 5 each; 10 of safety stock are missing in the first period at 1 each."""
        network = small_network({"A": [30, 0]}, sources=[{"item": "A", "lead_time": 1}], safety_stock={"A": [10, 10]})
        solution = solve(network)
        assert (solution.costs["back-orders"], solution.costs["safety stock"], solution.costs["revenue"]) == (150, 10, 600)

    def test_a_lost_sale_costs_its_price_and_more(self):
        """30 units that would have earned 20 each, and 5 each on top; 10 are served."""
        network = small_network({"A": [30, 10]}, sources=[{"item": "A", "lead_time": 1}])
        costs = solve(network, LOST).costs
        assert (costs["revenue"], costs["lost sales"]) == (200, 30 * (20 + 5))

    def test_a_change_of_the_last_plan(self):
        network = small_network({"A": [30, 10]}, previous_orders=[25, np.nan])
        assert solve(network, SupplyRules(change_cost_rate=0.1)).costs["changes"] == pytest.approx(5 * 10 * 0.1)


class TestInventoryPlan:
    def test_dependent_demand_stands_beside_what_customers_ask(self):
        """A spare part that is also built in."""
        network = small_network({"A": [10, 10], "B": [1, 1]}, uses={("A", "B"): 2.0}, opening={"B": 30})
        rows = stock_rows(solve(network))
        assert of(rows, "B", "demand") == [1, 1]
        assert of(rows, "B", "dependent_demand") == [20, 20]
        assert of(rows, "B", "projected_available_balance") == [9, 0]

    def test_the_balance_of_the_period_before_opens_the_next(self):
        network = small_network({"A": [100, 100, 100]}, sources=[{"item": "A", "lead_time": 2}], opening={"A": 150}, safety_stock={"A": [50] * 3})
        rows = stock_rows(solve(network))
        assert rows["opening_balance"].tolist() == [150, 50, -50]
        assert rows["unmet_demand"].tolist() == [0, 50, 0]
        assert rows["safety_stock"].tolist() == [50, 50, 50]

    def test_cover_counts_what_is_built_in(self):
        """10 B at the end of January last half of February's 20, which has 28 days."""
        network = small_network({"A": [0, 20, 20]}, uses={("A", "B"): 1.0}, opening={"B": 10})
        assert of(stock_rows(solve(network)), "B", "days_of_supply")[0] == pytest.approx(14)

    def test_demand_of_all_customers_falls_on_the_one_stock(self):
        network = small_network({}, streams=[{"item": "A", "units": [100.0], "customer": "x"}, {"item": "A", "units": [30.0], "customer": "y"}])
        assert stock_rows(solve(network))["demand"].tolist() == [130]

    def test_stock_without_demand_stays_in_the_plan(self):
        rows = stock_rows(solve(small_network({"A": [0, 0]}, opening={"A": 70})))
        assert rows["projected_available_balance"].tolist() == [70, 70]
        assert rows["days_of_supply"].isna().all()

    def test_stock_held_back_while_others_wait_is_set_off_and_said(self):
        solution = solve(small_network({"A": [10, 0]}, sources=[], opening={"A": 4}))
        held = replace(solution, stock=np.array([[3.0, 3.0]]), unmet=np.array([[9.0, 9.0]]))
        rows = stock_rows(held)
        assert rows["projected_available_balance"].tolist() == [-6, -6]
        assert [note.rule for note in waiting_beside_stock(held)] == ["waiting-beside-stock"]
        assert waiting_beside_stock(solution) == []

    def test_what_a_solver_leaves_of_a_zero_is_zero(self):
        solution = solve(small_network({"A": [10]}))
        rows = stock_rows(replace(solution, stock=np.array([[3e-9]]), unmet=np.array([[2e-8]])))
        assert rows["unmet_demand"].tolist() == [0]


class TestSupplyPlan:
    def test_receipts_and_releases_by_source(self):
        network = small_network({"A": [0, 10]}, sources=[
            {"item": "A", "kind": "buy", "source": "Acme", "lead_time": 1, "process_yield": 0.5}, {"item": "A", "kind": "subcontract", "source": "Bob", "priority": 2},
        ])  # fmt: skip
        rows = frames.check_frame(supply_plan_frame(solve(network)), frames.SUPPLY_PLAN)
        assert rows["source"].tolist() == ["buy from Acme"] * 2  # Bob has nothing to do and no line
        assert rows["planned_receipts"].tolist() == [0, 10]
        assert rows["planned_releases"].tolist() == [20, 0]

    def test_a_part_that_is_late_arrives_a_period_later(self):
        network = small_network({"A": [10, 0]})
        rows = supply_plan_frame(solve(replace(network, late_share=np.array([[0.25, 0.0]]))))
        assert rows["planned_receipts"].tolist() == [7.5, 2.5]
        assert rows["planned_releases"].tolist() == [10, 0]

    def test_sources_that_read_the_same_are_one_line(self):
        network = small_network({"A": [10, 10]}, sources=[
            {"item": "A", "kind": "buy", "source": "Acme", "lead_time": 1}, {"item": "A", "kind": "buy", "source": "Acme", "priority": 2, "lever": "expedite"},
        ])  # fmt: skip
        rows = frames.check_frame(supply_plan_frame(solve(network)), frames.SUPPLY_PLAN)
        assert rows["source"].tolist() == ["buy from Acme"] * 2
        assert rows["planned_receipts"].tolist() == [10, 10]

    def test_nothing_to_do_is_an_empty_plan(self):
        rows = supply_plan_frame(solve(small_network({"A": [10]}, opening={"A": 10})))
        assert rows.empty
        frames.check_frame(rows, frames.SUPPLY_PLAN)
