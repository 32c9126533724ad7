"""Safety stock of intermittent demand, bootstrapped from its history.

Sales that come now and then in odd sizes follow no textbook distribution. So the demand of a replenishment interval is drawn many times: whether
a period sells follows the one before it (a chain of two states, with the chances seen in history), how much is drawn from the sizes
seen, and jittered, because sizes not seen yet may come. The interval of each draw is its own: a lead time drawn around its mean, and the
review period. What is drawn is used in relation to its mean, so that it follows the forecast's level while its shape is that of history.

Source: Willemain, Smart and Schwarz, A new approach to forecasting intermittent demand for service parts inventories, International
Journal of Forecasting 20 (2004); lead times are drawn too, which there are fixed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sop_xl.plan.grid import Matrix

DRAWS = 1000
SEED = 20260101
LEAST_SALES = 3
"""Periods with demand below which history says nothing of its shape."""
_AT_ONCE = 4_000_000
"""Draws held in memory at a time."""

Integers = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class IntervalDraws:
    """Demand over the interval as drawn, in units of its mean.

    Parameters
    ----------
    ratios
        (N, draws), each row ascending; NaN where history is too thin (see `LEAST_SALES`).
    losses
        (N, draws): mean of what the draws exceed each ratio by, so descending along a row.
    """

    ratios: Matrix
    losses: Matrix

    @property
    def known(self) -> NDArray[np.bool_]:
        """(N,) whether there was enough history."""
        return np.asarray(~np.isnan(self.ratios[:, 0]))


def interval_draws(
    history: Matrix, lead_time: Matrix, lead_time_deviation: Matrix, review_periods: float = 1.0, draws: int = DRAWS, seed: int = SEED
) -> IntervalDraws:
    """Draw the demand of the replenishment interval of every series.

    Parameters
    ----------
    history
        (N, H) units per period, oldest first; NaN = not known (before the first sale). Below zero counts as zero.
    lead_time, lead_time_deviation
        (N,) periods. Lead times are drawn from a gamma distribution; a part of a period takes that part of the demand of one.
    review_periods
        Added to every lead time.
    draws, seed
        Same seed, same draws; a series draws the same whatever stands beside it.
    """
    ratios = np.full((len(history), draws), np.nan)
    sales = np.nan_to_num(history) > 0
    usable = np.flatnonzero(sales.sum(axis=1) >= LEAST_SALES)
    rows = max(1, _AT_ONCE // draws)
    for start in range(0, len(usable), rows):
        some = usable[start : start + rows]
        ratios[some] = _draw(history[some], lead_time[some], lead_time_deviation[some], review_periods, draws, seed)
    ratios.sort(axis=1)
    beyond = np.cumsum(ratios[:, ::-1], axis=1)[:, ::-1]
    count = np.arange(draws, 0, -1)[None, :]
    return IntervalDraws(ratios, (beyond - count * ratios) / draws)


def bootstrap_safety_stock(drawn: IntervalDraws, interval_mean: Matrix, level: Matrix, measure: str, cycle: Matrix) -> Matrix:
    """Safety stock from draws.

    Parameters
    ----------
    drawn
        See `interval_draws`.
    interval_mean
        (N, T) demand over the interval as the plan has it, units.
    level
        (N,) target.
    measure
        cycle service: the quantile of the draws. fill rate: what is exceeded on average is (1 - level) * cycle.
    cycle
        (N, T) units between two receipts, see `plan.safety_stock.cycle_quantity`.

    Returns
    -------
    (N, T) units, never below 0; NaN where draws are.
    """
    result = np.full(interval_mean.shape, np.nan)
    draws = drawn.ratios.shape[1]
    for i in np.flatnonzero(drawn.known):
        if measure == "cycle service":
            place = min(int(np.ceil(level[i] * draws - 1e-9)), draws) - 1
            ratio: Matrix = np.full(interval_mean.shape[1], drawn.ratios[i, place])
        else:
            with np.errstate(divide="ignore", invalid="ignore"):
                allowed = np.where(interval_mean[i] > 0, (1.0 - level[i]) * cycle[i] / interval_mean[i], np.inf)
            # between two draws the loss is a straight line, so this is no approximation
            ratio = np.interp(allowed, drawn.losses[i, ::-1], drawn.ratios[i, ::-1])
        result[i] = np.maximum(ratio - 1.0, 0.0) * interval_mean[i]
    return result


def bootstrap_service(drawn: IntervalDraws, safety_stock: Matrix, interval_mean: Matrix, cycle: Matrix) -> tuple[Matrix, Matrix]:
    """Cycle service and fill rate, (N,) each, that a safety stock (N,) gives by the draws; NaN where draws are or nothing is sold."""
    service, filled = np.full(len(safety_stock), np.nan), np.full(len(safety_stock), np.nan)
    for i in np.flatnonzero(drawn.known & (interval_mean > 0) & (cycle > 0)):
        ratio = 1.0 + safety_stock[i] / interval_mean[i]
        service[i] = np.searchsorted(drawn.ratios[i], ratio + 1e-12, side="right") / drawn.ratios.shape[1]
        # below the least draw every further unit missing is a unit short
        loss = np.interp(ratio, drawn.ratios[i], drawn.losses[i]) + max(float(drawn.ratios[i, 0]) - ratio, 0.0)
        filled[i] = min(max(1.0 - loss * interval_mean[i] / cycle[i], 0.0), 1.0)
    return service, filled


def _draw(history: Matrix, lead_time: Matrix, deviation: Matrix, review: float, draws: int, seed: int) -> Matrix:
    """(N, draws) demand of the interval, in units of the mean of the draws.

    Random numbers are common to all series: what a series draws does not hang on its place, and differences between series are their own.
    """
    rng = np.random.default_rng(seed)
    length = review + _lead_times(lead_time, deviation, rng.random(draws))
    stay_selling, start_selling = _chances(history)
    sizes, counts = _sizes(history)
    selling = rng.random(draws)[None, :] < (counts / _known_periods(history))[:, None]
    total = np.zeros(length.shape)
    rows = np.arange(len(history))[:, None]
    for step in range(int(np.ceil(length.max(initial=0.0) - 1e-9))):
        chance = np.where(selling, stay_selling[:, None], start_selling[:, None])
        selling = rng.random(draws)[None, :] < chance
        pick = np.minimum((rng.random(draws)[None, :] * counts[:, None]).astype(np.intp), counts[:, None] - 1)
        size = sizes[rows, pick]
        jittered = np.round(size + rng.standard_normal(draws)[None, :] * np.sqrt(size))
        size = np.where(jittered > 0, jittered, size)
        total += np.where(selling, size, 0.0) * np.clip(length - step, 0.0, 1.0)
    mean = total.mean(axis=1, keepdims=True)
    return np.asarray(total / np.where(mean > 0, mean, np.nan))


def _lead_times(lead_time: Matrix, deviation: Matrix, chance: Matrix) -> Matrix:
    """(N, draws) lead times of a gamma distribution; the mean itself where it does not vary."""
    from scipy.special import gammaincinv

    # few lead times stand for many series, and the quantile is dear
    pairs, place = np.unique(np.stack([lead_time, deviation], axis=1), axis=0, return_inverse=True)
    mean, spread = pairs[:, :1], pairs[:, 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = spread**2 / mean * gammaincinv((mean / spread) ** 2, chance[None, :])
    # beyond three deviations a late order is no longer waited for but replaced
    limited: Matrix = np.where((mean > 0) & (spread > 0), np.minimum(drawn, mean + 3.0 * spread), mean)
    return np.asarray(limited[place.ravel()])


def _chances(history: Matrix) -> tuple[Matrix, Matrix]:
    """(N,) chances of selling after a period that sold, and after one that did not."""
    before, after = history[:, :-1], history[:, 1:]
    both = ~np.isnan(before) & ~np.isnan(after)
    overall = (np.nan_to_num(history) > 0).sum(axis=1) / _known_periods(history)

    def chance(state: NDArray[np.bool_]) -> Matrix:
        seen = (both & state).sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(seen > 0, (both & state & (after > 0)).sum(axis=1) / seen, overall))

    return chance(before > 0), chance(before <= 0)


def _known_periods(history: Matrix) -> Matrix:
    return np.asarray(np.maximum((~np.isnan(history)).sum(axis=1), 1), dtype=float)


def _sizes(history: Matrix) -> tuple[Matrix, Integers]:
    """(N, H) sizes of the periods that sold, first in each row, and (N,) how many there are."""
    sold = np.nan_to_num(history)
    order = np.argsort(sold <= 0, axis=1, kind="stable")
    return np.take_along_axis(sold, order, axis=1), (sold > 0).sum(axis=1)
