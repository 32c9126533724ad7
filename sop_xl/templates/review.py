"""What review pages share: drop-downs, lines of formulas over the periods, flags, and totals of the next and last year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sop_xl import vocabulary
from sop_xl.sheets.spec import HEADER_ROW, LABEL_COLUMNS
from sop_xl.templates import layout
from sop_xl.templates.book import Book, period_letters, quoted
from sop_xl.templates.reach import filled, period_filled
from sop_xl.templates.styles import MUTED, PALE, POOR, RULE, UNIT_FORMAT

WIDTHS = (36.0, 17.0, 9.0, 14.0, 14.0, 10.0, 14.0)
"""Widths of the label columns of every review page."""

PERIOD_WIDTH = 9.5
PLAN, BUDGET, BUDGET_GAP, LAST_YEAR, PREVIOUS_PLAN = "Plan", "Budget", "Plan - budget", "Last year", "Previous plan"
LIST_ROWS = 60
"""Families and regions that the drop-downs can list; `Checks` fails when there are more."""

TOTAL_NEXT, TOTAL_LAST, CHANGE = "D", "E", "F"

Formula = Callable[[str, int], str]
"""From the letters of a period column and a row to a formula without its equals sign."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page: a formula that is the same in every period.

    Parameters
    ----------
    key
        By which charts and other lines find it.
    label, version, unit
        Label columns A to C; formulas may read them.
    formula
        See `Formula`.
    total
        Formula of the yearly columns from their letters and the row; `None` adds up the flagged periods, `""` leaves them empty.
    bold
        Whether it is a result to look at.
    """

    key: str
    label: str
    version: str
    unit: str
    formula: Formula
    total: Formula | str | None = None
    bold: bool = False
    note: str = ""


@dataclass
class Page:
    """A review page in the making.

    Parameters
    ----------
    book, name
        Workbook and sheet.
    header_row
        1-based row of the period headers; the Actual/Plan flags stand above it.
    family, region
        Absolute addresses of the drop-downs.
    family_criterion, region_criterion
        Absolute addresses of what SUMIFS compares with: `<>`, anything, for All.
    rows
        Row of each line by its key, and of the flags.
    """

    book: Book
    name: str
    header_row: int
    family: str
    region: str
    family_criterion: str
    region_criterion: str
    rows: dict[str, int] = field(default_factory=dict)

    @property
    def sheet(self) -> Any:
        """The XlsxWriter worksheet."""
        return self.book.worksheets[self.name]

    @property
    def beside(self) -> str:
        """Letters of the first planned period, beside the label columns where the past is folded."""
        return period_letters(self.book.history_count)

    def span(self, key: str) -> str:
        """All period cells of a line: `$H$54:$BI$54`."""
        row = self.rows[key]
        return f"$H${row}:${self.book.last_column}${row}"

    def chart_span(self, key: str, first: int, last: int, row: int = 0) -> list[Any]:
        """A line's cells from period `first` to `last` (0-based) as XlsxWriter's charts take them."""
        line = (row or self.rows[key]) - 1
        return [self.name, line, LABEL_COLUMNS + first, line, LABEL_COLUMNS + last]

    def plan_formula(self, letters: str, row: int, *, exact: bool = False, ahead: bool = False) -> str:
        """Financial Plan for the line's measure (A) and version (B).

        `exact` reads the rows that stand for All themselves; `ahead` leaves past periods empty, where the measure cannot exist.
        """
        plan = self.book.spec("Financial Plan")
        family, region = (self.family, self.region) if exact else (self.family_criterion, self.region_criterion)
        pairs = ((f"$A{row}", "measure"), (f"$B{row}", "version"), (family, "family"), (region, "region"))
        criteria = ",".join(f"{filled(plan, name)},{value}" for value, name in pairs)
        figure = f"SUMIFS({period_filled(plan, letters)},{criteria})"
        return self.planned(letters, figure) if ahead else figure

    def budget_gap(self, name: str) -> Formula:
        """What the plan has more than the budget of a measure, of the families, regions and periods that the budget speaks of alone."""
        plan = self.book.spec("Financial Plan")
        pairs = ((f'"{measure_label(name)}"', "measure"), (f'"{BUDGET_GAP}"', "version"), (self.family_criterion, "family"), (self.region_criterion, "region"))
        criteria = ",".join(f"{filled(plan, key)},{value}" for value, key in pairs)
        return lambda c, r: f"SUMIFS({period_filled(plan, c)},{criteria})"

    def without_budget(self) -> Formula:
        """Revenue of the plan that no line of the budget covers, by what is compared."""
        return lambda c, r: f"{c}{self.rows['revenue']}-{c}{self.rows['budget']}-{c}{self.rows['budget_gap']}"

    def grid_formula(self, sheet: str, letters: str, row: int) -> str:
        """An item grid for the line's measure (A), the family and the region; past periods stay empty, as they are on the grid."""
        spec = self.book.spec(sheet)
        pairs = ((f"$A{row}", "measure"), (self.family_criterion, "family"), (self.region_criterion, "region"))
        criteria = ",".join(f"{filled(spec, name)},{value}" for value, name in pairs)
        return self.planned(letters, f"SUMIFS({period_filled(spec, letters)},{criteria})")

    def planned(self, letters: str, formula: str) -> str:
        """A formula in planned periods, nothing in the past: neither a figure nor the time to compute one."""
        return f'IF({letters}${self.header_row - 1}="Plan",{formula},"")'


