"""Calendar effects: periods of different length put on the usual number of working days, and the plan back on its own."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.cleansing.expectation import Floats
from sop_xl.plan.cleansing.found import CALENDAR, TOLERANCE, Found

WorkingDays = Literal["off", "Mon-Fri", "Mon-Sat", "every day"]

_WEEKMASKS = {"Mon-Fri": "1111100", "Mon-Sat": "1111110", "every day": "1111111"}


def week_mask(week: str) -> str:
    """Working days of a week from Monday on as ones and zeros; Monday to Friday when `week` is `off`.

    Raises
    ------
    FrameError
        When `week` is none of the words.
    """
    if week != "off" and week not in _WEEKMASKS:
        raise FrameError(f"working days are off, {', '.join(_WEEKMASKS)}; not {week!r}")
    return _WEEKMASKS.get(week, _WEEKMASKS["Mon-Fri"])


def working_days(timeline: Timeline, week: str) -> pd.Series | None:
    """Working days of every period of the timeline, history and plan; `None` when `week` is `off`.

    Public holidays are not known here: a company that has them gives its own numbers.

    Raises
    ------
    FrameError
        When `week` is none of the words.
    """
    if week == "off":
        return None
    mask = week_mask(week)
    periods = timeline.periods
    edges = periods.append(pd.DatetimeIndex([timeline.calendar.shift(periods[-1], 1)])).to_numpy().astype("datetime64[D]")
    count = np.busday_count(edges[:-1], edges[1:], weekmask=mask)
    return pd.Series(count.astype(np.float64), index=periods, name="working_days")


def usual_days(days: Floats) -> float:
    """Mean working days of the periods with known days; NaN without any."""
    known = days[np.isfinite(days) & (days > 0)]
    return float(known.mean()) if known.size else np.nan


def find_calendar(days: Floats) -> Found:
    """Periods of history whose working days differ from the usual number: raw is their days, corrected the usual.

    Parameters
    ----------
    days
        (periods,) working days of the periods of history; NaN or none = not known, and left alone.
    """
    usual = usual_days(days)
    with np.errstate(invalid="ignore"):
        columns = np.flatnonzero((days > 0) & (np.abs(days - usual) > TOLERANCE))
    notes = [f"{days[j]:g} working days, {usual:.2f} usual: demand of all series times {usual / days[j]:.3f}" for j in columns]
    nothing = np.zeros(columns.size, dtype=bool)
    rows = np.full(columns.size, -1, dtype=np.intp)
    return Found(CALENDAR, rows, columns, np.full(columns.size, usual), notes, nothing, days[columns])


def plan_factors(days: pd.Series | None, timeline: Timeline) -> pd.Series:
    """What puts a forecast made for usual periods on the working days of each planned period; 1 where they are not known.

    Parameters
    ----------
    days
        Working days by period, or `None`.
    """
    factors = pd.Series(1.0, index=timeline.plan, name="calendar_factor")
    if days is None:
        return factors
    usual = usual_days(days.reindex(timeline.history).to_numpy(dtype=np.float64))
    ahead = days.reindex(timeline.plan)
    if not np.isfinite(usual):
        return factors
    return (ahead.where(ahead > 0) / usual).fillna(1.0).rename("calendar_factor")


def stated_days(drivers: pd.DataFrame, days: pd.Series | None) -> pd.Series | None:
    """Working days with those of the company in place of those counted from the calendar.

    Parameters
    ----------
    drivers
        DRIVERS; lines of the driver `Working days` without item, family and location count, in the periods that they state.
    days
        Counted days by period; `None` leaves the calendar alone whatever is stated.
    """
    if days is None or drivers.empty:
        return days
    everywhere = (drivers["item"] == "") & (drivers["family"] == "") & (drivers["location"] == "")
    mine = drivers[everywhere & (drivers["driver"].str.casefold() == "working days")].dropna(subset="driver_value")
    stated = mine.drop_duplicates("period").set_index("period")["driver_value"]
    return stated.reindex(days.index).fillna(days)


def on_planned_days(frame: pd.DataFrame, factors: pd.Series) -> pd.DataFrame:
    """A forecast for usual periods on the working days of its own: every number times the factor of its period; unchanged where all are 1.

    Parameters
    ----------
    frame
        With a column period; float columns in units.
    factors
        See `plan_factors`.
    """
    if (factors == 1.0).all():
        return frame
    by = factors.reindex(pd.DatetimeIndex(frame["period"])).to_numpy(dtype=np.float64)
    numbers = frame.select_dtypes("float64").columns
    return frame.assign(**{name: frame[name] * by for name in numbers})
