"""Life cycle: launches after the pattern of a like item, phase-outs and their successors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.effects import Step
from sop_xl.plan.grid import Grid, Mask, Matrix, Positions, records
from sop_xl.plan.notes import Note

LAUNCH, PHASE_OUT = "launch", "phase_out"


def life_cycle_pairs(baseline: pd.DataFrame, lifecycle: pd.DataFrame) -> pd.DataFrame:
    """Item x location pairs that the life cycle brings into the plan: launched items and successors.

    A row without a location stands for every location where the like item, or the item that is phased out, has a
    baseline.
    """
    rows = [frame for frame in (_launched(lifecycle), _successors(lifecycle)) if len(frame)]
    if not rows:
        return pd.DataFrame({"item": [], "location": []}, dtype="object")
    wanted = pd.concat(rows)
    known = (
        baseline[["item", "location"]].drop_duplicates().rename(columns={"item": "pattern", "location": "at"})
    )
    everywhere = wanted[wanted["location"] == ""].merge(known, on="pattern")
    everywhere = everywhere.assign(location=everywhere["at"])[["item", "location"]]
    return pd.concat(
        [wanted.loc[wanted["location"] != "", ["item", "location"]], everywhere]
    ).drop_duplicates()


def _launched(lifecycle: pd.DataFrame) -> pd.DataFrame:
    return lifecycle[lifecycle["stage"] == LAUNCH].rename(columns={"like_item": "pattern"})[
        ["item", "location", "pattern"]
    ]


def _successors(lifecycle: pd.DataFrame) -> pd.DataFrame:
    out = lifecycle[(lifecycle["stage"] == PHASE_OUT) & (lifecycle["successor"] != "")]
    return pd.DataFrame({"item": out["successor"], "location": out["location"], "pattern": out["item"]})


def apply_life_cycle(
    grid: Grid, baseline: Matrix, events: Matrix, lifecycle: pd.DataFrame, timeline: Timeline
) -> Step:
    """Effect of launches and phase-outs, in units by series and period.

    Parameters
    ----------
    grid
        Series (those of `life_cycle_pairs` included) and planned periods.
    baseline, events
        Units; together never below 0.
    lifecycle
        LIFECYCLE. Absent scale is 1, absent ramp is 0, a blank location is every location.
    timeline
        Tells how long a launch is ago.

    Returns
    -------
    The step.

    Launch: from its first period on an item's baseline is replaced by like item's baseline x scale x ramp (without a
    like item: its own baseline x scale x ramp); before it keeps what it has. With a ramp of r periods the first one has
    1 / (r + 1) and the full effect comes r periods later. A launch a year or more before the current period is not
    applied, and said: the item's own history speaks.

    Phase-out: demand is 0 from the period on; the successor takes scale x ramp of it. Where the successor is itself
    launched after the pattern of this item, the launch already carries that demand and it is not added twice.
    """
    unknown = set(lifecycle["stage"]) - {LAUNCH, PHASE_OUT}
    if unknown:
        raise FrameError(f"lifecycle: stage {min(unknown)!r} is neither launch nor phase_out")
    running, notes = baseline + events, list[Note]()
    launches = lifecycle[lifecycle["stage"] == LAUNCH].sort_values(["item", "location"], kind="stable")
    copied: dict[tuple[str, str], Mask] = {}
    for row in records(launches):
        inside = _launch(grid, baseline, events, running, row, timeline, notes)
        copied[row.item, row.like_item] = (
            copied.get((row.item, row.like_item), np.zeros(len(grid.series), dtype=bool)) | inside
        )
    for row in _ordered(lifecycle[lifecycle["stage"] == PHASE_OUT]):
        _phase_out(grid, running, row, copied, timeline, notes)
    return Step(running - (baseline + events), notes=notes)


def _ramp(grid: Grid, row: Any, timeline: Timeline) -> Matrix:
    """Share of the full effect in each planned period: 0 before, rising in equal steps to 1."""
    age = timeline.calendar.distance(timeline.calendar.start_of(row.period), timeline.current) + np.arange(
        len(grid.periods)
    )
    steps = 0.0 if pd.isna(row.ramp) else float(row.ramp)
    share: Matrix = np.clip((age + 1) / (steps + 1), 0.0, 1.0)
    return np.where(age < 0, 0.0, share)


def _scale(row: Any) -> float:
    return 1.0 if pd.isna(row.scale) else float(row.scale)


def _key(row: Any) -> str:
    return " / ".join(part for part in (row.item, row.location, row.stage) if part)


def _counterpart(grid: Grid, rows: Mask, item: str) -> Positions:
    """Rows of `item` at the locations of `rows`; -1 where it has no series there."""
    wanted = pd.DataFrame({"item": item, "location": grid.series.loc[rows, "location"]})
    return grid.rows_of(wanted)


def _launch(
    grid: Grid,
    baseline: Matrix,
    events: Matrix,
    running: Matrix,
    row: Any,
    timeline: Timeline,
    notes: list[Note],
) -> Mask:
    key, inside = _key(row), grid.scope(row.item, "", row.location)
    calendar = timeline.calendar
    if calendar.distance(calendar.start_of(row.period), timeline.current) >= calendar.season:
        notes.append(
            Note(
                "lifecycle",
                key,
                "launch-is-past",
                f"{row.item} was launched a year or more ago; its own history is used",
            )
        )
        return np.zeros(len(grid.series), dtype=bool)
    if not inside.any():
        notes.append(
            Note(
                "lifecycle",
                key,
                "launch-without-place",
                f"{row.item}: no location to launch at; the like item has no baseline",
            )
        )
        return inside
    pattern = baseline[inside]
    if row.like_item:
        places = _counterpart(grid, inside, row.like_item)
        pattern = np.where((places >= 0)[:, None], baseline[places], 0.0)
    on = _ramp(grid, row, timeline)
    started = on > 0
    if not pattern[:, started].any() and started.any():
        source = row.like_item or row.item
        notes.append(
            Note(
                "lifecycle",
                key,
                "launch-without-pattern",
                f"{row.item}: {source} has no baseline demand from the launch on; nothing is copied",
            )
        )
    # the item's own events stay on top of the copied pattern
    target = pattern * (_scale(row) * on) + np.maximum(events[inside], -pattern * (_scale(row) * on))
    running[inside] = np.where(started, target, running[inside])
    return inside


def _ordered(phase_outs: pd.DataFrame) -> list[Any]:
    """Phase-outs so that an item comes after those that hand their demand to it; a ring keeps the order of periods."""
    waiting = list(records(phase_outs.sort_values(["period", "item", "location"], kind="stable")))
    ordered: list[Any] = []
    while waiting:
        heirs = {row.successor for row in waiting if row.successor != row.item}
        free = next((row for row in waiting if row.item not in heirs), waiting[0])
        waiting.remove(free)
        ordered.append(free)
    return ordered


def _phase_out(
    grid: Grid,
    running: Matrix,
    row: Any,
    copied: dict[tuple[str, str], Mask],
    timeline: Timeline,
    notes: list[Note],
) -> None:
    key, inside = _key(row), grid.scope(row.item, "", row.location)
    if not inside.any():
        notes.append(
            Note(
                "lifecycle", key, "phase-out-without-demand", f"{row.item} has no planned demand to phase out"
            )
        )
        return
    on = _ramp(grid, row, timeline)
    lost = np.where(on > 0, running[inside], 0.0)
    running[inside] -= lost
    if not row.successor or row.successor == row.item:
        return
    heirs = _counterpart(grid, inside, row.successor)
    twice = copied.get((row.successor, row.item), np.zeros(len(grid.series), dtype=bool))[heirs] & (
        heirs >= 0
    )
    if twice.any():
        notes.append(
            Note(
                "lifecycle",
                key,
                "successor-launched-alike",
                f"{row.successor} is launched after the pattern of {row.item}; its demand is not added a second time",
            )
        )
    takes = (heirs >= 0) & ~twice
    running[heirs[takes]] += (lost * (_scale(row) * on))[takes]
