"""The same small workbook on every kind of host: in memory, on disk, and open in (an imitation of) Excel."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter
from openpyxl import load_workbook
from xlwings_engine import Protection, Workbook, open_book, xlwings_book

from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.live import LiveHost
from sop_xl.hosts.memory import MemoryHost, MemorySheet
from sop_xl.hosts.protocol import Host

HEADER = ["Item", "Quantity"]
ROWS = [["paint", 1], ["brush", 2]]
KINDS = ["memory", "headless", "live"]


class Bench:
    """Makes the same workbook on one kind of host and opens it again after a save.

    Parameters
    ----------
    kind
        One of `KINDS`.
    folder
        Where a file may go.
    """

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.path = kind, folder / "plan.xlsx"
        self.open: Workbook | None = None

    def make(
        self,
        *,
        top: int = 3,
        left: int = 2,
        beside: dict[tuple[int, int], object] | None = None,
        protected: bool = False,
        filtered_to: str = "",
        hidden_column: int = 0,
        parked: bool = False,
        totals: bool = False,
    ) -> Host:
        """`Supply Plan` with a two-row table at `B3`, loose cells beside it, and `Home` with the name `as_of` for `C4`.

        A filter shows only the rows of one item; a column is hidden by its number; `parked` makes Home very hidden; `totals` adds a totals row that
        says so. A workbook in memory knows
        nothing of protection, filters and hidden columns.
        """
        sheet = MemorySheet.of_rows([HEADER, *ROWS], row=top, column=left)
        sheet.cells.update(beside or {})
        if totals:
            sheet.totals, sheet.table = True, (top, left, top + 3, left + 1)
            sheet.cells[top + 3, left] = "Total"
        home = MemorySheet(visibility="veryHidden" if parked else "visible")
        picture = MemoryHost({"Supply Plan": sheet, "Home": home}, {"as_of": ("Home", 4, 3)}, name=self.path.name)
        if self.kind == "memory":
            return picture
        if self.kind == "live":
            self.open = open_book(picture)
            made = self.open.sheets[0]
            if filtered_to:
                made.filter(made.tables[0], 1, [filtered_to])
            made.hidden_columns |= {hidden_column} - {0}
            made.protection = Protection() if protected else None
            return self.live()
        self._make_file(sheet, parked, protected, hidden_column)
        if filtered_to:
            self._filter_file(top, filtered_to)
        return HeadlessHost(self.path)

    def _make_file(self, picture: MemorySheet, parked: bool, protected: bool, hidden_column: int) -> None:
        workbook = xlsxwriter.Workbook(self.path)
        sheet = workbook.add_worksheet("Supply Plan")
        top, left, bottom, right = picture.table
        columns = [{"header": h} for h in HEADER]
        if picture.totals:
            columns[0]["total_string"] = "Total"
        form = {"columns": columns, "data": ROWS, "name": "SupplyPlan", "total_row": picture.totals}
        sheet.add_table(top - 1, left - 1, bottom - 1, right - 1, form)
        for (row, column), value in picture.cells.items():
            if not (top <= row <= bottom and left <= column <= right):
                sheet.write(row - 1, column - 1, value)
        if protected:
            sheet.protect()
        if hidden_column:
            sheet.set_column(hidden_column - 1, hidden_column - 1, None, None, {"hidden": True})
        home = workbook.add_worksheet("Home")
        if parked:
            home.very_hidden()
        workbook.define_name("as_of", "=Home!$C$4")
        workbook.close()

    def _filter_file(self, top: int, item: str) -> None:
        workbook = load_workbook(self.path)
        sheet = workbook["Supply Plan"]
        sheet.tables["SupplyPlan"].autoFilter.add_filter_column(0, [item])
        for k, row in enumerate(ROWS):
            sheet.row_dimensions[top + 1 + k].hidden = row[0] != item
        workbook.save(self.path)

    def live(self) -> LiveHost:
        """The open workbook, seen anew."""
        assert self.open is not None
        return LiveHost(xlwings_book(self.open))

    def again(self, host: Host) -> Host:
        """The workbook as the next reader finds it."""
        host.save()
        if self.open is not None:
            return self.live()
        return host if self.kind == "memory" else HeadlessHost(self.path)

    def looks(self) -> dict[str, object] | None:
        """Whether the sheet is protected, its hidden rows and columns; `None` in memory, where nothing looks like anything."""
        if self.open is not None:
            sheet = self.open.sheets[0]
            return {"protected": sheet.protection is not None, "rows": set(sheet.hidden_rows), "columns": set(sheet.hidden_columns)}
        if self.kind == "memory":
            return None
        found = load_workbook(self.path)["Supply Plan"]
        columns = {d.min for d in found.column_dimensions.values() if d.hidden}
        return {"protected": found.protection.sheet, "rows": {r for r, d in found.row_dimensions.items() if d.hidden}, "columns": columns}


def body(host: Host, sheet: str = "Supply Plan") -> list[list[object]]:
    """Body of the sheet's table; cells beyond the used block are empty."""
    block = host.read_block(sheet)
    top, left, bottom, right = block.table
    grid = {(i + 1, j + 1): v for i, row in enumerate(block.rows) for j, v in enumerate(row)}
    return [[grid.get((r, c)) for c in range(left, right + 1)] for r in range(top + 1, bottom + 1)]
