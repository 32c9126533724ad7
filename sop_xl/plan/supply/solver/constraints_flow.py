"""Constraints of what flows: stock, components, substitutes and demand."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.rows import at
from sop_xl.plan.supply.solver.variables import substitutable


def constrain_balance(model: SupplyModel) -> None:
    """Closing stock = opening + scheduled + received - served - taken by what is made or shipped on - expired.

    Stocks cannot be below zero, so components and transfers are taken only from what is there in the period in which the order is placed.
    """
    network, t = model.network, model.periods
    points, sources, uses = network.points, network.sources, network.uses
    orders, stock = model.labels("orders"), model.labels("stock")
    n, s = model.every(points), model.every(sources)
    point, lead = model.positions(sources, "point"), model.positions(sources, "lead_periods")
    good = model.column(sources, "process_yield", 1.0)
    rows = model.rows()
    rows.add(n, t, stock)
    rows.add(n, t, at(stock, n, t - 1), -1.0)
    rows.add(point, t, orders, -good * (1.0 - network.late_share))
    rows.add(point, t + 1, orders, -good * network.late_share)
    rows.add(model.positions(sources, "from_point"), t, at(orders, s, t + lead))
    plain = uses[~substitutable(network)]
    maker = model.positions(plain, "source")
    rows.add(model.positions(plain, "component"), t, at(orders, maker, t + lead[maker[:, 0]]), model.column(plain, "quantity"))
    if len(chosen := model.labels("component_use")):
        rows.add(model.positions(uses, "component"), t, chosen)
    if len(served := model.labels("served")):
        rows.add(model.positions(network.streams, "point"), t, served)
    if len(expired := model.labels("expired")):
        rows.add(n, t, expired)
    available = network.scheduled.copy()
    available[:, 0] += network.opening
    rows.write(model.lp, "balance", "=", available)


def constrain_substitutes(model: SupplyModel) -> None:
    """What a component and its substitutes are taken for together is what the orders placed in the period need."""
    network, t = model.network, model.periods
    chosen = model.labels("component_use")
    if not len(chosen):
        return
    uses, orders = network.uses, model.labels("orders")
    u, replaced, maker = model.every(uses), model.positions(uses, "substitute_for"), model.positions(uses, "source")
    lead = model.positions(network.sources, "lead_periods")[maker[:, 0]]
    quantity = model.column(uses, "quantity")
    regular = replaced < 0
    rows = model.rows()
    rows.add(np.where(regular, u, -1), t, chosen)
    rows.add(replaced, t, chosen, 1.0 / np.where(quantity > 0, quantity, 1.0))
    replaceable = regular & substitutable(network)[:, None]
    rows.add(np.where(replaceable, u, -1), t, at(orders, maker, t + lead), -quantity)
    rows.write(model.lp, "substitutes", "=", np.zeros((len(uses), network.periods)))


def constrain_unmet_demand(model: SupplyModel) -> None:
    """Demand is served, waits (back-orders) or is lost; as what is served is not below zero, no more waits than was ever asked for."""
    network, t = model.network, model.periods
    d = model.every(network.streams)
    rows = model.rows()
    rows.add(d, t, model.labels("served"))
    if model.rules.unmet == "back-orders":
        unmet = model.labels("unmet")
        rows.add(d, t, unmet)
        rows.add(d, t, at(unmet, d, t - 1), -1.0)
    else:
        rows.add(d, t, model.labels("lost"))
    rows.write(model.lp, "unmet_demand", "=", network.demand)
