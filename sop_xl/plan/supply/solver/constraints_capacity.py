"""Constraints of the resources: hours, overtime, extra shifts, workers and space."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.rows import Rows, at


def constrain_resource_capacity(model: SupplyModel) -> None:
    """Load fits into regular hours (of the workers there are), overtime and extra shifts.

    An hour is used `before` periods ahead of the arrival that it is needed for. Capacity below zero (more maintenance than hours) is a
    debt that overtime and shifts can pay; what they cannot is relaxed, see `relaxations`.
    """
    network, t = model.network, model.periods
    rows = model.rows()
    add_load(model, rows)
    r = model.every(network.resources)
    if len(overtime := model.labels("overtime")):
        rows.add(r, t, overtime, -1.0)
    if len(shifts := model.labels("shifts")):
        rows.add(r, t, shifts, -model.column(network.resources, "shift_capacity"))
    if len(over := model.labels("over_capacity")):
        rows.add(r, t, over, -1.0)
    limit = np.array(network.capacity, dtype=float)
    if len(workers := model.labels("workers")):
        hours = model.column(network.resources, "hours_per_worker")
        rows.add(r, t, workers, -hours)
        limit = limit - hours * model.column(network.resources, "workers")
    loaded = np.isin(r, network.loads["resource"].to_numpy(dtype=int))
    rows.write(model.lp, "resource_capacity", "<=", np.where(loaded, limit, np.inf))


def add_load(model: SupplyModel, rows: Rows) -> None:
    """Hours of orders on each resource, in the period in which they are worked."""
    loads, t = model.network.loads, model.periods
    source, before = model.positions(loads, "source"), model.positions(loads, "before")
    resource = model.positions(loads, "resource")
    rows.add(resource, t, at(model.labels("orders"), source, t + before), model.column(loads, "hours"))
    if len(ordered := model.labels("ordered")):
        rows.add(resource, t, at(ordered, source, t + before), model.column(loads, "setup_hours"))


def constrain_overtime(model: SupplyModel) -> None:
    """No more overtime than is authorised."""
    _limit(model, "overtime", "overtime", model.network.overtime_limit)


def constrain_shifts(model: SupplyModel) -> None:
    """No more extra shifts than are authorised."""
    _limit(model, "shifts", "shifts", model.network.shift_limit)


def constrain_workforce(model: SupplyModel) -> None:
    """Workers are those of the period before and the hired, less the laid off."""
    resources, t = model.network.resources, model.periods
    if not len(workers := model.labels("workers")):
        return
    r = model.every(resources)
    rows = model.rows()
    rows.add(r, t, workers)
    rows.add(r, t, np.where(workers >= 0, at(workers, r, t - 1), -1), -1.0)
    rows.add(r, t, model.labels("hired"), -1.0)
    rows.add(r, t, model.labels("laid_off"))
    today = np.where(at(workers, r, t - 1) < 0, model.column(resources, "workers"), 0.0)
    rows.write(model.lp, "workforce", "=", today)


def constrain_hiring(model: SupplyModel) -> None:
    """No more workers are hired than is authorised."""
    _limit(model, "hiring", "hired", model.network.hire_limit)


def constrain_layoffs(model: SupplyModel) -> None:
    """No more workers are laid off than is authorised."""
    _limit(model, "layoffs", "laid_off", model.network.layoff_limit)


def constrain_storage(model: SupplyModel) -> None:
    """What lies in stock at the end of a period fits into its storage; what cannot be helped lies over it, see `relaxations`."""
    stores = model.network.stores
    rows = model.rows()
    resource, point = model.positions(stores, "resource"), model.positions(stores, "point")
    rows.add(resource, model.periods, at(model.labels("stock"), point, model.periods), model.column(stores, "space"))
    if len(over := model.labels("over_storage")):
        rows.add(model.every(model.network.resources), model.periods, over, -1.0)
        rows.write(model.lp, "storage", "<=", np.maximum(model.network.capacity, 0.0))


def _limit(model: SupplyModel, name: str, variable: str, limit: Matrix) -> None:
    rows = model.rows()
    if len(labels := model.labels(variable)):
        rows.add(model.every(model.network.resources), model.periods, labels)
        rows.write(model.lp, name, "<=", np.maximum(np.nan_to_num(limit), 0.0))
