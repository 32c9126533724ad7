"""Events: promotions, campaigns, price changes, competitors' moves and deals that history does not know of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.frames import CUSTOMER_MIX, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.customers import customer_shares
from sop_xl.plan.effects import Effect, Step
from sop_xl.plan.event_effects import Learned, assumed_effect, learned_from
from sop_xl.plan.event_profiles import Profile, event_profile
from sop_xl.plan.grid import Grid, Matrix, Positions, records, spread
from sop_xl.plan.notes import Note, some_of

TOLERANCE = 1e-9
"""Smallest quantity that is worth a word."""


def apply_events(
    grid: Grid,
    baseline: Matrix,
    events: pd.DataFrame,
    timeline: Timeline,
    *,
    event_results: pd.DataFrame | None = None,
    customer_mix: pd.DataFrame | None = None,
    uplifts: pd.DataFrame | None = None,
) -> Step:
    """Expected effect of all events, in units by series and period.

    Parameters
    ----------
    grid
        Series and planned periods.
    baseline
        Units, none below 0; of launched items what the launch brings, see `launched_baseline`.
    events
        EVENTS. A blank scope column is every one; an absent probability is certain; without a last period the event lasts one
        period. An absent effect follows from the price change or from past events of the type, see `assumed_effect`; which of
        them is said, and where neither tells anything the event is not applied, which is said too.
    timeline
        Its planned periods are those of the grid. A past event moves the plan with its dip only.
    event_results
        EVENT_RESULTS, what past events had; absent: nothing is learned.
    customer_mix
        CUSTOMER_MIX; an event for a customer group moves only its share. Absent: no customer has any.
    uplifts
        Measured uplift in past periods (event, item, location, period, part, uplift, real), see `learn_from_events`: of an event
        that began before the plan, what it pulled forward then is missing in the plan. Absent: not known, and no dip comes from it.

    Returns
    -------
    The step, with one effect per event that moves anything. A percentage is of the baseline (of the customer's share of it), so that two
    events at once add and do not compound. Units are per period over the whole scope, spread in proportion to
    the baseline (the customer's demand), equally where that is 0. The effect builds up over the lead-in; `pull_forward` of what it adds is
    missing after it in the same series, evenly over the dip; of an event that takes demand away, as much comes back.
    Everything is multiplied by the event's probability. Together the events never take more than the baseline; where they would,
    the events that take are cut in proportion, and it is said.
    """
    learned = learned_from(event_results)
    mix = empty_frame(CUSTOMER_MIX) if customer_mix is None else customer_mix
    notes, effects = list[Note](), list[Effect]()
    for row in records(events.sort_values("event", kind="stable")):
        rows = np.flatnonzero(grid.scope(row.item, row.family, row.location, row.region))
        profile = event_profile(row, timeline)
        before = _added_before(grid, row, rows, uplifts if profile.dip.any() else None)
        if not (profile.rise.any() or (profile.dip.any() and before.any())):
            continue
        added, said = _added(grid, baseline, row, rows, profile, learned, mix)
        notes += [Note("events", str(row.event), rule, f"event {row.event}{text}") for rule, text in said]
        if added is not None:
            effects.append(
                Effect(
                    str(row.event),
                    str(row.owner),
                    str(row.type),
                    rows,
                    added - _dip(row, added, before, profile),
                )
            )
    return _above_zero(grid, baseline, effects, notes)


def events_of_heirs(grid: Grid, baseline: Matrix, arrived: Matrix, events: pd.DataFrame, timeline: Timeline) -> list[Note]:
    """What must be said of percentages on items that have no baseline, and sell only what a predecessor hands over.

    Parameters
    ----------
    grid, baseline, events, timeline
        As of `apply_events`.
    arrived
        (series, periods) units of the life cycle, which comes after the events.
    """
    notes = []
    for row in records(events.sort_values("event", kind="stable")):
        during = event_profile(row, timeline).rise > 0
        rows = np.flatnonzero(grid.scope(row.item, row.family, row.location, row.region))
        if _states_units(row) or row.effect == 0 or not during.any():  # a change of price alone asks for no baseline
            continue
        lost = ((baseline[rows] <= 0) & (arrived[rows] > TOLERANCE))[:, during].any(axis=1)
        if lost.any():
            names = some_of(sorted(set(grid.series["item"].to_numpy(dtype=object)[rows[lost]])))
            text = f"event {row.event}: its percentage finds no baseline of {names}, which takes over demand only; state units instead"
            notes.append(Note("events", str(row.event), "event-on-successor", text))
    return notes


def _added(
    grid: Grid,
    baseline: Matrix,
    row: Any,
    rows: Positions,
    profile: Profile,
    learned: Learned,
    mix: pd.DataFrame,
) -> tuple[Matrix | None, list[tuple[str, str]]]:
    """Units that the event adds in its lead-in and its own periods, and (rule, text) of what must be said of it."""
    said: list[tuple[str, str]] = []
    if not len(rows):
        return None, [("event-without-demand", ": no planned series in its scope")]
    if not profile.rise.any():
        return np.zeros((len(rows), len(grid.periods))), said  # past: only its dip is left
    share = customer_shares(grid, mix, str(row.customer))[rows]
    if not share.any():
        said.append(
            ("event-without-customer", f": {row.customer} bought nothing in its scope{_for_units(row)}")
        )
        share = np.ones(len(rows)) if _states_units(row) else share
    base = baseline[rows] * share[:, None]
    rates: Matrix = np.full(len(rows), float(row.effect))
    if pd.isna(row.effect):
        assumed, text = assumed_effect(row, grid.series["family"].to_numpy(dtype=object)[rows], learned)
        said.append(("event-without-effect" if assumed is None else "event-effect-assumed", f" {text}"))
        if assumed is None:
            return None, said
        rates = assumed
    weight = profile.rise * (1.0 if pd.isna(row.probability) else float(row.probability))
    if _states_units(row):
        # a period outside the event has weight 0, so that it gets nothing whatever its share
        return spread(float(row.effect) * weight, base), said
    if pd.isna(row.effect) or row.effect_kind in ("percent", ""):
        return rates[:, None] * base * weight, said
    raise FrameError(f"events: effect kind {row.effect_kind!r} is neither percent nor units")


def _states_units(row: Any) -> bool:
    return bool(row.effect_kind == "units" and pd.notna(row.effect))


def _for_units(row: Any) -> str:
    return (
        "; its units are spread by the demand of all customers"
        if _states_units(row)
        else " and nothing is moved"
    )


def _added_before(grid: Grid, row: Any, rows: Positions, uplifts: pd.DataFrame | None) -> Matrix:
    """(series of the scope,) units that the event was measured to have added in the past."""
    total = np.zeros(len(grid.series))
    if uplifts is not None and len(uplifts):
        mine = uplifts[
            (uplifts["event"] == row.event) & (uplifts["part"] == "event") & uplifts["real"].astype(bool)
        ]
        at = grid.rows_of(mine)
        np.add.at(total, at[at >= 0], mine["uplift"].to_numpy(dtype=float)[at >= 0])
    return total[rows]


def _dip(row: Any, added: Matrix, before: Matrix, profile: Profile) -> Matrix:
    """Units missing after the event. What happened already is certain, what is to come has the event's probability in it."""
    pulled = 0.0 if pd.isna(row.pull_forward) else float(row.pull_forward)
    moved: Matrix = pulled * (added.sum(axis=1) + before)
    return moved[:, None] * profile.dip


def _above_zero(grid: Grid, baseline: Matrix, effects: list[Effect], notes: list[Note]) -> Step:
    """The step, with events that take demand away cut in proportion where together they would take more than there is."""
    taken = grid.zeros()
    for effect in effects:
        taken[effect.rows] += np.minimum(effect.units, 0.0)
    over = np.maximum(-baseline - _sum(grid, effects), 0.0)
    if over.sum() > TOLERANCE:
        kept = np.where(over > 0, 1.0 + over / np.where(taken < 0, taken, -1.0), 1.0)
        effects = [
            replace(effect, units=np.where(effect.units < 0, effect.units * kept[effect.rows], effect.units))
            for effect in effects
        ]
        text = f"events would take {over.sum():,.0f} units more than the baseline has; demand stays at 0"
        notes.append(Note("events", "", "events-below-zero", text))
    return Step(_sum(grid, effects), [effect for effect in effects if effect.units.any()], notes)


def _sum(grid: Grid, effects: list[Effect]) -> Matrix:
    total = grid.zeros()
    for effect in effects:
        total[effect.rows] += effect.units
    return total
