"""Rules about rows and columns of formulas: one formula, no typed number in between, one kind of format."""

from __future__ import annotations

from collections import Counter

from sop_xl.blocks import a1
from sop_xl.errors import Problem
from sop_xl.templates.lint.findings import and_more, finding
from sop_xl.templates.lint.formulas import Form
from sop_xl.templates.lint.time_axis import Axis, axis_of
from sop_xl.templates.lint.view import NO_STYLE, SheetView, WorkbookView, inside, is_number

_LEAST_FORMULAS = 2


def check_one_formula_per_row(view: WorkbookView) -> list[Problem]:
    """Over the periods of a row every formula says the same relative to its cell."""
    found = []
    for sheet in view.sheets:
        for row, columns in sheet.formula_rows.items():
            axis = axis_of(sheet.axes, row)
            if axis is None or row == axis.row:
                continue
            places = [c for c in columns if c in axis.columns and not _in_array(sheet, row, c)]
            problem = _differing(sheet, row, places)
            if problem:
                found.append(problem)
    return found


def _differing(sheet: SheetView, row: int, columns: list[int]) -> Problem | None:
    if len(columns) < _LEAST_FORMULAS:
        return None
    forms = [sheet.form_at[row, c] for c in columns]
    common, count = Counter(id(f) for f in forms).most_common(1)[0]
    if count == len(columns):
        return None
    odd = [c for c, f in zip(columns, forms, strict=True) if id(f) != common]
    model = next(c for c, f in zip(columns, forms, strict=True) if id(f) == common)
    got = _short("=" + sheet.formulas[row, odd[0]]) + and_more(len(odd) - 1)
    expected = f"expected the formula of {a1(row, model)} ({_short('=' + sheet.formulas[row, model])}) in every period"
    return finding("one-formula-per-row", sheet.name, a1(row, odd[0]), expected, got)


def check_hard_coded(view: WorkbookView) -> list[Problem]:
    """A number typed between the formulas of a row, the classic forgotten overwrite.

    Numbers before the first formula (actuals) and after the last one are left alone.
    """
    found = []
    for sheet in view.sheets:
        for row, columns in sheet.formula_rows.items():
            axis = axis_of(sheet.axes, row)
            if axis is None or row == axis.row:
                continue
            inner = [c for c in columns if c in axis.columns]
            if len(inner) < _LEAST_FORMULAS:
                continue
            typed = [
                c for c in axis.columns
                if inner[0] < c < inner[-1] and (row, c) not in sheet.formulas and is_number(sheet.value(row, c))
                and not _in_array(sheet, row, c)
            ]  # fmt: skip
            if typed:
                got = f"{sheet.value(row, typed[0])}{and_more(len(typed) - 1)}"
                expected = f"expected the formula of {a1(row, inner[0])}"
                found.append(finding("hard-coded-value", sheet.name, a1(row, typed[0]), expected, got))
    return found


def check_one_formula_per_column(view: WorkbookView) -> list[Problem]:
    """In a column of a table that is mostly formulas, one formula serves all rows; a time grid's rows are different lines."""
    found = []
    for sheet in view.sheets:
        for table in sheet.tables:
            top, _, bottom, _ = table.body
            height = bottom - top + 1
            by_column: dict[int, list[int]] = {}
            for row, column in sheet.formulas:
                if inside(table.body, row, column):
                    by_column.setdefault(column, []).append(row)
            for column, rows in sorted(by_column.items()):
                if axis_of(sheet.axes, top) is not None or 2 * len(rows) <= height or height < 3:
                    continue
                problem = _odd_in_column(sheet, column, sorted(rows), top, bottom)
                if problem:
                    found.append(problem)
    return found


def _odd_in_column(sheet: SheetView, column: int, rows: list[int], top: int, bottom: int) -> Problem | None:
    forms: dict[int, Form] = {r: sheet.form_at[r, column] for r in rows}
    common = Counter(id(f) for f in forms.values()).most_common(1)[0][0]
    model = next(r for r, f in forms.items() if id(f) == common)
    odd = [
        r for r in range(top, bottom + 1)
        if (r in forms and id(forms[r]) != common) or (r not in forms and sheet.value(r, column) is not None)
    ]  # fmt: skip
    if not odd:
        return None
    first = odd[0]
    text = "=" + sheet.formulas[first, column] if first in forms else str(sheet.value(first, column))
    expected = f"expected the formula of {a1(model, column)} in the whole column"
    return finding("one-formula-per-column", sheet.name, a1(first, column), expected, _short(text) + and_more(len(odd) - 1))


def check_formats(view: WorkbookView) -> list[Problem]:
    """The periods of a row are all numbers, all percentages, all dates or all text in their format.

    Rows that look alike are one finding.
    """
    kinds = [format_kind(style.code) for style in view.styles]
    found = []
    for sheet in view.sheets:
        groups: dict[tuple[int, int], list[int]] = {}
        if not sheet.axes:
            continue
        for row, line in sheet.styles.items():
            axis = axis_of(sheet.axes, row)
            if axis is not None and row > axis.row:
                groups.setdefault((id(line), axis.row), []).append(row)
        for (_, header), rows in groups.items():
            axis = next(a for a in sheet.axes if a.row == header)
            problem = _mixed(sheet, rows, axis, kinds)
            if problem:
                found.append(problem)
    return found


def _mixed(sheet: SheetView, rows: list[int], axis: Axis, kinds: list[str]) -> Problem | None:
    row = rows[0]
    shown = {c: kinds[s] for c in axis.columns if (s := sheet.style(row, c)) != NO_STYLE and s < len(kinds)}
    # General takes whatever stands in it, and an empty cell shows nothing
    shown = {c: k for c, k in shown.items() if k != "general" and any(sheet.value(r, c) is not None for r in rows)}
    counts = Counter(shown.values())
    if len(counts) < 2:
        return None
    common = counts.most_common(1)[0][0]
    odd = next(c for c, k in shown.items() if k != common)
    got = f"a {shown[odd]}{and_more(len(rows) - 1, 'rows')}"
    return finding("mixed-formats", sheet.name, a1(row, odd), f"expected the format of a {common} as in the rest of the row", got)


def format_kind(code: str) -> str:
    """What a number format shows: `general`, `text`, `percentage`, `date` or `number`."""
    from sop_xl.hosts.styles import is_date_format

    section = code.split(";", 1)[0]
    if not section or section.lower() == "general":
        return "general"
    if section.strip() == "@":
        return "text"
    if "%" in section:
        return "percentage"
    return "date" if is_date_format(section) or "h:mm" in section.lower() else "number"


def _in_array(sheet: SheetView, row: int, column: int) -> bool:
    return any(inside(area, row, column) for area in sheet.array_areas)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
