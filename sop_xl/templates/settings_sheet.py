"""The Settings sheet: one row per setting, with a rule on each value cell that fits its type."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sop_xl.sheets.settings import SPEC, Settings
from sop_xl.sheets.spec import HEADER_ROW, CellType, Column, columns_of
from sop_xl.templates import layout
from sop_xl.templates.book import FIRST_ROW, Book
from sop_xl.templates.styles import MUTED, number_format
from sop_xl.templates.tables import note
from sop_xl.templates.validation import column_rule

_VALUE, _DEFAULT = 1, 3


def settings_sheet(book: Book) -> None:
    """Settings with their defaults; a value stands only where it differs from the default."""
    sheet, styles = book.worksheets[SPEC.name], book.styles
    for index, column in enumerate(SPEC.columns):
        sheet.set_column(index, index, column.width, styles())
    layout.head(book, SPEC, widths=tuple(float(c.width) for c in SPEC.columns))
    fields = columns_of(Settings)
    sheet.add_table(HEADER_ROW - 1, 0, HEADER_ROW - 1 + len(fields), len(SPEC.columns) - 1, {
        "name": SPEC.table,
        "style": None,
        "autofilter": False,
        "columns": [{"header": c.label, "header_format": styles.header(SPEC.kind)} for c in SPEC.columns],
    })  # fmt: skip
    for index, column in enumerate(SPEC.columns):
        sheet.write_comment(HEADER_ROW - 1, index, note(column), {"x_scale": 2, "author": "sop_xl", "color": "#FFFFFF"})
    for offset, setting in enumerate(fields):
        row = FIRST_ROW - 1 + offset
        form = "General" if setting.cell is CellType.CODE else number_format(setting, book.timeline.calendar.kind)
        chosen = getattr(book.settings, setting.name)
        sheet.write_string(row, 0, setting.label, styles.body(bold=True))
        _write(sheet, row, _VALUE, None if chosen == setting.default else chosen, styles.body(form, entry=True, align="left"))
        sheet.write_string(row, 2, setting.unit, styles.body(font_color=MUTED))
        _write(sheet, row, _DEFAULT, setting.default, styles.body(form, align="left"))
        sheet.write_string(row, 4, setting.description, styles.body(text_wrap=True))
        if len(setting.description) * 0.85 > SPEC.columns[4].width:
            sheet.set_row(row, 27)
        sheet.data_validation(row, _VALUE, row, _VALUE, _rule(book, setting))
    layout.freeze(book, SPEC, 1)
    layout.print_setup(book, SPEC)
    layout.protect(book, SPEC.name)


def _rule(book: Book, setting: Column) -> dict[str, Any]:
    rule = column_rule(book, SPEC, setting, _VALUE) if setting.cell not in (CellType.TEXT, CellType.CODE) else None
    if rule is None:
        longest = 3 if setting.name == "plan_currency" else 255
        message = "Expected a three-letter currency code." if longest == 3 else f"Expected at most {longest} characters."
        rule = {"validate": "length", "criteria": "==" if longest == 3 else "<=", "value": longest,
                "error_title": setting.label[:32], "error_message": message, "ignore_blank": True}  # fmt: skip
    return rule


def _write(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, StrEnum | str):
        sheet.write_string(row, column, str(value), style)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_datetime(row, column, value, style)


def setting_value(name: str) -> str:
    """Formula text for a setting in force: the planner's value, or the default beside it."""
    row = FIRST_ROW + [c.name for c in columns_of(Settings)].index(name)
    return f'IF({SPEC.name}!$B${row}="",{SPEC.name}!$D${row},{SPEC.name}!$B${row})'
