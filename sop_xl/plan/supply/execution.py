"""What becomes of netted orders when components are not there in time.

Netting lets a component run short without holding up what is made of it. Carried out, an order waits until its components
are in stock: the part that they suffice for is placed, the rest is tried again in the next period. Where several takers want
the same stock, each gets the same part of what it wants, customers included (fair share); what one of them cannot use
for want of another component goes to customers first, then stays. Customers of one stock are served by priority, and in
equal parts of what they want within the same priority.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sop_xl.plan.grid import Mask, Matrix, Positions
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.supply.flows import numbers, regular_uses, sum_by, whole
from sop_xl.plan.supply.netting import Netting
from sop_xl.plan.supply.network import SupplyNetwork, point_names


@dataclass(frozen=True)
class Executed:
    """A plan that can be carried out: matrices as `SupplySolution` names them, and what waited for components."""

    orders: Matrix
    uses: Matrix
    stock: Matrix
    unmet: Matrix
    lost: Matrix
    notes: list[Note] = field(default_factory=list)


def carry_out(network: SupplyNetwork, netting: Netting, unmet: str) -> Executed:
    """Place the netted orders period by period, as far as the stocks they take from suffice; see the module.

    Where they suffice everywhere the orders are those of the netting. An order that waits may become smaller than its lot, and never
    arrives after the horizon or the validity of its source.
    """
    periods, points = network.periods, len(network.points)
    orders, stock = np.zeros_like(netting.orders), np.zeros((points, periods))
    waiting_units, lost = np.zeros_like(network.demand), np.zeros_like(network.demand)
    takes = _Takes.of(network)
    uses = np.zeros((len(network.uses), periods))
    point, lead = whole(network, "sources", "point"), whole(network, "sources", "lead_periods")
    last, process_yield = whole(network, "sources", "last"), numbers(network, "sources", "process_yield")
    arriving = np.zeros((points, periods + 1)) + np.pad(network.scheduled, ((0, 0), (0, 1)))
    closing, backlog, held = network.opening.astype(float), np.zeros(len(network.demand)), np.zeros(len(network.sources))
    held_up = np.zeros(len(network.sources), dtype=bool)
    stream_point = whole(network, "streams", "point")
    for t in range(periods):
        available = closing + arriving[:, t]
        wanted = backlog + network.demand[:, t]
        want = np.where(t + lead <= np.minimum(last, periods - 1), netting.releases[:, t] + held, 0.0)
        total = takes.units(want) + sum_by(stream_point, wanted, points)
        go = np.zeros_like(want)
        part = np.ones(points)
        for level in range(int(netting.level.max(initial=-1)), -1, -1):
            own = netting.level[point] == level
            go[own] = (want * takes.least(part, len(want)))[own]
            now = own & (lead == 0) & (go > 0)
            if now.any():
                late = go[now] * process_yield[now] * network.late_share[now, t]
                np.add.at(available, point[now], go[now] * process_yield[now] - late)
                np.add.at(arriving, (point[now], t + 1), late)
            here = netting.level == level
            part[here] = _part(available[here], total[here])
        held_up |= want - go > 1e-6 * (1.0 + want)
        held = netting.releases[:, t] + held - go
        held[held < 1e-9 * (1.0 + want)] = 0.0
        _send(network, go, t, orders, arriving)
        uses[:, t] = takes.lines(go)
        available = np.maximum(available - takes.units(go), 0.0)
        served = _serve(network, available, wanted)
        left = np.where(wanted - served > 1e-9 * (1.0 + wanted), wanted - served, 0.0)
        (lost if unmet == "lost sales" else waiting_units)[:, t] = left
        backlog = np.zeros_like(left) if unmet == "lost sales" else left
        closing = available - sum_by(stream_point, served, points)
        closing[closing < 1e-9 * (1.0 + available)] = 0.0
        stock[:, t] = closing
    return Executed(orders, uses, stock, waiting_units, lost, _notes(network, held_up))


@dataclass(frozen=True)
class _Takes:
    """What placing one unit with each source takes from stocks: the regular bill and, for transfers, the unit itself."""

    line: Positions
    source: Positions
    giver: Positions
    quantity: Matrix
    count: int
    points: int

    @classmethod
    def of(cls, network: SupplyNetwork) -> _Takes:
        lines = np.flatnonzero(regular_uses(network) & (numbers(network, "uses", "quantity") > 0))
        origin = whole(network, "sources", "from_point")
        moves = np.flatnonzero(origin >= 0)
        return cls(
            line=lines, source=np.concatenate([whole(network, "uses", "source")[lines], moves]),
            giver=np.concatenate([whole(network, "uses", "component")[lines], origin[moves]]),
            quantity=np.concatenate([numbers(network, "uses", "quantity")[lines], np.ones(len(moves))]),
            count=len(network.uses), points=len(network.points),
        )  # fmt: skip

    def units(self, go: Matrix) -> Matrix:
        """(N,) units that such orders take from every stock."""
        return sum_by(self.giver, go[self.source] * self.quantity, self.points)

    def lines(self, go: Matrix) -> Matrix:
        """(U,) units that such orders take by line of the bill."""
        result = np.zeros(self.count)
        result[self.line] = (go[self.source] * self.quantity)[: len(self.line)]
        return result

    def least(self, part: Matrix, sources: int) -> Matrix:
        """(S,) the smallest part that any stock gives of what a source takes."""
        result = np.ones(sources)
        np.minimum.at(result, self.source, part[self.giver])
        return result


def _part(available: Matrix, wanted: Matrix) -> Matrix:
    enough: Mask = available >= wanted - 1e-9 * (1.0 + wanted)
    return np.where(enough, 1.0, np.maximum(available, 0.0) / np.where(enough, 1.0, wanted))


def _send(network: SupplyNetwork, go: Matrix, t: int, orders: Matrix, arriving: Matrix) -> None:
    """Book orders placed in period t into the period of their arrival; what arrives at once is in stock already."""
    point, lead = whole(network, "sources", "point"), whole(network, "sources", "lead_periods")
    sent = np.flatnonzero(go > 0)
    orders[sent, t + lead[sent]] = go[sent]
    later = sent[lead[sent] > 0]
    arrival = t + lead[later]
    good = go[later] * numbers(network, "sources", "process_yield")[later]
    late = good * network.late_share[later, arrival]
    np.add.at(arriving, (point[later], arrival), good - late)
    np.add.at(arriving, (point[later], arrival + 1), late)


def _serve(network: SupplyNetwork, available: Matrix, wanted: Matrix) -> Matrix:
    """(D,) units served, the lowest priority number first."""
    point, priority = whole(network, "streams", "point"), numbers(network, "streams", "priority")
    rest, served = available.copy(), np.zeros_like(wanted)
    for rank in np.unique(priority):
        asking = priority == rank
        asked = sum_by(point[asking], wanted[asking], len(rest))
        served[asking] = wanted[asking] * _part(rest, asked)[point[asking]]
        rest = np.maximum(rest - sum_by(point[asking], served[asking], len(rest)), 0.0)
    return served


def _notes(network: SupplyNetwork, held_up: Mask) -> list[Note]:
    if not held_up.any():
        return []
    names = np.array(point_names(network), dtype=object)[whole(network, "sources", "point")[held_up]]
    return [Note("supply_plan", min(names), "waits-for-components", f"orders for {some_of(names)} wait for components that do not arrive in time")]
