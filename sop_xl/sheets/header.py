"""Finding the header row of a sheet.

The header may stand further down than the template has it, or have been pasted above, over or under the sheet's own.
"""

from __future__ import annotations

from datetime import date

from sop_xl.blocks import Block
from sop_xl.errors import Problem
from sop_xl.sheets.cell_dates import read_period
from sop_xl.sheets.cells import Habits, Refused, is_blank, is_error, plain, show
from sop_xl.sheets.header_columns import Header, header_cells, map_columns, place_in_year
from sop_xl.sheets.header_terms import Terms, terms_of
from sop_xl.sheets.spec import Shape, SheetSpec

__all__ = ["Header", "find_header", "is_header_again"]

SEARCHED_ROWS = 60
"""How far down a header is looked for; one right above the first filled row is found anywhere."""


_NAMED_TITLES, _LONGEST_TITLE = 4, 16
"""Titles named where no row is a header, and characters shown of each, so that the line keeps its hint."""


def find_header(spec: SheetSpec, block: Block, habits: Habits, currency: str = "") -> tuple[Header | None, list[Problem]]:
    """The sheet's header and what is wrong with it; `None` where no row of the sheet is one.

    Parameters
    ----------
    currency
        Plan currency, for headers such as `per USD`.
    """
    terms = terms_of(spec, currency)
    row, two_tables = _header_row(spec, block, habits, terms)
    if row is None:
        first = spec.columns[0].label
        return None, [
            _no_header(block, f'expected a header row with "{first}" and the other columns of {spec.name}')
        ]
    header, problems = map_columns(spec, block, row, habits, terms)
    return header, two_tables + problems


def _no_header(block: Block, expected: str) -> Problem:
    """The problem of a sheet without a header; it names the titles that somebody may have meant as one."""
    hint = "paste the header too, or restore the sheet from the template"
    own = block.table[0] - block.row if block.table is not None else -1
    titles = {i: [j for j, v in enumerate(row) if isinstance(v, str) and not is_blank(v) and not is_error(v)] for i, row in enumerate(block.rows[:SEARCHED_ROWS])}
    # a header has words in most of its cells; of equals the table's own row, else the uppermost
    row = max(titles, key=lambda i: (len(titles[i]), i == own, -i), default=-1)
    if row < 0 or not titles[row]:
        return Problem(block.sheet, "", "no-header", expected, "none", hint)
    named = [plain(str(block.rows[row][j])) for j in titles[row]]
    got = ", ".join(show(t if len(t) <= _LONGEST_TITLE else f"{t[: _LONGEST_TITLE - 3]}...") for t in named[:_NAMED_TITLES])
    more = f" and {len(named) - _NAMED_TITLES} more" if len(named) > _NAMED_TITLES else ""
    return Problem(block.sheet, block.address(row, titles[row][0]), "no-header", expected, got + more, hint)


def _header_row(spec: SheetSpec, block: Block, habits: Habits, terms: Terms) -> tuple[int | None, list[Problem]]:
    """The header's row; and a problem where rows of another table stand above it, which would be lost."""
    def filled(i: int) -> int:
        return sum(not is_blank(v) for v in block.rows[i])

    scores = {i: _score(spec, block, i, habits, terms) for i in range(min(SEARCHED_ROWS, len(block.rows)))}
    best = max(scores.values(), default=0)
    if not best:
        return None, []
    own = block.table[0] - block.row if block.table is not None else -1
    row = own if scores.get(own, 0) == best else min(i for i, s in scores.items() if s == best)
    heads_rows = [i for i, s in scores.items() if i < row and s >= 2 and 2 * s >= filled(i) and i + 1 != row and filled(i + 1)]
    below = next((i for i in range(row + 1, len(block.rows)) if filled(i)), None)
    if below is None:
        return heads_rows[0] if heads_rows else row, []
    # somebody may have pasted a table together with its header under the header that was there
    score = scores[below] if below in scores else _score(spec, block, below, habits, terms)
    if score >= 2 and 2 * score >= filled(below):
        row = below
    problems = []
    if heads_rows:
        first = next(j for j, v in enumerate(block.rows[heads_rows[0]]) if not is_blank(v))
        got = show(block.rows[heads_rows[0]][first])
        hint = f"the other table has its header in row {block.row + row}"
        problems.append(Problem(block.sheet, block.address(heads_rows[0], first), "two-tables", "expected one table on the sheet", got, hint))
    return row, problems


def _score(spec: SheetSpec, block: Block, row: int, habits: Habits, terms: Terms) -> int:
    """Number of cells that a header would have; 0 where more are plain numbers than words that only a header has."""
    labels = periods = telling = numbers = 0
    cells = header_cells(block, row)
    has_year = any(isinstance(v, str) and terms.role_of(v) in ("year", "fiscal year") for _, v in cells)
    for _, value in cells:
        if isinstance(value, str):
            role = terms.role_of(value)
            known = terms.column_of(value) or role
            labels += known is not None
            # a word for a measure stands in the rows of a grid too
            telling += known is not None and not (known is role and str(role).startswith(("measure:", "unclear")))
            if known is None and spec.shape is Shape.GRID and not is_error(value):
                periods += place_in_year(value) is not None or not isinstance(read_period(value, habits), Refused)
        elif spec.shape is Shape.GRID and isinstance(value, date):
            periods += 1
        elif not (has_year and place_in_year(value) is not None):
            numbers += isinstance(read_period(value, habits), Refused)
    return labels + periods if telling > numbers else 0


def is_header_again(block: Block, header: Header, row: int) -> bool:
    """Whether a body row repeats the header, as printed reports do on every page."""
    top, cells = block.rows[header.row], block.rows[row]
    same = sum(isinstance(cells[j], str) and cells[j] == top[j] for j in header.labels.values())
    return same >= max(1, min(2, len(header.labels))) and same == sum(not is_blank(cells[j]) for j in header.labels.values())
