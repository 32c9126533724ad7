"""History cleansing: from what was sold to what customers would have ordered in ordinary times, every step of it reversible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.frames import DEMAND_HISTORY, HISTORY_LOG, check_frame, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.cleansing.causes import find_causes
from sop_xl.plan.cleansing.expectation import Expectation, Flags, Floats, Places
from sop_xl.plan.cleansing.found import CALENDAR, CAUSES, LEVEL_SHIFT, STOCK_OUT, Found, Outcome, act
from sop_xl.plan.cleansing.kept_shifts import with_marked_shifts
from sop_xl.plan.cleansing.log import APPLIED, DROPPED, NOT_FOUND, PROPOSED, Marks, log_frame
from sop_xl.plan.cleansing.past_events import UPLIFT_COLUMNS, Span, events_at, find_events, past_events
from sop_xl.plan.cleansing.stock_outs import Limited, limited_by_stock
from sop_xl.plan.cleansing.working_days import plan_factors
from sop_xl.plan.grid import Grid, records, series_of
from sop_xl.plan.history import BESIDE_DEMAND
from sop_xl.plan.notes import Note, notes_frame

_SAID = {APPLIED: "history corrected", PROPOSED: "correction proposed"}


@dataclass(frozen=True, slots=True)
class Cleansed:
    """What history cleansing made.

    Parameters
    ----------
    history
        The dense history to learn from: as given, with corrected demand. Revenue is what was booked. A held-out forecast learns from
        corrections that use later months, too: a level shift that is kept flatters accuracy measured before it, as nobody knew of it then.
    actuals
        The dense history to judge a baseline by: what happened, seen as the baseline sees it. It is on the same level where a level shift was
        applied and on the same calendar where periods were; else every month before would count as an error that no forecast made. Months in which
        a recorded stock-out hid the orders hold the demand with stock, where that correction was applied. Left blank, they would be read
        as the line between their neighbours, without season. Returns, events and one-off orders stay in: they happened.
    sold
        The dense history as given: what a number that a person gave for a period is judged by.
    log
        HISTORY_LOG, one row per correction, in key order.
    uplifts
        What every past event brought, see `past_events.find_events`. It depends on no mark.
    calendar_factors
        (planned periods) what puts a forecast made for usual periods on the working days of each; 1 without working days.
    series_notes
        item, location, note: what was corrected in each series, for the accuracy frame's note.
    notes
        frame, key, rule, note: what a planner must know.
    """

    history: pd.DataFrame
    actuals: pd.DataFrame
    sold: pd.DataFrame
    log: pd.DataFrame
    uplifts: pd.DataFrame
    calendar_factors: pd.Series
    series_notes: pd.DataFrame
    notes: pd.DataFrame


def cleanse_history(
    history: pd.DataFrame,
    events: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    timeline: Timeline,
    marks: pd.DataFrame | None = None,
    *,
    working_days: pd.Series | None = None,
    enabled: bool = True,
) -> Cleansed:
    """Correct the history that the forecast learns from, cause by cause, and log every correction.

    The causes act in the order return, stock-out, event, one-off order, level shift, calendar, each on the result of the one before; see the
    module of each for its rule. What is found does not depend on the marks: a mark changes the one row that it stands on and
    nothing else. `Drop` takes a correction back; `Keep` applies one that is only proposed (level shifts; one-off orders in the
    last period, or without another year to compare). A mark whose correction is no longer found stays in the log; a level shift
    that was kept stays applied, too, see `kept_shifts`.

    Parameters
    ----------
    history
        Dense history of `calendarise`: demand in units ordered, NaN = not known, and where known shipments (units that left), stock_out
        (share of the period without stock, 0 to 1) and returns (units sent back, positive; demand is net of them).
    events, items, locations
        Frames `EVENTS`, `ITEMS`, `LOCATIONS`. Every item and location used must be listed; `locations` may be empty.
    timeline
        Its history is corrected.
    marks
        HISTORY_LOG rows with a mark; absent = none.
    working_days
        Working days by period, history and plan; absent = the calendar is left alone.
    enabled
        False leaves history as it is and only carries the marks on.

    Raises
    ------
    FrameError
        When a frame has not its form, or an item or location is not listed.
    """
    check_frame(history, DEMAND_HISTORY)
    grid = Grid(series_of([history], items, locations), timeline.history)
    mine = Marks(empty_frame(HISTORY_LOG) if marks is None else check_frame(marks, HISTORY_LOG), grid)
    if not enabled or history.empty:
        why = "history is not cleansed (see Settings)" if not enabled else "there is no history"
        return _as_it_is(history, timeline, mine.left(why), grid)
    cells = grid.rows_of(history), grid.periods.get_indexer(pd.DatetimeIndex(history["period"]))
    demand, shipments, stock_out, returned = (_matrix(history, name, cells, grid.shape) for name in ("demand", *BESIDE_DEMAND))
    on_sale = _on_sale(grid, items)
    limited = limited_by_stock(demand, shipments, stock_out, on_sale)
    # what was known before any correction: where stock limited a period, what left the house
    start = demand - limited.short
    spans = past_events(events, grid)
    days = None if working_days is None else working_days.reindex(grid.periods).to_numpy(dtype=np.float64)
    found, uplifts = _find(start, returned, limited, on_sale, spans, days, grid, timeline)
    at = next(k for k, each in enumerate(found) if each.cause == LEVEL_SHIFT)
    found[at] = with_marked_shifts(found[at], mine, max(timeline.calendar.season // 4, 1), [timeline.calendar.label(p) for p in grid.periods])
    final = start.copy()
    outcomes = [act(final, each, mine.of(each)) for each in found]
    log = log_frame(outcomes, mine.left("not found in this run; the mark is kept"), grid)
    return Cleansed(
        _with_demand(history, final, cells),
        _with_demand(history, _judged_by(demand, outcomes, limited), cells),
        history,
        log,
        uplifts,
        plan_factors(working_days, timeline),
        _series_notes(log),
        notes_frame(_summary(log)),
    )


def _find(
    start: Floats, returned: Floats, limited: Limited, on_sale: Flags, spans: list[Span], days: Floats | None, grid: Grid, timeline: Timeline
) -> tuple[list[Found], pd.DataFrame]:
    """Every cause, and what past events brought."""
    labels = [timeline.calendar.label(p) for p in grid.periods]
    uplifts: list[pd.DataFrame] = []

    def lift(now: Floats, expected: Expectation, usable: Flags) -> Found:
        lifted, brought = find_events(now, spans, grid, expected, usable)
        uplifts.append(brought)
        return lifted

    explained = events_at(spans, grid.shape) > 0
    found = find_causes(start, returned, limited, on_sale, explained, timeline.calendar.season, _families(grid), labels, lift, days)
    return found, uplifts[0]


def _judged_by(demand: Floats, outcomes: list[Outcome], limited: Limited) -> Floats:
    """(series, periods) see `Cleansed.actuals`."""
    judged = demand.copy()
    for outcome in outcomes:
        found = outcome.found
        if found.cause == STOCK_OUT:
            hidden = outcome.applied & limited.by_flag[found.rows, found.columns]
            judged[found.rows[hidden], found.columns[hidden]] += (outcome.corrected - outcome.raw)[hidden]
        elif found.cause in (LEVEL_SHIFT, CALENDAR):
            act(judged, found, outcome.marks)
    return judged


def _on_sale(grid: Grid, items: pd.DataFrame) -> Flags:
    ends = pd.to_datetime(grid.series["item"].map(items.set_index("item")["end"])).to_numpy(dtype="datetime64[ns]")
    with np.errstate(invalid="ignore"):
        return np.asarray(~(grid.periods.to_numpy()[None, :] > ends[:, None]))  # NaT compares false


def _families(grid: Grid) -> Places:
    codes, _ = pd.factorize(grid.series["family"], sort=True)
    return np.asarray(codes, dtype=np.intp)


def _matrix(history: pd.DataFrame, name: str, cells: tuple[Places, Places], shape: tuple[int, int]) -> Floats:
    """A column of the history as (series, periods); NaN where absent."""
    matrix = np.full(shape, np.nan)
    if name in history.columns:
        inside = cells[1] >= 0
        matrix[cells[0][inside], cells[1][inside]] = history[name].to_numpy(dtype=np.float64)[inside]
    return matrix


def _with_demand(history: pd.DataFrame, demand: Floats, cells: tuple[Places, Places]) -> pd.DataFrame:
    return history.assign(demand=np.where(cells[1] >= 0, demand[cells], history["demand"].to_numpy()))


def _as_it_is(history: pd.DataFrame, timeline: Timeline, left: pd.DataFrame, grid: Grid) -> Cleansed:
    nothing = pd.DataFrame({"item": [], "location": [], "note": []}, dtype=object)
    return Cleansed(
        history, history, history, log_frame([], left, grid), pd.DataFrame(columns=list(UPLIFT_COLUMNS)),
        plan_factors(None, timeline), nothing, notes_frame([]),
    )  # fmt: skip


def _series_notes(log: pd.DataFrame) -> pd.DataFrame:
    """For every series what was done and what is proposed: `history corrected: 2 stock-out, 1 event; see History Log`."""
    mine = log[(log["item"] != "") & log["state"].isin(_SAID)]
    counted = mine.groupby(["item", "location", "state", "cause"]).size().reset_index(name="times")
    counted["state"] = pd.Categorical(counted["state"], list(_SAID), ordered=True)
    counted["cause"] = pd.Categorical(counted["cause"], list(CAUSES), ordered=True)
    counted = counted.sort_values(["item", "location", "state", "cause"])
    said: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in records(counted):
        said.setdefault((row.item, row.location), {}).setdefault(_SAID[row.state], []).append(f"{row.times} {row.cause}")
    rows = [
        (*series, "; ".join([*(f"{what}: {', '.join(counts)}" for what, counts in states.items()), "see History Log"]))
        for series, states in said.items()
    ]
    return pd.DataFrame(rows, columns=["item", "location", "note"], dtype=object)


def _summary(log: pd.DataFrame) -> list[Note]:
    """One note per cause: how many corrections of each state there are, and what they changed."""
    notes = []
    for cause in CAUSES:
        mine = log[log["cause"] == cause]
        if len(mine):
            counts = mine["state"].value_counts()
            parts = [f"{counts[state]} {state}" for state in (APPLIED, PROPOSED, DROPPED, NOT_FOUND) if state in counts]
            notes.append(Note("history_log", cause, "history-cleansed", f"{cause}: {', '.join(parts)}"))
    return notes
