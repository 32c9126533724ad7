"""One publication: what it writes to Snapshots, Approved Plan and Published Record, and what leaves the workbook for the archive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.commands.approval import plan_to_approve
from sop_xl.commands.approved_sheets import (
    APPROVED,
    APPROVED_PLAN,
    PUBLISHED_RECORD,
    SNAPSHOTS,
    SUPERSEDED,
    WORKBOOK,
    Key,
    Snapshot,
    approved_rows_of,
    approved_table,
    key_of_line,
    read_approved,
    read_snapshots,
    snapshot_table,
)
from sop_xl.commands.plan_archive import write_archived
from sop_xl.commands.published import (
    published_now,
    record_of,
    record_rows_of,
    record_text,
    record_texts,
)
from sop_xl.commands.record_proof import record_hash, sealed
from sop_xl.commands.reservations import recorded, reservations
from sop_xl.commands.scenario_inputs import promoted_scenarios
from sop_xl.commands.tables import PlainTable
from sop_xl.errors import HostError, Problem, Severity
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline
from sop_xl.plan.approved import approved_hash, approved_lines, approved_totals
from sop_xl.sheets import sheet

if TYPE_CHECKING:
    from sop_xl.commands.results import Results

MOST_ROWS = 18_000
"""Lines of Approved Plan; formulas of the workbook read 20,000 rows of a grid."""


@dataclass(frozen=True)
class _Before:
    """What had been published before this run."""

    snapshots: list[Snapshot]
    approved: PlainTable
    records: dict[Key, str]


@dataclass
class Publication:
    """Writes what a run publishes, together with the run's own results.

    It is called twice: before the run says how the cycle stands, so that the cycle knows of it, and after, so that what the cycle says is part of
    the record. The second call writes the same again with that in it, and the archive.

    Parameters
    ----------
    approved_by, note, as_of
        What is recorded.
    archive
        Folder for plans that leave the workbook; `None` where nobody knows a place for it: everything stays in the workbook then.
    facts
        What was published, in plain JSON types; filled by the calls.
    failed_checks
        Native checks that disagreed in the workbook before the run.
    scenario
        Names of the scenarios that the plan holds, those that are promoted, with commas between; filled by the calls.
    reservations
        What stands against the plan, see `reservations`; filled by the calls.
    problems
        Notes on what left the workbook or had to stay; filled by the calls.
    """

    approved_by: str
    note: str = ""
    as_of: str = ""
    archive: Path | None = None
    failed_checks: int = 0
    scenario: str = field(default="", init=False)
    reservations: list[str] = field(default_factory=list, init=False)
    facts: dict[str, object] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _before: _Before | None = None

    def __call__(self, host: Host, results: Results, timeline: Timeline, problems: Sequence[Problem]) -> None:
        """Write the publication into the workbook; `results` without a cycle is the first call, and `problems` are what the run remarked by the second."""
        if self._before is None:
            self._before = _Before(read_snapshots(host), read_approved(host), record_texts(host))
        before, label = self._before, timeline.calendar.label(timeline.current)
        version = 1 + max((one.key[1] for one in before.snapshots if one.key[0] == label), default=0)
        inputs = results.inputs
        self.reservations = reservations(problems, results.cycle, timeline.current)
        self.scenario = ", ".join(promoted_scenarios(inputs))
        frozen = plan_to_approve(results, timeline, version)
        lines = approved_lines(frozen, timeline.calendar)
        record = published_now(results, timeline.current, version, self.as_of, self.approved_by, self.scenario)
        record = sealed(replace(record, results={**record.results, APPROVED_PLAN: frozen}))
        behind = record_hash(record)
        digest = approved_hash(lines, cycle=label, version=version, as_of=self.as_of, approved_by=self.approved_by, scenario=self.scenario, record=behind)
        texts = before.records | {(label, version): record_text(record)}
        new = Snapshot(0, self._cells(label, version, digest, behind, frozen))
        snapshots = [*(_superseded(one, label) for one in before.snapshots), new]
        rows = approved_rows_of(frozen, results.shown, inputs.settings.plan_currency)
        settings = inputs.settings
        keys_in_sheet = [key_of_line(cells) for _, cells in before.approved.rows]
        records_gone, plans_gone = _leaving(snapshots, texts, keys_in_sheet, len(rows), settings.record_cycles, settings.approved_cycles)
        self.problems = []
        if results.cycle is not None and (records_gone or plans_gone):
            snapshots, records_gone, plans_gone = self._archived(snapshots, texts, records_gone, plans_gone)
        kept = {key: text for key, text in texts.items() if key not in records_gone}
        table = approved_table(before.approved, results.shown, without=plans_gone, more=rows)
        host.write_table(SNAPSHOTS, *snapshot_table(snapshots))
        host.write_table(APPROVED_PLAN, *table, sparse=True)
        host.write_table(PUBLISHED_RECORD, [c.label for c in sheet(PUBLISHED_RECORD).columns], record_rows_of(kept))
        self.facts = {
            "cycle": label, "plan_version": version, "approved_by": self.approved_by, "scenario": self.scenario, "hash": digest,
            "totals": approved_totals(frozen), "plan_currency": settings.plan_currency, "record_bytes": len(texts[label, version]),
            "records_in_workbook": len(kept), "archived": sorted(f"{cycle} v{n}" for cycle, n in records_gone),
        }  # fmt: skip

    def _cells(self, label: str, version: int, digest: str, behind: str, frozen: pd.DataFrame) -> dict[str, CellValue]:
        return {
            "cycle": label, "version": float(version), "as_of": self.as_of, "approved_by": self.approved_by, "scenario": self.scenario or None,
            **approved_totals(frozen), "state": APPROVED, "place": WORKBOOK, "hash": digest, "note": self.note or None, "record_hash": behind, "reservations": recorded(self.failed_checks, self.reservations) or None,
        }  # fmt: skip

    def _archived(
        self, snapshots: list[Snapshot], texts: dict[Key, str], records_gone: set[Key], plans_gone: set[Key]
    ) -> tuple[list[Snapshot], set[Key], set[Key]]:
        """Write what leaves to the archive before it is gone from the workbook; what cannot be written stays.

        Figures of Approved Plan go only where the whole record is in the archive: with it now, or since an earlier publication.
        """
        if self.archive is None:
            words = f"{len(records_gone | plans_gone)} earlier plans stay in the workbook, as the archive has no place beside a file; publish the file with sop-xl publish to archive them"
            self.problems.append(Problem(PUBLISHED_RECORD, "", "archive-without-place", words, severity=Severity.NOTE))
            return snapshots, set(), set()
        by_key = {one.key: one for one in snapshots}
        places: dict[Key, CellValue] = {}
        for key in sorted(records_gone):
            try:
                place = write_archived(self.archive, key[0], record_of(texts[key]), by_key[key].text("hash"))
            except HostError as error:
                self.problems.append(Problem(PUBLISHED_RECORD, "", "not-archived", f"the plan of {key[0]}, version {key[1]}, stays in the workbook: {error}", severity=Severity.WARNING))
                records_gone = records_gone - {key}
                continue
            places[key] = place
            words = f"the plan of {key[0]}, version {key[1]}, went to {place} beside the file"
            self.problems.append(Problem(PUBLISHED_RECORD, "", "archived", words, severity=Severity.NOTE))
        moved = [replace(one, cells=one.cells | {"place": places[one.key]}) if one.key in places else one for one in snapshots]
        archived = {one.key for one in moved if one.archived}
        return moved, records_gone, plans_gone & archived


def _superseded(snapshot: Snapshot, cycle: str) -> Snapshot:
    if snapshot.key[0] != cycle:
        return snapshot
    return replace(snapshot, cells=snapshot.cells | {"state": SUPERSEDED})


def _leaving(
    snapshots: Sequence[Snapshot], texts: dict[Key, str], in_sheet: Sequence[Key], new_rows: int, record_cycles: int, approved_cycles: int
) -> tuple[set[Key], set[Key]]:
    """Plans whose records, and whose figures, are beyond what the settings keep.

    Of the kept cycles the latest version has its record in the workbook; a plan whose figures go gives up its record, too.
    """
    latest: dict[str, Key] = {}
    for one in sorted(snapshots, key=lambda one: one.key):
        latest[one.key[0]] = one.key
    cycles = sorted(latest)
    plans_gone = {key for key in set(in_sheet) if key[0] not in cycles[-approved_cycles:]}
    rows = new_rows + sum(key not in plans_gone for key in in_sheet)
    for key in sorted(set(in_sheet) - plans_gone):
        if rows <= MOST_ROWS:
            break
        plans_gone.add(key)
        rows -= in_sheet.count(key)
    stay = {latest[cycle] for cycle in cycles[-record_cycles:]}
    records_gone = {key for key in texts if key not in stay or key in plans_gone}
    listed = {one.key for one in snapshots}
    return {key for key in records_gone if key in listed}, plans_gone
