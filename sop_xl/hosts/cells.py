"""Values on their way into cells: what a value becomes, the same for every host, and its XML.

Blank is absent: `None`, an empty text, NaN, infinity and NaT all become empty cells.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from sop_xl.blocks import CellError, CellValue, a1
from sop_xl.errors import FrameError, HostError
from sop_xl.hosts.serials import from_serial, to_serial
from sop_xl.hosts.styles import DATE_FORMAT, MOMENT_FORMAT, NUMBER_FORMAT, StyleTable
from sop_xl.hosts.xmltext import escape_text

MAX_TEXT = 32_767
"""Characters that an Excel cell holds."""
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
MAX_HEADER = 255
_ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"})


def plain_value(value: Any, address: Callable[[], str]) -> CellValue:
    """The value that a cell will hold after writing `value`.

    Parameters
    ----------
    value
        Anything of `CellValue`, or a numpy or pandas scalar.
    address
        Gives the cell's address for messages.

    Raises
    ------
    HostError
        When an Excel cell cannot hold it: text of more than 32,767 characters, half of a surrogate pair, a date outside
        Excel's calendar, an unknown error value.
    FrameError
        When it is no cell value at all.
    """
    kind = type(value)
    if kind is float:
        return value if math.isfinite(value) else None
    if value is None or kind is bool:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return value if -(10**15) < value < 10**15 else float(value)
    if isinstance(value, CellError):
        if str(value) not in _ERRORS:
            raise HostError(f"{address()}: {value!s} is no error value that a file can hold")
        return value
    if isinstance(value, str):
        return _plain_text(str(value), address)
    if isinstance(value, date):
        return _plain_date(value, address)
    if hasattr(value, "item"):
        return plain_value(value.item(), address)
    if isinstance(value, (int, float)):
        return plain_value(float(value) if isinstance(value, float) else int(value), address)
    if str(value) == "<NA>":
        return None
    raise FrameError(f"{address()}: {kind.__name__} is no cell value")


def _plain_text(text: str, address: Callable[[], str]) -> str | None:
    if len(text) > MAX_TEXT:
        raise HostError(
            f"{address()}: the text has {len(text):,} characters; an Excel cell holds {MAX_TEXT:,}"
        )
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise HostError(
                f"{address()}: the text holds half a character (a lone surrogate) and cannot be written"
            ) from None
    return text or None


def _plain_date(value: date, address: Callable[[], str]) -> datetime | None:
    if str(value) == "NaT":
        return None
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if value.tzinfo is not None:
        raise FrameError(f"{address()}: dates in cells carry no time zone")
    moment = datetime(
        value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond
    )
    if not isinstance(back := from_serial(to_serial(moment, False), False), datetime):
        raise HostError(
            f"{address()}: {moment:%Y-%m-%d} lies outside Excel's calendar (1900-01-01 to 9999-12-31)"
        )
    return back


KEPT_TEXTS = 20_000
"""Texts whose XML a writer keeps, because labels repeat from line to line."""


class CellWriter:
    """Makes the XML of cells.

    Parameters
    ----------
    prefix
        Namespace prefix of the sheet.
    styles
        Gives the style that shows a date, or a number, in place of one that does not.
    date1904
        Whether dates count from 1904.
    """

    def __init__(self, prefix: str, styles: StyleTable, date1904: bool) -> None:
        self.prefix = prefix
        self.styles = styles
        self.date1904 = date1904
        self._known: tuple[Sequence[str], Sequence[int]] = ((), ())
        self._made: list[tuple[str, str, str, str]] = []
        self._texts: dict[str, str] = {}

    def cell(self, reference: str, style: int, value: CellValue) -> str:
        """One cell; an empty one without a style gives no text at all."""
        p = self.prefix
        if isinstance(value, date):
            value = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
            serial = to_serial(value, self.date1904)
            if serial < 0:
                raise HostError(
                    f"{reference}: {value:%Y-%m-%d} lies before 1904, where this workbook's calendar begins"
                )
            style = self.styles.fitting(style, DATE_FORMAT if isinstance(serial, int) else MOMENT_FORMAT)
            value = serial
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            style = self.styles.fitting(style, NUMBER_FORMAT)
        shown = f' s="{style}"' if style else ""
        head = f'<{p}c r="{reference}"{shown}'
        if value is None:
            return f"{head}/>" if style else ""
        if isinstance(value, bool):
            return f'{head} t="b"><{p}v>{int(value)}</{p}v></{p}c>'
        if isinstance(value, CellError):
            return f'{head} t="e"><{p}v>{escape_text(str(value))}</{p}v></{p}c>'
        if isinstance(value, str):
            return f'{head} t="inlineStr">{self._inline(value)}</{p}c>'
        return f"{head}><{p}v>{number_text(value)}</{p}v></{p}c>"

    def formula_cell(self, reference: str, style: int, formula: str, value: CellValue) -> str:
        """One cell with a formula (as stored, without the equals sign) and its last known result."""
        p = self.prefix
        shown = f' s="{style}"' if style else ""
        kind, stored = cached(value, self.date1904)
        result = f"<{p}v>{stored}</{p}v>" if stored else ""
        return f'<{p}c r="{reference}"{shown}{kind}><{p}f>{escape_text(formula)}</{p}f>{result}</{p}c>'

    def _inline(self, text: str) -> str:
        p = self.prefix
        space = (
            ' xml:space="preserve"'
            if text[0].isspace() or text[-1].isspace() or "\n" in text or "  " in text
            else ""
        )
        return f"<{p}is><{p}t{space}>{escape_text(text)}</{p}t></{p}is>"

    def row(
        self, number: int, columns: Sequence[str], styles: Sequence[int], values: Sequence[CellValue], *, sparse: bool = False
    ) -> str:
        """Adjacent cells of one row; `columns` are their letters. Of a sparse row the empty ones are left out."""
        heads, suffix = self._heads(columns, styles), str(number)
        end, texts = f"</{self.prefix}v></{self.prefix}c>", self._texts
        parts = []
        for k, value in enumerate(values):
            start, blank, of_number, of_text = heads[k]
            kind = type(value)
            if value is None:
                if blank and not sparse:
                    parts.append(f"{start}{suffix}{blank}")
            elif of_number and (kind is float or kind is int):  # nearly all filled cells of a grid
                text = repr(value)
                parts.append(f"{start}{suffix}{of_number}{text[:-2] if text[-2:] == '.0' else text}{end}")
            elif kind is str and value in texts:  # labels repeat from line to line
                parts.append(f"{start}{suffix}{of_text}{texts[value]}")  # type: ignore[index]
            else:
                if kind is str and len(texts) < KEPT_TEXTS:
                    texts[value] = f"{self._inline(value)}</{self.prefix}c>"  # type: ignore[arg-type, index]
                parts.append(self.cell(columns[k] + suffix, styles[k], value))
        return "".join(parts)

    def _heads(self, columns: Sequence[str], styles: Sequence[int]) -> list[tuple[str, str, str, str]]:
        """What stands around the row number in a tag, by column: before it, and after it for a blank, a number (none for dates) and a text."""
        if (columns, styles) != self._known:
            p, made = self.prefix, []
            for letters, style in zip(columns, styles, strict=True):
                shown = f'" s="{style}"' if style else '"'
                of_number = "" if self.styles.is_date(style) else f"{shown}><{p}v>"
                made.append((f'<{p}c r="{letters}', f"{shown}/>" if style else "", of_number, f'{shown} t="inlineStr">'))
            self._made, self._known = made, (columns, styles)
        return self._made


def number_text(value: int | float) -> str:
    """Shortest text that reads back as the same number; whole ones without a point."""
    text = repr(value)
    return text[:-2] if text.endswith(".0") else text


def cached(value: CellValue, date1904: bool) -> tuple[str, str]:
    """Type attribute and stored text of a formula's result."""
    if value is None:
        return "", ""
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, CellError):
        return ' t="e"', escape_text(str(value))
    if isinstance(value, str):
        return ' t="str"', escape_text(value)
    if isinstance(value, date):
        value = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        return "", number_text(to_serial(value, date1904))
    return "", number_text(value)


