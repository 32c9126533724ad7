"""Rows of the sheets Bridges and Plan Comparison: labels that people read, units of the workbook."""

from __future__ import annotations

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.periods import Calendar
from sop_xl.sheets import sheet
from sop_xl.sheets.write import record_rows
from sop_xl.vocabulary import MEASURES, MONEY

DECIMALS = 6
"""Places to which sums of units and money are written: beyond them is what float arithmetic leaves."""

Rows = tuple[list[str], list[list[CellValue]]]


def bridge_rows(bridges: pd.DataFrame, plan_currency: str) -> Rows:
    """BRIDGES as lines of the sheet Bridges, in plan currency."""
    return record_rows(sheet("Bridges"), _labelled(bridges).assign(unit=plan_currency).round(DECIMALS))


def comparison_rows(comparison: pd.DataFrame, plan_currency: str, calendar: Calendar) -> Rows:
    """PLAN_COMPARISON as lines of the sheet Plan Comparison, periods as labels of the calendar."""
    unit = comparison["unit"].replace(MONEY, plan_currency or MONEY)
    return record_rows(sheet("Plan Comparison"), _labelled(comparison).assign(unit=unit).round(DECIMALS), calendar)


def _labelled(frame: pd.DataFrame) -> pd.DataFrame:
    labels = {name: MEASURES[name].label for name in frame["measure"].unique()}
    return frame.assign(measure=frame["measure"].map(labels).astype(object))
