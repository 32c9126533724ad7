"""Histories for tests of history cleansing: one line per series, oldest month first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from plan_tables import month, months, table, value

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.cleansing import Cleansed, cleanse_history
from sop_xl.plan.history import calendarise

CURRENT = "2026-01"
"""First planned month of all these tests: the last month of history is 2025-12."""

Series = Mapping[str, Sequence[float]]


def timeline(length: int) -> Timeline:
    """That many months of history, and three to plan."""
    return months(CURRENT, 3, history=length)


def history(demand: Series, **beside: Mapping[str, Mapping[str, float]]) -> pd.DataFrame:
    """Dense history. A series is named `item` or `item/location`; `beside` gives shipments, stock_out or returns by series and month."""
    length = max(len(values) for values in demand.values())
    line = timeline(length)
    rows = []
    for name, values in demand.items():
        item, _, location = name.partition("/")
        periods = line.history[length - len(values) :]
        cells = {measure: given.get(name, {}) for measure, given in beside.items()}
        rows += [
            {"item": item, "location": location or "L", "period": p, "demand": v, "revenue": 7.0 * v}
            | {measure: given[MONTH(p)] for measure, given in cells.items() if MONTH(p) in given}
            for p, v in zip(periods, values, strict=True)
        ]
    dense, _ = calendarise(table(frames.DEMAND_HISTORY, *rows), line)
    return dense


def MONTH(period: pd.Timestamp) -> str:
    return f"{period:%Y-%m}"


def event(name: str, first: str, last: str = "", **columns: Any) -> dict[str, Any]:
    """A past promotion; everything else is absent."""
    span = {"first_period": month(first), "last_period": month(last) if last else pd.NaT}
    return {"event": name, "type": "promotion", "effect_kind": "percent"} | span | columns


def cleanse(
    dense: pd.DataFrame, *events: Mapping[str, Any], marks: pd.DataFrame | None = None, family: Mapping[str, str] | None = None,
    ends: Mapping[str, str] | None = None, **options: Any,
) -> Cleansed:  # fmt: skip
    """Cleanse with items and locations that fit the history."""
    length = int((month(CURRENT).to_period("M") - dense["period"].min().to_period("M")).n)
    names, places = sorted(dense["item"].unique()), sorted(dense["location"].unique())
    items = table(
        frames.ITEMS,
        *({"item": n, "family": (family or {}).get(n, "Paint"), "end": pd.Timestamp(ends[n]) if ends and n in ends else pd.NaT} for n in names),
    )
    locations = table(frames.LOCATIONS, *({"location": n, "region": "North"} for n in places))
    return cleanse_history(dense, table(frames.EVENTS, *events), items, locations, timeline(length), marks, **options)


def corrected(cleansed: Cleansed, item: str = "A", location: str = "L") -> list[float]:
    """What the forecast learns from, oldest first."""
    mine = cleansed.history[(cleansed.history["item"] == item) & (cleansed.history["location"] == location)]
    return [float(v) for v in mine["demand"]]


def then(cleansed: Cleansed, label: str, item: str = "A", location: str = "L") -> float:
    """What the forecast learns from in one month."""
    return value(cleansed.history, "demand", item=item, location=location, period=label)


def logged(cleansed: Cleansed, cause: str = "") -> list[tuple[str, float, float, str]]:
    """Month, raw, corrected and state of every line of the log (of one cause)."""
    log = cleansed.log if not cause else cleansed.log[cleansed.log["cause"] == cause]
    return [
        (MONTH(p), float(np.round(raw, 6)), float(np.round(then, 6)), state)
        for p, raw, then, state in log[["period", "raw", "corrected", "state"]].itertuples(index=False)
    ]


def marked(log: pd.DataFrame, mark: str) -> pd.DataFrame:
    """Every line of a log with that mark."""
    return log.assign(mark=mark)
