"""What holds for every netted plan, whatever the network: balances in every cell, lots, and rows whose order means nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_network import small_network

from sop_xl.plan.supply.flows import dependent_demand, good_receipts, independent_demand, total_by
from sop_xl.plan.supply.netting import net_requirements
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.outcome import inventory_plan_frame, net_requirements_frame, supply_plan_frame
from sop_xl.plan.supply.solver import solve_supply
from sop_xl.plan.supply.unconstrained import unconstrained_solution

HORIZON = 5
SOLD, PARTS = ["A", "B"], ["C", "D", "E"]
units = st.integers(0, 60).map(float)
some_units = st.lists(units, min_size=HORIZON, max_size=HORIZON)
source = st.fixed_dictionaries({
    "lead_time": st.integers(0, 2).map(float), "minimum_order": st.sampled_from([0.0, 15.0]), "order_multiple": st.sampled_from([0.0, 10.0, 7.0]),
    "process_yield": st.sampled_from([1.0, 0.8]), "share": st.sampled_from([np.nan, np.nan, 0.4]), "authorised": st.sampled_from([True, True, True, False]),
})  # fmt: skip


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Two products, three parts on up to three levels, one or two sources each, of any lead time and lot."""
    everything = [*SOLD, *PARTS]
    sources = []
    for item in everything:
        sources += [{"item": item, "kind": "make"} | draw(source), *draw(st.lists(source.map(lambda s, i=item: {"item": i, "kind": "buy", "source": "V", "priority": 2.0} | s), max_size=1))]
    pairs = [(made, part) for k, made in enumerate(everything) for part in everything[max(k + 1, len(SOLD)) :]]
    return {
        "demand": {item: draw(some_units) for item in SOLD},
        "points": {part: {} for part in PARTS},
        "sources": sources,
        "uses": draw(st.dictionaries(st.sampled_from(pairs), st.sampled_from([0.5, 1.0, 2.0]), max_size=6)),
        "opening": {item: draw(units) for item in everything},
        "scheduled": {item: draw(some_units) for item in SOLD},
        "safety_stock": {item: [draw(units)] * HORIZON for item in everything},
    }


def made(world: dict[str, Any]) -> SupplyNetwork:
    return small_network(**world)


TRIES = settings(max_examples=60, deadline=None)


@TRIES
@given(worlds(), st.sampled_from(["back-orders", "lost sales"]))
def test_the_netted_balance_holds_in_every_cell(world, unmet):
    network = made(world)
    netting = net_requirements(network, unmet)
    before = np.column_stack([network.opening, netting.balance[:, :-1]])
    assert netting.balance == pytest.approx(before + network.scheduled + netting.receipts + netting.lost - netting.gross, abs=1e-6)
    assert netting.gross == pytest.approx(independent_demand(network) + netting.dependent)
    assert netting.receipts == pytest.approx(total_by(network.sources["point"].to_numpy(), good_receipts(network, netting.orders), len(network.points)))
    assert netting.releases.sum() == pytest.approx(netting.orders.sum())


@TRIES
@given(worlds())
def test_orders_keep_lots_permission_and_lead_time(world):
    network = made(world)
    orders = net_requirements(network).orders
    lot, least = (network.sources[name].to_numpy()[:, None] for name in ("order_multiple", "minimum_order"))
    lots = np.where(lot > 0, orders / np.where(lot > 0, lot, 1.0), 0.0)
    assert lots == pytest.approx(np.round(lots), abs=1e-6)
    assert ((orders == 0) | (orders >= least - 1e-9)).all()
    assert not orders[~network.sources["authorised"].to_numpy(dtype=bool)].any()
    for row, lead in zip(orders, network.sources["lead_periods"], strict=True):
        assert not row[:lead].any()


@TRIES
@given(worlds())
def test_safety_stock_is_kept_wherever_a_receipt_can_arrive(world):
    network = made(world)
    netting = net_requirements(network)
    lead = network.sources["lead_periods"].where(network.sources["authorised"], HORIZON).to_numpy()
    soonest = np.array([lead[network.sources["point"] == n].min(initial=HORIZON) for n in range(len(network.points))])
    reachable = np.arange(HORIZON)[None, :] >= soonest[:, None]
    assert (netting.balance >= network.safety_stock - 1e-6)[reachable].all()
    assert not netting.past_due[reachable].any()


