"""Where the tables of a paste are: titles, header rows, body rows. A sheet may hold several tables, one below the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sop_xl.blocks import Block, CellValue
from sop_xl.sheets.budget_paste.meaning import Meaning, Reader
from sop_xl.sheets.cell_numbers import read_number
from sop_xl.sheets.cells import Refused, is_absent, is_blank, is_error, plain
from sop_xl.sheets.spec import LABEL_COLUMNS, SheetSpec
from sop_xl.vocabulary import MEASURES

Cells = list[list[CellValue]]


@dataclass
class Table:
    """One table of the paste; all numbers are 0-based places in the block.

    Parameters
    ----------
    titles
        Places of texts above it that are no header.
    header
        Header rows, top to bottom; a merged cell of the upper ones counts for the columns to its right up to the next one.
    body
        Rows below the header that hold anything, in order; repeated headers are left out.
    """

    titles: list[tuple[int, int]] = field(default_factory=list)
    header: list[int] = field(default_factory=list)
    body: list[int] = field(default_factory=list)


def own_cells(spec: SheetSpec, block: Block) -> Cells:
    """The cells of the block without what the sheet's template has on it: title, purpose, markers and an untouched header of its own."""
    cells = [list(row) for row in block.rows]
    if block.table is None:
        return cells
    top, left = block.table[0] - block.row, block.table[1] - block.column
    if 0 <= top < len(cells):
        # an empty cell of a table's header is called Column2 and so on; where a paste has merged cells or blanks there, it said nothing
        cells[top] = [None if isinstance(v, str) and _NO_NAME.fullmatch(v) else v for v in cells[top]]
    labels = {c.label for c in spec.columns}
    for i, row in enumerate(cells[: max(top, 0)]):
        if i == 0 and row and row[0] == spec.name:
            row[:5] = [None, *row[1:4], None][: len(row[:5])]
        elif row and isinstance(row[0], str) and (row[0].startswith(spec.purpose) or row[0] == "< Home"):
            row[:2] = [None, None] if row[0] == "< Home" else [None, *row[1:2]]
    marks = cells[top - 1] if 0 < top <= len(cells) else []
    if all(is_blank(v) for v in marks[left + LABEL_COLUMNS - 1 : left + LABEL_COLUMNS]) and _are_markers(marks[left + LABEL_COLUMNS :]):
        marks[left + LABEL_COLUMNS :] = [None] * len(marks[left + LABEL_COLUMNS :])
    if 0 <= top < len(cells):
        untouched = sum(isinstance(v, str) and v in labels for v in cells[top])
        if 2 * untouched <= len(labels) or not _is_used(cells, top):
            _clear_header(spec, cells, top, left)
    return cells


def _clear_header(spec: SheetSpec, cells: Cells, top: int, left: int) -> None:
    """Take away what still stands of the sheet's own header where a paste lies below it, above it or over a part of it."""
    own = [c.label for c in spec.columns]
    row = cells[top]
    last = max((j for j in range(left, len(row)) if not is_blank(row[j]) and not _is_own(row[j], own[j - left] if j - left < len(own) else "")), default=left - 1)
    for j in range(left, len(row)):
        over_figures = any(_has_number([cells[i][j]]) for i in range(top + 1, len(cells)))
        if j > last or (j - left >= LABEL_COLUMNS and _is_own(row[j], "") and not over_figures):
            row[j] = None


def _is_own(value: CellValue, label: str) -> bool:
    return isinstance(value, str) and (value == label if label else _OWN_PERIOD.fullmatch(value) is not None)


_NO_NAME = re.compile(r"(?:column|spalte|colonne|columna) ?\d+", re.IGNORECASE)
"""What Excel calls a column of a table whose header is empty, in its own language."""
_OWN_PERIOD = re.compile(r"\d{4}-(?:\d{2}|W\d{2})")


def _are_markers(values: Sequence[CellValue]) -> bool:
    """The template marks past and planned periods: all of the past come first."""
    words = [v for v in values if not is_blank(v)]
    return bool(words) and set(words) <= {"Actual", "Plan"} and words == sorted(words, key=str)


def _is_used(cells: Cells, top: int) -> bool:
    """Whether the sheet's own header heads the rows below it, rather than a header that was pasted under it or above it."""
    from_top = next((i for i in range(top + 1, len(cells)) if any(not is_blank(v) for v in cells[i])), None)
    return not _has_number(cells[top]) and from_top is not None and _has_number(cells[from_top]) and not any(_has_number(cells[i]) for i in range(top))


def _has_number(row: Sequence[CellValue]) -> bool:
    return any(isinstance(v, int | float) and not isinstance(v, bool) for v in row)


