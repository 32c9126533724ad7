"""What is wrong with a paste, each at its cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from sop_xl.blocks import Block
from sop_xl.errors import Problem, Severity
from sop_xl.sheets.budget_paste.columns import UNKNOWN, Column
from sop_xl.sheets.budget_paste.layout import Cells
from sop_xl.sheets.budget_paste.money import number
from sop_xl.sheets.budget_paste.numbers import Numbers
from sop_xl.sheets.budget_paste.rows import Line
from sop_xl.sheets.budget_paste.totals import Untied
from sop_xl.sheets.cells import show
from sop_xl.sheets.conversions import gathered_refusals

TELL = "say what it is, or left out, with Take it as in Budget Mapping"
"""How a planner answers what stands on a line of Budget Mapping."""


def cell_problems(block: Block, lines: Sequence[Line], columns: Sequence[Column], numbers: Numbers) -> list[Problem]:
    """Cells that hold something else than a number: a budget that is short of one figure is no budget, so that each of them stops a run."""
    found = []
    for (k, m), (value, why) in sorted(numbers.refused.items()):
        known = why.rule in ("ambiguous-number", "error-cell")
        cell = block.address(lines[k].row, columns[m].place)
        found.append(Problem(block.sheet, cell, why.rule if known else "budget-cell-rejected", why.expected, show(value), why.hint))
    return gathered_refusals(found)


def added_problems(block: Block, columns: Sequence[Column], added: Mapping[tuple[int, ...], int], *, confirmed: bool) -> list[Problem]:
    """Figures that are added to others: a warning where only columns that were left out tell them apart and nobody has said that this is right.

    Parameters
    ----------
    added
        See `check_duplicates`.
    confirmed
        Whether a planner confirmed the mapping.
    """
    found = []
    count = sum(added.values())
    undecided = {c.place: c for c in columns if not c.decided}
    silent = Counter[int]()
    for places, figures in added.items():
        if places and all(place in undecided for place in places):
            silent[places[0]] += figures
    if silent and not confirmed:
        column = undecided[max(silent, key=lambda place: (silent[place], -place))]
        words = f"left out, so that {sum(silent.values())} figures that differ only in it are added to others"
        hint = TELL
        found.append(Problem(block.sheet, block.address(*column.header_cell), "budget-column-added", words, show(column.found), hint, Severity.WARNING))
    if count:
        found.append(Problem(block.sheet, "", "budget-added-up", f"{count} figures added to others that differ only in their location or in columns that are left out", severity=Severity.NOTE))
    return found


def absent_problems(block: Block, lines: Sequence[Line], columns: Sequence[Column], numbers: Numbers, cells: Cells) -> list[Problem]:
    """A note on cells that say in words that nothing is budgeted."""
    if not numbers.absent:
        return []
    k, m = numbers.absent[0]
    i, j = lines[k].row, columns[m].place
    more = f"and {len(numbers.absent) - 1} more such cells" if len(numbers.absent) > 1 else ""
    return [Problem(block.sheet, block.address(i, j), "budget-absent", "read as absent", show(cells[i][j]), more, Severity.NOTE)]


def column_problems(block: Block, columns: Sequence[Column], numbers: Numbers) -> list[Problem]:
    """Columns with figures whose header does not say what they are: they stop a run until someone says it, if only that they are left out."""
    found = []
    for m, column in enumerate(columns):
        if column.role != UNKNOWN:
            continue
        count = int((~np.isnan(numbers.table[:, m])).sum())
        cell = block.address(*column.header_cell)
        got = show(column.found)
        if column.doubt and not column.doubt.startswith("did you mean"):
            expected, hint = _expected(column.doubt)
            found.append(Problem(block.sheet, cell, "ambiguous-column", expected, got, hint or TELL))
        elif count:
            words = f"expected a header that says what its {count} figures are" if count > 1 else "expected a header that says what its figure is"
            found.append(Problem(block.sheet, cell, "budget-column", words, got, column.doubt or TELL))
    return found


def row_problems(block: Block, lines: Sequence[Line]) -> list[Problem]:
    """Rows with figures whose label is not understood: they stop a run until someone says what they are, if only that they are left out."""
    found = []
    for line in lines:
        if line.kind != UNKNOWN:
            continue
        cell = block.address(*line.cell)
        named = line.unit or line.group or line.found
        near = line.doubt if line.doubt.startswith("did you mean") else ""
        words, remedy = _expected(line.doubt) if line.doubt and not near else ("expected a family, an item or a region of the workbook", near)
        hint = remedy or (TELL if line.found else "write into the row what it is")
        found.append(Problem(block.sheet, cell, "budget-row", words, show(named), hint))
    return gathered_refusals(found)


def _expected(doubt: str) -> tuple[str, str]:
    """A doubt as what is expected, and its own remedy, if it names one: a line has no two of them."""
    doubt = doubt if doubt.startswith("expected") else f"expected one meaning: {doubt}"
    words, _, remedy = doubt.partition(" (")
    return (words, remedy.removesuffix(")")) if "Settings" in remedy else (doubt, "")


def total_problems(block: Block, untied: Sequence[Untied]) -> list[Problem]:
    """Totals that do not equal their parts."""
    found = []
    for u in untied:
        more = f"; {u.more} more cells of this total" if u.more else ""
        words = f"the total {number(u.total)} does not equal its parts, {number(u.parts)}"
        if u.unknown:
            words = f"the total {number(u.total)} of {show(u.words)}, a name that is not known, equals no rows beside it; the nearest add up to {number(u.parts)}"
        found.append(
            Problem(block.sheet, block.address(u.row, u.column), "budget-subtotal", words, "", f"difference {number(u.total - u.parts)}; the parts count, the total does not{more}", Severity.WARNING)
        )  # fmt: skip
    return found
