"""From the raw cells of a sheet to a checked frame, with every problem and every conversion at its cell."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sop_xl.blocks import Block, a1
from sop_xl.errors import FrameError, Problem, Severity, errors_in
from sop_xl.frames import empty_frame, order_rows
from sop_xl.periods import Calendar
from sop_xl.sheets.cells import Habits, is_blank, show
from sop_xl.sheets.conversions import Conversions, gathered_refusals
from sop_xl.sheets.duplicates import duplicate_cells, duplicate_rows, duplicates_after_defaults
from sop_xl.sheets.grids import Values, read_values, values_frame
from sop_xl.sheets.header import Header, find_header
from sop_xl.sheets.labels import Labels, read_labels
from sop_xl.sheets.rows import table_rows
from sop_xl.sheets.settings_rows import read_settings
from sop_xl.sheets.spec import Shape, SheetSpec

if TYPE_CHECKING:
    from sop_xl.sheets.settings import Settings

__all__ = ["Reading", "habits_of", "read_settings", "read_sheet"]


@dataclass(frozen=True)
class Reading:
    """One sheet, understood.

    Parameters
    ----------
    spec
        The sheet's contract.
    settings
        The settings it was read with.
    calendar
        The calendar it was read with.
    records
        One row per line of the table, columns named as the row model's fields, indexed by the line's place in the block;
        bad cells are absent, so that other sheets can still be held against this one. Of a grid: its label columns.
    frame
        The core's frame, made of sound lines only; complete when `errors` is empty. Of grids with money: also `currency`.
    problems
        Errors and warnings in cell order, then notes on what was converted or left out.
    header
        What the columns are; `None` where the sheet is empty or has no header.
    origin
        1-based row and column of the block's upper left cell.
    sheet
        What problems name as the sheet: the tab, or the file that was imported.
    labels, values
        Of a grid: its lines and filled cells as they stand, before units and periods are converted.
    detail
        The frame before `spec.combine` added rows up, with the labels that tell them apart; `None` where nothing is added up.
    """

    spec: SheetSpec
    settings: Settings
    calendar: Calendar
    records: pd.DataFrame
    frame: pd.DataFrame
    problems: tuple[Problem, ...] = ()
    header: Header | None = None
    origin: tuple[int, int] = (1, 1)
    sheet: str = ""
    labels: Labels | None = None
    values: Values | None = None
    detail: pd.DataFrame | None = None

    @property
    def errors(self) -> list[Problem]:
        """Problems that stop a run."""
        return errors_in(self.problems)

    def cell_of(self, line: Any, place: str | pd.Timestamp) -> str:
        """A1 address of a field or, of a grid laid out wide, of a period in the line with that index in `records`.

        A field or period without a column of its own gives the first cell of the line; `line` is an index label, not a position.
        """
        if self.header is None:
            return ""
        column = self.header.labels.get(place) if isinstance(place, str) else self.header.periods.get(place)
        if column is None:
            column = min(self.header.labels.values(), default=self.header.columns.start)
        return a1(self.origin[0] + int(line), self.origin[1] + column)

    def header_cell(self, place: str | pd.Timestamp) -> str:
        """A1 address of the header of a field or period; `""` where there is none."""
        if self.header is None:
            return ""
        column = self.header.labels.get(place) if isinstance(place, str) else self.header.periods.get(place)
        return "" if column is None else a1(self.origin[0] + self.header.row, self.origin[1] + column)


def habits_of(settings: Settings, calendar: Calendar | None = None, *, from_text_file: bool = False) -> Habits:
    """How the settings want text to be read."""
    return Habits(calendar or settings.make_calendar(), settings.decimal_mark, settings.date_order, from_text_file)


def read_sheet(
    spec: SheetSpec, block: Block, settings: Settings, calendar: Calendar | None = None, *, from_text_file: bool = False
) -> Reading:
    """Read one sheet; mistakes in it become problems, never exceptions.

    Parameters
    ----------
    block
        Every used cell of the sheet.
    calendar
        By default the calendar of the settings.
    from_text_file
        The block was a text file, so that plain numbers and ISO dates as text are no conversion.
    """
    habits = habits_of(settings, calendar, from_text_file=from_text_file)
    empty = Reading(
        spec, settings, habits.calendar, Labels([], {c.name: [] for c in spec.columns}).frame(spec), _no_rows(spec), origin=(block.row, block.column), sheet=block.sheet
    )
    if spec.row is None:
        raise FrameError(f"{spec.name} has no table to read")
    if not any(not is_blank(v) for row in block.rows for v in row):
        return _with(empty, _absence(spec, None, block))
    header, problems = find_header(spec, block, habits, settings.plan_currency)
    if header is None:
        return _with(empty, problems)
    rows, left_out = table_rows(spec, block, header)
    if errors_in(problems) and (not header.labels or (spec.shape is Shape.GRID and not header.layout)):
        return _with(empty, problems, header)
    if not rows:
        return _with(empty, [*problems, *_absence(spec, header, block), *left_out], header)
    conversions = Conversions(block, habits.calendar)
    values: Values | None = None
    labels = read_labels(spec, block, header, rows, habits, conversions, settings.plan_currency)
    found = [*problems, *gathered_refusals(labels.problems)]
    if spec.shape is Shape.GRID:
        values = read_values(spec, block, header, labels, habits, conversions, settings.plan_currency)
        twice = duplicate_cells(spec, block, header, labels, values, settings.plan_currency)
        found += [*gathered_refusals(values.problems), *twice]
        records = labels.frame(spec)
        frame = _grid_frame(spec, labels, values, settings)
    else:
        records = labels.frame(spec)
        twice = duplicate_rows(spec, block, header, records, labels)
        found += twice
        frame = _record_frame(spec, records[~records.index.isin(labels.faulty)], settings)
    found += duplicates_after_defaults(spec, block.sheet, frame, found)
    detail = None
    if spec.combine is not None and len(frame):
        detail, frame = frame, spec.combine(frame)
    ordered = [*_in_cell_order(found), *left_out, *_period_notes(spec, block, header, habits), *conversions.problems()]
    return Reading(spec, settings, habits.calendar, records, frame, tuple(ordered), header, empty.origin, block.sheet, labels, values, detail)


def _with(empty: Reading, problems: list[Problem], header: Header | None = None) -> Reading:
    return replace(empty, problems=tuple(problems), header=header)


def _no_rows(spec: SheetSpec) -> pd.DataFrame:
    return empty_frame(spec.frame) if spec.frame is not None else pd.DataFrame()


def _absence(spec: SheetSpec, header: Header | None, block: Block) -> list[Problem]:
    """A required table without rows is a problem; any other has a stated default."""
    if not spec.required:
        return []
    cell = block.address(header.row + 1, header.columns.start) if header is not None else ""
    return [Problem(block.sheet, cell, "required-table", f"expected at least one row in {spec.name}", "an empty table", "a plan needs Items and Demand History")]


def _in_cell_order(problems: list[Problem]) -> list[Problem]:
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    return sorted(problems, key=lambda p: order[p.severity])


def _period_notes(spec: SheetSpec, block: Block, header: Header, habits: Habits) -> list[Problem]:
    """One note on header texts that were read as periods, such as `Nov-26`."""
    odd = [(p, j) for p, j in header.periods.items() if _unusual(block.rows[header.row][j], p, habits)]
    if not odd:
        return []
    period, j = odd[0]
    hint = f"and {len(odd) - 1} more up to {block.address(header.row, odd[-1][1])}" if len(odd) > 1 else ""
    words = f"read as the period {habits.calendar.label(period)}"
    return [Problem(block.sheet, block.address(header.row, j), "period-header", words, show(block.rows[header.row][j]), hint, Severity.NOTE)]


def _unusual(value: object, period: pd.Timestamp, habits: Habits) -> bool:
    return not (isinstance(value, str) and value.strip() == habits.calendar.label(period))


def _record_frame(spec: SheetSpec, records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    if records.empty or spec.frame is None:
        return records.reset_index(drop=True) if spec.frame is None else _no_rows(spec)
    sound = records.drop_duplicates(list(spec.key)) if spec.key else records
    frame = sound.reset_index(drop=True)
    return spec.to_frame(frame, settings) if spec.to_frame is not None else order_rows(frame, spec.frame)


def _grid_frame(spec: SheetSpec, labels: Labels, values: Values, settings: Settings) -> pd.DataFrame:
    if spec.frame is None or not len(values.number):
        return _no_rows(spec)
    faulty = np.array([i in labels.faulty for i in labels.rows])
    sound = ~faulty[values.line]
    if not sound.any():
        return _no_rows(spec)
    frame = values_frame(spec, labels, values, settings.plan_currency, sound)
    return spec.to_frame(frame, settings) if spec.to_frame is not None else order_rows(frame, spec.frame)
