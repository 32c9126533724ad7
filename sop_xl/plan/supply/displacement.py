"""Limits that serve a shortage though they lie on no way to it: more of them makes other items, and these make room.

An hour of August cannot make what is short in July, but it may make something that the plan makes in May and carries, and the hour of May then
serves the shortage. At the best plan this costs nothing where the ways of the carried item through May and August cost the same (zero reduced
cost: Dantzig, Linear Programming and Extensions, 1963), so whatever hangs on the hour that the plan takes hangs on the other as well. Following
such steps to their end gives every period of a resource, a supplier or the maximum of a source in which more of it serves the shortage.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sop_xl.plan.supply.price_parts import PricedLimit, PriceParts

SHARED = ("resource_capacity", "supplier_limit", "source_maximum")
"""Limits of what can be used for one item instead of another, or in one period instead of another."""


class Displacement:
    """Finds the periods of shared limits that stand in for one another in a solved plan."""

    def __init__(self, prices: PriceParts) -> None:
        self._prices = prices
        self._steps: dict[tuple[str, int], set[tuple[frozenset[int], frozenset[int]]]] | None = None

    def reached(self, limits: Iterable[PricedLimit], until: int) -> frozenset[PricedLimit]:
        """Those limits, and the other periods of the same ones up to `until` in which more of them makes room there."""
        starts, found = set(limits), set(limits)
        for constraint, row in {limit[:2] for limit in starts if limit[0] in SHARED}:
            periods = {at for c, r, at in starts if (c, r) == (constraint, row)}
            found |= {(constraint, row, at) for at in self._closure((constraint, row), periods, until)}
        return frozenset(found)

    def _closure(self, limit: tuple[str, int], periods: set[int], until: int) -> set[int]:
        steps, known = self._all_steps()[limit], -1
        while known < len(periods):
            known = len(periods)
            periods = periods.union(*({at for at in instead if at <= until} for taken, instead in steps if taken & periods))
        return periods

    def _all_steps(self) -> dict[tuple[str, int], set[tuple[frozenset[int], frozenset[int]]]]:
        """By limit: the periods in which the plan takes it for a stock, and those in which it could as well."""
        if self._steps is None:
            self._steps = defaultdict(set)
            points, periods = self._prices.balance.shape
            for point in range(points):
                for period in range(periods):
                    self._add_steps(self._steps, point, period)
        return self._steps

    def _add_steps(self, steps: dict[tuple[str, int], set[tuple[frozenset[int], frozenset[int]]]], point: int, period: int) -> None:
        taken, instead = (_by_limit(self._prices.tight(point, period, taken=only)) for only in (True, False))
        for limit, periods in taken.items():
            if len(instead.get(limit, ())) > 1:
                steps[limit].add((periods, instead[limit]))


def _by_limit(limits: Iterable[PricedLimit]) -> dict[tuple[str, int], frozenset[int]]:
    found: dict[tuple[str, int], set[int]] = defaultdict(set)
    for constraint, row, period in limits:
        if constraint in SHARED:
            found[constraint, row].add(period)
    return {limit: frozenset(periods) for limit, periods in found.items()}
