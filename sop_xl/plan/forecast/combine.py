"""From five member forecasts to one: weights by held-out error, or the median."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from sop_xl.plan.forecast.seasonal import Floats

WEIGHT_FLOOR = 0.02
"""Least weight of a member: one lucky hold-out must not decide alone."""


def member_weights(actual: Floats, members: Floats, use: npt.NDArray[np.bool_] | None = None) -> Floats:
    """Weights proportional to 1 / RMSE squared over the held-out periods.

    Parameters
    ----------
    actual
        (series, periods) held-out demand; NaN = not held out.
    members
        (series, members, periods) forecasts for them; a member with a NaN gets no weight.
    use
        Which periods count; absent = all.

    Returns
    -------
    Floats
        (series, members), rows summing to 1; NaN for a series without a held-out period.
    """
    error = (members - actual[:, None, :]) ** 2
    if use is not None:
        error = error[:, :, use]
    tested = np.isfinite(actual if use is None else actual[:, use])
    absent = np.asarray(np.isnan(members).any(axis=2))
    count = tested.sum(axis=1)
    total = np.where(tested[:, None, :], error, 0.0).sum(axis=2)
    square = np.where(absent, np.nan, total / np.maximum(count, 1)[:, None])
    # members that hit exactly would divide by zero; they are equal within a thousandth of the typical error
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        typical = np.nanmean(square, axis=1, keepdims=True)
    inverse = 1.0 / (square + 1e-3 * typical + 1e-12)
    inverse = np.where(absent, 0.0, inverse)
    weights = inverse / np.maximum(inverse.sum(axis=1, keepdims=True), 1e-300)
    weights = np.where(absent, 0.0, np.maximum(weights, WEIGHT_FLOOR))
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
    weights[(count == 0) | np.all(absent, axis=1)] = np.nan
    return np.asarray(weights)


def combine(members: Floats, weights: Floats) -> Floats:
    """Weighted mean of the members; the median where a series has no weights (NaN row).

    Members that failed (NaN) are left out and the rest keep their proportions.
    """
    known = np.isfinite(members)
    shares = np.where(known, np.nan_to_num(weights)[:, :, None], 0.0)
    total = shares.sum(axis=1)
    mean = (np.where(known, members, 0.0) * shares).sum(axis=1) / np.where(total > 0, total, 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        median = np.nanmedian(members, axis=1) if members.size else members[:, 0, :]
    weighted = np.all(np.isfinite(weights), axis=1, keepdims=True)
    out = np.where((total > 0) & weighted, mean, median)
    return np.asarray(np.nan_to_num(out), dtype=np.float64)


def combine_cross_fitted(actual: Floats, members: Floats, weighted: npt.NDArray[np.bool_]) -> Floats:
    """Combination over the hold-out whose weights never saw the period they are applied to.

    Odd periods are combined with weights from the even ones and the other way round; otherwise the same actuals would choose the
    weights and judge them, and accuracy and ranges would look better than they are.

    Parameters
    ----------
    actual, members
        As in `member_weights`.
    weighted
        Series that take weights; the others take the median.
    """
    periods = actual.shape[1]
    odd = np.arange(periods) % 2 == 1
    out = np.empty_like(actual)
    for part in (odd, ~odd):
        weights = (
            member_weights(actual, members, ~part) if (~part).any() else np.full(members.shape[:2], np.nan)
        )
        weights[~weighted] = np.nan
        out[:, part] = combine(members, weights)[:, part]
    return out
