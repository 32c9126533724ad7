"""Customer groups: whose share of the demand of an item at a location is whose."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.frames import CUSTOMER_MIX, empty_frame, order_rows
from sop_xl.periods import Timeline
from sop_xl.plan.grid import Grid, Matrix


def customer_mix(lines: pd.DataFrame, timeline: Timeline) -> pd.DataFrame:
    """Share of each customer group in the demand of every item and location.

    Parameters
    ----------
    lines
        item, location, customer, period, demand (units, NaN = absent): history by customer group, `""` for demand of no
        named group.
    timeline
        Its last season of history counts; for a pair without demand in it, all of its history.

    Returns
    -------
    CUSTOMER_MIX. The shares of a pair sum to 1. A customer whose returns exceed its orders has none; a pair that
    never had demand has no rows.
    """
    history = timeline.history
    lines = lines[lines["demand"].notna() & lines["period"].isin(history)]
    since = timeline.calendar.shift(timeline.current, -timeline.calendar.season)
    keys = list(CUSTOMER_MIX.keys)
    ever = lines.groupby(keys)["demand"].sum().clip(lower=0.0)
    recent = lines[lines["period"] >= since].groupby(keys)["demand"].sum().clip(lower=0.0)
    recent = recent.reindex(ever.index, fill_value=0.0)
    pair = [ever.index.get_level_values(k) for k in ("item", "location")]
    sold = recent.groupby(pair).transform("sum") > 0
    units = recent.where(sold, ever)
    total = units.groupby(pair).transform("sum")
    share = (units / total)[(units > 0) & (total > 0)]
    return (
        order_rows(share.rename("share").reset_index(), CUSTOMER_MIX)
        if len(share)
        else empty_frame(CUSTOMER_MIX)
    )


def customer_shares(grid: Grid, mix: pd.DataFrame, customer: str) -> Matrix:
    """(series,) share of the demand that is that customer's; 1 everywhere for `""`, which is all of them."""
    if not customer:
        return np.ones(len(grid.series))
    shares, own = np.zeros(len(grid.series)), mix[mix["customer"] == customer]
    rows = grid.rows_of(own)
    shares[rows[rows >= 0]] = own["share"].to_numpy(dtype=float)[rows >= 0]
    return shares
