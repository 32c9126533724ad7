"""Rules that make a table readable at a glance: lights for states, bands of utilisation, bars for money, totals in bold."""

from __future__ import annotations

from typing import Any

from sop_xl import vocabulary
from sop_xl.blocks import column_letters
from sop_xl.sheets.spec import LABEL_COLUMNS, SheetKind, SheetSpec
from sop_xl.templates.book import FIRST_ROW, LAST_ROW, Book, field_letters, is_grid
from sop_xl.templates.styles import (
    BLUE,
    GOOD,
    GOOD_FILL,
    GREY,
    LIGHT_BLUE,
    MUTED,
    PALE,
    POOR,
    POOR_FILL,
    RULE,
    WATCH,
    WATCH_FILL,
)

WATCH_NAME, FULL_NAME = "sop_load_watch", "sop_load_full"
"""Cells on Home with the utilisations from which a resource is to be watched, and above which it is overloaded."""

_RESULT = "#EAF4EE"

_BOLD_LINES = {
    "Consensus Demand": ("consensus",), "Inventory Plan": ("projected_available_balance",), "Net Requirements": ("projected_available_balance",),
    "Supply Plan": ("planned_receipts",), "Profit and Loss": ("revenue", "gross_margin", "contribution_margin"),
    "Balance and Cash": ("working_capital", "cash_flow", "cash_balance"),
}  # fmt: skip
"""Measures that are results."""

_FIRST_OF_SERIES = ("Net Requirements", "Capacity", "Inventory Plan", "Profit and Loss", "Balance and Cash")
"""Grids with a rule above each series of lines."""

_STATES = {
    "Problems": ("severity", (("error", POOR, POOR_FILL), ("warning", WATCH, WATCH_FILL))),
    "KPIs": ("status", (("good", GOOD, GOOD_FILL), ("watch", WATCH, WATCH_FILL), ("poor", POOR, POOR_FILL))),
    "Decisions": ("status", (("approved", GOOD, GOOD_FILL), ("proposed", WATCH, WATCH_FILL), ("rejected", MUTED, PALE))),
    "Suppliers": ("risk", (("high", POOR, POOR_FILL), ("medium", WATCH, WATCH_FILL), ("low", GOOD, GOOD_FILL))),
    "Allocation Rules": ("chosen", (("yes", GOOD, GOOD_FILL),)),
    "Worklist": ("state", (("accepted", MUTED, PALE), ("in work", WATCH, WATCH_FILL), ("open", POOR, POOR_FILL))),
    "Weekly Execution": ("exception", (
        ("stock-out", POOR, POOR_FILL), ("late receipt", WATCH, WATCH_FILL), ("below safety stock", WATCH, WATCH_FILL),
        ("orders above plan", BLUE, LIGHT_BLUE), ("orders below plan", BLUE, LIGHT_BLUE),
    )),
    "Budget Mapping": ("taken_as", (("not understood", POOR, POOR_FILL), ("does not tie", POOR, POOR_FILL), ("ties", GOOD, GOOD_FILL), ("left out", MUTED, PALE))),
}
_BARS = {
    "Shortages": (("shortage_value", "#F3B6AF"), ("margin_at_risk", "#F3B6AF")),
    "Binding Constraints": (("demand_hurt", "#F3B6AF"),),
    "Options": (("gain", "#A9D8BC"),),
    "Allocation Rules": (("regret", "#F3B6AF"),),
    "Inventory Targets": (("excess_value", LIGHT_BLUE), ("obsolete_value", "#F3B6AF")),
    "Service Curves": (("safety_stock_value", LIGHT_BLUE),),
    "Gap List": (("value", "#F3B6AF"),),
    "Weekly Execution": (("value", "#F3B6AF"),),
    "Risk Outlook": (("swing", LIGHT_BLUE),),
    "Worklist": (("value", "#F3B6AF"),),
    "Supplier Performance": (("late_share", "#F3B6AF"), ("reject_rate", "#F3B6AF")),
}
"""Fields with a bar in each cell."""

_SIGNED = {
    "Options": ("gain", "profit_change", "service_change", "cash_change", "budget_gap"), "Plan Comparison": ("gap", "gap_percent", "variance"), "Bridges": ("amount",),
}  # fmt: skip
"""Fields in which less than nothing is worse."""

_BY_UNIT = {
    "KPIs": ("value", "target", "previous", "watch"), "Scenario Compare": ("value", "change"), "Risk Outlook": ("plan", "expected", "p10", "p50", "p90", "low", "high", "swing"),
}  # fmt: skip
"""Fields whose unit stands beside them."""


def highlight(book: Book, spec: SheetSpec) -> None:
    """Put the sheet's rules on its body."""
    if spec.name == "Capacity":
        _heat_map(book, spec)
    if is_grid(spec):
        _grid_rules(book, spec)
    if spec.name == "Inventory Plan":
        _stock_rules(book, spec)
    elif spec.name == "Financial Plan":
        _row_rule(book, spec, _labels(book), "version", "Plan", bg_color=_RESULT)
    elif spec.name == "Event Results":  # an elasticity is no share
        _row_rule(book, spec, _column(field_letters(spec, "effect")), "kind", "elasticity", num_format="0.00")
    _list_rules(book, spec)


