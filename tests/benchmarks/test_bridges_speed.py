"""Roll-up, bridges and comparison of 5,000 items in 10 regions over 24 months cost less than two seconds; pandas' own group-by stands beside it."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from plan_tables import months

from sop_xl import frames
from sop_xl.plan.bridges import bridges
from sop_xl.plan.finance import financial_plan
from sop_xl.plan.grid import Grid
from sop_xl.plan.plan_comparison import plan_comparison
from sop_xl.plan.valuation import FinancialDetail

pytestmark = pytest.mark.benchmark_only

ITEMS, REGIONS, FAMILIES = 5_000, 10, 50
TIMELINE = months("2026-01", 12, history=12)


def company() -> tuple[FinancialDetail, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Valued detail of every item in every region, a budget and a last cycle by family and region, items and locations."""
    random = np.random.default_rng(1)
    names, places = [f"I{n:05d}" for n in range(ITEMS)], [f"L{n}" for n in range(REGIONS)]
    series = pd.MultiIndex.from_product([names, places], names=["item", "location"]).to_frame(index=False).astype(object)
    family = pd.Series([f"F{n % FAMILIES:02d}" for n in range(ITEMS)], index=names)
    series = series.assign(family=series["item"].map(family), category="Goods", region=series["location"].str.replace("L", "R"))
    grid = Grid(series, TIMELINE.periods)
    volume = random.gamma(2.0, 20.0, grid.shape)
    volume[random.random(len(series)) < 0.02, :12] = 0.0  # some items are new
    volume[random.random(len(series)) < 0.02, 12:] = 0.0  # and some have ended
    price = np.repeat(random.uniform(5, 50, (len(series), 1)), 24, axis=1) * np.where(np.arange(24) < 12, 1.0, 1.03)
    unit_cost = price * 0.6
    rate = np.where((series["location"] < "L5").to_numpy()[:, None], np.nan, np.where(np.arange(24) < 12, 0.9, 0.8))
    detail = FinancialDetail(
        grid=grid, demand=volume, volume=volume, revenue=volume * price, cost=volume * unit_cost, price=price, list_price=price,
        unit_cost=unit_cost, fx_rate=rate,
    )  # fmt: skip
    attributes = {
        "item": names, "name": names, "category": "Goods", "family": family.to_numpy(), "unit": "pcs", "unit_cost": 7.0, "unit_price": 12.0,
        "lead_time": 1.2, "lead_time_deviation": 0.2, "minimum_order": 0.0, "order_multiple": 5.0, "service_level": np.nan, "start": pd.NaT, "end": pd.NaT,
    }  # fmt: skip
    items = pd.DataFrame(attributes).astype({"start": "datetime64[ns]", "end": "datetime64[ns]"})
    locations = pd.DataFrame({"location": places, "name": "", "region": [f"R{n}" for n in range(REGIONS)], "country": "", "currency": "EUR", "supplied_from": "L0"})
    cells = pd.MultiIndex.from_product([sorted(set(family)), sorted(locations["region"]), TIMELINE.plan], names=["family", "region", "period"])
    stated = cells.to_frame(index=False).astype({"family": object, "region": object})
    demand, revenue = random.gamma(2.0, 2000.0, len(stated)), random.gamma(2.0, 50_000.0, len(stated))
    budget = stated.assign(item="", owner="", demand=demand, revenue=revenue, cost=revenue * 0.6, gross_margin=revenue * 0.4)
    previous = stated.assign(
        category="Goods", version="Plan", demand=demand, sales_volume=demand, revenue=revenue * 1.01, cost=revenue * 0.6,
        gross_margin=revenue * 0.41, inventory_value=revenue,
    )  # fmt: skip
    return detail, budget, previous[list(frames.FINANCIAL_PLAN.columns)], items, locations


def best_of_three(work: Callable[[], object]) -> float:
    """Seconds of computing in the best run, so that a busy machine is not taken for slow code; one thread does all the work."""
    found = []
    for _ in range(3):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def test_rolled_up_bridged_and_compared_in_under_two_seconds(record_property):
    detail, budget, previous, items, locations = company()
    stock = frames.empty_frame(frames.INVENTORY_PLAN)

    def roll_up() -> pd.DataFrame:
        return financial_plan(detail, stock, budget, previous, items, locations, TIMELINE)[0]

    plan = roll_up()
    parts = {
        "roll-up": best_of_three(roll_up),
        "bridges": best_of_three(lambda: bridges(detail, plan, TIMELINE, budget, items)),
        "comparison": best_of_three(lambda: plan_comparison(plan, TIMELINE)),
    }
    tidy = detail.grid.frame(volume=detail.volume, revenue=detail.revenue, cost=detail.cost)
    labels = detail.grid.series.loc[np.repeat(np.arange(len(detail.grid.series)), 24), ["family", "region"]].reset_index(drop=True)
    tidy = tidy.assign(family=labels["family"].astype("category"), region=labels["region"].astype("category"))

    def group_by() -> pd.DataFrame:
        return tidy.groupby(["family", "region", "period"], observed=True)[["volume", "revenue", "cost"]].sum()

    floor = best_of_three(group_by)
    for name, seconds in (parts | {"pandas group-by floor": floor}).items():
        record_property(name, round(seconds, 3))
        print(f"{name}: {seconds:.3f} s")
    assert len(tidy) == ITEMS * REGIONS * 24
    assert sum(parts.values()) < 2.0


def test_a_budget_by_item_region_and_month_is_rolled_up_and_bridged_in_under_two_seconds(record_property):
    """600,000 rows of budget: 5,000 items in 10 regions over 12 months."""
    detail, _, previous, items, locations = company()
    series, count = detail.grid.series, len(TIMELINE.plan)
    rows, random = np.repeat(np.arange(len(series)), count), np.random.default_rng(2)
    revenue = random.gamma(2.0, 500.0, len(rows))
    budget = pd.DataFrame(
        {
            "family": np.full(len(rows), "", dtype=object), "item": series["item"].to_numpy(dtype=object)[rows],
            "region": series["region"].to_numpy(dtype=object)[rows], "owner": np.full(len(rows), "", dtype=object), "period": np.tile(TIMELINE.plan, len(series)),
            "demand": random.gamma(2.0, 20.0, len(rows)), "revenue": revenue, "cost": revenue * 0.6, "gross_margin": revenue * 0.4,
        }
    )  # fmt: skip
    stock = frames.empty_frame(frames.INVENTORY_PLAN)

    def roll_up() -> pd.DataFrame:
        return financial_plan(detail, stock, budget, previous, items, locations, TIMELINE)[0]

    plan = roll_up()
    explained, _ = bridges(detail, plan, TIMELINE, budget, items)
    parts = {"roll-up": best_of_three(roll_up), "bridges": best_of_three(lambda: bridges(detail, plan, TIMELINE, budget, items))}
    for name, seconds in parts.items():
        record_property(name, round(seconds, 3))
        print(f"budget by item, {name}: {seconds:.3f} s")
    of_budget = explained[(explained["bridge"] == "Budget to plan") & (explained["item"] == "") & (explained["family"] == "All")]
    start = of_budget[(of_budget["measure"] == "revenue") & (of_budget["step"] == "Budget")]
    assert start["amount"].tolist() == pytest.approx([revenue.sum()])
    assert sum(parts.values()) < 2.0
