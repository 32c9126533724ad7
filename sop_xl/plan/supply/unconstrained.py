"""The supply plan where nothing but lead times, fences and components limits it: netting, carried out and priced."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sop_xl.plan.supply.capacity import required_load
from sop_xl.plan.supply.costs import plan_costs
from sop_xl.plan.supply.execution import carry_out
from sop_xl.plan.supply.flows import good_receipts, numbers
from sop_xl.plan.supply.netting import net_requirements
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solution import SupplySolution


def unconstrained_solution(network: SupplyNetwork, rules: SupplyRules) -> SupplySolution:
    """The netted plan as a solution, as far as it can be carried out; no duals.

    Orders keep lots, lead times, fences, shares and validity, and nothing else. Where a component is not there in time, what
    is made of it waits for it (`plan.supply.execution`), so that no stock falls below zero and every unit that customers
    do not get stands in `unmet` or `lost`. Overloads are not priced: all hours cost regular time.
    """
    netting = net_requirements(network, rules.unmet)
    done = carry_out(network, netting, rules.unmet)
    by_resource = np.zeros((len(network.resources), network.periods))
    workers = np.repeat(numbers(network, "resources", "workers")[:, None], network.periods, axis=1)
    solution = SupplySolution(
        network=network, rules=rules, orders=done.orders, receipts=good_receipts(network, done.orders), stock=done.stock,
        below_safety=np.maximum(network.safety_stock - done.stock, 0.0), expired=np.zeros_like(done.stock), unmet=done.unmet, lost=done.lost,
        uses=done.uses, load=required_load(network, done.orders, done.stock), overtime=by_resource, shifts=by_resource.copy(), workers=workers,
        hired=by_resource.copy(), laid_off=by_resource.copy(), costs={"revenue": 0.0}, notes=netting.notes + done.notes,
    )  # fmt: skip
    return replace(solution, costs=plan_costs(solution))
