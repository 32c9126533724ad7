"""What was converted while reading, gathered so that 40,000 pasted texts give one line and not 40,000."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sop_xl.blocks import Block, CellValue
from sop_xl.errors import Problem, Severity
from sop_xl.periods import Calendar
from sop_xl.sheets.cells import Understood, show


@dataclass(slots=True)
class _Group:
    i: int
    j: int
    got: str
    words: str
    count: int
    top: int
    left: int
    bottom: int
    right: int


class Conversions:
    """Gathers conversions of one sheet by rule and column; `problems` makes one note of each group.

    Parameters
    ----------
    block
        Where the cells stand.
    calendar
        Names periods.
    """

    def __init__(self, block: Block, calendar: Calendar) -> None:
        self._block = block
        self._calendar = calendar
        self._groups: dict[tuple[str, str], _Group] = {}

    def add(self, column: str, i: int, j: int, raw: CellValue, read: Understood, *, period: bool = False) -> None:
        """Take note that the cell `(i, j)` of the block, in that column or area, was read as something else than it is."""
        group = self._groups.get((read.note, column))
        if group is None:
            self._groups[read.note, column] = _Group(i, j, show(raw), self._words(read, period), 1, i, j, i, j)
            return
        group.count += 1
        group.top, group.bottom = min(group.top, i), max(group.bottom, i)
        group.left, group.right = min(group.left, j), max(group.right, j)

    def problems(self) -> list[Problem]:
        """One note per group, in the order of their first cells."""
        notes = []
        for (rule, _), group in sorted(self._groups.items(), key=lambda kv: (kv[1].i, kv[1].j, kv[0])):
            area = f"{self._block.address(group.top, group.left)}:{self._block.address(group.bottom, group.right)}"
            hint = f"and {group.count - 1} more in {area}" if group.count > 1 else ""
            cell = self._block.address(group.i, group.j)
            notes.append(Problem(self._block.sheet, cell, rule, group.words, group.got, hint, Severity.NOTE))
        return notes

    def _words(self, read: Understood, period: bool) -> str:
        if read.value is None:
            return "read as absent"
        if isinstance(read.value, date) and period:
            return f"read as the period {self._calendar.label(self._calendar.start_of(read.value))}"
        if read.note == "number-as-code":
            return f'read as the code "{read.value}"'
        return f"read as {show(read.value)}"
