"""A budget file in whatever shape finance sends it: taken by key where the standard reader reads all of it, else put into the tab as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as changed
from datetime import datetime

import pandas as pd

from sop_xl.blocks import Block, CellValue
from sop_xl.commands.pasted_budget import BUDGET, at_plan_rates, known_names, understood_budget
from sop_xl.commands.tables import plain_table
from sop_xl.errors import FrameError, Problem, errors_in
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Calendar
from sop_xl.sheets import sheet
from sop_xl.sheets.budget_paste.layout import own_cells
from sop_xl.sheets.budget_paste.meaning import Reader
from sop_xl.sheets.budget_paste.names import as_label
from sop_xl.sheets.budget_paste.own_layout import has_own_labels, is_own_layout, says_all
from sop_xl.sheets.budget_paste.paste import MAPPING, PastedBudget, read_budget_paste
from sop_xl.sheets.budget_paste.remembered import remembered_mapping
from sop_xl.sheets.budget_paste.said import TELL
from sop_xl.sheets.cells import is_blank
from sop_xl.sheets.import_rows import read_file
from sop_xl.sheets.read import Reading, habits_of, read_sheet
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import LABEL_COLUMNS
from sop_xl.sheets.write import record_rows

FIRST_LINE = "As received"
"""Stands between the tab's own header and the file's cells, so that a file whose header is numbers is not taken for rows under that header."""

READ_WITH_BUDGET = ("Items", "Locations", "FX Rates", MAPPING)
"""Sheets by which a budget is understood, and the one that shows how."""


_TELL_OF_FILE = "correct the file, or paste it into the tab and say it with Take it as in Budget Mapping"


class BudgetImport:
    """What the workbook knows when a budget file comes in.

    Parameters
    ----------
    host
        The workbook.
    settings
        Its settings.
    """

    def __init__(self, host: Host, settings: Settings) -> None:
        self.host, self.settings, self.spec = host, settings, sheet(BUDGET)
        present = set(host.sheet_names())
        others = [name for name in READ_WITH_BUDGET if name in present]
        self.readings = {name: read_sheet(sheet(name), host.read_block(name), settings) for name in others}
        self.known = known_names(self.readings)
        self.reader = Reader(self.spec, self.known, habits_of(settings), settings.plan_currency)

    def as_columns(self, block: Block) -> bool:
        """Whether the standard reader reads all of a file: its columns are those of the sheet, or it names nothing that the workbook has not."""
        reading = read_file(self.spec, block, self.settings)
        if reading.records.empty or not says_all(reading, block, self.reader):
            return False
        return has_own_labels(reading, block, stated=True) or all(self._is_known(reading, name) for name in ("family", "item", "region"))

    def _is_known(self, reading: Reading, name: str) -> bool:
        return all((name, text) in self.known.find(text)[0] for text in reading.records[name].unique() if text)

    def other_shape(self) -> list[Problem]:
        """A problem where the tab holds a budget that is not in the sheet's own columns, so that rows cannot be matched with it."""
        block = self.host.read_block(BUDGET)
        if not _rows_in(self.spec_rows(block)) or is_own_layout(read_sheet(self.spec, block, self.settings), block, self.reader):
            return []
        expected = "expected the sheet to be empty or to have its own columns, so that rows can be matched"
        return [Problem(BUDGET, "", "budget-other-shape", expected, "a budget in another shape", "import with --replace to put the file in its place")]

    def spec_rows(self, block: Block) -> list[list[CellValue]]:
        """Body rows of the tab's table that hold anything."""
        return [cells for _, cells in plain_table(self.spec, block).rows]

    def put(self, block: Block, *, replace: bool) -> tuple[list[Problem], int, str] | None:
        """Put the file's cells into the tab as a planner would paste them, and Budget Mapping beside; problems, number of figures, and what was done in words.

        Problems are those of the file, at its cells. Nothing is written where one of them is an error, nor over rows that are there without
        `replace`. `None` where no table is found in the file.
        """
        # an Excel table of another program is cells like others; that of a Budget tab has a header and titles that are no part of the budget
        source = block if block.sheet == BUDGET else Block(block.sheet, block.row, block.column, block.rows)
        pasted = read_budget_paste(self.spec, source, self.settings, self.known, remembered_mapping(self.readings.get(MAPPING)), at_plan_rates(self.settings, self.readings))
        if pasted is None:
            return None
        # a file that is refused leaves no lines in Budget Mapping to say anything on
        problems = [changed(p, hint=p.hint.replace(TELL, _TELL_OF_FILE)) for p in pasted.reading.problems]
        if errors_in(problems):
            return problems, 0, ""
        tab = self.host.read_block(BUDGET)
        held = self.spec_rows(tab)
        refused = self._refused(tab, len(held), replace=replace)
        if refused:
            return [*problems, *refused], 0, ""
        cells = _cells_to_write(own_cells(self.spec, source), pasted)
        header = self._header(plain_table(self.spec, tab).header, max(len(row) for row in cells), pasted)
        first: list[CellValue] = [FIRST_LINE]
        padded = [[*row, *[None] * (len(header) - len(row))] for row in (first, *cells)]
        self.host.write_table(BUDGET, header, padded)
        problems += self._read_back(pasted)
        told = f"{len(pasted.figures)} figures as received" + (f" in place of {len(held)} lines" if held else "")
        return problems, len(pasted.figures), told

    def _refused(self, tab: Block, held: int, *, replace: bool) -> list[Problem]:
        """Why the tab cannot take the file's cells."""
        if held and not replace:
            expected = "expected the sheet to be empty, as the file has not the columns of the sheet"
            return [Problem(BUDGET, "", "budget-not-empty", expected, f"{held} lines", "import with --replace to put the file in their place")]
        top = (tab.table[0] if tab.table else 1) - tab.row
        above = ((i, j) for i, row in enumerate(own_cells(self.spec, tab)[: max(top, 0)]) for j, v in enumerate(row) if not is_blank(v))
        return [
            Problem(BUDGET, tab.address(i, j), "budget-above-table", "expected nothing above the table but the sheet's own lines", f'"{as_label(tab.rows[i][j])}"', "clear it, then import")
            for i, j in above
        ][:1]  # fmt: skip

    def _header(self, own: Sequence[str], width: int, pasted: PastedBudget) -> list[str]:
        """The sheet's own header, with periods after its last one where the file is wider."""
        calendar = self.settings.make_calendar()
        periods = [label for label in own[LABEL_COLUMNS:] if _parsed(label, calendar) is not None]
        last = _parsed(periods[-1], calendar) if periods else calendar.shift(pd.Timestamp(pasted.figures["period"].min()), -1)
        assert last is not None
        more = range(1, width - LABEL_COLUMNS - len(periods) + 1)
        return [*(c.label for c in self.spec.columns), *periods, *(calendar.label(calendar.shift(last, k)) for k in more)]

    def _read_back(self, pasted: PastedBudget) -> list[Problem]:
        """Read the tab as every run will, and fill Budget Mapping; a problem where it reads otherwise than the file."""
        block = self.host.read_block(BUDGET)
        standard = read_sheet(self.spec, block, self.settings)
        reading, mapping = understood_budget(block, self.settings, {**self.readings, BUDGET: standard})
        if not _same_frame(reading.frame, pasted.reading.frame):
            expected = "expected the sheet to read as the file does"
            return [Problem(BUDGET, "", "budget-reads-otherwise", expected, "other figures", "paste it into the tab by hand, and say what it is in Budget Mapping")]
        if MAPPING in self.readings:
            self.host.write_table(MAPPING, *record_rows(sheet(MAPPING), mapping))
        return []


