"""The content of a file as rows of an input table, laid out as the sheet has it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sop_xl.blocks import Block, CellValue
from sop_xl.errors import FrameError, Problem, Severity, errors_in
from sop_xl.periods import Calendar
from sop_xl.sheets.cell_numbers import evident_decimal_mark
from sop_xl.sheets.cells import is_blank
from sop_xl.sheets.grids import line_measures
from sop_xl.sheets.header import find_header
from sop_xl.sheets.labels import Labels
from sop_xl.sheets.read import Reading, habits_of, read_sheet
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import CellType, Shape, SheetSpec
from sop_xl.sheets.write import record_rows
from sop_xl.vocabulary import MEASURES


def import_rows(
    spec: SheetSpec, block: Block, settings: Settings, period_labels: Sequence[str] = ()
) -> tuple[list[str], list[list[CellValue]], list[Problem]]:
    """Header and rows for the sheet's table, and what was wrong or converted; no rows where something is wrong.

    Records keep their order. A grid becomes one row per key and measure with the values as the file states them: money unit and
    period shift of a budget are applied when the sheet is read, so a budget dated on another calendar keeps its own periods.

    Parameters
    ----------
    spec
        Contract of the input sheet.
    block
        Cells of a CSV file or of a sheet of another workbook; its `sheet` names the file in problems.
    settings
        Settings of the workbook that takes the rows.
    period_labels
        Period columns of the workbook's grid; values in other periods are left out with a warning. Empty: those of the file.
    """
    reading = read_file(spec, block, settings)
    problems = list(reading.problems)
    header = [c.label for c in spec.columns]
    if not errors_in(problems) and reading.records.empty:
        problems.append(Problem(block.sheet, "", "empty-file", "expected at least one row below the header", "none"))
    if errors_in(problems):
        return [*header, *period_labels], [], problems
    if spec.shape is not Shape.GRID:
        return header, _records(spec, reading, block), problems
    periods, more = _periods(spec, reading, settings, period_labels)
    problems += more
    header += [reading.calendar.label(p) for p in periods]
    if errors_in(problems):
        return header, [], problems
    return header, _grid(spec, reading, periods), problems


def _records(spec: SheetSpec, reading: Reading, block: Block) -> list[list[CellValue]]:
    """One row per record; what the file leaves empty stays empty, though it counts as the column's default when it is read."""
    assert reading.header is not None
    places = [reading.header.labels.get(c.name) for c in spec.columns]
    rows = record_rows(spec, reading.records, reading.calendar)[1]
    for line, row in zip(reading.records.index, rows, strict=True):
        stated = block.rows[line]
        for k, place in enumerate(places):
            if place is None or place >= len(stated) or is_blank(stated[place]):
                row[k] = None
    return rows


def read_file(spec: SheetSpec, block: Block, settings: Settings) -> Reading:
    """The content of a file as the sheet's reader reads it; text in the decimal mark that the file itself proves."""
    plain_text = all(v is None or type(v) is str for row in block.rows for v in row)
    mark = _decimal_mark(spec, block, settings) if plain_text and settings.decimal_mark == "auto" else ""
    read_with = settings.model_copy(update={"decimal_mark": mark}) if mark else settings
    return read_sheet(spec, block, read_with, from_text_file=plain_text)


def _decimal_mark(spec: SheetSpec, block: Block, settings: Settings) -> str:
    """The decimal mark that the file's own number columns prove; a file is written in one habit."""
    header, _ = find_header(spec, block, habits_of(settings, from_text_file=True), settings.plan_currency)
    if header is None:
        return ""
    numeric = (CellType.NUMBER, CellType.FRACTION, CellType.INTEGER)
    columns = [*header.periods.values(), *header.places.values(), *header.values.values()]
    columns += [j for name, j in header.labels.items() if spec.column(name).cell in numeric]
    return evident_decimal_mark([row[j] for row in block.rows[header.row + 1 :] for j in columns])


