"""Values of bound formulas: our functions are called, references looked up, and what is native is asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeGuard

from sop_xl.blocks import CellError, CellValue
from sop_xl.hosts.cell_formulas.find import Formulas
from sop_xl.hosts.cell_formulas.grid import Grid, NoResultError
from sop_xl.hosts.cell_formulas.native import Native, NativeText
from sop_xl.hosts.cell_formulas.parse import Constant, Rows
from sop_xl.hosts.cell_formulas.references import (
    Bound,
    BoundAdjusted,
    BoundCall,
    BoundNative,
    Broken,
    Cells,
    Foreign,
    Place,
    Spill,
)
from sop_xl.hosts.serials import to_serial

Value = CellValue | Rows
"""One value, or rows of a rectangle that is more than one cell."""
NOT_KNOWN = CellError("#NAME?")
"""What LibreOffice gives for a function that it does not know."""
BAD_VALUE, BAD_REFERENCE = CellError("#VALUE!"), CellError("#REF!")


@dataclass(frozen=True, slots=True)
class FunctionSet:
    """The functions that cells may call.

    Parameters
    ----------
    names
        In capitals.
    call
        Takes a name and the arguments by position, each one value or rows; an argument that is left out or an empty cell is `None`.
        Gives one value or rows, an Excel error value where there is no result.
    last_error
        Why the last call without a result had none.
    teller
        The function that tells such sentences. It is not called: of a cell that it cites, and of a function that it names, more is known here.
    passing
        Functions whose result depends on more than their arguments, such as the machine. A cell that calls one keeps the result that it has, so
        that the same workbook stays the same.
    """

    names: Collection[str]
    call: Callable[[str, Sequence[Value]], Value]
    last_error: Callable[[], str]
    teller: str = ""
    passing: Collection[str] = frozenset()


NO_FUNCTIONS = FunctionSet(frozenset(), lambda name, arguments: CellError("#NAME?"), str)
"""For callers that only want native formulas computed."""


class NotComputedError(Exception):
    """A cell cannot be computed; the text is the reason in a planner's words."""


class WaitingError(Exception):
    """A cell needs a native expression that was not computed yet."""


