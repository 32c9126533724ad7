"""Events: promotions, price changes and deals that history does not know of."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.plan.effects import Step
from sop_xl.plan.grid import Grid, Matrix, records, spread
from sop_xl.plan.notes import Note

TOLERANCE = 1e-9
"""Smallest quantity that is worth a word."""


def apply_events(grid: Grid, baseline: Matrix, events: pd.DataFrame) -> Step:
    """Expected effect of all events, in units by series and period.

    Parameters
    ----------
    grid
        Series and planned periods.
    baseline
        Units, none below 0.
    events
        EVENTS. A blank scope column is every one; an absent probability is certain; an absent effect is no effect,
        and said; without a last period the event lasts one period.

    Returns
    -------
    The step. A percentage is of the baseline, so that two events at once add and do not compound. Units
    are per period over the whole scope, spread in proportion to the baseline, equally where that is 0. Everything is
    multiplied by the event's probability. Together the events never take more than the baseline; where they would,
    the effect is cut and said.
    """
    effect, notes = grid.zeros(), list[Note]()
    for row in records(events.sort_values("event", kind="stable")):
        key = str(row.event)
        inside, during = (
            grid.scope(row.item, row.family, row.location, row.region),
            grid.span(row.first_period, row.last_period),
        )
        if pd.isna(row.effect):
            notes.append(
                Note(
                    "events", key, "event-without-effect", f"event {key} states no effect and is not applied"
                )
            )
            continue
        if not inside.any():
            notes.append(
                Note("events", key, "event-without-demand", f"event {key}: no planned series in its scope")
            )
            continue
        if not during.any():
            continue
        expected = float(row.effect) * (1.0 if pd.isna(row.probability) else float(row.probability))
        cells = np.ix_(inside, during)
        if row.effect_kind == "percent":
            effect[cells] += expected * baseline[cells]
        elif row.effect_kind == "units":
            effect[cells] += spread(np.full(int(during.sum()), expected), baseline[cells])
        else:
            raise FrameError(f"events: effect kind {row.effect_kind!r} is neither percent nor units")
    floored = np.maximum(effect, -baseline)
    cut = float((floored - effect).sum())
    if cut > TOLERANCE:
        notes.append(
            Note(
                "events",
                "",
                "events-below-zero",
                f"events would take {cut:,.0f} units more than the baseline has; demand stays at 0",
            )
        )
    return Step(floored, notes=notes)
