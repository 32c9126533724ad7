"""A workbook's cells while formulas are evaluated: values read once per sheet, results put on top of them."""

from __future__ import annotations

from functools import cached_property

from sop_xl.blocks import NOT_CALCULATED, CellValue, a1
from sop_xl.hosts.cell_formulas.parse import Rows
from sop_xl.hosts.cells import MAX_COLUMNS, MAX_ROWS
from sop_xl.hosts.relations import target_of
from sop_xl.hosts.scan import Sheet
from sop_xl.hosts.styles import StyleTable
from sop_xl.hosts.tables import Area
from sop_xl.hosts.values import ValueReader, read_values, shared_strings
from sop_xl.hosts.workbook import Workbook

_SHARED = 64
"""Cells from which on a block is kept for the next formula that cites it."""


class NoResultError(Exception):
    """A cell holds a formula without a result; the text is its address."""


class Grid:
    """Values by sheet, row and column; sheets are named as the workbook spells them."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._parts = {e.name: e.part for e in workbook.sheets() if e.kind == "worksheet"}
        self._rows: dict[str, Rows] = {}
        self._blocks: dict[str, dict[Area, Rows]] = {}

    @cached_property
    def _reader(self) -> ValueReader:
        package, part = self._workbook.package, self._workbook.part
        texts = target_of(package, part, "sharedStrings")
        shared = shared_strings(package.text(texts)) if texts and package.has(texts) else []
        dates = StyleTable(package, part).date_styles()
        return ValueReader(shared, dates, self._workbook.date1904, NOT_CALCULATED)

    def rows(self, sheet: str) -> Rows:
        """All used cells of a sheet from A1 on."""
        if sheet not in self._rows:
            text = self._workbook.package.text(self._parts[sheet])
            self._rows[sheet] = read_values(Sheet(text, sheet), self._reader)
        return self._rows[sheet]

    def forget(self, *sheets: str) -> None:
        """Read those sheets anew when they are asked for, all of them where none is named: other results were stored."""
        for sheet in sheets or tuple(self._rows):
            self._rows.pop(sheet, None)
            self._blocks.pop(sheet, None)

    def value(self, sheet: str, row: int, column: int) -> CellValue:
        """Value of one cell."""
        rows = self.rows(sheet)
        return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None

    def put(self, sheet: str, row: int, column: int, value: CellValue) -> None:
        """Set one cell; the used area grows with it."""
        rows = self.rows(sheet)
        while len(rows) < row:
            rows.append([])
        line = rows[row - 1]
        line.extend([None] * (column - len(line)))
        line[column - 1] = value
        known = self._blocks.get(sheet)
        if known:
            self._blocks[sheet] = {a: b for a, b in known.items() if not (a[0] <= row <= a[2] and a[1] <= column <= a[3])}

    def used(self, sheet: str, area: Area) -> Area:
        """The area, cut to what is used where it is made of whole columns or rows, or goes to the last one."""
        top, left, bottom, right = area
        rows = self.rows(sheet)
        if bottom == MAX_ROWS:
            bottom = max(top, len(rows))
        if right == MAX_COLUMNS:
            right = max(left, max((len(line) for line in rows), default=1))
        return top, left, bottom, right

    def block(self, sheet: str, area: Area) -> Rows:
        """Values of an area as a function gets them: numbers are floats, as Excel hands them over. Not to be changed: many may share it.

        Raises
        ------
        NoResultError
            Where a formula among them was never computed.
        """
        top, left, bottom, right = area = self.used(sheet, area)
        known = self._blocks.setdefault(sheet, {})
        if area in known:
            return known[area]
        width = right - left + 1
        found: Rows = []
        for i, line in enumerate(self.rows(sheet)[top - 1 : bottom]):
            cut = [float(v) if type(v) is int else v for v in line[left - 1 : right]]
            if NOT_CALCULATED in cut:
                raise NoResultError(f"{sheet}!{a1(top + i, left + cut.index(NOT_CALCULATED))}")
            found.append(cut + [None] * (width - len(cut)) if len(cut) < width else cut)
        found += [[None] * width for _ in range(bottom - top + 1 - len(found))]
        if len(found) * width >= _SHARED:
            known[area] = found
        return found
