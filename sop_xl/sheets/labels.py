"""Reading the label columns of a sheet: each cell by its type, each row by its model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from sop_xl.blocks import Block, CellValue
from sop_xl.errors import Problem
from sop_xl.sheets.cell_dates import read_date, read_period
from sop_xl.sheets.cell_numbers import read_number
from sop_xl.sheets.cells import (
    CellReading,
    Habits,
    Refused,
    Understood,
    read_choice,
    read_code,
    read_text,
    show,
)
from sop_xl.sheets.conversions import Conversions
from sop_xl.sheets.header import Header
from sop_xl.sheets.header_terms import measure_synonyms
from sop_xl.sheets.spec import CellType, Column, Row, SheetSpec

_NUMERIC = (CellType.NUMBER, CellType.INTEGER, CellType.FRACTION)


@dataclass
class Labels:
    """Label columns by field, aligned with `rows` (places in the block), what was wrong, and which rows are faulty."""

    rows: list[int]
    values: dict[str, list[Any]]
    problems: list[Problem] = field(default_factory=list)
    faulty: set[int] = field(default_factory=set)

    def frame(self, spec: SheetSpec) -> pd.DataFrame:
        """One row per line, indexed by its place in the block; text `""`, numbers NaN and dates NaT for absent."""
        columns = {c.name: _series(self.values[c.name], c) for c in spec.columns}
        return pd.DataFrame(columns).set_axis(pd.Index(self.rows, dtype="int64"), axis=0)


def read_labels(
    spec: SheetSpec, block: Block, header: Header, rows: list[int], habits: Habits, conversions: Conversions, currency: str
) -> Labels:
    """Read, default and check every label cell; one problem per bad cell.

    Parameters
    ----------
    currency
        Plan currency, which money in a label column must be in.
    """
    labels = Labels(rows, {})
    synonyms = measure_synonyms(spec)
    for column in spec.columns:
        labels.values[column.name] = _read_column(block, header, column, labels, habits, conversions, currency, spec, synonyms)
    _check_rows(spec, block, header, labels)
    return labels


def read_cell(
    value: CellValue, column: Column, habits: Habits, currency: str = "", choices: tuple[str, ...] = (), synonyms: dict[str, str] | None = None
) -> CellReading:
    """A label cell by the type of its column; the empty cell gives `None`."""
    kind = column.cell
    if choices:
        return read_choice(value, choices, synonyms)
    if kind in _NUMERIC:
        fraction = kind is CellType.FRACTION or "fraction" in column.unit
        money = currency if "money" in column.unit else ""
        reading = read_number(value, habits, fraction=fraction, currency=money, integer=kind is CellType.INTEGER)
        if isinstance(reading, Refused) and reading.rule == "other-currency":
            # a Unit beside a cost or a price is the stocking unit: the line cannot be given in another currency
            return replace(reading, hint=f"Plan currency in Settings is {money}")
        return reading
    if kind is CellType.DATE:
        return read_date(value, habits)
    if kind is CellType.PERIOD:
        return read_period(value, habits)
    return read_code(value, noun(column)) if kind is CellType.CODE else read_text(value)


def noun(column: Column) -> str:
    """What a cell of the column should hold, for messages: `an item`, `a currency`."""
    word = column.label[0].lower() + column.label[1:]
    return f"an {word}" if word[0] in "aeio" else f"a {word}"


def choices_of(spec: SheetSpec, column: Column) -> tuple[str, ...]:
    """The words allowed in a column; a measure column without stated ones allows the labels of the sheet's measures."""
    if column.choices:
        return tuple(str(c) for c in column.choices)
    if column.name == "measure" and spec.measures:
        return tuple(term.label for term in spec.measure_terms)
    return ()


