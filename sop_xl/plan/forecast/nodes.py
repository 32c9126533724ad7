"""Every node's history as one matrix, and what of it a model may see at a given origin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.forecast.members import has_season
from sop_xl.plan.forecast.seasonal import Floats, seasonal_indices, to_log
from sop_xl.plan.hierarchy import BOTTOM, Hierarchy

Flags = npt.NDArray[np.bool_]

YOUNG_SHARE = 0.05
"""Share of recent demand in series too young for the year-old origin above which a second origin is worth its time."""

PROFILE_SOURCES = ("total", "category", "family", "family x region")
"""Levels that may lend their seasonal profile, in the order in which each is shrunken towards the one before."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known and what is asked at one forecast origin.

    Parameters
    ----------
    cut
        Periods held out at the end of history; 0 is the plan itself.
    horizon
        Periods ahead.
    live
        (bottom,) series that are forecast; the others are zero.
    open
        (bottom, horizon) whether the item is sold in the period: not before its start, not after its end.
    effect
        (bottom, horizon) factors to put back on demand that was freed of its drivers; 1 where no driver is followed.
    asked
        Node numbers (aggregates first) with at least one live series.
    series
        History of each asked node up to the origin, from its first demand; level nodes freed of the borrowed profile.
    seasonal
        Per asked node: does it take the seasonal members?
    factors
        (asked, horizon) seasonal factors to put back; 1 where nothing was borrowed.
    lender
        Per asked node: number of the node whose profile was borrowed, -1 = none.
    """

    cut: int
    horizon: int
    live: Flags
    open: Flags
    effect: Floats
    asked: npt.NDArray[np.int64]
    series: list[Floats]
    seasonal: Flags
    factors: Floats
    lender: npt.NDArray[np.int64]


def demand_matrix(history: pd.DataFrame, timeline: Timeline) -> tuple[pd.DataFrame, Floats]:
    """Keys in order and (series, periods) demand for modelling, in units.

    Returns count as 0, and so do periods without a row. A period whose
    demand is absent (NaN) is interpolated between its neighbours, so that totals do not dip where nothing is known.
    """
    periods = timeline.history
    column = (
        periods.get_indexer(pd.DatetimeIndex(history["period"]))
        if len(history)
        else np.empty(0, dtype=np.intp)
    )
    inside = history[column >= 0]
    keys = (
        inside[["item", "location"]]
        .drop_duplicates()
        .sort_values(["item", "location"])
        .reset_index(drop=True)
    )
    recorded = np.full((len(keys), len(periods)), np.nan)
    row = pd.MultiIndex.from_frame(keys).get_indexer(pd.MultiIndex.from_frame(inside[["item", "location"]]))
    recorded[row, column[column >= 0]] = inside["demand"].to_numpy()
    present = np.zeros(recorded.shape, dtype=bool)
    present[row, column[column >= 0]] = True
    model = np.maximum(np.nan_to_num(recorded), 0.0)
    for k in np.flatnonzero((present & np.isnan(recorded)).any(axis=1)):
        known = np.flatnonzero(~(present[k] & np.isnan(recorded[k])))
        if known.size:
            gap = np.flatnonzero(present[k] & np.isnan(recorded[k]))
            model[k, gap] = np.interp(gap, known, model[k, known])
    return keys, model


def aligned(frame: pd.DataFrame, keys: pd.DataFrame, timeline: Timeline) -> Floats:
    """(keys, periods) demand of a frame in the row order of `keys`, as `demand_matrix` understands it; 0 for a pair that it lacks."""
    own, demand = demand_matrix(frame, timeline)
    place = pd.MultiIndex.from_frame(own).get_indexer(pd.MultiIndex.from_frame(keys))
    out = np.zeros((len(keys), demand.shape[1]))
    out[place >= 0] = demand[place[place >= 0]]
    return out


def live_series(bottom: Floats, ended: Flags, season: int) -> Flags:
    """Series worth a forecast: some demand in the last season, or in its last quarter where the item has ended."""
    lately = (bottom[:, -season:] > 0).any(axis=1)
    just_now = (bottom[:, -max(season // 4, 1) :] > 0).any(axis=1)
    return np.asarray(np.where(ended, just_now, lately))


def at_origin(
    hierarchy: Hierarchy,
    bottom: Floats,
    ends: npt.NDArray[np.datetime64],
    timeline: Timeline,
    cut: int,
    horizon: int,
    begins: npt.NDArray[np.datetime64] | None = None,
    *,
    kept: Flags | None = None,
    effect: Floats | None = None,
) -> Origin:
    """Everything that is known at the origin `cut` periods before the end of history.

    Parameters
    ----------
    hierarchy, bottom
        All series of the history and their (bottom, periods) demand up to the origin, freed of what drivers did to it.
    ends
        (bottom,) last day of sale of each item, NaT = open.
    timeline, cut, horizon
        See `Origin`.
    begins
        (bottom,) first day of sale of each item, NaT = always; not given, every item is sold from the first period on.
    kept
        (bottom,) series that a person wants forecast although they have not sold of late; absent = none.
    effect
        See `Origin`; absent = no drivers.
    """
    season = timeline.calendar.season
    size = bottom.shape[1]
    first = timeline.calendar.shift(timeline.current, -cut)
    periods = timeline.calendar.span(first, horizon).to_numpy()
    with np.errstate(invalid="ignore"):
        closed = periods[None, :] > ends[:, None]
    on_sale = ~closed
    if begins is not None:
        # a period is over by the first day of the next one
        until = timeline.calendar.span(first, horizon + 1).to_numpy()[1:]
        on_sale &= ~(until[None, :] <= begins[:, None])
    known = hierarchy.up(bottom)
    live = live_series(bottom, closed[:, 0], season)
    if kept is not None:
        live = live | (kept & ~closed[:, 0] & (bottom > 0).any(axis=1))
    asked = np.flatnonzero(np.concatenate([hierarchy.sums @ live.astype(float) > 0, live]))
    starts = (known > 0).argmax(axis=1)
    profiles = _profiles(hierarchy, known, starts, season)
    lenders = _lenders(hierarchy, profiles)
    series: list[Floats] = []
    seasonal = np.zeros(asked.size, dtype=bool)
    factors = np.ones((asked.size, horizon))
    lender = np.full(asked.size, -1)
    ahead = (size + np.arange(horizon)) % season
    for k, node in enumerate(asked):
        y = known[node, starts[node] :]
        seasonal[k] = has_season(y, season)
        lender[k] = -1 if seasonal[k] else lenders[node]
        if lender[k] >= 0:
            shape = np.exp(profiles[int(lender[k])])
            shape = shape / shape.mean()
            y = y / shape[np.arange(starts[node], size) % season]
            factors[k] = shape[ahead]
        series.append(y)
    effect = np.ones(on_sale.shape) if effect is None else effect
    return Origin(cut, horizon, live, on_sale, effect, asked, series, seasonal, factors, lender)


def origins(periods: int, season: int) -> tuple[int, ...]:
    """Held-out origins, as periods before the end of history, the longer first.

    One of a season (less where two seasons would not remain to learn from) and one of a quarter season for series too young for the first.
    """
    longer = min(season, periods - 2 * season)
    shorter = min(max(season // 4, 1), periods // 3) if periods >= 6 else 0
    return tuple(sorted({cut for cut in (longer, shorter) if cut >= 1 and cut >= shorter}, reverse=True))


def needed_origins(bottom: Floats, season: int) -> tuple[int, ...]:
    """Those of `origins` that pay: the shorter one only where series too young for the longer carry over 5 % of recent demand.

    Each origin costs as much as the forecast itself. Without the shorter one the few young series are untested, and said so.
    """
    cuts = origins(bottom.shape[1], season)
    if len(cuts) < 2:
        return cuts
    young = (bottom > 0).argmax(axis=1) > bottom.shape[1] - cuts[0] - season // 2
    recent = bottom[:, -max(season // 4, 1) :].sum(axis=1)
    return cuts if recent[young].sum() > YOUNG_SHARE * recent.sum() else cuts[:1]


def _profiles(
    hierarchy: Hierarchy, known: Floats, starts: npt.NDArray[np.int64], season: int
) -> dict[int, Floats]:
    """Log seasonal indices by place in the calendar, of every node that can lend them."""
    nodes = hierarchy.nodes
    chain = _parents(hierarchy)
    profiles: dict[int, Floats] = {}
    for level in PROFILE_SOURCES:
        for node in np.flatnonzero(nodes["level"].to_numpy() == level):
            y = known[node, starts[node] :]
            if has_season(y, season):
                turn = int(starts[node]) % season
                prior = next((profiles[p] for p in chain[node] if p in profiles), None)
                own = seasonal_indices(to_log(y), season, None if prior is None else np.roll(prior, -turn))
                profiles[int(node)] = np.roll(own, turn)
    return profiles


def _lenders(hierarchy: Hierarchy, profiles: dict[int, Floats]) -> npt.NDArray[np.int64]:
    chain = _parents(hierarchy)
    return np.array([next((p for p in parents if p in profiles), -1) for parents in chain], dtype=np.int64)


def _parents(hierarchy: Hierarchy) -> list[list[int]]:
    """For each node the nodes above it that may lend a profile, nearest first."""
    nodes = hierarchy.nodes
    place: dict[tuple[str, ...], int] = {}
    level, family = nodes["level"].to_numpy(), nodes["family"].to_numpy()
    category, region = nodes["category"].to_numpy(), nodes["region"].to_numpy()
    for k in range(hierarchy.aggregates):
        key = {
            "total": (),
            "category": (category[k],),
            "family": (family[k],),
            "family x region": (family[k], region[k]),
        }
        if level[k] in key:
            place[(level[k], *key[level[k]])] = k
    chains: list[list[int]] = []
    for k in range(len(nodes)):
        wanted: list[tuple[str, ...]] = []
        if level[k] == BOTTOM:
            wanted.append(("family x region", family[k], region[k]))
        if level[k] in (BOTTOM, "item", "family x region"):
            wanted.append(("family", family[k]))
        if level[k] in (BOTTOM, "item", "family x region", "family"):
            wanted.append(("category", category[k]))
        if level[k] != "total":
            wanted.append(("total",))
        chains.append([place[w] for w in wanted if w in place])
    return chains
