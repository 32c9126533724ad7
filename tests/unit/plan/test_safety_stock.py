"""Safety stock for a cycle service or a fill rate, of skewed and of intermittent demand: by the books, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stockpyl import loss_functions

from sop_xl.errors import FrameError
from sop_xl.plan.intermittent_stock import bootstrap_safety_stock, bootstrap_service, interval_draws
from sop_xl.plan.safety_stock import (
    coming_demand,
    cycle_quantity,
    cycle_service,
    fill_rate,
    gamma_loss,
    normal_loss,
    safety_stock,
)


class TestCycleServiceByTheBooks:
    """Examples of chapter 11 (safety inventory) of Chopra and Meindl, Supply Chain Management, 3rd ed. 2007."""

    def test_continuous_review(self):
        """Weekly demand 2,500 with a deviation of 500, two weeks of lead time, service level 90 %: 906 units."""
        assert safety_stock(2500, 500, 2, 0, 0.9, review_periods=0) == pytest.approx(906, abs=0.5)

    def test_periodic_review(self):
        """The same, reviewed every four weeks: 1,570 units protect six weeks."""
        assert safety_stock(2500, 500, 2, 0, 0.9, review_periods=4) == pytest.approx(1570, abs=0.5)

    @pytest.mark.parametrize(
        ("lead_time_deviation", "expected"), [(6, 19298), (5, 16109), (4, 12927), (3, 9760), (2, 6628), (1, 3625), (0, 1695)]
    )
    def test_an_uncertain_lead_time(self, lead_time_deviation, expected):
        """Daily demand 2,500 with a deviation of 500, seven days of lead time, 90 %: the less certain the supplier the more stock."""
        assert safety_stock(2500, 500, 7, lead_time_deviation, 0.9, review_periods=0) == pytest.approx(expected, abs=1)

    def test_a_plan_made_anew_each_period_protects_one_period_more(self):
        assert safety_stock(0, 10, 3, 0, 0.9) == pytest.approx(safety_stock(0, 10, 4, 0, 0.9, review_periods=0))

    def test_half_a_service_level_needs_none_and_absent_stays_absent(self):
        assert safety_stock(10, 5, 1, 1, 0.5) == 0
        assert safety_stock(10, 5, 1, 1, 0.3) == 0
        assert np.isnan(safety_stock(10, np.nan, 1, 1, 0.9))

    @pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
    def test_a_certain_service_level_does_not_exist(self, level):
        with pytest.raises(FrameError, match="between 0 and 1"):
            safety_stock(1, 1, 1, 1, level)


class TestFillRateByTheBooks:
    def test_a_reorder_point_of_6000(self):
        """Chopra and Meindl, Supply Chain Management, 3rd ed. 2007, chapter 11: weekly demand 2,500 with a deviation of 500, two weeks of lead time, lots of
        10,000, reorder point 6,000 (1,000 of safety stock): 25 units short in a cycle, a fill rate of 0.9975."""
        assert fill_rate(1000, 2500, 500, 2, 0, 0, order_quantity=10000) == pytest.approx(0.9975, abs=5e-5)

    def test_the_safety_stock_for_a_fill_rate(self):
        """The same product: 97.5 % of demand from stock takes 67 units."""
        assert safety_stock(2500, 500, 2, 0, 0.975, 0, measure="fill rate", order_quantity=10000) == pytest.approx(67, abs=0.5)

    def test_a_safety_factor_from_the_unit_normal_loss(self):
        """Silver, Pyke and Thomas 2017, chapter 6, rule for a fill rate: demand over the lead time 50 with a deviation of 11.4, lots of 200, 99 %: G(k) = 0.175,
        k = 0.58."""
        assert safety_stock(50, 11.4, 1, 0, 0.99, 0, measure="fill rate", order_quantity=200) / 11.4 == pytest.approx(0.58, abs=0.005)

    def test_the_unit_normal_loss(self):
        """Documented by stockpyl: G(1.3) = 0.0455; normal demand of 15 and 3 beyond 18.6: 0.1683."""
        assert normal_loss(1.3, 1) == pytest.approx(0.045527962, abs=1e-9)
        assert normal_loss(3.6, 3) == pytest.approx(0.168307352, abs=1e-9)

    def test_the_gamma_loss(self):
        """Documented by stockpyl: gamma demand of shape 2 and scale 3 (mean 6, variance 18) beyond 4: 2.636."""
        assert gamma_loss(4, 6, np.sqrt(18)) == pytest.approx(2.635971381, abs=1e-9)

    @given(mean=st.floats(1, 500), variation=st.floats(0.1, 2), above=st.floats(-0.9, 3))
    @settings(max_examples=25, deadline=None)
    def test_losses_agree_with_stockpyl(self, mean, variation, above):
        spread = mean * variation
        level = mean * (1 + above)
        assert normal_loss(level - mean, spread) == pytest.approx(loss_functions.normal_loss(level, mean, spread)[0], rel=1e-6, abs=1e-9 * mean)
        a, b = (mean / spread) ** 2, spread**2 / mean
        assert gamma_loss(level, mean, spread) == pytest.approx(loss_functions.gamma_loss(level, a, b)[0], rel=1e-6, abs=1e-7 * mean)


class TestWhatSafetyStockGives:
    @pytest.mark.parametrize("method", ["normal", "gamma"])
    @pytest.mark.parametrize("measure", ["cycle service", "fill rate"])
    def test_the_target_comes_back(self, method, measure):
        target = np.array([0.9, 0.95, 0.99])
        held = safety_stock(100, 60, 2, 0.5, target, measure=measure, method=method)
        given_back = {"cycle service": cycle_service, "fill rate": fill_rate}[measure](held, 100, 60, 2, 0.5, method=method)
        assert given_back == pytest.approx(target, abs=1e-9)

    def test_skewed_demand_needs_more_for_high_targets(self):
        assert safety_stock(100, 80, 2, 0, 0.99, method="gamma") > safety_stock(100, 80, 2, 0, 0.99)

    def test_gamma_with_little_spread_is_normal(self):
        assert safety_stock(1000, 10, 2, 0, 0.95, method="gamma") == pytest.approx(float(safety_stock(1000, 10, 2, 0, 0.95)), rel=0.01)

    def test_larger_lots_need_less_for_the_same_fill_rate(self):
        by_lot = safety_stock(100, 50, 2, 0, 0.95, measure="fill rate", order_quantity=np.array([100, 300, 1000, 100000]))
        assert (np.diff(by_lot) < 0)[:2].all()
        assert by_lot[-1] == 0

    def test_the_demand_of_a_review_period_is_the_least_lot(self):
        assert cycle_quantity(100, 30) == 100
        assert safety_stock(100, 50, 2, 0, 0.95, measure="fill rate", order_quantity=30) == safety_stock(100, 50, 2, 0, 0.95, measure="fill rate")

    @pytest.mark.parametrize("method", ["normal", "gamma"])
    @pytest.mark.parametrize("measure", ["cycle service", "fill rate"])
    def test_absent_stays_absent_and_certain_demand_needs_none(self, method, measure):
        assert np.isnan(safety_stock(10, np.nan, 1, 1, 0.9, measure=measure, method=method))
        assert safety_stock(10, 0, 1, 0, 0.9, measure=measure, method=method) == 0
        assert safety_stock(0, 0, 1, 0, 0.9, measure=measure, method=method) == 0

    def test_nothing_sold_has_no_fill_rate(self):
        assert np.isnan(fill_rate(10, 0, 5, 1, 0))

    def test_without_spread_a_missing_unit_is_a_missed_cycle(self):
        assert cycle_service([0, -1], 10, 0, 1, 0).tolist() == [1, 0]
        assert fill_rate(-4, 10, 0, 1, 0) == pytest.approx(0.6)

    @pytest.mark.parametrize("asked", [{"measure": "type 2"}, {"method": "poisson"}])
    def test_an_unknown_way_is_refused(self, asked):
        with pytest.raises(FrameError, match="is none of"):
            safety_stock(1, 1, 1, 1, 0.9, **asked)

    @given(level=st.floats(0.55, 0.99), more=st.floats(0.001, 0.009), variation=st.floats(0.05, 1.5), lead_time=st.floats(0, 6), late=st.floats(0, 2))
    @settings(max_examples=40, deadline=None)
    def test_a_higher_target_never_needs_less(self, level, more, variation, lead_time, late):
        for method in ("normal", "gamma"):
            for measure in ("cycle service", "fill rate"):
                low, high = safety_stock(100, 100 * variation, lead_time, late, np.array([level, level + more]), measure=measure, method=method)
                assert 0 <= low <= high + 1e-9


class TestBySimulation:
    """Order up to a level in every period; the order arrives two periods later; what is short waits. A hundred thousand periods."""

    def served(self, demand, level_up_to, lead_time):
        """Part of demand served from stock where each period's demand is ordered anew: stock after a receipt is the level less `lead_time` periods."""
        sums = np.concatenate([[0.0], np.cumsum(demand)])
        before = sums[lead_time:-1] - sums[: -lead_time - 1]
        after = sums[lead_time + 1 :] - sums[: -lead_time - 1]
        newly_short = np.maximum(after - level_up_to, 0) - np.maximum(before - level_up_to, 0)
        return 1 - newly_short.sum() / (after - before).sum()

    @pytest.mark.parametrize("target", [0.9, 0.95, 0.98])
    def test_normal_demand(self, target):
        demand = np.random.default_rng(3).normal(100, 30, 100_000)
        held = float(safety_stock(100, 30, 2, 0, target, measure="fill rate"))
        assert self.served(demand, 300 + held, 2) == pytest.approx(target, abs=0.003)

    @pytest.mark.parametrize("target", [0.9, 0.95, 0.98])
    def test_gamma_demand(self, target):
        demand = np.random.default_rng(4).gamma(1.5, 100 / 1.5, 100_000)
        held = float(safety_stock(100, 100 / np.sqrt(1.5), 2, 0, target, measure="fill rate", method="gamma"))
        assert self.served(demand, 300 + held, 2) == pytest.approx(target, abs=0.004)

    @pytest.mark.parametrize("target", [0.9, 0.95])
    def test_intermittent_demand_from_its_history(self, target):
        """One period in three sells, sizes from 1 to 40; ten years of months are known."""
        rng = np.random.default_rng(5)
        demand = np.where(rng.random(100_000) < 1 / 3, rng.integers(1, 41, 100_000), 0).astype(float)
        history = demand[:120][None, :]
        drawn = interval_draws(history, np.array([2.0]), np.array([0.0]))
        mean = np.array([[demand.mean() * 3]])
        held = bootstrap_safety_stock(drawn, mean, np.array([target]), "fill rate", mean / 3)[0, 0]
        assert self.served(demand, mean[0, 0] + held, 2) == pytest.approx(target, abs=0.015)

    def test_an_uncertain_lead_time(self):
        """Demand over a lead time drawn for each cycle stays below mean + safety stock as often as asked."""
        rng = np.random.default_rng(6)
        lead = rng.gamma(16, 4 / 16, 200_000)
        total = rng.normal(100 * (lead + 1), 20 * np.sqrt(lead + 1))
        held = float(safety_stock(100, 20, 4, 1, 0.95, method="gamma"))
        assert (total <= 500 + held).mean() == pytest.approx(0.95, abs=0.005)


