"""A worksheet's Excel Table: its place, its columns, and its part after rows or columns changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sop_xl.blocks import a1, parse_a1
from sop_xl.errors import FrameError, HostError
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import relationships
from sop_xl.hosts.xmltext import (
    attributes,
    drop_attribute,
    find_element,
    root_prefix,
    set_attribute,
    unescape,
    whole,
)

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column; 1-based and inclusive."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table: its name, its element as text, and the formula that fills it (`""` for none)."""

    name: str
    element: str
    formula: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table as its part describes it."""

    part: str
    name: str
    id: int
    area: Area
    header: bool
    totals: bool
    query: bool
    filtered: bool
    columns: tuple[TableColumn, ...]

    @property
    def body(self) -> Area:
        """Rows between header and totals."""
        first_row, first_column, last_row, last_column = self.area
        return first_row + self.header, first_column, last_row - self.totals, last_column


def parse_area(reference: str) -> Area:
    """`B2:D9 -> (2, 2, 9, 4)`; raises `FrameError` where it is no area."""
    first, _, last = reference.partition(":")
    top, left = parse_a1(first)
    bottom, right = parse_a1(last or first)
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


def format_area(area: Area) -> str:
    """`(2, 2, 9, 4) -> B2:D9`."""
    return f"{a1(area[0], area[1])}:{a1(area[2], area[3])}"


def overlap(one: Area, other: Area) -> bool:
    """Whether two areas share a cell."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def decode_column_name(stored: str) -> str:
    """Column name as it stands in the header cell; the part holds control characters as `_xNNNN_`."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), stored)


def encode_column_name(name: str) -> str:
    """The reverse of `decode_column_name`."""
    return re.sub(r"[\x00-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)", lambda m: f"_x{ord(m[0]):04x}_", name)


def read_tables(package: Package, sheet_part: str) -> list[Table]:
    """All tables of a worksheet."""
    return [read_table(package, r.target) for r in relationships(package, sheet_part) if r.kind == "table"]


def read_table(package: Package, part: str) -> Table:
    """A table part; raises `HostError` where it makes no sense."""
    text = package.text(part)
    label = f"{package.label}: {part}"
    prefix = root_prefix(text, "table", label)
    root = find_element(text, f"{prefix}table")
    assert root is not None
    values = attributes(root[2])
    listing = find_element(text, f"{prefix}tableColumns")
    if listing is None:
        raise HostError(f"{label} is damaged: it lists no columns")
    pattern = rf"<{prefix}tableColumn(?=\s)[^>]*?(?:/>|>.*?</{prefix}tableColumn\s*>)"
    columns = []
    for element in re.findall(pattern, listing[3], re.S):
        formula = find_element(element, f"{prefix}calculatedColumnFormula")
        name = attributes(element[: element.index(">") + 1]).get("name", "")
        columns.append(
            TableColumn(decode_column_name(name), element, unescape(formula[3]) if formula else "")
        )
    try:
        area = parse_area(values.get("ref", ""))
        number = whole(values, "id")
    except FrameError:
        raise HostError(f"{label} is damaged: it does not say where the table stands") from None
    if len(columns) != area[3] - area[1] + 1:
        raise HostError(f"{label} is damaged: it lists {len(columns)} columns for {format_area(area)}")
    return Table(
        part,
        values.get("displayName") or values.get("name", ""),
        number,
        area,
        header=values.get("headerRowCount", "1") != "0",
        totals=values.get("totalsRowCount", "0") not in ("0", ""),
        query=values.get("tableType") == "queryTable" or "queryTableFieldId" in listing[3],
        filtered=f"<{prefix}filterColumn" in text,
        columns=tuple(columns),
    )


class Named(Protocol):
    """Anything with a name: a table in a file, or one in Excel."""

    @property
    def name(self) -> str:
        """Its name."""
        ...


_T = TypeVar("_T", bound=Named)


def own_table(tables: Sequence[_T], sheet: str) -> _T | None:
    """The table that a sheet is about: its only one, or the one named like the sheet without spaces; `None` for neither."""
    wanted = sheet.replace(" ", "").casefold()
    return tables[0] if len(tables) == 1 else next((t for t in tables if t.name.casefold() == wanted), None)


def choose_table(tables: Sequence[_T], sheet: str) -> _T:
    """Like `own_table`, but raises `HostError` where there is none."""
    table = own_table(tables, sheet)
    if table is not None:
        return table
    if not tables:
        raise HostError(
            f"{sheet} has no Excel table; insert one (Ctrl+T) or take the sheet from the template"
        )
    names = ", ".join(t.name for t in tables)
    raise HostError(f"{sheet} has several tables ({names}) and none is named {sheet.replace(' ', '')}")


def rewritten(package: Package, table: Table, area: Area, names: Sequence[str]) -> str:
    """Text of the table's part for a new area and new column names.

    Columns that keep their name keep their settings; a new one takes after the last column there was. Sort marks go, since the
    rows have an order of their own now; filters follow their columns by name.
    """
    text = package.text(table.part)
    prefix = root_prefix(text, "table", table.part)
    old_names = [c.name for c in table.columns]
    if list(names) != old_names:
        text = _with_columns(text, prefix, table, names)
    root = find_element(text, f"{prefix}table")
    assert root is not None
    tag = drop_attribute(
        drop_attribute(set_attribute(root[2], "ref", format_area(area)), "insertRow"), "insertRowShift"
    )
    if tag != root[2]:
        text = text[: root[0]] + tag + text[root[0] + len(root[2]) :]
    filters = find_element(text, f"{prefix}autoFilter")
    if filters is not None:
        below = (*area[:2], area[2] - table.totals, area[3])
        head = set_attribute(filters[2], "ref", format_area(below))
        inner = _with_filters(filters[3], prefix, old_names, names)
        element = f"{head}{inner}</{prefix}autoFilter>" if not head.endswith("/>") else head
        text = text[: filters[0]] + element + text[filters[1] :]
    sort = find_element(text, f"{prefix}sortState")
    if sort is not None and text != package.text(table.part):
        text = text[: sort[0]] + text[sort[1] :]
    return text


def _with_columns(text: str, prefix: str, table: Table, names: Sequence[str]) -> str:
    by_name = {c.name: c.element for c in table.columns}
    pattern = table.columns[-1].element
    head = pattern[: pattern.index(">") + 1].replace("/>", ">")
    identifiers = [whole(attributes(c.element[: c.element.index(">") + 1]), "id") for c in table.columns]
    following = max(identifiers, default=0)
    elements = []
    for name in names:
        if name in by_name:
            elements.append(by_name[name])
            continue
        following += 1
        tag = set_attribute(set_attribute(head, "id", str(following)), "name", encode_column_name(name))
        for surplus in ("totalsRowLabel", "totalsRowFunction", "uniqueName", "xr3:uid"):
            tag = drop_attribute(tag, surplus)
        elements.append(tag[:-1].rstrip() + "/>")
    listing = find_element(text, f"{prefix}tableColumns")
    assert listing is not None
    opened = set_attribute(listing[2], "count", str(len(names)))
    return f"{text[: listing[0]]}{opened}{''.join(elements)}</{prefix}tableColumns>{text[listing[1] :]}"


def _with_filters(inner: str, prefix: str, old_names: Sequence[str], names: Sequence[str]) -> str:
    if list(old_names) == list(names):
        return inner
    places = {name: k for k, name in enumerate(names)}
    pattern = re.compile(
        rf"(<{prefix}filterColumn(?=\s)[^>]*?)(/?>)(?:(?<=/>)|(.*?)</{prefix}filterColumn\s*>)", re.S
    )
    kept: list[tuple[int, str]] = []
    for match in pattern.finditer(inner):
        column = whole(attributes(match[1]), "colId")
        name = old_names[column] if column < len(old_names) else ""
        if name in places:
            tag = set_attribute(match[1] + match[2], "colId", str(places[name]))
            kept.append((places[name], tag + match[0][len(match[1]) + len(match[2]) :]))
    rest = pattern.sub("", inner)
    return "".join(element for _, element in sorted(kept)) + rest