@dataclass
class Evaluator:
    """Evaluates one formula after the other.

    Parameters
    ----------
    functions, grid, formulas
        What is called, and where values and arrays stand.
    date1904
        Whether dates count from 1904.
    results
        Values of native expressions that were computed, by expression.
    wanted
        Native expressions that were asked for, in the order of asking.
    sentence
        Why a function had no result since the evaluation of the cell began; `""` where all had one.
    sentences
        Such sentences by cell, by function, and under `""` the last one.
    """

    functions: FunctionSet
    grid: Grid
    formulas: Formulas
    date1904: bool
    results: dict[Native, Value] = field(default_factory=dict)
    wanted: dict[Native, None] = field(default_factory=dict)
    sentence: str = ""
    sentences: dict[Place | str, str] = field(default_factory=dict)

    def value(self, tree: Bound, place: Place, *, inline: bool = False) -> Value:
        """Value of a cell's formula; `inline` has a native formula computed in its own cell, where others can read it.

        Raises
        ------
        NotComputedError
            Where it has none here.
        WaitingError
            Where a native part of it must be computed first.
        """
        self.sentence = ""
        try:
            return self._node(tree, place, inline)
        finally:
            self.sentences[place] = self.sentence

    def _node(self, node: Bound, place: Place, inline: bool = False) -> Value:
        if isinstance(node, Constant):
            return unwrapped(node.value)
        if isinstance(node, Cells):
            return self._cells(node)
        if isinstance(node, BoundCall):
            return self._call(node, place)
        if isinstance(node, BoundAdjusted):
            return self._adjusted(node, place)
        if isinstance(node, Spill):
            array = self.formulas.arrays(node.at.sheet).get((node.at.row, node.at.column))
            if array is None:
                return BAD_REFERENCE
            return self._cells(Cells(node.at.sheet, array.area, node.text))
        if isinstance(node, Broken):
            raise NotComputedError(node.reason)
        if isinstance(node, Foreign):
            raise NotComputedError(f"{node.text} is not one range of this workbook")
        return self._native(node, place, inline)

    def _cells(self, node: Cells) -> Value:
        try:
            return unwrapped(self.grid.block(node.sheet, node.area))
        except NoResultError as error:
            raise NotComputedError(f"{error} has a formula without a result") from None

    def _call(self, node: BoundCall, place: Place) -> Value:
        if node.name not in self.functions.names:
            raise NotComputedError(f"there is no function {node.name}")
        if node.name == self.functions.teller:
            return self._told(node, place)
        arguments = [_handed_over(self._node(argument, place)) for argument in node.arguments]
        result = unwrapped(self.functions.call(node.name, arguments))
        if isinstance(result, CellError):
            said = self.functions.last_error() or f"{node.name} has no result"
            self.sentences[node.name] = self.sentences[""] = said
            self.sentence = self.sentence or said
        else:
            self.sentences.pop(node.name, None)
        return result

    def _told(self, node: BoundCall, place: Place) -> str:
        """The sentence about a cell, a function, or the last one."""
        cited = node.arguments[0] if node.arguments else Constant(None)
        if isinstance(cited, Cells) and (at := Place(cited.sheet, *cited.area[:2])) in self.sentences:
            return self.sentences[at]
        named = self._node(cited, place)
        if isinstance(named, CellError):  # of a function inside, which has failed just now, or of a cell of which nothing is known
            return "" if isinstance(cited, Cells) else self.sentences.get("", "")
        if isinstance(named, str) or not isinstance(cited, Cells):
            return self.sentences.get(named.strip().upper() if isinstance(named, str) else "", "")
        return ""

    def _adjusted(self, node: BoundAdjusted, place: Place) -> Value:
        if node.operator == "@":
            return self._single(node.of, place)
        value = self._node(node.of, place)
        if node.operator == "+":
            return value
        factor = -1.0 if node.operator == "-" else 0.01
        if is_rows(value):
            return [[self._scaled(v, factor) for v in row] for row in value]
        return self._scaled(value, factor)

    def _scaled(self, value: object, factor: float) -> CellValue:
        if isinstance(value, CellError):
            return value
        if isinstance(value, datetime):
            value = to_serial(value, self.date1904)
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                return BAD_VALUE
        number = float(value or 0)  # type: ignore[arg-type]
        return number / 100 if factor == 0.01 else -number

    def _single(self, node: Bound, place: Place) -> Value:
        """One cell of many (`@`): of a range the one in the formula's row or column, of an array the first."""
        if isinstance(node, Cells):
            top, left, bottom, right = node.area
            row = place.row if bottom > top else top
            column = place.column if right > left else left
            if not (top <= row <= bottom and left <= column <= right):
                return BAD_VALUE
            return self._cells(Cells(node.sheet, (row, column, row, column), node.text))
        value = self._node(node, place)
        return value[0][0] if is_rows(value) else value

    def _native(self, node: BoundNative, place: Place, inline: bool) -> Value:
        if not any(isinstance(piece, str) and piece.strip("(), ") for piece in node.pieces):
            raise NotComputedError("several ranges in one argument cannot be handed over here")
        native = NativeText(self._node, self.formulas, self.grid, self.date1904).of(node, place, inline=inline)
        self.wanted[native] = None
        if native not in self.results:
            raise WaitingError(node.text)
        if self.results[native] == NOT_KNOWN:
            raise NotComputedError("LibreOffice does not know a function or name in it")
        return self.results[native]


def _handed_over(value: Value) -> Value:
    """An argument as Excel hands it over: an empty text is an empty cell."""
    if not is_rows(value):
        return None if value == "" else value
    if not any("" in row for row in value):
        return value
    return [[None if cell == "" else cell for cell in row] for row in value]


def is_rows(value: Value) -> TypeGuard[Rows]:
    """Whether a value is more than one cell."""
    return isinstance(value, list)


def unwrapped(value: Value) -> Value:
    """One cell as its value."""
    return value[0][0] if is_rows(value) and len(value) == 1 and len(value[0]) == 1 else value
