"""What a plan costs, kind by kind: one table that both the objective and the reported costs are read from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.tableau import Tableau
from sop_xl.plan.supply.solver.variables import shared_among, sharing
from sop_xl.plan.supply.unit_costs import hour_cost, source_cost

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

OFF_SHARE = 0.01
"""A unit beside a source's share costs this part of its regular cost (of 1 where that is not known), beside what the change of source saves."""
LAST_RESORT = 1e-4
"""Hours beyond regular time that cost nothing count this part of a usual unit's cost, so that none are planned while regular ones are free."""
BELOW_WAITING = 0.9
"""A unit missing to safety stock costs at most this part of what the least urgent customer costs who waits: stock is there to be sold."""


class Price(NamedTuple):
    """Plan currency per unit of a variable, under the kind of cost that it is reported by; `revenue` is positive."""

    kind: str
    variable: str
    per_unit: Matrix


def prices(model: SupplyModel) -> Iterator[Price]:
    """Every cost and revenue of the plan. Costs below zero count as none, so that no plan is without bound."""
    yield from _source_prices(model)
    yield from _share_prices(model)
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
    yield Price("production", "orders", np.where(made, paid, 0.0) + hour_cost(network)[:, None])
    yield Price("orders", "ordered", _positive(model.column(sources, "fixed_cost")))
    yield Price("substitutes", "component_use", _positive(model.column(network.uses, "extra_cost")))
    of_point = model.column(network.points, "unit_cost")[sources["point"].to_numpy(dtype=int)]
    for variable in ("more", "less"):
        yield Price("changes", variable, model.rules.change_cost_rate * _positive(of_point))


def _share_prices(model: SupplyModel) -> Iterator[Price]:
    """What a share given up saves, so that money never decides against a share, and a little more, which is less than waiting costs.

    A unit that a dear source owes and a cheap one gives costs as much as the shared one would; one that the dear source gives costs its own.
    """
    network, sources = model.network, model.network.sources
    shared = sharing(network)
    point, among = sources["point"].to_numpy(dtype=int), shared_among(network) & sources["authorised"].to_numpy(dtype=bool)
    unit = source_cost(network, model.supply_cost)
    least, most = np.full(len(network.points), np.inf), np.full(len(network.points), -np.inf)
    np.minimum.at(least, point[among], unit[among])
    free = among & ~shared
    np.maximum.at(most, point[free], unit[free])  # among sharers alone what one has too much another has too little
    little = OFF_SHARE * np.where(unit > 0, unit, 1.0)
    urgent = _least_waiting(model).min(axis=1, initial=np.inf)[point]
    little = np.minimum(little, np.where(urgent > 0, urgent / 2, np.inf))
    for variable, saved in (("share_under", unit - least[point]), ("share_over", most[point] - unit)):
        yield Price(UNREPORTED, variable, np.where(shared, np.maximum(saved, 0.0) + little, 0.0)[:, None])


def _resource_prices(model: SupplyModel) -> Iterator[Price]:
    """Overtime costs at least what the regular hour costs in whose place it is worked; the hours of a shift are paid as regular ones beside it."""
    resources = model.network.resources
    regular = _positive(model.column(resources, "cost_per_hour"))
    yield Price("production", "overtime", -regular)
    yield Price("overtime", "overtime", np.maximum(regular, _positive(model.column(resources, "overtime_cost"))))
    yield Price("shifts", "shifts", _positive(model.column(resources, "shift_cost")))
    for variable, column in (("workers", "wage"), ("hired", "hire_cost"), ("laid_off", "layoff_cost")):
        yield Price("workforce", variable, _positive(model.column(resources, column)))
    yield from _last_resort_prices(model)


