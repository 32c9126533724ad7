"""A solved programme read back as a supply plan."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix
from sop_xl.plan.notes import Note
from sop_xl.plan.supply.flows import component_use, good_receipts
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.solver.engine import Optimum
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.objective import KINDS, UNREPORTED, prices
from sop_xl.plan.supply.solver.programme import Programme
from sop_xl.plan.supply.solver.rows import at
from sop_xl.plan.supply.solver.variables import substitutable

TINY = 1e-7
"""What a solver leaves over where it means nothing."""

ASKED = ("safety_stock", "unmet_demand")
"""Constraints that ask something of the plan: one more unit costs."""
BOUNDS = ("lead_time", "fence", "validity", "authorised")
"""Constraints that are upper bounds of single orders."""


def read_solution(model: SupplyModel, held: Programme, values: Matrix, duals: Mapping[str, Matrix], gap: float = 0.0, notes: list[Note] | None = None) -> SupplySolution:
    """The plan that the values of the columns say."""
    network = model.network
    shapes = {"stock": len(network.points), "unmet": len(network.streams), "overtime": len(network.resources)}

    def quantity(name: str, count: int) -> Matrix:
        return read_variable(model, held, values, name) if len(model.labels(name)) else np.zeros((count, network.periods))

    costs = dict.fromkeys(KINDS, 0.0)
    for price in prices(model):
        if price.kind != UNREPORTED and len(model.labels(price.variable)):
            costs[price.kind] += float((np.where(model.labels(price.variable) >= 0, price.per_unit, 0.0) * quantity(price.variable, 0)).sum())
    orders = np.maximum(quantity("orders", len(network.sources)), 0.0)
    n, d, r = shapes["stock"], shapes["unmet"], shapes["overtime"]
    workers = quantity("workers", r)
    manned = network.resources["workers"].notna().to_numpy()[:, None] & np.ones_like(workers, dtype=bool)
    return SupplySolution(
        network=network,
        rules=model.rules,
        orders=orders,
        receipts=good_receipts(network, orders),
        stock=np.maximum(quantity("stock", n), 0.0),
        below_safety=quantity("below_safety", n),
        expired=quantity("expired", n),
        unmet=quantity("unmet", d),
        lost=quantity("lost", d),
        uses=_uses(model, orders, quantity("component_use", len(network.uses))),
        load=load_of(network, orders, quantity("ordered", len(network.sources)), quantity("stock", n)),
        overtime=quantity("overtime", r),
        shifts=quantity("shifts", r),
        workers=np.where(manned, workers, np.nan),
        hired=quantity("hired", r),
        laid_off=quantity("laid_off", r),
        costs=costs,
        duals=dict(duals),
        gap=gap,
        notes=notes or [],
    )


def read_variable(model: SupplyModel, held: Programme, values: Matrix, name: str) -> Matrix:
    """(subjects, T) values of a variable; 0 where it has none."""
    labels = model.labels(name)
    found = np.where(labels >= 0, values[held.columns[np.where(labels >= 0, labels, 0)]], 0.0)
    return np.where(np.abs(found) < TINY, 0.0, found)


def load_of(network: SupplyNetwork, orders: Matrix, ordered: Matrix, stock: Matrix) -> Matrix:
    """(R, T) hours by the period in which they are worked; space at the end of the period."""
    load = np.zeros((len(network.resources), network.periods))
    loads, stores = network.loads, network.stores
    t = np.arange(network.periods)[None, :]
    source, before = loads["source"].to_numpy(dtype=int)[:, None], loads["before"].to_numpy(dtype=int)[:, None]
    cells = at(np.arange(orders.size).reshape(orders.shape), source, t + before)
    flat, started = np.append(orders.ravel(), 0.0)[cells], np.append(ordered.ravel(), 0.0)[cells]
    hours = flat * loads["hours"].to_numpy(dtype=float)[:, None] + started * loads["setup_hours"].fillna(0.0).to_numpy(dtype=float)[:, None]
    np.add.at(load, loads["resource"].to_numpy(dtype=int), hours)
    np.add.at(load, stores["resource"].to_numpy(dtype=int), stock[stores["point"].to_numpy(dtype=int)] * stores["space"].to_numpy(dtype=float)[:, None])
    return load


def _uses(model: SupplyModel, orders: Matrix, chosen: Matrix) -> Matrix:
    """(U, T) units of component taken in the period in which the order is placed."""
    return np.where(substitutable(model.network)[:, None], chosen, component_use(model.network, orders))


def read_duals(model: SupplyModel, held: Programme, optimum: Optimum) -> dict[str, Matrix]:
    """By constraint, (subjects, T) objective saved by one more unit of its right-hand side; zero where there is no row.

    Safety stock and demand are asked of the plan, not given to it: theirs is the cost of one more unit. Of orders that cannot be placed
    (lead time, fence, validity, not authorised) it is what one unit ordered into the period would save.
    """
    periods = model.network.periods
    duals: dict[str, Matrix] = {}
    for name, (cells, rows) in held.rows.items():
        matrix = np.zeros(len(subjects_of(model, name)) * periods)
        matrix[cells] = optimum.row_duals[rows] * (1.0 if name in ASKED else -1.0)
        duals[name] = _clean(matrix.reshape(-1, periods))
    labels = model.labels("orders")
    if len(labels):
        saved = np.maximum(-optimum.reduced_costs[held.columns[labels]], 0.0)
        for name in BOUNDS:
            duals[name] = _clean(np.where(model.blocked == name, saved, 0.0))
    return duals


def subjects_of(model: SupplyModel, name: str) -> pd.DataFrame:
    """The table whose rows a constraint is about."""
    network = model.network
    by_table = (
        (network.streams, ("unmet_demand",)),
        (network.suppliers, ("supplier_limit",)),
        (network.uses, ("substitutes",)),
        (network.resources, ("resource_capacity", "overtime", "shifts", "workforce", "hiring", "layoffs", "storage")),
        (network.points, ("balance", "safety_stock", "maximum_stock", "shelf_life", "prebuild")),
    )
    return next((table for table, names in by_table if name in names), network.sources)


def _clean(matrix: Matrix) -> Matrix:
    return np.where(np.abs(matrix) < TINY, 0.0, matrix)
