"""What is missing and who closes it, and what may still move the plan: Gap List and Risk Outlook on the Finance Review."""

from __future__ import annotations

from sop_xl.templates import charts, review
from sop_xl.templates.finance_choices import FIGURES, SERVICE, drop_down
from sop_xl.templates.reach import filled
from sop_xl.templates.review import Page
from sop_xl.templates.styles import MUTED, UNIT_FORMAT
from sop_xl.templates.word_block import PLACE, TWO_LINES, WORDS, Field, block_header, words_block, write_cell

GAPS, RISKS = 8, 8
"""Lines of both lists."""

GAP_HEIGHT = GAPS + 3
RISK_HEIGHT = len(FIGURES) + 3
TORNADO_HEIGHT = RISKS + 9
"""Rows of each block, heading, header and an empty row included."""

_MONEY = "#,##0;-#,##0;0"
_NOT_CLOSED = "not closed"
_DELTA = "+#,##0;-#,##0;0"


def gap_block(page: Page, top: int) -> int:
    """The largest open gaps of the chosen family, each with what closes most of it, from a 1-based row on; returns the next row."""
    spec = page.book.spec("Gap List")
    rank, order, family, value, units, step = (filled(spec, name) for name in ("rank", "order", "family", "value", "units", "step"))
    row = review.heading(page, top, "Gaps, the most money first: the chosen family, all regions; owners are typed in Gap List")

    def of(name: str) -> str:
        return f"INDEX({filled(spec, name)},{{at}})"

    # a gap that is closed stays in the list for its owner, with 0; one of revenue that earns nothing has 0 as well and is open
    is_open = f'((({value}<>0)+({value}="")+({units}<>0)+(LEFT({filled(spec, "cause")},10)<>"Closed now"))>0)'
    own = f'({rank}<>"")*({order}=0)*{is_open}*((({page.family}="All")+({family}={page.family}))>0)'
    closing = f'({rank}=${PLACE}{{row}})*({order}>0)*({step}<>"{_NOT_CLOSED}")'
    best = f"INDEX({step},MATCH(1,{closing}*({value}=-$E{{row}})*({value}<0),0))"
    text = f'{of("cause")}&". "&IFERROR("Most is closed by: "&{best},"Nothing closes it")&". "&{of("note")}'
    fields = (
        Field("A", "Gap", of("gap")),
        Field("B", "Between", of("kind")),
        Field("D", "Value", f'IF({of("value")}="","",{of("value")})', _MONEY),
        Field("E", "Closed by the best", f"-MIN({closing}*{value})", _MONEY, array=True),
        Field("F", "Stays open", f'IF(N($D{{row}})=0,"",-SUMIFS({value},{rank},${PLACE}{{row}},{step},"{_NOT_CLOSED}")/$D{{row}})', "0%"),
        Field("G", "Owner", of("owner")),
        Field(WORDS, "Cause, and what closes most of it", text, array=True),
    )
    place = f"SMALL(IF({own},{rank}),{{line}})"
    after = words_block(page, row, GAPS, fields, place, rank, "none: no gap is open")
    page.rows["gaps"] = row + 1
    page.sheet.conditional_format(f"D{row + 1}:D{after - 2}", {"type": "data_bar", "bar_color": "#F3B6AF", "bar_solid": True})
    return after


