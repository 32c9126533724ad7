"""Formulas as text: moving relative references, as Excel does when it copies a cell.

Needed where a group of cells shares one stored formula, and where the formula of a calculated column is filled down.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sop_xl.blocks import column_letters, parse_a1

_MAX_ROW, _MAX_COLUMN = 1_048_576, 16_384
_TOKEN = re.compile(
    r"""(?P<skip>"(?:[^"]|"")*"|'(?:[^']|'')*'!?)"""
    r"""|(?P<bracket>\[)"""
    r"""|(?P<columns>(?<![\w.\\])\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.(\\!]))"""
    r"""|(?P<rows>(?<![\w.\\$:])\$?\d{1,7}:\$?\d{1,7}(?![\w.(\\!]))"""
    r"""|(?P<cell>(?<![\w.\\])\$?[A-Za-z]{1,3}\$?[1-9]\d{0,6}(?![\w.(\\!]))"""
    r"""|(?P<word>[\w.\\]+)"""
)
_CELL = re.compile(r"(\$?)([A-Za-z]{1,3})(\$?)(\d+)")


def move_formula(formula: str, rows: int, columns: int) -> str:
    """Formula text with its relative references moved; what would leave the sheet becomes `#REF!`.

    >>> move_formula('SUM(A1:$B$2)*Items!C3&"A1"', 1, 2)
    'SUM(C2:$B$2)*Items!E4&"A1"'
    """
    return "".join(
        piece if isinstance(piece, str) else _moved(piece[0], piece[1], rows, columns)
        for piece in _pieces(formula)
    )


@lru_cache(maxsize=256)
def _pieces(formula: str) -> tuple[str | tuple[str, str], ...]:
    """Formula as plain stretches and references `(kind, text)`; text, names and structured references stay plain."""
    pieces: list[str | tuple[str, str]] = []
    position = 0
    while match := _TOKEN.search(formula, position):
        pieces.append(formula[position : match.start()])
        kind, end = match.lastgroup or "", match.end()
        if kind == "bracket":
            end = closing_bracket(formula, match.start())
            pieces.append(formula[match.start() : end])
        elif kind in ("cell", "columns", "rows"):
            pieces.append((kind, match[0]))
        else:
            pieces.append(match[0])
        position = end
    pieces.append(formula[position:])
    return tuple(piece for piece in pieces if piece)


def closing_bracket(formula: str, start: int) -> int:
    """Place after the bracket that closes the one at `start`; the end of the text where none does."""
    depth, k = 0, start
    while k < len(formula):
        letter = formula[k]
        if letter == "'":  # escapes the next sign inside a structured reference
            k += 1
        elif letter == "[":
            depth += 1
        elif letter == "]":
            depth -= 1
            if not depth:
                return k + 1
        k += 1
    return len(formula)


def _moved(kind: str, text: str, rows: int, columns: int) -> str:
    if kind == "cell":
        match = _CELL.fullmatch(text)
        assert match is not None
        row = int(match[4]) + (0 if match[3] else rows)
        column = parse_a1(match[2] + "1")[1]
        if column > _MAX_COLUMN or int(match[4]) > _MAX_ROW:
            return text  # a name that only looks like an address
        column += 0 if match[1] else columns
        if not (1 <= row <= _MAX_ROW and 1 <= column <= _MAX_COLUMN):
            return "#REF!"
        return f"{match[1]}{column_letters(column)}{match[3]}{row}"
    ends = []
    for end in text.split(":"):
        fixed, name = end.startswith("$"), end.lstrip("$")
        place = parse_a1(name + "1")[1] if kind == "columns" else int(name)
        place += 0 if fixed else (columns if kind == "columns" else rows)
        if not 1 <= place <= (_MAX_COLUMN if kind == "columns" else _MAX_ROW):
            return "#REF!"
        ends.append(("$" if fixed else "") + (column_letters(place) if kind == "columns" else str(place)))
    return ":".join(ends)


def has_relative_rows(formula: str) -> bool:
    """Whether a formula cites cells by a row that moves with it."""
    return move_formula(formula, 1, 0) != formula or move_formula(formula, -1, 0) != formula


def addresses_in(formula: str) -> list[str]:
    """Every cell reference of a formula as it stands there."""
    return [piece[1] for piece in _pieces(formula) if not isinstance(piece, str) and piece[0] == "cell"]
