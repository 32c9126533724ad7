"""Arguments that must fit each other: so many rows, so many periods."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sop_xl.functions.registry import BAD_VALUE, Argument, FunctionError, Kind

Floats = npt.NDArray[np.float64]

SEASON = Argument("season", "Periods in a year: 12 months, 52 weeks, 4 quarters; 1 = no season. Blank = 12.", Kind.WHOLE, 12, 1, 366)
HEADERS = Argument("headers", "TRUE puts the name of each figure before it. Blank = FALSE: numbers alone.", Kind.FLAG, False)


def alike(**arrays: Floats) -> None:
    """Refuse ranges of different size; the first is what the others are compared with."""
    (first, wanted), *others = arrays.items()
    for name, array in others:
        if array.shape != wanted.shape:
            raise FunctionError(BAD_VALUE, f"{name} has {size_of(array)}, {first} has {size_of(wanted)}: they must be of one size")


def size_of(array: Floats) -> str:
    """Size in a planner's words."""
    if array.ndim == 1 or len(array) == 1:
        return f"{array.size} cells"
    return f"{array.shape[0]} rows of {array.shape[1]}"


def per_row(name: str, numbers: Floats | float, rows: int, of: str) -> Floats:
    """(rows,) one number for each row; a single one holds for all."""
    values = np.atleast_1d(np.asarray(numbers, dtype=np.float64))
    if values.size not in (1, rows):
        raise FunctionError(BAD_VALUE, f"{name} has {values.size} numbers for {rows} rows of {of}: give one for each row, or one for all")
    return np.broadcast_to(values, (rows,)).copy()


def per_period(name: str, numbers: Floats | float, periods: int) -> Floats:
    """(periods,) one number for each period; a single one holds for all."""
    values = np.atleast_1d(np.asarray(numbers, dtype=np.float64))
    if values.size not in (1, periods):
        raise FunctionError(BAD_VALUE, f"{name} has {values.size} numbers for {periods} periods: give one for each, or one for all")
    return np.broadcast_to(values, (periods,)).copy()


def per_cell(name: str, numbers: Floats | float | None, wanted: Floats, of: str, absent: float) -> Floats:
    """In the shape of `wanted`, (rows, periods): numbers as they stand, a column with one for each row, a row with one for each period, or one for all.

    Of a single row the numbers may stand in a row or a column. `None` is `absent` throughout.
    """
    if numbers is None:
        return np.full(wanted.shape, absent)
    values = np.atleast_2d(np.asarray(numbers, dtype=np.float64))
    if len(wanted) == 1 and values.shape == (wanted.size, 1):
        values = values.T
    if values.shape[0] not in (1, wanted.shape[0]) or values.shape[1] not in (1, wanted.shape[1]):
        raise FunctionError(
            BAD_VALUE, f"{name} has {size_of(values)}, {of} has {size_of(wanted)}: give as many, a column with one for each row, a row with one for each period, or one for all"
        )
    return np.broadcast_to(values, wanted.shape).copy()


def cell_by_cell(**arrays: Floats) -> list[Floats]:
    """Ranges of one size, one row, one column or one cell each, all brought to the largest size."""
    try:
        return [np.asarray(part, dtype=np.float64) for part in np.broadcast_arrays(*arrays.values())]
    except ValueError:
        sizes = ", ".join(f"{name} {size_of(array)}" for name, array in arrays.items() if array.size > 1)
        raise FunctionError(BAD_VALUE, f"ranges do not fit each other: {sizes}") from None
