"""Read a workbook file into the view that the rules look at."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from pathlib import Path

from sop_xl.errors import HostError
from sop_xl.hosts.formulas import move_formula
from sop_xl.hosts.guards import read_file
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import relationships, target_of
from sop_xl.hosts.scan import Sheet
from sop_xl.hosts.styles import StyleTable
from sop_xl.hosts.tables import Area, parse_area, read_tables
from sop_xl.hosts.values import ValueReader, read_values, shared_strings
from sop_xl.hosts.workbook import Workbook
from sop_xl.hosts.xmltext import attributes, unescape_text
from sop_xl.sheets import BY_NAME
from sop_xl.sheets.spec import SheetSpec
from sop_xl.templates.lint.features import read_features, read_styles
from sop_xl.templates.lint.formulas import Place
from sop_xl.templates.lint.view import CONTRACT_NAME, NO_STYLE, SheetView, WorkbookView


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
