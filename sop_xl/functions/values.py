"""From what a cell holds to what a function computes with, and back.

Everywhere an empty cell, and a text without characters as a formula leaves it, is absent: NaN among numbers, never 0. A text is never
read as a number, and an error value is handed on as the function's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt

from sop_xl.blocks import CellError, CellValue
from sop_xl.errors import quote
from sop_xl.functions.registry import (
    BAD_NUMBER,
    BAD_VALUE,
    NOT_AVAILABLE,
    Argument,
    CellArgument,
    CellFunction,
    CellResult,
    FunctionError,
    Kind,
)

Floats = npt.NDArray[np.float64]
_EPOCH = datetime(1899, 12, 30)
_LAST_SERIAL = 2_958_466
_RANGES = (Kind.NUMBERS, Kind.GRID, Kind.MATRIX, Kind.EACH, Kind.TEXTS, Kind.TABLE)
_ARRAYS = (Kind.NUMBERS, Kind.GRID, Kind.MATRIX, Kind.EACH)


def coerced(function: CellFunction, arguments: Sequence[CellArgument]) -> list[Any]:
    """The arguments as the function takes them. Raises `FunctionError` with the argument's name and the place in its range.

    Numbers come as float (`WHOLE`: int), ranges of numbers as arrays of float: `NUMBERS` (n,), `GRID` (things, periods), `MATRIX` and `EACH`
    (rows, columns) with NaN where a cell is empty; `TEXTS` as a list, `TABLE` as rows of cell values.
    """
    if len(arguments) > len(function.arguments):
        raise FunctionError(
            BAD_VALUE, f"expected at most {len(function.arguments)} arguments, got {len(arguments)}"
        )
    given = [*arguments, *[None] * (len(function.arguments) - len(arguments))]
    return [_coerced(argument, value) for argument, value in zip(function.arguments, given, strict=True)]


def lies_down(function: CellFunction, arguments: Sequence[CellArgument]) -> bool:
    """Whether the result lies in rows: it does unless the argument that it follows is a column of several cells."""
    for argument, value in zip(function.arguments, arguments, strict=False):
        if argument.name == function.follows and _is_range(value):
            rows = _rows(argument.name, value)
            return len(rows) < 2 or len(rows[0]) > 1
    return True


def plain_result(result: Any, *, upright: bool = False) -> CellResult:
    """A computed value or array as cells hold it: NaN is `#N/A`, infinity `#NUM!`, `None` an empty cell, numpy types are Python's.

    Parameters
    ----------
    result
        A value, a row of them, or rows.
    upright
        Rows become columns.
    """
    array = result if isinstance(result, np.ndarray) else np.asarray(result, dtype=object)
    if array.ndim > 0:
        array = np.atleast_2d(array)
        array = array.T if upright else array
    if array.size == 1:
        return _plain(array.item())
    if array.size == 0:
        raise FunctionError(NOT_AVAILABLE, "there is nothing to show")
    rows: list[list[Any]] = array.tolist()
    if array.dtype.kind == "f" and np.isfinite(array).all():
        return rows
    return [[_plain(value) for value in row] for row in rows]


def _plain(value: Any) -> CellValue:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return NOT_AVAILABLE if math.isnan(value) else BAD_NUMBER
    if type(value) is str and len(value) > 255:
        return value[:254] + "…"  # longer texts in a range have cost whole results
    return value  # type: ignore[no-any-return]


def _coerced(argument: Argument, value: CellArgument) -> Any:
    if argument.kind is Kind.ANY:
        return argument.default if _is_blank(value) and argument.optional else value
    if argument.kind not in _RANGES and _is_range(value):
        value = _single(argument, value)
    if isinstance(value, CellError):
        raise FunctionError(value, f"{argument.name} is the error {value}")
    if _is_blank(value):
        if argument.optional:
            return argument.default
        raise FunctionError(NOT_AVAILABLE, f"{argument.name} is empty")
    if argument.kind in _ARRAYS:
        return _array(argument, value)
    if argument.kind in (Kind.TEXTS, Kind.TABLE):
        return _texts(argument, value) if argument.kind is Kind.TEXTS else _table(argument, value)
    return _SCALARS[argument.kind](argument, value)


def _is_range(value: Any) -> bool:
    return isinstance(value, list | tuple | np.ndarray)


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not isinstance(value, CellError) and not value.strip()) or (
        isinstance(value, float) and math.isnan(value)
    )


def _rows(name: str, value: Any) -> list[list[Any]]:
    """A range's rows; a flat list is one row, a single value a range of one cell."""
    if isinstance(value, np.ndarray):
        value = np.atleast_2d(value).tolist()
    if not _is_range(value):
        return [[value]]
    rows = [list(row) if _is_range(row) else row for row in value]
    if not any(isinstance(row, list) for row in rows):
        return [rows]
    if any(not isinstance(row, list) or len(row) != len(rows[0]) for row in rows):
        raise FunctionError(BAD_VALUE, f"{name}: rows of different lengths")
    return rows


def _single(argument: Argument, value: Any) -> Any:
    rows = _rows(argument.name, value)
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0]
    size = f"{len(rows)} x {len(rows[0])}" if rows and rows[0] else "no"
    raise FunctionError(BAD_VALUE, f"{argument.name}: expected one cell, got {size} cells")


def _wrong(argument: Argument, place: str, expected: str, got: Any) -> FunctionError:
    if isinstance(got, CellError):
        return FunctionError(got, f"{argument.name}{place} is the error {got}")
    shown = {True: "TRUE", False: "FALSE"}[got] if isinstance(got, bool) else f"a date {got:%Y-%m-%d}" if isinstance(got, date) else quote(got)
    return FunctionError(BAD_VALUE, f"{argument.name}{place}: expected {expected}, got {shown}")


