"""The approved plan: what is frozen of a plan when it is published, and the hash that proves it was not changed since."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from sop_xl.frames import APPROVED_PLAN, order_rows
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.grid import describe
from sop_xl.plan.supply.network import BOUGHT, MADE, made_or_bought

FIGURES = ("demand", "sales_volume", "revenue", "cost", "gross_margin", "inventory_value", "production", "purchases")
"""Measures of APPROVED_PLAN."""

FLOWS = ("demand", "revenue", "gross_margin")
"""Measures that a snapshot states as sums over the planned periods; it states the inventory value of the last one."""
TOTALS = (*FLOWS, "inventory_value")
"""What a snapshot states of a plan, where it has the figure."""

DECIMALS = 6
"""Places to which the plan is frozen: beyond them is what float arithmetic leaves."""

_KEYS = ["family", "region", "period"]

Line = tuple[str, str, str, str, float]
"""One figure of an approved plan: family, region, measure, label of the period, value."""


def approved_rows(
    financial_plan: pd.DataFrame, supply_plan: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame, timeline: Timeline, version: int
) -> pd.DataFrame:
    """Rows of the plan that is published, by family and region.

    Parameters
    ----------
    financial_plan
        FINANCIAL_PLAN; its version Plan gives demand, sales volume and money.
    supply_plan
        SUPPLY_PLAN; its planned receipts are production where they are made, and purchases where they are bought or subcontracted.
        Transfers are neither.
    items, locations
        ITEMS and LOCATIONS, for family and region of what arrives.
    timeline
        Its planned periods are frozen; its current period names the cycle.
    version
        Of the cycle, from 1 on.

    Returns
    -------
    APPROVED_PLAN, numbers to six decimals. A family that is not supplied in a region has no production and no purchases (NaN); components that
    nobody buys have no demand (NaN).
    """
    plan = financial_plan[(financial_plan["version"] == "Plan") & financial_plan["period"].isin(timeline.plan)]
    figures = [name for name in FIGURES if name in plan]
    rows = plan[[*_KEYS, *figures]].merge(_received(supply_plan, items, locations, timeline), on=_KEYS, how="outer")
    rows = rows[rows[list(FIGURES)].notna().any(axis=1)]
    rows = rows.assign(cycle=pd.Series(timeline.current, index=rows.index, dtype="datetime64[ns]"), version=float(version))
    rows[list(FIGURES)] = rows[list(FIGURES)].astype("float64").round(DECIMALS) + 0.0
    return order_rows(rows, APPROVED_PLAN)


def _received(supply_plan: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame, timeline: Timeline) -> pd.DataFrame:
    """Units made and bought by family, region and planned period."""
    rows = supply_plan[supply_plan["period"].isin(timeline.plan)]
    kind = rows["source"].map(made_or_bought)
    rows = describe(rows[["item", "location", "period", "planned_receipts"]].reset_index(drop=True), items, locations)
    for name, own in (("production", MADE), ("purchases", BOUGHT)):
        rows[name] = np.where(kind == own, rows["planned_receipts"], np.nan)
    return rows.groupby(_KEYS, as_index=False, sort=True)[["production", "purchases"]].sum(min_count=1)


def approved_totals(approved: pd.DataFrame) -> dict[str, float]:
    """What a snapshot states of APPROVED_PLAN: demand, revenue and gross margin over its periods, inventory value at the end of the last one.

    A figure that no line has is left out.
    """
    last = approved["period"] == approved["period"].max()
    figures = {name: approved[name] for name in FLOWS} | {"inventory_value": approved.loc[last, "inventory_value"]}
    return {name: round(float(values.sum()), DECIMALS) for name, values in figures.items() if values.notna().any()}


def approved_lines(approved: pd.DataFrame, calendar: Calendar) -> list[Line]:
    """Every figure that is there, one line each."""
    labels = {period: calendar.label(pd.Timestamp(period)) for period in approved["period"].unique()}
    long = approved.melt(_KEYS, list(FIGURES), var_name="measure", value_name="value").dropna(subset=["value"])
    periods = long["period"].map(labels)
    return list(zip(long["family"], long["region"], long["measure"], periods, long["value"].tolist(), strict=True))


def approved_hash(lines: Iterable[Line], *, cycle: str, version: int, as_of: str, approved_by: str, scenario: str, record: str = "") -> str:
    """SHA-256, in hexadecimal digits, of the figures of an approved plan and of what is said about it.

    The text that is hashed is the same whatever the order of the lines and wherever the figures were kept: a line of JSON with cycle, version,
    date, approver, scenario and, where there is one, the hash of the record behind it, then one line per figure with family, region, measure, period and value, tabs in between, sorted.
    """
    said = {"approved_by": approved_by, "as_of": as_of, "cycle": cycle, "scenario": scenario, "version": version} | ({"record": record} if record else {})
    head = json.dumps(said, sort_keys=True, ensure_ascii=False)
    body = sorted("\t".join((family, region, measure, period, figure_text(value))) for family, region, measure, period, value in lines)
    return hashlib.sha256("\n".join([head, *body]).encode("utf-8")).hexdigest()


def figure_text(value: float) -> str:
    """A figure as it is hashed: to six decimals and no more digits than a spreadsheet keeps; -0 is 0."""
    rounded = round(value, DECIMALS) + 0.0
    return format(rounded, ".15g") if math.isfinite(rounded) else str(rounded)
