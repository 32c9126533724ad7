"""A plan in money small enough to check by hand, and risks as a planner would write them.

Two families in two regions: bikes at 100 each that cost 60, helmets at 20 each that cost 12, for four months of 2026.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from plan_tables import items, locations, month, months, table

from sop_xl import frames
from sop_xl.plan.grid import Grid, series_of
from sop_xl.plan.risk_outlook import RiskOutlook, risk_outlook
from sop_xl.plan.valuation import FinancialDetail, times

TIMELINE = months("2026-01", 4, history=2)
ITEMS = pd.concat([items("Bike", family="Bikes"), items("Helmet", family="Helmets")], ignore_index=True)
PLACES = locations(All="", North="", South="")
PRICE = {"Bike": 100.0, "Helmet": 20.0}
COST = {"Bike": 60.0, "Helmet": 12.0}
UNITS = {("Bike", "North"): 10.0, ("Bike", "South"): 30.0, ("Helmet", "North"): 50.0}
REVENUE = 4 * (40 * 100.0 + 50 * 20.0)
MARGIN = 4 * (40 * 40.0 + 50 * 8.0)
NO_MIX = frames.empty_frame(frames.CUSTOMER_MIX)


def detail_of(units: dict[tuple[str, str], float] | None = None, timeline: Any = TIMELINE) -> FinancialDetail:
    """The same units in every planned period, nothing in the past."""
    units = UNITS if units is None else units
    pairs = pd.DataFrame(list(units), columns=["item", "location"])
    grid = Grid(series_of([pairs], ITEMS, PLACES), timeline.periods)
    demand = grid.zeros()
    for row, (item, location) in enumerate(zip(grid.series["item"], grid.series["location"], strict=True)):
        demand[row, len(timeline.history) :] = units[item, location]
    price, cost = (np.repeat(grid.series["item"].map(of).to_numpy(dtype=float)[:, None], grid.shape[1], axis=1) for of in (PRICE, COST))
    return FinancialDetail(grid, demand, demand.copy(), times(demand, price), times(demand, cost), price, cost, np.full(grid.shape, np.nan), price.copy())


def risks_of(*rows: dict[str, Any]) -> pd.DataFrame:
    """RISKS: by percent, open and certain to happen unless a row says otherwise; periods as `2026-01`."""
    given = {"kind": "risk", "driver": "units", "probability": 1.0, "action": "percent", "status": "open"}
    periods = ("first_period", "last_period")
    cells = [given | {"risk": f"R{n}"} | {k: month(v) if k in periods else v for k, v in row.items()} for n, row in enumerate(rows, start=1)]
    return table(frames.RISKS, *cells)


def outlook(*rows: dict[str, Any], runs: int = 2000, mix: pd.DataFrame = NO_MIX, **options: Any) -> RiskOutlook:
    """The outlook of the plan above with those risks."""
    timeline = options.pop("timeline", TIMELINE)
    detail = options.pop("detail", None) or detail_of(timeline=timeline)
    return risk_outlook(detail, options.pop("solution", None), risks_of(*rows), ITEMS, PLACES, mix, timeline, runs, **options)


def line(found: RiskOutlook, figure: str = "revenue", risk: str = "") -> Any:
    """One row of RISK_OUTLOOK."""
    rows = found.outlook[(found.outlook["figure"] == figure) & (found.outlook["risk"] == risk)]
    assert len(rows) == 1
    return rows.iloc[0]
