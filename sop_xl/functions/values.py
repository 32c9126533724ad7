"""From what a cell holds to what a function computes with, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from sop_xl.blocks import CellError, CellValue
from sop_xl.functions.registry import (
    BAD_VALUE,
    NOT_AVAILABLE,
    Argument,
    CellArgument,
    CellFunction,
    CellResult,
    FunctionError,
    Kind,
)


def coerced(function: CellFunction, arguments: Any) -> list[Any]:
    """The arguments as the function takes them. Raises `FunctionError` with the argument's name."""
    if len(arguments) > len(function.arguments):
        raise FunctionError(
            BAD_VALUE, f"expected at most {len(function.arguments)} arguments, got {len(arguments)}"
        )
    given = [*arguments, *[None] * (len(function.arguments) - len(arguments))]
    return [_coerced(argument, value) for argument, value in zip(function.arguments, given, strict=True)]


def _coerced(argument: Argument, value: CellArgument) -> Any:
    if value is None:
        if argument.optional:
            return argument.default
        raise FunctionError(NOT_AVAILABLE, f"{argument.name} is empty")
    if isinstance(value, CellError):
        raise FunctionError(value, f"{argument.name} is the error {value}")
    if argument.kind is Kind.NUMBER:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FunctionError(BAD_VALUE, f"expected a number for {argument.name}, got {value!r}")
        return float(value)
    return value


def plain_result(result: Any) -> CellResult:
    """A computed value or array as cells hold it: NaN is an empty cell, numpy types are Python's."""
    array = np.asarray(result, dtype=object)
    if array.ndim == 0:
        return _plain(array.item())
    return [[_plain(value) for value in row] for row in np.atleast_2d(array)]


def _plain(value: Any) -> CellValue:
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and np.isnan(value) else value
