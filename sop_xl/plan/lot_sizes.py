"""How much to order at a time: the economic order quantity and its family, reorder point, and lots under changing demand.

All are vectorised over their arguments but for those that say otherwise. Symbols: K fixed cost of an order, h holding cost per unit and
period, d demand per period, p production per period, b cost of a unit back-ordered for a period, c unit cost, i holding cost of a period as
a part of the unit cost. Money in one currency, time in one period throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sop_xl.errors import FrameError
from sop_xl.plan.grid import Matrix


class LotSize(NamedTuple):
    """An order quantity under quantity discounts.

    Parameters
    ----------
    quantity
        Units.
    bracket
        Position of the price bracket that it is bought in.
    cost
        Of buying, ordering and holding, per period.
    """

    quantity: float
    bracket: int
    cost: float


def economic_order_quantity(fixed_cost: ArrayLike, holding_cost: ArrayLike, demand: ArrayLike) -> Matrix:
    """Economic order quantity: sqrt(2 K d / h), units.

    0 where an order costs nothing or nothing is asked for; NaN where holding is free, for then no quantity is too much.

    Snyder and Shen, Fundamentals of Supply Chain Theory, 2nd ed. 2019, example 3.1: K = 8, h = 0.225, d = 1,300 give 304.0 units at a cost of
    68.41 (`order_cost_rate`).
    """
    fixed, holding, rate = (np.asarray(part, dtype=float) for part in (fixed_cost, holding_cost, demand))
    with np.errstate(divide="ignore", invalid="ignore"):
        best = np.sqrt(2.0 * fixed * rate / holding)
    result: Matrix = np.where(holding > 0, best, np.nan)
    return result


def order_cost_rate(quantity: ArrayLike, fixed_cost: ArrayLike, holding_cost: ArrayLike, demand: ArrayLike) -> Matrix:
    """Cost of ordering and holding per period with lots of `quantity`: K d / Q + h Q / 2."""
    lot = np.asarray(quantity, dtype=float)
    result: Matrix = np.asarray(fixed_cost, dtype=float) * demand / lot + np.asarray(holding_cost, dtype=float) * lot / 2.0
    return result


def economic_order_quantity_with_backorders(
    fixed_cost: ArrayLike, holding_cost: ArrayLike, backorder_cost: ArrayLike, demand: ArrayLike
) -> tuple[Matrix, Matrix]:
    """Order quantity where back-orders are planned, and the part of demand that waits: sqrt(2 K d (h + b) / (h b)) and h / (h + b).

    The cost per period is h * part that is served at once * quantity.

    Snyder and Shen 2019, example 3.8: K = 8, h = 0.225, b = 5, d = 1,300 give 310.8 units, 4.3 % of which wait, at a cost of 66.92.
    """
    holding, waiting = np.asarray(holding_cost, dtype=float), np.asarray(backorder_cost, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        quantity = economic_order_quantity(fixed_cost, holding, demand) * np.sqrt((holding + waiting) / waiting)
        part: Matrix = holding / (holding + waiting)
    return np.asarray(quantity), part


def economic_production_quantity(
    fixed_cost: ArrayLike, holding_cost: ArrayLike, demand: ArrayLike, production: ArrayLike
) -> Matrix:
    """Economic lot of own production that comes at a rate of p while it is sold: sqrt(2 K d / (h (1 - d / p))), units.

    NaN where production is no faster than demand: it never stops.

    Snyder and Shen 2019, section 3.6, with the figures of example 3.1: K = 8, h = 0.225, d = 1,300, p = 1,700 give 626.8 units.
    """
    slack = 1.0 - np.asarray(demand, dtype=float) / np.asarray(production, dtype=float)
    return economic_order_quantity(fixed_cost, np.asarray(holding_cost, dtype=float) * slack, demand)


def all_units_discount_quantity(
    fixed_cost: float, holding_rate: float, demand: float, breakpoints: Sequence[float], unit_costs: Sequence[float]
) -> LotSize:
    """Cheapest lot where the price of a bracket holds for the whole order. Not vectorised.

    Parameters
    ----------
    breakpoints
        Least quantity of every bracket, ascending from 0.
    unit_costs
        Price in every bracket, falling.

    Notes
    -----
    In every bracket the best lot is the economic order quantity at its price, moved up to the bracket's least quantity; one that lies above
    the bracket is left to the next. The cheapest of them is the best: d c + K d / Q + i c Q / 2.

    Example
    -------
    Snyder and Shen 2019, section 3.4, as documented by stockpyl: K = 200, i = 0.2, d = 1,000; 500 each, from 200 on 475, from 500 on 450: order 500 at a
    cost of 472,900.
    """
    _check_brackets(breakpoints, unit_costs)
    best: LotSize | None = None
    for j, (least, cost) in enumerate(zip(breakpoints, unit_costs, strict=True)):
        lot = max(float(economic_order_quantity(fixed_cost, holding_rate * cost, demand)), least)
        above = breakpoints[j + 1] if j + 1 < len(breakpoints) else np.inf
        if lot < above and lot > 0:
            total = demand * cost + float(order_cost_rate(lot, fixed_cost, holding_rate * cost, demand))
            best = min((b for b in (best, LotSize(lot, j, total)) if b is not None), key=lambda size: size.cost)
    if best is None:
        raise FrameError("a lot size needs demand, a fixed cost and a holding cost above 0")
    return best


def incremental_discount_quantity(
    fixed_cost: float, holding_rate: float, demand: float, breakpoints: Sequence[float], unit_costs: Sequence[float]
) -> LotSize:
    """Cheapest lot where the price of a bracket holds for the units within it. Not vectorised; arguments as of all-units discounts.

    In bracket j an order of Q costs A_j + c_j Q, A_j being what the units of lower brackets cost more; it acts as a fixed cost:
    Q = sqrt(2 (K + A_j) d / (i c_j)), with cost c_j d + i A_j / 2 + (K + A_j) d / Q + i c_j Q / 2. The best lot is one that lies in its
    bracket.

    Snyder and Shen 2019, section 3.4, as documented by stockpyl: K = 150, i = 0.25, d = 2,400; 100 each, above 300 90, above 600 80: order 1,481.9 at a
    cost of 222,762.81.
    """
    _check_brackets(breakpoints, unit_costs)
    best: LotSize | None = None
    more = 0.0
    for j, (least, cost) in enumerate(zip(breakpoints, unit_costs, strict=True)):
        more += (unit_costs[j - 1] - cost) * least if j else 0.0
        lot = float(economic_order_quantity(fixed_cost + more, holding_rate * cost, demand))
        above = breakpoints[j + 1] if j + 1 < len(breakpoints) else np.inf
        if least <= lot < above and lot > 0:
            ordering = float(order_cost_rate(lot, fixed_cost + more, holding_rate * cost, demand))
            size = LotSize(lot, j, cost * demand + holding_rate * more / 2.0 + ordering)
            best = min((b for b in (best, size) if b is not None), key=lambda one: one.cost)
    if best is None:
        raise FrameError("a lot size needs demand, a fixed cost and a holding cost above 0")
    return best


def reorder_point(demand: ArrayLike, lead_time: ArrayLike, safety_stock: ArrayLike) -> Matrix:
    """Stock and open orders at which to order: d * L + safety stock, units; L in periods."""
    result: Matrix = np.asarray(demand, dtype=float) * np.asarray(lead_time, dtype=float) + np.asarray(safety_stock, dtype=float)
    return result


def within_lot_rules(quantity: ArrayLike, minimum: ArrayLike, multiple: ArrayLike, maximum: ArrayLike = np.inf) -> Matrix:
    """The cheapest order near an economic quantity that minimum, multiple and maximum allow, units.

    Parameters
    ----------
    quantity
        Economic order quantity.
    minimum, multiple
        Units; 0 = none.
    maximum
        Units; inf = none. It is kept before the minimum.

    Notes
    -----
    The cost of a lot grows with Q / Q* + Q* / Q. Of two neighbouring multiples m and m + 1 of a lot the greater is cheaper once
    m (m + 1) lot^2 < Q*^2 (Silver, Pyke and Thomas 2017, chapter 4).
    """
    best, least, lot, most = (np.asarray(part, dtype=float) for part in (quantity, minimum, multiple, maximum))
    unit = np.where(lot > 0, lot, 1.0)
    count = np.floor(best / unit + 1e-9)
    count = np.where(count * (count + 1.0) * unit**2 < best**2 - 1e-9, count + 1.0, count)
    count = np.maximum(count, np.ceil(least / unit - 1e-9))
    count = np.where(best > 0, np.maximum(count, 1.0), count)
    fitted = np.where(lot > 0, np.maximum(np.minimum(count, np.floor(most / unit + 1e-9)), 0.0) * unit, np.minimum(np.maximum(best, least), most))
    result: Matrix = np.where(np.isnan(best), np.nan, fitted)
    return result


def wagner_whitin_lots(demand: Sequence[float], fixed_cost: float, holding_cost: float) -> tuple[Matrix, float]:
    """Cheapest orders for demand that changes from period to period, and what they cost. Not vectorised.

    Parameters
    ----------
    demand
        Units by period; an order of a period serves it. Holding is paid on stock at the end of a period.

    Notes
    -----
    An order covers whole periods: cost up to t = min over s of cost up to s - 1 + K + h * sum of (u - s) * demand of u, s <= u <= t (Wagner and
    Whitin, Dynamic version of the economic lot size model, Management Science 5 (1958)).

    Example
    -------
    Snyder and Shen 2019, example 3.9: demand 90, 120, 80, 70, K = 500, h = 2: order 210 and 150 at a cost of 1,380.
    """
    units = np.asarray(demand, dtype=float)
    count = len(units)
    best, start = np.zeros(count + 1), np.zeros(count, dtype=int)
    for t in range(count):
        # carried[s]: holding cost of an order in s that lasts through t
        carried = np.array([holding_cost * float((np.arange(t - s + 1) * units[s : t + 1]).sum()) for s in range(t + 1)])
        whole = best[: t + 1] + carried + np.array([fixed_cost if units[s : t + 1].sum() > 0 else 0.0 for s in range(t + 1)])
        start[t] = int(np.argmin(whole))
        best[t + 1] = whole[start[t]]
    lots, last = np.zeros(count), count - 1
    while last >= 0:
        first = int(start[last])
        lots[first] = units[first : last + 1].sum()
        last = first - 1
    return lots, float(best[count])


def _check_brackets(breakpoints: Sequence[float], unit_costs: Sequence[float]) -> None:
    ascending = all(a < b for a, b in pairwise(breakpoints))
    falling = all(a > b for a, b in pairwise(unit_costs))
    if not breakpoints or len(breakpoints) != len(unit_costs) or breakpoints[0] != 0 or not ascending or not falling:
        raise FrameError("price brackets start at 0, ascend, and get cheaper")
