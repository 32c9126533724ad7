"""The life cycle as a planner reviews it: stage of every item, business case of launches, last buy and write-off of phase-outs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.grid import Grid, records
from sop_xl.plan.item_stage import item_stages
from sop_xl.plan.last_buy import Ends, ends_of_life
from sop_xl.plan.launch_case import Launches, launch_cases
from sop_xl.plan.launch_ranges import LaunchSpread
from sop_xl.plan.life_cycle import LAUNCH, PHASE_OUT, launch_is_past, life_cycle_key, places_of
from sop_xl.plan.life_cycle_pools import PlannedStep, Pools
from sop_xl.plan.notes import Note, notes_frame

_MONEY_AND_UNITS = (
    "demand", "demand_low", "demand_high", "cannibalised", "revenue", "gross_margin", "order_quantity", "residual_stock", "exposure",
)  # fmt: skip


def life_cycle_plan(
    lifecycle: pd.DataFrame,
    pools: Pools,
    consensus: pd.DataFrame,
    effects: pd.DataFrame,
    ranges: pd.DataFrame,
    spread: LaunchSpread,
    history: pd.DataFrame,
    items: pd.DataFrame,
    timeline: Timeline,
    high: float = 0.9,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Stage of every item, and what each launch and phase-out means.

    Parameters
    ----------
    lifecycle, items
        LIFECYCLE and ITEMS.
    pools
        See `open_pools`.
    consensus, effects
        CONSENSUS_DEMAND and DEMAND_EFFECTS.
    ranges, spread
        See `launch_ranges` and `launch_spread`; `high` is the quantile of their upper bound.
    history
        DEMAND_HISTORY.
    timeline
        The plan.

    Returns
    -------
    LIFECYCLE_PLAN: first one row per row of `lifecycle`, then one per item without any, and per item whose end of sale comes without a
    phase-out; in order of their keys. An item sold until a day in the plan or before it has the figures of a phase-out. Notes (frame, key, rule,
    note) on what should have been ordered by now.
    """
    for frame, spec in ((lifecycle, frames.LIFECYCLE), (consensus, frames.CONSENSUS_DEMAND), (items, frames.ITEMS)):
        frames.check_frame(frame, spec)
    planned = lifecycle.sort_values(["item", "location", "stage"], kind="stable")
    steps = [_step(row, pools.grid, planned) for row in records(planned)]
    launches = [s for s in steps if s.row.stage == LAUNCH]
    running = [s for s in launches if s.places.size and not launch_is_past(s.row, timeline)]
    phase_outs = [s for s in steps if s.row.stage == PHASE_OUT]
    sold_until = [_step(row, pools.grid, planned) for row in records(_sold_until(items, planned, timeline))]
    ending = [s for s in (*phase_outs, *sold_until) if s.places.size and s.row.period <= _plan_end(timeline)]
    words: dict[tuple[str, str, str], list[str]] = {}
    cases = _launch_rows(running, launch_cases(pools, running, ranges, effects, timeline, high), spread, timeline, words)
    found = ends_of_life(pools, ending)
    ends = _end_rows(ending, found, pools, timeline, words)
    told = {_key(s) for s in (*running, *ending)}
    rest = [s for s in (*steps, *sold_until) if _key(s) not in told]
    idle = [_idle_row(step, timeline, words) for step in rest]
    without = set(items["item"]) - {s.row.item for s in (*steps, *sold_until)}
    plain = [{"item": item, "location": "", "stage": ""} for item in sorted(without)]
    table = _complete([*cases, *ends, *idle, *plain])
    needed = dict(zip((_key(s) for s in ending), pd.DatetimeIndex(found.needed), strict=True))
    table["order_by"], notes = _order_dates(table, items, timeline, needed, words)
    staged = item_stages(_scopes(table, planned, items), history, consensus, timeline)
    table = table.merge(staged[["item", "location", "current_stage", "note"]], on=["item", "location"], how="left")
    said = ["; ".join(words.get((r.item, r.location, r.stage), [])) for r in records(table)]
    # the evidence of a stage is for items of which nothing else is to be said
    table["note"] = [own or (evidence if not stage else "") for own, evidence, stage in zip(said, table["note"], table["stage"], strict=True)]
    ordered = table.assign(other=table["stage"] == "").sort_values(["other", "item", "location", "stage"], kind="stable")
    return ordered[list(frames.LIFECYCLE_PLAN.columns)].reset_index(drop=True), notes_frame(notes)


