"""Functions for tests of formulas in cells: simple enough that a reader knows every result, and their calls are counted."""

from __future__ import annotations

from itertools import chain

from sop_xl.blocks import CellError
from sop_xl.hosts.cell_formulas.evaluate import FunctionSet, Value


class Functions:
    """What the formulas of a test call.

    `SOP_SUM` adds all numbers of its arguments; `SOP_COUNT` counts cells that are not empty; `SOP_ROWS(n, m)` has n rows and m columns
    11, 12, ..., 21, 22, ...; `SOP_ECHO` gives back its argument; `SOP_SHAPE` gives rows and columns as text; `SOP_ROOT` has no result below zero;
    `SOP_BLANK` has an empty one.
    """

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[Value, ...]]] = []
        self._why = ""

    def set(self) -> FunctionSet:
        names = {"SOP_SUM", "SOP_COUNT", "SOP_ROWS", "SOP_ECHO", "SOP_SHAPE", "SOP_ROOT", "SOP_BLANK"}
        return FunctionSet(names, self.call, lambda: self._why)

    def call(self, name: str, arguments) -> Value:
        self.calls.append((name, tuple(arguments)))
        cells = [v for a in arguments for v in (chain(*a) if isinstance(a, list) else [a])]
        error = next((v for v in cells if isinstance(v, CellError)), None)
        if error is not None and name not in ("SOP_ECHO", "SOP_COUNT"):
            self._why = f"{name}: an argument is the error {error}"
            return error
        if name == "SOP_SUM":
            return sum((v for v in cells if isinstance(v, float)), 0.0)
        if name == "SOP_COUNT":
            return float(sum(v is not None for v in cells))
        if name == "SOP_ROWS":
            height, width = int(arguments[0]), int(arguments[1] or 1) if len(arguments) > 1 else 1
            return [[10.0 * i + j for j in range(1, width + 1)] for i in range(1, height + 1)]
        if name == "SOP_SHAPE":
            a = arguments[0]
            return f"{len(a)}x{len(a[0])}" if isinstance(a, list) else "1x1"
        if name == "SOP_ROOT" and arguments[0] < 0:
            self._why = "SOP_ROOT: the number is below zero"
            return CellError("#NUM!")
        return {"SOP_ROOT": lambda: arguments[0] ** 0.5, "SOP_BLANK": lambda: None, "SOP_ECHO": lambda: arguments[0]}[name]()
