"""Where items stand in their life: not yet sold, introduction, growth, maturity, decline, phase-out, ended."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.grid import Mask, Matrix, Positions

NOT_YET_SOLD, INTRODUCTION, GROWTH, MATURITY = "not yet sold", "introduction", "growth", "maturity"
DECLINE, PHASING_OUT, ENDED = "decline", "phase-out", "ended"
STAGES = (NOT_YET_SOLD, INTRODUCTION, GROWTH, MATURITY, DECLINE, PHASING_OUT, ENDED)

LEAST_CHANGE = 0.1
"""Change on the year before, as a fraction, from which demand may count as growing or declining."""

LEAST_T = 1.8
"""Student's t of that change: with twelve pairs of months, one steady item in twenty exceeds it by chance in each direction."""


def item_stages(
    scopes: pd.DataFrame, history: pd.DataFrame, consensus: pd.DataFrame, timeline: Timeline
) -> pd.DataFrame:
    """Stage of each item, or item at a location.

    Parameters
    ----------
    scopes
        item, location (`""` = all together), start and end (first and last day of sale), launch (first period of sale) and phase_out
        (first period without sale); NaT = none.
    history
        DEMAND_HISTORY, units; absent counts as 0.
    consensus
        CONSENSUS_DEMAND.
    timeline
        Stages are those at the start of its current period.

    Returns
    -------
    `scopes` with two more columns: stage, one of `STAGES`, and note, the evidence. In this order:

    - ended: sold until before now, phased out by now, or without demand in the last year and in the plan;
    - not yet sold: no demand so far;
    - phase-out: planned, or sold until within the plan;
    - introduction: the first year since the first demand or the launch, and the quarter after it: only then can a quarter be compared with the year before;
    - growth and decline: the periods of the last year against the same ones of the year before, as far as it was sold then, changed by 10 % or
      more, and by more than chance (t of the paired differences 1.8 or more);
    - maturity: the rest. What was sold from the start of history on is taken to be older than that, unless its start says otherwise.
    """
    demand = _by_scope(scopes, history, "demand", timeline.history)
    planned = _by_scope(scopes, consensus, "consensus", timeline.plan).sum(axis=1)
    season, count = timeline.calendar.season, demand.shape[1]
    sold = demand > 0
    ever = sold.any(axis=1)
    begun, known = _begin(scopes, sold, timeline)
    last_year = demand[:, max(count - season, 0) :].sum(axis=1)
    change, t, pairs = _yearly_change(demand, begun, season)
    quarter = max(season // 4, 1)
    enough = pairs >= quarter
    moved = enough & (np.abs(change) >= LEAST_CHANGE) & (np.abs(t) >= LEAST_T)
    now, after = timeline.current, timeline.calendar.shift(timeline.current, timeline.horizon)
    end, out = scopes["end"], scopes["phase_out"]
    ended = ((end < now) | (out <= now)).to_numpy(dtype=bool)
    ended |= ever & (last_year <= 0) & (planned <= 0)
    leaving = (out.notna() | (end < after)).to_numpy(dtype=bool)
    young = known & (count - begun < season + quarter)
    stage = np.select(
        [ended, ~ever, leaving, young, moved & (change > 0), moved & (change < 0)],
        [ENDED, NOT_YET_SOLD, PHASING_OUT, INTRODUCTION, GROWTH, DECLINE],
        MATURITY,
    )
    shown = np.isin(stage, [GROWTH, DECLINE, MATURITY, PHASING_OUT])
    note = [
        _trend_words(float(c), bool(e)) if show else "" for show, c, e in zip(shown, change, enough, strict=True)
    ]
    return scopes.assign(current_stage=stage.astype(object), note=pd.Series(note, index=scopes.index, dtype=object))


def _by_scope(scopes: pd.DataFrame, frame: pd.DataFrame, column: str, periods: pd.DatetimeIndex) -> Matrix:
    """Sum of a quantity by scope and period."""
    result = np.zeros((len(scopes), len(periods)))
    if frame.empty or scopes.empty:
        return result
    columns = periods.get_indexer(pd.DatetimeIndex(frame["period"]))
    values = frame[column].fillna(0.0).to_numpy(dtype=float)
    keys = pd.MultiIndex.from_frame(scopes[["item", "location"]])
    anywhere = frame[["item"]].assign(location="")
    for wanted in (frame[["item", "location"]], anywhere):
        rows = keys.get_indexer(pd.MultiIndex.from_frame(wanted))
        inside = (rows >= 0) & (columns >= 0)
        np.add.at(result, (rows[inside], columns[inside]), values[inside])
    return result


def _begin(scopes: pd.DataFrame, sold: Mask, timeline: Timeline) -> tuple[Positions, Mask]:
    """Period of history in which each scope began, which may lie before it, and whether that is known."""
    calendar, count = timeline.calendar, sold.shape[1]
    first: Positions = np.where(sold.any(axis=1), sold.argmax(axis=1), count)
    known = first > 0
    for k, (start, launch) in enumerate(zip(scopes["start"], scopes["launch"], strict=True)):
        if pd.notna(launch) and launch < timeline.current:
            first[k], known[k] = calendar.distance(timeline.first, calendar.start_of(launch)), True
        elif first[k] == 0 and pd.notna(start):
            first[k], known[k] = min(calendar.distance(timeline.first, calendar.start_of(start)), 0), True
    return first, known


def _yearly_change(demand: Matrix, begun: Positions, season: int) -> tuple[Matrix, Matrix, Positions]:
    """Change on the year before, Student's t of the paired differences, and the number of pairs, which have been sold in both years."""
    rows, count = demand.shape
    if count <= season:
        nothing = np.zeros(rows)
        return nothing, nothing, np.zeros(rows, dtype=np.intp)
    span = min(season, count - season)
    now, before = demand[:, count - span :], demand[:, count - span - season : count - season]
    paired = np.arange(count - span - season, count - season)[None, :] >= begun[:, None]
    pairs: Positions = paired.sum(axis=1)
    difference = np.where(paired, now - before, 0.0)
    total, base = difference.sum(axis=1), np.where(paired, before, 0.0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(base > 0, total / base, np.sign(total) * np.inf)
        mean = total / pairs
        square = np.where(paired, (difference - mean[:, None]) ** 2, 0.0).sum(axis=1)
        t = mean / np.sqrt(square / (pairs - 1) / pairs)
    change = np.where(total == 0, 0.0, change)
    return change, np.nan_to_num(t, nan=0.0, posinf=np.inf, neginf=-np.inf), pairs


def _trend_words(change: float, enough: bool) -> str:
    if not enough:
        return "history too short for a trend"
    if not np.isfinite(change):
        return "no demand in the year before"
    return f"{change:+.0%} on the year before"
