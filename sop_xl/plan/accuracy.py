"""Forecast accuracy, one small function per measure.

Everywhere: error = forecast - actual, so a positive bias is over-forecast. A pair of which either side is absent (NaN) is
left out. A measure whose denominator is zero or that has no pair is NaN: absent, never 0 and never infinite.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = Sequence[float] | npt.NDArray[np.float64]
Floats = npt.NDArray[np.float64]


def wmape(actual: Numbers, forecast: Numbers) -> float:
    """Weighted mean absolute percentage error as a fraction: sum of |forecast - actual| / sum of |actual|.

    Also known as WAPE or MAD/mean ratio (Kolassa and Schuetz 2007). Unlike MAPE it is defined with zero actuals.
    """
    a, f = _pairs(actual, forecast)
    return _ratio(float(np.abs(f - a).sum()), float(np.abs(a).sum()))


def bias(actual: Numbers, forecast: Numbers) -> float:
    """Relative bias as a fraction: sum of (forecast - actual) / sum of |actual|; positive is over-forecast."""
    a, f = _pairs(actual, forecast)
    return _ratio(float((f - a).sum()), float(np.abs(a).sum()))


def mase(actual: Numbers, forecast: Numbers, history: Numbers, season: int = 1) -> float:
    """Mean absolute scaled error (Hyndman and Koehler 2006).

    The mean absolute error, divided by the in-sample mean absolute error of the (seasonal) naive forecast over `history`.
    Below 1 the forecast beats that of a naive forecaster in sample.

    Parameters
    ----------
    actual, forecast
        Held-out periods.
    history
        The periods before them, oldest first.
    season
        Periods in a season; 1 is the plain naive forecast.
    """
    a, f = _pairs(actual, forecast)
    if not a.size:
        return float("nan")
    return _ratio(float(np.abs(f - a).mean()), naive_scale(history, season))


def rmsse(actual: Numbers, forecast: Numbers, history: Numbers, season: int = 1) -> float:
    """Root mean squared scaled error (Makridakis et al. 2022, M5): like MASE, with squares; it does not reward zero forecasts."""
    a, f = _pairs(actual, forecast)
    past = np.asarray(history, dtype=np.float64)
    steps = past[season:] - past[:-season] if past.size > season else np.empty(0)
    steps = steps[np.isfinite(steps)]
    if not a.size or not steps.size:
        return float("nan")
    ratio = _ratio(float(((f - a) ** 2).mean()), float((steps**2).mean()))
    return float(np.sqrt(ratio))


def smape(actual: Numbers, forecast: Numbers) -> float:
    """Symmetric mean absolute percentage error in percent, 0-200, as in the M3 competition (Makridakis and Hibon 2000).

    200 x |forecast - actual| / (|actual| + |forecast|), averaged; a pair of zeros counts as no error.
    """
    a, f = _pairs(actual, forecast)
    if not a.size:
        return float("nan")
    total = np.abs(a) + np.abs(f)
    return float((200 * np.abs(f - a) / np.where(total > 0, total, 1.0)).mean())


def fva(actual: Numbers, previous_step: Numbers, forecast: Numbers) -> float:
    """Forecast value added: WMAPE of the previous step - WMAPE of this step; positive adds value (Gilliland 2010).

    Both steps are measured on the same periods: those in which actual and both forecasts are present.
    """
    a, p, f = (np.asarray(x, dtype=np.float64) for x in (actual, previous_step, forecast))
    both = np.isfinite(a) & np.isfinite(p) & np.isfinite(f)
    return wmape(a[both], p[both]) - wmape(a[both], f[both])


def tracking_signal(actual: Numbers, forecast: Numbers) -> float:
    """Running sum of errors / mean absolute deviation (Brown 1959); beyond +-4 a forecast is usually out of control.

    Positive means over-forecast, as everywhere here; some textbooks have the other sign.
    """
    a, f = _pairs(actual, forecast)
    if not a.size:
        return float("nan")
    return _ratio(float((f - a).sum()), float(np.abs(f - a).mean()))


def coverage(actual: Numbers, low: Numbers, high: Numbers) -> float:
    """Fraction of actuals within `low` and `high`, both included; 0.8 is right for a P10-P90 range."""
    a, lower, upper = (np.asarray(x, dtype=np.float64) for x in (actual, low, high))
    known = np.isfinite(a) & np.isfinite(lower) & np.isfinite(upper)
    if not known.any():
        return float("nan")
    return float(((a >= lower) & (a <= upper))[known].mean())


@dataclass(frozen=True, slots=True)
class ColumnErrors:
    """Measures of many scopes at once, one value per column: what the functions above give for each column alone.

    Parameters
    ----------
    periods
        Pairs compared.
    demand, absolute_error
        Sum of |actual| and of |forecast - actual| over them, units.
    wmape, bias, mase, tracking_signal
        See the functions of these names; `mase` against the scale that was given.
    """

    periods: Floats
    demand: Floats
    absolute_error: Floats
    wmape: Floats
    bias: Floats
    mase: Floats
    tracking_signal: Floats


def column_errors(actual: Floats, forecast: Floats, scale: Floats) -> ColumnErrors:
    """Errors of every column of (periods, scopes).

    Parameters
    ----------
    actual, forecast
        (periods, scopes) units; a pair of which either side is absent (NaN) is left out.
    scale
        (scopes,) in-sample error of seasonal naive, see `naive_scale`; NaN where it is not known.
    """
    known = np.isfinite(actual) & np.isfinite(forecast)
    error = np.where(known, forecast - np.where(known, actual, 0.0), 0.0)
    periods = known.sum(axis=0).astype(float)
    demand = np.abs(np.where(known, actual, 0.0)).sum(axis=0)
    absolute, total = np.abs(error).sum(axis=0), error.sum(axis=0)
    mean = _ratios(absolute, periods)
    return ColumnErrors(
        periods,
        demand,
        absolute,
        _ratios(absolute, demand),
        _ratios(total, demand),
        _ratios(mean, scale),
        _ratios(total, mean),
    )


def naive_scales(history: Floats, season: int) -> Floats:
    """`naive_scale` of every column of (periods, scopes)."""
    if len(history) <= season:
        return np.full(history.shape[1], np.nan)
    steps = np.abs(history[season:] - history[:-season])
    known = np.isfinite(steps)
    return _ratios(np.where(known, steps, 0.0).sum(axis=0), known.sum(axis=0).astype(float))


def naive_scale(history: Numbers, season: int = 1) -> float:
    """In-sample mean absolute error of the (seasonal) naive forecast, the denominator of MASE; NaN without a whole season."""
    past = np.asarray(history, dtype=np.float64)
    if past.size <= season:
        return float("nan")
    steps = np.abs(past[season:] - past[:-season])
    steps = steps[np.isfinite(steps)]
    return float(steps.mean()) if steps.size else float("nan")


def _pairs(actual: Numbers, forecast: Numbers) -> tuple[Floats, Floats]:
    a, f = np.asarray(actual, dtype=np.float64), np.asarray(forecast, dtype=np.float64)
    known = np.isfinite(a) & np.isfinite(f)
    return a[known], f[known]


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 and np.isfinite(whole) else float("nan")


def _ratios(part: Floats, whole: Floats) -> Floats:
    whole = np.where(whole > 0, whole, np.nan)
    return np.asarray(part / whole)
