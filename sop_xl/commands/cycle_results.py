"""What the cycle says around the plan, and how it is laid out on its sheets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.frames import DECISION_UNITS, empty_frame
from sop_xl.periods import Calendar
from sop_xl.sheets import sheet
from sop_xl.sheets.write import record_rows
from sop_xl.vocabulary import MEASURES

DECIMALS = 6
"""Places to which sums of units and money are written: beyond them is what float arithmetic leaves."""

Rows = tuple[list[str], list[list[CellValue]]]


@dataclass(frozen=True)
class CycleResults:
    """CHANGES, DECISION_EFFECTS, WEEKLY_EXECUTION, WORKLIST, CYCLE and TEN_QUESTIONS; and DECISION_UNITS, which only a published record keeps."""

    changes: pd.DataFrame
    decision_effects: pd.DataFrame
    weekly: pd.DataFrame
    worklist: pd.DataFrame
    cycle: pd.DataFrame
    questions: pd.DataFrame
    decision_units: pd.DataFrame = field(default_factory=lambda: empty_frame(DECISION_UNITS))


def cycle_rows(cycle: CycleResults | None, calendar: Calendar) -> dict[str, Callable[[], Rows]]:
    """What makes the rows of the cycle's sheets; none where nothing was asked for."""
    if cycle is None:
        return {}

    def records(name: str, frame: pd.DataFrame) -> Rows:
        return record_rows(sheet(name), frame.round(DECIMALS), calendar)

    return {
        "Changes": lambda: records("Changes", cycle.changes.assign(measure=cycle.changes["measure"].map(lambda name: MEASURES[name].label))),
        "Decision Effects": lambda: records("Decision Effects", cycle.decision_effects),
        "Weekly Execution": lambda: records("Weekly Execution", cycle.weekly),
        "Worklist": lambda: records("Worklist", cycle.worklist),
        "Cycle": lambda: records("Cycle", cycle.cycle),
        "Ten Questions": lambda: records("Ten Questions", cycle.questions),
    }