@TRIES
@given(worlds(), st.sampled_from(["back-orders", "lost sales"]))
def test_a_plan_that_is_carried_out_balances_and_is_never_below_zero(world, unmet):
    network = made(world)
    solution = unconstrained_solution(network, SupplyRules(unmet=unmet))
    rows = inventory_plan_frame(solution)
    flows = rows["opening_balance"] + rows["scheduled_receipts"] + rows["planned_receipts"] - rows["demand"] - rows["dependent_demand"] + rows["lost_sales"]
    assert flows.to_numpy() == pytest.approx(rows["projected_available_balance"].to_numpy(), abs=1e-5)
    assert (solution.stock >= 0).all()
    assert (solution.unmet <= network.demand.cumsum(axis=1) + 1e-6).all()
    assert (solution.lost <= network.demand + 1e-6).all()
    assert solution.receipts == pytest.approx(good_receipts(network, solution.orders))
    assert 0.0 <= solution.service <= 1.0


@TRIES
@given(worlds())
def test_where_no_part_is_short_the_plan_is_the_netted_one(world):
    network = made(world)
    netting = net_requirements(network)
    solution = unconstrained_solution(network, SupplyRules())
    parts = ~network.points["item"].isin(SOLD).to_numpy()
    if (netting.balance[parts] >= -1e-9).all():
        assert solution.orders == pytest.approx(netting.orders, abs=1e-6)
        waiting = total_by(network.streams["point"].to_numpy(), solution.unmet, len(network.points))
        assert waiting == pytest.approx(np.maximum(-netting.balance, 0.0), abs=1e-6)
    assert (solution.orders.sum(axis=1) <= netting.orders.sum(axis=1) + 1e-6).all()


@TRIES
@given(worlds())
def test_nothing_is_ordered_where_stock_suffices(world):
    stocked = world | {"opening": dict.fromkeys([*SOLD, *PARTS], 1000000.0)}
    netting = net_requirements(made(stocked))
    assert not netting.orders.any()
    assert not netting.past_due.any()


@TRIES
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing(world, random):
    mixed = dict(world)
    for name in ("demand", "points", "uses"):
        pairs = list(world[name].items())
        random.shuffle(pairs)
        mixed[name] = dict(pairs)
    mixed["sources"] = random.sample(world["sources"], len(world["sources"]))
    one, other = made(world), made(mixed)
    assert net_requirements_frame(one, net_requirements(one)).equals(net_requirements_frame(other, net_requirements(other)))
    rows = [supply_plan_frame(unconstrained_solution(network, SupplyRules())).round(6) for network in (one, other)]
    assert rows[0].equals(rows[1])


@TRIES
@given(worlds())
def test_the_period_of_release_takes_the_components(world):
    network = made(world)
    netting = net_requirements(network)
    by_hand = np.zeros_like(netting.dependent)
    for line in network.uses.itertuples():
        for t in range(HORIZON):
            by_hand[line.component, t] += netting.releases[line.source, t] * line.quantity
    assert dependent_demand(network, netting.orders) == pytest.approx(by_hand)


@settings(max_examples=15, deadline=None)
@given(worlds())
def test_no_plan_that_keeps_to_lead_times_and_parts_is_cheaper_than_the_best_one(world):
    """What is carried out is a plan that the solver could have chosen, at the same prices: it costs as much or more."""
    free = world | {"sources": [row | {"share": np.nan} for row in world["sources"]]}
    network, rules = made(free), SupplyRules()
    assert solve_supply(network, rules).cost <= unconstrained_solution(network, rules).cost + 1e-4


@settings(max_examples=15, deadline=None)
@given(worlds(), st.integers(1, 80), st.sampled_from(["back-orders", "lost sales"]))
def test_a_plan_within_limits_balances_on_its_sheet(world, hours, unmet):
    network = made(world | {"resources": {"Saw": {"capacity": hours, "loads": {"A": 1.0, "C": 0.5}}}})
    solution = solve_supply(network, SupplyRules(unmet=unmet))
    rows = inventory_plan_frame(solution)
    flows = rows["opening_balance"] + rows["scheduled_receipts"] + rows["planned_receipts"] - rows["demand"] - rows["dependent_demand"] + rows["lost_sales"]
    assert flows.to_numpy() == pytest.approx(rows["projected_available_balance"].to_numpy(), abs=1e-4)
    assert (rows["unmet_demand"] == (-rows["projected_available_balance"]).clip(lower=0)).all()
