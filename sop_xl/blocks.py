"""Raw cells on their way between a host and the sheets: plain data, no range object.

A `Block` is a rectangle of cell values and where it stands. Hosts make and take blocks; `sheets` gives them meaning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sop_xl.errors import FrameError


class CellError(str):
    """An Excel error value such as `#REF!`; a `str` so that it prints, a class so that nobody takes it for text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"CellError({str.__str__(self)})"


NOT_CALCULATED = CellError("(formula not calculated)")
"""What a formula without a stored result reads as: some programs write formulas and leave computing them to Excel."""


CellValue = None | bool | int | float | str | datetime | date | CellError
"""What one cell holds. `None` is an empty cell (absent, not zero); dates are naive."""


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of cells as read from a sheet.

    Parameters
    ----------
    sheet
        Sheet name.
    row, column
        1-based position of the upper left cell.
    rows
        Lists of equal length, top to bottom.
    table
        `(header_row, first_column, last_row, last_column)` of the sheet's Excel Table, 1-based and inclusive;
        `None` where the sheet has no table.
    totals
        Whether the last row of the table is its totals row.
    """

    sheet: str
    row: int
    column: int
    rows: Sequence[Sequence[CellValue]]
    table: tuple[int, int, int, int] | None = None
    totals: bool = False

    def address(self, i: int, j: int) -> str:
        """A1 address of the 0-based cell `(i, j)` of this block."""
        return a1(self.row + i, self.column + j)


def column_letters(column: int) -> str:
    """`1 -> A`, `27 -> AA`.

    >>> [column_letters(n) for n in (1, 26, 27, 16384)]
    ['A', 'Z', 'AA', 'XFD']
    """
    if not 1 <= column <= 16384:
        raise FrameError(f"column {column} is outside an Excel sheet")
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def a1(row: int, column: int) -> str:
    """A1 address of a 1-based cell.

    >>> a1(14, 3)
    'C14'
    """
    return f"{column_letters(column)}{row}"


_A1 = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


def parse_a1(address: str) -> tuple[int, int]:
    """`(row, column)`, 1-based, of an A1 address; `$` signs are ignored.

    Raises
    ------
    FrameError
        When `address` is not one cell.
    """
    match = _A1.fullmatch(address)
    if not match:
        raise FrameError(f"{address!r} is not a cell address")
    column = 0
    for letter in match[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column
