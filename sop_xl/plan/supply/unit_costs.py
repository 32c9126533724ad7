"""What a unit costs by the network's own sources, hours and bills: read by the plan's objective and by everything that values a plan."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.network import SupplyNetwork


def hour_cost(network: SupplyNetwork) -> Matrix:
    """(S,) regular cost of the hours in a unit ordered."""
    loads = network.loads
    rate = _known(network.resources["cost_per_hour"].to_numpy(dtype=float))
    cost = loads["hours"].to_numpy(dtype=float) * rate[loads["resource"].to_numpy(dtype=int)]
    return np.asarray(np.bincount(loads["source"].to_numpy(dtype=int), weights=cost, minlength=len(network.sources)), dtype=float)


def supply_cost(network: SupplyNetwork) -> Matrix:
    """(N,) plan currency of one unit by the cheapest regular source, its components included; the point's unit cost where it has none."""
    stated = _known(network.points["unit_cost"].to_numpy(dtype=float))
    point = network.sources["point"].to_numpy(dtype=int)
    regular = (network.sources["lever"] == "").to_numpy()
    cost = stated.copy()
    for _ in range(30):  # one round per level of the bills; a ring of bills ends here too
        unit = source_cost(network, cost)
        cheapest = np.full(len(stated), np.inf)
        np.minimum.at(cheapest, point[regular], unit[regular])
        after = np.where(np.isfinite(cheapest), cheapest, stated)
        if np.allclose(after, cost):
            break
        cost = after
    return cost


def source_cost(network: SupplyNetwork, cost: Matrix) -> Matrix:
    """(S,) plan currency of one good unit from each source, its hours and regular components included.

    Parameters
    ----------
    cost
        (N,) of a unit of every stock point.
    """
    return with_components(network, _known(network.sources["unit_cost"].to_numpy(dtype=float)) + hour_cost(network), cost)


def with_components(network: SupplyNetwork, own: Matrix, cost: Matrix) -> Matrix:
    """(S,) per good unit of each source: its own amount per unit ordered, and that of the regular components and of the unit shipped.

    Parameters
    ----------
    own
        (S,) of a unit ordered.
    cost
        (N,) of a unit of every stock point.
    """
    sources, uses = network.sources, network.uses
    shipped_from = sources["from_point"].to_numpy(dtype=int)
    good = np.maximum(sources["process_yield"].astype(float).fillna(1.0).to_numpy(), 1e-6)
    lines = uses[uses["substitute_for"] < 0]
    maker, component = lines["source"].to_numpy(dtype=int), lines["component"].to_numpy(dtype=int)
    materials = np.bincount(maker, weights=lines["quantity"].to_numpy(dtype=float) * cost[component], minlength=len(sources))
    return np.asarray((own + materials + np.where(shipped_from >= 0, cost[shipped_from], 0.0)) / good)


def _known(values: Matrix) -> Matrix:
    """Costs that are not known, or below zero, count as none."""
    return np.maximum(np.nan_to_num(values), 0.0)
