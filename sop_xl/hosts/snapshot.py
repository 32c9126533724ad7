"""A workbook's picture in memory, to be planned elsewhere, and the way back of what was written to the picture."""

from __future__ import annotations

from collections.abc import Collection

from sop_xl.blocks import CellValue
from sop_xl.errors import HostError
from sop_xl.hosts.memory import MemoryHost, MemorySheet, Written, WrittenTable
from sop_xl.hosts.protocol import Host


def snapshot(host: Host, sheets: Collection[str] | None = None, *, formulas: bool = False) -> MemoryHost:
    """The workbook as it stands, one block read per sheet; it can be pickled, and its `written` is empty.

    Parameters
    ----------
    sheets
        Sheets of which every cell is taken; all of them where absent. Of the others the picture has the name, whether they show, and
        the cells that a name points to; their tables cannot be written.
    formulas
        Whether the picture also knows the formulas that people typed into single cells of the tables, which costs another read of each.
    """
    taken = None if sheets is None else {name.casefold() for name in sheets}
    places = host.cell_names()
    named: dict[str, set[tuple[int, int]]] = {}
    for sheet, row, column in places.values():
        named.setdefault(sheet, set()).add((row, column))
    pictures: dict[str, MemorySheet] = {}
    for name in host.sheet_names():
        picture = pictures[name] = MemorySheet(visibility=host.sheet_visibility(name))
        whole = taken is None or name.casefold() in taken
        if not whole and name not in named:
            continue
        block = host.read_block(name)
        if whole:
            picture.table, picture.totals = block.table, block.totals
            picture.formulas = host.table_formulas(name) if formulas else {}
        picture.cells = {
            (block.row + i, block.column + j): value
            for i, row in enumerate(block.rows)
            for j, value in enumerate(row)
            if value is not None and (whole or (block.row + i, block.column + j) in named[name])
        }
    return MemoryHost(pictures, places, name=host.name)


def apply_written(source: MemoryHost | Written, host: Host) -> None:
    """Write to a workbook what was written to its picture, and save: all of it or nothing.

    Sheets and names that the workbook has no more are an error; so is a table that cannot grow, as in any write.

    Raises
    ------
    HostError
        With the address, before anything has changed.
    """
    written = source.written if isinstance(source, MemoryHost) else source
    host.check_writable()
    for sheet, table in written.tables.items():
        host.write_table(sheet, table.header, table.rows, sparse=table.sparse, formulas=table.formulas)
    for name, value in written.names.items():
        host.write_name(name, value)
    host.save()


def as_they_stand(host: Host, written: MemoryHost | Written) -> Written:
    """What the workbook holds now, values and single formulas, in the tables and named cells that are about to be written; `apply_written` brings it back.

    Raises
    ------
    HostError
        Where the workbook lacks one of the sheets or its table.
    """
    about = written.written if isinstance(written, MemoryHost) else written
    tables = {sheet: _table_now(host, sheet, table) for sheet, table in about.tables.items()}
    return Written(tables, {name: host.read_name(name) for name in about.names})


def _table_now(host: Host, sheet: str, about: WrittenTable) -> WrittenTable:
    block = host.read_block(sheet)
    if block.table is None:
        raise HostError(f"{sheet} has no Excel table; insert one (Ctrl+T) or take the sheet from the template")
    top, left, bottom, right = block.table

    def cells(row: int) -> list[CellValue]:
        line = block.rows[row - block.row] if row - block.row < len(block.rows) else ()
        found = list(line[left - block.column : right - block.column + 1])
        return found + [None] * (right - left + 1 - len(found))

    rows = [cells(row) for row in range(top + 1, bottom + 1 - block.totals)]
    if all(value is None for value in rows[-1]) and len(rows) == 1:
        rows = []  # the blank row that a table without rows keeps
    return WrittenTable([str(value) for value in cells(top)], rows, about.sparse, host.table_formulas(sheet))
