"""What has happened, held against the calendar: it is not below zero, and not of days that are still to come."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from sop_xl.errors import Problem, Severity
from sop_xl.sheets.cells import show
from sop_xl.sheets.read import Reading
from sop_xl.sheets.readings import Readings, current_period, filled, moment_text

_COUNTED = {"Actuals": ("demand", "shipments"), "Weekly Actuals": ("orders", "shipments", "receipts")}


def check_actuals(readings: Readings) -> Iterator[Problem]:
    """A quantity below zero is said at its cell, as returns may exceed what was sold; an actual of a later period cannot be rolled yet."""
    for sheet, fields in _COUNTED.items():
        reading = filled(readings, sheet)
        if reading is None:
            continue
        for field in fields:
            for line, number in reading.records.loc[reading.records[field] < 0, field].items():
                yield Problem(
                    reading.sheet, reading.cell_of(line, field), "negative-actual", "expected a number of at least 0", show(float(number)),
                    "it is taken as it stands: right only where more came back than went out", Severity.WARNING,
                )  # fmt: skip
    reading, current = filled(readings, "Actuals"), current_period(readings)
    if reading is None or current is None:
        return
    later = reading.records["period"] >= reading.calendar.shift(current, 1)
    for line in reading.records.index[later]:
        yield Problem(
            reading.sheet, reading.cell_of(line, "period"), "actuals-too-late", f"expected actuals up to {reading.calendar.label(current)}, the current period",
            moment_text(reading, "period", line), "it cannot be rolled", Severity.WARNING,
        )  # fmt: skip


def check_weeks_to_come(reading: Reading | None, as_of: str) -> list[Problem]:
    """Weekly actuals of weeks that have not begun on the day of the run.

    Parameters
    ----------
    reading
        Of Weekly Actuals; `None` where the workbook has none.
    as_of
        ISO date of the run.
    """
    if reading is None or reading.records.empty:
        return []
    week = reading.records["week"]
    monday = week - pd.to_timedelta(week.dt.weekday, unit="D")
    return [
        Problem(
            reading.sheet, reading.cell_of(line, "week"), "week-to-come", f"expected a week that has begun by {as_of}", moment_text(reading, "week", line),
            "what has not happened yet is no actual", Severity.WARNING,
        )
        for line in reading.records.index[monday > pd.Timestamp(as_of)]
    ]  # fmt: skip
