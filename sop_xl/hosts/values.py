"""Values of a worksheet's cells, read straight from its XML text.

One pattern per row and one loop per cell; 600,000 cells take well under a second.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime

from sop_xl.blocks import CellError, CellValue, a1
from sop_xl.errors import HostError
from sop_xl.hosts.scan import COLUMNS, Patterns, Row, Sheet, column_number, implied_column, patterns
from sop_xl.hosts.serials import from_serial
from sop_xl.hosts.xmltext import attributes, root_prefix, unescape, unescape_text

MAX_AREA = 20_000_000
"""Cells of the used rectangle that one read may return; a stray cell in the last row is a mistake, not a table."""


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
    uncalculated
        What a formula without a stored result reads as. Pages of a new workbook hold many of them; who only looks at a file may take
        them for blank, who reads input may not.
    """

    def __init__(
        self,
        shared: Sequence[str],
        date_styles: frozenset[int],
        date1904: bool,
        uncalculated: CellValue = None,
    ) -> None:
        self.shared = shared
        self.date_styles = date_styles
        self.date1904 = date1904
        self.uncalculated = uncalculated
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
    column, kinds, columns, shared = 0, reader.kinds, COLUMNS, reader.shared
    for letters, head, plain, other in sheet.patterns.cell.findall(
        sheet.text, row.inner_start, row.inner_end
    ):
        attribute_text = head
        if letters:
            column = columns.get(letters) or column_number(letters)
        else:
            column, attribute_text = implied_column(head, column)
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
    stored = (match[1] or "") if match is not None else ""
    if stored:
        return reader.value(kind, dated, stored)
    if kind == "str" and match is not None:
        return ""
    return reader.uncalculated if sheet.patterns.formula.search(inner) else None
