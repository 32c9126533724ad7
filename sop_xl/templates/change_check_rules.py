"""Checks of Changes: start + causes = end for every measure and family, and families add up to All."""

from __future__ import annotations

from sop_xl.templates.book import Book
from sop_xl.templates.check_rules import Check
from sop_xl.templates.reach import filled

_UNIT = "units or money"


def change_checks(book: Book) -> list[Check]:
    """As far as the workbook carries the sheet."""
    if not book.has("Changes"):
        return []
    spec = book.spec("Changes")
    reference, measure, family, order, cause, amount = (filled(spec, name) for name in ("reference", "measure", "family", "order", "cause", "amount"))
    one_plan = f"{reference},{reference},{measure},{measure}"
    # the end stands in the sum, too: start + causes + end = twice the end
    adds_up = f'SUMPRODUCT(({cause}="end")*ABS(SUMIFS({amount},{one_plan},{family},{family})-{amount}-{amount}))'
    # an approved plan lists only the families that differ from it
    of_families = f'SUMIFS({amount},{one_plan},{order},{order},{family},"<>All")'
    parts = f'SUMPRODUCT(({family}="All")*({reference}="Last cycle")*ABS({amount}-{of_families}))'
    return [
        Check("Start + causes = end, every measure and family", "cycle", "Changes: sum over the ends of |start + causes - end|", _UNIT, lambda _: adds_up, by_period=False),
        Check("Changes of the families = changes of All", "cycle", "Changes against the last cycle: sum of |All - families|", _UNIT, lambda _: parts, by_period=False),
    ]
