"""Find rows and cells in a worksheet's XML text.

Only `sheetData` is scanned, since
drawings anchored further down have elements of the same local names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sop_xl.blocks import parse_a1
from sop_xl.errors import FrameError, HostError
from sop_xl.hosts.xmltext import root_prefix


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


COLUMNS: dict[str, int] = {}
"""Column numbers met so far by their letters."""


def column_number(letters: str) -> int:
    """`A -> 1`."""
    if letters not in COLUMNS:
        COLUMNS[letters] = parse_a1(letters + "1")[1]
    return COLUMNS[letters]


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
                column, attribute_text = implied_column(attribute_text, column)
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


def implied_column(head: str, before: int) -> tuple[int, str]:
    """Column of a cell whose address does not come first in its tag, and its attributes without the address."""
    match = re.search(r'\s+r="([^"]*)"', head)
    if not match:
        return before + 1, head
    try:
        column = parse_a1(match[1])[1]
    except FrameError:
        raise HostError(f"a cell has the address {match[1]!r}; the workbook is damaged") from None
    return column, head[: match.start()] + head[match.end() :]
