"""A workbook file without Excel: read it, write the cells that are ours, and change not one byte of the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from sop_xl.blocks import NOT_CALCULATED, Block, CellValue, a1, parse_a1
from sop_xl.errors import HostError, Problem
from sop_xl.hosts.atomic import replace_file
from sop_xl.hosts.cell_formulas.evaluate import FunctionSet
from sop_xl.hosts.cell_formulas.session import CellFormulas, CellReport
from sop_xl.hosts.cells import CellWriter, plain_value
from sop_xl.hosts.guards import check_editable, check_target, read_file
from sop_xl.hosts.memory import report_progress
from sop_xl.hosts.named_cell import read_cell, read_formulas, write_cell
from sop_xl.hosts.package import Package
from sop_xl.hosts.refresh import Refresh
from sop_xl.hosts.relations import target_of
from sop_xl.hosts.replace_table import replace_table
from sop_xl.hosts.scan import Sheet
from sop_xl.hosts.styles import StyleTable
from sop_xl.hosts.tables import own_table, read_tables
from sop_xl.hosts.tabs import set_visibility
from sop_xl.hosts.transplant import Transplant
from sop_xl.hosts.values import ValueReader, read_values, shared_strings
from sop_xl.hosts.verify import verify_package
from sop_xl.hosts.workbook import Workbook

_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f[\s>]")
Progress = Callable[[str, int, int], object]


class HeadlessHost:
    """Implements `protocol.Host` on a workbook file.

    Writes change the workbook in memory, where reads see them; the file itself changes at `save`, all at once.

    Parameters
    ----------
    path
        An .xlsx, .xlsm, .xltx or .xltm file.
    out
        Where `save` writes; absent means to `path` itself.
    progress
        Called with message, done and total; errors in it are swallowed.

    Raises
    ------
    HostError
        Where the file is missing, damaged, encrypted, too large or no workbook.
    """

    def __init__(
        self, path: str | Path, out: str | Path | None = None, progress: Progress | None = None
    ) -> None:
        self.path = Path(path)
        self.target = Path(out) if out is not None else self.path
        self.changed = False
        self._progress = progress
        self._load(read_file(self.path))

    def _load(self, blob: bytes) -> None:
        self._package = Package(blob, self.path.name)
        self._workbook = Workbook(self._package)
        self._styles = StyleTable(self._package, self._workbook.part)
        self._reader: ValueReader | None = None
        self._touched = False
        self._removed_formula = False

    # reading

    @property
    def name(self) -> str:
        """See `protocol.Host`."""
        return self.path.name

    def cell_names(self) -> dict[str, tuple[str, int, int]]:
        """See `protocol.Host`; names that point to nothing any more are left out."""
        return self._workbook.cell_names()

    def sheet_names(self) -> list[str]:
        """Worksheets in tab order, hidden ones included; chart and dialog sheets are left out."""
        return [entry.name for entry in self._workbook.sheets() if entry.kind == "worksheet"]

    def sheet_visibility(self, name: str) -> str:
        """See `protocol.Host`."""
        return self._workbook.sheet(name).visibility

    def read_block(self, sheet: str) -> Block:
        """See `protocol.Host`; times of day without a date come as fractions of a day."""
        found, part = self._sheet(sheet)
        tables = read_tables(self._package, part)
        rows = read_values(found, self._value_reader())
        table = own_table(tables, found.name)
        return Block(found.name, 1, 1, rows, table.area if table else None, table.totals if table else False)

    def table_place(self, sheet: str) -> tuple[int, int, int, int] | None:
        """See `protocol.Host`."""
        found, part = self._sheet(sheet)
        table = own_table(read_tables(self._package, part), found.name)
        return table.area if table else None

    def read_formulas(self, sheet: str) -> dict[str, str]:
        """Formula text by address, with the equals sign; formulas shared between cells as each cell has it."""
        return read_formulas(self._sheet(sheet)[0])

    def table_formulas(self, sheet: str) -> dict[tuple[int, int], str]:
        """See `protocol.Host`."""
        found, part = self._sheet(sheet)
        table = own_table(read_tables(self._package, part), found.name)
        if table is None:
            return {}
        top, left, bottom, right = table.area
        filled = {left + j for j, column in enumerate(table.columns) if column.formula}
        places = {parse_a1(address): text for address, text in read_formulas(found).items()}
        return {
            (row - top - 1, column - left): text
            for (row, column), text in places.items()
            if top < row <= bottom - table.totals and left <= column <= right and column not in filled
        }

    def read_name(self, name: str) -> CellValue:
        """See `protocol.Host`. Raises `HostError` where the name is more than one cell or points to nothing."""
        place = self._workbook.named_cell(name)
        if place is None:
            return None
        return read_cell(self._sheet(place[0])[0], place[1], place[2], self._value_reader())

    # writing

    def check_writable(self) -> None:
        """Refuse now what `save` would refuse later: a file that is open, read-only, signed or shared."""
        check_target(self.target.resolve())
        check_editable(self._package, self._workbook.part)

    def write_table(
        self,
        sheet: str,
        header: Sequence[str],
        rows: Sequence[Sequence[CellValue]],
        *,
        sparse: bool = False,
        formulas: Mapping[tuple[int, int], str] | None = None,
    ) -> None:
        """See `protocol.Host`; a table without rows keeps one blank row, as Excel demands."""
        self.check_writable()
        found, part = self._sheet(sheet)
        if replace_table(self._package, found, part, header, rows, self._writer, sparse=sparse, formulas=formulas):
            self._removed_formula = True
        self._written()

    def write_name(self, name: str, value: CellValue) -> None:
        """See `protocol.Host`; the cell keeps its style."""
        self.check_writable()
        place = self._workbook.named_cell(name)
        if place is None:
            raise HostError(f"{self.path.name} has no cell named {name}")
        sheet, row, column = place
        plain = plain_value(value, lambda: f"{sheet}!{a1(row, column)}")
        found, part = self._sheet(sheet)
        stored = read_cell(found, row, column, self._value_reader())
        if type(stored) is type(plain) and stored == plain:
            return
        if write_cell(self._package, found, part, row, column, plain, self._writer):
            self._removed_formula = True
        self._written()

    def add_sheets(self, source: bytes, names: Sequence[str]) -> None:
        """Take whole worksheets over from another package (bytes of a workbook made by us), in that package's tab order.

        They come with tables, charts, notes, rules, styles and the names that belong or point to them. Raises `HostError` where a
        sheet or table of that name exists, the workbook's structure is protected, or the source has no such sheet.
        """
        self.check_writable()
        Transplant(source, self._workbook).add(names)
        self._structure_changed()

    def refresh_sheets(self, source: bytes, names: Sequence[str], before: Iterable[bytes]) -> tuple[list[str], list[str]]:
        """Make sheets as `source` (bytes of a workbook made by us) has them, unless a person changed them.

        Parameters
        ----------
        source
            Holds the sheets as they should be.
        names
            Sheets of formulas to bring up to date; those that either workbook lacks are passed over.
        before
            Workbooks as we may have made this one earlier. A sheet that equals none of them was changed by a person. Values of cells that have a
            name for the whole workbook (stamps, drop-downs) do not count as a change and are carried over.

        Returns
        -------
        tuple
            Names of the sheets that were made anew, and of those that differ from `source` and were left as they are: changed ones, and ones
            whose cells would move although something else cites them by address.
        """
        self.check_writable()
        refresh = Refresh(self._workbook, source, names)
        chosen = refresh.unchanged(before)
        left = [name for name in refresh.stale if name not in chosen]
        if chosen:
            entries = [n for name in chosen for n in refresh.present[name].entries()]
            values = {n: self.read_name(n) for n in entries}
            loosened = {n: f for name in chosen for n, f in refresh.loosened(name).items()}
            Transplant(source, self._workbook).replace(chosen, loosened)
            self._structure_changed()
            self._removed_formula = True
            for n in entries:
                if any(n in refresh.wanted[name].entries() for name in chosen):
                    self.write_name(n, values[n])
        return [name for name in refresh.stale if name in chosen], left

    def set_sheet_visibility(self, name: str, visibility: str) -> None:
        """Show, hide or park a sheet: `visible`, `hidden` or `veryHidden` (not offered in Excel's own list).

        Raises `HostError` where it is the only sheet that shows or the workbook's structure is protected.
        """
        self.check_writable()
        set_visibility(self._workbook, name, visibility)

    def compute_functions(
        self, functions: FunctionSet, *, calculator: bool, listed: Iterable[Problem] = ()
    ) -> CellReport:
        """Compute the cells that call our functions, as far as native formulas are not needed or up to date.

        Parameters
        ----------
        functions
            What the cells may call.
        calculator
            Whether native formulas will be computed after saving, and with them the cells that wait for them (see `recalculate`); if not, such
            cells are reported as not computed.
        listed
            What was said about cells after the last calculation; of cells that wait it is said again.
        """
        stale = self._workbook.calculates_on_load or self._touched
        cells = CellFormulas(self._workbook, functions, listed)
        if cells.settle(stale=stale):
            self.check_writable()
            self._written()
        return cells.report(calculator=calculator or not (stale or self._touched))

    def progress(self, message: str, done: int = 0, total: int = 0) -> None:
        """See `protocol.Host`."""
        report_progress(self._progress, message, done, total)

    def save(self) -> None:
        """Write the file: to a temporary one, flushed, read back and checked, then renamed.

        Raises
        ------
        HostError
            Where the place cannot be written, or the source changed on disk since it was read. Nothing has changed then.
        """
        before = self._package.blob
        if self._package.changed and self._touched:
            if self._removed_formula:
                self._workbook.drop_calculation_chain()
            if not self._workbook.calculates_on_load and self._has_formulas():
                self._workbook.request_full_calculation()
        content = self._package.to_bytes()
        in_place = self.target.resolve() == self.path.resolve()
        if in_place and content == before:
            self.changed = False
            return
        self.check_writable()
        if in_place and read_file(self.path) != before:
            raise HostError(f"{self.path.name} was changed by another program since it was read; run again")
        touched = {entry.name for entry in self._package.entries if entry.content is not None}
        replace_file(
            self.target,
            content,
            lambda written: verify_package(written, content, before, touched, self.target.name),
        )
        self.changed = content != before
        self._load(content)

    # parts

    def _sheet(self, name: str) -> tuple[Sheet, str]:
        entry = self._workbook.sheet(name)
        return Sheet(self._package.text(entry.part), entry.name), entry.part

    def _value_reader(self) -> ValueReader:
        if self._reader is None:
            part = target_of(self._package, self._workbook.part, "sharedStrings")
            texts = shared_strings(self._package.text(part)) if part and self._package.has(part) else []
            self._reader = ValueReader(
                texts, self._styles.date_styles(), self._workbook.date1904, NOT_CALCULATED
            )
        return self._reader

    def _writer(self, prefix: str) -> CellWriter:
        return CellWriter(prefix, self._styles, self._workbook.date1904)

    def _written(self) -> None:
        self._touched = True
        if self._reader is not None:
            self._reader.date_styles = self._styles.date_styles()  # a date may have needed a new style
            self._reader.kinds.clear()

    def _structure_changed(self) -> None:
        self._styles = StyleTable(self._package, self._workbook.part)
        self._reader = None
        self._touched = True

    def _has_formulas(self) -> bool:
        return any(
            _FORMULA.search(self._package.read(e.part))
            for e in self._workbook.sheets()
            if e.kind == "worksheet"
        )
