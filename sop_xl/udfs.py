"""The functions as the xlwings server calls them: one per cell function, under its name, made from the register.

Excel's side is the VBA that `sop_xl.addin` writes. It calls by name; the server finds the function in this module, reads in
its `__xlfunc__` how to convert arguments, and hands the result back. Nothing here needs xlwings or Windows. Error values
cannot travel to Excel as such: they go as text behind a mark that the VBA knows.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sop_xl.blocks import CellError, CellValue
from sop_xl.functions import CellFunction, call, functions
from sop_xl.functions.registry import CellArgument
from sop_xl.functions.warm_up import IdleWarmUp, warm_up

CATEGORY = "S&OP"
ERROR_MARK = "sop_xl:error:"
"""Before the name of an error value on its way to Excel; `SopValues.bas` takes it off again."""
_FROM_CELLS = {"ndim": 2, "err_to_str": True}
"""How xlwings hands over an argument: always rows, error values by name rather than as empty."""
_ERROR_NAMES = frozenset(("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"))
_ERROR_CODES = range(-2146826288, -2146826230)
"""Numbers as which errors arrive whose names xlwings does not know, such as #SPILL!."""


_IDLE: IdleWarmUp | None = None
"""Fetches heavy packages after the first call, in a pause; set where Excel is served."""


def _face(function: CellFunction) -> Callable[..., Any]:
    """A function that the server can call, with what the server wants to know about it."""

    def face(*arguments: Any) -> Any:
        shown = _to_cells(call(function.name, [_from_cells(a) for a in arguments]))
        if _IDLE is not None:
            _IDLE.called()
        return shown

    face.__name__ = face.__qualname__ = function.name
    face.__doc__ = function.description
    face.__xlfunc__ = _server_record(function)  # type: ignore[attr-defined]
    return face


def _server_record(function: CellFunction) -> dict[str, Any]:
    arguments = []
    for position, argument in enumerate(function.arguments):
        record = {
            "name": argument.name,
            "pos": position,
            "vba": None,
            "doc": argument.description,
            "vararg": False,
            "options": dict(_FROM_CELLS),
        }
        if argument.optional:
            record["optional"] = None  # what was left out is an empty cell; the default is the register's
        arguments.append(record)
    return {
        "name": function.name,
        "sub": False,
        "args": arguments,
        "argmap": {a["name"]: a for a in arguments},
        "ret": {"doc": function.description, "options": {}},
        "category": CATEGORY,
        "call_in_wizard": True,
        "volatile": False,
        "async_mode": None,
    }


def _from_cells(given: Any) -> CellArgument:
    """What xlwings hands over as the register takes it; a range of one cell is a value."""
    if not isinstance(given, list | tuple):
        return _read(given)
    rows = [[cell if type(cell) is float else _read(cell) for cell in row] for row in given]
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows


def _read(cell: Any) -> CellValue:
    if cell is None or (isinstance(cell, str) and not cell):
        return None
    if isinstance(cell, str):
        return CellError(cell) if cell in _ERROR_NAMES else cell
    if isinstance(cell, Decimal):  # of cells formatted as currency
        return float(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        return CellError("#VALUE!") if cell in _ERROR_CODES else float(cell)
    return cell  # type: ignore[no-any-return]


def _to_cells(result: Any) -> Any:
    """A result as the server takes it: rows stay rows, error values become marked texts."""
    if isinstance(result, list):
        return [[cell if type(cell) is float else _write(cell) for cell in row] for row in result]
    return _write(result)


def _write(cell: CellValue) -> Any:
    if isinstance(cell, CellError):
        return ERROR_MARK + str(cell)
    if isinstance(cell, int) and not isinstance(cell, bool):
        return float(cell)  # Excel has no large whole numbers
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return datetime(cell.year, cell.month, cell.day)
    return cell


class _UserLog(logging.Handler):
    """Hands what went wrong inside a function to the user's log, which is open only as long as a line is written."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record with its traceback."""
        from sop_xl.commands.run_log import run_log

        with run_log("-") as log:
            log.handle(record)


def _keep_log() -> None:
    """Send to the user's log what functions have to say; nothing is opened or made before that."""
    logger = logging.getLogger("sop_xl.functions")
    if not logger.handlers:
        logger.addHandler(_UserLog())
        logger.propagate = False  # the log that it is handed to belongs to the logger above


def _faces(known: Sequence[CellFunction]) -> dict[str, Callable[..., Any]]:
    return {function.name: _face(function) for function in known}


globals().update(_faces(list(functions().values())))
if "xlwings.com_server" in sys.modules:  # served to Excel; not where tests or other tools import this module
    _keep_log()
    _IDLE = IdleWarmUp(warm_up)
