"""Periods cut into weeks, Monday to Sunday, by working days; a week that straddles two periods has the days of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_xl.periods import Timeline
from sop_xl.plan.cleansing import week_mask
from sop_xl.plan.grid import Matrix, Positions

COUNT = 13
"""Weeks that are looked at: a quarter."""

PLACES = 6
"""Decimals to which a period is split: what is written adds up to what is written of the period."""


@dataclass(frozen=True)
class Weeks:
    """The first weeks of a plan, and how its periods fall into them.

    A *piece* is what one period has of one week. What a period has of its week before the plan begins belongs to another period and is no
    piece. Only working days count: a period's quantity falls on each of them alike. Public holidays are not known, and a company's own number
    of working days moves all weeks of its period together, so that it changes no share.

    Parameters
    ----------
    mondays
        (W,) first day of each week, consecutive.
    first_days, last_days
        (W,) first and last planned day of each week: the plan begins or ends within one.
    periods
        (T,) planned periods of which the weeks have a day.
    week, period
        (P,) position of each piece's week and period, ordered by time.
    before, until
        (P,) share of its period's working days that are over before the piece begins and once it has ended; 1 exactly at the period's end.
    mask
        Working days of a week, see `week_mask`.
    """

    mondays: pd.DatetimeIndex
    first_days: pd.DatetimeIndex
    last_days: pd.DatetimeIndex
    periods: pd.DatetimeIndex
    week: Positions
    period: Positions
    before: NDArray[np.float64]
    until: NDArray[np.float64]
    mask: str

    @property
    def opening_period(self) -> Positions:
        """(W,) position of the period of each week's first planned day."""
        first = np.searchsorted(self.week, np.arange(len(self.mondays)))
        return np.asarray(self.period[first], dtype=np.intp)

    def pieces(self, quantities: Matrix) -> Matrix:
        """(S, P) quantities of periods (S, T) split over their pieces; those of a period whose weeks are all here add up to it, rounded to `PLACES`."""
        whole = quantities[:, self.period]
        return np.round(np.round(whole * self.until, PLACES) - np.round(whole * self.before, PLACES), PLACES)

    def split(self, quantities: Matrix) -> Matrix:
        """(S, W) quantities of periods (S, T) by week."""
        return self._added(self.pieces(quantities))

    def split_later(self, quantities: Matrix) -> Matrix:
        """(S, W) the part of `split` that falls on days of the period after the one in which the week begins; 0 where no week straddles."""
        later = self.period > self.opening_period[self.week]
        return self._added(np.where(later, self.pieces(quantities), 0.0))

    def _added(self, pieces: Matrix) -> Matrix:
        if not pieces.size:
            return np.zeros((len(pieces), len(self.mondays)))
        starts = np.searchsorted(self.week, np.arange(len(self.mondays)))
        return np.asarray(np.round(np.add.reduceat(pieces, starts, axis=1), PLACES))

    def held(self, levels: Matrix) -> Matrix:
        """(S, W) the level of the period in which each week begins, of levels by period (S, T)."""
        return levels[:, self.opening_period]

    def place_of(self, days: pd.DatetimeIndex) -> Positions:
        """Position of the week of each day; negative before the first week, at least W after the last one."""
        return np.asarray((days.normalize() - self.mondays[0]).days // 7, dtype=np.intp)

    def counted_day(self, day: pd.Timestamp) -> pd.Timestamp:
        """The day itself where it is one of the weeks shown, else their first planned day."""
        return day.normalize() if self.first_days[0] <= day.normalize() <= self.last_days[-1] else self.first_days[0]

    def elapsed(self, day: pd.Timestamp) -> NDArray[np.float64]:
        """(W,) share of each week's working days that are over when a day begins; of a week without any, 1 once it is over."""
        start = self.first_days.to_numpy().astype("datetime64[D]")
        end = self.last_days.to_numpy().astype("datetime64[D]") + 1
        now = np.datetime64(day.normalize(), "D")
        total = np.busday_count(start, end, weekmask=self.mask)
        past = np.busday_count(start, np.clip(now, start, end), weekmask=self.mask)
        share = np.asarray(past / np.maximum(total, 1), dtype=np.float64)
        return np.where(total > 0, share, (now >= end).astype(np.float64))


def first_weeks(timeline: Timeline, working: str, count: int = COUNT) -> Weeks:
    """The first `count` weeks of a plan, from the one that holds its first day; fewer where the plan ends before.

    Parameters
    ----------
    timeline
        Its planned periods.
    working
        Working days as Settings has them; `off` counts Monday to Friday.

    Raises
    ------
    FrameError
        When `working` is none of the words.
    """
    mask = week_mask(working)
    end = timeline.calendar.shift(timeline.current, timeline.horizon)
    monday = timeline.current - pd.Timedelta(days=timeline.current.weekday())
    mondays = pd.date_range(monday, periods=count, freq="7D", name="week")
    mondays = mondays[mondays < end]
    edges = timeline.plan.append(pd.DatetimeIndex([end]))
    shown = edges[:-1] < mondays[-1] + pd.Timedelta(days=7)
    periods, period_ends = pd.DatetimeIndex(edges[:-1][shown]), pd.DatetimeIndex(edges[1:][shown])
    starts = pd.DatetimeIndex(np.union1d(mondays[mondays >= timeline.current], periods))
    after = np.append(starts[1:].to_numpy(), (mondays[-1] + pd.Timedelta(days=7)).to_numpy())
    ends = np.minimum(after, end.to_numpy())
    period = periods.searchsorted(starts, side="right") - 1
    week = mondays.searchsorted(starts, side="right") - 1
    first = periods.to_numpy().astype("datetime64[D]")[period]
    last = period_ends.to_numpy().astype("datetime64[D]")[period]
    days = np.busday_count(first, last, weekmask=mask)
    before = np.busday_count(first, starts.to_numpy().astype("datetime64[D]"), weekmask=mask) / days
    until = np.busday_count(first, ends.astype("datetime64[D]"), weekmask=mask) / days
    return Weeks(
        mondays,
        pd.DatetimeIndex(np.maximum(mondays.to_numpy(), timeline.current.to_numpy())),
        pd.DatetimeIndex(np.minimum(mondays.to_numpy() + np.timedelta64(6, "D"), (end - pd.Timedelta(days=1)).to_numpy())),
        periods, np.asarray(week, dtype=np.intp), np.asarray(period, dtype=np.intp), before, until, mask,
    )  # fmt: skip