def _read_column(
    block: Block, header: Header, column: Column, labels: Labels, habits: Habits, conversions: Conversions, currency: str,
    spec: SheetSpec, synonyms: dict[str, str],
) -> list[Any]:  # fmt: skip
    j = header.labels.get(column.name)
    if j is None:
        # of a missing required column the header has said so already
        if column.required:
            labels.faulty.update(labels.rows)
        return [column.default] * len(labels.rows)
    known: dict[tuple[type, CellValue], CellReading] = {}
    choices = choices_of(spec, column)
    fast = column.cell in (CellType.NUMBER, CellType.FRACTION) and not choices
    period = column.cell is CellType.PERIOD
    values: list[Any] = []
    for i in labels.rows:
        raw = block.rows[i][j]
        reading: CellReading
        if fast and type(raw) is float:
            reading = Understood(None if math.isnan(raw) else raw)
        else:
            place = (type(raw), raw)
            if place not in known:
                known[place] = read_cell(raw, column, habits, currency, choices, synonyms if column.name == "measure" else None)
            reading = known[place]
        if isinstance(reading, Refused):
            labels.problems.append(Problem(block.sheet, block.address(i, j), reading.rule, reading.expected, show(raw), reading.hint))
            labels.faulty.add(i)
            values.append(column.default)
            continue
        if reading.note:
            conversions.add(column.name, i, j, raw, reading, period=period)
        if reading.value is None and column.required:
            labels.problems.append(Problem(block.sheet, block.address(i, j), "missing-value", f"expected {noun(column)}", show(raw)))
            labels.faulty.add(i)
        values.append(column.default if reading.value is None else reading.value)
    return values


def _check_rows(spec: SheetSpec, block: Block, header: Header, labels: Labels) -> None:
    """Hold each row against its model: limits of numbers, lengths of texts."""
    assert spec.row is not None
    names = [c.name for c in spec.columns]
    sound = [k for k, i in enumerate(labels.rows) if i not in labels.faulty]
    columns = [labels.values[name] for name in names]
    candidates = [dict(zip(names, (c[k] for c in columns), strict=True)) for k in sound]
    faulty = [k for k, i in enumerate(labels.rows) if i in labels.faulty]
    adapter = _rows_of(spec.row)
    try:
        adapter.validate_python(candidates)
    except ValidationError as error:
        _report(spec, block, header, labels, error, sound)
    if faulty and any(c.name in header.labels for c in spec.columns):
        # a row with one bad cell may have more: its other cells are checked, those that stand empty for the bad one are not
        bad = {(p.cell) for p in labels.problems}
        rest = [dict(zip(names, (c[k] for c in columns), strict=True)) for k in faulty]
        try:
            adapter.validate_python(rest)
        except ValidationError as error:
            _report(spec, block, header, labels, error, faulty, skip=bad)


@cache
def _rows_of(row: type[Row]) -> TypeAdapter[Any]:
    return TypeAdapter(list[row])  # type: ignore[valid-type]


def _report(
    spec: SheetSpec, block: Block, header: Header, labels: Labels, error: ValidationError, order: Sequence[int], skip: set[str] | None = None
) -> None:
    for detail in error.errors(include_url=False):
        k, name = order[int(detail["loc"][0])], str(detail["loc"][1])
        column, i = spec.column(name), labels.rows[k]
        j = header.labels.get(name)
        if j is None:
            continue
        cell = block.address(i, j)
        if skip and cell in skip:
            continue
        labels.problems.append(Problem(block.sheet, cell, _rule(detail["type"]), _expected(column, detail), show(block.rows[i][j])))
        labels.faulty.add(i)


def _rule(kind: str) -> str:
    return "text-too-long" if kind == "string_too_long" else "missing-value" if kind == "string_too_short" else "out-of-range"


def _expected(column: Column, detail: Any) -> str:
    limits: dict[str, Any] = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "string_too_long":
        return f"expected at most {limits['max_length']} characters"
    if column.cell in _NUMERIC:
        return f"expected {'a whole number' if column.cell is CellType.INTEGER else 'a number'} {limits_of(column)}".strip()
    return f"expected {noun(column)}"


def limits_of(column: Column) -> str:
    """`of at least 0`, `from 0 to 1`, `above 0.5 and below 1`; `""` without limits."""
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return f"above {low:g} and below {high:g}" if column.exclusive_minimum else f"from {low:g} to {high:g}"
    if low is not None:
        return f"above {low:g}" if column.exclusive_minimum else f"of at least {low:g}"
    return f"of at most {high:g}" if high is not None else ""


def _series(values: list[Any], column: Column) -> pd.Series[Any]:
    if column.cell in _NUMERIC:
        return pd.Series(values, dtype="float64")
    if column.cell in (CellType.DATE, CellType.PERIOD):
        stamps: list[datetime | None] = values
        return pd.Series(pd.to_datetime(pd.Series(stamps, dtype="object")).astype("datetime64[ns]"))
    return pd.Series(["" if v is None else v for v in values], dtype="object")
