"""Publish: plan the workbook, and freeze the plan as the single set of numbers of its cycle, with who approved it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from sop_xl.commands.approved_sheets import SHEETS_OF_PUBLICATION, SNAPSHOTS, read_snapshots
from sop_xl.commands.plan_archive import archive_folder
from sop_xl.commands.publication import Publication
from sop_xl.commands.regenerate import regenerate_on, regenerate_workbook
from sop_xl.commands.report import Report
from sop_xl.commands.reservations import failed_checks, reservations_told
from sop_xl.errors import ContractError, Problem, Severity, errors_in
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.hosts.recalculate import Mode
from sop_xl.plan.scenarios import PROMOTED, RUN
from sop_xl.sheets import sheet
from sop_xl.sheets.read import read_settings, read_sheet

Progress = Callable[[str, int, int], None]

SCENARIOS = "Scenarios"

LONGEST_WORDS = 255
"""Characters of a name or a note."""


def publish_on(
    host: Host, *, approved_by: str, scenario: str = "", note: str = "", as_of: str = "", progress: Progress | None = None
) -> Report:
    """Plan a workbook wherever it is, freeze the plan in it, and save; see `publish_workbook`.

    Nothing leaves the workbook for an archive, as its place on a disk may not be known; what is beyond the settings stays, and the report says so.
    """
    refuse_unless_publishable(host, approved_by, scenario)
    publication = Publication(_words(approved_by), _words(note), as_of or date.today().isoformat(), failed_checks=failed_checks(host))
    return _told(regenerate_on(host, as_of=publication.as_of, progress=progress, freeze=publication), publication)


def publish_workbook(
    workbook: Path,
    *,
    approved_by: str,
    scenario: str = "",
    note: str = "",
    as_of: str = "",
    out: Path | None = None,
    recalc: Mode = "auto",
    progress: Progress | None = None,
) -> Report:
    """Plan a file as `regenerate_workbook` does and freeze the plan in it, all at once.

    Snapshots gets a line with the hash, Approved Plan the figures by family and region, Published Record the inputs and results. Publishing a
    cycle again makes its next version; the earlier one is superseded and stays. What is older than the settings keep goes to Parquet files in
    `<workbook>_archive` beside the file, before it leaves the workbook.

    Parameters
    ----------
    workbook
        The file.
    approved_by
        Who approved the plan.
    scenario
        A scenario that the plan is believed to hold; one that is not promoted is refused. What is recorded does not depend on it: it is every
        scenario that is promoted when the plan is published.
    note
        Free text for Snapshots.
    as_of, out, recalc, progress
        See `regenerate_workbook`.

    Returns
    -------
    Report
        Exit code 1 with the problems where the data have errors; nothing is published and the file is unchanged then.

    Raises
    ------
    ContractError
        Where nobody approved it, the scenario is not promoted, or the workbook lacks the sheets of the cycle.
    HostError, PlanError
        See `regenerate_workbook`.
    """
    host = HeadlessHost(workbook)
    refuse_unless_publishable(host, approved_by, scenario)
    day = as_of or date.today().isoformat()
    publication = Publication(_words(approved_by), _words(note), day, archive_folder(out or workbook), failed_checks(host))
    report = regenerate_workbook(workbook, out=out, as_of=day, recalc=recalc, progress=progress, freeze=publication)
    recalculation = report.facts.get("recalculation")
    if recalculation and recalculation["ran"]:  # Excel's own check of the very plan that was published
        publication.failed_checks = failed_checks(HeadlessHost(out or workbook))
    if not report.exit_code and out is not None:
        publication.problems += _left_behind(workbook, out)
    return _told(report, publication)


def _left_behind(workbook: Path, out: Path) -> list[Problem]:
    """A note where plans of the archive lie beside the file that was read, and not beside the one that was written."""
    places = [one.text("place") for one in read_snapshots(HeadlessHost(out)) if one.archived]
    gone = [place for place in places if not (out.resolve().parent / place).exists() and (workbook.resolve().parent / place).exists()]
    if not gone:
        return []
    words = f"{', '.join(gone)} {'lie' if len(gone) > 1 else 'lies'} beside {workbook}; copy the archive beside {out.name} too, so that sop-xl verify finds it"
    return [Problem(SNAPSHOTS, "", "archive-elsewhere", words, severity=Severity.NOTE)]


def refuse_unless_publishable(host: Host, approved_by: str, scenario: str) -> None:
    """Raise `ContractError` where a publication could not be recorded."""
    present = set(host.sheet_names())
    missing = [name for name in SHEETS_OF_PUBLICATION if name not in present]
    if missing:
        hint = "sop-xl module add WORKBOOK cycle"
        raise ContractError([Problem(missing[0], "", "sheet-not-in-workbook", "expected the workbook to carry this sheet", "no such sheet", hint)])
    if not _words(approved_by):
        raise ContractError([Problem("--by", "", "nobody-approved", "expected the name of who approved the plan", "none", 'sop-xl publish WORKBOOK --by "Ada Miller"')])
    if _words(scenario):
        _refuse_unless_promoted(host, _words(scenario))


def _refuse_unless_promoted(host: Host, scenario: str) -> None:
    """Raise `ContractError` where the plan does not hold a scenario, whose numbers it would be taken for."""
    states: dict[str, str] = {}
    if {"Settings", SCENARIOS} <= set(host.sheet_names()):
        settings, _ = read_settings(host.read_block("Settings"))
        stated = read_sheet(sheet(SCENARIOS), host.read_block(SCENARIOS), settings).frame
        states = dict(zip(stated["scenario"], stated["state"], strict=True))
    name = next((name for name in states if name.casefold() == scenario.casefold()), "")
    if not name:
        raise ContractError([Problem("--scenario", "", "unknown-scenario", "expected a scenario listed in Scenarios", f'"{scenario}"', ", ".join(list(states)[:8]))])
    if states[name] != PROMOTED:
        hint = f'sop-xl scenario promote WORKBOOK "{name}" --by NAME'
        raise ContractError([Problem("--scenario", "", "scenario-not-promoted", "expected a scenario that is part of the plan", f'"{name}", whose state is {states[name] or RUN}', hint)])


def _words(text: str) -> str:
    """A text on one line, blanks in a row as one."""
    return " ".join(text.split())[:LONGEST_WORDS]


def _told(report: Report, publication: Publication) -> Report:
    """The report of the run as that of the publication."""
    name = Path(report.workbook).name
    if report.exit_code:
        errors = len(errors_in(report.problems))
        summary = f"{name} was not published and is unchanged: {errors} error{'s' if errors > 1 else ''} in the data"
        return replace(report, command="publish", summary=summary)
    facts = publication.facts
    on = f" on scenario {publication.scenario}" if publication.scenario else ""
    summary = f"{name}: the plan of {facts['cycle']} is published, version {facts['plan_version']}, approved by {publication.approved_by}{on}. {report.summary}"
    told = [*report.problems, *publication.problems, *reservations_told(publication.failed_checks, publication.reservations, facts["cycle"], facts["plan_version"])]
    return replace(report, command="publish", summary=summary, problems=told, facts=report.facts | facts)
