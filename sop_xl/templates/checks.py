"""Checks: native formulas that derive the program's results again, each 1 when it agrees within the tolerance, else 0."""

from __future__ import annotations

from sop_xl.sheets.spec import HEADER_ROW, LABEL_COLUMNS
from sop_xl.templates import layout
from sop_xl.templates.book import Book, period_letters
from sop_xl.templates.change_check_rules import change_checks
from sop_xl.templates.check_rules import PLACE_ROW, Check, demand_checks
from sop_xl.templates.check_table_rules import table_checks
from sop_xl.templates.cycle_check_rules import cycle_checks
from sop_xl.templates.finance_check_rules import finance_checks, working_figures
from sop_xl.templates.money_check_rules import money_checks, money_figures
from sop_xl.templates.money_table_rules import bridge_figures, money_table_checks
from sop_xl.templates.settings_sheet import setting_value
from sop_xl.templates.styles import GOOD, GOOD_FILL, MUTED, POOR, POOR_FILL
from sop_xl.templates.supply_check_rules import supply_checks
from sop_xl.templates.supply_table_rules import supply_table_checks
from sop_xl.templates.weekly_check_rules import weekly_checks, weekly_figures
from sop_xl.templates.worklist_rules import worklist_checks

_WIDTHS = (44.0, 10.0, 60.0, 12.0, 11.0, 16.0, 9.0)
_HEADER = ("Check", "Module", "What is compared", "Unit", "Tolerance", "Largest difference", "1 = agrees")


def checks_sheet(book: Book) -> None:
    """The audit page: one row per check with the difference in every period, its status in G, and the master check."""
    spec, sheet, styles = book.spec("Checks"), book.worksheets["Checks"], book.styles
    for index, width in enumerate(_WIDTHS):
        sheet.set_column(index, index, width, styles())
    sheet.set_column(LABEL_COLUMNS, LABEL_COLUMNS + len(book.labels) - 1, 11, styles())
    layout.head(book, spec, columns=3, widths=_WIDTHS)
    layout.period_rows(book, "Checks", constant=False, source="Consensus Demand")
    for index, text in enumerate(_HEADER):
        sheet.write_string(HEADER_ROW - 1, index, text, styles.header(spec.kind, number=index > 3))
    sheet.write_string(PLACE_ROW - 1, 0, "Place of each period in its grid, from H on", styles(font_color=MUTED, font_size=9))
    for index in range(len(book.labels)):
        letters = period_letters(index)
        sheet.write_formula(f"{letters}{PLACE_ROW}", f"=COLUMNS($H{PLACE_ROW}:{letters}{PLACE_ROW})", styles(font_color=MUTED, font_size=8), index + 1)
    count = sum(len(checks) for _, checks in _groups(book, {})) + len(_groups(book, {}))
    rows: dict[str, int] = {}
    figures = [*working_figures(book), *bridge_figures(book, lambda c, key: f"{c}${rows[key]}"), *money_figures(book), *weekly_figures(book, lambda c, key: f"{c}${rows[key]}")]
    rows |= {figure.key: HEADER_ROW + count + 3 + place for place, figure in enumerate(figures)}
    row, first = HEADER_ROW + 1, HEADER_ROW + 1
    for caption, checks in _groups(book, rows):
        sheet.write_string(row - 1, 0, caption, styles(bold=True, font_size=11))
        row += 1
        for check in checks:
            _write_check(book, row, check)
            row += 1
    last = row - 1
    sheet.write_string(row, 0, "Working figures of the checks", styles(bold=True, font_size=11))
    for figure in figures:
        at = rows[figure.key]
        sheet.write_string(at - 1, 0, figure.name, styles(font_color=MUTED, font_size=9))
        sheet.write_string(at - 1, 2, figure.compared, styles(font_color=MUTED, font_size=9))
        sheet.write_string(at - 1, 3, figure.unit, styles(font_color=MUTED, font_size=9))
        for index in range(len(book.labels)):
            letters = period_letters(index)
            sheet.write_formula(f"{letters}{at}", f"={figure.formula(letters)}", styles(num_format="#,##0", font_color=MUTED, font_size=9))
    _master(book, first, last)
    layout.freeze(book, spec, LABEL_COLUMNS)
    layout.print_setup(book, spec, area=f"A1:G{last}")
    layout.protect(book, "Checks")


def _groups(book: Book, figures: dict[str, int]) -> list[tuple[str, list[Check]]]:
    groups = [
        ("Demand", demand_checks(book, figures)),
        ("Supply", supply_checks(book, figures)),
        ("Supply: lists and scenarios", supply_table_checks(book)),
        ("Finance: the financial plan", finance_checks(book, figures)),
        ("Finance: profit and loss, balance and cash", money_checks(book, figures)),
        ("Finance: comparison, bridges, gaps, risks, budget", money_table_checks(book, figures)),
        ("Cycle: what was published", cycle_checks(book)),
        ("Cycle: worklist", worklist_checks(book)),
        ("Cycle: the coming weeks", weekly_checks(book, figures)),
        ("Cycle: what changed", change_checks(book)),
        ("Tables and data", table_checks(book)),
    ]
    return [(caption, checks) for caption, checks in groups if checks]


def _write_check(book: Book, row: int, check: Check) -> None:
    sheet, styles = book.worksheets["Checks"], book.styles
    sheet.write_string(row - 1, 0, check.name, styles.body())
    sheet.write_string(row - 1, 1, check.module, styles.body(font_color=MUTED))
    sheet.write_string(row - 1, 2, check.compared, styles.body(font_color=MUTED))
    sheet.write_string(row - 1, 3, check.unit, styles.body(font_color=MUTED))
    if check.exact:
        sheet.write_number(row - 1, 4, 0, styles.body("0"))
    else:
        sheet.write_formula(row - 1, 4, f"={setting_value('check_tolerance')}", styles.body("General"), book.settings.check_tolerance)
    number = styles.body('#,##0.000000;-#,##0.000000;"-"')
    if check.by_period:
        for index in range(len(book.labels)):
            letters = period_letters(index)
            sheet.write_formula(f"{letters}{row}", f"={check.formula(letters)}", number)
        span = f"$H{row}:${book.last_column}{row}"
        largest = f"=MAX(MAX({span}),-MIN({span}))"
    else:
        largest = f"=ABS({check.formula('')})"
    sheet.write_formula(row - 1, 5, largest, number)
    status = f"=IF(ISNUMBER($F{row}),IF($F{row}<=$E{row},1,0),0)"
    sheet.write_formula(row - 1, 6, status, styles.body("0", bold=True, align="center"), 1)


def _master(book: Book, first: int, last: int) -> None:
    sheet, styles = book.worksheets["Checks"], book.styles
    sheet.write_string("E4", "Failed checks", styles.text(bold=True))
    sheet.write_formula("G4", f"=COUNTIF($G${first}:$G${last},0)", styles.body("0", bold=True, align="center"), 0)
    layout.cell_name(book, "MasterCheck", "Checks", 4, 7)
    good, bad = styles.conditional(font_color=GOOD, bg_color=GOOD_FILL), styles.conditional(font_color=POOR, bg_color=POOR_FILL)
    rules = ((f"G{first}:G{last}", 1, good, bad), ("G4", 0, good, bad))
    for area, fine, look, wrong in rules:
        top = area.split(":")[0]
        sheet.conditional_format(area, {"type": "formula", "criteria": f"=AND(ISNUMBER({top}),{top}={fine})", "format": look})
        sheet.conditional_format(area, {"type": "formula", "criteria": f"=AND(ISNUMBER({top}),{top}<>{fine})", "format": wrong})

