"""Blocks of a review page in which each line is a row of a list: labels and figures over the label columns, sentences over the planned periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sop_xl.blocks import column_letters
from sop_xl.sheets.spec import LABEL_COLUMNS, SheetSpec
from sop_xl.templates.layout import REVIEW_PERIODS
from sop_xl.templates.reach import filled
from sop_xl.templates.review import Page
from sop_xl.templates.styles import MUTED

PLACE = "C"
"""Column that says which line of the list stands here; every other cell looks it up."""

TWO_LINES, THREE_LINES = 27, 34

_AT_THE_LEFT = ("A", "B")
"""Columns of text that have no figures to their left."""

Beside = tuple[int, int]
"""First and last of the planned periods, from 0, over which a cell is merged."""

WORDS: Beside = (0, REVIEW_PERIODS - 1)
"""Where the sentence of a line stands: over the first planned periods."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a block.

    Parameters
    ----------
    place, caption
        Letters of the column in which it stands, or the periods over which it is merged, and what its header says.
    formula
        With `{at}` for the place of the line in its list, and `{row}` for its row on the page.
    form
        Number format; empty for text.
    array
        Whether the formula compares whole columns.
    size
        Of the letters of a sentence, in points.
    """

    place: str | Beside
    caption: str
    formula: str
    form: str = ""
    array: bool = False
    size: int = 9


def letters_of(page: Page, place: str | Beside) -> tuple[str, str]:
    """Letters of the first and the last column of a place."""
    if isinstance(place, str):
        return place, place
    start = LABEL_COLUMNS + page.book.history_count + 1
    return column_letters(start + place[0]), column_letters(start + place[1])


def nth(spec: SheetSpec, name: str) -> str:
    """Place of the line with that number, an error where the list has ended."""
    return f'{{line}}/(INDEX({filled(spec, name)},{{line}})<>"")'


def block_header(page: Page, row: int, captions: Sequence[tuple[str | Beside, str, bool]]) -> None:
    """One coloured header row over everything that is printed; each caption with its place and whether figures stand below it."""
    sheet, styles, kind = page.sheet, page.book.styles, page.book.spec(page.name).kind
    start = LABEL_COLUMNS + page.book.history_count
    for column in (*range(LABEL_COLUMNS), *range(start, start + REVIEW_PERIODS)):
        sheet.write_blank(row - 1, column, None, styles.header(kind, wrap=False))
    for place, caption, number in captions:
        first, last = letters_of(page, place)
        look = styles.header(kind, wrap=False, number=number, indent=int(not number and place not in _AT_THE_LEFT))
        if number and first != last:
            sheet.merge_range(f"{first}{row}:{last}{row}", caption, look)
        else:
            sheet.write_string(f"{first}{row}", caption, look)


def words_block(page: Page, row: int, count: int, fields: Sequence[Field], place: str, ranks: str, empty: str, height: float = TWO_LINES) -> int:
    """Header and lines; returns the row after them and an empty one.

    Parameters
    ----------
    place
        Formula of what column C holds, with `{line}` for the number of the line in the block: a rank, or a place in the list.
    ranks
        The list's ranks, in which the rank of column C is looked up; empty where column C is the place itself.
    empty
        What the first line says when there is none.
    height
        Of each line, in points.
    """
    sheet, styles = page.sheet, page.book.styles
    block_header(page, row, [(PLACE, "Rank", True), *((field.place, field.caption, bool(field.form)) for field in fields)])
    first = row + 1
    for line in range(first, first + count):
        sheet.set_row(line - 1, height)
        number = f"ROWS(${PLACE}${first}:${PLACE}{line})"
        cell = f"${PLACE}{line}"
        formula = f'IFERROR({place.format(line=number)},"")'
        sheet.write_array_formula(f"{PLACE}{line}", f"{{={formula}}}", styles.body("0", font_color=MUTED), "")
        at = f"MATCH({cell},{ranks},0)" if ranks else cell
        for field in fields:
            nothing = f'IF({number}=1,"{empty}","")' if field.place == "A" else '""'
            shown = field.formula.format(at=at, row=line) + ("" if field.form else '&""')  # an empty cell is no 0
            write_cell(page, line, field, f'IF({cell}="",{nothing},{shown})')
    return first + count + 1


def write_cell(page: Page, line: int, field: Field, formula: str) -> None:
    """A formula without its equals sign in the place of a field."""
    first, last = letters_of(page, field.place)
    style = _style(page, field)
    if first != last:
        page.sheet.merge_range(f"{first}{line}:{last}{line}", "", style)
    if field.array:
        page.sheet.write_array_formula(f"{first}{line}", f"{{={formula}}}", style, "")
    else:
        page.sheet.write_formula(f"{first}{line}", f"={formula}", style, "")


def _style(page: Page, field: Field) -> Any:
    styles = page.book.styles
    if field.form:
        return styles.body(field.form, shrink=True)
    if isinstance(field.place, tuple):
        return styles.body(text_wrap=True, font_size=field.size, align="left", indent=1)
    if field.place == "A":
        return styles.body(text_wrap=True, bold=True, font_size=9)
    return styles.body(text_wrap=True, align="left", indent=int(field.place not in _AT_THE_LEFT))
