"""What the Function Lab is laid out from: blocks of sample data, and references into them and into results."""

from __future__ import annotations

from dataclasses import dataclass

from sop_xl.blocks import CellValue, a1
from sop_xl.functions.registry import CellArgument

UNITS, MONEY, PER_UNIT, SHARE, RATIO, TEXT = "#,##0", "#,##0", "#,##0.00", "0.0%", "0.00", "General"
"""Number formats by what is shown."""

VALUES = 3
"""1-based column in which values begin, right of label and unit."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of sample data.

    Parameters
    ----------
    label, unit
        In the first two columns.
    values
        From the block's first column on; `None` is an empty cell.
    form
        Number format.
    note
        Where the figures come from, right of a single value.
    key
        Name by which formulas cite the line; `""` where they cite the block.
    least, most
        Bounds of what may be typed; `None` = any number.
    choices
        The only texts that may be typed, of a line of text.
    """

    label: str
    unit: str
    values: tuple[CellValue, ...]
    form: str = UNITS
    note: str = ""
    key: str = ""
    least: float | None = 0.0
    most: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of sample data under one title.

    Parameters
    ----------
    key
        Name by which formulas cite all lines together.
    title
        With what the lines are and where they come from.
    lines
        In order.
    captions
        Over the value columns.
    marks
        Captions above the captions, by 0-based value column.
    forms
        Number format of each value column, where columns differ and lines do not.
    column
        1-based column of the first value.
    """

    key: str
    title: str
    lines: tuple[Line, ...]
    captions: tuple[str | int, ...] = ()
    marks: tuple[tuple[int, str], ...] = ()
    forms: tuple[str, ...] = ()
    column: int = VALUES


@dataclass(frozen=True, slots=True)
class Cells:
    """Part of a block, of a line or of a result: half-open 0-based rows and columns, `None` for all."""

    key: str
    rows: tuple[int, int] | None = None
    columns: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Nested:
    """A function inside of another one's argument."""

    function: str
    arguments: tuple[Argument, ...]


Argument = Cells | Nested | str | int | bool | None
"""Of a formula: cells, a function, a literal, or left out."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Values at their place on the sheet: 1-based row and column of the first, rows of one length."""

    row: int
    column: int
    values: tuple[tuple[CellValue, ...], ...]

    def address(self, part: Cells) -> str:
        """`C30:AK34`, or `C12` for a single cell."""
        (top, bottom), (left, right) = self._bounds(part)
        first, last = a1(self.row + top, self.column + left), a1(self.row + bottom - 1, self.column + right - 1)
        return first if first == last else f"{first}:{last}"

    def content(self, part: Cells) -> CellArgument:
        """What a function gets of those cells."""
        (top, bottom), (left, right) = self._bounds(part)
        rows = [list(line[left:right]) for line in self.values[top:bottom]]
        return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows

    def _bounds(self, part: Cells) -> tuple[tuple[int, int], tuple[int, int]]:
        return part.rows or (0, len(self.values)), part.columns or (0, len(self.values[0]))
