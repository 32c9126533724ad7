"""The cells of a workbook that call our functions: evaluate them in order, keep their results in the package, say what has none."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sop_xl.blocks import CellError, CellValue, a1
from sop_xl.errors import Problem, Severity, quote
from sop_xl.hosts.cell_formulas.evaluate import Evaluator, FunctionSet, NotComputedError, Value, WaitingError
from sop_xl.hosts.cell_formulas.find import ArrayFormula, Formulas
from sop_xl.hosts.cell_formulas.grid import Grid
from sop_xl.hosts.cell_formulas.order import Order, Precedents, circle_text, order_cells
from sop_xl.hosts.cell_formulas.references import BoundCall, BoundNative, Place, References, parts_of
from sop_xl.hosts.cell_formulas.spill import Placed, Spilling
from sop_xl.hosts.cell_formulas.write import Cell, Edit, write_cells
from sop_xl.hosts.serials import to_serial
from sop_xl.hosts.workbook import Workbook

_ROUNDS = 20
"""How often arrays may change their size, and with it what other formulas read, before it is given up."""
_BY_TEXT = re.compile(r"\b(?:INDIRECT|OFFSET)\(", re.I)
"""Functions whose precedents only a calculation knows."""
NO_CALCULATOR = "LibreOffice must compute a native part of it, and did not run"


@dataclass(frozen=True, slots=True)
class CellReport:
    """What became of the cells that call our functions.

    Parameters
    ----------
    computed
        Cells with a fresh result.
    changed
        Addresses (`Lab!C4`) of those of them that show something else than before, here or in what they spill into.
    waiting
        Addresses of cells that were left for a native calculation: to come, or not needed because nothing changed since the last one.
    kept
        Addresses of cells that cannot be computed; they keep their last result.
    problems
        What was kept and why, which function had no result and why, what stands in the way of an array.
    """

    computed: int = 0
    changed: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class CellFormulas:
    """One evaluation of a workbook's cells; the package holds the results after each `settle`.

    Parameters
    ----------
    workbook
        Read and changed.
    functions
        What the cells may call.
    listed
        What was said about cells before; it stands as long as a cell waits.
    """

    def __init__(self, workbook: Workbook, functions: FunctionSet, listed: Iterable[Problem] = ()) -> None:
        self.workbook = workbook
        self._listed = {(problem.sheet, problem.cell): problem for problem in listed}
        self.formulas = Formulas(workbook)
        self.grid = Grid(workbook)
        self.evaluator = Evaluator(functions, self.grid, self.formulas, workbook.date1904)
        self._references = References(workbook)
        self.precedents = Precedents(self.formulas, self._references, self.grid)
        self._spilling = Spilling(self.formulas, self.grid)
        self._order: Order | None = None
        self._computed: dict[Place, Placed] = {}
        self._sentences: dict[Place, str] = {}
        self._kept: dict[Place, str] = {}
        self.waiting: dict[Place, str] = {}
        self.changed: set[Place] = set()

    def settle(self, *, stale: bool) -> set[Place]:
        """Compute every cell that can be, until arrays keep their size.

        Parameters
        ----------
        stale
            Whether native formulas still hold results from before: what reads them is left alone then.

        Returns
        -------
        set
            Cells that show something else than before.
        """
        changed: set[Place] = set()
        for _ in range(_ROUNDS if self.formulas.ours else 0):
            areas_changed, found = self._round(stale)
            changed |= found
            if not areas_changed:
                break
        self.changed |= changed
        return changed

    def _round(self, stale: bool) -> tuple[bool, set[Place]]:
        """One evaluation of all cells; whether an array's size changed, and which cells show something else."""
        if self._order is None:
            self._order = order_cells(self.formulas.ours, self.precedents)
        self._computed, self._sentences, self.waiting = {}, {}, {}
        self._kept = {p: f"it reads itself: {circle_text(c)}" for p, c in self._order.circular.items()}
        self.evaluator.wanted.clear()
        self.evaluator.sentences.clear()
        edits: dict[str, dict[Cell, Edit]] = {}
        masters: dict[tuple[str, int, int], Place] = {}
        areas_changed = False
        for place in self._order.cells:
            source = self._order.reads_native.get(place) if stale else None
            if source is not None:
                self.waiting[place] = f"it reads {address(source)}, a native formula that waits for a calculation"
                continue
            if self._passing(place):
                continue
            value = self._value(place)
            if isinstance(value, _Nothing):
                continue
            placed = self._computed[place] = self._spilling.place(place, value)
            found = self._edits(place, placed)
            edits.setdefault(place.sheet, {}).update(found)
            masters.update({(place.sheet, *cell): place for cell in found})
            areas_changed |= self._resize(place, placed)
        changed = {masters[sheet, *cell] for sheet, found in edits.items() for cell in self._write(sheet, found)}
        if areas_changed:
            self._order = None
            self.precedents.forget_areas()
        return areas_changed, changed

    def _passing(self, place: Place) -> bool:
        """Whether a cell calls a function whose result is not of the workbook alone, and has one."""
        passing, tree = self.evaluator.functions.passing, self.precedents.tree(place)
        if not passing or tree is None or _empty(self.grid.value(place.sheet, place.row, place.column)):
            return False
        return any(isinstance(part, BoundCall) and part.name in passing for part in parts_of(tree))

    def _value(self, place: Place) -> Value | _Nothing:
        """Result of a cell's formula; notes why there is none."""
        tree = self.precedents.tree(place)
        plain = (place.row, place.column) not in self.formulas.arrays(place.sheet)
        try:
            if tree is None:
                raise NotComputedError("its brackets or quotes do not close")
            value = self.evaluator.value(tree, place, inline=plain)
        except NotComputedError as reason:
            self._kept[place] = str(reason)
            return NOTHING
        except WaitingError:
            self.waiting[place] = NO_CALCULATOR
            return NOTHING
        if isinstance(value, CellError) and self.evaluator.sentence:
            self._sentences[place] = self.evaluator.sentence
        return value

    def _edits(self, place: Place, placed: Placed) -> dict[Cell, Edit]:
        """Cells that show something else now, in the grid at once."""
        sheet, (top, left, _, _) = place.sheet, placed.area
        array = self.formulas.arrays(sheet).get((place.row, place.column))
        found: dict[Cell, Edit] = {}
        if array is not None:
            was = array.area
            for row in range(was[0], was[2] + 1):
                for column in range(was[1], was[3] + 1):
                    if row > placed.area[2] or column > placed.area[3]:
                        found[row, column] = Edit(None)
        for i, line in enumerate(placed.rows):
            for j, value in enumerate(line):
                cell = top + i, left + j
                master = i == j == 0
                resized = master and array is not None and array.area != placed.area
                if resized or not self._shows(sheet, cell, value):
                    found[cell] = Edit(value, placed.area if master and array is not None else None)
        for cell, edit in found.items():
            self.grid.put(sheet, *cell, edit.value)
        return found

    def _shows(self, sheet: str, cell: Cell, new: CellValue) -> bool:
        """Whether a cell shows that value already."""
        old = self.grid.value(sheet, *cell)
        if isinstance(old, datetime) and not isinstance(new, datetime):  # a number that the cell's style shows as a date
            old = to_serial(old, self.workbook.date1904)
        numbers = isinstance(old, int | float) and isinstance(new, int | float)
        if numbers and not isinstance(old, bool) and not isinstance(new, bool):
            return old == new
        return type(old) is type(new) and old == new

    def _resize(self, place: Place, placed: Placed) -> bool:
        arrays = self.formulas.arrays(place.sheet)
        array = arrays.get((place.row, place.column))
        if array is None or array.area == placed.area:
            return False
        arrays[place.row, place.column] = ArrayFormula(placed.area, array.dynamic)
        return True

    def _write(self, sheet: str, edits: dict[Cell, Edit]) -> set[Cell]:
        if not edits:
            return set()
        text, changed = write_cells(self.formulas.sheet(sheet), edits, self.workbook.date1904)
        if changed:
            self.workbook.package.replace_text(self.formulas.parts[sheet], text)
            self.grid.forget(sheet)
        return changed

    def unsettled(self, changed: set[Place]) -> bool:
        """Whether native formulas must be computed again: some were not yet, or read cells that show something else now."""
        if any(native not in self.evaluator.results for native in self.evaluator.wanted):
            return True
        # what was computed in its own cell was there for others in the same calculation
        changed = changed - {native.at for native in self.evaluator.wanted if native.at is not None}
        return bool(changed) and any(
            _BY_TEXT.search(text) or not changed.isdisjoint(self.precedents.of(Place(sheet, *at)))
            for sheet in self.formulas.parts
            for at, text in self.formulas.of(sheet).items()
            if Place(sheet, *at) not in self.formulas.ours or self._has_native(Place(sheet, *at))
        )

    def _has_native(self, place: Place) -> bool:
        tree = self.precedents.tree(place)
        return tree is not None and any(isinstance(part, BoundNative) for part in parts_of(tree))

    def never_computed(self) -> bool:
        """Whether a cell waits for a native calculation and shows nothing yet."""
        return any(_empty(self.grid.value(p.sheet, p.row, p.column)) for p in self.waiting)

    def kept(self, *, calculator: bool) -> dict[Place, str]:
        """Cells without a fresh result and why; without a `calculator` those that wait for one as well."""
        return self._kept if calculator else {**self._kept, **self.waiting}

    def blocked(self) -> bool:
        """Whether something stands in the way of an array, which Excel shows in its own way once it has computed."""
        return any(placed.blocked for placed in self._computed.values())

    def report(self, *, calculator: bool) -> CellReport:
        """What became of the cells; `calculator` says whether waiting for a native calculation is in order."""
        kept = self.kept(calculator=calculator)
        waiting = [address(p) for p in self.formulas.ours if p in self.waiting] if calculator else []
        return CellReport(
            len(self._computed),
            tuple(address(p) for p in self.formulas.ours if p in self.changed),
            tuple(waiting),
            tuple(address(p) for p in self.formulas.ours if p in kept),
            tuple(self._problems(kept)),
        )

    def _problems(self, kept: dict[Place, str]) -> Iterable[Problem]:
        for place, formula in self.formulas.ours.items():
            sheet, cell = place.sheet, a1(place.row, place.column)
            placed = self._computed.get(place)
            if place in kept:
                hint = f"{kept[place]}; its last result stands"
                yield _warning(sheet, cell, "cell-function-not-computed", "expected a formula that can be computed here", quote(formula), hint)
            elif place in self.waiting and (sheet, cell) in self._listed:
                yield self._listed[sheet, cell]
            elif place in self._sentences and placed is not None:
                yield _warning(sheet, cell, "cell-function-error", "expected a result", str(placed.rows[0][0]), self._sentences[place])
            elif placed is not None and placed.blocked:
                yield _warning(sheet, cell, "cell-function-blocked", "expected empty cells for the whole result", placed.blocked, "clear or move it")
            elif placed is not None and placed.hidden:
                shown = f"the first of {placed.hidden + 1} values"
                hint = "enter the formula again in Excel to see them all"
                yield Problem(sheet, cell, "cell-function-shows-first", "expected a formula that spills", shown, hint, Severity.NOTE)


class _Nothing:
    """No result, which is not the same as an empty one."""


NOTHING = _Nothing()


def address(place: Place) -> str:
    """`Lab!B4`."""
    return f"{place.sheet}!{a1(place.row, place.column)}"


def _warning(sheet: str, cell: str, rule: str, expected: str, got: str, hint: str) -> Problem:
    return Problem(sheet, cell, rule, expected, got, hint, Severity.WARNING)


def _empty(value: CellValue) -> bool:
    return value is None or (isinstance(value, CellError) and value.startswith("("))
