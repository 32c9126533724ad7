"""The decisions of the supply plan and the quantities that follow from them."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solver.model import SupplyModel

Mask = np.ndarray


def add_variables(model: SupplyModel) -> None:
    """Put every variable into the model; all are zero or more.

    orders (S, T) by period of arrival; stock, below_safety, expired, over_maximum (N, T); served, unmet or lost (D, T); component_use (U, T) of lines
    that have substitutes, and of these; regular, overtime, shifts, workers, hired, laid_off, over_storage (R, T); more, less (S, T) than the last plan.
    """
    network, rules = model.network, model.rules
    points, resources = network.points, network.resources
    model.add_grid("orders", len(network.sources))
    model.add_grid("stock", len(points))
    model.add_grid("below_safety", len(points), network.safety_stock > 0)
    model.add_grid("expired", len(points), points["shelf_life"].notna().to_numpy()[:, None])
    model.add_grid("over_maximum", len(points), points["maximum_stock"].notna().to_numpy()[:, None])
    model.add_grid("served", len(network.streams))
    model.add_grid("unmet" if rules.unmet == "back-orders" else "lost", len(network.streams))
    model.add_grid("component_use", len(network.uses), substitutable(network)[:, None])
    limited = np.isfinite(network.capacity)
    whole = rules.whole_lots
    model.add_grid("overtime", len(resources), limited & (np.maximum(network.overtime_limit, network.overtime_possible) > 0))
    model.add_grid("shifts", len(resources), limited & (np.maximum(network.shift_limit, network.shift_possible) > 0), whole=whole)
    manned = limited & resources["workers"].notna().to_numpy()[:, None]
    for name in ("workers", "hired", "laid_off"):
        model.add_grid(name, len(resources), manned, whole=whole)
    stored = np.isin(np.arange(len(resources)), network.stores["resource"].to_numpy(dtype=int))
    model.add_grid("over_storage", len(resources), limited & stored[:, None])
    if rules.change_cost_rate > 0:
        for name in ("more", "less"):
            model.add_grid(name, len(network.sources), np.isfinite(network.previous_orders))


def substitutable(network: SupplyNetwork) -> Mask:
    """(U,) whether a line of the bills has a substitute or is one, so that its use is a decision of its own."""
    replaced = network.uses["substitute_for"].to_numpy(dtype=np.int64)
    found = replaced >= 0
    found[replaced[replaced >= 0]] = True
    return found
