"""Checks of what was published: the figures of each approved plan are those of its snapshot."""

from __future__ import annotations

from sop_xl import vocabulary
from sop_xl.sheets.spec import HEADER_ROW
from sop_xl.templates.book import Book
from sop_xl.templates.check_rules import Check, is_measure
from sop_xl.templates.reach import body, filled

_TOTALS = ("demand", "revenue", "gross_margin")
"""Figures of a snapshot that are sums over the approved plan."""


def cycle_checks(book: Book) -> list[Check]:
    """Sums of each approved plan = its snapshot, and the same of superseded versions, cycle by cycle, so that no plan makes up for another.

    A cycle is compared in the column of its first period: plans that the workbook shows whole. One whose figures have left it has nothing to compare.
    """
    if not (book.has("Snapshots") and book.has("Approved Plan")):
        return []
    plan, snapshots = book.spec("Approved Plan"), book.spec("Snapshots")
    cycle, version, state = (filled(snapshots, name) for name in ("cycle", "version", "state"))
    of_cycle, of_version = (filled(plan, name) for name in ("cycle", "version"))

    def of_column(c: str, measure: str, which: str) -> str:
        own, label = f'({state}="{which}")', f"{c}${HEADER_ROW}"
        approved = f'SUMPRODUCT(({cycle}={label})*({state}="approved")*{version})&""'  # versions are texts in the grid and numbers in the list
        lines = f"({of_cycle}={label})*({of_version}{'=' if which == 'approved' else '<>'}{approved})"
        shown = f'ISNUMBER(MATCH({cycle}&"|"&{version},{of_cycle}&"|"&{of_version},0))'
        there = f"SUMPRODUCT({lines}*{is_measure(plan, measure)}*{body(plan)})"
        listed = f"SUMPRODUCT(({cycle}={label})*{own}*{shown}*{filled(snapshots, measure)})"
        return f"{there}-{listed}"

    return [
        Check(f"{caption} = snapshots, {vocabulary.MEASURES[name].label.lower()}", "cycle", f"Sum of Approved Plan - Snapshots, {compared} of the cycle that begins there",
              vocabulary.measure(name).unit, lambda c, name=name, which=which: of_column(c, name, which))  # type: ignore[misc]
        for which, caption, compared in (("approved", "Approved plans", "the approved version"), ("superseded", "Superseded plans", "earlier versions"))
        for name in _TOTALS
    ]  # fmt: skip
