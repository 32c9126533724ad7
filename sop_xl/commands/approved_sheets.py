"""Snapshots and Approved Plan as they stand in the workbook: read without changing a cell, and laid out anew.

Both sheets are a record. What they hold is carried over as it stands, so that a run neither mends nor hides what somebody changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.commands.tables import PlainTable, plain_table, plain_text
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline
from sop_xl.plan.approved import Line
from sop_xl.sheets import sheet
from sop_xl.sheets.spec import LABEL_COLUMNS
from sop_xl.sheets.write import grid_rows
from sop_xl.vocabulary import MEASURES

SNAPSHOTS, APPROVED_PLAN, PUBLISHED_RECORD = "Snapshots", "Approved Plan", "Published Record"
SHEETS_OF_PUBLICATION = (SNAPSHOTS, APPROVED_PLAN, PUBLISHED_RECORD)
WORKBOOK = "workbook"
"""Where the record of a plan is kept that has not left the workbook."""
APPROVED, SUPERSEDED = "approved", "superseded"

Key = tuple[str, int]
"""Label of a cycle, and version."""
Table = tuple[list[str], list[list[CellValue]]]

_BY_LABEL = {term.label: name for name, term in MEASURES.items()}


@dataclass(frozen=True)
class Snapshot:
    """One line of Snapshots.

    Parameters
    ----------
    row
        Where it stands, 1-based; 0 = not in the workbook yet.
    cells
        By field of the sheet's contract; empty cells are `None`.
    """

    row: int
    cells: dict[str, CellValue]

    @property
    def key(self) -> Key:
        """Label of its cycle, and version."""
        return self.text("cycle"), version_of(self.cells.get("version"))

    def text(self, field: str) -> str:
        """A cell as text; `""` where it is empty."""
        return plain_text(self.cells.get(field))

    @property
    def words(self) -> dict[str, str]:
        """What its hash covers beside the figures, cycle and version."""
        return {name: self.text(name) for name in ("as_of", "approved_by", "scenario")} | {"record": self.text("record_hash")}

    @property
    def archived(self) -> bool:
        """Whether its record is kept beside the file."""
        return self.text("place") not in ("", WORKBOOK)


def version_of(cell: CellValue) -> int:
    """A version as a number; 0 for what is none."""
    text = plain_text(cell)
    return int(text) if text.isdigit() else 0


def read_snapshots(host: Host) -> list[Snapshot]:
    """Lines of Snapshots in their order; none where the workbook lacks the sheet."""
    if SNAPSHOTS not in host.sheet_names():
        return []
    spec = sheet(SNAPSHOTS)
    table = plain_table(spec, host.read_block(SNAPSHOTS))
    names = [c.name for c in spec.columns]
    return [Snapshot(row, dict(zip(names, cells, strict=False))) for row, cells in table.rows]


def snapshot_table(snapshots: Iterable[Snapshot]) -> Table:
    """Header and rows of Snapshots, by cycle and version."""
    spec = sheet(SNAPSHOTS)
    rows = [[one.cells.get(c.name) for c in spec.columns] for one in sorted(snapshots, key=lambda one: one.key)]
    return [c.label for c in spec.columns], rows


def approved_of(snapshots: Sequence[Snapshot], cycle: str) -> Snapshot | None:
    """The latest version of a cycle; `None` where nothing of it was published."""
    own = [one for one in snapshots if one.key[0] == cycle]
    return max(own, key=lambda one: one.key) if own else None


def read_approved(host: Host) -> PlainTable:
    """Approved Plan as it stands; without rows where the workbook lacks the sheet."""
    spec = sheet(APPROVED_PLAN)
    if APPROVED_PLAN not in host.sheet_names():
        return PlainTable(spec, [], [], 1)
    return plain_table(spec, host.read_block(APPROVED_PLAN))


def key_of_line(cells: Sequence[CellValue]) -> Key:
    """Label of cycle, and version, of a row of Approved Plan."""
    return plain_text(cells[0]), version_of(cells[1])


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of Approved Plan: its line, and where it stands."""

    line: Line
    address: str


def cells_of(table: PlainTable, key: Key) -> list[Cell]:
    """Every figure of one approved plan in the sheet; what is no number is left out, an unknown measure goes by its text."""
    names = [c.name for c in table.spec.columns]
    family, region, measure = (names.index(name) for name in ("family", "region", "measure"))
    found = []
    for row, cells in table.rows:
        if key_of_line(cells) != key:
            continue
        labels = plain_text(cells[family]), plain_text(cells[region]), plain_text(cells[measure])
        name = _BY_LABEL.get(labels[2], labels[2])
        for place in range(LABEL_COLUMNS, len(cells)):
            value = cells[place]
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                found.append(Cell((labels[0], labels[1], name, table.header[place], float(value)), table.address(row, place)))
    return found


def approved_rows_of(approved: pd.DataFrame, shown: Timeline, plan_currency: str) -> list[list[CellValue]]:
    """Rows of one approved plan in the columns of the workbook's window."""
    cycles = approved["cycle"].map(shown.calendar.label).tolist()
    versions = [str(int(v)) for v in approved["version"]]
    labelled = approved.drop(columns=["cycle", "version"]).assign(cycle=cycles, version=versions)
    return grid_rows(sheet(APPROVED_PLAN), labelled, shown, plan_currency=plan_currency)[1]


def approved_table(table: PlainTable, shown: Timeline, *, without: Iterable[Key] = (), more: Iterable[Sequence[CellValue]] = ()) -> Table:
    """Approved Plan in the columns of the workbook's window: its lines as they stand, those of some plans left out, and more of them.

    A period that the window no longer shows has no column; its figures are in the published record or in the archive.
    """
    header = [c.label for c in sheet(APPROVED_PLAN).columns] + shown.labels
    gone = set(without)
    places = {label: place for place, label in enumerate(table.header) if place >= LABEL_COLUMNS}
    rows: list[list[CellValue]] = []
    for _, cells in table.rows:
        if key_of_line(cells) not in gone:
            rows.append([*cells[:LABEL_COLUMNS], *(cells[places[label]] if label in places else None for label in shown.labels)])
    return header, sorted([*rows, *(list(row) for row in more)], key=key_of_line)


def relay_approved(host: Host, shown: Timeline) -> None:
    """Move the columns of Approved Plan to the window that every grid shows; nothing is written where it shows that already."""
    table = read_approved(host)
    if table.header and table.header[LABEL_COLUMNS:] != shown.labels:
        host.write_table(APPROVED_PLAN, *approved_table(table, shown), sparse=True)
