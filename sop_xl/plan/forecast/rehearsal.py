"""A cheap stand-in forecaster, judged at every past origin: what a single held-out origin of the real recipe cannot show.

One origin shows how large errors were in one year. It does not show whether that year was calm, how errors grow beyond the
periods held out, or how much a scale flatters itself that was learned from the very errors it divides. The stand-in costs
nothing, so all three can be watched on it, at every origin of the history, and the ratio carries over to the recipe.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sop_xl.plan.forecast.scales import (
    LEAST_POOL,
    cross_fitted_scale,
    naive_scales,
    own_blend,
    power_of_horizon,
    relative_size,
    stretched_error,
)
from sop_xl.plan.forecast.seasonal import Floats

SMOOTHING = 0.3  # weight of the newest period in the stand-in's level; coverage moves by less than half a point between 0.2 and 0.5
_YEARS = 3  # seasons that the stand-in looks back; the range guard of the recipe looks as far
_DRIFT = 0.5  # share of the yearly growth that it carries on, as theta does


def align(series: list[Floats]) -> Floats:
    """(series, periods) matrix in which all series end together; NaN before the first period of each."""
    out = np.full((len(series), max((y.size for y in series), default=0)), np.nan)
    for row, y in enumerate(series):
        if y.size:
            out[row, -y.size :] = y
    return out


def stand_in(history: Floats, horizon: int, season: int) -> Floats:
    """Seasonal profile of up to three years + smoothed level + half the yearly growth; NaN where two whole seasons are not known.

    Parameters
    ----------
    history
        (series, periods) from `align`, up to the origin.

    Returns
    -------
    Floats
        (series, horizon), not below zero.
    """
    years = min(_YEARS, history.shape[1] // season)
    if years < 2:
        return np.full((history.shape[0], horizon), np.nan)
    window = history[:, history.shape[1] - years * season :].reshape(-1, years, season)
    whole: npt.NDArray[np.bool_] = np.all(np.isfinite(window), axis=2)
    known = np.all(whole[:, -2:], axis=1)
    filled = np.where(whole[:, :, None], window, 0.0)
    means = filled.mean(axis=2)
    count = np.maximum(whole.sum(axis=1), 1)[:, None]
    first = means[np.arange(len(means)), years - count[:, 0]]
    growth = (means[:, -1] - first) / np.maximum((count[:, 0] - 1) * season, 1)
    place = np.arange(season) - (season - 1) / 2
    # growth within a year is no season
    profile = (filled - means[:, :, None]).sum(axis=1) / count - growth[:, None] * place
    rest = np.where(whole[:, :, None], filled - profile[:, None, :], 0.0).reshape(len(history), -1)
    weight = (1 - SMOOTHING) ** np.arange(rest.shape[1])[::-1] * np.repeat(whole, season, axis=1)
    level = (rest * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-12)
    steps = np.arange(1, horizon + 1)
    out = level[:, None] + _DRIFT * growth[:, None] * steps + profile[:, (steps - 1) % season]
    return np.where(known[:, None], np.maximum(out, 0.0), np.nan)


def rehearsed_ratio(
    history: Floats, held: npt.NDArray[np.int64], season: int, horizon: int, inside: float
) -> Floats | None:
    """By how much errors ahead exceed what the held-out origin's errors say, per step, seen on the stand-in.

    The numerator is the stand-in's error at all origins of the history, each divided by the scale known at that origin; the
    denominator its error at the held-out origin, treated exactly as the recipe's errors are treated.

    Parameters
    ----------
    history
        (series, periods) from `align`.
    held
        (series,) periods held out of each series.
    inside
        Share of errors that the quantile contains.

    Returns
    -------
    Floats or None
        (horizon,) ratios, above zero; None where no series is long enough to rehearse.
    """
    ahead = max(horizon, season)
    cuts, errors = _errors_at_origins(history, held, ahead, season)
    if not cuts:
        return None
    last = history.shape[1]
    then = np.full((len(history), season), np.nan)
    for cut in {int(k) for k in held if k > 0}:
        rows = held == cut
        own = errors[cut][rows][:, :season]
        naive = naive_scales(history[rows, : last - cut], season)
        then[rows] = np.abs(own) / cross_fitted_scale(naive, own)
    if not np.isfinite(then).any():
        return None
    level, growth = power_of_horizon(then, inside)
    scaled = np.stack([_scaled_at(history, cuts, errors, cut, season)[:, :horizon] for cut in cuts], axis=2)
    least = min(LEAST_POOL, max(1, len(history) // 3))
    ratio = np.full(horizon, np.nan)
    for step in range(horizon):
        known = np.isfinite(scaled[:, step])
        if known.any(axis=1).sum() >= least:
            usual = max(_quantile_of_series(scaled[:, step], known, inside), 1e-9)
            ratio[step] = usual / (max(level, 1e-9) * (step + 1.0) ** growth)
    seen = np.flatnonzero(np.isfinite(ratio))
    return np.interp(np.arange(horizon), seen, ratio[seen]) if seen.size else None


def _errors_at_origins(
    history: Floats, held: npt.NDArray[np.int64], ahead: int, season: int
) -> tuple[list[int], dict[int, Floats]]:
    """Errors of the stand-in, in relative size, at each origin a quarter season apart and at the held-out ones."""
    last = history.shape[1]
    quarter = max(season // 4, 1)
    wanted = {*range(quarter, last - 2 * season + 1, quarter), *(int(k) for k in held if k > 0)}
    errors: dict[int, Floats] = {}
    for cut in sorted(wanted):
        origin, steps = last - cut, min(ahead, cut)
        made = stand_in(history[:, :origin], steps, season)
        if np.isfinite(made).any():
            errors[cut] = np.full((len(history), ahead), np.nan)
            actual = history[:, origin : origin + steps]
            errors[cut][:, :steps] = stretched_error(made, actual) / relative_size(made)
        elif cut in held:
            errors[cut] = np.full((len(history), ahead), np.nan)
    return [cut for cut in errors if np.isfinite(errors[cut]).any()], errors


def _scaled_at(history: Floats, cuts: list[int], errors: dict[int, Floats], cut: int, season: int) -> Floats:
    """Absolute errors at one origin over the scale that was known there: naive, blended with a hold-out before it."""
    own = np.full((len(history), season), np.nan)
    waiting = np.ones(len(history), dtype=bool)
    for earlier in sorted((c for c in cuts if cut < c <= cut + season), reverse=True):
        seen = errors[earlier][:, :season].copy()
        seen[:, earlier - cut :] = np.nan  # only what had happened by then
        taken = waiting & np.isfinite(seen).any(axis=1)
        own[taken] = seen[taken]
        waiting &= ~taken
    scale = own_blend(naive_scales(history[:, : history.shape[1] - cut], season), own)
    return np.asarray(np.abs(errors[cut]) / scale[:, None])


def _quantile_of_series(values: Floats, known: npt.NDArray[np.bool_], inside: float) -> float:
    # every series counts once, however many origins its length allows
    weight = np.where(known, 1.0 / np.maximum(known.sum(axis=1), 1)[:, None], 0.0)[known]
    order = np.argsort(values[known], kind="stable")
    total = np.cumsum(weight[order])
    place = int(np.searchsorted(total, inside * total[-1] * (1 - 1e-9)))
    return float(values[known][order][min(place, order.size - 1)])
