"""Weekly Review: the first weeks of the plan beside what happened, where stock is heading, and the exceptions with the most money; one A4 page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sop_xl import vocabulary
from sop_xl.blocks import column_letters
from sop_xl.sheets.spec import HEADER_ROW, SheetSpec
from sop_xl.templates import charts, layout, review
from sop_xl.templates.book import Book
from sop_xl.templates.reach import filled
from sop_xl.templates.styles import (
    DATE_FORMAT,
    MUTED,
    PALE,
    POOR,
    POOR_FILL,
    UNIT_FORMAT,
    WATCH,
    WATCH_FILL,
)

NAME, SOURCE = "Weekly Review", "Weekly Execution"
WEEKS = 13
NOT_APPROVED = "not approved"
EXCEPTIONS = 15
"""Lines of the list."""

_WIDTHS = (25.0, 15.0, 8.0, 12.0)
_WEEK_WIDTH = 9.0
_FIRST, _LAST = column_letters(len(_WIDTHS) + 1), column_letters(len(_WIDTHS) + WEEKS)
_CHART_ROWS = 14
_STATES = (("stock-out", POOR, POOR_FILL), ("late receipt", WATCH, WATCH_FILL), ("below safety stock", WATCH, WATCH_FILL))


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the page: a field of Weekly Execution added up by week; stocks have no total."""

    name: str
    label: str
    meaning: str
    stock: bool = False
    bold: bool = False
    stated: bool = False


_LINES = (
    _Line("planned_demand", "Planned demand", "", bold=True),
    _Line("elapsed", "Planned to date", "by working days"),
    _Line("orders", "Orders", "to date", stated=True),
    _Line("shipments", "Shipments", "to date", stated=True),
    _Line("planned_receipts", "Planned receipts", "orders and plan"),
    _Line("receipts", "Receipts", "to date", stated=True),
    _Line("dependent_demand", "Dependent demand", "and expiry"),
    _Line("projected_balance", "Projected balance", "end of week", stock=True, bold=True),
    _Line("safety_stock", "Safety stock", "plan", stock=True),
)


def weekly_review_sheet(book: Book) -> None:
    """Build the page from Weekly Execution; a workbook without it has nothing to review and the page says so."""
    spec, sheet, styles = book.spec(NAME), book.worksheets[NAME], book.styles
    for index, width in enumerate((*_WIDTHS, *(_WEEK_WIDTH,) * WEEKS)):
        sheet.set_column(index, index, width, styles())
    layout.head(book, spec, columns=0, widths=(*_WIDTHS, *(_WEEK_WIDTH,) * WEEKS))
    if not book.has(SOURCE):
        sheet.write_string("A7", f"The workbook has no {SOURCE}; add the module cycle.", styles.text(muted=True))
        layout.protect(book, NAME)
        return
    review.selectors(book, NAME, 4, criteria_row=5)
    _header(book, sheet)
    after = _lines(book, sheet, book.spec(SOURCE), HEADER_ROW + 1)
    _charts(book, after + 1)
    last = _exceptions(book, sheet, book.spec(SOURCE), after + _CHART_ROWS + 1)
    sheet.freeze_panes(HEADER_ROW, len(_WIDTHS))
    layout.print_setup(book, spec, area=f"A1:{_LAST}{last}", one_page=True)
    layout.protect(book, NAME)


def _header(book: Book, sheet: Any) -> None:
    """Mondays as Weekly Execution has them, and above them whether the week is over."""
    styles, kind, top = book.styles, book.spec(NAME).kind, HEADER_ROW
    for index, text in enumerate(("Line", "What", "Unit", "All weeks")):
        sheet.write_string(top - 1, index, text, styles.header(kind, number=index == len(_WIDTHS) - 1))
    weeks, over = filled(book.spec(SOURCE), "week"), filled(book.spec(SOURCE), "elapsed")
    for number in range(WEEKS):
        letters, before = column_letters(len(_WIDTHS) + 1 + number), column_letters(len(_WIDTHS) + number)
        # the weeks of a series follow one another: those of the first one are the weeks of all. The first that is not later is the next series'; none
        # follows it, or its weeks would count twice
        nth = f"INDEX({weeks},COLUMNS(${_FIRST}{top}:{letters}{top}))"
        look = styles.header(kind, number=True)
        later = f'IF({before}{top}="","",IF(N({nth})>N({before}{top}),{nth},""))'
        sheet.write_formula(f"{letters}{top}", f'=IFERROR({later},"")', _dated(book, look), "")
        past = f"N(INDEX({over},COLUMNS(${_FIRST}{top}:{letters}{top})))"
        state = f'IF({letters}{top}="","",IF({past}>=1,"over",IF(OR({past}>0,{before}{top - 1}="over"),"now","to come")))'
        sheet.write_formula(f"{letters}{top - 1}", f"={state}", styles(font_size=8, font_color=MUTED, align="right"), "")
    sheet.conditional_format(f"{_FIRST}{top - 1}:{_LAST}{top - 1}", {
        "type": "cell", "criteria": "==", "value": '"now"', "format": styles.conditional(bold=True, font_color="#2F5D9B", bg_color="#E4EDF8"),
    })  # fmt: skip


