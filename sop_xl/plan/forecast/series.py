"""Forecast many single series at once, without a hierarchy: the engine that benchmarks measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.plan.forecast.combine import combine, combine_cross_fitted, member_weights
from sop_xl.plan.forecast.members import MEMBERS, SEASONAL_MEMBERS, has_season, member_forecasts
from sop_xl.plan.forecast.ranges import range_bounds
from sop_xl.plan.forecast.rehearsal import align
from sop_xl.plan.forecast.seasonal import Floats


@dataclass(frozen=True, slots=True)
class SeriesForecast:
    """What `forecast_series` returns.

    Parameters
    ----------
    forecast
        unique_id, step (1 = first period after the series' end), forecast, and one column `q10`, `q90`, ... per quantile.
    models
        unique_id, model (what made it), test_periods, and one weight column per seasonal member (NaN where the median was taken).
    """

    forecast: pd.DataFrame
    models: pd.DataFrame


def holdout_periods(length: int, season: int) -> int:
    """How many last periods are held out to weigh and judge: a season at most, and two whole seasons stay to learn from.

    Short series keep two thirds to learn from; below six periods nothing is held out.
    """
    if length >= 2 * season + season // 4:
        return min(season, length - 2 * season)
    return min(length // 3, max(season // 2, 1)) if length >= 6 else 0


def forecast_series(
    long_frame: pd.DataFrame,
    horizon: int,
    season: int,
    quantiles: Sequence[float] = (0.1, 0.9),
    *,
    n_jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> SeriesForecast:
    """Forecast each series of a long frame for `horizon` periods after its own last one.

    Parameters
    ----------
    long_frame
        Columns unique_id, ds (sorts in time), y. Negative y counts as 0; NaN is filled by interpolation, or dropped at the ends.
        Series are taken as gapless.
    horizon, season
        Periods ahead; periods in a year (12 or 52).
    quantiles
        Fractions for the range columns.
    n_jobs
        Processes; results do not depend on it.
    progress
        Called with (done, total).

    Raises
    ------
    FrameError
        When a column is missing or a series has a period twice.
    """
    names, series = _split(long_frame)
    lengths = np.array([y.size for y in series], dtype=np.int64)
    held = np.array([holdout_periods(int(n), season) for n in lengths], dtype=np.int64)
    learned = [y[: y.size - k] for y, k in zip(series, held, strict=True)]
    seasonal = np.array([has_season(y, season) for y in series], dtype=bool)
    seasonal_then = np.array([has_season(y, season) for y in learned], dtype=bool)
    ahead = max(horizon, season)
    both = member_forecasts(
        [*series, *learned], [*seasonal, *seasonal_then], ahead, season, n_jobs=n_jobs, progress=progress
    )
    members, members_then = both[: len(series)], both[len(series) :]
    actual = np.full((len(series), season), np.nan)
    for row, (y, k) in enumerate(zip(series, held, strict=True)):
        if k:
            actual[row, :k] = y[-k:]
    weights = member_weights(actual, members_then[:, :, :season])
    weights[~(seasonal & seasonal_then)] = np.nan
    forecast = combine(members, weights)[:, :horizon]
    tested = combine_cross_fitted(actual, members_then[:, :, :season], seasonal & seasonal_then)
    ranges = range_bounds(forecast, tested, actual, align(series), seasonal, season, quantiles)
    return SeriesForecast(
        _long(names, forecast, ranges, quantiles), _models_frame(names, seasonal, weights, held, series)
    )


def _split(long_frame: pd.DataFrame) -> tuple[list[str], list[Floats]]:
    for column in ("unique_id", "ds", "y"):
        if column not in long_frame.columns:
            raise FrameError(f"forecast_series: column {column!r} is missing")
    frame = long_frame[["unique_id", "ds", "y"]].sort_values(["unique_id", "ds"], kind="stable")
    if frame.duplicated(["unique_id", "ds"]).any():
        raise FrameError("forecast_series: a series has a period twice")
    names: list[str] = []
    series: list[Floats] = []
    for name, group in frame.groupby("unique_id", sort=True):
        y = group["y"].to_numpy(dtype=np.float64)
        known = np.flatnonzero(np.isfinite(y))
        names.append(str(name))
        if known.size == 0:
            series.append(np.empty(0))
            continue
        y = np.interp(np.arange(known[0], known[-1] + 1), known, y[known])
        series.append(np.maximum(y, 0.0))
    return names, series


def _long(names: list[str], forecast: Floats, ranges: Floats, quantiles: Sequence[float]) -> pd.DataFrame:
    horizon = forecast.shape[1]
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.asarray(names, dtype=object), horizon),
            "step": np.tile(np.arange(1, horizon + 1), len(names)),
            "forecast": forecast.ravel(),
        }
    )
    for k, quantile in enumerate(quantiles):
        frame[f"q{quantile * 100:g}"] = ranges[:, k, :].ravel()
    return frame


def _models_frame(
    names: list[str],
    seasonal: npt.NDArray[np.bool_],
    weights: Floats,
    held: npt.NDArray[np.int64],
    series: list[Floats],
) -> pd.DataFrame:
    frame = pd.DataFrame({"unique_id": names})
    dead = [not (y > 0).any() for y in series]
    frame["model"] = [
        describe_model(is_seasonal, row, is_dead)
        for is_seasonal, row, is_dead in zip(seasonal, weights, dead, strict=True)
    ]
    frame["test_periods"] = held
    for k, member in enumerate(SEASONAL_MEMBERS):
        frame[member] = weights[:, k] if len(names) else np.empty((0, MEMBERS))[:, k]
    return frame


def describe_model(seasonal: bool, weights: Floats, dead: bool = False) -> str:
    """What made a forecast, in words a planner reads."""
    if dead:
        return "Zero: no demand"
    if not seasonal:
        return "Median of 5 level methods"
    if not np.isfinite(weights).all():
        return "Median of 5 seasonal methods"
    best = int(np.argmax(weights))
    return f"Weighted mean of 5, most: {SEASONAL_MEMBERS[best]} {weights[best]:.0%}"
