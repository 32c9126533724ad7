"""Publish: plan the workbook, and freeze the plan as the single set of numbers of its cycle, with who approved it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from sop_xl.commands.approved_sheets import SHEETS_OF_PUBLICATION
from sop_xl.commands.plan_archive import archive_folder
from sop_xl.commands.publication import Publication
from sop_xl.commands.regenerate import regenerate_on, regenerate_workbook
from sop_xl.commands.report import Report
from sop_xl.commands.tables import plain_table, plain_text
from sop_xl.errors import ContractError, Problem, errors_in
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.hosts.recalculate import Mode
from sop_xl.sheets import sheet

Progress = Callable[[str, int, int], None]

LONGEST_WORDS = 255
"""Characters of a name or a note."""


def publish_on(
    host: Host, *, approved_by: str, scenario: str = "", note: str = "", as_of: str = "", progress: Progress | None = None
) -> Report:
    """Plan a workbook wherever it is, freeze the plan in it, and save; see `publish_workbook`.

    Nothing leaves the workbook for an archive, as its place on a disk may not be known; what is beyond the settings stays, and the report says so.
    """
    refuse_unless_publishable(host, approved_by, scenario)
    publication = Publication(_words(approved_by), _words(scenario), _words(note), as_of or date.today().isoformat())
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
        Which one of Scenarios was chosen; empty: the plan itself.
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
        Where nobody approved it, the scenario is not one of Scenarios, or the workbook lacks the sheets of the cycle.
    HostError, PlanError
        See `regenerate_workbook`.
    """
    host = HeadlessHost(workbook)
    refuse_unless_publishable(host, approved_by, scenario)
    day = as_of or date.today().isoformat()
    publication = Publication(_words(approved_by), _words(scenario), _words(note), day, archive_folder(out or workbook))
    report = regenerate_workbook(workbook, out=out, as_of=day, recalc=recalc, progress=progress, freeze=publication)
    return _told(report, publication)


def refuse_unless_publishable(host: Host, approved_by: str, scenario: str) -> None:
    """Raise `ContractError` where a publication could not be recorded."""
    present = set(host.sheet_names())
    missing = [name for name in SHEETS_OF_PUBLICATION if name not in present]
    if missing:
        hint = "sop-xl module add WORKBOOK cycle"
        raise ContractError([Problem(missing[0], "", "sheet-not-in-workbook", "expected the workbook to carry this sheet", "no such sheet", hint)])
    if not _words(approved_by):
        raise ContractError([Problem("--by", "", "nobody-approved", "expected the name of who approved the plan", "none", 'sop-xl publish WORKBOOK --by "Ada Miller"')])
    known = _scenarios(host)
    if _words(scenario) and _words(scenario) not in known:
        raise ContractError([Problem("--scenario", "", "unknown-scenario", "expected a scenario listed in Scenarios", f'"{scenario}"', ", ".join(known[:8]))])


def _scenarios(host: Host) -> list[str]:
    if "Scenarios" not in host.sheet_names():
        return []
    table = plain_table(sheet("Scenarios"), host.read_block("Scenarios"))
    label = next(c.label for c in table.spec.columns if c.name == "scenario")
    if label not in table.header:
        return []
    place = table.header.index(label)
    return [text for _, cells in table.rows if (text := plain_text(cells[place]).strip())]


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
    return replace(report, command="publish", summary=summary, problems=[*report.problems, *publication.problems], facts=report.facts | facts)
