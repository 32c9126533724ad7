"""Formulas taken apart once per form: formulas that say the same relative to their cell are one form.

A grid of ten thousand formulas has a few dozen forms. Whatever a rule asks of a formula's text it asks of the form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sop_xl.blocks import parse_a1
from sop_xl.hosts.formulas import move_formula

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
PLAIN_CONSTANTS = frozenset({0.0, 1.0, 12.0, 100.0, 1000.0})
"""Numbers that mean the same in every model."""
USUAL_CONSTANTS = frozenset({2.0, 7.0, 24.0, 52.0, 60.0, 365.0, 366.0})
"""Numbers of the calendar and of halving: seldom an assumption, still better named."""

_REMEMBERED = 8
"""Forms of a row or column that a formula is compared with, the latest first."""

Place = tuple[int, int]
"""Row and column, 1-based."""

_PREFIX = re.compile(r"(?:_xlfn\.|_xlws\.|_xludf\.)+", re.I)
_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(.*)", re.S)
_CELLS = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7})(?::(\$?)([A-Za-z]{1,3})(\$?)(\d{1,7}))?#?")
_COLUMNS = re.compile(r"(\$?)([A-Za-z]{1,3}):(\$?)([A-Za-z]{1,3})")
_ROWS = re.compile(r"(\$?)(\d{1,7}):(\$?)(\d{1,7})")
_NO_DEPENDENCE = frozenset({"ROW", "ROWS", "COLUMN", "COLUMNS", "AREAS", "ISREF", "SHEET", "SHEETS", "FORMULATEXT", "ISFORMULA"})
_ARRAY = "{"
_LOCAL_NAME = re.compile(r"_xlpm\.|_xlop\.", re.I)

# arguments that choose a mode, a place or a number of digits: structure of the formula, not assumption of the model
_FLAGS: Mapping[str, frozenset[int]] = {
    name: frozenset(places)
    for name, places in {
        "MATCH": (3,), "VLOOKUP": (3, 4), "HLOOKUP": (3, 4), "LOOKUP": (1,), "INDEX": (2, 3, 4), "XLOOKUP": (5, 6), "XMATCH": (3, 4),
        "ROUND": (2,), "ROUNDUP": (2,), "ROUNDDOWN": (2,), "TRUNC": (2,), "LEFT": (2,), "RIGHT": (2,), "MID": (2, 3), "FIND": (3,),
        "SEARCH": (3,), "SUBSTITUTE": (4,), "REPLACE": (2, 3), "WEEKDAY": (2,), "WEEKNUM": (2,), "SUBTOTAL": (1,), "AGGREGATE": (1, 2),
        "LARGE": (2,), "SMALL": (2,), "RANK": (3,), "RANK.EQ": (3,), "RANK.AVG": (3,), "YEARFRAC": (3,), "DAYS360": (3,),
        "NORM.DIST": (4,), "NORM.S.DIST": (2,), "FIXED": (2,), "LOG": (2,), "REPT": (2,), "CHAR": (1,), "ADDRESS": (3,),
    }.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reference:
    """An area that a formula cites: `sheet` as written (`""` its own), corners, and which corners move with the cell."""

    sheet: str
    area: tuple[int, int, int, int]
    fixed: tuple[bool, bool, bool, bool]

    def at(self, rows: int, columns: int) -> tuple[int, int, int, int]:
        """The area as cited from so many rows and columns further on."""
        a, f = self.area, self.fixed
        top, left = a[0] + (0 if f[0] else rows), a[1] + (0 if f[1] else columns)
        bottom, right = a[2] + (0 if f[2] else rows), a[3] + (0 if f[3] else columns)
        return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


@dataclass(eq=False)
class Form:
    """Formulas of one sheet that are the same relative to their cells.

    Parameters
    ----------
    text
        The first one's text, without the equals sign.
    place
        Where that stands.
    cells
        Where they all stand.
    functions
        Names of the functions in order, without the format's prefixes.
    constants
        Numbers written into the formula that are neither plain nor flags.
    usual
        Those among them that belong to the calendar, halve or double, or list places in an array; they stand here instead.
    references, names, structured
        What it depends on: areas, names, table references `(table, what stands in brackets)`.
    external, broken
        Whether it cites another file, or `#REF!`.
    depth
        How many IFs stand inside each other.
    readable
        Whether it could be taken apart.
    """

    text: str
    place: Place
    cells: list[Place] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)
    usual: list[str] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    structured: list[tuple[str, str]] = field(default_factory=list)
    external: bool = False
    broken: bool = False
    depth: int = 0
    readable: bool = True


def group_forms(formulas: Mapping[Place, str]) -> tuple[list[Form], dict[Place, Form]]:
    """The forms of a sheet's formulas in order of first appearance, and the form of each cell.

    A formula is compared with the latest forms of its column and its row, and with those of the very same text; a form that starts
    again elsewhere counts anew.
    """
    forms: list[Form] = []
    by_place: dict[Place, Form] = {}
    by_text: dict[str, Form] = {}
    of_column: dict[int, list[Form]] = {}
    of_row: list[Form] = []
    current = 0
    for place in sorted(formulas):
        text, (row, column) = formulas[place], place
        if row != current:
            current, of_row = row, []
        above = of_column.setdefault(column, [])
        same = by_text.get(text)
        candidates = (*above[:1], *of_row[:1], *of_row[1:], *above[1:], *((same,) if same else ()))
        form = next((f for f in candidates if _same_form(f, place, text)), None)
        if form is None:
            form = by_text[text] = take_apart(text, place)
            forms.append(form)
        for latest in (above, of_row):
            if form in latest:
                latest.remove(form)
            latest.insert(0, form)
            del latest[_REMEMBERED:]
        form.cells.append(place)
        by_place[place] = form
    return forms, by_place


def _same_form(form: Form, place: Place, text: str) -> bool:
    return move_formula(form.text, place[0] - form.place[0], place[1] - form.place[1]) == text


def take_apart(text: str, place: Place) -> Form:
    """Split one formula into what the rules ask about."""
    from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError

    form = Form(text, place)
    try:
        tokens = [t for t in Tokenizer("=" + text).items if t.type != Token.WSPACE]
    except (TokenizerError, IndexError, KeyError):
        form.readable = False
        return form
    stack: list[list[object]] = []  # name of the function, number of the argument
    for k, token in enumerate(tokens):
        if token.subtype == Token.OPEN:
            name = token.value[:-1] if token.type == Token.FUNC else ""
            if ":" in name:  # a range that a function ends: A1:INDEX(...)
                start, _, name = name.rpartition(":")
                _operand(form, start, "")
            name = _PREFIX.sub("", name).upper().lstrip("@")
            if name:
                form.functions.append(name)
            stack.append([_ARRAY if token.value == _ARRAY else name, 1])
            form.depth = max(form.depth, sum(entry[0] == "IF" for entry in stack))
        elif token.subtype == Token.CLOSE:
            if stack:
                stack.pop()
        elif token.type == Token.SEP and stack:
            stack[-1][1] = int(str(stack[-1][1])) + 1
        elif token.type == Token.OPERAND:
            function, argument = (str(stack[-1][0]), int(str(stack[-1][1]))) if stack else ("", 0)
            if token.subtype == Token.NUMBER:
                value = abs(float(token.value))
                if value not in PLAIN_CONSTANTS and not _is_structure(tokens, k, function, argument):
                    usual = value in USUAL_CONSTANTS or function == _ARRAY
                    (form.usual if usual else form.constants).append(token.value)
            elif token.subtype == Token.RANGE:
                _operand(form, token.value, function)
            elif token.subtype == Token.ERROR and "#REF!" in token.value.upper():
                form.broken = True
    return form


def _is_structure(tokens: list, k: int, function: str, argument: int) -> bool:  # type: ignore[type-arg]
    """Whether a number is a flag or a digit count (a whole argument of its own), or the exponent of a square."""
    before = tokens[k - 1] if k else None
    if before is not None and before.value == "^" and tokens[k].value == "2":
        return True
    if argument not in _FLAGS.get(function, frozenset()):
        return False
    if before is not None and before.type == "OPERATOR-PREFIX":
        before = tokens[k - 2] if k > 1 else None
    after = tokens[k + 1] if k + 1 < len(tokens) else None
    starts = before is not None and (before.subtype == "OPEN" or before.type == "SEP")
    return starts and after is not None and (after.subtype == "CLOSE" or after.type == "SEP")


def _operand(form: Form, value: str, function: str) -> None:
    value = value.lstrip("@")
    if "#REF!" in value.upper():
        form.broken = True
        return
    sheet, rest = "", value
    if not value.startswith("[") and (match := _SHEET.fullmatch(value)):
        sheet, rest = (match[1].replace("''", "'") if match[1] else match[2]), match[3]
    if "[" in sheet or (value.startswith("[") and "!" in value):
        form.external = True
        return
    reference = read_reference(sheet, rest)
    if reference is not None:
        if function not in _NO_DEPENDENCE:
            form.references.append(reference)
    elif "[" in rest:
        table, _, inside = rest.partition("[")
        form.structured.append((table, inside[:-1] if inside.endswith("]") else inside))
    elif rest and not _LOCAL_NAME.match(rest):
        form.names.append(rest.rstrip("#"))


def read_reference(sheet: str, text: str) -> Reference | None:
    """An area as a formula writes it, `None` where it is something else."""
    if match := _CELLS.fullmatch(text):
        top, left = int(match[4]), _column(match[2])
        bottom, right = (int(match[8]), _column(match[6])) if match[8] else (top, left)
        if not (1 <= top <= LAST_ROW and 1 <= bottom <= LAST_ROW and left <= LAST_COLUMN and right <= LAST_COLUMN):
            return None
        last = (match[7], match[5]) if match[8] else (match[3], match[1])
        return Reference(sheet, (top, left, bottom, right), (bool(match[3]), bool(match[1]), bool(last[0]), bool(last[1])))
    if match := _COLUMNS.fullmatch(text):
        return Reference(sheet, (1, _column(match[2]), LAST_ROW, _column(match[4])), (True, bool(match[1]), True, bool(match[3])))
    if match := _ROWS.fullmatch(text):
        return Reference(sheet, (int(match[2]), 1, int(match[4]), LAST_COLUMN), (bool(match[1]), True, bool(match[3]), True))
    return None


def _column(letters: str) -> int:
    return parse_a1(letters + "1")[1]
