"""Figures of stock that several plans share: spread of the forecast error, cover in days, where a location is served from, size of an order."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sop_xl.plan.grid import Matrix, positions


def forecast_error_sd(baseline: pd.DataFrame, low: float = 0.1, high: float = 0.9) -> pd.DataFrame:
    """Standard deviation of the forecast error per series, from the range of its baseline forecast.

    Parameters
    ----------
    baseline
        BASELINE_FORECAST.
    low, high
        Quantiles at which the range was made.

    Returns
    -------
    item, location, forecast_error_sd (units per period): root mean square over the periods of the range's width / the width of
    the same range of a standard normal distribution (2.56 from P10 to P90). Series without a range are left out.
    """
    normal = NormalDist().inv_cdf(high) - NormalDist().inv_cdf(low)
    width = (baseline["baseline_high"] - baseline["baseline_low"]) / normal
    variance = (width**2).groupby([baseline["item"], baseline["location"]]).mean().dropna()
    return pd.Series(np.sqrt(variance), name="forecast_error_sd").reset_index()


def days_of_supply(balance: Matrix, demand: Matrix, days: Matrix, season: int) -> Matrix:
    """Days of coming demand that each closing balance covers.

    Parameters
    ----------
    balance, demand
        One row per series, one column per period, in the same unit (money works as well as units).
    days
        Length of each period.
    season
        Beyond the last period demand is taken to go on at the mean of the last `season` periods.

    Returns
    -------
    Days from the end of each period; 0 where the balance is 0 or less, NaN where stock lies but no demand is to come.
    """
    count = demand.shape[1]
    tail = min(season, count)
    rate_after = demand[:, -tail:].sum(axis=1) / days[-tail:].sum()
    elapsed = np.concatenate([[0.0], np.cumsum(days)])
    used = np.concatenate([np.zeros((len(demand), 1)), np.cumsum(np.maximum(demand, 0.0), axis=1)], axis=1)
    result = np.empty_like(balance)
    rows = np.arange(len(demand))
    for t in range(count):
        goal = used[:, t + 1] + balance[:, t]
        # first later point of time by which cumulative demand has reached the goal
        reached = (used[:, t + 1 :] < goal[:, None]).sum(axis=1) + t + 1
        inside = np.minimum(reached, count)
        before = np.maximum(inside - 1, 0)
        step = used[rows, inside] - used[rows, before]
        with np.errstate(divide="ignore", invalid="ignore"):
            within = elapsed[before] + (goal - used[rows, before]) / step * (
                elapsed[inside] - elapsed[before]
            )
            beyond = elapsed[-1] + (goal - used[:, -1]) / rate_after
        covered = np.where(reached > count, beyond, within) - elapsed[t + 1]
        covered = np.where(np.isfinite(covered), covered, np.nan)
        result[:, t] = np.where(balance[:, t] <= 0, 0.0, covered)
    return result


def stocking_location(location: pd.Series, locations: pd.DataFrame) -> pd.Series:
    """Location whose stock serves each one; itself where none is named."""
    if locations.empty:
        return location.astype("object")
    at = positions(locations["location"], location, "location")
    supplier = locations["supplied_from"].where(locations["supplied_from"] != "", locations["location"])
    return pd.Series(supplier.to_numpy(dtype=object)[at], index=location.index)


def order_quantity(short: ArrayLike, minimum: ArrayLike, multiple: ArrayLike) -> Matrix:
    """What to order where so much is short: at least the minimum order, rounded up to a multiple; nothing where nothing is short.

    Parameters
    ----------
    short
        Units.
    minimum, multiple
        Units; 0 = none.
    """
    needed, lot = np.asarray(short, dtype=float), np.asarray(multiple, dtype=float)
    wanted = np.maximum(needed, minimum)
    rounded = np.ceil(wanted / np.where(lot > 0, lot, 1.0) - 1e-9) * lot
    return np.where(needed > 1e-9, np.where(lot > 0, rounded, wanted), 0.0)


def short_of(safety_stock: Matrix, before: Matrix, gross: Matrix) -> Matrix:
    """Units by which a stock before orders lies below safety stock; what is only the noise of long sums is no shortage.

    Parameters
    ----------
    safety_stock, before
        Units; `before` is stock at the end of the period without new orders.
    gross
        Demand of the period, units: the size against which noise is told.
    """
    short = np.asarray(safety_stock - before, dtype=float)
    return np.where(short <= 1e-9 * (1.0 + np.abs(before) + gross), 0.0, short)


def projected_balance(opening: Matrix, demand: Matrix, receipts: Matrix) -> Matrix:
    """(series, periods) opening + receipts - demand so far, units; negative = back-orders. `opening` is (series,)."""
    result: Matrix = opening[:, None] + np.cumsum(receipts - demand, axis=1)
    return result
