"""The linear programme of a network: every variable, every constraint, one objective."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solver import constraints_capacity as capacity
from sop_xl.plan.supply.solver import constraints_flow as flow
from sop_xl.plan.supply.solver import constraints_lots as lots
from sop_xl.plan.supply.solver import constraints_source as source
from sop_xl.plan.supply.solver import constraints_stock as stock
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.objective import add_objective
from sop_xl.plan.supply.solver.tableau import Tableau
from sop_xl.plan.supply.solver.variables import add_variables

CONSTRAINTS = (
    source.constrain_lead_time,
    source.constrain_fence,
    source.constrain_validity,
    source.constrain_authorised,
    flow.constrain_balance,
    flow.constrain_substitutes,
    flow.constrain_unmet_demand,
    source.constrain_source_maximum,
    source.constrain_source_share,
    source.constrain_supplier_limit,
    source.constrain_plan_stability,
    capacity.constrain_resource_capacity,
    capacity.constrain_overtime,
    capacity.constrain_shifts,
    capacity.constrain_workforce,
    capacity.constrain_hiring,
    capacity.constrain_layoffs,
    capacity.constrain_storage,
    stock.constrain_safety_stock,
    stock.constrain_maximum_stock,
    stock.constrain_shelf_life,
    stock.constrain_prebuild,
    lots.constrain_order_placed,
    lots.constrain_minimum_order,
    lots.constrain_order_multiple,
)
"""Every constraint of the plan, in the order in which they are written. The first four bound single orders, see `model.blocked`."""


def empty_model(network: SupplyNetwork, rules: SupplyRules) -> SupplyModel:
    """The variables of the plan without a constraint."""
    import linopy

    with linopy.options as options:
        options.set_value(semantics="v1")
        blocked = np.full((len(network.sources), network.periods), "", dtype=object)
        model = SupplyModel(network, rules, linopy.Model(sparse=True), blocked)
        add_variables(model)
    return model


def rebuild_model(network: SupplyNetwork, rules: SupplyRules) -> SupplyModel:
    """The whole programme as `build_model` makes it, written as arrays at once: for plans that are made again with other numbers."""
    model = SupplyModel(network, rules, Tableau(), np.full((len(network.sources), network.periods), "", dtype=object))
    add_variables(model)
    for constrain in CONSTRAINTS:
        constrain(model)
    add_objective(model)
    return model


def build_model(network: SupplyNetwork, rules: SupplyRules) -> SupplyModel:
    """The whole programme, not solved."""
    import linopy

    model = empty_model(network, rules)
    with linopy.options as options:
        options.set_value(semantics="v1")
        for constrain in CONSTRAINTS:
            constrain(model)
        add_objective(model)
    return model
