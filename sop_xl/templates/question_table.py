"""The ten questions on Executive: question, small chart, status, answer and the way to the evidence, all read from Ten Questions by formula."""

from __future__ import annotations

from sop_xl.sheets.spec import SheetKind
from sop_xl.templates.book import FIRST_ROW, field_letters, quoted
from sop_xl.templates.reach import filled
from sop_xl.templates.review import Page
from sop_xl.templates.styles import (
    BLUE,
    GOOD,
    GOOD_FILL,
    ORANGE,
    POOR,
    POOR_FILL,
    RULE,
    WATCH,
    WATCH_FILL,
)

COUNT = 10
HEIGHT = COUNT + 1
"""Rows with the header."""
_ROW_HEIGHT = 44
_SIGNED = frozenset({1, 3, 4, 6})
"""Questions whose figures may be below zero; the bars of the others stand on it."""
_ANSWER, _EVIDENCE = (3, 13), (14, 15)
"""First and last 0-based columns."""


def question_table(page: Page, top: int) -> None:
    """Header at the 1-based row `top`, then one row a question; empty where nothing was planned yet."""
    book, sheet, styles = page.book, page.sheet, page.book.styles
    spec = book.spec("Ten Questions")
    for first, last, text in ((0, 0, "The ten questions"), (1, 1, "Trend"), (2, 2, "Status"), (*_ANSWER, "Answer"), (*_EVIDENCE, "Evidence")):
        style = styles.header(SheetKind.REVIEW, wrap=False)
        for column in range(first, last + 1):
            sheet.write_blank(top - 1, column, None, style)
        sheet.write_string(top - 1, first, text, style)
    first_row = top + 1
    line = {"bottom": 1, "bottom_color": RULE, "text_wrap": True, "valign": "vcenter", "align": "left"}
    bold, plain, state, link = (styles(**line, **more) for more in ({"bold": True}, {}, {"font_size": 9}, {"font_color": "#1D4ED8", "underline": 1}))
    for row in range(first_row, first_row + COUNT):
        sheet.set_row(row - 1, _ROW_HEIGHT)
        place = f"MATCH(ROWS($A${first_row}:$A{row}),{filled(spec, 'number')},0)"

        def of(name: str, place: str = place) -> str:
            return f'IFERROR(INDEX({filled(spec, name)},{place})&"","")'

        sheet.write_formula(row - 1, 0, f'=IF({of("question")}="","",ROWS($A${first_row}:$A{row})&"  "&{of("question")})', bold, "")
        sheet.write_blank(row - 1, 1, None, plain)
        sheet.write_formula(row - 1, 2, f"={of('status')}", state, "")
        for (first, last), formula, style in (
            (_ANSWER, f"={of('answer')}", plain),
            (_EVIDENCE, f'=IF({of("evidence")}="","",HYPERLINK("#\'"&{of("evidence")}&"\'!A1",{of("evidence")}))', link),
        ):
            sheet.merge_range(row - 1, first, row - 1, last, "", style)
            sheet.write_formula(row - 1, first, formula, style, "")
        _small_chart(page, row, row - first_row)
    for text, ink, fill in (("good", GOOD, GOOD_FILL), ("watch", WATCH, WATCH_FILL), ("poor", POOR, POOR_FILL)):
        sheet.conditional_format(first_row - 1, 2, first_row + COUNT - 2, 2, {
            "type": "cell", "criteria": "==", "value": f'"{text}"', "format": styles.conditional(font_color=ink, bg_color=fill, bold=True),
        })  # fmt: skip


def _small_chart(page: Page, row: int, place: int) -> None:
    """A sparkline over the points of the question, which stands in the row of that place: answers are written in the order of their numbers."""
    spec = page.book.spec("Ten Questions")
    first, last = field_letters(spec, "point_1"), field_letters(spec, "point_12")
    cells = f"{quoted(spec.name)}!${first}${FIRST_ROW + place}:${last}${FIRST_ROW + place}"
    foot = {} if place + 1 in _SIGNED else {"min": 0}
    page.sheet.add_sparkline(row - 1, 1, {
        "range": cells, "type": "column", "series_color": BLUE, "negative_points": True, "negative_color": ORANGE, "show_hidden": True, **foot,
    })  # fmt: skip
