"""Formulas that cite columns of a table by name while its columns change, in a running Excel.

Excel takes a new heading for a new name of the same column, and changes every formula that cites it. In a window of periods that moves on by a
month each column then gets the name of the next, and `Plan[2026-11]` becomes `Plan[2026-12]` without a word. So such formulas are put back as they
were, and a write that removes a column which is cited is refused, as in a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sop_xl.blocks import a1
from sop_xl.errors import HostError
from sop_xl.hosts.column_use import cited_columns
from sop_xl.hosts.live_table import TableWrite, read_formulas


@dataclass(frozen=True, slots=True)
class _Cited:
    """A formula of a cell or of a name, and which property of it holds its text."""

    holder: Any
    attribute: str
    text: str


class Citations:
    """Formulas to put back after the writes, or after they were undone.

    Parameters
    ----------
    book
        xlwings' book.
    writes
        What is about to be written.

    Raises
    ------
    HostError
        For a write that removes a cited column, with the place of the formula. Nothing has been changed.

    Attributes
    ----------
    sheets
        Names of the sheets on which formulas may have to be put back.
    """

    def __init__(self, book: Any, writes: Sequence[TableWrite]) -> None:
        self.sheets: set[str] = set()
        self._found: list[_Cited] = []
        renamed = [write for write in writes if write.before.names != write.after.names]
        if not renamed:
            return
        mark = re.compile("|".join(re.escape(write.table.name) for write in renamed), re.I)
        for sheet in book.sheets:
            for row, column, text in _formulas(sheet, mark):
                if not any(write.name == sheet.name and _inside(write, row, column) for write in renamed):
                    self._look_at(f"{sheet.name}!{a1(row, column)}", text, renamed, sheet.range((row, column)), sheet.name)
        for defined in book.names:
            if mark.search(reference := str(defined.refers_to)):
                self._look_at(f"the name {defined.name}", reference, renamed, defined, "")

    def _look_at(self, place: str, text: str, renamed: Sequence[TableWrite], holder: Any, sheet: str) -> None:
        for write in renamed:
            cited = cited_columns(text, write.table.name)
            if not cited:
                continue
            kept = {name.casefold() for name in write.after.names}
            dropped = {name.casefold(): name for name in write.before.names if name.casefold() not in kept}
            for name in sorted(cited & set(dropped)):
                raise HostError(
                    f"{place}: its formula cites {write.table.name}[{dropped[name]}], a column that this write removes; "
                    "let it find the column by its heading (INDEX and MATCH) or delete it"
                )
            self.sheets |= {sheet} - {""}
            if sheet:
                self._found.append(_as_held(holder))
            else:
                self._found.append(_Cited(holder, "refers_to", text))
            return

    def put_back(self) -> None:
        """Give every formula its text back."""
        for cited in self._found:
            if getattr(cited.holder, cited.attribute) != cited.text:
                setattr(cited.holder, cited.attribute, cited.text)


def _formulas(sheet: Any, mark: re.Pattern[str]) -> Iterator[tuple[int, int, str]]:
    """Row, column and text of the formulas of a sheet that may cite one of the tables."""
    used = sheet.used_range
    for i, row in enumerate(read_formulas(used)):
        for j, text in enumerate(row):
            if text.startswith("=") and mark.search(text):
                yield used.row + i, used.column + j, text


def _inside(write: TableWrite, row: int, column: int) -> bool:
    top, left, bottom, right = write.before.area
    return top <= row <= bottom and left <= column <= right


def _as_held(cell: Any) -> _Cited:
    """A cell's formula in the form that Excel gives back unchanged: the newer one where there is one, since the older would cut arrays to one cell."""
    try:
        return _Cited(cell, "formula2", str(cell.formula2))
    except Exception:  # Excel 2019 and earlier
        return _Cited(cell, "formula", str(cell.formula))
