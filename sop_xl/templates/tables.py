"""Sheets that hold an Excel Table: grids and records, with notes, formats and validation."""

from __future__ import annotations

from typing import Any

from sop_xl import vocabulary
from sop_xl.sheets.spec import HEADER_ROW, LABEL_COLUMNS, CellType, Column, SheetKind, SheetSpec
from sop_xl.templates import layout
from sop_xl.templates.book import FIRST_ROW, INPUT_ROWS, Book, field_letters, is_grid
from sop_xl.templates.highlights import highlight
from sop_xl.templates.styles import MUTED, UNIT_FORMAT, number_format
from sop_xl.templates.validation import validate_column, validate_periods

PERIOD_WIDTH = 10
LINKED_PROBLEMS = 300
"""Problems that have a link; who has more begins with these."""
LINKED_MATTERS = 60
"""Lines of the worklist that have a link."""

_NUMBERS = (CellType.NUMBER, CellType.INTEGER, CellType.FRACTION)
_ITEM_GRIDS = ("Baseline Forecast", "Consensus Demand", "Net Requirements", "Supply Plan", "Inventory Plan")
_WRAPPED = {
    "Shortages": ("cause", "chain", "next_action", "option"),
    "Binding Constraints": ("subject", "sentence"),
    "Options": ("option", "note"),
    "Inventory Targets": ("note",),
    "Supplier Performance": ("used",),
    "Scenario Compare": ("note",),
    "Bridges": ("note",),
    "Budget Mapping": ("taken_as", "means"),
    "Gap List": ("gap", "step", "cause", "note"),
    "Risk Outlook": ("note",),
    "Worklist": ("alert", "sentence", "next_step"),
}
"""Columns whose sentences run over several lines."""

_LINES = {"Shortages": 3, "Binding Constraints": 2, "Options": 3, "Bridges": 2, "Budget Mapping": 2, "Gap List": 3, "Risk Outlook": 4, "Worklist": 3}
"""Lines of text in a row of such a sheet, where it is not 1: new rows take over the height of the first, and nothing fits it to the text later."""
_LINE_HEIGHT = 14.5

PLANNED_ONLY = ("Net Requirements", "Supply Plan", "Capacity", "Inventory Plan")
"""Grids that have no figures of the past, which is folded away."""


def note(column: Column) -> str:
    """A header's note: what the column means, its unit, and whether it must be filled."""
    lines = [column.description, f"Unit: {column.unit}."]
    if column.choices:
        lines.append("One of: " + ", ".join(column.choices) + ".")
    if column.references:
        lines.append(f"Must stand in {column.references.split('.')[0]}.")
    lines.append("Required." if column.required else "May be empty.")
    return "\n".join(lines)


def table_sheet(book: Book, spec: SheetSpec) -> None:
    """A sheet with its table: head, header notes, body styles, validation, freeze panes and print set-up."""
    sheet, styles = book.worksheets[spec.name], book.styles
    entry = spec.kind is SheetKind.INPUT
    rows = INPUT_ROWS if entry else 1
    headers = [c.label for c in spec.columns] + (book.labels if is_grid(spec) else [])
    widths = [float(c.width) for c in spec.columns] + [float(PERIOD_WIDTH)] * (len(headers) - len(spec.columns))
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width, styles())
    folded = spec.name in PLANNED_ONLY
    if folded:
        layout.fold_past(book, spec.name, PERIOD_WIDTH)
    layout.head(book, spec, columns=len(spec.columns) if is_grid(spec) else 0, widths=tuple(widths))
    sheet.set_row(HEADER_ROW - 1, 30)
    if spec.name in _LINES:
        sheet.set_row(FIRST_ROW - 1, _LINES[spec.name] * _LINE_HEIGHT)
    body = [_body_style(book, spec, c, entry or c.people) for c in spec.columns]
    body += [styles.body(_period_format(spec), entry=entry)] * (len(headers) - len(body))
    for row in range(FIRST_ROW - 1, FIRST_ROW - 1 + rows):
        for index, style in enumerate(body):
            sheet.write_blank(row, index, None, style)
    sheet.add_table(HEADER_ROW - 1, 0, HEADER_ROW - 1 + rows, len(headers) - 1, {
        "name": spec.table,
        "style": None,
        "columns": [{"header": text, "header_format": _header_style(book, spec, i)} for i, text in enumerate(headers)],
    })  # fmt: skip
    for index, column in enumerate(spec.columns):
        sheet.write_comment(HEADER_ROW - 1, index, note(column), _NOTE)
        if entry or column.people:
            validate_column(book, spec, column, index)
    if is_grid(spec):
        layout.period_rows(book, spec.name)
        if entry:
            validate_periods(book, spec)
    highlight(book, spec)
    if spec.name == "Problems":
        _ways_to_the_cells(book, spec)
    elif spec.name == "Worklist":
        _ways_to_the_evidence(book, spec)
    layout.freeze(book, spec, LABEL_COLUMNS if is_grid(spec) else 1)
    layout.print_setup(book, spec, by_period=is_grid(spec), folded=folded, width=sum(widths))
    if not entry:
        layout.protect(book, spec.name)


