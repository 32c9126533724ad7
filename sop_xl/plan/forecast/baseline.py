"""The baseline forecast of a whole company: every level forecast, made coherent, judged at a held-out origin."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.frames import BASELINE_FORECAST, DEMAND_RANGES, FORECAST_ACCURACY, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.forecast.combine import combine, combine_cross_fitted, member_weights
from sop_xl.plan.forecast.judge import Judged, Planned, judged_errors, range_arrays
from sop_xl.plan.forecast.members import MEMBERS, member_forecasts
from sop_xl.plan.forecast.nodes import Origin, at_origin, demand_matrix
from sop_xl.plan.forecast.report import (
    LEVEL_COLUMNS,
    accuracy_frame,
    forecast_frame,
    levels_frame,
    ranges_frame,
)
from sop_xl.plan.forecast.result import BaselineResult
from sop_xl.plan.forecast.scales import error_scale
from sop_xl.plan.forecast.seasonal import Floats
from sop_xl.plan.hierarchy import Hierarchy, Reconcile, build_hierarchy, check_method
from sop_xl.plan.hierarchy import reconcile as reconcile_nodes
from sop_xl.plan.segmentation import segment

Progress = Callable[[str, int, int], None]

YOUNG_SHARE = 0.05
"""Share of recent demand in series too young for the year-old origin above which a second origin is worth its time."""

_SHRINK = 6.0  # held-out periods at which a node's own error counts as much as that of its level


def baseline_forecast(
    history: pd.DataFrame,
    timeline: Timeline,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    *,
    actuals: pd.DataFrame | None = None,
    notes: pd.DataFrame | None = None,
    low: float = 0.1,
    high: float = 0.9,
    reconcile: Reconcile = "mint_diagonal",
    n_jobs: int = 1,
    progress: Progress | None = None,
) -> BaselineResult:
    """Statistical forecast of every item x location, coherent over the whole hierarchy.

    Item x location, item, family x region, family, category, region and total are each forecast, then reconciled. Series with two
    seasons of history and at most 30 % zeros take a weighted mean of five seasonal methods; all others the median of five
    level methods with the seasonal profile of their family (or category, or the total). Series without demand in the last season
    are zero, and said so; items are zero from the first period after their end, and
    in planned periods that are over before their start.

    Parameters
    ----------
    history
        Dense history of `calendarise` (a `DEMAND_HISTORY` frame does too: periods without a row are then zero demand). Units;
        negative counts as 0, NaN as not known.
    timeline
        `history` is learned from, `plan` is forecast.
    items, locations
        Frames `ITEMS` and `LOCATIONS`.
    actuals
        What happened, rows as in `history`, where `history` was corrected: held-out forecasts learn from the one and are judged by the other,
        and so are ranges. Absent = `history` itself.
    notes
        Findings of `calendarise`; joined to the accuracy frame's note.
    low, high
        Quantiles of the range, fractions.
    reconcile
        See `hierarchy.reconcile`.
    n_jobs
        Processes; results do not depend on it.
    progress
        Called with (message, done, total).

    Raises
    ------
    FrameError
        When an item or location of the history is unknown, or the quantiles are not on both sides of one half.
    """
    if not 0 < low < 0.5 < high < 1:
        raise FrameError(f"a range needs low below and high above one half, not {low} and {high}")
    keys, bottom = demand_matrix(history, timeline)
    if keys.empty:
        frames = (empty_frame(BASELINE_FORECAST), empty_frame(FORECAST_ACCURACY), empty_frame(DEMAND_RANGES))
        return BaselineResult(*frames, pd.DataFrame(columns=list(LEVEL_COLUMNS)))
    season = timeline.calendar.season
    hierarchy = build_hierarchy(keys, items, locations)
    begins, ends = (
        pd.to_datetime(keys["item"].map(items.set_index("item")[name])).to_numpy(dtype="datetime64[ns]")
        for name in ("start", "end")
    )
    cuts = needed_origins(bottom, season)
    asked = [
        # what was sold before its start was sold all the same: only the plan waits for it
        at_origin(hierarchy, bottom, ends, timeline, cut, cut or timeline.horizon, None if cut else begins)
        for cut in (0, *cuts)
    ]
    # before minutes of fitting, not after
    check_method(reconcile, max(o.asked.size for o in asked), max(cuts, default=0))
    members = _all_members(asked, season, n_jobs, progress)
    actual = hierarchy.up(bottom)
    happened = actual if actuals is None else hierarchy.up(demand_matrix(actuals, timeline)[1])
    tests = [
        _test(hierarchy, o, m, actual, happened, reconcile, season) for o, m in zip(asked[1:], members[1:], strict=True)
    ]
    plan = _plan(hierarchy, asked[0], members[0], tests, actual, reconcile, season)
    if progress is not None:
        progress("Accuracy and ranges", 0, 0)
    classes = segment(history, timeline, items)
    bounds = range_arrays(actual, asked[0], plan, tests, season, low, high)
    return BaselineResult(
        forecast_frame(hierarchy, timeline, plan, *bounds),
        accuracy_frame(hierarchy, timeline, asked[0], plan, tests, actual, classes, begins, ends, notes),
        ranges_frame(hierarchy, timeline, *bounds),
        levels_frame(hierarchy, tests, actual),
    )


def origins(periods: int, season: int) -> tuple[int, ...]:
    """Held-out origins, as periods before the end of history, the longer first.

    One of a season (less where two seasons would not remain to learn from) and one of a quarter season for series too young for the first.
    """
    longer = min(season, periods - 2 * season)
    shorter = min(max(season // 4, 1), periods // 3) if periods >= 6 else 0
    return tuple(sorted({cut for cut in (longer, shorter) if cut >= 1 and cut >= shorter}, reverse=True))


def needed_origins(bottom: Floats, season: int) -> tuple[int, ...]:
    """Those of `origins` that pay: the shorter one only where series too young for the longer carry over 5 % of recent demand.

    Each origin costs as much as the forecast itself. Without the shorter one the few young series are untested, and said so.
    """
    cuts = origins(bottom.shape[1], season)
    if len(cuts) < 2:
        return cuts
    young = (bottom > 0).argmax(axis=1) > bottom.shape[1] - cuts[0] - season // 2
    recent = bottom[:, -max(season // 4, 1) :].sum(axis=1)
    return cuts if recent[young].sum() > YOUNG_SHARE * recent.sum() else cuts[:1]


def _all_members(asked: list[Origin], season: int, n_jobs: int, progress: Progress | None) -> list[Floats]:
    # one call for all origins, at the longest horizon: one process pool, evenly filled
    ahead = max(o.horizon for o in asked)
    series = [y for o in asked for y in o.series]
    flags = [bool(s) for o in asked for s in o.seasonal]

    def report(done: int, total: int) -> None:
        if progress is not None:
            progress("Forecasting", done, total)

    made = member_forecasts(series, flags, ahead, season, n_jobs=n_jobs, progress=report)
    ends = np.cumsum([len(o.series) for o in asked])
    parts = np.split(made, ends[:-1])
    return [part[:, :, : o.horizon] * o.factors[:, None, :] for o, part in zip(asked, parts, strict=True)]


def _test(
    hierarchy: Hierarchy, origin: Origin, members: Floats, actual: Floats, happened: Floats, method: Reconcile, season: int
) -> Judged:
    size = actual.shape[1] - origin.cut
    held = happened[:, size:]
    base = np.zeros((len(hierarchy.nodes), origin.horizon))
    base[origin.asked] = combine_cross_fitted(actual[origin.asked, size:], members, origin.seasonal)
    scale = _naive_scales(actual[:, :size], season)
    forecast = _coherent(hierarchy, origin, base, scale**2, method, actual[:, max(size - season, 0) : size], base - held)
    naive = close(hierarchy, origin, _seasonal_naive(actual[:, :size], origin.horizon, season))
    lengths = size - (actual[:, :size] > 0).argmax(axis=1)
    asked = np.zeros(len(hierarchy.nodes), dtype=bool)
    asked[origin.asked] = True
    asked[hierarchy.aggregates :] &= origin.open[:, 0]  # nothing to judge where the item had ended
    tested = asked & (lengths >= (season // 2 if origin.cut > max(season // 4, 1) else max(season // 4, 1)))
    return Judged(origin, members, held, base, forecast, naive, scale, tested)


def _plan(
    hierarchy: Hierarchy,
    origin: Origin,
    members: Floats,
    tests: list[Judged],
    actual: Floats,
    method: Reconcile,
    season: int,
) -> Planned:
    nodes = len(hierarchy.nodes)
    weights = np.full((nodes, MEMBERS), np.nan)
    for test in tests[:1]:
        own = member_weights(actual[test.origin.asked, actual.shape[1] - test.origin.cut :], test.members)
        own[~test.origin.seasonal] = np.nan
        weights[test.origin.asked] = own
    weights = weights[origin.asked]
    weights[~origin.seasonal] = np.nan
    base = np.zeros((nodes, origin.horizon))
    base[origin.asked] = combine(members, weights)
    naive = _naive_scales(actual, season)
    errors = judged_errors(tests, nodes)
    variance = _variances(hierarchy, naive, errors)
    before = reconcile_live(hierarchy, origin, base, variance, method, actual[:, -season:], errors)
    forecast = close(hierarchy, origin, before)
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.where(before > 0, forecast / before, 1.0)
    return Planned(base, forecast, weights, kept)


def _coherent(
    hierarchy: Hierarchy, origin: Origin, base: Floats, variance: Floats, method: Reconcile, history: Floats, errors: Floats
) -> Floats:
    """A held-out origin, reconciled. How errors go together is learned from every other period and used in the ones between, or not at all where those are too few."""
    out = np.empty_like(base)
    for turn in (0, 1) if base.shape[1] > 1 else (0,):
        out[:, turn::2] = reconcile_live(
            hierarchy, origin, base[:, turn::2], variance, method, history, errors[:, 1 - turn :: 2]
        )
    return close(hierarchy, origin, out)


def reconcile_live(
    hierarchy: Hierarchy, origin: Origin, base: Floats, variance: Floats, method: Reconcile, history: Floats, errors: Floats
) -> Floats:
    """Reconcile over the live series only; the others stay exactly zero.

    `history` is the (nodes, periods) demand of the last season before the origin: historical shares are last year's.
    """
    part = hierarchy.restrict(origin.live)
    out = np.zeros_like(base)
    asked = origin.asked
    if origin.live.any():
        out[asked] = reconcile_nodes(
            part, base[asked], variance[asked], method, history=history[asked], errors=errors[asked]
        )
    return out


def close(hierarchy: Hierarchy, origin: Origin, forecast: Floats) -> Floats:
    """Zero before each item's start and from its end on, and sum again.

    The part of an ended item is not given to its neighbours: who takes it over is a matter of the life cycle, not of statistics.
    """
    return hierarchy.up(forecast[hierarchy.aggregates :] * origin.open)


def _variances(hierarchy: Hierarchy, naive: Floats, errors: Floats) -> Floats:
    """Mean squared error of every node: its own where long tested, else its naive scale times what its level usually shows."""
    known = np.isfinite(errors)
    count = known.sum(axis=1)
    square = np.where(known, errors, 0.0) ** 2
    ratio = square.sum(axis=1) / np.maximum(count, 1) / naive**2
    usual = np.ones(len(naive))
    for _, rows in hierarchy.nodes.groupby("level", sort=False).indices.items():
        tested = rows[count[rows] > 0]
        if tested.size:
            usual[rows] = np.median(ratio[tested])
    share = count / (count + _SHRINK)
    # demand that never changes has held-out errors of zero, and nothing can be weighed by a variance of zero
    floor = max(1e-3 * float(np.median(usual)), 1e-6)
    return np.asarray(naive**2 * np.maximum(share * ratio + (1 - share) * usual, floor))


def _naive_scales(known: Floats, season: int) -> Floats:
    starts = (known > 0).argmax(axis=1)
    return np.array([error_scale(y[s:], season) for y, s in zip(known, starts, strict=True)])


def _seasonal_naive(known: Floats, horizon: int, season: int) -> Floats:
    """The value of a year before; the last value where the series is younger than a year."""
    starts = (known > 0).argmax(axis=1)
    size = known.shape[1]
    if size >= season:
        year = known[:, size - season + np.arange(horizon) % season]
    else:
        year = np.repeat(known[:, -1:], horizon, axis=1)
    young = size - starts < season
    return np.asarray(np.where(young[:, None], known[:, -1:], year))
