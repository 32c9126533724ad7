"""Pages of formulas made anew, unless a person changed them or something leans on their cells."""

from __future__ import annotations

import io
import zipfile

import made_packages as made
import openpyxl
import pytest
import xlsxwriter

from sop_xl.hosts.headless import HeadlessHost

OLD, NEW = ("Plan",), ("Plan", "Stock")


def build(*tables: str, chart: bool = True) -> bytes:
    """A page `Home` that lists the tables, with a stamp, a choice and a chart, and a sheet for each table."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out)
    bold = workbook.add_format({"bold": True, "bg_color": "#DDEBF7" if len(tables) > 1 else "#FFF2CC"})
    home = workbook.add_worksheet("Home")
    home.set_column("A:A", 30, bold)
    home.write("A1", "Home", bold)
    for row, name in enumerate(tables, 2):
        home.write_url(f"A{row}", f"internal:'{name}'!A1", string=name)
        home.write_formula(f"B{row}", f"=SUM({name}!$B$2:$B$9)", None, 0)
    row = len(tables) + 2
    home.write(f"A{row}", "Status")
    home.write(f"B{row}", "Not run yet", bold)
    workbook.define_name("status", f"=Home!$B${row}")
    home.write(f"B{row + 1}", "All")
    home.data_validation(f"B{row + 1}", {"validate": "list", "source": ["All", "North"]})
    workbook.define_name("region", f"=Home!$B${row + 1}")
    for place, name in enumerate(tables):
        home.write_formula(row + 1 + place, 1, f"=COUNT({name}!$B$2:$B$9)", None, 0)
        workbook.define_name(f"{name}_count", f"=Home!$B${row + 2 + place}")
    home.print_area(f"A1:B{row + 5}")
    if chart:
        line = workbook.add_chart({"type": "line"})
        line.add_series({"values": f"=Home!$B$2:$B${row - 1}"})
        home.insert_chart("D2", line)
    for name in tables:
        sheet = workbook.add_worksheet(name)
        sheet.add_table("A1:B3", {"name": name, "columns": [{"header": "Item"}, {"header": "Quantity"}], "data": [["x", 1], ["y", 2]]})
        sheet.write_formula("D1", f"={name}_count", None, 0)
    workbook.close()
    return out.getvalue()


@pytest.fixture
def path(tmp_path):
    target = tmp_path / "book.xlsx"
    target.write_bytes(build(*OLD))
    return target


def refresh(path, source: bytes, before: bytes) -> tuple[list[str], list[str]]:
    host = HeadlessHost(path)
    done = host.refresh_sheets(source, ["Home"], [before])
    host.save()
    return done


def grown(path) -> None:
    """The sheet that the new page lists is there, the page is old."""
    host = HeadlessHost(path)
    host.add_sheets(build(*NEW), ["Stock"])
    host.save()


def test_an_unchanged_page_becomes_the_new_one(path):
    grown(path)
    host = HeadlessHost(path)
    host.write_name("status", "Planned")
    host.write_name("region", "North")
    host.save()
    before = made.read_parts(path)
    assert refresh(path, build(*NEW), build(*OLD)) == (["Home"], [])
    host = HeadlessHost(path)
    assert host.read_formulas("Home")["B3"] == "=SUM(Stock!$B$2:$B$9)"
    assert [row[:2] for row in host.read_block("Home").rows[3:5]] == [["Status", "Planned"], [None, "North"]]
    assert (host.read_name("status"), host.read_name("region")) == ("Planned", "North")
    after = made.read_parts(path)
    changed = {n for n in before if n in after and before[n] != after[n]}
    assert changed <= {"[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels"}
    assert sum(n.startswith("xl/charts/") for n in after) == 1, "the old chart is gone"
    assert openpyxl.load_workbook(path)["Home"].print_area == "'Home'!$A$1:$B$9"


def test_the_same_again_is_the_same_file(path, tmp_path):
    other = tmp_path / "other.xlsx"
    other.write_bytes(path.read_bytes())
    for each in (path, other):
        grown(each)
        refresh(each, build(*NEW), build(*OLD))
    assert path.read_bytes() == other.read_bytes()
    assert refresh(path, build(*NEW), build(*OLD)) == ([], [])
    assert path.read_bytes() == other.read_bytes()


def by_hand(path, change) -> None:
    """Open, change and save with another program, which writes every part anew."""
    workbook = openpyxl.load_workbook(path)
    change(workbook)
    workbook.save(path)


CHANGES = {
    "a constant": lambda b: b["Home"].__setitem__("F9", "call Anna"),
    "a formula": lambda b: b["Home"].__setitem__("B2", "=SUM(Plan!$B$2:$B$9)*2"),
    "a formula in a stamp": lambda b: b["Home"].__setitem__("B3", "=TODAY()"),
    "a note": lambda b: setattr(b["Home"]["A1"], "comment", openpyxl.comments.Comment("why?", "Anna")),
    "a width": lambda b: setattr(b["Home"].column_dimensions["A"], "width", 60),
    "a chart": lambda b: b["Home"].add_chart(openpyxl.chart.LineChart(), "H9"),
    "a name": lambda b: b.defined_names.add(openpyxl.workbook.defined_name.DefinedName("mine", attr_text="Home!$A$1")),
    "merged cells": lambda b: b["Home"].merge_cells("F1:G1"),
    "a rule": lambda b: b["Home"].conditional_formatting.add("A1", openpyxl.formatting.rule.FormulaRule(formula=["$A$1=1"])),
    "a print area": lambda b: setattr(b["Home"], "print_area", "A1:B3"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_page_that_a_person_changed_stays(what, tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(build(*OLD, chart=False))
    grown_by = build(*NEW, chart=False)
    by_hand(path, lambda b: None)
    assert HeadlessHost(path).refresh_sheets(grown_by, ["Home"], [build(*OLD, chart=False)]) == (["Home"], [])
    by_hand(path, CHANGES[what])
    before = path.read_bytes()
    assert refresh(path, grown_by, build(*OLD, chart=False)) == ([], ["Home"])
    assert path.read_bytes() == before


def test_a_page_that_another_program_wrote_anew_is_still_unchanged(tmp_path):
    """Other style numbers, part names and spelling are no change."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(build(*NEW, chart=False))
    by_hand(path, lambda b: None)
    assert refresh(path, build(*OLD, chart=False), build(*NEW, chart=False)) == (["Home"], [])


