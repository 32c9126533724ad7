"""Modelling standards: a tidy workbook has no findings, and each rule finds the one thing that breaks it.

The tidy workbook is a small price and volume plan. Every case changes one thing in it and names the rule and the cell
that must be found; nothing else may be.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from sop_xl.cli import app
from sop_xl.commands.lint import lint_workbook
from sop_xl.commands.report import ExitCode
from sop_xl.errors import HostError, Problem, Severity
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import relationships_name
from sop_xl.hosts.workbook import Workbook
from sop_xl.sheets import LITE, SHEETS
from sop_xl.sheets.settings import Settings
from sop_xl.templates import build_workbook, default_timeline
from sop_xl.templates.lint import CHECKS, RULES, lint
from sop_xl.templates.lint.formulas import group_forms, take_apart
from sop_xl.templates.lint.reading import view_of
from sop_xl.templates.lint.time_axis import period_of_label

TEMPLATES = Path(__file__).parent.parent / "workbook_templates"
MONTHS = [f"2026-{m:02d}" for m in range(1, 7)]
ITEMS = 50

Change = Callable[[SimpleNamespace], object]
Patch = Callable[[bytes], bytes]


# --- the tidy workbook -----------------------------------------------------------------------------------------------


def tidy(change: Change = lambda book: None, *, shift: int = 0, listed: str = "") -> bytes:
    """A workbook without findings: About, Prices (a table of inputs), Plan and Actuals (grids), Checks.

    `change` may write over anything before the file is closed; `shift` moves the periods of Actuals to the right;
    `listed` is one more sheet that About lists.
    """
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    style = {
        "plain": {"num_format": "#,##0"},
        "percent": {"num_format": "0.0%"},
        "entry": {"num_format": "#,##0", "locked": False, "bg_color": "#FFF9DB"},
        "bare_entry": {"num_format": "#,##0", "locked": False},
    }
    book = SimpleNamespace(workbook=workbook, **{name: workbook.add_format(how) for name, how in style.items()})
    for name in ("About", "Prices", "Plan", "Actuals", "Checks"):
        setattr(book, name.lower(), workbook.add_worksheet(name))
    book.about.write_column("A1", ["Sheets", "Prices", "Plan", "Actuals", "Checks", listed])
    _prices(book)
    _grid(book, book.plan, 0)
    _grid(book, book.actuals, shift)
    book.checks.write_formula("B2", "=SUM(Plan!$C$7:$H$7)", book.plain, 0)
    book.checks.write_string("A2", "Failed checks")
    workbook.define_name("MasterCheck", "=Checks!$B$2")
    change(book)
    workbook.close()
    return stream.getvalue()


def _prices(book: SimpleNamespace) -> None:
    sheet = book.prices
    last = 3 + ITEMS
    columns = ["Item", "List price", "Discount", "Net price"]
    sheet.add_table(f"A3:D{last}", {"name": "Prices", "columns": [{"header": text} for text in columns]})
    for row in range(4, last + 1):
        sheet.write_string(f"A{row}", f"P{row:03d}", book.entry)
        sheet.write_number(f"B{row}", 10 + row, book.entry)
        sheet.write_number(f"C{row}", 0.5, book.entry)
        sheet.write_formula(f"D{row}", f"=B{row}*(1-C{row})", book.plain, 5 + row / 2)
    sheet.data_validation(f"A4:A{last}", {"validate": "length", "criteria": "<=", "value": 20})
    sheet.data_validation(f"B4:C{last}", {"validate": "decimal", "criteria": ">=", "value": 0})
    _presentation(sheet, columns=1)


def _grid(book: SimpleNamespace, sheet: object, shift: int) -> None:
    sheet.write_row("A3", ["Line", "Unit", *[""] * shift, *MONTHS])
    sheet.write_column("A4", ["Demand", "Revenue", "Share", "Difference"])
    sheet.write_column("B4", ["pcs", "EUR", "fraction", "EUR"])
    for k in range(len(MONTHS)):
        letter = chr(ord("C") + k + shift)
        column = 2 + k + shift
        sheet.write_number(3, column, 10 * (k + 1), book.entry)
        sheet.write_formula(4, column, f"={letter}4*Prices!$D$4", book.plain, 70 * (k + 1))
        sheet.write_formula(5, column, f"={letter}4/SUM($C$4:$L$4)", book.percent, 0.1)
        sheet.write_formula(6, column, f"={letter}5-{letter}4*Prices!$D$4", book.plain, 0)
    sheet.data_validation(3, 2, 3, 12, {"validate": "decimal", "criteria": ">=", "value": 0})
    _presentation(sheet, columns=2)


def _presentation(sheet: object, columns: int) -> None:
    sheet.freeze_panes(3, columns)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.protect()


def whole_row(formula: str, value: object = 1) -> Change:
    """Another formula over the whole Revenue row; `C` stands for the column of each period."""

    def change(book: SimpleNamespace) -> None:
        for letter in "CDEFGH":
            book.plan.write_formula(f"{letter}5", formula.replace("C4", f"{letter}4").replace("C6", f"{letter}6"), book.plain, value)

    return change


# --- changes to the file itself --------------------------------------------------------------------------------------


def part_of(package: Package, sheet: str) -> str:
    return Workbook(package).sheet(sheet).part


def replaced(part: str, old: str, new: str) -> Patch:
    """Replace a piece of a part; `part` is its name or the name of a sheet."""

    def patch(blob: bytes) -> bytes:
        package = Package(blob, "book.xlsx")
        name = part if package.has(part) else part_of(package, part)
        text = re.sub(old, lambda _: new, package.text(name), count=1, flags=re.S)
        assert text != package.text(name), f"{old} is not in {name}"
        package.replace_text(name, text)
        return package.to_bytes()

    return patch


def cell(sheet: str, address: str, content: str, attributes: str = "") -> Patch:
    """Give an existing cell of a template other content, its style kept."""

    def patch(blob: bytes) -> bytes:
        package = Package(blob, "book.xlsx")
        name = part_of(package, sheet)
        pattern = rf'<c r="{address}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)'
        text, count = re.subn(
            pattern, lambda m: f'<c r="{address}"{m[1] or ""}{attributes}>{content}</c>', package.text(name), count=1, flags=re.S
        )
        assert count == 1
        package.replace_text(name, text)
        return package.to_bytes()

    return patch


def without_table(sheet: str) -> Patch:
    """Take the table away, as Convert to Range does."""

    def patch(blob: bytes) -> bytes:
        package = Package(blob, "book.xlsx")
        part = part_of(package, sheet)
        listing = relationships_name(part)
        package.replace_text(listing, re.sub(r"<Relationship [^>]*/table[0-9]+\.xml[^>]*>", "", package.text(listing)))
        package.replace_text(part, re.sub("<tableParts.*?</tableParts>", "", package.text(part)))
        return package.to_bytes()

    return patch


# --- one case for each rule ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One thing that is wrong: the rule that says so, and where."""

    rule: str
    where: str
    change: Change = field(default=lambda book: None)
    patch: Patch = field(default=lambda blob: blob)
    severity: Severity | None = None
    shift: int = 0
    name: str = ""

    def __str__(self) -> str:
        return f"{self.rule}-{self.name}" if self.name else self.rule


