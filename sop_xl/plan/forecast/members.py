"""The models behind a forecast: five for histories with a season to learn, five for short or mostly empty ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from sop_xl.plan.forecast.processes import in_processes
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


_SEARCH_LEVEL = 10.0
"""Mean that a series is given before its theta is searched for."""

_LOG_LEVEL = 3.0
"""Mean that a series is given before its logs are taken, log(1 + y): zero lies well below the mean, but not infinitely far."""

_Maker = Callable[[Floats, int, int], Floats]  # history, horizon, season
_Chunk = tuple[list[tuple[Floats, bool]], int, int]  # series with their kind, horizon, season


def has_season(y: Floats, season: int) -> bool:
    """Whether the seasonal members apply: two whole seasons, at most 30 % of their periods zero."""
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
    for part in in_processes(_forecast_chunk, chunks, n_jobs, sum(map(bool, seasonal)), _POOL_FROM, lambda: _models(season)):
        parts.append(part)
        if progress is not None:
            progress(len(parts), len(chunks))
    return np.concatenate(parts) if parts else np.empty((0, MEMBERS, horizon))


def _forecast_chunk(chunk: _Chunk) -> Floats:
    jobs, horizon, season = chunk
    return np.stack([_members_of(y, is_seasonal, horizon, season) for y, is_seasonal in jobs])


def _members_of(y: Floats, is_seasonal: bool, horizon: int, season: int) -> Floats:
    if y.size == 0 or not (y > 0).any():
        return np.zeros((MEMBERS, horizon))
    places = range(MEMBERS)
    return np.stack([_member(place, y, is_seasonal, horizon, season) for place in places])


def one_member(place: int, y: Floats, horizon: int, season: int) -> Floats:
    """Forecast of one series by one member, seasonal or level as `has_season` says: a row of `member_forecasts`.

    Parameters
    ----------
    place
        Number of the member, in the order of `SEASONAL_MEMBERS` and `LEVEL_MEMBERS`.
    y
        History with some demand, oldest first.

    Returns
    -------
    Floats
        (horizon,) units, not below zero; NaN where the member failed.
    """
    return _member(place, y, has_season(y, season), horizon, season)


def _member(place: int, y: Floats, is_seasonal: bool, horizon: int, season: int) -> Floats:
    makers = _SEASONAL if is_seasonal else _LEVEL
    made = _or_absent(lambda: makers[place](y, horizon, season), horizon)
    return range_guard(y, made, season) if is_seasonal else np.asarray(np.maximum(made, 0.0))


@lru_cache(maxsize=4)
def _models(season: int) -> dict[str, Any]:
    # one set per process: a model object keeps no state in `forecast`
    from statsforecast import models

    return {
        "naive": models.SeasonalNaive(season_length=season),
        "dot": models.DynamicOptimizedTheta(season_length=season),
        "dot_flat": models.DynamicOptimizedTheta(season_length=1),
        "theta_flat": models.Theta(season_length=1),
        "ces_flat": models.AutoCES(season_length=1, model="N"),
        "ses": models.SimpleExponentialSmoothingOptimized(),
        "sba": models.CrostonSBA(),
        "tsb": models.TSB(alpha_d=0.1, alpha_p=0.1),
        "adida": models.ADIDA(),
        "window": models.WindowAverage(window_size=season),
    }


def _mean(model: Any, y: Floats, horizon: int) -> Floats:
    return np.asarray(model.forecast(y=y, h=horizon)["mean"], dtype=np.float64)


def _dynamic_theta(y: Floats, horizon: int, season: int) -> Floats:
    # the library's search stops at an absolute tolerance: in tonnes it would stop too early, in grams too late
    unit = float(y.mean()) / _SEARCH_LEVEL
    return _mean(_models(season)["dot"], y / unit, horizon) * unit


def _stl(z: Floats, horizon: int, season: int) -> Floats:
    if season < 2:
        return _mean(_models(season)["dot_flat"], z, horizon)  # nothing to take apart
    from statsforecast.mstl import mstl

    parts = mstl(x=z, period=season)
    adjusted = parts["trend"].to_numpy() + parts["remainder"].to_numpy()
    last_season = parts["seasonal"].to_numpy()[-season:]
    trend = _mean(_models(season)["dot_flat"], adjusted, horizon)
    return np.asarray(trend + np.resize(last_season, horizon), dtype=np.float64)


def _without_season(model: str) -> _Maker:
    """The maker that forecasts what shrunken seasonal indices leave, by a model without a season, and adds the indices back."""

    def make(z: Floats, horizon: int, season: int) -> Floats:
        indices = seasonal_indices(z, season)
        place = np.arange(z.size + horizon) % season
        rest = _mean(_models(season)[model], z - indices[place[: z.size]], horizon)
        return np.asarray(rest + indices[place[z.size :]], dtype=np.float64)

    return make


def _in_logs(make: _Maker) -> _Maker:
    """The same maker on the log of demand relative to its mean."""

    def make_in_logs(y: Floats, horizon: int, season: int) -> Floats:
        unit = float(y.mean()) / _LOG_LEVEL
        return from_log(make(to_log(y / unit), horizon, season)) * unit

    return make_in_logs


def _named(model: str) -> _Maker:
    return lambda y, horizon, season: _mean(_models(season)[model], y, horizon)


def _mean_of_a_year(y: Floats, horizon: int, season: int) -> Floats:
    if y.size < season:
        return np.full(horizon, y.mean())  # a year that is not yet full
    return _mean(_models(season)["window"], y, horizon)


_SEASONAL: tuple[_Maker, ...] = (
    _named("naive"),
    _dynamic_theta,
    _in_logs(_without_season("ces_flat")),
    _in_logs(_stl),
    _in_logs(_without_season("theta_flat")),
)
_LEVEL: tuple[_Maker, ...] = (_named("ses"), _named("sba"), _named("tsb"), _named("adida"), _mean_of_a_year)


def _or_absent(maker: Callable[[], Floats], horizon: int) -> Floats:
    # a model may refuse a series (singular, too short for its own rules) and the library raises plain `Exception`;
    # its place stays absent, the others carry on, and the seasonal naive member cannot fail
    try:
        # a constant series divides zero by zero inside the library and is then handled
        with np.errstate(all="ignore"):
            forecast = maker()
    except ImportError:
        raise  # a broken installation is no refusal: every forecast would be zero without a word
    except Exception:
        return np.full(horizon, np.nan)
    return np.asarray(np.where(np.isfinite(forecast), forecast, np.nan))
