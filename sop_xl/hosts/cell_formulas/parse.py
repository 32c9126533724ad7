"""Formulas that call our functions, as trees.

Only what stands directly in an argument of ours is understood: literals, references, signs, and calls of ours. Everything else, operators and
Excel's own functions, stays text with the references and calls in it marked, since LibreOffice computes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError

from sop_xl.blocks import CellError, CellValue

Rows = list[list[CellValue]]
"""Values of a rectangle, top to bottom, each row left to right."""
_OURS = re.compile(r"sop_\w+\(")
_BEFORE = re.compile(r"(?:^|[^\w.]|_xll\.|_xlfn\.|_xludf\.)$")
# a file holds the name alone, with a link to the add-in (`[1]!`), with the add-in's path, or with a prefix that Excel gives to names it does not know
_OUR_NAME = re.compile(r"(@?)(?:'(?:[^']|'')*'!|[^'!()]*!)?(?:_xll\.|_xlfn\.|_xludf\.)*(SOP_\w+)\(", re.I)
_SPILLED = re.compile(
    r""""(?:[^"]|"")*"|\[[^\[\]]*\]|(?P<cell>(?:'(?:[^']|'')+'!|[\w.]+!)?\$?[A-Za-z]{1,3}\$?[1-9]\d*)#"""
)
_ANCHOR = re.compile(r"(?:_xlfn\.)?ANCHORARRAY\(", re.I)
_SINGLE = re.compile(r"(?:_xlfn\.)?SINGLE\(", re.I)
_HERE = re.compile(r"(?:ROW|COLUMN)\(", re.I)
_RANGE_OF_FUNCTION = re.compile(r"(.+):((?:_xlfn\.)?[A-Za-z][\w.]*\()")
_CONSTANTS: dict[str, CellValue] = {"TRUE(": True, "FALSE(": False, "NA(": CellError("#N/A")}


def calls_ours(text: str) -> bool:
    """Whether a formula, or any of those in a text, calls one of our functions, whatever stands before its name."""
    lowered = text.lower()  # one pattern without regard to case takes fifty times as long
    return any(_BEFORE.search(lowered, max(0, m.start() - 7), m.start()) for m in _OURS.finditer(lowered))


class FormulaError(Exception):
    """A formula cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: one value, or the rows of an array constant; `None` is an argument that is left out."""

    value: CellValue | Rows
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """Cells, a name or a part of a table, as written; `spilled` is the whole array that stands at a cell. No text is the formula's own cell."""

    address: str
    text: str
    spilled: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call of one of our functions; the name is in capitals and without what stood before it."""

    name: str
    arguments: tuple[Node, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A value with a sign before it, a percent sign behind it, or cut to one cell (`@`)."""

    operator: str
    of: Node
    text: str


@dataclass(frozen=True, slots=True)
class Native:
    """An expression that Excel or LibreOffice computes: text, and between it the references and the calls of ours."""

    pieces: tuple[str | Node, ...]
    text: str


Node = Constant | Reference | Call | Adjusted | Native


@lru_cache(maxsize=4096)
def parse(formula: str) -> Node:
    """Tree of a formula, with or without its equals sign.

    Raises
    ------
    FormulaError
        Where its brackets or quotes do not close.
    """
    body = _SPILLED.sub(lambda m: f"_xlfn.ANCHORARRAY({m['cell']})" if m["cell"] else m[0], formula.removeprefix("="))
    try:
        tokens = Tokenizer("=" + body).items
    except (TokenizerError, IndexError) as error:
        raise FormulaError("its brackets or quotes do not close") from error
    return _expression(tokens, _partners(tokens), 0, len(tokens))


def _partners(tokens: list[Token]) -> dict[int, int]:
    """Place of the closing token by the place of the opening one."""
    waiting: list[int] = []
    partners: dict[int, int] = {}
    for k, token in enumerate(tokens):
        if token.subtype == Token.OPEN:
            waiting.append(k)
        elif token.subtype == Token.CLOSE:
            if not waiting:
                raise FormulaError("a bracket closes that was not opened")
            partners[waiting.pop()] = k
    if waiting:
        raise FormulaError("a bracket does not close")
    return partners


def _expression(tokens: list[Token], partners: dict[int, int], start: int, end: int) -> Node:
    while start < end and tokens[start].type == Token.WSPACE:
        start += 1
    while start < end and tokens[end - 1].type == Token.WSPACE:
        end -= 1
    if start == end:
        return Constant(None)
    first, last = tokens[start], tokens[end - 1]
    text = _text(tokens, start, end)
    if end - start == 1 and first.type == Token.OPERAND:
        return _operand(first)
    if first.type == Token.OP_PRE:
        inner = _expression(tokens, partners, start + 1, end)
        if not isinstance(inner, Native):
            return Adjusted(first.value, inner, text)
    elif last.type == Token.OP_POST:
        inner = _expression(tokens, partners, start, end - 1)
        if not isinstance(inner, Native):
            return Adjusted("%", inner, text)
    elif partners.get(start) == end - 1:
        inner = _bracketed(tokens, partners, start)
        if not isinstance(inner, Native):
            return inner
    return Native(tuple(_pieces(tokens, partners, start, end)), text)


