"""The ground: periods, problems on one line, addresses, the form of frames."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_xl import blocks, frames
from sop_xl.errors import MAX_LINE, ContractError, FrameError, Problem, format_problem, quote
from sop_xl.periods import Calendar, CalendarKind, Timeline
from sop_xl.vocabulary import BY_LABEL, MEASURES

CALENDARS = [Calendar(kind, month) for kind in CalendarKind for month in (1, 4, 7, 10)]
DAYS = st.dates(pd.Timestamp("1990-01-01").date(), pd.Timestamp("2060-12-31").date())


@given(st.sampled_from(CALENDARS), DAYS, st.integers(-200, 200))
def test_every_day_lies_in_one_period_and_labels_read_back(calendar, day, steps):
    period = calendar.start_of(day)
    assert period <= pd.Timestamp(day) < calendar.shift(period, 1)
    assert calendar.parse(calendar.label(period)) == period
    assert calendar.distance(period, calendar.shift(period, steps)) == steps
    assert calendar.start_of(calendar.shift(period, steps)) == calendar.shift(period, steps)


@given(st.sampled_from([1, 4, 7, 10]), st.integers(1995, 2050))
def test_a_4_4_5_year_has_52_or_53_whole_weeks_and_starts_near_its_month(month, year):
    calendar = Calendar(CalendarKind.FOUR_FOUR_FIVE, month)
    first = calendar.parse(f"{year}-{month:02d}")
    weeks = [calendar.days(p) / 7 for p in calendar.span(first, 12)]
    assert weeks[:11] == [4, 4, 5, 4, 4, 5, 4, 4, 5, 4, 4] and weeks[11] in (5, 6)
    assert first.weekday() == 0 and abs((first - pd.Timestamp(year, month, 1)).days) <= 3


def test_labels():
    assert Calendar().label(pd.Timestamp("2026-11-01")) == "2026-11"
    weeks = Calendar(CalendarKind.WEEKS)
    assert weeks.label(weeks.start_of(pd.Timestamp("2026-11-22"))) == "2026-W47"
    assert weeks.label(weeks.start_of(pd.Timestamp("2027-01-01"))) == "2026-W53", "ISO 8601 has a week 53 in 2026"


@pytest.mark.parametrize("label", ["2026-13", "2026-00", "26-11", "2026-W01", "", "2026-11 "])
def test_what_is_no_month(label):
    with pytest.raises(FrameError):
        Calendar().parse(label)


def test_a_fiscal_year_is_named_by_the_year_in_which_it_ends():
    july = Calendar(fiscal_year_start=7)
    assert [july.fiscal_year(pd.Timestamp(d)) for d in ("2026-06-01", "2026-07-01", "2027-06-01")] == [2026, 2027, 2027]
    assert Calendar().fiscal_year(pd.Timestamp("2026-12-01")) == 2026


def test_a_part_of_a_period_delays_a_receipt_by_one():
    months = Calendar()
    assert [months.lead_time_periods(d) for d in (0, 1, 30, 31, 61)] == [0, 1, 1, 2, 3]


def test_the_timeline_is_history_then_plan():
    line = Timeline(Calendar(), pd.Timestamp("2025-11-01"), pd.Timestamp("2026-02-01"), 2)
    assert line.labels == ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03"]
    assert len(line.history) == 3 and len(line.plan) == 2


def test_a_problem_is_one_line_with_its_address_first():
    problem = Problem("Overrides", "E7", "unknown-item", "expected an item listed in Items", '"AX-104"', 'did you mean "AX-140"?')
    assert format_problem(problem) == 'Overrides!E7: expected an item listed in Items, got "AX-104" (did you mean "AX-140"?)'


@given(st.text(), st.text(), st.text())
def test_whatever_a_cell_holds_the_line_stays_one_line(expected, got, hint):
    line = format_problem(Problem("A", "B1", "r", expected, quote(got), hint))
    assert len(line) <= MAX_LINE and "\n" not in line and "\r" not in line


def test_an_error_with_problems_lists_them_all():
    error = ContractError([Problem("A", "B1", "r", "expected x"), Problem("A", "B2", "r", "expected y")])
    assert str(error).splitlines() == ["A!B1: expected x", "A!B2: expected y"]


@given(st.integers(1, 1_048_576), st.integers(1, 16_384))
def test_addresses_read_back(row, column):
    assert blocks.parse_a1(blocks.a1(row, column)) == (row, column)


def test_labels_of_measures_are_unique():
    assert len(BY_LABEL) == len(MEASURES)


def test_a_frame_of_the_wrong_form_is_named():
    good = frames.empty_frame(frames.INVENTORY)
    assert frames.check_frame(good, frames.INVENTORY) is good
    with pytest.raises(FrameError, match="column 'on_hand' is missing"):
        frames.check_frame(good.drop(columns="on_hand"), frames.INVENTORY)
    twice = pd.DataFrame({"item": ["a", "a"], "location": ["x", "x"], "on_hand": [1.0, 2.0], "safety_stock": [1.0, 1.0]})
    with pytest.raises(FrameError, match="stands twice"):
        frames.check_frame(twice, frames.INVENTORY)
    with pytest.raises(FrameError, match="not number"):
        frames.check_frame(twice.assign(on_hand=["1", "2"]), frames.INVENTORY)
