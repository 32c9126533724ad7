"""Where a sheet's periods stand: header rows whose cells name months, weeks, quarters, years or dates."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from sop_xl.blocks import CellValue
from sop_xl.hosts.tables import Table

LEAST_PERIODS = 3
"""Period headings that make a time axis."""
_LEAST_DATES = 4
_SEARCHED_ROWS = 400
_HEAD_ROWS = 4
"""Rows above a header that belong to its axis: flags, counters, fiscal years."""

_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTHS = {name[:3]: k for k, name in enumerate(_MONTH_NAMES, 1)}
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in _MONTH_NAMES)
_LABELS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("month", re.compile(r"(?P<y>\d{4})-(?P<m>0[1-9]|1[0-2])")),
    ("week", re.compile(r"(?P<y>\d{4})-?[Ww](?P<w>\d{2})")),
    ("month", re.compile(rf"(?P<n>{_MONTH}|sept)[-' /.]+(?P<y>\d{{4}}|\d{{2}})", re.I)),
    ("month", re.compile(r"(?P<m>0?[1-9]|1[0-2])/(?P<y>\d{4})")),
    ("quarter", re.compile(r"[Qq](?P<q>[1-4])[-' /]*(?P<y>\d{4}|\d{2})")),
    ("quarter", re.compile(r"(?P<y>\d{4})[-' /]*[Qq](?P<q>[1-4])")),
    ("year", re.compile(r"(?:FY[-' ]?)(?P<y>\d{4}|\d{2})")),
    ("month of year", re.compile(r"[Mm](?P<m>0[1-9]|1[0-2])")),
    ("month of year", re.compile(rf"(?P<n>{_MONTH}|sept)\.?", re.I)),
)


@dataclass(frozen=True)
class Axis:
    """One header row of periods and the rows that it governs.

    Parameters
    ----------
    row
        1-based header row.
    kind
        `month`, `week`, `quarter`, `year`, `month of year` or `day`.
    columns
        Period number of each column with a period; numbers of adjacent periods differ by one.
    first, last
        Rows that it governs, the head rows above it included.
    """

    row: int
    kind: str
    columns: Mapping[int, int]
    first: int
    last: int

    @property
    def start(self) -> int:
        """First period column."""
        return min(self.columns)


def read_axes(values: Sequence[Sequence[CellValue]], tables: Sequence[Table], last_row: int) -> list[Axis]:
    """Time axes of a sheet's cells from top to bottom; none where it shows no periods.

    `last_row` is the last row with a value or a formula; formulas that were never calculated have no value.

    Headers are sought in the first rows and in the headers of tables; a table's body is data, whatever it looks like.
    """
    candidates = list(range(1, min(len(values), _SEARCHED_ROWS) + 1)) + [t.area[0] for t in tables if t.header]
    bodies = [t.body for t in tables]
    headers: list[tuple[int, str, dict[int, int]]] = []
    for row in sorted(set(candidates)):
        if row > len(values) or any(b[0] <= row <= b[2] for b in bodies):
            continue
        found = _periods_of_row(values[row - 1])
        if found:
            headers.append((row, *found))
    axes = []
    for k, (row, kind, columns) in enumerate(headers):
        above = headers[k - 1][0] if k else 0
        below = headers[k + 1][0] - 1 if k + 1 < len(headers) else max(last_row, row)
        first = max(above + 1, row - _HEAD_ROWS) if not k else row
        axes.append(Axis(row, kind, columns, first, below))
    return axes


def axis_of(axes: Sequence[Axis], row: int) -> Axis | None:
    """The axis that governs a row."""
    return next((a for a in axes if a.first <= row <= a.last), None)


def _periods_of_row(line: Sequence[CellValue]) -> tuple[str, dict[int, int]] | None:
    texts: dict[str, dict[int, int]] = {}
    dates: dict[int, datetime] = {}
    years: dict[int, int] = {}
    for column, value in enumerate(line, 1):
        if value is None:
            continue
        if type(value) is str:
            if len(value) <= 14 and (found := period_of_label(value.strip())):
                texts.setdefault(found[0], {})[column] = found[1]
        elif isinstance(value, datetime):
            dates[column] = value
        elif type(value) is int and 1950 <= value <= 2150:
            years[column] = value
    best = max(texts.items(), key=lambda item: len(item[1]), default=None)
    if best and len(best[1]) >= LEAST_PERIODS and _dense(best[1]):
        return best
    if len(dates) >= _LEAST_DATES and _dense(dates) and (found_dates := _periods_of_dates(dates)):
        return found_dates
    # years as numbers could be quantities: only an unbroken sequence is a header
    if len(years) >= LEAST_PERIODS and _dense(years) and _consecutive(years):
        return "year", years
    return None


def _dense(columns: Mapping[int, object]) -> bool:
    """Whether periods fill at least half of the columns that they span."""
    return 2 * len(columns) >= max(columns) - min(columns) + 1


def _periods_of_dates(dates: dict[int, datetime]) -> tuple[str, dict[int, int]] | None:
    days = {c: d.toordinal() for c, d in dates.items()}
    steps = [b - a for a, b in pairwise(days.values())]
    for kind, least, most in (("week", 7, 7), ("month", 28, 35), ("quarter", 89, 93), ("year", 364, 371)):
        if 2 * sum(least <= s <= most for s in steps) > len(steps):
            return kind, _numbered(kind, dates)
    return None


def _numbered(kind: str, dates: Mapping[int, datetime]) -> dict[int, int]:
    if kind == "week":
        return {c: d.toordinal() // 7 for c, d in dates.items()}
    if kind == "year":
        return {c: d.year for c, d in dates.items()}
    plain = {c: d.year * 12 + d.month - 1 for c, d in dates.items()}
    if kind == "month" and not _consecutive(plain):
        # a 4-4-5 month may start some days before its nominal month; its middle never leaves it
        middle = {c: d + timedelta(days=14) for c, d in dates.items()}
        moved = {c: d.year * 12 + d.month - 1 for c, d in middle.items()}
        plain = moved if _consecutive(moved) else plain
    return {c: n // 3 for c, n in plain.items()} if kind == "quarter" else plain


def _consecutive(numbers: Mapping[int, int]) -> bool:
    return all(b - a == 1 for a, b in pairwise(numbers.values()))


def period_of_label(text: str) -> tuple[str, int] | None:
    """Kind and number of the period that a text names, `None` for any other text.

    >>> period_of_label("2026-11"), period_of_label("Nov-26"), period_of_label("2026-W47") is not None, period_of_label("Total")
    (('month', 24322), ('month', 24322), True, None)
    """
    for kind, pattern in _LABELS:
        match = pattern.fullmatch(text)
        if not match:
            continue
        parts = match.groupdict()
        year = int(parts["y"]) if parts.get("y") else 0
        year += 2000 if parts.get("y") and len(parts["y"]) == 2 else 0
        month = _MONTHS[parts["n"][:3].lower()] if parts.get("n") else int(parts.get("m") or 1)
        if kind == "week":
            try:
                return kind, date.fromisocalendar(year, int(parts["w"]), 1).toordinal() // 7
            except ValueError:
                return None
        if kind == "quarter":
            return kind, year * 4 + int(parts["q"]) - 1
        if kind == "year":
            return kind, year
        return kind, (year * 12 if kind == "month" else 0) + month - 1
    return None
