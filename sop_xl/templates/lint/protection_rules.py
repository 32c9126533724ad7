"""Rules about who may type where: inputs marked, validated and open; formulas and outputs locked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sop_xl.blocks import a1, column_letters
from sop_xl.errors import Problem
from sop_xl.hosts.tables import Area
from sop_xl.sheets.spec import SheetKind
from sop_xl.templates.lint.findings import and_more, finding, listed
from sop_xl.templates.lint.formulas import Place
from sop_xl.templates.lint.view import NO_STYLE, SheetView, WorkbookView, inside

Run = tuple[int, int]
"""First and last row of adjacent cells in a column."""


def check_validation(view: WorkbookView) -> list[Problem]:
    """Input cells that take anything; one finding for a sheet."""
    found = []
    for sheet in view.sheets:
        covered = [area for rule in sheet.features.validations for area in rule.areas]
        bare = []
        for column, runs in sorted(input_runs(view, sheet).items()):
            above = sorted((a[0], a[2]) for a in covered if a[1] <= column <= a[3])
            first = next((row for run in runs if (row := _first_uncovered(run, above)) is not None), None)
            if first is not None:
                bare.append((first, column))
        if bare:
            got = f"none in {listed(column_letters(c) for _, c in bare)}"
            found.append(finding("input-without-validation", sheet.name, a1(*bare[0]), "expected data validation on every input", got))
    return found


def _first_uncovered(run: Run, areas: Iterable[Run]) -> int | None:
    row, last = run
    for top, bottom in areas:
        if top <= row <= bottom:
            row = bottom + 1
    return row if row <= last else None


def input_runs(view: WorkbookView, sheet: SheetView) -> dict[int, list[Run]]:
    """Input cells by column as runs of rows: unlocked, without a formula, and no header of a table."""
    open_styles = {k for k, style in enumerate(view.styles) if not style.locked}
    headers = {(t.area[0], t.area[1], t.area[3]) for t in sheet.tables if t.header}
    columns_of: dict[int, list[int]] = {}  # by identity: rows that look alike share their styles
    runs: dict[int, list[Run]] = {}
    for row in sorted(sheet.styles):
        line = sheet.styles[row]
        if id(line) not in columns_of:
            columns_of[id(line)] = [k for k, number in enumerate(line, 1) if number in open_styles]
        for column in columns_of[id(line)]:
            if (row, column) in sheet.formulas or any(row == h and a <= column <= b for h, a, b in headers):
                continue
            mine = runs.setdefault(column, [])
            if mine and mine[-1][1] == row - 1:
                mine[-1] = (mine[-1][0], row)
            else:
                mine.append((row, row))
    return runs


def check_marked(view: WorkbookView) -> list[Problem]:
    """Input cells without a fill; one finding for a sheet."""
    found = []
    plain = {k for k, style in enumerate(view.styles) if not style.locked and not style.filled}
    for sheet in view.sheets:
        bare = [(row, column) for row, column in _cells_with(sheet, plain) if (row, column) not in sheet.formulas]
        if bare:
            got = f"none{and_more(len(bare) - 1)}"
            found.append(finding("input-not-marked", sheet.name, a1(*bare[0]), "expected a fill on input cells", got))
    return found


def check_locks(view: WorkbookView) -> list[Problem]:
    """On protected sheets formulas are locked and cells with validation are open; outputs and reviews are protected."""
    found = []
    open_styles = {k for k, style in enumerate(view.styles) if not style.locked}
    for sheet in view.sheets:
        spec = sheet.spec
        if not sheet.features.protected:
            if spec is not None and spec.kind in (SheetKind.OUTPUT, SheetKind.REVIEW):
                found.append(finding("not-protected", sheet.name, "", "expected the sheet to be protected, without a password", "no protection"))
            continue
        if spec is not None and sheet.features.password:
            found.append(finding("not-protected", sheet.name, "", "expected protection without a password", "one with a password"))
        loose = [place for place in sorted(sheet.formulas) if sheet.style(*place) in open_styles]
        if loose:
            got = f"an unlocked cell{and_more(len(loose) - 1)}"
            found.append(finding("unlocked-formula", sheet.name, a1(*loose[0]), "expected formulas of a protected sheet to be locked", got))
        shut = [place for area in _entry_areas(sheet) if (place := _locked_cell(view, sheet, area)) is not None]
        if shut:
            got = f"a locked cell{and_more(len(shut) - 1, 'areas')}"
            expected = "expected input cells of a protected sheet to be unlocked"
            found.append(finding("locked-input", sheet.name, a1(*shut[0]), expected, got))
    return found


def _entry_areas(sheet: SheetView) -> Iterator[Area]:
    """Areas where a person is meant to type: those with validation, and the body of an input table."""
    yield from (area for rule in sheet.features.validations for area in rule.areas)
    if sheet.spec is not None and sheet.spec.kind is SheetKind.INPUT:
        yield from (table.body for table in sheet.tables)


def _locked_cell(view: WorkbookView, sheet: SheetView, area: Area) -> Place | None:
    """First locked cell of an area that the file holds; the area's first cell where it holds none of them."""
    top, left, bottom, right = area
    held = False
    for row in range(top, min(bottom, max(sheet.styles, default=0)) + 1):
        for column in range(left, min(right, len(sheet.styles.get(row, ()))) + 1):
            if sheet.style(row, column) == NO_STYLE:
                continue
            held = True
            if view.cell_style(sheet, row, column).locked and (row, column) not in sheet.formulas:
                return row, column
    return None if held else (top, left)


def check_kinds(view: WorkbookView) -> list[Problem]:
    """Formulas in the tables of the contract that hold what people type or what the program writes."""
    found = []
    for sheet in view.sheets:
        if sheet.spec is None or sheet.spec.kind not in (SheetKind.INPUT, SheetKind.OUTPUT):
            continue
        entry = sheet.spec.kind is SheetKind.INPUT
        for table in sheet.tables:
            places = [place for place in sorted(sheet.formulas) if inside(table.body, *place)]
            if places:
                rule = "formula-in-input" if entry else "formula-in-output"
                expected = "expected a typed value in an input table" if entry else "expected values alone in an output table"
                got = "=" + sheet.formulas[places[0]][:80] + and_more(len(places) - 1)
                found.append(finding(rule, sheet.name, a1(*places[0]), expected, got))
    return found


def _cells_with(sheet: SheetView, wanted: set[int]) -> Iterator[Place]:
    columns_of: dict[int, list[int]] = {}
    for row in sorted(sheet.styles):
        line = sheet.styles[row]
        if id(line) not in columns_of:
            columns_of[id(line)] = [k for k, number in enumerate(line, 1) if number in wanted]
        yield from ((row, column) for column in columns_of[id(line)])
