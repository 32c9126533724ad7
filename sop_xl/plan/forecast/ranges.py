"""Prediction ranges from held-out errors: scaled per series, pooled over all, carried to every step ahead by a rehearsal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sop_xl.plan.forecast.rehearsal import rehearsed_ratio
from sop_xl.plan.forecast.scales import (
    cross_fitted_scale,
    naive_scales,
    own_blend,
    power_of_horizon,
    relative_size,
    stretched_bound,
    stretched_error,
)
from sop_xl.plan.forecast.seasonal import Floats

UNREHEARSED = 1.1
"""What a rehearsal finds on average where there is history enough for one (1.0 to 1.2 on M3, beer and tourism)."""


def range_bounds(
    forecast: Floats,
    tested: Floats,
    actual: Floats,
    history: Floats,
    seasonal: npt.NDArray[np.bool_],
    season: int,
    quantiles: Sequence[float],
) -> Floats:
    """Quantiles of demand around each forecast, calibrated on the held-out errors of all series of the same kind.

    Parameters
    ----------
    forecast
        (series, horizon) units.
    tested, actual
        (series, periods) forecast and demand at the held-out origin; NaN = not held out.
    history
        (series, periods) demand, ending together, NaN before each start.
    seasonal
        (series,) which series take the seasonal members; the two kinds are calibrated apart.
    season
        Periods in a year.
    quantiles
        Fractions between 0 and 1.

    Returns
    -------
    Floats
        (series, quantiles, horizon) units, not below zero.
    """
    out = np.zeros((forecast.shape[0], len(quantiles), forecast.shape[1]))
    held = np.isfinite(actual).sum(axis=1)
    for kind, is_seasonal in ((seasonal, True), (~seasonal, False)):
        if not kind.any():
            continue
        made = np.where(np.isfinite(actual[kind]), tested[kind], np.nan)
        errors = stretched_error(made, actual[kind]) if is_seasonal else actual[kind] - made
        errors = errors / relative_size(made)
        then = _scales_then(history[kind], held[kind], season)
        scaled = np.abs(errors) / cross_fitted_scale(then, errors)
        shape = _calibrated(
            scaled, history[kind], held[kind], is_seasonal, season, quantiles, forecast.shape[1]
        )
        now = np.nan_to_num(own_blend(naive_scales(history[kind], season), errors))
        middle = forecast[kind][:, None, :]
        width = (now[:, None] * relative_size(forecast[kind]))[:, None, :] * shape[None]
        for k in range(len(quantiles)):
            bound = stretched_bound(middle[:, 0], width[:, k]) if is_seasonal else middle[:, 0] + width[:, k]
            out[kind, k] = np.where(shape[k] == 0, middle[:, 0], np.maximum(bound, 0.0))
    return out


def _scales_then(history: Floats, held: npt.NDArray[np.int64], season: int) -> Floats:
    out = np.full(len(history), np.nan)
    for cut in np.unique(held[held > 0]):
        rows = held == cut
        out[rows] = naive_scales(history[rows, : history.shape[1] - cut], season)
    return out


def _calibrated(
    scaled: Floats,
    history: Floats,
    held: npt.NDArray[np.int64],
    rehearse: bool,
    season: int,
    quantiles: Sequence[float],
    horizon: int,
) -> Floats:
    """(quantiles, horizon) what multiplies a series' scale; wider for outer quantiles, and never narrower farther ahead."""
    from scipy.optimize import isotonic_regression

    steps = np.arange(1, horizon + 1, dtype=np.float64)
    sizes: dict[float, Floats] = {0.0: np.zeros(horizon)}
    smaller = sizes[0.0]
    for inside in sorted({round(abs(2 * q - 1), 12) for q in quantiles} - {0.0}):
        level, growth = power_of_horizon(scaled, inside)
        ratio = rehearsed_ratio(history, held, season, horizon, inside) if rehearse else None
        raw = level * steps**growth * small_pool_factor(scaled, season, inside)
        raw = raw * (UNREHEARSED if ratio is None else ratio)
        smaller = np.maximum(np.asarray(isotonic_regression(raw).x), smaller)
        sizes[inside] = smaller
    return np.stack([np.sign(q - 0.5) * sizes[round(abs(2 * q - 1), 12)] for q in quantiles])


def small_pool_factor(scaled: Floats, season: int, inside: float) -> float:
    """How much wider a quantile must be because few errors show it: Student's t over the normal (Gosset 1908).

    Errors of one series at one origin are much alike from period to period; each quarter season counts as one observation.
    """
    from scipy.special import ndtri, stdtrit

    freedom = max(np.isfinite(scaled).sum() / max(season // 4, 1), 2.0)
    tail = (1 + min(inside, 0.9999)) / 2
    return float(stdtrit(freedom, tail) / ndtri(tail))
