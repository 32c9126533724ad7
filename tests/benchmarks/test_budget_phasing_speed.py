"""6,000 quarters of a budget by item and region, of a company of 5,000 items, are spread over their months in less than a second."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from plan_tables import months

from sop_xl.plan.budget_phasing import phase_budget
from sop_xl.plan.grid import Grid
from sop_xl.plan.valuation import FinancialDetail

pytestmark = pytest.mark.benchmark_only

ITEMS, REGIONS, QUARTERS = 5_000, 4, 4
TIMELINE = months("2026-01", 12, history=24)


def company(items: int = ITEMS) -> FinancialDetail:
    """Sales of every item in every region."""
    random = np.random.default_rng(1)
    pairs = pd.MultiIndex.from_product([[f"I{n:05d}" for n in range(items)], [f"L{n}" for n in range(REGIONS)]], names=["item", "location"])
    series = pairs.to_frame(index=False).astype(object)
    series = series.assign(family=series["item"].str.replace("I", "F").str[:5], category="", region=series["location"].str.replace("L", "R"))
    grid = Grid(series, TIMELINE.periods)
    volume = random.gamma(2.0, 20.0, grid.shape) * (random.random(grid.shape) > 0.3)
    unknown = np.full(grid.shape, np.nan)
    return FinancialDetail(grid, volume, volume, volume * 10, volume * 6, unknown, unknown, unknown, unknown)


def budget(rows: int = 6_000) -> pd.DataFrame:
    """One quarter of revenue, cost and units per row, by item and region."""
    random = np.random.default_rng(2)
    starts = pd.DatetimeIndex([f"2026-{1 + 3 * q:02d}-01" for q in range(QUARTERS)])
    k = np.arange(rows)
    amount = random.uniform(-1e3, 1e6, rows).round(2)
    frame = pd.DataFrame({"family": "", "item": [f"I{n // 16:05d}" for n in k], "region": [f"R{n // QUARTERS % REGIONS}" for n in k], "owner": ""}, dtype="object")
    period = starts[k % QUARTERS]
    return frame.assign(
        period=period, demand=amount.round(), revenue=amount, cost=amount * 0.6, gross_margin=np.nan, currency="EUR", last_period=period + pd.DateOffset(months=2)
    )


def test_quarters_are_spread_over_their_months():
    detail, stated = company(), budget()
    began = time.perf_counter()
    phased, _ = phase_budget(stated, detail, TIMELINE)
    seconds = time.perf_counter() - began
    print(f"{len(stated)} figures over {len(detail.grid.series)} series: {seconds:.2f} s")
    assert len(phased) == 3 * len(stated)
    assert phased["revenue"].sum() == pytest.approx(stated["revenue"].sum(), abs=0.01)
    assert seconds < 1.0
