"""Whether the plan of this cycle was approved, and how far it has moved since, in one line for the first page."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.commands.approved_sheets import Snapshot, approved_of, read_snapshots
from sop_xl.commands.results import Results
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline
from sop_xl.plan.approved import approved_hash, approved_lines, approved_rows, approved_totals
from sop_xl.vocabulary import MEASURES

NOT_APPROVED = "not approved yet"

_WORTH_SAYING = 0.5
"""Units or money from which on a difference is named with its figure."""
_NAMED = ("revenue", "gross_margin", "demand", "inventory_value")
"""Figures of a snapshot in the order in which the first that differs is named."""


def approval_status(host: Host, results: Results, timeline: Timeline) -> str:
    """Who approved the plan of the current cycle and when, and by what the plan as it is now differs from it."""
    label = timeline.calendar.label(timeline.current)
    snapshot = approved_of(read_snapshots(host), label)
    if snapshot is None:
        return NOT_APPROVED
    scenario = snapshot.text("scenario")
    on = f" on scenario {scenario}" if scenario else ""
    said = f"approved by {snapshot.text('approved_by')}{on} on {snapshot.text('as_of')}, version {snapshot.key[1]}"
    return f"{said}; {_difference(snapshot, results, timeline)}"


def plan_to_approve(results: Results, timeline: Timeline, version: int) -> pd.DataFrame:
    """APPROVED_PLAN of the plan as it is now; without an inventory value where no stock was stated, so that none is known."""
    inputs, plan = results.inputs, results.money.financial_plan
    if not inputs.states_stock:
        plan = plan.assign(inventory_value=np.nan)
    return approved_rows(plan, results.supply.supply_plan, inputs.frame("Items"), inputs.locations(), timeline, version)


def _difference(snapshot: Snapshot, results: Results, timeline: Timeline) -> str:
    inputs, (cycle, version) = results.inputs, snapshot.key
    now = plan_to_approve(results, timeline, version)
    if approved_hash(approved_lines(now, timeline.calendar), cycle=cycle, version=version, **snapshot.words) == snapshot.text("hash"):
        return "the plan is as approved"
    totals = approved_totals(now)
    for name in _NAMED:
        gap = totals.get(name, 0.0) - _number(snapshot.cells.get(name))
        if abs(gap) >= _WORTH_SAYING:
            unit = "units" if name == "demand" else inputs.settings.plan_currency
            return f"the plan differs by {gap:+,.0f} {unit} of {MEASURES[name].label.lower()}"
    return "the plan differs in detail, not in its totals"


def _number(cell: CellValue) -> float:
    return float(cell) if isinstance(cell, (int, float)) else 0.0
