"""Rules of our own VBA, checked before it is built in: nothing but Excel compiles it, and Excel is not at hand.

What the rules keep to is the part of VBA that Excel, LibreOffice and a VBA interpreter all run alike; two of these notice
an unknown name only when they come to it, or not at all, and then a whole module is silently dead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set

from sop_xl.addin.vba_words import KNOWN, LANGUAGE
from sop_xl.blocks import column_letters
from sop_xl.functions.reference import LONGEST_NAMES

LONGEST_LINE = 1023
MOST_CONTINUED = 24

_FORBIDDEN = {
    r"^\s*#": "conditional compilation is ignored by LibreOffice, which would run both branches",
    r"\bDeclare\b": "libraries outside are not called from our own modules",
    r"\bApplication\s*\.\s*Caller\b": "Application.Caller is empty outside Excel",
    r"\b(CreateObject|GetObject|Shell|Kill|Environ|WScript)\b": "our own modules leave the system alone",
}
_PROCEDURE = re.compile(r"^(?:Public |Private |Friend )?(?:Static )?(Sub|Function|Property Get|Property Let|Property Set) (\w+)\((.*)\)", re.I)
_NAME = re.compile(r"(?<![\w.!&])([A-Za-z]\w*)[$%&!#@]?(?!\w)(?!\s*:=)")
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.I)


def check_sources(sources: Mapping[str, str], library: Set[str] = frozenset()) -> list[str]:
    """What is wrong with our own modules, each as `module:line: sentence`; empty where all is well.

    Parameters
    ----------
    sources
        Our own modules by name.
    library
        Names of the modules built in beside them, whose public names are known only as `XLPy`.
    """
    public = {name for source in sources.values() for name in _public_names(source)}
    outside = {name.lower() for name in sources} | {n.lower() for n in library} | {"xlpy"}
    return [
        f"{module}:{number}: {problem}"
        for module, source in sources.items()
        for number, problem in _problems(module, source, public | outside)
    ]


def like_a_cell(name: str) -> bool:
    """Whether a formula would take a function's name for a cell: `SOP2` is column SOP, row 2.

    >>> like_a_cell("SOP2"), like_a_cell("SOP_EOQ")
    (True, False)
    """
    match = _CELL.fullmatch(name)
    in_sheet = match is not None and len(match[1]) <= 3 and (len(match[1]), match[1].upper()) <= (3, column_letters(16384))
    return in_sheet or re.fullmatch(r"R\d*C\d*|R\d*|C\d*", name, re.I) is not None


def _problems(module: str, source: str, known: Set[str]) -> Iterator[tuple[int, str]]:
    lines = source.splitlines()
    for number, line in enumerate(lines, 1):
        if not line.isascii():
            yield number, "a character that is not ASCII"
        if len(line) > LONGEST_LINE:
            yield number, f"{len(line)} characters; VBA takes {LONGEST_LINE}"
    statements = list(_statements(lines))
    if not any(text.lower() == "option explicit" for _, text in statements):
        yield 1, "no Option Explicit"
    if not re.search(rf"^Public Function {module}_Sentinel\(\) As String", source, re.M):
        yield 1, f"no {module}_Sentinel, by which a test sees that the module is alive"
    for number, text in statements:
        for pattern, why in _FORBIDDEN.items():
            if re.search(pattern, text, re.I):
                yield number, why
    yield from _procedure_problems(statements, known)


def _procedure_problems(statements: list[tuple[int, str]], known: Set[str]) -> Iterator[tuple[int, str]]:
    module_names = {n for _, text in _outside(statements) for n in _declared(text)}
    module_names |= {m[2].lower() for _, text in statements if (m := _PROCEDURE.match(text))}
    inside: set[str] | None = None
    body: list[tuple[int, str]] = []
    for number, text in statements:
        match = _PROCEDURE.match(text)
        if match:
            inside, body = _parameters(match[3]), []
            if like_a_cell(match[2]):
                yield number, f"{match[2]} is a cell's address"
            if len(inside) + sum(map(len, inside)) > LONGEST_NAMES:
                yield number, f"the function wizard breaks on the arguments of {match[2]}"
        if inside is None:
            yield from _unknown([(number, text)], module_names | known)
            continue
        inside |= _declared(text) | _labels(text)
        body.append((number, text))
        if re.match(r"End (Sub|Function|Property)\b", text, re.I):
            yield from _unknown(body, inside | module_names | known)
            inside = None


def _outside(statements: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    within = False
    for number, text in statements:
        if _PROCEDURE.match(text):
            within = True
        if not within:
            yield number, text
        if re.match(r"End (Sub|Function|Property)\b", text, re.I):
            within = False


def _statements(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Statements with the number of their first line: continued lines joined, comments, texts and attributes taken out."""
    joined, first, continued = "", 0, 0
    for number, line in enumerate(lines, 1):
        text = re.sub(r"'.*", "", re.sub(r'"(?:[^"]|"")*"', '""', line)).rstrip()
        first = first or number
        if text.endswith(" _") and continued < MOST_CONTINUED:
            joined, continued = joined + text[:-1], continued + 1
            continue
        whole = (joined + text).strip()
        if whole and not whole.startswith("Attribute "):
            yield first, whole
        joined, first, continued = "", 0, 0


def _parameters(text: str) -> set[str]:
    return {m[1].lower() for m in re.finditer(r"(?:ByVal |ByRef |ParamArray |Optional |^|, ?)*\b(\w+)(?:\(\))?(?: As \w+)", text)}


def _declared(text: str) -> set[str]:
    match = re.match(r"(?:Public |Private |Global )?(?:Dim|Const|Static|ReDim Preserve|ReDim|Public|Private|Type|Enum) (.*)", text, re.I)
    if not match or _PROCEDURE.match(text):
        return set()
    if re.match(r"(?:Public |Private )?(?:Const )", text, re.I):
        return {re.sub(r"^Const ", "", match[1], flags=re.I).split()[0].lower()}
    parts = re.sub(r"\([^()]*\)", "", match[1]).split(",")
    return {part.split()[0].lower() for part in parts if part.split()}


def _labels(text: str) -> set[str]:
    match = re.fullmatch(r"(\w+):", text)
    return {match[1].lower()} if match else set()


def _unknown(statements: list[tuple[int, str]], known: Set[str]) -> Iterator[tuple[int, str]]:
    for number, text in statements:
        for match in _NAME.finditer(text):
            name = match[1].lower()
            if name not in known and name not in LANGUAGE and name not in KNOWN:
                yield number, f"{match[1]} is not declared"


def _public_names(source: str) -> set[str]:
    names = set()
    for _, text in _outside(list(_statements(source.splitlines()))):
        if text.lower().startswith(("public ", "global ")):
            names |= _declared(text)
    procedures = (_PROCEDURE.match(text) for _, text in _statements(source.splitlines()))
    return names | {m[2].lower() for m in procedures if m and not m[0].lower().startswith("private")}
