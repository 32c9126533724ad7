"""Read and write one cell, and list a sheet's formulas."""

from __future__ import annotations

from collections.abc import Callable

from sop_xl.blocks import CellValue, a1
from sop_xl.errors import HostError
from sop_xl.hosts.cells import CellWriter
from sop_xl.hosts.formulas import move_formula
from sop_xl.hosts.occupied import array_areas, merged_areas, pivot_areas, unshare
from sop_xl.hosts.package import Package
from sop_xl.hosts.scan import Row, Sheet
from sop_xl.hosts.splice import RowEdit, apply_rows, column_styles, inherited_style, style_of, widen_dimension
from sop_xl.hosts.tables import overlap, read_tables
from sop_xl.hosts.values import ValueReader, cell_value
from sop_xl.hosts.xmltext import attributes, unescape


def _find(sheet: Sheet, row: int, column: int) -> tuple[Row | None, tuple[str, str] | None]:
    stored = next((r for r in sheet.rows() if r.number == row), None)
    if stored is None:
        return None, None
    return stored, next(((head, inner) for c, head, inner in sheet.cells(stored) if c == column), None)


def read_cell(sheet: Sheet, row: int, column: int, reader: ValueReader) -> CellValue:
    """Value of one cell, `None` where it is empty."""
    _, cell = _find(sheet, row, column)
    return None if cell is None else cell_value(sheet, reader, row, column, *cell)


def write_cell(
    package: Package,
    sheet: Sheet,
    part: str,
    row: int,
    column: int,
    value: CellValue,
    writer: Callable[[str], CellWriter],
) -> bool:
    """Write one cell, keep its style; whether a formula was removed.

    Raises
    ------
    HostError
        Where the cell is hidden in a merged range, part of an array formula or a pivot table, or a table's heading.
    """
    place, area = f"{sheet.name}!{a1(row, column)}", (row, column, row, column)
    if any(overlap(area, m) and area[:2] != m[:2] for m in merged_areas(sheet)):
        raise HostError(f"{place}: the cell is hidden in a merged range; unmerge it")
    if any(overlap(area, a) for a in array_areas(sheet)):
        raise HostError(f"{place}: the cell belongs to an array formula and cannot be written alone")
    if any(overlap(area, a) for a in pivot_areas(package, part)):
        raise HostError(f"{place}: the cell belongs to a pivot table")
    for table in read_tables(package, part):
        if table.header and overlap(area, (*table.area[:2], table.area[0], table.area[3])):
            raise HostError(f"{place}: the cell is a heading of the table {table.name}")
    sheet = unshare(sheet, area)
    stored, cell = _find(sheet, row, column)
    style = style_of(cell[0]) if cell else inherited_style(stored, column, column_styles(sheet))
    text = writer(sheet.prefix).cell(a1(row, column), style, value)
    written = apply_rows(sheet, sheet.rows(), {row: RowEdit(column, column, text)})
    package.replace_text(part, widen_dimension(written, sheet.prefix, area))
    return bool(cell and f"<{sheet.prefix}f" in cell[1])


def read_formulas(sheet: Sheet) -> dict[str, str]:
    """Formula text by address, with the equals sign."""
    found: dict[str, str] = {}
    masters: dict[str, tuple[int, int, str]] = {}
    waiting: list[tuple[str, int, int, str]] = []
    mark = f"<{sheet.prefix}f"
    for row in sheet.rows():
        if sheet.text.find(mark, row.inner_start, row.inner_end) < 0:
            continue
        for column, _, inner in sheet.cells(row):
            match = sheet.patterns.formula.search(inner) if mark in inner else None
            if match is None:
                continue
            values, text, address = attributes(match[1]), unescape(match[2] or ""), a1(row.number, column)
            if values.get("t") == "shared" and not text:
                found[address] = ""
                waiting.append((address, row.number, column, values.get("si", "")))
                continue
            if values.get("t") == "shared":
                masters[values.get("si", "")] = (row.number, column, text)
            if text:
                found[address] = "=" + text
    for address, row_number, column, group in waiting:
        if group in masters:
            top, left, text = masters[group]
            found[address] = "=" + move_formula(text, row_number - top, column - left)
        else:
            del found[address]
    return found
