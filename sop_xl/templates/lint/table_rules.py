"""Rules about tables and stored values: whole definitions, no merges, numbers as numbers and codes as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from sop_xl.blocks import CellValue, a1
from sop_xl.errors import Problem, quote
from sop_xl.hosts.tables import Table, format_area, overlap
from sop_xl.sheets.spec import CellType, Shape
from sop_xl.templates.lint.findings import and_more, finding
from sop_xl.templates.lint.view import SheetView, WorkbookView, is_number

# digits, perhaps grouped, signed, in brackets, with a currency sign or per cent; a leading zero makes a code
_NUMBER_TEXT = re.compile(r"[-+(]?\s*[$€£¥]?\s*(?:0|[1-9]\d{0,2}(?:[,. '\u00a0\u202f]\d{3})+|[1-9]\d*)?(?:[.,]\d+)?\s*(?:%|[$€£¥])?\)?-?")
_NUMBER_CELLS = (CellType.NUMBER, CellType.INTEGER, CellType.FRACTION)


def check_table_headers(view: WorkbookView) -> list[Problem]:
    """Header cells are text, filled, unique whatever the case, and say what the table's definition says."""
    found = []
    for sheet, table in _tables(view):
        if not table.header:
            continue
        top, left, _, _ = table.area
        seen: dict[str, int] = {}
        for k, column in enumerate(table.columns):
            value = sheet.value(top, left + k)
            cell = a1(top, left + k)
            if value is None or value == "":
                found.append(finding("table-header", sheet.name, cell, f'expected the header "{column.name}"', "nothing"))
            elif type(value) is not str:
                got = f"{value}, which is not text"
                found.append(finding("table-header", sheet.name, cell, f'expected the header "{column.name}"', got))
            elif (top, left + k) in sheet.formulas:
                got = "=" + sheet.formulas[top, left + k]
                found.append(finding("table-header", sheet.name, cell, f'expected the header "{column.name}" as plain text', got))
            elif _plain(value) != _plain(column.name):
                expected = f'expected the header "{column.name}" as the table {table.name} defines it'
                found.append(finding("table-header", sheet.name, cell, expected, quote(value)))
            name = column.name.casefold()
            if name in seen:
                got = f'"{column.name}" as in {a1(top, left + seen[name])}'
                found.append(finding("table-header", sheet.name, cell, "expected each header once", got))
            seen.setdefault(name, k)
    return found


def _plain(text: str) -> str:
    return " ".join(text.split())


def check_table_areas(view: WorkbookView) -> list[Problem]:
    """Tables have one name each and stay clear of each other; the contract's tables are there. A wrong width is refused on reading."""
    found = []
    owners: dict[str, str] = {}
    for sheet, table in _tables(view):
        cell = a1(*table.area[:2])
        if table.name.casefold() in owners:
            got = f"one on {owners[table.name.casefold()]} too"
            found.append(finding("table-area", sheet.name, cell, f"expected one table {table.name}", got))
        owners.setdefault(table.name.casefold(), sheet.name)
    for sheet in view.sheets:
        for one, other in combinations(sheet.tables, 2):
            if overlap(one.area, other.area):
                got = f"{format_area(one.area)} and {format_area(other.area)}"
                expected = f"expected the tables {one.name} and {other.name} apart"
                found.append(finding("table-area", sheet.name, a1(*other.area[:2]), expected, got))
        spec = sheet.spec
        if spec is not None and spec.shape is not Shape.PAGE and spec.table.casefold() not in {t.name.casefold() for t in sheet.tables}:
            got = ", ".join(t.name for t in sheet.tables) or "none"
            found.append(finding("sheet-missing-table", sheet.name, "", f"expected an Excel Table named {spec.table}", got))
    return found


def check_merges(view: WorkbookView) -> list[Problem]:
    """Merged cells that reach into a table."""
    return [
        finding("merged-in-table", sheet.name, a1(*area[:2]), f"expected no merged cells in the table {table.name}", format_area(area))
        for sheet, table in _tables(view)
        for area in sheet.features.merged
        if overlap(area, table.area)
    ]


def check_text_numbers(view: WorkbookView) -> list[Problem]:
    """Text that looks like a number where numbers belong: in a numeric or period column, or among numbers."""
    found = []
    for sheet in view.sheets:
        for column, start, end, kind in _value_columns(sheet):
            values = [line[column - 1] for line in sheet.values[start - 1 : end]]
            if kind is CellType.CODE:
                problem = _code_column(sheet, column, start, values)
            else:
                problem = _number_column(sheet, column, start, values, numeric=kind in _NUMBER_CELLS)
            if problem:
                found.append(problem)
    return found


def _value_columns(sheet: SheetView) -> Iterator[tuple[int, int, int, CellType | None]]:
    """Columns of tables, then of grids outside tables: column, first row, last row, and what cells they hold if that is known."""
    for table in sheet.tables:
        top, left, bottom, right = table.body
        types: dict[str, CellType] = {}
        if sheet.spec is not None and table.name.casefold() == sheet.spec.table.casefold() and sheet.spec.name != "Settings":
            types = {c.label.casefold(): c.cell for c in sheet.spec.columns}
        periods = {c for a in sheet.axes if a.row == table.area[0] for c in a.columns}
        for k, column in enumerate(range(left, right + 1)):
            name = table.columns[k].name.casefold() if k < len(table.columns) else ""
            known = CellType.NUMBER if column in periods else types.get(name)
            if known not in (CellType.TEXT, CellType.CHOICE, CellType.DATE, CellType.PERIOD):
                yield column, top, bottom, known
    for axis in sheet.axes:
        if not any(t.area[0] <= axis.row <= t.area[2] for t in sheet.tables):
            for column in axis.columns:
                yield column, axis.row + 1, axis.last, CellType.NUMBER
    if not sheet.tables and not sheet.axes and sheet.values:
        for column in range(1, len(sheet.values[0]) + 1):
            yield column, 1, len(sheet.values), None


def _number_column(sheet: SheetView, column: int, start: int, values: list[CellValue], *, numeric: bool) -> Problem | None:
    texts = [k for k, v in enumerate(values) if type(v) is str and _looks_like_number(v)]
    if not texts:
        return None
    if not numeric and sum(is_number(v) for v in values) <= len(texts):
        return None
    got = f"{quote(values[texts[0]])} as text{and_more(len(texts) - 1)}"
    return finding("text-number", sheet.name, a1(start + texts[0], column), "expected a number", got, "convert the text to numbers")


def _code_column(sheet: SheetView, column: int, start: int, values: list[CellValue]) -> Problem | None:
    numbers = [k for k, v in enumerate(values) if is_number(v)]
    if not numbers:
        return None
    got = f"the number {values[numbers[0]]}{and_more(len(numbers) - 1)}"
    hint = "format the column as text before pasting"
    return finding("number-in-code", sheet.name, a1(start + numbers[0], column), "expected a code as text", got, hint)


def _looks_like_number(text: str) -> bool:
    text = text.strip()
    return any(c.isdigit() for c in text) and len(text) <= 24 and _NUMBER_TEXT.fullmatch(text) is not None


def _tables(view: WorkbookView) -> Iterator[tuple[SheetView, Table]]:
    return ((sheet, table) for sheet in view.sheets for table in sheet.tables)
