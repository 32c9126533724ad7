"""Functions of supply: textbook tables, and the same numbers as netting and rough-cut capacity of the plan."""

from __future__ import annotations

import numpy as np
import pytest
from small_network import SOURCE, small_network

from sop_xl.functions import call, last_error
from sop_xl.plan.supply.capacity import rough_cut_load
from sop_xl.plan.supply.netting import net_requirements


class TestProjectedBalance:
    def test_opening_and_receipts_less_demand(self):
        assert call("SOP_PROJECTED_BALANCE", [100, [[40, 40, 40]], [[0, 0, 80]]]) == [[60, 20, 60]]

    def test_downwards_where_demand_is_a_column(self):
        assert call("SOP_PROJECTED_BALANCE", [100, [[40], [40], [40]], [[0], [0], [80]]]) == [[60], [20], [60]]

    def test_a_blank_receipt_is_none_and_a_blank_demand_is_not_known(self):
        assert call("SOP_PROJECTED_BALANCE", [100, [[40, None, 40]], [[None, None, 80]]]) == [[60, "#N/A", "#N/A"]]

    def test_an_opening_stock_for_each_row(self):
        assert call("SOP_PROJECTED_BALANCE", [[[100], [10]], [[40, 40], [5, 5]]]) == [[60, 20], [5, 0]]

    def test_two_opening_stocks_for_three_rows_are_refused(self):
        assert call("SOP_PROJECTED_BALANCE", [[[1], [2]], [[1, 1], [1, 1], [1, 1]]]) == "#VALUE!"
        assert last_error() == "SOP_PROJECTED_BALANCE: opening_stock has 2 numbers for 3 rows of demand: give one for each row, or one for all"


class TestNetRequirements:
    def test_a_published_record(self):
        """Vollmann, Berry and Whybark, the MRP record: on hand 4, gross 0 10 0 40 10, scheduled 50 in week 1, lots of 50, one week of lead time."""
        arguments = [4, [[0, 10, 0, 40, 10]], [[50, 0, 0, 0, 0]], 0, 0, 50, 1]
        assert call("SOP_NET_REQUIREMENTS", [*arguments, "balance"]) == [[54, 44, 44, 4, 44]]
        assert call("SOP_NET_REQUIREMENTS", [*arguments, "releases"]) == [[0, 0, 0, 50, 0]]
        assert call("SOP_NET_REQUIREMENTS", arguments) == [[0, 0, 0, 0, 50]]

    @pytest.mark.parametrize("lead", [0, 1, 3])
    @pytest.mark.parametrize(("minimum", "multiple"), [(0, 0), (40, 0), (30, 25)])
    def test_the_supply_plan_nets_the_same(self, lead, minimum, multiple):
        random = np.random.default_rng(lead)
        gross = random.poisson(20, (3, 8)).astype(float)
        arriving = np.where(random.random((3, 8)) < 0.3, 15.0, 0.0)
        opening, safety = np.array([30.0, 0.0, 55.5]), np.array([10.0, 5.0, 0.0])
        names = ["a", "b", "c"]
        network = small_network(
            demand=dict(zip(names, gross.tolist(), strict=True)),
            sources=[{**SOURCE, "item": n, "kind": "buy", "lead_time": float(lead), "minimum_order": float(minimum), "order_multiple": float(multiple)} for n in names],
            opening=dict(zip(names, opening, strict=True)), scheduled=dict(zip(names, arriving.tolist(), strict=True)),
            safety_stock={n: [s] * 8 for n, s in zip(names, safety, strict=True)},
        )  # fmt: skip
        batch = net_requirements(network)
        arguments = [opening[:, None], gross, arriving, safety[:, None], minimum, multiple, lead]
        for figure, expected in (("receipts", batch.receipts), ("balance", batch.balance), ("releases", batch.releases)):
            assert np.array(call("SOP_NET_REQUIREMENTS", [*arguments, figure])) == pytest.approx(expected)
        rolled = call("SOP_PROJECTED_BALANCE", [opening[:, None], gross, arriving + batch.receipts])
        assert np.array(rolled) == pytest.approx(batch.balance)

    def test_a_safety_stock_that_changes_from_month_to_month(self):
        assert call("SOP_NET_REQUIREMENTS", [0, [[0, 0, 0]], None, [[5, 10, 10]]]) == [[5, 5, 0]]

    def test_half_a_period_of_lead_time_is_refused(self):
        assert call("SOP_NET_REQUIREMENTS", [0, [[1]], None, None, None, None, 0.5]) == "#NUM!"


