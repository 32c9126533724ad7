"""Planning buckets: calendar months, 4-4-5 months and ISO weeks; labels, fiscal years and the timeline.

A period is named by its first day (a naive midnight `Timestamp`) and is half-open. Labels are `2026-11` for both kinds
of month and `2026-W47` for weeks.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import pandas as pd

from sop_xl.errors import FrameError

DAYS_PER_YEAR = 365.25
_WEEKS_BEFORE = (0, 4, 8, 13, 17, 21, 26, 30, 34, 39, 43, 47)
_MONTH_LABEL = re.compile(r"(\d{4})-(\d{2})")
_WEEK_LABEL = re.compile(r"(\d{4})-W(\d{2})")


class CalendarKind(StrEnum):
    """How time is cut: calendar months, 4-4-5 months (whole weeks, Monday first) or ISO weeks."""

    MONTHS = "months"
    FOUR_FOUR_FIVE = "4-4-5"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Cuts time into periods.

    Parameters
    ----------
    kind
        See `CalendarKind`.
    fiscal_year_start
        Month (1-12) in which the fiscal year starts. A fiscal year is named by the calendar year in which it ends.
        A 4-4-5 year starts on the Monday nearest to the first day of that month; a 53rd week joins the last period.
    """

    kind: CalendarKind = CalendarKind.MONTHS
    fiscal_year_start: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.fiscal_year_start <= 12:
            raise FrameError(f"a fiscal year starts in a month from 1 to 12, not {self.fiscal_year_start}")

    @property
    def season(self) -> int:
        """Periods in a year: 12 or 52."""
        return 52 if self.kind is CalendarKind.WEEKS else 12

    @property
    def mean_days(self) -> float:
        """Mean length of a period in days, for converting lead times."""
        return 7.0 if self.kind is CalendarKind.WEEKS else DAYS_PER_YEAR / 12

    def start_of(self, day: date | pd.Timestamp) -> pd.Timestamp:
        """First day of the period that holds `day`."""
        moment = pd.Timestamp(day).normalize()
        if self.kind is CalendarKind.WEEKS:
            return moment - pd.Timedelta(days=moment.weekday())
        if self.kind is CalendarKind.MONTHS:
            return moment.replace(day=1)
        number = moment.year * 12 + moment.month - 1
        for candidate in (number + 1, number, number - 1):
            start = self._start_of_month_number(candidate)
            if start <= moment:
                return start
        raise FrameError(f"no 4-4-5 period holds {moment.date()}")  # unreachable: starts are at most days away

    def shift(self, period: pd.Timestamp, steps: int) -> pd.Timestamp:
        """The period `steps` later (earlier when negative)."""
        if self.kind is CalendarKind.WEEKS:
            return pd.Timestamp(period) + pd.Timedelta(weeks=steps)
        return self._start_of_month_number(self._month_number(period) + steps)

    def distance(self, earlier: pd.Timestamp, later: pd.Timestamp) -> int:
        """Number of periods from `earlier` to `later`; negative when they are the other way round."""
        if self.kind is CalendarKind.WEEKS:
            return int((pd.Timestamp(later) - pd.Timestamp(earlier)).days // 7)
        return self._month_number(later) - self._month_number(earlier)

    def span(self, first: pd.Timestamp, count: int) -> pd.DatetimeIndex:
        """`count` consecutive periods from `first` on."""
        return pd.DatetimeIndex([self.shift(first, k) for k in range(count)], name="period")

    def days(self, period: pd.Timestamp) -> int:
        """Days in this very period."""
        return int((self.shift(period, 1) - pd.Timestamp(period)).days)

    def label(self, period: pd.Timestamp) -> str:
        """`2026-11`, or `2026-W47` for weeks."""
        if self.kind is CalendarKind.WEEKS:
            year, week, _ = pd.Timestamp(period).isocalendar()
            return f"{year:04d}-W{week:02d}"
        year, month = divmod(self._month_number(period), 12)
        return f"{year:04d}-{month + 1:02d}"

    def parse(self, label: str) -> pd.Timestamp:
        """The period that `label` names.

        Raises
        ------
        FrameError
            When the text is not a label of this calendar.
        """
        if self.kind is CalendarKind.WEEKS:
            match = _WEEK_LABEL.fullmatch(label)
            if match:
                try:
                    return pd.Timestamp(date.fromisocalendar(int(match[1]), int(match[2]), 1))
                except ValueError:
                    pass
        else:
            match = _MONTH_LABEL.fullmatch(label)
            if match and 1 <= int(match[2]) <= 12:
                return self._start_of_month_number(int(match[1]) * 12 + int(match[2]) - 1)
        raise FrameError(f"{label!r} is not a period of a calendar in {self.kind}")

    def fiscal_year(self, period: pd.Timestamp) -> int:
        """Fiscal year of a period, named by the calendar year in which it ends."""
        if self.kind is CalendarKind.WEEKS:
            # a week belongs to the year that holds its Thursday, as ISO 8601 has it
            thursday = pd.Timestamp(period) + pd.Timedelta(days=3)
            number = thursday.year * 12 + thursday.month - 1
        else:
            number = self._month_number(period)
        return (number + (13 - self.fiscal_year_start) % 12) // 12

    def lead_time_periods(self, days: float) -> int:
        """Whole periods that a lead time of `days` covers, rounded up: a part of a period delays a receipt by one."""
        return math.ceil(days / self.mean_days - 1e-9)

    def _month_number(self, period: pd.Timestamp) -> int:
        moment = pd.Timestamp(period)
        if self.kind is CalendarKind.FOUR_FOUR_FIVE:
            # a 4-4-5 month may start some days before its nominal month; its middle never leaves it
            moment = moment + pd.Timedelta(days=14)
        return int(moment.year * 12 + moment.month - 1)

    def _start_of_month_number(self, number: int) -> pd.Timestamp:
        if self.kind is CalendarKind.MONTHS:
            return pd.Timestamp(year=number // 12, month=number % 12 + 1, day=1)
        place = (number - (self.fiscal_year_start - 1)) % 12
        first = number - place
        nominal = date(first // 12, first % 12 + 1, 1)
        nearest = nominal + timedelta(days=3)
        monday = nearest - timedelta(days=nearest.weekday())
        return pd.Timestamp(monday) + pd.Timedelta(weeks=_WEEKS_BEFORE[place])


@dataclass(frozen=True, slots=True)
class Timeline:
    """The periods that every grid of a workbook shows: history, then plan, one column each.

    Parameters
    ----------
    calendar
        How time is cut.
    first
        First period of history shown.
    current
        First planned period; the one before it is the last period with actuals.
    horizon
        Number of planned periods, `current` included.
    """

    calendar: Calendar
    first: pd.Timestamp
    current: pd.Timestamp
    horizon: int

    def __post_init__(self) -> None:
        if self.calendar.distance(self.first, self.current) < 0 or self.horizon < 1:
            raise FrameError("a timeline needs its first period before the current one and a horizon of at least 1")

    @property
    def history(self) -> pd.DatetimeIndex:
        """Periods with actuals, oldest first."""
        return self.calendar.span(self.first, self.calendar.distance(self.first, self.current))

    @property
    def plan(self) -> pd.DatetimeIndex:
        """Planned periods."""
        return self.calendar.span(self.current, self.horizon)

    @property
    def periods(self) -> pd.DatetimeIndex:
        """History and plan in one."""
        return self.calendar.span(self.first, self.calendar.distance(self.first, self.current) + self.horizon)

    @property
    def labels(self) -> list[str]:
        """Header text of every period column."""
        return [self.calendar.label(p) for p in self.periods]
