"""What a supply plan pays beyond the regular way, by stock: it ties to the plan's own costs and goes up the bill to what is sold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_network import small_network

from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.premiums import carried_to_sale, shared, supply_premiums
from sop_xl.plan.supply.solver import open_model

BUSY_SAW = {"Saw": {"capacity": 10, "overtime": 30, "cost_per_hour": 4.0, "overtime_cost": 7.0, "loads": {"bench": 1.0, "chair": 0.5}}}


def plan(network):
    return open_model(network, SupplyRules(prebuild=False)).solution


def at(network, matrix, item):
    return matrix[network.points["item"].tolist().index(item)]


class TestOvertime:
    def test_it_is_what_overtime_costs_above_regular_hours(self) -> None:
        """12 benches and 8 chairs take 12 + 4 = 16 hours; 6 are overtime at 7 - 4 = 3 more: 18, to bench and chair as 12 to 4."""
        solution = plan(small_network({"bench": [12], "chair": [8]}, resources=BUSY_SAW))
        paid = supply_premiums(solution)
        assert at(solution.network, paid.overtime, "bench") == pytest.approx([13.5])
        assert at(solution.network, paid.overtime, "chair") == pytest.approx([4.5])

    def test_it_ties_to_the_costs_of_the_plan(self) -> None:
        """The plan books overtime in full and takes the regular hours in whose place it is worked off production."""
        saw = {"Saw": BUSY_SAW["Saw"] | {"extra_shifts": 1, "shift_capacity": 5.0, "shift_cost": 11.0}}
        solution = plan(small_network({"bench": [22, 4, 9], "chair": [8, 2, 30]}, resources=saw))
        regular = 4.0 * solution.overtime.sum()
        assert solution.costs["overtime"] > 0
        assert solution.costs["shifts"] > 0
        assert supply_premiums(solution).overtime.sum() == pytest.approx(solution.costs["overtime"] - regular + solution.costs["shifts"])


class TestSources:
    FAST = (
        {"item": "tin", "kind": "buy", "source": "Can", "unit_cost": 4.0, "lead_time": 1.0},
        {"item": "tin", "kind": "buy", "source": "Can", "unit_cost": 5.0, "lead_time": 0.0, "lever": "expedite", "authorised": True},
    )

    def test_expediting_is_what_it_costs_above_the_same_source(self) -> None:
        """January's 10 tins can only come fast, at 5 in place of 4."""
        solution = plan(small_network({"tin": [10, 20]}, sources=self.FAST))
        assert supply_premiums(solution).expedite.tolist() == [[10.0, 0.0]]

    def test_a_source_whose_price_changes_is_expedited_above_the_price_of_its_time(self) -> None:
        """30 tins a month at 4, from March at 6; each month's first come fast at 1 more, for the lead time has not passed when the price begins."""
        times = ({"last": 1, "first": 1}, {"last": 3, "first": 3})
        fast = ({"last": 1, "first": 0}, {"last": 3, "first": 2})
        sources = [self.FAST[0] | time | {"unit_cost": price} for time, price in zip(times, (4.0, 6.0), strict=True)]
        sources += [self.FAST[1] | time | {"unit_cost": price + 1.0} for time, price in zip(fast, (4.0, 6.0), strict=True)]
        solution = plan(small_network({"tin": [30, 30, 30, 30]}, sources=sources))
        assert supply_premiums(solution).expedite.sum() == pytest.approx(solution.orders[2:].sum())
        assert solution.orders[2:].sum() >= 30.0

    def test_a_subcontractor_costs_more_than_the_regular_way_with_all_it_takes(self) -> None:
        """Making a bench costs 2 and 3 for its wood, the subcontractor takes 9 and the wood: 7 more for each of the 15 beyond the saw's 10."""
        sources = (
            {"item": "bench", "kind": "make", "unit_cost": 2.0}, {"item": "bench", "kind": "subcontract", "source": "Miller", "unit_cost": 9.0, "lever": "subcontract", "priority": 2.0},
            {"item": "wood", "kind": "buy", "source": "Mill", "unit_cost": 3.0},
        )  # fmt: skip
        network = small_network({"bench": [25]}, sources=sources, uses={("bench", "wood"): 1.0}, resources={"Saw": {"capacity": 10, "loads": {"bench": 1.0}}})
        assert at(network, supply_premiums(plan(network)).subcontract, "bench") == pytest.approx([7.0 * 15])

    def test_a_cheaper_second_source_is_a_saving(self) -> None:
        sources = ({"item": "tin", "kind": "buy", "source": "A", "unit_cost": 4.0, "maximum": 5.0}, {"item": "tin", "kind": "buy", "source": "B", "unit_cost": 3.0, "priority": 2.0, "lever": "second source", "maximum": 6.0})
        assert supply_premiums(plan(small_network({"tin": [10]}, sources=sources))).subcontract.tolist() == [[pytest.approx(-6.0)]]

    def test_every_source_ties_to_what_the_plan_pays_for_purchases(self) -> None:
        """Purchases = regular price x units + premium."""
        solution = plan(small_network({"tin": [10, 20, 0, 5]}, sources=self.FAST))
        assert solution.costs["purchase"] == pytest.approx(4.0 * solution.orders.sum() + supply_premiums(solution).expedite.sum())


