"""A sheet's table as plain header and rows, for commands that move or compare tables without interpreting them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sop_xl.blocks import Block, CellValue, a1
from sop_xl.hosts.memory import MemoryHost
from sop_xl.hosts.protocol import Host
from sop_xl.hosts.snapshot import snapshot
from sop_xl.sheets import SHEETS
from sop_xl.sheets.spec import Shape, SheetSpec


@dataclass(frozen=True, slots=True)
class PlainTable:
    """Header and body of an Excel Table; rows without any value are left out.

    Parameters
    ----------
    spec
        The sheet's contract.
    header
        Header texts.
    rows
        Body rows with the 1-based sheet row of each.
    column
        1-based sheet column of the first header.
    """

    spec: SheetSpec
    header: list[str]
    rows: list[tuple[int, list[CellValue]]]
    column: int

    def address(self, row: int, place: int) -> str:
        """A1 address of the 0-based column `place` in sheet row `row`."""
        return a1(row, self.column + place)


def table_sheets(host: Host) -> Iterator[SheetSpec]:
    """Contract sheets with a table that the workbook has, in tab order."""
    present = set(host.sheet_names())
    return (s for s in SHEETS if s.shape is not Shape.PAGE and s.name in present)


def planning_picture(host: Host, *, formulas: bool = False) -> MemoryHost:
    """What a command that plans or checks needs of a workbook, as a picture in memory that can be sent to another process.

    Every table that the contract knows, whole; of pages of formulas only the cells with a name. `hosts.snapshot.apply_written` brings back what was
    written to it.

    Parameters
    ----------
    formulas
        Whether it knows the formulas that people typed into single cells, too: a command that writes input tables keeps them.
    """
    return snapshot(host, [spec.name for spec in table_sheets(host)], formulas=formulas)


def plain_table(spec: SheetSpec, block: Block, *, blank_rows: bool = False) -> PlainTable:
    """The table of a sheet; without header and rows where the sheet has no table.

    With `blank_rows` the rows without any value between others are there, too: who writes an input leaves them where people left them.
    """
    if block.table is None:
        return PlainTable(spec, [], [], 1)
    top, left, bottom, right = block.table

    def cells(row: int) -> list[CellValue]:
        inside = block.rows[row - block.row] if 0 <= row - block.row < len(block.rows) else ()
        first = left - block.column
        found = list(inside[max(first, 0) : first + right - left + 1])
        return found + [None] * (right - left + 1 - len(found))

    body = [(row, cells(row)) for row in range(top + 1, bottom + 1)]
    filled = [any(v is not None and v != "" for v in values) for _, values in body]
    last = max((k for k, some in enumerate(filled) if some), default=-1)
    rows = [line for k, line in enumerate(body) if filled[k] or (blank_rows and k < last)]
    return PlainTable(spec, [plain_text(v) for v in cells(top)], rows, left)


def plain_text(value: CellValue) -> str:
    """A cell as text that reads back as the same value: ISO dates, shortest numbers, `""` for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)
