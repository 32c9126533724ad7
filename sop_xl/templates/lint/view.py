"""A workbook as the rules see it: read once from the file's parts, never written."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sop_xl.blocks import CellError, CellValue
from sop_xl.hosts.tables import Area, Table
from sop_xl.hosts.workbook import DefinedName
from sop_xl.sheets.spec import SheetSpec
from sop_xl.templates.lint.features import CellStyle, Features
from sop_xl.templates.lint.formulas import Form, Place, group_forms
from sop_xl.templates.lint.time_axis import Axis, read_axes

NO_STYLE = -1
"""Style of a cell that the file does not hold."""

CONTRACT_NAME = "sop_template"
"""The defined name by which a workbook says that it follows the contract."""


@dataclass
class SheetView:
    """One worksheet.

    Parameters
    ----------
    name, visibility
        As the workbook lists it; `visible`, `hidden` or `veryHidden`.
    index
        0-based place among all tabs, as local names count.
    spec
        The sheet's contract, where the workbook follows it.
    values
        Cells from A1 on; formulas as their last computed value.
    formulas
        Text without the equals sign, by place; shared formulas written out.
    array_areas
        Areas that one array formula or data table fills.
    tables
        Excel Tables of the sheet.
    styles
        By row: style number of each column from A on, `NO_STYLE` where there is no cell.
    features
        Panes, protection, validations and what else stands around the cells.
    """

    name: str
    visibility: str
    index: int
    spec: SheetSpec | None
    values: list[list[CellValue]]
    formulas: dict[Place, str]
    array_areas: list[Area]
    tables: list[Table]
    styles: dict[int, array[int]]
    features: Features

    @cached_property
    def _grouped(self) -> tuple[list[Form], dict[Place, Form]]:
        return group_forms(self.formulas)

    @property
    def forms(self) -> list[Form]:
        """The sheet's formulas by form, in order of first appearance."""
        return self._grouped[0]

    @property
    def form_at(self) -> dict[Place, Form]:
        """Form of each formula cell."""
        return self._grouped[1]

    @cached_property
    def formula_rows(self) -> dict[int, list[int]]:
        """Columns with formulas, by row."""
        rows: dict[int, list[int]] = {}
        for row, column in sorted(self.formulas):
            rows.setdefault(row, []).append(column)
        return rows

    @cached_property
    def axes(self) -> list[Axis]:
        """Time axes from top to bottom."""
        return read_axes(self.values, self.tables, max(len(self.values), max(self.formula_rows, default=0)))

    def value(self, row: int, column: int) -> CellValue:
        """Value of a 1-based cell; `None` beyond the used area."""
        if 1 <= row <= len(self.values) and 1 <= column <= len(self.values[row - 1]):
            return self.values[row - 1][column - 1]
        return None

    def style(self, row: int, column: int) -> int:
        """Style number of a cell, `NO_STYLE` where the file does not hold it."""
        line = self.styles.get(row)
        return line[column - 1] if line is not None and column <= len(line) else NO_STYLE

    def table_at(self, row: int, column: int) -> Table | None:
        """The table whose area, header included, holds a cell."""
        return next((t for t in self.tables if inside(t.area, row, column)), None)


@dataclass
class WorkbookView:
    """A workbook to be linted.

    Parameters
    ----------
    label
        File name, for findings about the workbook as a whole.
    sheets
        Worksheets in tab order.
    tab_names
        Every tab, chart sheets included.
    names
        Defined names.
    styles
        Cell styles by number.
    links
        External workbooks that the file knows, as addresses.
    broken_parts
        Charts, pivot sources and the like that cite `#REF!`, by part name.
    calculation
        Attributes of the calculation settings.
    """

    label: str
    sheets: list[SheetView]
    tab_names: list[str]
    names: list[DefinedName]
    styles: list[CellStyle]
    links: list[str]
    broken_parts: list[str]
    calculation: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def follows_contract(self) -> bool:
        """Whether this is one of our workbooks and not a person's own."""
        return any(n.name.casefold() == CONTRACT_NAME for n in self.names)

    @cached_property
    def by_name(self) -> dict[str, SheetView]:
        """Worksheets by case-folded name."""
        return {s.name.casefold(): s for s in self.sheets}

    def cell_style(self, sheet: SheetView, row: int, column: int) -> CellStyle:
        """How a cell looks; the plain style where the file does not hold it."""
        number = sheet.style(row, column)
        return self.styles[number] if 0 <= number < len(self.styles) else PLAIN


PLAIN = CellStyle(locked=True, filled=False, code="General")


def inside(area: Area, row: int, column: int) -> bool:
    """Whether an area holds a cell."""
    return area[0] <= row <= area[2] and area[1] <= column <= area[3]


def is_number(value: CellValue) -> bool:
    """Whether a cell holds a number; dates and truth values are none."""
    return type(value) is float or type(value) is int


def is_error(value: CellValue) -> bool:
    """Whether a cell shows an error value."""
    return isinstance(value, CellError)