def _circle(book: SimpleNamespace) -> None:
    whole_row("=C4+C6")(book)
    for letter in "CDEFGH":
        book.plan.write_formula(f"{letter}6", f"={letter}5/1000", book.percent, 0.1)


def _hidden(book: SimpleNamespace) -> None:
    book.workbook.add_worksheet("Scratch").hide()


def _second_table(book: SimpleNamespace) -> None:
    book.prices.add_table("F20:F22", {"name": "Other", "columns": [{"header": "Remark"}]})
    book.prices.write_column("F21", ["a", "b"])


def _loose_entry(book: SimpleNamespace) -> None:
    book.prices.write_blank("F4", None, book.bare_entry)
    book.prices.data_validation("F4", {"validate": "decimal", "criteria": ">=", "value": 0})


def _chart(book: SimpleNamespace) -> None:
    chart = book.workbook.add_chart({"type": "line"})
    chart.add_series({"values": "=Plan!$C$4:$H$4"})
    book.plan.insert_chart("A12", chart)


CASES = [
    Case("error-cell", "Plan!E5", lambda b: b.plan.write_formula("E5", "=E4*Prices!$D$4", b.plain, "#DIV/0!")),
    Case("error-cell", "Plan!C5", whole_row("=IF(C4>100,C4,NA())", "#N/A"), severity=Severity.NOTE, name="on purpose"),
    Case("broken-reference", "Plan!C5", whole_row("=C4*Prices!#REF!")),
    Case("broken-reference", "Prices!F4", lambda b: [b.prices.write_blank("F4", None, b.entry), b.prices.data_validation("F4", {"validate": "list", "source": "=#REF!"})], name="validation"),
    Case("broken-reference", "book.xlsx", _chart, replaced("xl/charts/chart1.xml", r"Plan!\$C\$4:\$H\$4", "Plan!#REF!"), name="chart"),
    Case("broken-name", "book.xlsx", lambda b: b.workbook.define_name("Lost", "=Plan!#REF!")),
    Case("broken-name", "Plan", patch=replaced("xl/workbook.xml", r"Plan!\$3:\$3", "Plan!$3:$3,Plan!#REF!"), severity=Severity.WARNING, name="print titles"),
    Case("unknown-name", "Plan!C5", whole_row("=C4*Discount")),
    Case("unknown-name", "Plan!C5", whole_row("=C4*SUM(Rebates[Amount])"), name="table"),
    Case("unknown-sheet", "Plan!C5", whole_row("=C4*'Old prices'!$B$4")),
    Case("circular-reference", "Plan!C5", _circle),
    Case("circular-reference", "Prices!D4", name="itself",
         change=lambda b: [b.prices.write_formula(f"D{r}", "=SUM(Prices[Net price])", b.plain, 1) for r in range(4, 4 + ITEMS)]),
    Case("unreadable-formula", "Plan!C5", whole_row('=C4*"open')),
    Case("one-formula-per-row", "Plan!E5", lambda b: b.plan.write_formula("E5", "=E4+Prices!$D$4", b.plain, 210)),
    Case("one-formula-per-column", "Prices!D9", lambda b: b.prices.write_number("D9", 4, b.plain)),
    Case("hard-coded-value", "Plan!E5", lambda b: b.plan.write_number("E5", 210, b.plain)),
    Case("embedded-constant", "Plan!C5", whole_row("=C4*1.19")),
    Case("embedded-constant", "Plan!C5", whole_row("=C4*365/12"), severity=Severity.NOTE, name="calendar"),
    Case("volatile-function", "Plan!C5", whole_row("=C4+OFFSET($A$1,0,0)")),
    Case("volatile-function", "Plan!C7", name="conditional format",
         change=lambda b: b.plan.conditional_format("C7:H7", {"type": "formula", "criteria": "=C7>TODAY()", "format": b.plain})),
    Case("new-function", "Plan!C5", whole_row("=_xlfn.MAXIFS(C4,C4,C4)")),
    Case("avoided-function", "Plan!C5", whole_row("=CHOOSE(1,C4,C4)")),
    Case("nested-if", "Plan!C5", whole_row("=IF(C4>0,IF(C4>1,IF(C4>100,1,0),0),0)")),
    Case("long-formula", "Plan!C5", whole_row("=C4" + "+C4" * 150)),
    Case("long-formula", "Plan!C5", whole_row("=C4+\nC4"), severity=Severity.NOTE, name="several lines"),
    Case("external-link", "Plan!C5", whole_row("=C4*[1]Prices!$A$1")),
    Case("external-link", "book.xlsx", lambda b: b.workbook.define_name("Rate", "=[1]Rates!$A$1"), name="name"),
    Case("duplicate-period", "Plan!F3", lambda b: b.plan.write_string("F3", "Mar-26")),
    Case("period-order", "Plan!H3", lambda b: b.plan.write_string("H3", "2026-08")),
    Case("period-column", "Actuals!E3", shift=2),
    Case("unit-column", "Plan!A3", lambda b: b.plan.write_string("B3", "Kind")),
    Case("unit-missing", "Plan!B5", lambda b: b.plan.write_blank("B5", None, b.plain)),
    Case("mixed-formats", "Plan!E5", lambda b: b.plan.write_formula("E5", "=E4*Prices!$D$4", b.percent, 210)),
    Case("table-header", "Prices!B3", lambda b: b.prices.write_string("B3", "Preis")),
    Case("table-header", "Prices!B3", lambda b: b.prices.write_number("B3", 2026), name="number"),
    Case("table-header", "Prices!B3", lambda b: b.prices.write_blank("B3", None, b.plain), name="blank"),
    Case("table-header", "Prices!C3", lambda b: b.prices.write_string("C3", "LIST PRICE"), replaced("xl/tables/table1.xml", 'name="Discount"', 'name="LIST PRICE"'), name="twice"),
    Case("table-area", "Prices!F20", _second_table, patch=replaced("xl/tables/table2.xml", 'name="Other" displayName="Other"', 'name="Prices" displayName="Prices"')),
    Case("merged-in-table", "Prices!A5", patch=replaced("Prices", "<dataValidations", '<mergeCells count="1"><mergeCell ref="A5:B5"/></mergeCells><dataValidations')),
    Case("text-number", "Prices!B5", lambda b: b.prices.write_string("B5", "1,250.50", b.entry)),
    Case("text-number", "Plan!E4", lambda b: b.plan.write_string("E4", "30", b.entry), name="period"),
    Case("input-without-validation", "Prices!F4", lambda b: b.prices.write_blank("F4", None, b.entry)),
    Case("input-not-marked", "Prices!F4", _loose_entry),
    Case("locked-input", "Plan!E4", lambda b: b.plan.write_number("E4", 30, b.plain)),
    Case("unlocked-formula", "Plan!E5", lambda b: b.plan.write_formula("E5", "=E4*Prices!$D$4", b.entry, 210)),
    Case("freeze-panes", "Prices!A4", patch=replaced("Prices", "<pane [^>]*>", "")),
    Case("freeze-panes", "Prices!A4", lambda b: b.prices.freeze_panes(1, 1), name="too high"),
    Case("print-titles", "Prices", patch=replaced("xl/workbook.xml", r"Prices!\$3:\$3", "Prices!$1:$2")),
    Case("fit-to-width", "Plan", patch=replaced("Plan", "<pageSetUpPr[^>]*>", "")),
    Case("fit-to-width", "Plan", lambda b: b.plan.fit_to_pages(5, 0), name="labels on the first page only"),
    Case("hidden-sheet", "Scratch", _hidden),
    Case("hidden-cells", "Plan!A6", lambda b: b.plan.set_row(5, None, None, {"hidden": True})),
    Case("hidden-cells", "Prices!F1", lambda b: b.prices.set_column("F:F", None, None, {"hidden": True}), name="column"),
    Case("calculation-mode", "book.xlsx", lambda b: b.workbook.set_calc_mode("manual")),
    Case("calculation-mode", "book.xlsx", patch=replaced("xl/workbook.xml", "<calcPr", '<calcPr iterate="1"'), name="iteration"),
    Case("master-check", "Checks!B2", lambda b: b.checks.write_formula("B2", "=SUM(Plan!$C$7:$H$7)", b.plain, 2)),
    Case("master-check", "Checks!B2", lambda b: b.checks.write_formula("B2", "=SUM(Plan!$C$7:$H$7)", b.plain, ""), severity=Severity.WARNING, name="not calculated"),
    Case("master-check", "book.xlsx", patch=replaced("xl/workbook.xml", '<definedName name="MasterCheck">.*?</definedName>', ""), severity=Severity.NOTE, name="absent"),
]  # fmt: skip

