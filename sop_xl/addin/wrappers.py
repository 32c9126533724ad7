"""One VBA function per cell function, from the registry: what Excel lists, offers while typing and calls."""

from __future__ import annotations

from collections.abc import Iterable

from sop_xl.functions.reference import LONGEST_TEXT, RESERVED_WORDS
from sop_xl.functions.registry import Argument, CellFunction

MODULE = "SopFunctions"
CATEGORY = 14
"""Excel's number of the category "User Defined"; the named one is given when the add-in opens."""
_STATUS = "status"


def wrapper_module(functions: Iterable[CellFunction]) -> str:
    """Source of the module that holds a wrapper for each function."""
    head = [
        f'Attribute VB_Name = "{MODULE}"',
        "Option Explicit",
        "",
        "' Made from the register of cell functions; changes belong there.",
        "",
        f"Public Function {MODULE}_Sentinel() As String",
        f'    {MODULE}_Sentinel = "{MODULE}"',
        "End Function",
    ]
    return "\n".join(head + [line for f in functions for line in ("", *wrapper(f))]) + "\n"


def wrapper(function: CellFunction) -> list[str]:
    """Lines of one wrapper.

    A handler stands before anything else: an error that nobody handles would stop a calculation. Every argument is a
    Variant that takes a range, an array or a value; what was left out goes to Python as an empty cell.
    """
    name = function.name
    failed = "SopValues_FailedText" if function.topic == _STATUS else "SopValues_Failed"
    empties = ", ".join("Empty" for _ in function.arguments)
    return [
        *_signature(function),
        f'Attribute {name}.VB_Description = "{attribute_text(function.description)}"',
        f'Attribute {name}.VB_ProcData.VB_Invoke_Func = " \\n{CATEGORY}"',
        "    On Error GoTo sopFailedHere",
        "    Dim sopArguments As Variant",
        f"    sopArguments = Array({empties})",
        *(line for k, a in enumerate(function.arguments) for line in _handed_over(k, a)),
        f'    {name} = SopValues_Result(SopBridge_Call("{name}", sopArguments))',
        "    Exit Function",
        "sopFailedHere:",
        f'    {name} = {failed}("{name}", Err.Description)',
        "End Function",
    ]


def argument_name(argument: Argument) -> str:
    """The argument's name in VBA, which keeps some words for itself."""
    return f"{argument.name}_value" if argument.name in RESERVED_WORDS else argument.name


def attribute_text(text: str) -> str:
    """A text as it may stand in an attribute: ASCII, no quotes or escapes, at most as long as Excel shows."""
    plain = text.replace("\N{EN DASH}", "-").replace("\N{EM DASH}", "-").replace('"', "'").replace("\\", "/")
    return " ".join(plain.encode("ascii", "replace").decode("ascii").split())[:LONGEST_TEXT]


def _signature(function: CellFunction) -> list[str]:
    parameters = [
        f"{'Optional ' if a.optional else ''}ByRef {argument_name(a)} As Variant" for a in function.arguments
    ]
    if not parameters:
        return [f"Public Function {function.name}() As Variant"]
    one_line = f"Public Function {function.name}({', '.join(parameters)}) As Variant"
    if len(one_line) <= 120:
        return [one_line]
    *first, last = parameters
    return [
        f"Public Function {function.name}( _",
        *(f"    {p}, _" for p in first),
        f"    {last}) As Variant",
    ]


def _handed_over(position: int, argument: Argument) -> list[str]:
    name = argument_name(argument)
    if not argument.optional:
        return [f"    sopArguments({position}) = SopValues_Given({name})"]
    return [
        f"    If Not IsMissing({name}) Then",
        f"        sopArguments({position}) = SopValues_Given({name})",
        "    End If",
    ]
