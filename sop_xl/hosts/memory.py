"""A workbook in memory: the same rules as a file, without one. It can be sent to another process, and knows what was written to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sop_xl.blocks import Block, CellValue, a1
from sop_xl.errors import HostError
from sop_xl.hosts.cells import check_extent, check_header, plain_rows, plain_value
from sop_xl.hosts.tables import Area

Place = tuple[int, int]


@dataclass(slots=True)
class MemorySheet:
    """One sheet: its cells by 1-based `(row, column)` and the place of its table.

    Parameters
    ----------
    cells
        Only cells that hold something.
    table
        First row (the header), first column, last row, last column; `None` for a sheet without a table.
    visibility
        `visible`, `hidden` or `veryHidden`.
    totals
        Whether the last row of the table is its totals row, which stays below the body.
    formulas
        Formulas in single cells of the table's body, see `protocol.Host.table_formulas`; `cells` has what they show.
    """

    cells: dict[Place, CellValue] = field(default_factory=dict)
    table: Area | None = None
    visibility: str = "visible"
    totals: bool = False
    formulas: dict[Place, str] = field(default_factory=dict)

    @classmethod
    def of_rows(
        cls, rows: Sequence[Sequence[CellValue]], table: bool = True, row: int = 1, column: int = 1
    ) -> MemorySheet:
        """A sheet that holds these rows from a cell on, as a table (first row the header) or as loose cells."""
        width = max((len(line) for line in rows), default=0)
        cells: dict[Place, CellValue] = {
            (row + i, column + j): plain
            for i, line in enumerate(rows)
            for j, value in enumerate(line)
            if (plain := _stored(plain_value(value, lambda i=i, j=j: a1(row + i, column + j)))) is not None  # type: ignore[misc]
        }
        place = (row, column, row + max(len(rows) - 1, 1), column + width - 1) if table and width else None
        return cls(cells, place)


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """What `write_table` was given: the last header, rows and single formulas of one table."""

    header: list[str]
    rows: list[list[CellValue]]
    sparse: bool = False
    formulas: dict[Place, str] = field(default_factory=dict)


@dataclass(slots=True)
class Written:
    """What was written to a workbook since it was made, ready to be written to another one.

    Parameters
    ----------
    tables
        By sheet name, in the order of their first write.
    names
        Values of named cells, by the name as it was given.
    """

    tables: dict[str, WrittenTable] = field(default_factory=dict)
    names: dict[str, CellValue] = field(default_factory=dict)


class MemoryHost:
    """Implements `protocol.Host` on a dictionary of sheets.

    It can be pickled; the listener to progress stays behind.

    Parameters
    ----------
    sheets
        By name, in tab order.
    names
        Defined names of single cells: `(sheet, row, column)`.
    progress
        Called with message, done and total; errors in it are swallowed.
    name
        What people call the workbook.

    Attributes
    ----------
    written
        Tables and names that were written to it; see `snapshot.apply_written`.
    """

    def __init__(
        self,
        sheets: Mapping[str, MemorySheet],
        names: Mapping[str, tuple[str, int, int]] | None = None,
        progress: Callable[[str, int, int], object] | None = None,
        name: str = "the workbook",
    ) -> None:
        self.sheets = dict(sheets)
        self.names = {name.casefold(): place for name, place in (names or {}).items()}
        self.saves = 0
        self.changed = False
        self.written = Written()
        self._name = name
        self._progress = progress
        self._touched = False

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_progress": None}

    @property
    def name(self) -> str:
        """See `protocol.Host`."""
        return self._name

    def sheet_names(self) -> list[str]:
        """See `protocol.Host`."""
        return list(self.sheets)

    def sheet_visibility(self, name: str) -> str:
        """See `protocol.Host`."""
        return self._sheet(name)[1].visibility

    def cell_names(self) -> dict[str, tuple[str, int, int]]:
        """See `protocol.Host`."""
        return dict(self.names)

    def check_writable(self) -> None:
        """Memory always is."""

    def _sheet(self, name: str) -> tuple[str, MemorySheet]:
        for own, sheet in self.sheets.items():
            if own.casefold() == name.casefold():
                return own, sheet
        raise HostError(f"the workbook has no sheet {name}")

    def read_block(self, sheet: str) -> Block:
        """See `protocol.Host`."""
        name, found = self._sheet(sheet)
        height = max((row for row, _ in found.cells), default=0)
        width = max((column for _, column in found.cells), default=0)
        rows: list[list[CellValue]] = [[None] * width for _ in range(height)]
        for (row, column), value in found.cells.items():
            rows[row - 1][column - 1] = value
        return Block(name, 1, 1, rows, found.table, found.totals)

    def table_place(self, sheet: str) -> tuple[int, int, int, int] | None:
        """See `protocol.Host`."""
        return self._sheet(sheet)[1].table

    def table_formulas(self, sheet: str) -> dict[tuple[int, int], str]:
        """See `protocol.Host`."""
        return dict(self._sheet(sheet)[1].formulas)

    def write_table(
        self,
        sheet: str,
        header: Sequence[str],
        rows: Sequence[Sequence[CellValue]],
        *,
        sparse: bool = False,
        formulas: Mapping[tuple[int, int], str] | None = None,
    ) -> None:
        """See `protocol.Host`."""
        name, found = self._sheet(sheet)
        if found.table is None:
            raise HostError(
                f"{name} has no Excel table; insert one (Ctrl+T) or take the sheet from the template"
            )
        top, left, old_bottom, old_right = found.table
        names = check_header(name, header, top, left)
        values = plain_rows(name, len(names), rows, top + 1, left)
        bottom, right = top + len(values) + found.totals, left + len(names) - 1
        check_extent(name, bottom, right)
        in_the_way = min(
            (
                (row, column)
                for row, column in found.cells
                if top <= row <= bottom and left <= column <= right and not (row <= old_bottom and column <= old_right)
            ),
            default=None,
        )
        if in_the_way is not None:
            raise HostError(
                f"{name}!{a1(*in_the_way)}: the table needs this cell to grow, and it is not empty; move what stands there"
            )
        before = dict(found.cells)
        last = {column: found.cells.get((old_bottom, column)) for column in range(left, right + 1)} if found.totals else {}
        for place in [p for p in found.cells if top <= p[0] <= old_bottom and left <= p[1] <= old_right]:
            del found.cells[place]
        content: list[Sequence[CellValue]] = [names, *values]
        for i, line in enumerate(content):
            for j, value in enumerate(line):
                if (stored := _stored(value)) is not None:
                    found.cells[top + i, left + j] = stored
        found.cells.update({(bottom, column): value for column, value in last.items() if value is not None})
        self._touched = self._touched or before != found.cells or found.table != (top, left, bottom, right) or found.formulas != (formulas or {})
        found.table, found.formulas = (top, left, bottom, right), dict(formulas or {})
        self.written.tables[name] = WrittenTable(names, values if rows else [], sparse, dict(formulas or {}))

    def _place(self, name: str) -> tuple[MemorySheet, Place] | None:
        place = self.names.get(name.casefold())
        return None if place is None else (self._sheet(place[0])[1], place[1:])

    def read_name(self, name: str) -> CellValue:
        """See `protocol.Host`."""
        found = self._place(name)
        return found[0].cells.get(found[1]) if found else None

    def write_name(self, name: str, value: CellValue) -> None:
        """See `protocol.Host`."""
        found = self._place(name)
        if found is None:
            raise HostError(f"the workbook has no cell named {name}")
        sheet, place = found
        stored = _stored(plain_value(value, lambda: name))
        before = sheet.cells.get(place)
        self._touched = self._touched or before != stored or type(before) is not type(stored)
        self.written.names[name] = stored
        if stored is None:
            sheet.cells.pop(place, None)
        else:
            sheet.cells[place] = stored

    def progress(self, message: str, done: int = 0, total: int = 0) -> None:
        """See `protocol.Host`."""
        report_progress(self._progress, message, done, total)

    def save(self) -> None:
        """Count the save and say whether anything changed since the last one."""
        self.saves += 1
        self.changed, self._touched = self._touched, False


def _stored(value: CellValue) -> CellValue:
    """What a file would give back: whole numbers come as `int`."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e16 else value


def report_progress(
    sink: Callable[[str, int, int], object] | None, message: str, done: int, total: int
) -> None:
    """Tell a listener how far the work is; a broken one must not break the work."""
    if sink is None:
        return
    try:
        sink(message, done, total)
    except Exception:
        return
