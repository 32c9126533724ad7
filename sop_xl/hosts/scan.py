"""Read a worksheet's cells straight from its XML text: values by block, formulas by address.

One pattern per row and one loop per cell; 600,000 cells take well under a second. Only `sheetData` is scanned, since
drawings anchored further down have elements of the same local names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sop_xl.blocks import CellError, CellValue, a1, parse_a1
from sop_xl.errors import FrameError, HostError
from sop_xl.hosts.xmltext import attributes, root_prefix, unescape, unescape_text

MAX_AREA = 20_000_000
"""Cells of the used rectangle that one read may return; a stray cell in the last row is a mistake, not a table."""
_LAST_SERIAL = 2_958_466
_EPOCH_1900 = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)
_DAY_MILLISECONDS = 86_400_000


@dataclass(frozen=True, slots=True)
class Row:
    """One stored row: its number, where it stands in the text, its attribute text and where its cells stand."""

    number: int
    start: int
    end: int
    attributes: str
    inner_start: int
    inner_end: int


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns for one namespace prefix."""

    row: re.Pattern[str]
    row_end: re.Pattern[str]
    cell: re.Pattern[str]
    head: re.Pattern[str]
    text: re.Pattern[str]
    phonetic: re.Pattern[str]
    formula: re.Pattern[str]
    value: re.Pattern[str]


@lru_cache
def patterns(prefix: str) -> Patterns:
    """Patterns for elements written with that prefix (with its colon, or empty)."""
    p = re.escape(prefix)
    return Patterns(
        row=re.compile(rf"<{p}row(?=[\s/>])([^>]*)>"),
        row_end=re.compile(rf"</{p}row\s*>"),
        # column letters, other attributes (with the slash of an empty cell), plain value, any other content
        cell=re.compile(
            rf'<{p}c(?: r="([A-Z]+)[0-9]+")?(?=[\s/>])([^>]*)>(?:<{p}v>([^<]*)</{p}v></{p}c>|(?<=/>)|(.*?)</{p}c\s*>)',
            re.S,
        ),
        head=re.compile(rf'<{p}c(?: r="([A-Z]+)[0-9]+")?(?=[\s/>])([^>]*)>'),
        text=re.compile(rf"<{p}t(?=[\s/>])[^>]*?(?:/>|>([^<]*)</{p}t\s*>)"),
        phonetic=re.compile(rf"<{p}rPh(?=[\s>]).*?</{p}rPh\s*>", re.S),
        formula=re.compile(rf"<{p}f(?=[\s/>])([^>]*?)(?:/>|>([^<]*)</{p}f\s*>)"),
        value=re.compile(rf"<{p}v(?=[\s/>])[^>]*?(?:/>|>([^<]*)</{p}v\s*>)"),
    )


_COLUMNS: dict[str, int] = {}


def column_number(letters: str) -> int:
    """`A -> 1`."""
    if letters not in _COLUMNS:
        _COLUMNS[letters] = parse_a1(letters + "1")[1]
    return _COLUMNS[letters]


class Sheet:
    """A worksheet part as text, with the bounds of its cells.

    Parameters
    ----------
    text
        Text of the part.
    name
        Sheet name for messages.
    """

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.prefix = root_prefix(text, "worksheet", name)
        self.patterns = patterns(self.prefix)
        match = re.search(rf"<{self.prefix}sheetData(?=[\s/>])[^>]*>", text)
        if not match:
            raise HostError(f"{name} is damaged: it has no cell area")
        self.open_start, self.inner_start = match.start(), match.end()
        self.self_closed = match[0].endswith("/>")
        if self.self_closed:
            self.inner_end = self.close_end = match.end()
        else:
            closing = re.compile(rf"</{self.prefix}sheetData\s*>").search(text, match.end())
            if not closing:
                raise HostError(f"{name} is damaged: its cell area is not closed")
            self.inner_end, self.close_end = closing.start(), closing.end()

    def rows(self) -> Iterator[Row]:
        """Stored rows in stored order; a row without a number follows the one before."""
        number, position, text, closing = 0, self.inner_start, self.text, f"</{self.prefix}row>"
        find_open, end_pattern = self.patterns.row.search, self.patterns.row_end
        while match := find_open(text, position, self.inner_end):
            head = match[1]
            number = _row_number(head, number, self.name)
            start = match.end()
            if head.endswith("/"):
                position = start
                yield Row(number, match.start(), start, head[:-1].rstrip(), start, start)
                continue
            end = text.find(closing, start, self.inner_end)
            position = end + len(closing)
            if end < 0:
                found = end_pattern.search(text, start, self.inner_end)
                if not found:
                    raise HostError(f"{self.name} is damaged: row {number} is not closed")
                end, position = found.span()
            yield Row(number, match.start(), position, head, start, end)

    def cells(self, row: Row) -> list[tuple[int, str, str]]:
        """Column, attribute text without the address and whole inner text of every cell in a row."""
        found: list[tuple[int, str, str]] = []
        column = 0
        p = self.prefix
        for letters, head, plain, other in self.patterns.cell.findall(
            self.text, row.inner_start, row.inner_end
        ):
            attribute_text = head[:-1].rstrip() if head.endswith("/") else head
            if letters:
                column = column_number(letters)
            else:
                column, attribute_text = _implied_column(attribute_text, column)
            found.append((column, attribute_text, f"<{p}v>{plain}</{p}v>" if plain else other))
        return found


