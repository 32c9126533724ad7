"""Shortages of a plan, what they put at risk, and the limits that cause them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.blocked_ways import BlockedWays
from sop_xl.plan.supply.displacement import Displacement
from sop_xl.plan.supply.limits import cause_kind
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.price_parts import TIMING, TOLERANCE, Part, PriceParts, paid
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.why_words import number

LEAST_UNITS = 1e-4
"""Units under which nothing is short: what a solver leaves of rounding."""

LEAST_SHARE = 0.01
"""Share of the price of a shortage under which a limit is not named."""


@dataclass(frozen=True)
class Cause:
    """One limit behind a shortage.

    Parameters
    ----------
    constraint, row
        As of `Part`; `cost`: serving costs more than waiting.
    kind
        One of the kinds of `SHORTAGES`.
    periods
        Positions in which it binds, ascending, up to the end of the shortage; those too from which stock would be carried to the shortage, and
        those in which more of it makes room there (`displacement`).
    share
        Fraction of the shortage that it carries.
    path
        Points from the short one to that where it binds.
    quantity
        Units of the limit that one unit of the short item takes.
    units
        Units of the short item that hang on it: the most that wait for it at a time, or all that is lost for it.
    amount
        Plan currency per unit of the short item, mean over the shortage; 0 where the plan has no prices.
    """

    constraint: str
    row: int
    kind: str
    periods: tuple[int, ...]
    share: float
    path: tuple[int, ...]
    quantity: float
    units: float
    amount: float


@dataclass(frozen=True)
class Shortage:
    """A run of consecutive periods in which a stock point cannot serve all that is asked of it.

    Parameters
    ----------
    point, first, last
        Positions of the point and of the first and last period.
    missing
        Units short in each of those periods: waiting at its end, or lost in it.
    lost
        Whether they are lost.
    units
        The most that wait at a time, or all that is lost.
    value, margin
        Plan currency of revenue and of gross margin of `units`; NaN without a price, or for the margin without a cost.
    causes
        The largest first.
    """

    point: int
    first: int
    last: int
    missing: Matrix
    lost: bool
    units: float
    value: float
    margin: float
    causes: tuple[Cause, ...] = ()

    @property
    def cause(self) -> Cause:
        """The largest."""
        return self.causes[0]


class CauseFinder:
    """Finds the causes of the shortages of one plan, and how many units hang on each limit.

    `hurt` maps (constraint, row, period) to the units by point that hang on it: units are counted at every limit that carries at least
    `LEAST_SHARE` of their price, so they add up to more than the shortage where several limits are tight on one way.
    """

    def __init__(self, solution: SupplySolution) -> None:
        self.solution, self.network = solution, solution.network
        self.prices = PriceParts(solution)
        self.blocked = BlockedWays(solution, self.prices)
        self.displacement = Displacement(self.prices)
        self._stream_points = self.network.streams["point"].to_numpy(dtype=int)
        self.hurt: dict[tuple[str, int, int], dict[int, float]] = defaultdict(dict)
        self.timing_prices: dict[tuple[str, int, int], float] = {}

    def shortages(self) -> list[Shortage]:
        """Every shortage with its causes, the most money first; equal ones by units, item, location and period."""
        found = [self._explained(s) for s in runs(self.solution)]
        return sorted(found, key=lambda s: (np.isnan(s.value), -np.nan_to_num(s.value), -s.units, s.point, s.first))

    def parts(self, point: int, period: int) -> list[Part]:
        """Limits that keep a point short in a period, with the share of each as its amount where the plan has no prices; never empty."""
        price, worth = self.prices.price(point, period), self._worth(point, period)
        if price > TOLERANCE and worth > TOLERANCE:
            parts = self.prices.parts(point, period)
            if (limits := self._scarce(parts, price)) and paid(parts) <= worth + TOLERANCE * max(1.0, worth):
                return limits
            # the marginal way is too dear; a cheaper one may be limited
            cost, parts = self.prices.cheapest(point, period)
            if cost < worth - TOLERANCE * max(1.0, worth) and (limits := self._scarce(parts, price)):
                return limits
            if cost >= worth - TOLERANCE * max(1.0, worth) and self.solution.rules.objective != "service first":
                return [Part("cost", point, period, max(cost - worth, 0.0), 1.0, (point,))]
        return self.blocked.parts(point, period) or [Part("cost", point, period, 0.0, 1.0, (point,))]

    @staticmethod
    def _scarce(parts: list[Part], price: float) -> list[Part]:
        return [p for p in parts if p.is_scarcity and p.constraint != "other" and p.amount > LEAST_SHARE * price]

    def _worth(self, point: int, period: int) -> float:
        """What serving one more unit of what is short saves and, in a plan of most margin, earns.

        It is the dual of the demand; the price of the stock can exceed it where nothing of the demand is served.
        """
        duals = self.solution.duals.get("unmet_demand")
        if duals is None or not duals.size:
            return self.prices.price(point, period)
        short = (self._stream_points == point) & ((self.solution.unmet + self.solution.lost)[:, period] > LEAST_UNITS)
        earned = np.maximum(np.nan_to_num(self.network.price), 0.0) if self.solution.rules.objective == "most margin" else 0.0
        return float((duals + earned)[short, period].max(initial=0.0))

    def _explained(self, shortage: Shortage) -> Shortage:
        carried: dict[tuple[str, int], list[tuple[Part, float]]] = defaultdict(list)
        hanging: dict[tuple[str, int], Matrix] = defaultdict(lambda: np.zeros(len(shortage.missing)))
        tight: dict[tuple[str, int], set[int]] = defaultdict(set)
        for step, missing in enumerate(shortage.missing):
            parts = self.parts(shortage.point, shortage.first + step)
            total = sum(max(p.amount, 0.0) for p in parts)
            for part in parts:
                share = max(part.amount, 0.0) / total if total > 0 else 1.0 / len(parts)
                if share >= LEAST_SHARE:
                    carried[part.constraint, part.row].append((part, share * float(missing)))
                    hanging[part.constraint, part.row][step] = missing
                    self._hang((part.constraint, part.row, part.period), shortage.point, float(missing))
                    self._price_timing(part)
            if parts[0].constraint == "cost":
                continue
            period = shortage.first + step
            for limit in self.displacement.reached(self.prices.tight(shortage.point, period), period):
                self._hang(limit, shortage.point, float(missing))
                tight[limit[:2]].add(limit[2])
        weight = sum(w for parts_of in carried.values() for _, w in parts_of)
        units = {key: float(missing.sum() if shortage.lost else missing.max()) for key, missing in hanging.items()}
        causes = [self._cause(key, parts_of, weight, units[key], tight[key]) for key, parts_of in carried.items()]
        causes.sort(key=lambda c: (-round(c.share, 9), c.constraint, c.row))
        return Shortage(**{**shortage.__dict__, "causes": tuple(causes)})

    def _hang(self, limit: tuple[str, int, int], point: int, missing: float) -> None:
        """Units of a stock hang on a limit once, in whichever period they are missing most."""
        self.hurt[limit][point] = max(self.hurt[limit].get(point, 0.0), missing)

    def _price_timing(self, part: Part) -> None:
        """What one unit in time would save, where no constraint of the plan has a price for it."""
        if part.constraint in TIMING and part.quantity > 0 and self.prices.balance.any():
            key = (part.constraint, part.row, part.period)
            self.timing_prices[key] = max(self.timing_prices.get(key, 0.0), part.amount / part.quantity)

    def _cause(self, key: tuple[str, int], parts: list[tuple[Part, float]], weight: float, units: float, tight: set[int]) -> Cause:
        first = max(parts, key=lambda entry: (entry[1], -entry[0].period))[0]
        mine = sum(w for _, w in parts)
        priced = bool(self.prices.balance.any())
        amount = sum(p.amount * w for p, w in parts) / mine if priced and mine > 0 else 0.0
        periods = tuple(sorted({p.period for p, _ in parts} | tight))
        kind = cause_kind(self.network, *key)
        return Cause(key[0], key[1], kind, periods, mine / weight if weight > 0 else 1.0, first.path, first.quantity, units, amount)


def runs(solution: SupplySolution) -> list[Shortage]:
    """Shortages without their causes, by point and period."""
    network = solution.network
    if not len(network.streams):
        return []
    points, price = network.streams["point"].to_numpy(dtype=int), net_prices(network)
    found: list[Shortage] = []
    for lost, by_stream in ((False, solution.unmet), (True, solution.lost)):
        by_point = np.zeros((len(network.points), network.periods))
        np.add.at(by_point, points, by_stream)
        for point in np.flatnonzero((by_point > LEAST_UNITS).any(axis=1)):
            of_point = points == point
            for first, last in _spans(by_point[point] > LEAST_UNITS):
                span = slice(first, last + 1)
                found.append(_shortage(network, int(point), first, by_stream[of_point, span], price[of_point, span], lost))
    return sorted(found, key=lambda s: (s.point, s.first, s.lost))


def net_prices(network: SupplyNetwork) -> Matrix:
    """Net price of each stream (D, T); of one without the unit price of its point; NaN where neither is known."""
    fallback = network.points["unit_price"].to_numpy(dtype=float)[network.streams["point"].to_numpy(dtype=int)]
    return np.where(network.price > 0, network.price, np.where(fallback > 0, fallback, np.nan)[:, None])


def _shortage(network: SupplyNetwork, point: int, first: int, by_stream: Matrix, price: Matrix, lost: bool) -> Shortage:
    missing = by_stream.sum(axis=0)
    counted = by_stream if lost else by_stream[:, [int(np.argmax(missing))]]
    at = price if lost else price[:, [int(np.argmax(missing))]]
    asked = counted > 0
    units = float(counted.sum())
    value = float((counted[asked] * at[asked]).sum())
    cost = number(network.points, "unit_cost", point)
    return Shortage(point, first, first + len(missing) - 1, missing, lost, units, value, value - cost * units)


def _spans(short: np.ndarray) -> list[tuple[int, int]]:
    """First and last position of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], short, [False]]).astype(int)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]
