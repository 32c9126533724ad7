"""Rules about single formulas: errors, references, constants, functions, length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from sop_xl.blocks import a1
from sop_xl.errors import Problem, Severity
from sop_xl.templates.lint.findings import and_more, finding, listed
from sop_xl.templates.lint.formulas import Form, Place, take_apart
from sop_xl.templates.lint.view import SheetView, WorkbookView, is_error

LONGEST = 300
"""Characters of a formula that can still be explained, names of sheets and dollar signs not counted."""
DEEPEST_IF = 2
_DECORATION = re.compile(r"\$|(?:'(?:[^']|'')+'|[\w.]+)!")

VOLATILE = frozenset({"OFFSET", "INDIRECT", "NOW", "TODAY", "RAND", "RANDBETWEEN", "RANDARRAY", "INFO", "CELL"})
AVOIDED = {"NPV": "discount factors in a row of their own", "CHOOSE": "INDEX over a list"}
NEW = frozenset(
    """
    CONCAT TEXTJOIN IFS SWITCH MAXIFS MINIFS XLOOKUP XMATCH FILTER SORT SORTBY UNIQUE SEQUENCE RANDARRAY LET LAMBDA MAP REDUCE SCAN
    BYROW BYCOL MAKEARRAY ISOMITTED TEXTSPLIT TEXTBEFORE TEXTAFTER VSTACK HSTACK TOROW TOCOL WRAPROWS WRAPCOLS TAKE DROP CHOOSECOLS
    CHOOSEROWS EXPAND ARRAYTOTEXT VALUETOTEXT STOCKHISTORY FIELDVALUE IMAGE GROUPBY PIVOTBY PERCENTOF TRIMRANGE REGEXTEST REGEXEXTRACT
    REGEXREPLACE TRANSLATE DETECTLANGUAGE PY COPILOT ANCHORARRAY SINGLE
    """.split()  # noqa: SIM905 - a list of quoted names would be three times as long
)
"""Functions that came after Excel 2016."""


def check_error_cells(view: WorkbookView) -> list[Problem]:
    """Cells that show an error value, one finding for each formula, or for each column of typed errors."""
    found: list[Problem] = []
    for sheet in view.sheets:
        groups: dict[tuple[object, str], list[Place]] = {}
        for row, line in enumerate(sheet.values, 1):
            for column, value in enumerate(line, 1):
                if is_error(value):
                    form = sheet.form_at.get((row, column))
                    groups.setdefault((id(form) if form else column, str(value)), []).append((row, column))
        for (_, value), places in groups.items():
            form = sheet.form_at.get(places[0])
            on_purpose = value == "#N/A" and form is not None and "NA" in form.functions
            got = f"{value}{and_more(len(places) - 1)}"
            severity = Severity.NOTE if on_purpose else None
            found.append(finding("error-cell", sheet.name, a1(*places[0]), "expected a value", got, severity=severity))
    return found


def check_broken_references(view: WorkbookView) -> list[Problem]:
    """`#REF!` in formulas, validations, conditional formats and charts."""
    found = []
    for sheet in view.sheets:
        for form in sheet.forms:
            if form.broken:
                found.append(_of_form("broken-reference", sheet, form, "expected every reference to exist", "=" + form.text))
        for what, rules in (("validation", sheet.features.validations), ("conditional format", sheet.features.formats)):
            for rule in rules:
                broken = next((f for f in rule.formulas if "#REF!" in f), "")
                if broken:
                    cell = a1(*rule.areas[0][:2]) if rule.areas else ""
                    found.append(finding("broken-reference", sheet.name, cell, f"expected a {what} whose references exist", broken))
    for part in view.broken_parts:
        name = part.rsplit("/", 1)[-1]
        found.append(finding("broken-reference", view.label, "", "expected charts to cite cells that exist", f"#REF! in {name}"))
    return found


def check_unknown_names(view: WorkbookView) -> list[Problem]:
    """Names, tables and sheets that formulas cite but the workbook does not have."""
    known = {n.name.casefold() for n in view.names} | {t.name.casefold() for s in view.sheets for t in s.tables}
    tabs = {name.casefold() for name in view.tab_names}
    found = []
    for sheet in view.sheets:
        for form in sheet.forms:
            cited = [*form.names, *(table for table, _ in form.structured if table)]
            missing = next((name for name in cited if name.rpartition("!")[2].casefold() not in known), None)
            if missing is not None:
                found.append(_of_form("unknown-name", sheet, form, "expected a name or table of this workbook", missing))
            cited_tabs = (part for r in form.references if r.sheet for part in r.sheet.split(":"))
            tab = next((name for name in cited_tabs if name.casefold() not in tabs), None)
            if tab is not None:
                found.append(_of_form("unknown-sheet", sheet, form, "expected a sheet of this workbook", tab))
    return found


def check_constants(view: WorkbookView) -> list[Problem]:
    """Numbers written into formulas; flags, digit counts and the plain ones apart. Usual ones are only a note."""
    found = []
    for sheet, form in _forms(view):
        numbers = form.constants or form.usual
        if numbers:
            severity = None if form.constants else Severity.NOTE
            expected, hint = "expected no number in a formula but 0, 1, 12, 100 and 1000", "give it a cell with a label and a unit"
            found.append(_of_form("embedded-constant", sheet, form, expected, listed(dict.fromkeys(numbers)), hint, severity))
    return found


def check_functions(view: WorkbookView) -> list[Problem]:
    """Functions that are volatile, newer than Excel 2016, or better replaced; also in validations and conditional formats."""
    found = []
    for sheet, form in _forms(view):
        if volatile := [f for f in dict.fromkeys(form.functions) if f in VOLATILE]:
            hint = "INDEX does the same without recalculating always" if {"OFFSET", "INDIRECT"} & set(volatile) else "stamp the value"
            found.append(_of_form("volatile-function", sheet, form, "expected no volatile function", listed(volatile), hint))
        if new := [f for f in dict.fromkeys(form.functions) if f in NEW]:
            found.append(_of_form("new-function", sheet, form, "expected functions that Excel 2016 has", listed(new)))
        for name in dict.fromkeys(form.functions):
            if name in AVOIDED:
                found.append(_of_form("avoided-function", sheet, form, f"expected {AVOIDED[name]}", name))
    for sheet in view.sheets:
        for rule in (*sheet.features.validations, *sheet.features.formats):
            cited = {f for text in rule.formulas for f in _functions(text)} & VOLATILE
            if cited:
                cell = a1(*rule.areas[0][:2]) if rule.areas else ""
                found.append(finding("volatile-function", sheet.name, cell, "expected no volatile function in a rule", listed(sorted(cited))))
    return found


def check_length(view: WorkbookView) -> list[Problem]:
    """Formulas too long, on several lines, or with IFs too deep inside each other."""
    found = []
    for sheet, form in _forms(view):
        length = len(_DECORATION.sub("", form.text)) if len(form.text) > LONGEST else 0
        if length > LONGEST:
            got = f"{length} characters"
            found.append(_of_form("long-formula", sheet, form, f"expected at most {LONGEST} characters", got, "split it into steps"))
        elif "\n" in form.text:
            found.append(_of_form("long-formula", sheet, form, "expected a formula on one line", "several lines", severity=Severity.NOTE))
        if form.depth > DEEPEST_IF:
            found.append(_of_form("nested-if", sheet, form, f"expected at most {DEEPEST_IF} IFs inside each other", str(form.depth), "use flags"))
        if not form.readable:
            found.append(_of_form("unreadable-formula", sheet, form, "expected a formula that can be taken apart", "=" + form.text))
    return found


def check_external(view: WorkbookView) -> list[Problem]:
    """Formulas, names and link parts that reach into other files."""
    found = [
        _of_form("external-link", sheet, form, "expected formulas over this workbook alone", "=" + form.text)
        for sheet, form in _forms(view)
        if form.external
    ]
    cited = [n for n in view.names if take_apart(n.reference, (1, 1)).external]
    found += [finding("external-link", view.label, "", f"expected the name {n.name} to stay in this workbook", n.reference) for n in cited]
    for address in view.links:
        hint = "Data, Edit Links, Break Link" if not found else "see the formulas and names that cite it"
        found.append(finding("external-link", view.label, "", "expected no link to another workbook", address, hint))
    return found


def _forms(view: WorkbookView) -> Iterator[tuple[SheetView, Form]]:
    return ((sheet, form) for sheet in view.sheets for form in sheet.forms)


@lru_cache(maxsize=512)
def _functions(text: str) -> tuple[str, ...]:
    return tuple(take_apart(text, (1, 1)).functions)


def _of_form(
    rule: str, sheet: SheetView, form: Form, expected: str, got: str, hint: str = "", severity: Severity | None = None
) -> Problem:
    """A finding at the first cell of a form, with the number of the others."""
    shown = got if len(got) <= 80 else got[:77] + "..."
    return finding(rule, sheet.name, a1(*form.cells[0]), expected, shown + and_more(len(form.cells) - 1), hint, severity)
