"""The numbers of a table as they stand, and the cells that hold none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sop_xl.blocks import CellValue
from sop_xl.sheets.budget_paste.columns import FIGURES, TOTAL, UNKNOWN, Column
from sop_xl.sheets.budget_paste.layout import Cells
from sop_xl.sheets.budget_paste.meaning import Reader
from sop_xl.sheets.budget_paste.money import take_money
from sop_xl.sheets.budget_paste.rows import Line
from sop_xl.sheets.cell_dates import unaccented
from sop_xl.sheets.cell_numbers import evident_decimal_mark, read_number
from sop_xl.sheets.cells import Habits, Refused


@dataclass
class Numbers:
    """What the cells of lines x columns hold.

    Parameters
    ----------
    table
        (lines, columns) as pasted; NaN = nothing, or refused.
    currencies
        Currency that a cell names by itself, by (line, column).
    refused
        Cells that hold something else than a number, by (line, column).
    mark
        Decimal mark that the texts of the paste prove; `""` where none was needed or proven.
    """

    table: np.ndarray[Any, np.dtype[np.float64]]
    currencies: dict[tuple[int, int], str] = field(default_factory=dict)
    refused: dict[tuple[int, int], tuple[CellValue, Refused]] = field(default_factory=dict)
    mark: str = ""


def numbers_of(lines: Sequence[Line], columns: Sequence[Column], cells: Cells, reader: Reader) -> Numbers:
    """Read every cell where a row of figures or totals meets such a column."""
    places = [(m, c) for m, c in enumerate(columns) if c.role in (FIGURES, TOTAL, UNKNOWN)]
    numbers = Numbers(np.full((len(lines), len(columns)), np.nan))
    habits, numbers.mark = _habits(reader.habits, [cells[line.row][c.place] for line in lines for _, c in places])
    known: dict[tuple[type, CellValue], tuple[float | None, Refused | None, str]] = {}
    for k, line in enumerate(lines):
        if line.kind not in (FIGURES, TOTAL, UNKNOWN):
            continue
        row = cells[line.row]
        for m, column in places:
            value = row[column.place]
            if value is None:
                continue
            place = (type(value), value)
            if place not in known:
                known[place] = _read(value, habits, reader)
            number, refusal, currency = known[place]
            if refusal is not None:
                if line.kind == FIGURES and column.role == FIGURES:
                    numbers.refused[k, m] = (value, refusal)
            elif number is not None:
                numbers.table[k, m] = number
                if currency:
                    numbers.currencies[k, m] = currency
    return numbers


def _habits(habits: Habits, values: list[CellValue]) -> tuple[Habits, str]:
    """Numbers as text of one paste are written in one habit: what some of them prove holds for all."""
    if habits.decimal_mark != "auto":
        return habits, ""
    mark = evident_decimal_mark(values)
    return (replace(habits, decimal_mark=mark), mark) if mark else (habits, "")


def _read(value: CellValue, habits: Habits, reader: Reader) -> tuple[float | None, Refused | None, str]:
    """Number, or why there is none, and the currency that the cell itself names."""
    currency = take_money(unaccented(value), value, reader.plan_currency).currency if type(value) is str else ""
    reading = read_number(value, habits, currency=currency or reader.plan_currency)
    if isinstance(reading, Refused):
        return None, reading, ""
    return (None if reading.value is None else float(reading.value)), None, currency  # type: ignore[arg-type]
