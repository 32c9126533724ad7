"""Blocks of the Supply Review in words: what is short and why, what binds, and which options there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sop_xl.blocks import column_letters
from sop_xl.sheets.spec import LABEL_COLUMNS, SheetSpec
from sop_xl.templates import review
from sop_xl.templates.layout import REVIEW_PERIODS
from sop_xl.templates.reach import filled
from sop_xl.templates.review import Page
from sop_xl.templates.styles import MUTED

SHORTAGES, CONSTRAINTS, OPTIONS = 8, 5, 5
"""Lines of each block."""

HEIGHTS = {"Shortages": SHORTAGES + 3, "Binding Constraints": CONSTRAINTS + 3, "Options": OPTIONS + 3}
"""Rows of each block, headings and an empty row included, by the sheet that it shows."""

_PLACE = "C"
"""Column that says which line of the list stands here; every other cell looks it up."""
_WORDS = "words"
"""Where the sentence of a line stands: over the first planned periods."""
_MONEY, _SIGNED, _SHARE, _PRICE = review.dashed("#,##0"), "+#,##0;-#,##0;0", "+0.0%;-0.0%;0.0%", review.dashed("#,##0.00")
_UNITS = _MONEY
_TWO_LINES, _THREE_LINES = 27, 34


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a block.

    Parameters
    ----------
    letters, caption
        Column in which it stands, or `_WORDS`, and what its header says.
    formula
        With `{at}` for the place of the line in its list.
    form
        Number format; empty for text.
    """

    letters: str
    caption: str
    formula: str
    form: str = ""


def shortage_block(page: Page, top: int) -> int:
    """The shortages with the most money at risk, of the chosen family, from a 1-based row on; returns the next row."""
    spec = page.book.spec("Shortages")
    rank, family = filled(spec, "rank"), filled(spec, "family")
    row = review.heading(page, top, "What is short, the most money first: the chosen family, all regions")
    own = f'({rank}<>"")*(({page.family}="All")+({family}={page.family}))'

    def of(name: str) -> str:
        return f"INDEX({filled(spec, name)},{{at}})"

    text = f'{of("cause")}&": "&{of("next_action")}&IF({of("option")}="",""," Best option: "&{of("option")})'
    fields = (
        Field("A", "Item", f'{of("item")}&" "&{of("name")}&", "&{of("location")}'),
        Field("B", "From - to", f'{of("period")}&" - "&{of("last_period")}'),
        Field("D", "Unmet demand", of("unmet_demand"), _UNITS),
        Field("E", "Value", of("shortage_value"), _MONEY),
        Field("F", "Cause", of("cause_kind")),
        Field("G", "Margin at risk", of("margin_at_risk"), _MONEY),
        Field(_WORDS, "Cause, next action and best option", text),
    )
    place = f"SMALL(IF({own},{rank}),{{line}})"
    return _block(page, row, SHORTAGES, fields, place, rank, "none: every demand is served in time")


def constraint_block(page: Page, top: int) -> int:
    """What binds first, with its price and in a sentence."""
    spec = page.book.spec("Binding Constraints")
    row = review.heading(page, top, "What binds: the whole plan")

    def of(name: str) -> str:
        return f"INDEX({filled(spec, name)},{{at}})"

    fields = (
        Field("A", "Of", of("subject")),
        Field("B", "Constraint", f'SUBSTITUTE({of("constraint")},"_"," ")'),
        Field("D", "One more saves", of("price_low"), _PRICE),
        Field("E", "One less costs", of("price_high"), _PRICE),
        Field("F", "Period", of("period")),
        Field("G", "Demand hurt", of("demand_hurt"), _UNITS),
        Field(_WORDS, "In words", of("sentence")),
    )
    return _block(page, row, CONSTRAINTS, fields, _nth(spec, "subject"), "", "nothing binds")


def option_block(page: Page, top: int) -> int:
    """The best options with what each changes."""
    spec = page.book.spec("Options")
    row = review.heading(page, top, "Options, the best first: copy what is agreed into Decisions")

    def of(name: str) -> str:
        return f"INDEX({filled(spec, name)},{{at}})"

    fields = (
        Field("A", "Option", of("option")),
        Field("B", "Lever", of("lever")),
        Field("D", "Gain", of("gain"), _SIGNED),
        Field("E", "Profit change", of("profit_change"), _SIGNED),
        Field("F", "Service", of("service_change"), _SHARE),
        Field("G", "Cash change", of("cash_change"), _SIGNED),
        Field(_WORDS, "Note", of("note")),
    )
    after = _block(page, row, OPTIONS, fields, _nth(spec, "option"), "", "none tried", _THREE_LINES)
    page.sheet.conditional_format(f"D{row + 1}:D{after - 1}", {
        "type": "data_bar", "bar_color": "#A9D8BC", "bar_solid": True, "bar_negative_color": "#F3B6AF", "bar_axis_color": MUTED,
    })  # fmt: skip
    return after


def _nth(spec: SheetSpec, name: str) -> str:
    """Place of the line with that number, an error where the list has ended."""
    return f'{{line}}/(INDEX({filled(spec, name)},{{line}})<>"")'


def _block(page: Page, row: int, count: int, fields: Sequence[Field], place: str, ranks: str, empty: str, height: float = _TWO_LINES) -> int:
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
    sheet, styles, kind = page.sheet, page.book.styles, page.book.spec(page.name).kind
    start = LABEL_COLUMNS + page.book.history_count
    last = column_letters(start + REVIEW_PERIODS)
    for column in (*range(LABEL_COLUMNS), *range(start, start + REVIEW_PERIODS)):
        sheet.write_blank(row - 1, column, None, styles.header(kind, wrap=False))
    sheet.write_string(f"{_PLACE}{row}", "Rank", styles.header(kind, wrap=False, number=True))
    for field in fields:
        look = styles.header(kind, wrap=False, number=bool(field.form), indent=int(field.letters in ("F", _WORDS)))
        sheet.write_string(f"{_letters(page, field)}{row}", field.caption, look)
    first = row + 1
    for line in range(first, first + count):
        sheet.set_row(line - 1, height)
        number = f"ROWS(${_PLACE}${first}:${_PLACE}{line})"
        cell = f"${_PLACE}{line}"
        formula = f'IFERROR({place.format(line=number)},"")'
        sheet.write_array_formula(f"{_PLACE}{line}", f"{{={formula}}}", styles.body("0", font_color=MUTED), "")
        at = f"MATCH({cell},{ranks},0)" if ranks else cell
        for field in fields:
            nothing = f'IF({number}=1,"{empty}","")' if field.letters == "A" else '""'
            shown = field.formula.format(at=at) + ("" if field.form else '&""')  # an empty cell is no 0
            text = f'=IF({cell}="",{nothing},{shown})'
            style = _style(page, field)
            letters = _letters(page, field)
            if field.letters == _WORDS:
                sheet.merge_range(f"{letters}{line}:{last}{line}", "", style)
            sheet.write_formula(f"{letters}{line}", text, style, "")
    return first + count + 1


def _letters(page: Page, field: Field) -> str:
    return page.beside if field.letters == _WORDS else field.letters


def _style(page: Page, field: Field) -> Any:
    styles = page.book.styles
    if field.form:
        return styles.body(field.form)
    if field.letters == _WORDS:
        return styles.body(text_wrap=True, font_size=9, align="left", indent=1)
    if field.letters == "A":
        return styles.body(text_wrap=True, bold=True, font_size=9)
    return styles.body(text_wrap=True, align="left", indent=int(field.letters == "F"))
