"""The Function Lab of the standard template: every function once, at work on real data, and what is stored is what it gives."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.formula import ArrayFormula

from sop_xl.blocks import CellError
from sop_xl.commands.cell_functions import compute_cells
from sop_xl.functions import call, functions
from sop_xl.hosts import render
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.package import Package
from sop_xl.hosts.workbook import Workbook
from sop_xl.samples.tables import read_table
from sop_xl.sheets import LITE
from sop_xl.templates.lab import sample

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")  # openpyxl, about data bars

TEMPLATE = Path(__file__).resolve().parents[1] / "workbook_templates" / "sop_standard.xlsx"
PAGE = "Function Lab"
ADDRESS = re.compile(r"\$?[A-Z]{1,3}\$?\d+(:\$?[A-Z]{1,3}\$?\d+)?")


@pytest.fixture(scope="module")
def page():
    """The page with its formulas."""
    return load_workbook(TEMPLATE)[PAGE]


@pytest.fixture(scope="module")
def stored():
    """The page with the results that the file holds."""
    return load_workbook(TEMPLATE, data_only=True)[PAGE]


@pytest.fixture(scope="module")
def formulas(page) -> list[ArrayFormula]:
    return [cell.value for row in page.iter_rows() for cell in row if isinstance(cell.value, ArrayFormula)]


def cells_of(sheet: Any, reference: str) -> list[list[Any]]:
    left, top, right, bottom = range_boundaries(reference)
    return [[cell.value for cell in row] for row in sheet.iter_rows(top, bottom, left, right)]


def computed(sheet: Any, formula: str) -> Any:
    """Result of a formula of ours over the values of a sheet: cells, texts, whole numbers, truth values, and functions of ours inside."""
    name, inner = re.fullmatch(r"=?(SOP_\w+)\((.*)\)", formula).groups()  # type: ignore[union-attr]
    return call(name, [argument(sheet, text) for text in arguments(inner)])


def arguments(text: str) -> list[str]:
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def argument(sheet: Any, text: str) -> Any:
    if not text:
        return None
    if ADDRESS.fullmatch(text):
        return cells_of(sheet, text)
    if text.startswith("SOP_"):
        return computed(sheet, text)
    if text in ("TRUE", "FALSE"):
        return text == "TRUE"
    return text[1:-1] if text.startswith('"') else int(text)


# --- the functions -----------------------------------------------------------------------------------------------------


def test_every_function_has_one_living_formula(formulas):
    names = Counter(re.match(r"=(SOP_\w+)\(", each.text)[1] for each in formulas)  # type: ignore[index]
    assert names == Counter(functions().keys())


@pytest.mark.parametrize("name", functions())
def test_what_is_stored_is_what_the_function_gives(name, formulas, stored):
    (formula,) = (each for each in formulas if each.text.startswith(f"={name}("))
    result = computed(stored, formula.text)
    rows = result if isinstance(result, list) else [[result]]
    shown = cells_of(stored, formula.ref)
    assert [len(row) for row in shown] == [len(row) for row in rows]
    for seen, given in zip(chain.from_iterable(shown), chain.from_iterable(rows), strict=True):
        assert not isinstance(given, CellError)
        if isinstance(given, str):
            assert seen == given
        else:
            assert seen == pytest.approx(given, rel=2e-6, abs=1e-9)


@pytest.mark.parametrize("name", functions())
def test_a_reader_is_told_what_it_is_for_what_it_takes_and_how_it_is_typed(name, page, formulas):
    row = next(cell.row for cell in page["A"] if cell.value == name)
    function = functions()[name]
    assert page.cell(row, 2).value.startswith(function.description)
    told = page.cell(row + 1, 2).value
    assert all(each.name in told and each.description in told for each in function.arguments)
    typed = page.cell(row + 2, 2)
    assert (typed.data_type, typed.value) == ("s", next(each.text for each in formulas if each.text.startswith(f"={name}(")))


def test_every_formula_reads_the_page_alone_and_only_what_stands_above_it(formulas):
    for each in formulas:
        own = range_boundaries(each.ref)[1]
        cited = [m[0] for m in ADDRESS.finditer(re.sub(r'"[^"]*"', "", each.text))]
        assert "!" not in each.text
        assert cited or each.text == '=SOP_STATUS("version")'
        assert all(range_boundaries(reference.replace("$", ""))[3] < own for reference in cited), each.text


def test_no_result_fills_the_cells_of_another_or_of_a_text(page, formulas):
    areas = [range_boundaries(each.ref) for each in formulas]
    areas += [merged.bounds for merged in page.merged_cells.ranges]
    for one, other in combinations(areas, 2):
        apart = one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
        assert apart, (one, other)
    filled = [range_boundaries(each.ref) for each in formulas]
    for left, top, right, bottom in filled:
        beside = [cell.value for row in page.iter_rows(top, bottom, right + 1, page.max_column) for cell in row]
        assert set(beside) <= {None}, "a longer horizon spills to the right"
        assert page.cell(bottom + 1, left).value is None


def test_no_cell_shows_an_error(stored):
    shown = [cell.coordinate for row in stored.iter_rows() for cell in row if cell.data_type == "e"]
    assert shown == []


def test_the_results_tie_to_each_other(stored, formulas):
    at = {re.match(r"=(\w+)", each.text)[1]: each.ref for each in formulas}  # type: ignore[index]
    total, *parts = cells_of(stored, at["SOP_RECONCILE"])
    assert np.sum(parts, axis=0) == pytest.approx(total, rel=1e-5)
    assert sum(row[0] for row in cells_of(stored, at["SOP_SPREAD"])) == sample.FIGURES.lines[5].values[0]
    start, *steps, end = cells_of(stored, at["SOP_BRIDGE"])[0]
    assert start + sum(steps) == pytest.approx(end, abs=0.05)
    assert cells_of(stored, at["SOP_PNL"])[0] == pytest.approx(np.sum(cells_of(stored, at["SOP_CONSENSUS"]), axis=0), rel=1e-5)


def test_one_failure_is_shown_with_its_reason(stored, formulas):
    (formula,) = (each for each in formulas if "LASTERROR" in each.text)
    assert cells_of(stored, formula.ref) == [["SOP_EOQ: holding_cost must be above 0: where holding is free, no quantity is too much"]]


# --- the sample data -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sales():
    sold = read_table("sales_monthly.csv.gz")
    return sold.assign(year=sold["month"].str[:4])


def block(key: str) -> list[tuple[Any, ...]]:
    return [line.values for each in sample.BLOCKS if each.key == key for line in each.lines]


def test_demand_is_that_of_the_shipped_sample(sales):
    months = sorted(sales["month"].unique())
    assert (len(months), months[0], months[-1]) == (sample.MONTHS, "2022-06", "2025-04")
    units = sales.groupby(["item", "month"])["units"].sum().unstack().reindex(columns=months).fillna(0)
    total, *rows = block("history")
    assert rows == [tuple(units.loc[item]) for item in (*sample.HELMETS, sample.FRAME)]
    assert total == tuple(units.loc[list(sample.HELMETS)].sum())


def test_prices_stock_and_yearly_figures_are_those_of_the_shipped_sample(sales):
    items, stock, vendors = (read_table(f"{name}.csv").set_index("item") for name in ("items", "inventory", "vendors"))
    years = sales.groupby(["item", "year"])[["units", "revenue", "cost"]].sum()
    for item, line in zip(sample.HELMETS, block("items"), strict=True):
        before, after = years.loc[item, "2023"], years.loc[item, "2024"]
        days = vendors.loc[item, "lead_time_days"]
        assert line[: sample.DEVIATION] == pytest.approx((
            items.loc[item, "list_price"], round(after["revenue"] / after["units"], 2), items.loc[item, "standard_cost"], stock.loc[item, "on_hand"],
            vendors.loc[item, "min_order_qty"], round(days / (365 / 12), 2), np.ceil(days / (365 / 12)),
        ))  # fmt: skip
        assert line[sample.VOLUME_FROM :] == pytest.approx((*before, *after))
    assert [sum(v or 0 for v in line) for line in block("receipts")] == list(vendors.loc[list(sample.HELMETS), "on_order_qty"])


def test_money_is_that_of_the_shipped_sample(sales):
    families = read_table("items.csv").set_index("item")["family"]
    revenue = sales[sales["year"] == "2024"].groupby(sales["item"].map(families))["revenue"].sum()
    (line,) = block("family_revenue")
    assert line == tuple(revenue[list(sample.FAMILY_REVENUE.captions)].round())
    helmets = sales[sales["item"].isin(sample.HELMETS)].groupby("month")[["cost", "revenue"]].sum().tail(sample.AHEAD).round()
    assert block("money")[:2] == [tuple(helmets["cost"]), tuple(helmets["revenue"])]


def test_the_forecast_of_a_year_ago_and_its_error_are_what_the_functions_gave():
    history, known = block("history")[1:4], sample.MONTHS - sample.TESTED
    made = np.round(np.array(call("SOP_FORECAST", [[row[:known] for row in history], sample.TESTED, 12]), dtype=float))
    assert block("statistical") == [tuple(row) for row in made]
    errors = made - np.array([row[known:] for row in history])
    deviations = [line[sample.DEVIATION] for line in block("items")]
    assert np.sqrt((errors**2).mean(axis=1)) == pytest.approx(deviations, abs=0.05)


def test_what_may_be_changed_is_marked_open_and_validated_and_nothing_else(page):
    open_cells = {cell.coordinate for row in page.iter_rows() for cell in row if not cell.protection.locked}
    ruled = {a for rule in page.data_validations.dataValidation for area in rule.sqref.ranges for r in area.rows for a in (page.cell(*at).coordinate for at in r)}
    assert open_cells == ruled
    assert {page[a].fill.fgColor.rgb[-6:] for a in open_cells} == {"FFF9DB"}
    assert page.protection.sheet and not page.protection.password
    inputs = sum(len(line.values) for each in sample.BLOCKS for line in each.lines) - len(sample.TERMS.lines)
    assert len(open_cells) == inputs


# --- the page among the others -------------------------------------------------------------------------------------------


def test_the_small_template_has_no_lab():
    assert PAGE not in LITE


def test_without_excel_the_page_is_computed_to_the_same_results(tmp_path, stored, formulas):
    path = tmp_path / "book.xlsx"
    path.write_bytes(TEMPLATE.read_bytes())
    host = HeadlessHost(path)
    report = compute_cells(host, "off")
    assert (report.kept, report.waiting, report.problems) == ((), (), ())
    rows = host.read_block(PAGE).rows
    for each in formulas:
        left, top, right, bottom = range_boundaries(each.ref)
        shown = [row[left - 1 : right] for row in rows[top - 1 : bottom]]
        for now, then in zip(chain.from_iterable(shown), chain.from_iterable(cells_of(stored, each.ref)), strict=True):
            assert now == (then if isinstance(then, str) else pytest.approx(then, rel=1e-5, abs=1e-6)), each.text


def test_a_printed_page_shows_the_stored_results(monkeypatch, tmp_path):
    """LibreOffice does not know the functions; what it prints holds their results as constants."""
    printed: list[bytes] = []
    monkeypatch.setattr(render, "find_libreoffice", lambda: "soffice")
    monkeypatch.setattr(render, "convert", lambda program, blob, *rest, **more: printed.append(blob) or b"")
    render.render_sheet(TEMPLATE, PAGE, tmp_path, pictures=False)
    package = Package(printed[0], "book.xlsx")
    text = package.text(Workbook(package).sheet(PAGE).part)
    assert len(re.findall(r"<f[ >]", text)) == 1, "the master check alone"
