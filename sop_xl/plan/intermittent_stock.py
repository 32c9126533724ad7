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
_SETTLES = 100
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
    early, early_losses
        (N, draws) the same of the lead time alone, the beginning of each draw, in units of the same mean.
    """

    ratios: Matrix
    losses: Matrix
    early: Matrix
    early_losses: Matrix

    @property
    def known(self) -> NDArray[np.bool_]:
        """(N,) whether there was enough history."""
        return np.asarray(~np.isnan(self.ratios[:, 0]))

    def of(self, rows: NDArray[np.bool_]) -> IntervalDraws:
        """Those of some series."""
        return IntervalDraws(self.ratios[rows], self.losses[rows], self.early[rows], self.early_losses[rows])

    def beside(self, rows: NDArray[np.bool_]) -> IntervalDraws:
        """The same at the chosen rows of a longer list, NaN at the others."""

        def placed(values: Matrix) -> Matrix:
            result = np.full((len(rows), values.shape[1]), np.nan)
            result[rows] = values
            return result

        return IntervalDraws(*(placed(part) for part in (self.ratios, self.losses, self.early, self.early_losses)))


def no_draws(count: int) -> IntervalDraws:
    """Draws of series of which nothing is known."""
    nothing = np.full((count, 1), np.nan)
    return IntervalDraws(nothing, nothing, nothing, nothing)


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
    ratios, early = (np.full((len(history), draws), np.nan) for _ in range(2))
    sales = np.nan_to_num(history) > 0
    usable = np.flatnonzero(sales.sum(axis=1) >= LEAST_SALES)
    rows = max(1, _AT_ONCE // draws)
    for start in range(0, len(usable), rows):
        some = usable[start : start + rows]
        ratios[some], early[some] = _draw(history[some], lead_time[some], lead_time_deviation[some], review_periods, draws, seed)
    return IntervalDraws(*_with_losses(ratios), *_with_losses(early))


def _with_losses(ratios: Matrix) -> tuple[Matrix, Matrix]:
    """Draws in ascending order, and the mean of what all of them exceed each by."""
    ordered = np.sort(ratios, axis=1)
    beyond = np.cumsum(ordered[:, ::-1], axis=1)[:, ::-1]
    count = np.arange(ordered.shape[1], 0, -1)[None, :]
    return ordered, (beyond - count * ordered) / ordered.shape[1]


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
        cycle service: the quantile of the draws. fill rate: units newly short in a cycle are (1 - level) * cycle, see `plan.safety_stock`.
    cycle
        (N, T) units between two receipts, see `plan.safety_stock.cycle_quantity`.

    Returns
    -------
    (N, T) units, never below 0; NaN where draws are.
    """
    result = np.full(interval_mean.shape, np.nan)
    draws = drawn.ratios.shape[1]
    for i in np.flatnonzero(drawn.known).tolist():
        if measure == "cycle service":
            place = min(int(np.ceil(level[i] * draws - 1e-9)), draws) - 1
            ratio: Matrix = np.full(interval_mean.shape[1], drawn.ratios[i, place])
        else:
            with np.errstate(divide="ignore", invalid="ignore"):
                allowed = np.where(interval_mean[i] > 0, (1.0 - level[i]) * cycle[i] / interval_mean[i], np.inf)
            ratio = _ratio_for(drawn, i, allowed, _lot_above_review(drawn, i, interval_mean[i], cycle[i]))
        result[i] = np.maximum(ratio - 1.0, 0.0) * interval_mean[i]
    return result


