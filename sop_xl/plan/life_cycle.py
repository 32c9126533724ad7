"""Life cycle: launches after the pattern of a like item, what they take from others, phase-outs and their successors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.cannibalisation import taken_from_donors
from sop_xl.plan.effects import Effect, Step
from sop_xl.plan.grid import Grid, Mask, Matrix, Positions, records
from sop_xl.plan.launch_curves import ramp_share
from sop_xl.plan.notes import Note

LAUNCH, PHASE_OUT = "launch", "phase_out"
REASON_CODES = {LAUNCH: "launch", PHASE_OUT: "phase-out"}


def life_cycle_key(row: Any) -> str:
    """Name of a life-cycle row in notes and effects: `item / location / stage`."""
    return " / ".join(part for part in (row.item, row.location, row.stage) if part)


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


def places_of(series: pd.DataFrame, row: Any, lifecycle: pd.DataFrame) -> Mask:
    """Rows of `series` (item, location) that a life-cycle row is about.

    A row without a location is about every location that has no row of its own for the same item and stage.
    """
    inside: Mask = np.asarray(series["item"].to_numpy(dtype=object) == row.item, dtype=bool)
    own = np.flatnonzero(inside)
    place = series["location"].to_numpy(dtype=object)[own]
    if row.location:
        inside[own] = place == row.location
    else:
        alike = lifecycle.loc[(lifecycle["item"] == row.item) & (lifecycle["stage"] == row.stage), "location"]
        inside[own] = ~np.isin(place.astype(str), alike.to_numpy(dtype=str))
    return inside


def launch_is_past(row: Any, timeline: Timeline) -> bool:
    """Whether a launch lies a year or more before the plan, so that the item's own history speaks."""
    calendar = timeline.calendar
    return calendar.distance(calendar.start_of(row.period), timeline.current) >= calendar.season


@dataclass
class _Course:
    """The plan while life-cycle rows are applied to it one after the other."""

    grid: Grid
    baseline: Matrix
    events: Matrix
    lifecycle: pd.DataFrame
    timeline: Timeline
    running: Matrix
    notes: list[Note] = field(default_factory=list)
    moves: dict[str, list[tuple[Positions, Matrix]]] = field(default_factory=dict)

    def move(self, row: Any, rows: Positions, units: Matrix) -> None:
        """Add units to rows of the plan in the name of a life-cycle row."""
        self.running[rows] += units
        self.moves[life_cycle_key(row)].append((rows, units))

    def say(self, row: Any, rule: str, words: str) -> None:
        self.notes.append(Note("lifecycle", life_cycle_key(row), rule, words))

    def places(self, row: Any) -> Positions:
        return np.flatnonzero(places_of(self.grid.series, row, self.lifecycle))

    def ramp(self, row: Any) -> Matrix:
        """Share of the row's full effect in each planned period."""
        calendar = self.timeline.calendar
        age = calendar.distance(calendar.start_of(row.period), self.timeline.current) + np.arange(
            len(self.grid.periods)
        )
        return ramp_share(age, row.ramp, row.curve)

    def counterpart(self, rows: Positions, item: str) -> Positions:
        """Rows of `item` at the locations of `rows`; -1 where it has no series there."""
        wanted = pd.DataFrame({"item": item, "location": self.grid.series["location"].to_numpy()[rows]})
        return self.grid.rows_of(wanted)

    def pattern(self, row: Any, places: Positions) -> Matrix:
        """Baseline that a launch copies: the like item's, without one the item's own."""
        if not row.like_item:
            return self.baseline[places]
        alike = self.counterpart(places, row.like_item)
        return np.where((alike >= 0)[:, None], self.baseline[alike], 0.0)

    def launched(self, row: Any, places: Positions) -> Matrix:
        """Units that a launch brings, before events of the item."""
        return self.pattern(row, places) * (_scale(row) * self.ramp(row))