def _dated(book: Book, header: Any) -> Any:
    """The header's look for a date."""
    return book.styles(
        bold=True, font_color=header.font_color, bg_color=header.bg_color, align="right", num_format="d mmm", border=1, border_color=header.bg_color
    )


def _criteria(spec: SheetSpec, letters: str) -> str:
    pairs = (("week", f"{letters}${HEADER_ROW}"), ("family", "$B$5"), ("region", "$D$5"))
    return ",".join(f"{filled(spec, name)},{value}" for name, value in pairs)


def _lines(book: Book, sheet: Any, spec: SheetSpec, row: int) -> int:
    """One row for each line, then how many exceptions begin; returns the row after them."""
    styles = book.styles
    for line in _LINES:
        look: dict[str, Any] = {"bold": True, "bg_color": PALE} if line.bold else {}
        number = styles.body(review.dashed(UNIT_FORMAT[vocabulary.UNITS]), **look)
        muted = styles.body(**(look | {"font_color": MUTED}))
        _labels(sheet, row, (line.label, line.meaning, vocabulary.UNITS), styles.body(**look), muted)
        if line.name == "planned_demand":
            sheet.write_formula(f"B{row}", f"={_approval(book)}", muted, NOT_APPROVED)
        for letters in _weeks():
            keys = _criteria(spec, letters)
            figure = f"SUMIFS({filled(spec, line.name)},{keys})"
            if line.name == "elapsed":
                over = f"INDEX({filled(spec, line.name)},COLUMNS(${_FIRST}{row}:{letters}{row}))"
                figure = f"{letters}{HEADER_ROW + 1}*{over}"
            elif line.stated:  # a week of which nothing was stated is empty, no zero
                figure = f'IF(COUNTIFS({filled(spec, line.name)},"<>",{keys})=0,"",{figure})'
            sheet.write_formula(f"{letters}{row}", f'=IF({letters}${HEADER_ROW}="","",{figure})', number, "")
        if line.stock:
            sheet.write_blank(f"D{row}", None, number)
        else:
            sheet.write_formula(f"D{row}", f"=SUM({_FIRST}{row}:{_LAST}{row})", number, 0)
        row += 1
    _labels(sheet, row, ("Exceptions that begin", "see below", vocabulary.COUNT), styles.body(), styles.body(font_color=MUTED))
    number = styles.body(review.dashed("0"))
    for letters in _weeks():
        figure = f'COUNTIFS({filled(spec, "exception")},"?*",{_criteria(spec, letters)})'
        sheet.write_formula(f"{letters}{row}", f'=IF({letters}${HEADER_ROW}="","",{figure})', number, "")
    sheet.write_formula(f"D{row}", f"=SUM({_FIRST}{row}:{_LAST}{row})", number, 0)
    sheet.conditional_format(f"D{HEADER_ROW + 1}:{_LAST}{row}", {"type": "cell", "criteria": "<", "value": 0, "format": styles.conditional(font_color=POOR)})
    return row + 1


def _approval(book: Book) -> str:
    """Formula text for which plan the weeks split: the approved version of this cycle, or that none is approved."""
    if not book.has("Snapshots"):
        return f'"{NOT_APPROVED}"'
    cycle, state, version = (filled(book.spec("Snapshots"), name) for name in ("cycle", "state", "version"))
    of_cycle = f'SUMPRODUCT(({cycle}=sop_current_period)*({state}="approved")*{version})'
    return f'IF({of_cycle}>0,"approved, v"&{of_cycle},"{NOT_APPROVED}")'


