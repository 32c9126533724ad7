r"""Short questions and answers between Excel's macros and Python: lines `key=value`, a backslash doubled and a line feed as `\n` in values."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLAIN = {r"\\": "\\", r"\n": "\n"}


def read_lines(text: str) -> dict[str, str]:
    r"""The values by key; lines without an equals sign are passed over, of a key that comes twice the first counts, as in the macros.

    >>> read_lines("state=done\nmessage=C:\\\\new\n")
    {'state': 'done', 'message': 'C:\\new'}
    """
    found: dict[str, str] = {}
    for line in text.split("\n"):
        key, equals, value = line.removesuffix("\r").partition("=")
        if equals:
            found.setdefault(key, re.sub(r"\\\\|\\n", lambda m: _PLAIN[m[0]], value))
    return found


def write_lines(values: Mapping[str, object]) -> str:
    r"""One line per value, in their order.

    >>> write_lines({"state": "done", "message": "first\nsecond"})
    'state=done\nmessage=first\\nsecond\n'
    """
    return "".join(f"{key}={_escaped(str(value))}\n" for key, value in values.items())


def _escaped(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n").replace("\\", "\\\\").replace("\n", "\\n")
