"""The baseline forecast of a whole company: every level forecast, made coherent, judged at a held-out origin."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.frames import BACKTEST, BASELINE_FORECAST, DEMAND_RANGES, FORECAST_ACCURACY, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.forecast.accuracy_report import Rules, accuracy_frame
from sop_xl.plan.forecast.backtest import backtest_frame
from sop_xl.plan.forecast.choice import Choices, choose, stated_pairs
from sop_xl.plan.forecast.combine import combine, combine_cross_fitted, member_weights
from sop_xl.plan.forecast.drivers import DriverValues, driver_effects, driver_values
from sop_xl.plan.forecast.fitting import Fitted, Progress, View, fit
from sop_xl.plan.forecast.judge import WITHOUT_DRIVERS, Judged, Planned, judged_errors, range_arrays
from sop_xl.plan.forecast.kept_weights import WEIGHTS, weights_frame, with_kept_weights
from sop_xl.plan.forecast.members import MEMBERS
from sop_xl.plan.forecast.node_errors import naive_scales, seasonal_naive, variances
from sop_xl.plan.forecast.nodes import Origin, aligned, at_origin, demand_matrix, needed_origins
from sop_xl.plan.forecast.report import LEVEL_COLUMNS, forecast_frame, levels_frame, ranges_frame
from sop_xl.plan.forecast.result import BaselineResult
from sop_xl.plan.forecast.seasonal import Floats
from sop_xl.plan.forecast.stated import with_stated, with_stated_ranges
from sop_xl.plan.hierarchy import Hierarchy, Reconcile, build_hierarchy, check_method
from sop_xl.plan.hierarchy import reconcile as reconcile_nodes
from sop_xl.plan.segmentation import segment


def baseline_forecast(
    history: pd.DataFrame,
    timeline: Timeline,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    *,
    notes: pd.DataFrame | None = None,
    actuals: pd.DataFrame | None = None,
    rules: pd.DataFrame | None = None,
    drivers: pd.DataFrame | None = None,
    low: float = 0.1,
    high: float = 0.9,
    reconcile: Reconcile = "mint_diagonal",
    kept_weights: pd.DataFrame | None = None,
    n_jobs: int = 1,
    progress: Progress | None = None,
) -> BaselineResult:
    """Statistical forecast of every item x location, coherent over the whole hierarchy.

    Item x location, item, family x region, family, category, region and total are each forecast, then reconciled. Series with two
    seasons of history and at most 30 % zeros take a weighted mean of five seasonal methods; all others the median of five
    level methods with the seasonal profile of their family (or category, or the total). Series without demand in the last season
    are zero, and said so; items are zero from the first period after their end, and
    in planned periods that are over before their start.

    A rule may choose otherwise for an item x location (`choice` says which rule holds). A chosen statistical model takes the recipe's
    place as that series' own forecast, and is reconciled like any other. Zero, Manual and Like item come out exactly as stated: they
    take their place after reconciliation, and what was forecast for the others does not change (`stated`). Where a rule names
    drivers, history is freed of them before anything is fitted, at all levels, and the planned values are put back at the end.

    Parameters
    ----------
    history
        Dense history of `calendarise` (a `DEMAND_HISTORY` frame does too: periods without a row are then zero demand), cleansed or
        not; this is what is learned from. Units; negative counts as 0, NaN as not known.
    timeline
        `history` is learned from, `plan` is forecast.
    items, locations
        Frames `ITEMS` and `LOCATIONS`.
    notes
        Findings of `calendarise`; joined to the accuracy frame's note.
    actuals
        What happened, rows as in `history`, where `history` was corrected: held-out forecasts learn from the one and are judged by the other,
        and so are ranges. Absent = `history` itself.
    rules, drivers
        Frames `FORECAST_MODELS`, in the order in which people wrote them, and `DRIVERS`; absent = none.
    low, high
        Quantiles of the range, fractions.
    reconcile
        See `hierarchy.reconcile`.
    kept_weights
        Weights of the combined methods in an earlier cycle, see `kept_weights`: the result also has the forecast that they would have made. Absent = none.
    n_jobs
        Processes; results do not depend on it.
    progress
        Called with (message, done, total).

    Raises
    ------
    FrameError
        When an item or location of the history is unknown, a rule's model is, or the quantiles are not on both sides of one half.
    """
    if not 0 < low < 0.5 < high < 1:
        raise FrameError(f"a range needs low below and high above one half, not {low} and {high}")
    keys, bottom = demand_matrix(history, timeline)
    if keys.empty:
        return _nothing()
    unsold = stated_pairs(rules, keys, items, locations)
    if len(unsold):
        keys = pd.concat([keys, unsold]).sort_values(["item", "location"]).reset_index(drop=True)
        bottom = aligned(history, keys, timeline)
    season = timeline.calendar.season
    hierarchy = build_hierarchy(keys, items, locations)
    begins, ends = (
        pd.to_datetime(keys["item"].map(items.set_index("item")[name])).to_numpy(dtype="datetime64[ns]")
        for name in ("start", "end")
    )
    classes = segment(history, timeline, items)
    choices = choose(rules, hierarchy.bottom, classes)
    given = driver_values(drivers, choices, hierarchy.bottom, timeline)
    cuts = needed_origins(bottom, season)
    views = [_view(hierarchy, bottom, (begins, ends), timeline, cut, choices, given) for cut in (0, *cuts)]
    # before minutes of fitting, not after
    check_method(reconcile, max(v.origin.asked.size for v in views), max(cuts, default=0))
    fitted = fit(hierarchy, views, bottom, choices, season, n_jobs, progress)
    choices = choices.unfitted(fitted[0].failed)
    actual = hierarchy.up(bottom)
    happened = actual if actuals is None else hierarchy.up(aligned(actuals, keys, timeline))
    tests = [
        _test(hierarchy, view, made, choices, actual, happened, reconcile, season)
        for view, made in zip(views[1:], fitted[1:], strict=True)
    ]
    origin = views[0].origin
    if progress is not None:
        progress("Accuracy and ranges", 0, 0)
    frame = hierarchy.bottom[["item", "location"]].merge(classes, on=["item", "location"], how="left")
    frame = frame.fillna({"abc": "", "xyz": "", "demand_class": "none"})

    def planned(weights: pd.DataFrame | None) -> tuple[Planned, tuple[Floats, Floats]]:
        plan = _plan(hierarchy, views[0], fitted[0], choices, tests, reconcile, season, weights)
        return plan, _bounds(hierarchy, views[0].origin, plan, choices, tests, actual, season, (low, high), frame)

    plan, bounds = planned(None)
    kept = None
    if kept_weights is not None:
        as_then, range_then = planned(kept_weights)
        kept = forecast_frame(hierarchy, timeline, as_then, *range_then)
    accuracy = accuracy_frame(
        hierarchy, timeline, origin, plan, tests, actual, happened, frame, begins, ends, notes,
        Rules(choices, given, views[0].effects),
    )  # fmt: skip
    return BaselineResult(
        forecast_frame(hierarchy, timeline, plan, *bounds),
        accuracy,
        ranges_frame(hierarchy, timeline, *bounds),
        levels_frame(hierarchy, tests, happened),
        backtest_frame(hierarchy, timeline, tests, happened, accuracy, choices),
        weights_frame(hierarchy, origin.asked, plan.weights),
        kept,
    )


def _bounds(
    hierarchy: Hierarchy,
    origin: Origin,
    plan: Planned,
    choices: Choices,
    tests: Sequence[Judged],
    actual: Floats,
    season: int,
    quantiles: tuple[float, float],
    classes: pd.DataFrame,
) -> tuple[Floats, Floats]:
    """Lower and upper (nodes, horizon) ends of the range of a plan."""
    asked = np.zeros(len(hierarchy.nodes), dtype=bool)
    asked[origin.asked] = True
    bounds = range_arrays(actual, origin, plan, tests, season, *quantiles)
    return with_stated_ranges(choices, hierarchy, plan.forecast, plan.whole, bounds, asked, classes["demand_class"].to_numpy())


def _nothing() -> BaselineResult:
    return BaselineResult(
        empty_frame(BASELINE_FORECAST),
        empty_frame(FORECAST_ACCURACY),
        empty_frame(DEMAND_RANGES),
        pd.DataFrame(columns=list(LEVEL_COLUMNS)),
        empty_frame(BACKTEST),
        pd.DataFrame(columns=list(WEIGHTS)),
    )


def _view(
    hierarchy: Hierarchy,
    bottom: Floats,
    sold: tuple[npt.NDArray[np.datetime64], npt.NDArray[np.datetime64]],
    timeline: Timeline,
    cut: int,
    choices: Choices,
    given: DriverValues | None,
) -> View:
    """What is known and asked `cut` periods before the end of history."""
    begins, ends = sold
    size = bottom.shape[1] - cut
    horizon = cut or timeline.horizon
    kept = None
    if choices.statistical:
        kept = np.zeros(len(bottom), dtype=bool)
        kept[[row for row in choices.statistical if choices.of[row].by_name]] = True
    families = hierarchy.bottom["family"].to_numpy()
    effects = driver_effects(given, bottom[:, :size], families, timeline.calendar.season, horizon)
    even = bottom[:, :size] if given is None else bottom[:, :size] / effects.history

    def origin_of(demand: Floats, effect: Floats | None) -> Origin:
        # what was sold before its start was sold all the same: only the plan waits for it
        return at_origin(
            hierarchy, demand, ends, timeline, cut, horizon, None if cut else begins, kept=kept, effect=effect
        )

    plain = origin_of(bottom[:, :size], None) if given is not None and cut else None
    return View(origin_of(even, effects.ahead), even, effects, plain)


def _test(
    hierarchy: Hierarchy,
    view: View,
    fitted: Fitted,
    choices: Choices,
    actual: Floats,
    happened: Floats,
    method: Reconcile,
    season: int,
) -> Judged:
    origin, first = view.origin, hierarchy.aggregates
    size = actual.shape[1] - origin.cut
    known = hierarchy.up(view.known)
    held, even, fair = happened[:, size:], actual[:, size:], happened[:, size:]
    if view.plain is not None:
        even, fair = (hierarchy.up(demand[first:] / origin.effect) for demand in (even, fair))
    base = np.zeros((len(hierarchy.nodes), origin.horizon))
    base[origin.asked] = combine_cross_fitted(even[origin.asked], fitted.members, origin.seasonal)
    tried = _tried(hierarchy, view, fitted, choices, base, actual[:, size:])
    _take_chosen(base, fitted, choices, first)
    scale, errors = naive_scales(known, season), base - fair
    whole = _reconciled_then(hierarchy, origin, base, scale**2, method, known[:, -season:], errors)[first:]
    whole = whole * origin.effect
    forecast = hierarchy.up(whole * origin.open)
    naive = close(hierarchy, origin, seasonal_naive(actual[:, :size], origin.horizon, season))
    lengths = size - (actual[:, :size] > 0).argmax(axis=1)
    asked = np.zeros(len(hierarchy.nodes), dtype=bool)
    asked[origin.asked] = True
    asked[first:] &= origin.open[:, 0]  # nothing to judge where the item had ended
    tested = asked & (lengths >= (season // 2 if origin.cut > max(season // 4, 1) else max(season // 4, 1)))
    return Judged(
        origin, fitted.members, held, even, errors, base, forecast, naive,
        with_stated(choices, whole) * origin.open, tried, fitted.failed, scale, tested,
    )  # fmt: skip


def _take_chosen(base: Floats, fitted: Fitted, choices: Choices, first: int) -> None:
    """In place: the chosen model's forecast instead of the recipe's, where it could be fitted at the plan's origin too."""
    for row, made in fitted.chosen.items():
        if choices.of[row].statistical:
            base[first + row] = made


