"""A first plan in whole lots, from the plan in parts of lots: what the search starts from, and what stands when its time is out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sop_xl.errors import PlanError
from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.solver.engine import Engine, Optimum, without_whole_numbers
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.programme import Programme
from sop_xl.plan.supply.solver.reading import read_variable

EPSILON = 1e-6


def whole_already(held: Programme, values: Matrix) -> bool:
    """Whether a plan in parts of lots happens to have none: then it is the best in whole lots too."""
    return bool(np.all(np.abs(values[held.whole] - np.round(values[held.whole])) <= EPSILON))


def rounded_plan(model: SupplyModel, held: Programme, relaxed: Engine, start: Optimum) -> Matrix | None:
    """Values of every column of the cheapest of a few rounded plans; `None` where none of them is possible.

    Lots are rounded up so that no more than one lot comes too early, all of them or only those that are bought; with lots that are made
    rounded down, capacity and components suffice for them as they did before. To order nothing in lots is the last resort.

    Parameters
    ----------
    relaxed, start
        The programme without whole numbers, which is left with others in it, and its plan.
    """
    best: Matrix | None = None
    for whole in _candidates(model, held, start.columns):
        relaxed.load(without_whole_numbers(held, whole), [held.cost])
        try:
            found = relaxed.solve(start).columns
        except PlanError:
            continue
        if best is None or held.cost @ found < held.cost @ best:
            best = found
    return best


def _candidates(model: SupplyModel, held: Programme, values: Matrix) -> Iterator[Matrix]:
    orders = read_variable(model, held, values, "orders") if len(model.labels("orders")) else np.zeros((0, model.network.periods))
    up, down = _rounded_up(model, orders), _rounded_down(model, orders)
    made = (model.network.sources["kind"] == "make").to_numpy()[:, None]
    for lots in (up, np.where(made, down, up), np.zeros_like(orders)):
        yield _with_lots(model, held, values, lots)


def _lot(model: SupplyModel) -> tuple[Matrix, Matrix]:
    """(S, 1) least order in whole multiples, and the multiple; 0 = of any size."""
    least, multiple = (model.column(model.network.sources, name) for name in ("minimum_order", "order_multiple"))
    return np.where(multiple > 0, np.ceil(least / np.where(multiple > 0, multiple, 1.0) - EPSILON) * multiple, least), multiple


def _rounded_up(model: SupplyModel, orders: Matrix) -> Matrix:
    """Orders in lots that have never brought less by any period than the given ones."""
    least, multiple = (column[:, 0] for column in _lot(model))
    most = model.upper("orders") if orders.size else orders
    lots, ahead = np.zeros_like(orders), np.zeros(len(orders))
    for t in range(orders.shape[1]):
        missing = orders[:, t] - ahead
        wanted = np.maximum(missing, least)
        wanted = np.where(multiple > 0, np.ceil(wanted / np.where(multiple > 0, multiple, 1.0) - EPSILON) * multiple, wanted)
        lots[:, t] = np.where((missing > EPSILON) & (most[:, t] > 0), wanted, 0.0)
        ahead += lots[:, t] - orders[:, t]
    return lots


def _rounded_down(model: SupplyModel, orders: Matrix) -> Matrix:
    """Orders in lots of which none is larger than the given one."""
    least, multiple = _lot(model)
    lots = np.where(multiple > 0, np.floor(orders / np.where(multiple > 0, multiple, 1.0) + EPSILON) * multiple, orders)
    return np.where(lots >= least - EPSILON, lots, 0.0)


def _with_lots(model: SupplyModel, held: Programme, values: Matrix, lots: Matrix) -> Matrix:
    """Values of the whole columns that go with orders in lots; extra shifts and hires rounded up, lay-offs down."""
    whole = values.copy()
    multiple = np.broadcast_to(model.column(model.network.sources, "order_multiple", 0.0), lots.shape)
    wanted = {"ordered": (lots > EPSILON).astype(float), "batches": lots / np.where(multiple > 0, multiple, 1.0)}
    for name in ("shifts", "hired"):
        if len(labels := model.labels(name)):
            wanted[name] = np.ceil(read_variable(model, held, values, name) - EPSILON) + np.zeros(labels.shape)
    if len(model.labels("laid_off")):
        wanted["laid_off"] = np.floor(read_variable(model, held, values, "laid_off") + EPSILON)
    for name, numbers in wanted.items():
        if len(labels := model.labels(name)):
            there = labels >= 0
            whole[held.columns[labels[there]]] = np.round(numbers[there])
    return whole