def _rows_in(rows: Sequence[Sequence[CellValue]]) -> bool:
    return any(not is_blank(v) for row in rows for v in row)


def _parsed(label: str, calendar: Calendar) -> pd.Timestamp | None:
    try:
        period = calendar.parse(label)
    except FrameError:
        return None
    return period if calendar.label(period) == label else None


def _cells_to_write(cells: list[list[CellValue]], pasted: PastedBudget) -> list[list[CellValue]]:
    """The file's cells with what was read as an amount as a number, so that a text file can be added up in the tab."""
    written = [list(row) for row in cells]
    for (i, j), amount in pasted.amounts.items():
        if isinstance(written[i][j], str):
            written[i][j] = amount
    return [[v.replace(tzinfo=None) if isinstance(v, datetime) else v for v in row] for row in written]


def _same_frame(a: pd.DataFrame, b: pd.DataFrame) -> bool:
    """Whether two budgets have the same figures, whatever the order of their rows."""
    if list(a.columns) != list(b.columns) or len(a) != len(b):
        return False
    keys = [c for c in a.columns if a[c].dtype.kind != "f"]
    one, other = (f.sort_values(keys, ignore_index=True) for f in (a, b))
    try:
        pd.testing.assert_frame_equal(one, other, check_dtype=False)
    except AssertionError:
        return False
    return True