class TestAvailableToPromise:
    def test_arnolds_record(self):
        """Arnold, Chapman and Clive, chapter 3: 100 on hand, orders 80 10 10 0 30, receipts of 100 in weeks 2 and 4."""
        assert call("SOP_ATP", [100, [[80, 10, 10, 0, 30]], [[0, 100, 0, 100, 0]]]) == [[20, 80, 0, 70, 0]]

    def test_cumulative(self):
        assert call("SOP_ATP", [100, [[80, 10, 10, 0, 30]], [[0, 100, 0, 100, 0]], True]) == [[20, 100, 100, 170, 170]]

    def test_what_a_receipt_cannot_cover_is_taken_from_the_one_before(self):
        assert call("SOP_ATP", [50, [[10, 0, 80]], [[0, 0, 60]]]) == [[20, 0, 0]]

    def test_promised_more_than_there_will_be_stays_negative(self):
        assert call("SOP_ATP", [10, [[10, 0, 80]], [[0, 0, 60]]]) == [[0, 0, -20]]

    def test_orders_that_are_due_earlier_are_covered_first(self):
        assert call("SOP_ATP", [10, [[0, 15, 15]], [[0, 5, 5]]]) == [[0, 0, -10]]

    def test_where_nobody_has_ordered_all_can_be_promised(self):
        assert call("SOP_ATP", [100, [[None, None]], [[0, 50]]]) == [[100, 50]]

    def test_nothing_is_lost(self):
        random = np.random.default_rng(5)
        orders, receipts = random.poisson(8, (20, 10)).astype(float), np.where(random.random((20, 10)) < 0.4, 20.0, 0.0)
        made = np.array(call("SOP_ATP", [30, orders, receipts]))
        assert made.sum(axis=1) == pytest.approx(30 + receipts.sum(axis=1) - orders.sum(axis=1))


class TestRoughCutCapacity:
    def test_the_supply_plan_loads_the_same(self):
        volumes = {"bench": [10.0, 30, 20], "chair": [40.0, 0, 25]}
        network = small_network(
            demand=volumes, resources={"Saw": {"capacity": 40, "loads": {"bench": 1.0, "chair": 0.5}}, "Paint": {"capacity": 10, "loads": {"chair": 0.2}}}
        )
        batch = rough_cut_load(network)
        by_name = dict(zip(network.resources["resource"], batch, strict=True))
        cells = np.array(call("SOP_RCCP", [list(volumes.values()), [[1, 0.5], [None, 0.2]]]))
        assert cells[0] == pytest.approx(by_name["Saw"])
        assert cells[1] == pytest.approx(by_name["Paint"])

    def test_utilisation_and_overload(self):
        arguments = [[[100, 120], [50, 40]], [[0.5, 1], [0.2, 0]], [[90], [30]]]
        assert np.array(call("SOP_RCCP", [*arguments, "utilisation"])) == pytest.approx(np.array([[100 / 90, 100 / 90], [20 / 30, 24 / 30]]))
        assert call("SOP_RCCP", [*arguments, "overload"]) == [[10, 10], [0, 0]]

    def test_work_that_lies_before_falls_into_the_first_period_at_the_latest(self):
        assert call("SOP_RCCP", [[[10, 20, 30]], [[1]], None, "load", [[1]]]) == [[30, 30, 0]]

    def test_a_bill_that_does_not_fit_the_products(self):
        assert call("SOP_RCCP", [[[1, 2]], [[1, 2]]]) == "#VALUE!"
        assert last_error() == "SOP_RCCP: hours has 2 columns, volume has 1 rows: one column for each product is needed"

    def test_utilisation_needs_a_capacity(self):
        assert call("SOP_RCCP", [[[1, 2]], [[1]], None, "utilisation"]) == "#N/A"


RED_TOMATO = {
    "hours per unit": 4, "hours per worker": 160, "wage": 640, "opening workers": 80, "opening stock": 1000, "closing stock": 500, "hiring cost": 300,
    "layoff cost": 500, "overtime cost": 6, "overtime hours": 10, "subcontract cost": 30, "backorder cost": 5, "holding cost": 2, "material cost": 10,
}  # fmt: skip
SEASONAL = [1600, 3000, 3200, 3800, 2200, 2200]


