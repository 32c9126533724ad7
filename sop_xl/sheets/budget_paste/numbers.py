"""The numbers of a table as they stand, and the cells that hold none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sop_xl.blocks import CellValue
from sop_xl.sheets.budget_paste.columns import FIGURES, LEFT_OUT, TOTAL, UNKNOWN, Column
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
    aside
        The same of rows and columns that are left out, where these hold figures.
    currencies
        Currency that a cell names by itself, by (line, column).
    refused
        Cells that hold something else than a number, by (line, column).
    absent
        Cells that say in words that there is nothing, such as `NULL`.
    mark
        Decimal mark that the texts of the paste prove; `""` where none was needed or proven.
    """

    table: np.ndarray[Any, np.dtype[np.float64]]
    aside: np.ndarray[Any, np.dtype[np.float64]]
    currencies: dict[tuple[int, int], str] = field(default_factory=dict)
    refused: dict[tuple[int, int], tuple[CellValue, Refused]] = field(default_factory=dict)
    absent: list[tuple[int, int]] = field(default_factory=list)
    mark: str = ""


def numbers_of(lines: Sequence[Line], columns: Sequence[Column], cells: Cells, reader: Reader) -> Numbers:
    """Read every cell where a row of figures or totals meets such a column."""
    places = [(m, c) for m, c in enumerate(columns) if c.role in (FIGURES, TOTAL, UNKNOWN) or _is_aside(c)]
    numbers = Numbers(np.full((len(lines), len(columns)), np.nan), np.full((len(lines), len(columns)), np.nan))
    habits, numbers.mark = _habits(reader.habits, [cells[line.row][c.place] for line in lines for _, c in places])
    known: dict[tuple[type, CellValue], tuple[float | None, Refused | None, str]] = {}
    for k, line in enumerate(lines):
        if line.kind not in (FIGURES, TOTAL, UNKNOWN, LEFT_OUT):
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
            elif number is None:
                if type(value) is str and value.strip() and line.kind == FIGURES and column.role == FIGURES:
                    numbers.absent.append((k, m))
            else:
                aside = LEFT_OUT in (line.kind, column.role)
                (numbers.aside if aside else numbers.table)[k, m] = number
                if currency:
                    numbers.currencies[k, m] = currency
    return numbers


def _is_aside(column: Column) -> bool:
    """Whether a column that is left out holds figures, such as those of last year, rather than codes, notes or ratios."""
    said = column.meaning
    figures = bool(said.version or said.when or said.measure or said.currency or said.scope or column.decided)
    return column.role == LEFT_OUT and figures and said.rest != "%" and not said.role


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
