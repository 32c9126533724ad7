"""What a text says about time, as far as it says it: a period, a month or quarter without its year, a year alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.errors import FrameError
from sop_xl.periods import Calendar, CalendarKind
from sop_xl.sheets.cell_dates import MONTHS, Moment, parse_moment, unaccented
from sop_xl.sheets.cells import Habits, Refused, is_error, plain

_FISCAL = r"fy|gj|ej|fiscal year|financial year|geschaftsjahr|exercice|ejercicio"
_PLAIN_YEAR = r"cy|year|jahr|kalenderjahr|calendar year|annee|ano"
_YEAR = rf"(?:(?P<fiscal>{_FISCAL})[ .']{{0,2}}|(?P<plain>{_PLAIN_YEAR})[ .']{{0,2}}|')?(?P<year>\d{{4}}|\d{{2}})"
_GAP = r"[ .\-/_,]{0,3}"
_NAME = "|".join(sorted(MONTHS, key=len, reverse=True)).replace(".", r"\.")
_Q = r"(?:q|qtr|quarter|quartal|trimestre|trim|tri|t)"
_H = r"(?:h|hj|half|halbjahr|semestre|sem)"
_ORDINAL = r"(?:st|nd|rd|th|er|ere|eme|e|o|\.|º)?"
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("quarter", re.compile(rf"{_Q}[ .\-]?(?P<number>[1-4])(?:{_GAP}{_YEAR})?")),
    ("quarter", re.compile(rf"(?P<number>[1-4]){_ORDINAL} ?{_Q}\.?(?:{_GAP}{_YEAR})?")),
    ("quarter", re.compile(rf"{_YEAR}{_GAP}{_Q}[ .\-]?(?P<number>[1-4])")),
    ("half", re.compile(rf"{_H}[ .\-]?(?P<number>[12])(?:{_GAP}{_YEAR})?")),
    ("half", re.compile(rf"(?P<number>[12]){_ORDINAL} ?{_H}\.?(?:{_GAP}{_YEAR})?")),
    ("month", re.compile(rf"(?P<name>{_NAME})\.?(?: ?(?:-|–|to|bis|a) ?(?P<last>{_NAME})\.?)?(?:{_GAP}{_YEAR})?")),
    ("place", re.compile(rf"(?P<word>m|p|per|period|periode|month|monat|mois|mes)[ \-_.]?(?P<number>\d{{1,2}})(?:{_GAP}{_YEAR})?")),
    ("week", re.compile(r"(?:w|wk|kw|cw|week|woche|semaine|semana)[ \-_.]?(?P<number>\d{1,2})")),
)
_YEARS = re.compile(rf"(?:(?P<first>\d{{4}}) ?[/\-] ?)?{_YEAR}|(?P<short>{_FISCAL})[ '.]?(?P<start>\d{{4}}|\d{{2}}) ?[/\-] ?(?P<end>\d{{4}}|\d{{2}})")


@dataclass(frozen=True, slots=True)
class When:
    """Time as far as it is said.

    Parameters
    ----------
    part
        `period` (complete), `month`, `place` (a numbered period of a year), `week`, `quarter`, `half` or `year`.
    number
        Of the month, place, week, quarter or half.
    last
        Last month of a range such as `Jan-Mar`; 0 = the month alone.
    year
        `None`: not said.
    fiscal
        Whether the year is a fiscal one; `None`: not said.
    counts
        Of a place: a numbered period (`P01`, 1) rather than a month (`M01`).
    period
        Of a complete one, its first day; `day`: it named a day.
    turns
        Whether the year was named by two calendar years, as 2024/25.
    """

    part: str
    number: int = 0
    last: int = 0
    year: int | None = None
    fiscal: bool | None = None
    counts: bool = False
    period: pd.Timestamp | None = None
    day: bool = False
    turns: bool = False

    @property
    def dated(self) -> bool:
        """Whether it names its year."""
        return self.part == "period" or self.year is not None


def parse_when(value: CellValue, habits: Habits, *, numbers: bool = False) -> When | Refused | None:
    """What a cell says about time; `None` for what is no time, a refusal for what can be read in two ways.

    Parameters
    ----------
    numbers
        Plain numbers count, too: 2026 is a year, 3 the third period of one, 202603 a period.
    """
    if value is None or isinstance(value, bool) or is_error(value):
        return None
    if isinstance(value, date):
        return _of_moment(parse_moment(value), habits)
    if isinstance(value, int | float):
        return _of_number(float(value), habits) if numbers else None
    text = unaccented(plain(value)).strip("()[]:; ")
    if re.fullmatch(r"\d{1,2}|0\d\d", text):  # 001 is the first posting period of a fiscal year
        return _of_number(float(text), habits) if numbers else None
    shaped = _shaped(text)
    if shaped is not None:
        return shaped
    if re.fullmatch(r"[\d.,]+", text) and not re.fullmatch(r"\d{6}|(?:\d{1,2}[.]){1,2}\d{4}|\d{4}(?:[.]\d{1,2}){1,2}", text):
        return None
    moment = parse_moment(value, habits.date_order)
    if isinstance(moment, Refused):
        return moment if moment.rule.startswith("ambiguous") else None
    return _of_moment(moment, habits)


def _of_number(number: float, habits: Habits) -> When | None:
    if not number.is_integer():
        return None
    if 1990 <= number <= 2100:
        return When("year", year=int(number))
    if 1 <= number <= 12:
        return When("place", int(number), counts=True)
    moment = parse_moment(int(number)) if number >= 190001 or 30_000 <= number < 80_000 else None
    return _of_moment(moment, habits) if isinstance(moment, Moment) else None


def _of_moment(moment: Moment | Refused | None, habits: Habits) -> When | None:
    if not isinstance(moment, Moment):
        return None
    if moment.week:
        if habits.calendar.kind is not CalendarKind.WEEKS:
            return None
        return When("period", period=habits.calendar.parse(f"{moment.year:04d}-W{moment.week:02d}"))
    if not moment.day or (moment.day == 1 and habits.calendar.kind is not CalendarKind.WEEKS):
        return When("month", moment.month, year=moment.year, fiscal=False, day=bool(moment.day))
    return When("period", period=habits.calendar.start_of(date(moment.year, moment.month, moment.day)), day=True)


def _shaped(text: str) -> When | None:
    for part, pattern in _SHAPES:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        named = match.groupdict()
        year, fiscal = _year_of(named)
        if part == "month":
            if not named["year"] or len(named["year"]) == 4 or named["fiscal"]:
                last = MONTHS[named["last"]] if named["last"] else 0
                fiscal = True if named["fiscal"] else (False if year is not None else None)
                return When("month", MONTHS[named["name"]], last, year, fiscal)
            if not re.search(r"[ .\-/_,']", text[len(named["name"]) :]) or "'" in text or named["last"]:
                return When("month", MONTHS[named["name"]], MONTHS[named["last"]] if named["last"] else 0, year, False)
            continue  # "Mar 26" is read as everywhere else in the workbook
        number = int(named["number"])
        if part == "place" and not 1 <= number <= 12:
            continue
        return When(part, number, 0, year, fiscal, counts=part == "place" and named["word"].startswith("p"))
    return _shaped_year(text)


def _shaped_year(text: str) -> When | None:
    match = _YEARS.fullmatch(text)
    if match is None:
        return None
    if match["end"]:
        follows = _full(match["end"]) - _full(match["start"]) == 1
        return When("year", year=_full(match["end"]), fiscal=True, turns=True) if follows else None
    year, fiscal = _year_of(match.groupdict())
    if match["first"]:
        # 2025/26 and 2025/2026: a year that ends in the second one
        short = len(match["year"]) == 2
        if year is None or year - int(match["first"]) != 1 or (short and int(match["year"]) <= 12):  # 2011/12 is a December
            return None
        return When("year", year=_full(match["year"]), fiscal=True, turns=True)
    if len(match["year"]) == 2 and not (match["fiscal"] or match["plain"]):
        return None
    if year is None or not 1990 <= year <= 2100:
        return None
    return When("year", year=year, fiscal=fiscal)


def _year_of(named: dict[str, str | None]) -> tuple[int | None, bool | None]:
    text = named.get("year")
    if not text:
        return None, None
    fiscal = True if named.get("fiscal") else (False if (named.get("plain") or "").startswith(("cy", "cal", "kal")) else None)
    return _full(text), fiscal


def _full(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def together(a: When | None, b: When | None) -> When | Refused | None:
    """Two statements about one figure as one: a month takes its year from the other; a quarter over its months is no contradiction."""
    if a is None or b is None or a == b:
        return b if a is None else a
    fine, coarse = (a, b) if _ORDER.index(a.part) <= _ORDER.index(b.part) else (b, a)
    if coarse.part == fine.part and coarse.number != fine.number:
        return Refused("ambiguous-period", "expected one period for the figure")
    if not coarse.dated:
        return fine
    if not fine.dated:
        return replace(fine, year=coarse.year, fiscal=coarse.fiscal, turns=coarse.turns)
    if coarse.part == "year" and coarse.fiscal is None and fine.year is not None and fine.year != coarse.year:
        return Refused("ambiguous-period", "expected one year for the figure")
    return fine


_ORDER = ("period", "week", "month", "place", "quarter", "half", "year")


def span_of(when: When, calendar: Calendar) -> tuple[pd.Timestamp, pd.Timestamp] | Refused:
    """First and last period that it covers, of one whose year is known.

    Quarters, halves and years of a workbook whose fiscal year does not start in January must say whether they are fiscal.
    """
    if when.period is not None:
        return when.period, when.period
    assert when.year is not None
    start = calendar.fiscal_year_start
    if when.part == "week":
        try:
            week = calendar.parse(f"{when.year:04d}-W{when.number:02d}")
        except FrameError:
            return Refused("not-this-calendar", "expected a period of the calendar in Settings")
        return week, week
    if when.turns and start == 1:
        hint = f"say the first month of the fiscal year in Settings, or write {when.year}"
        return Refused("ambiguous-period", f"expected one calendar year, not {when.year - 1}/{when.year % 100:02d}: the fiscal year in Settings starts in January", hint)
    unclear = when.fiscal is None and start != 1 and not (when.part == "month" or (when.part == "place" and not when.counts))
    if unclear:
        name = str(when.year)
        return Refused("ambiguous-period", "expected a fiscal or a calendar year", f"write FY{name}, or CY{name} for the calendar year")
    fiscal = bool(when.fiscal) and start != 1
    january = when.year * 12 - ((13 - start) % 12 if fiscal else 0)  # number of the year's first month
    if when.part == "month":
        first = january + (when.number - start) % 12 if fiscal else when.year * 12 + when.number - 1
        count = (when.last - when.number) % 12 + 1 if when.last else 1
    else:
        size = {"place": 1, "quarter": 3, "half": 6, "year": 12}[when.part]
        first, count = january + size * (max(when.number, 1) - 1), size
    return _months(first, count, calendar)


def _months(first: int, count: int, calendar: Calendar) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The periods of `count` months from a month number on; of weeks those whose Thursday lies in them."""
    last = first + count - 1
    if calendar.kind is not CalendarKind.WEEKS:
        return calendar.parse(f"{first // 12:04d}-{first % 12 + 1:02d}"), calendar.parse(f"{last // 12:04d}-{last % 12 + 1:02d}")
    begin = pd.Timestamp(year=first // 12, month=first % 12 + 1, day=1)
    after = pd.Timestamp(year=(last + 1) // 12, month=(last + 1) % 12 + 1, day=1)
    thursday, final = begin + timedelta(days=(3 - begin.weekday()) % 7), after - timedelta(days=1)
    final -= timedelta(days=(final.weekday() - 3) % 7)
    return calendar.start_of(thursday), calendar.start_of(final)


def span_words(first: pd.Timestamp, last: pd.Timestamp, calendar: Calendar) -> str:
    """`2026-03`, or `2026-01 to 2026-03`."""
    return calendar.label(first) if first == last else f"{calendar.label(first)} to {calendar.label(last)}"
