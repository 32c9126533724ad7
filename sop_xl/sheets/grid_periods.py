"""When the numbers of a row are: the periods of grids that name a year or a period in each row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.blocks import Block, CellValue
from sop_xl.errors import Problem
from sop_xl.periods import CalendarKind
from sop_xl.sheets.cell_dates import MONTHS, read_period, unaccented
from sop_xl.sheets.cells import CellReading, Habits, Refused, Understood, is_blank, plain, show
from sop_xl.sheets.conversions import Conversions
from sop_xl.sheets.header import Header
from sop_xl.sheets.labels import Labels

_YEAR = re.compile(r"(?:fy ?)?(\d{4})(?:\.0)?")


def when_by_year(
    block: Block, header: Header, labels: Labels, places: list[int], habits: Habits, columns: list[int], problems: list[Problem]
) -> tuple[list[pd.Timestamp], np.ndarray[Any, np.dtype[np.int64]]]:
    """Period of each row and place; -1 where the row names no year."""
    assert header.year is not None
    starts: dict[pd.Timestamp, int] = {}
    when = np.full((len(labels.rows), len(places)), -1, dtype=np.int64)
    by_year: dict[int, list[int]] = {}
    for k, i in enumerate(labels.rows):
        year = _year(block.rows[i][header.year])
        if year is None:
            if _has_values(block, i, columns):
                problems.append(Problem(block.sheet, block.address(i, header.year), "not-a-year", "expected a year such as 2026", show(block.rows[i][header.year])))
            continue
        if year not in by_year:
            found = [_period_in_year(year, place, header.fiscal, habits) for place in places]
            by_year[year] = [-1 if p is None else starts.setdefault(p, len(starts)) for p in found]
        when[k] = by_year[year]
    return list(starts), when


def when_by_row(
    block: Block, header: Header, labels: Labels, habits: Habits, conversions: Conversions, columns: list[int], problems: list[Problem]
) -> tuple[list[pd.Timestamp], np.ndarray[Any, np.dtype[np.int64]]]:
    """Period of each row of a long layout; -1 where it has none."""
    starts: dict[pd.Timestamp, int] = {}
    when = np.full(len(labels.rows), -1, dtype=np.int64)
    known: dict[tuple[Any, ...], CellReading] = {}
    j = header.period if header.period is not None else header.month
    assert j is not None
    for k, i in enumerate(labels.rows):
        raw = block.rows[i][j]
        year = block.rows[i][header.year] if header.period is None and header.year is not None else None
        place = (type(raw), raw, year)
        reading = known.get(place)
        if reading is None:
            reading = known[place] = read_period(raw, habits) if header.period is not None else _year_and_month(year, raw, header.fiscal, habits)
        if isinstance(reading, Refused):
            problems.append(Problem(block.sheet, block.address(i, j), reading.rule, reading.expected, show(raw), reading.hint))
        elif reading.value is None:
            if _has_values(block, i, columns):
                problems.append(Problem(block.sheet, block.address(i, j), "missing-value", "expected a period", show(raw)))
        else:
            assert isinstance(reading.value, date)
            if reading.note and not (habits.from_text_file and reading.note == "text-period"):
                conversions.add("period", i, j, raw, reading, period=True)
            start = pd.Timestamp(reading.value)
            when[k] = starts.setdefault(start, len(starts))
    return list(starts), when


def _year(value: CellValue) -> int | None:
    if value is None or isinstance(value, date | bool):
        return None
    match = _YEAR.fullmatch(unaccented(plain(str(value))))
    return int(match[1]) if match and 1900 <= int(match[1]) <= 2199 else None


def _period_in_year(year: int, place: int, fiscal: bool, habits: Habits) -> pd.Timestamp | None:
    """The period at that place of a year; `None` where the year has no such place."""
    calendar = habits.calendar
    if calendar.kind is CalendarKind.WEEKS:
        try:
            return pd.Timestamp(date.fromisocalendar(year, place, 1))
        except ValueError:
            return None
    if not 1 <= place <= 12:
        return None
    number = year * 12 + place - 1 - ((13 - calendar.fiscal_year_start) % 12 if fiscal else 0)
    return calendar.parse(f"{number // 12:04d}-{number % 12 + 1:02d}")


def _year_and_month(year: CellValue, month: CellValue, fiscal: bool, habits: Habits) -> CellReading:
    named = _year(year)
    if is_blank(month):
        return Understood(None)
    text = unaccented(plain(str(month))).removesuffix(".0").rstrip(".")
    number = re.fullmatch(r"(?:m|p|month|period)? ?(\d{1,2})", text)
    if isinstance(month, date) or not (number or text in MONTHS):
        return read_period(month, habits)
    if named is None:
        return Refused("not-a-year", "expected a year such as 2026 beside the month")
    first = habits.calendar.fiscal_year_start if fiscal else 1
    place = int(number[1]) if number else (MONTHS[text] - first) % 12 + 1
    period = _period_in_year(named, place, fiscal, habits)
    if period is None:
        return Refused("not-a-date", "expected a month from 1 to 12")
    return Understood(period.to_pydatetime())


def _has_values(block: Block, i: int, columns: Sequence[int]) -> bool:
    return any(not is_blank(block.rows[i][j]) for j in columns)
