"""From last cycle's consensus to this one: what each step between baseline and consensus changed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.frames import (
    CONSENSUS_DEMAND,
    DEMAND_CHANGES,
    FORECAST_ARCHIVE,
    check_frame,
    empty_frame,
)
from sop_xl.periods import Timeline
from sop_xl.plan.effects import STAGES
from sop_xl.plan.grid import describe
from sop_xl.vocabulary import measure

ALL = "All"
START = "Last cycle's consensus"
_STEPS = ("baseline", *STAGES)
_LAGS = [name for name in FORECAST_ARCHIVE.columns if name.startswith("lag_")]


def demand_changes(
    archive: pd.DataFrame,
    consensus: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    timeline: Timeline,
) -> pd.DataFrame:
    """What moved the consensus since the last cycle, by family and region.

    Parameters
    ----------
    archive
        FORECAST_ARCHIVE: what earlier cycles forecast, units by lag. Items or locations that are no longer listed count under All only.
    consensus
        CONSENSUS_DEMAND of this cycle.
    items, locations
        Families and regions.
    timeline
        Its current period is this cycle.

    Returns
    -------
    DEMAND_CHANGES for every family (or All) x region (or All), over the periods that the last archived cycle and this one both planned:
    the start, one row per step with its change in units, the end. Periods beyond the last cycle's own horizon are not compared. Without an earlier cycle that reaches into this one's plan: no rows.
    """
    check_frame(archive, FORECAST_ARCHIVE)
    check_frame(consensus, CONSENSUS_DEMAND)
    last, apart = _last_cycle(archive, timeline)
    before = archive[(archive["cycle"] == last) & archive["stage"].isin(_STEPS)]
    shared = timeline.plan[: max(_lags_planned(before) - apart, 0)]
    if last is None or not len(shared) or consensus.empty:
        return empty_frame(DEMAND_CHANGES)
    reached = before[_LAGS[apart : apart + len(shared)]].sum(axis=1)
    then = before.assign(units=reached).pivot_table(
        index=["item", "location"], columns="stage", values="units", aggfunc="sum"
    )
    now = (
        consensus[consensus["period"].isin(shared)].groupby(["item", "location"])[[*_STEPS, "consensus"]].sum()
    )
    pairs = now.index.union(then.index)
    then = then.reindex(index=pairs, columns=list(_STEPS)).fillna(0.0)
    now = now.reindex(pairs).fillna(0.0)
    start = then.sum(axis=1)
    table = pd.DataFrame(
        {START: start, **{name: now[name] - then[name] for name in _STEPS}, "consensus": now["consensus"]}
    )
    label = timeline.calendar.label
    note = f"{label(shared[0])} to {label(shared[-1])}; last cycle is {label(last)}"
    return _by_scope(table.reset_index(), items, locations, note)


def _last_cycle(archive: pd.DataFrame, timeline: Timeline) -> tuple[pd.Timestamp | None, int]:
    """The latest cycle before this one, and how many periods lie between them."""
    earlier = archive.loc[archive["cycle"] < timeline.current, "cycle"]
    if earlier.empty:
        return None, 0
    last = pd.Timestamp(earlier.max())
    return last, timeline.calendar.distance(last, timeline.current)


def _lags_planned(steps: pd.DataFrame) -> int:
    """Periods that a cycle planned, as far as they are kept: a lag beyond its horizon is absent in every row, one planned as nothing is 0."""
    return int(np.flatnonzero(steps[_LAGS].notna().any().to_numpy()).max(initial=-1)) + 1


def _by_scope(
    table: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame, note: str
) -> pd.DataFrame:
    """Sums over every family x region and their totals, one row per step."""
    listed = table["item"].isin(items["item"]) & (
        table["location"].isin(locations["location"]) if len(locations) else True
    )
    known = describe(table[listed].reset_index(drop=True), items, locations)
    amounts = [START, *_STEPS, "consensus"]
    finest = known.groupby(["family", "region"], as_index=False)[amounts].sum()
    parts = [finest]
    for kept in (["family"], ["region"]):
        part = finest.groupby(kept, as_index=False)[amounts].sum()
        parts.append(part.assign(**dict.fromkeys({"family", "region"} - set(kept), ALL)))
    total = table[amounts].sum().to_frame().T.assign(family=ALL, region=ALL)
    sums = pd.concat([total, *parts], ignore_index=True)
    labels = {START: START} | {name: measure(name).label for name in amounts[1:]}
    long = sums.melt(["family", "region"], amounts, "name", "amount")
    order = {name: float(k) for k, name in enumerate(amounts)}
    frame = pd.DataFrame(
        {
            "family": long["family"].astype(object),
            "region": long["region"].astype(object),
            "step": long["name"].map(labels).astype(object),
            "order": long["name"].map(order).astype(float),
            "amount": long["amount"].astype(float).round(6),
            "note": np.where(long["name"] == START, note, "").astype(object),
        }
    )
    everything = (frame["family"] != ALL).astype(int), (frame["region"] != ALL).astype(int)
    frame = frame.assign(f=everything[0], r=everything[1]).sort_values(
        ["f", "family", "r", "region", "order"], kind="stable"
    )
    return frame[list(DEMAND_CHANGES.columns)].reset_index(drop=True)
