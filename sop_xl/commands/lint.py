"""Hold a workbook against modelling standards."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from sop_xl.commands.report import ExitCode, Report, count
from sop_xl.errors import Severity, errors_in
from sop_xl.templates.lint import RULES, lint, open_view


def lint_workbook(path: Path) -> Report:
    """List where a workbook departs from modelling standards; exit code 1 when something breaks the model.

    Works on any `.xlsx` or `.xlsm`; the file is only read.

    Raises
    ------
    HostError
        When the file cannot be read as a workbook.
    """
    view = open_view(path)
    problems = lint(view)
    per_rule = Counter(p.rule for p in problems)
    rows = [[rule, RULES[rule].source, str(per_rule[rule])] for rule in RULES if per_rule[rule]]
    tally = ", ".join(f"{count(problems, s)} {s.value}s" for s in Severity)
    return Report(
        command="lint",
        workbook=str(path),
        exit_code=ExitCode.PROBLEMS if errors_in(problems) else ExitCode.FINE,
        summary=f"{path.name}: {tally}",
        problems=problems,
        facts={
            "rules": dict(per_rule),
            "sheets": len(view.sheets),
            "formulas": sum(len(s.formulas) for s in view.sheets),
            "follows_contract": view.follows_contract,
        },
        tables=[("Rules that found something", ["Rule", "Source", "Findings"], rows)] if rows else [],
    )
