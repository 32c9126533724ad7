"""Home: how the plan stands, where to go by role and by step of the cycle, every sheet, and the colour key."""

from __future__ import annotations

from typing import Any

from sop_xl.sheets.spec import HEADER_ROW, SheetKind, SheetSpec
from sop_xl.templates import layout
from sop_xl.templates.book import Book, quoted
from sop_xl.templates.highlights import FULL_NAME, WATCH_NAME
from sop_xl.templates.settings_sheet import setting_value
from sop_xl.templates.styles import (
    GOOD,
    GOOD_FILL,
    INPUT_FILL,
    INPUT_INK,
    KIND_COLOUR,
    MUTED,
    POOR,
    POOR_FILL,
    RULE,
    WATCH,
    WATCH_FILL,
    WHITE,
)

CYCLE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("1  Data", ("Settings", "Items", "Locations", "Demand History", "Customer Classes", "FX Rates", "Problems")),
    ("    of supply", ("Inventory", "Open Orders", "Sourcing", "Bill of Materials", "Suppliers", "Purchase History", "Inventory Policy")),
    ("    of capacity", ("Resources", "Bill of Resources", "Resource Calendar")),
    ("2  Demand", ("Sales Input", "Events", "Lifecycle", "Overrides", "Forecast Models", "Baseline Forecast", "Consensus Demand", "Demand Review")),
    ("    why", ("History Log", "Backtest", "Forecast Accuracy", "Demand Effects", "Sales Review", "Event Results", "Lifecycle Plan")),
    ("    since then", ("Demand Changes", "Forecast Value Added", "Forecast Archive")),
    ("3  Supply", ("Net Requirements", "Capacity", "Supply Plan", "Inventory Plan", "Shortages", "Supply Review")),
    ("    why", ("Binding Constraints", "Allocation", "Allocation Rules", "Supplier Performance")),
    ("    stock", ("Inventory Targets", "Service Curves")),
    ("4  Pre-S&OP", ("Options", "Decisions", "Scenarios", "Scenario Drivers", "Scenario Compare")),
    ("    money", ("Budget", "Budget Mapping", "Price List", "Cost Rates", "Financial Plan", "Profit and Loss", "Balance and Cash", "Finance Review")),
    ("    are we on plan", ("Plan Comparison", "Bridges", "Gap List", "Risks", "Risk Outlook", "Checks")),
    ("5  Executive", ("Executive", "Ten Questions", "Changes", "Decisions", "Decision Effects", "Snapshots", "Approved Plan")),
    ("6  Execute", ("Worklist", "Actuals", "Weekly Actuals", "Weekly Execution", "Customer Orders", "Forecast Consumption", "Open Orders")),
    ("    monitor", ("KPIs", "KPI Targets", "Initiatives", "Cycle Calendar", "Cycle", "Run Log", "Published Record")),
)  # fmt: skip
"""Sheets by step of the monthly cycle."""

ROLES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Planner", ("Demand History", "Baseline Forecast", "Forecast Accuracy", "Overrides", "Consensus Demand", "Demand Review", "Problems", "Function Lab")),
    ("Sales", ("Sales Input", "Events", "Lifecycle", "Consensus Demand", "Allocation", "Demand Review")),
    ("Supply", ("Net Requirements", "Supply Plan", "Inventory Plan", "Inventory Targets", "Shortages", "Options", "Supply Review")),
    ("Factory", ("Resources", "Resource Calendar", "Bill of Resources", "Capacity", "Binding Constraints", "Supply Plan")),
    ("Purchasing", ("Suppliers", "Sourcing", "Purchase History", "Open Orders", "Supplier Performance", "Supply Plan")),
    ("Finance", ("Budget", "Budget Mapping", "FX Rates", "Profit and Loss", "Balance and Cash", "Plan Comparison", "Bridges", "Finance Review")),
    ("Executive", ("Executive", "KPIs", "Options", "Decisions", "Scenario Compare", "Gap List", "Risk Outlook", "Finance Review")),
)  # fmt: skip
"""Sheets by role."""

STAMPS: tuple[tuple[str, str, str], ...] = (
    ("sop_status", "Status", "How the last run ended"),
    ("sop_as_of", "Plan as of", "Date for which the plan was made"),
    ("sop_current_period", "First planned period", "Earlier periods hold actuals"),
    ("sop_horizon", "Planned periods", "Length of the plan"),
    ("sop_approved", "Approval", "Who approved the plan of this cycle, and how the plan has moved since"),
    ("sop_errors", "Errors", "Mistakes in the data that stop a run"),
    ("sop_warnings", "Warnings", "Things to look at"),
    ("sop_version", "Program version", "That wrote the results"),
    ("sop_template", "Template", "From which this workbook was built"),
)
"""Cells that the program stamps: defined name, label and meaning."""

