"""Transformations around the models: log space, shrunken seasonal indices, the range guard. Numpy only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LOG_CAP = 40.0  # exp(40) is beyond any demand; it keeps a runaway trend finite until the range guard sees it


def to_log(y: Floats) -> Floats:
    """`log(1 + y)`; zero stays zero."""
    return np.log1p(np.maximum(y, 0.0))


def from_log(z: Floats) -> Floats:
    """Inverse of `to_log`; the exponent is capped so that it cannot overflow."""
    return np.expm1(np.minimum(z, LOG_CAP))


def centred_mean(z: Floats, season: int) -> Floats:
    """Centred moving average over one season (2 x m for an even m); NaN in the half seasons at both ends."""
    weights = np.full(season + 1, 1.0 / season) if season % 2 == 0 else np.full(season, 1.0 / season)
    if season % 2 == 0:
        weights[0] = weights[-1] = 0.5 / season
    out = np.full(z.shape, np.nan)
    if z.size >= weights.size:
        half = weights.size // 2
        out[half : z.size - half] = np.convolve(z, weights, mode="valid")
    return out


def _trend_to_the_ends(z: Floats, season: int) -> Floats:
    """The centred mean, carried on to both ends by the mean growth from year to year.

    With two or three years the centred mean alone would leave one or two deviations per place, and no noise to be seen.
    """
    trend = centred_mean(z, season)
    known = np.flatnonzero(np.isfinite(trend))
    if not known.size:
        return trend
    growth = float((z[season:] - z[:-season]).mean()) / season
    steps = np.arange(z.size, dtype=np.float64)
    first, last = known[0], known[-1]
    trend[:first] = trend[first] - growth * (first - steps[:first])
    trend[last + 1 :] = trend[last] + growth * (steps[last + 1 :] - last)
    return trend


def seasonal_indices(z: Floats, season: int, prior: Floats | None = None) -> Floats:
    """Additive seasonal indices of `z`, shrunken the more, the less they stand out from the noise.

    Deviations from the centred moving average are averaged per place in the season and centred to sum zero. The indices
    are then pulled towards `prior` (or zero) by the James-Stein factor
    k = max(0, 1 - (noise variance / mean number of years) / (mean squared index) x (m - 3) / m).

    Parameters
    ----------
    z
        History, oldest first, usually in log space; no NaN.
    season
        Periods in a year, m.
    prior
        Indices to shrink towards, `prior[k]` for place k; absent = zero.

    Returns
    -------
    Floats
        m indices; `indices[k]` belongs to position `k` modulo m of `z`. The prior (or zeros) where history is too short.
    """
    base = np.zeros(season) if prior is None else prior
    deviation = z - (centred_mean(z, season) if z.size >= 3 * season else _trend_to_the_ends(z, season))
    known = np.flatnonzero(np.isfinite(deviation))
    place = known % season
    count = np.bincount(place, minlength=season).astype(np.float64)
    if season < 2 or (count == 0).any():
        return base.copy()
    raw = np.bincount(place, weights=deviation[known], minlength=season) / count
    raw -= raw.mean()
    rest = deviation[known] - raw[place]
    # with one year of deviations the noise cannot be seen; then all that differs from the prior may be noise
    freedom = known.size - season
    difference = raw - base
    signal = float((difference**2).mean())
    if freedom <= 0 or signal <= 0:
        return base.copy() if prior is not None or freedom <= 0 else raw
    noise = float((rest**2).sum()) / freedom
    keep = max(0.0, 1.0 - noise / (known.size / season) / signal * (season - 3) / season)
    return base + keep * difference


def range_guard(history: Floats, forecast: Floats, season: int) -> Floats:
    """Clip a forecast to what the last three years make plausible, and at zero.

    Bounds are [max(min - range/2, min/2), max + range] of the last 3 x season periods: additive trends fitted to a few years
    otherwise run below zero or away (measured on M3: it mends every trending model and hurts none).
    """
    recent = history[-3 * season :]
    low, high = float(recent.min()), float(recent.max())
    spread = high - low
    return np.clip(forecast, max(low - spread / 2, low / 2, 0.0), high + spread)
