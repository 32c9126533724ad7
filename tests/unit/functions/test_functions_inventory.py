"""Functions of stock: figures of the books, and the same numbers as the supply plan's own stock targets."""

from __future__ import annotations

import numpy as np
import pytest
from plan_tables import items
from small_network import SOURCE, small_network
from stocked_network import stock_inputs

from sop_xl.functions import call, last_error
from sop_xl.plan.inventory import days_of_supply
from sop_xl.plan.stock_policy import stock_levels


class TestBooks:
    def test_safety_stock_of_chopra_and_meindl(self):
        """Chapter 11: 2,500 a week with a deviation of 500, two weeks, continuous review, 90 %: 906 units."""
        assert call("SOP_SAFETY_STOCK", [2500, 500, 2, 0.9, 0, 0]) == pytest.approx(906, abs=0.5)

    def test_reorder_point_is_demand_of_the_lead_time_and_safety_stock(self):
        assert call("SOP_REORDER_POINT", [2500, 2, 1000]) == 6000

    def test_fill_rate_of_chopra_and_meindl(self):
        """Chapter 11: reorder point 6,000, so a safety stock of 1,000, and lots of 10,000: expected shortage of 25 units, fill rate 0.9975."""
        found = call("SOP_FILL_RATE", [1000, 2500, 500, 2, 0, 0, "normal", 10000])
        assert found == pytest.approx(0.9975, abs=0.0001)

    def test_fill_rate_and_safety_stock_are_each_others_reverse(self):
        held = call("SOP_SAFETY_STOCK", [100, 40, 2, 0.97, 0.5, 1, "fill rate"])
        assert call("SOP_FILL_RATE", [held, 100, 40, 2, 0.5, 1]) == pytest.approx(0.97, abs=1e-9)

    def test_economic_order_quantity_of_snyder_and_shen(self):
        """Example 3.1: K = 8, h = 0.225, d = 1,300: 304.0 units."""
        assert call("SOP_EOQ", [1300, 8, 0.225]) == pytest.approx(304.05, abs=0.01)

    def test_an_order_in_whole_lots_is_the_cheaper_neighbour(self):
        assert call("SOP_EOQ", [1300, 8, 0.225, 0, 250]) == 250
        assert call("SOP_EOQ", [1300, 8, 0.225, 400]) == 400
        assert call("SOP_EOQ", [0, 8, 0.225, 400, 250]) == 0


class TestTheSupplyPlanHoldsTheSame:
    def test_safety_stock_of_a_stock_with_a_late_supplier(self):
        network = small_network(
            demand={"pump": [100] * 6}, sources=[{**SOURCE, "item": "pump", "kind": "buy", "lead_time": 1.5, "lead_time_deviation": 0.4}]
        )
        for measure in ("cycle service", "fill rate"):
            for form in ("normal", "gamma"):
                inputs = stock_inputs({"pump": 30.0}, listed=items("pump"), service_level=0.95, service_measure=measure, method=form)
                batch = stock_levels(network, inputs).safety_stock[0, 0]
                assert batch > 0
                assert call("SOP_SAFETY_STOCK", [100, 30, 1.5, 0.95, 0.4, None, measure, form]) == pytest.approx(batch)


class TestRanges:
    def test_one_column_of_items_gives_one_column(self):
        column = call("SOP_SAFETY_STOCK", [[[100], [200], [50]], [[30], [60], [0]], 1, 0.95])
        assert len(column) == 3
        assert column[1][0] == pytest.approx(2 * column[0][0])
        assert column[2][0] == 0

    def test_a_row_of_targets_against_a_column_of_items_is_a_table(self):
        table = call("SOP_SAFETY_STOCK", [[[100], [200]], [[30], [60]], 1, [[0.9, 0.95, 0.99]]])
        assert np.shape(table) == (2, 3)

    def test_a_blank_item_is_not_available_and_the_others_are(self):
        column = call("SOP_EOQ", [[[1300], [None]], 8, 0.225])
        assert column[0][0] == pytest.approx(304.05, abs=0.01)
        assert column[1][0] == "#N/A"

    def test_ranges_that_do_not_fit_are_named(self):
        assert call("SOP_EOQ", [[[1], [2], [3]], [[1], [2]], 1]) == "#VALUE!"
        assert "demand_per_year 3 rows of 1, order_cost 2 rows of 1" in last_error()

    def test_a_service_level_of_100_percent_has_no_stock_that_gives_it(self):
        assert call("SOP_SAFETY_STOCK", [100, 30, 1, 1]) == "#NUM!"
        assert last_error() == "SOP_SAFETY_STOCK: service_level: expected above 0 and below 1, got 1"

    def test_95_for_95_percent_is_refused(self):
        assert call("SOP_SAFETY_STOCK", [100, 30, 1, 95]) == "#NUM!"


class TestDaysOfSupply:
    demand = np.array([[300.0, 150, 600, 300], [10, 0, 0, 20]])

    def test_stock_of_today_lasts_into_the_second_month(self):
        assert call("SOP_DAYS_OF_SUPPLY", [450, [[300, 300]], 30]) == pytest.approx(45)

    def test_a_stock_for_each_item(self):
        days = [row[0] for row in call("SOP_DAYS_OF_SUPPLY", [[[450], [10]], self.demand, 30])]
        assert days == [pytest.approx(60), pytest.approx(30)]

    def test_a_stock_for_each_period_is_the_column_of_the_inventory_plan(self):
        stock = np.array([[500.0, 350, 0, 100], [5, 5, 25, 0]])
        days = np.array([31.0, 28, 31, 30])
        assert np.array(call("SOP_DAYS_OF_SUPPLY", [stock, self.demand, [days], 12])) == pytest.approx(days_of_supply(stock, self.demand, days, 12))

    def test_beyond_the_last_period_demand_goes_on(self):
        assert call("SOP_DAYS_OF_SUPPLY", [900, [[300, 300]], 30]) == pytest.approx(90)

    def test_downwards_as_demand(self):
        assert np.shape(call("SOP_DAYS_OF_SUPPLY", [[[500], [350]], [[300], [150]], 30])) == (2, 1)

    def test_no_stock_lasts_no_day_and_stock_that_nobody_wants_has_no_days(self):
        assert call("SOP_DAYS_OF_SUPPLY", [0, [[300, 300]]]) == 0
        assert call("SOP_DAYS_OF_SUPPLY", [5, [[0, 0]]]) == "#N/A"

    def test_a_month_without_a_plan_is_not_a_month_without_demand(self):
        assert call("SOP_DAYS_OF_SUPPLY", [450, [[300, None]], 30]) == "#N/A"
