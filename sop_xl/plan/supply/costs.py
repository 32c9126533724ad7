"""What a plan that no solver made costs, at the prices that the solver's objective has, so that plans can be compared."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.objective import KINDS, prices


def plan_costs(solution: SupplySolution) -> dict[str, float]:
    """Costs over the horizon in plan currency by the kinds that `SupplySolution` lists, and revenue.

    Prices are those of `plan.supply.solver.objective`: what still waits at the end counts as lost, unknown prices and costs count as 0.
    Revenue is what is served, at the price of the period in which it is served; changes count where the last plan had the period.
    """
    network, orders = solution.network, solution.orders
    served = network.demand - solution.lost - solution.unmet
    served[:, 1:] += solution.unmet[:, :-1]
    change = np.nan_to_num(orders - network.previous_orders)
    quantities = {
        "orders": orders, "ordered": (orders > 1e-6).astype(float), "more": np.maximum(change, 0.0), "less": np.maximum(-change, 0.0),
        "component_use": solution.uses, "stock": solution.stock, "below_safety": solution.below_safety, "unmet": solution.unmet, "lost": solution.lost,
        "served": served, "overtime": solution.overtime, "shifts": solution.shifts, "workers": np.nan_to_num(solution.workers), "hired": solution.hired,
        "laid_off": solution.laid_off,
    }  # fmt: skip
    costs = dict.fromkeys(KINDS, 0.0)
    for price in prices(SupplyModel(network, solution.rules, None)):
        if price.kind in costs and price.variable in quantities:
            costs[price.kind] += float((quantities[price.variable] * price.per_unit).sum())
    return costs
