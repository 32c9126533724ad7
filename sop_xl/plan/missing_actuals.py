"""Whose actuals of a month are missing: what has sold in period after period and of which now nothing is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from sop_xl.periods import Timeline

PERIODS_SOLD = 3
"""What sold in each of so many periods before is expected to have an actual, if only a 0."""


@dataclass(frozen=True)
class Missing:
    """Those without a word among those that are expected to have one.

    Parameters
    ----------
    names
        Labels of each, in order.
    expected
        Number of those that sold in each of the periods before.
    """

    names: tuple[tuple[str, ...], ...]
    expected: int


def still_sold(history: pd.DataFrame, items: pd.DataFrame, lifecycle: pd.DataFrame, current: pd.Timestamp) -> pd.DataFrame:
    """The rows of DEMAND_HISTORY whose item had not ended at its location before the current period, by ITEMS and LIFECYCLE."""
    ends = history["item"].map(items.set_index("item")["end"])
    out = lifecycle[(lifecycle["stage"] == "phase_out") & (lifecycle["period"] <= current)]
    everywhere = history["item"].isin(out.loc[out["location"] == "", "item"])
    here = pd.MultiIndex.from_frame(history[["item", "location"]]).isin(pd.MultiIndex.from_frame(out[["item", "location"]]))
    return history[~(ends < current) & ~everywhere & ~here]


def missing_actuals(history: pd.DataFrame, actuals: pd.DataFrame, timeline: Timeline, keys: Sequence[str]) -> Missing:
    """Who sold in each of the last three periods and has no demand stated in the current one; a stated 0 is an answer, a blank is none.

    Parameters
    ----------
    history
        DEMAND_HISTORY; a period counts where its demand is known and not 0. Of a history shorter than three periods, all of them count.
    actuals
        item, location, period, demand of the current period, NaN = absent.
    timeline
        Whose current period has just ended.
    keys
        Who is asked for: items, locations, or both together.
    """
    before = timeline.history[-PERIODS_SOLD:]
    sold = history[history["period"].isin(before) & history["demand"].notna() & (history["demand"] != 0)]
    periods = sold.groupby(list(keys), sort=True)["period"].nunique()
    steady = periods.index[periods == len(before)].to_frame(index=False) if len(before) else sold[list(keys)].head(0)
    stated = actuals.loc[actuals["period"].eq(timeline.current) & actuals["demand"].notna(), list(keys)].drop_duplicates()
    absent = steady[~pd.MultiIndex.from_frame(steady).isin(pd.MultiIndex.from_frame(stated))]
    return Missing(tuple(absent.astype(str).itertuples(index=False, name=None)), len(steady))