def bands(book: Book, name: str, area: str, test: str) -> None:
    """Amber from the utilisation to watch, red above the full one.

    Parameters
    ----------
    area
        Cells of the sheet `name` to which the rules belong.
    test
        Formula of the first cell that says whether it holds a utilisation; `{cell}` stands for the cell.
    """
    sheet, styles = book.worksheets[name], book.styles
    cell = area.split(":", maxsplit=1)[0].replace("$", "")
    is_share = f"ISNUMBER({cell}),{test.format(cell=cell)}"
    for limit, ink, fill in ((f"{cell}>{FULL_NAME}", POOR, POOR_FILL), (f"{cell}>={WATCH_NAME}", WATCH, WATCH_FILL)):
        # with its number format, because LibreOffice takes the first rule that holds and no other
        style = styles.conditional(font_color=ink, bg_color=fill, bold=True, num_format="0%")
        sheet.conditional_format(area, {"type": "formula", "criteria": f"=AND({is_share},{limit})", "format": style})


def _grid_rules(book: Book, spec: SheetSpec) -> None:
    """Negatives in red; results in bold; fractions as percentages; a rule above each series of supply."""
    area = _periods(book)
    book.worksheets[spec.name].conditional_format(area, {
        "type": "cell", "criteria": "<", "value": 0, "format": book.styles.conditional(font_color=POOR),
    })  # fmt: skip
    for name in _BOLD_LINES.get(spec.name, ()):
        _row_rule(book, spec, _labels(book), "measure", vocabulary.measure(name).label, bold=True, bg_color=_RESULT)
    if spec.name == "Consensus Demand":
        _row_rule(book, spec, _labels(book), "measure", "Net price", num_format="#,##0.00", font_color=MUTED, italic=True)
    if spec.name in _FIRST_OF_SERIES:
        _row_rule(book, spec, _labels(book), "measure", spec.measure_terms[0].label, top=1, top_color=GREY)
    if spec.kind is SheetKind.OUTPUT and any(term.unit == vocabulary.FRACTION for term in spec.measure_terms):
        _row_rule(book, spec, area, "unit", "fraction", num_format="0%")


def _heat_map(book: Book, spec: SheetSpec) -> None:
    """Bands on both lines of utilisation; hours to buy back stand out where there are any."""
    sheet, styles, area = book.worksheets[spec.name], book.styles, _periods(book)
    measure = f"${field_letters(spec, 'measure')}{FIRST_ROW}"
    first = vocabulary.measure("utilisation").label
    bands(book, spec.name, area, f'LEFT({measure},LEN("{first}"))="{first}"')
    short = vocabulary.measure("hours_to_buy_back").label
    cell = area.split(":")[0]
    sheet.conditional_format(area, {
        "type": "formula", "criteria": f'=AND({measure}="{short}",N({cell})>0)', "format": styles.conditional(font_color=POOR, bold=True),
    })  # fmt: skip
    for label in (first, vocabulary.measure("utilisation_required").label):
        _row_rule(book, spec, f"A{FIRST_ROW}:{column_letters(LABEL_COLUMNS)}{LAST_ROW}", "measure", label, bold=True)
    text = f'="Heat map of utilisation: amber from "&TEXT({WATCH_NAME},"0%")&", red above "&TEXT({FULL_NAME},"0%")&"; the limits stand on Home"'
    sheet.write_formula("A4", text, styles.text(muted=True), "")


def _stock_rules(book: Book, spec: SheetSpec) -> None:
    """Losses stand out; a balance below the safety stock, which stands in the line below it, is to be watched."""
    sheet, styles, area = book.worksheets[spec.name], book.styles, _periods(book)
    measure, cell = f"${field_letters(spec, 'measure')}{FIRST_ROW}", area.split(":")[0]
    below = f"{cell.rstrip('0123456789')}{FIRST_ROW + 1}"
    label = vocabulary.measure("projected_available_balance").label
    sheet.conditional_format(area, {
        "type": "formula", "criteria": f'=AND({measure}="{label}",ISNUMBER({cell}),{cell}>=0,{cell}<N({below}))',
        "format": styles.conditional(font_color=WATCH),
    })  # fmt: skip
    for name in ("unmet_demand", "lost_sales", "expired"):
        text = vocabulary.measure(name).label
        sheet.conditional_format(area, {
            "type": "formula", "criteria": f'=AND({measure}="{text}",N({cell})>0)', "format": styles.conditional(font_color=POOR, bg_color=POOR_FILL),
        })  # fmt: skip


