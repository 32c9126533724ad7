"""What holds for every supply plan: nothing appears or vanishes, more never costs more, order of rows is of no account."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from supply_worlds import made_up_network

from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.solver import open_model, solve_supply

RULES = st.builds(
    SupplyRules, objective=st.sampled_from(["least cost", "most margin", "service first"]), unmet=st.sampled_from(["back-orders", "lost sales"]), prebuild=st.booleans()
)  # fmt: skip
FEW = settings(max_examples=6, deadline=None, derandomize=True)


@FEW
@given(st.integers(0, 500), RULES)
def test_flow_balances_in_every_cell(seed, rules):
    network = made_up_network(seed)
    plan = solve_supply(network, rules)
    waited = np.concatenate([np.zeros((len(plan.unmet), 1)), plan.unmet[:, :-1]], axis=1)
    served = network.demand + waited - plan.unmet - plan.lost
    into, out = np.zeros_like(plan.stock), np.zeros_like(plan.stock)
    np.add.at(into, network.sources["point"].to_numpy(), plan.receipts)
    np.add.at(out, network.streams["point"].to_numpy(), served)
    np.add.at(out, network.uses["component"].to_numpy(dtype=int), plan.uses)
    before = np.concatenate([network.opening[:, None], plan.stock[:, :-1]], axis=1)
    np.testing.assert_allclose(before + network.scheduled + into - out - plan.expired, plan.stock, atol=1e-5)
    assert (served >= -1e-6).all()
    assert (plan.unmet <= network.demand.cumsum(axis=1) + 1e-6).all()
    assert (plan.load <= network.capacity + plan.overtime + plan.shifts * network.resources["shift_capacity"].to_numpy()[:, None] + 1e-5).all()


@FEW
@given(st.integers(0, 500), st.sampled_from(["capacity", "supplier_limit", "overtime_limit"]), st.floats(0.0, 20.0))
def test_more_of_a_limit_never_costs_more(seed, field, more):
    network = made_up_network(seed)
    roomier = replace(network, **{field: getattr(network, field) + more})
    assert solve_supply(roomier, SupplyRules()).cost <= solve_supply(network, SupplyRules()).cost + 1e-5


@FEW
@given(st.integers(0, 500))
def test_duals_explain_the_plan_with_one_hour_more(seed):
    """Within the range in which a price holds, the saving is the price times the hours."""
    network = made_up_network(seed)
    model = open_model(network, SupplyRules())
    price = model.sensitivity("resource_capacity", 0, 2)
    hours = min(1.0, (price.valid_until - price.limit) * 0.9)
    capacity = network.capacity.copy()
    capacity[0, 2] += hours
    saved = model.optimum.objective - open_model(replace(network, capacity=capacity), SupplyRules()).optimum.objective
    assert saved == pytest.approx(price.price_low * hours, abs=1e-5)


@FEW
@given(st.integers(0, 500), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_cost(seed, random):
    network = made_up_network(seed)
    order = list(range(len(network.streams)))
    random.shuffle(order)
    shuffled = replace(network, streams=network.streams.iloc[order].reset_index(drop=True), demand=network.demand[order], price=network.price[order])
    assert solve_supply(shuffled, SupplyRules()).cost == pytest.approx(solve_supply(network, SupplyRules()).cost)
