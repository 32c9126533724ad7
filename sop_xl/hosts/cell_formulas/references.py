"""What the references of a formula mean: cells of a sheet, constants behind names, parts of tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from sop_xl.blocks import CellError, a1, parse_a1
from sop_xl.errors import FrameError
from sop_xl.hosts.cell_formulas.parse import (
    Adjusted,
    Call,
    Constant,
    FormulaError,
    Native,
    Node,
    Reference,
    parse,
)
from sop_xl.hosts.cell_formulas.structured import OutsideError, table_area
from sop_xl.hosts.cells import MAX_COLUMNS, MAX_ROWS
from sop_xl.hosts.formulas import move_formula
from sop_xl.hosts.tables import Area, Table, parse_area, read_tables
from sop_xl.hosts.workbook import DefinedName, Workbook

_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\[\]:]+))!(.+)", re.S)
_CELLS = re.compile(r"\$?[A-Za-z]{1,3}\$?[1-9]\d*(?::\$?[A-Za-z]{1,3}\$?[1-9]\d*)?")
_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_ROWS = re.compile(r"\$?([1-9]\d*):\$?([1-9]\d*)")
_DEPTH = 20
"""Names that may stand for each other in a row; more is a name that means itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a formula stands."""

    sheet: str
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Cells:
    """A rectangle of a sheet."""

    sheet: str
    area: Area
    text: str


@dataclass(frozen=True, slots=True)
class Spill:
    """The whole array whose first cell this is."""

    at: Place
    text: str


@dataclass(frozen=True, slots=True)
class Foreign:
    """A reference that says by itself where it points, but not to one rectangle here: another workbook, several sheets."""

    text: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A reference that means nothing; `reason` says why."""

    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class BoundCall:
    """A call of ours with bound arguments."""

    name: str
    arguments: tuple[Bound, ...]
    text: str


@dataclass(frozen=True, slots=True)
class BoundAdjusted:
    """See `parse.Adjusted`."""

    operator: str
    of: Bound
    text: str


@dataclass(frozen=True, slots=True)
class BoundNative:
    """See `parse.Native`."""

    pieces: tuple[str | Bound, ...]
    text: str


Bound = Constant | Cells | Spill | Foreign | Broken | BoundCall | BoundAdjusted | BoundNative


def parts_of(node: Bound) -> Iterator[Bound]:
    """A tree's nodes, itself first."""
    yield node
    if isinstance(node, BoundCall):
        for argument in node.arguments:
            yield from parts_of(argument)
    elif isinstance(node, BoundAdjusted):
        yield from parts_of(node.of)
    elif isinstance(node, BoundNative):
        for piece in node.pieces:
            if not isinstance(piece, str):
                yield from parts_of(piece)


