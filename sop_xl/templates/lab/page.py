"""The Function Lab: every cell function at work on sample data that people may change."""

from __future__ import annotations

import math
from typing import Any

from sop_xl.blocks import CellValue, column_letters
from sop_xl.functions.reference import topic_title
from sop_xl.functions.registry import functions
from sop_xl.sheets.spec import HEADER_ROW, SheetKind
from sop_xl.templates import layout
from sop_xl.templates.book import Book
from sop_xl.templates.lab.blocks import TEXT, VALUES, Line
from sop_xl.templates.lab.results import PlacedBlock, Shown, made_lab
from sop_xl.templates.lab.sample import MONTHS, SOURCE
from sop_xl.templates.styles import INPUT_FILL, INPUT_INK, MUTED, PALE, RULE

_LABEL, _UNIT, _VALUE = 30.0, 14.0, 7.6
_WIDTHS = (_LABEL, _UNIT, *(_VALUE,) * MONTHS)
_TEXT_COLUMNS = 22
"""Columns over which texts run, the first one aside: what a screen shows beside each other."""
_TEXT_WIDTH = _UNIT + (_TEXT_COLUMNS - 1) * _VALUE
_LARGEST = 1e9


def lab_sheet(book: Book) -> None:
    """The page; its results are those that the functions give now."""
    spec, sheet = book.spec("Function Lab"), book.worksheets["Function Lab"]
    for index, width in enumerate(_WIDTHS):
        sheet.set_column(index, index, width, book.styles())
    layout.head(book, spec, columns=_TEXT_COLUMNS, widths=_WIDTHS)
    lab = made_lab()
    _heading(book, HEADER_ROW, "Sample data")
    sheet.write_string(HEADER_ROW, 0, SOURCE, book.styles.text(muted=True))
    for block in lab.blocks:
        _block(book, block)
    for row, topic in lab.topic_rows:
        _heading(book, row, topic_title(topic))
    for shown in lab.shown:
        _entry(book, shown)
    sheet.freeze_panes(3, VALUES - 1)
    layout.print_setup(book, spec, area=f"A1:{column_letters(len(_WIDTHS))}{lab.last_row}", titles=False, width=sum(_WIDTHS))
    layout.protect(book, "Function Lab")


def _heading(book: Book, row: int, text: str) -> None:
    sheet, style = book.worksheets["Function Lab"], book.styles.header(SheetKind.CONTROL, wrap=False)
    for column in range(len(_WIDTHS)):
        sheet.write_blank(row - 1, column, None, style)
    sheet.write_string(row - 1, 0, text, style)


def _block(book: Book, placed: PlacedBlock) -> None:
    sheet, styles, block = book.worksheets["Function Lab"], book.styles, placed.block
    sheet.write_string(placed.title_row - 1, 0, block.title, styles.text(bold=True))
    for column, text in block.marks:
        sheet.write_string(placed.title_row, block.column - 1 + column, text, styles(font_size=8, font_color=MUTED))
    if block.captions:
        _captions(book, placed.first_row - 1, block.captions, unit="Unit")
    for k, line in enumerate(block.lines):
        row = placed.first_row + k - 1
        if line.label:
            sheet.write_string(row, 0, line.label, styles.body())
            sheet.write_string(row, 1, line.unit, styles.body(font_color=MUTED))
        for column, value in enumerate(line.values, block.column - 1):
            form = block.forms[column - block.column + 1] if block.forms else line.form
            _sample_cell(book, row, column, value, form, line)
        if line.note:
            sheet.write_string(row, VALUES, line.note, styles(font_color=MUTED, indent=1))


def _sample_cell(book: Book, row: int, column: int, value: CellValue, form: str, line: Line) -> None:
    """One cell to be played with; the name of a term is none."""
    sheet, styles = book.worksheets["Function Lab"], book.styles
    if isinstance(value, str) and line.form != TEXT:
        sheet.write_string(row, column, value, styles.body())
        return
    style = styles(
        bg_color=INPUT_FILL, font_color=INPUT_INK, locked=False, border=1, border_color=RULE, num_format=form, align="left" if line.form == TEXT else "right",
    )  # fmt: skip
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, style)
    else:
        sheet.write_number(row, column, value, style)
    sheet.data_validation(row, column, row, column, _rule(line))


def _rule(line: Line) -> dict[str, Any]:
    """What may be typed into a cell of a line."""
    shared: dict[str, Any] = {"ignore_blank": True, "error_title": (line.label or "Term")[:32]}
    if line.choices:
        return shared | {"validate": "list", "source": list(line.choices), "error_message": f"Choose one of: {', '.join(line.choices)}."}
    if line.form == TEXT:
        return shared | {"validate": "length", "criteria": "<=", "value": 30, "error_message": "Expected at most 30 characters."}
    low, high = -_LARGEST if line.least is None else line.least, _LARGEST if line.most is None else line.most
    words = f"from {low:g} to {high:g}" if line.most is not None else f"of at least {low:g}" if line.least is not None else ""
    message = f"Expected a number {words}".rstrip() + "."
    return shared | {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high, "error_message": message}


