"""Dates and periods as people write them, in four languages and every usual order."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.periods import CalendarKind
from sop_xl.sheets.cells import (
    CellReading,
    Habits,
    Refused,
    Understood,
    is_absent,
    is_error,
    plain,
    refuse_error,
)

_MONTH_NAMES = (
    "january jan januar jaen jan. janner jaenner janvier janv enero ene",
    "february feb februar feber fevrier fevr fev febrero",
    "march mar marz maerz mrz mae mars marzo",
    "april apr avril avr abril abr",
    "may mai mayo",
    "june jun juni juin junio",
    "july jul juli juillet juil julio",
    "august aug aout agosto ago",
    "september sep sept septembre septiembre setiembre set",
    "october oct oktober okt octobre octubre",
    "november nov novembre noviembre",
    "december dec dezember dez decembre diciembre dic",
)
MONTHS: dict[str, int] = {name: k + 1 for k, names in enumerate(_MONTH_NAMES) for name in names.split()}
"""Month number by name or abbreviation, without accents: English, German, French, Spanish."""

_WEEK = re.compile(r"(\d{4})[-/ ]?(?:w|wk|kw|cw|week)[- ]?(\d{1,2})|(?:w|wk|kw|cw|week)[- ]?(\d{1,2})[-/ ]+(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[t ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?z?)?")
_YEAR_MONTH = re.compile(r"(\d{4})(?:[-/. ]|[- ]?m)(\d{1,2})")
_MONTH_YEAR = re.compile(r"m?(\d{1,2})[-/. ](\d{4})")
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[t ]\d{1,2}:\d{2}(?::\d{2})?)?")
_SPLIT = re.compile(r"[\s\-/.,'’_]+|(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])")
_SMALL_WORDS = frozenset({"de", "of", "del", "den", "st", "nd", "rd", "th", "er"})
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 80_000
_EPOCH = datetime(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Moment:
    """What a cell says about time: a day, or a whole month (`day` 0), or an ISO week (`week` above 0)."""

    year: int
    month: int = 0
    day: int = 0
    week: int = 0


def read_date(value: CellValue, habits: Habits) -> CellReading:
    """A day as a naive midnight `datetime`."""
    expected = "expected a date such as 2026-11-01"
    moment = parse_moment(value, habits.date_order, expected)
    if moment is None or isinstance(moment, Refused):
        return moment or Understood(None, "absent-word" if isinstance(value, str) and plain(value) else "")
    if not moment.day:
        return Refused("not-a-date", expected, "name the day")
    day = datetime(moment.year, moment.month, moment.day)
    if isinstance(value, str):
        return Understood(day, "" if habits.from_text_file and plain(value) == f"{day:%Y-%m-%d}" else "text-date")
    return Understood(day, "" if isinstance(value, date) else "serial-date")


def read_period(value: CellValue, habits: Habits) -> CellReading:
    """A period as its first day; the calendar's own label and a date that starts a period are as they should be."""
    calendar = habits.calendar
    expected = f"expected a period such as {calendar.label(calendar.start_of(date(2026, 11, 18)))}"
    moment = parse_moment(value, habits.date_order, expected)
    if moment is None or isinstance(moment, Refused):
        return moment or Understood(None, "absent-word" if isinstance(value, str) and plain(value) else "")
    period = _period_of(moment, habits)
    if period is None:
        return Refused("not-this-calendar", expected, f"Settings cut time into {calendar.kind}")
    start = period.to_pydatetime()
    if isinstance(value, str):
        return Understood(start, "" if plain(value) == calendar.label(period) else "text-period")
    if not isinstance(value, date):
        return Understood(start, "serial-date")
    return Understood(start, "" if (value.year, value.month, value.day) == (start.year, start.month, start.day) else "date-in-period")


def _period_of(moment: Moment, habits: Habits) -> pd.Timestamp | None:
    calendar = habits.calendar
    weeks = calendar.kind is CalendarKind.WEEKS
    if moment.week:
        return calendar.parse(f"{moment.year:04d}-W{moment.week:02d}") if weeks else None
    if not moment.day:
        return None if weeks else calendar.parse(f"{moment.year:04d}-{moment.month:02d}")
    if calendar.kind is CalendarKind.FOUR_FOUR_FIVE and moment.day == 1:
        # the first of a month is how a spreadsheet writes the month itself, though whole weeks start some days off
        return calendar.parse(f"{moment.year:04d}-{moment.month:02d}")
    return calendar.start_of(date(moment.year, moment.month, moment.day))


