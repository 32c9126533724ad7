"""Rolling forward to the next month: what happened becomes history, the horizon moves on, the plan is made anew."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sop_xl.blocks import CellValue
from sop_xl.commands.account import STAMPS
from sop_xl.commands.exchange import file_block, fill_table, input_sheet
from sop_xl.commands.inputs import Inputs, planning_timeline, read_inputs
from sop_xl.commands.kept_results import Kept, keeping
from sop_xl.commands.published import approved_of_cycle, read_published
from sop_xl.commands.regenerate import put_in_place, regenerate_on, regenerate_workbook
from sop_xl.commands.report import ExitCode, Report
from sop_xl.commands.roll_actuals import ACTUALS, HISTORY, append_actuals, find_actuals
from sop_xl.commands.roll_carried import carried_over
from sop_xl.commands.roll_horizon import move_current_period, move_horizon
from sop_xl.commands.roll_stock import check_count
from sop_xl.commands.tables import plain_table, table_sheets
from sop_xl.errors import Problem, Severity, errors_in
from sop_xl.hosts.files import read_bytes, replace_file
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.memory import Written, WrittenTable
from sop_xl.hosts.protocol import Host
from sop_xl.hosts.recalculate import Mode
from sop_xl.hosts.snapshot import as_they_stand
from sop_xl.periods import Timeline
from sop_xl.sheets import sheet
from sop_xl.sheets.import_rows import read_file
from sop_xl.sheets.read import read_settings
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import SheetSpec

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class _Given:
    """What a roll is given; see `roll_on`."""

    actuals: Path | None
    inventory: Path | None
    open_orders: Path | None
    partial: bool


@dataclass
class _Rolled:
    """What was rolled: the cycle that ended, input sheets that were written, and both in words."""

    inputs: Inputs | None = None
    ended: Timeline | None = None
    sheets: list[str] = field(default_factory=list)
    told: str = ""


def roll_on(
    host: Host,
    actuals: Path | None = None,
    *,
    inventory: Path | None = None,
    open_orders: Path | None = None,
    partial: bool = False,
    as_of: str = "",
    progress: Progress | None = None,
) -> Report:
    """Roll a workbook wherever it is into the next period, plan it and save; nothing is changed where anything stands against it.

    The actuals of the current period are appended to Demand History; input grids get the column of the period that comes into the plan, and the
    current period moves on. Overrides and decisions stay where they are: what has run out is said and no longer acts. The last plan stays
    as Previous plan in the Financial Plan and by item in Forecast Archive, as in any run of a new period.

    Parameters
    ----------
    host
        A file, Excel itself, or a picture in memory.
    actuals
        CSV file or workbook, long or wide, as Demand History is imported; without it, what stands in the sheet Actuals, which is emptied.
    inventory, open_orders
        Stock on hand and orders under way at the end of the month that is over, as `sop-xl import` takes them; Open Orders is replaced, as what
        has come in is no longer open.
    partial
        Roll although items or locations that have been selling have no actual; they are named in Problems, and their month stays blank.
    as_of
        ISO date of the run; today where empty.
    progress
        Called with (message, done, total); the host's own progress where absent.

    Returns
    -------
    Report
        Exit code 1 with the problems where the actuals are of another period or incomplete, or the data have errors.

    Raises
    ------
    HostError
        When a file cannot be read or the workbook cannot be written.
    PlanError
        When no feasible plan exists.
    """
    rolled, given = _Rolled(), _Given(actuals, inventory, open_orders, partial)
    say = progress or host.progress
    if unreadable := _unreadable(host, given):
        return _told(Report("roll", host.name, ExitCode.PROBLEMS, problems=unreadable), rolled)
    report = regenerate_on(host, as_of=as_of, progress=say, prepare=lambda book: _roll_inputs(book, rolled, given, say))
    return _told(report, rolled)


def roll_workbook(
    workbook: Path,
    actuals: Path | None = None,
    *,
    inventory: Path | None = None,
    open_orders: Path | None = None,
    partial: bool = False,
    out: Path | None = None,
    as_of: str = "",
    recalc: Mode = "auto",
    progress: Progress | None = None,
) -> Report:
    """Roll a file into the next period as `roll_on` does; what it held, inputs included, is kept first, so that `sop-xl restore` brings it back.

    Parameters
    ----------
    out
        Write there instead and leave `workbook` as it is; nothing needs to be kept then.
    recalc
        See `regenerate_workbook`.

    Raises
    ------
    HostError
        When a file cannot be read, written or computed, or what the workbook holds cannot be kept; it is unchanged then.
    PlanError
        When no feasible plan exists.
    """
    rolled, given = _Rolled(), _Given(actuals, inventory, open_orders, partial)
    say = progress or (lambda message, done, total: None)
    original = read_bytes(workbook)
    if unreadable := _unreadable(HeadlessHost(workbook), given):
        return _told(Report("roll", str(workbook), ExitCode.PROBLEMS, problems=unreadable), rolled)
    with tempfile.TemporaryDirectory(prefix="sop_xl_", ignore_cleanup_errors=True) as folder:
        draft = Path(folder) / (out or workbook).name
        report = regenerate_workbook(
            workbook, out=draft, as_of=as_of, recalc=recalc, progress=say,
            prepare=lambda book: _roll_inputs(book, rolled, given, say),
        )  # fmt: skip
        if report.exit_code:
            return _told(report, rolled)
        if out is not None:
            replace_file(out, read_bytes(draft))
        else:
            host = HeadlessHost(workbook)
            host.check_writable()
            with keeping(_kept(host, workbook, HeadlessHost(draft))):
                put_in_place(draft, workbook, None, original)
    return replace(_told(report, rolled), workbook=str(out or workbook))


def _unreadable(host: Host, given: _Given) -> list[Problem]:
    """Errors in the files themselves, told at once and not only after the whole workbook was read.

    Raises
    ------
    HostError
        When one of them does not exist or cannot be read.
    """
    settings, wrong = read_settings(host.read_block("Settings")) if "Settings" in host.sheet_names() else (Settings(), [])
    problems = list[Problem]()
    for name, file in ((HISTORY, given.actuals), ("Inventory", given.inventory), ("Open Orders", given.open_orders)):
        if file is not None:
            block = file_block(file, *((HISTORY, ACTUALS) if name == HISTORY else (name,)))
            problems += errors_in(read_file(sheet(name), block, settings).problems)
    return [] if errors_in(wrong) else problems


def _kept(host: Host, workbook: Path, after: Host) -> Kept:
    """What the workbook holds in every table that is another one after the roll, and in the cells that a run stamps."""
    named = {name.casefold() for name in host.cell_names()}
    about = Written(
        {spec.name: WrittenTable([], []) for spec in table_sheets(host) if host.table_place(spec.name) and _content(host, spec) != _content(after, spec)},
        {name: None for name in STAMPS if name.casefold() in named},
    )
    now = datetime.now().isoformat(timespec="minutes")
    return Kept(str(workbook.absolute()), "roll", now, as_they_stand(host, about))


def _content(host: Host, spec: SheetSpec) -> tuple[list[str], list[tuple[int, list[CellValue]]]]:
    table = plain_table(spec, host.read_block(spec.name))
    return table.header, table.rows


def _roll_inputs(host: Host, rolled: _Rolled, given: _Given, say: Progress) -> list[Problem]:
    """Change the inputs, unsaved; problems that stand against rolling, and what was remarked."""
    inputs = read_inputs(host, say)
    if inputs.has_errors:
        return list(inputs.problems)
    timeline, found = planning_timeline(inputs)
    if timeline is None:
        return found
    rolled.inputs, rolled.ended = inputs, timeline
    say("Appending actuals", 0, 0)
    brought = find_actuals(host, inputs, timeline, given.actuals, partial=given.partial)
    if errors_in(brought.problems):
        return list(brought.problems)
    problems = [*brought.problems, *_before_rolling(host, timeline), *check_count(inputs, timeline, given.inventory)]
    widened, notes = move_horizon(host, inputs.settings, timeline)
    problems += notes
    rolled.sheets += widened
    if brought.block is not None:
        notes, rolled.told = append_actuals(host, brought.block)
        problems += notes
        rolled.sheets += [HISTORY, *([ACTUALS] if brought.block.sheet == ACTUALS and ACTUALS in host.sheet_names() else [])]
    for name, file, anew in (("Inventory", given.inventory, False), ("Open Orders", given.open_orders, True)):
        if file is not None:
            notes, *_ = fill_table(host, input_sheet(host, name), file, replace=anew)
            problems += notes
            rolled.sheets.append(name)
    if move_current_period(host, inputs.settings, timeline):
        rolled.sheets.append("Settings")
    return problems


def _before_rolling(host: Host, timeline: Timeline) -> list[Problem]:
    """What should have been done in the cycle that ends; nothing of it stops the roll."""
    label = timeline.calendar.label(timeline.current)
    if (host.read_name("sop_status"), host.read_name("sop_current_period")) != ("planned", label):
        return [Problem("Home", "", "never-planned", f"{label} was never planned: the next cycle has no plan of it to look back on", severity=Severity.WARNING)]
    if "Snapshots" in host.sheet_names() and approved_of_cycle(read_published(host), timeline.current) is None:
        hint = "what it said stays as Previous plan and in Forecast Archive, but nobody approved it"
        return [Problem("Snapshots", "", "never-published", f"{label} was never published", severity=Severity.WARNING, hint=hint)]
    return []


def _told(report: Report, rolled: _Rolled) -> Report:
    """The run's report with what was rolled."""
    ended = rolled.ended
    if report.exit_code or ended is None or rolled.inputs is None:
        errors = len(errors_in(report.problems))
        summary = f"{report.workbook} was not rolled and is unchanged: {errors} error{'s' if errors != 1 else ''}"
        return replace(report, command="roll", summary=summary if report.exit_code else report.summary)
    label = ended.calendar.label
    from_period, to_period = label(ended.current), label(ended.calendar.shift(ended.current, 1))
    facts, tables = carried_over(rolled.inputs.frame("Decisions"), report.problems, ended)
    history = f"{rolled.told} in {HISTORY}. " if rolled.told else ""
    return replace(
        report,
        command="roll",
        summary=f"Rolled from {from_period} to {to_period}: {history}{report.summary}",
        facts=report.facts | {"rolled_from": from_period, "rolled_to": to_period, "history": rolled.told, "inputs_written": sorted(set(rolled.sheets)), **facts},
        tables=[*tables, *report.tables],
    )
