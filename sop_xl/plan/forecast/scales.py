"""Yardsticks that make errors of different series, seasons and steps ahead comparable."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.forecast.seasonal import Floats

LEAST_POOL = 30  # scaled errors needed per step before the step gets a quantile of its own
_DEFAULT_GROWTH = 0.3  # power of the horizon by which a range widens when the pool is too small to tell
_FLOOR = 0.2  # share of its series' mean below which a forecast counts as that share, as in `relative_size`


def error_scale(y: Floats, season: int) -> float:
    """Typical error of a naive forecaster on this history, in units; the yardstick by which errors of series are made comparable.

    Mean absolute seasonal difference where at least half a season of such differences exists, otherwise the mean absolute step, otherwise
    the mean itself. Never zero.
    """
    if y.size >= season + max(season // 2, 1):
        scale = float(np.abs(y[season:] - y[:-season]).mean())
    elif y.size >= 3:
        scale = float(np.abs(np.diff(y)).mean())
    else:
        scale = float(np.abs(y).mean()) if y.size else 0.0
    return max(scale, 0.01 * float(np.abs(y).mean()) if y.size else 0.0, 1e-6)


def naive_scales(history: Floats, season: int) -> Floats:
    """`error_scale` of every row of (series, periods), NaN before each start; NaN for a row without any demand."""
    with np.errstate(invalid="ignore", divide="ignore"):
        length = np.isfinite(history).sum(axis=1)
        mean = np.nansum(np.abs(history), axis=1) / length
        yearly, step = (_mean_difference(history, lag) for lag in (season, 1))
        scale = np.where(length >= season + max(season // 2, 1), yearly, np.where(length >= 3, step, mean))
        return np.asarray(np.where(mean > 0, np.maximum(np.maximum(scale, 0.01 * mean), 1e-6), np.nan))


def _mean_difference(history: Floats, lag: int) -> Floats:
    difference = np.abs(history[:, lag:] - history[:, :-lag])
    return np.asarray(np.nansum(difference, axis=1) / np.isfinite(difference).sum(axis=1))


def own_blend(naive: Floats, errors: Floats) -> Floats:
    """Half the naive scale, half the series' own held-out mean absolute error (the naive scale alone where there is none).

    Parameters
    ----------
    naive
        (series,) from `error_scale`.
    errors
        (series, periods) held-out errors, NaN = not held out.
    """
    known = np.isfinite(errors)
    count = known.sum(axis=1)
    own = np.where(known, np.abs(errors), 0.0).sum(axis=1) / np.maximum(count, 1)
    # the fewer held-out periods, the less the own error says
    share = 0.5 * count / (count + 3.0)
    return np.asarray((1 - share) * naive + share * own)


def cross_fitted_scale(naive: Floats, errors: Floats) -> Floats:
    """(series, periods) scale for each held-out error that the error itself did not shape: each half is scaled by the other."""
    known = np.isfinite(errors)
    early = np.arange(errors.shape[1])[None] < (known.sum(axis=1)[:, None] + 1) // 2
    by_late = own_blend(naive, np.where(early, np.nan, errors))
    by_early = own_blend(naive, np.where(early, errors, np.nan))
    return np.asarray(np.where(early, by_late[:, None], by_early[:, None]))


def relative_size(forecast: Floats) -> Floats:
    """How large each period's forecast is against the mean of its series, within 0.2 and 5.

    Errors grow with the level of a season, so a range is divided and multiplied by this. NaN periods stay out of the mean and give 1.
    """
    mean = _row_mean(forecast)
    size = np.nan_to_num(forecast) / np.maximum(mean, 1e-9)
    return np.asarray(np.where(np.isfinite(forecast), np.clip(size, _FLOOR, 5.0), 1.0))


def _row_mean(forecast: Floats) -> Floats:
    known = np.isfinite(forecast)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    return np.asarray(np.where(known, forecast, 0.0).sum(axis=1, keepdims=True) / count)


def stretched_error(forecast: Floats, actual: Floats) -> Floats:
    """Actual - forecast in units, measured between square roots: 2 f (sqrt(a / f) - 1).

    Demand cannot fall below zero, but can double: errors above are longer than errors below. Between square roots both sides are of one length
    (plain differences leave nearly all misses above, logarithms nearly all below). Near the forecast it is the plain difference.
    """
    lift = np.maximum(_FLOOR * _row_mean(forecast) - forecast, 0.0)
    base = np.maximum(forecast + lift, 1e-9)
    return np.asarray(2 * base * (np.sqrt(np.maximum(actual, 0.0) + lift) / np.sqrt(base) - 1))


def stretched_bound(forecast: Floats, width: Floats) -> Floats:
    """The actual whose `stretched_error` is `width` (negative = below the forecast); never below zero."""
    lift = np.maximum(_FLOOR * _row_mean(forecast) - forecast, 0.0)
    base = np.maximum(forecast + lift, 1e-9)
    return np.asarray(np.maximum(base * np.maximum(1 + width / (2 * base), 0.0) ** 2 - lift, 0.0))


def power_of_horizon(scaled: Floats, inside: float) -> tuple[float, float]:
    """Size at step 1 and power of the step by which the quantile of absolute scaled errors grows.

    Errors are pooled with both signs: one origin sees one turn of the market, which would otherwise push every range to one side.
    """
    sizes, places, counts = [], [], []
    for step in range(scaled.shape[1]):
        column = scaled[:, step][np.isfinite(scaled[:, step])]
        if column.size >= LEAST_POOL:
            sizes.append(max(float(np.quantile(column, inside)), 1e-9))
            places.append(np.log(step + 1.0))
            counts.append(column.size)
    if len(sizes) < 4:
        known = np.isfinite(scaled)
        if not known.any():
            return (
                2 * inside,
                _DEFAULT_GROWTH,
            )  # nothing was ever held out: about two naive errors for nearly all
        steps = np.broadcast_to(np.arange(1, scaled.shape[1] + 1.0), scaled.shape)[known]
        return float(np.quantile(scaled[known] / steps**_DEFAULT_GROWTH, inside)), _DEFAULT_GROWTH
    weight = np.sqrt(np.asarray(counts, dtype=np.float64))
    growth, level = np.polyfit(np.asarray(places), np.log(np.asarray(sizes)), 1, w=weight)
    if not 0.0 <= growth <= 1.0:
        growth = float(np.clip(growth, 0.0, 1.0))
        level = float(np.average(np.log(sizes) - growth * np.asarray(places), weights=weight))
    return float(np.exp(level)), float(growth)
