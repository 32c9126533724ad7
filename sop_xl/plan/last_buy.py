"""The end of an item's life: what is still needed, the last buy, what will be left and what it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sop_xl.plan.grid import Mask, Matrix, Positions
from sop_xl.plan.inventory import order_quantity
from sop_xl.plan.life_cycle_pools import Parts, PlannedStep, Pools, parts_of

Dates = npt.NDArray[np.datetime64]

_NOTHING = 1e-9  # units that a sum of floats may be off


@dataclass(frozen=True, slots=True)
class Ends:
    """What each phase-out means; one value per step, NaN = does not apply or is not known.

    Parameters
    ----------
    demand, demand_low, demand_high
        Units from now until the end, with its range.
    order_quantity, residual_stock
        Units.
    exposure
        Residual stock at cost.
    needed
        First period that the stock does not last through: when the last buy must be there; the end where it lasts.
    goes_on, without_range, without_stock
        Whether stock of the step goes on serving other locations; whether no range of its demand, or no stock, is known.
    """

    demand: Matrix
    demand_low: Matrix
    demand_high: Matrix
    order_quantity: Matrix
    residual_stock: Matrix
    exposure: Matrix
    needed: Dates
    goes_on: Mask
    without_range: Mask
    without_stock: Mask


def ends_of_life(pools: Pools, steps: Sequence[PlannedStep]) -> Ends:
    """Demand until the end, last buy, residual stock and write-off exposure of each phase-out.

    Parameters
    ----------
    pools
        See `open_pools`.
    steps
        Phase-outs, each with the first period without sale.

    Returns
    -------
    See `Ends`. The last buy is demand + safety - stock, not below 0, rounded up to the order terms; what is left if nothing more is bought is
    stock - demand, not below 0. The safety of a last buy is the P90 of the remaining demand less its middle, errors of different periods and places taken as
    independent (their squares add). A stock that serves several locations is planned as one and its last buy and residual are shared out to the
    phase-outs in proportion to their remaining demand; while a location without a phase-out goes on drawing on it there is neither. An end in the past has no last buy; its residual
    is the stock.

    Source: the final order problem as in Teunter and Fortuin, End-of-life service, International Journal of Production Economics 59 (1999),
    with a quantile of the remaining demand in place of its cost-optimal order-up-to level.
    """
    parts = parts_of(pools, steps)
    count = len(pools.stock)
    end = np.array([s.row.period for s in steps], dtype="datetime64[ns]")
    of_place = parts.step[parts.part]
    until = pools.grid.periods.to_numpy()[None, :] < end[of_place][:, None]
    demand = parts.total((pools.demand[parts.rows] * until).sum(axis=1))
    above, below, without_range = _half_widths(pools, parts, until)
    closing, goes_on = _closing(pools, parts, end)
    in_pool = parts.total_of_pools(demand, count)
    safety = np.sqrt(parts.total_of_pools(above, count))
    stock = np.nan_to_num(pools.stock)
    future = end[parts.step] > pools.grid.periods.to_numpy()[0]
    order = order_quantity(in_pool + safety - stock, pools.minimum, pools.multiple)
    left = np.maximum(stock - in_pool, 0.0)
    order_of_part = np.where(future & closing[parts.pool], parts.share(order, demand), 0.0)
    left_of_part = np.where(closing[parts.pool], parts.share(left, demand), 0.0)
    unknown = np.isnan(pools.stock[parts.pool])
    cost = np.full(count, np.nan)
    cost[pools.pool] = pools.unit_cost
    exposure = np.where(left_of_part == 0, 0.0, left_of_part * cost[parts.pool])
    number = len(steps)
    applies = parts.total_of_steps(closing[parts.pool].astype(float), number) > 0
    orders = applies & (parts.total_of_steps(future.astype(float), number) > 0)
    known = applies & (parts.total_of_steps((closing[parts.pool] & ~unknown).astype(float), number) > 0)
    middle = parts.total_of_steps(demand, number)
    no_range = parts.total_of_steps(without_range, number) > 0
    up, down = (np.sqrt(parts.total_of_steps(square, number)) for square in (above, below))
    return Ends(
        demand=middle,
        demand_low=np.where(no_range, np.nan, np.maximum(middle - down, 0.0)),
        demand_high=np.where(no_range, np.nan, middle + up),
        order_quantity=np.where(orders, parts.total_of_steps(order_of_part, number), np.nan),
        residual_stock=np.where(known, parts.total_of_steps(left_of_part, number), np.nan),
        exposure=np.where(known, parts.total_of_steps(exposure, number), np.nan),
        needed=_needed(pools, parts, end),
        goes_on=parts.total_of_steps(goes_on[parts.pool].astype(float), number) > 0,
        without_range=no_range,
        without_stock=applies & (parts.total_of_steps(unknown.astype(float), number) > 0),
    )


def _needed(pools: Pools, parts: Parts, end: Dates) -> Dates:
    """When the stock behind each step runs out, at the latest its end."""
    drawn = np.zeros((len(pools.stock), len(pools.grid.periods)))
    np.add.at(drawn, pools.pool, pools.demand)
    short = np.cumsum(drawn, axis=1) > np.nan_to_num(pools.stock)[:, None] + _NOTHING
    periods = pools.grid.periods.to_numpy().astype("datetime64[ns]")
    out = np.where(short.any(axis=1), periods[short.argmax(axis=1)], np.datetime64("2200-01-01", "ns"))
    needed = end.copy()
    np.minimum.at(needed, parts.step, out[parts.pool])
    return needed


def _half_widths(pools: Pools, parts: Parts, until: Mask) -> tuple[Matrix, Matrix, Matrix]:
    """Squares of the half widths above and below by part; and how many of its places have demand without a range."""
    squares = list[Matrix]()
    unknown = np.zeros(len(parts.rows), dtype=bool)
    for width in (pools.above[parts.rows], pools.below[parts.rows]):
        needed = until & (pools.demand[parts.rows] > 0)
        unknown |= (np.isnan(width) & needed).any(axis=1)
        squares.append(parts.total((np.nan_to_num(width) ** 2 * until).sum(axis=1)))
    return squares[0], squares[1], parts.total(unknown.astype(float))


def _closing(pools: Pools, parts: Parts, end: Matrix) -> tuple[Mask, Mask]:
    """Pools that no demand draws on after the last of their phase-outs, and those that go on serving other places."""
    count = len(pools.stock)
    last = np.full(count, np.datetime64("1900-01-01", "ns"))
    np.maximum.at(last, parts.pool, end[parts.step])
    touched = np.zeros(count, dtype=bool)
    touched[parts.pool] = True
    others = np.ones(len(pools.pool), dtype=bool)
    others[parts.rows] = False
    rows: Positions = np.flatnonzero(others)
    later = pools.grid.periods.to_numpy()[None, :] >= last[pools.pool[rows]][:, None]
    draws = (pools.demand[rows] * later).sum(axis=1) > 0
    served = np.zeros(count, dtype=bool)
    served[pools.pool[rows[draws]]] = True
    return touched & ~served, touched & served