OF_THE_CONTRACT = [
    Case("formula-in-input", "Items!A7", patch=cell("Items", "A7", '<f>"P"&amp;ROW()</f><v>P7</v>', ' t="str"')),
    Case("formula-in-output", "Financial Plan!A7", patch=cell("Financial Plan", "A7", '<f>"Fam"&amp;ROW()</f><v>Fam7</v>', ' t="str"')),
    Case("number-in-code", "Items!A7", patch=cell("Items", "A7", "<v>1001</v>")),
    Case("text-number", "Demand History!H7", patch=cell("Demand History", "H7", "<is><t>30</t></is>", ' t="inlineStr"'), name="alone in its column"),
    Case("not-protected", "Financial Plan", patch=replaced("Financial Plan", "<sheetProtection[^>]*>", "")),
    Case("tab-colour", "Items", patch=replaced("Items", "<tabColor[^>]*>", '<tabColor rgb="FFFF0000"/>')),
    Case("sheet-missing-table", "Overrides", patch=without_table("Overrides")),
    Case("master-check-shown", "Items!A1", patch=cell("Items", "E1", "<v>0</v>")),
]  # fmt: skip


def found_in(blob: bytes) -> list[Problem]:
    return lint(view_of(Package(blob, "book.xlsx")))


def test_a_tidy_workbook_has_no_findings():
    assert [str(p) for p in found_in(tidy())] == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_rule_finds_the_one_thing_that_breaks_it(case):
    problems = found_in(case.patch(tidy(case.change, shift=case.shift)))
    assert {p.rule for p in problems} == {case.rule}, [str(p) for p in problems]
    assert problems[0].address == case.where, [str(p) for p in problems]
    assert problems[0].severity is (case.severity or RULES[case.rule].severity)