def _plan_end(timeline: Timeline) -> pd.Timestamp:
    """First period after the plan."""
    return timeline.calendar.shift(timeline.current, timeline.horizon)


def _step(row: Any, grid: Grid, lifecycle: pd.DataFrame) -> PlannedStep:
    return PlannedStep(row, np.flatnonzero(places_of(grid.series, row, lifecycle)))


def _sold_until(items: pd.DataFrame, lifecycle: pd.DataFrame, timeline: Timeline) -> pd.DataFrame:
    """Items that end in the plan or have ended, and that no phase-out speaks of, as rows of LIFECYCLE without a stage."""
    spoken_of = items["item"].isin(lifecycle.loc[lifecycle["stage"] == PHASE_OUT, "item"])
    ending = items[(items["end"] < _plan_end(timeline)) & ~spoken_of].sort_values("item")
    calendar = timeline.calendar
    first_without = [calendar.shift(calendar.start_of(end), 1) for end in ending["end"]]
    return pd.DataFrame(
        {"item": ending["item"], "location": "", "stage": "", "period": pd.DatetimeIndex(first_without)}
    ).assign(successor="", like_item="", donor="")


def _identity(step: PlannedStep) -> dict[str, Any]:
    row = step.row
    counterpart = row.successor if row.stage == PHASE_OUT else row.like_item or row.donor
    return {
        "item": row.item, "location": row.location, "stage": row.stage, "period": row.period, "counterpart": counterpart,
    }  # fmt: skip


def _key(step: PlannedStep) -> tuple[str, str, str]:
    return step.row.item, step.row.location, step.row.stage


def _launch_rows(
    steps: Sequence[PlannedStep], cases: Launches, spread: LaunchSpread, timeline: Timeline, words: dict[tuple[str, str, str], list[str]]
) -> list[dict[str, Any]]:
    rows = []
    season = timeline.calendar.season
    for k, step in enumerate(steps):
        row, said = step.row, words.setdefault(_key(step), [])
        rows.append(_identity(step) | {name: getattr(cases, name)[k] for name in _MONEY_AND_UNITS if hasattr(cases, name)})
        if cases.periods[k] < season:
            said.append(f"the plan holds {cases.periods[k]:.0f} of the {season} periods of its first year")
        if row.period < timeline.current:
            said.append("on sale already: first year from now on, no initial order")
        if row.donor and row.cannibalisation > 0:
            said.append(f"{row.cannibalisation:.0%} of it is taken from {row.donor}")
        if pd.isna(row.scale_low) or pd.isna(row.scale_high):
            said.append(spread.words)
        said += _unknown_money(cases.revenue[k], cases.gross_margin[k], cases.order_quantity[k], cases.exposure[k])
        if cases.stock_not_counted[k]:
            said.append("stock there serves other locations and is not taken off the initial order")
    return rows


def _unknown_money(revenue: float, margin: float, quantity: float, value: float) -> list[str]:
    if np.isnan(revenue):
        return ["a price is not known: no revenue and margin"]
    if np.isnan(margin):
        return ["a unit cost is not known: no margin, or no value of the order"]
    return ["its unit cost is not known"] if quantity > 0 and np.isnan(value) else []


