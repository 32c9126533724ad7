"""Everything around the forecast, from consensus to key figures, costs well under a second at the size of a mid-sized company."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from plan_tables import months
from plan_thread import run_thread

from sop_xl import frames

pytestmark = pytest.mark.benchmark_only

TIMELINE = months("2026-01", 18, history=36)
SERIES_PER_LOCATION = 220
LOCATIONS = [f"L{n}" for n in range(10)]


def company(items: int) -> dict[str, pd.DataFrame]:
    """Items x 10 locations with three years of history and a forecast of 18 months."""
    random = np.random.default_rng(1)
    names = [f"I{n:05d}" for n in range(items)]

    def cells(periods: pd.DatetimeIndex) -> pd.DataFrame:
        index = pd.MultiIndex.from_product([names, LOCATIONS, periods], names=["item", "location", "period"])
        return index.to_frame(index=False)

    past, future = cells(TIMELINE.history), cells(TIMELINE.plan)
    demand, forecast = random.gamma(2.0, 20.0, len(past)), random.gamma(2.0, 20.0, len(future))
    attributes = {
        "item": names, "name": names, "category": "Goods", "family": [f"F{n % 27}" for n in range(items)], "unit": "pcs",
        "unit_cost": 7.0, "unit_price": 12.0, "lead_time": 1.2, "lead_time_deviation": 0.2, "minimum_order": 0.0, "order_multiple": 5.0,
        "service_level": np.nan, "start": pd.NaT, "end": pd.NaT,
    }  # fmt: skip
    places = {"location": LOCATIONS, "name": "", "region": [f"R{n % 3}" for n in range(10)], "country": "", "currency": "EUR", "supplied_from": "L0"}
    return {
        "items": pd.DataFrame(attributes).astype({"start": "datetime64[ns]", "end": "datetime64[ns]"}),
        "locations": pd.DataFrame(places),
        "demand_history": past.assign(demand=demand, revenue=demand * 10.0),
        "baseline_forecast": future.assign(baseline=forecast, baseline_low=forecast * 0.7, baseline_high=forecast * 1.3),
        "inventory": pd.DataFrame({"item": names, "location": "L0", "on_hand": 500.0, "safety_stock": np.nan}),
        "fx_rates": pd.DataFrame({"currency": "EUR", "rate_type": ["actual", "plan"], "period": [TIMELINE.first, TIMELINE.current], "fx_rate": [0.9, 0.8]}),
    }


def seconds(world: dict[str, pd.DataFrame]) -> float:
    """Best of three runs, so that a busy machine is not taken for slow code."""
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        run_thread(world, TIMELINE, {"plan_currency": "USD"})
        best = min(best, time.perf_counter() - start)
    return best


def test_the_whole_thread_takes_well_under_a_second(record_property):
    world = company(SERIES_PER_LOCATION)
    assert len(world["baseline_forecast"]) == 2200 * 18
    frames.check_frame(world["demand_history"], frames.DEMAND_HISTORY)
    taken = seconds(world)
    record_property("seconds", round(taken, 3))
    assert taken < 1.0


def test_twice_the_series_take_about_twice_as_long(record_property):
    """No step may look at every pair of rows; fixed costs make the ratio smaller, noise a little larger."""
    ratio = seconds(company(2 * SERIES_PER_LOCATION)) / seconds(company(SERIES_PER_LOCATION))
    record_property("ratio", round(ratio, 2))
    assert ratio < 3.0
