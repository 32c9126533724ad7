"""Results of several cells: spilling, growing, shrinking, and what stands in their way."""

from __future__ import annotations

import re

import formula_books as books
import made_packages as made
import pytest
import xlsxwriter
from formula_functions import Functions

from sop_xl.blocks import CellError
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.recalculate import recalculate

LAB = "xl/worksheets/sheet2.xml"


def compute(path):
    return recalculate(path, "off", functions=Functions().set()).cells


def area_of(path, address):
    cell = re.search(rf'<c r="{address}"[^>]*><f t="array" ref="([^"]*)"', made.read_parts(path)[LAB].decode())
    return cell[1] if cell else None


def set_size(path, rows, columns=1):
    """Change the cells from which the formula takes its size."""
    content = made.read_parts(path)
    for cell, value in (("F2", rows), ("F3", columns)):
        content[LAB] = re.sub(rf'(<c r="{cell}"[^>]*><v>)\d+'.encode(), rf"\g<1>{value}".encode(), content[LAB])
    path.write_bytes(made.archive(content))


@pytest.fixture
def spilled(tmp_path):
    """B2 spills as many rows and columns as F2 and F3 say: three rows of one column to begin with."""
    path = books.make(tmp_path / "spill.xlsx", {}, {"F2": 3, "F3": 1, "B9": "below"}, arrays={"B2:B3": "=SOP_ROWS(F2,F3)"})
    compute(path)
    return path


def spill_of(path):
    return {k: v for k, v in books.shown(path).items() if k[0] in "BC" and k != "B9"}


def test_a_result_fills_as_many_cells_as_it_has(spilled):
    assert spill_of(spilled) == {"B2": 11, "B3": 21, "B4": 31}
    assert area_of(spilled, "B2") == "B2:B4"
    text = made.read_parts(spilled)[LAB].decode()
    assert re.search(r'<c r="B2" cm="1"><f t="array" ref="B2:B4">SOP_ROWS\(F2,F3\)</f><v>11</v></c>', text)
    assert '<c r="B4"><v>31</v></c>' in text, "what it fills holds values only"


@pytest.mark.parametrize(("rows", "columns", "area"), [(5, 1, "B2:B6"), (2, 2, "B2:C3"), (1, 3, "B2:D2"), (1, 1, "B2")])
def test_it_grows_and_shrinks_and_clears_what_it_leaves(spilled, rows, columns, area):
    set_size(spilled, rows, columns)
    report = compute(spilled)
    assert area_of(spilled, "B2") == area
    values = {k: v for k, v in books.shown(spilled).items() if k not in ("B9", "F1", "F2", "F3")}
    assert values == {f"{'BCD'[j - 1]}{1 + i}": 10 * i + j for i in range(1, rows + 1) for j in range(1, columns + 1)}
    assert (report.changed, report.problems) == (("My Lab!B2",), ())
    blob = spilled.read_bytes()
    assert compute(spilled).changed == ()
    assert spilled.read_bytes() == blob


def test_growing_and_shrinking_back_ends_where_it_began(spilled):
    before = spilled.read_bytes()
    set_size(spilled, 6, 2)
    compute(spilled)
    set_size(spilled, 3, 1)
    compute(spilled)
    after = made.read_parts(spilled)
    spilled.write_bytes(before)
    drop = re.compile(rb'<dimension [^>]*/>| spans="[^"]*"')  # hints about the used area, which only grow
    assert {k: drop.sub(b"", v) for k, v in after.items()} == {k: drop.sub(b"", v) for k, v in made.read_parts(spilled).items()}


def test_what_a_person_typed_is_not_overwritten(spilled):
    """Excel shows `#SPILL!`; a file holds `#VALUE!` there and Excel makes it `#SPILL!` when it opens the file."""
    set_size(spilled, 9)
    report = compute(spilled)
    assert spill_of(spilled) == {"B2": CellError("#VALUE!")}
    assert area_of(spilled, "B2") == "B2"
    assert books.shown(spilled)["B9"] == "below"
    (problem,) = report.problems
    assert (problem.rule, problem.cell, problem.got) == ("cell-function-blocked", "B2", "B9")
    set_size(spilled, 7)
    assert compute(spilled).problems == ()
    assert len(spill_of(spilled)) == 7


def test_merged_cells_tables_and_other_arrays_stand_in_the_way(tmp_path):
    path = tmp_path / "obstacles.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Data")
    sheet = book.add_worksheet("My Lab")
    for column in "BDFH":
        sheet.write_dynamic_array_formula(f"{column}2:{column}2", "=SOP_ROWS(4)", None, 0)
    sheet.merge_range("B4:C4", "")
    sheet.add_table("D5:D7", {"name": "Small"})
    sheet.write_dynamic_array_formula("H4:H5", "=SOP_ROWS(2)", None, 0)
    book.close()
    report = compute(path)
    assert [(p.cell, p.got) for p in report.problems] == [("B2", "merged cells"), ("D2", "the table Small"), ("H2", "H4")]
    assert books.shown(path)["F5"] == 41


def test_the_edge_of_the_sheet_stands_in_the_way(tmp_path):
    path = books.make(tmp_path / "edge.xlsx", {}, arrays={"XFC2:XFC2": "=SOP_ROWS(1,3)"})
    assert compute(path).problems[0].got == "the sheet's edge"