def _last_resort_prices(model: SupplyModel) -> Iterator[Price]:
    """(R, 1) a little for what is beyond regular time and would cost nothing: else nothing would keep it out of a plan that does not need it."""
    resources = model.network.resources
    costs = model.network.points["unit_cost"].to_numpy(dtype=float)
    little = LAST_RESORT * (float(np.median(costs[costs > 0])) if (costs > 0).any() else 1.0)
    dearer = _positive(model.column(resources, "overtime_cost")) - _positive(model.column(resources, "cost_per_hour"))
    hours = {"shift_cost": "shift_capacity", "hire_cost": "hours_per_worker", "layoff_cost": "hours_per_worker"}
    yield Price(UNREPORTED, "overtime", np.where(dearer > 0, 0.0, little))
    for variable, column in (("shifts", "shift_cost"), ("hired", "hire_cost"), ("laid_off", "layoff_cost")):
        each = little * np.maximum(_positive(model.column(resources, hours[column])), 1.0)
        yield Price(UNREPORTED, variable, np.where(_positive(model.column(resources, column)) > 0, 0.0, each))


def _stock_prices(model: SupplyModel) -> Iterator[Price]:
    points = model.network.points
    yield Price("holding", "stock", _positive(model.column(points, "holding_cost")))
    urgent = _least_waiting(model)
    most = np.where(urgent > 0, BELOW_WAITING * urgent, np.inf)
    missing = np.minimum(_positive(model.column(points, "safety_cost")), most)
    yield Price("safety stock", "below_safety", missing)
    yield Price(UNREPORTED, "below_safety", _run_down(model, missing, most))
    yield Price(UNREPORTED, "expired", _disposal(model))


def _run_down(model: SupplyModel, missing: Matrix, most: Matrix) -> Matrix:
    """(N, T) what the last period adds to the price of missing safety stock.

    It would have to be supplied right after the plan, so that using it up saves nothing: neither the unit nor the holding of its components on their way.
    """
    more = np.zeros((len(model.network.points), model.network.periods))
    if more.size:
        held = _positive(model.network.points["holding_cost"].to_numpy(dtype=float))
        again = np.minimum(model.supply_cost * (1.0 + 1e-6) + held * model.network.periods, np.broadcast_to(most, more.shape)[:, -1])
        more[:, -1] = np.maximum(again - np.broadcast_to(missing, more.shape)[:, -1], 0.0)
    return more


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
    """Demand whose price is not known brings no revenue, and is yet worth serving: for most margin too."""
    waiting, lost = _unserved(model)
    price = _positive(model.network.price)
    yield Price("back-orders", "unmet", waiting)
    yield Price("lost sales", "lost", lost)
    yield Price("revenue", "served", price)
    if model.rules.objective == "most margin":
        yield Price(UNREPORTED, "served", np.where(price > 0, 0.0, -_regular_worth(model)[:, None]))


def _unserved(model: SupplyModel) -> tuple[Matrix, Matrix]:
    """(D, T) per unit that waits, and that is lost.

    What still waits at the end of the plan counts as lost: else nothing would be made for the last periods.
    """
    network = model.network
    price = _positive(network.price)
    lost = _positive(model.column(network.streams, "lost_sale_cost")) + np.zeros_like(price)
    if model.rules.objective != "most margin":
        lost = lost + np.maximum(price, _regular_worth(model)[:, None])
    waiting = _positive(model.column(network.streams, "backorder_cost")) + np.zeros_like(price)
    waiting[:, -1:] += lost[:, -1:]
    return waiting, lost


def _regular_worth(model: SupplyModel) -> Matrix:
    """(D,) plan currency that a unit of demand is worth at least."""
    network = model.network
    stated = _positive(network.points["unit_cost"].to_numpy(dtype=float))
    return np.asarray(WORTH_SERVING * np.maximum(model.supply_cost, stated)[network.streams["point"].to_numpy(dtype=int)])


def _least_waiting(model: SupplyModel) -> Matrix:
    """(N, T) what the least urgent demand of a stock costs for a period without it, a lost sale spread over the plan; inf where nothing is sold."""
    network = model.network
    waiting, lost = _unserved(model)
    if model.rules.unmet != "back-orders":
        worth = lost + (_positive(network.price) if model.rules.objective == "most margin" else 0.0)
        waiting = worth / max(network.periods, 1)
    least = np.full((len(network.points), network.periods), np.inf)
    asked = network.demand.sum(axis=1) > 0
    np.minimum.at(least, network.streams["point"].to_numpy(dtype=int)[asked], waiting[asked])
    return least
