"""Spread of the forecast error, days of supply, which stock serves whom, and the size of an order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import MONTHS, locations, table

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.plan.inventory import days_of_supply, forecast_error_sd, order_quantity, stocking_location


def test_the_forecast_error_is_read_from_the_range():
    """P90 - P10 of a normal distribution is 2.563 standard deviations."""
    ranges = table(frames.BASELINE_FORECAST, *({"item": "A", "location": "North", "measure": m, "2026-01": v} for m, v in (("baseline", 100), ("baseline_low", 87.184), ("baseline_high", 112.816))))
    assert forecast_error_sd(ranges)["forecast_error_sd"].tolist() == pytest.approx([10], abs=1e-3)
    # the same width between P5 and P95 comes from a smaller deviation
    assert forecast_error_sd(ranges, 0.05, 0.95)["forecast_error_sd"].tolist() == pytest.approx([25.632 / 3.28971], abs=1e-3)


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


class TestStockingLocation:
    SERVED = pd.Series(["South", "North", "South"], index=[7, 8, 9])

    def test_demand_falls_on_the_location_that_supplies(self):
        served = stocking_location(self.SERVED, locations(North="", South="North"))
        assert served.tolist() == ["North", "North", "North"]
        assert served.index.tolist() == [7, 8, 9]

    def test_without_locations_each_serves_itself(self):
        assert stocking_location(self.SERVED, frames.empty_frame(frames.LOCATIONS)).tolist() == ["South", "North", "South"]

    def test_a_location_that_is_not_listed_is_refused(self):
        with pytest.raises(FrameError, match="South"):
            stocking_location(self.SERVED, locations(North=""))


class TestOrderQuantity:
    @pytest.mark.parametrize(
        ("short", "minimum", "multiple", "expected"),
        [(0, 130, 40, 0), (1e-12, 130, 40, 0), (30, 0, 0, 30), (30, 130, 0, 130), (30, 130, 40, 160), (161, 130, 40, 200), (160, 130, 40, 160)],
    )
    def test_orders_keep_minimum_and_multiple(self, short, minimum, multiple, expected):
        assert order_quantity(short, minimum, multiple) == pytest.approx(expected)

    def test_float_noise_adds_no_lot(self):
        assert order_quantity(0.1 * 3, 0, 0.1) == pytest.approx(0.3)
