"""The evidence for each model: its error at a past origin beside the runner-up and seasonal naive. Arrays only, no fitting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.frames import BACKTEST, empty_frame, order_rows
from sop_xl.periods import Timeline
from sop_xl.plan.forecast.choice import Choices
from sop_xl.plan.forecast.judge import Judged
from sop_xl.plan.forecast.members import LEVEL_MEMBERS, SEASONAL_MEMBERS
from sop_xl.plan.forecast.seasonal import Floats
from sop_xl.plan.hierarchy import Hierarchy

BY_SQUARES = ("intermittent", "lumpy")
"""Demand classes whose runner-up is found by squared errors: absolute ones reward a forecast of zero where zeros are common."""

_SAME = {
    "Theta": "Dynamic theta",
    "CES": "Complex smoothing",
    "Seasonal naive": "Seasonal naive",
    "Moving average": "Mean of a year",
    "Croston-SBA": "Croston SBA",
    "TSB": "TSB",
    "ADIDA": "ADIDA",
}
"""Members of the recipe that are a chosen model over again, and so no other method."""


class Errors(NamedTuple):
    """Errors over the first periods after an origin, one value per series; NaN where the denominator is zero."""

    wmape: Floats
    bias: Floats
    rmsse: Floats
    cumulative_error: Floats


def horizons(cut: int, season: int) -> list[int]:
    """Periods over which errors are summed: a quarter of a season, half of one, and all that was held out."""
    return sorted({min(max(season // 4, 1), cut), min(max(season // 2, 1), cut), cut})


def cumulative_errors(actual: Floats, forecast: Floats, squared_scale: Floats) -> Errors:
    """Errors of whole rows.

    Parameters
    ----------
    actual, forecast
        (series, periods) units.
    squared_scale
        (series,) mean squared step of the history before, see `squared_steps`.
    """
    error = forecast - actual
    total = actual.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        over = np.where(total > 0, total, np.nan)
        scaled = (error**2).mean(axis=1) / np.where(squared_scale > 0, squared_scale, np.nan)
    summed = error.sum(axis=1)
    return Errors(np.abs(error).sum(axis=1) / over, summed / over, np.sqrt(scaled), np.abs(summed) / over)


def squared_steps(history: Floats) -> Floats:
    """(series,) mean squared step from period to period since the first demand: the denominator of RMSSE (Makridakis et al. 2022)."""
    started = np.maximum.accumulate(history > 0, axis=1)
    counts = started[:, :-1]
    steps = np.where(counts, np.diff(history, axis=1) ** 2, 0.0).sum(axis=1)
    number = counts.sum(axis=1)
    return np.asarray(np.where(number > 0, steps / np.maximum(number, 1), np.nan))


def backtest_frame(
    hierarchy: Hierarchy,
    timeline: Timeline,
    tests: Sequence[Judged],
    happened: Floats,
    accuracy: pd.DataFrame,
    choices: Choices,
) -> pd.DataFrame:
    """Frame `BACKTEST`: every series at every origin that could judge it, one row per horizon.

    The runner-up is the method other than the one that plans with the smallest error over the whole hold-out, by mean squared error for
    intermittent and lumpy demand, by absolute error otherwise; it is the same on all rows of the origin. It is there to be
    looked at: choosing the winner of one hold-out forecasts worse than the combination does.

    Parameters
    ----------
    happened
        (nodes, periods) history by which forecasts are judged.
    accuracy
        Frame `FORECAST_ACCURACY`, for model and demand class.
    choices
        What people chose.
    """
    parts = [_of_origin(hierarchy, timeline, test, happened, accuracy, choices) for test in tests]
    parts = [part for part in parts if len(part)]
    return order_rows(pd.concat(parts, ignore_index=True), BACKTEST) if parts else empty_frame(BACKTEST)


def _of_origin(
    hierarchy: Hierarchy,
    timeline: Timeline,
    test: Judged,
    happened: Floats,
    accuracy: pd.DataFrame,
    choices: Choices,
) -> pd.DataFrame:
    first, cut = hierarchy.aggregates, test.origin.cut
    rows = np.flatnonzero(test.tested[first:])
    labels = hierarchy.bottom[["item", "location"]].iloc[rows]
    named = labels.merge(
        accuracy[["item", "location", "model", "demand_class"]], how="left", on=["item", "location"]
    )
    model = named["model"].to_numpy(dtype=object)
    for place in np.flatnonzero(np.isin(rows, test.fell_back)):
        model[place] = f"automatic: {model[place]} could not be fitted"
    actual, naive = test.held[first + rows], test.naive[first + rows]
    scale = squared_steps(happened[first + rows, : happened.shape[1] - cut])
    squares = named["demand_class"].isin(BY_SQUARES).to_numpy()
    runner_up, runner = _runners_up(test, rows, first, actual, squares, choices)
    blocks = []
    for horizon in horizons(cut, timeline.calendar.season):
        own, other, plain = (
            cumulative_errors(actual[:, :horizon], made[:, :horizon], scale)
            for made in (test.planning[rows], runner, naive)
        )
        blocks.append(
            pd.DataFrame(
                {
                    "item": labels["item"].to_numpy(),
                    "location": labels["location"].to_numpy(),
                    "origin": timeline.calendar.shift(timeline.current, -cut),
                    "horizon": float(horizon),
                    "demand_class": named["demand_class"].to_numpy(dtype=object),
                    "model": model,
                    **own._asdict(),
                    "runner_up": runner_up,
                    "runner_up_wmape": other.wmape,
                    "runner_up_rmsse": other.rmsse,
                    "naive_wmape": plain.wmape,
                    "naive_rmsse": plain.rmsse,
                }
            )
        )
    return pd.concat(blocks, ignore_index=True)


def _runners_up(
    test: Judged,
    rows: npt.NDArray[np.int64],
    first: int,
    actual: Floats,
    squares: npt.NDArray[np.bool_],
    choices: Choices,
) -> tuple[npt.NDArray[np.object_], Floats]:
    """Name and (series, periods) forecast of the best other method; `""` and NaN where nothing else was tried."""
    origin = test.origin
    place = np.searchsorted(origin.asked, first + rows)
    made = test.members[place] * origin.effect[rows][:, None, :]
    kinds = np.array([LEVEL_MEMBERS, SEASONAL_MEMBERS], dtype=object)
    names = kinds[origin.seasonal[place].astype(int)]
    for k, row in enumerate(rows):
        choice = choices.of.get(int(row))
        if choice is not None and choice.statistical and int(row) not in test.fell_back:
            same = (
                "" if choice.model == "Moving average" and choice.value > 0 else _SAME.get(choice.model, "")
            )
            made[k, names[k] == same] = np.nan
    for name, tried in test.tried.items():
        fell_back = np.isin(rows, test.fell_back) if name == "Automatic" else np.zeros(rows.size, dtype=bool)
        made = np.concatenate([made, np.where(fell_back[:, None], np.nan, tried[rows])[:, None, :]], axis=1)
        names = np.column_stack([names, np.full(rows.size, name, dtype=object)])
    error = made - actual[:, None, :]
    size = np.where(squares[:, None], (error**2).sum(axis=2), np.abs(error).sum(axis=2))
    size = np.where(np.isfinite(size), size, np.inf)
    best = size.argmin(axis=1)
    each = np.arange(rows.size)
    nothing = np.isinf(size[each, best])
    return np.where(nothing, "", names[each, best]), np.where(nothing[:, None], np.nan, made[each, best])
