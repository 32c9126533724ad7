"""What was converted or refused while reading, gathered so that 40,000 pasted texts give a few lines and not 40,000."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sop_xl.blocks import Block, CellValue, a1, column_letters, parse_a1
from sop_xl.errors import Problem, Severity
from sop_xl.periods import Calendar
from sop_xl.sheets.cells import Understood, show

OWN_LINES = 3
"""Cells of one column refused for the same reason that have a line of their own."""


def gathered_refusals(problems: Sequence[Problem]) -> list[Problem]:
    """Refused cells, where a reason comes up again and again in one column with one line for all but the first `OWN_LINES`.

    Parameters
    ----------
    problems
        Of single cells of one sheet, as reading them left them; those without a cell pass unchanged.

    Returns
    -------
    In the same order. The line for many names the first of its cells, how many more there are and the area that holds them; rules,
    columns, severities and expectations are never mixed.
    """
    groups: dict[tuple[str, str, str, str, str], list[int]] = {}
    for k, problem in enumerate(problems):
        if problem.cell:
            column = column_letters(parse_a1(problem.cell)[1])
            groups.setdefault((problem.sheet, column, problem.rule, problem.expected, problem.severity), []).append(k)
    kept: list[Problem | None] = list(problems)
    for (_, column, *_), places in groups.items():
        more = places[OWN_LINES + 1 :]
        if not more:
            continue
        rows = sorted(parse_a1(problems[k].cell)[0] for k in more)
        number = parse_a1(f"{column}1")[1]
        area = a1(rows[0], number) if len(rows) == 1 else f"{a1(rows[0], number)}:{a1(rows[-1], number)}"
        head = places[OWN_LINES]
        kept[head] = replace(problems[head], hint=f"and {len(more)} more in {area}")
        for k in more:
            kept[k] = None
    return [p for p in kept if p is not None]


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
