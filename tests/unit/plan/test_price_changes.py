"""A promotion that makes something cheaper sells more of it, and at the lower price."""

from __future__ import annotations

import pandas as pd
import pytest
from plan_tables import items, locations, month, months, table

from sop_xl import frames
from sop_xl.plan.grid import Grid, series_of
from sop_xl.plan.price_changes import price_factors
from sop_xl.plan.valuation import financial_detail, plan_rate_factors

PLAN = months("2026-01", 3)
ITEMS, PLACES = items("A", "B"), locations(N="N", S="S")


def event(name="Sale", first="2026-02", last="2026-02", change=-0.2, **scope):
    row = {"event": name, "type": "promotion", "first_period": month(first), "last_period": month(last), "price_change": change, "effect_kind": "percent"}
    return row | scope


def grid():
    pairs = table(frames.NET_PRICES, {"item": "A", "location": "N"}, {"item": "A", "location": "S"}, {"item": "B", "location": "N"})
    return Grid(series_of([pairs], ITEMS, PLACES), PLAN.plan)


def factors(*events, mix=None):
    return price_factors(grid(), table(frames.EVENTS, *events), mix).round(6).tolist()


def test_a_fifth_off_in_february_is_a_fifth_off_in_february():
    assert factors(event(item="A", location="N")) == [[1, 0.8, 1], [1, 1, 1], [1, 1, 1]]


def test_lead_in_and_dip_move_demand_and_not_the_price():
    assert factors(event(item="B", lead_in=1.0, pull_forward=0.5, dip_periods=1.0))[2] == [1, 0.8, 1]


def test_a_change_that_may_not_happen_counts_with_its_probability():
    assert factors(event(item="B", probability=0.5))[2] == [1, 0.9, 1]


def test_a_customers_price_counts_with_the_customers_share():
    mix = table(frames.CUSTOMER_MIX, {"item": "A", "location": "N", "customer": "Chain", "share": 0.25}, {"item": "A", "location": "N", "customer": "Rest", "share": 0.75})
    assert factors(event(item="A", customer="Chain"), mix=mix)[0] == [1, 0.95, 1]


def test_two_changes_at_once_multiply_and_an_event_without_one_changes_nothing():
    assert factors(event("S1", item="B"), event("S2", item="B", change=-0.5), event("P", item="B", change=float("nan")))[2] == [1, 0.4, 1]


def test_a_change_that_began_before_the_plan_holds_on():
    assert factors(event(first="2025-11", last="2026-01", item="B"))[2] == [0.8, 1, 1]
    assert factors(event(first="2025-11", last="2025-12", item="B"))[2] == [1, 1, 1]


def valued(events):
    """100 a month of A in N, sold last year at 10 apiece."""
    history = table(frames.DEMAND_HISTORY, {"item": "A", "location": "N", "2025-12": 5.0}).assign(revenue=50.0)
    consensus = table(frames.CONSENSUS_DEMAND, {"item": "A", "location": "N", "measure": "consensus", "2026-01": 100.0, "2026-02": 100.0, "2026-03": 100.0})
    prices = table(frames.NET_PRICES, {"item": "A", "location": "N", "net_price": 10.0, "source": "history"})
    detail, _ = financial_detail(history, consensus.fillna(0.0), prices, ITEMS, PLACES, PLAN, events=events)
    return detail.revenue[0, -3:].tolist()


def test_the_plan_is_valued_at_the_changed_price():
    assert valued(table(frames.EVENTS, event(item="A"))) == pytest.approx([1000, 800, 1000])
    assert valued(None) == pytest.approx([1000, 1000, 1000])


def test_money_of_sales_is_divided_by_the_price_at_plan_rates():
    # sold at 0.8 EUR for a dollar, planned at 1.0: what brought 10 dollars will bring 8
    history = table(frames.DEMAND_HISTORY, {"item": "A", "location": "N", "2025-11": 5.0, "2025-12": 5.0}).assign(revenue=50.0)
    places = PLACES.assign(currency=["EUR", "USD"])
    rates = pd.concat(
        [
            table(frames.FX_RATES, {"currency": "EUR", "rate_type": "actual", "2025-11": 0.8, "2025-12": 0.8}),
            table(frames.FX_RATES, {"currency": "EUR", "rate_type": "plan", "2026-01": 1.0, "2026-02": 1.0, "2026-03": 1.0}),
        ],
        ignore_index=True,
    )
    found = plan_rate_factors(history, ITEMS, places, PLAN, rates, "USD")
    assert found.to_numpy().tolist() == [["A", "N", pytest.approx(0.8)]]
