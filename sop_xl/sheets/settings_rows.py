"""The Settings sheet as one `Settings`, and back."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import ValidationError

from sop_xl.blocks import Block, CellValue
from sop_xl.errors import Problem, Severity
from sop_xl.periods import Calendar, CalendarKind
from sop_xl.sheets.cells import Habits, Refused, Understood, is_blank, show, squeeze, suggestion
from sop_xl.sheets.labels import limits_of, noun, read_cell
from sop_xl.sheets.scenarios import FREE_LEVERS
from sop_xl.sheets.settings import SPEC, Settings
from sop_xl.sheets.spec import CellType, Column, columns_of


def setting_columns() -> tuple[Column, ...]:
    """Every setting as a column of the contract: label, unit, default, description."""
    return columns_of(Settings)


def read_settings(block: Block) -> tuple[Settings, list[Problem]]:
    """The settings with defaults filled in, and what was wrong; a bad value is a problem and its default stands in.

    The calendar and the reading of text are settings themselves, so they are read first.
    """
    rows, problems = _setting_cells(block)
    values: dict[str, Any] = {}
    habits = Habits(Calendar())
    columns = sorted(setting_columns(), key=lambda c: c.cell is CellType.PERIOD)
    for column in columns:
        if column.name not in rows:
            continue
        i, j, raw = rows[column.name]
        if column.cell is CellType.PERIOD:
            habits = _habits(values)
        reading = read_cell(raw, column, habits, choices=tuple(str(c) for c in column.choices))
        cell = block.address(i, j)
        if isinstance(reading, Refused):
            problems.append(Problem(block.sheet, cell, reading.rule, f"{reading.expected} for {column.label}", show(raw), reading.hint))
        elif reading.value is not None:
            problem = _outside(column, reading)
            if problem:
                problems.append(Problem(block.sheet, cell, "out-of-range", f"{problem} for {column.label}", show(raw)))
            else:
                values[column.name] = reading.value
    if "plan_currency" in values:
        values["plan_currency"] = values["plan_currency"].upper()
    settings = Settings.model_validate(values)
    problems += _short_archive(settings, block, rows)
    problems += _unknown_levers(settings, block, rows)
    return settings, problems


def _short_archive(settings: Settings, block: Block, rows: dict[str, tuple[int, int, CellValue]]) -> list[Problem]:
    """Past cycles are judged from the archive, which holds the current one as well."""
    keep, least = settings.archive_cycles, settings.track_record_periods
    if keep > least:
        return []
    name = "archive_cycles" if "archive_cycles" in rows else "track_record_periods"
    cell = block.address(*rows[name][:2]) if name in rows else ""
    words = f"expected more Cycles in the archive than periods in Least track record ({least}), for one of them is the current cycle"
    return [Problem(block.sheet, cell, "archive-below-track-record", words, str(keep), "nobody's numbers can be judged until then", Severity.WARNING)]


def _unknown_levers(settings: Settings, block: Block, rows: dict[str, tuple[int, int, CellValue]]) -> list[Problem]:
    """A lever that does not exist is allowed nothing, and nobody would notice."""
    named = [name.strip() for name in settings.free_levers.split(",") if name.strip()]
    unknown = [name for name in named if name.lower() not in FREE_LEVERS]
    if not unknown:
        return []
    cell = block.address(*rows["free_levers"][:2]) if "free_levers" in rows else ""
    words = f"expected levers among {', '.join(FREE_LEVERS)} for Levers without a decision"
    return [Problem(block.sheet, cell, "unknown-lever", words, show(unknown[0]), suggestion(unknown[0], list(FREE_LEVERS)))]


def setting_rows(settings: Settings) -> tuple[list[str], list[list[CellValue]]]:
    """Header and rows of the Settings sheet: label, value where it is not the default, unit, default, description."""
    header = [c.label for c in SPEC.columns]
    rows: list[list[CellValue]] = []
    for column in setting_columns():
        value = getattr(settings, column.name)
        stated = None if value == column.default else _as_cell(value)
        default = None if column.default in (None, "") else _as_cell(column.default)
        rows.append([column.label, stated, column.unit, default, column.description])
    return header, rows


def _as_cell(value: Any) -> CellValue:
    if isinstance(value, str | date):
        return str(value) if isinstance(value, str) else value
    return value if isinstance(value, int) else float(value)


def _setting_cells(block: Block) -> tuple[dict[str, tuple[int, int, CellValue]], list[Problem]]:
    """Place and raw value of each setting; rows with an unknown name are said."""
    known: dict[str, str] = {}
    for column in setting_columns():
        known[squeeze(column.label)] = known[squeeze(column.name)] = column.name
    place = _header(block)
    if place is None:
        if all(is_blank(v) for row in block.rows for v in row):
            return {}, []
        return {}, [Problem(block.sheet, "", "no-header", 'expected a header row with "Setting" and "Value"', "none", "restore the sheet from the template")]
    top, name_column, value_column = place
    found: dict[str, tuple[int, int, CellValue]] = {}
    problems: list[Problem] = []
    for i in range(top + 1, len(block.rows)):
        label, value = block.rows[i][name_column], block.rows[i][value_column]
        if is_blank(label):
            if not is_blank(value):
                problems.append(Problem(block.sheet, block.address(i, name_column), "missing-value", "expected the name of a setting", "nothing"))
            continue
        name = known.get(squeeze(str(label)))
        cell = block.address(i, name_column)
        if name is None:
            hint = suggestion(str(label), [c.label for c in setting_columns()])
            severity = Severity.NOTE if is_blank(value) else Severity.WARNING
            problems.append(Problem(block.sheet, cell, "unknown-setting", "left out, not a setting", show(label), hint, severity))
        elif name in found:
            first = block.address(found[name][0], name_column)
            problems.append(Problem(block.sheet, cell, "duplicate-key", "expected each setting once", show(label), f"{first} has it already"))
        else:
            found[name] = (i, value_column, value)
    return found, problems


def _header(block: Block) -> tuple[int, int, int] | None:
    for i, row in enumerate(block.rows):
        words = {squeeze(v): j for j, v in reversed(list(enumerate(row))) if isinstance(v, str)}
        if "setting" in words and "value" in words:
            return i, words["setting"], words["value"]
    return None


def _habits(values: dict[str, Any]) -> Habits:
    calendar = Calendar(CalendarKind(values.get("calendar", "months")), values.get("fiscal_year_start", 1))
    return Habits(calendar, values.get("decimal_mark", "auto"), values.get("date_order", "auto"))


def _outside(column: Column, reading: Understood) -> str:
    """What was expected, when the value alone breaks the setting's limits; `""` when it is fine."""
    try:
        Settings.model_validate({column.name: reading.value})
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        if detail["type"] == "string_too_long":
            return f"expected at most {detail['ctx']['max_length']} characters"
        limits = limits_of(column)
        return f"expected a number {limits}".strip() if limits else f"expected {noun(column)}"
    return ""
