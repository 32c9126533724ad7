"""What stock is worth, at standard or at moving average, and how its value rolls from period to period.

By item and period opening value + receipts - issues = closing value. At standard every unit counts at the unit cost of its stock. At moving average
(weighted average cost, IAS 2.25) opening stock counts at unit cost, what arrives at what it cost: the price of its source, the average of its components
when they left stock, and its conversion; the price of a transfer is freight, a cost of its period. Receipts of a period enter the average before its issues leave at it. What has left one stock and
not yet arrived in the next, with the work done on it, is work in process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sop_xl.plan.excess_stock import planned_use
from sop_xl.plan.grid import Mask, Matrix, Positions
from sop_xl.plan.supply.build.sourcing import SUPPLIED
from sop_xl.plan.supply.conversion import STARTED, Conversion, by_arrival, rate
from sop_xl.plan.supply.flows import numbers, placed, sum_by, total_by, whole
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.unit_costs import supply_cost

STANDARD, MOVING_AVERAGE = "standard", "moving average"
DEEPEST_BILL = 30
"""Levels of bills and transfers within one period beyond which a ring is taken to be one."""


@dataclass(frozen=True, slots=True)
class StockValue:
    """Value of stock, plan currency; rows are stock points, columns planned periods.

    Parameters
    ----------
    opening
        (N,) at the start of the first period; NaN where stock lies there whose cost is not known.
    unit_value
        (N, T) of a unit at the end of the period; NaN = not known.
    receipts, issues, closing
        (N, T). Where the unit value is not known, NaN unless there are no units.
    work_in_process
        (N, T) at the end of the period, at the stock that it will arrive in.
    cost
        (N, T) what the receipts cost: at moving average it is `receipts`; at standard the difference is a variance.
    """

    opening: Matrix
    unit_value: Matrix
    receipts: Matrix
    issues: Matrix
    closing: Matrix
    work_in_process: Matrix
    cost: Matrix


def value_stock(solution: SupplySolution, made: Conversion, valuation: str, unit_cost: Matrix | None = None) -> StockValue:
    """Value the stocks of a plan.

    Parameters
    ----------
    solution
        The plan.
    made
        Its conversion cost, see `plan.supply.conversion.conversion`.
    valuation
        `standard` or `moving average`. A stock whose unit cost is not known has no value at standard; at moving average it
        begins at what its regular source charges, where that is known.
    unit_cost
        (N,) standard cost of every stock, NaN = not known; None = that of the network, which fills gaps with what sources charge.
    """
    network = solution.network
    costs = _ReceiptCosts(solution, made)
    standard = numbers(network, "points", "unit_cost") if unit_cost is None else unit_cost
    if valuation == STANDARD:
        unit_value = np.repeat(standard[:, None], network.periods, axis=1)
        of_components = np.nan_to_num(unit_value)
        first = standard
        cost = total_by(whole(network, "sources", "point"), costs.arrived(of_components), len(standard)) + costs.on_order
    else:
        first = _first_average(network)
        unit_value, cost = _moving_average(solution, costs, np.nan_to_num(first))
        unit_value = np.where(np.isnan(first)[:, None] & (unit_value == 0.0), np.nan, unit_value)
        of_components = np.nan_to_num(unit_value)
    units_in = network.scheduled + total_by(whole(network, "sources", "point"), solution.receipts, len(standard))
    opening, closing = _worth(network.opening, first), _worth(solution.stock, unit_value)
    before = np.concatenate([opening[:, None], closing[:, :-1]], axis=1)
    receipts = _worth(units_in, unit_value) if valuation == STANDARD else cost
    return StockValue(
        opening=opening, unit_value=unit_value, receipts=receipts, issues=before + receipts - closing, closing=closing,
        work_in_process=costs.work_in_process(of_components), cost=cost,
    )  # fmt: skip


def _worth(units: Matrix, unit_value: Matrix) -> Matrix:
    return np.where(units == 0.0, 0.0, units * unit_value)


def _first_average(network: SupplyNetwork) -> Matrix:
    """(N,) unit value at the start: unit cost, else what the regular source charges; NaN where neither is known."""
    standard, charged = numbers(network, "points", "unit_cost"), supply_cost(network)
    return np.where(np.isnan(standard), np.where(charged > 0, charged, np.nan), standard)


def _moving_average(solution: SupplySolution, costs: _ReceiptCosts, first: Matrix) -> tuple[Matrix, Matrix]:
    """Average of every stock and period, and what the receipts cost: (N, T) each.

    Period by period; within one from components to what is made of them, each level of the bill at once. In a ring of bills within
    one period the average of the period before stands in.
    """
    network = solution.network
    point = whole(network, "sources", "point")
    units_in = network.scheduled + total_by(point, solution.receipts, len(first))
    average, cost = np.zeros_like(units_in), costs.on_order.copy()
    level_of_source = _levels(network)[point]
    bought_before = np.setdiff1d(np.arange(len(first)), point)  # no source, open orders at most
    last, held = first, network.opening
    for t in range(network.periods):
        average[:, t] = last
        average[bought_before, t] = _mix(held[bought_before], last[bought_before], units_in[bought_before, t], cost[bought_before, t])
        for sources in _by_level(level_of_source):
            here = np.unique(point[sources])
            cost[here, t] = costs.on_order[here, t] + sum_by(point[sources], costs.arrived_of(sources, t, average), len(first))[here]
            average[here, t] = _mix(held[here], last[here], units_in[here, t], cost[here, t])
        last, held = average[:, t], solution.stock[:, t]
    return average, cost


def _mix(held: Matrix, value: Matrix, units: Matrix, cost: Matrix) -> Matrix:
    together = held + units
    there = together > STARTED
    return np.where(there, (held * value + cost) / np.where(there, together, 1.0), value)


def _by_level(level: Positions) -> Iterator[Positions]:
    for one in np.unique(level):
        yield np.flatnonzero(level == one)


def _levels(network: SupplyNetwork) -> Positions:
    """(N,) level of each stock: above every stock that it takes from within the same period."""
    at_once: Mask = whole(network, "sources", "lead_periods") == 0
    point, origin = whole(network, "sources", "point"), whole(network, "sources", "from_point")
    maker, component = whole(network, "uses", "source"), whole(network, "uses", "component")
    shipped = at_once & (origin >= 0)
    below = np.concatenate([component[at_once[maker]], origin[shipped]])
    above = np.concatenate([point[maker[at_once[maker]]], point[shipped]])
    level = np.zeros(len(network.points), dtype=np.intp)
    for _ in range(DEEPEST_BILL):
        after = level.copy()
        np.maximum.at(after, above, level[below] + 1)
        if (after == level).all():
            break
        level = after
    return level


class _ReceiptCosts:
    """What the orders of a plan cost when they arrive: price, components and goods shipped on at given values, conversion.

    `on_order` is (N, T): what was on order before the plan is bought at what the regular source charges, as `plan.supply.figures` counts it.
    """

    def __init__(self, solution: SupplySolution, made: Conversion) -> None:
        network = solution.network
        self.solution, self.network, self.made = solution, network, made
        self.on_order = network.scheduled * supply_cost(network)[:, None]
        self._maker, self._component = whole(network, "uses", "source"), whole(network, "uses", "component")
        self._origin, self._lead = whole(network, "sources", "from_point"), whole(network, "sources", "lead_periods")
        self._released = placed(network, solution.orders)
        self._price = np.where(network.sources["kind"].isin(SUPPLIED).to_numpy(dtype=bool), rate(network, "sources", "unit_cost"), 0.0)

    def arrived(self, values: Matrix) -> Matrix:
        """(S, T) cost of what arrives, with (N, T) values of the stocks that it took from."""
        return _delayed(self.network, by_arrival(self.solution, self._taken(values)) + self._beside())

    def arrived_of(self, sources: Positions, t: int, values: Matrix) -> Matrix:
        """The same of some sources in one period; only values up to that period count."""
        due = self._due(sources, t, values)
        late = self.network.late_share[sources]
        before = self._due(sources, t - 1, values) * late[:, t - 1] if t and late[:, t - 1].any() else 0.0
        return np.asarray(due * (1.0 - late[:, t]) + before)

    def work_in_process(self, values: Matrix) -> Matrix:
        """(N, T) what has left stock or was worked on and has not arrived."""
        begun = self._taken(values) + self.made.worked
        arrived = _delayed(self.network, by_arrival(self.solution, self._taken(values)) + self.made.of_orders)
        by_source = np.cumsum(begun - arrived, axis=1)
        by_source = np.where(np.abs(by_source) < STARTED, 0.0, by_source)
        return total_by(whole(self.network, "sources", "point"), by_source, len(self.network.points))

    def _beside(self) -> Matrix:
        return self._price[:, None] * self.solution.orders + self.made.of_orders

    def _taken(self, values: Matrix) -> Matrix:
        """(S, T) value of components and shipped goods by the period in which they leave stock."""
        components = total_by(self._maker, self.solution.uses * values[self._component], len(self._origin))
        shipped = np.where((self._origin >= 0)[:, None], self._released * values[np.maximum(self._origin, 0)], 0.0)
        return components + shipped

    def _due(self, sources: Positions, t: int, values: Matrix) -> Matrix:
        """(K,) cost of the orders of some sources that are due in a period."""
        orders = self.solution.orders[sources, t]
        when = np.maximum(t - self._lead[sources], 0)
        released = self._released[sources, when]
        lines = self._lines_of(sources)
        place = np.full(len(self._origin), -1, dtype=np.intp)
        place[sources] = np.arange(len(sources))
        at = place[self._maker[lines]]
        taken = sum_by(at, self.solution.uses[lines, when[at]] * values[self._component[lines], when[at]], len(sources))
        each = np.where(released > STARTED, taken / np.where(released > STARTED, released, 1.0), 0.0)
        origin = self._origin[sources]
        each += np.where(origin >= 0, values[np.maximum(origin, 0), when], 0.0)
        return np.asarray(orders * (each + self._price[sources]) + self.made.of_orders[sources, t])

    def _lines_of(self, sources: Positions) -> Positions:
        wanted = np.zeros(len(self._origin), dtype=bool)
        wanted[sources] = True
        return np.flatnonzero(wanted[self._maker])


def _delayed(network: SupplyNetwork, amounts: Matrix) -> Matrix:
    """(S, T) money that comes with the goods: the part of an order that is late comes a period later."""
    late = amounts * network.late_share
    result = amounts - late
    result[:, 1:] += late[:, :-1]
    return result


def issued_units(solution: SupplySolution) -> Matrix:
    """(N, T) units that leave each stock: for customers, for other stocks, and past their shelf life."""
    return planned_use(solution) + solution.expired
