"""The workbooks that ship: rebuilt they are the same bytes, they say what the contract says, and they calculate."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import hand_made_plan as plan
import pytest
from hand_made_cycle import damage_to_cycle
from hand_made_damage import damage_to_money
from hand_made_money import ahead, groups
from hosts.made_packages import needs_validator, validation_errors
from openpyxl import load_workbook

from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.libreoffice import find_libreoffice
from sop_xl.hosts.recalculate import recalculate
from sop_xl.sheets import LITE, SHEETS, sheet, sheets_of
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import HEADER_ROW, LABEL_COLUMNS, CellType, Module, Shape, SheetKind, columns_of
from sop_xl.templates import (
    TEMPLATE_FILES,
    build_templates,
    build_workbook,
    default_timeline,
    lite_sheets,
    standard_sheets,
)
from sop_xl.templates.book import is_grid, period_letters
from sop_xl.templates.manifest import manifest, relative
from sop_xl.templates.styles import KIND_COLOUR

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")  # openpyxl, about data bars

SHIPPED = Path(__file__).resolve().parents[1] / "workbook_templates"
REBUILD = "the contract or a builder has changed: run `python -m sop_xl.templates` and review the manifests"
SETS = {"standard": standard_sheets(), "lite": lite_sheets()}
needs_libreoffice = pytest.mark.skipif(find_libreoffice() is None, reason="LibreOffice is not installed; formulas cannot be calculated")
MODULES = [m for m in Module if m is not Module.CORE]
SELECTIONS = [frozenset(), *(frozenset([m]) for m in MODULES), frozenset(MODULES)]


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("templates")
    build_templates(folder)
    return folder


@pytest.fixture(scope="module", params=list(SETS))
def shipped(request):
    """A template's name, its sheets' contracts and the file as openpyxl reads it."""
    return request.param, SETS[request.param], load_workbook(SHIPPED / TEMPLATE_FILES[request.param])


def built(sheets) -> bytes:
    stream = io.BytesIO()
    build_workbook(stream, sheets=sheets, timeline=plan.TIMELINE, settings=Settings())
    return stream.getvalue()


# --- the files and their manifests -----------------------------------------------------------------------------------


@pytest.mark.parametrize("template", list(SETS))
def test_a_rebuilt_template_is_the_shipped_one_byte_for_byte(rebuilt, template):
    name = TEMPLATE_FILES[template]
    assert (rebuilt / name).read_bytes() == (SHIPPED / name).read_bytes(), REBUILD


@pytest.mark.parametrize("template", list(SETS))
def test_the_manifest_says_what_is_in_the_file(template):
    file = SHIPPED / TEMPLATE_FILES[template]
    assert manifest(file.read_bytes()) == file.with_suffix(".txt").read_text(encoding="utf-8"), REBUILD


def test_nothing_else_is_shipped():
    names = {name for file in TEMPLATE_FILES.values() for name in (file, file.replace(".xlsx", ".txt"))}
    assert {p.name for p in SHIPPED.iterdir() if p.is_file()} == names


def test_a_stream_and_a_file_get_the_same_bytes(tmp_path):
    build_workbook(tmp_path / "book.xlsx", sheets=SETS["lite"], timeline=plan.TIMELINE, settings=Settings())
    assert (tmp_path / "book.xlsx").read_bytes() == built(SETS["lite"])
    assert [p.name for p in tmp_path.iterdir()] == ["book.xlsx"]


def test_there_are_no_macros_no_links_outside_and_no_clock(shipped):
    name, _, book = shipped
    with zipfile.ZipFile(SHIPPED / TEMPLATE_FILES[name]) as package:
        parts = package.namelist()
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert not [p for p in parts if "vba" in p.lower() or "externalLink" in p]
    assert book.properties.created.date().isoformat() == "2026-01-01"
    assert book.properties.created == book.properties.modified


@needs_validator
@pytest.mark.parametrize("template", list(SETS))
def test_microsofts_validator_finds_nothing(template):
    assert validation_errors(SHIPPED / TEMPLATE_FILES[template]) == []


# --- contract and file do not part -----------------------------------------------------------------------------------


def test_the_small_template_has_at_most_ten_tabs():
    assert len(LITE) <= 10


def test_tabs_stand_in_order_in_the_colour_of_their_kind_and_none_is_hidden(shipped):
    _, sheets, book = shipped
    assert book.sheetnames == [s.name for s in sheets]
    assert {s.name: KIND_COLOUR[s.kind] for s in sheets} == {w.title: f"#{w.sheet_properties.tabColor.rgb[-6:]}" for w in book.worksheets}
    assert {w.sheet_state for w in book.worksheets} == {"visible"}


def test_every_table_has_the_headers_of_the_contract_and_the_periods(shipped):
    _, sheets, book = shipped
    for spec in sheets:
        if spec.shape is Shape.PAGE:
            assert not book[spec.name].tables
            continue
        headers = [c.label for c in spec.columns] + (default_timeline().labels if spec.shape is Shape.GRID else [])
        (table,) = book[spec.name].tables.values()
        first = book[spec.name][table.ref][0]
        assert (table.name, first[0].coordinate) == (spec.table, f"A{HEADER_ROW}")
        assert [c.value for c in first] == headers
        assert [c.name for c in table.tableColumns] == headers


def test_every_grid_has_seven_label_columns_so_that_a_column_is_one_period_everywhere():
    assert {s.name: len(s.columns) for s in SHEETS if s.shape is Shape.GRID and len(s.columns) != LABEL_COLUMNS} == {}


def test_every_header_has_a_note_with_meaning_and_unit(shipped):
    _, sheets, book = shipped
    for spec in sheets:
        if spec.shape is Shape.PAGE:
            continue
        for index, column in enumerate(spec.columns, 1):
            note = book[spec.name].cell(HEADER_ROW, index).comment.text
            assert column.description in note
            assert f"Unit: {column.unit}." in note
            assert all(choice in note for choice in column.choices)


def rules_of(sheet, column: int) -> list:
    """Validation rules of the first body cell of a 1-based column."""
    cell = sheet.cell(HEADER_ROW + 1, column).coordinate
    return [rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref]


def test_every_input_cell_is_validated_as_the_contract_says(shipped):
    _, sheets, book = shipped
    present = {s.name for s in sheets}
    kinds = {CellType.NUMBER: "decimal", CellType.FRACTION: "decimal", CellType.INTEGER: "whole", CellType.DATE: "date", CellType.PERIOD: "custom"}
    for spec in sheets:
        if spec.kind is not SheetKind.INPUT:
            continue
        for index, column in enumerate(spec.columns, 1):
            (rule,) = rules_of(book[spec.name], index)
            source = column.references.split(".")[0]
            if column.choices:
                assert rule.formula1 == f'"{",".join(column.choices)}"'
            elif source in present:
                assert (rule.type, rule.errorStyle) == ("list", "warning")
                assert rule.formula1.startswith((f"{source}!$", f"'{source}'!$"))
            else:
                assert rule.type == kinds.get(column.cell, "textLength")
        if spec.shape is Shape.GRID:
            (rule,) = rules_of(book[spec.name], LABEL_COLUMNS + 1)
            assert (rule.type, max(area.max_col for area in rule.sqref.ranges)) == ("decimal", LABEL_COLUMNS + len(default_timeline().labels))


def test_numbers_are_validated_within_the_limits_of_the_contract(shipped):
    _, sheets, book = shipped
    if "Events" not in book.sheetnames:
        return
    spec = next(s for s in sheets if s.name == "Events")
    index = [c.name for c in spec.columns].index("probability") + 1
    (rule,) = rules_of(book["Events"], index)
    assert (rule.operator or "between", rule.formula1, rule.formula2) == ("between", "0", "1")


def test_every_setting_has_a_row_with_its_default_and_a_rule(shipped):
    sheet = shipped[2]["Settings"]
    for row, setting in enumerate(columns_of(Settings), HEADER_ROW + 1):
        label, value, unit, default = (sheet.cell(row, column).value for column in range(1, 5))
        assert (label, value, unit) == (setting.label, None, setting.unit)
        assert default == (setting.default if setting.default != "" else None)
        assert [rule for rule in sheet.data_validations.dataValidation if f"B{row}" in rule.sqref]
        assert not sheet.cell(row, 2).protection.locked


def test_only_a_setting_that_differs_from_its_default_is_written():
    stream = io.BytesIO()
    build_workbook(stream, sheets=SETS["lite"], timeline=plan.TIMELINE, settings=Settings(horizon=3, plan_currency="EUR"))
    rows = load_workbook(stream)["Settings"].iter_rows(min_row=HEADER_ROW + 1, max_col=2, values_only=True)
    assert {label: value for label, value in rows if value is not None} == {"Plan currency": "EUR", "Horizon": 3}


def test_people_can_write_inputs_and_nothing_else_by_slip(shipped):
    _, sheets, book = shipped
    for spec in sheets:
        sheet = book[spec.name]
        if spec.kind is SheetKind.INPUT:
            assert not sheet.protection.sheet
            assert not sheet.cell(HEADER_ROW + 1, 1).protection.locked
        else:
            assert sheet.protection.sheet
            assert sheet.protection.password is None
            assert not sheet.protection.autoFilter  # False: filtering stays allowed


def test_the_first_body_row_carries_the_styles_that_new_rows_take(shipped):
    _, sheets, book = shipped
    for spec in sheets:
        if spec.shape is Shape.PAGE or spec.name == "Settings":
            continue
        for index, column in enumerate(spec.columns, 1):
            form = book[spec.name].cell(HEADER_ROW + 1, index).number_format
            if column.cell is CellType.CODE:
                assert form == "@"  # 001 stays 001
            elif column.cell is CellType.DATE:
                assert form == "yyyy-mm-dd"
            elif column.cell is CellType.FRACTION:
                assert form == "0.0%"


def test_codes_stay_text_when_the_program_writes_them(tmp_path):
    path = tmp_path / "book.xlsx"
    build_workbook(path, sheets=SETS["lite"], timeline=plan.TIMELINE, settings=Settings())
    host = HeadlessHost(path)
    items = next(s for s in SHEETS if s.name == "Items")
    host.write_table("Items", [c.label for c in items.columns], [["001", *[None] * (len(items.columns) - 1)], ["=1+1", *[None] * (len(items.columns) - 1)]])
    host.save()
    body = load_workbook(path)["Items"]
    assert [(body[f"A{row}"].value, body[f"A{row}"].data_type, body[f"A{row}"].number_format) for row in (7, 8)] == [("001", "s", "@"), ("=1+1", "s", "@")]


def test_about_explains_every_column_and_measure(shipped):
    _, sheets, book = shipped
    if "About" not in book.sheetnames:
        assert "Colour key" in [cell.value for cell in book["Home"]["A"]]
        return
    lines = {(row[0], row[1]) for row in book["About"].iter_rows(max_col=2, values_only=True)}
    expected = {(s.name, c.label) for s in sheets for c in s.columns if s.name != "Settings"}
    expected |= {("Settings", c.label) for c in columns_of(Settings)} | {(s.name, m.label) for s in sheets for m in s.measure_terms}
    assert expected <= lines


def test_every_sheet_leads_home_and_home_leads_everywhere(shipped):
    _, sheets, book = shipped
    targets = {c.hyperlink.location.rsplit("!", 1)[0].strip("'") for row in book["Home"].iter_rows() for c in row if c.hyperlink}
    assert {s.name for s in sheets} <= targets
    assert {w.title for w in book.worksheets if w.title != "Home" and w["A3"].hyperlink.location != "Home!A1"} == set()


def test_what_the_program_stamps_has_a_name(shipped):
    names = shipped[2].defined_names
    for name in ("sop_as_of", "sop_version", "sop_template", "sop_current_period", "sop_horizon", "sop_status", "sop_errors", "sop_warnings"):
        assert re.fullmatch(r"Home!\$B\$\d+", names[name].attr_text)
    host = HeadlessHost(SHIPPED / TEMPLATE_FILES[shipped[0]])
    assert (host.read_name("sop_template"), host.read_name("sop_current_period"), host.read_name("sop_horizon")) == (shipped[0], "2026-01", 18)


# --- any choice of modules -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("modules", SELECTIONS, ids=lambda chosen: "+".join(sorted(chosen)) or "core")
def test_formulas_point_only_at_sheets_and_names_that_the_workbook_has(modules):
    book = load_workbook(io.BytesIO(built(sheets_of(modules))))
    texts = [(w.title, c.coordinate, getattr(c.value, "text", c.value)) for w in book.worksheets for row in w.iter_rows() for c in row if c.data_type == "f"]
    texts += [(w.title, str(rule.sqref), rule.formula1 or "") for w in book.worksheets for rule in w.data_validations.dataValidation]
    texts += [("names", name, defined.attr_text) for name, defined in book.defined_names.items()]
    known = {sheet.casefold() for sheet in book.sheetnames}
    for where, cell, text in texts:
        bare = re.sub(r'"[^"]*"', "", text)
        sheets = {a or b for a, b in re.findall(r"'([^']+)'!|(?<![\w'])([A-Za-z]\w*)!", bare)}
        assert {s.casefold() for s in sheets} <= known, f"{where}!{cell}: {text}"
        names = set(re.findall(r"\b(?:sop_\w+|MasterCheck|(?:CD|BF|IP|FinancialPlan|ConsensusDemand)_\w+)\b", bare))
        assert names <= set(book.defined_names), f"{where}!{cell}: {text}"


def test_nothing_is_volatile_or_newer_than_excel_2016(shipped):
    text = (SHIPPED / TEMPLATE_FILES[shipped[0]].replace(".xlsx", ".txt")).read_text(encoding="utf-8")
    used = set(re.findall(r"\b([A-Z][A-Z0-9.]+)\(", re.sub(r'"[^"]*"', "", text)))
    allowed = {
        "ABS", "AND", "CHAR", "COLUMNS", "COUNT", "COUNTA", "COUNTIF", "COUNTIFS", "DATE", "FIND", "HYPERLINK", "IF", "IFERROR", "INDEX", "ISNUMBER", "LARGE", "LEFT", "LEN", "LOOKUP", "LOWER", "MATCH", "MAX", "MID", "MIN",
        "MMULT", "N", "OR", "ROUND", "ROW", "ROWS", "SEARCH", "SIGN", "SMALL", "SUBSTITUTE", "SUM", "SUMIF", "SUMIFS", "SUMPRODUCT", "TEXT", "TRANSPOSE",
    }  # fmt: skip
    assert used - allowed == set()


# --- the formulas, calculated ----------------------------------------------------------------------------------------


def results(path: Path) -> dict[str, list[list[object]]]:
    """Calculated values of every sheet by its name."""
    report = recalculate(path, "libreoffice")
    assert all(address.startswith("Function Lab!") for address in report.kept)  # what the add-in computes
    book = load_workbook(path, data_only=True)
    return {w.title: [list(row) for row in w.iter_rows(values_only=True)] for w in book.worksheets}


def error_cells(values: dict[str, list[list[object]]]) -> list[str]:
    return [f"{name} row {n}: {v}" for name, rows in values.items() for n, row in enumerate(rows, 1) for v in row if isinstance(v, str) and v.startswith("#")]


def statuses(values: dict[str, list[list[object]]]) -> dict[str, object]:
    """Status of every check by its name."""
    return {str(row[0]): row[6] for row in values["Checks"][HEADER_ROW:] if row[1] in list(Module)}


@needs_libreoffice
@pytest.mark.parametrize("sheets", list(SETS.values()), ids=list(SETS))
def test_an_empty_workbook_calculates_without_an_error_and_all_checks_agree(sheets, tmp_path):
    values = calculated_empty(sheets, tmp_path)
    assert error_cells(values) == []
    assert set(statuses(values).values()) == {1}
    assert values["Executive"][0][4] == "OK: all checks agree"


def calculated_empty(sheets, folder: Path) -> dict[str, list[list[object]]]:
    build_workbook(folder / "book.xlsx", sheets=sheets, timeline=plan.TIMELINE, settings=Settings())
    return results(folder / "book.xlsx")


@pytest.fixture(scope="module")
def calculated(tmp_path_factory):
    """The plan worked out by hand, calculated."""
    return results(plan.make_planned_workbook(tmp_path_factory.mktemp("plan") / "book.xlsx"))


@needs_libreoffice
def test_all_checks_agree_with_a_plan_worked_out_by_hand(calculated):
    assert error_cells(calculated) == []
    assert [name for name, status in statuses(calculated).items() if status != 1] == []


@needs_libreoffice
def test_the_function_lab_keeps_the_results_of_the_functions(calculated):
    shipped_page = load_workbook(SHIPPED / TEMPLATE_FILES["standard"], data_only=True)["Function Lab"]
    below = [list(row) for row in shipped_page.iter_rows(min_row=HEADER_ROW, values_only=True)]
    assert calculated["Function Lab"][HEADER_ROW - 1 :] == below


@needs_libreoffice
def test_an_empty_row_hides_nothing_that_stands_below_it(tmp_path):
    """Formulas read to the last filled row; counting filled rows would stop one short."""
    path = plan.make_planned_workbook(tmp_path / "book.xlsx")
    host = HeadlessHost(path)
    for name in ("Consensus Demand", "Inventory Plan", "Demand History", "Items"):
        spec, rows = sheet(name), plan.TABLES[name]()
        header = [c.label for c in spec.columns] + (plan.TIMELINE.labels if spec.shape is Shape.GRID else [])
        series = 1 if name == "Items" else next(n for n, row in enumerate(rows) if row[0] != rows[0][0])
        host.write_table(name, header, [*rows[:series], [None] * len(header), *rows[series:]])
    host.save()
    values = results(path)
    assert [name for name, status in statuses(values).items() if status != 1] == []
    first = next(n for n, row in enumerate(values["Executive"]) if row[0] == "Rows that formulas read")
    counts = {row[0]: row[3] for row in values["Executive"][first + 1 :] if row[2] == "count"}
    assert counts["Consensus Demand"] == len(plan.consensus_rows()) + 1
    assert counts["Items"] == len(plan.FAMILY) + 1


def test_the_plan_of_a_wide_sheet_begins_on_a_page_of_its_own_at_a_scale_to_read(shipped):
    _, sheets, book = shipped
    for spec in sheets:
        if spec.shape is Shape.GRID:
            printed = book[spec.name]
            breaks = [each.id for each in printed.col_breaks.brk]
            folded = printed.column_dimensions["H"].hidden  # the plan stands beside the labels
            assert folded == (LABEL_COLUMNS + len(default_timeline().history) not in breaks)
            assert not folded or spec.kind is SheetKind.OUTPUT
            assert printed.page_setup.scale >= 60
            assert not printed.sheet_properties.pageSetUpPr.fitToPage
            assert printed.print_title_cols == "$A:$G"


@needs_libreoffice
def test_a_measure_that_only_the_plan_has_is_empty_in_the_past(calculated):
    past = slice(LABEL_COLUMNS, LABEL_COLUMNS + plan.PAST)
    assert set(line_of(calculated["Demand Review"], "Consensus demand")[past]) == {None}
    assert set(line_of(calculated["Supply Review"], "Projected available balance")[past]) == {None}
    assert set(line_of(calculated["Executive"], "Inventory value")[past]) == {None}


@needs_libreoffice
def test_the_balance_of_a_family_is_its_last_and_the_families_add_up_to_the_total(calculated):
    rows = calculated["Supply Review"]
    chairs = [sum(row[-1] for row in plan.stock_rows() if row[1] == "Chairs" and row[4] == "Projected available balance")]
    families = [line_of(rows, family)[3] for family in ("Chairs", "Tables", "Lamps")]
    assert families[:1] == pytest.approx(chairs)
    assert sum(families) == pytest.approx(line_of(rows, "Projected available balance")[3])


def line_of(rows: list[list[object]], label: str, version: str | None = None) -> list[object]:
    return next(row for row in rows if row[0] == label and (version is None or row[1] == version))


@needs_libreoffice
def test_the_executive_page_shows_the_plan(calculated):
    rows = calculated["Executive"]
    demand = [sum(plan.consensus(key)[k] for key in plan.STEPS) for k in range(plan.AHEAD)]
    revenue = sum(ahead(group, "Plan", "revenue") for group in groups())
    tiles = dict(zip([t for t in rows[6] if t], [v for v in rows[7] if v is not None], strict=True))
    assert tiles["Demand, next year (units)"] == pytest.approx(sum(demand))
    assert tiles["Revenue, next year"] == pytest.approx(revenue)
    assert tiles["Revenue - budget, next year"] == pytest.approx(revenue - plan.AHEAD * 1000 * 5)
    assert tiles["Days of supply"] == 41
    assert line_of(rows, "Demand", "Plan")[7 + plan.PAST : 7 + plan.PAST + plan.AHEAD] == pytest.approx(demand)
    assert line_of(rows, "Foot of the range in the chart")[7 + plan.PAST - 1] == line_of(rows, "Demand", "Plan")[7 + plan.PAST - 1]
    assert line_of(rows, "Width of the range in the chart")[7 + plan.PAST - 1 : 7 + plan.PAST + 1] == [0, 200]
    assert [row[:2] for row in rows if row[0] in ("Budget", "Volume", "Price")] == [list(step) for step in revenue_bridge("All") if step[0] != "Plan"]


@needs_libreoffice
def test_the_drop_downs_offer_each_family_and_region_once(calculated):
    rows = calculated["Executive"]
    first = next(n for n, row in enumerate(rows) if row[0] == "(not by family)")
    lists = [[row[column] for row in rows[first + 1 :] if row[column]] for column in (0, 1)]
    assert lists == [["All", "Chairs", "Tables", "Lamps"], ["All", "North", "South"]]


@needs_libreoffice
def test_choosing_a_family_narrows_every_figure(tmp_path):
    path = plan.make_planned_workbook(tmp_path / "book.xlsx")
    host = HeadlessHost(path)
    host.write_name("Executive_family", "Chairs")
    host.write_name("FinanceReview_family", "Tables")
    host.write_name("FinanceReview_region", "South")
    host.save()
    values = results(path)
    chairs = [plan.consensus(("A1", "N"))[k] + plan.consensus(("A1", "S"))[k] for k in range(plan.AHEAD)]
    window = slice(7 + plan.PAST, 7 + plan.PAST + plan.AHEAD)
    assert line_of(values["Executive"], "Demand", "Plan")[window] == chairs
    assert line_of(values["Finance Review"], "Demand", "Plan")[window] == plan.consensus(("C1", "S"))
    assert next(row[1] for row in values["Executive"] if row[0] == "Volume") == pytest.approx(dict(revenue_bridge("Chairs"))["Volume"])


def revenue_bridge(family: str) -> list[tuple[object, object]]:
    """Steps and amounts from budget to plan."""
    step, amount = ([c.name for c in sheet("Bridges").columns].index(name) for name in ("step", "amount"))
    return [(row[step], row[amount]) for row in plan.TABLES["Bridges"]() if row[:4] == ["Budget to plan", "Revenue", family, None]]


def test_each_problem_has_a_link_to_its_cell(shipped):
    sheet = shipped[2]["Problems"]
    assert sheet["J6"].value == "Go to cell"
    assert sheet["J7"].value == """=IF(OR($B7="",$C7=""),"",HYPERLINK("#'"&$B7&"'!"&$C7,"go"))"""


@needs_libreoffice
def test_every_check_can_fail(tmp_path):
    """A wrong figure for each check; a check that passes all the same would be none."""
    column = LABEL_COLUMNS + plan.PAST  # first planned period
    rows = {name: make() for name, make in plan.TABLES.items()}

    def at(sheet: str, *words: str, nth: int = 0) -> int:
        return [n for n, row in enumerate(rows[sheet]) if set(words) <= set(row)][nth]

    damage = {
        **{("Consensus Demand", at("Consensus Demand", *key, "Consensus demand"), column): 999.0 for key in plan.STEPS},
        ("Baseline Forecast", at("Baseline Forecast", "A1", "N", "Baseline P10"), column): 500.0,
        ("Baseline Forecast", at("Baseline Forecast", "B1", "N", "Baseline P90"), column): 1.0,
        ("Baseline Forecast", at("Baseline Forecast", "C1", "S", "Baseline forecast"), column): 11.0,
        ("Baseline Forecast", at("Baseline Forecast", "D1", "S", "Baseline forecast"), 2): "N",
        ("Consensus Demand", at("Consensus Demand", "D1", "S", "Events"), 2): "N",
        ("Inventory Plan", at("Inventory Plan", "A1", "N", "Planned receipts"), column): 41.0,
        ("Inventory Plan", at("Inventory Plan", "A1", "N", "Unmet demand"), column): 7.0,
        ("Inventory Plan", at("Inventory Plan", "B1", "N", "Opening balance"), column + 1): 3.0,
        ("Inventory Plan", at("Inventory Plan", "C1", "S", "Demand"), column): 1.0,
        ("Inventory Plan", at("Inventory Plan", "D1", "S", "Projected available balance"), 4): "Safety stock",
        ("Inventory Plan", at("Inventory Plan", "D1", "S", "Safety stock"), 2): "N",
        ("Financial Plan", at("Financial Plan", "Chairs", "North", "Plan", "Demand"), column): 1.0,
        ("Financial Plan", at("Financial Plan", "Chairs", "North", "Plan", "Demand"), LABEL_COLUMNS): 1.0,
        ("Financial Plan", at("Financial Plan", "Chairs", "North", "Plan", "Revenue"), column): 1.0,
        ("Financial Plan", at("Financial Plan", "Lamps", "South", "Plan", "Cost of goods sold"), column): 1.0,
        ("Financial Plan", at("Financial Plan", "Lamps", "South", "Last year", "Demand"), column): 1.0,
        ("Financial Plan", at("Financial Plan", "Lamps", "South", "Last year", "Revenue"), column): 1.0,
        ("Financial Plan", at("Financial Plan", "Lamps", "South", "Plan", "Inventory value"), column): 1.0,
        ("Financial Plan", at("Financial Plan", "Tables", "South", "Plan", "Revenue"), 0): None,
        ("Financial Plan", at("Financial Plan", "All", "Demand P10"), column): 900.0,
        ("Demand Changes", at("Demand Changes", "All", "Overrides"), 4): -11.0,
        ("Demand Changes", at("Demand Changes", "Chairs", "Consensus demand"), 4): 1.0,
        ("Items", 1, 0): "A1",
        ("Locations", 1, 0): "N",
        **damage_to_supply(at, column),
        **damage_to_money(at, column),
        **damage_to_cycle(at),
    }
    path = plan.make_planned_workbook(tmp_path / "book.xlsx", damage)
    host = HeadlessHost(path)
    problems = next(s for s in SHEETS if s.name == "Problems")
    host.write_table("Problems", [c.label for c in problems.columns], [["error", "Items", "A8", "duplicate-key", "", "", "", ""]])
    host.save()
    _also_break_what_no_table_holds(path)
    values = results(path)
    assert [name for name, status in statuses(values).items() if status != 0] == []
    assert values["Home"][0][4].startswith("CHECK: ")


@needs_libreoffice
def test_a_plan_whose_figures_are_too_high_does_not_make_up_for_one_whose_figures_are_too_low(tmp_path):
    rows = plan.TABLES["Approved Plan"]()
    column = LABEL_COLUMNS + plan.PAST
    first, second = (next(n for n, row in enumerate(rows) if row[1] == version and "Revenue" in row) for version in ("1", "2"))
    damage = {("Approved Plan", first, column): rows[first][column] + 100, ("Approved Plan", second, column): rows[second][column] - 100}
    failed = [name for name, status in statuses(results(plan.make_planned_workbook(tmp_path / "book.xlsx", damage))).items() if status == 0]
    assert failed == ["Approved plans = snapshots, revenue", "Superseded plans = snapshots, revenue"]


def damage_to_supply(at, column: int) -> dict[tuple[str, int, int], object]:
    """A wrong figure for each check of supply's sheets."""

    def cell(name: str, field: str, *words: str, nth: int = 0) -> tuple[str, int, int]:
        return name, at(name, *words, nth=nth), [c.name for c in sheet(name).columns].index(field)

    return {
        ("Inventory Plan", at("Inventory Plan", "C1", "S", "Scheduled receipts"), 4): "Demand",
        ("Inventory Plan", at("Inventory Plan", "C1", "S", "Expired"), 4): "Lost sales",
        ("Net Requirements", at("Net Requirements", "A1", "N", "Planned receipts"), column + 1): 1.0,
        ("Net Requirements", at("Net Requirements", "A1", "N", "Gross requirements"), column): 1.0,
        ("Supply Plan", at("Supply Plan", "A1", "N", "make", "Planned receipts"), column): 35.0,
        ("Supply Plan", at("Supply Plan", "B1", "N", "make", "Planned receipts"), 1): "Chairs",
        ("Capacity", at("Capacity", "Saw", "Hours to buy back"), column): 5.0,
        ("Capacity", at("Capacity", "Saw", "Utilisation required"), column): 0.1,
        ("Capacity", at("Capacity", "Saw", "Utilisation"), column): 1.5,
        ("Capacity", at("Capacity", "Saw", "Overtime"), column + 1): 0.0,
        cell("Shortages", "item", "A1", "N"): "D1",
        cell("Shortages", "unmet_demand", nth=0): 9999.0,
        cell("Binding Constraints", "price_low", "Saw"): 99.0,
        ("Capacity", at("Capacity", "Press", "Load"), column): 25.0,
        cell("Options", "rank", "Expedite A1"): 5.0,
        cell("Options", "profit_change", "Expedite A1"): 500.0,
        cell("Allocation", "by_margin", "Other"): 31.0,
        cell("Allocation", "allocated", "Other"): 31.0,
        cell("Allocation", "by_priority", "Other"): 31.0,
        cell("Allocation Rules", "regret", "fair share"): 1.0,
        cell("Inventory Targets", "target_stock", "A1"): 1.0,
        cell("Inventory Targets", "reorder_point", "B1"): 20.0,
        cell("Inventory Targets", "excess_value", "D1"): 1.0,
        cell("Service Curves", "safety_stock_value", "All"): 999.0,
        cell("Scenario Compare", "change", "Saw out"): 1.0,
    }


