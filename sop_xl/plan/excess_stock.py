"""Stock that lies there too much, and stock that is never used."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.flows import numbers, total_by, whole
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solution import SupplySolution


def excess_and_obsolete(
    solution: SupplySolution, items: pd.DataFrame, cover_days: float, safety_stock: Matrix
) -> tuple[Matrix, Matrix]:
    """Excess and obsolete units of every stock, (N,) each; no unit is both.

    Parameters
    ----------
    solution
        The plan; what it takes from a stock is what comes in less what is left and what expires.
    items
        ITEMS: an item that only customers take is not used after its end.
    cover_days
        Days of use beyond which stock is excess.
    safety_stock
        (N,) units that are there for a reason however little is used.

    Notes
    -----
    Obsolete is what lies there now and, used before anything that arrives later, is still there at the end of the horizon, of its shelf life (counted
    from now: its age is not known) or of the item's sale. Excess is what lies there now or is on order above the use of the cover days or the
    safety stock, whichever is more, less what is obsolete. Beyond the horizon use goes on at the mean of its last season.
    """
    network = solution.network
    used = planned_use(solution)
    ahead = np.fmin(numbers(network, "points", "shelf_life"), _periods_of_sale(network, items))
    usable = np.where(np.isnan(ahead), network.periods, np.clip(ahead, 0, network.periods))
    days = np.array([network.timeline.calendar.days(period) for period in network.timeline.plan], dtype=float)
    used_up = _used_within(used, np.ones(network.periods), usable, network.timeline.calendar.season)
    needed = _used_within(used, days, np.full(len(used), cover_days), network.timeline.calendar.season)
    with_orders = network.opening + network.scheduled.sum(axis=1)
    obsolete, excess = _beyond(network.opening, with_orders, used_up, np.maximum(needed, np.nan_to_num(safety_stock)))
    return excess, obsolete


def reserve_shares(solution: SupplySolution, items: pd.DataFrame, cover_days: float, excess_rate: float, obsolete_rate: float) -> Matrix:
    """Part of the value of every stock that is written down, (N, T + 1): now, then at the end of each planned period.

    Parameters
    ----------
    solution, items, cover_days
        As for `excess_and_obsolete`.
    excess_rate, obsolete_rate
        Part of the value of an excess, an obsolete unit that is written down: fractions.

    Notes
    -----
    The rule is that of `excess_and_obsolete`, seen from each period: obsolete is what lies there and is not used within as many periods as the plan has,
    within its shelf life (counted from then) or within the item's sale; excess is what lies there above the use of the cover days or the
    safety stock of the period, less what is obsolete. What is on order is no stock yet and is not written down. 0 where nothing lies.
    """
    network = solution.network
    season, periods = network.timeline.calendar.season, network.periods
    days = np.array([network.timeline.calendar.days(period) for period in network.timeline.plan], dtype=float)
    used, each = planned_use(solution), np.ones(periods)
    life, sale = numbers(network, "points", "shelf_life"), _periods_of_sale(network, items)
    stock = np.concatenate([network.opening[:, None], solution.stock], axis=1)
    safety = np.nan_to_num(np.concatenate([network.safety_stock[:, :1], network.safety_stock], axis=1))
    share = np.zeros_like(stock)
    for t in range(periods + 1):
        since, since_days = np.full(len(used), float(t)), np.full(len(used), days[:t].sum())
        ahead = np.fmin(life, sale - t)
        usable = np.where(np.isnan(ahead), periods, np.clip(ahead, 0, periods))
        of_sale = _used_within(used, each, since + usable, season) - _used_within(used, each, since, season)
        cover = _used_within(used, days, since_days + cover_days, season) - _used_within(used, days, since_days, season)
        obsolete, excess = _beyond(stock[:, t], stock[:, t], of_sale, np.maximum(cover, safety[:, t]))
        there = stock[:, t] > 0
        share[:, t] = np.where(there, (excess_rate * excess + obsolete_rate * obsolete) / np.where(there, stock[:, t], 1.0), 0.0)
    return share


def _beyond(stock: Matrix, with_orders: Matrix, usable: Matrix, needed: Matrix) -> tuple[Matrix, Matrix]:
    """Obsolete and excess units, (N,) each: stock above what can be used, and stock with orders above what is needed, less the former."""
    noise = 1e-9 * (1.0 + stock)
    obsolete = np.maximum(stock - usable, 0.0)
    obsolete = np.where(obsolete > noise, obsolete, 0.0)
    above = with_orders - needed - obsolete
    return obsolete, np.where(above > noise, above, 0.0)


def planned_use(solution: SupplySolution) -> Matrix:
    """(N, T) units that the plan takes from each stock for customers and for other stocks, by the balance of flows."""
    network = solution.network
    received = total_by(whole(network, "sources", "point"), solution.receipts, len(network.points))
    opening = np.concatenate([network.opening[:, None], solution.stock[:, :-1]], axis=1)
    return np.asarray(np.maximum(opening + network.scheduled + received - solution.expired - solution.stock, 0.0))


def _periods_of_sale(network: SupplyNetwork, items: pd.DataFrame) -> Matrix:
    """(N,) periods from now up to the item's end; NaN where it has none or other stocks take from it as well."""
    end = pd.to_datetime(network.points["item"].map(items.set_index("item")["end"]))
    calendar, now = network.timeline.calendar, network.timeline.current
    until = {day: max(calendar.distance(now, calendar.start_of(day)) + 1, 0) for day in end.dropna().unique()}
    within = end.map(until).to_numpy(dtype=float)
    taken = np.zeros(len(within), dtype=bool)
    taken[whole(network, "uses", "component")] = True
    origin = whole(network, "sources", "from_point")
    taken[origin[origin >= 0]] = True
    return np.where(end.isna().to_numpy() | taken, np.nan, within)


def _used_within(used: Matrix, lengths: Matrix, reach: Matrix, season: int) -> Matrix:
    """(N,) use up to `reach`, counted in the lengths of the periods; a part of a period uses that part of it."""
    elapsed = np.concatenate([[0.0], np.cumsum(lengths)])
    begun = np.clip((reach[:, None] - elapsed[None, :-1]) / lengths[None, :], 0.0, 1.0)
    tail = min(season, used.shape[1])
    rate = used[:, -tail:].sum(axis=1) / lengths[-tail:].sum()
    return np.asarray((used * begun).sum(axis=1) + rate * np.maximum(reach - elapsed[-1], 0.0))