def risk_block(page: Page, top: int) -> int:
    """Where revenue, gross margin, service and cash may end up; returns the next row."""
    sheet, styles, spec = page.sheet, page.book.styles, page.book.spec("Risk Outlook")
    row = review.heading(page, top, "What may still move the plan: every planned period, whole company")
    figures = filled(spec, "figure")
    fields = (
        Field("B", "Plan", "plan", _MONEY), Field("D", "Expected change", "expected", _DELTA), Field("E", "P10", "p10", _MONEY),
        Field("F", "P50", "p50", _MONEY), Field("G", "P90", "p90", _MONEY),
    )  # fmt: skip
    words = Field(WORDS, "Unit, and what it assumes", "")
    captions = [(field.place, field.caption, bool(field.form)) for field in (*fields, words)]
    block_header(page, row, [("A", "Figure", False), (PLACE, "Row", True), *captions])
    for line, figure in enumerate(FIGURES, start=row + 1):
        sheet.set_row(line - 1, TWO_LINES)
        cell = f"${PLACE}{line}"
        sheet.write_string(f"A{line}", figure, styles.body(bold=True))
        found = f'IFERROR(MATCH(1,({figures}=$A{line})*({filled(spec, "risk")}=""),0),"")'
        sheet.write_array_formula(f"{PLACE}{line}", f"{{={found}}}", styles.body("0", font_color=MUTED, font_size=8), "")
        for field in fields:
            write_cell(page, line, field, f'IF({cell}="","",{_cell(page, field.formula, cell)})')
        nothing = f'IF(ROWS($A${row + 1}:$A{line})=1,"no risk is open","")'
        write_cell(page, line, words, f'IF({cell}="",{nothing},{_cell(page, "unit", cell)}&": "&{_cell(page, "note", cell)})')
    for ends in ("BB", "DG"):
        _as_shares(page, f"{ends[0]}{row + 1}:{ends[1]}{row + len(FIGURES)}", f'$A{row + 1}="{SERVICE}"')
    page.rows["outlook"] = row + 1
    return row + len(FIGURES) + 2


def tornado(page: Page, top: int) -> int:
    """The risks that move the chosen figure most, as changes to the plan, with bars; returns the next row."""
    book, sheet, styles, spec = page.book, page.sheet, page.book.styles, page.book.spec("Risk Outlook")
    row = review.heading(page, top, "What moves it most: the yellow cell chooses the figure")
    figure = drop_down(page, "figure", f"D{top}:E{top}", list(FIGURES), FIGURES[0], "Figure")
    captions = [("A", "Risk or opportunity"), ("B", "Unit"), (PLACE, "Row"), ("D", "Worse end"), ("E", "Better end"), ("G", "Expected change")]
    block_header(page, row, [(place, text, place not in "AB") for place, text in captions])
    figures, risks, ranks = (filled(spec, name) for name in ("figure", "risk", "rank"))
    first = row + 1
    for line in range(first, first + RISKS):
        cell, number = f"${PLACE}{line}", f"ROWS($A${first}:$A{line})"
        found = f'IFERROR(MATCH(1,({figures}={figure})*({risks}<>"")*({ranks}={number}),0),"")'
        sheet.write_array_formula(f"{PLACE}{line}", f"{{={found}}}", styles.body("0", font_color=MUTED, font_size=8), "")
        plan, note = _cell(page, "plan", cell), _cell(page, "note", cell)
        shown = {
            "A": f'{_cell(page, "risk", cell)}&": "&IFERROR(LEFT({note},FIND(":",{note})-1),{note})', "B": f'{_cell(page, "unit", cell)}&""', "D": f"{_cell(page, 'low', cell)}-{plan}", "E": f"{_cell(page, 'high', cell)}-{plan}",
            "G": _cell(page, "expected", cell),
        }  # fmt: skip
        for letters, formula in shown.items():
            nothing = f'IF({number}=1,"none: no open risk","")' if letters == "A" else '""'
            write_cell(page, line, Field(letters, "", "", "" if letters in "AB" else _DELTA), f'IF({cell}="",{nothing},{formula})')
        sheet.write_blank(f"F{line}", None, styles.body())
    _as_shares(page, f"D{first}:G{first + RISKS - 1}", f'{figure}="{SERVICE}"')
    chart = charts.tornado_chart(book, page.name, first, RISKS)
    charts.insert(page, chart, f"{page.beside}{first}", 850, 20 * (TORNADO_HEIGHT - 3), "How far each risk moves the chosen figure from the plan")
    return top + TORNADO_HEIGHT


def _cell(page: Page, name: str, cell: str) -> str:
    return f"INDEX({filled(page.book.spec('Risk Outlook'), name)},{cell})"


def _as_shares(page: Page, area: str, test: str) -> None:
    """Fractions read as percentages."""
    look = page.book.styles.conditional(num_format=UNIT_FORMAT["fraction"])
    page.sheet.conditional_format(area, {"type": "formula", "criteria": f"={test}", "format": look})
