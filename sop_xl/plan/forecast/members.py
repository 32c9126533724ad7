"""The models behind a forecast: five for histories with a season to learn, five for short or mostly empty ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from sop_xl.plan.forecast.seasonal import Floats, from_log, range_guard, seasonal_indices, to_log

SEASONAL_MEMBERS = ("Seasonal naive", "Dynamic theta", "Complex smoothing", "STL", "Shrunken theta")
"""For series with at least two seasons of history and few zeros; they are averaged with weights."""

LEVEL_MEMBERS = ("Simple smoothing", "Croston SBA", "TSB", "ADIDA", "Mean of a year")
"""For short or mostly empty series; their median is taken."""

MEMBERS = len(SEASONAL_MEMBERS)
ZEROS_ALLOWED = 0.3
"""Share of zero periods in the last two seasons above which a series counts as intermittent."""

_POOL_FROM = {"fork": 200, "forkserver": 1500, "spawn": 1500}
"""Seasonal series from which more processes pay: a forked worker starts at once, others import the models again."""


_Chunk = tuple[list[tuple[Floats, bool]], int, int]  # series with their kind, horizon, season


def has_season(y: Floats, season: int) -> bool:
    """Whether the seasonal members apply: two whole seasons, at most 30 % of their periods zero, and not constant."""
    recent = y[-2 * season :]
    return bool(y.size >= 2 * season and (recent <= 0).mean() <= ZEROS_ALLOWED)


def member_forecasts(
    series: Sequence[Floats],
    seasonal: Sequence[bool],
    horizon: int,
    season: int,
    *,
    n_jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Floats:
    """Forecast every series with each of its five members.

    Parameters
    ----------
    series
        Histories, oldest first, without NaN and not below zero; an empty one gives zeros.
    seasonal
        Which series take the seasonal members; the others take the level members.
    horizon, season
        Periods ahead; periods in a year.
    n_jobs
        Processes; results do not depend on it.
    progress
        Called with (done, total).

    Returns
    -------
    Floats
        (series, members, horizon), not below zero; NaN where a member failed on a series.
    """
    jobs = list(zip(series, seasonal, strict=True))
    size = max(1, min(64, -(-len(jobs) // 8)))
    chunks = [(jobs[k : k + size], horizon, season) for k in range(0, len(jobs), size)]
    parts: list[Floats] = []
    for part in _in_processes(chunks, n_jobs, sum(map(bool, seasonal))):
        parts.append(part)
        if progress is not None:
            progress(len(parts), len(chunks))
    return np.concatenate(parts) if parts else np.empty((0, MEMBERS, horizon))


def _in_processes(chunks: list[_Chunk], n_jobs: int, work: int) -> Iterator[Floats]:
    import multiprocessing

    done = 0
    if n_jobs > 1 and work >= _POOL_FROM.get(multiprocessing.get_start_method(), work + 1):
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool

        _models(chunks[0][2])  # imported once here, inherited by forked workers
        try:
            with ProcessPoolExecutor(n_jobs) as pool:
                for part in pool.map(_forecast_chunk, chunks):
                    done += 1
                    yield part
        except (BrokenProcessPool, OSError):
            pass  # inside Excel a second Python may not start; what is left is done here
    for chunk in chunks[done:]:
        yield _forecast_chunk(chunk)


def _forecast_chunk(chunk: _Chunk) -> Floats:
    jobs, horizon, season = chunk
    out = np.full((len(jobs), MEMBERS, horizon), np.nan)
    for row, (y, is_seasonal) in enumerate(jobs):
        if y.size == 0 or not (y > 0).any():
            out[row] = 0.0
        elif is_seasonal:
            out[row] = _seasonal_members(y, horizon, season)
        else:
            out[row] = _level_members(y, horizon, season)
    return out


@lru_cache(maxsize=4)
def _models(season: int) -> dict[str, Any]:
    # one set per process: a model object keeps no state in `forecast`
    from statsforecast import models

    return {
        "naive": models.SeasonalNaive(season_length=season),
        "dot": models.DynamicOptimizedTheta(season_length=season),
        "ces": models.AutoCES(season_length=season),
        "dot_flat": models.DynamicOptimizedTheta(season_length=1),
        "theta_flat": models.Theta(season_length=1),
        "level": (
            models.SimpleExponentialSmoothingOptimized(),
            models.CrostonSBA(),
            models.TSB(alpha_d=0.1, alpha_p=0.1),
            models.ADIDA(),
            models.WindowAverage(window_size=season),
        ),
    }


def _seasonal_members(y: Floats, horizon: int, season: int) -> Floats:
    models = _models(season)
    z = to_log(y)
    makers: tuple[Callable[[], Floats], ...] = (
        lambda: _mean(models["naive"], y, horizon),
        lambda: _mean(models["dot"], y, horizon),
        lambda: _mean(models["ces"], y, horizon),
        lambda: from_log(_stl(z, horizon, season)),
        lambda: from_log(_shrunken_theta(z, horizon, season)),
    )
    return np.stack([range_guard(y, _or_absent(maker, horizon), season) for maker in makers])


def _level_members(y: Floats, horizon: int, season: int) -> Floats:
    models = _models(season)["level"]
    out = np.full((MEMBERS, horizon), np.nan)
    for row, model in enumerate(models):
        if row == MEMBERS - 1 and y.size < season:
            out[row] = y.mean()  # a year that is not yet full
        else:
            out[row] = _or_absent(lambda model=model: _mean(model, y, horizon), horizon)  # type: ignore[misc]
    return np.asarray(np.maximum(out, 0.0))


def _mean(model: Any, y: Floats, horizon: int) -> Floats:
    return np.asarray(model.forecast(y=y, h=horizon)["mean"], dtype=np.float64)


def _stl(z: Floats, horizon: int, season: int) -> Floats:
    if season < 2:
        return _mean(_models(season)["dot_flat"], z, horizon)  # nothing to take apart
    from statsforecast.mstl import mstl

    parts = mstl(x=z, period=season)
    adjusted = parts["trend"].to_numpy() + parts["remainder"].to_numpy()
    last_season = parts["seasonal"].to_numpy()[-season:]
    trend = _mean(_models(season)["dot_flat"], adjusted, horizon)
    return np.asarray(trend + np.resize(last_season, horizon), dtype=np.float64)


def _shrunken_theta(z: Floats, horizon: int, season: int) -> Floats:
    indices = seasonal_indices(z, season)
    place = np.arange(z.size + horizon) % season
    rest = _mean(_models(season)["theta_flat"], z - indices[place[: z.size]], horizon)
    return np.asarray(rest + indices[place[z.size :]], dtype=np.float64)


def _or_absent(maker: Callable[[], Floats], horizon: int) -> Floats:
    # a model may refuse a series (singular, too short for its own rules) and the library raises plain `Exception`;
    # its place stays absent, the others carry on, and the seasonal naive member cannot fail
    try:
        with np.errstate(all="ignore"):  # a constant series divides zero by zero inside the library and is then handled
            forecast = maker()
    except Exception:
        return np.full(horizon, np.nan)
    return np.asarray(np.where(np.isfinite(forecast), forecast, np.nan))
