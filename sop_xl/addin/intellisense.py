"""Help while a formula is typed, as the Excel-DNA IntelliSense add-in reads it from a sheet; the wizard's texts too."""

from __future__ import annotations

from collections.abc import Iterable

from sop_xl.addin.wrappers import argument_name
from sop_xl.functions.reference import LONGEST_TEXT
from sop_xl.functions.registry import CellFunction

SHEET = "_IntelliSense_"


def intellisense_rows(functions: Iterable[CellFunction]) -> list[list[str]]:
    """The sheet's rows: a head, then per function its name, description, help topic (none) and its arguments.

    What an argument may do without is said at the end of its text.
    """
    rows = [["FunctionInfo", "1.0"]]
    for function in functions:
        row = [function.name, function.description[:LONGEST_TEXT], ""]
        for argument in function.arguments:
            row += [argument_name(argument), argument.description[:LONGEST_TEXT]]
        rows.append(row)
    return rows
