"""Structured references: which cells of a table `[[#Headers],[A]:[C]]`, `[@Column]` and their like mean."""

from __future__ import annotations

from sop_xl.errors import FrameError
from sop_xl.hosts.tables import Area, Table

_ITEMS = ("#all", "#data", "#headers", "#totals", "#this row")


class OutsideError(FrameError):
    """The reference means this row, but the formula does not stand in a row of the table."""


def table_area(table: Table, brackets: str, row: int) -> Area | None:
    """Area of a structured reference.

    Parameters
    ----------
    table
        The table it names.
    brackets
        What stands behind the table's name: `[]`, `[Column]`, `[@[A]:[C]]`, `[[#Headers],[A]]`.
    row
        Row of the formula where it stands on the table's sheet, 0 elsewhere.

    Returns
    -------
    tuple or None
        `None` where the table has no such part, e.g. no totals row.

    Raises
    ------
    FrameError
        Where the table has no such column, or the text makes no sense.
    OutsideError
        For this row's cell where the formula stands beside no row of the table.
    """
    items, columns = _read(brackets)
    names = [c.name.casefold() for c in table.columns]
    for name in columns:
        if name.casefold() not in names:
            raise FrameError(f"the table {table.name} has no column {name}")
    places = [names.index(name.casefold()) for name in columns] or [0, len(names) - 1]
    left, right = table.area[1] + min(places), table.area[1] + max(places)
    rows = _rows_of(table, items, row)
    return (rows[0], left, rows[1], right) if rows else None


def _rows_of(table: Table, items: set[str], row: int) -> tuple[int, int] | None:
    """First and last row of the parts that are meant."""
    top, _, bottom, _ = table.area
    first, _, last, _ = table.body
    if "#this row" in items:
        if not first <= row <= last:
            raise OutsideError(f"the formula stands beside no row of {table.name}")
        return row, row
    if "#all" in items:
        return top, bottom
    spans = []
    if "#headers" in items and table.header:
        spans.append((top, top))
    if "#totals" in items and table.totals:
        spans.append((bottom, bottom))
    if "#data" in items or not items:
        spans.append((first, last))
    return (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else None


def _read(brackets: str) -> tuple[set[str], list[str]]:
    """Special items (`#headers`, in lower case) and the first and last column that are named."""
    inner = brackets[1:-1].strip()
    items: set[str] = set()
    if inner.startswith("@"):
        items.add("#this row")
        inner = inner[1:].strip()
    if not inner:
        return items, []
    if not inner.startswith("["):
        name = _unescaped(inner)
        return ({name.casefold()}, []) if inner.startswith("#") and name.casefold() in _ITEMS else (items, [name])
    columns: list[str] = []
    position = 0
    while position < len(inner):
        if inner[position] != "[":
            position += 1  # a comma, a colon or a blank
            continue
        end = _closing(inner, position)
        content = inner[position + 1 : end]
        if content.startswith("#") and content.casefold() in _ITEMS:
            items.add(content.casefold())
        else:
            columns.append(_unescaped(content))
        position = end + 1
    return items, columns


def _closing(text: str, start: int) -> int:
    """Place of the bracket that closes a column's name; a quote escapes the next sign."""
    k = start + 1
    while k < len(text) and text[k] != "]":
        k += 2 if text[k] == "'" else 1
    if k >= len(text):
        raise FrameError(f"the brackets of {text} do not close")
    return k


def _unescaped(name: str) -> str:
    letters, k = [], 0
    while k < len(name):
        k += name[k] == "'" and k + 1 < len(name)
        letters.append(name[k])
        k += 1
    return "".join(letters)
