"""What every cell function is called, takes, gives and refuses; the one place that Excel, files and documentation read it from.

A function is registered where it is written:

>>> from sop_xl.functions import call
>>> round(call("SOP_EOQ", [1200, 50, 2.4]), 3)
223.607
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sop_xl.blocks import CellError, CellValue
from sop_xl.errors import FrameError, PlanError, SopError

Rows = Sequence[Sequence[CellValue]]
"""A range's values, top to bottom, each row left to right."""
CellArgument = CellValue | Rows
"""What a cell hands over: one value, or a range's."""
CellResult = CellValue | list[list[CellValue]]
"""What a cell gets: one value, or rows that spill. `CellError` is an Excel error value; `None` is an empty cell."""

NOT_AVAILABLE, BAD_VALUE, BAD_NUMBER = CellError("#N/A"), CellError("#VALUE!"), CellError("#NUM!")
MISSING: Any = object()
"""Default of an argument that must be given."""

LOG = logging.getLogger(__name__)
TOPICS = ("demand", "accuracy", "inventory", "supply", "finance", "status")
"""Modules of this package that hold functions, in the order in which documentation lists them."""


class Kind(StrEnum):
    """What an argument is taken as; the coercion is in `values`."""

    NUMBER = "number"
    WHOLE = "whole number"
    EACH = "each"  # one number or any range of numbers; the function is computed cell by cell
    NUMBERS = "numbers"  # one row or one column
    GRID = "grid"  # numbers in rows, one row per thing; a single column is one thing
    MATRIX = "matrix"  # numbers in rows and columns as they stand
    TEXT = "text"
    TEXTS = "texts"  # one row or one column
    TABLE = "table"  # any values in rows
    FLAG = "flag"
    DATE = "date"
    ANY = "any"  # handed on as it is, error values too


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
        Value where the argument is left out; `MISSING` where it must be given. `None` = the function decides, as the description says.
    least, most
        Bounds of a number, both included; numbers outside are refused with `#NUM!`.
    choices
        The words that a text may be, in any case; empty = any text.
    may_be_empty
        Whether a range that must be given may be all blank; it is then NaN throughout.
    """

    name: str
    description: str
    kind: Kind
    default: Any = MISSING
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    may_be_empty: bool = False

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
    follows
        Name of the argument whose direction the result has: rows where it lies, a column where it is one. `""` = as computed, rows.
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
    follows: str = ""


_FUNCTIONS: dict[str, CellFunction] = {}
_last_errors: dict[str, str] = {}  # by function, until it succeeds
_latest: list[str] = []  # the last failure of any, one at most


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
    follows: str = "",
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
            follows,
        )
        return compute

    return register


@lru_cache(maxsize=1)
def functions() -> Mapping[str, CellFunction]:
    """Every cell function by name, by topic and then as written; importing them costs no heavy package."""
    for topic in TOPICS:
        importlib.import_module(f"sop_xl.functions.{topic}")
    return MappingProxyType({f.name: f for topic in TOPICS for f in _FUNCTIONS.values() if f.topic == topic})


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
        Never raises: mistakes of a planner and of ours are an Excel error value, `last_error` has the sentence, and the log the traceback of ours.
    """
    known = name.strip().upper()
    try:
        return _computed(known, arguments)
    except FunctionError as error:
        _remember(known, str(error))
        return error.value
    except SopError as error:
        _remember(known, str(error))
        return BAD_NUMBER if isinstance(error, PlanError) else BAD_VALUE
    except Exception as error:
        LOG.exception("%s failed", known)
        _remember(known, f"something went wrong inside ({type(error).__name__}); the log has the details")
        return BAD_VALUE


def _computed(name: str, arguments: Sequence[CellArgument]) -> CellResult:
    import numpy as np

    from sop_xl.functions.cache import RESULTS, key_of
    from sop_xl.functions.values import coerced, lies_down, plain_result

    function = functions().get(name)
    if function is None:
        raise FunctionError(CellError("#NAME?"), f"there is no function {name}")
    values = coerced(function, arguments)
    upright = not lies_down(function, arguments)
    key = key_of(function.name, upright, values) if function.cached else b""
    found = RESULTS.get(key) if key else None
    if found is None:
        # what overflows or divides by zero is an error value in its cell
        with np.errstate(all="ignore"):
            found = plain_result(function.compute(*values), upright=upright)
        if key and not isinstance(found, CellError):
            RESULTS.put(key, found)
    _say_what_is_absent(function, found)
    return found


def _say_what_is_absent(function: CellFunction, result: CellResult) -> None:
    """A single number that does not exist is the failure of the call; single cells of a range are remembered, and the rest stands."""
    if isinstance(result, CellError):
        raise FunctionError(result, _when(function, result))
    wrong = next((value for row in result for value in row if isinstance(value, CellError)), None) if isinstance(result, list) else None
    if wrong is None:
        _last_errors.pop(function.name, None)
    else:
        _remember(function.name, f"{wrong} in some cells: {_when(function, wrong)}")


def _when(function: CellFunction, value: CellError) -> str:
    reasons = [when for error, when in function.errors if error == value]
    return " or ".join(reasons) or "the result is not a number"


def _remember(name: str, reason: str) -> None:
    _last_errors.pop(name, None)
    _last_errors[name] = f"{name}: {reason}"
    _latest[:] = [_last_errors[name]]
    while len(_last_errors) > 200:  # names that are none, too, are remembered
        del _last_errors[next(iter(_last_errors))]


def last_error(name: str = "") -> str:
    """Why a function without a result had none; `""` where it had one.

    Parameters
    ----------
    name
        Of the function that is asked for, whose last call counts; `""` = the last failure of any, which stands until the next.
    """
    if name:
        return _last_errors.get(name.strip().upper(), "")
    return _latest[0] if _latest else ""