def test_a_page_whose_cells_are_cited_elsewhere_stays_where_they_would_move(path):
    path.write_bytes(build(*OLD, chart=False))
    by_hand(path, lambda b: b["Plan"].__setitem__("F1", "=Home!$A$3"))
    assert openpyxl.load_workbook(path)["Home"]["A3"].value == "Status"
    before = path.read_bytes()
    assert refresh(path, build(*NEW, chart=False), build(*OLD, chart=False)) == ([], ["Home"])
    assert path.read_bytes() == before


def test_a_cell_that_stays_the_same_may_be_cited(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(build(*OLD, chart=False))
    by_hand(path, lambda b: b["Plan"].__setitem__("F1", "=Home!$A$1&Home!B2"))
    host = HeadlessHost(path)
    host.add_sheets(build(*NEW), ["Stock"])
    host.save()
    assert refresh(path, build(*NEW, chart=False), build(*OLD, chart=False)) == (["Home"], [])
    assert HeadlessHost(path).read_formulas("Plan")["F1"] == "=Home!$A$1&Home!B2"


def test_a_name_that_the_new_page_has_no_cell_for_keeps_its_formula(tmp_path):
    """Parked sheets go on working."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(build(*NEW))
    host = HeadlessHost(path)
    host.set_sheet_visibility("Stock", "veryHidden")
    assert host.refresh_sheets(build(*OLD), ["Home"], [build(*NEW)]) == (["Home"], [])
    host.save()
    names = {d.name: d.reference for d in HeadlessHost(path)._workbook.defined_names()}
    assert names["Stock_count"] == "COUNT(Stock!$B$2:$B$9)"
    assert names["Plan_count"] == "Home!$B$5"
    assert refresh(path, build(*NEW), build(*OLD)) == (["Home"], [])
    names = {d.name: d.reference for d in HeadlessHost(path)._workbook.defined_names()}
    assert names["Stock_count"] == "Home!$B$7"


def test_earlier_builds_are_read_only_where_needed(path):
    def never():
        raise AssertionError("not needed")
        yield b""

    host = HeadlessHost(path)
    assert host.refresh_sheets(build(*OLD), ["Home"], never()) == ([], [])


@made.needs_validator
def test_microsofts_validator_accepts_refreshed_pages(path):
    grown(path)
    refresh(path, build(*NEW), build(*OLD))
    assert made.validation_errors(path) == []


# --- formulas that spill ---------------------------------------------------------------------------------------------


def spilling(width: int, beside: float | None = None) -> bytes:
    """A page `Lab` with a formula that spills over so many cells, and a number beside them, if any."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out)
    sheet = workbook.add_worksheet("Lab")
    sheet.write_dynamic_array_formula(1, 0, 1, width - 1, f"=SOP_FORECAST(A1,{width})", None, 10)
    for column in range(1, width):
        sheet.write_number(1, column, 10 + column)
    if beside is not None:
        sheet.write_number(1, width, beside)
    workbook.close()
    return out.getvalue()


def test_what_a_formula_spilled_is_its_result_and_not_a_change_of_a_person(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(spilling(3))
    parts = {name: text.replace(b"<v>11</v>", b"<v>99.5</v>") for name, text in made.read_parts(path).items()}
    assert parts != made.read_parts(path)
    with zipfile.ZipFile(path, "w") as package:
        for name, text in parts.items():
            package.writestr(name, text)
    host = HeadlessHost(path)
    assert host.refresh_sheets(spilling(4), ["Lab"], [spilling(3)]) == (["Lab"], [])
    host.save()
    assert HeadlessHost(path).read_block("Lab").rows[1] == [10, 11, 12, 13]
    formula = openpyxl.load_workbook(path)["Lab"]["A2"].value
    assert (formula.ref, formula.text) == ("A2:D2", "=SOP_FORECAST(A1,4)")


def test_a_number_typed_beside_a_spill_is_a_change_of_a_person(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(spilling(3, beside=7))
    host = HeadlessHost(path)
    assert host.refresh_sheets(spilling(4), ["Lab"], [spilling(3)]) == ([], ["Lab"])
