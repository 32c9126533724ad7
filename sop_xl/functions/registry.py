"""What every cell function is called, takes, gives and refuses; the one place that Excel, files and documentation read it from.

A function is registered where it is written:

>>> from sop_xl.functions import call
>>> call("SOP_EOQ", [1200, 50, 2.4])
223.60679774997897
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sop_xl.blocks import CellError, CellValue
from sop_xl.errors import FrameError, SopError

Rows = Sequence[Sequence[CellValue]]
"""A range's values, top to bottom, each row left to right."""
CellArgument = CellValue | Rows
"""What a cell hands over: one value, or a range's."""
CellResult = CellValue | list[list[CellValue]]
"""What a cell gets: one value, or rows that spill. `CellError` is an Excel error value; `None` is an empty cell."""

NOT_AVAILABLE, BAD_VALUE, BAD_NUMBER = CellError("#N/A"), CellError("#VALUE!"), CellError("#NUM!")
MISSING: Any = object()
"""Default of an argument that must be given."""

TOPICS = ("demand", "accuracy", "inventory", "supply", "finance", "status")
"""Modules of this package that hold functions, in the order in which documentation lists them."""


class Kind(StrEnum):
    """What an argument is taken as; the coercion is in `values`."""

    NUMBER = "number"
    NUMBERS = "numbers"  # one row or one column
    GRID = "grid"  # numbers in rows, one row per thing; a single column is one thing
    TEXT = "text"
    TEXTS = "texts"  # one row or one column
    TABLE = "table"  # any values in rows
    FLAG = "flag"
    DATE = "date"
    ANY = "any"


class FunctionError(SopError):
    """Why a function has no result: an Excel error value for the cell, a sentence for `SOP_LASTERROR`."""

    def __init__(self, value: CellError, reason: str) -> None:
        self.value = value
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a cell function.

    Parameters
    ----------
    name
        As the function wizard shows it: lower case, underscores.
    description
        What it is, with its unit, and what a blank means; at most 255 characters.
    kind
        See `Kind`.
    default
        Value where the argument is left out; `MISSING` where it must be given.
    """

    name: str
    description: str
    kind: Kind
    default: Any = MISSING

    @property
    def optional(self) -> bool:
        """Whether the argument may be left out."""
        return self.default is not MISSING


@dataclass(frozen=True, slots=True)
class CellFunction:
    """A function of a cell.

    Parameters
    ----------
    name
        `SOP_` and letters.
    topic
        One of `TOPICS`.
    description
        One paragraph of at most 255 characters.
    arguments
        In the order of the formula; optional ones last.
    returns
        Shape and unit of the result, in words.
    errors
        `(error value, when)`, e.g. `("#N/A", "no history is given")`.
    example
        A formula that works as it stands, literals only.
    compute
        Takes the coerced arguments by position; gives a value, rows, or raises `FunctionError`.
    source
        Where the method is written down; `""` where it is arithmetic.
    cached
        Whether the same arguments give the same result for ever; not so for `SOP_STATUS` and `SOP_LASTERROR`.
    """

    name: str
    topic: str
    description: str
    arguments: tuple[Argument, ...]
    returns: str
    errors: tuple[tuple[str, str], ...]
    example: str
    compute: Callable[..., Any]
    source: str = ""
    cached: bool = True


_FUNCTIONS: dict[str, CellFunction] = {}
_last_error: list[str] = []


def cell_function(
    name: str,
    *,
    description: str,
    arguments: Sequence[Argument],
    returns: str,
    example: str,
    errors: Sequence[tuple[str, str]] = (),
    source: str = "",
    cached: bool = True,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the decorated function; it stays an ordinary function that tests can call.

    Raises
    ------
    FrameError
        Where the name is taken.
    """

    def register(compute: Callable[..., Any]) -> Callable[..., Any]:
        if name in _FUNCTIONS:
            raise FrameError(f"{name} is registered twice")
        topic = compute.__module__.rpartition(".")[2]
        _FUNCTIONS[name] = CellFunction(
            name,
            topic,
            description,
            tuple(arguments),
            returns,
            tuple(errors),
            example,
            compute,
            source,
            cached,
        )
        return compute

    return register


def functions() -> Mapping[str, CellFunction]:
    """Every cell function by name, by topic and then as written; importing them costs no heavy package."""
    for topic in TOPICS:
        importlib.import_module(f"sop_xl.functions.{topic}")
    return {f.name: f for topic in TOPICS for f in _FUNCTIONS.values() if f.topic == topic}


def call(name: str, arguments: Sequence[CellArgument]) -> CellResult:
    """Compute a cell function as a cell does.

    Parameters
    ----------
    name
        In any case, `SOP_EOQ`.
    arguments
        By position; trailing optional ones may be left out, and `None` in the place of an optional one is its default.

    Returns
    -------
    CellResult
        Never raises for what a planner typed: mistakes are an Excel error value, and `last_error` has the sentence.
    """
    from sop_xl.functions.values import coerced, plain_result

    function = functions().get(name.upper())
    try:
        if function is None:
            raise FunctionError(CellError("#NAME?"), f"there is no function {name}")
        return plain_result(function.compute(*coerced(function, arguments)))
    except FunctionError as error:
        _last_error[:] = [f"{name.upper()}: {error}"]
        return error.value


def last_error() -> str:
    """Why the last function without a result had none; `""` where all had one."""
    return _last_error[0] if _last_error else ""