def _periods(
    spec: SheetSpec, reading: Reading, settings: Settings, period_labels: Sequence[str]
) -> tuple[pd.DatetimeIndex, list[Problem]]:
    """The columns to write, and what of the file falls outside them."""
    calendar, values = reading.calendar, reading.values
    assert values is not None
    filled = pd.DatetimeIndex([values.periods[k] for k in sorted(set(values.period.tolist()))]).sort_values()
    own_calendar = spec.name == "Budget" and settings.budget_period_shift != 0
    wanted = _parse_labels(calendar, period_labels)
    if filled.empty:
        return wanted, []
    if own_calendar or wanted.empty:
        span = calendar.span(filled[0], calendar.distance(filled[0], filled[-1]) + 1)
        if not own_calendar:
            return span, []
        words = f"{spec.name} keeps the file's own periods, {calendar.label(span[0])} to {calendar.label(span[-1])}"
        hint = f"Budget period shift in Settings moves them by {settings.budget_period_shift} when they are read"
        return span, [Problem(reading.sheet, "", "own-periods", words, hint=hint, severity=Severity.NOTE)]
    outside = filled.difference(wanted)
    if outside.empty:
        return wanted, []
    count = int(np.isin(values.period, [values.periods.index(p) for p in outside]).sum())
    severity = Severity.ERROR if len(outside) == len(filled) else Severity.WARNING
    words, hint = _left_out(calendar, settings, wanted, outside)
    values_of = "1 value" if count == 1 else f"{count} values"
    said = f"{values_of} in periods {words} {'was' if count == 1 else 'were'} left out"
    return wanted, [Problem(reading.sheet, "", "outside-the-workbook", said, hint=hint, severity=severity)]


def _left_out(calendar: Calendar, settings: Settings, wanted: pd.DatetimeIndex, outside: pd.DatetimeIndex) -> tuple[str, str]:
    """Where the values lie that have no column, and the command for a workbook that has one for each of them."""
    first, last = wanted[0], wanted[-1]
    before, after = calendar.distance(outside[0], first), calendar.distance(last, outside[-1])
    horizon = min(settings.horizon, len(wanted))
    places, more, options = [], [], []
    if before > 0:
        places.append(f"before {calendar.label(first)}")
        more.append("history")
        options.append(f"--history {len(wanted) - horizon + before}")
    if after > 0:
        places.append(f"after {calendar.label(last)}")
        more.append("planned periods")
        options.append(f"--horizon {horizon + after}")
    return " or ".join(places), f"a workbook with more {' and '.join(more)}: sop-xl new {' '.join(options)}"


def _parse_labels(calendar: Calendar, period_labels: Sequence[str]) -> pd.DatetimeIndex:
    periods = []
    for label in period_labels:
        try:
            periods.append(calendar.parse(label))
        except FrameError:
            continue
    return pd.DatetimeIndex(periods)


def _grid(spec: SheetSpec, reading: Reading, periods: pd.DatetimeIndex) -> list[list[CellValue]]:
    """One row per key and measure, in the order in which the file brings them."""
    labels, values = reading.labels, reading.values
    assert labels is not None and values is not None and reading.header is not None
    place = periods.get_indexer(pd.DatetimeIndex(values.periods))
    keys = _line_keys(spec, labels)
    rows: dict[tuple[object, ...], list[CellValue]] = {}
    measures = line_measures(spec, labels)
    if reading.header.layout != "long":
        for k in range(len(labels.rows)):
            rows.setdefault((keys[k], measures[k]), _new_row(spec, labels, k, measures[k], len(periods)))
    width = len(spec.columns)
    for line, period, measure, number in zip(
        values.line.tolist(), place[values.period].tolist(), values.measure.tolist(), values.number.tolist(), strict=True
    ):
        if period < 0:
            continue
        name = spec.measures[measure]
        key = (keys[line], name)
        row = rows.get(key)
        if row is None:
            row = rows[key] = _new_row(spec, labels, line, name, len(periods))
        row[width + period] = number
    return list(rows.values())


def _line_keys(spec: SheetSpec, labels: Labels) -> list[tuple[object, ...]]:
    names = [k for k in spec.key if k != "measure"]
    return list(zip(*(labels.values[n] for n in names), strict=True))


def _new_row(spec: SheetSpec, labels: Labels, k: int, measure: str, periods: int) -> list[CellValue]:
    cells: list[CellValue] = []
    for c in spec.columns:
        value = MEASURES[measure].label if c.name == "measure" else labels.values[c.name][k]
        cells.append(None if value == "" else value)
    return cells + [None] * periods


