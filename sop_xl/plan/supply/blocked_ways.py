"""Where the plan has no prices: the limits that are used up on the way to a short stock, read from the plan itself.

A way is a source and a period of arrival. It is blocked by its timing, by a resource, supplier or maximum without room, or by a component that
is itself blocked. The latest arrival that is not blocked by timing alone tells the cause; of several blocked sources the first by priority.
"""

from __future__ import annotations

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.price_parts import Part, PriceParts
from sop_xl.plan.supply.solution import SupplySolution

ROOM = 1e-6
"""Part of a limit (or units, for limits below one) under which nothing is free."""


class BlockedWays:
    """Finds what blocks a stock in a plan without prices."""

    def __init__(self, solution: SupplySolution, prices: PriceParts) -> None:
        self.solution, self.network, self.links = solution, solution.network, prices.links
        self._supplier = self.network.sources["supplier"].to_numpy(dtype=int)
        self._maximum = self.network.sources["maximum"].to_numpy(dtype=float)
        self._from = self.network.sources["from_point"].to_numpy(dtype=int)
        self._yield = np.nan_to_num(self.network.sources["process_yield"].to_numpy(dtype=float), nan=1.0)
        self.free_hours = free_hours(solution)
        self._of_supplier = np.array([self.solution.orders[self._supplier == v].sum(axis=0) for v in range(len(self.network.suppliers))])

    def parts(self, point: int, period: int) -> list[Part]:
        """What blocks a stock at a period, equal parts of one unit of plan currency; empty where nothing does."""
        found = self._blocked(point, period, 1.0, (), frozenset())
        return [Part(p.constraint, p.row, p.period, 1.0 / len(found), p.quantity, p.path) for p in found]

    def _blocked(self, point: int, period: int, units: float, path: tuple[int, ...], seen: frozenset[tuple[int, int]]) -> list[Part]:
        here = (*path, point)
        if (point, period) in seen:
            return []
        seen = seen | {(point, period)}
        earliest = 0 if self.solution.rules.prebuild else period
        blocked: list[list[Part]] = []
        for arrival in range(period, earliest - 1, -1):
            for source in self.links.sources[point]:
                if self.links.why_not(source, arrival):
                    continue
                parts = self._limits(source, arrival, units, here, seen)
                if not parts:
                    return []
                blocked.append(parts)
        if blocked:
            return blocked[0]
        later = next((t for t in range(period + 1, self.network.periods) if self.links.can_arrive(point, t)), None)
        constraint, row = self._timing(point, period, later)
        return [Part(constraint, row, period, 1.0, units, here)]

    def _timing(self, point: int, period: int, later: int | None) -> tuple[str, int]:
        """Why no source delivers a stock in a period, and the row it is about: the source that delivers first, or the point."""
        sources = self.links.sources[point]
        if not sources:
            return "no_source", point
        first = next((s for s in sources if later is not None and not self.links.why_not(s, later)), sources[0])
        return self.links.why_not(first, period) or "validity", first

    def _limits(self, source: int, arrival: int, units: float, path: tuple[int, ...], seen: frozenset[tuple[int, int]]) -> list[Part]:
        """Limits without room on the way of one source."""
        each = units / max(float(self._yield[source]), ROOM)
        placed, parts = arrival - self.links.places[source], []
        supplier, maximum = int(self._supplier[source]), float(self._maximum[source])
        if np.isfinite(maximum) and maximum - self.solution.orders[source, arrival] <= ROOM * max(1.0, maximum):
            parts.append(Part("source_maximum", source, arrival, 1.0, each, path))
        if supplier >= 0 and np.isfinite(limit := float(self.network.supplier_limit[supplier, arrival])) and limit - self._of_supplier[supplier, arrival] <= ROOM * max(1.0, limit):
            parts.append(Part("supplier_limit", supplier, arrival, 1.0, each, path))
        for load in self.links.loads[source]:
            if (at := arrival - load.before) >= 0 and load.hours > 0 and self.free_hours[load.resource, at] <= ROOM * max(1.0, self.solution.load[load.resource, at]):
                parts.append(Part("resource_capacity", load.resource, at, 1.0, each * load.hours, path))
        if (shipped := int(self._from[source])) >= 0:
            parts += self._component(shipped, placed, each, path, seen)
        for line in self.links.bills[source]:
            short = [self._component(c.point, placed, each * c.quantity, path, seen) for c in line]
            if all(short):
                parts += short[0]
        return parts

    def _component(self, point: int, period: int, units: float, path: tuple[int, ...], seen: frozenset[tuple[int, int]]) -> list[Part]:
        return [] if self.solution.stock[point, period] > ROOM else self._blocked(point, period, units, path, seen)


def free_hours(solution: SupplySolution) -> Matrix:
    """Hours (or space) left of regular time, overtime and shifts as authorised (R, T); inf where not limited.

    Of a resource by workers: what the workers of the plan give.
    """
    network = solution.network
    limit = regular_hours(solution)
    if len(network.resources):
        shift = network.resources["shift_capacity"].to_numpy(dtype=float)[:, None]
        limit = limit + network.overtime_limit + shift * network.shift_limit
    return np.asarray((limit - solution.load).clip(min=0.0))


def regular_hours(solution: SupplySolution) -> Matrix:
    """Hours of regular time (R, T) with the workers that the plan has; space of storage; inf where not limited."""
    network = solution.network
    each = network.resources["hours_per_worker"].to_numpy(dtype=float)[:, None]
    by_workers = np.isfinite(network.resources["workers"].to_numpy(dtype=float))[:, None] & np.isfinite(solution.workers)
    return np.where(by_workers, each * np.nan_to_num(solution.workers) - network.maintenance, network.capacity)
