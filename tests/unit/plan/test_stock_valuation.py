"""Stock at standard and at moving average, and how its value rolls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from small_network import small_network
from supply_worlds import made_up_network

from sop_xl.plan.stock_valuation import MOVING_AVERAGE, STANDARD, issued_units, value_stock
from sop_xl.plan.supply.conversion import conversion
from sop_xl.plan.supply.flows import total_by, whole
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.solver import solve_supply
from sop_xl.plan.supply.unconstrained import unconstrained_solution
from sop_xl.plan.supply.unit_costs import supply_cost

SOLVED = settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
EITHER = st.sampled_from([STANDARD, MOVING_AVERAGE])


def valued(network, valuation, rules=None):
    solution = solve_supply(network, rules or SupplyRules())
    return solution, value_stock(solution, conversion(solution), valuation)


def at(solution, item):
    return solution.network.points["item"].tolist().index(item)


def test_what_is_bought_dearer_raises_the_average_of_all_units():
    """100 units at 10 and 200 bought at 13: 3,600 for 300 units, 12 each; 250 leave at 12. The textbook case of weighted average cost."""
    bench = small_network(
        {"bench": [250]}, sources=[{"item": "bench", "kind": "buy", "unit_cost": 13.0}], opening={"bench": 100}, safety_stock={"bench": [50]},
        points={"bench": {"safety_cost": 100.0}},
    )  # fmt: skip
    _, value = valued(bench, MOVING_AVERAGE)
    assert value.opening.tolist() == [1000]
    assert value.receipts.tolist() == [[2600]]
    assert value.unit_value.tolist() == [[12]]
    assert value.issues.tolist() == [[3000]]
    assert value.closing.tolist() == [[600]]


def test_at_standard_the_same_stock_counts_at_unit_cost_and_the_rest_is_a_variance():
    bench = small_network(
        {"bench": [250]}, sources=[{"item": "bench", "kind": "buy", "unit_cost": 13.0}], opening={"bench": 100}, safety_stock={"bench": [50]},
        points={"bench": {"safety_cost": 100.0}},
    )  # fmt: skip
    _, value = valued(bench, STANDARD)
    assert value.receipts.tolist() == [[2000]]
    assert value.cost.tolist() == [[2600]]
    assert value.closing.tolist() == [[500]]


def table(lead_time=0.0):
    """Wood at 10 in stock, bought at 16; a table takes two and an hour of the saw at 5, with 3 of other work."""
    return small_network(
        {"table": [0, 10, 10]}, sources=[{"item": "table", "unit_cost": 3.0, "lead_time": lead_time}, {"item": "wood", "kind": "buy", "unit_cost": 16.0}],
        uses={("table", "wood"): 2.0}, opening={"wood": 10}, points={"wood": {"holding_cost": 0.5}, "table": {"holding_cost": 9.0}},
        resources={"Saw": {"cost_per_hour": 5.0, "loads": {"table": 1.0}}},
    )  # fmt: skip


def test_what_is_made_costs_its_components_at_their_average_its_hours_and_its_work():
    """In the first month of making 10 units of wood at 10 and 10 at 16 are used, 13 each; in the next all are at 16."""
    solution, value = valued(table(), MOVING_AVERAGE)
    made = value.cost[at(solution, "table")]
    assert made[1:].tolist() == pytest.approx([10 * (2 * 13 + 5 + 3), 10 * (2 * 16 + 5 + 3)])


def test_components_of_what_has_not_arrived_are_work_in_process_with_the_hours_spent():
    solution, value = valued(table(lead_time=1.0), MOVING_AVERAGE)
    assert solution.receipts.sum() == pytest.approx(20 + 30)
    waiting = value.work_in_process[at(solution, "table")]
    assert waiting.tolist() == pytest.approx([10 * 26, 10 * 32, 0])


def test_work_in_process_arrives_at_what_it_cost():
    solution, value = valued(table(lead_time=1.0), MOVING_AVERAGE)
    assert value.cost[at(solution, "table")].tolist() == pytest.approx([0, 10 * (26 + 8), 10 * (32 + 8)])


def test_a_stock_whose_cost_is_not_known_has_no_value_at_standard_and_begins_at_its_price_at_moving_average():
    bench = small_network(
        {"bench": [10]}, sources=[{"item": "bench", "kind": "buy", "unit_cost": 13.0}], opening={"bench": 30}, points={"bench": {"unit_cost": np.nan}}
    )
    assert np.isnan(valued(bench, STANDARD)[1].closing).all()
    assert valued(bench, MOVING_AVERAGE)[1].closing.tolist() == [[20 * 13]]


def test_nothing_in_stock_is_worth_nothing_whatever_it_costs():
    bench = small_network({"bench": [10]}, points={"bench": {"unit_cost": np.nan}})
    assert valued(bench, STANDARD)[1].closing.tolist() == [[0]]


def test_a_ring_of_bills_ends():
    ring = small_network({"a": [5]}, uses={("a", "b"): 0.1, ("b", "a"): 0.1}, opening={"a": 20, "b": 20})
    solution = unconstrained_solution(ring, SupplyRules())
    assert np.isfinite(value_stock(solution, conversion(solution), MOVING_AVERAGE).closing).all()


@SOLVED
@given(st.integers(0, 200), EITHER)
def test_opening_and_receipts_less_issues_are_closing_and_issues_leave_at_the_unit_value(seed, valuation):
    solution, value = valued(made_up_network(seed), valuation)
    before = np.concatenate([value.opening[:, None], value.closing[:, :-1]], axis=1)
    assert before + value.receipts - value.issues == pytest.approx(value.closing)
    assert issued_units(solution) * value.unit_value == pytest.approx(value.issues, abs=1e-6)
    assert solution.stock * value.unit_value == pytest.approx(value.closing, abs=1e-6)


@SOLVED
@given(st.integers(0, 200))
def test_conversion_is_what_the_plan_counts_for_making(seed):
    solution, _ = valued(made_up_network(seed), STANDARD)
    made = conversion(solution)
    counted = sum(solution.costs[kind] for kind in ("production", "overtime", "shifts", "workforce", "substitutes"))
    assert made.worked.sum() + made.idle.sum() == pytest.approx(counted)
    assert made.of_orders.sum() + made.idle.sum() == pytest.approx(counted)


@SOLVED
@given(st.integers(0, 200))
def test_at_moving_average_what_comes_in_from_outside_is_all_that_leaves_or_stays(seed):
    """Value is neither made nor lost between stocks: purchases + conversion + opening = sold and expired + closing."""
    solution, value = valued(made_up_network(seed), MOVING_AVERAGE)
    network = solution.network
    made = conversion(solution)
    outside = solution.costs["purchase"] + made.of_orders.sum() + supply_cost(network) @ network.scheduled.sum(axis=1)
    into_bills = total_by(whole(network, "uses", "component"), solution.uses, len(network.points)) * value.unit_value
    assert value.opening.sum() + outside - (value.issues.sum() - into_bills.sum()) == pytest.approx(value.closing[:, -1].sum())


def test_a_set_up_is_paid_at_the_rate_of_its_resource():
    saw = {"Saw": {"cost_per_hour": 5.0, "loads": {"bench": (1.0, 4.0)}}}
    solution, value = valued(small_network({"bench": [10]}, resources=saw), MOVING_AVERAGE)
    assert value.cost.tolist() == [[10 * 5 + 4 * 5]]
    assert solution.costs["production"] == pytest.approx(50)


def test_idle_workers_are_paid_and_borne_by_no_stock():
    crew = {"Crew": {"workers": 2.0, "hours_per_worker": 100.0, "wage": 30.0, "capacity": 200.0, "loads": {"bench": 1.0}}}
    network = small_network({"bench": [10, 0]}, resources=crew)
    solution = solve_supply(network, SupplyRules())
    made = conversion(replace(solution, workers=np.full((1, 2), 2.0)))
    assert made.of_orders.tolist() == [[60, 0]]
    assert made.idle.tolist() == [[0, 60]]
