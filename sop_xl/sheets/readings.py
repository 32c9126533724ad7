"""Readings of several sheets together, as the cross-checks look at them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.read import Reading

Readings = Mapping[str, Reading]
"""Reading by sheet name; a sheet that the workbook does not have is absent from it."""


def filled(readings: Readings, sheet: str) -> Reading | None:
    """The reading of a sheet that has rows; `None` where it is absent or empty."""
    reading = readings.get(sheet)
    return None if reading is None or reading.records.empty else reading


def stated_columns(reading: Reading) -> Mapping[str, int]:
    """Columns of the fields that the sheet has, by field."""
    return reading.header.labels if reading.header is not None else {}


def quoted_label(reading: Reading, field: str) -> str:
    """Header text of a field in quotes."""
    return f'"{reading.spec.column(field).label}"'


def moment_text(reading: Reading, field: str, line: int) -> str:
    """A date cell as a planner writes it: a period by its label, a day in ISO form."""
    moment = pd.Timestamp(reading.records[field].loc[line])
    return reading.calendar.label(moment) if field.endswith("period") else f"{moment:%Y-%m-%d}"


def current_period(readings: Readings) -> pd.Timestamp | None:
    """First planned period: the setting, or the period after the last demand; `None` without demand."""
    history = filled(readings, "Demand History")
    if history is None:
        return None
    stated = history.settings.current_period
    if stated is not None:
        return history.calendar.start_of(stated)
    known = history.frame.loc[history.frame["demand"].notna(), "period"]
    return None if known.empty else history.calendar.shift(history.calendar.start_of(known.max()), 1)


def said(reading: Reading, rule: str, words: str) -> Problem:
    """A note on a sheet as a whole."""
    return Problem(reading.sheet, "", rule, words, severity=Severity.NOTE)
