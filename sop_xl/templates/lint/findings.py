"""The register of rules, and how a finding becomes a `Problem`.

Every rule stands here once with its severity, what it asks for and where it comes from. Severity follows one thought: an error
breaks the model or its numbers, a warning departs from a modelling standard, a note is advice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sop_xl.errors import Problem, Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: how much it matters, what it asks for, and its source (FAST section, ICAEW principle, or the file format)."""

    severity: Severity
    meaning: str
    source: str


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

RULES: dict[str, Rule] = {
    # formulas
    "error-cell": Rule(_E, "No cell shows an error value; #N/A that a formula makes on purpose with NA() is a note.", "FMC checks"),
    "broken-reference": Rule(_E, "No formula, validation, conditional format or chart cites #REF!.", "FMC checks"),
    "broken-name": Rule(_E, "No defined name points to #REF!.", "FAST 4.03"),
    "unknown-name": Rule(_E, "Every name and table that a formula cites exists.", "FAST 4.03"),
    "unknown-sheet": Rule(_E, "Every sheet that a formula cites exists.", "FAST 2.01-04"),
    "circular-reference": Rule(_E, "No formula depends on itself.", "FAST 2.01-04"),
    "unreadable-formula": Rule(_N, "Formulas can be taken apart; this one was not checked.", "FAST 3.03"),
    "one-formula-per-row": Rule(_W, "One formula serves all periods of a row.", "FAST 2.01-03, ICAEW 12"),
    "one-formula-per-column": Rule(_W, "One formula serves all rows of a table's column.", "FAST 2.01-03, ICAEW 12"),
    "hard-coded-value": Rule(_W, "No typed number stands between formulas of a row.", "FAST 3.04-01, ICAEW 14"),
    "embedded-constant": Rule(_W, "No number stands in a formula but 0, 1, 12, 100 and 1000; those of the calendar are a note.", "FAST 3.04-01, ICAEW 14"),
    "volatile-function": Rule(_W, "No function that recalculates at every touch: OFFSET, INDIRECT, NOW, TODAY, RAND ...", "FAST 4.01-03"),
    "new-function": Rule(_W, "No function newer than Excel 2016; older Excel and other programs show #NAME?.", "DESIGN 4"),
    "avoided-function": Rule(_N, "A plainer function serves: INDEX for CHOOSE, discount factors for NPV.", "FAST 4.01-01..02"),
    "nested-if": Rule(_N, "No more than two IFs inside each other; use flags.", "FAST 3.03-06"),
    "long-formula": Rule(_W, "A formula is short enough to explain: at most 300 characters without names of sheets and dollar signs, on one line.", "FAST 3.03-01..03, ICAEW 13"),
    # time
    "duplicate-period": Rule(_E, "A period stands once in a header.", "FAST 2.01-02"),
    "period-order": Rule(_W, "Periods follow each other without a gap.", "FAST 2.01-02"),
    "period-column": Rule(_W, "The same column is the same period on every grid.", "FAST 2.01-01, ICAEW 11"),
    "unit-column": Rule(_W, "Every grid has a unit column.", "FAST 2.01-01"),
    "unit-missing": Rule(_W, "Every line of a grid says its unit.", "FAST 2.01-01"),
    "mixed-formats": Rule(_W, "All periods of a row are shown in one kind of format.", "FAST 2.03"),
    # tables and values
    "table-header": Rule(_E, "A table's headers are text, unique, not blank, and equal to the names in its definition.", "file format"),
    "table-area": Rule(_E, "Tables have one name each and do not overlap.", "file format"),
    "merged-in-table": Rule(_E, "No merged cells inside a table.", "file format"),
    "text-number": Rule(_W, "Numbers are stored as numbers; text is left out of every sum.", "FMC checks"),
    "number-in-code": Rule(_N, "Codes are text; a number has lost its leading zeros.", "DESIGN 4"),
    # people and cells
    "input-without-validation": Rule(_W, "Every input cell has data validation.", "FAST 4.04"),
    "input-not-marked": Rule(_N, "Input cells are marked by a fill.", "FAST appendix A"),
    "locked-input": Rule(_W, "Input cells of a protected sheet are unlocked.", "ICAEW 20"),
    "unlocked-formula": Rule(_W, "Formulas of a protected sheet are locked.", "ICAEW 20"),
    "formula-in-input": Rule(_W, "Input tables hold typed values.", "FAST 1.01, ICAEW 10"),
    "formula-in-output": Rule(_W, "Output tables hold values alone; the next run replaces everything else.", "FAST 1.01, ICAEW 10"),
    "not-protected": Rule(_W, "Output and review sheets are protected, without a password.", "ICAEW 20"),
    # sheets and workbook
    "freeze-panes": Rule(_W, "The header of a table or grid stays in sight.", "FAST 2.03"),
    "print-titles": Rule(_W, "The header of a long table or grid is printed on every page.", "FAST 2.03"),
    "fit-to-width": Rule(_W, "A table or grid is fitted to the width of a page; one that needs more repeats its label columns.", "FAST 2.03"),
    "hidden-sheet": Rule(_W, "Hidden sheets are listed on About or Home.", "ICAEW 20, FMC"),
    "hidden-cells": Rule(_N, "Rows and columns are grouped, not hidden.", "FAST 4.05"),
    "external-link": Rule(_W, "No formula reads from another file.", "FMC"),
    "calculation-mode": Rule(_W, "The workbook calculates automatically and without iteration.", "FAST 2.01-04"),
    "master-check": Rule(_E, "There is a master check and it reads 0.", "ICAEW 19"),
    "master-check-shown": Rule(_W, "Every sheet shows the master check in its head.", "ICAEW 19"),
    "sheet-missing-table": Rule(_E, "A sheet of the contract has the table that the program reads or writes.", "DESIGN 4"),
    "tab-colour": Rule(_N, "The tab's colour says the kind of sheet.", "DESIGN 4"),
}  # fmt: skip
"""Every rule by its stable id."""


def finding(
    rule: str, sheet: str, cell: str, expected: str, got: str = "", hint: str = "", severity: Severity | None = None
) -> Problem:
    """A `Problem` of a registered rule; `severity` only where a case is milder than its rule."""
    return Problem(sheet, cell, rule, expected, got, hint, severity or RULES[rule].severity)


def and_more(count: int, what: str = "cells") -> str:
    """`""` for none, else ` and 3 more cells`."""
    return f" and {count} more {what if count > 1 else what.rstrip('s')}" if count else ""


def listed(words: Iterable[str], most: int = 3) -> str:
    """`a, b, c and 4 more`."""
    found = list(words)
    rest = len(found) - most
    return ", ".join(found[:most]) + (f" and {rest} more" if rest > 0 else "")