def _also_break_what_no_table_holds(path: Path) -> None:
    """A header that is another period on each grid, one period more, and rows that no formula reaches."""
    book = load_workbook(path)
    for name in (s.name for s in SHEETS if is_grid(s) and s.kind is SheetKind.OUTPUT and s.name != "Consensus Demand"):
        book[name][f"{period_letters(0)}{HEADER_ROW}"] = "1999-01"
    book["Consensus Demand"][f"{period_letters(len(plan.TIMELINE.labels) + 1)}{HEADER_ROW}"] = "2099-01"
    book["Items"]["A6000"] = "beyond"
    for name in ("Consensus Demand", "Financial Plan", "Options", "Gap List"):
        book[name]["A21000"] = "beyond"
    for n in range(70):
        book["Financial Plan"][f"A{5000 + n}"] = f"Family {n}"
    for each in book.worksheets:
        each.tables.clear()
    book.save(path)


# --- small things ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("=A1+B$1", 1, 3), ("=A2+B$1", 2, 3), True),
        (("=A1+B1", 1, 3), ("=A1+B1", 2, 3), False),
        (("='Demand History'!H$6", 6, 8), ("='Demand History'!I$6", 6, 9), True),
        (("=SUM(H:H)", 1, 8), ("=SUM(I:I)", 1, 9), True),
        (('=IF(A1="B1",1,0)', 1, 2), ('=IF(A1="C1",1,0)', 1, 2), False),
    ],
)
def test_formulas_are_the_same_when_they_are_copies(one, other, same):
    assert (relative(*one) == relative(*other)) is same
