"""Prediction ranges from held-out errors: scaled per series, pooled over all, smoothed over the horizon."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sop_xl.plan.forecast.seasonal import Floats

WIDENING = 1.18
"""Pooled errors of one origin cover too little (M3: 73 % of an 80 % range), so ranges are widened; it lowers the interval score too."""

_LEAST_POOL = 30  # scaled errors needed per step before the step gets a quantile of its own
_DEFAULT_GROWTH = 0.3  # power of the horizon by which a range widens when the pool is too small to tell


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


def blended_scale(naive: Floats, errors: Floats) -> Floats:
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


def relative_size(forecast: Floats) -> Floats:
    """How large each period's forecast is against the mean of its series, within 0.2 and 5.

    Errors grow with the level of a season, so a range is divided and multiplied by this. NaN periods stay out of the mean and give 1.
    """
    known = np.isfinite(forecast)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    mean = np.where(known, forecast, 0.0).sum(axis=1, keepdims=True) / count
    size = np.where(known, forecast, 0.0) / np.maximum(mean, 1e-9)
    return np.asarray(np.where(known, np.clip(size, 0.2, 5.0), 1.0))


def pooled_quantiles(errors: Floats, scale: Floats, quantiles: Sequence[float], horizon: int) -> Floats:
    """Quantiles of (actual - forecast) / scale for every step ahead.

    Scaled errors of all series are pooled with both signs: one origin sees one turn of the market, which would otherwise push
    every range to one side. Per step the quantile's size is taken, then smoothed and extrapolated by a power of the horizon.

    Parameters
    ----------
    errors
        (series, periods) forecast - actual at the held-out origin; NaN = not held out.
    scale
        (series,) yardstick of each series, above zero.
    quantiles
        Fractions between 0 and 1.
    horizon
        Steps wanted; may exceed the held-out periods.

    Returns
    -------
    Floats
        (quantiles, horizon); multiply by a series' scale and add to its forecast.
    """
    scaled = np.abs(errors / scale[:, None])
    steps = np.arange(1, horizon + 1, dtype=np.float64)
    out = np.zeros((len(quantiles), horizon))
    everything = scaled[np.isfinite(scaled)]
    for row, quantile in enumerate(quantiles):
        if quantile == 0.5:
            continue
        inside = abs(2 * quantile - 1)  # share of all errors that stay within +- the size wanted
        sign = 1.0 if quantile > 0.5 else -1.0
        if everything.size == 0:
            out[row] = sign * WIDENING * 2 * inside * steps**_DEFAULT_GROWTH
            continue
        level, growth = _power_of_horizon(scaled, inside)
        out[row] = sign * WIDENING * level * steps**growth
    return out


def _power_of_horizon(scaled: Floats, inside: float) -> tuple[float, float]:
    sizes, places, counts = [], [], []
    for step in range(scaled.shape[1]):
        column = scaled[:, step][np.isfinite(scaled[:, step])]
        if column.size >= _LEAST_POOL:
            sizes.append(max(float(np.quantile(column, inside)), 1e-9))
            places.append(np.log(step + 1.0))
            counts.append(column.size)
    if len(sizes) < 4:
        known = np.isfinite(scaled)
        steps = np.broadcast_to(np.arange(1, scaled.shape[1] + 1.0), scaled.shape)[known]
        return float(np.quantile(scaled[known] / steps**_DEFAULT_GROWTH, inside)), _DEFAULT_GROWTH
    weight = np.sqrt(np.asarray(counts, dtype=np.float64))
    growth, level = np.polyfit(np.asarray(places), np.log(np.asarray(sizes)), 1, w=weight)
    if not 0.0 <= growth <= 1.0:
        growth = float(np.clip(growth, 0.0, 1.0))
        level = float(np.average(np.log(sizes) - growth * np.asarray(places), weights=weight))
    return float(np.exp(level)), float(growth)
