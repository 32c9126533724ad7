"""The pages of money, calculated: are we on plan, why not, what closes the gap, and what may still move it."""

from __future__ import annotations

import warnings

import hand_made_money as money
import hand_made_plan as plan
import hand_made_world as world
import pytest
from calculated_pages import Page, block, empty_pages, errors_of, line_of, pages_of
from openpyxl import load_workbook

from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.libreoffice import find_libreoffice
from sop_xl.plan.bridge_rows import conventions
from sop_xl.plan.finance import BUDGET, LAST_YEAR, PREVIOUS_PLAN
from sop_xl.sheets import SHEETS
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import LABEL_COLUMNS
from sop_xl.templates import build_workbook

pytestmark = [
    pytest.mark.skipif(find_libreoffice() is None, reason="LibreOffice is not installed; formulas cannot be calculated"),
    pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning"),  # openpyxl, about data bars
]
WORDS = LABEL_COLUMNS + world.PAST
"""Place of a line's sentence: over the first planned period."""
STATUS, PLAN, REFERENCE, SHARE, GAP = 1, 3, 4, 5, 6
TOLERANCE = 0.25
EVERY, CHAIRS = sorted(money.groups()), [("Chairs", "North"), ("Chairs", "South")]


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> dict[str, Page]:
    """The plan worked out by hand, as the pages open."""
    return pages_of(plan.make_planned_workbook(tmp_path_factory.mktemp("plan") / "book.xlsx"))


@pytest.fixture(scope="module")
def review(book) -> Page:
    return book["Finance Review"]


@pytest.fixture(scope="module")
def narrowed(tmp_path_factory) -> Page:
    """Chairs alone, why their margin is not last year's, what moves the service, and a wide tolerance."""
    path = plan.make_planned_workbook(tmp_path_factory.mktemp("narrowed") / "book.xlsx")
    host = HeadlessHost(path)
    chosen = {"family": "Chairs", "span": "Next 3", "bridge": "Last year to plan", "measure": "Gross margin", "figure": "Service", "tolerance": TOLERANCE}
    for name, value in chosen.items():
        host.write_name(f"FinanceReview_{name}", value)
    host.save()
    return pages_of(path)["Finance Review"]


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> dict[str, Page]:
    return empty_pages(tmp_path_factory.mktemp("empty"))


def answer(page: Page, number: int) -> list[object]:
    return next(row for row in page if isinstance(row[0], str) and row[0].startswith(f"{number} "))


def ahead(groups: list[tuple[str, str]], version: str, name: str) -> float:
    return sum(money.ahead(group, version, name) for group in groups)


def whole(figure: float) -> str:
    """As Excel rounds: a half goes up."""
    return f"{int(figure + 0.5):,}"


# --- the ten questions -----------------------------------------------------------------------------------------------


def test_revenue_is_held_against_budget_over_the_rest_of_the_year(review):
    row = answer(review, 3)
    served = ahead(EVERY, "Plan", "revenue")
    assert row[PLAN : GAP + 1] == pytest.approx([served, 15_000, (served - 15_000) / 15_000, served - 15_000])
    assert row[STATUS] == "behind"
    assert row[WORDS] == f"Rest of 2026 (2026-01 to 2026-03): revenue {whole(15_000 - served)} (53.1%) below budget."


def test_a_year_that_the_workbook_does_not_hold_is_not_known(review):
    for number in (1, 2):
        row = answer(review, number)
        assert row[STATUS] == "not known"
        assert not any(row[PLAN : GAP + 1])
        assert row[WORDS].startswith("No budget to compare with")


def test_a_figure_within_the_tolerance_is_on_plan_and_beyond_it_behind(review, narrowed):
    for page, groups, tolerance, status in ((review, EVERY, 0.01, "behind"), (narrowed, CHAIRS, TOLERANCE, "on plan")):
        row = answer(page, 5)
        gap = ahead(groups, "Plan", "revenue") / ahead(groups, "Previous plan", "revenue") - 1
        assert row[SHARE] == pytest.approx(gap)
        assert (row[STATUS], gap < -tolerance) == (status, status == "behind")
    assert answer(narrowed, 4)[STATUS] == "ahead"


def test_margin_is_held_against_what_the_bridge_starts_from(review, narrowed):
    assert answer(review, 6)[STATUS] == "not known"  # the budget states no margin
    row = answer(narrowed, 6)
    assert row[PLAN : REFERENCE + 1] == pytest.approx([ahead(CHAIRS, version, "gross_margin") for version in ("Plan", "Last year")])
    share = ahead(CHAIRS, "Plan", "gross_margin") / ahead(CHAIRS, "Plan", "revenue")
    assert f"{share:.1%} of revenue in 2026-01 to 2026-03" in row[WORDS]