_NOTE = {"x_scale": 2.2, "y_scale": 1.3, "font_size": 9, "font_name": "Calibri", "color": "#FFFFFF", "author": "sop_xl"}


def _ways_to_the_cells(book: Book, spec: SheetSpec) -> None:
    """Beside the table of problems, a link to each cell: the table itself is plain text that the program writes."""
    sheet, styles = book.worksheets[spec.name], book.styles
    column = len(spec.columns) + 1
    sheet.set_column(column - 1, column - 1, 3, styles())
    sheet.set_column(column, column, 12, styles())
    sheet.write_string(HEADER_ROW - 1, column, "Go to cell", styles.header(spec.kind))
    for row in range(FIRST_ROW, FIRST_ROW + LINKED_PROBLEMS):
        formula = f'=IF(OR($B{row}="",$C{row}=""),"",HYPERLINK("#\'"&$B{row}&"\'!"&$C{row},"go"))'
        sheet.write_formula(row - 1, column, formula, styles.link(), "")


def _ways_to_the_evidence(book: Book, spec: SheetSpec) -> None:
    """Beside the worklist, a link from each line to the sheet that has its detail."""
    sheet, styles = book.worksheets[spec.name], book.styles
    column, place = len(spec.columns) + 1, field_letters(spec, "evidence")
    sheet.set_column(column - 1, column - 1, 3, styles())
    sheet.set_column(column, column, 16, styles())
    sheet.write_string(HEADER_ROW - 1, column, "Go to evidence", styles.header(spec.kind))
    for row in range(FIRST_ROW, FIRST_ROW + LINKED_MATTERS):
        sheet.set_row(row - 1, _LINES[spec.name] * _LINE_HEIGHT)  # rows that are there already take over no height
        formula = f'=IF(${place}{row}="","",HYPERLINK("#\'"&${place}{row}&"\'!A1","go"))'
        sheet.write_formula(row - 1, column, formula, styles.link(), "")


def _header_style(book: Book, spec: SheetSpec, index: int) -> Any:
    number = index >= len(spec.columns) or spec.columns[index].cell in _NUMBERS
    return book.styles.header(spec.kind, number=number, indent=int(_after_number(spec, index)))


def _after_number(spec: SheetSpec, index: int) -> bool:
    """Whether a column of text stands right of a column of numbers and needs room between them."""
    left = spec.columns[index - 1 : index] if index < len(spec.columns) and spec.columns[index].cell not in _NUMBERS else ()
    return any(column.cell in _NUMBERS for column in left)


def _body_style(book: Book, spec: SheetSpec, column: Column, entry: bool) -> Any:
    more: dict[str, Any] = {"align": "left", "indent": 1} if _after_number(spec, spec.columns.index(column)) else {}
    if column.cell in (CellType.DATE, CellType.PERIOD):
        more["align"] = "left"
    if column.name in _WRAPPED.get(spec.name, ()):
        more["text_wrap"] = True
    if not entry and column.name in ("note", "unit", "meaning"):
        more["font_color"] = MUTED
    # a tolerance in units or money may be small; figures of a table are not
    form = UNIT_FORMAT[vocabulary.MONEY] if column.unit == "units or money" else number_format(column, book.timeline.calendar.kind)
    return book.styles.body(form, entry=entry, **more)


def _period_format(spec: SheetSpec) -> str:
    if spec.measures == ("fx_rate",):
        return "#,##0.0000"
    return "#,##0.0" if spec.name in _ITEM_GRIDS else "#,##0"
