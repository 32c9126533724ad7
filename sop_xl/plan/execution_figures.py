"""Key figures of what really happened: served from stock, on time in full, how long customers wait, launches and milestones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.archive import LAG_COLUMNS, SALES_NUMBER
from sop_xl.plan.kpi_figures import ALL, as_values, by_scope, family_of, share_by_scope

WEEKS = 13
"""Weeks over which service to customers is measured."""

_PAIR = ["item", "location"]


def served_from_stock(history: pd.DataFrame, items: pd.DataFrame, timeline: Timeline) -> dict[str, float]:
    """Units shipped / units ordered over the last quarter of history: all and by family.

    Parameters
    ----------
    history
        DEMAND_HISTORY. Rows without shipments do not count; what was shipped beyond the demand of its period is late, not more service.
    timeline
        The quarter is its last 3 (weeks: 13) periods of history.
    """
    if "shipments" not in history:
        return {}
    quarter = timeline.history[-(timeline.calendar.season // 4) :]
    rows = history[history["period"].isin(quarter) & history["shipments"].notna() & (history["demand"] > 0)]
    units = pd.DataFrame({"family": family_of(rows["item"], items), "asked": rows["demand"], "served": np.minimum(rows["shipments"], rows["demand"])})
    return share_by_scope(units, "served", "asked")


def on_time_in_full(weekly: pd.DataFrame, items: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, float]:
    """Share of weeks with orders by whose end everything ordered so far had left: all and by family.

    Parameters
    ----------
    weekly
        WEEKLY_ACTUALS: a line is one item at one location in one week. Only weeks of which orders and shipments are known and which are over
        at `as_of` count, the last 13 of them. Before the first of them nothing waits.

    Returns
    -------
    By scope; without such weeks nothing.
    """
    weeks = _waiting(weekly, items, as_of)
    lines = weeks[weeks["orders"] > 0]
    return share_by_scope(lines.assign(line=1.0, full=(lines["waiting"] <= 1e-9).astype(float)), "full", "line")


def customer_lead_time(weekly: pd.DataFrame, items: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, float]:
    """Days from the wanted week to shipment: all and by family.

    Little's law (J. Little, Operations Research 9(3), 1961): mean wait = mean units that wait / units that come a day. See `on_time_in_full`.
    """
    weeks = _waiting(weekly, items, as_of)
    return share_by_scope(weeks.assign(days=7.0 * weeks["waiting"]), "days", "orders")


def _waiting(weekly: pd.DataFrame, items: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """Known and finished weeks, with family and the units that wait at their end."""
    known = weekly[weekly["orders"].notna() & weekly["shipments"].notna() & (weekly["week"] + pd.Timedelta(days=7) <= as_of)]
    last = np.sort(known["week"].unique())[-WEEKS:]
    rows = known[known["week"].isin(last)].sort_values([*_PAIR, "week"], kind="stable").reset_index(drop=True)
    short = (rows["orders"] - rows["shipments"]).groupby([rows["item"], rows["location"]]).cumsum()
    # shipments ahead of orders serve nothing later: the backlog is the running total above its lowest point so far
    lowest = short.groupby([rows["item"], rows["location"]]).cummin().clip(upper=0.0)
    return rows.assign(family=family_of(rows["item"], items), waiting=short - lowest)


def launch_performance(lifecycle: pd.DataFrame, archive: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame, timeline: Timeline) -> dict[str, float]:
    """Units of launched items since their launch / what the last forecast before it said: all and by family.

    Parameters
    ----------
    lifecycle
        LIFECYCLE; its launches up to the last period of history count, each item once, over all its locations.
    archive
        FORECAST_ARCHIVE: of each launch the latest cycle that began no later than it, as far as its six lags reach. A launch that no archived cycle
        saw coming is left out.
    history
        DEMAND_HISTORY.
    """
    launches = lifecycle[(lifecycle["stage"] == "launch") & (lifecycle["period"] < timeline.current)]
    rows = []
    for item, launch in launches.groupby("item")["period"].min().items():
        own = archive[(archive["item"] == item) & (archive["cycle"] <= launch) & (archive["stage"] != SALES_NUMBER)]
        if own.empty:
            continue
        cycle = own["cycle"].max()
        ahead = [timeline.calendar.shift(cycle, lag) for lag in range(len(LAG_COLUMNS))]
        said = own.loc[own["cycle"] == cycle, list(LAG_COLUMNS)].sum(min_count=1).to_numpy(dtype=float)
        seen = np.array([launch <= period < timeline.current for period in ahead]) & np.isfinite(said)
        sold = history.loc[(history["item"] == item) & history["period"].isin([p for p, is_seen in zip(ahead, seen, strict=True) if is_seen]), "demand"].sum()
        rows.append((item, float(sold), float(said[seen].sum())))
    found = pd.DataFrame(rows, columns=["item", "sold", "said"])
    return share_by_scope(found.assign(family=family_of(found["item"], items)), "sold", "said")


def milestones_on_time(initiatives: pd.DataFrame, items: pd.DataFrame, as_of: pd.Timestamp) -> dict[str, float]:
    """Milestones reached by their due date / those due by now: all, and by family of those that name an item.

    Parameters
    ----------
    initiatives
        INITIATIVES; milestones without a due date do not count.
    as_of
        Day of the run; what is due on it is due.
    """
    due = initiatives[initiatives["due"] <= as_of]
    rows = pd.DataFrame({"family": family_of(due["item"], items), "due": 1.0, "kept": (due["done"] <= due["due"]).astype(float)})
    return {scope: share for scope, share in share_by_scope(rows, "kept", "due").items() if scope}


def adherence(planned: pd.Series, actual: pd.Series, family: pd.Series) -> dict[str, float]:
    """1 - sum of |actual - planned| / sum of planned, not below 0: all and by family.

    Parameters
    ----------
    planned, actual, family
        Aligned, one entry per thing that is planned: misses of one do not make good for those of another. Nothing planned in a scope: no figure.
    """
    rows = pd.DataFrame({"family": family.to_numpy(), "miss": (actual - planned).abs().to_numpy(), "planned": planned.to_numpy()})
    whole = by_scope(rows, "planned")
    missed = by_scope(rows, "miss") / whole.where(whole > 0)
    return as_values((1.0 - missed).clip(lower=0.0).dropna())


def sales_adherence(approved: pd.DataFrame, actual: pd.DataFrame, period: pd.Timestamp) -> dict[str, float]:
    """Adherence of what was sold in a period to what the plan that was published before it says: all and by family.

    Parameters
    ----------
    approved, actual
        FINANCIAL_PLAN of then and of now, which holds actuals in past periods. What was sold of a family without a plan was planned as nothing.
    """
    parts = [
        frame[(frame["version"] == "Plan") & (frame["period"] == period)].groupby("family")["sales_volume"].sum(min_count=1)
        for frame in (approved, actual)
    ]
    together = pd.concat(parts, axis=1, keys=["planned", "actual"]).sort_index()
    if together["planned"].isna().all():
        return {ALL: np.nan}
    together = together.fillna(0.0)
    return adherence(together["planned"], together["actual"], together.index.to_series())