def plain_rows(
    sheet: str, width: int, rows: Sequence[Sequence[Any]], top: int, left: int
) -> list[list[CellValue]]:
    """All values of a table's body as its cells will hold them; at least one row, since a table cannot be without.

    Raises
    ------
    FrameError
        When a row has another number of values than the header.
    HostError
        See `plain_value`.
    """
    plain: list[list[CellValue]] = []
    for i, row in enumerate(rows):
        if len(row) != width:
            raise FrameError(f"{sheet}: row {i + 1} has {len(row)} values under {width} headings")
        line: list[CellValue] = []
        for j, value in enumerate(row):
            kind = type(value)
            if value is None or (kind is float and value - value == 0.0) or (kind is str and 0 < len(value) <= MAX_TEXT and value.isascii()):
                line.append(value)
            else:
                line.append(plain_value(value, lambda i=i, j=j: f"{sheet}!{a1(top + i, left + j)}"))  # type: ignore[misc]
        plain.append(line)
    return plain or [[None] * width]


def check_header(sheet: str, header: Sequence[str], row: int, left: int) -> list[str]:
    """Column names fit for a table: text, not empty, unique whatever the case, at most 255 characters."""
    if not header:
        raise FrameError(f"{sheet}: a table needs at least one column")
    seen: dict[str, int] = {}
    for j, name in enumerate(header):
        place = f"{sheet}!{a1(row, left + j)}"
        if not isinstance(name, str) or not name:
            raise FrameError(f"{place}: a column name must be text, not {name!r}")
        if len(name) > MAX_HEADER:
            raise HostError(
                f"{place}: the column name has {len(name)} characters; a table allows {MAX_HEADER}"
            )
        if name.casefold() in seen:
            raise HostError(
                f"{place}: the column name {name!r} stands twice; names in a table are unique whatever the case"
            )
        seen[name.casefold()] = j
        _plain_text(name, lambda place=place: place)  # type: ignore[misc]
    return [str(name) for name in header]


def check_extent(sheet: str, last_row: int, last_column: int) -> None:
    """Raise `HostError` where a table would leave the grid."""
    if last_row > MAX_ROWS or last_column > MAX_COLUMNS:
        raise HostError(
            f"{sheet}: the table would need {last_row:,} rows and {last_column:,} columns; a sheet has {MAX_ROWS:,} and {MAX_COLUMNS:,}"
        )