@pytest.fixture(scope="module")
def by_contract() -> bytes:
    stream = io.BytesIO()
    build_workbook(stream, sheets=tuple(s for s in SHEETS if s.name in LITE), timeline=default_timeline(), settings=Settings())
    return stream.getvalue()


@pytest.fixture(scope="module")
def before(by_contract) -> set[str]:
    return {str(p) for p in found_in(by_contract)}


@pytest.mark.parametrize("case", OF_THE_CONTRACT, ids=str)
def test_rules_know_more_about_a_workbook_that_follows_the_contract(case, by_contract, before):
    new = [p for p in found_in(case.patch(by_contract)) if str(p) not in before]
    assert {p.rule for p in new} == {case.rule}, [str(p) for p in new]
    assert new[0].address == case.where


@settings(max_examples=15, deadline=None)
@given(sheet=st.sampled_from(["plan", "actuals"]), row=st.sampled_from([5, 6, 7]), letter=st.sampled_from("DEFG"), typed=st.booleans())
def test_the_address_is_the_cell_that_was_changed(sheet, row, letter, typed):
    """Whatever formula of a grid is overwritten, with a number or another formula, that very cell is named."""

    def change(book: SimpleNamespace) -> None:
        target, style = getattr(book, sheet), book.percent if row == 6 else book.plain
        if typed:
            target.write_number(f"{letter}{row}", 1, style)
        else:
            target.write_formula(f"{letter}{row}", f"={letter}4", style, 1)

    expected = ("hard-coded-value" if typed else "one-formula-per-row", f"{sheet.title()}!{letter}{row}")
    assert [(p.rule, p.address) for p in found_in(tidy(change))] == [expected]