class Finder:
    """Finds the tables of a paste.

    Parameters
    ----------
    cells
        See `own_cells`.
    reader
        Knows words and names.
    """

    def __init__(self, cells: Cells, reader: Reader) -> None:
        self.cells, self.reader = cells, reader

    def tables(self) -> list[Table]:
        """Every table with figures, top to bottom; texts above one are its titles, and those of the first one hold for all of them."""
        found: list[Table] = []
        pending: list[int] = []
        current: Table | None = None
        for i, row in enumerate(self.cells):
            if all(is_blank(v) for v in row):
                continue
            if current is not None and not self.is_header(i):
                current.body.append(i)
            elif current is not None:
                if not self._repeats(current, i):
                    pending, current = [*self._titles_before(current), i], None
            elif pending and self.has_figures(i):
                current = self._begin(pending)
                current.body.append(i)
                found.append(current)
                pending = []
            else:
                pending.append(i)
        for table in found[1:]:
            table.titles = found[0].titles + table.titles
        return [t for t in found if t.header]

    def _begin(self, pending: list[int]) -> Table:
        """A table from the rows above its first figures: the lowest row that reads like a header is one, and those above that stand over the same columns."""
        scores = {i: self.tokens(i) for i in pending}
        strong = [i for i in pending if self.is_header(i)] or [i for i in pending if scores[i] >= 2]
        leaf = strong[-1] if strong else max((i for i in pending if scores[i]), default=-1)
        table = Table()
        if leaf < 0:
            table.titles = [(i, j) for i in pending for j in self._texts(i)]
            return table
        header = [leaf]
        for i in reversed([p for p in pending if p < leaf]):
            # a group header stands over columns beyond the first, and no more than a blank row above
            if header[0] - i > 2 or not any(j > 0 and self._says(i, j) for j in self._texts(i)) or self._is_title_row(i):
                break
            header.insert(0, i)
        table.header = header
        table.titles = [(i, j) for i in pending if i < header[0] for j in self._texts(i)]
        # what stands in the first columns beside a group header is a title all the same
        table.titles += [(i, j) for i in header[:-1] for j in self._texts(i)[:1] if j == 0 and not self.reader.header(self.cells[i][j]).role]
        table.body = [i for i in pending if i > leaf]
        return table

    def _titles_before(self, table: Table) -> list[int]:
        """Rows at the end of a table that are the titles of the next one."""
        last = max((k for k, i in enumerate(table.body) if self.has_figures(i)), default=-1)
        titles, table.body = table.body[last + 1 :], table.body[: last + 1]
        return titles

    def _repeats(self, table: Table, i: int) -> bool:
        """Whether a row repeats a row of the table's header, as printed reports do on every page."""
        filled = [j for j, v in enumerate(self.cells[i]) if not is_blank(v)]
        return any(sum(self.cells[h][j] == self.cells[i][j] for j in filled) * 2 > len(filled) for h in table.header)

    def _is_title_row(self, i: int) -> bool:
        """Few cells in a row that start at the first column: `Budget 2026 | in TEUR`."""
        texts = self._texts(i)
        first = self.reader.header(self.cells[i][texts[0]]) if texts else Meaning()
        return len(texts) <= 3 and texts[:1] == [0] and texts == list(range(len(texts))) and not first.role and len(texts) * 2 < self._width()

    def _width(self) -> int:
        return max((sum(not is_blank(v) for v in row) for row in self.cells), default=0)

    def _texts(self, i: int) -> list[int]:
        return [j for j, v in enumerate(self.cells[i]) if not is_blank(v) and not is_error(v)]

    def _says(self, i: int, j: int) -> bool:
        read = self.reader.header(self.cells[i][j])
        return read.said or bool(read.role) or bool(read.doubt)

    def tokens(self, i: int) -> int:
        """Cells of a row that a header would have."""
        return sum(self._says(i, j) for j in self._texts(i))

    def is_header(self, i: int) -> bool:
        """Whether a row without figures heads columns: at least two words of a header beyond its first cell, or words in most of it."""
        texts = self._texts(i)
        if self.has_figures(i):
            return False
        beyond = [j for j in texts if j > texts[0] and self._heads(i, j)]
        return len(beyond) >= 2 and 2 * len(beyond) >= len(texts) - 1

    def _heads(self, i: int, j: int) -> bool:
        read = self.reader.header(self.cells[i][j])
        return bool(read.when or read.role or read.version)

    def has_figures(self, i: int) -> bool:
        """Whether a row holds figures; years, dates and months numbered from 1 on are those of a header."""
        numbers = [v for v in self.cells[i] if is_figure(v, self.reader)]
        if not numbers:
            return False
        times = [self.reader.header(v) for v in numbers]
        if not all(t.when for t in times):
            return True
        places = [t.when.number for t in times if t.when and t.when.part == "place"]
        run = places == list(range(places[0], places[0] + len(places))) if places else True
        beside = [v for v in self.cells[i] if isinstance(v, str) and not is_blank(v)]
        worded = all(self.reader.text(v).role or self.reader.text(v).said for v in beside)
        named = any(self.reader.text(v).scope for v in beside)
        return not (run and worded and not named and len(numbers) >= (1 if beside or not places else 2))


def is_figure(value: CellValue, reader: Reader) -> bool:
    """Whether a cell holds a number, as such or as text; dates and words are none."""
    if isinstance(value, bool | date) or value is None or is_error(value):
        return False
    if isinstance(value, int | float):
        return True
    text = plain(value)
    if is_absent(text, number=True) or not any(c.isdigit() for c in text):
        return False
    reading = read_number(value, reader.habits, fraction=True, currency=reader.plan_currency)
    if isinstance(reading, Refused):
        return reading.rule in ("ambiguous-number", "other-currency")
    return reading.value is not None


def measure_label(name: str) -> str:
    """Label of a measure as a planner reads it."""
    return MEASURES[name].label