def charted(page: Page, key: str, text: str, demand: str) -> Line:
    """A line for the chart alone: where the line of that key has no figure it runs with demand, as a fall to zero would say something false."""

    def formula(c: str, r: int) -> str:
        return f"IF(N({c}{page.rows[key]})=0,N({c}{page.rows[demand]}),{c}{page.rows[key]})"

    return Line(f"{key}_chart", f"{text} in the chart, or demand", "Chart", vocabulary.UNITS, formula, "")


def begin(book: Book, name: str) -> Page:
    """Head, drop-downs in row 4, criteria in row 5 and period headers in row 6 of a review page in grid layout."""
    spec, sheet, styles = book.spec(name), book.worksheets[name], book.styles
    for index, width in enumerate(WIDTHS):
        sheet.set_column(index, index, width, styles())
    sheet.set_column(LABEL_COLUMNS, LABEL_COLUMNS + len(book.labels) - 1, PERIOD_WIDTH, styles())
    layout.head(book, spec, columns=0, widths=WIDTHS + (PERIOD_WIDTH,) * len(book.labels))
    selectors(book, name, 4, criteria_row=5)
    texts = ("Line", "Version or source", "Unit", "Next year", "Year before", "Change", "Note")
    for index, text in enumerate(texts):
        sheet.write_string(HEADER_ROW - 1, index, text, styles.header(spec.kind, number=index in (3, 4, 5), indent=int(text == "Note")))
    layout.period_rows(book, name, constant=False, source="Consensus Demand")
    layout.freeze(book, spec, LABEL_COLUMNS)
    return Page(book, name, HEADER_ROW, "$B$4", "$D$4", "$B$5", "$D$5")


def selectors(book: Book, name: str, row: int, *, criteria_row: int) -> None:
    """Drop-downs for family (B) and region (D), and below them what SUMIFS compares with."""
    sheet, styles = book.worksheets[name], book.styles
    stem = name.replace(" ", "")
    for letters, label_letters, what, listed in (("B", "A", "family", "sop_families"), ("D", "C", "region", "sop_regions")):
        sheet.write_string(f"{label_letters}{row}", f"{what.capitalize()}", styles.text(bold=True))
        sheet.write_string(f"{letters}{row}", "All", styles.body(entry=True, bold=True))
        sheet.data_validation(f"{letters}{row}", {
            "validate": "list", "source": f"={listed}", "error_title": what.capitalize(), "error_message": f"Choose a {what} from the list.",
        })  # fmt: skip
        sheet.write_string(f"{label_letters}{criteria_row}", "as criterion", styles(font_size=8, font_color=MUTED))
        formula = f'=IF(${letters}${row}="All","<>",${letters}${row})'
        sheet.write_formula(f"{letters}{criteria_row}", formula, styles(font_size=8, font_color=MUTED), "<>")
        book.workbook.define_name(f"{stem}_{what}", f"={quoted(name)}!${letters}${row}")


