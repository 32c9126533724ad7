"""About: purpose, conventions, colour key, sheet list, defined names, and the meaning of every column and every function."""

from __future__ import annotations

from typing import Any

from sop_xl.functions.reference import COMMON_ERRORS, kind_words, signature
from sop_xl.functions.registry import CellFunction, functions
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import HEADER_ROW, SheetKind, columns_of
from sop_xl.templates import layout
from sop_xl.templates.book import Book
from sop_xl.templates.highlights import FULL_NAME, WATCH_NAME
from sop_xl.templates.home import STAMPS, colour_key_rows, sheet_row
from sop_xl.templates.reach import counted
from sop_xl.templates.reach import names as names_of
from sop_xl.templates.styles import MUTED

_WIDTHS = (24.0, 24.0, 16.0, 14.0, 12.0, 26.0, 90.0)

CONVENTIONS = (
    "Empty is absent, not zero. An empty cell means not planned or not known; 0 means planned as nothing. Nothing is filled silently.",
    "An error cell such as #REF! is a problem, never an empty cell.",
    "Items, locations and periods must match to the letter between sheets; what does not match is listed in Problems.",
    "A period is named by its first day. The calendar (months, 4-4-5, ISO weeks) is chosen in Settings.",
    "Error and bias = forecast - actual: positive is over-forecast. Forecast value added is positive where a step lowers the error.",
    "A variance favourable to profit is positive. Shortage is positive as unmet demand, negative as balance.",
    "Quantities are in the item's stocking unit, money in plan currency, ratios as fractions, lead times in days.",
    "A flow adds up over periods, a stock takes the last period, a ratio is computed again and never added.",
    "A key stands once: a second row with the same key is a problem, never added up silently.",
    "The same input gives the same workbook. People's cells are never changed, reordered or reformatted.",
)

HOW_TO = (
    "1. Fill Items and Demand History; every other input may stay empty, and says on its sheet what that means.",
    "2. Run the plan (sop-xl regenerate, or the ribbon). Read Problems: each line names a cell and what was expected there.",
    "3. Add what history does not know in the demand inputs, run again, and meet around the review sheets.",
    "4. Checks derives the results again with native formulas; the light at the top of every sheet shows whether Excel agrees.",
)


def about_sheet(book: Book) -> None:
    """The printed reference of the workbook."""
    spec = book.spec("About")
    sheet, styles = book.worksheets["About"], book.styles
    for index, width in enumerate(_WIDTHS):
        sheet.set_column(index, index, width, styles())
    layout.head(book, spec, columns=len(_WIDTHS), widths=_WIDTHS)
    row = HEADER_ROW - 1
    for title, lines in (("How to work with this workbook", HOW_TO), ("Conventions", CONVENTIONS)):
        row = _heading(book, sheet, row, title)
        for number, line in enumerate(lines, 1):
            text = line if lines is HOW_TO else f"{number}. {line}"
            sheet.write_string(row - 1, 0, text, styles.text())
            row += 1
        row += 1
    row = colour_key_rows(book, sheet, _heading(book, sheet, row, "Colour key")) + 1
    row = _heading(book, sheet, row, "Sheets", "Kind", "Module", "Purpose")
    for each in book.sheets:
        sheet_row(book, sheet, row, 0, each)
        row += 1
    row = _heading(book, sheet, row + 1, "Defined names", "Meaning")
    for name, meaning in _names(book):
        sheet.write_string(row - 1, 0, name, styles.text(bold=True))
        sheet.write_string(row - 1, 1, meaning, styles.text())
        row += 1
    row = _reference(book, sheet, row + 1)
    row = _functions(book, sheet, row + 1)
    sheet.freeze_panes(3, 0)
    layout.print_setup(book, spec, area=f"A1:G{row - 1}", titles=False)
    layout.protect(book, "About")


