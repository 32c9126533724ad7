"""Overrides: planners' changes to the plan, each with reason, owner and expiry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.effects import Effect, Step
from sop_xl.plan.events import TOLERANCE
from sop_xl.plan.grid import Grid, Mask, Matrix, records, spread
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.override_policy import standing, text_or

SCENARIO = "scenario"
"""Reason code of overrides that a scenario makes: applied after those of people, whose pins do not hold against it."""

PinNames = NDArray[np.object_]
"""Key of the override that pinned each cell; `""` where none did."""


def apply_overrides(
    grid: Grid, running: Matrix, overrides: pd.DataFrame, timeline: Timeline, history: pd.DataFrame | None = None
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
        `percent` adds a share of it. A blank scope column is every one; without a last period one period is changed; an
        absent value changes nothing, and is said.
    timeline
        Its current period names the cycle, by which overrides expire and decay: see `standing`.
    history
        item, location, period, demand in units, for spreading by history; `None` or empty = no history.

    Returns
    -------
    The step, with one effect per override that moved something. Overrides are applied in the order of entry (no date: the
    earliest; same day: by key), each on top of the ones before, so that of two that set the same cell the later wins.

    A value is spread over the series of its scope in proportion to the running consensus (`forecast`), to the demand
    of the same period one season ago (`history`; of the whole season where that period had none), or in equal parts (`equal`); equally
    too where there is nothing to go by. What `equal` or `history` would take below 0 from one series is taken from the others.

    The cells of a pinned override are not moved by later ones. They count towards the total that a later `set` asks for, and the other
    series of its scope take what remains; a value to add goes to the others alone; a percentage moves the others by that
    share. What cannot be reached so is said. Demand never falls below 0: what would is cut and said.
    """
    ledger = _Ledger(grid, running.copy(), _last_season(grid, history, timeline))
    effects, notes = list[Effect](), list[Note]()
    for row in records(overrides.sort_values(["entered", "override"], kind="stable", na_position="first")):
        key = str(row.override)
        stands = standing(grid, row, timeline)
        said = [(stands.rule, stands.text)] if stands.rule else []
        if stands.share > 0:
            effect, more = ledger.enter(row, stands.share)
            said += more
            if effect is not None:
                effects.append(effect)
        notes += [Note("overrides", key, rule, f"override {key} {text}") for rule, text in said]
    return Step(ledger.now - running, effects=effects, notes=notes)


@dataclass
class _Ledger:
    """The plan as overrides are entered one by one.

    Parameters
    ----------
    grid
        Series and periods.
    now
        Consensus so far; changed by each entry.
    season
        (series, periods) demand one season ago by the same place in the season, with the season's total for periods without.
    """

    grid: Grid
    now: Matrix
    season: tuple[Matrix, Matrix]

    def __post_init__(self) -> None:
        self.pinned_by = np.full(self.grid.shape, "", dtype=object)

    def enter(self, row: Any, share: float) -> tuple[Effect | None, list[tuple[str, str]]]:
        """Apply one override; its effect (`None`: it moved nothing), and rules and texts of what a planner must know."""
        rows = np.flatnonzero(self.grid.scope(row.item, row.family, row.location, row.region, row.category))
        cells = np.ix_(rows, self.grid.span(row.first_period, row.last_period))
        before, pins = self.now[cells], self.pinned_by[cells]
        free = pins == ""
        wanted = before + share * (self._changed(before, free, cells, row) - before)
        after = np.maximum(wanted, 0.0)
        said = _pin_texts(row, before, after, free, pins, share)
        if row.action != "set" or "override-against-pinned" not in dict(said):  # a total that pins exceed is cut by just that, and said
            said += _cut_texts(float((after - wanted).sum()))
        self.now[cells] = after
        if text_or(row.pinned, "no") == "yes":
            self.pinned_by[cells] = np.where(free, str(row.override), pins)
        if not (after != before).any():
            return None, said
        units = np.zeros((len(rows), self.now.shape[1]))
        units[:, self.grid.span(row.first_period, row.last_period)] = after - before
        return Effect(str(row.override), text_or(row.owner, ""), text_or(row.reason_code, ""), rows, units), said

    def _changed(self, before: Matrix, free: Mask, cells: tuple[Any, ...], row: Any) -> Matrix:
        """The cells as the whole override would have them; pinned cells as they are."""
        open_now = np.where(free, before, 0.0)
        amounts = np.full(before.shape[1], float(row.value))
        if row.action == "set":
            amounts = amounts - np.where(free, 0.0, before).sum(axis=0)
            start = np.zeros_like(before)
        elif row.action == "add":
            start = open_now
        elif row.action == "percent":
            amounts, start = float(row.value) * open_now.sum(axis=0), open_now
        else:
            raise FrameError(f"overrides: action {row.action!r} is none of set, add, percent")
        moved = start + _spread_over(amounts, self._weights(open_now, free, cells, row), free)
        return np.where(free, _shared_shortfall(moved), before)

    def _weights(self, open_now: Matrix, free: Mask, cells: tuple[Any, ...], row: Any) -> Matrix:
        by = text_or(row.spread_by, "forecast")
        if by == "forecast":
            return open_now
        if by == "equal":
            return np.ones_like(open_now)
        if by == "history":
            same_place, whole = (np.where(free, matrix[cells], 0.0) for matrix in self.season)
            return np.where(same_place.sum(axis=0) > 0, same_place, whole)
        raise FrameError(f"overrides: spread by {by!r} is none of forecast, history, equal")


