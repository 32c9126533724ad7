"""Whether the results in workbooks are those of their inputs, and published plans as they were published. Nothing is written."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from sop_xl.commands.diff import diff_workbooks
from sop_xl.commands.regenerate import regenerate_workbook
from sop_xl.commands.report import ExitCode, Report
from sop_xl.commands.verify_published import PUBLISHED_RULES, verify_published
from sop_xl.errors import Problem
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.recalculate import Mode

TOLERANCE = 1e-6
"""Two machines may differ in the last digits; no planner's figure is that fine."""


def verify_workbooks(
    workbooks: Sequence[Path],
    *,
    tolerance: float = TOLERANCE,
    relative: float = TOLERANCE,
    recalc: Mode = "auto",
    progress: Callable[[str, int, int], None] | None = None,
) -> Report:
    """Plan a copy of each workbook as of its own date and compare table by table; hold every published plan against its record and hash.

    Parameters
    ----------
    tolerance, relative
        See `diff_workbooks`.
    recalc
        See `regenerate_workbook`. Where cells mix native functions with ours, it must be as in the run that is verified: what nobody computes is
        listed on Problems.

    Returns
    -------
    Report
        Exit code 1 where a workbook's results are not those of its inputs, where its inputs have errors, where it was never planned, or where a published plan was changed;
        `facts["workbooks"]` says which, with the number of differences.

    Raises
    ------
    HostError
        When a file cannot be read.
    """
    reports = [_verify(path, tolerance, relative, recalc, progress) for path in workbooks]
    stale = [r for r in reports if r.exit_code]
    return Report(
        command="verify",
        workbook=", ".join(str(path) for path in workbooks),
        exit_code=ExitCode.PROBLEMS if stale else ExitCode.FINE,
        summary="; ".join(r.summary for r in reports),
        problems=[p for r in reports for p in r.problems],
        facts={"workbooks": [{"workbook": r.workbook, "up_to_date": not r.exit_code, "published_changed": sum(p.rule in PUBLISHED_RULES for p in r.problems), "differences": len(r.facts.get("differences", ()))} for r in reports]},
        tables=[table for r in reports for table in r.tables],
    )


def _verify(workbook: Path, tolerance: float, relative: float, recalc: Mode, progress: Callable[[str, int, int], None] | None) -> Report:
    """The results against the inputs, and what was published against its hash."""
    host = HeadlessHost(workbook)
    found = verify_published(host, workbook.resolve().parent)
    changed = [problem for problem in found if problem.rule in PUBLISHED_RULES]
    report = _results_verified(workbook, host, tolerance, relative, recalc, progress)
    if not changed:
        return replace(report, problems=[*report.problems, *found])
    words = f"{workbook.name}: what was published was changed in {len(changed)} place{'s' if len(changed) > 1 else ''}"
    rest = report.summary.removeprefix(workbook.name).lstrip(": ") if report.exit_code else "its other results are those of its inputs"
    return replace(report, exit_code=report.exit_code or ExitCode.PROBLEMS, summary=f"{words}; {rest}", problems=[*report.problems, *found])


def _results_verified(
    workbook: Path, host: HeadlessHost, tolerance: float, relative: float, recalc: Mode, progress: Callable[[str, int, int], None] | None
) -> Report:
    as_of = host.read_name("sop_as_of")
    if not as_of:
        never = Problem(workbook.name, "", "never-planned", "expected a planned workbook", hint="run sop-xl regenerate first")
        return Report("verify", str(workbook), ExitCode.PROBLEMS, f"{workbook.name} was never planned", [never])
    day = as_of.date().isoformat() if isinstance(as_of, datetime) else as_of.isoformat() if isinstance(as_of, date) else str(as_of)
    with tempfile.TemporaryDirectory(prefix="sop_xl_", ignore_cleanup_errors=True) as folder:
        again = Path(folder) / workbook.name
        run = regenerate_workbook(workbook, out=again, as_of=day, recalc=recalc, progress=progress)
        if run.exit_code:
            return Report("verify", str(workbook), run.exit_code, f"{workbook.name}: its inputs have errors", run.problems)
        found = diff_workbooks(workbook, again, tolerance=tolerance, relative=relative)
    if not found.exit_code:
        return Report("verify", str(workbook), summary=f"{workbook.name} is up to date: its results are those of its inputs")
    where = ", ".join(f"{sheet} ({n})" for sheet, n in found.facts["sheets"].items())
    summary = f"{workbook.name} is not up to date, run sop-xl regenerate; differences in {where}"
    tables = [(f"{workbook.name}: in the file (A), planned anew (B)", header, rows) for _, header, rows in found.tables]
    return Report("verify", str(workbook), ExitCode.PROBLEMS, summary, facts=found.facts, tables=tables)
