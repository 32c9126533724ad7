"""The monthly cycle: due days, when a task is done, who is late, and the record of earlier cycles."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_xl.frames import CYCLE, CYCLE_CALENDAR, check_frame, empty_frame
from sop_xl.plan.cycle import (
    CADENCES,
    KEPT_CYCLES,
    MONTHLY,
    WEEKLY,
    WHOLE,
    Finding,
    closed_cycles,
    cycle_rows,
    due_date,
    in_order,
    standard_calendar,
)
from sop_xl.plan.cycle_participation import participation

FEBRUARY = pd.Timestamp("2025-02-01")  # a Saturday
DONE, OPEN, NOTHING = Finding(True, "it is there"), Finding(False, "it is not there"), Finding(None, "there is nothing to do")


def day(text):
    return pd.Timestamp(text)


def calendar(*tasks):
    """A calendar of tasks: (task, due day)."""
    frame = standard_calendar(MONTHLY).head(len(tasks)).copy()
    return frame.assign(task=[name for name, _ in tasks], due_day=[float(due) for _, due in tasks])


def line(rows, task):
    return rows[rows["task"] == task].iloc[0]


def test_due_days_are_working_days_counted_from_the_first_one_of_the_month():
    """February 2025 begins on a Saturday: its first working day is Monday the 3rd, its sixth Monday the 10th."""
    assert [due_date(FEBRUARY, n) for n in (1, 5, 6)] == [day("2025-02-03"), day("2025-02-07"), day("2025-02-10")]


def test_a_month_that_begins_on_a_working_day_counts_it():
    assert due_date(day("2025-04-01"), 1) == day("2025-04-01")


def test_a_task_without_a_due_day_is_never_late():
    rows = cycle_rows(calendar(("Talk", float("nan"))), [OPEN], FEBRUARY, empty_frame(CYCLE), day("2025-12-31"))
    assert line(rows, "Talk")["state"] == "open"
    assert pd.isna(line(rows, "Talk")["due"])


@given(st.dates(min_value=day("2020-01-01").date(), max_value=day("2030-12-01").date()), st.integers(1, 66))
def test_every_due_day_is_a_weekday_and_the_next_number_is_later(first, number):
    cycle = pd.Timestamp(first).replace(day=1)
    due = due_date(cycle, number)
    assert due.weekday() < 5
    assert due >= cycle
    assert due_date(cycle, number + 1) > due


@pytest.mark.parametrize(("found", "as_of", "state"), [
    (DONE, "2025-02-05", "done"),
    (OPEN, "2025-02-05", "open"),  # due today is not late yet
    (OPEN, "2025-02-06", "late"),
    (NOTHING, "2025-02-06", "not needed"),
])  # fmt: skip
def test_a_task_due_on_the_fifth_of_february(found, as_of, state):
    rows = cycle_rows(calendar(("Count stock", 3)), [found], FEBRUARY, empty_frame(CYCLE), day(as_of))
    assert line(rows, "Count stock")["state"] == state


def test_the_day_of_delivery_is_that_of_the_first_run_that_found_it_done():
    tasks = calendar(("Count stock", 3))
    first = cycle_rows(tasks, [DONE], FEBRUARY, empty_frame(CYCLE), day("2025-02-04"))
    later = cycle_rows(tasks, [DONE], FEBRUARY, first, day("2025-02-20"))
    assert line(later, "Count stock")["delivered"] == day("2025-02-04")
    assert line(later, "Count stock")["on_time"] == "yes"


def test_running_twice_on_one_day_changes_nothing():
    tasks = calendar(("Count stock", 3), ("Agree", 8))
    first = cycle_rows(tasks, [DONE, OPEN], FEBRUARY, empty_frame(CYCLE), day("2025-02-04"))
    again = cycle_rows(tasks, [DONE, OPEN], FEBRUARY, first, day("2025-02-04"))
    pd.testing.assert_frame_equal(first, again)


def test_what_is_undone_again_has_not_been_delivered():
    tasks = calendar(("Count stock", 3))
    first = cycle_rows(tasks, [DONE], FEBRUARY, empty_frame(CYCLE), day("2025-02-04"))
    later = cycle_rows(tasks, [OPEN], FEBRUARY, first, day("2025-02-06"))
    assert line(later, "Count stock")["state"] == "late"
    assert pd.isna(line(later, "Count stock")["delivered"])


def test_a_day_that_is_known_otherwise_counts_instead_of_the_run():
    rows = cycle_rows(calendar(("Talk", 3)), [Finding(True, "by hand", on=day("2025-02-03"))], FEBRUARY, empty_frame(CYCLE), day("2025-02-20"))
    assert line(rows, "Talk")["delivered"] == day("2025-02-03")


def test_last_line_sums_the_cycle_up():
    tasks = calendar(("Count stock", 3), ("Sales numbers", 6), ("Talk", 8), ("Nothing", 8))
    rows = cycle_rows(tasks, [DONE, OPEN, OPEN, NOTHING], FEBRUARY, empty_frame(CYCLE), day("2025-02-11"))
    whole = line(rows, WHOLE)
    assert whole["evidence"] == "1 of 3 tasks are done, 0 of 3 on time; late: Count stock (done late), Sales numbers"
    assert whole["state"] == "late"
    assert whole["on_time"] == ""


def test_a_cycle_whose_tasks_are_all_done_in_time_is_done_in_time():
    rows = cycle_rows(calendar(("Count stock", 3), ("Nothing", 4)), [DONE, NOTHING], FEBRUARY, empty_frame(CYCLE), day("2025-02-04"))
    whole = line(rows, WHOLE)
    assert (whole["state"], whole["on_time"], whole["delivered"]) == ("done", "yes", day("2025-02-04"))


def test_earlier_cycles_stay_and_what_was_never_done_is_late():
    january = cycle_rows(calendar(("Count stock", 3), ("Publish", 18)), [DONE, OPEN], day("2025-01-01"), empty_frame(CYCLE), day("2025-01-03"))
    assert line(january, "Publish")["state"] == "open"
    closed = closed_cycles(january, FEBRUARY, day("2025-02-04"))
    assert line(closed, "Publish")["state"] == "late"
    assert line(closed, "Count stock")["delivered"] == day("2025-01-03")
    assert line(closed, WHOLE)["evidence"] == "1 of 2 tasks are done, 1 of 2 on time; late: Publish"


def test_the_record_keeps_two_years_of_cycles_the_current_one_first():
    rows = empty_frame(CYCLE)
    tasks = calendar(("Count stock", 3))
    for month in pd.date_range("2022-01-01", periods=KEPT_CYCLES + 6, freq="MS"):
        as_of = month + pd.Timedelta(days=3)
        rows = in_order(pd.concat([cycle_rows(tasks, [DONE], month, rows, as_of), closed_cycles(rows, month, as_of)], ignore_index=True))
    cycles = list(dict.fromkeys(rows["cycle"]))
    assert len(cycles) == KEPT_CYCLES
    assert cycles == sorted(cycles, reverse=True)


@pytest.mark.parametrize("cadence", CADENCES)
def test_a_standard_calendar_has_each_task_once_in_the_order_of_its_days(cadence):
    frame = check_frame(standard_calendar(cadence), CYCLE_CALENDAR)
    assert frame["task"].is_unique
    assert frame["due_day"].is_monotonic_increasing
    assert not frame["criterion"].eq("by hand").any()  # nobody is named who could do it by hand


def test_the_monthly_calendar_has_all_six_steps_in_their_order():
    assert list(dict.fromkeys(standard_calendar(MONTHLY)["step"])) == ["data", "demand", "supply", "pre-S&OP", "executive", "publish"]


def test_a_weekly_cadence_looks_in_every_week_and_dives_once():
    tasks = standard_calendar(WEEKLY)["task"]
    assert tasks.str.startswith("Check-in").sum() == 4
    assert tasks.str.contains("deep dive").sum() == 1


# participation


def sales(*lines):
    """SALES_INPUT rows: (contributor, family, period, demand)."""
    rows = [("", family, "", who, "", day(period), value, float("nan")) for who, family, period, value in lines]
    return pd.DataFrame(rows, columns=["item", "family", "location", "contributor", "account", "period", "demand", "revenue"])


JANUARY = day("2025-01-01")
LAST = sales(("Ann", "Bikes", "2025-01-01", 10.0), ("Ann", "Bikes", "2025-03-01", 12.0), ("Bob", "Helmets", "2025-01-01", 5.0))


def test_a_changed_number_and_one_further_ahead_are_delivered():
    now = sales(("Ann", "Bikes", "2025-03-01", 13.0), ("Bob", "Helmets", "2025-02-01", 5.0))
    assert participation(now, LAST, JANUARY, FEBRUARY).sentence == "2 of 2 sales numbers are in"


def test_numbers_left_as_they_were_are_not_delivered():
    now = sales(("Ann", "Bikes", "2025-01-01", 10.0), ("Ann", "Bikes", "2025-03-01", 12.0), ("Bob", "Helmets", "2025-02-01", 5.0))
    assert participation(now, LAST, JANUARY, FEBRUARY).sentence == "1 of 2 sales numbers are in; missing: Ann (Bikes)"


def test_who_delivered_last_cycle_and_is_gone_is_missing():
    found = participation(sales(("Ann", "Bikes", "2025-02-01", 1.0)), LAST, JANUARY, FEBRUARY)
    assert found.missing == ("Bob (Helmets)",)


def test_a_deal_that_was_over_before_last_cycle_is_not_asked_for_again():
    old = sales(("Cid", "Tents", "2024-06-01", 40.0), ("Ann", "Bikes", "2025-01-01", 10.0))
    found = participation(pd.concat([old, sales(("Ann", "Bikes", "2025-02-01", 9.0))]), old, JANUARY, FEBRUARY)
    assert (found.expected, found.delivered) == (1, 1)


def test_a_deal_of_last_cycle_is_not_asked_for_again_while_its_contributor_delivers():
    last = sales(("Ann", "Tents", "2025-01-01", 40.0), ("Ann", "Bikes", "2025-02-01", 10.0), ("Bob", "Helmets", "2025-01-01", 5.0))
    found = participation(sales(("Ann", "Bikes", "2025-02-01", 9.0)), last, JANUARY, FEBRUARY)
    assert found.sentence == "1 of 2 sales numbers are in; missing: Bob (Helmets)"


def test_who_states_every_period_as_it_comes_owes_the_next_one_of_every_line():
    last = sales(("Ann", "Bikes", "2025-01-01", 10.0), ("Ann", "Tents", "2025-01-01", 40.0))
    found = participation(sales(("Ann", "Bikes", "2025-02-01", 9.0)), last, JANUARY, FEBRUARY)
    assert found.sentence == "1 of 2 sales numbers are in; missing: Ann (Tents)"


def test_numbers_that_stay_as_they_are_can_be_confirmed():
    found = participation(LAST, LAST, JANUARY, FEBRUARY)
    assert found.sentence == "0 of 2 sales numbers are in; missing: Ann (Bikes), Bob (Helmets)"
    assert found.confirmed == "0 of 2 sales numbers are in; confirmed as they stand: Ann (Bikes), Bob (Helmets)"


def test_without_a_cycle_before_every_number_for_the_plan_is_new():
    found = participation(sales(("Ann", "Bikes", "2025-02-01", 1.0), ("Bob", "Helmets", "2025-01-01", 1.0)), None, FEBRUARY, FEBRUARY)
    assert (found.expected, found.delivered) == (1, 1)


def test_where_nobody_gives_numbers_nobody_is_missing():
    found = participation(sales(), None, FEBRUARY, FEBRUARY)
    assert (found.expected, found.sentence) == (0, "nobody gives sales numbers")


def test_a_number_of_zero_is_a_number():
    """0 is planned as nothing; blank is not planned."""
    found = participation(sales(("Ann", "Bikes", "2025-02-01", 0.0)), None, FEBRUARY, FEBRUARY)
    assert found.delivered == 1


def test_only_the_first_missing_are_named():
    last = sales(*((f"P{k}", "Bikes", "2025-02-01", 1.0) for k in range(9)))
    assert participation(sales(), last, JANUARY, FEBRUARY).sentence.endswith("P5 (Bikes) and 3 more")