def _row_number(head: str, before: int, sheet: str) -> int:
    match = re.search(r'(?:^|\s)r="([^"]*)"', head)
    if not match:
        return before + 1
    try:
        return int(match[1])
    except ValueError:
        raise HostError(f"{sheet} is damaged: a row has the number {match[1]!r}") from None


def _implied_column(head: str, before: int) -> tuple[int, str]:
    match = re.search(r'\s+r="([^"]*)"', head)
    if not match:
        return before + 1, head
    try:
        column = parse_a1(match[1])[1]
    except FrameError:
        raise HostError(f"a cell has the address {match[1]!r}; the workbook is damaged") from None
    return column, head[: match.start()] + head[match.end() :]


class ValueReader:
    """Turns what a cell holds into a value.

    Parameters
    ----------
    shared
        Texts of the shared string part.
    date_styles
        Styles that show dates.
    date1904
        Whether dates count from 1904.
    """

    def __init__(self, shared: Sequence[str], date_styles: frozenset[int], date1904: bool) -> None:
        self.shared = shared
        self.date_styles = date_styles
        self.date1904 = date1904
        self.kinds: dict[str, tuple[str, bool]] = {}
        self._dates: dict[str, CellValue] = {}

    def kind(self, attribute_text: str) -> tuple[str, bool]:
        """Cell type and whether its style shows a date, from a cell's attributes."""
        known = self.kinds.get(attribute_text)
        if known is None:
            values = attributes(attribute_text)
            style = values.get("s", "0")
            known = values.get("t", "n"), style.isdigit() and int(style) in self.date_styles
            self.kinds[attribute_text] = known
        return known

    def value(self, kind: str, dated: bool, text: str) -> CellValue:
        """Value of a cell from the text of its `v` element; raises `ValueError` where it makes no sense."""
        if kind == "n":
            return self._date(text) if dated else number(text)
        if kind == "s":
            return self.shared[int(text)]
        if kind == "str":
            return unescape_text(text)
        if kind == "b":
            return text.strip() in ("1", "true")
        if kind == "e":
            return CellError(unescape(text))
        if kind == "d":
            return datetime.fromisoformat(text.strip().replace("Z", "")).replace(tzinfo=None)
        return unescape_text(text)

    def _date(self, text: str) -> CellValue:
        if text not in self._dates:
            serial = number(text)
            self._dates[text] = (
                from_serial(serial, self.date1904) if isinstance(serial, (int, float)) else serial
            )
        return self._dates[text]


def number(text: str) -> CellValue:
    """A stored number; `int` where it is written as a whole one.

    Raises
    ------
    ValueError
        When it is no number.
    """
    try:
        return int(text)
    except ValueError:
        if not text.strip():
            return None
        value = float(text)
        if not math.isfinite(value):
            raise
        return value


def from_serial(serial: int | float, date1904: bool) -> CellValue:
    """Date of a serial number, to the millisecond as Excel has it.

    The serial itself comes back where it is no date: negative, before the first day, the 29 February 1900 that never was, or
    after the year 9999.

    >>> from_serial(45992, False), from_serial(0.5, False), from_serial(60, False)
    (datetime.datetime(2025, 12, 1, 0, 0), 0.5, 60)
    """
    if date1904:
        if not 0 <= serial < _LAST_SERIAL - 1462:
            return serial
        start = _EPOCH_1904
    else:
        if not 1 <= serial < _LAST_SERIAL or 60 <= serial < 61:
            return serial
        start = _EPOCH_1900 if serial >= 61 else _EPOCH_1900 + timedelta(days=1)
    return start + timedelta(milliseconds=round(serial * _DAY_MILLISECONDS))


