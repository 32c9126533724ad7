"""Levers: what management can decide on, and the network in which one is pulled.

A lever allows; it never orders. What the plan then uses of it, the solver decides: apart from price and allocation, which change what is asked
for and who is served first, a pulled lever can only make the best plan cheaper.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.plan.elasticity import ALL_FAMILIES, price_effect
from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules

ON_RESOURCE = ("overtime", "shift", "workforce")
ON_SOURCE = ("subcontract", "second source", "expedite")
KINDS = ("overtime", "shift", "workforce", "subcontract", "second source", "substitute", "expedite", "pre-build", "price", "allocation")
"""Kinds of levers, as the sheets Options and Decisions spell them."""

RULES = ("priority", "margin", "contract first")
"""Rules of allocation that can be told by who comes before whom; a fair share, in which nobody does, cannot."""

OUTWEIGHS = 10.0
"""Times the dearest cost of waiting that a rule of allocation weighs: it decides before the costs do."""

ASSUMED_ELASTICITY = -1.0
"""Where history says nothing: demand falls by as many percent as the price rises, revenue stays."""


@dataclass(frozen=True, slots=True)
class Lever:
    """One lever and what it reaches.

    Parameters
    ----------
    kind
        One of `KINDS`.
    item, family, resource, supplier
        Scope; `""` = every one that the lever could reach. Of a substitute item and family are those of the component that is replaced.
    first, last
        Positions of the first and last period in which it may be used: of resources the period of the load, of sources that of the receipt,
        of price that of the sale. Pre-build, substitute and allocation hold over the whole plan. None = from now, to the end.
    value
        Most of it per period: hours, shifts, workers, units of each source; of price the change as a fraction. None = up to its limit.
        Pre-build, substitute and allocation have none.
    rule
        Of allocation: one of `RULES`.
    """

    kind: str
    item: str = ""
    family: str = ""
    resource: str = ""
    supplier: str = ""
    first: int | None = None
    last: int | None = None
    value: float | None = None
    rule: str = ""


def pull(network: SupplyNetwork, rules: SupplyRules, lever: Lever, elasticity: pd.DataFrame | None = None) -> tuple[SupplyNetwork, SupplyRules]:
    """The network and rules in which a lever is pulled.

    Parameters
    ----------
    network, rules
        Left as they are. What is authorised in them stays authorised.
    lever
        What is pulled. A lever that reaches nothing, or nothing new, gives back the very same network and rules.
    elasticity
        Of price levers: family, elasticity, as `plan.elasticity.own_price_elasticity` gives it. Families without one take that of all
        families, and where there is none either -1.

    Raises
    ------
    FrameError
        When the kind or the rule of allocation is none that exists.
    """
    if lever.kind not in KINDS or (lever.kind == "allocation" and lever.rule not in RULES):
        raise FrameError(f"no lever is called {lever.kind} {lever.rule}".strip())
    if lever.kind in ON_RESOURCE:
        return _pull_resource(network, lever), rules
    if lever.kind in ON_SOURCE:
        return _pull_source(network, lever), rules
    if lever.kind == "substitute":
        return _pull_substitute(network, lever), rules
    if lever.kind == "pre-build":
        return network, rules if rules.prebuild else replace(rules, prebuild=True)
    if lever.kind == "price":
        return _pull_price(network, lever, elasticity), rules
    return _pull_allocation(network, lever.rule), rules


def points_reached(network: SupplyNetwork, lever: Lever) -> Mask:
    """Stock points within a lever's item and family, (N,)."""
    points = network.points
    inside = np.ones(len(points), dtype=bool)
    if lever.item:
        inside &= (points["item"] == lever.item).to_numpy()
    if lever.family:
        inside &= (points["family"] == lever.family).to_numpy()
    return inside


def sources_reached(network: SupplyNetwork, lever: Lever) -> Mask:
    """Sources that a source lever authorises, whether they are already or not, (S,)."""
    sources = network.sources
    inside = (sources["lever"] == lever.kind).to_numpy() & points_reached(network, lever)[sources["point"].to_numpy(dtype=int)]
    return np.asarray(inside & (sources["source"] == lever.supplier).to_numpy()) if lever.supplier else inside


def substitutes_reached(network: SupplyNetwork, lever: Lever) -> Mask:
    """Lines of `uses` that stand in for a component within the lever's scope, (U,)."""
    replaced = network.uses["substitute_for"].to_numpy(dtype=int)
    result = replaced >= 0
    component = network.uses["component"].to_numpy(dtype=int)
    result[result] = points_reached(network, lever)[component[replaced[result]]]
    return result


def streams_reached(network: SupplyNetwork, lever: Lever) -> Mask:
    """Demand streams of the stock points within a lever's scope, (D,)."""
    return np.asarray(points_reached(network, lever)[network.streams["point"].to_numpy(dtype=int)])


def elasticities(network: SupplyNetwork, elasticity: pd.DataFrame | None) -> Matrix:
    """Own-price elasticity of each stream's family, (D,); see `pull` for what stands in where none is known."""
    families = network.points["family"].to_numpy()[network.streams["point"].to_numpy(dtype=int)]
    if elasticity is None or elasticity.empty:
        return np.full(len(families), ASSUMED_ELASTICITY)
    known = elasticity.dropna(subset=["elasticity"]).drop_duplicates("family").set_index("family")["elasticity"]
    return pd.Series(families).map(known).fillna(float(known.get(ALL_FAMILIES, ASSUMED_ELASTICITY))).to_numpy(dtype=float)


