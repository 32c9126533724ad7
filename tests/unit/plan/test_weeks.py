"""How periods are cut into weeks: by working days, straddling weeks with the days of both, sums that tie."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_xl.errors import FrameError
from sop_xl.periods import Calendar, CalendarKind, Timeline
from sop_xl.plan.weeks import first_weeks


def timeline(kind: CalendarKind, first_day: str, horizon: int = 6) -> Timeline:
    calendar = Calendar(kind)
    current = calendar.start_of(pd.Timestamp(first_day))
    return Timeline(calendar, calendar.shift(current, -12), current, horizon)


def by_week(weeks, *quantities: float) -> dict[str, float]:
    rows = np.array([[*quantities, *[0.0] * (len(weeks.periods) - len(quantities))]])
    return dict(zip(weeks.mondays.strftime("%d %b"), weeks.split(rows)[0].round(3), strict=True))


def test_a_month_is_split_by_its_working_days_and_a_straddling_week_has_the_days_of_both():
    # April 2025 has 22 working days from Tuesday the 1st on, May 22 from Thursday the 1st on: the week of 28 April has three and two of them
    weeks = first_weeks(timeline(CalendarKind.MONTHS, "2025-04-01"), "Mon-Fri", 6)
    assert by_week(weeks, 220.0, 440.0) == {"31 Mar": 40.0, "07 Apr": 50.0, "14 Apr": 50.0, "21 Apr": 50.0, "28 Apr": 30.0 + 40.0, "05 May": 100.0}
    later = weeks.split_later(np.array([[220.0, 440.0]]))[0]
    assert later.tolist() == [0, 0, 0, 0, 40, 0]


def test_days_of_the_first_week_that_belong_to_the_period_before_are_not_shown():
    weeks = first_weeks(timeline(CalendarKind.MONTHS, "2025-01-01"), "Mon-Fri")
    assert (weeks.mondays[0], weeks.first_days[0]) == (pd.Timestamp("2024-12-30"), pd.Timestamp("2025-01-01"))
    assert by_week(weeks, 23.0)["30 Dec"] == 3.0


@pytest.mark.parametrize(("working", "first_week"), [("off", 3 / 23), ("Mon-Fri", 3 / 23), ("Mon-Sat", 4 / 27), ("every day", 5 / 31)])
def test_working_days_are_those_of_the_settings_and_monday_to_friday_where_they_are_off(working, first_week):
    weeks = first_weeks(timeline(CalendarKind.MONTHS, "2025-01-01"), working)
    assert by_week(weeks, 1000.0)["30 Dec"] == pytest.approx(1000 * first_week, abs=1e-3)


def test_months_of_whole_weeks_give_each_week_the_same():
    weeks = first_weeks(timeline(CalendarKind.FOUR_FOUR_FIVE, "2025-01-10"), "Mon-Fri")
    assert weeks.split(np.array([[400.0, 400.0, 500.0]]))[0].tolist() == [100.0] * 13
    assert not weeks.split_later(np.array([[400.0, 400.0, 500.0]])).any()


def test_a_plan_in_weeks_is_shown_as_it_is():
    weeks = first_weeks(timeline(CalendarKind.WEEKS, "2025-01-10", 20), "Mon-Fri")
    assert weeks.split(np.arange(13.0)[None, :])[0].tolist() == list(range(13))


def test_a_plan_that_ends_before_thirteen_weeks_has_fewer():
    weeks = first_weeks(timeline(CalendarKind.MONTHS, "2025-01-01", 1), "Mon-Fri")
    assert len(weeks.mondays) == 5 and weeks.last_days[-1] == pd.Timestamp("2025-01-31")
    assert weeks.split(np.array([[230.0]])).sum() == 230.0


def test_the_share_of_a_week_that_is_over_counts_working_days_before_the_day():
    weeks = first_weeks(timeline(CalendarKind.MONTHS, "2025-01-01"), "Mon-Fri", 4)
    assert weeks.elapsed(pd.Timestamp("2025-01-08")).tolist() == [1.0, 0.4, 0.0, 0.0]  # a Wednesday: Monday and Tuesday are over
    assert weeks.elapsed(pd.Timestamp("2025-01-12"))[1] == 1.0  # a Sunday: the working week is over


def test_a_day_outside_the_weeks_counts_as_the_first_planned_one():
    weeks = first_weeks(timeline(CalendarKind.MONTHS, "2025-01-01"), "Mon-Fri")
    days = ("2024-12-31", "2025-02-07", "2026-01-01")
    assert [f"{weeks.counted_day(pd.Timestamp(day)):%Y-%m-%d}" for day in days] == ["2025-01-01", "2025-02-07", "2025-01-01"]


def test_an_unknown_word_for_working_days_is_refused():
    with pytest.raises(FrameError, match="working days are off"):
        first_weeks(timeline(CalendarKind.MONTHS, "2025-01-01"), "Sundays")


@given(
    kind=st.sampled_from(list(CalendarKind)), day=st.dates(pd.Timestamp("2020-01-01").date(), pd.Timestamp("2030-12-31").date()),
    working=st.sampled_from(["off", "Mon-Sat", "every day"]), quantity=st.floats(0, 1e7, allow_nan=False),
)  # fmt: skip
def test_what_a_period_has_over_its_weeks_is_the_period(kind, day, working, quantity):
    plan = timeline(kind, str(day), 16)
    weeks = first_weeks(plan, working)
    covered = int((plan.plan.append(pd.DatetimeIndex([plan.calendar.shift(plan.current, 16)]))[1:] <= weeks.last_days[-1] + pd.Timedelta(days=1)).sum())
    assert covered >= 1
    quantities = quantity * (1 + np.arange(len(weeks.periods)))[None, :] / 7
    pieces = weeks.pieces(quantities)[0]
    for period in range(covered):
        assert math.fsum(pieces[weeks.period == period]) == pytest.approx(round(quantities[0, period], 6), abs=2e-9 * max(1.0, quantity))
    whole, later, first = weeks.split(quantities)[0], weeks.split_later(quantities)[0], weeks.opening_period
    for period in range(covered):  # the same from the written columns, as the check of the workbook does it
        total = (whole - later)[first == period].sum() + later[first == period - 1].sum()
        assert total == pytest.approx(quantities[0, period], abs=1e-5)
