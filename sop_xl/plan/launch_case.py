"""The business case of a launch: units, what others lose, revenue, margin, and the first order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.effects import LIFE_CYCLE
from sop_xl.plan.grid import Mask, Matrix, Positions
from sop_xl.plan.inventory import order_quantity
from sop_xl.plan.life_cycle import life_cycle_key
from sop_xl.plan.life_cycle_pools import PlannedStep, Pools, parts_of


def initial_order(
    demand: float,
    deviation: float,
    rate: float,
    lead_time_deviation: float,
    service_level: float,
) -> float:
    """Stock that a launch starts with: demand over lead time and review period, and safety stock against the launch itself.

    Parameters
    ----------
    demand, deviation
        Units over that interval, and standard deviation of what the launch may bring in it. A launch that sells half sells half in every
        period, so that the deviation is that of the whole interval and does not shrink with its square root.
    rate
        Units per period.
    lead_time_deviation
        Periods.
    service_level
        Probability of lasting until the order after it arrives.

    Returns
    -------
    Units: demand + z * sqrt(deviation^2 + rate^2 * lead_time_deviation^2).

    Source: order-up-to level of a periodic review, Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains, 4th ed.
    2017, chapter 6.
    """
    z = max(NormalDist().inv_cdf(service_level), 0.0)
    return demand + z * float(np.hypot(deviation, rate * lead_time_deviation))


@dataclass(frozen=True, slots=True)
class Launches:
    """What each launch means; one value per step, NaN = does not apply or is not known.

    Parameters
    ----------
    demand, demand_low, demand_high
        Units of its first year, with its range.
    periods
        Periods of that year which the plan holds.
    cannibalised
        Units that others lose in them.
    revenue, gross_margin
        Plan currency, what others lose taken off.
    order_quantity, exposure
        Initial order, units, and at cost; NaN where the launch is not ahead.
    stock_not_counted
        Whether stock is there already that serves other locations, and so is not taken off the initial order.
    """

    demand: Matrix
    demand_low: Matrix
    demand_high: Matrix
    periods: Matrix
    cannibalised: Matrix
    revenue: Matrix
    gross_margin: Matrix
    order_quantity: Matrix
    exposure: Matrix
    stock_not_counted: Mask


def launch_cases(
    pools: Pools,
    steps: Sequence[PlannedStep],
    ranges: pd.DataFrame,
    effects: pd.DataFrame,
    timeline: Timeline,
    high: float = 0.9,
) -> Launches:
    """Business case of each launch.

    Parameters
    ----------
    pools
        See `open_pools`.
    steps
        Launches.
    ranges
        See `launch_ranges`.
    effects
        DEMAND_EFFECTS: tells what donors lose.
    timeline
        Its planned periods; the first year begins with the launch, or with the plan where the launch is before it.
    high
        Quantile of the upper bound of `ranges`.

    Returns
    -------
    See `Launches`. The initial order covers demand over lead time + one review period, with safety stock from the launch's own range (see
    `initial_order`), less the stock that lies there for it, rounded to the order terms of its stocking location.
    """
    grid = pools.grid
    now = timeline.current
    result = {
        name: np.full(len(steps), np.nan)
        for name in ("demand", "demand_low", "demand_high", "periods", "cannibalised", "revenue", "gross_margin")
    }
    margin = pools.margin
    of_source = dict(list(effects[effects["stage"] == LIFE_CYCLE].groupby("source")))
    range_of = dict(list(ranges.groupby("source")))
    for k, step in enumerate(steps):
        key, year = life_cycle_key(step.row), _first_year(step, timeline)
        own = range_of.get(key, ranges.iloc[:0])
        own = own[own["period"].isin(grid.periods[year])]
        rows, lost = _lost(pools, step, of_source.get(key, effects.iloc[:0]), year)
        units = np.where(year, pools.demand[step.places], 0.0)
        result["periods"][k] = year.sum()
        for name in ("demand", "demand_low", "demand_high"):
            result[name][k] = own[name].sum()
        result["cannibalised"][k] = lost.sum()
        result["revenue"][k] = pools.value(step.places, units, pools.price) - pools.value(rows, lost, pools.price)
        result["gross_margin"][k] = pools.value(step.places, units, margin) - pools.value(rows, lost, margin)
    ahead = np.array([step.row.period >= now for step in steps], dtype=bool)
    order, cost, not_counted = _first_orders(pools, steps, ranges, ahead, high)
    return Launches(**result, order_quantity=order, exposure=cost, stock_not_counted=not_counted)


def _first_year(step: PlannedStep, timeline: Timeline) -> Mask:
    """Planned periods of the first year of a launch."""
    begin = max(pd.Timestamp(step.row.period), timeline.current)
    end = timeline.calendar.shift(begin, timeline.calendar.season)
    return np.asarray((timeline.plan >= begin) & (timeline.plan < end))


def _lost(pools: Pools, step: PlannedStep, effects: pd.DataFrame, during: Mask) -> tuple[Positions, Matrix]:
    """Rows of donors, and the units that each loses to a launch, positive; from the effects of its row."""
    mine = effects[effects["item"] != step.row.item]
    units = np.maximum(-np.nan_to_num(pools.grid.matrix(mine, mine["effect"])), 0.0) * during
    rows: Positions = np.flatnonzero(units.any(axis=1))
    return rows, units[rows]


def _first_orders(
    pools: Pools, steps: Sequence[PlannedStep], ranges: pd.DataFrame, ahead: Mask, high: float
) -> tuple[Matrix, Matrix, Mask]:
    """Initial order of each launch, its value at cost, and whether stock was there that could not be counted."""
    parts = parts_of(pools, steps)
    count, number = len(pools.stock), len(steps)
    begin = np.array([step.row.period for step in steps], dtype="datetime64[ns]")[parts.step[parts.part]]
    periods = pools.grid.periods.to_numpy()
    since = np.cumsum(periods[None, :] >= begin[:, None], axis=1)  # 1 in the first period of sale
    cover = pools.lead_time[pools.pool[parts.rows]] + 1.0
    share = np.where(since > 0, np.clip(cover[:, None] - (since - 1), 0.0, 1.0), 0.0)
    expected = parts.total((pools.demand[parts.rows] * share).sum(axis=1))
    upper = _upper(pools, steps, ranges)
    deviation = parts.total(((upper[parts.rows] - pools.demand[parts.rows]) * share).sum(axis=1)) / NormalDist().inv_cdf(high)
    rate = expected / np.maximum(parts.total(share.sum(axis=1)) / np.maximum(parts.total(np.ones(len(parts.rows))), 1.0), 1e-9)
    needed = np.array(
        [
            initial_order(e, d, r, pools.lead_time_deviation[p], pools.service_level[p]) if a else 0.0
            for e, d, r, p, a in zip(expected, np.maximum(deviation, 0.0), rate, parts.pool, ahead[parts.step], strict=True)
        ]
    )
    shared = _serves_others(pools, parts.rows)
    stock = np.where(shared, 0.0, np.maximum(np.nan_to_num(pools.stock), 0.0))
    order = order_quantity(parts.total_of_pools(needed, count) - stock, pools.minimum, pools.multiple)
    ordered = parts.share(order, needed)
    cost = np.full(count, np.nan)
    cost[pools.pool] = pools.unit_cost
    value = np.where(ordered == 0, 0.0, ordered * cost[parts.pool])
    not_counted = parts.total_of_steps((shared & (np.nan_to_num(pools.stock) > 0))[parts.pool].astype(float), number) > 0
    quantity, worth = (np.where(ahead, parts.total_of_steps(x, number), np.nan) for x in (ordered, value))
    return quantity, worth, not_counted & ahead


def _upper(pools: Pools, steps: Sequence[PlannedStep], ranges: pd.DataFrame) -> Matrix:
    """Upper bound of the demand of launched series; elsewhere the demand itself."""
    keys = [life_cycle_key(step.row) for step in steps]
    mine = ranges[ranges["source"].isin(keys)]
    bound = pools.grid.matrix(mine, mine["demand_high"]) if len(mine) else np.full(pools.grid.shape, np.nan)
    return np.where(np.isnan(bound), pools.demand, bound)


def _serves_others(pools: Pools, rows: Positions) -> Mask:
    """(pools,) whether demand other than that of these rows draws on it."""
    others = pools.demand.sum(axis=1) > 0
    others[rows] = False
    result = np.zeros(len(pools.stock), dtype=bool)
    result[pools.pool[others]] = True
    return result
