"""Workbooks with formulas that call functions of ours, as programs and Excel store them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xlsxwriter

from sop_xl.hosts.headless import HeadlessHost

STALE = 99
"""What every formula shows before it is computed."""


def make(path: Path, formulas: Mapping[str, str], cells: Mapping[str, Any] | None = None, *, arrays: Mapping[str, str] | None = None) -> Path:
    """A workbook with two sheets.

    `Data` has the table `Demand` at A1:C4 (Item, Qty [kg], 2026-11; the last month of c is blank) and text in E1. `My Lab` has the
    formulas, plain ones by address and array formulas by area (`{=...}` for the old kind with a fixed area), and further cells.
    """
    book = xlsxwriter.Workbook(path)
    data, lab = book.add_worksheet("Data"), book.add_worksheet("My Lab")
    data.add_table(
        "A1:C4",
        {
            "name": "Demand",
            "columns": [{"header": "Item"}, {"header": "Qty [kg]"}, {"header": "2026-11"}],
            "data": [["a", 1, 10], ["b", 2, 20], ["c", 3, None]],
        },
    )
    data.write("E1", "late")
    book.define_name("season", "=0.25")
    book.define_name("all_quantities", "=Data!$B$2:$B$4")
    book.define_name("greeting", '="x"')
    book.define_name("doubled", "=SUM(Data!$B$2:$B$4)*2")
    book.define_name("left_of_it", "=Data!XFD1")  # seen from A1: one column to the left
    book.define_name("'My Lab'!local", "='My Lab'!$F$1")
    book.define_name("local", "=Data!$B$2")
    lab.write("F1", 7)
    for address, value in (cells or {}).items():
        lab.write(address, value)
    for address, formula in formulas.items():
        lab.write_formula(address, formula, None, STALE)
    for area, formula in (arrays or {}).items():
        write = lab.write_array_formula if formula.startswith("{") else lab.write_dynamic_array_formula
        write(area, formula, None, STALE)
    book.close()
    return path


def shown(path: Path, sheet: str = "My Lab") -> dict[str, Any]:
    """Values of a sheet by address, empty cells left out."""
    block = HeadlessHost(path).read_block(sheet)
    return {block.address(i, j): v for i, row in enumerate(block.rows) for j, v in enumerate(row) if v is not None}
