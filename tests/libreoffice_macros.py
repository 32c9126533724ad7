"""LibreOffice as a host of our VBA: macros run, and the bridge module is one that calls Python inside LibreOffice.

One start of the program does a whole script: open a workbook, read cells, set cells, read again, run functions of modules.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import sop_xl
from sop_xl.hosts.libreoffice import find_libreoffice

BRIDGE = """\
Attribute VB_Name = "SopBridge"
Option Explicit

Private sopScript As Object

Public Function SopBridge_Sentinel() As String
    SopBridge_Sentinel = "SopBridge"
End Function

Public Function SopBridge_Call(ByVal name As String, ByVal given As Variant) As Variant
    Dim factory As Object
    Dim provider As Object
    If sopScript Is Nothing Then
        Set factory = CreateUnoService("com.sun.star.script.provider.MasterScriptProviderFactory")
        Set provider = factory.createScriptProvider("")
        Set sopScript = provider.getScript("vnd.sun.star.script:sop_bridge.py$call?language=Python&location=user")
    End If
    SopBridge_Call = SopBridge_Rectangle(sopScript.invoke(Array(name, given), Array(), Array()))
End Function

' Rows within rows, as Python's come here, as the rectangle that the xlwings server makes of them.
Private Function SopBridge_Rectangle(ByVal rows As Variant) As Variant
    Dim cells() As Variant
    Dim i As Long
    Dim j As Long
    SopBridge_Rectangle = rows
    If Not IsArray(rows) Then
        Exit Function
    End If
    If Not IsArray(rows(0)) Then
        Exit Function
    End If
    ReDim cells(0 To UBound(rows), 0 To UBound(rows(0)))
    For i = 0 To UBound(rows)
        For j = 0 To UBound(rows(0))
            cells(i, j) = rows(i)(j)
        Next j
    Next i
    SopBridge_Rectangle = cells
End Function

Public Sub SopBridge_Forget()
End Sub

Public Function SopBridge_Run(ByVal command As String, ByVal payload As String) As String
    SopBridge_Run = "state=done"
End Function
"""

_PYTHON_BRIDGE = """\
import builtins
import sys

import uno

# its own way of importing raises another error for what is missing than libraries expect that try an import
builtins.__import__ = uno._builtin_import
sys.path[:0] = {paths!r}

from sop_xl import udfs


def call(name, arguments):
    if name == "SOP_TEST_SEEN":
        return " | ".join(repr(udfs._from_cells(argument)) for argument in arguments)
    if name == "SOP_TEST_BROKEN":
        raise RuntimeError("nobody there")
    if name == "SOP_TEST_ODD":
        return ((1.5, "", "text"), (udfs.ERROR_MARK + "#N/A", True, 2.0))
    result = getattr(udfs, name)(*arguments)
    if not isinstance(result, list):
        return result
    rows = tuple(tuple(row) for row in result)
    return rows[0] if len(rows) == 1 else rows  # as the xlwings server does
"""

_DRIVER = """\
import json
import os
import traceback


def _properties(**values):
    from com.sun.star.beans import PropertyValue

    made = []
    for name, value in values.items():
        item = PropertyValue()
        item.Name, item.Value = name, value
        made.append(item)
    return tuple(made)


def _cell(document, place):
    sheet, address = place.split("!")
    return document.Sheets.getByName(sheet).getCellRangeByName(address)


def _value(cell):
    kind = cell.FormulaResultType2 if cell.Type.value == "FORMULA" else {{"VALUE": 1, "TEXT": 4, "EMPTY": 0}}[cell.Type.value]
    if cell.Error:
        return "Err:%d" % cell.Error
    return cell.Value if kind == 1 else cell.String


def _step(document, step):
    if "set" in step:
        for place, value in step["set"].items():
            cell = _cell(document, place)
            if isinstance(value, str):
                cell.String = value
            elif value is None:
                cell.String = ""
            else:
                cell.Value = value
        return None
    if "read" in step:
        found = {{}}
        for place in step["read"]:
            block = _cell(document, place)
            rows, columns = block.Rows.Count, block.Columns.Count
            found[place] = [[_value(block.getCellByPosition(j, i)) for j in range(columns)] for i in range(rows)]
        return found
    if "run" in step:
        provider = document.getScriptProvider()
        answers = {{}}
        for name in step["run"]:
            script = provider.getScript("vnd.sun.star.script:" + name + "?language=Basic&location=document")
            answers[name] = script.invoke((), (), ())[0]
        return answers
    if "modules" in step:
        libraries = document.BasicLibraries
        return {{name: list(libraries.getByName(name).ElementNames) for name in libraries.ElementNames}}
    return None


