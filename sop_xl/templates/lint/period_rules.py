"""Rules about time: each period once and in order, in the same column everywhere, every line with its unit."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

from sop_xl.blocks import a1
from sop_xl.errors import Problem, Severity
from sop_xl.sheets.spec import Shape, SheetKind
from sop_xl.templates.lint.findings import and_more, finding
from sop_xl.templates.lint.time_axis import Axis
from sop_xl.templates.lint.view import SheetView, WorkbookView, is_number

UNIT_WORDS = frozenset({"unit", "units", "uom", "unit of measure", "currency", "einheit", "unité", "unidad", "eenheid"})
"""Headings of a unit column."""


def check_period_headers(view: WorkbookView) -> list[Problem]:
    """Each header names a period once, and periods follow each other without a gap."""
    found = []
    for sheet in view.sheets:
        for axis in sheet.axes:
            problem = _repeated(sheet, axis) or _out_of_order(sheet, axis)
            if problem:
                found.append(problem)
    return found


def _repeated(sheet: SheetView, axis: Axis) -> Problem | None:
    first: dict[int, int] = {}
    again = []
    for column, period in axis.columns.items():
        if period in first:
            again.append((column, first[period]))
        else:
            first[period] = column
    if not again:
        return None
    column, earlier = again[0]
    # the whole axis again further right is a second block, such as units beside money; a stray repeat is a mistake
    block = len(again) > 1 and len(again) == len(axis.columns) - len(first)
    severity = Severity.NOTE if block and len(axis.columns) % len(first) == 0 else None
    got = f"{sheet.value(axis.row, column)} as in {a1(axis.row, earlier)}{and_more(len(again) - 1, 'periods')}"
    return finding("duplicate-period", sheet.name, a1(axis.row, column), "expected each period once", got, severity=severity)


def _out_of_order(sheet: SheetView, axis: Axis) -> Problem | None:
    places = sorted(axis.columns)
    season = 12 if axis.kind == "month of year" else 0
    jumps = [
        (before, after)
        for before, after in pairwise(places)
        if (axis.columns[after] - axis.columns[before] - 1) % (season or 1 << 40) != 0
    ]
    if not jumps:
        return None
    before, after = jumps[0]
    got = f"{sheet.value(axis.row, after)}{and_more(len(jumps) - 1, 'gaps')}"
    expected = f"expected the {axis.kind} after {sheet.value(axis.row, before)}"
    return finding("period-order", sheet.name, a1(axis.row, after), expected, got)


def check_period_columns(view: WorkbookView) -> list[Problem]:
    """The same column is the same period on every grid of the workbook; one finding for each grid that departs from most."""
    grids = [(sheet, axis) for sheet in view.sheets for axis in sheet.axes]
    found = []
    for kind in dict.fromkeys(axis.kind for _, axis in grids):
        same_kind = [(sheet, axis) for sheet, axis in grids if axis.kind == kind]
        votes = Counter(min(axis.columns.values()) - axis.start for _, axis in same_kind)
        if len(votes) < 2:
            continue
        (offset, count), *_ = votes.most_common(1)
        model, model_axis = next((s, a) for s, a in same_kind if min(a.columns.values()) - a.start == offset)
        for sheet, axis in same_kind:
            period = min(axis.columns.values())
            if period - axis.start != offset:
                there = model.value(model_axis.row, axis.start)
                more = and_more(count - 1, "grids")
                if there is not None and not isinstance(there, float | int):
                    expected = f"expected {there} as on {model.name}{more}"
                else:
                    expected = f"expected the periods of {model.name}{more} in their columns"
                got = f"{sheet.value(axis.row, axis.start)}"
                # what people paste may have a calendar of its own; the reader goes by headings
                pasted = sheet.spec is not None and sheet.spec.kind is SheetKind.INPUT
                severity = Severity.NOTE if pasted else None
                found.append(finding("period-column", sheet.name, a1(axis.row, axis.start), expected, got, severity=severity))
    return found


def check_units(view: WorkbookView) -> list[Problem]:
    """A unit column left of the periods, and a unit on every line with numbers.

    Blank units on input sheets of the contract have a stated meaning and are left alone.
    """
    found = []
    for sheet in view.sheets:
        for axis in sheet.axes:
            column = unit_column(sheet, axis)
            if column is None:
                hint = "add a column Unit left of the periods"
                found.append(finding("unit-column", sheet.name, a1(axis.row, 1), "expected a unit column", "none", hint))
                continue
            if sheet.spec is not None and sheet.spec.kind is SheetKind.INPUT:
                continue
            blank = _lines_without_unit(sheet, axis, column)
            if blank:
                got = f"nothing{and_more(len(blank) - 1, 'lines')}"
                found.append(finding("unit-missing", sheet.name, a1(blank[0], column), "expected the unit of the line", got))
    return found


def unit_column(sheet: SheetView, axis: Axis) -> int | None:
    """The column headed as a unit, sought left of the periods in the header row and the one above."""
    for row in (axis.row, axis.row - 1):
        for column in range(1, axis.start):
            value = sheet.value(row, column)
            if isinstance(value, str) and value.strip().casefold() in UNIT_WORDS:
                return column
    return None


def _lines_without_unit(sheet: SheetView, axis: Axis, column: int) -> list[int]:
    blank = []
    start, end = axis.start - 1, max(axis.columns)
    for row in range(axis.row + 1, min(axis.last, len(sheet.values)) + 1):
        line = sheet.values[row - 1]
        if line[column - 1] in (None, "") and any(is_number(v) for v in line[start:end]):
            blank.append(row)
    return blank


def is_grid(sheet: SheetView) -> bool:
    """Whether a sheet shows periods side by side, by its contract or by what it holds."""
    return bool(sheet.axes) or (sheet.spec is not None and sheet.spec.shape is Shape.GRID)
