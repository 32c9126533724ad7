"""Checks of what was published: the figures of each approved plan are those of its snapshot."""

from __future__ import annotations

from sop_xl import vocabulary
from sop_xl.blocks import column_letters
from sop_xl.sheets.spec import HEADER_ROW, LABEL_COLUMNS
from sop_xl.templates.book import Book
from sop_xl.templates.check_rules import Check, is_measure
from sop_xl.templates.reach import body, filled

_TOTALS = ("demand", "revenue", "gross_margin")
"""Figures of a snapshot that are sums over the approved plan."""


def cycle_checks(book: Book) -> list[Check]:
    """Sums of the approved plans = the snapshots, for every plan whose figures the workbook shows from its first period on."""
    if not (book.has("Snapshots") and book.has("Approved Plan")):
        return []
    plan, snapshots = book.spec("Approved Plan"), book.spec("Snapshots")
    header = f"'{plan.name}'!${column_letters(LABEL_COLUMNS + 1)}${HEADER_ROW}:${book.last_column}${HEADER_ROW}"

    def difference(measure: str) -> str:
        approved = f"SUMPRODUCT({is_measure(plan, measure)}*(COUNTIF({header},{filled(plan, 'cycle')})>0)*{body(plan)})"
        # versions are texts in the grid and numbers in the list, which criteria of COUNTIFS do not match everywhere
        here, there = (f'{filled(spec, "cycle")}&"|"&{filled(spec, "version")}' for spec in (snapshots, plan))
        shown = f"(COUNTIF({header},{filled(snapshots, 'cycle')})>0)*ISNUMBER(MATCH({here},{there},0))"
        return f"{approved}-SUMPRODUCT({shown}*{filled(snapshots, measure)})"

    return [
        Check(f"Approved plans = snapshots, {vocabulary.MEASURES[name].label.lower()}", "cycle", "Sum of Approved Plan - Snapshots, of every plan that is shown whole",
              vocabulary.measure(name).unit, lambda _, name=name: difference(name), by_period=False)  # type: ignore[misc]
        for name in _TOTALS
    ]  # fmt: skip
