"""Reads formulas of one function whose arguments are literals: numbers, texts, TRUE, FALSE and array constants such as `{1,2;3,4}`."""

from __future__ import annotations

import re
from typing import Any

from sop_xl.blocks import CellError
from sop_xl.functions import call

_TOKEN = re.compile(r'\s*(?:("(?:[^"]|"")*")|([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(TRUE|FALSE)|([{},;()]))')


def evaluate(formula: str) -> Any:
    """Result of the formula as its cell gets it."""
    return call(*taken_apart(formula))


def taken_apart(formula: str) -> tuple[str, list[Any]]:
    """Name and arguments of the formula; nothing between two commas is `None`."""
    name, rest = re.fullmatch(r"=(\w+)\((.*)\)", formula, re.DOTALL).groups()  # type: ignore[union-attr]
    return name, _arguments(rest)


def is_error(result: Any) -> bool:
    """Whether a result, or any cell of it, is an error value."""
    cells = [value for row in result for value in row] if isinstance(result, list) else [result]
    return any(isinstance(value, CellError) for value in cells)


def _arguments(text: str) -> list[Any]:
    arguments: list[Any] = []
    place, expected = 0, True
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        assert match, f"no literal at {text[place:]!r}"
        if match[4] == ",":
            arguments += [None] if expected else []
            expected, place = True, match.end()
            continue
        value, place = _array(text, match.end()) if match[4] == "{" else (_scalar(match), match.end())
        arguments.append(value)
        expected = False
    return arguments


def _array(text: str, place: int) -> tuple[list[list[Any]], int]:
    rows: list[list[Any]] = [[]]
    while True:
        match = _TOKEN.match(text, place)
        assert match, f"no literal at {text[place:]!r}"
        place = match.end()
        if match[4] == "}":
            assert len({len(row) for row in rows}) == 1, "rows of one length"
            return rows, place
        if match[4] == ";":
            rows.append([])
        elif match[4] != ",":
            rows[-1].append(_scalar(match))


def _scalar(match: re.Match[str]) -> Any:
    if match[1]:
        return match[1][1:-1].replace('""', '"')
    return float(match[2]) if match[2] else match[3] == "TRUE"
