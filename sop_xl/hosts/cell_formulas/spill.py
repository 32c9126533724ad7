"""What the result of a formula fills: one cell, a fixed area, or as many cells as it has, if nothing stands in its way."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sop_xl.blocks import CellError, CellValue, a1
from sop_xl.errors import FrameError, HostError
from sop_xl.hosts.cell_formulas.evaluate import Value, is_rows
from sop_xl.hosts.cell_formulas.find import ArrayFormula, Formulas
from sop_xl.hosts.cell_formulas.grid import Grid
from sop_xl.hosts.cell_formulas.parse import Rows
from sop_xl.hosts.cell_formulas.references import Place
from sop_xl.hosts.cells import MAX_COLUMNS, MAX_ROWS, plain_value
from sop_xl.hosts.occupied import merged_areas, pivot_areas
from sop_xl.hosts.tables import Area, overlap, read_tables

NOT_AVAILABLE = CellError("#N/A")
BLOCKED = CellError("#VALUE!")
"""What a file holds where Excel shows `#SPILL!`, a value that older versions do not know."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a result goes.

    Parameters
    ----------
    area
        Cells that show it.
    rows
        Their values.
    blocked
        The cell that stands in its way (`B7`), or what does; `""` where nothing does.
    hidden
        Cells of the result that are not shown, because the formula was not entered as an array.
    """

    area: Area
    rows: Rows
    blocked: str = ""
    hidden: int = 0


class Spilling:
    """Places results on the sheets of a workbook."""

    def __init__(self, formulas: Formulas, grid: Grid) -> None:
        self._formulas, self._grid = formulas, grid
        self._obstacles: dict[str, list[tuple[Area, str]]] = {}

    def place(self, at: Place, value: Value) -> Placed:
        """Where the result of the formula at `at` goes."""
        rows = [[shown(v) for v in row] for row in value] if is_rows(value) else [[shown(value)]]  # type: ignore[arg-type]
        own = (at.row, at.column, at.row, at.column)
        array = self._formulas.arrays(at.sheet).get((at.row, at.column))
        if array is None:
            return Placed(own, [[rows[0][0]]], hidden=len(rows) * len(rows[0]) - 1)
        if not array.dynamic:
            return Placed(array.area, _filled(rows, array.area))
        area = (at.row, at.column, at.row + len(rows) - 1, at.column + len(rows[0]) - 1)
        blocked = self._blocked(at, array, area) if area != own else ""
        return Placed(own, [[BLOCKED]], blocked) if blocked else Placed(area, rows)

    def _blocked(self, at: Place, array: ArrayFormula, area: Area) -> str:
        if area[2] > MAX_ROWS or area[3] > MAX_COLUMNS:
            return "the sheet's edge"
        for other, what in self._static(at.sheet):
            if overlap(area, other):
                return what
        for first, other_array in self._formulas.arrays(at.sheet).items():
            if first != (at.row, at.column) and overlap(area, other_array.area):
                return a1(*first)
        was = array.area
        formulas = self._formulas.of(at.sheet)
        for row in range(area[0], area[2] + 1):
            for column in range(area[1], area[3] + 1):
                if was[0] <= row <= was[2] and was[1] <= column <= was[3]:
                    continue
                if self._grid.value(at.sheet, row, column) is not None or (row, column) in formulas:
                    return a1(row, column)
        return ""

    def _static(self, sheet: str) -> list[tuple[Area, str]]:
        """Areas into which nothing spills."""
        if sheet not in self._obstacles:
            package, part = self._formulas.workbook.package, self._formulas.parts[sheet]
            try:
                merged = merged_areas(self._formulas.sheet(sheet))
            except FrameError:
                merged = []
            self._obstacles[sheet] = [
                *((area, "merged cells") for area in merged),
                *((table.area, f"the table {table.name}") for table in read_tables(package, part)),
                *((area, "a pivot table") for area in pivot_areas(package, part)),
            ]
        return self._obstacles[sheet]


def shown(value: CellValue) -> CellValue:
    """A result as a cell shows it: an empty one is an empty text, as Excel has no formula without a value."""
    if isinstance(value, float) and not math.isfinite(value):
        return "" if math.isnan(value) else CellError("#NUM!")
    try:
        plain = plain_value(value, str)
    except (HostError, FrameError):
        return BLOCKED
    return "" if plain is None else plain


def _filled(rows: Rows, area: Area) -> Rows:
    """Rows of a fixed area: one row or column is repeated, what lies beyond the result is `#N/A`."""
    height, width = len(rows), len(rows[0])
    return [
        [
            rows[i if height > 1 else 0][j if width > 1 else 0]
            if (i < height or height == 1) and (j < width or width == 1)
            else NOT_AVAILABLE
            for j in range(area[3] - area[1] + 1)
        ]
        for i in range(area[2] - area[0] + 1)
    ]
