"""In which order cells can be computed: what a formula reads, directly and through native formulas, comes first."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from sop_xl.blocks import a1
from sop_xl.hosts.cell_formulas.find import Formulas
from sop_xl.hosts.cell_formulas.grid import Grid
from sop_xl.hosts.cell_formulas.parse import FormulaError, parse
from sop_xl.hosts.cell_formulas.references import Bound, Cells, Place, References, Spill, parts_of
from sop_xl.hosts.tables import Area


@dataclass(frozen=True, slots=True)
class Order:
    """Order of evaluation.

    Parameters
    ----------
    cells
        Cells of ours that can be computed, each after those it reads.
    circular
        Cells of ours that wait for themselves, with the circle that they wait for.
    reads_native
        A native formula that a cell of ours reads, directly or through others; absent where it reads none.
    """

    cells: tuple[Place, ...]
    circular: dict[Place, tuple[Place, ...]]
    reads_native: dict[Place, Place]


class Precedents:
    """Which formula cells a formula reads."""

    def __init__(self, formulas: Formulas, references: References, grid: Grid) -> None:
        self._formulas, self._references, self._grid = formulas, references, grid
        self._trees: dict[Place, Bound | None] = {}
        self._found: dict[tuple[str, Area], tuple[Place, ...]] = {}
        self._owners: dict[str, dict[tuple[int, int], tuple[int, int]]] = {}

    def tree(self, place: Place) -> Bound | None:
        """The bound formula of a cell; `None` where it cannot be read."""
        if place not in self._trees:
            try:
                node = parse(self._formulas.of(place.sheet)[place.row, place.column])
                self._trees[place] = self._references.bind(node, place)
            except FormulaError:
                self._trees[place] = None
        return self._trees[place]

    def forget_areas(self) -> None:
        """Look anew which formula fills which cell: an array changed its size."""
        self._found.clear()
        self._owners.clear()

    def of(self, place: Place) -> list[Place]:
        """Formula cells that the formula at `place` cites, in the order in which it does."""
        tree = self.tree(place)
        found: dict[Place, None] = {}
        for part in parts_of(tree) if tree is not None else ():
            if isinstance(part, Spill):
                found.update(dict.fromkeys(self.inside(part.at.sheet, (part.at.row, part.at.column) * 2)))
            elif isinstance(part, Cells) and part.text:
                found.update(dict.fromkeys(self.inside(part.sheet, part.area)))
        return list(found)

    def inside(self, sheet: str, area: Area) -> tuple[Place, ...]:
        """Formula cells of an area, and those whose array reaches into it."""
        key = sheet, area
        if key not in self._found:
            top, left, bottom, right = self._grid.used(sheet, area)
            owners = self._owner_by_cell(sheet)
            if (bottom - top + 1) * (right - left + 1) <= len(owners):
                cells = [(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1) if (r, c) in owners]
            else:
                cells = [(r, c) for r, c in owners if top <= r <= bottom and left <= c <= right]
            masters = dict.fromkeys(owners[cell] for cell in cells)
            self._found[key] = tuple(Place(sheet, *master) for master in masters)
        return self._found[key]

    def _owner_by_cell(self, sheet: str) -> dict[tuple[int, int], tuple[int, int]]:
        """The formula that fills a cell, by cell."""
        if sheet not in self._owners:
            owners = {at: at for at in self._formulas.of(sheet)}
            for at, array in self._formulas.arrays(sheet).items():
                top, left, bottom, right = array.area
                owners.update({(r, c): at for r in range(top, bottom + 1) for c in range(left, right + 1)})
            self._owners[sheet] = owners
        return self._owners[sheet]


def order_cells(ours: dict[Place, str], precedents: Precedents) -> Order:
    """Order of evaluation of our cells; only native formulas that they read are looked at."""
    before: dict[Place, list[Place]] = {}
    waiting = list(ours)
    for place in waiting:
        if place not in before:
            before[place] = precedents.of(place)
            waiting += [p for p in before[place] if p not in before]
    sorter = TopologicalSorter(before)
    with suppress(CycleError):  # what does not wait for a circle is given out all the same
        sorter.prepare()
    done: dict[Place, None] = {}
    native: dict[Place, Place] = {}
    while sorter.is_active() and (ready := sorter.get_ready()):
        for place in ready:
            done[place] = None
            source = place if place not in ours else None
            source = source or next((native[p] for p in before[place] if p in native), None)
            if source is not None:
                native[place] = source
        sorter.done(*ready)
    left = [place for place in before if place not in done]
    return Order(
        tuple(place for place in done if place in ours),
        {place: _circle(place, before, set(left)) for place in left if place in ours},
        {place: source for place, source in native.items() if place in ours},
    )


def _circle(place: Place, before: dict[Place, list[Place]], left: set[Place]) -> tuple[Place, ...]:
    """The circle that a cell waits for, from the circle's first cell back to it."""
    path: dict[Place, int] = {}
    while place not in path:
        path[place] = len(path)
        place = next(p for p in before[place] if p in left)
    circle = list(path)[path[place] :]
    start = circle.index(min(circle, key=lambda p: (p.sheet, p.row, p.column)))
    return (*circle[start:], *circle[:start], circle[start])


def circle_text(circle: tuple[Place, ...]) -> str:
    """`Lab!B2 > Lab!C2 > Lab!B2`, shortened in the middle where it is long."""
    names = [f"{p.sheet}!{a1(p.row, p.column)}" for p in circle]
    return " > ".join(names if len(names) <= 6 else [*names[:3], "...", *names[-2:]])