def flags(page: Page, top: int) -> int:
    """Flag lines from a 1-based row on: number of the planned period, the next year, its end, the year before; returns the next row."""
    header = page.header_row - 1
    numbers = {key: top + place for place, key in enumerate(("number", "back", "next", "last", "end"))}
    page.rows |= numbers

    def in_year(key: str) -> Formula:
        return lambda c, r: f"IF(AND({c}{numbers[key]}>=1,{c}{numbers[key]}<=sop_season),1,0)"

    lines = (
        Line("number", "Planned period number", "Flag", "count", lambda c, r: f'IF({c}${header}="Plan",N({shift(c, -1)}{r})+1,0)', ""),
        Line("back", "Periods before the plan", "Flag", "count", lambda c, r: f'IF({c}${header}="Actual",N({shift(c, 1)}{r})+1,0)', ""),
        Line("next", "In the next year", "Flag", "0 or 1", in_year("number"), lambda c, r: f"SUM({page.span('next')})"),
        Line("last", "In the year before", "Flag", "0 or 1", in_year("back"), ""),
        Line("end", "End of the next year", "Flag", "0 or 1", lambda c, r: f"IF(AND({c}{numbers['next']}=1,N({shift(c, 1)}{numbers['next']})=0),1,0)", ""),
    )  # fmt: skip
    return write_lines(page, top, lines, register=False, muted=True)


def dashed(form: str) -> str:
    """A number format that shows 0 as a dash: on a review page most zeros are periods without figures."""
    return f'{form};-{form};"-"'


def shift(letters: str, steps: int) -> str:
    """Letters of the column `steps` to the right."""
    from sop_xl.blocks import column_letters, parse_a1

    return column_letters(parse_a1(f"{letters}1")[1] + steps)


def place_lines(page: Page, top: int, lines: Sequence[Line]) -> int:
    """Give lines their rows before any formula is written, so that formulas may look down; returns the next row."""
    page.rows |= {line.key: top + place for place, line in enumerate(lines)}
    return top + len(lines)


def write_lines(page: Page, top: int, lines: Sequence[Line], *, register: bool = True, muted: bool = False) -> int:
    """Write lines from a 1-based row on; returns the next row."""
    if register:
        place_lines(page, top, lines)
    for place, line in enumerate(lines):
        _write_line(page, top + place, line, muted)
    return top + len(lines)


def _write_line(page: Page, row: int, line: Line, muted: bool) -> None:
    sheet, styles = page.sheet, page.book.styles
    form = dashed(UNIT_FORMAT.get(line.unit, "0"))
    look: dict[str, Any] = {"bold": line.bold}
    if muted:
        look |= {"font_color": MUTED, "font_size": 9}
    if line.bold:
        look["bg_color"] = PALE
    number, text = styles.body(form, **look), styles.body(**look)
    sheet.write_string(row - 1, 0, line.label, text)
    sheet.write_string(row - 1, 1, line.version, styles.body(**(look | {"font_color": MUTED})))
    sheet.write_string(row - 1, 2, line.unit, styles.body(**(look | {"font_color": MUTED})))
    for index in range(len(page.book.labels)):
        letters = period_letters(index)
        sheet.write_formula(f"{letters}{row}", f"={line.formula(letters, row)}", number)
    _write_totals(page, row, line, number, styles.body("+0.0%;-0.0%;0.0%", **look))
    sheet.write_string(row - 1, 6, line.note, styles.body(**(look | {"font_color": MUTED, "align": "left", "indent": 1})))


def _write_totals(page: Page, row: int, line: Line, number: Any, percent: Any) -> None:
    sheet = page.sheet
    for letters, key in ((TOTAL_NEXT, "next"), (TOTAL_LAST, "last")):
        if line.total == "" or (key == "last" and "Flag" in line.version):
            sheet.write_blank(f"{letters}{row}", None, number)
        elif callable(line.total):
            sheet.write_formula(f"{letters}{row}", f"={line.total(letters, row)}", number)
        else:
            sheet.write_formula(f"{letters}{row}", f"=SUMPRODUCT({page.span(key)},$H{row}:${page.book.last_column}{row})", number)
    if line.total is None and line.unit != vocabulary.FRACTION:
        # a change is one between two whole years: a plan of half a year, or half a year of history, has none
        older = f"SUMPRODUCT(--({page.span('back')}>=sop_season),--($H{row}:${page.book.last_column}{row}<>0))=0"
        part = f"OR({TOTAL_LAST}{row}<=0,SUM({page.span('next')})<sop_season,{older})"
        formula = f'=IF({part},"",{TOTAL_NEXT}{row}/{TOTAL_LAST}{row}-1)'
        sheet.write_formula(f"{CHANGE}{row}", formula, percent, "")
    else:
        sheet.write_blank(f"{CHANGE}{row}", None, number)


