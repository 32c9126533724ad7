"""Constraints of stocks: safety, most, age, and what may be built ahead."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.rows import at


def constrain_safety_stock(model: SupplyModel) -> None:
    """Stock and what is missing to safety stock are together at least the safety stock; missing units have their price."""
    network = model.network
    n = model.every(network.points)
    rows = model.rows()
    if len(below := model.labels("below_safety")):
        rows.add(n, model.periods, model.labels("stock"))
        rows.add(n, model.periods, below)
        rows.write(model.lp, "safety_stock", ">=", np.where(network.safety_stock > 0, network.safety_stock, np.inf))


def constrain_maximum_stock(model: SupplyModel) -> None:
    """Stock at the end of a period is no more than its maximum; what cannot be helped lies over it, see `relaxations`."""
    points = model.network.points
    if not len(over := model.labels("over_maximum")):
        return
    rows = model.rows()
    rows.add(model.every(points), model.periods, model.labels("stock"))
    rows.add(model.every(points), model.periods, over, -1.0)
    limit = np.broadcast_to(model.column(points, "maximum_stock", np.inf), over.shape)
    rows.write(model.lp, "maximum_stock", "<=", np.maximum(limit, 0.0))


def constrain_shelf_life(model: SupplyModel) -> None:
    """Stock at the end of a period came in within the last `shelf_life` periods, this one included; what is older has expired.

    Exact where the oldest is used first: stock then is always the newest that came in, so it holds nothing old just when it is
    no more than what came in lately. Opening stock counts as arrived in the period before the first.
    """
    network, t = model.network, model.periods
    points, sources = network.points, network.sources
    if not len(model.labels("expired")):
        return
    life = np.maximum(np.floor(model.column(points, "shelf_life", np.inf)), 1.0)
    n = model.every(points)
    aged = np.isfinite(life) & (t >= life - 1)
    rows = model.rows()
    rows.add(np.where(aged, n, -1), t, model.labels("stock"))
    point, good = model.positions(sources, "point"), model.column(sources, "process_yield", 1.0)
    orders, s = model.labels("orders"), model.every(sources)
    came = np.array(network.scheduled, dtype=float)
    recent = np.zeros_like(came)
    longest = int(min(network.periods, np.max(life[np.isfinite(life)])))
    for age in range(longest):
        within = aged[point[:, 0]] & (age < life[point[:, 0]])
        cell = np.where(within, point, -1)
        on_time, late = good * (1.0 - network.late_share), good * network.late_share
        rows.add(cell, t, at(orders, s, t - age), -_earlier(on_time, age))
        rows.add(cell, t, at(orders, s, t - age - 1), -_earlier(late, age + 1))
        recent += np.where(age < life, _earlier(came, age), 0.0)
    rows.write(model.lp, "shelf_life", "<=", np.where(aged, recent, np.inf))


def _earlier(values: Matrix, periods: int) -> Matrix:
    """Each cell's value of so many periods ago; 0 before the first."""
    moved = np.zeros_like(values)
    moved[:, periods:] = values[:, : values.shape[1] - periods]
    return moved


def constrain_prebuild(model: SupplyModel) -> None:
    """Without pre-build nothing new comes in beyond what leaves stock in the period and what is missing to safety stock.

    Stock may grow by open orders, by what was below safety stock before, by a rise of the safety stock, and by one lot where
    lots are kept; stock that is there already may stay.
    """
    network, t = model.network, model.periods
    if model.rules.prebuild:
        return
    n = model.every(network.points)
    stock, safety = model.labels("stock"), network.safety_stock
    rows = model.rows()
    rows.add(n, t, stock)
    rows.add(n, t, at(stock, n, t - 1), -1.0)
    if len(below := model.labels("below_safety")):
        rows.add(n, t, at(below, n, t - 1), -1.0)
    sources = network.sources
    good = model.column(sources, "process_yield", 1.0)
    for variable, lot in (("ordered", "minimum_order"), ("batches", "order_multiple")):
        if len(lots := model.labels(variable)):
            one = lots if variable == "ordered" else np.where(model.column(sources, "minimum_order") > 0, -1, lots)
            rows.add(model.positions(sources, "point"), t, one, -good * model.column(sources, lot))
    before = np.concatenate([network.opening[:, None], safety[:, :-1]], axis=1)
    growth = network.scheduled + np.maximum(safety - before, 0.0)
    growth[:, 0] += network.opening
    rows.write(model.lp, "prebuild", "<=", growth)
