"""What the core remarked, as problems on the sheets that it concerns."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from sop_xl.commands.scenario_notes import cell_of
from sop_xl.errors import Problem, Severity
from sop_xl.plan.grid import records
from sop_xl.sheets import BY_NAME, SHEETS
from sop_xl.sheets.spec import Module

SHEET_OF_FRAME = {spec.frame.name: spec.name for spec in SHEETS if spec.frame is not None}
"""Where a remark of the core about one of its frames belongs in the workbook."""

WARNINGS = {
    "budget-covers-part-of-plan",
    "budget-of-several-levels",
    "budget-outside-timeline",
    "event-on-successor",
    "event-without-customer",
    "event-without-effect",
    "events-below-zero",
    "kpi-limit",
    "kpi-unknown",
    "order-overdue",
    "override-against-pinned",
    "override-on-pinned",
    "override-without-demand",
    "owner-without-gap",
    "price-list-without-rate",
    "record-damaged",
    "risk-not-planned",
    "risk-outside-plan",
    "risk-scope-empty",
    "risk-without-demand",
    "risk-without-effect",
    "risk-without-limit",
    "sales-input-contradicts",
    "sales-input-without-price",
    "sales-input-without-series",
}
"""Remarks of the core that a planner should act on; the others say what was assumed."""


def remarks(notes: Sequence[pd.DataFrame], carried: Collection[str]) -> list[Problem]:
    """What the core assumed or left out, as notes on the sheets that it concerns; of a sheet that is not `carried` the hint says what brings it."""
    rows = pd.concat(notes, ignore_index=True).drop_duplicates() if notes else pd.DataFrame()
    found = []
    for row in records(rows):
        name = SHEET_OF_FRAME.get(row.frame, row.frame)
        severity = Severity.WARNING if row.rule in WARNINGS else Severity.NOTE
        found.append(Problem(name, cell_of(row), row.rule, row.note, hint=_bringing(name, carried), severity=severity))
    return found


def _bringing(name: str, carried: Collection[str]) -> str:
    """How to get a sheet of the contract that the workbook does not carry; `""` where it does."""
    if name in carried or name not in BY_NAME:
        return ""
    module = BY_NAME[name].module
    return f"the sheet comes with {'any module' if module is Module.CORE else f'the module {module}'}"