def _labels(sheet: Any, row: int, texts: tuple[str, ...], first: Any, others: Any) -> None:
    for index, text in enumerate(texts):
        sheet.write_string(row - 1, index, text, others if index else first)


def _weeks() -> list[str]:
    return [column_letters(len(_WIDTHS) + 1 + number) for number in range(WEEKS)]


def _charts(book: Book, row: int) -> None:
    rows = {line.name: HEADER_ROW + 1 + place for place, line in enumerate(_LINES)}
    span = (len(_WIDTHS), len(_WIDTHS) + WEEKS - 1)

    def cells(name: str) -> list[Any]:
        line = rows[name] if name else HEADER_ROW
        return [NAME, line - 1, span[0], line - 1, span[1]]

    sheet = book.worksheets[NAME]
    pictures = (
        ("A", 640, charts.weeks_chart(book, cells, "Planned demand against orders", {"planned_demand": "Planned demand"}, {"orders": "Orders", "shipments": "Shipments"}), "Planned demand by week beside orders and shipments to date"),
        ("H", 655, charts.weeks_chart(book, cells, "Where stock is heading", {"safety_stock": "Safety stock"}, {"projected_balance": "Projected balance"}), "Projected balance by week against safety stock"),
    )  # fmt: skip
    for letters, width, chart, text in pictures:
        charts.insert_on(sheet, chart, f"{letters}{row}", width, 275, text)


def _exceptions(book: Book, sheet: Any, spec: SheetSpec, row: int) -> int:
    """The exceptions of the chosen family and region, the most money first; returns the last row."""
    styles, kind = book.styles, book.spec(NAME).kind
    style = styles(bold=True, font_color="#C96F1A", font_size=11)
    sheet.write_string(f"A{row}", "What needs an answer, the most money first", style)
    rank, family, region = (filled(spec, name) for name in ("rank", "family", "region"))
    own = f'({rank}<>"")*(($B$4="All")+({family}=$B$4))*(($D$4="All")+({region}=$D$4))'
    fields = (("A", "Item and location"), ("B", "Exception"), ("C", "Rank"), ("D", "At stake"), (_FIRST, "Week"), ("F", "Next step"))
    row += 1
    for index in range(len(_WIDTHS) + WEEKS):
        sheet.write_blank(row - 1, index, None, styles.header(kind, wrap=False))
    for letters, text in fields:
        sheet.write_string(f"{letters}{row}", text, styles.header(kind, wrap=False, number=text in {"Rank", "At stake", "Week"}, indent=int(letters == "F")))
    first = row + 1
    for line in range(first, first + EXCEPTIONS):
        number = f"ROWS($C${first}:$C{line})"
        sheet.write_array_formula(f"C{line}", f'{{=IFERROR(SMALL(IF({own},{rank}),{number}),"")}}', styles.body("0", font_color=MUTED), "")
        at = f"MATCH($C{line},{rank},0)"

        def of(name: str, place: str = at) -> str:
            return f"INDEX({filled(spec, name)},{place})"

        shown = {
            "A": (f'{of("item")}&" at "&{of("location")}', styles.body(bold=True, shrink=True)),
            "B": (of("exception"), styles.body(shrink=True)),
            "D": (of("value"), styles.body(review.dashed("#,##0"))),
            _FIRST: (of("week"), styles.body(DATE_FORMAT, shrink=True, align="right")),
            "F": (of("next_step"), styles.body(font_size=9, align="left", indent=1, shrink=True)),
        }
        sheet.set_row(line - 1, 17)
        for letters, (formula, look) in shown.items():
            empty = f'IF({number}=1,"No exceptions in these weeks.","")' if letters == "A" else '""'
            if letters == "F":
                sheet.merge_range(f"F{line}:{_LAST}{line}", "", look)
            sheet.write_formula(f"{letters}{line}", f'=IF($C{line}="",{empty},{formula})', look, "")
    last = first + EXCEPTIONS - 1
    for text, ink, fill in _STATES:
        sheet.conditional_format(f"B{first}:B{last}", {
            "type": "cell", "criteria": "==", "value": f'"{text}"', "format": styles.conditional(font_color=ink, bg_color=fill, bold=True),
        })  # fmt: skip
    sheet.conditional_format(f"D{first}:D{last}", {"type": "data_bar", "bar_color": "#F3B6AF", "bar_solid": True})
    return last
