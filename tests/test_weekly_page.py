"""Weekly Review, calculated: the weeks of a plan that is shorter than the page, and whether what it shows is approved."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from calculated_pages import Page, errors_of, line_of, pages_of
from hand_made_cycle import snapshot_rows
from hand_made_world import TIMELINE, label_cells

from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.libreoffice import find_libreoffice
from sop_xl.sheets import SHEETS, sheet
from sop_xl.sheets.settings import Settings
from sop_xl.templates import build_workbook

pytestmark = [
    pytest.mark.skipif(find_libreoffice() is None, reason="LibreOffice is not installed; formulas cannot be calculated"),
    pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning"),  # openpyxl, about data bars
]
FIRST, COUNT = datetime(2025, 12, 29), 8
LABELS, WEEKS = slice(0, 4), slice(4, 17)


def reviewed(path: Path, snapshots: list[list[object]]) -> Page:
    """The page of three series of eight weeks: 10, 20 and 30 units in each, one week over and the next under way."""
    build_workbook(path, sheets=SHEETS, timeline=TIMELINE, settings=Settings(horizon=2))
    host = HeadlessHost(path)
    host.write_name("sop_current_period", TIMELINE.labels[13])
    rows = [
        label_cells("Weekly Execution", item=item, location="N", family="F", region="R", week=FIRST + timedelta(weeks=k), period=TIMELINE.labels[13], planned_demand=demand,
                    orders=demand if k < 2 else None, elapsed=(1.0, 0.4, *(0.0,) * 6)[k], projected_balance=100.0, safety_stock=5.0)
        for item, demand in (("A", 10.0), ("B", 20.0), ("C", 30.0)) for k in range(COUNT)
    ]  # fmt: skip
    for name, lines in (("Weekly Execution", rows), ("Snapshots", snapshots)):
        host.write_table(name, [c.label for c in sheet(name).columns], lines)
    host.save()
    return pages_of(path)["Weekly Review"]


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Page:
    return reviewed(tmp_path_factory.mktemp("weekly") / "book.xlsx", [])


def test_a_plan_of_eight_weeks_has_eight_columns_and_the_others_are_empty(page):
    at = page.index(line_of(page, "Line"))
    assert page[at][WEEKS] == [FIRST + timedelta(weeks=k) for k in range(COUNT)] + [None] * 5
    assert page[at - 1][WEEKS] == ["over", "now", *["to come"] * 6, *[None] * 5]
    assert errors_of(page) == []


def test_each_week_counts_once_in_the_totals(page):
    planned = line_of(page, "Planned demand")
    assert planned[3] == COUNT * 60 and planned[WEEKS] == [60.0] * COUNT + [None] * 5
    assert line_of(page, "Planned to date")[3] == pytest.approx(1.4 * 60)
    assert line_of(page, "Orders")[3] == 2 * 60
    assert line_of(page, "Projected balance")[WEEKS] == [300.0] * COUNT + [None] * 5


def test_a_list_without_exceptions_says_so(page):
    assert line_of(page, "No exceptions in these weeks.")[1] is None


def test_planned_demand_is_called_approved_only_where_this_cycles_plan_is(page, tmp_path):
    assert line_of(page, "Planned demand")[1] == "not approved"
    earlier = [label_cells("Snapshots", cycle=TIMELINE.labels[12], version=1.0, as_of="2025-12-05", approved_by="M. Lee", state="approved", place="workbook")]
    assert line_of(reviewed(tmp_path / "earlier.xlsx", earlier), "Planned demand")[1] == "not approved"
    assert line_of(reviewed(tmp_path / "published.xlsx", snapshot_rows()), "Planned demand")[1] == "approved, v2"
