"""What a supply plan costs, by kind, from what it decides."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.supply.flows import numbers, whole
from sop_xl.plan.supply.solution import SupplySolution


def plan_costs(solution: SupplySolution) -> dict[str, float]:
    """Costs over the horizon in plan currency by the kinds that `SupplySolution` lists, and revenue.

    purchase is what sources outside are paid per unit (buy, subcontract, transfer); production what is made, and hours in regular time.
    Changes are counted against `previous_orders` where the last plan had the period. Unknown prices and costs count as 0.
    Revenue is what is served, at the price of the period in which it is served.
    """
    network, rules = solution.network, solution.rules

    def column(frame: str, name: str) -> np.ndarray:
        return np.nan_to_num(numbers(network, frame, name))[:, None]

    made = (network.sources["kind"] == "make").to_numpy(dtype=bool)
    paid = (solution.orders * column("sources", "unit_cost")).sum(axis=1)
    regular = np.maximum(solution.load - solution.overtime, 0.0) * column("resources", "cost_per_hour")
    unit_cost = column("points", "unit_cost")[whole(network, "sources", "point")]
    changed = np.nan_to_num(np.abs(solution.orders - network.previous_orders))
    lines = whole(network, "uses", "substitute_for") >= 0
    served = network.demand - solution.lost - solution.unmet
    served[:, 1:] += solution.unmet[:, :-1]
    amounts = {
        "purchase": paid[~made],
        "production": np.concatenate([paid[made], regular.ravel()]),
        "overtime": solution.overtime * column("resources", "overtime_cost"),
        "shifts": solution.shifts * column("resources", "shift_cost"),
        "workforce": np.nan_to_num(solution.workers) * column("resources", "wage")
        + solution.hired * column("resources", "hire_cost")
        + solution.laid_off * column("resources", "layoff_cost"),
        "orders": (solution.orders > 1e-6) * column("sources", "fixed_cost"),
        "holding": solution.stock * column("points", "holding_cost"),
        "back-orders": solution.unmet * column("streams", "backorder_cost"),
        "lost sales": solution.lost * column("streams", "lost_sale_cost"),
        "safety stock": solution.below_safety * column("points", "safety_cost"),
        "changes": changed * unit_cost * rules.change_cost_rate,
        "substitutes": (solution.uses * column("uses", "extra_cost"))[lines],
        "revenue": served * np.nan_to_num(network.price),
    }
    return {kind: float(np.sum(amount)) for kind, amount in amounts.items()}