def _list_rules(book: Book, spec: SheetSpec) -> None:
    sheet, styles = book.worksheets[spec.name], book.styles
    if spec.name in _STATES:
        name, rules = _STATES[spec.name]
        for value, ink, fill in rules:
            sheet.conditional_format(_column(field_letters(spec, name)), {
                "type": "cell", "criteria": "==", "value": f'"{value}"',
                "format": styles.conditional(font_color=ink, bg_color=fill, bold=True),
            })  # fmt: skip
    for name in _SIGNED.get(spec.name, ()):
        sheet.conditional_format(_column(field_letters(spec, name)), {
            "type": "cell", "criteria": "<", "value": 0, "format": styles.conditional(font_color=POOR),
        })  # fmt: skip
    for name, colour in _BARS.get(spec.name, ()):
        sheet.conditional_format(_column(field_letters(spec, name)), {
            "type": "data_bar", "bar_color": colour, "bar_solid": True, "bar_border_color": RULE, "bar_negative_color": "#F3B6AF",
        })  # fmt: skip
    for name in _BY_UNIT.get(spec.name, ()):
        _unit_rules(book, spec, name)
    if spec.name == "Scenario Compare":
        _row_rule(book, spec, _row_of(spec), "scenario", "Plan", bg_color=PALE)
    elif spec.name == "Service Curves":
        for today in ("settings", "stock"):
            _row_rule(book, spec, _row_of(spec), "today", today, bold=True, font_color=BLUE)
    elif spec.name == "Allocation Rules":
        _row_rule(book, spec, _row_of(spec), "customer", "", bold=True, bg_color=_RESULT)
    elif spec.name == "Plan Comparison":
        _row_rule(book, spec, _row_of(spec), "level", "total", bold=True, bg_color=_RESULT)
    elif spec.name == "Bridges":
        _ends(book, spec)
    elif spec.name == "Gap List":
        _row_rule(book, spec, _row_of(spec), "step", "gap", bold=True, bg_color=_RESULT)
        _row_rule(book, spec, _row_of(spec), "step", "not closed", font_color=POOR)
    elif spec.name == "KPIs":
        _row_rule(book, spec, _column(field_letters(spec, "trend")), "trend", "worse", font_color=POOR)
        _row_rule(book, spec, _column(field_letters(spec, "trend")), "trend", "better", font_color=GOOD)
    elif spec.name == "Worklist":
        _row_rule(book, spec, _column(field_letters(spec, "needs_decision")), "needs_decision", "yes", font_color=POOR, bg_color=POOR_FILL, bold=True)
        _row_rule(book, spec, _row_of(spec), "state", "accepted", font_color=MUTED)
        _row_rule(book, spec, _row_of(spec), "kind", "more", font_color=MUTED, italic=True)
    elif spec.name == "Risk Outlook":
        _row_rule(book, spec, _row_of(spec), "risk", "", bold=True, bg_color=_RESULT)


def _ends(book: Book, spec: SheetSpec) -> None:
    """What a bridge starts from in bold with a rule above it, and the plan in which it ends in bold."""
    sheet, area = book.worksheets[spec.name], _row_of(spec)
    order, step, filled = (f"${field_letters(spec, name)}{FIRST_ROW}" for name in ("order", "step", "bridge"))
    start = {"type": "formula", "criteria": f'=AND({filled}<>"",{order}=0)', "format": book.styles.conditional(bold=True, top=1, top_color=GREY)}
    sheet.conditional_format(area, start)
    sheet.conditional_format(area, {"type": "formula", "criteria": f'={step}="Plan"', "format": book.styles.conditional(bold=True)})


def _unit_rules(book: Book, spec: SheetSpec, name: str) -> None:
    """The number format that the unit beside a figure asks for; a change below 0 has it together with its colour, because one rule may end the others."""
    sheet, styles, letters = book.worksheets[spec.name], book.styles, field_letters(spec, name)
    units = ("fraction", "money", "units", "h") if spec.name == "Scenario Compare" else ("fraction",)
    for unit in units:
        form = "0.0%" if unit == "fraction" else "#,##0"
        if name == "change":
            below = f'=AND(${field_letters(spec, "unit")}{FIRST_ROW}="{unit}",N({letters}{FIRST_ROW})<0)'
            look = styles.conditional(num_format=form, font_color=POOR)
            sheet.conditional_format(_column(letters), {"type": "formula", "criteria": below, "format": look})
        _row_rule(book, spec, _column(letters), "unit", unit, num_format=form)


def _periods(book: Book) -> str:
    return f"{column_letters(LABEL_COLUMNS + 1)}{FIRST_ROW}:{book.last_column}{LAST_ROW}"


def _labels(book: Book) -> str:
    return f"A{FIRST_ROW}:{book.last_column}{LAST_ROW}"


def _column(letters: str) -> str:
    return f"{letters}{FIRST_ROW}:{letters}{LAST_ROW}"


def _row_of(spec: SheetSpec) -> str:
    return f"A{FIRST_ROW}:{column_letters(len(spec.columns))}{LAST_ROW}"


def _row_rule(book: Book, spec: SheetSpec, area: str, name: str, value: str, **look: Any) -> None:
    """The look of rows whose field holds the value; an empty value means an empty field of a row that is filled."""
    test = f'${field_letters(spec, name)}{FIRST_ROW}="{value}"'
    criteria = f"={test}" if value else f'=AND({test},$A{FIRST_ROW}<>"")'
    book.worksheets[spec.name].conditional_format(area, {"type": "formula", "criteria": criteria, "format": book.styles.conditional(**look)})