def _heading(book: Book, sheet: Any, row: int, *texts: str) -> int:
    style = book.styles.header(SheetKind.CONTROL, wrap=False)
    for column in range(len(_WIDTHS)):
        sheet.write_string(row - 1, column, texts[column] if column < len(texts) else "", style)
    return row + 1


def _names(book: Book) -> list[tuple[str, str]]:
    names = [(name, f"{label}: {meaning[:1].lower()}{meaning[1:]} (Home)" if meaning else f"{label} (Home)") for name, label, meaning in STAMPS]
    names += [("sop_weeks, sop_days, sop_season", "Weeks, days and periods in a year (Home)")]
    if book.has("Capacity"):
        names.append((f"{WATCH_NAME}, {FULL_NAME}", "Utilisation from which a resource is to be watched, and above which it is overloaded (Home)"))
    if book.has("Checks"):
        names.append(("MasterCheck", "Number of checks that fail (Checks)"))
    if book.has("Executive"):
        names.append(("sop_families, sop_regions", "What the drop-downs of the reviews offer (Executive)"))
        names += [(", ".join(names_of(spec)), f"Filled rows of {spec.name}: their number (Executive), label columns and figures; with _1, _2 ... so many rows further down") for spec in counted(book)]
    return names


def _reference(book: Book, sheet: Any, row: int) -> int:
    """Every column of every table, and every measure that a grid may hold."""
    row = _heading(book, sheet, row, "Sheet", "Column or measure", "Unit", "Cell", "Required", "Allowed", "Meaning")
    for spec in book.sheets:
        lines = [
            (c.label, c.unit, str(c.cell), "yes" if c.required else "",
             ", ".join(c.choices) or c.references.replace(".", ": "), c.description)
            for c in (columns_of(Settings) if spec.name == "Settings" else spec.columns)
        ]  # fmt: skip
        lines += [(m.label, m.unit, str(m.aggregation), "", "measure", m.meaning) for m in spec.measure_terms]
        for line in lines:
            row = _line(book, sheet, row, spec.name, line)
    return row


def _line(book: Book, sheet: Any, row: int, of: str, line: tuple[str, ...]) -> int:
    """One line of a reference: of which sheet or function, then six texts, the last two over as many lines as they need; the row below it."""
    styles = book.styles
    sheet.write_string(row - 1, 0, of, styles.body(font_color=MUTED))
    for offset, text in enumerate(line, 1):
        sheet.write_string(row - 1, offset, text, styles.body(text_wrap=offset in (5, 6), bold=offset == 1))
    longest = max(len(line[5]) / _WIDTHS[6], len(line[4]) / _WIDTHS[5])
    sheet.set_row(row - 1, 14.5 * (int(longest * 1.05) + 1) + 1)
    return row + 1


def _functions(book: Book, sheet: Any, row: int) -> int:
    """Every function of a cell: what for, arguments with units, result, and when it gives an error value."""
    row = _heading(book, sheet, row, "Function", "Argument", "Kind", "", "Required", "Allowed", "Meaning")
    common = "; ".join(f"{value} where {when}" for value, when in COMMON_ERRORS)
    row = _line(book, sheet, row, "Every function", ("errors", "", "", "", "", f"An error value in an argument is the result. A function gives {common}. SOP_LASTERROR says why."))
    for function in functions().values():
        for line in _function_lines(function):
            row = _line(book, sheet, row, function.name, line)
    return row


def _function_lines(function: CellFunction) -> list[tuple[str, ...]]:
    lines: list[tuple[str, ...]] = [("what for", "", "", "", "", function.description), ("formula", "", "", "", "", signature(function))]
    lines += [
        (a.name, kind_words(a), "", "" if a.optional else "yes", ", ".join(a.choices), a.description) for a in function.arguments
    ]
    lines.append(("result", "", "", "", "", function.returns))
    if function.errors:
        lines.append(("errors", "", "", "", "", "; ".join(f"gives {value} where {when}" for value, when in function.errors)))
    if function.source:
        lines.append(("source", "", "", "", "", function.source))
    return lines
