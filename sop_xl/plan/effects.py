"""Who moved which cell of the plan by how much: the parts of each step between baseline and consensus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sop_xl.frames import DEMAND_EFFECTS, empty_frame, order_rows
from sop_xl.plan.grid import Grid, Matrix, Positions
from sop_xl.plan.notes import Note

EVENTS, LIFE_CYCLE, SALES_INPUT, OVERRIDES = "events", "life_cycle", "sales_input", "overrides"
STAGES = (EVENTS, LIFE_CYCLE, SALES_INPUT, OVERRIDES)
"""Steps between baseline and consensus, in the order in which they are applied; also their columns in CONSENSUS_DEMAND."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one source added to the plan.

    Parameters
    ----------
    source
        Event, key of a life-cycle row, contributor or override; unique within its step.
    owner, reason_code
        Who answers for it and why; `""` where nobody said.
    rows
        Rows of the grid that it moved.
    units
        (rows, periods) units added, after every cut: the effects of a step sum to the step.
    """

    source: str
    owner: str
    reason_code: str
    rows: Positions
    units: Matrix


@dataclass(frozen=True, slots=True)
class Step:
    """One step between baseline and consensus.

    Parameters
    ----------
    units
        (series, periods) units added.
    effects
        Its parts by source; they sum to `units`.
    notes
        What a planner must know.
    """

    units: Matrix
    effects: list[Effect] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def effects_frame(grid: Grid, steps: dict[str, Sequence[Effect]]) -> pd.DataFrame:
    """DEMAND_EFFECTS of the effects of each step; cells that were not moved have no row."""
    parts = []
    for stage, effects in steps.items():
        for effect in effects:
            at, when = np.nonzero(effect.units)
            if not at.size:
                continue
            rows = effect.rows[at]
            parts.append(
                pd.DataFrame(
                    {
                        "stage": stage,
                        "source": effect.source,
                        "owner": effect.owner,
                        "reason_code": effect.reason_code,
                        "item": grid.series["item"].to_numpy(dtype=object)[rows],
                        "location": grid.series["location"].to_numpy(dtype=object)[rows],
                        "period": grid.periods.to_numpy()[when],
                        "effect": effect.units[at, when],
                    }
                )
            )
    return (
        order_rows(pd.concat(parts, ignore_index=True), DEMAND_EFFECTS)
        if parts
        else empty_frame(DEMAND_EFFECTS)
    )
