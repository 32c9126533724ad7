"""What the price of a unit of stock is made of: the money paid for it, and the limits that keep it scarce.

At the best plan the dual of a stock's balance is what one more unit there saves. Where the plan orders the unit, that is what it costs: what the
source is paid, the price of its components, and the price of every limit on the way; where the plan carries it, the price one period before and
what lying costs (complementary slackness: Dantzig, Linear Programming and Extensions, 1963). Following the cheapest way from stock to stock splits the price of a short item into parts that
sum to it, and the part that carries the excess is the cause.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sop_xl.plan.grid import records
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.source_links import Component, source_links

MONEY = frozenset({"source_cost", "hours", "holding", "substitution", "late_part", "safety_stock", "plan_stability", "source_share"})
"""Parts that are paid (or saved, then negative), not scarce. A share gives way to every limit, and so is none."""

PAID = MONEY - {"late_part", "safety_stock", "plan_stability", "source_share"}
"""Parts that somebody is paid."""

LOTS = ("order_placed", "minimum_order", "order_multiple")
"""Constraints of whole lots; their price is that of the plan with the lots held as they are."""

TIMING = frozenset({"lead_time", "fence", "validity", "no_source"})
"""Limits that are no constraint of a programme: nothing can be ordered there at all."""

NOT_WORTH_IT = "not_worth_it"
"""What the cheapest way costs more than the unit is worth: a negative part."""

TOLERANCE = 1e-6

PricedLimit = tuple[str, int, int]
"""Constraint, row, period."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the price of one unit of a stock in one period.

    Parameters
    ----------
    constraint
        One of `MONEY`, `TIMING`, `NOT_WORTH_IT`, or the name of a constraint of the programme.
    row, period
        Row of the constraint (source, resource, supplier or point) and period in which it holds.
    amount
        Plan currency per unit of the stock that was asked about.
    quantity
        Units of what is limited that one unit of that stock takes: hours, units of the component.
    path
        Points from the stock asked about to the one where it binds.
    """

    constraint: str
    row: int
    period: int
    amount: float
    quantity: float
    path: tuple[int, ...]

    @property
    def is_scarcity(self) -> bool:
        """Whether a limit carries it: not paid to anybody."""
        return self.constraint not in MONEY and self.constraint != NOT_WORTH_IT

    def seen_from(self, point: int, units: float) -> Part:
        """The part in the price of a stock that takes `units` of this one's."""
        path = self.path if self.path[0] == point else (point, *self.path)
        return Part(self.constraint, self.row, self.period, self.amount * units, self.quantity * units, path)


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to have a unit of a stock in a period: what it costs in all, its own parts, and the stocks whose price comes on top."""

    price: float
    in_use: bool
    parts: list[tuple[str, int, int, float, float]]  # constraint, row, period, amount, quantity
    stocks: list[tuple[int, int, float]]  # point, period, units
    closed: tuple[str, int, int] | None = None  # what keeps it from being taken at all: constraint, row, period
    late: float = 0.0  # part of what is ordered that comes a period later, and is of use there

    @property
    def paid(self) -> float:
        """Money of its own, what the stocks cost on top."""
        return sum(amount for constraint, _, _, amount, _ in self.parts if constraint in PAID)


class PriceParts:
    """Splits balance prices of one solved plan; what stands in no dual has no price."""

    def __init__(self, solution: SupplySolution) -> None:
        self.solution, self.network = solution, solution.network
        self.links = source_links(self.network)
        self._known: dict[tuple[int, int], list[Part]] = {}
        self._cheapest: dict[tuple[int, int], tuple[float, list[Part]]] = {}
        self._tight: dict[tuple[int, int, bool], frozenset[PricedLimit]] = {}
        shape = (len(self.network.points), self.network.periods)
        self.balance = solution.duals.get("balance", np.zeros(shape))
        self._sources = {name: self.network.sources[name].to_numpy() for name in ("supplier", "point", "from_point")}
        self._share = self.network.sources["share"].to_numpy(dtype=float)
        self._unit_cost = np.nan_to_num(self.network.sources["unit_cost"].to_numpy(dtype=float)).clip(min=0.0)
        self._holding = np.nan_to_num(self.network.points["holding_cost"].to_numpy(dtype=float)).clip(min=0.0)
        self._life = self.network.points["shelf_life"].to_numpy(dtype=float)
        self._yield = np.nan_to_num(self.network.sources["process_yield"].to_numpy(dtype=float), nan=1.0)
        self._stored: list[list[tuple[int, float]]] = [[] for _ in range(shape[0])]
        for row in records(self.network.stores):
            self._stored[int(row.point)].append((int(row.resource), float(row.space)))
        self._paid_hour = np.nan_to_num(self.network.resources["cost_per_hour"].to_numpy(dtype=float))

    def price(self, point: int, period: int) -> float:
        """What one more unit of a stock at a period saves, plan currency."""
        return float(self.balance[point, period])

    def parts(self, point: int, period: int) -> list[Part]:
        """The price of a stock in parts that sum to it; empty where it has none."""
        key, price = (point, period), self.price(point, period)
        if key not in self._known:
            self._known[key] = [Part("other", point, period, price, 1.0, (point,))]  # what a ring of transfers comes back to
            self._known[key] = [] if abs(price) <= TOLERANCE else self._split(point, period, price)
        return self._known[key]

    def cheapest(self, point: int, period: int) -> tuple[float, list[Part]]:
        """What a stock would cost if nothing were scarce, and the limits that keep it from being had for that.

        Sources that cannot deliver in time count too. The parts are those of `parts`, along the way that pays least.
        """
        key = (point, period)
        if key not in self._cheapest:
            self._cheapest[key] = np.inf, []  # what a ring of transfers comes back to
            found = [self._free(point, period, way) for way in (*self._ways(point, period), *self._closed(point, period))]
            nothing = [Part("no_source", point, period, self.price(point, period), 1.0, (point,))]
            self._cheapest[key] = min(found, key=lambda entry: entry[0], default=(0.0, nothing))
        return self._cheapest[key]

    def _free(self, point: int, period: int, way: _Way) -> tuple[float, list[Part]]:
        cost, limits = way.paid, [Part(*part, (point,)) for part in way.parts if abs(part[3]) > TOLERANCE]
        if way.closed is not None:
            limits.append(Part(*way.closed, max(self.price(point, period) - way.price, 0.0), 1.0, (point,)))
        for stock, at, quantity in way.stocks:
            below, parts = self.cheapest(stock, at)
            cost += quantity * below
            limits += [part.seen_from(point, quantity) for part in parts]
        return cost * (1.0 - way.late), limits

    def tight(self, point: int, period: int, *, taken: bool = False) -> frozenset[PricedLimit]:
        """Limits with a price on any of the ways to a stock that would cost no more than the unit is worth.

        `parts` follows one way; more of any of these would serve the stock as well, and so what is short of it hangs on each. With `taken`
        only on ways that the plan takes.
        """
        key = (point, period, taken)
        if key not in self._tight:
            self._tight[key] = frozenset()  # what a ring of transfers comes back to
            price = self.price(point, period)
            found: set[PricedLimit] = set()
            for way in self._ways(point, period) if price > TOLERANCE else ():
                if way.price <= _above(price) and (way.in_use or not taken):
                    found |= {(c, row, at) for c, row, at, amount, _ in way.parts if amount > TOLERANCE and c not in MONEY}
                    found = found.union(*(self.tight(stock, at, taken=taken) for stock, at, _ in way.stocks))
            self._tight[key] = frozenset(found)
        return self._tight[key]

    def _dual(self, constraint: str, row: int, period: int) -> float:
        matrix = self.solution.duals.get(constraint)
        return 0.0 if matrix is None or not matrix.size or period < 0 else float(matrix[row, period])

    def _split(self, point: int, period: int, price: float) -> list[Part]:
        ways = self._ways(point, period) or self._closed(point, period)
        if not ways:
            return [Part("no_source", point, period, price, 1.0, (point,))]
        way = min(ways, key=lambda w: (not (w.in_use and w.price <= _above(price)), max(w.price, _above(price)) if w.closed is None else w.price))
        found = [Part(*part, (point,)) for part in way.parts if abs(part[3]) > TOLERANCE]
        gap = price - way.price
        if price > _above(way.price) or (way.in_use and way.price > _above(price)):
            limit = way.closed or (self._unpriced(point), point, period)
            found.append(Part(*limit, gap, 1.0, (point,)))
        elif way.price > _above(price):
            found.append(Part(NOT_WORTH_IT, point, period, gap, 1.0, (point,)))
        for stock, at, quantity in way.stocks:
            found += [part.seen_from(point, quantity) for part in self.parts(stock, at)]
        return found

    def _ways(self, point: int, period: int) -> list[_Way]:
        """Every way to have a unit of a stock in a period; carried ones last."""
        ways = [self._order(s, period) for s in self.links.sources[point] if not self.links.why_not(s, period)]
        carried = self._carry(point, period)
        return ways if carried is None else [*ways, carried]

    def _closed(self, point: int, period: int) -> list[_Way]:
        """The sources that cannot deliver in a period, as if they could; what would leave stock before the first period has no price."""
        reasons = [(s, self.links.why_not(s, period)) for s in self.links.sources[point]]
        return [replace(self._order(s, period), closed=(reason, s, period)) for s, reason in reasons if reason]

    def _order(self, source: int, period: int) -> _Way:
        """A good unit ordered from a source to arrive in a period."""
        point, placed = int(self._sources["point"][source]), period - self.links.places[source]
        process_yield, late = float(self._yield[source]), float(self.network.late_share[source, period])
        if process_yield * (1.0 - late) <= TOLERANCE:
            return _Way(np.inf, False, [], [])
        each = 1.0 / (process_yield * (1.0 - late))  # units ordered for one that is good and in time
        parts = [("source_cost", source, period, each * float(self._unit_cost[source]), each)]
        if late > 0 and period + 1 < self.network.periods:
            parts.append(("late_part", source, period, -each * process_yield * late * self.price(point, period + 1), each))
        if (supplier := int(self._sources["supplier"][source])) >= 0:
            parts.append(("supplier_limit", supplier, period, each * self._dual("supplier_limit", supplier, period), each))
        parts.append(("source_maximum", source, period, each * self._dual("source_maximum", source, period), each))
        for load in self.links.loads[source]:
            if (at := period - load.before) >= 0:
                hours = each * load.hours
                parts.append(("hours", load.resource, at, hours * float(self._paid_hour[load.resource]), hours))
                parts.append(("resource_capacity", load.resource, at, hours * self._dual("resource_capacity", load.resource, at), hours))
        if (source, period) in self.links.frozen:
            parts.append(("fence", source, period, each * self._dual("fence", source, period), each))
        parts.append(("plan_stability", source, period, each * self._dual("plan_stability", source, period), each))
        parts.append(("whole_lots", point, period, each * sum(self._dual(name, source, period) for name in LOTS), each))
        fresh = self._life_price(point, period) + (late / (1.0 - late)) * self._life_price(point, period + 1)
        parts.append(("shelf_life", point, period, -fresh, 1.0))
        if placed < 0:
            return self._way(False, parts, [], late)
        stocks = [(shipped, placed, each)] if (shipped := int(self._sources["from_point"][source])) >= 0 else []
        for line in self.links.bills[source]:
            chosen = min(line, key=lambda c: self._component_price(c, placed))
            stocks.append((chosen.point, placed, each * chosen.quantity))
            parts.append(("substitution", source, placed, each * chosen.extra_cost, each * chosen.quantity))
        return self._way(bool(self.solution.orders[source, period] > TOLERANCE), parts, stocks, late)

    def _life_price(self, point: int, arrival: int) -> float:
        """What fresh stock is worth beyond its use, as it lets stock lie in the periods of its shelf life."""
        life = self._life[point]
        if not np.isfinite(life):
            return 0.0
        last = min(arrival + max(int(life), 1), self.network.periods)
        return sum(self._dual("shelf_life", point, t) for t in range(arrival, last))

    def _component_price(self, component: Component, period: int) -> float:
        return component.quantity * self.price(component.point, period) + component.extra_cost

    def _carry(self, point: int, period: int) -> _Way | None:
        """A unit that was in stock one period before; None where none can have been."""
        before = period - 1
        if not any(self.links.can_arrive(point, t) for t in range(period)):
            return None  # what lies there was there from the start, or is on order: no more of it can be had
        carried = bool(self.solution.stock[point, before] > TOLERANCE)
        ahead = self._dual("prebuild", point, before) - self._dual("prebuild", point, period)
        parts = [
            ("prebuild", point, before, ahead, 1.0),
            ("shelf_life", point, before, self._dual("shelf_life", point, before), 1.0),
            ("holding", point, before, float(self._holding[point]), 1.0),
            ("safety_stock", point, before, -abs(self._dual("safety_stock", point, before)), 1.0),
            ("maximum_stock", point, before, self._dual("maximum_stock", point, before), 1.0),
        ]
        for resource, space in self._stored[point]:
            parts.append(("storage", resource, before, space * self._dual("storage", resource, before), space))
        return self._way(carried, parts, [(point, before, 1.0)])

    def _way(self, in_use: bool, parts: list[tuple[str, int, int, float, float]], stocks: list[tuple[int, int, float]], late: float = 0.0) -> _Way:
        price = sum(part[3] for part in parts) + sum(units * self.price(stock, at) for stock, at, units in stocks)
        return _Way(price, in_use, parts, stocks, late=late)

    def _unpriced(self, point: int) -> str:
        """What must carry what no dual carries: the price of units beside the shares of the sources, if there are any."""
        return "source_share" if np.isfinite(self._share[self.links.sources[point]]).any() else "other"


def _above(price: float) -> float:
    """Up to where another price is the same."""
    return price + TOLERANCE * max(1.0, abs(price))


def paid(parts: list[Part]) -> float:
    """Sum of what is paid, plan currency per unit."""
    return sum(part.amount for part in parts if part.constraint in MONEY)
