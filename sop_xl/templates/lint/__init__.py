"""Hold a workbook against modelling standards (FAST, ICAEW): one small rule each, over a read-only view of the file.

Rules work on any workbook. Where it follows our contract they know more: which cells are inputs, what kind a sheet is.
"""

from __future__ import annotations

from collections.abc import Callable

from sop_xl.errors import Problem
from sop_xl.templates.lint import (
    circular,
    formula_rules,
    period_rules,
    protection_rules,
    row_rules,
    table_rules,
    workbook_rules,
)
from sop_xl.templates.lint.findings import RULES
from sop_xl.templates.lint.reading import open_view
from sop_xl.templates.lint.view import WorkbookView

CHECKS: tuple[Callable[[WorkbookView], list[Problem]], ...] = (
    formula_rules.check_error_cells,
    formula_rules.check_broken_references,
    formula_rules.check_unknown_names,
    formula_rules.check_constants,
    formula_rules.check_functions,
    formula_rules.check_length,
    formula_rules.check_external,
    circular.check_circular,
    row_rules.check_one_formula_per_row,
    row_rules.check_hard_coded,
    row_rules.check_one_formula_per_column,
    row_rules.check_formats,
    period_rules.check_period_headers,
    period_rules.check_period_columns,
    period_rules.check_units,
    table_rules.check_table_headers,
    table_rules.check_table_areas,
    table_rules.check_merges,
    table_rules.check_text_numbers,
    protection_rules.check_validation,
    protection_rules.check_marked,
    protection_rules.check_locks,
    protection_rules.check_kinds,
    workbook_rules.check_panes_and_print,
    workbook_rules.check_hidden,
    workbook_rules.check_names,
    workbook_rules.check_calculation,
    workbook_rules.check_master,
    workbook_rules.check_tabs,
)
"""Every check, in the order in which they run."""

__all__ = ["CHECKS", "RULES", "lint", "open_view"]


def lint(view: WorkbookView) -> list[Problem]:
    """Everything that the rules find, errors first, then in the order of tabs and cells."""
    found = [problem for check in CHECKS for problem in check(view)]
    return sorted(found, key=lambda problem: workbook_rules.sort_key(view, problem))
