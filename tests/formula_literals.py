"""Formulas of literals, `=SOP_EOQ(1200,50,2.4)`, taken apart without any of the project's own readers."""

from __future__ import annotations

import re

_TOKEN = re.compile(r'\s*("(?:[^"]|"")*"|[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?%?|\.\d+|TRUE|FALSE|[{},;()])\s*', re.I)


def taken_apart(formula: str) -> tuple[str, list]:
    r"""Name and arguments of a formula of literals: numbers, texts, truth values, array constants, and nothing between commas.

    >>> taken_apart('=SOP_X(1,{1,2;3,4},"a",,TRUE)')
    ('SOP_X', [1.0, [[1.0, 2.0], [3.0, 4.0]], 'a', None, True])
    """
    head = re.match(r"=(\w+)\(", formula)
    assert head is not None, f"{formula} is not a call"
    tokens = _tokens(formula[head.end() - 1 :])
    assert tokens[0] == "(" and tokens[-1] == ")", f"{formula} goes on behind the call"
    if len(tokens) == 2:
        return head[1], []
    arguments, position = [], 1
    while True:
        if tokens[position] in (",", ")"):
            value = None
        elif tokens[position] == "{":
            end = tokens.index("}", position)
            value, position = _array(tokens[position + 1 : end]), end + 1
        else:
            value, position = _literal(tokens[position]), position + 1
        arguments.append(value)
        if tokens[position] == ")":
            return head[1], arguments
        assert tokens[position] == ",", formula
        position += 1


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None, f"not a literal: {text[at:]}"
        tokens.append(match[1])
        at = match.end()
    return tokens


def _array(tokens: list[str]) -> list[list]:
    rows: list[list] = [[]]
    for token in tokens:
        if token == ";":
            rows.append([])
        elif token != ",":
            rows[-1].append(_literal(token))
    return rows


def _literal(token: str) -> float | str | bool:
    if token.startswith('"'):
        return token[1:-1].replace('""', '"')
    if token.upper() in ("TRUE", "FALSE"):
        return token.upper() == "TRUE"
    return float(token.rstrip("%")) / (100 if token.endswith("%") else 1)
