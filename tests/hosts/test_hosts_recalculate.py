"""LibreOffice computes, we patch: only stored results change, and what it cannot compute is said."""

from __future__ import annotations

import re
import stat
from datetime import datetime

import made_packages as made
import pytest
import xlsxwriter

from sop_xl.blocks import CellError
from sop_xl.errors import FrameError, HostError
from sop_xl.hosts import libreoffice
from sop_xl.hosts import recalculate as module
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.recalculate import recalculate

needs_libreoffice = pytest.mark.skipif(
    libreoffice.find_libreoffice() is None, reason="LibreOffice is not installed"
)


def make(path):
    """A workbook as a maker of files leaves it: formulas without results, or with wrong ones."""
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet("Review")
    date = workbook.add_format({"num_format": "yyyy-mm-dd"})
    percent = workbook.add_format({"num_format": "0%"})
    sheet.write_column("A1", [1, 2, 3])
    sheet.write_formula("B1", "=SUM(A1:A3)")
    sheet.write_formula("B2", "=A1/3", None, 99)
    sheet.write_formula("B3", "=A1=1", percent, False)
    sheet.write_formula("B4", '=IF(A1=1,"<late> & _x0041_","")')
    sheet.write_formula("B5", "=1/0")
    sheet.write_formula("B6", "=SOP_FORECAST(A1)", None, 41)
    sheet.write_formula("B7", "=B6+1", None, 0)
    sheet.write_formula("B8", "=NOSUCHFUNCTION(1)", None, 7)
    sheet.write_formula("B9", '=TEXT(DATE(2026,3,1),"mmm-yy")')
    sheet.write_formula("B10", "=DATE(2026,3,1)", date)
    sheet.write_formula("B11", '=""', None, "was")
    sheet.write_array_formula("C1:C3", "{=A1:A3*2}")
    sheet.add_table(
        "E1:F3",
        {
            "name": "Lines",
            "columns": [{"header": "k"}, {"header": "v", "formula": "=Lines[@[k]]*2"}],
            "data": [[1], [2]],
        },
    )
    sheet.write_formula("B12", "=SUM(Lines[v])")
    sheet.write_formula("B13", "=sop_season*2")
    workbook.define_name("sop_season", "=Review!$A$3")
    chart = workbook.add_chart({"type": "line"})
    chart.add_series({"values": "=Review!$A$1:$A$3"})
    sheet.insert_chart("H2", chart)
    workbook.close()
    return path


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The workbook before and after one recalculation, and the report."""
    path = make(tmp_path_factory.mktemp("recalculated") / "review.xlsx")
    before = made.read_parts(path)
    return path, before, recalculate(path, "libreoffice")


@needs_libreoffice
@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("B1", 6), ("B2", pytest.approx(1 / 3, rel=1e-14)), ("B3", True), ("B4", "<late> & _x0041_"), ("B5", CellError("#DIV/0!")),
        ("B9", "Mar-26"), ("B10", datetime(2026, 3, 1)), ("B11", ""), ("B12", 6), ("B13", 6), ("C1", 2), ("C3", 6), ("F2", 2), ("F3", 4),
    ],
)  # fmt: skip
def test_results_are_fresh_and_of_the_right_kind(done, address, value):
    block = HeadlessHost(done[0]).read_block("Review")
    read = {block.address(i, j): v for i, row in enumerate(block.rows) for j, v in enumerate(row)}
    assert read[address] == value


@needs_libreoffice
def test_what_libreoffice_cannot_compute_keeps_its_result_and_is_listed(done):
    path, _, report = done
    rows = HeadlessHost(path).read_block("Review").rows
    assert report.kept == ("Review!B6", "Review!B8")
    assert (rows[5][1], rows[7][1]) == (41, 7)
    assert rows[6][1] == 42, "a formula that builds on our own function uses its last result"


@needs_libreoffice
def test_only_stored_results_change(done):
    path, before, report = done
    after = made.read_parts(path)
    assert list(after) == list(before)
    assert {n for n in before if before[n] != after[n]} == {"xl/worksheets/sheet1.xml"}
    result = re.compile(rb'( t="\w+")?>(<f[ >].*?</f>)?(<v>[^<]*</v>)?</c>')
    name = "xl/worksheets/sheet1.xml"
    assert result.sub(rb">\2", before[name]) == result.sub(rb">\2", after[name])
    assert report.ran
    assert re.fullmatch(r"\d+(\.\d+)+", report.version)
    assert report.patched == 14


@needs_libreoffice
def test_a_second_time_nothing_changes(done):
    path, _, _ = done
    before = path.read_bytes()
    report = recalculate(path)
    assert report.ran
    assert report.changed == 0
    assert path.read_bytes() == before


@needs_libreoffice
def test_the_request_to_calculate_is_taken_back_once_all_results_are_fresh(tmp_path):
    path = tmp_path / "sum.xlsx"
    workbook = xlsxwriter.Workbook(path)
    workbook.add_worksheet("Sum").write_formula("A1", "=1+1")
    workbook.close()
    assert b"fullCalcOnLoad" in made.read_parts(path)["xl/workbook.xml"]
    recalculate(path, "libreoffice")
    assert b"fullCalcOnLoad" not in made.read_parts(path)["xl/workbook.xml"]
    assert HeadlessHost(path).read_block("Sum").rows == [[2]]


def test_switched_off_or_not_needed(tmp_path):
    path = make(tmp_path / "review.xlsx")
    before = path.read_bytes()
    report = recalculate(path, "off")
    assert (report.ran, path.read_bytes()) == (False, before)
    assert "switched off" in report.reason
    with pytest.raises(FrameError):
        recalculate(path, "sometimes")


@needs_libreoffice
def test_a_workbook_without_formulas_needs_no_calculator(tmp_path):
    path = made.write(tmp_path / "plain.xlsx", made.parts())
    assert recalculate(path).reason == "the workbook has no formulas"


def test_without_libreoffice_it_says_so_or_fails_when_demanded(tmp_path, monkeypatch):
    path = make(tmp_path / "review.xlsx")
    monkeypatch.setattr(module, "find_libreoffice", lambda: None)
    report = recalculate(path, "auto")
    assert not report.ran
    assert report.reason == "LibreOffice is not installed; Excel calculates when it opens the file"
    with pytest.raises(HostError, match="LibreOffice is not installed"):
        recalculate(path, "libreoffice")


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("exit 1", "could not calculate"),
        ("sleep 30", "took longer than 1 s"),
        ("echo no space >&2", "no space"),
    ],
)
def test_a_calculator_that_fails_changes_nothing(tmp_path, monkeypatch, script, says):
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(module, "find_libreoffice", lambda: str(program))
    path = make(tmp_path / "review.xlsx")
    before = path.read_bytes()
    report = recalculate(path, "auto", timeout=1)
    assert not report.ran
    assert says in report.reason
    with pytest.raises(HostError, match=says):
        recalculate(path, "libreoffice", timeout=1)
    assert path.read_bytes() == before


def test_a_locked_workbook_is_refused_before_libreoffice_starts(tmp_path, monkeypatch):
    path = make(tmp_path / "review.xlsx")
    (tmp_path / "~$review.xlsx").write_bytes(b"\x04Anna")
    monkeypatch.setattr(module, "find_libreoffice", lambda: "unused")
    with pytest.raises(HostError, match=r"review\.xlsx is open in another program"):
        recalculate(path)
