"""The end of an item's life: last buy, residual stock and write-off, at the stock that serves it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import items, locations, month, months, table

from sop_xl import frames
from sop_xl.plan.last_buy import ends_of_life
from sop_xl.plan.life_cycle import places_of
from sop_xl.plan.life_cycle_pools import PlannedStep, open_pools
from sop_xl.plan.valuation import financial_detail

TIMELINE = months("2026-01", 4)
PLACES = locations(Store="", North="Store", South="Store", Rome="")


def ends(demand, rows, stock, *, spread=None, of=None, receipts=None):
    """Ends of life of item A, which sells so much a month at each location."""
    listed = items("A", unit_cost=3.0) if of is None else of
    labels = ["2026-01", "2026-02", "2026-03", "2026-04"]
    consensus = table(frames.CONSENSUS_DEMAND, *({"item": "A", "location": p, "measure": "consensus"} | dict(zip(labels, v, strict=True)) for p, v in demand.items()))
    base = consensus[["item", "location", "period"]].assign(baseline=consensus["consensus"])
    width = np.nan if spread is None else spread
    base = base.assign(baseline_low=base["baseline"] - width, baseline_high=base["baseline"] + width)
    lifecycle = table(frames.LIFECYCLE, *({"item": "A", "stage": "phase_out", "location": p, "period": month(when)} for p, when in rows.items()))
    inventory = table(frames.INVENTORY, *({"item": "A", "location": p, "on_hand": v} for p, v in stock.items()))
    detail, _ = financial_detail(frames.empty_frame(frames.DEMAND_HISTORY), consensus, frames.empty_frame(frames.NET_PRICES), listed, PLACES, TIMELINE)
    pools = open_pools(consensus, base, detail, frames.empty_frame(frames.NET_PRICES), inventory, listed, PLACES, TIMELINE, 0.95, receipts)
    steps = [PlannedStep(row, np.flatnonzero(places_of(pools.grid.series, row, lifecycle))) for row in lifecycle.itertuples()]
    return ends_of_life(pools, steps)


def one_end(demand, safety, stock, **terms):
    """Last buy and what is left, of an item that sells `demand` in one month, in a bad case `safety` more, and ends after it."""
    result = ends({"Rome": [demand, 0, 0, 0]}, {"Rome": "2026-02"}, {"Rome": stock}, spread=safety, of=items("A", **terms))
    return result.order_quantity[0], result.residual_stock[0]


def test_a_last_buy_covers_demand_and_safety_less_what_is_there():
    """500 are still needed, 80 more in a bad case, 330 are there: 250. Nothing is left if nothing is bought."""
    assert one_end(500, 80, 330) == pytest.approx((250, 0))
    assert one_end(500, 80, 330, minimum_order=400) == pytest.approx((400, 0))
    assert one_end(500, 80, 330, order_multiple=48) == pytest.approx((288, 0))


def test_where_enough_is_there_nothing_is_bought_and_the_rest_is_left():
    assert one_end(500, 80, 600) == pytest.approx((0, 100))
    assert one_end(500, 80, 540, minimum_order=100) == pytest.approx((100, 40))


@settings(deadline=None, max_examples=30)
@given(*[st.one_of(st.just(0.0), st.floats(1e-6, 1e6))] * 4, st.one_of(st.just(0.0), st.floats(0.01, 1e4)))
def test_bought_and_there_is_enough_and_nothing_is_negative(demand, safety, stock, minimum, multiple):
    order, left = one_end(demand, safety, stock, minimum_order=minimum, order_multiple=multiple)
    assert order >= 0
    assert left >= 0
    needed = demand + (safety if demand > 0 else 0.0)  # without demand there is no bad case of it
    assert order + stock >= needed - 1e-3 * (1 + stock)


def test_the_safety_is_the_p90_of_what_is_still_to_come():
    """100, 100 and 100 to come; P90 is 30 above in each. Three independent thirties make 30 x sqrt(3) = 51.96."""
    result = ends({"North": [100, 100, 100, 0]}, {"North": "2026-04"}, {"Store": 120}, spread=30)
    assert result.demand == pytest.approx([300])
    assert result.demand_high == pytest.approx([300 + 30 * 3**0.5])
    assert result.demand_low == pytest.approx([300 - 30 * 3**0.5])
    assert result.order_quantity == pytest.approx([300 + 30 * 3**0.5 - 120])
    assert result.residual_stock == pytest.approx([0])


def test_without_a_range_there_is_no_safety_and_it_is_known():
    result = ends({"North": [100, 100, 100, 0]}, {"North": "2026-04"}, {"Store": 120})
    assert result.order_quantity == pytest.approx([180])
    assert result.without_range.tolist() == [True]
    assert np.isnan(result.demand_high).all()


def test_what_is_left_is_a_write_off_at_cost():
    result = ends({"Rome": [10, 10, 0, 0]}, {"Rome": "2026-03"}, {"Rome": 50})
    assert result.residual_stock == pytest.approx([30])
    assert result.exposure == pytest.approx([90])
    assert result.order_quantity == pytest.approx([0])
    unknown = ends({"Rome": [10, 10, 0, 0]}, {"Rome": "2026-03"}, {"Rome": 50}, of=items("A"))
    assert np.isnan(unknown.exposure).all()


def test_open_orders_count_as_stock():
    receipts = pd.DataFrame({"item": ["A"], "location": ["Rome"], "period": [month("2026-02")], "scheduled_receipts": [15.0]})
    result = ends({"Rome": [10, 10, 10, 0]}, {"Rome": "2026-04"}, {"Rome": 5}, receipts=receipts)
    assert result.order_quantity == pytest.approx([10])


def test_one_stock_for_two_places_is_planned_once_and_shared_out_by_demand():
    """North needs 60 and South 30 more; the store has 30. Together 60 short, two thirds of it for the North."""
    demand = {"North": [20, 20, 20, 0], "South": [10, 10, 10, 0]}
    result = ends(demand, {"North": "2026-04", "South": "2026-04"}, {"Store": 30})
    assert result.order_quantity == pytest.approx([40, 20])
    whole = ends(demand, {"": "2026-04"}, {"Store": 30})
    assert whole.order_quantity == pytest.approx([60])


def test_while_another_place_goes_on_there_is_no_last_buy():
    result = ends({"North": [20, 20, 0, 0], "South": [10, 10, 10, 10]}, {"North": "2026-03"}, {"Store": 500})
    assert result.goes_on.tolist() == [True]
    assert np.isnan(result.order_quantity).all()
    assert np.isnan(result.residual_stock).all()
    assert result.demand == pytest.approx([40])


def test_an_end_in_the_past_leaves_its_stock_and_buys_nothing():
    result = ends({"Rome": [0, 0, 0, 0]}, {"Rome": "2026-01"}, {"Rome": 7})
    assert np.isnan(result.order_quantity).all()
    assert result.residual_stock == pytest.approx([7])


def test_a_stock_that_is_not_given_leaves_no_residual_to_tell_of():
    result = ends({"Rome": [10, 0, 0, 0]}, {"Rome": "2026-02"}, {})
    assert result.order_quantity == pytest.approx([10])
    assert np.isnan(result.residual_stock).all()
    assert result.without_stock.tolist() == [True]
