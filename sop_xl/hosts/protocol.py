"""What every host can do: read a sheet's cells, write a table, read and write a named cell, show progress, save."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from sop_xl.blocks import Block, CellValue


class Host(Protocol):
    """A workbook somewhere.

    Writes are collected and take effect at `save`; until then the workbook is as it was, though reads through this very
    host see what was written. Everything that could be refused is refused (`HostError`, with the cell) before the first byte is written.
    """

    changed: bool
    """Whether the last `save` changed anything."""

    @property
    def name(self) -> str:
        """What people call the workbook: its file name."""
        ...

    def sheet_names(self) -> list[str]:
        """Worksheets in tab order, hidden ones included."""
        ...

    def sheet_visibility(self, name: str) -> str:
        """`visible`, `hidden` or `veryHidden`. Raises `HostError` for an unknown sheet."""
        ...

    def cell_names(self) -> dict[str, tuple[str, int, int]]:
        """Defined names that belong to the whole workbook and are one cell: sheet, row and column of each, 1-based."""
        ...

    def check_writable(self) -> None:
        """Raise `HostError` now where `write_table`, `write_name` or `save` would refuse the workbook as a whole."""
        ...

    def read_block(self, sheet: str) -> Block:
        """Every used cell of a sheet as one block from A1 on, with the place of the sheet's table.

        Empty trailing rows and columns are left out. Error cells come as `CellError`, dates as `datetime`, numbers as
        `float` (or `int` where the file holds a whole number), formulas as their last computed value
        (`NOT_CALCULATED`, an error, where none is stored). Raises `HostError` for an unknown sheet.
        """
        ...

    def table_place(self, sheet: str) -> tuple[int, int, int, int] | None:
        """Place of the sheet's table as in `Block.table`, without reading its cells; `None` where it has none."""
        ...

    def table_formulas(self, sheet: str) -> dict[tuple[int, int], str]:
        """Formulas, with the equals sign, that stand in single cells of the table's body, by 0-based row and column of the body.

        Columns that hold a formula throughout are left out: `write_table` keeps those by itself.
        """
        ...

    def write_table(
        self,
        sheet: str,
        header: Sequence[str],
        rows: Sequence[Sequence[CellValue]],
        *,
        sparse: bool = False,
        formulas: Mapping[tuple[int, int], str] | None = None,
    ) -> None:
        """Replace header and body of the sheet's table; the table keeps its place and its number of columns may change.

        Text is written as text, whatever it starts with. Protection without a password and hidden columns stay as they are and
        make no difference to what is written; rows that a filter of the table hid show again, since they are other rows now. A `sparse` table is one that nobody types into: a file need not store its empty
        cells, which keeps large results small. `formulas`, placed as `table_formulas` gives them, go into their cells in place
        of the rows' values, which are then only the last known results; every other cell holds its value alone. Raises `HostError` with the address where the table would grow over cells that
        are not its own.
        """
        ...

    def read_name(self, name: str) -> CellValue:
        """Value of the single cell with that defined name; `None` where the cell is empty or the name is unknown."""
        ...

    def write_name(self, name: str, value: CellValue) -> None:
        """Write the single cell with that defined name. Raises `HostError` where there is no such name."""
        ...

    def progress(self, message: str, done: int = 0, total: int = 0) -> None:
        """Show how far the work is; `total` 0 means unknown. Never raises."""
        ...

    def save(self) -> None:
        """Make all writes effective at once, or none of them."""
        ...
