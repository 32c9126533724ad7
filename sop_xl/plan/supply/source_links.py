"""Who needs what in a supply network: sources by stock point, components and loads by source, and when a source can deliver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Positions, records
from sop_xl.plan.supply.network import SupplyNetwork


@dataclass(frozen=True, slots=True)
class Component:
    """One line of a source's bill: `quantity` units of point `point` per unit ordered, at `extra_cost` each beyond their own price."""

    point: int
    quantity: float
    extra_cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Load:
    """`hours` of resource `resource` per unit ordered, `before` periods before it arrives."""

    resource: int
    hours: float
    before: int


@dataclass(frozen=True)
class SourceLinks:
    """A network as walks need it.

    Parameters
    ----------
    sources
        Authorised sources by stock point, in the network's order (priority first).
    bills
        By source: for each regular line the component and after it every authorised substitute of it.
    loads
        By source.
    places, fences
        By source: periods from order to receipt, and of its point the periods in which nothing new may be placed.
    first, last
        By source: the periods in which its receipts may arrive, both included.
    frozen
        Source and period of arrival of what the last plan has within a fence: up to that it may be ordered.
    """

    sources: list[list[int]]
    bills: list[list[list[Component]]]
    loads: list[list[Load]]
    places: list[int]
    fences: list[int]
    first: list[int]
    last: list[int]
    frozen: frozenset[tuple[int, int]]

    def why_not(self, source: int, arrival: int) -> str:
        """Why nothing of the source can arrive in a period: `lead_time`, `fence`, `validity`; `""` where it can."""
        placed = arrival - self.places[source]
        if placed < 0:
            return "lead_time"
        if placed < self.fences[source] and (source, arrival) not in self.frozen:
            return "fence"
        return "" if self.first[source] <= arrival <= self.last[source] else "validity"

    def can_arrive(self, point: int, arrival: int) -> bool:
        """Whether any source of a stock point can deliver in a period."""
        return any(not self.why_not(s, arrival) for s in self.sources[point])


def source_links(network: SupplyNetwork) -> SourceLinks:
    """The links of a network; what is not authorised is left out."""
    rows, uses, count = network.sources, network.uses, len(network.sources)
    points = rows["point"].to_numpy(dtype=int)
    by_point: list[list[int]] = [[] for _ in range(len(network.points))]
    for s in np.flatnonzero(rows["authorised"].to_numpy(dtype=bool)):
        by_point[points[s]].append(int(s))
    bills: list[list[list[Component]]] = [[] for _ in range(count)]
    released = uses[uses["authorised"].astype(bool)]
    lines: dict[int, list[Component]] = {}
    for line, row in zip(released.index.tolist(), records(released), strict=True):
        if row.substitute_for < 0:
            lines[line] = [Component(int(row.component), float(row.quantity))]
            bills[int(row.source)].append(lines[line])
    for row in records(released):
        if (regular := lines.get(int(row.substitute_for))) is not None:
            of_one = float(row.quantity) * regular[0].quantity
            regular.append(Component(int(row.component), of_one, max(float(np.nan_to_num(row.extra_cost)), 0.0) * of_one))
    loads: list[list[Load]] = [[] for _ in range(count)]
    for row in records(network.loads):
        loads[int(row.source)].append(Load(int(row.resource), float(row.hours), int(row.before)))
    return SourceLinks(
        by_point,
        bills,
        loads,
        rows["lead_periods"].astype(int).tolist(),
        _whole(network.points["fence"], 0)[points].tolist(),
        _whole(rows["first"], 0).tolist(),
        _whole(rows["last"], network.periods - 1).tolist(),
        frozenset((int(s), int(t)) for s, t in np.argwhere(network.previous_orders > 0)),
    )


def _whole(numbers: pd.Series, absent: int) -> Positions:
    return np.asarray(numbers.astype(float).fillna(absent), dtype=np.intp)