def test_the_largest_steps_of_the_bridge_say_why(review, narrowed):
    assert answer(review, 7)[WORDS] == "Budget to plan, revenue, 2026-01 to 2026-03: Volume -8,000, then Price +30."
    steps = {row[5]: row[6] for row in bridge_of("Last year to plan", "Gross margin", "Chairs", None)}
    first, second = sorted(("Volume", "Price", "Cost"), key=lambda step: -abs(steps[step]))[:2]
    assert answer(narrowed, 7)[WORDS] == f"Last year to plan, gross margin, 2026-01 to 2026-03: {first} {steps[first]:+,.0f}, then {second} {steps[second]:+,.0f}."


def bridge_of(*key: str | None) -> list[list[object]]:
    return [row for row in money.bridge_rows() if tuple(row[:4]) == key]


def test_a_whole_that_is_ahead_with_a_part_that_is_behind_is_mixed(narrowed):
    """Of chairs, both regions count; other families do not, and a region that is behind by less than the tolerance is not."""
    rows = {row[0]: row[3] for row in narrowed if row[1] == "Working"}
    north, south = (ahead([g], "Plan", "revenue") / ahead([g], "Last year", "revenue") - 1 for g in CHAIRS)
    behind = sum(change < -TOLERANCE for change in (north, south))
    assert rows["Families and regions behind"] == behind
    assert answer(narrowed, 8)[STATUS] == ("mixed" if behind else "ahead")


def test_families_and_regions_that_make_the_gap_are_named_the_worst_first(review, narrowed):
    text = answer(review, 8)[WORDS]
    behind = {family: ahead([g for g in EVERY if g[0] == family], "Plan", "revenue") - ahead([g for g in EVERY if g[0] == family], "Budget", "revenue") for family in money.CATEGORY}
    (first, least), (second, less) = sorted(behind.items(), key=lambda each: each[1])[:2]
    assert f"Families: {first} {least:+,.0f}, {second} {less:+,.0f}." in text
    assert "Regions: South" in text
    assert "Families: Chairs is chosen. Regions: " in answer(narrowed, 8)[WORDS]


def test_cash_and_capital_stand_beside_their_start_and_are_information_while_cash_lasts(review, narrowed):
    row = answer(review, 9)
    balance = money.balance_of(EVERY)["working_capital"]
    assert row[PLAN : SHARE + 1] == pytest.approx([balance[-1], balance[money.BEFORE], balance[-1] / balance[money.BEFORE] - 1])
    cash = money.cash_lines(EVERY)["cash_balance"][world.PAST :]
    assert row[STATUS] == "information"
    assert "at the end of 2026-03, " in row[WORDS] and " before 2026-01; cash-to-cash 35 days, 35 in 2026-01." in row[WORDS]
    assert f"Cash {cash[-1]:,.0f} at the end of 2026-03, lowest {min(cash):,.0f} in 2026-01." in row[WORDS]
    assert answer(narrowed, 9)[STATUS] == "information"
    assert "whole company alone" in answer(narrowed, 9)[WORDS]


def test_what_is_paid_to_nobody_stands_beside_cash(review):
    unpaid = -sum(x or 0.0 for x in money.cash_lines(EVERY)["cost_variance"])
    assert line_of(review, "Cost of goods sold paid to nobody")[3] == pytest.approx(unpaid)
    share = unpaid / ahead(EVERY, "Plan", "cost")
    said = f"{share:.0%} of cost of goods sold in 2026-01 to 2026-03 has no payment behind it" in answer(review, 9)[WORDS]
    assert said == (share > 0.05)


def test_the_largest_gap_stands_with_its_best_step_and_the_range_of_outcomes(review):
    row = answer(review, 10)
    assert (row[STATUS], row[GAP]) == ("behind", -530)
    assert row[WORDS].startswith("Chairs short: Saw, 2026-01 to 2026-03, margin 530: its best step closes 250, 34% stays open after all")
    served = ahead(EVERY, "Plan", "revenue")
    assert f"P10 to P90 over 2026-01 to 2026-03: revenue {whole(served - 200)} to {whole(served + 100)}" in row[WORDS]