def test_every_rule_has_a_case():
    assert {case.rule for case in CASES + OF_THE_CONTRACT} == set(RULES)


def test_checks_are_all_registered():
    import inspect

    from sop_xl.templates.lint import (
        circular,
        formula_rules,
        period_rules,
        protection_rules,
        row_rules,
        table_rules,
        workbook_rules,
    )

    modules = (circular, formula_rules, period_rules, protection_rules, row_rules, table_rules, workbook_rules)
    written = {f for m in modules for name, f in inspect.getmembers(m, inspect.isfunction) if name.startswith("check_")}
    assert written == set(CHECKS)


@pytest.mark.parametrize("name", ["sop_standard.xlsx", "sop_lite.xlsx"])
def test_the_templates_keep_the_standards(name):
    problems = found_in((TEMPLATES / name).read_bytes())
    assert [str(p) for p in problems if p.severity is not Severity.NOTE] == []


# --- details that a reader may ask about -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "constants"),
    [
        ("A1*12/100", []),  # months and per cent mean the same everywhere
        ("A1*1.19", ["1.19"]),  # a tax rate is an assumption
        ("A1*-1", []),
        ("MATCH(A1,B:B,-1)", []),  # the flag of a search
        ("VLOOKUP(A1,B:F,5,FALSE)", []),
        ("VLOOKUP(A1*5,B:F,5,FALSE)", ["5"]),  # a factor inside an argument is none
        ("ROUND(A1*1.5,2)", ["1.5"]),
        ("SQRT(A1^2+B1^2)", []),  # squares are structure
        ("A1^3", ["3"]),
        ('IF(A1="top 10",1,0)', []),  # text is not a number
        ("SUM('2025 plan'!A1:A20)", []),  # nor is a name or an address
        ("INDEX(Sales!$B$4:$M$90,7,COLUMN())", []),
        ("1E-9+A1", ["1E-9"]),
        ("SUM(LARGE(A:A,{1,2,3}))", []),  # places in a list
    ],
)
def test_which_numbers_count_as_embedded_constants(formula, constants):
    assert take_apart(formula, (1, 1)).constants == constants