def test_the_fixed_area_of_an_old_array_formula_is_filled_or_cut(tmp_path):
    """One row or column is repeated, what lies beyond the result is `#N/A`, what lies beyond the area is not shown."""
    arrays = {"B2:C4": "{=SOP_ROWS(2,2)}", "E2:F3": "{=SOP_ROWS(1,2)}", "H2:I3": "{=SOP_ROWS(9,9)}", "K2:K3": "{=SOP_SUM(1)}"}
    path = books.make(tmp_path / "old.xlsx", {}, arrays=arrays)
    compute(path)
    values, missing = books.shown(path), CellError("#N/A")
    shown = [[values[f"{c}{r}"] for c in "BC"] for r in (2, 3, 4)], [[values[f"{c}{r}"] for c in "EF"] for r in (2, 3)], [[values[f"{c}{r}"] for c in "HI"] for r in (2, 3)]
    assert shown == ([[11, 12], [21, 22], [missing, missing]], [[11, 12], [11, 12]], [[11, 12], [21, 22]])
    assert (values["K2"], values["K3"]) == (1, 1)
    assert area_of(path, "B2") == "B2:C4"


def test_a_formula_that_is_no_array_shows_the_first_value_and_says_so(tmp_path):
    path = books.make(tmp_path / "plain.xlsx", {"B2": "=SOP_ROWS(3,2)"})
    report = compute(path)
    assert books.shown(path) == {"F1": 7, "B2": 11}
    assert [(p.rule, p.got) for p in report.problems] == [("cell-function-shows-first", "the first of 6 values")]


def test_a_spilled_result_can_be_read_whole_and_follows_its_size(tmp_path):
    formulas = {"H2": "=SOP_SHAPE(B2#)", "H3": "=SOP_SUM(_xlfn.ANCHORARRAY(B2))", "H4": "=SOP_SUM(B2:B20)", "H5": "=SOP_SUM(B4)", "H6": "=SOP_ECHO(F2#)"}
    path = books.make(tmp_path / "anchor.xlsx", formulas, {"F2": 4, "F3": 1}, arrays={"B2:B3": "=SOP_ROWS(F2,F3)"})
    compute(path)
    values = books.shown(path)
    assert [values[f"H{k}"] for k in range(2, 7)] == ["4x1", 104, 104, 31, CellError("#REF!")]


def test_results_that_spill_next_to_each_other_settle(tmp_path):
    """The size of one depends on the other's cells."""
    arrays = {"B2:B2": "=SOP_ROWS(SOP_COUNT(D2:D9))", "D2:D2": "=SOP_ROWS(3)", "H2:H2": "=SOP_ROWS(SOP_COUNT(B2:B9),1)"}
    path = books.make(tmp_path / "both.xlsx", {"J2": "=SOP_COUNT(H1:H9)"}, arrays=arrays)
    compute(path)
    assert (area_of(path, "B2"), area_of(path, "D2"), area_of(path, "H2"), books.shown(path)["J2"]) == ("B2:B4", "D2:D4", "H2:H4", 3)


def test_reading_ones_own_spill_is_a_circle(tmp_path):
    path = books.make(tmp_path / "own.xlsx", {}, arrays={"B2:B4": "=SOP_ROWS(SOP_COUNT(B3))"})
    assert "My Lab!B2 > My Lab!B2" in compute(path).problems[0].hint


def test_new_cells_take_the_style_of_their_column_and_rows_are_made(tmp_path):
    path = tmp_path / "styles.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Data")
    sheet = book.add_worksheet("My Lab")
    sheet.set_column("B:B", 9, book.add_format({"num_format": "0.000"}))
    sheet.write_dynamic_array_formula("B2:B2", "=SOP_ROWS(30,2)", None, 0)
    sheet.write("A40", "end")
    book.close()
    compute(path)
    text = made.read_parts(path)[LAB].decode()
    style = re.search(r'<col min="2" max="2"[^>]*style="(\d+)"', text)
    assert f'<row r="31"><c r="B31" s="{style[1]}"><v>301</v></c><c r="C31"><v>302</v></c></row>' in text
    assert 'dimension ref="A2:C40"' in text
    assert HeadlessHost(path).read_block("My Lab").rows[39][0] == "end"


@made.needs_validator
def test_microsofts_validator_accepts_what_was_written(spilled):
    set_size(spilled, 5, 3)
    compute(spilled)
    assert made.validation_errors(spilled) == []


def test_a_sheet_that_is_taken_over_keeps_its_spilling_formulas(spilled, tmp_path):
    """Also into a workbook that never had one, and into one that has."""
    target = tmp_path / "target.xlsx"
    book = xlsxwriter.Workbook(target)
    book.add_worksheet("Data")
    book.close()
    for name in ("My Lab", "Again"):
        host = HeadlessHost(target)
        source = tmp_path / f"{name}.xlsx"
        book = xlsxwriter.Workbook(source)
        book.add_worksheet(name).write_dynamic_array_formula("B2:B2", "=SOP_ROWS(3)", None, 0)
        book.close()
        host.add_sheets(source.read_bytes(), [name])
        host.save()
    compute(target)
    assert [[row[1] for row in HeadlessHost(target).read_block(name).rows[1:]] for name in ("My Lab", "Again")] == [[11, 21, 31]] * 2
    assert [n for n in made.read_parts(target) if "metadata" in n] == ["xl/metadata.xml"]