def _tried(
    hierarchy: Hierarchy, view: View, fitted: Fitted, choices: Choices, base: Floats, held: Floats
) -> dict[str, Floats]:
    """What else was forecast for single series: the recipe where a model was chosen, and the same without drivers."""
    first, origin = hierarchy.aggregates, view.origin
    tried: dict[str, Floats] = {}

    def table(name: str) -> Floats:
        return tried.setdefault(name, np.full(origin.open.shape, np.nan))

    for row in [*fitted.chosen, *fitted.failed]:
        if choices.of[row].statistical:
            table("Automatic")[row] = base[first + row] * origin.effect[row]
    for node, members in fitted.plain_members.items():
        seasonal = origin.seasonal[np.searchsorted(origin.asked, node)]
        made = combine_cross_fitted(held[[node]], members[None], np.array([seasonal]))[0]
        table(WITHOUT_DRIVERS)[node - first] = fitted.plain_chosen.get(node - first, made)
    return tried


def _plan(
    hierarchy: Hierarchy,
    view: View,
    fitted: Fitted,
    choices: Choices,
    tests: Sequence[Judged],
    method: Reconcile,
    season: int,
    kept_weights: pd.DataFrame | None,
) -> Planned:
    origin, first, nodes = view.origin, hierarchy.aggregates, len(hierarchy.nodes)
    weights = np.full((nodes, MEMBERS), np.nan)
    for test in tests[:1]:
        own = member_weights(test.even[test.origin.asked], test.members)
        own[~test.origin.seasonal] = np.nan
        weights[test.origin.asked] = own
    weights = weights[origin.asked]
    weights[~origin.seasonal] = np.nan
    weights = with_kept_weights(hierarchy, origin.asked, weights, kept_weights)
    base = np.zeros((nodes, origin.horizon))
    base[origin.asked] = combine(fitted.members, weights)
    _take_chosen(base, fitted, choices, first)
    known = hierarchy.up(view.known)
    errors = judged_errors(tests, nodes)
    variance = variances(hierarchy, naive_scales(known, season), errors)
    before = reconcile_live(hierarchy, origin, base, variance, method, known[:, -season:], errors)
    whole = with_stated(choices, before[first:] * origin.effect)
    forecast = hierarchy.up(whole * origin.open)
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.where(before > 0, forecast / before, 1.0)
    return Planned(base, forecast, whole, weights, kept)


def _reconciled_then(
    hierarchy: Hierarchy, origin: Origin, base: Floats, variance: Floats, method: Reconcile, history: Floats, errors: Floats
) -> Floats:
    """A held-out origin, reconciled. How errors go together is learned from every other period and used in the ones between, or not at all where those are too few."""
    out = np.empty_like(base)
    for turn in (0, 1) if base.shape[1] > 1 else (0,):
        out[:, turn::2] = reconcile_live(
            hierarchy, origin, base[:, turn::2], variance, method, history, errors[:, 1 - turn :: 2]
        )
    return out


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
