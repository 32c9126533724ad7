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
    ahead = np.fmin(numbers(network, "points", "shelf_life"), _periods_of_sale(network, solution, items))
    usable = np.where(np.isnan(ahead), network.periods, np.clip(ahead, 0, network.periods))
    days = np.array([network.timeline.calendar.days(period) for period in network.timeline.plan], dtype=float)
    obsolete = np.maximum(network.opening - _used_within(used, np.ones(network.periods), usable, network.timeline.calendar.season), 0.0)
    needed = _used_within(used, days, np.full(len(used), cover_days), network.timeline.calendar.season)
    above = network.opening + network.scheduled.sum(axis=1) - np.maximum(needed, np.nan_to_num(safety_stock))
    noise = 1e-9 * (1.0 + network.opening)
    obsolete = np.where(obsolete > noise, obsolete, 0.0)
    excess = np.where(above - obsolete > noise, above - obsolete, 0.0)
    return excess, obsolete


def planned_use(solution: SupplySolution) -> Matrix:
    """(N, T) units that the plan takes from each stock for customers and for other stocks, by the balance of flows."""
    network = solution.network
    received = total_by(whole(network, "sources", "point"), solution.receipts, len(network.points))
    opening = np.concatenate([network.opening[:, None], solution.stock[:, :-1]], axis=1)
    return np.asarray(np.maximum(opening + network.scheduled + received - solution.expired - solution.stock, 0.0))


def _periods_of_sale(network: SupplyNetwork, solution: SupplySolution, items: pd.DataFrame) -> Matrix:
    """(N,) periods up to the item's end; NaN where it has none or other stocks take from it as well."""
    end = pd.to_datetime(network.points["item"].map(items.set_index("item")["end"]))
    starts = network.timeline.plan.to_numpy()
    within = (starts[None, :] <= end.to_numpy()[:, None]).sum(axis=1).astype(float)
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