def test_revenue_against_budget_is_one_figure_on_every_page(book, review):
    gap = ahead(EVERY, "Plan", "revenue") - 15_000
    assert answer(review, 3)[GAP] == pytest.approx(gap)
    assert line_of(review, "Revenue - budget, of what is budgeted")[3] == pytest.approx(gap)
    assert line_of(book["Executive"], "Revenue - budget, of what is budgeted")[3] == pytest.approx(gap)
    assert line_of(review, "Revenue without a budget, not compared")[3] == pytest.approx(0)
    checks = {row[0]: row[6] for row in book["Checks"] if str(row[0]).startswith("Revenue - budget")}
    assert checks == {f"Revenue - budget: {one}": 1 for one in ("Plan Comparison = Financial Plan", "KPIs = Plan Comparison", "Bridges = Financial Plan")}


# --- the blocks ------------------------------------------------------------------------------------------------------


def test_every_reference_stands_with_gap_and_side_at_the_chosen_level(narrowed):
    rows = {(row[0], row[1]): row for row in block(narrowed, "Plan beside its references", 20)}
    assert len(rows) == 20
    for reference, name, label, side in (
        ("Previous plan", "revenue", "Revenue", "unfavourable"), ("Last year", "cost", "Cost of goods sold", None), ("Unconstrained", "sales_volume", "Sales volume", "unfavourable"),
    ):  # fmt: skip
        now, other = ahead(CHAIRS, "Plan", name), ahead(CHAIRS, reference, name)
        row = rows[label, reference]
        assert row[PLAN : GAP + 1] == pytest.approx([now, other, (now - other) / other, now - other])
        expected = side or ("unfavourable" if now > other else "favourable")
        assert row[WORDS].split(", ")[-1] == expected
    assert rows["Gross margin", "Budget"][PLAN] in (None, "")


def test_what_is_not_served_is_the_plan_less_the_whole_demand(review):
    row = line_of(review, "Revenue - that of the whole demand")
    assert row[3] == pytest.approx(ahead(EVERY, "Plan", "revenue") - ahead(EVERY, "Unconstrained", "revenue"))
    assert not any(row[LABEL_COLUMNS:WORDS])


def test_profit_and_loss_adds_its_customers_up_and_says_the_share_of_revenue(review, narrowed):
    for page, families in ((review, tuple(money.CATEGORY)), (narrowed, ("Chairs",))):
        every = [money.profit_lines(*key) for key in money.CUSTOMERS if key[0] in families]
        revenue, margin = (money.total(lines[name] for lines in every) for name in ("revenue", "contribution_margin"))
        top = next(n for n, row in enumerate(page) if str(row[0]).startswith("Profit and loss of the plan"))
        row = line_of(page[top:], "Contribution margin")
        assert row[WORDS : WORDS + world.AHEAD] == pytest.approx(margin[world.PAST :])
        assert row[6] == pytest.approx(sum(margin[world.PAST :]) / sum(revenue[world.PAST :]))


def test_days_and_cash_balance_are_of_everything_and_working_capital_of_the_choice(review, narrowed):
    assert line_of(narrowed, "Working capital")[WORDS : WORDS + 3] == pytest.approx(money.balance_of(CHAIRS)["working_capital"][world.PAST :])
    assert line_of(review, "Cash balance")[WORDS : WORDS + 3] == pytest.approx(money.cash_lines(EVERY)["cash_balance"][world.PAST :])
    assert line_of(narrowed, "Cash balance")[3] == 0


def test_a_bridge_runs_from_its_reference_to_the_plan_with_its_cost(narrowed):
    rows = block(narrowed, "Last year to plan, Chairs: gross margin, 2026-01 to 2026-03", 11)
    assert [row[0] for row in rows] == ["Last year", "Volume", "Price", "Cost", "Plan"]
    assert [row[1] for row in rows] == pytest.approx([row[6] for row in bridge_of("Last year to plan", "Gross margin", "Chairs", None)])
    assert rows[-1][2] == pytest.approx(rows[0][1] + sum(row[1] for row in rows[1:-1]))


def test_the_items_behind_a_bridge_stand_once_each_with_their_largest_step(narrowed, review):
    (row,) = block(narrowed, "Items behind it", 8)
    steps = bridge_of("Last year to plan", "Gross margin", "Chairs", "A1")
    largest = max(steps[1:-1], key=lambda step: abs(step[6]))
    assert (row[0], row[1]) == ("A1", largest[5])
    assert row[3:7] == pytest.approx([steps[0][6], steps[-1][6], steps[-1][6] / steps[0][6] - 1, largest[6]])
    assert block(review, "Items behind it", 8) == []  # a budget by family is not known by item