def test_formulas_that_say_the_same_relative_to_their_cell_are_one_form():
    rows, columns = range(4, 9), range(3, 15)
    letters = "ABCDEFGHIJKLMNO"
    formulas = {(r, c): f"{letters[c - 1]}{r - 1}*(1+Rates!{letters[c - 1]}$2)" for r in rows for c in columns}
    forms, by_place = group_forms(formulas)
    assert [f.text for f in forms] == ["C3*(1+Rates!C$2)"]
    assert set(by_place) == set(formulas)


def test_one_odd_formula_does_not_split_its_row():
    formulas = {(5, c): f"{letter}4*2" for c, letter in enumerate("CDEFGH", 3)} | {(5, 5): "E4*3"}
    forms, _ = group_forms(formulas)
    assert sorted(len(f.cells) for f in forms) == [1, 5]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("2026-11", "month"), ("Nov-26", "month"), ("November 2026", "month"), ("11/2026", "month"), ("2026-W47", "week"), ("Q4 2026", "quarter"),
     ("2026 Q4", "quarter"), ("FY26", "year"), ("M07", "month of year"), ("Mar", "month of year"), ("Market", None), ("Total", None),
     ("2026-13", None), ("2025-W60", None), ("A-100", None)],
)  # fmt: skip
def test_which_headings_are_periods(text, kind):
    found = period_of_label(text)
    assert (found and found[0]) == kind


def sheet_of_formulas(formulas: dict[str, str], names: dict[str, str] | None = None) -> list[Problem]:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheets = {name: workbook.add_worksheet(name) for name in ("Model", "Other")}
    for address, formula in formulas.items():
        sheet, _, place = address.rpartition("!")
        sheets[sheet or "Model"].write_formula(place, formula)
    for name, reference in (names or {}).items():
        workbook.define_name(name, reference)
    workbook.close()
    return [p for p in found_in(stream.getvalue()) if p.rule == "circular-reference"]


@pytest.mark.parametrize(
    ("formulas", "path"),
    [
        ({"A1": "=A1+1"}, "A1 -> A1"),
        ({"A1": "=B1", "B1": "=C1", "C1": "=A1"}, "A1 -> B1 -> C1 -> A1"),
        ({"A1": "=Other!A1", "Other!A1": "=Model!A1"}, "A1 -> Other!A1 -> A1"),
        ({"A5": "=SUM(A:A)"}, "A5 -> A5"),  # the total inside its own column
        ({"B2": "=SUM(A1:C3)"}, "B2 -> B2"),
        ({"A1": "=Total", "A2": "=A1"}, "A1 -> A2 -> A1"),  # through a name
    ],
)
def test_circles_are_found_with_their_path(formulas, path):
    problems = sheet_of_formulas(formulas, {"Total": "=Model!$A$2"})
    assert [p.got for p in problems] == [path]


@pytest.mark.parametrize(
    "formulas",
    [
        {"A1": "=B1", "B1": "=C1", "C1": "=D1+E1", "E1": "=D1"},  # a diamond is no circle
        {"A4": "=ROW(A4)+COLUMNS(A1:C4)"},  # the place of a cell is not its value
        {f"A{k}": f"=SUM(B$1:B{k})+A{k - 1}" for k in range(2, 400)},  # running totals
        {f"B{k}": f"=SUM(B1:B{k - 1})" for k in range(3, 400)},
    ],
)
def test_what_only_looks_circular_is_left_alone(formulas):
    assert sheet_of_formulas(formulas) == []


def test_long_chains_and_wide_ranges_take_no_time():
    """Twenty thousand running totals cite two hundred million cells; the walk looks at each cell once."""
    formulas = {f"A{k}": f"=SUM(A$1:A{k - 1})+B{k}" for k in range(2, 20_001)}
    assert sheet_of_formulas(formulas) == []


