"""Formulas that spill go on spilling on sheets that are taken over into another workbook."""

from __future__ import annotations

import io
import re

import made_packages as made
import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.formula import ArrayFormula

from sop_xl.errors import HostError
from sop_xl.hosts.dynamic_arrays import remarked, spill_marks
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.package import Package
from sop_xl.hosts.workbook import Workbook

RICH = "xl/metadata.xml"


def build(*names: str, spills: bool = True, width: int = 3) -> bytes:
    """A workbook whose sheet `Lab` has a formula that spills, if wanted, over so many cells."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out)
    for name in names:
        sheet = workbook.add_worksheet(name)
        sheet.write("A1", name)
        if name == "Lab" and spills:
            sheet.write_dynamic_array_formula(1, 0, 1, width - 1, f"=SOP_FORECAST(A1,{width})", None, 10)
            for column in range(1, width):
                sheet.write_number(1, column, 10 + column)
    workbook.close()
    return out.getvalue()


def marked(path, sheet: str) -> list[int]:
    """Marks of a sheet's cells that the workbook knows as those of spilling formulas."""
    package = Package(path.read_bytes(), path.name)
    workbook = Workbook(package)
    numbers = [int(n) for n in re.findall(r'\bcm="(\d+)"', package.text(workbook.sheet(sheet).part))]
    assert set(numbers) <= set(spill_marks(workbook))
    return numbers


def only_values(source: bytes) -> bytes:
    """The workbook with metadata of something else than spilling formulas."""
    package = Package(source, "book.xlsx")
    text = package.text(RICH).replace("XLDAPR", "XLRICHVALUE")
    package.replace_text(RICH, text)
    return package.to_bytes()


def test_a_workbook_without_spilling_formulas_gets_what_they_need(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(build("Home", "Mine"))
    host = HeadlessHost(path)
    host.add_sheets(build("Home", "Lab"), ["Lab"])
    host.save()
    assert marked(path, "Lab") == [1]
    formula = openpyxl.load_workbook(path)["Lab"]["A2"].value
    assert isinstance(formula, ArrayFormula) and (formula.ref, formula.text) == ("A2:C2", "=SOP_FORECAST(A1,3)")
    assert HeadlessHost(path).read_block("Lab").rows[1] == [10, 11, 12]


def test_a_workbook_that_has_some_keeps_its_own_metadata(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(build("Home", "Lab"))
    before = made.read_parts(path)[RICH]
    source = Package(build("Home", "Lab"), "template")
    source.replace_text("xl/workbook.xml", source.text("xl/workbook.xml").replace('"Lab"', '"Lab 2"'))
    host = HeadlessHost(path)
    host.add_sheets(source.to_bytes(), ["Lab 2"])
    host.save()
    assert marked(path, "Lab 2") == [1]
    assert made.read_parts(path)[RICH] == before
    assert [name for name in made.read_parts(path) if "metadata" in name] == [RICH]


def test_beside_metadata_of_other_things_the_formula_keeps_its_size(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(only_values(build("Home", "Lab")))
    host = HeadlessHost(path)
    source = Package(build("Home", "Lab"), "template")
    source.replace_text("xl/workbook.xml", source.text("xl/workbook.xml").replace('"Lab"', '"Lab 2"'))
    host.add_sheets(source.to_bytes(), ["Lab 2"])
    host.save()
    assert marked(path, "Lab 2") == []
    formula = openpyxl.load_workbook(path)["Lab 2"]["A2"].value
    assert isinstance(formula, ArrayFormula) and formula.ref == "A2:C2"


def test_metadata_of_other_things_does_not_move(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(build("Home"))
    with pytest.raises(HostError, match="Lab holds something that cannot move"):
        HeadlessHost(path).add_sheets(only_values(build("Home", "Lab")), ["Lab"])


def test_what_a_formula_spilled_is_its_result_and_not_a_change_of_a_person(tmp_path):
    """A page whose formulas show other results is as the program made it, and can be made anew."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(build("Home", "Lab"))
    package = Package(path.read_bytes(), path.name)
    part = Workbook(package).sheet("Lab").part
    package.replace_text(part, package.text(part).replace("<v>11</v>", "<v>99.5</v>"))
    path.write_bytes(package.to_bytes())
    host = HeadlessHost(path)
    assert host.refresh_sheets(build("Home", "Lab", width=4), ["Lab"], [build("Home", "Lab")]) == (["Lab"], [])
    host.save()
    assert HeadlessHost(path).read_block("Lab").rows[1] == [10, 11, 12, 13]
    assert marked(path, "Lab") == [1]


def test_cells_are_renumbered_and_others_left_alone():
    text = '<row r="1"><c r="A1" s="3" cm="1"><f t="array" ref="A1">X()</f></c><c r="B1" cm="2"/><c r="C1" s="4"/></row>'
    assert remarked(text, {1: 7, 2: None}) == text.replace('cm="1"', 'cm="7"').replace(' cm="2"', "")
