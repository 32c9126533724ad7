"""Formulas that call our functions, in a file without Excel: every way to cite cells, and what becomes of results that cannot be had."""

from __future__ import annotations

import re
from dataclasses import replace

import formula_books as books
import made_packages as made
import pytest
import xlsxwriter
from formula_functions import Functions

from sop_xl.blocks import CellError, a1, parse_a1
from sop_xl.commands.cell_functions import function_set
from sop_xl.errors import Severity, format_problem
from sop_xl.functions import call, functions
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.recalculate import recalculate


def value_of(tmp_path, formula, cells=None, at="B2"):
    """What a cell with that formula shows, without LibreOffice."""
    path = books.make(tmp_path / "one.xlsx", {at: formula}, cells)
    report = recalculate(path, "off", functions=Functions().set())
    assert not report.cells.kept, report.cells.problems
    return books.shown(path)[at]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SOP_SUM(F1)", 7), ("=SOP_SUM($F$1)", 7), ("=SOP_SUM('My Lab'!F1)", 7), ("=SOP_SUM(Data!B2:B4)", 6), ("=SOP_SUM(data!B$2:$B4)", 6),
        ("=SOP_SUM(Data!B:C)", 36), ("=SOP_SUM(Data!2:3)", 33), ("=SOP_SHAPE(Data!B:B)", "4x1"), ("=SOP_SHAPE(Data!B2:B1048576)", "3x1"),
        ("=SOP_SHAPE(Data!B2:B9)", "8x1"),
    ],
)  # fmt: skip
def test_cells_ranges_other_sheets_and_whole_columns(tmp_path, formula, value):
    """Whole columns and rows end with the used cells; a range that a planner wrote keeps its size."""
    assert value_of(tmp_path, formula) == value


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SOP_SUM(season)", 0.25), ("=SOP_SUM(all_quantities)", 6), ("=SOP_ECHO(greeting)", "x"), ("=SOP_SUM(ALL_QUANTITIES,Season)", 6.25),
        ("=SOP_SUM(local)", 7), ("=SOP_SUM(Data!local)", 1), ("=SOP_ECHO(left_of_it)", "a"),
    ],
)  # fmt: skip
def test_names_of_ranges_and_constants_the_sheets_own_name_first(tmp_path, formula, value):
    """A name with a relative reference means another cell in every cell: seen from B2 the one in A2."""
    assert value_of(tmp_path, formula) == value


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SOP_SUM(Demand[2026-11])", 30), ("=SOP_SHAPE(Demand)", "3x3"), ("=SOP_SHAPE(Demand[])", "3x3"), ("=SOP_SHAPE(Demand[#All])", "4x3"),
        ("=SOP_COUNT(Demand[#Headers])", 3), ("=SOP_ECHO(Demand[[#Headers],[Qty '[kg']]])", "Qty [kg]"), ("=SOP_SUM(demand[Qty '[kg']])", 6),
        ("=SOP_SHAPE(Demand[[Item]:[Qty '[kg']]])", "3x2"), ("=SOP_SHAPE(Demand[[#All],[Item]:[2026-11]])", "4x3"),
        ("=SOP_SHAPE(Demand[[#Data],[Item]])", "3x1"), ("=SOP_SHAPE(Demand[[#Headers],[#Data],[Item]])", "4x1"),
        ("=SOP_ECHO(Demand[[#Totals],[Item]])", CellError("#REF!")), ("=SOP_ECHO(Demand[[#This Row],[Item]])", CellError("#VALUE!")),
    ],
)  # fmt: skip
def test_parts_of_tables(tmp_path, formula, value):
    """A totals row that is not there is `#REF!`, this row beside no row of the table `#VALUE!`, as in Excel."""
    assert value_of(tmp_path, formula) == value


