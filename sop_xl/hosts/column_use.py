"""Formulas that cite a table's columns by name.

A formula that cites a column which is no longer there is not merely wrong: Excel takes the file for damaged and drops the
formula. So a write that would remove a cited column is refused, with the formula's address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sop_xl.blocks import parse_a1
from sop_xl.errors import HostError
from sop_xl.hosts.formulas import closing_bracket
from sop_xl.hosts.named_cell import read_formulas
from sop_xl.hosts.package import Package
from sop_xl.hosts.scan import Sheet
from sop_xl.hosts.tables import Area, Table
from sop_xl.hosts.workbook import Workbook
from sop_xl.hosts.xmltext import escape

_ESCAPE = re.compile(r"'([\[\]#'@])")


def cited_columns(formula: str, table: str) -> set[str]:
    """Case-folded names of the table's columns that a formula cites.

    >>> sorted(cited_columns("SUM(Plan[2026-11])+Plan[[#This Row],[Unit '[kg']]]", "Plan"))
    ['2026-11', 'unit [kg]']
    """
    found: set[str] = set()
    for match in re.finditer(rf"(?<![\w.\\]){re.escape(table)}\[", formula, re.I):
        end = closing_bracket(formula, match.end() - 1)
        inner = formula[match.end() : end - 1]
        items = re.findall(r"\[((?:[^\[\]']|'.)*)\]", inner) or [inner]
        found.update(_ESCAPE.sub(r"\1", i.removeprefix("@")).casefold() for i in items if not i.startswith("#"))
    return found


def check_columns_stay(
    package: Package, table: Table, kept: Sequence[str], own_sheet: str, rewritten: Area
) -> None:
    """Refuse a write that removes columns which formulas elsewhere cite.

    Parameters
    ----------
    package, table
        The table before the write.
    kept
        Its column names after the write.
    own_sheet, rewritten
        Where the write replaces cells itself; formulas there do not count.

    Raises
    ------
    HostError
        With the address of the first such formula.
    """
    names = {name.casefold() for name in kept}
    dropped = {c.name.casefold(): c.name for c in table.columns if c.name.casefold() not in names}
    if not dropped:
        return
    for place, formula in _citing(package, table, own_sheet, rewritten):
        for name in sorted(cited_columns(formula, table.name) & set(dropped)):
            raise HostError(
                f"{place}: its formula cites {table.name}[{dropped[name]}], a column that this write removes; "
                "let it find the column by its heading (INDEX and MATCH) or delete it"
            )


def _citing(package: Package, table: Table, own_sheet: str, rewritten: Area) -> Iterable[tuple[str, str]]:
    """Place and text of every formula that may cite the table, cells first, then names."""
    mark = re.compile(re.escape(escape(table.name)) + r"\[", re.I)
    workbook = Workbook(package)
    for entry in workbook.sheets():
        if entry.kind != "worksheet" or not mark.search(package.text(entry.part)):
            continue
        for address, formula in read_formulas(Sheet(package.text(entry.part), entry.name)).items():
            row, column = parse_a1(address)
            top, left, bottom, right = rewritten
            if entry.name != own_sheet or not (top <= row <= bottom and left <= column <= right):
                yield f"{entry.name}!{address}", formula
    for defined in workbook.defined_names():
        yield f"the name {defined.name}", defined.reference