SENTENCES = {"sop_approved"}
"""Stamps that are a sentence: it runs on over the place of its meaning."""

_FIRST = HEADER_ROW
_LINK_COLUMNS = 8
_NAV = 4


def home_sheet(book: Book) -> None:
    """The page that opens first."""
    spec = book.spec("Home")
    sheet = book.worksheets["Home"]
    widths = (22.0, 22.0, 46.0, 3.0) + (17.0,) * (1 + _LINK_COLUMNS)
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width, book.styles())
    layout.head(book, spec, columns=5 + _LINK_COLUMNS - 2, widths=widths)
    bottom = _status(book, sheet)
    _colour_key(book, sheet, bottom + 2)
    row = _links(book, sheet, _FIRST, "By step of the monthly cycle", CYCLE)
    row = _links(book, sheet, row + 1, "By role", ROLES)
    last = _sheet_list(book, sheet, row + 1)
    sheet.freeze_panes(3, 0)
    layout.print_setup(book, spec, area=f"A1:M{last}", one_page=True)
    layout.protect(book, "Home")
    sheet.activate()
    sheet.set_first_sheet()


def _heading(book: Book, sheet: Any, row: int, first: int, last: int, text: str) -> None:
    style = book.styles.header(SheetKind.CONTROL, wrap=False)
    for column in range(first, last + 1):
        sheet.write_blank(row - 1, column, None, style)
    sheet.write_string(row - 1, first, text, style)


def _status(book: Book, sheet: Any) -> int:
    styles = book.styles
    _heading(book, sheet, _FIRST, 0, 2, "How the plan stands")
    initial = {
        "sop_status": "Not run yet",
        "sop_approved": "not approved yet",
        "sop_current_period": book.timeline.calendar.label(book.timeline.current),
        "sop_horizon": book.timeline.horizon,
        "sop_template": book.template,
    }
    row = _FIRST
    for name, label, meaning in STAMPS:
        row += 1
        style = styles.body("yyyy-mm-dd" if name == "sop_as_of" else "General", align="left", bold=True)
        sheet.write_string(row - 1, 0, label, styles.body())
        sheet.write(row - 1, 1, initial.get(name), style) if name in initial else sheet.write_blank(row - 1, 1, None, style)
        if name not in SENTENCES:
            sheet.write_string(row - 1, 2, meaning, styles.body(font_color=MUTED))
        layout.cell_name(book, name, "Home", row, 2)
    row = _figures(book, sheet, row)
    lights: list[tuple[str, str, str, str]] = []
    if book.has("Checks"):
        lights.append(("Checks failed", "=MasterCheck", "0 = Excel agrees with the program on every figure", "Checks"))
    lights.append(("Errors listed", '=COUNTIF(Problems!$A:$A,"error")', "Lines in Problems that stop a run", "Problems"))
    lights.append(("Warnings listed", '=COUNTIF(Problems!$A:$A,"warning")', "Lines in Problems to look at", "Problems"))
    for label, formula, meaning, target in lights:
        row += 1
        sheet.write_url(row - 1, 0, f"internal:{quoted(target)}!A1", styles.link(), label)
        sheet.write_formula(row - 1, 1, formula, styles.body("0", align="left", bold=True), 0)
        sheet.write_string(row - 1, 2, meaning, styles.body(font_color=MUTED))
        bad = (WATCH, WATCH_FILL) if label.startswith("Warnings") else (POOR, POOR_FILL)
        for criteria, (ink, fill) in (("==", (GOOD, GOOD_FILL)), (">", bad)):
            sheet.conditional_format(row - 1, 1, row - 1, 1, {
                "type": "cell", "criteria": criteria, "value": 0, "format": styles.conditional(font_color=ink, bg_color=fill),
            })  # fmt: skip
    return row


