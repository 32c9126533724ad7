"""The VBA between cells and Python, run by an interpreter: a server that is lost, one that does not start, results as cells show them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from importlib import resources
from types import SimpleNamespace

import pytest
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter import VBAArray, VBADate, VBAErrorValue, VBAObject, VBARuntimeError, method

from sop_xl.addin.wrappers import wrapper_module
from sop_xl.blocks import parse_a1
from sop_xl.functions import functions
from sop_xl.hosts.cell_formulas.grid import Grid
from sop_xl.udfs import ERROR_MARK

LIBRARY = """
Option Explicit
Public starts As Long
Public working As Boolean
Private server As Object
Public Sub Library_Give(ByVal given As Object)
    Set server = given
    working = True
End Sub
Public Function Library_Starts() As Long
    Library_Starts = starts
End Function
Public Sub Library_Break()
    working = False
End Sub
Public Sub Library_Mend()
    working = True
End Sub
Public Function XLPy() As Object
    starts = starts + 1
    If Not working Then
        Err.Raise 1000, "xlwings", "no DLL beside" & vbCrLf & "C:/Python"
    End If
    Set XLPy = server
End Function
Public Function Outside_Error(ByVal text As String) As String
    Dim shown As Variant
    shown = SopValues_Result(text)
    If IsError(shown) Then
        Outside_Error = CStr(CLng(shown))
    Else
        Outside_Error = "no error"
    End If
End Function
Public Function Outside_Given(ByVal address As String) As Variant
    Dim cells As Variant
    Set cells = ActiveSheet.Range(address)
    Outside_Given = SopValues_Given(cells)
End Function
Public Function Outside_Row() As Variant
    Outside_Row = SopValues_Result(Array(1, "sop_xl:error:#N/A", Empty, "text", True))
End Function
Public Function Outside_Rows() As Variant
    Dim rows(0 To 1, 0 To 1) As Variant
    rows(0, 0) = 1.5
    rows(0, 1) = "sop_xl:error:#NUM!"
    rows(1, 0) = Null
    rows(1, 1) = "sop_xl"
    Outside_Rows = SopValues_Result(rows)
End Function
"""


class Server(VBAObject):
    """What the xlwings library hands out; it can be lost."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, int]] = []
        self.lost = 0
        self.answer: object = 2.0

    @method
    def CallUDF(self, module: object, name: object, given: object) -> object:
        if self.lost:
            self.lost -= 1
            raise VBARuntimeError(462, "The remote server machine does not exist or is unavailable")
        assert isinstance(given, VBAArray)
        self.asked.append((str(module), str(name), given.size))
        return self.answer


class Excel:
    def __init__(self) -> None:
        self.excel = ExcelApplication()
        self.excel.add_workbook()
        for name in ("SopBridge", "SopValues"):
            self.excel.add_module(resources.files("sop_xl.addin").joinpath("vba", f"{name}.bas").read_text(encoding="ascii"), name=name)
        shown = [line for line in wrapper_module(functions().values()).splitlines() if not line.startswith("Attribute")]
        self.excel.add_module("\n".join(shown), name="SopFunctions")  # the interpreter has no attributes within functions
        self.excel.add_module(LIBRARY, name="Library")
        self.server = Server()
        self.excel.run("Library_Give", self.server)

    def eoq(self) -> object:
        return self.excel.run("SOP_EOQ", 1200, 50, 2.4)

    @property
    def starts(self) -> int:
        return int(self.excel.run("Library_Starts"))

    @property
    def reason(self) -> str:
        return str(self.excel.run("SopValues_Reason"))


@pytest.fixture
def excel() -> Excel:
    return Excel()


def test_a_function_asks_the_server_by_its_name_and_starts_it_once(excel):
    assert [excel.eoq(), excel.eoq()] == [2.0, 2.0]
    assert excel.server.asked == [("sop_xl.udfs", "SOP_EOQ", len(functions()["SOP_EOQ"].arguments))] * 2
    assert excel.starts == 1


def test_a_server_that_went_away_is_looked_for_once_more(excel):
    excel.eoq()
    excel.server.lost = 1
    assert excel.eoq() == 2.0
    assert excel.starts == 2


def test_a_server_that_stays_away_leaves_not_available_and_a_reason(excel):
    excel.eoq()
    excel.server.lost = 2
    assert excel.eoq() == VBAErrorValue(2042)
    assert excel.reason == "SOP_EOQ: The remote server machine does not exist or is unavailable"


def test_a_thousand_cells_do_not_all_wait_for_a_python_that_is_not_there(excel):
    excel.excel.freeze_clock(datetime(2026, 1, 1, 8))
    excel.excel.run("Library_Break")
    assert {excel.eoq() for _ in range(20)} == {VBAErrorValue(2042)}
    assert excel.starts == 1
    assert excel.reason == "SOP_EOQ: Python does not answer: no DLL beside C:/Python (run sop-xl doctor)"
    excel.excel.run("Library_Mend")
    assert excel.eoq() == VBAErrorValue(2042), "it waits half a minute before the next try"
    excel.excel.freeze_clock(datetime(2026, 1, 1, 8, 0, 31))
    assert excel.eoq() == 2.0


