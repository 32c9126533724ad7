"""Read every input and say what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sop_xl.commands.inputs import planning_timeline, read_inputs
from sop_xl.commands.report import ExitCode, Report, count
from sop_xl.errors import Severity, errors_in
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.protocol import Host
from sop_xl.sheets import sheet
from sop_xl.sheets.write import problem_rows, record_rows


def check_on(host: Host, *, write: bool = False, progress: Callable[[str, int, int], None] | None = None) -> Report:
    """List the problems of a workbook's inputs, each with its cell; exit code 1 when one of them stops a run.

    Parameters
    ----------
    host
        A file, Excel itself, or a picture in memory.
    write
        Also write them to the Problems sheet, and to Budget Mapping how the budget was understood, and save. Otherwise the workbook is not
        touched.
    progress
        Called with (message, done, total); the host's own progress where absent.

    Raises
    ------
    HostError
        When the workbook cannot be read or written.
    """
    if write:
        host.check_writable()
    inputs = read_inputs(host, progress)
    problems = list(inputs.problems)
    if not inputs.has_errors:
        problems += planning_timeline(inputs)[1]
    if write and "Problems" in host.sheet_names():
        host.write_table("Problems", *problem_rows(problems))
        if "Budget Mapping" in host.sheet_names():
            # what a planner decides there must not wait for a run, which errors prevent
            host.write_table("Budget Mapping", *record_rows(sheet("Budget Mapping"), inputs.budget_mapping))
        host.save()
    errors = errors_in(problems)
    tally = ", ".join(_some(count(problems, s), s.value) for s in Severity)
    return Report(
        command="check",
        workbook=host.name,
        exit_code=ExitCode.PROBLEMS if errors else ExitCode.FINE,
        summary=f"{host.name}: {tally}",
        problems=problems,
        facts={"inputs": inputs.fingerprint, "rows": {name: len(r.frame) for name, r in inputs.readings.items()}},
    )


def check_workbook(workbook: Path, *, write: bool = False, progress: Callable[[str, int, int], None] | None = None) -> Report:
    """Check a file as `check_on` does.

    Raises
    ------
    HostError
        When the file cannot be read or written.
    """
    report = check_on(HeadlessHost(workbook, progress=progress), write=write, progress=progress)
    return replace(report, workbook=str(workbook))


def _some(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
