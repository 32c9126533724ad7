"""Safety stock by the books, and a projection that balances in every row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import MONTHS, items, locations, months, table, value

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.plan.inventory import days_of_supply, forecast_error_sd, inventory_plan
from sop_xl.plan.safety_stock import safety_stock

TIMELINE = months("2026-01", 4)
NO_ERROR = pd.DataFrame({"item": [], "location": [], "forecast_error_sd": []}).astype({"forecast_error_sd": float})


class TestSafetyStock:
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


def test_the_forecast_error_is_read_from_the_range():
    """P90 - P10 of a normal distribution is 2.563 standard deviations."""
    ranges = table(frames.BASELINE_FORECAST, *({"item": "A", "location": "North", "measure": m, "2026-01": v} for m, v in (("baseline", 100), ("baseline_low", 87.184), ("baseline_high", 112.816))))
    assert forecast_error_sd(ranges)["forecast_error_sd"].tolist() == pytest.approx([10], abs=1e-3)
    # the same width between P5 and P95 comes from a smaller deviation
    assert forecast_error_sd(ranges, 0.05, 0.95)["forecast_error_sd"].tolist() == pytest.approx([25.632 / 3.28971], abs=1e-3)


def consensus_of(*rows):
    return table(frames.CONSENSUS_DEMAND, *({"measure": "consensus"} | row for row in rows))


def project(consensus, stock=None, *, of=None, places=None, error=NO_ERROR, receipts=None, timeline=TIMELINE):
    inventory = frames.empty_frame(frames.INVENTORY) if stock is None else stock
    plan, notes = inventory_plan(
        consensus, inventory, items("A") if of is None else of, locations(North="", South="North") if places is None else places, timeline, error, 0.95, receipts
    )
    frames.check_frame(plan, frames.INVENTORY_PLAN)
    out = plan["opening_balance"] + plan["scheduled_receipts"] + plan["planned_receipts"] - plan["demand"] - plan["projected_available_balance"]
    assert (out.abs() <= 1e-9).all()
    return plan, set(notes["rule"])


STEADY = consensus_of({"item": "A", "location": "North", "2026-01": 100, "2026-02": 100, "2026-03": 100, "2026-04": 100})


def stock_of(on_hand=None, own=None, location="North"):
    return table(frames.INVENTORY, {"item": "A", "location": location, "on_hand": np.nan if on_hand is None else on_hand, "safety_stock": np.nan if own is None else own})


class TestProjection:
    def test_receipts_restore_safety_stock_no_earlier_than_the_lead_time(self):
        """Stock 150, safety stock 50, lead time 1.5 months: February ends 50 short, March brings the first receipt."""
        plan, _ = project(STEADY, stock_of(150, 50), of=items("A", lead_time=1.5))
        assert plan["planned_receipts"].tolist() == pytest.approx([0, 0, 200, 100])
        assert plan["projected_available_balance"].tolist() == pytest.approx([50, -50, 50, 50])
        assert plan["unmet_demand"].tolist() == pytest.approx([0, 50, 0, 0])
        assert plan["opening_balance"].tolist() == pytest.approx([150, 50, -50, 50])

    def test_orders_keep_minimum_and_multiple(self):
        plan, _ = project(STEADY, stock_of(100, 0), of=items("A", minimum_order=130, order_multiple=40))
        assert plan["planned_receipts"].tolist() == pytest.approx([0, 160, 160, 0])

    def test_open_orders_are_counted_first(self):
        due = table(frames.INVENTORY_PLAN, {"item": "A", "location": "North", "measure": "scheduled_receipts", "2026-02": 250})
        plan, _ = project(STEADY, stock_of(100, 0), receipts=due[["item", "location", "period", "scheduled_receipts"]])
        assert plan["scheduled_receipts"].tolist() == [0, 250, 0, 0]
        assert plan["planned_receipts"].tolist() == pytest.approx([0, 0, 0, 50])

    def test_demand_falls_on_the_location_that_supplies(self):
        both = consensus_of({"item": "A", "location": "North", "2026-01": 100}, {"item": "A", "location": "South", "2026-01": 30})
        plan, _ = project(both, stock_of(500), timeline=months("2026-01", 1))
        assert plan["location"].tolist() == ["North"]
        assert plan["demand"].tolist() == [130]

    def test_errors_of_locations_that_share_a_stock_pool(self):
        """3 and 4 units of deviation make 5, not 7."""
        both = consensus_of(*({"item": "A", "location": place, "2026-01": 50, "2026-02": 50} for place in ("North", "South")))
        error = pd.DataFrame({"item": ["A", "A"], "location": ["North", "South"], "forecast_error_sd": [3.0, 4.0]})
        plan, _ = project(both, stock_of(0), error=error, timeline=months("2026-01", 2))
        assert plan["safety_stock"].iloc[0] == pytest.approx(float(safety_stock(0, 5, 0, 0, 0.95)))

    def test_the_items_own_service_level_goes_before_the_setting(self):
        error = pd.DataFrame({"item": ["A"], "location": ["North"], "forecast_error_sd": [10.0]})
        low, _ = project(STEADY, stock_of(0), of=items("A", service_level=0.8), error=error)
        assert low["safety_stock"].iloc[0] == pytest.approx(float(safety_stock(0, 10, 0, 0, 0.8)))

    def test_no_stock_is_held_for_what_is_no_longer_sold(self):
        ending = consensus_of({"item": "A", "location": "North", "2026-01": 100, "2026-02": 100, "2026-03": 0, "2026-04": 0})
        error = pd.DataFrame({"item": ["A"], "location": ["North"], "forecast_error_sd": [10.0]})
        plan, _ = project(ending, stock_of(0), error=error)
        assert (plan["safety_stock"] > 0).tolist() == [True, False, False, False]

    def test_stock_without_demand_stays_in_the_plan(self):
        plan, _ = project(frames.empty_frame(frames.CONSENSUS_DEMAND), stock_of(70))
        assert plan["projected_available_balance"].tolist() == [70, 70, 70, 70]
        assert plan["days_of_supply"].isna().all()

    def test_nothing_at_all_is_an_empty_plan(self):
        assert project(frames.empty_frame(frames.CONSENSUS_DEMAND))[0].empty


class TestWhatIsAssumedIsSaid:
    def test_absent_stock_is_zero(self):
        plan, rules = project(STEADY)
        assert plan["opening_balance"].iloc[0] == 0
        assert rules == {"on-hand-absent", "forecast-error-absent"}

    def test_absent_lead_time_is_zero(self):
        _, rules = project(STEADY, stock_of(0), of=items("A", lead_time=np.nan))
        assert "lead-time-absent" in rules

    def test_stock_where_another_location_serves_is_idle(self):
        _, rules = project(STEADY, stock_of(10, location="South"))
        assert "stock-serves-no-demand" in rules

    def test_a_known_world_needs_no_words(self):
        error = pd.DataFrame({"item": ["A"], "location": ["North"], "forecast_error_sd": [10.0]})
        assert project(STEADY, stock_of(10), error=error)[1] == set()


class TestDaysOfSupply:
    DAYS = np.array([31.0, 28.0, 31.0, 30.0])

    def cover(self, balance, demand):
        return days_of_supply(np.array([balance], dtype=float), np.array([demand], dtype=float), self.DAYS, MONTHS.season)[0].tolist()

    def test_stock_covers_coming_not_past_demand(self):
        """150 at the end of January: February's 100 (28 days) and half of March (15.5 days)."""
        assert self.cover([150, 50, 0, -5], [900, 100, 100, 100])[0] == pytest.approx(28 + 15.5)

    def test_none_and_backlog_cover_nothing(self):
        assert self.cover([1, 50, 0, -5], [100, 100, 100, 100])[2:] == [0, 0]

    def test_beyond_the_horizon_demand_goes_on_at_its_mean(self):
        """120 days take 400, so 100 after the last period last 30 days."""
        assert self.cover([1, 1, 1, 100], [100, 100, 100, 100])[3] == pytest.approx(30)

    def test_a_month_without_demand_costs_its_days_but_no_stock(self):
        assert self.cover([100, 0, 0, 0], [100, 0, 100, 100])[0] == pytest.approx(28 + 31)

    def test_stock_without_demand_has_no_cover(self):
        assert np.isnan(self.cover([5, 5, 5, 5], [0, 0, 0, 0])).all()


def test_the_last_planned_period_is_covered_by_its_own_demand():
    plan, _ = project(STEADY, stock_of(1000, 0))
    assert value(plan, "days_of_supply", period="2026-04") == pytest.approx(600 / 400 * 120)
