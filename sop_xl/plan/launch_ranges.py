"""How far launches fall from what was expected: learned from those of the past, put around those of the plan."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.grid import Matrix, records
from sop_xl.plan.life_cycle import LAUNCH, launch_is_past, life_cycle_key, places_of

DEFAULT_SPREAD = 0.5
"""Standard deviation of ln(actual / forecast) of a launch where the workbook has too few of its own: a mean absolute error of about 40 %, as
companies report one year after launch (Kahn, An exploratory investigation of new product forecasting practices, Journal of Product
Innovation Management 19, 2002: 37 % for line extensions, 42 % over all kinds of new products)."""

LEAST_LAUNCHES = 8
"""Launches of the past from which a spread is learned; with fewer it is `DEFAULT_SPREAD`."""

COLUMNS = ("source", "item", "location", "period", "demand", "demand_low", "demand_high")
"""Columns of `launch_ranges`."""

_LEAST_OF_FAMILY = 3  # launches from which a family's usual level of a launch is taken
_NORMAL_MAD = 1.4826  # makes the median absolute deviation of normal noise its standard deviation


class LaunchSpread(NamedTuple):
    """How launches turn out.

    Parameters
    ----------
    spread
        Standard deviation of ln(actual / expected).
    sample
        Launches of the past that it was learned from; 0 = `DEFAULT_SPREAD`.
    """

    spread: float
    sample: int

    def factors(self, low: float, high: float) -> tuple[float, float]:
        """What the expected demand is multiplied by at two quantiles."""
        normal = NormalDist()
        return float(np.exp(normal.inv_cdf(low) * self.spread)), float(
            np.exp(normal.inv_cdf(high) * self.spread)
        )

    @property
    def words(self) -> str:
        """Where it comes from, for a planner."""
        if self.sample:
            return f"range from {self.sample} launches of the past"
        return f"range as launches usually turn out: fewer than {LEAST_LAUNCHES} of the past to learn from"


def launch_spread(
    history: pd.DataFrame, items: pd.DataFrame, lifecycle: pd.DataFrame, timeline: Timeline
) -> LaunchSpread:
    """How far launches of the past fell from what could be expected of them.

    Parameters
    ----------
    history
        DEMAND_HISTORY; all locations together.
    items
        Families.
    lifecycle
        LIFECYCLE: the like item and scale of a launch of the past, where it still names one.
    timeline
        Its history counts.

    Returns
    -------
    The spread. A launch of the past is an item whose first demand lies a quarter or more after the start of history and a year or more
    before its end. Its first-year demand is compared with that of its like item x scale or, without one, of the mean item of its family that was
    sold before. Where a family has three launches or more, their median ratio is what was to be expected of one; elsewhere the median
    of all. The spread is 1.4826 x the median absolute deviation of the log ratios from that (robust: a failure or two do not set it).
    """
    demand, listed = _demand_by_item(history, items, timeline)
    season = timeline.calendar.season
    sold = demand > 0
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), demand.shape[1])
    launched = np.flatnonzero((first >= max(season // 4, 1)) & (first + season <= demand.shape[1]))
    family = items.set_index("item")["family"].reindex(listed).to_numpy(dtype=object)
    alike = _like_items(lifecycle, listed)
    ratios, groups = list[float](), list[str]()
    for k in launched.tolist():
        year = slice(first[k], first[k] + season)
        if k in alike:
            like, scale = alike[k]
            expected, group = demand[like, year].sum() * scale, " like item"
        else:
            mates = (family == family[k]) & (first < first[k]) & (demand[:, year].sum(axis=1) > 0)
            expected = demand[mates, year].sum() / max(int(mates.sum()), 1)
            group = str(family[k])
        if expected > 0 and demand[k, year].sum() > 0:
            ratios.append(float(np.log(demand[k, year].sum() / expected)))
            groups.append(group)
    if len(ratios) < LEAST_LAUNCHES:
        return LaunchSpread(DEFAULT_SPREAD, 0)
    ratio = pd.Series(ratios)
    by_group = ratio.groupby(np.array(groups, dtype=object))
    usual = by_group.transform("median").where(by_group.transform("size") >= _LEAST_OF_FAMILY, ratio.median())
    return LaunchSpread(float(_NORMAL_MAD * (ratio - usual).abs().median()), len(ratios))


def _demand_by_item(
    history: pd.DataFrame, items: pd.DataFrame, timeline: Timeline
) -> tuple[Matrix, pd.Index[str]]:
    """Demand of every listed item over all locations, one column per period of history; absent is 0."""
    listed = pd.Index(items["item"])
    demand = np.zeros((len(listed), len(timeline.history)))
    rows = listed.get_indexer(pd.Index(history["item"]))
    columns = timeline.history.get_indexer(pd.DatetimeIndex(history["period"]))
    inside = (rows >= 0) & (columns >= 0)
    np.add.at(
        demand,
        (rows[inside], columns[inside]),
        history["demand"].fillna(0.0).to_numpy(dtype=float)[inside],
    )
    return demand, listed


def _like_items(lifecycle: pd.DataFrame, listed: pd.Index[str]) -> dict[int, tuple[int, float]]:
    """Place of the like item, and scale, by place of the launched item."""
    named = lifecycle[(lifecycle["stage"] == LAUNCH) & (lifecycle["like_item"] != "")]
    named = named.sort_values(["item", "location"], kind="stable").drop_duplicates("item")
    places = zip(
        listed.get_indexer(pd.Index(named["item"])),
        listed.get_indexer(pd.Index(named["like_item"])),
        named["scale"].fillna(1.0),
        strict=True,
    )
    return {
        int(item): (int(like), float(scale))
        for item, like, scale in places
        if item >= 0 and like >= 0 and scale > 0
    }


def launch_ranges(
    consensus: pd.DataFrame,
    lifecycle: pd.DataFrame,
    spread: LaunchSpread,
    timeline: Timeline,
    low: float = 0.1,
    high: float = 0.9,
) -> pd.DataFrame:
    """Range of the demand of every launch that the plan carries.

    Parameters
    ----------
    consensus
        CONSENSUS_DEMAND.
    lifecycle
        LIFECYCLE; a scale P10 or P90 that it states takes the place of the learned one.
    spread
        See `launch_spread`.
    timeline, low, high
        Quantiles of the range.

    Returns
    -------
    source (see `life_cycle_key`), item, location, period, demand, demand_low, demand_high: units of every series that a launch brought, from the
    launch to the end of the plan. Each bound is the consensus x bound of the scale / scale. One launch is a success everywhere or nowhere:
    its bounds add up over places and periods.
    """
    learned = spread.factors(low, high)
    launches = lifecycle[lifecycle["stage"] == LAUNCH].sort_values(["item", "location"], kind="stable")
    consensus = consensus[consensus["item"].isin(launches["item"])]  # few of many: looked at row by row below
    parts = list[pd.DataFrame]()
    for row in records(launches):
        if launch_is_past(row, timeline):
            continue
        inside = places_of(consensus, row, lifecycle) & (consensus["period"] >= row.period).to_numpy(dtype=bool)
        own = consensus.loc[inside, ["item", "location", "period", "consensus"]]
        own = own.rename(columns={"consensus": "demand"}).assign(source=life_cycle_key(row))
        for name, stated, factor in zip(("low", "high"), (row.scale_low, row.scale_high), learned, strict=True):
            scale = 1.0 if pd.isna(row.scale) else row.scale
            own[f"demand_{name}"] = own["demand"] * (factor if pd.isna(stated) or scale == 0 else stated / scale)
        parts.append(own[list(COLUMNS)])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(COLUMNS))


def with_launch_ranges(baseline: pd.DataFrame, ranges: pd.DataFrame) -> pd.DataFrame:
    """BASELINE_FORECAST in which launched series have the range of their launch: history knows nothing of their errors.

    Parameters
    ----------
    baseline
        BASELINE_FORECAST.
    ranges
        See `launch_ranges`.
    """
    if ranges.empty:
        return baseline
    keys = ["item", "location"]
    launched = pd.MultiIndex.from_frame(ranges[keys])
    rest = baseline[~pd.MultiIndex.from_frame(baseline[keys]).isin(launched)]
    renamed = {"demand": "baseline", "demand_low": "baseline_low", "demand_high": "baseline_high"}
    return pd.concat([rest, ranges.rename(columns=renamed)[list(baseline.columns)]], ignore_index=True)