def _span(network: SupplyNetwork, lever: Lever) -> tuple[int, int]:
    """First and last position; the last lies before the first where the span misses the plan."""
    first = 0 if lever.first is None else max(0, lever.first)
    return first, network.periods - 1 if lever.last is None else max(-1, min(network.periods - 1, lever.last))


def _pull_resource(network: SupplyNetwork, lever: Lever) -> SupplyNetwork:
    rows = (network.resources["resource"] == lever.resource).to_numpy() if lever.resource else np.ones(len(network.resources), dtype=bool)
    if lever.kind == "workforce":
        rows = rows & network.resources["workers"].notna().to_numpy()
    first, last = _span(network, lever)
    within = np.zeros(network.capacity.shape, dtype=bool)
    within[rows, first : last + 1] = True
    raised: dict[str, Any] = {}
    for name in ("hire", "layoff") if lever.kind == "workforce" else (lever.kind,):
        before, possible = getattr(network, f"{name}_limit"), getattr(network, f"{name}_possible")
        most = possible if lever.value is None else np.minimum(possible, lever.value)
        after = np.where(within, np.maximum(before, most), before)
        if (after > before).any():
            raised[f"{name}_limit"] = after
    return replace(network, **raised) if raised else network


def _pull_source(network: SupplyNetwork, lever: Lever) -> SupplyNetwork:
    sources = network.sources.copy()
    first, last = _span(network, lever)
    earliest, latest = sources["first"].clip(lower=first), sources["last"].clip(upper=last)
    pulled = sources_reached(network, lever) & ~sources["authorised"].to_numpy(dtype=bool) & (earliest <= latest).to_numpy()
    if not pulled.any() or (lever.value is not None and lever.value <= 0):
        return network
    sources["first"], sources["last"] = earliest.where(pulled, sources["first"]), latest.where(pulled, sources["last"])
    if lever.value is not None:
        sources["maximum"] = sources["maximum"].where(~pulled, np.fmin(sources["maximum"].to_numpy(dtype=float), lever.value))
    sources["authorised"] = sources["authorised"].to_numpy(dtype=bool) | pulled
    return replace(network, sources=sources)


def _pull_substitute(network: SupplyNetwork, lever: Lever) -> SupplyNetwork:
    authorised = network.uses["authorised"].to_numpy(dtype=bool)
    pulled = substitutes_reached(network, lever) & ~authorised
    return replace(network, uses=network.uses.assign(authorised=authorised | pulled)) if pulled.any() else network


def _pull_price(network: SupplyNetwork, lever: Lever, elasticity: pd.DataFrame | None) -> SupplyNetwork:
    """Price times 1 + change; demand follows by a constant elasticity."""
    first, last = _span(network, lever)
    within = np.zeros(network.demand.shape, dtype=bool)
    within[streams_reached(network, lever), first : last + 1] = True
    if not lever.value or not within.any():
        return network
    demand_change = price_effect(lever.value, elasticities(network, elasticity))[:, None]
    return replace(
        network,
        price=np.where(within, network.price * (1.0 + lever.value), network.price),
        demand=np.where(within, network.demand * (1.0 + demand_change), network.demand),
    )


def _pull_allocation(network: SupplyNetwork, rule: str) -> SupplyNetwork:
    """Streams in the order of a rule: by their priority, and by what waiting and losing them costs.

    What the rule puts first costs more to keep waiting, up to `OUTWEIGHS` times the dearest today, so that the plan of least cost serves by the
    rule as well. Nobody's waiting gets cheaper: else the plan would rather let him wait than build ahead.
    """
    streams = network.streams
    weight = allocation_weights(network, rule)
    if streams.empty or np.ptp(weight) == 0:
        return network
    priority = pd.Series(-weight).rank(method="dense").to_numpy(dtype=float)
    today = {name: streams[name].fillna(0.0).to_numpy(dtype=float) for name in ("backorder_cost", "lost_sale_cost")}
    if (priority == streams["priority"].to_numpy(dtype=float)).all() and all(_in_order(cost, weight) for cost in today.values()):
        return network
    dearer = {name: cost + OUTWEIGHS * cost.max() * weight / weight.max() for name, cost in today.items()}
    return replace(network, streams=streams.assign(priority=priority, **dearer))


def _in_order(cost: Matrix, weight: Matrix) -> bool:
    """Whether nobody of less weight costs more to keep waiting than somebody of more."""
    of_weight = pd.Series(cost).groupby(weight).agg(["min", "max"])
    return bool((of_weight["max"].iloc[:-1].to_numpy() <= of_weight["min"].iloc[1:].to_numpy()).all())


def allocation_weights(network: SupplyNetwork, rule: str) -> Matrix:
    """What a unit of each stream weighs under a rule of allocation, (D,), above 0; who weighs more is served first."""
    streams = network.streams
    if rule == "priority":
        return 1.0 / streams["priority"].to_numpy(dtype=float)
    if rule == "contract first":
        return 1.0 + streams["contract_share"].fillna(0.0).to_numpy(dtype=float)
    units = network.demand.sum(axis=1)
    price = (network.price * network.demand).sum(axis=1) / np.where(units > 0, units, 1.0)
    unit_cost = network.points["unit_cost"].fillna(0.0).to_numpy(dtype=float)[streams["point"].to_numpy(dtype=int)]
    margin = price - unit_cost
    least = 1e-3 * max(float(np.abs(margin).max(initial=0.0)), 1.0)  # what loses money is served last, not never
    return np.asarray(np.maximum(margin, least))
