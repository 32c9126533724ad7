"""Answers to the ribbon's questions: a few lines of which `state` and `message` are always there."""

from __future__ import annotations

from sop_xl.commands.report import ExitCode, Report
from sop_xl.errors import Severity, format_problem

Answer = dict[str, object]


def told(report: Report) -> Answer:
    """A report as an answer: its summary, or the first problem where it has none."""
    state = {ExitCode.FINE: "done", ExitCode.PROBLEMS: "problems"}.get(report.exit_code, "failed")
    errors = [p for p in report.problems if p.severity is Severity.ERROR]
    message = report.summary
    if errors:
        more = f" (and {len(errors) - 1} more; Check lists them)" if len(errors) > 1 else ""
        message = f"{message + ': ' if message else ''}{format_problem(errors[0])}{more}"
    return {"state": state, "message": message}


def failed(message: str) -> Answer:
    """What could not be done, in one line."""
    return {"state": "failed", "message": message}
