"""Data validation of input cells, as the contract states it.

A list that another sheet feeds warns instead of refusing: that sheet may still be empty, and the reader has the last word.
"""

from __future__ import annotations

from typing import Any

from annotated_types import MaxLen

from sop_xl.blocks import a1
from sop_xl.sheets.spec import HEADER_ROW, LABEL_COLUMNS, CellType, Column, SheetSpec
from sop_xl.templates.book import FIRST_ROW, LAST_LIST_ROW, LAST_ROW, Book, bounded

_LARGEST = 1e15
"""Beyond it Excel keeps no whole units."""

_EARLIEST = "=DATE(1990,1,1)"
_LONGEST_TEXT = 255


def validate_column(book: Book, spec: SheetSpec, column: Column, index: int) -> None:
    """Put the column's rule on its body cells, further down than the table reaches today."""
    rule = column_rule(book, spec, column, index)
    book.worksheets[spec.name].data_validation(HEADER_ROW, index, LAST_ROW - 1, index, rule)


def column_rule(book: Book, spec: SheetSpec, column: Column, index: int) -> dict[str, Any]:
    """The XlsxWriter rule of a column."""
    title = column.label[:32]
    if column.choices:
        return _rule("list", title, "Choose one of: " + ", ".join(column.choices) + ".", source=list(column.choices))
    if column.references:
        sheet, _, field = column.references.partition(".")
        if book.has(sheet):
            source = "=" + bounded(book.spec(sheet), field, last=LAST_LIST_ROW)
            return _rule("list", title, f"It does not stand in {sheet}; the run will refuse it.", style="warning", source=source)
    if column.cell in (CellType.NUMBER, CellType.FRACTION, CellType.INTEGER):
        kind = "integer" if column.cell is CellType.INTEGER else "decimal"
        return number_rule(kind, title, column)
    if column.cell is CellType.DATE:
        return _rule("date", title, "Expected a date.", criteria=">=", value=_EARLIEST)
    if column.cell is CellType.PERIOD:
        cell = a1(FIRST_ROW, index + 1)
        formula = f'=OR(ISNUMBER({cell}),ISNUMBER(SEARCH("????-??",{cell})))'
        return _rule("custom", title, "Expected a date in the period, or a label such as 2026-11 or 2026-W47.", value=formula)
    longest = max_length(spec, column)
    style = "stop" if longest < _LONGEST_TEXT else "warning"
    return _rule("length", title, f"Expected at most {longest} characters.", style=style, criteria="<=", value=longest)


def number_rule(kind: str, title: str, column: Column) -> dict[str, Any]:
    """A number within the contract's limits, in words a planner reads."""
    low, high = column.minimum, column.maximum
    if low is not None and column.exclusive_minimum:
        words = f"above {low:g}" + (f" and up to {high:g}" if high is not None else "")
        if high is None:
            return _rule(kind, title, f"Expected a number {words}.", criteria=">", value=low)
    elif low is not None:
        words = f"from {low:g} to {high:g}" if high is not None else f"of at least {low:g}"
    else:
        words = ""
    bounds: dict[str, Any] = {"minimum": -_LARGEST if low is None else low, "maximum": _LARGEST if high is None else high}
    return _rule(kind, title, f"Expected a number {words}".rstrip() + ".", criteria="between", **bounds)


def validate_periods(book: Book, spec: SheetSpec) -> None:
    """Every period cell of an input grid holds a number."""
    rule = _rule("decimal", "Period", "Expected a number; leave the cell empty where nothing is known.",
                 criteria="between", minimum=-_LARGEST, maximum=_LARGEST)  # fmt: skip
    last = LABEL_COLUMNS + len(book.labels) - 1
    book.worksheets[spec.name].data_validation(HEADER_ROW, LABEL_COLUMNS, LAST_ROW - 1, last, rule)


def max_length(spec: SheetSpec, column: Column) -> int:
    """Longest text that the contract allows; where it says nothing, what Excel shows whole everywhere."""
    if spec.row:
        for limit in spec.row.model_fields[column.name].metadata:
            if isinstance(limit, MaxLen):
                return limit.max_length
    return _LONGEST_TEXT


def _rule(kind: str, title: str, message: str, *, style: str = "stop", **rest: Any) -> dict[str, Any]:
    return {"validate": kind, "error_title": title, "error_message": message[:255], "error_type": style, "ignore_blank": True} | rest
