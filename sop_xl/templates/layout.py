"""What every sheet has in common: head rows, navigation, freeze panes, print set-up, protection."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sop_xl.blocks import a1, column_letters, parse_a1
from sop_xl.sheets.spec import HEADER_ROW, LABEL_COLUMNS, Shape, SheetKind, SheetSpec
from sop_xl.templates.book import Book, quoted
from sop_xl.templates.styles import GOOD, GOOD_FILL, KIND_COLOUR, MUTED, POOR, POOR_FILL

STATUS_CELL = "E1"
"""Where every sheet shows the master check."""

_HEAD_WIDTH = 125
"""Characters over which the head lines run before they wrap."""

_LIGHT_WIDTH = 30

_WIDE_SCALE = 60
"""Percent at which sheets with a column per period are printed: six-point figures."""

_PERIODS_ON_A_PAGE = 18
"""Periods beside the label columns of one A3 page at that scale."""

_A4_WIDTH = 250
"""Characters of a list beyond which one A4 page across makes the figures too small."""

_PORTRAIT_WIDTH = 90
"""Characters of a list up to which an upright page holds more of it."""

REVIEW_PERIODS = 12
"""Periods beside the label columns of one A4 page at that scale."""

_WRITER = {
    SheetKind.CONTROL: "Written by people and program",
    SheetKind.INPUT: "Written by people (yellow cells)",
    SheetKind.OUTPUT: "Written by the program; do not type here",
    SheetKind.REVIEW: "Formulas over the outputs; choose in the yellow cells",
}
_SHARED = "Written by the program; the yellow columns are yours"
"""Of an output with columns that people fill."""
_SOLE_WRITER = {
    "Problems": "Written by the program",
    "Run Log": "Written by the program",
    "Checks": "Formulas; nobody writes here",
    "About": "Printed from the contract; nobody writes here",
    "Function Lab": "People change the yellow cells; the rest are formulas",
    "History Log": "Written by the program; Keep or drop (yellow) is yours",
    "Home": "Stamps written by the program, the rest links and formulas",
    "Settings": "Written by people (yellow cells)",
}
_CONVENTIONS = {
    "Inventory Plan": "Balance = opening + receipts - demand - dependent demand + lost sales - expired; negative is backlog. Unmet demand is that backlog as a positive number.",
    "Net Requirements": "As if nothing were limited. Balance = balance before + receipts - gross requirements. Releases stand in the period in which the order is placed.",
    "Supply Plan": "Receipts are good units in the period in which they arrive, releases what is ordered in the period in which the order is placed.",
    "Capacity": "Hours are productive hours. Required: what the demand asks for. Load: what the plan uses. Hours to buy back = required - available where positive.",
    "Shortages": "Unmet demand is positive. Value and margin are what is late or lost.",
    "Binding Constraints": "The price of a limit holds between its two bounds. One more saves at least nothing; a range is shown where more than one price is right.",
    "Options": "Changes are against the plan without the option; positive profit, service and cash are better.",
    "Allocation": "Units. A period that catches up is given more than it asks for: what waited is served then; over all its periods nobody gets more than demand.",
    "Allocation Rules": "Regret = margin of the best allocation - margin of the rule.",
    "Scenario Compare": "Change = scenario - plan.",
    "Financial Plan": "Money in plan currency. Cost is positive. Past periods of version Plan are actuals. Stock value is the closing value: do not add it over periods.",
    "Bridges": "Favourable to profit is positive. Start + steps = end.",
    "Profit and Loss": "Money in plan currency; costs are positive. Gross margin = revenue - material - conversion - other cost; contribution margin takes the lines below it off. Past periods are actuals.",
    "Balance and Cash": "Money in plan currency at the end of the period; flows of the period. Payments are positive. Balances are not added over periods; All is the sum of families and regions.",
    "Plan Comparison": "Gap = plan - reference, over the periods that the reference has. Variance: favourable to profit is positive.",
    "Gap List": "Missing is positive, what closes it negative: the rows of a gap add up to 0.",
    "Risk Outlook": "P10: one outcome in ten is worse. Expected change = probability x effect after mitigation.",
    "History Log": "Raw + all corrections of a period = what the forecast learns from. Actuals on other sheets stay raw.",
    "Backtest": "Error = forecast - actual: positive bias is over-forecast. Held out from everything that the forecast learned.",
    "Demand Effects": "Units over the whole plan, positive adds. The lines of a step add up to its rows in Consensus Demand.",
    "Demand Changes": "Units over the periods that both cycles planned. Start + steps = end; positive added demand.",
    "Event Results": "Uplift = with - without; positive added demand. Effects are fractions of the demand without the event.",
    "Lifecycle Plan": "Quantities in the item's stocking unit, money in plan currency. What other items lose is a positive number.",
    "Forecast Value Added": "Error = forecast - actual: positive bias is over-forecast. FVA is positive where a step made the forecast better.",
    "Forecast Consumption": "Consumed + remaining forecast = consensus. Demand to serve = customer orders + remaining forecast.",
    "Forecast Accuracy": "Error = forecast - actual: positive bias is over-forecast. FVA is positive where the forecast beats seasonal naive.",
    "Consensus Demand": "Quantities in the item's stocking unit. Baseline + events + life cycle + sales input + overrides = consensus demand; a step that is zero throughout has no line.",
    "Weekly Execution": "Balance = balance before + receipts - demand - what production takes; below 0 is backlog. What happened stands in for the plan in weeks that are over.",
    "Weekly Review": "Periods are split over weeks, Monday to Sunday, by working days; a week that straddles two periods has the days of both. Balance below 0 is backlog.",
    "FX Rates": "Units of the currency for one unit of the plan currency: 0.92 EUR per USD.",
    "Budget": "Money as finance states it; Settings says in which unit. Costs are positive.",
    "KPIs": "Each line says its unit and sign.",
    "Settings": "An empty value takes the default beside it.",
    "Function Lab": "Type such a formula in any cell of any workbook: it needs the add-in. Without the add-in the last results stay, and #NAME? stands there once Excel recalculates.",
}
_DEFAULT_CONVENTION = {
    Shape.GRID: "Quantities in the item's stocking unit, money in plan currency. Empty = not planned or not known; 0 = planned as nothing.",
    Shape.RECORDS: "The unit of each column stands in its header's note. Empty = not known, never zero.",
    Shape.PAGE: "Quantities in stocking units, money in plan currency, error = forecast - actual, favourable to profit is positive.",
}


def head(book: Book, spec: SheetSpec, *, columns: int = 0, widths: tuple[float, ...] = ()) -> None:
    """Rows 1 to 3 of a sheet: title and status light, purpose and writer, link home and conventions.

    The lines run over as many of the columns (`widths` in characters) as make them readable, at most over `columns`.
    """
    sheet, styles = book.worksheets[spec.name], book.styles
    sheet.set_tab_color(KIND_COLOUR[spec.kind])
    sheet.hide_gridlines(2)
    sheet.set_zoom(85)
    sheet.set_row(0, 26)
    sheet.write_string("A1", spec.name if spec.name != "Home" or not book.title else f"Home - {book.title}", styles.title(spec.kind))
    status_light(book, spec.name, _light_columns(widths))
    last, span = _span(columns, widths)
    absence = f" When empty: {spec.when_absent}." if spec.when_absent else ""
    writer = _SHARED if spec.kind is SheetKind.OUTPUT and any(c.people for c in spec.columns) else _WRITER[spec.kind]
    purpose = f"{spec.purpose} {_SOLE_WRITER.get(spec.name, writer)}.{absence}"
    _line(sheet, 1, 0, last, purpose, styles.text(wrap=True), span)
    sheet.write_url("A3", "internal:Home!A1", styles.link(top=True), "< Home") if spec.name != "Home" else None
    convention = _CONVENTIONS.get(spec.name, _DEFAULT_CONVENTION[spec.shape])
    _line(sheet, 2, 1, last, convention, styles.text(wrap=True, muted=True), span - (widths[0] if widths else 14))


def _span(columns: int, widths: tuple[float, ...]) -> tuple[int, float]:
    """0-based last column of the head lines and their width in characters."""
    if not widths:
        return max(columns, 6) - 1, _HEAD_WIDTH
    total = 0.0
    for index, width in enumerate(widths):
        total += width
        if (total >= _HEAD_WIDTH or index + 1 == columns) and index >= 2:
            return index, total
    missing = math.ceil(max(0.0, _HEAD_WIDTH - 30 - total) / 9)
    return len(widths) - 1 + missing, total + 9 * missing


def _line(sheet: Any, row: int, first: int, last: int, text: str, style: Any, width: float) -> None:
    lines = max(1, math.ceil(len(text) * 0.9 / max(width, 30)))
    sheet.set_row(row, 14.5 * lines + 1)
    sheet.merge_range(row, first, row, last, text, style)


def _light_columns(widths: tuple[float, ...]) -> int:
    """Columns from E on that the status light takes to be readable."""
    count, width = 1, (*widths, *(9.0,) * 9)[4]
    while width < _LIGHT_WIDTH:
        width += (*widths, *(9.0,) * 9)[4 + count]
        count += 1
    return count


def status_light(book: Book, name: str, columns: int) -> None:
    """The master check in row 1: green when nothing fails, else red with the count."""
    sheet, styles = book.worksheets[name], book.styles
    if book.has("Checks"):
        formula = '=IF(MasterCheck=0,"OK: all checks agree","CHECK: "&MasterCheck&" failed, see Checks")'
        fine = "OK: all checks agree"
    else:
        formula = '=IF(COUNTIF(Problems!$A:$A,"error")=0,"OK: no errors","CHECK: "&COUNTIF(Problems!$A:$A,"error")&" errors, see Problems")'
        fine = "OK: no errors"
    style = styles(bold=True, font_color=MUTED, align="center")
    row, column = parse_a1(STATUS_CELL)
    if columns > 1:
        sheet.merge_range(row - 1, column - 1, row - 1, column + columns - 2, "", style)
    sheet.write_formula(STATUS_CELL, formula, style, fine)
    for text, ink, fill in (("OK", GOOD, GOOD_FILL), ("CHECK", POOR, POOR_FILL)):
        sheet.conditional_format(row - 1, column - 1, row - 1, column + columns - 2, {
            "type": "text", "criteria": "begins with", "value": text,
            "format": styles.conditional(font_color=ink, bg_color=fill, bold=True),
        })  # fmt: skip


def period_rows(book: Book, name: str, *, flag_row: int = HEADER_ROW - 1, constant: bool = True, source: str = "") -> None:
    """Actual or Plan over every period (1-based `flag_row`), and below it the period's header.

    A `constant` header is written by somebody else (a table's header must be text); otherwise it is taken by formula from the
    grid `source`, so that a page follows the outputs when the calendar rolls on.
    """
    sheet, styles = book.worksheets[name], book.styles
    header = flag_row + 1
    for index, label in enumerate(book.labels):
        letters = column_letters(LABEL_COLUMNS + 1 + index)
        flag = "Actual" if index < book.history_count else "Plan"
        formula = f'=IF({letters}${header}="","",IF({letters}${header}<sop_current_period,"Actual","Plan"))'
        sheet.write_formula(f"{letters}{flag_row}", formula, styles(font_size=8, font_color=MUTED, align="right"), flag)
        if not constant:
            origin = f"{quoted(source)}!{letters}${HEADER_ROW}"
            sheet.write_formula(
                f"{letters}{header}", f'=IF({origin}="","",{origin})',
                styles.header(book.spec(name).kind, number=True), label,
            )  # fmt: skip
    first, last = column_letters(LABEL_COLUMNS + 1), book.last_column
    sheet.conditional_format(f"{first}{flag_row}:{last}{flag_row}", {
        "type": "cell", "criteria": "==", "value": '"Plan"',
        "format": styles.conditional(bold=True, font_color="#2F5D9B", bg_color="#E4EDF8"),
    })  # fmt: skip


def print_setup(
    book: Book, spec: SheetSpec, *, area: str = "", one_page: bool = False, titles: bool = True, by_period: bool = False, folded: bool = False,
    width: float = 0.0,
) -> None:
    """Landscape A4 as a rule, head repeated, footer with file, sheet and page.

    Fitted to one page's width. What has a column per period takes A3 at a scale that can be read, and as many pages side by side as
    the periods need: the label columns stand on each of them, and the plan begins on a page of its own; where the past is `folded` it
    begins beside the labels. A list of such a `width` in characters that A4 would make it too small to read takes A3 as well, one that
    fills half a page stands upright.
    """
    sheet = book.worksheets[spec.name]
    if 0 < width < _PORTRAIT_WIDTH and not by_period:
        sheet.set_portrait()
    else:
        sheet.set_landscape()
    sheet.set_paper(8 if by_period or width > _A4_WIDTH else 9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    if by_period:
        plan = LABEL_COLUMNS + book.history_count
        sheet.set_print_scale(_WIDE_SCALE)
        first, last = plan + 1 if folded else LABEL_COLUMNS + 1, LABEL_COLUMNS + len(book.labels)
        breaks = [column for column in range(first, last) if (column - plan) % _PERIODS_ON_A_PAGE == 0]
        sheet.set_v_pagebreaks(breaks or [last])  # the break at the end says that one page holds them all
        sheet.print_across()
        sheet.repeat_columns(0, LABEL_COLUMNS - 1)
    else:
        sheet.fit_to_pages(1, 1 if one_page else 0)
    sheet.set_footer("&L&8&F&C&8&A&R&8Page &P of &N")
    if area:
        sheet.print_area(area)
    if titles and not one_page:
        sheet.repeat_rows(HEADER_ROW - 2, HEADER_ROW - 1)


def print_pages(book: Book, spec: SheetSpec, last_row: int, breaks: Sequence[int]) -> None:
    """Landscape A4 at a scale to read: the label columns with the first planned periods beside them.

    Past periods, of which supply has no figures, are folded away (`fold_past`) and not printed; planned periods beyond `REVIEW_PERIODS` stand on the sheet
    alone.

    Parameters
    ----------
    last_row
        1-based last row printed.
    breaks
        1-based rows after which a new page begins.
    """
    sheet = book.worksheets[spec.name]
    last = min(LABEL_COLUMNS + len(book.labels), LABEL_COLUMNS + book.history_count + REVIEW_PERIODS)
    print_setup(book, spec, area=f"A1:{column_letters(last)}{last_row}", by_period=True, folded=True)
    sheet.set_paper(9)
    sheet.set_margins(left=0.2, right=0.2, top=0.5, bottom=0.6)
    sheet.set_v_pagebreaks([last])
    sheet.set_h_pagebreaks(list(breaks))


def fold_past(book: Book, name: str, width: float) -> None:
    """Group the past periods of a sheet that plans alone and fold them: the plan stands beside the labels, and one click shows the past.

    Parameters
    ----------
    width
        Of a period column, in characters.
    """
    if not book.history_count:
        return
    sheet, style = book.worksheets[name], book.styles()
    plan = LABEL_COLUMNS + book.history_count
    sheet.set_column(LABEL_COLUMNS, plan - 1, width, style, {"level": 1, "hidden": True})
    sheet.set_column(plan, plan, width, style, {"collapsed": True})


def freeze(book: Book, spec: SheetSpec, columns: int) -> None:
    """Keep the head rows, and so many label columns, in sight."""
    book.worksheets[spec.name].freeze_panes(HEADER_ROW, columns)


def protect(book: Book, name: str) -> None:
    """Lock a sheet against slips, without a password; looking, filtering and widening stay allowed."""
    book.worksheets[name].protect("", {
        "autofilter": True, "sort": True, "format_columns": True, "format_rows": True,
        "select_locked_cells": True, "select_unlocked_cells": True, "objects": True, "scenarios": True,
    })  # fmt: skip


def cell_name(book: Book, name: str, sheet: str, row: int, column: int) -> None:
    """Give one 1-based cell a workbook-wide name."""
    address = a1(row, column)
    letters = address.rstrip("0123456789")
    book.workbook.define_name(name, f"={quoted(sheet)}!${letters}${row}")
