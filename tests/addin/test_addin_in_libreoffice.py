"""Every function in a cell: LibreOffice opens a workbook with the generated VBA, computes through Python, and again when an input changes."""

from __future__ import annotations

import copy
import io
from datetime import date, datetime

import pytest
from formula_literals import taken_apart
from libreoffice_macros import BRIDGE, run_in_libreoffice, why_not
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from sop_xl.addin.sources import modules, own_sources
from sop_xl.addin.vba_project import vba_project
from sop_xl.addin.wrappers import MODULE, wrapper_module
from sop_xl.blocks import CellError
from sop_xl.functions import call, functions
from sop_xl.functions.registry import Argument, CellFunction, Kind

pytestmark = [
    pytest.mark.skipif(bool(why_not()), reason=why_not()),
]

ONE, OTHER = Argument("one", "Anything.", Kind.ANY), Argument("other", "Anything.", Kind.ANY, None)
TEST_FUNCTIONS = [
    CellFunction("SOP_TEST_SEEN", "demand", "What arrives.", (ONE, OTHER), "Text.", (), "", lambda *a: None),
    CellFunction("SOP_TEST_BROKEN", "demand", "No Python.", (), "Nothing.", (), "", lambda *a: None),
    CellFunction("SOP_TEST_ODD", "demand", "Everything that a cell can show.", (), "Two rows.", (), "", lambda *a: None),
]
CODES = {"#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036, "#N/A": 2042}
TELLING = ("SOP_STATUS", "SOP_LASTERROR")
"""Functions whose result depends on what was computed before."""
COMPARED = [name for name in functions() if name not in TELLING]
SEEN = {
    "values": "=SOP_TEST_SEEN(Seen!C1:E2)",
    "a column": "=SOP_TEST_SEEN(Seen!C1:C2)",
    "one cell": "=SOP_TEST_SEEN(Seen!C1)",
    "a blank": "=SOP_TEST_SEEN(Seen!D4)",
    "left out": "=SOP_TEST_SEEN(1)",
    "an array": "=SOP_TEST_SEEN({1,2;3,4})",
    "an expression": '=SOP_TEST_SEEN(1+1,"a"&"b")',
    "whole columns": "=SOP_TEST_SEEN(Seen!F:G)",
}
"""What is asked of `SOP_TEST_SEEN`, by what it is about."""


def cells_of(result: object) -> list[list[object]]:
    """A result as LibreOffice shows it, which has no error values of VBA: it shows their numbers."""
    rows = result if isinstance(result, list) else [[result]]
    return [[shown(cell) for cell in row] for row in rows]


def shown(cell: object) -> object:
    if isinstance(cell, CellError):
        return f"Error {CODES.get(str(cell), 2015)}"
    if isinstance(cell, date):
        return float((datetime(cell.year, cell.month, cell.day) - datetime(1899, 12, 30)).days)
    return "" if cell is None else cell


class Calls:
    """A sheet with a formula for each function, its arguments in cells of a second sheet, and one of them to be changed."""

    def __init__(self, book: Workbook) -> None:
        self.formulas, self.inputs = book.add_worksheet("Formulas"), book.add_worksheet("Inputs")
        self.examples = book.add_worksheet("Examples")
        self.places: dict[str, tuple[str, str]] = {}
        self.changes: dict[str, tuple[str, float]] = {}
        self.arguments: dict[str, list] = {}
        self.changed: dict[str, list] = {}
        row = 0
        for name in COMPARED:
            _, arguments = taken_apart(functions()[name].example)
            references = [self._lay_out(name, row, k, a) for k, a in enumerate(arguments)]
            self.arguments[name] = arguments
            result = cells_of(call(name, arguments))
            place = xl_range(row, 0, row + len(result) - 1, len(result[0]) - 1)
            self.formulas.write_array_formula(place, f"={name}({','.join(references)})")
            self.examples.write_array_formula(place, functions()[name].example)
            self.places[name] = (f"Formulas!{place}", f"Examples!{place}")
            row += max(20, len(result) + 2)

    def _lay_out(self, name: str, row: int, position: int, argument: object) -> str:
        """Write an argument to the input sheet; the first number of all is the one that will change."""
        if argument is None:
            return ""
        rows = argument if isinstance(argument, list) else [[argument]]
        for i, line in enumerate(rows):
            for j, value in enumerate(line):
                self.inputs.write(row + i, 50 * position + j, value)
                if isinstance(value, float) and name not in self.changes:
                    self.changes[name] = ("Inputs!" + xl_rowcol_to_cell(row + i, 50 * position + j), 3 * value + 100)
                    self.changed[name] = self._with_change(name, position, i, j, 3 * value + 100)
        return "Inputs!" + xl_range(row, 50 * position, row + len(rows) - 1, 50 * position + len(rows[0]) - 1)

    @staticmethod
    def _with_change(name: str, position: int, i: int, j: int, value: float) -> list:
        _, arguments = copy.deepcopy(taken_apart(functions()[name].example))
        if isinstance(arguments[position], list):
            arguments[position][i][j] = value
        else:
            arguments[position] = value
        return arguments


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The workbook's calls, and what LibreOffice made of it: modules, sentinels, cells before and after the changes."""
    folder = tmp_path_factory.mktemp("libreoffice")
    sources = {**own_sources(), MODULE: wrapper_module([*functions().values(), *TEST_FUNCTIONS]), "SopBridge": BRIDGE}
    sheets = ["Formulas", "Inputs", "Examples", "Seen"]
    book = Workbook(folder / "functions.xlsm")
    book.add_vba_project(io.BytesIO(vba_project("SopXl", modules(sources, [f"Sheet{s}" for s in sheets]))), is_stream=True)
    book.set_vba_name("ThisWorkbook")
    calls = Calls(book)
    seen = book.add_worksheet("Seen")
    for sheet in book.worksheets():
        sheet.set_vba_name(f"Sheet{sheet.name}")
    for row, formula in enumerate(SEEN.values()):
        seen.write_formula(row, 0, formula)
    seen.write_row("C1", [1, 2, "001"])
    seen.write_row("C2", [4, None, True])
    seen.write_column("F1", [7, 8, 9])
    seen.write_formula("A20", "=SOP_TEST_BROKEN()")
    seen.write_array_formula("A21:C22", "=SOP_TEST_ODD()")
    seen.write_formula("A23", "=SOP_STATUS()")
    seen.write_formula("A24", '=SOP_LASTERROR("SOP_EOQ")')
    book.close()
    places = [place for pair in calls.places.values() for place in pair]
    steps = [
        {"modules": 1},
        {"run": [f"SopXl.{name}.{name}_Sentinel" for name in sources] + ["SopXl.SopValues.SopValues_Reason"]},
        {"read": [*places, f"Seen!A1:A{len(SEEN)}", "Seen!A20", "Seen!A21:C22", "Seen!A23", "Seen!A24"]},
        {"set": dict(calls.changes.values())},
        {"read": places},
    ]
    found, sentinels, before, _, after = run_in_libreoffice(folder / "functions.xlsm", steps, folder)
    return calls, sources, found, sentinels, before, after


def test_every_module_is_there_and_alive(world):
    _, sources, found, sentinels, _, _ = world
    assert set(sources) <= set(found["SopXl"])
    assert {name: sentinels[f"SopXl.{name}.{name}_Sentinel"] for name in sources} == {name: name for name in sources}


@pytest.mark.parametrize("name", COMPARED)
def test_a_cell_shows_what_the_function_computes(world, name):
    calls, _, _, _, before, _ = world
    of_cells, of_literals = calls.places[name]
    expected = cells_of(call(name, calls.arguments[name]))
    for place in (of_cells, of_literals):
        assert same(before[place], expected), (before[place], expected)


@pytest.mark.parametrize("name", COMPARED)
def test_a_cell_computes_anew_when_an_input_changes(world, name):
    calls, _, _, _, before, after = world
    of_cells, of_literals = calls.places[name]
    expected = cells_of(call(name, calls.changed[name]))
    assert same(after[of_cells], expected), (after[of_cells], expected)
    assert after[of_literals] == before[of_literals]


def test_the_changes_are_such_that_results_change(world):
    calls = world[0]
    unmoved = {name for name in COMPARED if call(name, calls.changed[name]) == call(name, calls.arguments[name])}
    assert unmoved <= {"SOP_MODEL", "SOP_SAFETY_STOCK"}, "these do not depend on the first number of their example"


def same(got: list[list], expected: list[list]) -> bool:
    return [[pytest.approx(v, rel=1e-9, abs=1e-9) if isinstance(v, float) else v for v in row] for row in expected] == got


def seen(world, about: str) -> str:
    before = world[4]
    return before[f"Seen!A1:A{len(SEEN)}"][list(SEEN).index(about)][0]


def test_what_arrives_is_what_stands_in_the_cells(world):
    assert seen(world, "values") == "[[1.0, 2.0, '001'], [4.0, None, True]] | None"
    assert seen(world, "a column") == "[[1.0], [4.0]] | None"
    assert seen(world, "one cell") == "1.0 | None"
    assert seen(world, "a blank") == "None | None"
    assert seen(world, "left out") == "1.0 | None"
    assert seen(world, "an array") == "[[1.0, 2.0], [3.0, 4.0]] | None"
    assert seen(world, "an expression") == "2.0 | 'ab'"


def test_whole_columns_end_where_the_sheet_is_no_longer_used(world):
    assert seen(world, "whole columns").startswith("[[7.0, None], [8.0, None], [9.0, None], [None, None]")
    assert len(seen(world, "whole columns")) < 1000


def test_everything_that_a_result_can_hold_is_shown(world):
    assert world[4]["Seen!A21:C22"] == [[1.5, "", "text"], ["Error 2042", 1.0, 2.0]]


def test_without_python_a_cell_is_not_available_and_the_reason_is_kept_without_a_traceback(world):
    assert world[4]["Seen!A20"] == [["Error 2042"]]
    reason = world[3]["SopXl.SopValues.SopValues_Reason"]
    assert reason.startswith("SOP_TEST_BROKEN: ")
    assert len(reason) <= 220


def test_functions_that_tell_how_things_are_do(world):
    assert world[4]["Seen!A23"][0][0].startswith("sop_xl ")
    assert isinstance(world[4]["Seen!A24"][0][0], str)
