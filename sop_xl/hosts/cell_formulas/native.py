"""Native expressions as LibreOffice gets them: our calls replaced by their values, references spelled out in full."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sop_xl.blocks import CellError, CellValue
from sop_xl.hosts.cell_formulas.find import Formulas
from sop_xl.hosts.cell_formulas.grid import Grid
from sop_xl.hosts.cell_formulas.parse import Constant
from sop_xl.hosts.cell_formulas.references import (
    Bound,
    BoundAdjusted,
    BoundCall,
    BoundNative,
    Cells,
    Foreign,
    Place,
    Spill,
    parts_of,
    qualified,
)
from sop_xl.hosts.cells import cached, number_text
from sop_xl.hosts.serials import to_serial

FrozenRows = tuple[tuple[tuple[str, str], ...], ...]
"""Rows as a file stores them, see `cells.cached`."""


@dataclass(frozen=True, slots=True)
class Native:
    """One expression.

    Parameters
    ----------
    pieces
        Text, and between it arrays that our functions gave, for which a range will stand.
    at
        The cell whose formula it is, with our calls replaced; `None` where it is an expression with full references that can stand anywhere.
    size
        Rows and columns that its result may have.
    """

    pieces: tuple[str | FrozenRows, ...]
    at: Place | None = None
    size: tuple[int, int] = field(default=(1, 1), compare=False)


@dataclass(frozen=True, slots=True)
class NativeText:
    """Makes `Native`s; `value` computes a node that is ours."""

    value: Callable[[Bound, Place], Any]
    formulas: Formulas
    grid: Grid
    date1904: bool

    def of(self, node: BoundNative, place: Place, *, inline: bool) -> Native:
        """The expression, as it stands in its cell with `inline`, with full references otherwise."""
        pieces: list[str | FrozenRows] = []
        for piece in self._contents(node, place, inline):
            if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
                pieces[-1] += piece
            else:
                pieces.append(piece)
        return Native(tuple(pieces), place if inline else None, self._size(node, pieces))

    def _contents(self, node: BoundNative, place: Place, inline: bool) -> list[str | FrozenRows]:
        found: list[str | FrozenRows] = []
        for piece in node.pieces:
            found += [piece] if isinstance(piece, str) else self._pieces(piece, place, inline)
        return found

    def _size(self, node: BoundNative, pieces: list[str | FrozenRows]) -> tuple[int, int]:
        """Rows and columns of the largest range that it cites: few expressions have a larger result."""
        areas = [self.grid.used(n.sheet, n.area) for n in parts_of(node) if isinstance(n, Cells)]
        sizes = [(a[2] - a[0] + 1, a[3] - a[1] + 1) for a in areas]
        sizes += [(len(p), len(p[0])) for p in pieces if not isinstance(p, str)]
        return max((s[0] for s in sizes), default=1), max((s[1] for s in sizes), default=1)

    def _pieces(self, node: Bound, place: Place, inline: bool) -> list[str | FrozenRows]:
        if isinstance(node, Spill):
            array = self.formulas.arrays(node.at.sheet).get((node.at.row, node.at.column))
            return [qualified(node.at.sheet, array.area) if array else "#REF!"]
        if isinstance(node, (BoundCall, BoundAdjusted)):
            return [self._substitute(self.value(node, place))]
        if inline:
            return [node.text]
        if isinstance(node, BoundNative):  # behind a name
            return ["(", *self._contents(node, place, inline), ")"]
        if isinstance(node, Cells):
            return [qualified(node.sheet, node.area)]
        if isinstance(node, Constant):
            return [self._substitute(node.value)]
        return [node.text] if isinstance(node, Foreign) else [self._substitute(self.value(node, place))]

    def _substitute(self, value: Any) -> str | FrozenRows:
        """What stands in a formula for a value."""
        if isinstance(value, list):
            return tuple(tuple(cached(v, self.date1904) for v in row) for row in value)
        return literal(value, self.date1904)


def literal(value: CellValue, date1904: bool) -> str:
    """A value as a formula writes it."""
    if value is None:
        return '""'
    if isinstance(value, CellError):
        return str(value)
    if isinstance(value, str):
        return '"{}"'.format(value.replace('"', '""'))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, date):
        value = to_serial(value if isinstance(value, datetime) else datetime(value.year, value.month, value.day), date1904)
    return f"({number_text(value)})" if value < 0 else number_text(value)
