"""Corrections that were found, and how they act one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sop_xl.plan.cleansing.expectation import Flags, Floats, Places

Words = npt.NDArray[np.object_]

RETURN, STOCK_OUT, EVENT, ONE_OFF, LEVEL_SHIFT, CALENDAR = (
    "return", "stock-out", "event", "one-off order", "level shift", "calendar",
)  # fmt: skip
CAUSES = (RETURN, STOCK_OUT, EVENT, ONE_OFF, LEVEL_SHIFT, CALENDAR)
"""In the order in which they act, each on the result of the one before."""

TOLERANCE = 1e-9
"""Smallest quantity that is a correction."""


@dataclass(frozen=True, slots=True)
class Found:
    """Corrections of one cause, one entry each, at most one per series and period.

    Parameters
    ----------
    cause
        One of `CAUSES`.
    rows, columns
        Series and period.
    corrected
        What the demand of the period becomes where every cause before it acted as found, units. For a level shift the level after it,
        for the calendar the usual days.
    notes
        The evidence, in a planner's words.
    proposed
        True where nothing is done until a planner says Keep.
    before
        What the correction was found on: demand of the period, units; the level before a level shift; working days of a period.
    named
        Period of the line in the log, where it is that of a planner's mark; absent = `columns`. See `kept_shifts`.
    """

    cause: str
    rows: Places
    columns: Places
    corrected: Floats
    notes: Sequence[str]
    proposed: Flags
    before: Floats
    named: Places | None = None

    @property
    def lines(self) -> Places:
        """Period of each line in the log."""
        return self.columns if self.named is None else self.named


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the corrections of one cause.

    Parameters
    ----------
    found
        The corrections.
    raw
        What each of them acts on, units (levels and days as in `Found.before`).
    corrected
        What each of them makes of it.
    applied
        Whether it was applied.
    marks
        The planner's mark of each, `""` for none.
    """

    found: Found
    raw: Floats
    corrected: Floats
    applied: Flags
    marks: Words


def found_cells(cause: str, now: Floats, target: Floats, rows: Places, columns: Places, notes: Words) -> Found:
    """Corrections of single cells to `target`, without those that change nothing. `notes` has one entry per cell."""
    before = now[rows, columns]
    with np.errstate(invalid="ignore"):
        kept = np.abs(target - before) > TOLERANCE
    nothing = np.zeros(int(kept.sum()), dtype=bool)
    return Found(cause, rows[kept], columns[kept], target[kept], notes[kept].tolist(), nothing, before[kept])


def act(demand: Floats, found: Found, marks: Words) -> Outcome:
    """Apply corrections to `demand` in place, as far as their marks let them.

    A correction of single periods is the difference that it made on what it was found on; so what a mark did to an earlier cause is still seen
    after the later ones. Only a lowering stops at 0.

    Parameters
    ----------
    demand
        (series, periods) units; changed.
    found
        Corrections of one cause.
    marks
        Mark of each, `""`, `Keep` or `Drop`. Without a mark a correction is applied unless it is only proposed.
    """
    applied = np.asarray((marks != "Drop") & (~found.proposed | (marks == "Keep")))
    if found.cause not in (LEVEL_SHIFT, CALENDAR):
        raw = demand[found.rows, found.columns].copy()
        step = found.corrected - found.before
        moved = np.where(step < 0, np.maximum(raw + step, np.minimum(raw, 0.0)), raw + step)
        corrected = np.where(raw == found.before, found.corrected, moved)  # to the last digit where nothing came between
        demand[found.rows[applied], found.columns[applied]] = corrected[applied]
        return Outcome(found, raw, corrected, applied, marks)
    for k in np.flatnonzero(applied):
        factor = found.corrected[k] / found.before[k]
        if found.cause == CALENDAR:
            demand[:, found.columns[k]] *= factor
        else:
            demand[found.rows[k], : found.columns[k]] *= factor
    return Outcome(found, found.before, found.corrected, applied, marks)


def amount(value: float) -> str:
    """A quantity as a planner writes it: whole, or with one decimal where it is small."""
    return f"{value:,.0f}" if abs(value) >= 10 or abs(value - round(value)) < 0.05 else f"{value:.1f}"
