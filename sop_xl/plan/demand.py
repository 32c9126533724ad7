"""Consensus demand: the baseline forecast and every human step on top of it, each visible in its own column."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.events import TOLERANCE, apply_events
from sop_xl.plan.grid import Grid, Matrix, series_of
from sop_xl.plan.life_cycle import apply_life_cycle, life_cycle_pairs
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.overrides import apply_overrides
from sop_xl.plan.sales_input import apply_sales_input


def consensus_demand(
    baseline: pd.DataFrame,
    events: pd.DataFrame,
    lifecycle: pd.DataFrame,
    sales_input: pd.DataFrame,
    overrides: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    timeline: Timeline,
    sales_weight: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Consensus demand by item, location and planned period.

    Parameters
    ----------
    baseline
        BASELINE_FORECAST, units per period; absent is taken as 0, and said. Periods outside the plan are left out.
    events, lifecycle, sales_input, overrides
        What people add; each may be empty. See `apply_events`, `apply_life_cycle`, `apply_sales_input`,
        `apply_overrides`, which are applied in this order, each to the result of the one before.
    items, locations
        Every item used must be listed; an empty `locations` means that locations carry no region.
    timeline
        Its planned periods are the columns of the plan.
    sales_weight
        Share of the gap between sales number and forecast that enters the plan, 0 to 1.

    Returns
    -------
    CONSENSUS_DEMAND, in which baseline + events + life_cycle + sales_input + overrides = consensus holds in every row
    and nothing is below 0, for every pair of item and location that has a baseline, is launched, succeeds another or is
    named with both item and location in an input; and notes (frame, key, rule, note).

    Raises
    ------
    FrameError
        A label that is not listed, a baseline below 0, a weight outside 0 to 1.
    """
    for frame, spec in (
        (baseline, frames.BASELINE_FORECAST),
        (events, frames.EVENTS),
        (lifecycle, frames.LIFECYCLE),
        (sales_input, frames.SALES_INPUT),
        (overrides, frames.OVERRIDES),
        (items, frames.ITEMS),
        (locations, frames.LOCATIONS),
    ):
        frames.check_frame(frame, spec)
    named = [
        frame[(frame["item"] != "") & (frame["location"] != "")] for frame in (events, sales_input, overrides)
    ]
    grid = Grid(
        series_of([baseline, life_cycle_pairs(baseline, lifecycle), *named], items, locations), timeline.plan
    )
    notes = list[Note]()
    start = _dense_baseline(grid, baseline, notes)
    event_effect, more = apply_events(grid, start, events)
    notes += more
    life_cycle_effect, more = apply_life_cycle(grid, start, event_effect, lifecycle, timeline)
    notes += more
    running = np.maximum(start + event_effect + life_cycle_effect, 0.0)
    sales_effect, more = apply_sales_input(grid, running, sales_input, sales_weight)
    notes += more
    running = np.maximum(running + sales_effect, 0.0)
    override_effect, more = apply_overrides(grid, running, overrides, timeline)
    notes += more
    # the sum of the steps is the plan; what float arithmetic leaves below 0 is nothing
    consensus = np.maximum(start + event_effect + life_cycle_effect + sales_effect + override_effect, 0.0)
    result = grid.frame(
        baseline=start,
        events=event_effect,
        life_cycle=life_cycle_effect,
        sales_input=sales_effect,
        overrides=override_effect,
        consensus=consensus,
    )
    return result if len(result) else frames.empty_frame(frames.CONSENSUS_DEMAND), notes_frame(notes)


def _dense_baseline(grid: Grid, baseline: pd.DataFrame, notes: list[Note]) -> Matrix:
    """The baseline as a matrix, absent as 0; says for which series it is absent."""
    if (baseline["baseline"] < -TOLERANCE).any():
        raise FrameError("baseline_forecast: a forecast is below 0")
    start = grid.matrix(baseline, baseline["baseline"])
    absent = np.isnan(start)
    if absent.any():
        some = grid.series[absent.any(axis=1)]
        names = (some["item"] + " / " + some["location"]).tolist()
        notes.append(
            Note(
                "baseline_forecast",
                min(names),
                "baseline-absent",
                f"no baseline forecast for {some_of(names)}; taken as 0",
            )
        )
    return np.where(absent, 0.0, np.maximum(start, 0.0))
