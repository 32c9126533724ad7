"""Thousands of outcomes of a mid-sized company's plan take about a second: they are not computed cell by cell."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from plan_tables import months, table

from sop_xl import frames
from sop_xl.plan.grid import Grid, series_of
from sop_xl.plan.risk_outlook import risk_outlook
from sop_xl.plan.risk_timing import PaymentTerms
from sop_xl.plan.valuation import FinancialDetail

pytestmark = pytest.mark.benchmark_only

TIMELINE = months("2026-01", 24)
SERIES, REGIONS, FAMILIES, RUNS, RISKS = 5000, 10, 27, 10_000, 30
NAMES = [f"I{n:04d}" for n in range(SERIES // REGIONS)]


def company() -> tuple[FinancialDetail, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """5,000 series of 500 items in 10 regions, items, locations and customers: a third of all demand is that of one group."""
    random = np.random.default_rng(1)
    items = table(frames.ITEMS, *({"item": name, "family": f"F{n % FAMILIES}", "category": "Goods"} for n, name in enumerate(NAMES)))
    places = table(frames.LOCATIONS, *({"location": f"L{n}", "region": f"R{n}"} for n in range(REGIONS)))
    pairs = pd.MultiIndex.from_product([NAMES, places["location"]], names=["item", "location"]).to_frame(index=False).astype(object)
    grid = Grid(series_of([pairs], items, places), TIMELINE.periods)
    units = random.gamma(2.0, 20.0, grid.shape)
    price, cost = np.full(grid.shape, 12.0), np.full(grid.shape, 7.0)
    detail = FinancialDetail(grid, units, units.copy(), units * price, units * cost, price, cost, np.full(grid.shape, np.nan), price.copy())
    return detail, items, places, pairs.assign(customer="Web", share=1 / 3)


def risks() -> pd.DataFrame:
    """30 risks of every driver that is simulated, in every kind of scope."""
    random = np.random.default_rng(2)
    rows = []
    for n in range(RISKS):
        driver = ("units", "units", "price", "cost", "date")[n % 5]
        effect = random.uniform(-0.3, 0.2) if driver != "date" else 30.0
        scope = ({"family": f"F{n % FAMILIES}"}, {"region": f"R{n % REGIONS}"}, {"item": NAMES[n * 7]}, {"customer": "Web"}, {})[(n // 5) % 5]
        first = TIMELINE.plan[int(random.integers(0, 12))]
        rows.append(
            scope | {"risk": f"R{n:02d}", "driver": driver, "action": "add" if n % 10 == 1 else "percent", "probability": random.uniform(0.1, 0.6), "effect": effect * (100 if n % 10 == 1 else 1),
                     "effect_low": (effect - 0.1) * (100 if n % 10 == 1 else 1), "effect_high": (effect + 0.1) * (100 if n % 10 == 1 else 1), "first_period": first, "status": "open"}
        )  # fmt: skip
    return table(frames.RISKS, *rows)


def test_ten_thousand_outcomes_of_thirty_risks(record_property):
    detail, items, places, mix = company()
    stated = risks()
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        found = risk_outlook(detail, None, stated, items, places, mix, TIMELINE, RUNS, terms=PaymentTerms(30.0, 15.0))
        best = min(best, time.perf_counter() - start)
    assert len(found.outlook) == 3 * (RISKS + 1)
    record_property("seconds", round(best, 3))
    assert best < 4.0
