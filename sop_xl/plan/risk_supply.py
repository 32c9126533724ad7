"""What the supply plan makes of a risk: the plan is made anew with demand or capacity as the risk would have it, and the two are compared.

A plan made anew says exactly what a planner asks: of demand above the plan as much sells as material, lead times and free hours allow; of hours
that are lost, part is made up for later or in overtime that is authorised, and what is left is not served. Nothing is estimated from shadow prices,
which hold for the first hours only.

A risk strikes unannounced: nothing is ordered or made ahead of it. What the plan places before the first period of the risk stays as it is; only from then
on may it plan otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix, Positions, pair_positions
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.risk_reach import Planned
from sop_xl.plan.scenario_drivers import change_capacity
from sop_xl.plan.scenario_world import Change, World
from sop_xl.plan.supply.figures import missed, served
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solution import SupplySolution

Resolve = Callable[[SupplyNetwork], SupplySolution]
"""Makes the plan of a network that differs from the plan's own in numbers."""

BESIDE_STANDARD = ("overtime", "shifts", "workforce", "substitutes")
"""Kinds of cost of the supply plan that the standard cost of what is sold does not hold."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the supply plan makes of a change.

    Parameters
    ----------
    units
        (series, periods) change of units sold.
    asked, missed
        Change of units asked for, and of units not served in their period, over the plan.
    cost
        Change of what the plan pays beside standard cost (`BESIDE_STANDARD`), plan currency.
    """

    units: Matrix
    asked: float
    missed: float
    cost: float


class SupplyResponse:
    """The supply plan, asked again.

    Parameters
    ----------
    planned
        Units and money of the plan.
    network
        Of the plan.
    locations
        LOCATIONS: whose stock serves whom.
    resolve
        See `Resolve`.
    """

    def __init__(self, planned: Planned, network: SupplyNetwork, locations: pd.DataFrame, resolve: Resolve) -> None:
        self.planned, self.network, self._locations, self._resolve = planned, network, locations, resolve
        series = planned.grid.series
        stocked = series[["item"]].assign(location=stocking_location(series["location"], locations))
        self._point: Positions = pair_positions(network.points, stocked)
        self._base = resolve(network)  # of the same search as the others, so that nothing but the change tells them apart
        self._served, self._missed = served(self._base), float(missed(self._base).sum())

    @property
    def is_short(self) -> bool:
        """Whether the plan leaves anything waiting or unserved."""
        return self._missed > 1e-6 * max(float(self.network.demand.sum()), 1.0)

    def with_demand(self, change: Matrix, customer: str = "", network: SupplyNetwork | None = None) -> SupplyNetwork:
        """The network with demand that is (series, periods) units more or less, of one customer class where the plan tells them apart.

        On top of what another network has already, where one is given.
        """
        network = network or self.network
        streams, demand = network.streams, network.demand
        point = streams["point"].to_numpy(dtype=np.intp)
        more = np.zeros((len(self.network.points), self.network.periods))
        known = self._point >= 0
        np.add.at(more, self._point[known], change[known])
        weight = demand.copy()
        if customer:
            own = (streams["customer"] == customer).to_numpy(dtype=bool)
            of_class = np.isin(point, point[own])
            weight[of_class & ~own] = 0.0
        return replace(network, demand=np.maximum(demand + more[point] * self._parts(weight, point), 0.0))

    def with_capacity(
        self, resource: str, span: tuple[int, int], action: str, value: float, network: SupplyNetwork | None = None
    ) -> SupplyNetwork:
        """The network with hours of a resource (`""` = every one that works by the hour) changed in a span of positions, both included.

        On top of what another network has already, where one is given. Raises `RefusedDriver` where the resource has no limit.
        """
        network, (first, last) = network or self.network, span
        change = Change("capacity", "", "", "", "", resource, "", first, last, True, action, value)
        changed = change_capacity(self._world(network), change).network
        if resource:
            return changed
        storage = (network.resources["kind"] == "storage").to_numpy(dtype=bool)
        kept = {name: np.where(storage[:, None], getattr(network, name), getattr(changed, name)) for name in ("capacity", "maintenance")}
        return replace(changed, **kept)

    def to(self, network: SupplyNetwork, first: int) -> Response:
        """What the plan of that network, known from a position on, sells, asks for, misses and pays beside the plan as it is."""
        return self.answer(self.plan(network, first))

    def plan(self, network: SupplyNetwork, first: int, before: SupplySolution | None = None) -> SupplySolution:
        """The plan of that network, known from a position on; up to there it orders as `before` does, by default as the plan as it is."""
        return self._resolve(self._unannounced(network, first, before or self._base))

    def answer(self, plan: SupplySolution) -> Response:
        """How a plan differs from the plan as it is."""
        network = plan.network
        point = self.network.streams["point"].to_numpy(dtype=np.intp)
        by_point = np.zeros((len(self.network.points), self.network.periods))
        np.add.at(by_point, point, served(plan) - self._served)
        by_point[np.abs(by_point) < 1e-6] = 0.0
        return Response(
            self._by_series(by_point),
            float(network.demand.sum() - self.network.demand.sum()),
            float(missed(plan).sum()) - self._missed,
            sum(plan.costs.get(kind, 0.0) - self._base.costs.get(kind, 0.0) for kind in BESIDE_STANDARD),
        )

    def _unannounced(self, network: SupplyNetwork, first: int, before: SupplySolution) -> SupplyNetwork:
        """The network in which orders placed before a position are at most those of a plan."""
        if first <= 0:
            return network
        placed = np.arange(network.periods)[None, :] - network.sources["lead_periods"].to_numpy(dtype=int)[:, None]
        fence = network.points["fence"].fillna(0.0).clip(lower=float(first))
        orders = np.where(placed < first, before.orders, network.previous_orders)
        return replace(network, points=network.points.assign(fence=fence), previous_orders=orders)

    def _by_series(self, by_point: Matrix) -> Matrix:
        """Units of each stock on the series that it serves: by what is planned there in the period, else over the plan."""
        known = self._point >= 0
        units = np.zeros(self.planned.volume.shape)
        at = self._point[known]
        units[known] = by_point[at] * self._parts(np.maximum(self.planned.volume[known], 0.0), at)
        return units

    def _parts(self, weight: Matrix, point: Positions) -> Matrix:
        """Part of each row in its point: by its weight in the period, else over the plan, else alike."""
        rows = np.ones(len(point))
        count = np.bincount(point, minlength=len(self.network.points))[point]
        whole = weight.sum(axis=1)
        of_plan = np.bincount(point, whole, minlength=len(self.network.points))[point]
        total = np.zeros((len(self.network.points), weight.shape[1]))
        np.add.at(total, point, weight)
        total = total[point]
        with np.errstate(divide="ignore", invalid="ignore"):
            fallback = np.where(of_plan > 0, whole / of_plan, rows / count)
            return np.where(total > 0, weight / total, fallback[:, None])

    def _world(self, network: SupplyNetwork) -> World:
        """The network as a scenario driver takes it; drivers of capacity read nothing else."""
        nothing = np.zeros((len(network.points), network.periods))
        none = np.full(len(network.points), np.nan)
        return World(
            base=network, network=network, rules=self._base.rules, items=pd.DataFrame(), locations=self._locations, asked=None, open_orders=None,
            stock_sources=network.sources, service_level=none, target_level=none, restocked=np.zeros(network.periods, dtype=bool), longer=nothing,
            late=nothing, spread=nothing,
        )  # fmt: skip
