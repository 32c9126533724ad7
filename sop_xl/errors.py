"""The exception tree and `Problem`, a mistake in a user's data as a value.

Mistakes in data are collected, not raised one by one: a planner who pasted ten bad cells wants ten lines. They
become a `ContractError` only at the end of a phase. `format_problem` is the one function that renders them, so that
the Problems sheet, the terminal and the log show the same text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MAX_LINE = 255
"""Longest rendered problem in characters; Excel cuts longer text in several places."""


class Severity(StrEnum):
    """How much a problem matters: an error stops the run, a warning does not, a note records a conversion."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake, or one thing that was converted, with its place in the workbook.

    Parameters
    ----------
    sheet
        Sheet name; for a file-level problem the file's name.
    cell
        A1 address on that sheet, `""` where no single cell is to blame.
    rule
        Stable identifier in kebab case, e.g. `not-a-number`; tests and documentation cite it.
    expected, got
        As the planner sees them; `got` empty means that there is nothing to quote.
    hint
        At most one suggestion, `""` for none.
    severity
        See `Severity`.
    """

    sheet: str
    cell: str
    rule: str
    expected: str
    got: str = ""
    hint: str = ""
    severity: Severity = Severity.ERROR

    @property
    def address(self) -> str:
        """`Budget!C14`, or the sheet alone when no cell is to blame."""
        return f"{self.sheet}!{self.cell}" if self.cell else self.sheet

    def __str__(self) -> str:
        return format_problem(self)


def format_problem(problem: Problem) -> str:
    """Render a problem on one line: address first, then expected and got, then at most one hint.

    >>> format_problem(Problem("Budget", "C14", "not-a-number", "expected a number", '"n/a"'))
    'Budget!C14: expected a number, got "n/a"'
    """
    got = f", got {problem.got}" if problem.got else ""
    hint = f" ({problem.hint})" if problem.hint else ""
    line = " ".join(f"{problem.address}: {problem.expected}{got}{hint}".split())
    return line if len(line) <= MAX_LINE else line[: MAX_LINE - 1] + "…"


def quote(value: object) -> str:
    """Quote a cell's content for `Problem.got`; long text is shortened, an empty cell reads `nothing`."""
    if value is None or value == "":
        return "nothing"
    text = str(value)
    text = text if len(text) <= 60 else text[:57] + "..."
    return f'"{text}"' if isinstance(value, str) else text


class SopError(Exception):
    """Base of every error that the package raises on purpose; its text is fit for a user."""


class ContractError(SopError):
    """The workbook's data break the contract; carries every problem found in the phase."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(format_problem(p) for p in self.problems))

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.problems,))


class FrameError(SopError):
    """A caller inside the program handed over a table of the wrong form: our bug, not the user's."""


class PlanError(SopError):
    """No feasible plan exists; the text says what binds."""


class HostError(SopError):
    """The place where the cells live failed: locked, missing, protected, damaged or full."""


def errors_in(problems: Sequence[Problem]) -> list[Problem]:
    """Those problems that stop a run."""
    return [p for p in problems if p.severity is Severity.ERROR]
