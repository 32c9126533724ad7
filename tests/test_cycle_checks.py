"""Checks of the cycle's lists where there is little in them: one fault is enough to see, and no rows are not taken for agreement."""

from __future__ import annotations

import hand_made_plan as plan
import pytest
from calculated_pages import Page, line_of, pages_of
from hand_made_world import label_cells

from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.libreoffice import find_libreoffice
from sop_xl.sheets import sheet

pytestmark = [
    pytest.mark.skipif(find_libreoffice() is None, reason="LibreOffice is not installed; formulas cannot be calculated"),
    pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning"),  # openpyxl, about data bars
]
STATUS, DISAGREES = 6, 0
"""Column of a check that says 1 where it agrees, and what it says where not."""


def worklist(*lines: tuple[float, str]) -> list[list[object]]:
    """Lines with their money and section, in the order of their rank."""
    return [label_cells("Worklist", rank=float(n), alert=f"Matter {n}", kind="gap", value=value, section=section) for n, (value, section) in enumerate(lines, 1)]


@pytest.fixture(scope="module")
def checks(tmp_path_factory) -> Page:
    """Of the plan worked out by hand without its weeks, and with a worklist of open lines of which one stands out of order."""
    path = plan.make_planned_workbook(tmp_path_factory.mktemp("checks") / "book.xlsx")
    host = HeadlessHost(path)
    for name, rows in (("Weekly Execution", []), ("Worklist", worklist((900.0, "open"), (500.0, "open"), (700.0, "open")))):
        host.write_table(name, [c.label for c in sheet(name).columns], rows)
    host.save()
    return pages_of(path)["Checks"]


def test_a_plan_without_weeks_does_not_tie_to_its_weeks(checks):
    assert line_of(checks, "Weeks add up to their period")[STATUS] == DISAGREES


def test_one_line_out_of_order_is_seen_where_nothing_was_accepted(checks):
    assert line_of(checks, "Worklist: the dearest first")[STATUS] == DISAGREES
