"""Whose actuals are missing when a month is closed: what has been selling, and of which nothing is said."""

from __future__ import annotations

import pandas as pd
import pytest

from sop_xl.frames import ITEMS, LIFECYCLE, empty_frame
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.missing_actuals import missing_actuals, still_sold

TIMELINE = Timeline(Calendar(), pd.Timestamp("2024-01-01"), pd.Timestamp("2025-01-01"), 3)
JANUARY = TIMELINE.current


def demand(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["item", "location", "period", "demand"])
    return table.assign(period=pd.to_datetime(table["period"]), demand=table["demand"].astype(float))


def months(item: str, location: str, *figures: float) -> list[tuple[str, str, str, float]]:
    """October, November, December."""
    return [(item, location, period, figure) for period, figure in zip(("2024-10-01", "2024-11-01", "2024-12-01"), figures, strict=True)]


def missing(history: pd.DataFrame, actuals: pd.DataFrame, *keys: str) -> list[tuple[str, ...]]:
    return list(missing_actuals(history, actuals, TIMELINE, keys).names)


@pytest.mark.parametrize(("figures", "expected"), [((5, 5, 5), [("tea",)]), ((5, 0, 5), []), ((float("nan"), 5, 5), []), ((5, 5, -1), [("tea",)])])
def test_only_what_sold_in_each_of_three_months_is_expected_to_have_an_actual(figures, expected):
    history = demand(*months("tea", "Oslo", *figures), *months("jam", "Oslo", 1, 1, 1))
    assert missing(history, demand(("jam", "Oslo", "2025-01-01", 3)), "item") == expected


@pytest.mark.parametrize(("stated", "expected"), [(0.0, []), (7.0, []), (float("nan"), [("tea",)])])
def test_a_stated_zero_is_an_answer_and_a_blank_is_none(stated, expected):
    history = demand(*months("tea", "Oslo", 5, 5, 5))
    assert missing(history, demand(("tea", "Oslo", "2025-01-01", stated)), "item") == expected


def test_an_item_that_sold_at_another_place_is_missing_only_there():
    history = demand(*months("tea", "Oslo", 5, 5, 5), *months("tea", "Rome", 5, 5, 5))
    actuals = demand(("tea", "Oslo", "2025-01-01", 3))
    assert missing(history, actuals, "item") == []
    assert missing(history, actuals, "location") == [("Rome",)]
    assert missing(history, actuals, "item", "location") == [("tea", "Rome")]


def test_actuals_of_another_month_are_none_of_this_one():
    history = demand(*months("tea", "Oslo", 5, 5, 5))
    assert missing(history, demand(("tea", "Oslo", "2024-12-01", 3)), "item") == [("tea",)]


def test_of_a_history_of_one_month_that_month_counts():
    young = Timeline(Calendar(), pd.Timestamp("2024-12-01"), JANUARY, 3)
    history = demand(("tea", "Oslo", "2024-12-01", 5), ("jam", "Oslo", "2024-12-01", 0))
    result = missing_actuals(history, history.head(0), young, ("item",))
    assert (result.names, result.expected) == ((("tea",),), 1)


def test_what_ended_before_the_month_needs_no_actual():
    history = demand(*months("tea", "Oslo", 5, 5, 5), *months("jam", "Oslo", 5, 5, 5), *months("jam", "Rome", 5, 5, 5), *months("oil", "Rome", 5, 5, 5))
    items = pd.DataFrame({"item": ["tea", "jam", "oil"], "end": pd.to_datetime(["2024-12-31", None, "2025-01-15"])})
    out = pd.DataFrame({"item": ["jam"], "location": ["Rome"], "stage": ["phase_out"], "period": [JANUARY]})
    left = still_sold(history, items, out, JANUARY)
    assert sorted(set(zip(left["item"], left["location"], strict=True))) == [("jam", "Oslo"), ("oil", "Rome")]
    assert len(still_sold(history, items.assign(end=pd.NaT), empty_frame(LIFECYCLE), JANUARY)) == len(history)
    assert still_sold(history.head(0), empty_frame(ITEMS), empty_frame(LIFECYCLE), JANUARY).empty