def test_each_start_that_fails_doubles_the_pause_up_to_a_quarter_of_an_hour(excel):
    now = datetime(2026, 1, 1, 8)
    excel.excel.run("Library_Break")
    for tries, pause in enumerate([30, 60, 120, 240, 480, 960, 960], start=1):
        excel.excel.freeze_clock(now)
        excel.eoq()
        assert excel.starts == tries
        excel.excel.freeze_clock(now + timedelta(seconds=pause - 1))
        excel.eoq()
        assert excel.starts == tries, "it is not tried before the pause is over"
        now += timedelta(seconds=pause + 1)
    excel.excel.run("Library_Mend")
    excel.excel.freeze_clock(now)
    assert excel.eoq() == 2.0


def test_who_has_mended_python_need_not_wait(excel):
    excel.excel.freeze_clock(datetime(2026, 1, 1, 8))
    excel.excel.run("Library_Break")
    excel.eoq()
    excel.excel.run("Library_Mend")
    excel.excel.run("SopBridge_Forget")
    assert excel.eoq() == 2.0


@pytest.mark.parametrize(
    ("name", "number"),
    [("#NULL!", 2000), ("#DIV/0!", 2007), ("#VALUE!", 2015), ("#REF!", 2023), ("#NAME?", 2029), ("#NUM!", 2036), ("#N/A", 2042), ("#SPILL!", 2015)],
)
def test_a_marked_text_becomes_the_error_value_of_excel(excel, name, number):
    excel.server.answer = ERROR_MARK + name
    assert excel.eoq() == VBAErrorValue(number)


def test_an_ordinary_text_stays_a_text(excel):
    excel.server.answer = "sop_xl"
    assert excel.eoq() == "sop_xl"


def test_in_a_row_only_errors_and_blanks_change(excel):
    row = excel.excel.run("Outside_Row")
    assert row == [1, VBAErrorValue(2042), "", "text", True]


def test_in_a_rectangle_too(excel):
    rows = excel.excel.run("Outside_Rows")
    assert rows == [[1.5, VBAErrorValue(2036)], ["", "sop_xl"]]


@pytest.fixture
def sheet(excel):
    """A function that gives a range of a filled sheet as SOP functions hand it over."""
    cells = {"A1": 1.5, "A2": "x01", "B1": True, "C1": datetime(2026, 3, 1), "D1": "=NA()", "E3": 9.0}
    for address, value in cells.items():
        excel.excel.evaluate("ActiveSheet").vba_get("Range", [address], {}).vba_set("Value", VBADate.from_datetime(value) if isinstance(value, datetime) else value)
    return lambda address: excel.excel.run("Outside_Given", address)


def test_a_range_is_handed_over_as_its_values(sheet):
    assert sheet("A1") == 1.5
    assert sheet("A1:B2") == [[1.5, True], ["x01", None]]


def test_dates_in_cells_stay_dates(sheet):
    assert sheet("C1") == datetime(2026, 3, 1)


def test_errors_in_cells_stay_errors(sheet):
    assert sheet("D1:D2")[0][0] == VBAErrorValue(2042)


def test_several_blocks_of_cells_are_refused_rather_than_read_in_part(sheet):
    assert sheet("A1:A2,E1:E3") == VBAErrorValue(2015)


def test_whole_columns_end_with_the_last_row_in_use(sheet):
    assert sheet("A:A") == [[1.5], ["x01"], [None]]


LAST_ROW_AND_COLUMN = [
    ("A2:A1048576", [["x01"], [None]]),
    ("A3:E1048576", [[None, None, None, None, 9.0]]),
    ("2:2", [["x01", None, None, None, None]]),
    ("D3:XFD3", [[None, 9.0]]),
    ("C2:XFD1048576", [[None, None, None], [None, None, 9.0]]),
    ("G7:G1048576", None),
    ("A1048576", None),
]


@pytest.mark.parametrize(("address", "values"), LAST_ROW_AND_COLUMN)
def test_so_do_columns_from_a_cell_on_and_rows_with_the_last_column(sheet, address, values):
    assert sheet(address) == values


@pytest.mark.parametrize(("address", "values"), LAST_ROW_AND_COLUMN)
def test_and_without_excel_a_formula_gets_blocks_of_the_same_size(address, values):
    grid = Grid(SimpleNamespace(sheets=list))
    grid._rows["Data"] = [[1.5, True, None, None, None], ["x01"], [None] * 4 + [9.0]]
    ends = [re.fullmatch("([A-Z]*)([0-9]*)", end) for end in address.split(":")]
    (top, left), (bottom, right) = [parse_a1((end[1] or blank) + end[2]) for end, blank in zip([ends[0], ends[-1]], ("A", "XFD"), strict=True)]
    assert grid.block("Data", (top, left, bottom, right)) == (values or [[None]])


def test_money_comes_as_it_stands_in_the_cells_not_rounded_to_four_places(excel):
    for address, value in (("A1", 0.12345), ("A2", "x"), ("B2", 7.654321)):
        cell = excel.excel.evaluate("ActiveSheet").vba_get("Range", [address], {})
        cell.vba_set("Value", value)
        cell.vba_set("NumberFormat", "$#,##0.00")
    given = excel.excel.run("Outside_Given", "A1:B2")
    assert given == [[0.12345, None], ["x", 7.654321]]
    assert excel.excel.run("Outside_Given", "A1") == 0.12345
