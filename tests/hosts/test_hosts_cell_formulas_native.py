"""Native formulas inside and around our functions: LibreOffice computes them, in as few runs as there are levels."""

from __future__ import annotations

import formula_books as books
import made_packages as made
import pytest
from formula_functions import Functions

from sop_xl.blocks import CellError
from sop_xl.hosts import libreoffice
from sop_xl.hosts import recalculate as module
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.recalculate import UP_TO_DATE, recalculate

pytestmark = [
    pytest.mark.skipif(libreoffice.find_libreoffice() is None, reason="LibreOffice is not installed"),
]

EXPECTED = {
    # native arguments
    "=SOP_SUM(SUM(Data!B2:B4)*2,1)": 13, "=SOP_SUM(F1*2)": 14, "=SOP_SUM(doubled)": 12, '=SOP_ECHO("a"&"b")': "ab", "=SOP_ECHO(F1>1)": True,
    "=SOP_SHAPE(Data!B2:B4*2)": "3x1", "=SOP_SUM(Data!B2:B4*{1,10})": 66, "=SOP_SHAPE(TRANSPOSE(Data!A1:C4))": "3x4",
    "=SOP_COUNT(INDEX(Data!A1:C4,0,3))": 3, "=SOP_SUM(Demand[2026-11]/Demand[Qty '[kg']])": 20, "=SOP_SUM(local+Data!local)": 8,
    "=SOP_SUM(ROW(),COLUMN())": 14, "=SOP_ECHO(1/0)": CellError("#DIV/0!"), "=SOP_SUM(SUM(SOP_ROWS(2,2))+SOP_SUM(1))": 67, "=SOP_SUM((F1,F1))": None,
    # native functions around
    "=ROUND(SOP_SUM(1.26),1)": 1.3, "=IF(F1>0,SOP_SUM(F1),0)": 7, '=IFERROR(SOP_ROOT(-1),"none")': "none", "=SOP_SUM(F1)+SOP_SUM(-1)": 6,
    "=SUM(SOP_ROWS(3))": 63, "=INDEX(SOP_ROWS(3,2),2,2)": 22, "=SOP_BLANK()&\"x\"": "x", "=-SOP_SUM(1)+1": 0, "=SUM(_xlfn.ANCHORARRAY(H2))+SOP_SUM(1)": 105,
    '=TEXT(SOP_SUM(1.5),"0.00")&SOP_ECHO("""q""")': '1.50"q"', "=ROUND(SOP_SUM(SUM(F1)*1.26),1)": 8.8,
    "=ROUND(SOP_NOSUCH(1),1)": None, "=SOP_SUM(NOSUCH(1))": None,
    # levels: ours reads native reads ours
    "=B16*2": 2.6, "=SOP_SUM(B29,1)": 3.6,
}  # fmt: skip
"""Formula and what it shows; `None` where it cannot be computed. They stand from B1 on."""
ADDRESS = {formula: f"B{k}" for k, formula in enumerate(EXPECTED, 1)}


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The workbook after a calculation, its report, and how often LibreOffice ran."""
    path = tmp_path_factory.mktemp("native") / "native.xlsx"
    arrays = {"H2:H2": "=SOP_ROWS(4)", "J2:J2": "=SOP_ROWS(3)*10", "L2:L3": "{=SOP_ROWS(2)+1}"}
    books.make(path, {ADDRESS[f]: f for f in EXPECTED} | {"D1": "=SUM(_xlfn.ANCHORARRAY(H2))", "D2": "=SUM(J2:J9)"}, arrays=arrays)
    before, runs = made.read_parts(path), []

    def counted(*arguments):
        runs.append(None)
        return libreoffice.calculate(*arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "calculate", counted)
        report = recalculate(path, "libreoffice", functions=Functions().set())
    return path, before, report, len(runs)


@pytest.mark.parametrize("formula", [f for f, value in EXPECTED.items() if value is not None])
def test_native_parts_are_computed(done, formula):
    value = books.shown(done[0])[ADDRESS[formula]]
    assert value == (pytest.approx(EXPECTED[formula]) if isinstance(EXPECTED[formula], float) else EXPECTED[formula])
    assert type(value) is not bool or EXPECTED[formula] is value


def test_spilled_results_of_native_expressions_and_native_formulas_over_them(done):
    values = books.shown(done[0])
    assert [values[f"J{k}"] for k in (2, 3, 4)] == [110, 210, 310]
    assert (values["L2"], values["L3"]) == (12, 22)
    assert (values["D1"], values["D2"]) == (104, 630)


def test_what_cannot_be_computed_is_listed_with_its_reason(done):
    _, _, report, _ = done
    assert report.kept == tuple(f"My Lab!{ADDRESS[f]}" for f, value in EXPECTED.items() if value is None)
    reasons = {p.cell: p.hint for p in report.cells.problems}
    assert "several ranges in one argument" in reasons[ADDRESS["=SOP_SUM((F1,F1))"]]
    assert "there is no function SOP_NOSUCH" in reasons[ADDRESS["=ROUND(SOP_NOSUCH(1),1)"]]
    assert "LibreOffice does not know a function or name in it" in reasons[ADDRESS["=SOP_SUM(NOSUCH(1))"]]
    assert ADDRESS['=IFERROR(SOP_ROOT(-1),"none")'] not in reasons, "a planner who catches an error needs no telling"


def test_libreoffice_runs_no_more_often_than_formulas_build_on_each_other(done):
    """Once for native arguments and formulas, once for what is around calls that waited for those, once for what reads that."""
    assert done[3] <= 3


def test_only_results_change(done):
    path, before, _, _ = done
    after = made.read_parts(path)
    assert list(after) == list(before), "the sheet of native expressions was in a copy only"
    assert {n for n in before if before[n] != after[n]} <= {"xl/worksheets/sheet2.xml", "xl/workbook.xml"}
    assert HeadlessHost(path).read_formulas("My Lab")[ADDRESS["=ROUND(SOP_SUM(1.26),1)"]] == "=ROUND(SOP_SUM(1.26),1)"


def test_a_workbook_in_which_everything_is_computed_needs_no_second_run(tmp_path, monkeypatch):
    """Cells that read only values cost one run, that of the native formulas; after it nothing waits."""
    path = books.make(tmp_path / "one.xlsx", {"B2": "=SOP_SUM(Data!B2:B4)", "B3": "=B2*2", "B4": "=ROUND(SOP_SUM(1.26),1)", "B5": "=B4*2"})
    runs = []

    def counted(*arguments):
        runs.append(None)
        return libreoffice.calculate(*arguments)

    monkeypatch.setattr(module, "calculate", counted)
    assert recalculate(path, "auto", functions=Functions().set()).kept == ()
    assert {k: v for k, v in books.shown(path).items() if k != "F1"} == {"B2": 6, "B3": 12, "B4": 1.3, "B5": 2.6}
    blob = path.read_bytes()
    again = recalculate(path, "auto", functions=Functions().set())
    assert (again.reason, again.cells.computed, again.cells.waiting, again.cells.kept) == (UP_TO_DATE, 1, ("My Lab!B4",), ())
    assert recalculate(path, "off", functions=Functions().set()).cells.kept == ()
    assert path.read_bytes() == blob
    assert len(runs) == 1


def test_a_calculator_that_fails_leaves_what_needs_no_calculator(tmp_path, monkeypatch):
    path = books.make(tmp_path / "fails.xlsx", {"B2": "=SOP_SUM(F1)", "B3": "=SOP_SUM(F1*2)"})

    def fail(*arguments):
        raise module.HostError("LibreOffice could not calculate the workbook: no space")

    monkeypatch.setattr(module, "calculate", fail)
    report = recalculate(path, "auto", functions=Functions().set())
    assert "no space" in report.reason
    assert report.cells.kept == ("My Lab!B3",)
    values = books.shown(path)
    assert (values["B2"], values["B3"]) == (7, books.STALE)
