"""The decisions of the supply plan and the quantities that follow from them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solver.model import SupplyModel

Mask = np.ndarray[Any, np.dtype[np.bool_]]


def add_variables(model: SupplyModel) -> None:
    """Put every variable into the model; all are zero or more.

    orders (S, T) by period of arrival; stock, below_safety, expired, over_maximum (N, T); served, unmet or lost (D, T); component_use (U, T) of lines
    that have substitutes, and of these; overtime, shifts, workers, hired, laid_off, over_capacity, over_storage (R, T); share_under, share_over (S, T) than the
    source's share; more, less (S, T) than the last plan, where that can still be changed; ordered (0 or 1) and batches (S, T) where lots matter. What begins with `over_` is beyond a stated limit: it is there so that no
    input is without a plan, at a price that is paid only where nothing else is left.
    """
    network, rules = model.network, model.rules
    sources, points = network.sources, network.points
    model.add_grid("orders", len(sources))
    model.add_grid("stock", len(points))
    model.add_grid("below_safety", len(points), network.safety_stock > 0)
    model.add_grid("expired", len(points), points["shelf_life"].notna().to_numpy()[:, None])
    model.add_grid("over_maximum", len(points), points["maximum_stock"].notna().to_numpy()[:, None])
    model.add_grid("served", len(network.streams))
    model.add_grid("unmet" if rules.unmet == "back-orders" else "lost", len(network.streams))
    model.add_grid("component_use", len(network.uses), substitutable(network)[:, None])
    _add_resource_variables(model)
    for name in ("share_under", "share_over"):
        model.add_grid(name, len(sources), sharing(network)[:, None])
    if rules.change_cost_rate > 0:
        for name in ("more", "less"):
            model.add_grid(name, len(sources), np.isfinite(network.previous_orders) & (placed(network) >= fences(network)))
    if rules.whole_lots:
        model.add_grid("ordered", len(sources), ordered_in_lots(network)[:, None], 1.0, whole=True)
        model.add_grid("batches", len(sources), (model.column(sources, "order_multiple") > 0), whole=True)


def _add_resource_variables(model: SupplyModel) -> None:
    network, whole = model.network, model.rules.whole_lots
    count = len(network.resources)
    stored = np.isin(np.arange(count), network.stores["resource"].to_numpy(dtype=int))[:, None]
    limited = np.isfinite(network.capacity)
    model.add_grid("overtime", count, limited & (np.maximum(network.overtime_limit, network.overtime_possible) > 0))
    model.add_grid("shifts", count, limited & (np.maximum(network.shift_limit, network.shift_possible) > 0), whole=whole)
    manned = limited & network.resources["workers"].notna().to_numpy()[:, None]
    model.add_grid("workers", count, manned)
    for name in ("hired", "laid_off"):
        model.add_grid(name, count, manned, whole=whole)
    model.add_grid("over_capacity", count, limited & (network.capacity < 0))
    model.add_grid("over_storage", count, limited & stored)


def ordered_in_lots(network: SupplyNetwork) -> Mask:
    """(S,) whether it matters that a source is ordered from at all: a minimum order, a fixed cost or hours to set up."""
    sources, loads = network.sources, network.loads
    needed = (sources["minimum_order"].fillna(0) > 0) | (sources["fixed_cost"].fillna(0) > 0)
    found = needed.to_numpy(dtype=bool).copy()
    found[loads.loc[loads["setup_hours"] > 0, "source"].to_numpy(dtype=int)] = True
    return found


def sharing(network: SupplyNetwork) -> Mask:
    """(S,) whether a source has a stated share of what its stock point gets."""
    return network.sources["share"].notna().to_numpy(dtype=bool)


def shared_among(network: SupplyNetwork) -> Mask:
    """(S,) whether what a source brings is part of what shares split: with a share, or regular; what only a lever opens comes on top."""
    return np.asarray(sharing(network) | (network.sources["lever"] == "").to_numpy(dtype=bool))


def placed(network: SupplyNetwork) -> Any:
    """(S, T) position of the period in which what arrives is ordered; below zero = before the first."""
    return np.arange(network.periods)[None, :] - network.sources["lead_periods"].to_numpy(dtype=np.int64)[:, None]


def fences(network: SupplyNetwork) -> Matrix:
    """(S, 1) periods from the first on in which nothing new may be placed."""
    of_point = network.points["fence"].astype(float).fillna(0.0).to_numpy()
    return np.asarray(np.maximum(of_point[network.sources["point"].to_numpy(dtype=int)], 0.0)[:, None])


def substitutable(network: SupplyNetwork) -> Mask:
    """(U,) whether a line of the bills has a substitute or is one, so that its use is a decision of its own."""
    replaced = network.uses["substitute_for"].to_numpy(dtype=np.int64)
    found = replaced >= 0
    found[replaced[replaced >= 0]] = True
    return found
