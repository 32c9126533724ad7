"""Forecast many single series at once, without a hierarchy: the engine that benchmarks measure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.plan.forecast.combine import combine, combine_cross_fitted, member_weights
from sop_xl.plan.forecast.distributed import Backend, cluster_members
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


@dataclass(frozen=True, slots=True)
class ArrayForecast:
    """What `forecast_arrays` returns.

    Parameters
    ----------
    forecast
        (series, horizon) units.
    ranges
        (series, quantiles, horizon) units.
    weights
        (series, members) of the seasonal members; NaN rows where the median was taken.
    seasonal
        (series,) which take the seasonal members.
    held
        (series,) periods held out.
    actual, tested
        (series, season) what happened in them, and what was forecast for them from the periods before; NaN = not held out.
    """

    forecast: Floats
    ranges: Floats
    weights: Floats
    seasonal: npt.NDArray[np.bool_]
    held: npt.NDArray[np.int64]
    actual: Floats
    tested: Floats


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
    backend: Backend = "local",
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
    backend
        Where the members are fitted: `local`, or on a cluster by `dask`, `ray` or `spark`; results do not depend on it.
    progress
        Called with (done, total); not on a cluster.

    Raises
    ------
    FrameError
        When a column is missing or a series has a period twice.
    HostError
        When a cluster's packages are not installed, or it fails.
    """
    names, series = _split(long_frame)
    made = forecast_arrays(series, horizon, season, quantiles, n_jobs=n_jobs, backend=backend, progress=progress)
    return SeriesForecast(
        _long(names, made.forecast, made.ranges, quantiles),
        _models_frame(names, made.seasonal, made.weights, made.held, series),
    )


def forecast_arrays(
    series: Sequence[Floats],
    horizon: int,
    season: int,
    quantiles: Sequence[float] = (),
    *,
    n_jobs: int = 1,
    backend: Backend = "local",
    progress: Callable[[int, int], None] | None = None,
) -> ArrayForecast:
    """`forecast_series` of plain arrays.

    Parameters
    ----------
    series
        Histories, oldest first, without NaN and not below zero; an empty one gives zeros.
    quantiles
        Fractions for the ranges; without any, nothing is spent on them.
    horizon, season, n_jobs, backend, progress
        See `forecast_series`.
    """
    lengths = np.array([y.size for y in series], dtype=np.int64)
    held = np.array([holdout_periods(int(n), season) for n in lengths], dtype=np.int64)
    learned = [y[: y.size - k] for y, k in zip(series, held, strict=True)]
    seasonal = np.array([has_season(y, season) for y in series], dtype=bool)
    seasonal_then = np.array([has_season(y, season) for y in learned], dtype=bool)
    ahead, asked = max(horizon, season), [*series, *learned]
    if backend == "local":
        kinds = [*seasonal, *seasonal_then]
        both = member_forecasts(asked, kinds, ahead, season, n_jobs=n_jobs, progress=progress)
    else:
        both = cluster_members(asked, ahead, season, backend, n_jobs=n_jobs)
    members, members_then = both[: len(series)], both[len(series) :]
    actual = held_out(series, held, season)
    weights = member_weights(actual, members_then[:, :, :season])
    weights[~(seasonal & seasonal_then)] = np.nan
    forecast = combine(members, weights)[:, :horizon]
    tested = combine_cross_fitted(actual, members_then[:, :, :season], seasonal & seasonal_then)
    ranges = np.zeros((len(series), 0, horizon))
    if quantiles:
        ranges = range_bounds(forecast, tested, actual, align(list(series)), seasonal, season, quantiles)
    return ArrayForecast(forecast, ranges, weights, seasonal, held, actual, tested)


def held_out(series: Sequence[Floats], held: npt.NDArray[np.int64], season: int) -> Floats:
    """(series, season) the last periods of each series that are held out, NaN after them."""
    actual = np.full((len(series), season), np.nan)
    for row, (y, k) in enumerate(zip(series, held, strict=True)):
        if k:
            actual[row, :k] = y[-k:]
    return actual


def _split(long_frame: pd.DataFrame) -> tuple[list[str], list[Floats]]:
    for column in ("unique_id", "ds", "y"):
        if column not in long_frame.columns:
            raise FrameError(f"forecast_series: column {column!r} is missing")
    frame = long_frame[["unique_id", "ds", "y"]].dropna(subset=["unique_id"])
    frame = frame.sort_values(["unique_id", "ds"], kind="stable")
    if frame.duplicated(["unique_id", "ds"]).any():
        raise FrameError("forecast_series: a series has a period twice")
    ids, values = frame["unique_id"].to_numpy(), frame["y"].to_numpy(dtype=np.float64)
    starts = np.flatnonzero(np.append(True, ids[1:] != ids[:-1])) if ids.size else np.empty(0, dtype=np.intp)
    series = [without_gaps(y) for y in np.split(values, starts[1:])] if ids.size else []
    return [str(name) for name in ids[starts]], series


def without_gaps(y: Floats) -> Floats:
    """A history from its first known period to its last; unknown ones between are interpolated, and what is below zero is zero."""
    known = np.flatnonzero(np.isfinite(y))
    if known.size == 0:
        return np.empty(0)
    y = np.interp(np.arange(known[0], known[-1] + 1), known, y[known])
    return np.maximum(y, 0.0)


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