def _end_rows(
    steps: Sequence[PlannedStep], ends: Ends, pools: Pools, timeline: Timeline, words: dict[tuple[str, str, str], list[str]]
) -> list[dict[str, Any]]:
    rows = []
    for k, step in enumerate(steps):
        said = words.setdefault(_key(step), [])
        rows.append(_identity(step) | {name: getattr(ends, name)[k] for name in _MONEY_AND_UNITS if hasattr(ends, name)})
        if ends.goes_on[k]:
            said.append("other locations go on drawing on its stock: no last buy, nothing left over")
        if ends.order_quantity[k] > 0 and ends.without_range[k]:
            said.append("the range of its demand is not known: the last buy holds no safety")
        if ends.without_stock[k] and ends.demand[k] > 0:
            said.append("no stock is given; taken as 0")
        if ends.residual_stock[k] > 0 and np.isnan(ends.exposure[k]):
            said.append("its unit cost is not known: no exposure")
        after = pools.demand[step.places][:, pools.grid.periods >= step.row.period].sum()
        if after > 0.5:
            said.append(f"{after:,.0f} units are planned after the end, by inputs that come later in the process")
        if not step.row.stage:
            said.append("by Sold until; no phase-out is planned" if step.row.period > timeline.current else "by Sold until")
    return rows


def _idle_row(step: PlannedStep, timeline: Timeline, words: dict[tuple[str, str, str], list[str]]) -> dict[str, Any]:
    """A step without figures, and why."""
    if not step.places.size:
        reason = "it has no planned demand anywhere" if step.row.stage else ""
    elif step.row.stage == LAUNCH:
        reason = "launched a year or more ago; its own history is used"
    else:
        reason = "it ends after the plan does"
    if reason:
        words.setdefault(_key(step), []).append(reason)
    return _identity(step)


def _complete(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a frame with every column of LIFECYCLE_PLAN."""
    spec = frames.LIFECYCLE_PLAN
    empty = frames.empty_frame(spec)
    table = pd.DataFrame(rows, columns=list(spec.columns)) if rows else empty
    table = table.astype({name: empty[name].dtype for name, kind in spec.columns.items() if kind != "text"})
    texts = [name for name, kind in spec.columns.items() if kind == "text"]
    table[texts] = table[texts].astype(object).fillna("")
    return table.drop(columns=["current_stage", "note"])


def _order_dates(
    table: pd.DataFrame,
    items: pd.DataFrame,
    timeline: Timeline,
    needed: Mapping[tuple[str, str, str], pd.Timestamp],
    words: dict[tuple[str, str, str], list[str]],
) -> tuple[pd.Series, list[Note]]:
    """Latest day to order what each step needs: for its launch, or for when stock runs out before its end; and a note where that day is past."""
    lead_time = table["item"].map(items.set_index("item")["lead_time"]).fillna(0.0)
    days = pd.to_timedelta((lead_time * timeline.calendar.mean_days).apply(np.ceil), unit="D")
    start = pd.Series([needed.get((r.item, r.location, r.stage), r.period) for r in records(table)], index=table.index, dtype="datetime64[ns]")
    order_by = (start - days).where(table["order_quantity"] > 0)
    notes = list[Note]()
    for row, day in zip(records(table), order_by, strict=True):
        if pd.isna(day) or day >= timeline.current:
            continue
        what, when = ("initial order", "launch") if row.stage == LAUNCH else ("last buy", "stock has run out")
        text = f"{row.order_quantity:,.0f} had to be ordered by {day:%Y-%m-%d}: it comes after the {when} if ordered now"
        words.setdefault((row.item, row.location, row.stage), []).insert(0, text)
        key = life_cycle_key(row)
        notes.append(Note("lifecycle", key, "order-overdue", f"{key}: the {what} of {text}"))
    return order_by, notes


def _scopes(table: pd.DataFrame, lifecycle: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """What has a stage: each item, or item at a location, of the table, with the dates that speak of it."""
    scopes = table[["item", "location"]].drop_duplicates().reset_index(drop=True)
    for name in ("start", "end"):
        scopes[name] = pd.to_datetime(scopes["item"].map(items.set_index("item")[name]))
    for stage in (LAUNCH, PHASE_OUT):
        rows = lifecycle[lifecycle["stage"] == stage]
        dates = {(r.item, r.location): r.period for r in records(rows)}
        found = [dates.get((i, p), dates.get((i, ""), pd.NaT)) for i, p in zip(scopes["item"], scopes["location"], strict=True)]
        scopes[stage] = pd.Series(pd.to_datetime(found), index=scopes.index)
    return scopes
