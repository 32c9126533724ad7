"""The cell functions in writing: a reference from the registry, and the rules that every entry keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from sop_xl.functions.registry import TOPICS, Argument, CellFunction, Kind, functions

LONGEST_TEXT = 255
"""Characters that Excel shows of a description."""

LONGEST_NAMES = 254
"""Arguments and characters of all their names together, beyond which the function wizard breaks."""

COMMON_ERRORS = (
    ("#N/A", "a cell or range that is needed is empty"),
    ("#VALUE!", "an argument is of the wrong kind (text where a number is expected, several cells where one is), or a word is not known"),
    ("#NUM!", "a number is outside the bounds that its argument states"),
)
"""What every function answers to; an error value in an argument is the function's own."""

_WORDS = {
    Kind.NUMBER: "number", Kind.WHOLE: "whole number", Kind.EACH: "number or range", Kind.NUMBERS: "row or column of numbers", Kind.GRID: "rows of numbers",
    Kind.MATRIX: "numbers in rows and columns", Kind.TEXT: "text", Kind.TEXTS: "row or column of texts", Kind.TABLE: "table", Kind.FLAG: "TRUE or FALSE",
    Kind.DATE: "date", Kind.ANY: "cell or text",
}  # fmt: skip
_TITLES = {
    "demand": "Demand", "accuracy": "Forecast accuracy", "inventory": "Inventory", "supply": "Supply", "finance": "Finance", "status": "Status",
}  # fmt: skip
_CELL_LIKE = re.compile(r"[A-Z]{1,3}[0-9]+|R[0-9]*C[0-9]*")
_VISUAL_BASIC = """
    abs and any array as binary boolean byref byte byval call case cbool cbyte ccur cdate cdbl cint clng close const csng cstr currency cvar
    date debug decimal declare defbool defint deftype dim do double each else elseif empty end enum eqv erase error event exit explicit
    false fix for friend function get global gosub goto if imp implements in input int integer is len let lib like line local lock long loop
    lset me mid mod module name new next not nothing null object on open option optional or output paramarray preserve print private
    property public put raiseevent random read redim rem reset resume return rset seek select set sgn shared single spc static step stop
    string sub tab text then time to true type typeof ubound unlock until variant wend while width with withevents write xor
"""
RESERVED_WORDS = frozenset(_VISUAL_BASIC.split())
"""Words that Visual Basic, in Excel or LibreOffice, keeps for itself: no argument can be called so."""


def topic_title(topic: str) -> str:
    """How documentation heads the functions of a topic."""
    return _TITLES[topic]


def signature(function: CellFunction) -> str:
    """The formula with the names of its arguments; those in brackets may be left out.

    >>> signature(functions()["SOP_REORDER_POINT"])
    'SOP_REORDER_POINT(demand, lead_time, [safety_stock])'
    """
    names = (f"[{a.name}]" if a.optional else a.name for a in function.arguments)
    return f"{function.name}({', '.join(names)})"


def kind_words(argument: Argument) -> str:
    """What an argument is taken as, in words."""
    return _WORDS[argument.kind]


def short_reference() -> str:
    """One line for each function as a Markdown table, by topic: how it is typed, and what for."""
    lines = ["| function | what for |", "|---|---|"]
    for topic in TOPICS:
        own = [f for f in functions().values() if f.topic == topic]
        lines += [f"| **{_TITLES[topic]}** | |", *(f"| `{signature(f)}` | {_first_sentence(f.description)} |" for f in own)]
    return "\n".join(lines)


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".").replace("|", "\\|")


def functions_reference() -> str:
    """The reference of all functions as Markdown, by topic: what for, arguments with units, result, errors, example, source."""
    lines = [
        "Every function takes cells, ranges or arrays and gives one value or an array that spills. Ranges are read with a row for each item and a column for each "
        "period, or as one column downwards; results lie as the history or demand that they follow.",
        "",
        "An empty cell is not known, 0 is none. Error = forecast - actual: positive is over-forecast. Lead times are in periods, ratios are fractions.",
        "",
        "Errors that every function may give (`SOP_LASTERROR` says why):",
        "",
        *(f"- `{value}`: {when}" for value, when in COMMON_ERRORS),
        "- an error value in an argument is the result",
    ]
    for topic in TOPICS:
        lines += ["", f"### {_TITLES[topic]}"]
        for function in functions().values():
            if function.topic == topic:
                lines += ["", *_entry(function)]
    return "\n".join(lines) + "\n"


