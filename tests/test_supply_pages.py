"""The pages of supply planning, calculated: what is short, what binds, what to do, how loaded the resources are, what service costs."""

from __future__ import annotations

import hand_made_plan as plan
import hand_made_supply as supply
import hand_made_world as world
import pytest
from calculated_pages import Page, block, empty_pages, errors_of, line_of, pages_of
from openpyxl import load_workbook

from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.libreoffice import find_libreoffice
from sop_xl.sheets import SHEETS
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import LABEL_COLUMNS
from sop_xl.templates import build_workbook

pytestmark = [
    pytest.mark.skipif(find_libreoffice() is None, reason="LibreOffice is not installed; formulas cannot be calculated"),
    pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning"),  # openpyxl, about data bars
]
AHEAD = slice(LABEL_COLUMNS + world.PAST, LABEL_COLUMNS + world.PAST + world.AHEAD)


@pytest.fixture(scope="module")
def review(tmp_path_factory) -> Page:
    """The Supply Review of the plan worked out by hand."""
    return pages_of(plan.make_planned_workbook(tmp_path_factory.mktemp("plan") / "book.xlsx"))["Supply Review"]


@pytest.fixture(scope="module")
def narrowed(tmp_path_factory) -> Page:
    """The same with the lamps and the press chosen in the yellow cells."""
    path = plan.make_planned_workbook(tmp_path_factory.mktemp("narrowed") / "book.xlsx")
    host = HeadlessHost(path)
    host.write_name("SupplyReview_family", "Lamps")
    host.write_name("SupplyReview_resource", "Press")
    host.save()
    return pages_of(path)["Supply Review"]


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> dict[str, Page]:
    return empty_pages(tmp_path_factory.mktemp("empty"))


def test_the_balance_line_by_line_is_that_of_the_plan(review):
    for name, label in (("dependent_demand", "Dependent demand"), ("lost_sales", "Lost sales"), ("projected_available_balance", "Projected available balance")):
        expected = [sum(supply.stocks(key)[name][k] for key in world.STEPS) for k in range(world.AHEAD)]
        assert line_of(review, label)[AHEAD] == pytest.approx(expected)


def test_a_backlog_counts_as_late_when_it_grows_and_not_again_while_it_waits(review):
    backlog = supply.stocks(("A1", "N"))["unmet_demand"]  # 0, 14, 106
    lost = supply.LOST * len(world.STEPS)
    missed = [lost, backlog[1] + lost, backlog[2] - backlog[1] + lost]
    demand = [sum(world.consensus(key)[k] for key in world.STEPS) for k in range(world.AHEAD)]
    assert line_of(review, "Newly late or lost")[AHEAD] == pytest.approx(missed)
    assert line_of(review, "Demand served in its period")[AHEAD] == pytest.approx([1 - m / d for m, d in zip(missed, demand, strict=True)])
    assert line_of(review, "Demand served in its period")[3] == pytest.approx(1 - sum(missed) / sum(demand))


def test_each_shortage_says_what_binds_and_what_to_do(review):
    (row,) = block(review, "What is short", 8)
    assert (row[0], row[1], row[2], row[3]) == ("A1 Item A1, N", "2026-03 - 2026-03", 1, 106)
    assert row[AHEAD.start] == "Saw: Authorise overtime on the Saw. Best option: Overtime at Saw"


def test_a_family_without_a_shortage_says_so(narrowed):
    (row,) = block(narrowed, "What is short", 8)
    assert row[0].startswith("none")
    assert not any(row[1:7])


def test_what_binds_and_the_options_stand_in_the_order_of_their_sheets(review):
    first, second = block(review, "What binds", 5)
    assert first[:7] == ["Saw", "resource capacity", 1, 12, 12, "2026-02", 0]
    assert second[AHEAD.start] == "The Saw is full in 2026-03: one more hour saves 9 USD."
    options = block(review, "Options", 6)
    assert [(row[0], *row[3:5]) for row in options] == [("Overtime at Saw", 325, 300), ("Second source of A1", 125, 100), ("Expedite A1", 5, -20)]


def test_the_most_loaded_resource_stands_first_with_what_must_be_bought_back(review):
    resources = block(review, "Resources", 10)
    assert [row[0] for row in resources] == ["Crew", "Saw", "Press"]  # means 1.2, 1.15 and 0
    saw = resources[1]
    assert saw[3:6] == pytest.approx([1.3, (0.9 + 1.3 + 1.25) / 3, 50])
    assert saw[AHEAD] == pytest.approx([0.9, 1.3, 1.25])


def test_one_resource_in_detail_is_the_most_loaded_until_another_is_chosen(review, narrowed):
    assert line_of(review, "Load")[AHEAD] == supply.CREW["load"]
    assert line_of(narrowed, "Available capacity")[AHEAD] == [20, 20, 0]


def test_the_curve_of_the_chosen_family_ends_in_its_last_point_and_today_stands_apart(review, narrowed):
    for page, share in ((review, 1.0), (narrowed, 0.1)):
        top = next(n for n, row in enumerate(page) if row[0] == "Today's targets")
        targets, stock, *curve = page[top : top + 18]
        assert targets[3:5] == pytest.approx([220 * share, 0.95])
        assert stock[3:5] == pytest.approx([270 * share, 0.98])
        assert [row[4] for row in curve[:4]] == [0.8, 0.9, 0.97, 0.99]
        assert {row[4] for row in curve[4:]} == {0.99}
        assert {row[0] for row in curve[4:]} <= {None, ""}


def test_pages_without_a_plan_say_that_there_is_nothing(empty):
    page = empty["Supply Review"]
    assert [row[0] for row in block(page, "What is short", 8)] == ["none: every demand is served in time"]
    assert [row[0] for row in block(page, "What binds", 5)] == ["nothing binds"]
    assert [row[0] for row in block(page, "Options", 6)] == ["none tried"]
    assert block(page, "Resources", 10) == []
    assert errors_of(page) == []
    assert next(row[0] for row in empty["Executive"] if str(row[0]).startswith("Critical")) == "Critical constraints, whole plan: no shortage. No limit binds."


def test_the_supply_review_prints_on_a4_with_the_plan_beside_the_labels_and_the_past_folded(tmp_path):
    path = tmp_path / "book.xlsx"
    build_workbook(path, sheets=SHEETS, timeline=world.TIMELINE, settings=Settings())
    sheet = load_workbook(path)["Supply Review"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation, sheet.page_setup.scale) == (9, "landscape", 60)
    assert str(sheet.print_area).replace("$", "").split("!")[-1].startswith("A1:W")
    assert sheet.print_title_cols == "$A:$G"
    past = sheet.column_dimensions["H"]  # thirteen past periods stand in H to T
    assert (past.min, past.max, past.hidden, past.outlineLevel) == (8, 20, True, 1)
    assert not any(sheet.column_dimensions[letters].hidden for letters in "GUVW")