def _spread_over(amounts: Matrix, weights: Matrix, free: Mask) -> Matrix:
    """One amount per period over the free series; equally where no free series has a weight; nothing where none is free."""
    weights = np.where(free, weights, 0.0)
    weights = np.where(weights.sum(axis=0) > 0, weights, free.astype(float))
    return np.where(free.any(axis=0), spread(amounts, weights), 0.0)


def _shared_shortfall(moved: Matrix) -> Matrix:
    """Take what single series miss to 0 from the others of the period, so that the total holds; below 0 only where all together are."""
    missing, left = np.maximum(-moved, 0.0), np.maximum(moved, 0.0)
    short, total = missing.sum(axis=0), moved.sum(axis=0)
    shared = np.where(total >= 0, left - spread(short, left), spread(total, missing))
    return np.where(short > 0, shared, moved)


def _pin_texts(
    row: Any, before: Matrix, after: Matrix, free: Mask, pins: PinNames, share: float
) -> list[tuple[str, str]]:
    """What pinned cells kept an override from doing."""
    if free.all():
        return []
    by = some_of(pins[~free].tolist())
    value = float(row.value)
    if row.action == "set" and share == 1.0:
        reached = np.abs(after.sum(axis=0) - value) <= TOLERANCE * (1.0 + abs(value))
        if not reached.all():
            held = np.where(free, 0.0, before).sum(axis=0)[~reached].max()
            return [("override-against-pinned", f"does not reach {value:,.0f}: cells pinned by {by} hold {held:,.0f}")]
    if not free.any():
        return [("override-on-pinned", f"moves nothing: all its cells are pinned by {by}")]
    if row.action != "set" and not free.any(axis=0).all():
        return [("override-against-pinned", f"moves nothing in periods of which every cell is pinned by {by}")]
    return [("override-meets-pinned", f"leaves {int((~free).sum())} cells as {by} pinned them")]


def _cut_texts(cut: float) -> list[tuple[str, str]]:
    if cut <= TOLERANCE:
        return []
    return [("override-below-zero", f"would take {cut:,.0f} units more than there are; demand stays at 0")]


def _last_season(grid: Grid, history: pd.DataFrame | None, timeline: Timeline) -> tuple[Matrix, Matrix]:
    """Demand one season ago by series and planned period, and the total of that season, both not below 0."""
    season, current = timeline.calendar.season, timeline.current
    past = Grid(grid.series, timeline.calendar.span(timeline.calendar.shift(current, -season), season))
    if history is None or history.empty:
        return grid.zeros(), grid.zeros()
    demand = np.maximum(np.nan_to_num(past.matrix(history, history["demand"])), 0.0)
    same_place = demand[:, np.arange(len(grid.periods)) % season]
    return same_place, np.repeat(demand.sum(axis=1, keepdims=True), len(grid.periods), axis=1)
