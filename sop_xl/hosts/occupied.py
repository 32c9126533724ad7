"""What else stands on a sheet that a write must not run over: merged cells, array formulas, other tables, pivot tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sop_xl.blocks import a1
from sop_xl.errors import FrameError, HostError
from sop_xl.hosts.formulas import move_formula
from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import relationships
from sop_xl.hosts.scan import Sheet
from sop_xl.hosts.splice import cell_text
from sop_xl.hosts.tables import Area, Table, overlap, parse_area
from sop_xl.hosts.xmltext import attributes, escape, unescape

_LOCATION = re.compile(r"<(?:[\w.-]+:)?location(?=\s)[^>]*>")


def merged_areas(sheet: Sheet) -> list[Area]:
    """Merged ranges of a sheet."""
    tags = re.findall(rf"<{sheet.prefix}mergeCell(?=\s)[^>]*>", sheet.text[sheet.close_end :])
    return [parse_area(attributes(tag)["ref"]) for tag in tags if "ref=" in tag]


def array_areas(sheet: Sheet) -> list[Area]:
    """Ranges of array formulas and data tables, spilled ranges included, that fill more than their own cell."""
    areas = []
    for match in sheet.patterns.formula.finditer(sheet.text, sheet.inner_start, sheet.inner_end):
        head = match[1]
        if "t=" not in head:
            continue
        values = attributes(head)
        if values.get("t") in ("array", "dataTable") and "ref" in values:
            area = parse_area(values["ref"])
            if area[:2] != area[2:]:
                areas.append(area)
    return areas


def pivot_areas(package: Package, sheet_part: str) -> list[Area]:
    """Ranges that pivot tables fill."""
    areas = []
    for arrow in relationships(package, sheet_part):
        if arrow.kind == "pivotTable" and package.has(arrow.target):
            match = _LOCATION.search(package.text(arrow.target))
            if match:
                areas.append(parse_area(attributes(match[0]).get("ref", "A1")))
    return areas


def check_free(package: Package, sheet: Sheet, sheet_part: str, area: Area, others: list[Table]) -> None:
    """Refuse an area that runs over something a write would tear.

    Raises
    ------
    HostError
        Names the sheet, the first cell of what stands there, and what it is.
    """
    found: list[tuple[str, Area, str]] = []
    try:
        found += [("merged cells", a, "unmerge them") for a in merged_areas(sheet)]
        found += [("an array formula", a, "move it") for a in array_areas(sheet)]
        found += [
            ("a pivot table", a, "move it to a sheet of its own") for a in pivot_areas(package, sheet_part)
        ]
    except FrameError:
        raise HostError(f"{sheet.name} is damaged: a range on it has no proper address") from None
    found += [(f"the table {t.name}", t.area, "move it") for t in others]
    refuse_overlap(sheet.name, area, found)


def refuse_overlap(sheet: str, area: Area, found: Sequence[tuple[str, Area, str]]) -> None:
    """Raise `HostError` for the first of what stands there (what it is, its range, the remedy) that shares a cell with `area`."""
    for what, other, remedy in found:
        if overlap(area, other):
            raise HostError(
                f"{sheet}!{a1(other[0], other[1])}: {what} stand{'' if what.endswith('cells') else 's'} where this write goes; {remedy}"
            )


def unshare(sheet: Sheet, area: Area) -> Sheet:
    """Give the cells of every shared formula whose master stands in `area` a formula of their own.

    Without that, overwriting the master would take the formulas of all others with it.
    """
    text, p = sheet.text, sheet.prefix
    if text.find('t="shared"', sheet.inner_start, sheet.inner_end) < 0:
        return sheet
    masters: dict[str, tuple[int, int, str]] = {}
    rows = [row for row in sheet.rows() if text.find('t="shared"', row.inner_start, row.inner_end) >= 0]
    for row in rows:
        for column, _, inner in sheet.cells(row):
            formula = sheet.patterns.formula.search(inner)
            if formula and formula[2]:
                values = attributes(formula[1])
                inside = area[0] <= row.number <= area[2] and area[1] <= column <= area[3]
                if values.get("t") == "shared" and inside:
                    masters[values.get("si", "")] = (row.number, column, unescape(formula[2]))
    if not masters:
        return sheet
    parts, position = [], 0
    for row in rows:
        parts.append(text[position : row.inner_start])
        for column, head, inner in sheet.cells(row):
            parts.append(
                cell_text(
                    p, a1(row.number, column), head, _own_formula(sheet, masters, row.number, column, inner)
                )
            )
        position = row.inner_end
    parts.append(text[position:])
    return Sheet("".join(parts), sheet.name)


def _own_formula(
    sheet: Sheet, masters: dict[str, tuple[int, int, str]], row: int, column: int, inner: str
) -> str:
    formula = sheet.patterns.formula.search(inner)
    if not formula:
        return inner
    values = attributes(formula[1])
    master = masters.get(values.get("si", "")) if values.get("t") == "shared" else None
    if master is None:
        return inner
    moved = move_formula(master[2], row - master[0], column - master[1])
    p = sheet.prefix
    return f"{inner[: formula.start()]}<{p}f>{escape(moved)}</{p}f>{inner[formula.end() :]}"
