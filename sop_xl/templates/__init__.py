"""Builds the workbooks that a planner opens, from the contract in `sop_xl.sheets`."""

from __future__ import annotations

from sop_xl.templates.build import (
    TEMPLATE_FILES,
    build_templates,
    build_workbook,
    default_timeline,
    lite_sheets,
    standard_sheets,
)

__all__ = ["TEMPLATE_FILES", "build_templates", "build_workbook", "default_timeline", "lite_sheets", "standard_sheets"]
