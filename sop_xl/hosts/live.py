"""A workbook in a running Excel, through xlwings' public interface: one block read and one block write per table."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sop_xl.blocks import Block, CellValue, a1
from sop_xl.errors import HostError
from sop_xl.hosts.live_citations import Citations
from sop_xl.hosts.live_excel import Patience, StatusLine, quiet, unlocked
from sop_xl.hosts.live_table import (
    TableWrite,
    area_of,
    read_formulas,
    read_values,
    rectangle,
    single_formulas,
    write_cell,
)
from sop_xl.hosts.memory import MemoryHost, MemorySheet, report_progress
from sop_xl.hosts.tables import Area, own_table
from sop_xl.hosts.values import MAX_AREA
from sop_xl.hosts.workbook import referenced_cell

if TYPE_CHECKING:
    import xlwings

_VISIBILITY = {-1: "visible", 0: "hidden", 2: "veryHidden"}


@dataclass(slots=True)
class _CellWrite:
    """A write to one named cell, and what stood there."""

    cell: Any
    place: str
    value: CellValue
    value_before: CellValue
    formula_before: str

    def apply(self) -> None:
        write_cell(self.cell, self.value, self.place)

    def undo(self) -> None:
        if self.formula_before.startswith("=") and self.formula_before != self.value_before:
            self.cell.formula = self.formula_before
        else:
            write_cell(self.cell, self.value_before, self.place)


class LiveHost:
    """Implements `protocol.Host` on a workbook that is open in Excel.

    Writes are collected in memory, where reads through this host see them. `save` makes them effective in the open workbook, all or, as far as Excel
    obeys, none: what stood there is kept until the last write is done, and written back where one fails. It does not save the file; that is the
    planner's to do, and until he does the file holds the results of before. Excel cannot undo what a program wrote.

    A filter of a table that is written is cleared, its buttons stay: Excel would write a block past the rows that it hides. Protection without a
    password is lifted for the write and put back. Rows that a table gains look like its last row.

    Parameters
    ----------
    book
        The workbook.
    progress
        Called with message, done and total, besides the status bar; errors in it are swallowed.
    patience
        How often and how long to wait for a busy Excel.
    clock
        Seconds that only ever grow; the status bar changes five times a second at most.

    Notes
    -----
    As a context manager it gives the status bar back at the end; so does `save`.
    """

    def __init__(
        self,
        book: xlwings.Book,
        progress: Callable[[str, int, int], object] | None = None,
        *,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.changed = False
        self._book = book
        self._progress = progress
        self._patient = patience or Patience()
        self._name: str = self._patient(lambda: book.name)
        self._status = StatusLine(book.app, clock)
        self._sheets: dict[str, Any] = {}
        self._collected = MemoryHost({}, name=self._name)

    def __enter__(self) -> LiveHost:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._status.give_back()

    @property
    def name(self) -> str:
        """See `protocol.Host`."""
        return self._name

    # reading

    def sheet_names(self) -> list[str]:
        """See `protocol.Host`."""
        names = self._patient(lambda: {sheet.name: sheet for sheet in self._book.sheets})
        self._sheets = {name.casefold(): sheet for name, sheet in names.items()}
        return list(names)

    def _sheet(self, name: str) -> tuple[str, Any]:
        if name.casefold() not in self._sheets:
            self.sheet_names()
        found = self._sheets.get(name.casefold())
        if found is None:
            raise HostError(f"{self._name} has no sheet {name}")
        return self._patient(lambda: found.name), found

    def sheet_visibility(self, name: str) -> str:
        """See `protocol.Host`; on a Mac a parked sheet counts as hidden, for xlwings tells no more there."""
        shown = self._patient(lambda: self._sheet(name)[1].visible)
        return ("visible" if shown else "hidden") if isinstance(shown, bool) else _VISIBILITY.get(int(shown), "visible")

    def cell_names(self) -> dict[str, tuple[str, int, int]]:
        """See `protocol.Host`."""
        references = self._patient(lambda: {defined.name: str(defined.refers_to) for defined in self._book.names})
        places = {name: referenced_cell(text.removeprefix("=")) for name, text in references.items() if "!" not in name}
        present = {name.casefold(): name for name in self.sheet_names()}
        return {name: (present[p[0].casefold()], *p[1:]) for name, p in places.items() if p is not None and p[0].casefold() in present}

    def read_block(self, sheet: str) -> Block:
        """See `protocol.Host`; one read from A1 to the last cell in use."""
        name, found = self._sheet(sheet)
        if name in self._collected.sheets:
            return self._collected.read_block(name)
        return self._patient(lambda: self._block(name, found))

    def _block(self, name: str, sheet: Any) -> Block:
        _, _, bottom, right = area_of(sheet.used_range)
        if bottom * right > MAX_AREA:
            raise HostError(
                f"{name}!{a1(bottom, right)}: a cell so far out makes the sheet too large to read; clear what stands out there by mistake"
            )
        rows = read_values(rectangle(sheet, (1, 1, bottom, right)))
        height = max((i + 1 for i, row in enumerate(rows) if any(v is not None for v in row)), default=0)
        width = max((j + 1 for row in rows for j, v in enumerate(row) if v is not None), default=0)
        table = own_table(list(sheet.tables), name)
        place, totals = (area_of(table.range), bool(table.show_totals)) if table is not None else (None, False)
        return Block(name, 1, 1, [row[:width] for row in rows[:height]], place, totals)

    def table_place(self, sheet: str) -> Area | None:
        """See `protocol.Host`."""
        name, found = self._sheet(sheet)
        if name in self._collected.sheets:
            return self._collected.table_place(name)

        def place() -> Area | None:
            table = own_table(list(found.tables), name)
            return area_of(table.range) if table is not None else None

        return self._patient(place)

    def table_formulas(self, sheet: str) -> dict[tuple[int, int], str]:
        """See `protocol.Host`; two reads."""
        name, found = self._sheet(sheet)
        if name in self._collected.written.tables:
            return self._collected.table_formulas(name)

        def formulas() -> dict[tuple[int, int], str]:
            table = own_table(list(found.tables), name)
            return single_formulas(found, table) if table is not None else {}

        return self._patient(formulas)

    def read_name(self, name: str) -> CellValue:
        """See `protocol.Host`. Raises `HostError` where the name is not one cell."""
        place = self._named_cell(name)
        if place is None:
            return None
        if place[0] in self._collected.sheets:
            return self._collected.sheets[place[0]].cells.get(place[1:])
        cell = self._sheet(place[0])[1].range(place[1:])
        return self._patient(lambda: read_values(cell)[0][0])

    def _named_cell(self, name: str) -> tuple[str, int, int] | None:
        if not self._patient(lambda: name in self._book.names):
            return None
        reference = str(self._patient(lambda: self._book.names[name].refers_to)).removeprefix("=")
        place = referenced_cell(reference)
        if place is None:
            raise HostError(f"{self._name}: the name {name} is not one cell but {reference or 'empty'}")
        return self._sheet(place[0])[0], *place[1:]

    # writing

    def check_writable(self) -> None:
        """Refuse now a workbook that was closed meanwhile, or an Excel that does not answer."""
        try:
            self._patient(lambda: self._book.name)
        except HostError:
            raise
        except Exception as error:
            raise HostError(f"{self._name} is no longer open in Excel; open it and run again") from error

    def write_table(
        self,
        sheet: str,
        header: Sequence[str],
        rows: Sequence[Sequence[CellValue]],
        *,
        sparse: bool = False,
        formulas: Mapping[tuple[int, int], str] | None = None,
    ) -> None:
        """See `protocol.Host`; what `sparse` spares in files means nothing here."""
        name = self._collect(sheet)
        self._collected.write_table(name, header, rows, sparse=sparse, formulas=formulas)

    def write_name(self, name: str, value: CellValue) -> None:
        """See `protocol.Host`; the cell keeps its look."""
        place = self._named_cell(name)
        if place is None:
            raise HostError(f"{self._name} has no cell named {name}")
        cell = self._sheet(place[0])[1].range(place[1:])
        start = self._patient(lambda: (cell.merge_area.row, cell.merge_area.column))
        if start != place[1:]:
            raise HostError(f"{place[0]}!{a1(*place[1:])}: the cell is hidden in a merged range; unmerge it")
        self._collect(place[0])
        self._collected.names[name.casefold()] = place
        self._collected.write_name(name, value)

    def _collect(self, sheet: str) -> str:
        """Keep a picture of a sheet that is about to be written."""
        name, _ = self._sheet(sheet)
        if name not in self._collected.sheets:
            block = self.read_block(name)
            cells: dict[tuple[int, int], CellValue] = {(1 + i, 1 + j): v for i, row in enumerate(block.rows) for j, v in enumerate(row) if v is not None}
            self._collected.sheets[name] = MemorySheet(cells, block.table, totals=block.totals)
        return name

    def progress(self, message: str, done: int = 0, total: int = 0) -> None:
        """See `protocol.Host`; shown in Excel's status bar."""
        self._status.show(message, done, total)
        report_progress(self._progress, message, done, total)

    def save(self) -> None:
        """Make the writes effective in the open workbook; the file is the planner's to save.

        Raises
        ------
        HostError
            Where a table cannot grow, a sheet is protected with a password, or Excel refuses; everything is as it was then, unless the text says
            otherwise.
        """
        written = self._collected.written
        self.changed = False
        if written.tables or written.names:
            try:
                with quiet(self._book.app, self._patient):
                    self.changed = self._make_effective()
            finally:
                self._status.give_back()
        self._collected = MemoryHost({}, name=self._name)

    def _make_effective(self) -> bool:
        tables, cells, citations = self._patient(self._prepare)
        changes: list[TableWrite | _CellWrite] = [*tables, *cells]
        sheets = dict.fromkeys([*(t.name for t in tables), *(c.place.rpartition("!")[0] for c in cells), *sorted(citations.sheets)])
        with contextlib.ExitStack() as stack:
            for name in sheets:
                stack.enter_context(unlocked(self._sheet(name)[1], self._patient))
            begun: list[TableWrite | _CellWrite] = []
            try:
                for k, change in enumerate(changes):
                    if isinstance(change, TableWrite):
                        self.progress(f"Writing {change.name}", k, len(changes))
                    begun.append(change)
                    self._patient(change.apply)
                self._patient(citations.put_back)
            except BaseException as error:
                self._undo(begun, citations, error)
                raise
        return bool(changes)

    def _prepare(self) -> tuple[list[TableWrite], list[_CellWrite], Citations]:
        """Every write with what stands there now; refuses here or not at all. What would change nothing is left out."""
        tables = []
        for name, written in self._collected.written.tables.items():
            _, sheet = self._sheet(name)
            table = own_table(list(sheet.tables), name)
            if table is None:
                raise HostError(f"{name} lost its Excel table while the run was under way; nothing was written")
            rows = written.rows or [[None] * len(written.header)]
            tables.append(TableWrite(sheet, table, name, written.header, rows, written.formulas))
        tables = [write for write in tables if write.changes]
        cells = [write for name in self._collected.written.names if (write := self._cell_write(name)) is not None]
        return tables, cells, Citations(self._book, tables)

    def _cell_write(self, name: str) -> _CellWrite | None:
        sheet, row, column = self._collected.names[name.casefold()]
        value, cell = self._collected.written.names[name], self._sheet(sheet)[1].range((row, column))
        before = read_values(cell)[0][0]
        if value == before and type(value) is type(before):
            return None
        return _CellWrite(cell, f"{sheet}!{a1(row, column)}", value, before, read_formulas(cell)[0][0])

    def _undo(self, begun: Sequence[TableWrite | _CellWrite], citations: Citations, error: BaseException) -> None:
        """Write back what stood there, last write first, and say what could not be."""
        lost = []
        for change in reversed(begun):
            try:
                self._patient(change.undo)
            except Exception:
                lost.append(change.name if isinstance(change, TableWrite) else change.place)
        with contextlib.suppress(Exception):
            self._patient(citations.put_back)
        if lost:
            raise HostError(
                f"Excel refused a write and could not take back all of it: {', '.join(sorted(lost))} may be changed; close without saving"
            ) from error
        if not isinstance(error, (HostError, KeyboardInterrupt, SystemExit)) and isinstance(error, Exception):
            where = begun[-1].name if isinstance(begun[-1], TableWrite) else begun[-1].place
            raise HostError(f"{where}: Excel refused the write ({error}); everything is as it was") from error
