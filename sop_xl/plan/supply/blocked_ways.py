"""Where the plan has no prices: the limits that are used up on the way to a short stock, read from the plan itself.

A way is a source and a period of arrival. It is blocked by its timing, by a resource, supplier or maximum without room, or by a component that
is itself blocked. The latest arrival that is not blocked by timing alone tells the cause; of several blocked sources the first by priority.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.price_parts import Part, PriceParts
from sop_xl.plan.supply.solution import SupplySolution

ROOM = 1e-6
"""Part of a limit (or units, for limits below one) under which nothing is free."""


class BlockedWays:
    """Finds what blocks a stock in a plan without prices; in one that was made without the solver limits are not kept, so that only timing does."""

    def __init__(self, solution: SupplySolution, prices: PriceParts) -> None:
        self.solution, self.network, self.links = solution, solution.network, prices.links
        self._supplier = self.network.sources["supplier"].to_numpy(dtype=int)
        self._maximum = self.network.sources["maximum"].to_numpy(dtype=float)
        self._from = self.network.sources["from_point"].to_numpy(dtype=int)
        self._yield = np.nan_to_num(self.network.sources["process_yield"].to_numpy(dtype=float), nan=1.0)
        self._hours = most_hours(solution)
        self._known: dict[tuple[int, int], list[Part]] = {}
        self._of_supplier = np.array([self.solution.orders[self._supplier == v].sum(axis=0) for v in range(len(self.network.suppliers))])

    def parts(self, point: int, period: int) -> list[Part]:
        """What blocks a stock at a period, equal parts of one unit of plan currency; empty where nothing does."""
        found = self._blocked(point, period)
        return [replace(part, amount=1.0 / len(found)) for part in found]

    def _blocked(self, point: int, period: int) -> list[Part]:
        key = (point, period)
        if key not in self._known:
            self._known[key] = []  # what a ring of transfers comes back to
            self._known[key] = self._search(point, period)
        return self._known[key]

    def _search(self, point: int, period: int) -> list[Part]:
        blocked: list[list[Part]] = []
        for arrival in range(period, -1 if self.solution.rules.prebuild else period - 1, -1):
            for source in self.links.sources[point]:
                if not self.links.why_not(source, arrival):
                    blocked.append(self._limits(point, source, arrival))
                    if not blocked[-1]:
                        return []
        if blocked:
            return blocked[0]
        constraint, row = self._timing(point, period)
        return [Part(constraint, row, period, 1.0, 1.0, (point,))]

    def _timing(self, point: int, period: int) -> tuple[str, int]:
        """Why no source delivers a stock in a period, and the row it is about: the source that delivers first, or the point."""
        sources = self.links.sources[point]
        if not sources:
            return "no_source", point
        later = range(period + 1, self.network.periods)
        first = next((s for t in later for s in sources if not self.links.why_not(s, t)), sources[0])
        return self.links.why_not(first, period) or "validity", first

    def _limits(self, point: int, source: int, arrival: int) -> list[Part]:
        """Limits without room on the way of one source, and what blocks the stocks that it takes from."""
        each = 1.0 / max(float(self._yield[source]), ROOM)
        placed = arrival - self.links.places[source]
        parts = self._full(point, source, arrival, each) if self.solution.duals else []
        lines = [[(c.point, c.quantity) for c in line] for line in self.links.bills[source]]
        if (shipped := int(self._from[source])) >= 0:
            lines.insert(0, [(shipped, 1.0)])
        for line in lines:
            short = [[part.seen_from(point, each * quantity) for part in self._component(stock, placed)] for stock, quantity in line]
            parts += short[0] if all(short) else []
        return parts

    def _full(self, point: int, source: int, arrival: int, each: float) -> list[Part]:
        """Its maximum, its supplier and its resources, where they have no room."""
        supplier, full = int(self._supplier[source]), []
        if _no_room(self._maximum[source], self.solution.orders[source, arrival]):
            full.append(("source_maximum", source, arrival, each))
        if supplier >= 0 and _no_room(self.network.supplier_limit[supplier, arrival], self._of_supplier[supplier, arrival]):
            full.append(("supplier_limit", supplier, arrival, each))
        for load in self.links.loads[source]:
            if (at := arrival - load.before) >= 0 and load.hours > 0 and _no_room(self._hours[load.resource, at], self.solution.load[load.resource, at]):
                full.append(("resource_capacity", load.resource, at, each * load.hours))
        return [Part(constraint, row, at, 1.0, quantity, (point,)) for constraint, row, at, quantity in full]

    def _component(self, point: int, period: int) -> list[Part]:
        return [] if self.solution.stock[point, period] > ROOM else self._blocked(point, period)


def _no_room(limit: float, used: float) -> bool:
    return bool(np.isfinite(limit)) and limit - used <= ROOM * max(1.0, limit)


def most_hours(solution: SupplySolution) -> Matrix:
    """Hours of regular time, overtime and shifts as authorised, and space, (R, T); inf where not limited.

    Of a resource by workers: what the workers of the plan give.
    """
    network, resources = solution.network, solution.network.resources
    each, shift = (np.nan_to_num(resources[name].to_numpy(dtype=float))[:, None] for name in ("hours_per_worker", "shift_capacity"))
    by_workers = np.isfinite(resources["workers"].to_numpy(dtype=float))[:, None] & np.isfinite(solution.workers)
    regular = np.where(by_workers, each * np.nan_to_num(solution.workers) - network.maintenance, network.capacity)
    return np.asarray(regular + network.overtime_limit + shift * network.shift_limit)


def free_hours(solution: SupplySolution) -> Matrix:
    """What the plan leaves of `most_hours`, not below zero."""
    return np.asarray((most_hours(solution) - solution.load).clip(min=0.0))