def reference_page() -> str:
    """`docs/functions.md`: the reference as a page of its own, with the way to make it again."""
    return (
        "# Functions of cells\n\n"
        "<!-- Made from the registry by `python -m sop_xl.functions`; changes here are lost. -->\n\n"
        "The sheet Function Lab of the standard template shows each of them at work on sample data.\n\n" + re.sub(r"^#(?=##)", "", functions_reference(), flags=re.MULTILINE)
    )


def _entry(function: CellFunction) -> list[str]:
    lines = [f"#### {function.name}", "", f"`={signature(function)}`", "", function.description, ""]
    if function.arguments:
        lines += ["| argument | kind | meaning |", "|---|---|---|"]
        lines += [f"| {a.name} | {kind_words(a)} | {_in_table(a.description)} |" for a in function.arguments]
        lines.append("")
    lines.append(f"Result: {function.returns}")
    lines += [f"- `{value}`: {when}" for value, when in function.errors]
    lines += ["", f"Example: `{function.example}`"]
    if function.source:
        lines += ["", f"Source: {function.source}"]
    return lines


def _in_table(text: str) -> str:
    return text.replace("|", "\\|")


REFERENCE_COLUMNS = ("Topic", "Function", "Formula", "What for", "Arguments", "Result", "Errors", "Example", "Source")


def reference_rows() -> list[list[str]]:
    """The same for a worksheet: a header row (`REFERENCE_COLUMNS`) and a row for each function. Examples are text without the equals sign."""
    rows = [list(REFERENCE_COLUMNS)]
    for function in functions().values():
        rows.append([
            _TITLES[function.topic],
            function.name,
            signature(function),
            function.description,
            "\n".join(f"{a.name}: {a.description}" for a in function.arguments),
            function.returns,
            "\n".join(f"{value}: {when}" for value, when in function.errors),
            function.example.removeprefix("="),
            function.source,
        ])  # fmt: skip
    return rows


def registry_findings(entries: Mapping[str, CellFunction] | None = None) -> list[str]:
    """What breaks the rules for names, lengths and texts, one line each; nothing where all is well.

    Parameters
    ----------
    entries
        Functions by name; absent = all that are registered.
    """
    known = functions() if entries is None else entries
    return [f"{name}: {finding}" for name, function in known.items() for finding in _findings(name, function)]


def _findings(name: str, function: CellFunction) -> Iterable[str]:
    if name != function.name or not re.fullmatch(r"SOP(_[A-Z]+)+", name):
        yield "the name is SOP_ and capital letters"
    if _CELL_LIKE.fullmatch(name):
        yield "the name is a cell address, too"
    if len(name) > 31:
        yield "the name is longer than 31 characters"
    if function.topic not in TOPICS:
        yield f"topic {function.topic} is not listed"
    yield from _text_findings("description", function.description)
    yield from _text_findings("returns", function.returns, longest=1000)
    if not re.fullmatch(rf"={name}\(.*\)", function.example):
        yield "the example is a formula of the function"
    for value, when in function.errors:
        if value not in ("#N/A", "#VALUE!", "#NUM!") or not when:
            yield f"error {value} is none that functions give, or says not when"
    yield from _argument_findings(function)


def _argument_findings(function: CellFunction) -> Iterable[str]:
    names = [a.name for a in function.arguments]
    if len(names) + sum(map(len, names)) > LONGEST_NAMES:
        yield "the names of the arguments are too long together"
    if len(set(names)) < len(names):
        yield "two arguments have one name"
    if any(before.optional and not after.optional for before, after in pairwise(function.arguments)):
        yield "optional arguments come last"
    if function.follows and function.follows not in names:
        yield f"the result follows {function.follows}, which is no argument"
    for argument in function.arguments:
        if not re.fullmatch(r"[a-z]+(_[a-z]+)*", argument.name) or argument.name in RESERVED_WORDS or _CELL_LIKE.fullmatch(argument.name.upper()):
            yield f"argument {argument.name}: the name is lower case words with underscores, and no word of Visual Basic"
        yield from (f"argument {argument.name}: {finding}" for finding in _text_findings("description", argument.description))
        if argument.optional and "blank" not in argument.description.casefold():
            yield f"argument {argument.name}: says not what a blank means"


def _text_findings(what: str, text: str, longest: int = LONGEST_TEXT) -> Iterable[str]:
    if not text.strip() or not text.strip().endswith("."):
        yield f"{what} is a sentence"
    if len(text) > longest:
        yield f"{what} has {len(text)} characters, {longest} are shown"
    if any(ord(letter) < 32 for letter in text):
        yield f"{what} breaks the line"
