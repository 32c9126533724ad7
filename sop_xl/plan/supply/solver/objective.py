"""What a plan costs, kind by kind: one table that both the objective and the reported costs are read from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.tableau import Tableau

KINDS = (
    "purchase", "production", "overtime", "shifts", "workforce", "orders", "holding", "back-orders", "lost sales", "safety stock", "changes",
    "substitutes", "revenue",
)  # fmt: skip
UNREPORTED = ""
"""Kind of a price that only keeps the plan sensible and that nobody pays."""
RELAXATION = 100.0
"""A unit beyond a stated limit costs so many times the dearest unit of demand or stock: more than anything that it could save."""
WORTH_SERVING = 1.25
"""In a plan of least cost a unit of demand is worth at least this many times its regular cost, whatever its price: demand is there to be served."""


class Price(NamedTuple):
    """Plan currency per unit of a variable, under the kind of cost that it is reported by; `revenue` is positive."""

    kind: str
    variable: str
    per_unit: Matrix


def prices(model: SupplyModel) -> Iterator[Price]:
    """Every cost and revenue of the plan. Costs below zero count as none, so that no plan is without bound."""
    yield from _source_prices(model)
    yield from _resource_prices(model)
    yield from _stock_prices(model)
    yield from _demand_prices(model)
    yield from _relaxation_prices(model)


def add_objective(model: SupplyModel) -> None:
    """Least cost, or with the objective `most margin` cost less revenue."""
    total: dict[str, Matrix] = {}
    for price in prices(model):
        if len(labels := model.labels(price.variable)) and (price.kind != "revenue" or model.rules.objective == "most margin"):
            sign = -1.0 if price.kind == "revenue" else 1.0
            before = total.get(price.variable, np.zeros(labels.shape))
            total[price.variable] = before + sign * np.broadcast_to(price.per_unit, labels.shape)
    labels = np.concatenate([model.labels(name).ravel() for name in total] or [np.zeros(0, dtype=np.int64)])
    weights = np.concatenate([matrix.ravel() for matrix in total.values()] or [np.zeros(0)])
    kept = (labels >= 0) & (weights != 0)
    if isinstance(model.lp, Tableau):
        model.lp.costs = labels[kept], weights[kept]
        return
    import linopy
    import xarray

    terms = xarray.Dataset({"coeffs": (("_term",), weights[kept]), "vars": (("_term",), labels[kept]), "const": ((), 0.0)})
    model.lp.add_objective(linopy.LinearExpression(terms, model.lp))


def _positive(values: Matrix) -> Matrix:
    return np.maximum(np.nan_to_num(values), 0.0)


def _source_prices(model: SupplyModel) -> Iterator[Price]:
    network = model.network
    sources = network.sources
    paid, made = _positive(model.column(sources, "unit_cost")), (sources["kind"] == "make").to_numpy()[:, None]
    yield Price("purchase", "orders", np.where(made, 0.0, paid))
    yield Price("production", "orders", np.where(made, paid, 0.0) + _hour_cost(network)[:, None])
    yield Price("orders", "ordered", _positive(model.column(sources, "fixed_cost")))
    yield Price("substitutes", "component_use", _positive(model.column(network.uses, "extra_cost")))
    of_point = model.column(network.points, "unit_cost")[sources["point"].to_numpy(dtype=int)]
    for variable in ("more", "less"):
        yield Price("changes", variable, model.rules.change_cost_rate * _positive(of_point))


def _hour_cost(network: SupplyNetwork) -> Matrix:
    """(S,) regular cost of the hours in a unit ordered."""
    loads = network.loads
    rate = _positive(network.resources["cost_per_hour"].to_numpy(dtype=float))
    cost = loads["hours"].to_numpy(dtype=float) * rate[loads["resource"].to_numpy(dtype=int)]
    return np.asarray(np.bincount(loads["source"].to_numpy(dtype=int), weights=cost, minlength=len(network.sources)), dtype=float)


def _resource_prices(model: SupplyModel) -> Iterator[Price]:
    """Overtime costs at least what the regular hour costs in whose place it is worked; the hours of a shift are paid as regular ones beside it."""
    resources = model.network.resources
    regular = _positive(model.column(resources, "cost_per_hour"))
    yield Price("production", "overtime", -regular)
    yield Price("overtime", "overtime", np.maximum(regular, _positive(model.column(resources, "overtime_cost"))))
    yield Price("shifts", "shifts", _positive(model.column(resources, "shift_cost")))
    for variable, column in (("workers", "wage"), ("hired", "hire_cost"), ("laid_off", "layoff_cost")):
        yield Price("workforce", variable, _positive(model.column(resources, column)))


def _stock_prices(model: SupplyModel) -> Iterator[Price]:
    points = model.network.points
    yield Price("holding", "stock", _positive(model.column(points, "holding_cost")))
    yield Price("safety stock", "below_safety", _positive(model.column(points, "safety_cost")))
    yield Price(UNREPORTED, "expired", _disposal(model))


def _disposal(model: SupplyModel) -> Matrix:
    """(N, T) as if what expires had been held to the end of the plan: nothing is thrown away early to save its holding cost."""
    points = model.network.points
    keeping = _positive(model.column(points, "holding_cost")) + 1e-4 * _positive(model.column(points, "unit_cost"))
    return np.asarray(keeping * (model.network.periods - model.periods))


def _relaxation_prices(model: SupplyModel) -> Iterator[Price]:
    """(rows, T) per unit beyond a limit, so high that it is used only where the stated numbers contradict each other."""
    network = model.network
    dearest = max([1.0, *np.nan_to_num(network.points["unit_cost"].to_numpy(dtype=float)), *np.nan_to_num(network.price).max(axis=1, initial=0.0)])
    yield Price(UNREPORTED, "over_maximum", np.full((1, 1), RELAXATION * dearest))
    space, hours = (network.stores["space"], network.loads["hours"])
    for variable, per_unit in (("over_storage", space), ("over_capacity", hours)):
        smallest = float(per_unit[per_unit > 0].min()) if (per_unit > 0).any() else 1.0
        yield Price(UNREPORTED, variable, np.full((1, 1), RELAXATION * dearest / smallest))


def _demand_prices(model: SupplyModel) -> Iterator[Price]:
    """What still waits at the end of the plan counts as lost: else nothing would be made for the last periods."""
    network = model.network
    price = _positive(network.price)
    lost = _positive(model.column(network.streams, "lost_sale_cost")) + np.zeros_like(price)
    if model.rules.objective != "most margin":
        regular = WORTH_SERVING * np.maximum(supply_cost(network), _positive(network.points["unit_cost"].to_numpy(dtype=float)))[network.streams["point"].to_numpy(dtype=int)]
        lost = lost + np.maximum(price, regular[:, None])
    waiting = _positive(model.column(network.streams, "backorder_cost")) + np.zeros_like(price)
    waiting[:, -1:] += lost[:, -1:]
    yield Price("back-orders", "unmet", waiting)
    yield Price("lost sales", "lost", lost)
    yield Price("revenue", "served", price)


def supply_cost(network: SupplyNetwork) -> Matrix:
    """(N,) plan currency of one unit by the cheapest regular source, its components included; the point's unit cost where it has none."""
    sources, uses = network.sources, network.uses
    stated = _positive(network.points["unit_cost"].to_numpy(dtype=float))
    point = sources["point"].to_numpy(dtype=int)
    shipped_from = sources["from_point"].to_numpy(dtype=int)
    own = _positive(sources["unit_cost"].to_numpy(dtype=float)) + _hour_cost(network)
    good = np.maximum(sources["process_yield"].astype(float).fillna(1.0).to_numpy(), 1e-6)
    lines = uses[uses["substitute_for"] < 0]
    maker, component = lines["source"].to_numpy(dtype=int), lines["component"].to_numpy(dtype=int)
    quantity = lines["quantity"].to_numpy(dtype=float)
    regular = (sources["lever"] == "").to_numpy()
    cost = stated.copy()
    for _ in range(30):  # one round per level of the bills; a ring of bills ends here too
        materials = np.bincount(maker, weights=quantity * cost[component], minlength=len(sources))
        unit = (own + materials + np.where(shipped_from >= 0, cost[shipped_from], 0.0)) / good
        cheapest = np.full(len(stated), np.inf)
        np.minimum.at(cheapest, point[regular], unit[regular])
        after = np.where(np.isfinite(cheapest), cheapest, stated)
        if np.allclose(after, cost):
            break
        cost = after
    return cost
