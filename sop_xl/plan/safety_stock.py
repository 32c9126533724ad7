"""Safety stock under uncertain demand and lead time, and the service that a given one gives.

Demand over the replenishment interval (lead time L + review period R) has the mean and deviation

    mean = d * (L + R)                    units
    deviation = sqrt((L + R) * sd^2 + d^2 * sL^2)    units

with d and sd, mean and deviation of demand per period, and sL, deviation of the lead time in periods; L, R in periods. Safety stock is what is
held above that mean. A target is either

- *cycle service*: probability of not running out before the next receipt; or
- *fill rate*: part of demand served from stock: 1 - units newly short in a cycle / units ordered in a cycle.

Units newly short are those short just before a receipt less those that were short just after the last one:
loss(L + R, s) - loss(L, s + Q), with loss(interval, s) the expected demand above mean + s, and Q the units ordered in a cycle: those of a review
period, or the lot where it is larger.

Sources: Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains, 4th ed. 2017, chapter 6 (normal, both targets);
Burgin, The gamma distribution and inventory control, Operational Research Quarterly 26 (1975) (gamma).
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from sop_xl.errors import FrameError
from sop_xl.plan.grid import Matrix, Positions

MEASURES = ("cycle service", "fill rate")
DISTRIBUTIONS = ("normal", "gamma")
WIDEST = 40.0
"""Deviations within which a safety stock is sought."""


def safety_stock(
    demand_mean: ArrayLike,
    demand_sd: ArrayLike,
    lead_time: ArrayLike,
    lead_time_deviation: ArrayLike,
    service_level: ArrayLike,
    review_periods: float = 1.0,
    *,
    measure: str = "cycle service",
    method: str = "normal",
    order_quantity: ArrayLike = 0.0,
) -> Matrix:
    """Safety stock for a service level; of cycle service under normal demand z * sqrt((L + R) * sd^2 + d^2 * sL^2).

    Parameters
    ----------
    demand_mean, demand_sd
        d and sd, units per period: mean demand and standard deviation of its forecast error.
    lead_time, lead_time_deviation
        L and sL, periods.
    service_level
        Target, between 0 and 1.
    review_periods
        R: periods between two decisions; stock must last until the order after next arrives. 1 for a plan that is made
        anew in every period, 0 for continuous review, which is the form that most books print.
    measure
        cycle service | fill rate.
    method
        normal | gamma: distribution of demand over the interval, with its mean and deviation. Gamma is skewed and never
        negative; of the same deviation it asks for more stock at high targets.
    order_quantity
        Q, units of one order, for fill rates: larger lots run out less often, and need less. What a review period sells is the least.

    Returns
    -------
    Units, same shape as the broadcast arguments; NaN where an argument is. Never below 0: a cycle service under one
    half needs no safety stock, nor does a fill rate that the lot alone gives.

    Example
    -------
    Chopra and Meindl, Supply Chain Management, 3rd ed. 2007, chapter 11: 2,500 a week with a deviation of 500, two weeks of
    lead time, continuous review; a cycle service of 90 % takes 906 units.
    """
    level = np.asarray(service_level, dtype=float)
    _check(measure, MEASURES)
    _check(method, DISTRIBUTIONS)
    if ((level <= 0) | (level >= 1)).any():
        raise FrameError("a service level lies between 0 and 1")
    mean, spread = interval_demand(demand_mean, demand_sd, lead_time, lead_time_deviation, review_periods)
    if measure == "fill rate":
        _, at_receipt = interval_demand(demand_mean, demand_sd, lead_time, lead_time_deviation, 0.0)
        cycle = cycle_quantity(demand_mean, order_quantity, review_periods)
        return _for_fill_rate(method, mean, spread, _over_lead_time(demand_mean, lead_time), at_receipt, cycle, level)
    if method == "gamma":
        return np.maximum(_gamma_quantile(mean, spread, level) - mean, 0.0)
    result: Matrix = np.maximum(normal_quantile(level), 0.0) * spread
    return result


def cycle_service(
    safety_stock: ArrayLike, demand_mean: ArrayLike, demand_sd: ArrayLike, lead_time: ArrayLike, lead_time_deviation: ArrayLike,
    review_periods: float = 1.0, *, method: str = "normal",
) -> Matrix:  # fmt: skip
    """Probability of not running out in a cycle that a safety stock (units, may be negative) gives; arguments as of `safety_stock`.

    Without uncertainty it is 1 where the safety stock is not negative, else 0.
    """
    from scipy.special import gammainc, ndtr

    _check(method, DISTRIBUTIONS)
    mean, spread = interval_demand(demand_mean, demand_sd, lead_time, lead_time_deviation, review_periods)
    extra = np.asarray(safety_stock, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "gamma":
            chance = gammainc((mean / spread) ** 2, np.maximum((mean + extra) * mean / spread**2, 0.0))
        else:
            chance = ndtr(extra / spread)
    result: Matrix = np.where(spread > 0, chance, np.where(np.isnan(spread + extra), np.nan, (extra >= 0).astype(float)))
    return result


def fill_rate(
    safety_stock: ArrayLike, demand_mean: ArrayLike, demand_sd: ArrayLike, lead_time: ArrayLike, lead_time_deviation: ArrayLike,
    review_periods: float = 1.0, *, method: str = "normal", order_quantity: ArrayLike = 0.0,
) -> Matrix:  # fmt: skip
    """Part of demand that a safety stock (units, may be negative) serves from stock; arguments as of `safety_stock`.

    Between 0 and 1; NaN where nothing is sold.
    """
    _check(method, DISTRIBUTIONS)
    mean, spread = interval_demand(demand_mean, demand_sd, lead_time, lead_time_deviation, review_periods)
    _, at_receipt = interval_demand(demand_mean, demand_sd, lead_time, lead_time_deviation, 0.0)
    cycle = cycle_quantity(demand_mean, order_quantity, review_periods)
    early = _over_lead_time(demand_mean, lead_time)
    with np.errstate(divide="ignore", invalid="ignore"):
        short = _newly_short(method, np.asarray(safety_stock, dtype=float), mean, spread, early, at_receipt, cycle) / cycle
    return np.where(cycle > 0, np.clip(1.0 - short, 0.0, 1.0), np.nan)


def interval_demand(
    demand_mean: ArrayLike, demand_sd: ArrayLike, lead_time: ArrayLike, lead_time_deviation: ArrayLike, review_periods: float = 1.0
) -> tuple[Matrix, Matrix]:
    """Mean and standard deviation of demand over the replenishment interval, units; see the module."""
    mean, deviation = np.asarray(demand_mean, dtype=float), np.asarray(demand_sd, dtype=float)
    interval = np.asarray(lead_time, dtype=float) + review_periods
    spread: Matrix = np.sqrt(interval * deviation**2 + mean**2 * np.asarray(lead_time_deviation, dtype=float) ** 2)
    total: Matrix = mean * interval
    return total, spread


def cycle_quantity(demand_mean: ArrayLike, order_quantity: ArrayLike, review_periods: float = 1.0) -> Matrix:
    """Units between two receipts: those of a review period, or the lot where it is larger."""
    result: Matrix = np.maximum(np.asarray(order_quantity, dtype=float), np.asarray(demand_mean, dtype=float) * review_periods)
    return result


def normal_quantile(level: ArrayLike) -> Matrix:
    """Quantile z of the standard normal distribution; NaN where the level is."""
    wanted = np.asarray(level, dtype=float)
    distinct, inverse = np.unique(wanted, return_inverse=True)
    quantiles = np.array([NormalDist().inv_cdf(float(p)) if p == p else np.nan for p in distinct])  # noqa: PLR0124 - NaN is the one value unequal to itself
    return np.asarray(quantiles[inverse].reshape(wanted.shape))


def normal_loss(above: ArrayLike, spread: ArrayLike) -> Matrix:
    """Expected normal demand beyond its mean + `above`: spread * G(above / spread), with G(k) = pdf(k) - k * (1 - cdf(k)).

    Without spread what the mean itself exceeds. G(1.3) = 0.0455 (Silver, Pyke and Thomas, appendix on the unit normal loss).
    """
    from scipy.special import ndtr

    extra, deviation = np.asarray(above, dtype=float), np.asarray(spread, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        k = extra / deviation
        loss = deviation * (np.exp(-0.5 * k**2) / np.sqrt(2.0 * np.pi) - k * ndtr(-k))
    result: Matrix = np.where(deviation > 0, np.maximum(loss, 0.0), np.maximum(-extra, 0.0) + 0.0 * deviation)
    return result


def gamma_loss(level: ArrayLike, mean: ArrayLike, spread: ArrayLike) -> Matrix:
    """Expected gamma demand beyond `level`, units: mean * (1 - F(level; a + 1)) - level * (1 - F(level; a)), a = (mean / spread)^2.

    F(.; a) is the gamma distribution of shape a and scale spread^2 / mean. Without spread what the mean itself exceeds.
    """
    from scipy.special import gammaincc

    x, centre, deviation = (np.asarray(part, dtype=float) for part in (level, mean, spread))
    with np.errstate(divide="ignore", invalid="ignore"):
        shape = (centre / deviation) ** 2
        reach = np.maximum(x, 0.0) * centre / deviation**2
        loss = centre * gammaincc(shape + 1.0, reach) - x * gammaincc(shape, reach)
    result: Matrix = np.where((deviation > 0) & (centre > 0), np.maximum(loss, 0.0), np.maximum(centre - x, 0.0) + 0.0 * deviation)
    return result


def coming_demand(demand: Matrix, ahead: Positions) -> Matrix:
    """Mean demand per period over the next `ahead` periods of each series, at least one; near the end over those left.

    In the last period, with none left, its own demand stands for what comes.
    """
    count = demand.shape[1]
    used = np.concatenate([np.zeros((len(demand), 1)), np.cumsum(demand, axis=1)], axis=1)
    start = np.minimum(np.arange(1, count + 1), count - 1)[None, :]
    stop = np.minimum(start + np.maximum(ahead, 1)[:, None], count)
    rows = np.arange(len(demand))[:, None]
    mean: Matrix = (used[rows, stop] - used[rows, start]) / (stop - start)
    # cumulative sums leave float noise where there is no demand at all
    return np.where(mean < 1e-9 * (1.0 + demand.max(axis=1, initial=0.0))[:, None], 0.0, mean)


def _over_lead_time(demand_mean: ArrayLike, lead_time: ArrayLike) -> Matrix:
    result: Matrix = np.asarray(demand_mean, dtype=float) * np.asarray(lead_time, dtype=float)
    return result


def _newly_short(
    method: str, extra: Matrix, mean: Matrix, spread: Matrix, early: Matrix, at_receipt: Matrix, cycle: Matrix
) -> Matrix:
    if method == "gamma":
        # stock after a receipt covers the lead time alone: its level is that of the whole interval, or a lot above the reorder point
        return gamma_loss(mean + extra, mean, spread) - gamma_loss(early + extra + cycle, early, at_receipt)
    return normal_loss(extra, spread) - normal_loss(extra + cycle, at_receipt)


def _for_fill_rate(
    method: str, mean: Matrix, spread: Matrix, early: Matrix, at_receipt: Matrix, cycle: Matrix, level: Matrix
) -> Matrix:
    """Where units newly short, which fall as safety stock grows, are as many as the target allows."""
    from scipy.optimize.elementwise import find_root

    parts = np.broadcast_arrays(mean, spread, early, at_receipt, cycle, (1.0 - level) * cycle)
    known, allowed = np.isfinite(sum(parts)), parts[-1]
    sought = known & (cycle > 0) & (_newly_short(method, np.zeros(allowed.shape), *parts[:-1]) > allowed)
    result = np.where(known, 0.0, np.nan)
    if sought.any():
        some = tuple(part[sought] for part in parts)

        def short(extra: Matrix, *of: Matrix) -> Matrix:
            return _newly_short(method, extra, *of[:-1]) - of[-1]

        # the loss beyond so many deviations is below any float, also of the most skewed gamma met here
        found = find_root(short, (np.zeros(len(some[0])), WIDEST * some[1]), args=some, tolerances={"xatol": 0.0, "xrtol": 1e-12})
        result[sought] = np.where(found.success, found.x, WIDEST * some[1])
    return result


def _gamma_quantile(mean: Matrix, spread: Matrix, level: Matrix) -> Matrix:
    from scipy.special import gammaincinv

    with np.errstate(divide="ignore", invalid="ignore"):
        quantile = spread**2 / mean * gammaincinv((mean / spread) ** 2, level)
    return np.where((spread > 0) & (mean > 0), quantile, mean + 0.0 * (spread + level))


def _check(name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise FrameError(f"{name!r} is none of {', '.join(known)}")
