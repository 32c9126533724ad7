"""The approved plan: what is frozen, its totals, and the hash that tells the least change."""

from __future__ import annotations

import hashlib

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_tables import items, months, table

from sop_xl import frames
from sop_xl.periods import Calendar
from sop_xl.plan.approved import approved_hash, approved_lines, approved_rows, approved_totals, figure_text

TIMELINE = months("2026-01", 2)
ITEMS = pd.concat([items("A", family="Paint"), items("B", family="Paint"), items("T", family="Tins")], ignore_index=True)
PLACES = pd.DataFrame({"location": ["Oslo", "Rome"], "name": ["Oslo", "Rome"], "region": ["North", "South"], "currency": "EUR"})
WORDS = {"cycle": "2026-01", "version": 1, "as_of": "2026-01-20", "approved_by": "Ada", "scenario": ""}


def line(family, region, version, measure, *values):
    return {"family": family, "region": region, "version": version, "category": "Deco", "measure": measure, "2025-12": values[0], "2026-01": values[1], "2026-02": values[2]}


MONEY = table(
    frames.FINANCIAL_PLAN,
    line("Paint", "North", "Plan", "demand", 9, 10, 20), line("Paint", "North", "Plan", "revenue", 90, 100, 200),
    line("Paint", "North", "Plan", "gross_margin", 40, 50, 60), line("Paint", "North", "Plan", "inventory_value", 5, 7, 8),
    line("Paint", "South", "Plan", "demand", 1, 1, 2), line("Paint", "South", "Plan", "inventory_value", 1, 3, 4),
    line("Paint", "North", "Budget", "revenue", 1000, 1000, 1000),
)  # fmt: skip


def receipts(item, location, source, first, second):
    return {"item": item, "location": location, "source": source, "measure": "planned_receipts", "2026-01": first, "2026-02": second}


SUPPLY = table(
    frames.SUPPLY_PLAN,
    receipts("A", "Oslo", "make", 3, 4), receipts("B", "Oslo", "make", 1, 0), receipts("A", "Rome", "transfer from Oslo", 5, 5),
    receipts("T", "Oslo", "buy from Tin & Co", 30, 0), receipts("T", "Oslo", "subcontract at Smith", 0, 2),
)  # fmt: skip


def frozen(version=1):
    return approved_rows(MONEY, SUPPLY, ITEMS, PLACES, TIMELINE, version)


def cell(frame, family, region, period, measure):
    found = frame[(frame["family"] == family) & (frame["region"] == region) & (frame["period"] == pd.Timestamp(period))]
    return found[measure].item()


def test_the_plan_is_frozen_in_its_planned_periods_and_nothing_else_is():
    plan = frames.check_frame(frozen(), frames.APPROVED_PLAN)
    assert set(plan["period"]) == set(TIMELINE.plan)
    assert cell(plan, "Paint", "North", "2026-02", "revenue") == 200, "of version Plan, not of the budget"


def test_what_is_made_is_production_what_is_bought_are_purchases_and_a_transfer_is_neither():
    plan = frozen()
    assert cell(plan, "Paint", "North", "2026-01", "production") == 3 + 1, "A and B are made"
    assert cell(plan, "Tins", "North", "2026-01", "purchases") == 30
    assert cell(plan, "Tins", "North", "2026-02", "purchases") == 2, "a subcontractor is paid as a supplier is"
    south = plan[plan["region"] == "South"]
    assert south[["production", "purchases"]].isna().all(axis=None), "nothing of its own, which is not zero"


def test_components_that_nobody_asks_for_have_no_demand():
    assert pd.isna(cell(frozen(), "Tins", "North", "2026-01", "demand"))


def test_a_snapshot_sums_flows_and_takes_the_stock_of_the_last_period():
    totals = approved_totals(frozen())
    assert totals == {"demand": 10 + 20 + 1 + 2, "revenue": 300.0, "gross_margin": 110.0, "inventory_value": 8.0 + 4.0}


def test_a_figure_that_nobody_knows_is_left_out_of_the_totals():
    assert "inventory_value" not in approved_totals(approved_rows(MONEY.assign(inventory_value=float("nan")), SUPPLY, ITEMS, PLACES, TIMELINE, 1))


def test_the_hash_is_that_of_a_text_that_anybody_can_write_down():
    lines = [("Paint", "North", "demand", "2026-01", 10.0), ("Paint", "North", "demand", "2026-02", 20.5)]
    head = '{"approved_by": "Ada", "as_of": "2026-01-20", "cycle": "2026-01", "scenario": "", "version": 1}'
    text = head + "\nPaint\tNorth\tdemand\t2026-01\t10\nPaint\tNorth\tdemand\t2026-02\t20.5"
    assert approved_hash(lines, **WORDS) == hashlib.sha256(text.encode()).hexdigest()


def test_the_order_of_the_lines_does_not_count():
    lines = approved_lines(frozen(), Calendar())
    assert approved_hash(lines, **WORDS) == approved_hash(lines[::-1], **WORDS)


@pytest.mark.parametrize("changed", [{"approved_by": "Bob"}, {"as_of": "2026-01-21"}, {"scenario": "Extra shift"}, {"version": 2}, {"cycle": "2026-02"}])
def test_whoever_changes_what_is_said_about_the_plan_changes_the_hash(changed):
    lines = approved_lines(frozen(), Calendar())
    assert approved_hash(lines, **WORDS) != approved_hash(lines, **(WORDS | changed))


@given(place=st.integers(0, 1000), by=st.floats(0.001, 1000))
def test_the_least_change_of_any_figure_changes_the_hash(place, by):
    lines = approved_lines(frozen(), Calendar())
    k = place % len(lines)
    changed = [*lines[:k], (*lines[k][:4], lines[k][4] + by), *lines[k + 1 :]]
    assert approved_hash(lines, **WORDS) != approved_hash(changed, **WORDS)


@pytest.mark.parametrize(("value", "text"), [(10.0, "10"), (-0.0, "0"), (0.1 + 0.2, "0.3"), (1e-9, "0"), (12345678901.123456, "12345678901.1235")])
def test_a_figure_is_hashed_as_a_spreadsheet_keeps_it(value, text):
    assert figure_text(value) == text