def launched_baseline(grid: Grid, baseline: Matrix, lifecycle: pd.DataFrame, timeline: Timeline) -> Matrix:
    """The baseline on which events act: that of a launched item is what the launch brings, from the launch on; all others have their own.

    A launched item has no baseline of its own, so that a percentage of it would be nothing. Parameters as of `apply_life_cycle`, which
    leaves what events add on top of the launch.
    """
    course = _Course(grid, baseline, np.zeros_like(baseline), lifecycle, timeline, baseline)
    acted_on = baseline.copy()
    for row in records(lifecycle[lifecycle["stage"] == LAUNCH]):
        places = course.places(row)
        if places.size and not launch_is_past(row, timeline):
            started = course.ramp(row) > 0
            acted_on[places] = np.where(started, course.launched(row, places), acted_on[places])
    return acted_on


def apply_life_cycle(
    grid: Grid,
    baseline: Matrix,
    events: Matrix,
    lifecycle: pd.DataFrame,
    timeline: Timeline,
    followed: pd.DataFrame | None = None,
) -> Step:
    """Effect of launches and phase-outs, in units by series and period.

    Parameters
    ----------
    grid
        Series (those of `life_cycle_pairs` included) and planned periods.
    baseline, events
        Units; events take no more than `launched_baseline` has.
    lifecycle
        LIFECYCLE. Absent scale is 1, absent ramp is 0, a blank curve is linear, absent cannibalisation is none; a blank location
        is every location without a row of its own.
    timeline
        Tells how long a launch is ago.
    followed
        item, location, like_item: series whose baseline is another item's by a rule, see `followed_items`. Absent: none is.

    Returns
    -------
    The step, with one effect per row of `lifecycle`: what it adds to the item and its successor, and what it takes from donors.

    Launch: from its first period on an item's baseline is replaced by like item's baseline x scale x ramp (without a
    like item: its own baseline x scale x ramp); before it keeps what it has. With a linear ramp of r periods the first one has
    1 / (r + 1) and the full effect comes r periods later; see `ramp_share` for the other curves. A launch a year or more before the
    current period is not applied, and said: the item's own history speaks.

    Cannibalisation: the donor loses that share of what the launch brings (before events of the new item), at the same location; see
    `taken_from_donors`. The earlier launch takes first.

    Phase-out: demand is 0 from the period on; the successor takes scale x ramp of it. Where the successor is itself
    launched after the pattern of this item, or forecast like it by a rule, it already carries that demand, which is not added twice.
    """
    unknown = set(lifecycle["stage"]) - {LAUNCH, PHASE_OUT}
    if unknown:
        raise FrameError(f"lifecycle: stage {min(unknown)!r} is neither launch nor phase_out")
    start = baseline + events
    course = _Course(grid, baseline, events, lifecycle, timeline, start.copy())
    ordered = list(records(lifecycle.sort_values(["period", "item", "location", "stage"], kind="stable")))
    course.moves = {life_cycle_key(row): [] for row in ordered}
    launches = [row for row in ordered if row.stage == LAUNCH]
    brought = [_launch(course, row) for row in launches]
    for row, (places, units) in zip(launches, brought, strict=True):
        _cannibalise(course, row, places, units)
    copied = {
        (row.item, row.like_item, place)
        for row, (places, _) in zip(launches, brought, strict=True)
        for place in places.tolist()
    }
    for row in _heirs_last([row for row in ordered if row.stage == PHASE_OUT]):
        _phase_out(course, row, copied, _followers(grid, followed))
    course.running = np.maximum(course.running, 0.0)  # what float arithmetic leaves below 0 is nothing
    effects = [_effect(row, course.moves[life_cycle_key(row)], len(grid.periods)) for row in ordered]
    return Step(course.running - start, effects, course.notes)


def _followers(grid: Grid, followed: pd.DataFrame | None) -> set[tuple[str, str, int]]:
    """(item, like item, row of the grid) of every series whose baseline is another item's."""
    if followed is None or followed.empty:
        return set()
    rows = grid.rows_of(followed).tolist()
    named = zip(followed["item"], followed["like_item"], rows, strict=True)
    return {(str(item), str(like), row) for item, like, row in named if row >= 0}


