"""Functions that tell how the others are."""

from __future__ import annotations

import platform
from typing import Any

from sop_xl import __version__
from sop_xl.blocks import CellError
from sop_xl.functions.registry import Argument, Kind, cell_function, functions, last_error

_FIGURES = ("version", "python", "functions", "results kept", "results reused")


@cell_function(
    "SOP_STATUS",
    description="Whether the functions answer, and which: version of sop_xl and of Python, number of functions, results kept and reused.",
    arguments=(Argument("figure", f"One of {', '.join(_FIGURES)}. Blank = all in one line.", Kind.TEXT, "", choices=_FIGURES),),
    returns="Text; with a figure its value.",
    example="=SOP_STATUS()",
    cached=False,
)
def status(figure: str = "") -> Any:
    """Nothing here tells the time, so that the same workbook says the same."""
    from sop_xl.functions.cache import RESULTS

    known: dict[str, Any] = {
        "version": __version__,
        "python": platform.python_version(),
        "functions": len(functions()),
        "results kept": len(RESULTS),
        "results reused": RESULTS.hits,
    }
    if figure:
        return known[figure]
    return (
        f"sop_xl {known['version']}, Python {known['python']}, {known['functions']} functions, "
        f"{known['results kept']} results kept, {known['results reused']} reused"
    )


@cell_function(
    "SOP_LASTERROR",
    description="Why a function has no result, in words. Give the failing cell (so that this one is computed after it), or the name of a function, or nothing for the last failure.",
    arguments=(Argument("cell", "The failing cell, or the name of a function such as \"SOP_FORECAST\". Blank = the last failure of any.", Kind.ANY, None),),
    returns="Text; empty where nothing failed.",
    example='=SOP_LASTERROR("SOP_FORECAST")',
    cached=False,
)
def lasterror(cell: Any = None) -> Any:
    """See `registry.last_error`."""
    if cell is None or isinstance(cell, CellError):  # Excel hands over the error, not where it stands
        return last_error()
    name = cell.strip().upper() if isinstance(cell, str) else ""
    if isinstance(cell, list | tuple):
        return _of_range(cell)
    return last_error(name) if name in functions() else ""


def _of_range(rows: Any) -> str:
    """The last failure where a cell of the range shows one."""
    return last_error() if any(isinstance(value, CellError) for row in rows for value in row) else ""