def test_gaps_stand_by_rank_with_what_closes_most_of_them(review, narrowed):
    chairs, tables = block(review, "Gaps, the most money first", 8)
    assert chairs[3:6] == pytest.approx([530, 250, 180 / 530])
    assert "Most is closed by: Overtime at Saw" in chairs[WORDS]
    assert tables[3:6] == [100, 0, 1]
    assert "Nothing closes it" in tables[WORDS]
    assert [row[0] for row in block(narrowed, "Gaps, the most money first", 8)] == ["Chairs short: Saw"]


def test_a_gap_that_is_closed_stays_in_the_list_for_its_owner_and_off_the_page(book, review, narrowed):
    assert any(row[1] == "Chairs below last cycle" for row in book["Gap List"])
    for page in (review, narrowed):
        assert not any("last cycle" in str(row[0]) for row in block(page, "Gaps, the most money first", 8))


def test_ranges_and_what_moves_the_chosen_figure_most(review, narrowed):
    outlook = {row[0]: row for row in block(review, "What may still move", 4)}
    assert [outlook["Cash"][n] for n in (1, 3, 4, 5, 6)] == pytest.approx([400, -60, 240, 320, 480])
    for page, size in ((review, 1.0), (narrowed, 0.0001)):
        worse, better = block(page, "What moves it most", 8)
        assert (worse[0], better[0]) == ("R1: Supplier fails", "R2: Deal")
        assert [*worse[3:5], *better[3:5]] == pytest.approx([-200 * size, 0, 0, 100 * size])


# --- before the first plan, on paper, and on the other sheets --------------------------------------------------------


def test_pages_before_the_first_plan_say_that_there_is_nothing(empty):
    page = empty["Finance Review"]
    assert {answer(page, number)[STATUS] for number in range(1, 11)} == {"not known"}
    assert answer(page, 7)[WORDS] == "No bridge yet."
    assert answer(page, 9)[WORDS] == "No balance yet."
    assert answer(page, 10)[WORDS] == "Nothing planned yet. No risks yet."
    assert [row[0] for row in block(page, "Gaps, the most money first", 8)] == ["none: no gap is open"]
    assert [row[0] for row in block(page, "What moves it most", 8)] == ["none: no open risk"]
    assert block(page, "Items behind it", 8) == []
    for name in ("Finance Review", "Executive", "Bridges"):
        assert errors_of(empty[name]) == []


def test_the_executive_page_shows_the_bridge_of_revenue(book):
    rows = block(book["Executive"], "Budget to plan, all families: revenue, 2026-01 to 2026-03", 11)
    assert [row[0] for row in rows] == ["Budget", "Volume", "Price", "Plan"]
    assert [row[1] for row in rows] == pytest.approx([row[6] for row in bridge_of("Budget to plan", "Revenue", "All", None)])
    assert line_of(book["Executive"], "Revenue", "Plan")[3] == pytest.approx(ahead(EVERY, "Plan", "revenue"))


def test_the_finance_review_prints_on_a4_with_a_page_for_each_section(tmp_path):
    path = tmp_path / "book.xlsx"
    build_workbook(path, sheets=SHEETS, timeline=world.TIMELINE, settings=Settings())
    workbook = load_workbook(path)
    sheet = workbook["Finance Review"]
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation, sheet.page_setup.scale) == (9, "landscape", 60)
    begins = [sheet.cell(one.id + 1, 1).value for one in sheet.row_breaks.brk]
    assert [text.split(";")[0].split(",")[0] for text in begins] == ["Plan that supply can serve", "Profit and loss of the plan that supply can serve", "Gaps", "Revenue by family"]
    (waterfall,) = workbook["Bridges"]._charts
    assert waterfall.anchor._from.col > len(sheet_columns("Bridges"))


def test_bridges_print_without_the_chart_and_with_whole_notes(tmp_path):
    path = tmp_path / "book.xlsx"
    build_workbook(path, sheets=SHEETS, timeline=world.TIMELINE, settings=Settings())
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Print area")
        bridges = load_workbook(path)["Bridges"]
    assert bridges.print_area == "'Bridges'!$A$1:$I$1048576"
    assert bridges["I7"].alignment.wrap_text and bridges.row_dimensions[7].height > 2 * 14
    longest = max(len(text) for version in (BUDGET, LAST_YEAR, PREVIOUS_PLAN) for measure in ("revenue", "gross_margin") for text in conventions(version, measure).values())
    assert longest + len("; known family by family at its own level") <= 2 * bridges.column_dimensions["I"].width


def sheet_columns(name: str) -> tuple[object, ...]:
    return next(spec.columns for spec in SHEETS if spec.name == name)
