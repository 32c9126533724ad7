"""The library of xlwings in the add-in: nothing that a workbook brings along decides which program is started as Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyopenvba.apps.excel import ExcelApplication

from sop_xl.addin import sources
from sop_xl.addin.sources import library_sources
from sop_xl.errors import HostError

FOREIGN_SHEET = """
Option Explicit
Sub Bring()
    Worksheets.Add.Name = "sop_xl.conf"
    Range("A1").Value = "INTERPRETER_WIN"
    Range("B1").Value = "//evil/share/pythonw.exe"
End Sub
Private Function ExpandEnvironmentStrings(ByVal s As String)
    ExpandEnvironmentStrings = s
End Function
Private Function FileExists(ByVal s As String) As Boolean
    FileExists = s = "beside.conf"
End Function
Private Function GetFullName(ByVal wb As Object) As String
    GetFullName = wb.Name
End Function
Private Function GetDirectoryConfigFilePath() As String
    GetDirectoryConfigFilePath = "beside.conf"
End Function
Private Function GetConfigFilePath() As String
    GetConfigFilePath = "profile.conf"
End Function
Private Function GetConfigFromFile(sFile As String, sName As String, Optional sValue As String) As Boolean
    sValue = "program named by a file beside the workbook"
    GetConfigFromFile = True
End Function
"""


def procedures() -> dict[str, str]:
    """Functions and subs of the library by name."""
    text = re.sub(r"'.*", "", library_sources()["xlwings"])
    found = re.finditer(r"^(?:Public |Private )?(Function|Sub) (\w+).*?^End \1", text, re.S | re.M)
    return {match[2]: match[0] for match in found}


def reached_from(start: str) -> set[str]:
    known, seen, left = procedures(), set(), [start]
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        left += [other for other in known if re.search(rf"\b{other}\b", known[name])]
    return seen


def test_starting_python_looks_at_no_workbook_in_front_and_so_needs_none():
    reached = reached_from("XLPy")
    assert {"XLPyCommand", "XLPyLoadDLL", "GetConfig", "GetConfigFromSheet"} <= reached
    for name in reached:
        assert "ActiveWorkbook" not in procedures()[name], name
        assert not re.search(r"(?<![.\w])Range\(sht", procedures()[name]), "Range alone is that of the sheet in front"


def test_on_a_mac_the_workbook_in_front_gives_neither_path_nor_code():
    assert "ActiveWorkbook.FullName" not in procedures()["RunPython"]
    assert "Set wb = ActiveWorkbook" not in procedures()["RunPython"]


def test_settings_in_the_workbook_in_front_or_in_a_file_beside_it_do_not_count():
    library = library_sources()["xlwings"]
    parts = [re.search(rf"^Function {name}\(.*?^End Function", library, re.S | re.M)[0] for name in ("GetConfig", "GetConfigFromSheet", "SheetExists")]
    excel = ExcelApplication()
    excel.add_workbook()
    text = "\n".join(line for line in "\n".join(parts).splitlines() if not line.strip().startswith("#"))
    text = text.replace("ThisWorkbook", "Nothing")  # the add-in's own sheet is not at issue
    excel.add_module(FOREIGN_SHEET + 'Private Const PROJECT_NAME As String = "sop_xl"\n' + text, name="Library")
    excel.run("Bring")
    assert excel.run("GetConfig", "INTERPRETER_WIN", "pythonw") == "pythonw"


@pytest.mark.parametrize("changed", ["'Workbook Sheet Config", "' User Config", "ThisWorkbook.FullName"])
def test_a_library_that_reads_its_settings_otherwise_is_refused(monkeypatch, changed):
    read = Path.read_text
    monkeypatch.setattr(Path, "read_text", lambda self, **kind: read(self, **kind).replace(changed, "'Something else"))
    with pytest.raises(HostError, match="the installed xlwings"):
        sources.library_sources()
