"""Values between Excel and us: what xlwings reads becomes cell values, and what is to be written becomes what Excel takes literally.

Excel reads text that is written to a cell as if it were typed: `001` becomes 1 and `=1+1` becomes 2. Columns of text are therefore formatted as
text before they are written; in columns that hold other values too, texts go in behind an apostrophe, which Excel takes off again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sop_xl.blocks import CellError, CellValue
from sop_xl.errors import HostError
from sop_xl.hosts.serials import from_serial, to_serial
from sop_xl.hosts.styles import is_date_format

Rows = Sequence[Sequence[Any]]

_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"})
_ERROR_BASE = -2146828288
_NEWER_ERRORS = {2043: "#GETTING_DATA", 2045: "#SPILL!", 2046: "#CONNECT!", 2047: "#BLOCKED!", 2048: "#UNKNOWN!", 2049: "#FIELD!", 2050: "#CALC!"}
"""Errors that xlwings hands on as Excel's own numbers."""
_DAY_ZERO = datetime(1899, 12, 30)
_FIRST_SOUND_DAY = datetime(1900, 3, 1)
"""Before it, Excel's days and those of its automation interface are one apart: Excel knows a 29 February 1900."""

TEXT, NUMBER, DATE, MOMENT, OTHER = "text", "number", "date", "moment", "other"
_FORMATS = {TEXT: "@", NUMBER: "General", DATE: "yyyy-mm-dd", MOMENT: "yyyy-mm-dd hh:mm:ss", OTHER: "General"}
LONGEST_IN_BLOCK = 8_000
"""Characters of a text that Excel surely takes as part of a block; longer ones go in one by one."""


def cell_rows(with_errors: Rows, without_errors: Callable[[], Rows], exact: Callable[[], Rows]) -> list[list[CellValue]]:
    """Cell values of a block that was read with its errors as text.

    Parameters
    ----------
    with_errors
        The block, errors as text.
    without_errors
        Reads it again with errors as `None`; asked for only where a text looks like an error, to tell the two apart.
    exact
        Reads it again as numbers without their formats; asked for only where money is among them, which Excel rounds to four places.
    """
    plain: Rows | None = None
    unrounded: Rows | None = None
    rows: list[list[CellValue]] = []
    for i, row in enumerate(with_errors):
        line: list[CellValue] = []
        for j, value in enumerate(row):
            kind = type(value)
            if kind is float:
                line.append(_whole(value))
            elif kind is str and value in _ERRORS:
                plain = without_errors() if plain is None else plain
                line.append(CellError(value) if plain[i][j] is None else value)
            elif value is None or kind is str or kind is bool:
                line.append(value or (None if kind is str else value))
            elif kind is Decimal:  # cells with a currency format
                unrounded = exact() if unrounded is None else unrounded
                line.append(_whole(float(unrounded[i][j])))
            else:
                line.append(_rare_value(value))
        rows.append(line)
    return rows


def _whole(value: float) -> int | float:
    return int(value) if value.is_integer() and abs(value) < 1e16 else value


def _rare_value(value: Any) -> CellValue:
    if isinstance(value, datetime):
        return _from_moment(value)
    if isinstance(value, int):
        code = value - _ERROR_BASE
        return CellError(_NEWER_ERRORS.get(code, "#N/A")) if 2000 <= code < 2100 else value
    return float(value) if isinstance(value, float) else str(value)


def _from_moment(value: datetime) -> CellValue:
    value = value.replace(tzinfo=None)
    if value >= _FIRST_SOUND_DAY:
        return from_serial(to_serial(value, False), False)
    days = (value - _DAY_ZERO) / timedelta(days=1)
    return from_serial(int(days) if days.is_integer() else days, False)


def _kind(value: CellValue) -> str:
    if isinstance(value, (CellError, bool)):
        return OTHER
    if isinstance(value, str):
        return TEXT
    if isinstance(value, datetime):
        return MOMENT if to_serial(value, False) % 1 else DATE
    return NUMBER


@dataclass(frozen=True, slots=True)
class Need:
    """Rows of one column, 0-based and half-open, that need a number format of one kind."""

    column: int
    first: int
    last: int
    kind: str


def needs_of(rows: Rows) -> list[Need]:
    """What number formats the values of a body need, column by column; blank cells take whatever stands above them.

    A column of nothing but text, none of which begins with an apostrophe, is to be text; text in any other column needs no format, only none that
    would turn the rest into text.
    """
    needs: list[Need] = []
    for j, values in enumerate(zip(*rows, strict=True)):
        filled = [(i, _kind(v)) for i, v in enumerate(values) if v is not None]
        if not filled:
            continue
        kinds = {kind for _, kind in filled}
        if kinds == {TEXT} and not any(isinstance(v, str) and v.startswith("'") for v in values):
            needs.append(Need(j, 0, len(rows), TEXT))
            continue
        needs += _runs(j, [(i, OTHER if kind == TEXT else kind) for i, kind in filled], len(rows))
    return needs


def _runs(column: int, filled: Sequence[tuple[int, str]], height: int) -> Iterator[Need]:
    start, current = 0, filled[0][1]
    for i, kind in filled[1:]:
        if kind != current:
            yield Need(column, start, i, current)
            start, current = i, kind
    yield Need(column, start, height, current)


def fitting_format(current: str, kind: str) -> str | None:
    """The number format that cells must be given to hold values of that kind; `None` where theirs will do.

    >>> fitting_format("#,##0", "number"), fitting_format("@", "number"), fitting_format("General", "date"), fitting_format("mmm-yy", "date")
    (None, 'General', 'yyyy-mm-dd', None)
    """
    if kind == TEXT:
        fits = current == "@"
    elif kind in (DATE, MOMENT):
        fits = is_date_format(current)
    elif kind == NUMBER:
        fits = current != "@" and not is_date_format(current)
    else:
        fits = current != "@"
    return None if fits else _FORMATS[kind]


def excel_rows(rows: Rows, needs: Sequence[Need], address: Callable[[int, int], str]) -> tuple[list[list[Any]], list[tuple[int, int, str]]]:
    """The block as Excel takes it, and the texts that are too long to be part of a block, with their 0-based places.

    Raises
    ------
    HostError
        For an error value that Excel cannot be told, with its address.
    """
    texts = {need.column for need in needs if need.kind == TEXT}
    long: list[tuple[int, int, str]] = []
    block: list[list[Any]] = []
    for i, row in enumerate(rows):
        line: list[Any] = []
        for j, value in enumerate(row):
            kind = type(value)
            if kind is float or value is None or kind is bool:
                line.append(value)
            elif isinstance(value, CellError):
                if value not in _ERRORS:
                    raise HostError(f"{address(i, j)}: {value!s} is no error value that can be written to Excel")
                line.append(f"={value!s}")
            elif isinstance(value, str):
                sent = value if j in texts else f"'{value}"
                if len(sent) > LONGEST_IN_BLOCK:
                    long.append((i, j, sent))
                line.append(sent if len(sent) <= LONGEST_IN_BLOCK else None)
            elif isinstance(value, datetime):
                line.append(value if value >= _FIRST_SOUND_DAY else float(to_serial(value, False)))
            else:
                line.append(float(value))
        block.append(line)
    return block, long
