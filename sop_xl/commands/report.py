"""What a command gives back: an outcome that a person, a pipeline and an exit code can all read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from sop_xl.errors import Problem, Severity, format_problem

SCHEMA_VERSION = 1
"""Version of the JSON layout; it changes only when a field is renamed or removed."""


class ExitCode(IntEnum):
    """How a command ended."""

    FINE = 0
    PROBLEMS = 1
    """The data have problems; they are listed with their cells."""
    FAILED = 2
    """The file or the host failed."""
    INFEASIBLE = 3
    """No feasible plan exists."""


@dataclass(frozen=True)
class Report:
    """Outcome of one command.

    Parameters
    ----------
    command, workbook
        What was run on which file.
    exit_code
        See `ExitCode`.
    summary
        One line for people.
    problems
        Everything found in the data, notes about conversions included.
    facts
        Machine-readable results; plain JSON types only.
    tables
        Small tables to print: title, header, rows.
    """

    command: str
    workbook: str
    exit_code: ExitCode = ExitCode.FINE
    summary: str = ""
    problems: Sequence[Problem] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    tables: Sequence[tuple[str, list[str], list[list[str]]]] = ()

    def to_json(self) -> str:
        """The report as JSON; keys are sorted, so that equal reports are equal texts."""
        content = {
            "schema": SCHEMA_VERSION,
            "command": self.command,
            "workbook": self.workbook,
            "exit_code": int(self.exit_code),
            "outcome": self.exit_code.name.lower(),
            "summary": self.summary,
            "problems": [
                {
                    "severity": p.severity.value,
                    "sheet": p.sheet,
                    "cell": p.cell,
                    "rule": p.rule,
                    "expected": p.expected,
                    "got": p.got,
                    "hint": p.hint,
                    "text": format_problem(p),
                }
                for p in self.problems
            ],
            **self.facts,
        }
        return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)


def count(problems: Sequence[Problem], severity: Severity) -> int:
    """How many problems have that severity."""
    return sum(p.severity is severity for p in problems)