def test_this_row_inside_a_table_with_and_without_the_tables_name(tmp_path):
    book = tmp_path / "table.xlsx"
    workbook = xlsxwriter.Workbook(book)
    sheet = workbook.add_worksheet("My Lab")
    columns = [{"header": "a"}, {"header": "b c"}, {"header": "sum", "formula": "=SOP_SUM(Lines[[#This Row],[a]:[b c]])"}]
    sheet.add_table("B2:D4", {"name": "Lines", "columns": columns, "data": [[1, 2], [3, 4]]})
    sheet.write_formula("F3", "=SOP_SUM(Lines[@[b c]])")
    sheet.write_formula("D4", "=SOP_SUM([@a],[@[b c]])")
    workbook.close()
    recalculate(book, "off", functions=Functions().set())
    assert {k: v for k, v in books.shown(book).items() if k in ("D3", "D4", "F3")} == {"D3": 3, "D4": 7, "F3": 2}


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SOP_SUM(1,2.5,-3e0)", 0.5), ('=SOP_ECHO("say ""no""")', 'say "no"'), ("=SOP_ECHO(TRUE)", True), ("=SOP_ECHO(#N/A)", CellError("#N/A")),
        ("=SOP_ECHO(NA())", CellError("#N/A")), ("=SOP_SUM({1,2;-3,4})", 4), ('=SOP_SHAPE({1,"a";TRUE,#N/A})', CellError("#N/A")), ("=SOP_SUM(5%,-(F1),+F1)", 0.05),
        ("=SOP_COUNT(1,,2,)", 2), ("=SOP_COUNT()", 0), ('=SOP_COUNT("",SOP_BLANK(),1)', 1), ("= SOP_SUM( F1 , 1 )", 8), ("=-SOP_SUM(F1)%", -0.07), ("=(SOP_SUM(F1))", 7), ("=SOP_ECHO(Data!E1)", "late"),
        ("=SOP_SUM(SOP_ECHO(#N/A))", CellError("#N/A")), ("=SOP_ECHO(H1)", ""), ("=SOP_ECHO(Data!#REF!)", CellError("#REF!")),
    ],
)  # fmt: skip
def test_literals_signs_and_arguments_that_are_left_out(tmp_path, formula, value):
    assert value_of(tmp_path, formula) == (pytest.approx(value) if isinstance(value, float) else value)


@pytest.mark.parametrize(
    "call",
    [
        "SOP_SUM(F1)", "sop_sum(F1)", "_xll.SOP_SUM(F1)", "_xlfn.SOP_SUM(F1)", "[1]!SOP_SUM(F1)", r"'C:\add ins\sop_xl.xlam'!SOP_SUM(F1)", "sop_xl.xlam!SOP_SUM(F1)",
        "@SOP_SUM(F1)", "_xlfn.SINGLE(SOP_SUM(F1))", "SOP_SUM(SOP_ECHO(F1))", "SOP_SUM(SOP_SUM(1,SOP_SUM(2)),4)",
    ],
)  # fmt: skip
def test_a_call_is_known_by_whatever_name_excel_stored_it(tmp_path, call):
    """With a link to the add-in, its path, a prefix, or in another call."""
    assert value_of(tmp_path, f"={call}") == 7


def test_one_cell_of_many(tmp_path):
    """`@` takes the cell of the same row or column, of a result the first."""
    assert value_of(tmp_path, "=SOP_ECHO(@Data!B:B)") == 1
    assert value_of(tmp_path, "=SOP_ECHO(_xlfn.SINGLE(Data!B2:B4))") == 1
    assert value_of(tmp_path, "=SOP_ECHO(@Data!B2:B4)", at="B9") == CellError("#VALUE!")
    assert value_of(tmp_path, "=SOP_SUM(@SOP_ROWS(3,2))") == 11


def test_cells_are_computed_after_those_that_they_read_wherever_they_stand(tmp_path):
    chain = {"B2": "=SOP_SUM(B3,1)", "B3": "=SOP_SUM(B4,1)", "B4": "=SOP_SUM(F1,1)", "A1": "=SOP_SUM(B:B)"}
    path = books.make(tmp_path / "chain.xlsx", chain)
    functions = Functions()
    report = recalculate(path, "off", functions=functions.set())
    assert books.shown(path) == {"F1": 7, "B2": 10, "B3": 9, "B4": 8, "A1": 27}
    assert (report.cells.computed, report.cells.changed) == (4, ("My Lab!A1", "My Lab!B2", "My Lab!B3", "My Lab!B4"))
    assert len(functions.calls) == 4


def test_long_chains_are_no_trouble(tmp_path):
    chain = {f"A{k}": f"=SOP_SUM(A{k + 1},1)" for k in range(1, 3000)} | {"A3000": "=SOP_SUM(1)"}
    path = books.make(tmp_path / "chain.xlsx", chain)
    recalculate(path, "off", functions=Functions().set())
    assert books.shown(path)["A1"] == 3000


def test_circles_are_named_and_what_waits_for_them_keeps_its_result(tmp_path):
    formulas = {"A1": "=SOP_SUM(A2)", "A2": "=SOP_SUM(A3)", "A3": "=A1+1", "B1": "=SOP_SUM(A1)", "B2": "=SOP_SUM(B2)", "C1": "=SOP_SUM(1)"}
    path = books.make(tmp_path / "circle.xlsx", formulas)
    report = recalculate(path, "off", functions=Functions().set())
    assert report.cells.kept == ("My Lab!A1", "My Lab!B1", "My Lab!A2", "My Lab!B2")
    said = {p.cell: format_problem(p) for p in report.cells.problems}
    assert "it reads itself: My Lab!A1 > My Lab!A2 > My Lab!A3 > My Lab!A1; its last result stands" in said["B1"]
    assert "My Lab!B2 > My Lab!B2" in said["B2"]
    values = books.shown(path)
    assert (values["A1"], values["B2"], values["C1"]) == (books.STALE, books.STALE, 1)


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("=SOP_NOSUCH(1)", "there is no function SOP_NOSUCH"), ("=SOP_SUM(nobody)", "there is no name nobody"), ("=SOP_SUM(Nowhere!A1)", "there is no sheet Nowhere"),
        ("=SOP_SUM(Demand[Weight])", "the table Demand has no column Weight"), ("=SOP_SUM(Sales[Qty])", "there is no table Sales"),
        ("=SOP_SUM([2]Data!A1)", "[2]Data!A1 is not one range of this workbook"), ("=SOP_SUM(Data:More!A1)", "Data:More!A1 is not one range of this workbook"),
        ("=SOP_SUM(1", "its brackets or quotes do not close"), ("=SOP_SUM({1,2;3})", "its brackets or quotes do not close"), ("=SOP_SUM(SUM(F1))", "LibreOffice must compute a native part of it"),
        ("=SOP_SUM((F1,F2))", "several ranges in one argument"), ("=ROUND(SOP_SUM(1),0)", "LibreOffice must compute a native part of it"),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_keeps_its_result_and_says_why(tmp_path, formula, why):
    path = books.make(tmp_path / "kept.xlsx", {"B2": formula, "B3": "=SOP_SUM(B2)"})
    before = made.read_parts(path)["xl/worksheets/sheet2.xml"]
    report = recalculate(path, "off", functions=Functions().set())
    (problem,) = report.cells.problems
    assert (problem.sheet, problem.cell, problem.rule, problem.severity) == ("My Lab", "B2", "cell-function-not-computed", Severity.WARNING)
    assert why in problem.hint
    assert len(format_problem(problem)) <= 255
    assert books.shown(path)["B2"] == books.STALE
    cell = re.compile(rb'<c r="B2".*?</c>')
    assert cell.search(made.read_parts(path)["xl/worksheets/sheet2.xml"])[0] == cell.search(before)[0], "not even a blank of it moves"
    assert b'fullCalcOnLoad="1"' in made.read_parts(path)["xl/workbook.xml"], "Excel computes it when it opens the file"


def test_a_native_formula_that_waits_for_its_calculation_is_not_read(tmp_path):
    path = books.make(tmp_path / "waits.xlsx", {"B2": "=F1*2", "B3": "=SOP_SUM(B2)", "B4": "=SOP_SUM(B3)", "B5": "=SOP_SUM(F1)"})
    report = recalculate(path, "off", functions=Functions().set())
    assert report.cells.kept == ("My Lab!B3", "My Lab!B4")
    assert "it reads My Lab!B2, a native formula that waits for a calculation" in report.cells.problems[0].hint
    assert books.shown(path)["B5"] == 7


def test_a_function_without_a_result_shows_its_error_and_its_sentence_is_told(tmp_path):
    formulas = {"B2": "=SOP_ROOT(-4)", "B3": "=SOP_ECHO(SOP_ROOT(-1))", "B4": "=SOP_TELL(B2)", "B5": '=SOP_TELL("sop_root")', "B6": "=SOP_TELL(F1)", "B7": "=SOP_ROOT(9)"}
    path = books.make(tmp_path / "errors.xlsx", formulas)
    functions = Functions().set()
    telling = replace(functions, names={*functions.names, "SOP_TELL"}, teller="SOP_TELL")
    report = recalculate(path, "off", functions=telling)
    values = books.shown(path)
    assert (values["B2"], values["B3"], values["B7"]) == (CellError("#NUM!"), CellError("#NUM!"), 3)
    assert (values["B4"], values["B5"], values["B6"]) == ("SOP_ROOT: the number is below zero",) * 2 + ("",)
    assert [(p.cell, p.rule, p.got, p.hint) for p in report.cells.problems] == [
        (cell, "cell-function-error", "#NUM!", "SOP_ROOT: the number is below zero") for cell in ("B2", "B3")
    ]


def test_a_cell_about_the_machine_keeps_the_result_that_it_has(tmp_path):
    """Else the same workbook would be another one on every machine."""
    functions = replace(Functions().set(), passing={"SOP_COUNT"})
    path = books.make(tmp_path / "status.xlsx", {"B2": "=SOP_COUNT(1,2)"})
    recalculate(path, "off", functions=functions)
    assert books.shown(path)["B2"] == books.STALE


@pytest.mark.parametrize(("formula", "value"), [('=SOP_ECHO("a")', "a"), ("=SOP_BLANK()", ""), ("=SOP_ROOT(2)", 2**0.5), ("=SOP_ECHO(FALSE)", False)])
def test_results_are_stored_as_excel_stores_them(tmp_path, formula, value):
    path = books.make(tmp_path / "kinds.xlsx", {"B2": formula})
    recalculate(path, "off", functions=Functions().set())
    cell = re.search(rb'<c r="B2"([^>]*)><f>[^<]*</f>(.*?)</c>', made.read_parts(path)["xl/worksheets/sheet2.xml"])
    expected = {"a": (b' t="str"', b"<v>a</v>"), "": (b' t="str"', b"<v></v>"), False: (b' t="b"', b"<v>0</v>")}
    assert cell.groups() == expected.get(value, (b"", f"<v>{value!r}</v>".encode()))


def test_only_results_change_and_a_second_time_nothing(tmp_path):
    path = books.make(tmp_path / "book.xlsx", {"B2": "=SOP_SUM(Data!B2:B4)", "B3": "=F1+1", "B4": "=SOP_ROOT(-1)"}, {"D9": "people's"})
    before = made.read_parts(path)
    recalculate(path, "off", functions=Functions().set())
    after = made.read_parts(path)
    assert {n for n in before if before[n] != after[n]} == {"xl/worksheets/sheet2.xml"}
    result = re.compile(rb'(?: t="\w+")?>(<f[ >].*?</f>)<v>[^<]*</v></c>')
    name = "xl/worksheets/sheet2.xml"
    assert result.sub(rb">\1", after[name]) == result.sub(rb">\1", before[name])
    blob = path.read_bytes()
    report = recalculate(path, "off", functions=Functions().set())
    assert (report.cells.computed, report.cells.changed) == (2, ())
    assert path.read_bytes() == blob


def test_cells_agree_with_a_direct_call(tmp_path):
    """Formulas in a file give what the function gives to whoever calls it."""
    examples = {name: f.example for name, f in functions().items() if f.cached}
    places = {name: a1(1, 50 * k + 10) for k, name in enumerate(examples, 1)}
    arrays = {f"{places[name]}:{places[name]}": example for name, example in examples.items()}
    path = books.make(tmp_path / "examples.xlsx", {}, arrays=arrays)
    direct = {}

    def remembered(name, arguments):
        direct[name] = call(name, arguments)
        return direct[name]

    report = recalculate(path, "off", functions=replace(function_set(), call=remembered))
    assert report.cells.kept == tuple(f"My Lab!{places[n]}" for n in examples if n not in direct), report.cells.problems
    values = books.shown(path)
    for name, result in direct.items():
        rows = result if isinstance(result, list) else [[result]]
        top, left = parse_a1(places[name])
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                assert values[a1(top + i, left + j)] == ("" if value is None else value), (name, i, j)
    assert direct["SOP_EOQ"] == call("SOP_EOQ", [1200, 50, 2.4])
    assert len(direct) >= len(examples) - 3


def test_a_host_computes_in_memory_and_saves_what_it_computed(tmp_path):
    path = books.make(tmp_path / "host.xlsx", {"B2": "=SOP_SUM(F1)", "B3": "=B2+1", "B4": "=SOP_SUM(B3)"})
    blob = path.read_bytes()
    host = HeadlessHost(path)
    report = host.compute_functions(Functions().set(), calculator=True)
    assert (report.computed, report.waiting, report.kept) == (1, ("My Lab!B4",), ())
    assert host.compute_functions(Functions().set(), calculator=False).kept == ("My Lab!B4",)
    assert host.read_block("My Lab").rows[1][1] == 7
    assert path.read_bytes() == blob
    host.save()
    assert books.shown(path)["B2"] == 7


def test_formulas_shared_between_cells_are_each_computed(tmp_path):
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="shared" ref="B1:B3" si="0">SOP_SUM(A1,10)</f></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c><c r="B2"><f t="shared" si="0"/><v>5</v></c></row><row r="3"><c r="A3"><v>3</v></c><c r="B3"><f t="shared" si="0"/></c></row>'
    )
    path = made.write(tmp_path / "shared.xlsx", made.parts(home=made.sheet(rows, before="")))
    recalculate(path, "off", functions=Functions().set())
    assert books.shown(path, "Home") == {"A1": 1, "A2": 2, "A3": 3, "B1": 11, "B2": 12, "B3": 13}
    assert made.read_parts(path)["xl/worksheets/sheet2.xml"].count(b'<f t="shared" si="0"/>') == 2


def test_without_functions_cells_that_call_them_are_listed_and_left(tmp_path):
    path = books.make(tmp_path / "none.xlsx", {"B2": "=SOP_SUM(F1)"})
    before = path.read_bytes()
    recalculate(path, "off")
    assert path.read_bytes() == before