def to_serial(moment: datetime, date1904: bool) -> int | float:
    """Serial number of a date, the reverse of `from_serial`; negative where Excel has no such day."""
    if date1904:
        gap = moment - _EPOCH_1904
    else:
        gap = moment - _EPOCH_1900
        if gap.days < 61:
            gap -= timedelta(days=1)
    if not gap.seconds and not gap.microseconds:
        return gap.days
    return gap.days + (gap.seconds + gap.microseconds / 1e6) / 86400


def shared_strings(text: str) -> list[str]:
    """Texts of the shared string part; rich text as plain text, phonetic readings left out."""
    prefix = root_prefix(text, "sst", "the shared texts")
    pattern = patterns(prefix)
    items = re.findall(
        rf"<{re.escape(prefix)}si(?=[\s/>])[^>]*?(?:/>|>(.*?)</{re.escape(prefix)}si\s*>)", text, re.S
    )
    return [rich_text(item, pattern) for item in items]


def rich_text(inner: str, pattern: Patterns) -> str:
    """Plain text of a string item."""
    if "rPh" in inner:
        inner = pattern.phonetic.sub("", inner)
    return "".join(unescape_text(t) for t in pattern.text.findall(inner))


def read_values(sheet: Sheet, reader: ValueReader) -> list[list[CellValue]]:
    """All used cells of a sheet from A1 on, as lists of equal length; trailing empty rows and columns left out."""
    lines: dict[int, list[CellValue]] = {}
    width = 0
    for row in sheet.rows():
        line = _read_row(sheet, row, reader)
        if line:
            lines[row.number] = line
            width = max(width, len(line))
    if not lines:
        return []
    height = max(lines)
    if width * height > MAX_AREA:
        widest = next(r for r, line in lines.items() if len(line) == width)
        far = a1(height, len(lines[height])) if height > MAX_AREA // 200 else a1(widest, width)
        raise HostError(
            f"{sheet.name}!{far}: a cell so far out makes the sheet too large to read; clear what stands out there by mistake"
        )
    for line in lines.values():
        line.extend([None] * (width - len(line)))
    return [lines.get(k) or [None] * width for k in range(1, height + 1)]


def _read_row(sheet: Sheet, row: Row, reader: ValueReader) -> list[CellValue]:
    line: list[CellValue] = []
    column, kinds, columns, shared = 0, reader.kinds, _COLUMNS, reader.shared
    for letters, head, plain, other in sheet.patterns.cell.findall(
        sheet.text, row.inner_start, row.inner_end
    ):
        attribute_text = head
        if letters:
            column = columns.get(letters) or column_number(letters)
        else:
            column, attribute_text = _implied_column(head, column)
        if not plain and not other:
            continue
        kind, dated = kinds.get(attribute_text) or reader.kind(attribute_text)
        try:
            if not plain:
                value = _other_value(sheet, reader, kind, dated, other)
            elif kind == "n" and not dated:  # the two common kinds without a further call
                value = float(plain) if "." in plain else number(plain)
            else:
                value = shared[int(plain)] if kind == "s" else reader.value(kind, dated, plain)
        except (ValueError, IndexError):
            raise _unreadable(sheet, row.number, column) from None
        gap = column - len(line) - 1
        if value is None:
            continue
        if gap < 0:
            line[column - 1] = value
            continue
        if gap:
            line.extend([None] * gap)
        line.append(value)
    return line


def read_row(sheet: Sheet, reader: ValueReader, number: int) -> list[CellValue]:
    """Values of one row from column A on; empty where the row is not stored."""
    return next((_read_row(sheet, row, reader) for row in sheet.rows() if row.number == number), [])


def cell_value(sheet: Sheet, reader: ValueReader, row: int, column: int, head: str, inner: str) -> CellValue:
    """Value of one cell from its attributes and inner text, as `Sheet.cells` gives them."""
    try:
        return _other_value(sheet, reader, *reader.kind(head), inner) if inner else None
    except (ValueError, IndexError):
        raise _unreadable(sheet, row, column) from None


def _unreadable(sheet: Sheet, row: int, column: int) -> HostError:
    return HostError(
        f"{sheet.name}!{a1(row, column)}: the stored value cannot be read; the workbook is damaged"
    )


def _other_value(sheet: Sheet, reader: ValueReader, kind: str, dated: bool, inner: str) -> CellValue:
    """Value of a cell that holds more than a plain `v`: a formula, an inline text, extensions."""
    if kind == "inlineStr":
        text = rich_text(inner, sheet.patterns)
        return text or None
    match = sheet.patterns.value.search(inner)
    if match is None:
        return None
    stored = match[1] or ""
    if not stored:
        return "" if kind == "str" else None
    return reader.value(kind, dated, stored)
