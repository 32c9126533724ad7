"""The History Log in the workbook: what a run corrects, and that a planner's mark on it holds."""

from __future__ import annotations

import json

import pytest
from company import TIMELINE, cells, change, labels, run

from sop_xl.hosts.headless import HeadlessHost
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import HEADER_ROW, columns_of

PLAN = [TIMELINE.calendar.label(p) for p in TIMELINE.plan]


def plan(path):
    """Plan in place; the report of the run."""
    report = path.with_suffix(".json")
    run("regenerate", path, "--as-of", "2025-01-06", "--recalc", "off", "--json", report)
    return json.loads(report.read_text(encoding="utf-8"))


def baseline(path, item="0017", location="Oslo"):
    (row,) = (r for r in cells(path, "Baseline Forecast") if (r["Item"], r["Location"], r["Measure"]) == (item, location, "Baseline forecast"))
    return [row[p] for p in PLAN]


def log(path):
    return [(r["Item"], r["Location"], r["Period"], r["Cause"], r["Keep or drop"], r["State"]) for r in cells(path, "History Log")]


@pytest.fixture
def peak(company):
    """Chair 0017 had an order of 700 in March 2024 in Oslo, where it usually sells some 50."""
    change(company, "Demand History", "2024-03", 0, 700.0)
    return company


def test_a_planner_drops_a_correction_and_the_forecast_learns_from_the_raw_month(peak):
    plan(peak)
    assert log(peak) == [("0017", "Oslo", "2024-03", "one-off order", None, "applied")]
    without = baseline(peak)
    change(peak, "History Log", "Keep or drop", 0, "Drop")
    report = plan(peak)
    assert report["changed"] and not report["forecast_from_cache"]
    assert log(peak) == [("0017", "Oslo", "2024-03", "one-off order", "Drop", "dropped")]
    assert baseline(peak) != without
    again = plan(peak)
    assert not again["changed"], "the mark is written again, and the same marks make the same workbook"


def test_every_line_can_be_marked_though_the_sheet_is_protected(company):
    """The cells for Keep and Drop are open on each line, the others are not."""
    from openpyxl import load_workbook

    change(company, "Settings", "Value", [c.name for c in columns_of(Settings)].index("working_days"), "Mon-Fri")  # a line per month
    plan(company)
    book = load_workbook(company)["History Log"]
    columns = {book.cell(HEADER_ROW, k).value: k for k in range(1, book.max_column + 1)}
    rows = [r for r in range(HEADER_ROW + 1, book.max_row + 1) if book.cell(r, columns["Cause"]).value]
    assert len(rows) > 12 and book.protection.sheet
    for row in rows:
        assert not book.cell(row, columns["Keep or drop"]).protection.locked, row
        assert book.cell(row, columns["Raw"]).protection.locked, row


def test_actuals_stay_what_they_were(peak):
    plan(peak)
    (row,) = (r for r in cells(peak, "Demand History") if (r["Item"], r["Location"], r["Measure"]) == ("0017", "Oslo", "Demand"))
    assert row["2024-03"] == 700
    accuracy = next(r for r in cells(peak, "Forecast Accuracy") if (r["Item"], r["Location"]) == ("0017", "Oslo"))
    assert "history corrected: 1 one-off order; see History Log" in accuracy["Note"]


def test_a_word_that_is_no_mark_is_a_problem_at_its_cell(peak):
    plan(peak)
    change(peak, "History Log", "Keep or drop", 0, "Dorp")
    report = plan(peak)
    assert report["exit_code"] == 1
    (problem,) = (p for p in report["problems"] if p["severity"] == "error")
    assert problem["sheet"] == "History Log" and problem["got"] == '"Dorp"'


def test_cleansing_can_be_switched_off(peak):
    plan(peak)
    corrected = baseline(peak)
    host = HeadlessHost(peak)
    host.write_table("Settings", labels("Settings")[:2], [["Plan currency", "EUR"], ["Horizon", 12], ["Cleanse history", "off"]])
    host.save()
    plan(peak)
    assert log(peak) == []
    assert baseline(peak) != corrected


def test_working_days_move_the_plan_from_month_to_month(company):
    plan(company)
    plain = baseline(company)
    host = HeadlessHost(company)
    host.write_table("Settings", labels("Settings")[:2], [["Plan currency", "EUR"], ["Horizon", 12], ["Working days", "Mon-Fri"]])
    host.save()
    plan(company)
    assert {r[3] for r in log(company)} == {"calendar"}
    assert baseline(company) != plain
    assert sum(baseline(company)) == pytest.approx(sum(plain), rel=0.05)
