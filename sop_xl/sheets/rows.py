"""Which rows below a header are rows of the table: not blank ones, totals, repeated headers or notes at the end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from sop_xl.blocks import Block, CellValue
from sop_xl.errors import Problem, Severity
from sop_xl.sheets.cell_dates import unaccented
from sop_xl.sheets.cells import is_blank, show
from sop_xl.sheets.header import Header, is_header_again
from sop_xl.sheets.spec import CellType, SheetSpec

_TOTAL = re.compile(
    r"(grand |sub ?-?|zwischen|gesamt|sous-)?(total|totals|totale|totaux)( general)?|sum|sums|summe|gesamtsumme|zwischensumme|gesamt"
    r"|insgesamt|ergebnis|gesamtergebnis|somme|suma"
)
_TOTAL_OF = re.compile(r"(?:(?:sub)?total|summe|somme|suma)(?: of| de| von)? (?P<after>.+)|(?P<before>.+) (?:sub ?)?(?:total|ergebnis|summe)")
_NOTE_START = re.compile(r"(?:source|notes?|prepared by|as of|exported|generated|created|remarks?|disclaimer|quelle|stand|hinweis|applied filters)\s*:|(?:page|seite) \d+(?: (?:of|von) \d+)?$")


def table_rows(spec: SheetSpec, block: Block, header: Header) -> tuple[list[int], list[Problem]]:
    """Places in the block of the rows to read, and a note for each row with content that was left out."""
    own_header = _own_header(spec, block)
    filled = [i for i in range(header.row + 1, len(block.rows)) if i != own_header and _is_filled(block.rows[i], header)]
    kept: list[int] = []
    notes: list[Problem] = []
    groups = _group_names(block, header, filled)
    for i in filled:
        total = _total_cell(spec, block.rows[i], header, groups)
        if total is not None:
            notes.append(_left_out(block, i, total, "total-row", "left out a row of totals"))
        elif is_header_again(block, header, i):
            notes.append(_left_out(block, i, header.columns.start, "repeated-header", "left out a repeated header"))
        else:
            kept.append(i)
    trailing: list[Problem] = []
    while kept:
        i = kept[-1]
        j = _note_cell(spec, block, header, i)
        if j is None:
            break
        trailing.append(_left_out(block, i, j, "trailing-note", "left out a note below the table"))
        kept.pop()
    return kept, notes + trailing[::-1]


def _own_header(spec: SheetSpec, block: Block) -> int:
    """Row of the header of the sheet's own table, which still stands where somebody pasted above it; -1 where it does not."""
    row = block.table[0] - block.row if block.table is not None else -1
    if not 0 <= row < len(block.rows):
        return -1
    labels = {c.label for c in spec.columns}
    untouched = sum(isinstance(v, str) and v in labels for v in block.rows[row])
    return row if 2 * untouched > len(labels) else -1


def _left_out(block: Block, i: int, j: int, rule: str, words: str) -> Problem:
    return Problem(block.sheet, block.address(i, j), rule, words, show(block.rows[i][j]), severity=Severity.NOTE)


def _is_filled(cells: Sequence[CellValue], header: Header) -> bool:
    first = header.columns.start
    if isinstance(cells[first], str) and cells[first] and not str(cells[first]).isspace():
        return True
    return any(cells[j] is not None and not is_blank(cells[j]) for j in header.columns if j < len(cells))


@lru_cache(maxsize=65536)
def _total_word(text: str) -> str | None:
    """`""` for a bare word of totals, the group's name for `Bikes Total`, `None` for any other text."""
    if len(text) > 80:
        return None
    word = unaccented(text).rstrip(": ")
    if _TOTAL.fullmatch(word):
        return ""
    match = _TOTAL_OF.fullmatch(word)
    return (match["after"] or match["before"]) if match else None


def _group_names(block: Block, header: Header, rows: list[int]) -> dict[int, set[str]]:
    """Values of each label column, as `Bikes Total` would name them."""
    names: dict[int, set[str]] = {}
    for j in header.labels.values():
        texts = {v for i in rows if isinstance(v := block.rows[i][j], str)}
        if any(_total_word(t) for t in texts):
            names[j] = {unaccented(t) for t in texts}
    return names


def _total_cell(spec: SheetSpec, cells: Sequence[CellValue], header: Header, groups: dict[int, set[str]]) -> int | None:
    """Column of the word that makes a row one of totals.

    The other columns that name something must be empty: a customer may well be called Total.
    """
    naming = (CellType.TEXT, CellType.CODE)
    aside = ("note", "measure", "unit")
    for name, j in header.labels.items():
        value = cells[j]
        if not isinstance(value, str) or name in ("note", "name", "description"):
            continue
        group = _total_word(value)
        if group is None or (group and group not in groups.get(j, ())):
            continue
        others = [header.labels[c.name] for c in spec.columns if c.name in header.labels and c.name not in (name, *aside) and c.cell in naming]
        if all(is_blank(cells[k]) for k in others):
            return j
    return None


def _note_cell(spec: SheetSpec, block: Block, header: Header, i: int) -> int | None:
    """Column of the text when the row, the last one so far, is a remark and not a row of the table."""
    cells = block.rows[i]
    filled = [j for j in range(len(cells)) if not is_blank(cells[j])]
    if not filled or len(filled) > 2 or not all(isinstance(cells[j], str) for j in filled):
        return None
    text = unaccented(str(cells[filled[0]]))
    words = len(text.split())
    gap = i > header.row + 1 and all(is_blank(v) for v in block.rows[i - 1])
    if text[0] in "*†" or _NOTE_START.match(text):
        return filled[0]
    # a lone sentence after a blank row; fewer words may be the name of something
    return filled[0] if gap and len(filled) == 1 and (words >= 5 or (words >= 3 and text[-1] in ".:")) else None
