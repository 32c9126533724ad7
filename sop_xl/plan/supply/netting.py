"""Time-phased netting: what would have to arrive, and be ordered when, if nothing were limited.

Level by level from what customers buy down to what is bought, as Orlicky, Material Requirements Planning (1975), has it:
gross requirements less stock and open orders, brought up to safety stock by planned receipts in the lots of their
sources, offset by the lead time, and exploded into what they take.

Capacity, supplier limits and maxima are ignored. Lead times and frozen fences are not: a receipt stands in the first period in
which it can still arrive, so that projected available balance = opening + scheduled receipts + planned receipts -
gross requirements (+ lost sales) in every cell. Projected stock-outs are the negative balances. What would have had to
arrive earlier, by an order placed before now or within the fence, stands apart as past due and is not in the balance.
A component that runs out does not hold up what is made of it: that is for `plan.supply.execution`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from sop_xl.plan.grid import Mask, Matrix, Positions
from sop_xl.plan.inventory import order_quantity, short_of
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.supply.flows import (
    dependent_demand,
    good_receipts,
    independent_demand,
    numbers,
    placed,
    sum_by,
    total_by,
    whole,
)
from sop_xl.plan.supply.network import SupplyNetwork, point_names
from sop_xl.plan.supply.sourcing import Sourcing, choose_sources


@dataclass(frozen=True)
class Netting:
    """Net requirements; shapes as in `plan.supply.network`, units per period.

    Parameters
    ----------
    gross
        (N, T) independent + dependent demand.
    dependent
        (N, T) units that orders for other stocks take, in the period in which they are placed.
    receipts
        (N, T) planned receipts, good units.
    orders
        (S, T) by period of arrival, before yield.
    releases
        (S, T) the same by period of placement.
    balance
        (N, T) projected available balance at the end of each period; negative = short.
    past_due
        (N, T) good units, lot for lot, that would have had to arrive in the period by an order that can no longer be placed.
    lost
        (N, T) demand that went elsewhere; zeros unless it was asked for.
    level
        (N,) low-level codes.
    notes
        What a planner must know: stocks without a source, orders past due, circles.
    """

    gross: Matrix
    dependent: Matrix
    receipts: Matrix
    orders: Matrix
    releases: Matrix
    balance: Matrix
    past_due: Matrix
    lost: Matrix
    level: Positions
    notes: list[Note] = field(default_factory=list)


def net_requirements(network: SupplyNetwork, unmet: str = "back-orders") -> Netting:
    """Net requirements of every stock point; see the module.

    Parameters
    ----------
    unmet
        back-orders: a negative balance waits for the next receipt. lost sales: the part of it that customers asked for in the period is
        lost, and not ordered later.
    """
    sourcing = choose_sources(network)
    asked = independent_demand(network)
    shape = asked.shape
    gross, balance, past_due, lost = (np.zeros(shape) for _ in range(4))
    orders = np.zeros((len(network.sources), network.periods))
    for level in range(int(sourcing.level.max(initial=-1)) + 1):
        points = np.flatnonzero(sourcing.level == level)
        # orders of the levels above are complete by now, those of this level and below are still zero
        gross[points] = asked[points] + dependent_demand(network, orders)[points]
        may_lose = asked[points] if unmet == "lost sales" else np.zeros((len(points), network.periods))
        _net_level(network, sourcing, points, gross, may_lose, (orders, balance, past_due, lost))
    receipts = total_by(whole(network, "sources", "point"), good_receipts(network, orders), len(network.points))
    netting = Netting(
        gross=gross, dependent=dependent_demand(network, orders), receipts=receipts, orders=orders, releases=placed(network, orders), balance=balance,
        past_due=past_due, lost=lost, level=sourcing.level,
    )  # fmt: skip
    return replace(netting, notes=sourcing.notes + _notes(network, sourcing, netting))


def _net_level(
    network: SupplyNetwork, sourcing: Sourcing, points: Positions, gross: Matrix, may_lose: Matrix, results: tuple[Matrix, Matrix, Matrix, Matrix]
) -> None:
    """Net all points of one level at once, period by period, into `results`."""
    orders, balance, past_due, lost = results
    place = np.full(len(network.points), -1, dtype=np.intp)
    place[points] = np.arange(len(points))
    own = np.flatnonzero((place[whole(network, "sources", "point")] >= 0) & (sourcing.fraction > 0).any(axis=1))
    at = place[whole(network, "sources", "point")[own]]
    process_yield, minimum, multiple = (numbers(network, "sources", name)[own] for name in ("process_yield", "minimum_order", "order_multiple"))
    fraction, late_share = sourcing.fraction[own], network.late_share[own]
    possible = total_by(at, fraction, len(points)) > 0
    too_late = _too_late(network, sourcing, points, possible)
    closing, late, caught_up = network.opening[points].astype(float), np.zeros(len(points)), np.zeros(len(points))
    for t in range(network.periods):
        before = closing + network.scheduled[points, t] + late - gross[points, t]
        short = short_of(network.safety_stock[points, t], before, gross[points, t])
        quantity = order_quantity(short[at] * fraction[:, t] / process_yield, minimum, multiple)
        orders[own, t] = quantity
        good = quantity * process_yield
        on_time = sum_by(at, good * (1.0 - late_share[:, t]), len(points))
        late = sum_by(at, good * late_share[:, t], len(points))
        # what the orders that come too late would have brought so far is not missing a second time
        past_due[points, t] = np.where(too_late[:, t], np.maximum(short - caught_up, 0.0), 0.0)
        closing = before + on_time
        lost[points, t] = np.minimum(np.maximum(-closing, 0.0), may_lose[:, t])
        closing = closing + lost[points, t]
        caught_up = np.where(possible[:, t], 0.0, np.maximum(caught_up + past_due[points, t] - lost[points, t], 0.0))
        balance[points, t] = closing


def _too_late(network: SupplyNetwork, sourcing: Sourcing, points: Positions, possible: Mask) -> Mask:
    """Periods in which only lead time or fence keeps every source of a point from delivering."""
    someone = total_by(whole(network, "sources", "point"), sourcing.stated, len(network.points))[points] > 0
    result: Mask = someone & ~possible
    return result


def _notes(network: SupplyNetwork, sourcing: Sourcing, netting: Netting) -> list[Note]:
    names = np.array(point_names(network), dtype=object)
    someone = total_by(whole(network, "sources", "point"), sourcing.stated, len(names)) > 0
    orphans = names[((netting.balance < -1e-6) & ~someone).any(axis=1) & ~someone.any(axis=1)]
    overdue = names[(netting.past_due > 1e-6).any(axis=1)]
    notes = list[Note]()
    if len(orphans):
        notes.append(Note("sourcing", min(orphans), "no-source", f"{some_of(orphans)}: stock runs out and no authorised source replenishes it"))
    if len(overdue):
        notes.append(Note(
            "net_requirements", min(overdue), "orders-past-due",
            f"{some_of(overdue)}: orders would have had to be placed before now or within the frozen fence; they are planned for the first period in which they can arrive",
        ))  # fmt: skip
    return notes
