"""Rules about sheets and the workbook: panes, print set-up, hidden things, names, calculation, the master check."""

from __future__ import annotations

import math
import re

from sop_xl.blocks import a1, parse_a1
from sop_xl.errors import FrameError, Problem, Severity
from sop_xl.sheets.spec import SheetKind
from sop_xl.templates.lint.findings import and_more, finding, listed
from sop_xl.templates.lint.formulas import Reference, take_apart
from sop_xl.templates.lint.view import SheetView, WorkbookView, is_number
from sop_xl.templates.styles import KIND_COLOUR

MASTER_CHECK = "MasterCheck"
"""Name of the cell with the number of failed checks."""
_MASTER = re.compile(r"(?:master|overall|total|model)[_.]?checks?|checks?[_.]?(?:master|total|sum|all)", re.I)
_LONG_TABLE = 40
"""Rows that fit on a page."""
_SHORT_TABLE = 12
_LOWEST_HEADER = 25
_HEAD_ROWS = 6


def check_panes_and_print(view: WorkbookView) -> list[Problem]:
    """Headers stay in sight on screen and on paper; pages are one sheet wide."""
    found = []
    for sheet in view.sheets:
        header, last = _main_header(sheet)
        if not header or header > _last_printed_row(view, sheet):
            continue
        ours = sheet.spec is not None
        if last - header > _SHORT_TABLE or ours:
            if sheet.features.frozen_rows == 0:
                found.append(finding("freeze-panes", sheet.name, a1(header + 1, 1), f"expected row {header} to stay in sight", "no frozen panes"))
            elif sheet.features.frozen_rows < header and (ours or sheet.axes or len(sheet.tables) == 1):
                got = f"frozen below row {sheet.features.frozen_rows}"
                found.append(finding("freeze-panes", sheet.name, a1(header + 1, 1), f"expected row {header} to stay in sight", got))
        if (last - header > _LONG_TABLE or ours) and not _has_print_titles(view, sheet, header):
            hint = f"Page Layout, Print Titles, rows to repeat: up to {header}"
            found.append(finding("print-titles", sheet.name, "", f"expected row {header} to repeat on every page", "no such print title", hint))
        if not sheet.features.fit_width:
            found.append(finding("fit-to-width", sheet.name, "", "expected printing to be fitted to the width", "no fitting"))
        elif sheet.features.fit_width > 1 and not _repeats_columns(view, sheet):
            got = f"{sheet.features.fit_width} pages without them"
            found.append(finding("fit-to-width", sheet.name, "", "expected one page wide, or label columns repeated on every page", got))
    return found


def _main_header(sheet: SheetView) -> tuple[int, int]:
    """Header row of the sheet's first table or grid, and the last row below it.

    `(0, 0)` where it has neither, or only one far below the top of a page, which no pane could hold in sight.
    """
    if sheet.tables:
        table = min(sheet.tables, key=lambda t: t.area)
        return (table.area[0], table.area[2]) if table.header else (0, 0)
    if sheet.axes and sheet.axes[0].row <= _LOWEST_HEADER:
        return sheet.axes[0].row, sheet.axes[-1].last
    return 0, 0


def _last_printed_row(view: WorkbookView, sheet: SheetView) -> float:
    """Last row of the print area; what stands below it are figures behind a page, not a grid of its own."""
    for name in view.names:
        if name.scope == sheet.index and name.name.casefold() == "_xlnm.print_area":
            rows = [int(row) for row in re.findall(r"\$(\d+)", name.reference)]
            return max(rows, default=math.inf)
    return math.inf


def _has_print_titles(view: WorkbookView, sheet: SheetView, header: int) -> bool:
    for name in view.names:
        if name.scope == sheet.index and name.name.casefold() == "_xlnm.print_titles":
            for match in re.finditer(r"!\$(\d+):\$(\d+)", name.reference):
                if int(match[1]) <= header <= int(match[2]):
                    return True
    return False


def _repeats_columns(view: WorkbookView, sheet: SheetView) -> bool:
    titles = (n.reference for n in view.names if n.scope == sheet.index and n.name.casefold() == "_xlnm.print_titles")
    return any(re.search(r"!\$[A-Z]{1,3}:\$[A-Z]{1,3}", reference) for reference in titles)


def check_hidden(view: WorkbookView) -> list[Problem]:
    """Hidden sheets stand in the list on About or Home; rows and columns are grouped instead of hidden."""
    listing = " ".join(
        value.casefold()
        for name in ("about", "home", "guide", "readme", "contents", "index", "cover")
        if (page := view.by_name.get(name)) is not None
        for line in page.values
        for value in line
        if isinstance(value, str)
    )
    found = []
    for sheet in view.sheets:
        if sheet.visibility != "visible" and sheet.name.casefold() not in listing:
            found.append(finding("hidden-sheet", sheet.name, "", "expected hidden sheets to be listed on About or Home", sheet.visibility))
        rows, columns = sheet.features.hidden_rows, sheet.features.hidden_columns
        if rows and not sheet.features.filtered and not any(t.filtered for t in sheet.tables):
            got = f"row {rows[0]}{and_more(len(rows) - 1, 'rows')} hidden"
            found.append(finding("hidden-cells", sheet.name, a1(rows[0], 1), "expected rows to be grouped, not hidden", got))
        if columns:
            got = f"{len(columns)} hidden"
            found.append(finding("hidden-cells", sheet.name, a1(1, columns[0]), "expected columns to be grouped, not hidden", got))
    return found


