"""How fast results get into a large workbook, against openpyxl loading and saving the same file.

Off by default; run with `pytest tests/benchmarks/test_write_speed.py -m benchmark_only -s`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from sop_xl.hosts.headless import HeadlessHost

pytestmark = pytest.mark.benchmark_only
ROWS, COLUMNS = 10_000, 60


def make(path: Path) -> Path:
    """600,000 cells in the table of one sheet, and a small output sheet."""
    workbook = xlsxwriter.Workbook(path)
    number = workbook.add_format({"num_format": "#,##0"})
    sheet = workbook.add_worksheet("Supply Plan")
    header = ["Item", "Location", "Measure", *(f"P{k}" for k in range(COLUMNS - 3))]
    for row in range(ROWS):
        sheet.write_row(row + 1, 0, [f"item {row % 500}", f"L{row % 7}", "Demand"])
        sheet.write_row(row + 1, 3, [(row * 37 + k * 101) % 9973 / 7 for k in range(COLUMNS - 3)], number)
    sheet.add_table(
        0, 0, ROWS, COLUMNS - 1, {"name": "SupplyPlan", "columns": [{"header": h} for h in header]}
    )
    workbook.add_worksheet("KPIs").add_table(
        0, 0, 5, 5, {"name": "KPIs", "columns": [{"header": h} for h in "abcdef"]}
    )
    workbook.close()
    return path


def best(job: Callable[[], object], times: int = 3) -> float:
    """Shortest of some runs, in seconds."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        job()
        found.append(time.perf_counter() - started)
    return min(found)


def test_results_go_into_a_large_workbook_ten_times_faster_than_through_openpyxl(tmp_path):
    import openpyxl

    path = make(tmp_path / "large.xlsx")
    results = [[f"row {k}", "x", *(k * 1.5 + j for j in range(4))] for k in range(500)]
    block = HeadlessHost(path).read_block("Supply Plan")
    header = [str(h) for h in block.rows[0]]
    body = [[*row[:3], *(v + 1 for v in row[3:])] for row in block.rows[1:]]

    def write(sheet: str, names: list[str], rows: list[list[object]]) -> None:
        host = HeadlessHost(path, out=tmp_path / "written.xlsx")
        host.write_table(sheet, names, rows)
        host.save()

    def load_and_save() -> None:
        openpyxl.load_workbook(path).save(tmp_path / "openpyxl.xlsx")

    seconds = {
        "read 600,000 cells": best(lambda: HeadlessHost(path).read_block("Supply Plan")),
        "write 3,000 result cells beside them": best(lambda: write("KPIs", list("abcdef"), results)),
        "replace all 600,000 cells": best(lambda: write("Supply Plan", header, body)),
        "openpyxl load and save": best(load_and_save, 1),
    }
    reference = seconds["openpyxl load and save"]
    for job, taken in seconds.items():
        print(f"{job:40} {taken:7.3f} s   {reference / taken:6.1f} x")
    assert reference / seconds["write 3,000 result cells beside them"] >= 10
    assert reference / seconds["replace all 600,000 cells"] >= 4