def _text(tokens: list[Token], start: int, end: int) -> str:
    return "".join(token.value for token in tokens[start:end])


def _bracketed(tokens: list[Token], partners: dict[int, int], start: int) -> Node:
    """What a bracket, braces or a call hold, where that is understood; something native otherwise."""
    token, end = tokens[start], partners[start]
    text = _text(tokens, start, end + 1)
    if token.type == Token.PAREN:
        return _expression(tokens, partners, start + 1, end)
    if token.type == Token.ARRAY:
        return Constant(_rows(tokens[start + 1 : end]), text)
    ours = _OUR_NAME.fullmatch(token.value)
    if ours:
        call = Call(ours[2].upper(), tuple(_arguments(tokens, partners, start + 1, end)), text)
        return Adjusted("@", call, text) if ours[1] else call
    if end == start + 1 and token.value.upper() in _CONSTANTS:
        return Constant(_CONSTANTS[token.value.upper()], text)
    anchor, single = _ANCHOR.fullmatch(token.value), _SINGLE.fullmatch(token.value)
    if anchor or single:
        inner = _expression(tokens, partners, start + 1, end)
        if anchor and isinstance(inner, Reference):
            return Reference(inner.address, text, spilled=True)
        if single and not isinstance(inner, Native):
            return Adjusted("@", inner, text)
    return Native((), text)


def _arguments(tokens: list[Token], partners: dict[int, int], start: int, end: int) -> list[Node]:
    if all(token.type == Token.WSPACE for token in tokens[start:end]):
        return []
    found, begin, k = [], start, start
    while k < end:
        if tokens[k].type == Token.SEP:
            found.append(_expression(tokens, partners, begin, k))
            begin = k + 1
        k = partners[k] if k in partners else k + 1
    return [*found, _expression(tokens, partners, begin, end)]


def _pieces(tokens: list[Token], partners: dict[int, int], start: int, end: int) -> list[str | Node]:
    found: list[str | Node] = []
    k = start
    while k < end:
        token, closing = tokens[k], partners.get(k)
        if closing is not None and token.type == Token.FUNC:
            inner = _bracketed(tokens, partners, k)
            if isinstance(inner, (Call, Adjusted, Reference)):
                found.append(inner)
                k = closing + 1
                continue
            found += _opening(token.value)
            if closing == k + 1 and _HERE.fullmatch(token.value):
                found.append(Reference("", ""))
        elif token.type == Token.OPERAND and token.subtype == Token.RANGE:
            before = ":" if token.value.startswith(":") else ""  # the end of a range that a function begins
            operand = _operand(token) if not before else Reference(token.value[1:], token.value[1:])
            found += [before, operand] if before else [operand]
        else:
            found.append(token.value)
        k += 1
    return found


def _opening(text: str) -> list[str | Node]:
    """Name and bracket of a native function, a range that it ends (`A1:INDEX(`) split off."""
    if _SINGLE.fullmatch(text):
        return ["("]
    match = _RANGE_OF_FUNCTION.fullmatch(text)
    return [Reference(match[1], match[1]), f":{match[2]}"] if match else [text]


def _operand(token: Token) -> Node:
    text = token.value
    if token.subtype == Token.RANGE:
        if text.startswith("@"):
            return Adjusted("@", Reference(text[1:], text[1:]), text)
        return Reference(text, text)
    return Constant(_literal(token), text)


def _literal(token: Token) -> CellValue:
    text = token.value
    if token.subtype == Token.TEXT:
        return str(text[1:-1].replace('""', '"'))
    if token.subtype == Token.LOGICAL:
        return bool(text.upper() == "TRUE")
    if token.subtype == Token.ERROR:
        return CellError(text.upper())
    try:
        return float(text)
    except ValueError:
        raise FormulaError(f"{text} is no value") from None


def _rows(tokens: list[Token]) -> Rows:
    """Rows of an array constant."""
    rows: Rows = [[]]
    sign = 1
    for token in tokens:
        if token.type == Token.SEP and token.subtype == Token.ROW:
            rows.append([])
        elif token.type == Token.OP_PRE:
            sign = -1 if token.value == "-" else 1
        elif token.type == Token.OPERAND:
            value = _literal(token)
            rows[-1].append(sign * value if isinstance(value, float) else value)
            sign = 1
    if len({len(row) for row in rows}) != 1:
        raise FormulaError("an array constant has rows of unequal length")
    return rows
