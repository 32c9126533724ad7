"""Whether published plans are as they were published: every cell of Snapshots and Approved Plan against the record, and the hash computed again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sop_xl.blocks import a1
from sop_xl.commands.approved_sheets import (
    APPROVED_PLAN,
    PUBLISHED_RECORD,
    SNAPSHOTS,
    Key,
    Snapshot,
    cells_of,
    key_of_line,
    read_approved,
    read_snapshots,
)
from sop_xl.commands.plan_archive import read_archived
from sop_xl.commands.published import Published, record_of, record_texts
from sop_xl.commands.record_proof import changed_frames, record_hash
from sop_xl.commands.tables import PlainTable, plain_text
from sop_xl.errors import HostError, Problem, Severity
from sop_xl.hosts.protocol import Host
from sop_xl.plan.approved import TOTALS, Line, approved_hash, approved_lines, approved_totals, figure_text
from sop_xl.sheets import sheet
from sop_xl.sheets.spec import LABEL_COLUMNS
from sop_xl.vocabulary import MEASURES

PUBLISHED_RULES = ("snapshot-missing", "snapshot-changed", "record-unreadable", "approved-changed", "approved-missing", "hash-differs", "record-changed")
"""Rules of the problems that tell of a change."""

MOST_CELLS = 20
"""Changed cells that are named of one plan."""


@dataclass(frozen=True)
class _Kept:
    """What is kept of the published plans of a workbook."""

    folder: Path | None
    table: PlainTable
    texts: dict[Key, str]


def verify_published(host: Host, folder: Path | None) -> list[Problem]:
    """Hold every published plan against its record and its hash.

    Parameters
    ----------
    host
        The workbook.
    folder
        Where it lies, with its archive; `None` where that is not known: what is in an archive is not verified then.

    Returns
    -------
    One problem per changed cell, as far as the record tells which, else one for the plan, and one per table of a record; a note on each plan whose
    record has no hash. Nothing else where every plan is as it was published.
    """
    kept = _Kept(folder, read_approved(host), record_texts(host))
    snapshots = read_snapshots(host)
    found = [problem for one in snapshots for problem in _of_plan(one, kept)]
    listed = {one.key for one in snapshots}
    for name, keys in ((APPROVED_PLAN, {key_of_line(cells) for _, cells in kept.table.rows}), (PUBLISHED_RECORD, set(kept.texts))):
        for cycle, version in sorted(keys - listed):
            expected = f"expected a line for {cycle}, version {version}, as {name} holds it"
            found.append(Problem(SNAPSHOTS, "", "snapshot-missing", expected, "none"))
    return found


def _of_plan(snapshot: Snapshot, kept: _Kept) -> list[Problem]:
    """What is wrong with one published plan."""
    cycle, version = snapshot.key
    try:
        published = _record(snapshot, kept)
    except HostError as error:
        return [Problem(SNAPSHOTS, _cell(snapshot, "place"), "record-unreadable", f"the plan of {cycle}, version {version}, cannot be verified: {error}")]
    if published is None:
        lines = [cell.line for cell in cells_of(kept.table, snapshot.key)]
        return [] if snapshot.archived and kept.folder is None else _hash_problem(snapshot, lines)
    frozen = published.results[APPROVED_PLAN]
    lines = approved_lines(frozen, published.settings.make_calendar())
    said = [*_changed_words(snapshot, published), *_changed_totals(snapshot, approved_totals(frozen))]
    changed = list(_changed_cells(snapshot, lines, kept.table))
    if len(changed) > MOST_CELLS:
        more = f"{len(changed) - MOST_CELLS} more cells of {cycle}, version {version}, differ from what was approved"
        changed = [*changed[:MOST_CELLS], Problem(APPROVED_PLAN, "", "approved-changed", more)]
    behind = record_problems(snapshot, published, snapshot.text("place") if snapshot.archived else PUBLISHED_RECORD)
    # words that were changed explain a hash that differs: it is computed over them
    return [*said, *changed, *behind, *([] if said else _hash_problem(snapshot, lines)), *not_covered(snapshot)]


def record_problems(snapshot: Snapshot, published: Published, where: str) -> list[Problem]:
    """What is wrong with the tables of a record, held against the hash of them all; one problem per table as far as the record tells which."""
    if not snapshot.text("record_hash") or record_hash(published) == snapshot.text("record_hash"):
        return []
    cycle, version = snapshot.key
    names = changed_frames(published) or ["the record"]
    return [Problem(where, "", "record-changed", f"expected {name} of the plan of {cycle}, version {version}, as it was published", "another") for name in names]


def not_covered(snapshot: Snapshot) -> list[Problem]:
    """A note on a plan that was published before the tables behind it were hashed."""
    if snapshot.text("record_hash"):
        return []
    cycle, version = snapshot.key
    words = f"the plan of {cycle}, version {version}, was published before the tables behind it were hashed: its figures by family are verified, inputs and items are not"
    return [Problem(SNAPSHOTS, _cell(snapshot, "record_hash"), "record-not-covered", words, severity=Severity.NOTE)]


def _record(snapshot: Snapshot, kept: _Kept) -> Published | None:
    """The record, from the workbook or the archive; `None` where it is not kept or cannot be reached."""
    if snapshot.key in kept.texts:
        record = record_of(kept.texts[snapshot.key])
        return record if APPROVED_PLAN in record.results else None
    if not snapshot.archived or kept.folder is None:
        return None
    record, digest = read_archived(kept.folder / snapshot.text("place"))
    if digest != snapshot.text("hash"):
        raise HostError(f"the archive {snapshot.text('place')} holds another plan")
    return record


def _changed_words(snapshot: Snapshot, published: Published) -> Iterator[Problem]:
    for field in ("as_of", "approved_by", "scenario"):
        expected, got = str(getattr(published, field)), snapshot.text(field)
        if got != expected:
            yield Problem(SNAPSHOTS, _cell(snapshot, field), "snapshot-changed", f'expected "{expected}" as published', f'"{got}"')


def _changed_totals(snapshot: Snapshot, totals: dict[str, float]) -> Iterator[Problem]:
    for field in TOTALS:
        got = snapshot.cells.get(field)
        expected = figure_text(totals[field]) if field in totals else ""
        if (figure_text(float(got)) if isinstance(got, (int, float)) else plain_text(got)) != expected:
            yield Problem(SNAPSHOTS, _cell(snapshot, field), "snapshot-changed", f"expected {expected or 'an empty cell'} as published", plain_text(got) or "an empty cell")


def _changed_cells(snapshot: Snapshot, lines: list[Line], table: PlainTable) -> Iterator[Problem]:
    """Figures of Approved Plan that are not those of the record; periods that the sheet does not show any more are left out."""
    cycle, version = snapshot.key
    own = [(row, cells) for row, cells in table.rows if key_of_line(cells) == snapshot.key]
    if not own:
        if not snapshot.archived:
            yield Problem(APPROVED_PLAN, "", "approved-missing", f"expected the figures of {cycle}, version {version}", "none")
        return
    names = [c.name for c in table.spec.columns]
    places = [names.index(name) for name in ("family", "region", "measure")]
    rows = {tuple(plain_text(cells[p]) for p in places): (row, cells) for row, cells in own}
    columns = {label: place for place, label in enumerate(table.header) if place >= LABEL_COLUMNS}
    by, day = snapshot.text("approved_by"), snapshot.text("as_of")
    known = set()
    lost: set[tuple[str, ...]] = set()
    for family, region, measure, period, value in lines:
        labels = (family, region, MEASURES[measure].label)
        known.add((*labels, period))
        if period not in columns:
            continue
        if labels not in rows:
            if labels not in lost:
                lost.add(labels)
                yield Problem(APPROVED_PLAN, "", "approved-missing", f"expected the line {', '.join(filter(None, labels))} of {cycle}, version {version}", "none")
            continue
        row, cells = rows[labels]
        got = cells[columns[period]]
        if isinstance(got, bool) or not isinstance(got, (int, float)) or figure_text(float(got)) != figure_text(value):
            expected = f"expected {figure_text(value)}, as {by} approved on {day}"
            yield Problem(APPROVED_PLAN, table.address(row, columns[period]), "approved-changed", expected, plain_text(got) or "an empty cell")
    for line, (row, cells) in rows.items():
        for label, place in columns.items():
            if plain_text(cells[place]) and (*line, label) not in known:
                expected = f"expected an empty cell, as {by} approved on {day}"
                yield Problem(APPROVED_PLAN, table.address(row, place), "approved-changed", expected, plain_text(cells[place]))


def _hash_problem(snapshot: Snapshot, lines: list[Line]) -> list[Problem]:
    cycle, version = snapshot.key
    digest = approved_hash(lines, cycle=cycle, version=version, **snapshot.words)
    if digest == snapshot.text("hash"):
        return []
    expected = f"the plan of {cycle}, version {version}, is not the one that was approved: its hash is {digest[:12]}..."
    return [Problem(SNAPSHOTS, _cell(snapshot, "hash"), "hash-differs", expected, f"{snapshot.text('hash')[:12]}...")]


def _cell(snapshot: Snapshot, field: str) -> str:
    """Address of a cell of Snapshots; its table begins in column A."""
    names = [c.name for c in sheet(SNAPSHOTS).columns]
    return a1(snapshot.row, names.index(field) + 1) if snapshot.row else ""