def test_a_whole_column_that_holds_the_formula_s_own_result_is_a_circle():
    """A light in E1 shows the result of a sum over E:E: LibreOffice lets it pass, Excel warns at every start."""
    problems = sheet_of_formulas({"A1": '=SUMIFS(Other!H:H,Other!E:E,"Demand")', "Other!E1": '=IF(Model!A1=0,"OK","CHECK")'})
    assert [(p.address, p.hint) for p in problems] == [("Model!A1", "cite the rows below the header instead of whole columns")]


def test_a_circle_is_only_a_warning_where_the_workbook_iterates_on_purpose():
    blob = replaced("xl/workbook.xml", "<calcPr", '<calcPr iterate="1"')(tidy(_circle))
    circular = [p for p in found_in(blob) if p.rule == "circular-reference"]
    assert circular
    assert {p.severity for p in circular} == {Severity.WARNING}


def test_a_hidden_sheet_that_about_lists_is_fine():
    assert found_in(tidy(_hidden, listed="Scratch: working area of the import")) == []


def test_a_workbook_that_was_never_calculated_is_checked_all_the_same():
    """Writers without a calculation engine store no results."""
    from openpyxl import Workbook as Written

    written, stream = Written(), io.BytesIO()
    sheet = written.active
    sheet.append(["Line", "Unit", *MONTHS])
    sheet.append(["Revenue", "EUR", *(f"={letter}9*$B$9" for letter in "CDEFG"), "=H9*$B$8"])
    written.save(stream)
    problems = [p for p in found_in(stream.getvalue()) if p.rule == "one-formula-per-row"]
    assert [p.address for p in problems] == ["Sheet!H2"]


def test_shared_formulas_count_like_written_out_ones():
    """Excel stores a filled row as one formula and references to it."""
    blob = tidy()
    for column, letter in enumerate("CDEFGH"):
        content = '<f t="shared" ref="C5:H5" si="0">C4*Prices!$D$4</f>' if not column else '<f t="shared" si="0"/>'
        blob = cell("Plan", f"{letter}5", f"{content}<v>70</v>")(blob)
    assert found_in(blob) == []
    assert {p.rule for p in found_in(replaced("Plan", r"C4\*Prices", "C4*2*Prices")(blob))} == {"embedded-constant"}


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_reads_and_never_writes(tmp_path):
    path = tmp_path / "plan.xlsx"
    path.write_bytes(tidy(whole_row("=C4*1.19")))
    before = path.read_bytes()
    report = lint_workbook(path)
    assert report.exit_code is ExitCode.FINE  # a warning breaks nothing
    assert report.facts["rules"] == {"embedded-constant": 1}
    assert path.read_bytes() == before


def test_errors_give_exit_code_1_and_lines_with_addresses(tmp_path):
    path = tmp_path / "plan.xlsx"
    path.write_bytes(tidy(_circle))
    result = CliRunner().invoke(app, ["lint", str(path), "--json"])
    report = json.loads(result.stdout)
    assert result.exit_code == ExitCode.PROBLEMS
    assert report["problems"][0]["text"] == "Plan!C5: expected no formula that depends on itself, got C5 -> C6 -> C5"


def test_findings_come_errors_first_then_in_the_order_of_the_tabs(tmp_path):
    def change(book: SimpleNamespace) -> None:
        whole_row("=C4*1.19")(book)
        book.prices.write_string("B5", "12.5", book.entry)
        book.actuals.write_formula("E5", "=E4*Prices!$D$4", book.plain, "#REF!")

    assert [p.address for p in found_in(tidy(change))] == ["Actuals!E5", "Prices!B5", "Plan!C5"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"item,qty\n", "not an Excel workbook"), (b"", "empty"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "xls")],
)
def test_a_file_that_is_no_workbook_is_refused_in_one_line(tmp_path, content, words):
    path = tmp_path / "plan.xlsx"
    path.write_bytes(content)
    with pytest.raises(HostError, match=words) as refusal:
        lint_workbook(path)
    assert "\n" not in str(refusal.value)


def test_a_sheet_that_is_cut_short_is_refused_in_one_line(tmp_path):
    path = tmp_path / "plan.xlsx"
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(tidy())) as source, zipfile.ZipFile(stream, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content[: len(content) // 2] if name.endswith("sheet2.xml") else content)
    path.write_bytes(stream.getvalue())
    with pytest.raises(HostError, match="damaged"):
        lint_workbook(path)
