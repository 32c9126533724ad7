"""What people typed into columns of output tables that are theirs (decisions, owners, remarks): it must outlive what a run writes around it."""

from __future__ import annotations

from dataclasses import replace

from sop_xl.blocks import CellValue
from sop_xl.commands.inputs import marked_sheets
from sop_xl.commands.tables import plain_table, plain_text
from sop_xl.errors import HostError
from sop_xl.hosts.memory import Written, WrittenTable
from sop_xl.hosts.protocol import Host
from sop_xl.sheets.spec import SheetSpec

Words = dict[tuple[str, ...], dict[str, CellValue]]
"""Typed cells by the key of their line and the label of their column."""


def with_words_of(host: Host, written: Written, *, since: Host | None = None) -> Written:
    """Tables about to be written, with what people typed into the workbook's own.

    Parameters
    ----------
    host
        The workbook as it is now.
    written
        What is about to be written to it.
    since
        The workbook as it was when the run began: only what differs from it counts, emptied cells too, and it must not get lost.
        Where absent, whatever stands in the workbook now counts, and what finds no line is left out.

    Raises
    ------
    HostError
        Where a line that somebody wrote on since then is not among the new ones.
    """
    tables = dict(written.tables)
    for spec in marked_sheets():
        if spec.name not in tables:
            continue
        before = _words(since, spec) if since is not None else {}
        typed = {key: _changed(cells, before.get(key, {})) for key, cells in _words(host, spec).items()}
        tables[spec.name] = _with_words(spec, tables[spec.name], {k: c for k, c in typed.items() if c}, needed=since is not None)
    return replace(written, tables=tables)


def _changed(cells: dict[str, CellValue], before: dict[str, CellValue]) -> dict[str, CellValue]:
    return {label: value for label, value in cells.items() if plain_text(value) != plain_text(before.get(label))}


def _words(host: Host, spec: SheetSpec) -> Words:
    if spec.name not in host.sheet_names():
        return {}
    table = plain_table(spec, host.read_block(spec.name))
    places = _places(spec, table.header)
    if places is None:
        return {}
    keys, people = places
    return {tuple(plain_text(cells[k]) for k in keys): {table.header[p]: cells[p] for p in people} for _, cells in table.rows}


def _with_words(spec: SheetSpec, table: WrittenTable, words: Words, *, needed: bool) -> WrittenTable:
    places = _places(spec, table.header)
    if not words or places is None:
        return table
    rows = [list(row) for row in table.rows]
    lines = {tuple(plain_text(row[k]) for k in places[0]): row for row in rows}
    for key, cells in words.items():
        line = lines.get(key)
        if line is None:
            if needed:
                named = ", ".join(part for part in key if part)
                raise HostError(f"{spec.name}: the line {named}, on which somebody wrote during the run, is not among the new results; nothing was written, run again")
            continue
        for label, value in cells.items():
            line[table.header.index(label)] = value
    return replace(table, rows=rows)


def _places(spec: SheetSpec, header: list[str]) -> tuple[list[int], list[int]] | None:
    """Columns of the key and of people; `None` where the table has lost one."""
    keys = [c.label for c in spec.columns if c.name in spec.key]
    people = [c.label for c in spec.columns if c.people]
    if not all(label in header for label in (*keys, *people)):
        return None
    return [header.index(label) for label in keys], [header.index(label) for label in people]
