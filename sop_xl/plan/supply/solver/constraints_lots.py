"""Constraints of lots: whether a source is ordered from, at least how much, and in which multiples."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solver.model import SupplyModel


def constrain_order_placed(model: SupplyModel) -> None:
    """What is ordered at all costs its fixed cost and its set-up: nothing is ordered where `ordered` is zero."""
    sources = model.network.sources
    if not len(ordered := model.labels("ordered")):
        return
    rows = model.rows()
    rows.add(np.where(ordered >= 0, model.every(sources), -1), model.periods, model.labels("orders"))
    rows.add(model.every(sources), model.periods, ordered, -largest_order(model.network)[:, None])
    rows.write(model.lp, "order_placed", "<=", np.zeros(ordered.shape))


def constrain_minimum_order(model: SupplyModel) -> None:
    """An order is at least its minimum."""
    sources = model.network.sources
    least = model.column(sources, "minimum_order")
    if not len(ordered := model.labels("ordered")):
        return
    rows = model.rows()
    rows.add(np.where((ordered >= 0) & (least > 0), model.every(sources), -1), model.periods, model.labels("orders"))
    rows.add(model.every(sources), model.periods, ordered, -least)
    rows.write(model.lp, "minimum_order", ">=", np.zeros(ordered.shape))


def constrain_order_multiple(model: SupplyModel) -> None:
    """An order is a whole number of its multiple."""
    sources = model.network.sources
    if not len(batches := model.labels("batches")):
        return
    rows = model.rows()
    rows.add(np.where(batches >= 0, model.every(sources), -1), model.periods, model.labels("orders"))
    rows.add(model.every(sources), model.periods, batches, -model.column(sources, "order_multiple"))
    rows.write(model.lp, "order_multiple", "=", np.zeros(batches.shape))


def largest_order(network: SupplyNetwork) -> Matrix:
    """(S,) units that no sensible order exceeds: everything that the horizon can ask of the stock point, and one lot more.

    Kept as small as can be: a search over whole lots is only as good as this number is tight.
    """
    sources, uses = network.sources, network.uses
    point, shipped_from = sources["point"].to_numpy(dtype=int), sources["from_point"].to_numpy(dtype=int)
    good = np.maximum(sources["process_yield"].astype(float).fillna(1.0).to_numpy(), 1e-6)
    asked = np.bincount(network.streams["point"].to_numpy(dtype=int), weights=network.demand.sum(axis=1), minlength=len(network.points))
    asked = asked + (network.safety_stock.max(axis=1) if network.periods else 0.0)
    maker, component = uses["source"].to_numpy(dtype=int), uses["component"].to_numpy(dtype=int)
    replaced = uses["substitute_for"].to_numpy(dtype=int)
    quantity = uses["quantity"].to_numpy(dtype=float)
    quantity = quantity * np.where(replaced >= 0, quantity[replaced], 1.0)
    total, lots = asked.copy(), _one_lot(network)
    for _ in range(30):  # one round per level of the bills; a ring of transfers ends here too
        orders = total[point] / good + lots
        after = asked + np.bincount(component, weights=quantity * orders[maker], minlength=len(asked))
        sent = shipped_from >= 0
        after = after + np.bincount(shipped_from[sent], weights=orders[sent], minlength=len(asked))
        if np.allclose(after, total):
            break
        total = np.minimum(after, 1e3 * max(float(asked.sum()), 1.0))
    most = sources["maximum"].astype(float).fillna(np.inf).to_numpy()
    return np.asarray(np.minimum(total[point] / good + lots, most))


def _one_lot(network: SupplyNetwork) -> Matrix:
    sources = network.sources
    return np.asarray(sources[["minimum_order", "order_multiple"]].astype(float).fillna(0.0).sum(axis=1), dtype=float)