def _figures(book: Book, sheet: Any, row: int) -> int:
    """What a year has, and limits of utilisation, in cells that formulas name instead of carrying the numbers; returns the last row."""
    styles = book.styles
    weeks = row + 1
    calendar = setting_value("calendar")
    lines: list[tuple[str, float | str, str, str, str]] = [
        ("Weeks in a year", 52, "Periods of a year in a calendar of weeks", "sop_weeks", "0"),
        ("Days in a year", 365, "For days of supply on the reviews", "sop_days", "0"),
        ("Periods in a year", f'=IF({calendar}="weeks",$B${weeks},12)', "Length of the reviews' next year", "sop_season", "0"),
    ]
    lines += [  # whether Capacity is there or not: a parked one goes on reading them
        ("Utilisation to watch", 0.85, "Amber from here on in the heat map of Capacity", WATCH_NAME, "0%"),
        ("Full utilisation", 1, "Red above it", FULL_NAME, "0%"),
    ]
    for label, value, meaning, name, form in lines:
        row += 1
        style = styles.body(form, align="left", bold=True)
        sheet.write_string(row - 1, 0, label, styles.body())
        if isinstance(value, str):
            sheet.write_formula(row - 1, 1, value, style, book.timeline.calendar.season)
        else:
            sheet.write_number(row - 1, 1, value, style)
        sheet.write_string(row - 1, 2, meaning, styles.body(font_color=MUTED))
        layout.cell_name(book, name, "Home", row, 2)
    return row


def _colour_key(book: Book, sheet: Any, row: int) -> None:
    _heading(book, sheet, row, 0, 2, "Colour key")
    colour_key_rows(book, sheet, row + 1)


def colour_key_rows(book: Book, sheet: Any, row: int) -> int:
    """Samples of every colour with their meaning from a 1-based row on; returns the row after the last."""
    styles = book.styles
    key: list[tuple[str, Any, str]] = [
        ("Input cell", styles(bg_color=INPUT_FILL, font_color=INPUT_INK), "People type here; the program never changes it"),
        ("Computed cell", styles.body(), "Written by the program or a formula; protected, no password"),
        ("Good", styles(bg_color=GOOD_FILL, font_color=GOOD, bold=True), "A check agrees, a target is met"),
        ("Watch", styles(bg_color=WATCH_FILL, font_color=WATCH, bold=True), "Look at it"),
        ("Poor", styles(bg_color=POOR_FILL, font_color=POOR, bold=True), "A check fails, a target is missed"),
    ]
    tabs = {
        SheetKind.CONTROL: "How the workbook is run and checked",
        SheetKind.INPUT: "People write",
        SheetKind.OUTPUT: "The program writes",
        SheetKind.REVIEW: "Formulas over outputs, with charts",
    }
    for kind, meaning in tabs.items():
        key.append((f"{kind.capitalize()} tab", styles(bg_color=KIND_COLOUR[kind], font_color=WHITE, bold=True), meaning))
    for text, style, meaning in key:
        sheet.write_string(row - 1, 0, text, style)
        sheet.write_string(row - 1, 1, meaning, styles.text(muted=True))
        row += 1
    return row


def _links(book: Book, sheet: Any, row: int, title: str, groups: tuple[tuple[str, tuple[str, ...]], ...]) -> int:
    styles = book.styles
    _heading(book, sheet, row, _NAV, _NAV + _LINK_COLUMNS, title)
    for label, names in groups:
        present = [name for name in names if book.has(name)]
        if not present:
            continue
        row += 1
        sheet.write_string(row - 1, _NAV, label, styles.body(bold=True))
        for offset, name in enumerate(present):
            sheet.write_url(row - 1, _NAV + 1 + offset, f"internal:{quoted(name)}!A1", styles.link(), name)
    return row + 1


def _sheet_list(book: Book, sheet: Any, row: int) -> int:
    styles = book.styles
    _heading(book, sheet, row, _NAV, _NAV + _LINK_COLUMNS, "Every sheet")
    for spec in book.sheets:
        row += 1
        sheet_row(book, sheet, row, _NAV, spec)
    sheet.write_string(row + 1, _NAV, "No sheet is hidden.", styles.text(muted=True))
    return row + 2


def sheet_row(book: Book, sheet: Any, row: int, column: int, spec: SheetSpec) -> None:
    """One line of a sheet list: link, kind in its colour, module, purpose."""
    styles = book.styles
    sheet.write_url(row - 1, column, f"internal:{quoted(spec.name)}!A1", styles.link(), spec.name)
    colour = styles(font_color=WHITE, bg_color=KIND_COLOUR[spec.kind], align="center", bottom=1, bottom_color=RULE)
    sheet.write_string(row - 1, column + 1, spec.kind, colour)
    sheet.write_string(row - 1, column + 2, spec.module, styles.text(muted=True))
    sheet.write_string(row - 1, column + 3, spec.purpose, styles.text())