class References:
    """Binds the references of formulas to a workbook's cells, names and tables as they are now."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        entries = workbook.sheets()
        self._tabs = [entry.name for entry in entries]
        self._worksheets = {e.name.casefold(): e.name for e in entries if e.kind == "worksheet"}
        self._parts = {e.name: e.part for e in entries if e.kind == "worksheet"}

    @cached_property
    def _names(self) -> dict[tuple[str, str], DefinedName]:
        """Names by sheet (`""` for the whole workbook) and case-folded name."""
        found = {}
        for defined in self._workbook.defined_names():
            scope = "" if defined.scope is None else self._tabs[defined.scope] if defined.scope < len(self._tabs) else "?"
            found[scope, defined.name.casefold()] = defined
        return found

    @cached_property
    def _tables(self) -> dict[str, tuple[str, Table]]:
        """Sheet and table by case-folded table name."""
        return {
            table.name.casefold(): (name, table)
            for name, part in self._parts.items()
            for table in read_tables(self._workbook.package, part)
        }

    def bind(self, node: Node, place: Place, depth: int = 0) -> Bound:
        """The tree with every reference resolved as the formula at `place` means it."""
        if isinstance(node, Constant):
            return node
        if isinstance(node, Reference):
            return self._reference(node, place, depth)
        if isinstance(node, Call):
            return BoundCall(node.name, tuple(self.bind(a, place, depth) for a in node.arguments), node.text)
        if isinstance(node, Adjusted):
            return BoundAdjusted(node.operator, self.bind(node.of, place, depth), node.text)
        assert isinstance(node, Native)
        pieces = tuple(p if isinstance(p, str) else self.bind(p, place, depth) for p in node.pieces)
        return BoundNative(pieces, node.text)

    def _reference(self, node: Reference, place: Place, depth: int) -> Bound:
        if not node.text:
            return Cells(place.sheet, (place.row, place.column, place.row, place.column), "")
        bound = self._resolve(node.address, place, depth)
        if node.spilled and isinstance(bound, Cells):
            return Spill(Place(bound.sheet, *bound.area[:2]), node.text)
        return replace(bound, text=node.text)

    def _resolve(self, address: str, place: Place, depth: int) -> Bound:
        sheet, rest = place.sheet, address
        match = _SHEET.fullmatch(address)
        if match:
            name = match[1].replace("''", "'") if match[1] else match[2]
            sheet, rest = self._worksheets.get(name.casefold(), ""), match[3]
            if not sheet:
                return Foreign(address) if set("[:") & set(name) else Broken(f"there is no sheet {name}", address)
        elif "!" in address and not address.endswith("]"):
            return Foreign(address)
        if rest.upper().startswith("#"):
            return Constant(CellError(rest.upper()), address)
        area = plain_area(rest)
        if area is not None:
            return Cells(sheet, area, address)
        if "[" in rest:
            return self._structured(rest, place)
        return self._named(sheet if match else "", rest, place, depth)

    def _named(self, sheet: str, name: str, place: Place, depth: int) -> Bound:
        key = name.casefold()
        scopes = [sheet, ""] if sheet else [place.sheet, ""]
        defined = next((d for s in scopes if (d := self._names.get((s, key)))), None)
        if defined is None:
            if key in self._tables:
                return self._structured(f"{name}[]", place)
            return Broken(f"there is no name {name}", name)
        if depth > _DEPTH:
            return Broken(f"the name {name} means itself", name)
        try:
            return self.bind(parse(_seen_from(place, defined.reference)), place, depth + 1)
        except FormulaError as error:
            return Broken(f"the name {name} cannot be read: {error}", name)

    def _structured(self, text: str, place: Place) -> Bound:
        name, _, _ = text.partition("[")
        if name:
            found = self._tables.get(name.casefold())
        else:
            inside = [
                (s, t) for s, t in self._tables.values()
                if s == place.sheet and t.area[0] <= place.row <= t.area[2] and t.area[1] <= place.column <= t.area[3]
            ]  # fmt: skip
            found = inside[0] if inside else None
        if found is None:
            return Broken(f"there is no table {name}" if name else f"{text} stands outside of a table", text)
        sheet, table = found
        try:
            area = table_area(table, text[len(name) :], place.row if sheet == place.sheet else 0)
        except OutsideError:
            return Constant(CellError("#VALUE!"), text)
        except FrameError as error:
            return Broken(str(error), text)
        return Cells(sheet, area, text) if area else Constant(CellError("#REF!"), text)


def _seen_from(place: Place, reference: str) -> str:
    """A name's formula for a cell: relative references are stored as seen from A1, and come round at the sheet's edges."""
    rows, columns = place.row - 1, place.column - 1
    for down in (rows, rows - MAX_ROWS):
        for right in (columns, columns - MAX_COLUMNS):
            moved = move_formula(reference, down, right)
            if moved.count("#REF!") == reference.count("#REF!"):
                return moved
    return move_formula(reference, rows, columns)


def plain_area(text: str) -> Area | None:
    """Area of an A1 reference, whole columns and rows included; `None` where it is none."""
    if _CELLS.fullmatch(text):
        area = parse_area(text)
        return area if area[2] <= MAX_ROWS and area[3] <= MAX_COLUMNS else None
    if match := _COLUMNS.fullmatch(text):
        left, right = sorted(parse_a1(letters + "1")[1] for letters in match.groups())
        return (1, left, MAX_ROWS, right) if right <= MAX_COLUMNS else None
    if match := _ROWS.fullmatch(text):
        top, bottom = sorted(map(int, match.groups()))
        return (top, 1, bottom, MAX_COLUMNS) if bottom <= MAX_ROWS else None
    return None


def qualified(sheet: str, area: Area) -> str:
    """`('My Sheet', (1, 1, 2, 2)) -> 'My Sheet'!$A$1:$B$2`."""
    first, last = a1(*area[:2]), a1(*area[2:])
    cells = _fixed(first) if first == last else f"{_fixed(first)}:{_fixed(last)}"
    return f"'{sheet.replace(chr(39), chr(39) * 2)}'!{cells}"


def _fixed(address: str) -> str:
    letters = address.rstrip("0123456789")
    return f"${letters}${address[len(letters) :]}"
