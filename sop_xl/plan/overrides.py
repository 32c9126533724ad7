"""Overrides: planners' changes to the plan, each with reason, owner and expiry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.effects import Step
from sop_xl.plan.events import TOLERANCE
from sop_xl.plan.grid import Grid, Matrix, records, spread
from sop_xl.plan.notes import Note


def apply_overrides(
    grid: Grid, running: Matrix, overrides: pd.DataFrame, timeline: Timeline
) -> Step:
    """Effect of all overrides, in units by series and period.

    Parameters
    ----------
    grid
        Series and planned periods.
    running
        Consensus before overrides, units, none below 0.
    overrides
        OVERRIDES. `set` makes the total of the scope the value in each period, `add` adds the value to that total,
        `percent` adds a share. A blank scope column is every one; without a last period one period is changed; an
        absent value changes nothing, and is said.
    timeline
        An override that expires before the current period starts is not applied, and said.

    Returns
    -------
    The step. Overrides are applied in the order of entry (no date: the earliest; same day: by key), each on
    top of the ones before, so that of two that set the same cell the later wins. A scope's value is spread in
    proportion to the running consensus, equally where that is 0. Demand never falls below 0: what would is cut and said.
    """
    now, notes = running.copy(), list[Note]()
    for row in records(overrides.sort_values(["entered", "override"], kind="stable", na_position="first")):
        key = str(row.override)
        found = _why_not(grid, row, timeline) or _apply(grid, now, row)
        if found:
            rule, text = found
            notes.append(Note("overrides", key, rule, f"override {key} {text}"))
    return Step(now - running, notes=notes)


def _why_not(grid: Grid, row: Any, timeline: Timeline) -> tuple[str, str] | None:
    """Rule and reason for which an override is not applied; `None` when it is."""
    if pd.notna(row.expires) and timeline.current > row.expires:
        return "override-expired", f"expired on {row.expires:%Y-%m-%d} and is not applied"
    if pd.isna(row.value):
        return "override-without-value", "states no value and is not applied"
    if not grid.scope(row.item, row.family, row.location, row.region).any():
        return "override-without-demand", "has no planned series in its scope"
    if not grid.span(row.first_period, row.last_period).any():
        return "override-outside-plan", "lies outside the planned periods"
    return None


def _apply(grid: Grid, now: Matrix, row: Any) -> tuple[str, str] | None:
    """Change `now`; rule and text where the change had to be cut at 0."""
    inside = grid.scope(row.item, row.family, row.location, row.region)
    cells = np.ix_(inside, grid.span(row.first_period, row.last_period))
    wanted = _changed(now[cells], str(row.action), float(row.value))
    now[cells] = np.maximum(wanted, 0.0)
    cut = float((now[cells] - wanted).sum())
    if cut > TOLERANCE:
        return "override-below-zero", f"would take {cut:,.0f} units more than there are; demand stays at 0"
    return None


def _changed(now: Matrix, action: str, value: float) -> Matrix:
    amounts = np.full(now.shape[1], value)
    if action == "set":
        return spread(amounts, now)
    if action == "add":
        return now + spread(amounts, now)
    if action == "percent":
        return now * (1.0 + value)
    raise FrameError(f"overrides: action {action!r} is none of set, add, percent")
