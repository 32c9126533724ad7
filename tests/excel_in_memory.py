"""Excel for the macros of the ribbon, without Excel: pyOpenVBA's interpreter, with the members of Application that it lacks and that record their use."""

# ruff: noqa: N803 - names of arguments are Excel's

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from pyopenvba.apps.excel import Application, ExcelApplication
from pyopenvba.interpreter._objects import VBAObject, member, method, setter
from pyopenvba.interpreter._values import MISSING, error, to_text

from sop_xl import __version__
from sop_xl.addin.version_module import version_module
from sop_xl.commands.lines import read_lines

MODULES = ("SopRibbon", "SopCommands", "SopRun", "SopMac", "SopHelp")

BRIDGE = """
Option Explicit
Public Function SopBridge_Run(ByVal command As String, ByVal payload As String) As String
    SopBridge_Run = Application.AskPython(command, payload)
End Function
Public Sub SopBridge_Forget()
    Application.ForgetPython
End Sub
"""


def vba_source(module: str) -> str:
    return resources.files("sop_xl.addin").joinpath("vba", f"{module}.bas").read_text(encoding="ascii")


class _Items(VBAObject):
    def __init__(self, items: list[str]) -> None:
        self.items = items

    @method(default=True)
    def Item(self, index: object) -> object:
        return self.items[int(index) - 1]


class _Chooser(VBAObject):
    """A folder dialog that a planner answers, or calls off where `answer` is empty."""

    def __init__(self, answer: str) -> None:
        self.answer, self.title = answer, ""

    @member
    def Title(self) -> object:
        return self.title

    @setter("Title")
    def _set_title(self, value: object) -> None:
        self.title = to_text(value)

    @method
    def Show(self) -> object:
        return -1 if self.answer else 0

    @member
    def SelectedItems(self) -> object:
        return _Items([self.answer])


class RecordingApplication(Application):
    """What Excel's Application has and the interpreter's lacks; nothing happens by itself, tests say when."""

    def prepare(self) -> None:
        self.scheduled: list[str] = []
        self.forgotten = 0
        self.keys: dict[str, str] = {}
        self.pointer: list[int] = [-4143]
        self.shown_messages: list[str] = []
        self.window_visible = True
        self.system = "Windows (64-bit) NT 10.00"
        self.python_code: list[str] = []
        self.picked_file: object = False
        self.picked_folder = ""
        self.ask_python: Callable[[str, str], str] = lambda command, payload: ""

    @method
    def AskPython(self, command: object, payload: object) -> object:
        return self.ask_python(to_text(command), to_text(payload))

    @method
    def ForgetPython(self) -> object:
        self.forgotten += 1
        return None

    @member
    def OperatingSystem(self) -> object:
        return self.system

    @method
    def Run(self, Macro: object, *args: object) -> object:
        if to_text(Macro).endswith("!RunPython"):
            self.python_code.append(to_text(args[0]))
            return None
        return self.interpreter.run(to_text(Macro).rpartition("!")[2], list(args))

    @method
    def OnTime(self, EarliestTime: object, Procedure: object, LatestTime: object = MISSING, Schedule: object = MISSING) -> object:
        procedure = to_text(Procedure).rpartition("!")[2]
        if Schedule is MISSING:
            self.scheduled.append(procedure)
        elif procedure not in self.scheduled:
            raise error(1004, "Method 'OnTime' of object '_Application' failed")
        else:
            self.scheduled.remove(procedure)
        return None

    @method
    def OnKey(self, Key: object, Procedure: object = MISSING) -> object:
        if Procedure is MISSING:
            self.keys.pop(to_text(Key), None)
        else:
            self.keys[to_text(Key)] = to_text(Procedure).rpartition("!")[2]
        return None

    @member
    def Cursor(self) -> object:
        return self.pointer[-1]

    @setter("Cursor")
    def _set_cursor(self, value: object) -> None:
        self.pointer.append(int(value))

    @member
    def Visible(self) -> object:
        return self.window_visible

    @method
    def GetOpenFilename(self, FileFilter: object = MISSING, FilterIndex: object = MISSING, Title: object = MISSING) -> object:
        return self.picked_file

    @method
    def FileDialog(self, fileDialogType: object) -> object:
        return _Chooser(self.picked_folder)


class _Control(VBAObject):
    def __init__(self, name: str) -> None:
        self.name = name

    @member
    def ID(self) -> object:
        return self.name


class _Ribbon(VBAObject):
    refreshed = 0

    @method
    def Invalidate(self) -> object:
        self.refreshed += 1
        return None


CALLBACK_TESTER = """
Option Explicit
Public Function Tester_Enabled(ByVal control As Object) As Variant
    Dim found As Variant
    SopRibbon_Enabled control, found
    Tester_Enabled = found
End Function
Public Function Tester_Label(ByVal control As Object) As Variant
    Dim found As Variant
    SopRibbon_Label control, found
    Tester_Label = found
End Function
"""


class ExcelInMemory:
    """Excel with a workbook in front, the macros loaded, and `python` in the place of Python.

    Parameters
    ----------
    python
        Answers a command and its lines; what was asked is in `asked`. A `ConnectionError` is a bridge that fails.
    book
        A workbook to open; an empty one where absent.
    """

    def __init__(self, python: Callable[[str, str], str], book: Path | None = None) -> None:
        self.excel = ExcelApplication.open(book, with_vba=False) if book else ExcelApplication()
        self.application = self.excel.application
        self.application.__class__ = RecordingApplication
        self.application.prepare()
        if book is None:
            self.excel.add_workbook()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.application.ask_python = self._ask
        self.python = python
        for name in MODULES:
            self.excel.add_module(vba_source(name), name=name)
        self.excel.add_module(version_module(__version__), name="SopVersion")
        self.excel.add_module(BRIDGE, name="SopBridge")
        self.excel.add_module(CALLBACK_TESTER, name="Tester")
        self.ribbon = _Ribbon()
        self.excel.run("SopRibbon_Load", self.ribbon)

    def _ask(self, command: str, payload: str) -> str:
        lines = read_lines(payload)
        self.addin = lines.pop("addin")
        self.asked.append((command, lines))
        try:
            return self.python(command, payload)
        except ConnectionError as lost:
            raise error(1004, str(lost)) from None

    def press(self, macro: str) -> None:
        """Press a button of the tab."""
        self.excel.run("SopRibbon_Press", _Control(macro))

    def label(self, control: str) -> object:
        return self.excel.run("Tester_Label", _Control(control))

    def enabled(self, control: str) -> object:
        return self.excel.run("Tester_Enabled", _Control(control))

    def second(self) -> None:
        """A second goes by: what was put off until then runs."""
        due, self.application.scheduled = self.application.scheduled, []
        for procedure in due:
            if procedure != "sop_clear_message":
                self.excel.run(procedure)

    def hit_escape(self) -> None:
        if procedure := self.application.keys.get("{ESC}"):
            self.excel.run(procedure)

    @property
    def status(self) -> str:
        return str(self.application.status_bar)