def closing(page: Page) -> Formula:
    """Yearly figure of a stock: its value at the end of the next year; of the year before nothing is known."""
    end = page.rows["end"]
    return lambda c, r: (
        f"SUMPRODUCT($H${end}:${page.book.last_column}${end},$H{r}:${page.book.last_column}{r})" if c == TOTAL_NEXT else '""'
    )


def cover(page: Page) -> Formula:
    """Days that the stock lasts at the cost of the next year."""

    def formula(c: str, r: int) -> str:
        cost, stock, years = f"$D{page.rows['cost']}", f"{c}{page.rows['inventory']}", f"$D{page.rows['next']}/sop_season"
        return page.planned(c, f"IF({cost}=0,0,{stock}/{cost}*sop_days*{years})")

    return formula


def heading(page: Page, row: int, text: str) -> int:
    """A group caption over the label columns; returns the next row."""
    style = page.book.styles(bold=True, font_color="#C96F1A", bottom=1, bottom_color=RULE, font_size=11)
    for column in range(LABEL_COLUMNS):
        page.sheet.write_blank(row - 1, column, None, style)
    page.sheet.write_string(row - 1, 0, text, style)
    return row + 1


def family_lines(page: Page, top: int, caption: str, unit: str, formula: Formula, *, stock: bool = False) -> int:
    """One line for each family of the list, blank where the list has ended; returns the next row.

    The yearly figure of a `stock` is its value at the end of the next year, never a sum.
    """
    row = heading(page, top, caption)
    page.rows["families"] = row
    styles, sheet = page.book.styles, page.sheet
    number, plain = styles(num_format=dashed(UNIT_FORMAT[unit])), styles()
    for place in range(LIST_ROWS - 1):
        line = row + place
        sheet.write_formula(f"A{line}", f"=INDEX(sop_family_list,{place_formula(row, line)})", plain, "")
        sheet.write_formula(f"C{line}", f'=IF($A{line}="","",$C${row - 1})', styles(font_color=MUTED), "")
        for index in range(len(page.book.labels)):
            letters = period_letters(index)
            sheet.write_formula(f"{letters}{line}", f'=IF($A{line}="","",{formula(letters, line)})', number, "")
        for letters, key in ((TOTAL_NEXT, "next"), (TOTAL_LAST, "last")):
            cells = f"$H{line}:${page.book.last_column}{line}"
            figure = '""' if stock and key == "last" else f"SUMPRODUCT({page.span('end' if stock else key)},{cells})"
            sheet.write_formula(f"{letters}{line}", f'=IF($A{line}="","",{figure})', number, "")
        change = f'=IF($A{line}="","",IF(N({TOTAL_LAST}{line})<=0,"",{TOTAL_NEXT}{line}/{TOTAL_LAST}{line}-1))'
        sheet.write_formula(f"{CHANGE}{line}", change, styles(num_format="+0.0%;-0.0%;0.0%"), "")
    sheet.write_string(f"C{row - 1}", unit, styles(font_color=MUTED, bottom=1, bottom_color=RULE))
    bars = f"{TOTAL_NEXT}{row}:{TOTAL_NEXT}{row + LIST_ROWS - 2}"
    sheet.conditional_format(bars, {"type": "data_bar", "bar_color": "#BBD0EA", "bar_solid": True})
    return row + LIST_ROWS - 1


def place_formula(first: int, line: int) -> str:
    """Place of a line in its list, counted from the list's first line; `All` stands before it."""
    return f"ROWS($A${first}:$A{line})+1"


def finish(page: Page, last_row: int, *, breaks: Sequence[int] = ()) -> None:
    """Print set-up, protection and the rule for negatives; with `breaks` printed on A4 pages that begin after those rows."""
    book, spec = page.book, page.book.spec(page.name)
    page.sheet.conditional_format(f"D{HEADER_ROW + 1}:{book.last_column}{last_row}", {
        "type": "cell", "criteria": "<", "value": 0, "format": book.styles.conditional(font_color=POOR),
    })  # fmt: skip
    if breaks:
        layout.print_pages(book, spec, last_row, breaks)
    else:
        layout.print_setup(book, spec, area=f"A1:{book.last_column}{last_row}", by_period=True)
    layout.protect(book, page.name)


def measure_label(name: str) -> str:
    """Label of a measure, as the grids write it."""
    return vocabulary.measure(name).label