def aggregate(*, demand=SEASONAL, strategy="least cost", figure=None, **changed):
    terms = RED_TOMATO | {name.replace("_", " "): value for name, value in changed.items()}
    return call("SOP_AGGREGATE_PLAN", [demand, [[k, v] for k, v in terms.items()], strategy, figure])


class TestRedTomatoTools:
    """Chopra and Meindl, Supply Chain Management, aggregate planning."""

    def test_the_published_optimum_costs_422275(self):
        assert aggregate(figure="total cost") == pytest.approx(422_275, abs=0.5)

    def test_in_whole_workers_16_are_laid_off_and_140_units_subcontracted(self):
        workers, hired, laid_off, production, overtime, subcontracted, stock, owed, cost = np.array(aggregate(whole_workers=True))
        assert cost.sum() == pytest.approx(422_660)
        assert workers == pytest.approx(np.full(6, 64))
        assert hired.sum() == pytest.approx(0)
        assert laid_off.sum() == pytest.approx(16)
        assert production == pytest.approx(np.full(6, 2560))
        assert overtime.sum() == pytest.approx(0)
        assert subcontracted.sum() == pytest.approx(140)
        assert stock[-1] == pytest.approx(500)
        assert owed.max() == pytest.approx(220)

    def test_a_demand_that_swings_more_costs_432858(self):
        """The same chapter: orders of 1,000 3,000 3,800 4,800 2,000 1,400."""
        assert aggregate(demand=[1000, 3000, 3800, 4800, 2000, 1400], figure="total cost") == pytest.approx(432_858, abs=1)

    def test_level_keeps_the_workers_and_chase_keeps_no_stock(self):
        level, chase = np.array(aggregate(strategy="level")), np.array(aggregate(strategy="chase"))
        assert np.ptp(level[0]) == pytest.approx(0)
        assert level[3] == pytest.approx(40 * level[0])
        assert chase[6] == pytest.approx(np.full(6, 500))
        assert chase[3] == pytest.approx([1100, 3000, 3200, 3800, 2200, 2200])

    def test_pure_strategies_never_cost_less(self):
        least = aggregate(figure="total cost")
        assert aggregate(strategy="level", figure="total cost") >= least - 1e-6
        assert aggregate(strategy="chase", figure="total cost") > least

    def test_in_every_period_stock_and_what_comes_in_are_demand_and_stock(self):
        _, _, _, production, _, subcontracted, stock, owed, _ = np.array(aggregate())
        net = stock - owed
        assert np.concatenate([[1000], net[:-1]]) + production + subcontracted - SEASONAL == pytest.approx(net)

    def test_downwards_where_demand_is_a_column(self):
        terms = [[k, v] for k, v in RED_TOMATO.items()]
        assert np.shape(call("SOP_AGGREGATE_PLAN", [[[d] for d in SEASONAL], terms])) == (6, 9)

    def test_headers_name_each_row(self):
        rows = call("SOP_AGGREGATE_PLAN", [SEASONAL, [[k, v] for k, v in RED_TOMATO.items()], "chase", None, True])
        assert [row[0] for row in rows] == ["workers", "hired", "laid off", "production", "overtime hours", "subcontracted", "stock", "back-orders", "cost"]

    def test_who_may_neither_hire_nor_buy_elsewhere_has_no_plan(self):
        lean = {"hours per unit": 4, "hours per worker": 160, "wage": 640, "opening workers": 10}
        assert call("SOP_AGGREGATE_PLAN", [SEASONAL, [[k, v] for k, v in lean.items()]]) == "#NUM!"
        assert last_error() == "SOP_AGGREGATE_PLAN: no least cost plan meets demand with the workers and levers that there are"

    def test_a_term_that_is_none_and_one_that_lacks(self):
        assert call("SOP_AGGREGATE_PLAN", [SEASONAL, [["wages", 640]]]) == "#VALUE!"
        assert "row 1: wages is none of hours per unit" in last_error()
        assert call("SOP_AGGREGATE_PLAN", [SEASONAL, [["wage", 640]]]) == "#N/A"
        assert last_error() == "SOP_AGGREGATE_PLAN: terms: hours per unit is needed"