def bootstrap_service(drawn: IntervalDraws, safety_stock: Matrix, interval_mean: Matrix, cycle: Matrix) -> tuple[Matrix, Matrix]:
    """Cycle service and fill rate, (N,) each, that a safety stock (N,) gives by the draws; NaN where draws are or nothing is sold."""
    service, filled = np.full(len(safety_stock), np.nan), np.full(len(safety_stock), np.nan)
    for i in np.flatnonzero(drawn.known & (interval_mean > 0) & (cycle > 0)).tolist():
        ratio = 1.0 + safety_stock[i] / interval_mean[i]
        service[i] = np.searchsorted(drawn.ratios[i], ratio + 1e-12, side="right") / drawn.ratios.shape[1]
        above = _lot_above_review(drawn, i, interval_mean[i : i + 1], cycle[i : i + 1])[0]
        short = _loss(drawn.ratios[i], drawn.losses[i], ratio) - _loss(drawn.early[i], drawn.early_losses[i], ratio + above)
        filled[i] = min(max(1.0 - float(short) * interval_mean[i] / cycle[i], 0.0), 1.0)
    return service, filled


def _ratio_for(drawn: IntervalDraws, i: int, allowed: Matrix, above: Matrix) -> Matrix:
    """Level, in units of the interval's mean, at which units newly short are those allowed (N or T of them).

    What was short before the last receipt is counted there; it hangs on the level sought, and so is put in again until it settles. Between two
    draws a loss is a straight line, so that each step is exact.
    """
    ratio: Matrix = np.interp(allowed, drawn.losses[i, ::-1], drawn.ratios[i, ::-1])
    for _ in range(_SETTLES):
        before = _loss(drawn.early[i], drawn.early_losses[i], ratio + above)
        settled = np.interp(allowed + before, drawn.losses[i, ::-1], drawn.ratios[i, ::-1])
        if np.abs(settled - ratio).max(initial=0.0) < 1e-9:
            break
        ratio = settled
    return ratio


def _lot_above_review(drawn: IntervalDraws, i: int, interval_mean: Matrix, cycle: Matrix) -> Matrix:
    """What a lot is above the demand of a review period, in units of the interval's mean."""
    review = 1.0 - float(drawn.early[i].mean())
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(interval_mean > 0, np.maximum(cycle / interval_mean - review, 0.0), 0.0)


def _loss(ratios: Matrix, losses: Matrix, level: Matrix | float) -> Matrix:
    """Mean of what draws exceed a level by; below the least draw every further unit missing is a unit short."""
    return np.asarray(np.interp(level, ratios, losses) + np.maximum(float(ratios[0]) - np.asarray(level), 0.0))


def _draw(history: Matrix, lead_time: Matrix, deviation: Matrix, review: float, draws: int, seed: int) -> tuple[Matrix, Matrix]:
    """(N, draws) demand of the interval, and of the lead time at its beginning, in units of the mean of the former.

    Random numbers are common to all series: what a series draws does not hang on its place, and differences between series are their own.
    """
    rng = np.random.default_rng(seed)
    lead = _lead_times(lead_time, deviation, rng.random(draws))
    length = lead + review
    stay_selling, start_selling = _chances(history)
    sizes, counts = _sizes(history)
    selling = rng.random(draws)[None, :] < (counts / _known_periods(history))[:, None]
    total, early = np.zeros(length.shape), np.zeros(length.shape)
    rows = np.arange(len(history))[:, None]
    for step in range(int(np.ceil(length.max(initial=0.0) - 1e-9))):
        chance = np.where(selling, stay_selling[:, None], start_selling[:, None])
        selling = rng.random(draws)[None, :] < chance
        pick = np.minimum((rng.random(draws)[None, :] * counts[:, None]).astype(np.intp), counts[:, None] - 1)
        size = sizes[rows, pick]
        jittered = np.round(size + rng.standard_normal(draws)[None, :] * np.sqrt(size))
        size = np.where(jittered > 0, jittered, size)
        sold = np.where(selling, size, 0.0)
        total += sold * np.clip(length - step, 0.0, 1.0)
        early += sold * np.clip(lead - step, 0.0, 1.0)
    mean = total.mean(axis=1, keepdims=True)
    mean = np.where(mean > 0, mean, np.nan)
    return np.asarray(total / mean), np.asarray(early / mean)


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