def parse_moment(value: CellValue, order: str = "auto", expected: str = "expected a date") -> Moment | Refused | None:
    """What a cell says about time; `None` for an empty cell, a refusal for what is none or can be read in two ways."""
    if is_error(value):
        return refuse_error(expected, value)
    if value is None:
        return None
    if isinstance(value, bool):
        return Refused("not-a-date", expected)
    if isinstance(value, date):
        return _valid(value.year, value.month, value.day, expected)
    if isinstance(value, int | float):
        return _from_serial(float(value), expected)
    text = plain(value)
    if is_absent(text, number=True):
        return None
    return _from_text(unaccented(text), order, expected)


def unaccented(text: str) -> str:
    """Lower case without accents, single blanks, no apostrophe in front."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).removeprefix("'").split())


def _valid(year: int, month: int, day: int, expected: str) -> Moment | Refused:
    if not 1900 <= year <= 2199:
        return Refused("not-a-date", f"{expected}, in a year from 1900 to 2199")
    try:
        date(year, month, day or 1)
    except ValueError:
        return Refused("not-a-date", expected)
    return Moment(year, month, day)


def _from_serial(number: float, expected: str) -> Moment | Refused:
    """An Excel serial number, or digits such as 202611 and 20261101."""
    if _FIRST_SERIAL <= number < _LAST_SERIAL:
        day = _EPOCH + timedelta(days=int(number))
        return Moment(day.year, day.month, day.day)
    match = _DIGITS.fullmatch(f"{number:.0f}") if 0 < number < 1e9 and number.is_integer() else None
    if match:
        return _valid(int(match[1]), int(match[2]), int(match[3] or 0), expected)
    return Refused("not-a-date", expected)


def _from_text(text: str, order: str, expected: str) -> Moment | Refused:
    week = _WEEK.fullmatch(text)
    if week:
        year, number = int(week[1] or week[4]), int(week[2] or week[3])
        try:
            date.fromisocalendar(year, number, 1)
        except ValueError:
            return Refused("not-a-date", expected)
        return Moment(year, week=number)
    for pattern, places in ((_YEAR_FIRST, (1, 3, 4)), (_YEAR_MONTH, (1, 2, 0)), (_DIGITS, (1, 2, 3)), (_MONTH_YEAR, (2, 1, 0))):
        match = pattern.fullmatch(text)
        if match:
            year, month = int(match[places[0]]), int(match[places[1]])
            return _valid(year, month, int((match[places[2]] if places[2] else 0) or 0), expected)
    match = _YEAR_LAST.fullmatch(text)
    if match:
        return _from_three(int(match[1]), int(match[3]), match[4], match[2], order, expected)
    return _from_names(text, expected)


def _from_three(a: int, b: int, year_text: str, separator: str, order: str, expected: str) -> Moment | Refused:
    """Day and month in either order, then the year; points part day, month and year in this order everywhere."""
    year = _full_year(year_text)
    if separator == "." and order == "auto":
        order = "DMY"
    if len(year_text) == 2 and order == "auto":
        return Refused("ambiguous-date", "expected a date that reads in one way only", "write the year with four digits, as in 2026-11-01")
    day_first, month_first = _valid(year, b, a, expected), _valid(year, a, b, expected)
    if order != "auto":
        return day_first if order == "DMY" else month_first
    if isinstance(day_first, Refused) or isinstance(month_first, Refused):
        return month_first if isinstance(day_first, Refused) else day_first
    if a == b:
        return day_first
    hint = f"is it {year:04d}-{b:02d}-{a:02d} or {year:04d}-{a:02d}-{b:02d}? say so with Date order in Settings"
    return Refused("ambiguous-date", "expected a date that reads in one way only", hint)


def _from_names(text: str, expected: str) -> Moment | Refused:
    """A month by name with a year, and perhaps a day."""
    words = [w for w in _SPLIT.split(text) if w and w not in _SMALL_WORDS]
    named = [k for k, w in enumerate(words) if w in MONTHS]
    rest = [w for k, w in enumerate(words) if k not in named]
    if len(named) != 1 or not rest or len(rest) > 2 or not all(w.isdecimal() for w in rest):
        return Refused("not-a-date", expected)
    place, month = named[0], MONTHS[words[named[0]]]
    years = [w for w in rest if len(w) == 4]
    if len(rest) == 1:
        if years or (len(rest[0]) == 2 and place == 0):
            return _valid(_full_year(rest[0]), month, 0, expected)
        return Refused("ambiguous-date", "expected a period or date that reads in one way only", "write the year with four digits")
    if len(years) == 1:
        day = next(w for w in rest if w is not years[0])
        return _valid(int(years[0]), month, int(day), expected)
    if place == 1 and len(rest[1]) == 2 and not years:
        return _valid(_full_year(rest[1]), month, int(rest[0]), expected)
    return Refused("ambiguous-date", "expected a date that reads in one way only", "write it as in 2026-11-01")


def _full_year(text: str) -> int:
    if len(text) != 2:
        return int(text)
    return int(text) + (2000 if int(text) < 70 else 1900)
