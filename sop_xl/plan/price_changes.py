"""What planned price changes do to the price: the other half of an event that makes something cheaper."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.frames import CUSTOMER_MIX, EVENTS, check_frame, empty_frame
from sop_xl.plan.customers import customer_shares
from sop_xl.plan.grid import Grid, Matrix, records


def price_factors(grid: Grid, events: pd.DataFrame, customer_mix: pd.DataFrame | None = None) -> Matrix:
    """Factor on the net price of every series and period that the events with a price change leave.

    Parameters
    ----------
    grid
        Series and periods.
    events
        EVENTS; those without a price change, and those that are over before the grid begins, change no price. It is changed in the event's own periods,
        not in its lead-in or dip.
    customer_mix
        CUSTOMER_MIX; a change for one customer group counts with its share of the demand. Absent: no customer has any.

    Returns
    -------
    (series, periods); 1 = unchanged. A change counts with its probability, so that revenue is an expected value as demand is. Two
    changes at once multiply.
    """
    check_frame(events, EVENTS)
    mix = empty_frame(CUSTOMER_MIX) if customer_mix is None else customer_mix
    factor = np.ones(grid.shape)
    changes = events[events["price_change"].notna()].sort_values("event", kind="stable")
    for row in records(changes):
        rows = grid.scope(row.item, row.family, row.location, row.region)
        during = grid.span(row.first_period, row.last_period)
        probability = 1.0 if pd.isna(row.probability) else float(row.probability)
        share = customer_shares(grid, mix, str(row.customer))[rows]
        factor[np.ix_(rows, during)] *= 1.0 + float(row.price_change) * probability * share[:, None]
    return factor
