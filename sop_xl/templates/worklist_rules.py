"""Checks of the worklist: each line once, in the order of its rank, the dearest first."""

from __future__ import annotations

from sop_xl import vocabulary
from sop_xl.sheets.spec import HEADER_ROW
from sop_xl.templates.book import FIRST_ROW, Book, bounded, quoted
from sop_xl.templates.check_rules import Check

LAST_LINE = FIRST_ROW + 299
"""Last row that is checked: a worklist of more lines is none."""


def worklist_checks(book: Book) -> list[Check]:
    """Checks of Worklist, where the workbook has it."""
    if not book.has("Worklist"):
        return []
    spec = book.spec("Worklist")
    rank = bounded(spec, "rank", last=LAST_LINE)
    places = f'SUMPRODUCT(({rank}<>"")*({rank}<>ROW({rank})-ROW({quoted(spec.name)}!$A${HEADER_ROW})))'
    value, below = bounded(spec, "value", last=LAST_LINE), bounded(spec, "value", last=LAST_LINE, down=1)
    section, section_below = bounded(spec, "section", last=LAST_LINE), bounded(spec, "section", last=LAST_LINE, down=1)
    # accepted lines stand after the open ones and begin with the dearest again; the section is that of the run, as people may change a state since
    rises = f'SUMPRODUCT(({section_below}={section})*({below}<>"")*({below}>{value}))'
    return [
        _count("Worklist: ranks are the places of the lines", "Lines of Worklist whose rank is not their place", places),
        _count("Worklist: the dearest first", "Places where money at stake rises within the open or the accepted lines", rises),
    ]


def _count(name: str, compared: str, formula: str) -> Check:
    return Check(name, "cycle", compared, vocabulary.COUNT, lambda _: formula, by_period=False, exact=True)