def _effect(row: Any, moves: list[tuple[Positions, Matrix]], periods: int) -> Effect:
    rows = np.concatenate([np.empty(0, dtype=np.intp), *(rows for rows, _ in moves)])
    units = np.vstack([np.empty((0, periods)), *(units for _, units in moves)])
    return Effect(life_cycle_key(row), row.owner, REASON_CODES[row.stage], rows, units)


def _scale(row: Any) -> float:
    return 1.0 if pd.isna(row.scale) else float(row.scale)


def _launch(course: _Course, row: Any) -> tuple[Positions, Matrix]:
    """Apply a launch; where, and the units that it brings there, events of the item left out."""
    places = course.places(row)
    nothing = np.empty(0, dtype=np.intp), np.empty((0, len(course.grid.periods)))
    if launch_is_past(row, course.timeline):
        course.say(row, "launch-is-past", f"{row.item} was launched a year or more ago; its own history is used")
        return nothing
    if not places.size:
        course.say(
            row, "launch-without-place", f"{row.item}: no location to launch at; the like item has no baseline"
        )
        return nothing
    started = course.ramp(row) > 0
    if not course.pattern(row, places)[:, started].any() and started.any():
        source = row.like_item or row.item
        course.say(
            row,
            "launch-without-pattern",
            f"{row.item}: {source} has no baseline demand from the launch on; nothing is copied",
        )
    units = course.launched(row, places)
    # the item's own events stay on top of the copied pattern
    target = units + np.maximum(course.events[places], -units)
    course.move(row, places, np.where(started, target - course.running[places], 0.0))
    return places, units


def _cannibalise(course: _Course, row: Any, places: Positions, brought: Matrix) -> None:
    """Take the donor's share of what a launch brings, and say what could not be taken."""
    share = 0.0 if pd.isna(row.cannibalisation) else float(row.cannibalisation)
    if not row.donor or share == 0 or not places.size:
        return
    wanted = share * brought
    rows, taken = taken_from_donors(course.grid, course.running, row.item, row.donor, places, wanted)
    course.move(row, rows, -taken)
    missing = float(wanted.sum() - taken.sum())
    if missing > 1e-9 * (1.0 + float(wanted.sum())):
        course.say(
            row,
            "cannibalisation-cut",
            f"{row.item} would take {missing:,.1f} units more from {row.donor} than it has; its demand stays at 0",
        )
    if row.period < course.timeline.current:
        course.say(
            row,
            "launch-already-runs",
            f"{row.item} is on sale already: part of what {row.donor} loses may be in its history; lower the share if so",
        )


def _heirs_last(phase_outs: list[Any]) -> list[Any]:
    """Phase-outs so that an item comes after those that hand their demand to it; a ring keeps the order of periods."""
    waiting = list(phase_outs)
    ordered: list[Any] = []
    while waiting:
        heirs = {row.successor for row in waiting if row.successor != row.item}
        free = next((row for row in waiting if row.item not in heirs), waiting[0])
        waiting.remove(free)
        ordered.append(free)
    return ordered


def _phase_out(
    course: _Course, row: Any, copied: set[tuple[str, str, int]], followers: set[tuple[str, str, int]]
) -> None:
    places = course.places(row)
    if not places.size:
        course.say(row, "phase-out-without-demand", f"{row.item} has no planned demand to phase out")
        return
    on = course.ramp(row)
    lost = np.where(on > 0, course.running[places], 0.0)
    course.move(row, places, -lost)
    if not row.successor or row.successor == row.item:
        return
    heirs = course.counterpart(places, row.successor)
    twice = np.array([(row.successor, row.item, heir) in copied for heir in heirs.tolist()], dtype=bool)
    if twice.any():
        course.say(
            row,
            "successor-launched-alike",
            f"{row.successor} is launched after the pattern of {row.item}; its demand is not added a second time",
        )
    alike = np.array([(row.successor, row.item, heir) in followers for heir in heirs.tolist()], dtype=bool) & ~twice
    if alike.any():
        course.say(
            row,
            "successor-forecast-alike",
            f"{row.successor} is forecast like {row.item} by a rule of Forecast Models; its demand is not added a second time",
        )
    takes = (heirs >= 0) & ~twice & ~alike
    course.move(row, heirs[takes], (lost * (_scale(row) * on))[takes])
