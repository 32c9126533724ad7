"""Rules of our own VBA: what only a compiler would notice, and no compiler is at hand."""

from __future__ import annotations

import pytest

from sop_xl.addin.check_vba import check_sources, like_a_cell
from sop_xl.addin.sources import library_sources, own_sources

HEAD = """Attribute VB_Name = "Sample"
Option Explicit
Private total As Double
Public Function Sample_Sentinel() As String
    Sample_Sentinel = "Sample"
End Function
"""


def problems(body: str, head: str = HEAD) -> list[str]:
    return [p.partition(": ")[2] for p in check_sources({"Sample": head + body})]


def test_our_own_modules_break_no_rule():
    assert check_sources(own_sources(), set(library_sources())) == []


def test_a_module_that_keeps_to_the_rules():
    assert problems("""Public Sub Sample_Add(ByVal amount As Double, Optional ByRef note As Variant)
    Dim text As String, parts() As String
    Const STEP_SIZE As Long = 2 ' amounts come in pairs, undeclared words in remarks do not matter
    On Error GoTo failed
    For Each part In Split(text, ";")
    Next part
    total = total + amount * STEP_SIZE
    ThisWorkbook.Worksheets("undeclared words in texts").Cells(1, 1).Value = total
    Application.OnTime EarliestTime:=Now, Procedure:="x"
    Exit Sub
failed:
    text = Err.Description
End Sub
""".replace("parts() As String", "parts() As String, part As Variant")) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("Sub Go_On()\n    tota1 = 5\nEnd Sub\n", "tota1 is not declared"),
        ("Sub Go_On()\n    total = amount\nEnd Sub\nSub Other(ByVal amount As Double)\nEnd Sub\n", "amount is not declared"),
        ("Sub Go_On()\n    Dim a As Long\n    a = 1 + _\n        b\nEnd Sub\n", "b is not declared"),
        ("Sub Go_On()\n    MissingSub 5\nEnd Sub\n", "MissingSub is not declared"),
        ("Sub Go_On()\n    total = 1 ' \N{EURO SIGN}\nEnd Sub\n", "a character that is not ASCII"),
        (f"Sub Go_On()\n    total = 1 {'+ 1 ' * 300}\nEnd Sub\n", "1214 characters; VBA takes 1023"),
        ("#If Mac Then\n#End If\n", "conditional compilation is ignored by LibreOffice, which would run both branches"),
        ('Private Declare Sub Sleep Lib "kernel32" ()\n', "libraries outside are not called from our own modules"),
        ("Sub Go_On()\n    total = Application.Caller.Row\nEnd Sub\n", "Application.Caller is empty outside Excel"),
        ('Sub Go_On()\n    total = CreateObject("x").y\nEnd Sub\n', "our own modules leave the system alone"),
        ("Public Function SOP1() As Double\nEnd Function\n", "SOP1 is a cell's address"),
        (
            "Public Function Wide(" + ", ".join(f"ByVal {c * 40} As Variant" for c in "abcdefg") + ")\nEnd Function\n",
            "the function wizard breaks on the arguments of Wide",
        ),
    ],
)
def test_a_broken_rule_is_named(body, problem):
    assert problem in problems(body)


def test_a_module_without_option_explicit_or_sentinel_is_refused():
    assert problems("", head="Private total As Double\n") == ["no Option Explicit", "no Sample_Sentinel, by which a test sees that the module is alive"]


def test_a_private_name_of_another_module_is_not_known():
    other = HEAD.replace("Sample", "Other") + "Private Sub Hidden()\nEnd Sub\nPublic Sub Shown()\nEnd Sub\n"
    found = check_sources({"Sample": HEAD + "Sub Go_On()\n    Shown\n    Hidden\nEnd Sub\n", "Other": other})
    assert found == ["Sample:9: Hidden is not declared"]


@pytest.mark.parametrize(("name", "cell"), [("SOP1", True), ("XFD1048576", True), ("XFE1", False), ("SOP_1", False), ("SOPX1", False), ("R1C1", True), ("RC", True), ("SOP_EOQ", False)])
def test_names_that_excel_takes_for_cells(name, cell):
    assert like_a_cell(name) is cell