def run(*_):
    request = json.load(open(os.environ["SOP_XL_TEST_REQUEST"], encoding="utf-8"))
    answer = {{}}
    desktop = XSCRIPTCONTEXT.getDesktop()
    try:
        options = _properties(Hidden=True, MacroExecutionMode=4, FilterName="Calc MS Excel 2007 VBA XML")
        document = desktop.loadComponentFromURL(request["workbook"], "_blank", 0, options)
        answer["steps"] = [_step(document, step) for step in request["steps"]]
        document.close(True)
    except Exception:
        answer["failed"] = traceback.format_exc()
    with open(request["answer"], "w", encoding="utf-8") as file:
        json.dump(answer, file)
    desktop.terminate()
"""

_SETTINGS = (
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "0"),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "false"),
    ("/org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode", "0"),
    ("/org.openoffice.Setup/L10N", "ooSetupSystemLocale", "en-US"),
    ("/org.openoffice.Setup/Office", "ooSetupInstCompleted", "true"),
)
TEST_FUNCTIONS = ("SOP_TEST_SEEN", "SOP_TEST_BROKEN", "SOP_TEST_ODD")
"""Functions of the bridge itself: what arrived, a Python that is not there, and a result of everything that a cell can show."""


def why_not() -> str:
    """What is missing for running macros in LibreOffice with this Python's packages; `""` where nothing is."""
    program = find_libreoffice()
    if program is None:
        return "LibreOffice is not installed; no cell computes"
    if not (Path(program).resolve().parent / "pythonscript.py").exists():
        return "LibreOffice cannot run scripts in Python (package libreoffice-script-provider-python)"
    python = shutil.which("python3", path=os.defpath)
    asked = [python or sys.executable, "-c", "import sys; print(*sys.version_info[:2])"]
    if subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split() != [str(n) for n in sys.version_info[:2]]:
        return "LibreOffice's Python is another version than this one; it cannot load this one's packages"
    return ""


def run_in_libreoffice(workbook: Path, steps: list[dict], folder: Path, timeout: float = 240.0) -> list:
    """Open a workbook with its macros and do the steps; what each gave.

    Parameters
    ----------
    workbook
        With macros.
    steps
        `{"read": ["Sheet!A1:B2"]}`, `{"set": {"Sheet!A1": 5}}`, `{"run": ["Project.Module.Function"]}` or `{"modules": 1}`.
    folder
        For profile and messages; not used by anybody else.
    """
    program = find_libreoffice()
    assert program is not None
    profile, answer = folder / "profile", folder / "answer.json"
    scripts = profile / "user" / "Scripts" / "python"
    scripts.mkdir(parents=True)
    items = "".join(f'<item oor:path="{p}"><prop oor:name="{n}" oor:op="fuse"><value>{v}</value></prop></item>' for p, n, v in _SETTINGS)
    (profile / "user" / "registrymodifications.xcu").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>\n', encoding="utf-8"
    )
    paths = [str(Path(sop_xl.__file__).parents[1]), *(p for p in sys.path if p.endswith("-packages"))]
    (scripts / "sop_bridge.py").write_text(_PYTHON_BRIDGE.format(paths=paths), encoding="utf-8")
    (scripts / "sop_driver.py").write_text(_DRIVER.format(), encoding="utf-8")
    request = folder / "request.json"
    request.write_text(json.dumps({"workbook": workbook.as_uri(), "answer": str(answer), "steps": steps}), encoding="utf-8")
    command = [
        program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault",
        "vnd.sun.star.script:sop_driver.py$run?language=Python&location=user",
    ]  # fmt: skip
    # the Python inside LibreOffice finds its own library through the path: it must not meet another Python there
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    environment |= {"SOP_XL_TEST_REQUEST": str(request), "PATH": os.defpath}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
    try:
        _, said = process.communicate(timeout=timeout)
    except BaseException:
        os.killpg(process.pid, 9)
        process.wait()
        raise
    assert answer.exists(), f"LibreOffice did not run the script: {said.decode(errors='replace')[-500:]}"
    done = json.loads(answer.read_text(encoding="utf-8"))
    assert "failed" not in done, done["failed"]
    return done["steps"]