class TestUpTheBill:
    def test_the_premium_of_a_component_is_borne_by_what_uses_it(self) -> None:
        """A bench takes 4 legs, a chair 2, and 10 legs are sold as such: of 90 legs 40, 40 and 10 parts."""
        network = small_network({"bench": [10], "chair": [20], "leg": [10]}, uses={("bench", "leg"): 4.0, ("chair", "leg"): 2.0})
        solution = plan(network)
        amounts = np.zeros((3, 1))
        at(network, amounts, "leg")[0] = 90.0
        carried = carried_to_sale(solution, amounts)
        assert [at(network, carried, item)[0] for item in ("bench", "chair", "leg")] == pytest.approx([40.0, 40.0, 10.0])

    def test_it_goes_through_every_level_and_nothing_is_lost(self) -> None:
        network = small_network({"bike": [5, 5]}, uses={("bike", "wheel"): 2.0, ("wheel", "spoke"): 30.0})
        amounts = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        carried = carried_to_sale(plan(network), amounts)
        assert at(network, carried, "bike") == pytest.approx(amounts.sum(axis=0))

    def test_what_leaves_no_stock_stays_where_it_is(self) -> None:
        network = small_network({"bike": [0.0]}, points={"spare": {}})
        amounts = np.array([[1.0], [2.0]])
        np.testing.assert_array_equal(carried_to_sale(plan(small_network({"bike": [1.0]}, points={"spare": {}})), amounts), amounts)
        assert len(network.points) == 2


def test_expired_units_cost_their_unit_cost() -> None:
    solution = plan(small_network({"milk": [3.0, 3.0]}, points={"milk": {"unit_cost": 2.0}}))
    assert supply_premiums(replace(solution, expired=np.array([[0.0, 7.0]]))).expired.tolist() == [[0.0, 14.0]]


def test_a_plan_without_anything_special_has_no_premiums() -> None:
    paid = supply_premiums(plan(small_network({"bench": [3, 4]}, resources={"Saw": {"capacity": 10, "loads": {"bench": 1.0}}})))
    assert not any(amount.any() for amount in (paid.overtime, paid.expedite, paid.subcontract, paid.freight, paid.expired))


def test_shares_of_an_owner_add_up_to_its_amount() -> None:
    """By the weights of the period, else of all of them; what nobody weighs anything for is left."""
    amounts, weights = np.array([[6.0, 6.0], [5.0, 5.0]]), np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 0.0]])
    parts, left = shared(amounts, np.array([0, 0, 1]), weights)
    np.testing.assert_allclose(parts, [[2.0, 2.0], [4.0, 4.0], [0.0, 0.0]])
    np.testing.assert_allclose(left, [[0.0, 0.0], [5.0, 5.0]])
