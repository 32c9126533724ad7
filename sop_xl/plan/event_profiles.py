"""Profile of an event over time: it builds up before, peaks, and what customers bought ahead is missing afterwards.

Demand around a promotion falls into three parts (van Heerde, Leeflang and Wittink 2000, *Journal of Marketing Research* 37(3),
383-395; Blattberg and Neslin 1990, *Sales Promotion*, ch. 5): before, during, and the dip after it of purchases that were only brought
forward.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_xl.periods import Calendar, Timeline


class Profile(NamedTuple):
    """Weight of an event in each planned period.

    Parameters
    ----------
    rise
        (periods,) share of the full effect: 1 from its first period to its last, rising to it in equal steps before.
    dip
        (periods,) share of all units pulled forward that is missing in the period; sums to 1 where the whole dip is planned.
    """

    rise: NDArray[np.float64]
    dip: NDArray[np.float64]


def event_profile(row: Any, timeline: Timeline) -> Profile:
    """Weights of one row of EVENTS in the planned periods.

    Parameters
    ----------
    row
        With first_period (absent: the first planned one), last_period (absent: the first again), lead_in (periods, absent: 0)
        and dip_periods (periods, absent: 1). An event may begin before the plan or end after it; what lies outside has no weight.
    timeline
        Its planned periods.

    Notes
    -----
    A lead-in of n periods gives 1/(n+1), 2/(n+1) ... n/(n+1). The dip is even over its periods.
    """
    place = np.arange(timeline.horizon, dtype=float)
    _, last = _places(row, timeline.current, timeline.calendar)
    length = 1.0 if pd.isna(row.dip_periods) else float(row.dip_periods)
    overlap = np.minimum(place + 1.0, last + 1.0 + length) - np.maximum(place, last + 1.0)
    return Profile(event_rise(row, timeline.plan, timeline.calendar), np.clip(overlap, 0.0, 1.0) / length)


def event_rise(row: Any, periods: pd.DatetimeIndex, calendar: Calendar) -> NDArray[np.float64]:
    """(periods,) share of the full effect of one row of EVENTS in consecutive periods, past or planned; `rise` of `event_profile`."""
    if not len(periods):
        return np.zeros(0)
    place = np.arange(len(periods), dtype=float)
    first, last = _places(row, periods[0], calendar)
    lead_in = 0.0 if pd.isna(row.lead_in) else float(row.lead_in)
    return np.where(place <= last, np.clip(1.0 - (first - place) / (lead_in + 1.0), 0.0, 1.0), 0.0)


def _places(row: Any, origin: pd.Timestamp, calendar: Calendar) -> tuple[float, float]:
    """First and last period of an event, counted from `origin`."""

    def number(day: pd.Timestamp, otherwise: float) -> float:
        return otherwise if pd.isna(day) else float(calendar.distance(origin, calendar.start_of(day)))

    first = number(row.first_period, 0.0)
    return first, max(number(row.last_period, first), first)
