"""Replace adjacent cells in some rows of a worksheet and leave every other character as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sop_xl.blocks import column_letters
from sop_xl.errors import FrameError
from sop_xl.hosts.scan import Row, Sheet
from sop_xl.hosts.tables import Area, format_area, parse_area
from sop_xl.hosts.xmltext import attributes, drop_attribute, find_element, set_attribute, whole

_STYLE = re.compile(r'(?:^|\s)s="(\d+)"')
_INHERITED = ("s", "customFormat", "ht", "customHeight")


@dataclass(frozen=True, slots=True)
class RowEdit:
    """New cells for the columns `first` to `last` of one row, as XML in ascending order.

    `alone` says that the row is known to hold no other cells; `unhide` that a row hidden by a filter shows again.
    """

    first: int
    last: int
    cells: str
    unhide: bool = False
    alone: bool = False


def style_of(attribute_text: str) -> int:
    """Style number in a cell's attributes, 0 where none is given."""
    match = _STYLE.search(attribute_text)
    return int(match[1]) if match else 0


def cell_text(prefix: str, reference: str, attribute_text: str, inner: str) -> str:
    """A cell put together again from what `Sheet.cells` took apart."""
    head = f'<{prefix}c r="{reference}"{attribute_text}'
    return f"{head}>{inner}</{prefix}c>" if inner else f"{head}/>"


def apply_rows(sheet: Sheet, rows: Iterable[Row], edits: Mapping[int, RowEdit], new_row: str = "") -> str:
    """Text of the sheet with the edits applied.

    Parameters
    ----------
    sheet, rows
        The sheet and its stored rows.
    edits
        By row number.
    new_row
        Attribute text for rows that were not stored before.
    """
    text, p = sheet.text, sheet.prefix
    rows = list(rows)
    waiting = sorted(edits, reverse=True)
    explicit = all('r="' in row.attributes for row in rows)
    parts: list[str] = []
    position = sheet.inner_start
    for row in rows:
        # an edited row that is not stored goes before the first stored row with a higher number
        if (waiting and waiting[-1] < row.number) or row.number in edits or not explicit:
            parts.append(text[position : row.start])
            position = row.start
        while waiting and waiting[-1] < row.number:
            parts.append(_fresh_row(p, waiting[-1], new_row, edits[waiting.pop()].cells))
        if waiting and waiting[-1] == row.number:
            parts.append(_merged_row(sheet, row, edits[waiting.pop()]))
            position = row.end
        elif not explicit and 'r="' not in row.attributes:
            parts.append(f'<{p}row r="{row.number}"{row.attributes}>')
            parts.append(f"{text[row.inner_start : row.inner_end]}</{p}row>")
            position = row.end
    parts.append(text[position : sheet.inner_end])
    while waiting:
        parts.append(_fresh_row(p, waiting[-1], new_row, edits[waiting.pop()].cells))
    if sheet.self_closed:
        opened = text[sheet.open_start : sheet.inner_start - 2].rstrip()
        return f"{text[: sheet.open_start]}{opened}>{''.join(parts)}</{p}sheetData>{text[sheet.close_end :]}"
    return f"{text[: sheet.inner_start]}{''.join(parts)}{text[sheet.inner_end :]}"


def _fresh_row(prefix: str, number: int, attribute_text: str, cells: str) -> str:
    return f'<{prefix}row r="{number}"{attribute_text}>{cells}</{prefix}row>' if cells else ""


def _merged_row(sheet: Sheet, row: Row, edit: RowEdit) -> str:
    p, number = sheet.prefix, row.number
    head = drop_attribute(drop_attribute(" " + row.attributes.strip(), "spans"), "r")
    if edit.unhide:
        head = drop_attribute(head, "hidden")
    left: list[str] = []
    right: list[str] = []
    for column, attribute_text, inner in [] if edit.alone else sheet.cells(row):
        if edit.first <= column <= edit.last:
            continue
        side = left if column < edit.first else right
        side.append(cell_text(p, f"{column_letters(column)}{number}", attribute_text, inner))
    return f'<{p}row r="{number}"{head.rstrip()}>{"".join(left)}{edit.cells}{"".join(right)}</{p}row>'


def inherited_attributes(row: Row | None) -> str:
    """What a new row takes over from a model row: its style and height, never that it is hidden or grouped."""
    if row is None:
        return ""
    values = attributes(row.attributes)
    return "".join(f' {name}="{values[name]}"' for name in _INHERITED if name in values)


def column_styles(sheet: Sheet) -> list[tuple[int, int, int]]:
    """First column, last column and style of every column group that has a style."""
    found = find_element(sheet.text, f"{sheet.prefix}cols", 0, sheet.open_start)
    groups = []
    for tag in re.findall(rf"<{sheet.prefix}col(?=\s)[^>]*>", found[3] if found else ""):
        values = attributes(tag)
        if values.get("style", "0") != "0":
            groups.append((whole(values, "min", 1), whole(values, "max", 1), whole(values, "style")))
    return groups


def inherited_style(row: Row | None, column: int, groups: Iterable[tuple[int, int, int]]) -> int:
    """Style of a cell that is not stored: its row's, else its column's."""
    if row is not None:
        values = attributes(row.attributes)
        if values.get("customFormat") in ("1", "true"):
            return whole(values, "s")
    return next((style for first, last, style in groups if first <= column <= last), 0)


def widen_dimension(text: str, prefix: str, area: Area) -> str:
    """Sheet text whose dimension covers `area` as well; without a dimension there is nothing to do."""
    found = find_element(text, f"{prefix}dimension", 0, text.find(f"<{prefix}sheetData"))
    if found is None:
        return text
    try:
        now = parse_area(attributes(found[2]).get("ref", ""))
    except FrameError:
        now = area
    union = min(now[0], area[0]), min(now[1], area[1]), max(now[2], area[2]), max(now[3], area[3])
    if union == now:
        return text
    tag = set_attribute(found[2], "ref", format_area(union))
    return text[: found[0]] + tag + text[found[0] + len(found[2]) :]
