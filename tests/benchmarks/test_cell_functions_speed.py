"""How long formulas of ours in a file take: ten thousand cells in a few seconds, and none of them twice."""

from __future__ import annotations

import time

import pytest
import xlsxwriter

from sop_xl.blocks import CellValue
from sop_xl.hosts.cell_formulas.evaluate import FunctionSet
from sop_xl.hosts.recalculate import recalculate

pytestmark = pytest.mark.benchmark_only
CELLS = 10_000


def product(name: str, arguments) -> CellValue:
    return sum(v for a in arguments for line in (a if isinstance(a, list) else [[a]]) for v in line if v is not None)


FUNCTIONS = FunctionSet({"SOP_ADD"}, product, str)


def make(path, formula):
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Lab")
    for row in range(1, CELLS + 1):
        sheet.write_row(row - 1, 0, [row, 2 * row, 3])
        sheet.write_formula(row - 1, 4, formula.format(row=row, above=row - 1 or 20_000), None, 0)
    book.close()
    return path


@pytest.mark.parametrize("formula", ["=SOP_ADD(A{row},$B$1,2.4)", "=SOP_ADD(SOP_ADD(A{row},B{row}),-5%)", "=SOP_ADD(A{row}:C{row})", "=SOP_ADD(E{above},A{row})"])
def test_ten_thousand_cells(tmp_path, formula):
    path = make(tmp_path / "many.xlsx", formula)
    for what in ("first", "again"):
        started = time.process_time()
        report = recalculate(path, "off", functions=FUNCTIONS)
        seconds = time.process_time() - started
        print(f"{formula} {what}: {seconds:.2f} s for {report.cells.computed} cells")
        assert report.cells.computed == CELLS
        assert seconds < 8


def test_many_cells_over_one_whole_column(tmp_path):
    path = tmp_path / "column.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Lab")
    sheet.write_column("A1", list(range(CELLS)))
    for row in range(300):
        sheet.write_formula(row, 4, "=SOP_ADD(A:A)", None, 0)
    book.close()
    started = time.process_time()
    recalculate(path, "off", functions=FUNCTIONS)
    seconds = time.process_time() - started
    print(f"300 cells over a column of {CELLS}: {seconds:.2f} s")
    assert seconds < 8