def check_names(view: WorkbookView) -> list[Problem]:
    """Defined names that lost what they pointed to; print areas and filters that did are only a warning."""
    found = []
    for name in view.names:
        if "#REF!" in name.reference.upper():
            own = name.name.startswith("_xlnm.")
            expected = f"expected the name {name.name.removeprefix('_xlnm.')} to point to cells that exist"
            where = view.tab_names[name.scope] if name.scope is not None and name.scope < len(view.tab_names) else view.label
            severity = Severity.WARNING if own else None
            found.append(finding("broken-name", where, "", expected, name.reference, severity=severity))
    return found


def check_calculation(view: WorkbookView) -> list[Problem]:
    """Automatic calculation, no iteration: iteration hides circles."""
    found = []
    if view.calculation.get("calcMode") == "manual":
        found.append(finding("calculation-mode", view.label, "", "expected automatic calculation", "manual", "Formulas, Calculation Options"))
    if view.calculation.get("iterate") in ("1", "true"):
        found.append(finding("calculation-mode", view.label, "", "expected no iterative calculation", "it is on, which hides circular references"))
    return found


def check_master(view: WorkbookView) -> list[Problem]:
    """There is a master check, it reads 0, and every sheet shows it."""
    wanted = [n for n in view.names if n.name.casefold() == MASTER_CHECK.casefold()]
    if not wanted and not view.follows_contract:
        wanted = [n for n in view.names if _MASTER.fullmatch(n.name)]
    if not wanted:
        if not view.sheets or not any(s.formulas for s in view.sheets):
            return []
        severity = None if view.follows_contract and "checks" in view.by_name else Severity.NOTE
        hint = f"name the cell that counts failed checks {MASTER_CHECK}"
        return [finding("master-check", view.label, "", "expected a master check", "none", hint, severity=severity)]
    name = wanted[0]
    cited = take_apart(name.reference, (1, 1)).references
    place = cited[0] if len(cited) == 1 else None
    if place is None or place.area[:2] != place.area[2:] or place.sheet.casefold() not in view.by_name:
        return [finding("master-check", view.label, "", f"expected the name {name.name} to be one cell", name.reference)]
    return [*_master_value(view, place), *_shown(view, name.name, place)]


def _master_value(view: WorkbookView, place: Reference) -> list[Problem]:
    sheet = view.by_name[place.sheet.casefold()]
    cell = place.area[:2]
    value = sheet.value(*cell)
    if value is None or value == "":
        hint = "calculate the workbook and save it"
        return [finding("master-check", sheet.name, a1(*cell), "expected 0 failed checks", "nothing", hint, severity=Severity.WARNING)]
    # other people's masters say TRUE or OK when all is well
    fine = value is True or (is_number(value) and value == 0) or (isinstance(value, str) and value.strip().upper() in ("OK", "PASS"))
    return [] if fine else [finding("master-check", sheet.name, a1(*cell), "expected 0 failed checks", str(value))]


def _shown(view: WorkbookView, name: str, place: Reference) -> list[Problem]:
    """Sheets of the contract whose head does not cite the master check."""
    if not view.follows_contract:
        return []
    home = place.sheet.casefold()
    without = [
        sheet.name
        for sheet in view.sheets
        if sheet.spec is not None and sheet.name.casefold() != home and not _cites(sheet, name, place)
    ]
    if not without:
        return []
    return [finding("master-check-shown", without[0], "A1", f"expected the head to show {name}", f"nothing on {listed(without)}")]


def _cites(sheet: SheetView, name: str, place: Reference) -> bool:
    for row, columns in sheet.formula_rows.items():
        if row > _HEAD_ROWS:
            break
        for column in columns:
            form = sheet.form_at[row, column]
            named = any(n.casefold() == name.casefold() for n in form.names)
            if named or any(r.sheet.casefold() == place.sheet.casefold() and r.area == place.area for r in form.references):
                return True
    return False


def check_tabs(view: WorkbookView) -> list[Problem]:
    """Tab colours of the contract's sheets say their kind."""
    found = []
    for sheet in view.sheets:
        if sheet.spec is None:
            continue
        wanted = KIND_COLOUR[SheetKind(sheet.spec.kind)].lstrip("#").upper()
        if sheet.features.tab_colour != wanted:
            got = sheet.features.tab_colour or "none"
            found.append(finding("tab-colour", sheet.name, "", f"expected the tab colour of {sheet.spec.kind} sheets, {wanted}", got))
    return found


def sort_key(view: WorkbookView, problem: Problem) -> tuple[int, int, int, int]:
    """Order of findings: severity, tab, row, column."""
    tabs = {name: k for k, name in enumerate(view.tab_names)}
    try:
        row, column = parse_a1(problem.cell)
    except FrameError:
        row, column = 0, 0
    return list(Severity).index(problem.severity), tabs.get(problem.sheet, -1), row, column
