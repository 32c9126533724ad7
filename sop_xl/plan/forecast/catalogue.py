"""Models by choice: each name that a person may write, and the function of the library that it stands for.

A chosen model sees the history of its own series alone: no season is borrowed, no weight is learned.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from sop_xl.plan.forecast.processes import in_processes
from sop_xl.plan.forecast.seasonal import Floats, range_guard

AUTOMATIC = "automatic"
ZERO, LIKE_ITEM, MANUAL = "Zero", "Like item", "Manual"

STATED = (ZERO, LIKE_ITEM, MANUAL)
"""Models without statistics: the forecast is what a person stated."""

OWN_SEASON = 24
"""Longest season that ETS, theta, ARIMA and complex smoothing can hold themselves; longer ones are taken off first by STL."""

_QUICK_ARIMA = (
    150  # periods from which ARIMA orders are searched by the approximate likelihood, as R's auto.arima does
)
_FLAT = {
    "AutoETS": {"model": "ZZN"}
}  # what the library wants to hear before it takes a model as trend forecaster
_SLOW = {"ETS": 1.0, "ARIMA": 20.0, "CES": 0.1, "MSTL": 0.2}  # typical time of a fit beside that of ETS
_POOL_FROM = {"fork": 30.0, "forkserver": 150.0, "spawn": 150.0}  # fits of ETS from which more processes pay
_CHUNK = 8  # series per task: slow models differ much from series to series

Forecaster = Callable[[Floats, int, int, float], Floats]
"""(history, horizon, season, value) to the mean forecast; `value` is the rule's, NaN where it states none."""


class Job(NamedTuple):
    """One series to be forecast by one model.

    Parameters
    ----------
    model
        A name of `FORECASTERS`.
    y
        History, oldest first, without NaN and not below zero.
    value
        What the rule states beside the model; NaN = nothing.
    """

    model: str
    y: Floats
    value: float = float("nan")


def _with_season(name: str, **options: Any) -> Forecaster:
    def forecast(y: Floats, horizon: int, season: int, value: float) -> Floats:
        from statsforecast import models

        make = getattr(models, name)
        if not learns_season(y.size, season):
            return _mean(make(season_length=1, **options), y, horizon)
        if season <= OWN_SEASON:
            return _mean(make(season_length=season, **options), y, horizon)
        flat = make(season_length=1, **options, **_FLAT.get(name, {}))
        return _mean(models.MSTL(season_length=season, trend_forecaster=flat), y, horizon)

    return forecast


def _arima(y: Floats, horizon: int, season: int, value: float) -> Floats:
    return _with_season("AutoARIMA", approximation=y.size > _QUICK_ARIMA)(y, horizon, season, value)


def _mstl(y: Floats, horizon: int, season: int, value: float) -> Floats:
    from statsforecast import models

    trend = models.AutoETS(model="ZZN")
    if not learns_season(y.size, season):
        return _mean(trend, y, horizon)
    return _mean(models.MSTL(season_length=season, trend_forecaster=trend), y, horizon)


def _seasonal_naive(y: Floats, horizon: int, season: int, value: float) -> Floats:
    from statsforecast import models

    return _mean(models.SeasonalNaive(season_length=season if y.size >= season else 1), y, horizon)


def _moving_average(y: Floats, horizon: int, season: int, value: float) -> Floats:
    from statsforecast import models

    window = season if np.isnan(value) else max(int(value), 1)
    return _mean(models.WindowAverage(window_size=min(window, y.size)), y, horizon)


def _level(name: str, **options: Any) -> Forecaster:
    def forecast(y: Floats, horizon: int, season: int, value: float) -> Floats:
        from statsforecast import models

        return _mean(getattr(models, name)(**options), y, horizon)

    return forecast


FORECASTERS: dict[str, Forecaster] = {
    "ETS": _with_season("AutoETS"),
    # of the library's thetas the one with the smallest error on M3 (13.7 sMAPE; its automatic choice among four has 15.0)
    "Theta": _with_season("DynamicOptimizedTheta"),
    "ARIMA": _arima,
    "CES": _with_season("AutoCES"),
    "MSTL": _mstl,
    "Seasonal naive": _seasonal_naive,
    "Moving average": _moving_average,
    "Croston-SBA": _level("CrostonSBA"),
    "TSB": _level("TSB", alpha_d=0.1, alpha_p=0.1),
    "IMAPA": _level("IMAPA"),
    "ADIDA": _level("ADIDA"),
}
"""What makes each statistical model's forecast."""

SEASONAL = ("ETS", "Theta", "ARIMA", "CES", "MSTL")
"""Models that learn a season and a trend: without two seasons of history they take their form without season, and what they
forecast is kept within the range guard."""

MODELS = (AUTOMATIC, *FORECASTERS, *STATED)
"""Every name that a rule may give."""


def learns_season(length: int, season: int) -> bool:
    """Whether a history of that many periods shows a season: two whole ones."""
    return season > 1 and length >= 2 * season


def chosen_forecasts(
    jobs: Sequence[Job],
    horizon: int,
    season: int,
    *,
    n_jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Floats:
    """Forecast each series with the model chosen for it.

    Parameters
    ----------
    jobs
        Models and histories; a history without demand gives zeros.
    horizon, season
        Periods ahead; periods in a year.
    n_jobs
        Processes; results do not depend on it.
    progress
        Called with (done, total).

    Returns
    -------
    Floats
        (jobs, horizon) units, not below zero; a row of NaN where the model could not be fitted.
    """
    chunks = [(list(jobs[k : k + _CHUNK]), horizon, season) for k in range(0, len(jobs), _CHUNK)]
    parts: list[Floats] = []
    work = sum(_SLOW.get(job.model, 0.02) for job in jobs)
    for part in in_processes(_forecast_chunk, chunks, n_jobs, work, _POOL_FROM, _import_library):
        parts.append(part)
        if progress is not None:
            progress(len(parts), len(chunks))
    return np.concatenate(parts) if parts else np.empty((0, horizon))


_Chunk = tuple[list[Job], int, int]


def _import_library() -> None:
    import statsforecast.models  # noqa: F401


def _forecast_chunk(chunk: _Chunk) -> Floats:
    jobs, horizon, season = chunk
    return np.stack([_forecast(job, horizon, season) for job in jobs])


def _forecast(job: Job, horizon: int, season: int) -> Floats:
    model, y, value = job
    if not (y > 0).any():
        return np.zeros(horizon)
    try:
        # the library warns of every order that it tries and drops; what it returns in the end is checked here
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = FORECASTERS[model](y, horizon, season, value)
    except (
        Exception
    ):  # too short or singular: the library raises plain `Exception`, and the caller has another forecast
        return np.full(horizon, np.nan)
    if not np.isfinite(made).all():
        return np.full(horizon, np.nan)
    return range_guard(y, made, season) if model in SEASONAL else np.maximum(made, 0.0)


def _mean(model: Any, y: Floats, horizon: int) -> Floats:
    return np.asarray(model.forecast(y=y, h=horizon)["mean"], dtype=np.float64)