def _number(argument: Argument, value: Any, place: str = "") -> float:
    if isinstance(value, bool | CellError | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        raise _wrong(argument, place, "a number", value)
    number = float(value)
    if math.isinf(number):
        raise FunctionError(BAD_NUMBER, f"{argument.name}{place} is not finite")
    return number


def _bounded(argument: Argument, number: float, place: str = "") -> float:
    low, high = argument.least, argument.most
    if (low is not None and number < low) or (high is not None and number > high):
        limits = f"{low:g} to {high:g}" if low is not None and high is not None else f"{low:g} or more" if low is not None else f"{high:g} or less"
        raise FunctionError(BAD_NUMBER, f"{argument.name}{place}: expected {limits}, got {number:g}")
    return number


def _whole(argument: Argument, value: Any) -> int:
    number = _number(argument, value)
    if abs(number - round(number)) > 1e-9:
        raise FunctionError(BAD_VALUE, f"{argument.name}: expected a whole number, got {number:g}")
    return round(_bounded(argument, number))


def _array(argument: Argument, value: Any) -> Any:
    rows = _rows(argument.name, value)
    if not rows or not rows[0]:
        raise FunctionError(NOT_AVAILABLE, f"{argument.name} is empty")
    array = np.array([[cell if type(cell) is float else _cell(argument, cell, i, j, rows) for j, cell in enumerate(row)] for i, row in enumerate(rows)])
    known = array[~np.isnan(array)]
    if not known.size and not argument.may_be_empty:
        if argument.optional:
            return argument.default
        raise FunctionError(NOT_AVAILABLE, f"{argument.name} is empty")
    outside = np.zeros(array.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        for bad in (np.isinf(array), array < argument.least if argument.least is not None else outside, array > argument.most if argument.most is not None else outside):
            outside = outside | bad
    if outside.any():
        i, j = (int(k) for k in np.argwhere(outside)[0])
        _bounded(argument, float(array[i, j]), _place(i, j, rows))
        raise FunctionError(BAD_NUMBER, f"{argument.name}{_place(i, j, rows)} is not finite")
    return _in_shape(argument, array)


def _in_shape(argument: Argument, array: Floats) -> Floats:
    if argument.kind is Kind.NUMBERS:
        return np.asarray(_line(argument, array))
    if argument.kind is Kind.GRID and array.shape[1] == 1:
        return np.ascontiguousarray(array.T)
    return array


def _line(argument: Argument, array: Any) -> Any:
    if min(array.shape) > 1:
        raise FunctionError(BAD_VALUE, f"{argument.name}: expected one row or one column, got {array.shape[0]} x {array.shape[1]} cells")
    return array.ravel()


def _cell(argument: Argument, value: Any, i: int, j: int, rows: list[list[Any]]) -> float:
    return math.nan if _is_blank(value) else _number(argument, value, _place(i, j, rows))


def _place(i: int, j: int, rows: list[list[Any]]) -> str:
    return "" if len(rows) == 1 and len(rows[0]) == 1 else f", row {i + 1}, column {j + 1}"


def _text(argument: Argument, value: Any, place: str = "") -> str:
    if isinstance(value, CellError | bool):
        raise _wrong(argument, place, "a text", value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # an item called 101 is 101.0 in a cell
    text = f"{value:%Y-%m-%d}" if isinstance(value, date) else str(value).strip()
    if not argument.choices:
        return text
    by_name = {choice.casefold(): choice for choice in argument.choices}
    if text.casefold() in by_name:
        return by_name[text.casefold()]
    near = get_close_matches(text.casefold(), by_name, n=1)
    hint = f" (did you mean {by_name[near[0]]}?)" if near else ""
    raise FunctionError(BAD_VALUE, f"{argument.name}{place}: expected {_one_of(argument.choices)}, got {quote(text)}{hint}")


def _one_of(choices: Sequence[str]) -> str:
    return f"one of {', '.join(choices)}" if len(choices) > 1 else choices[0]


def _texts(argument: Argument, value: Any) -> list[str]:
    rows = _rows(argument.name, value)
    cells = [("" if _is_blank(cell) else _text(argument, cell, _place(i, j, rows))) for i, row in enumerate(rows) for j, cell in enumerate(row)]
    if not any(cells):
        if argument.optional:
            return argument.default  # type: ignore[no-any-return]
        raise FunctionError(NOT_AVAILABLE, f"{argument.name} is empty")
    _line(argument, np.empty((len(rows), len(rows[0]))))
    return cells


def _table(argument: Argument, value: Any) -> list[list[CellValue]]:
    rows = _rows(argument.name, value)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if isinstance(cell, CellError):
                raise _wrong(argument, _place(i, j, rows), "", cell)
    return [[None if _is_blank(cell) else cell for cell in row] for row in rows]


def _flag(argument: Argument, value: Any) -> bool:
    if isinstance(value, bool | np.bool_) or (isinstance(value, int | float) and value in (0, 1)):
        return bool(value)
    raise _wrong(argument, "", "TRUE or FALSE", value)


def _date(argument: Argument, value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if not isinstance(value, bool) and isinstance(value, int | float) and 61 <= value < _LAST_SERIAL:
        return (_EPOCH + timedelta(days=math.floor(value))).date()
    raise _wrong(argument, "", "a date", value)


_SCALARS: dict[Kind, Callable[[Argument, Any], Any]] = {
    Kind.NUMBER: lambda argument, value: _bounded(argument, _number(argument, value)),
    Kind.WHOLE: _whole,
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
    Kind.DATE: _date,
}
