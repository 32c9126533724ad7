"""Histories as bare rows of numbers, without names, calendar or hierarchy: the recipe of the workbook for who has nothing else.

Every row is forecast by itself, so that its forecast does not depend on the rows beside it; only ranges pool the errors of all rows. Otherwise as the
baseline has it: history begins with the first demand, a series without demand in its last season is zero, and a chosen
model that cannot be fitted leaves its place to the recipe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sop_xl.plan import accuracy
from sop_xl.plan.forecast.catalogue import AUTOMATIC, Job, chosen_forecasts
from sop_xl.plan.forecast.node_errors import seasonal_naive
from sop_xl.plan.forecast.ranges import range_bounds
from sop_xl.plan.forecast.rehearsal import align
from sop_xl.plan.forecast.seasonal import Floats
from sop_xl.plan.forecast.series import ArrayForecast, describe_model, forecast_arrays, without_gaps

TEST_FIGURES = ("test_periods", "wmape", "bias", "mase", "naive_wmape", "fva")
"""What `row_errors` gives, in this order."""


@dataclass(frozen=True, slots=True)
class RowForecasts:
    """Forecasts of rows.

    Parameters
    ----------
    series
        Histories as they were learned from.
    made
        The forecast; rows without live demand are zero.
    live
        (rows,) whether there was demand in the last season.
    models
        What made each forecast, in words.
    """

    series: list[Floats]
    made: ArrayForecast
    live: npt.NDArray[np.bool_]
    models: list[str]


def row_series(history: Floats) -> list[Floats]:
    """Each row from its first demand to its last known period; unknown periods between are interpolated, negatives are zero.

    Parameters
    ----------
    history
        (rows, periods) units, oldest first; NaN = not known.
    """
    known = [without_gaps(y) for y in history]
    return [y[int((y > 0).argmax()) :] if (y > 0).any() else y[:0] for y in known]


def row_forecasts(
    history: Floats, horizon: int, season: int, model: str = AUTOMATIC, quantiles: Sequence[float] = (), *, n_jobs: int = 1
) -> RowForecasts:
    """Forecast every row.

    Parameters
    ----------
    history
        (rows, periods) units, oldest first; NaN = not known.
    horizon, season
        Periods ahead; periods in a year.
    model
        `automatic`, the measured recipe; or a name of `catalogue.FORECASTERS`.
    quantiles
        Fractions for the ranges.
    n_jobs
        Processes; results do not depend on it.
    """
    series = row_series(history)
    live = np.array([bool((y[-season:] > 0).any()) for y in series], dtype=bool)
    # what is dead is not fitted; its place stays
    asked = [y if is_live else y[:0] for y, is_live in zip(series, live, strict=True)]
    made = forecast_arrays(asked, horizon, season, quantiles, n_jobs=n_jobs)
    models = [
        describe_model(bool(seasonal), weights) if is_live else _zero(y, season)
        for seasonal, weights, is_live, y in zip(made.seasonal, made.weights, live, series, strict=True)
    ]
    if model != AUTOMATIC:
        made, models = _by_choice(model, asked, made, models, season, quantiles, n_jobs)
    return RowForecasts(series, made, live, models)


def row_errors(rows: RowForecasts, season: int) -> Floats:
    """(rows, figures of `TEST_FIGURES`) errors over the periods that were held out; NaN where too little history was left to learn from.

    Errors are those of `plan.accuracy` with error = forecast - actual; FVA = WMAPE of seasonal naive - WMAPE of the forecast.
    """
    out = np.full((len(rows.series), len(TEST_FIGURES)), np.nan)
    for row, (y, held) in enumerate(zip(rows.series, rows.made.held, strict=True)):
        past = y[: y.size - int(held)]
        if not held or not rows.live[row] or not (past[-season:] > 0).any():
            continue
        actual, tested = rows.made.actual[row, :held], rows.made.tested[row, :held]
        naive = seasonal_naive(past[None], int(held), season)[0]
        out[row] = (
            float(held),
            accuracy.wmape(actual, tested),
            accuracy.bias(actual, tested),
            accuracy.mase(actual, tested, past, season if past.size > season else 1),
            accuracy.wmape(actual, naive),
            accuracy.fva(actual, naive, tested),
        )
    return out


def _zero(y: Floats, season: int) -> str:
    return f"Zero: no demand in the last {season} periods" if y.size else "Zero: no demand"


def _by_choice(
    model: str, asked: list[Floats], recipe: ArrayForecast, models: list[str], season: int, quantiles: Sequence[float], n_jobs: int
) -> tuple[ArrayForecast, list[str]]:
    horizon = recipe.forecast.shape[1]
    learned = [y[: y.size - int(k)] for y, k in zip(asked, recipe.held, strict=True)]
    jobs = [Job(model, y) for y in [*asked, *learned]]
    made = chosen_forecasts(jobs, max(horizon, season), season, n_jobs=n_jobs)
    now, then = made[: len(asked)], made[len(asked) :, :season]
    fitted = np.asarray(np.isfinite(now).all(axis=1))
    forecast = np.where(fitted[:, None], now[:, :horizon], recipe.forecast)
    usable = np.asarray(fitted & np.isfinite(then).all(axis=1))[:, None]
    tested = np.where(usable, np.where(np.isfinite(recipe.actual), then, np.nan), recipe.tested)
    ranges = recipe.ranges
    if quantiles:
        ranges = range_bounds(forecast, tested, recipe.actual, align(asked), recipe.seasonal, season, quantiles)
    words = [
        text if not y.size else model if is_fitted else f"{model} could not be fitted: automatic"
        for text, y, is_fitted in zip(models, asked, fitted, strict=True)
    ]
    weights = np.full_like(recipe.weights, np.nan)
    return ArrayForecast(forecast, ranges, weights, recipe.seasonal, recipe.held, recipe.actual, tested), words
