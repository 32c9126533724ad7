"""A workbook as the rules see it: read once from the file's parts, never written."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sop_xl.blocks import CellError, CellValue
from sop_xl.errors import HostError
from sop_xl.hosts.formulas import move_formula
from sop_xl.hosts.guards import read_file
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import relationships, target_of
from sop_xl.hosts.scan import Sheet, ValueReader, read_values, shared_strings
from sop_xl.hosts.styles import StyleTable
from sop_xl.hosts.tables import Area, Table, parse_area, read_tables
from sop_xl.hosts.workbook import DefinedName, Workbook
from sop_xl.hosts.xmltext import attributes, unescape_text
from sop_xl.sheets import BY_NAME
from sop_xl.sheets.spec import SheetSpec
from sop_xl.templates.lint.features import CellStyle, Features, read_features, read_styles
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


def open_view(path: Path) -> WorkbookView:
    """Read a workbook for linting.

    Raises
    ------
    HostError
        When there is no such file, or it cannot be read as a workbook.
    """
    return view_of(Package(read_file(path), path.name))


def view_of(package: Package) -> WorkbookView:
    """The view of a package that is already in memory.

    Raises
    ------
    HostError
        When a part is damaged.
    """
    try:
        return _view_of(package)
    except (ValueError, OverflowError) as error:
        raise HostError(f"{package.label} is damaged: a number in one of its parts cannot be read") from error


def _view_of(package: Package) -> WorkbookView:
    workbook = Workbook(package)
    names = workbook.defined_names()
    ours = any(n.name.casefold() == CONTRACT_NAME for n in names)
    strings = target_of(package, workbook.part, "sharedStrings")
    shared = shared_strings(package.text(strings)) if strings and package.has(strings) else []
    reader = ValueReader(shared, StyleTable(package, workbook.part).date_styles(), workbook.date1904)
    entries = workbook.sheets()
    sheets = [
        _read_sheet(package, entry.part, entry.name, entry.visibility, index, BY_NAME.get(entry.name) if ours else None, reader)
        for index, entry in enumerate(entries)
        if entry.kind == "worksheet"
    ]
    calculation = re.search(rf"<{workbook.prefix}calcPr(?=[\s/>])[^>]*>", workbook.text)
    return WorkbookView(
        label=package.label,
        sheets=sheets,
        tab_names=[e.name for e in entries],
        names=names,
        styles=read_styles(package, target_of(package, workbook.part, "styles")),
        links=list(_links(package, workbook.part)),
        broken_parts=[n for n in package.names() if n.startswith("xl/charts/") and n.endswith(".xml") and "#REF!" in package.text(n)],
        calculation=attributes(calculation[0]) if calculation else {},
    )


def _links(package: Package, part: str) -> Iterable[str]:
    for arrow in relationships(package, part):
        if arrow.kind == "externalLink" and not arrow.external:
            outer = [r.target for r in relationships(package, arrow.target) if r.external]
            yield outer[0] if outer else arrow.target


def _read_sheet(
    package: Package, part: str, name: str, visibility: str, index: int, spec: SheetSpec | None, reader: ValueReader
) -> SheetView:
    sheet = Sheet(package.text(part), name)
    formulas, arrays, styles = _read_cells(sheet)
    return SheetView(
        name=name,
        visibility=visibility,
        index=index,
        spec=spec,
        values=read_values(sheet, reader),
        formulas=formulas,
        array_areas=arrays,
        tables=read_tables(package, part),
        styles=styles,
        features=read_features(sheet.text[: sheet.open_start] + sheet.text[sheet.close_end :], sheet),
    )


def _read_cells(sheet: Sheet) -> tuple[dict[Place, str], list[Area], dict[int, array[int]]]:
    """Formulas, areas of array formulas, and styles; rows that look alike share one list of styles."""
    formulas: dict[Place, str] = {}
    arrays: list[Area] = []
    styles: dict[int, array[int]] = {}
    masters: dict[str, tuple[Place, str]] = {}
    alike: dict[bytes, array[int]] = {}
    style_of: dict[str, int] = {}
    mark = f"<{sheet.prefix}f"
    for row in sheet.rows():
        line: list[int] = []
        for column, head, inner in sheet.cells(row):
            style = style_of.get(head)
            if style is None:
                number = attributes(head).get("s", "0")
                style = style_of[head] = int(number) if number.isdigit() else 0
            if column > len(line) + 1:
                line.extend([NO_STYLE] * (column - len(line) - 1))
            line.append(style)
            if mark in inner and (match := sheet.patterns.formula.search(inner)):
                _take_formula(match, (row.number, column), formulas, arrays, masters)
        packed = array("l", line)
        styles[row.number] = alike.setdefault(packed.tobytes(), packed)
    return formulas, arrays, styles


def _take_formula(
    match: re.Match[str], place: Place, formulas: dict[Place, str], arrays: list[Area], masters: dict[str, tuple[Place, str]]
) -> None:
    values, text = attributes(match[1]), unescape_text(match[2] or "")
    kind = values.get("t", "normal")
    if kind in ("array", "dataTable") and values.get("ref"):
        arrays.append(parse_area(values["ref"]))
    if kind == "dataTable":
        return
    if kind == "shared":
        number = values.get("si", "")
        if text:
            masters[number] = (place, text)
        elif number in masters:
            origin, master = masters[number]
            text = move_formula(master, place[0] - origin[0], place[1] - origin[1])
    if text:
        formulas[place] = text


def is_number(value: CellValue) -> bool:
    """Whether a cell holds a number; dates and truth values are none."""
    return type(value) is float or type(value) is int


def is_error(value: CellValue) -> bool:
    """Whether a cell shows an error value."""
    return isinstance(value, CellError)
