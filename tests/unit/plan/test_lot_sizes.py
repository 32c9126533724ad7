"""The economic order quantity and its family, by the books and beside stockpyl."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stockpyl import eoq
from stockpyl.wagner_whitin import wagner_whitin

from sop_xl.errors import FrameError
from sop_xl.plan.lot_sizes import (
    all_units_discount_quantity,
    economic_order_quantity,
    economic_order_quantity_with_backorders,
    economic_production_quantity,
    incremental_discount_quantity,
    order_cost_rate,
    reorder_point,
    wagner_whitin_lots,
    within_lot_rules,
)


class TestByTheBooks:
    """Examples of Snyder and Shen, Fundamentals of Supply Chain Theory, 2nd ed. 2019, chapter 3, to the last digit that stockpyl documents."""

    def test_economic_order_quantity(self):
        """Example 3.1: 1,300 candy bars a year, 8 per order, 0.225 to hold one for a year: 304.0 at a cost of 68.41."""
        quantity = economic_order_quantity(8, 0.225, 1300)
        assert quantity == pytest.approx(304.0467800264368, rel=1e-12)
        assert order_cost_rate(quantity, 8, 0.225, 1300) == pytest.approx(68.41052550594829, rel=1e-12)

    def test_planned_backorders(self):
        """Example 3.8: the same where a bar late for a year costs 5: 310.8, of which 4.3 % wait; cost 66.92."""
        quantity, part = economic_order_quantity_with_backorders(8, 0.225, 5, 1300)
        assert quantity == pytest.approx(310.81255515896464, rel=1e-12)
        assert part == pytest.approx(0.0430622009569378, rel=1e-12)
        assert 0.225 * (1 - part) * quantity == pytest.approx(66.92136355097325, rel=1e-12)

    def test_own_production(self):
        """Made at 1,700 a year: 626.8."""
        assert economic_production_quantity(8, 0.225, 1300, 1700) == pytest.approx(626.8084945889684, rel=1e-12)

    def test_all_units_discounts(self):
        """Example 3.5: 0.75 each, from 400 on 0.72, from 800 on 0.68, holding 30 % of it: an order of 800."""
        size = all_units_discount_quantity(8, 0.3, 1300, [0, 400, 800], [0.75, 0.72, 0.68])
        assert size == pytest.approx(eoq.economic_order_quantity_with_all_units_discounts(8, 0.3, 1300, [0, 400, 800], [0.75, 0.72, 0.68]), rel=1e-12)
        assert size.quantity == 800

    def test_all_units_discounts_as_documented(self):
        assert all_units_discount_quantity(200, 0.2, 1000, [0, 200, 500], [500, 475, 450]) == pytest.approx((500, 2, 472900.0))

    def test_incremental_discounts_as_documented(self):
        assert incremental_discount_quantity(150, 0.25, 2400, [0, 300, 600], [100, 90, 80]) == pytest.approx((1481.8906842274164, 2, 222762.8136845483), rel=1e-12)

    def test_changing_demand(self):
        """Example 3.9: 90, 120, 80, 70; 500 per order, 2 to hold one for a period: 210 now and 150 in the third, for 1,380."""
        lots, cost = wagner_whitin_lots([90, 120, 80, 70], 500, 2)
        assert lots.tolist() == [210, 0, 150, 0]
        assert cost == 1380

    def test_reorder_point(self):
        """Chopra and Meindl 2007, chapter 11: 2,500 a week over two weeks and 1,000 of safety stock: 6,000."""
        assert reorder_point(2500, 2, 1000) == 6000


class TestProperties:
    @given(st.floats(1, 1e4), st.floats(0.01, 100), st.floats(1, 1e5), st.floats(0.2, 5))
    def test_no_lot_is_cheaper_than_the_economic_one(self, fixed, holding, demand, other):
        best = economic_order_quantity(fixed, holding, demand)
        assert order_cost_rate(best, fixed, holding, demand) <= order_cost_rate(best * other, fixed, holding, demand) * (1 + 1e-12)

    def test_dear_backorders_and_fast_machines_come_back_to_the_plain_formula(self):
        plain = economic_order_quantity(8, 0.225, 1300)
        assert economic_order_quantity_with_backorders(8, 0.225, 1e12, 1300)[0] == pytest.approx(plain)
        assert economic_production_quantity(8, 0.225, 1300, 1e12) == pytest.approx(plain)

    @given(st.lists(st.integers(0, 200), min_size=1, max_size=8), st.integers(1, 600), st.integers(1, 5))
    @settings(max_examples=30, deadline=None)
    def test_changing_demand_beside_stockpyl(self, demand, fixed, holding):
        lots, cost = wagner_whitin_lots(demand, fixed, holding)
        assert lots.sum() == sum(demand)
        assert (np.cumsum(lots) >= np.cumsum(demand)).all()
        stock = np.cumsum(lots) - np.cumsum(demand)
        assert cost == pytest.approx(fixed * (lots > 0).sum() + holding * stock.sum())
        if all(demand):  # stockpyl pays for an order also where nothing is asked for
            assert cost == pytest.approx(wagner_whitin(len(demand), holding, fixed, demand)[1])

    @given(st.floats(10, 500), st.floats(0.05, 0.5), st.floats(100, 5000), st.floats(0.8, 0.99))
    @settings(max_examples=30)
    def test_discounts_beside_stockpyl(self, fixed, rate, demand, factor):
        brackets, prices = [0, 200, 700], [10.0, 10.0 * factor, 10.0 * factor**2]
        all_units = all_units_discount_quantity(fixed, rate, demand, brackets, prices)
        assert all_units.cost == pytest.approx(eoq.economic_order_quantity_with_all_units_discounts(fixed, rate, demand, brackets, prices)[2], rel=1e-9)
        incremental = incremental_discount_quantity(fixed, rate, demand, brackets, prices)
        assert incremental.cost == pytest.approx(eoq.economic_order_quantity_with_incremental_discounts(fixed, rate, demand, brackets, prices)[2], rel=1e-9)


class TestEdges:
    def test_free_holding_has_no_best_lot_and_no_demand_needs_none(self):
        assert np.isnan(economic_order_quantity(8, 0, 1300))
        assert economic_order_quantity(8, 0.225, 0) == 0

    def test_a_machine_no_faster_than_demand_never_stops(self):
        assert np.isnan(economic_production_quantity(8, 0.225, 1300, 1300))

    @pytest.mark.parametrize(("breaks", "prices"), [([5, 10], [2, 1]), ([0, 10], [1, 2]), ([0, 10, 5], [3, 2, 1]), ([], []), ([0], [1, 2])])
    def test_brackets_must_make_sense(self, breaks, prices):
        with pytest.raises(FrameError, match="price brackets"):
            all_units_discount_quantity(8, 0.2, 100, breaks, prices)

    def test_without_demand_there_is_no_lot(self):
        with pytest.raises(FrameError, match="needs demand"):
            incremental_discount_quantity(8, 0.2, 0, [0, 10], [2, 1])


class TestLotRules:
    @pytest.mark.parametrize(
        ("economic", "minimum", "multiple", "maximum", "ordered"),
        [
            (304, 0, 0, np.inf, 304),
            (304, 400, 0, np.inf, 400),
            (304, 0, 100, np.inf, 300),
            (345, 0, 100, np.inf, 300),  # 345 / 300 = 1.15 costs less than 400 / 345 = 1.16
            (347, 0, 100, np.inf, 400),
            (10, 0, 25, np.inf, 25),
            (304, 400, 150, np.inf, 450),
            (304, 0, 100, 250, 200),
            (304, 400, 0, 250, 250),
            (0, 400, 100, np.inf, 400),
            (np.nan, 0, 0, np.inf, np.nan),
        ],
    )
    def test_the_cheapest_order_allowed(self, economic, minimum, multiple, maximum, ordered):
        assert within_lot_rules(economic, minimum, multiple, maximum) == pytest.approx(ordered, nan_ok=True)