class TestIntermittentDemand:
    HISTORY = np.array([[0, 0, 12, 0, 0, 0, 5, 0, 0, 7, 0, 0, 0, 0, 30, 0, 0, 9, 0, 0, 0, 11, 0, 0]], dtype=float)
    LEAD, NONE = np.array([1.0]), np.array([0.0])

    def test_draws_are_the_same_every_time_and_beside_any_neighbour(self):
        alone = interval_draws(self.HISTORY, self.LEAD, self.NONE)
        beside = interval_draws(np.vstack([self.HISTORY[:, ::-1], self.HISTORY]), np.array([3.0, 1.0]), np.array([1.0, 0.0]))
        assert (alone.ratios[0] == beside.ratios[1]).all()

    def test_draws_are_in_units_of_their_mean(self):
        drawn = interval_draws(self.HISTORY, self.LEAD, self.NONE)
        assert drawn.ratios.mean() == pytest.approx(1)
        assert (np.diff(drawn.ratios[0]) >= 0).all()
        assert drawn.losses[0, 0] == pytest.approx(1 - drawn.ratios[0, 0])
        assert drawn.losses[0, -1] == 0

    def test_sizes_not_seen_yet_may_come(self):
        """Jittered draws differ from the sums that plain resampling could give."""
        drawn = interval_draws(np.where(self.HISTORY > 0, 10.0, 0.0), self.LEAD, self.NONE)
        assert len(np.unique(drawn.ratios)) > 10

    def test_the_cycle_target_is_a_quantile_and_comes_back(self):
        drawn = interval_draws(self.HISTORY, self.LEAD, self.NONE)
        held = bootstrap_safety_stock(drawn, np.array([[8.0]]), np.array([0.95]), "cycle service", np.array([[4.0]]))
        service, _ = bootstrap_service(drawn, held[:, 0], np.array([8.0]), np.array([4.0]))
        assert 0.95 <= service[0] <= 0.96

    def test_the_fill_rate_comes_back(self):
        drawn = interval_draws(self.HISTORY, self.LEAD, self.NONE)
        held = bootstrap_safety_stock(drawn, np.array([[8.0, 16.0]]), np.array([0.9]), "fill rate", np.array([[4.0, 8.0]]))
        assert held[0, 1] == pytest.approx(2 * held[0, 0])
        _, filled = bootstrap_service(drawn, held[:, 0], np.array([8.0]), np.array([4.0]))
        assert filled[0] == pytest.approx(0.9, abs=1e-9)

    def test_lumps_need_more_than_the_normal_distribution_says(self):
        drawn = interval_draws(self.HISTORY, self.LEAD, self.NONE)
        mean = self.HISTORY.mean()
        held = bootstrap_safety_stock(drawn, np.array([[2 * mean]]), np.array([0.98]), "cycle service", np.array([[mean]]))[0, 0]
        assert held > float(safety_stock(mean, self.HISTORY.std(), 1, 0, 0.98))

    def test_a_late_supplier_needs_more(self):
        on_time, late = (interval_draws(self.HISTORY, np.array([3.0]), np.array([sd])) for sd in (0.0, 2.0))
        held = [bootstrap_safety_stock(d, np.array([[12.0]]), np.array([0.95]), "cycle service", np.array([[3.0]]))[0, 0] for d in (on_time, late)]
        assert held[1] > held[0]

    def test_two_sales_say_nothing(self):
        drawn = interval_draws(np.array([[0, 5, 0, 0, 3, 0], [np.nan, np.nan, 0, 1, 2, 3]], dtype=float), np.ones(2), np.zeros(2))
        assert drawn.known.tolist() == [False, True]
        assert np.isnan(bootstrap_safety_stock(drawn, np.ones((2, 1)), np.full(2, 0.9), "fill rate", np.ones((2, 1)))[0, 0])


def test_coming_demand_is_the_mean_of_what_comes_next():
    demand = np.array([[10.0, 20.0, 30.0, 40.0]])
    assert coming_demand(demand, np.array([2])).tolist() == [[25, 35, 40, 40]]