def _captions(book: Book, row: int, captions: tuple[str | int, ...], *, unit: str, label: str = "") -> None:
    """Headings of columns in a 1-based row, over as many lines as the longest needs."""
    sheet, styles = book.worksheets["Function Lab"], book.styles
    look = {"font_size": 8, "font_color": MUTED, "bottom": 1, "bottom_color": RULE, "valign": "bottom"}
    sheet.write_string(row - 1, 0, label, styles(**look))
    sheet.write_string(row - 1, 1, unit, styles(**look))
    wrapped = styles(**look, align="right", text_wrap=True)
    lines = 1
    for column, caption in enumerate(captions, VALUES - 1):
        if isinstance(caption, int):
            sheet.write_number(row - 1, column, caption, wrapped)
        else:
            sheet.write_string(row - 1, column, caption, wrapped)
            lines = max(lines, _lines_of(caption))
    sheet.set_row(row - 1, 11.5 * lines + 4)


def _lines_of(caption: str) -> int:
    """Lines that a caption takes in a value column."""
    lines, room = 1, 0.0
    for word in caption.split():
        if room and room + len(word) > _VALUE + 1.5:
            lines, room = lines + 1, 0.0
        room += len(word) + 1
    return lines


def _entry(book: Book, shown: Shown) -> None:
    """Name, what for, arguments, the formula as text, and the living formula with its result."""
    sheet, styles, entry = book.worksheets["Function Lab"], book.styles, shown.entry
    function = functions()[entry.function]
    row, last = shown.row - 1, _TEXT_COLUMNS
    sheet.write_string(row, 0, function.name, styles(bold=True, font_size=11, bg_color=PALE, top=1, top_color=RULE, valign="top"))
    about = f"{function.description} {entry.note}".strip()
    sheet.merge_range(row, 1, row, last, about, styles(text_wrap=True, bg_color=PALE, top=1, top_color=RULE, valign="top"))
    sheet.set_row(row, _height([about], 13.5, 0.78))
    arguments = [f"{f'[{a.name}]' if a.optional else a.name}: {a.description}" for a in function.arguments]
    sheet.write_string(row + 1, 0, "Arguments", styles(font_color=MUTED, valign="top", indent=1))
    sheet.merge_range(row + 1, 1, row + 1, last, "\n".join(arguments), styles(text_wrap=True, font_color=MUTED, font_size=9, valign="top"))
    sheet.set_row(row + 1, _height(arguments, 11.8, 0.7))
    sheet.write_string(row + 2, 0, "Formula", styles(font_color=MUTED, indent=1))
    sheet.write_string(row + 2, 1, shown.formula, styles(font_name="Consolas"))
    if shown.captions_row:
        _captions(book, shown.captions_row, shown.captions, unit="Unit", label="   Result")
    _result(book, shown)


def _height(paragraphs: list[str], line: float, letter: float) -> float:
    """Height of a row of merged cells that holds these paragraphs: points of a line, and width of a letter in characters of a column."""
    return line * sum(math.ceil(len(text) * letter / _TEXT_WIDTH) for text in paragraphs) + 3


def _result(book: Book, shown: Shown) -> None:
    """The formula, and the result in the cells that it fills: a value for programs that do not know the function."""
    sheet, styles, entry = book.worksheets["Function Lab"], book.styles, shown.entry
    top, left, values = shown.result.row - 1, shown.result.column - 1, shown.result.values
    forms = entry.forms if len(entry.forms) > 1 else entry.forms * len(values)
    units = entry.units if len(entry.units) > 1 else entry.units * len(values)
    looks = [styles.body(form, align="left" if form == TEXT else "right") for form in forms]
    for k, label in enumerate(shown.labels):
        sheet.write_string(top + k, 0, label, styles.body(indent=1))
        sheet.write_string(top + k, 1, units[k], styles.body(font_color=MUTED))
    bottom, right = top + len(values) - 1, left + len(values[0]) - 1
    sheet.write_dynamic_array_formula(top, left, bottom, right, shown.formula, looks[0], values[0][0])
    for k, line in enumerate(values):
        for column, value in enumerate(line, left):
            if (k, column) == (0, left):
                continue
            if isinstance(value, str):
                sheet.write_string(top + k, column, value, looks[k])
            else:
                sheet.write_number(top + k, column, value, looks[k])
