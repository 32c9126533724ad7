"""Revenue follows who is served: where supply is short, the price of the plan is that of the customers who get the goods."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_world import MoneyWorld, money_world, netted, solved
from plan_tables import value

from sop_xl.plan.constrained_volumes import total_volumes, volumes_by_customer
from sop_xl.plan.customer_prices import priced_by_customer
from sop_xl.plan.customer_split import CustomerInputs
from sop_xl.plan.valuation import constrain_detail

HALF_AND_HALF = tuple({"item": "gloss", "location": "Oslo", "customer": name, "share": 0.5} for name in ("Cheap", "Dear"))
DEAR_FIRST = ({"customer": "Cheap", "priority": 2.0, "backorder_cost": 1.0}, {"customer": "Dear", "priority": 1.0, "backorder_cost": 500.0})
LISTED = ({"customer": "Cheap", "list_price": 50.0}, {"customer": "Dear", "list_price": 100.0})


def short_world(classes=DEAR_FIRST, price_list=LISTED, mix=HALF_AND_HALF, on_hand=100.0) -> MoneyWorld:
    """200 are asked for in January, half of them by each group, and 100 are on hand: what is ordered comes too late."""
    return money_world(
        [{"item": "gloss", "lead_time": 1.0, "unit_price": 80.0}], {("gloss", "Oslo"): [200.0]}, net_price={"gloss": 75.0}, planner=solved, price_list=price_list,
        customer_mix=mix, customer_classes=classes, inventory=[{"item": "gloss", "location": "Oslo", "on_hand": on_hand}],
    )  # fmt: skip


def by_group(world: MoneyWorld, name: str) -> dict[str, float]:
    inputs = world.inputs
    volumes = volumes_by_customer(world.solution, inputs.served, inputs.locations, inputs.customer_mix)
    result, _ = world.profit_and_loss(customers=CustomerInputs(inputs.customer_mix, inputs.customer_classes, volumes))
    return {str(c): value(result, name, period="2026-01", customer=c) for c in result["customer"].unique()}


def test_the_dear_customer_served_first_pays_the_dear_price() -> None:
    """All 100 go to those who pay 100: 10,000, not 100 x the mean price of 75."""
    world = short_world()
    assert by_group(world, "sales_volume")["Dear"] == pytest.approx(100.0)
    assert world.detail.revenue[0, 12] == pytest.approx(10_000.0)
    assert world.detail.price[0, 12] == pytest.approx(100.0)
    assert by_group(world, "revenue")["Dear"] == pytest.approx(10_000.0)


def test_gross_revenue_and_discounts_follow_who_is_served_too() -> None:
    """Dear has a list price of 100 and 10 % off: 10,000 gross, 9,000 net."""
    world = short_world(price_list=[LISTED[0], LISTED[1] | {"discount": 0.1}])
    result, _ = world.profit_and_loss()
    assert [value(result, name, period="2026-01") for name in ("gross_revenue", "discounts", "revenue")] == pytest.approx([10_000.0, 1_000.0, 9_000.0])


def test_price_factors_of_the_classes_count_as_a_price_list_does() -> None:
    """Mean price 75; Cheap pays 2/3 of it and Dear 4/3."""
    classes = tuple(row | {"price_factor": factor} for row, factor in zip(DEAR_FIRST, (2 / 3, 4 / 3), strict=True))
    world = short_world(classes, price_list=())
    assert world.detail.revenue[0, 12] == pytest.approx(10_000.0)
    assert by_group(world, "revenue")["Dear"] == pytest.approx(10_000.0)


def test_groups_without_a_class_share_what_is_left_at_their_own_mean_price() -> None:
    """Dear gets its 100, and the 60 that are left go to Web, which pays 40, and to nobody's group, which pays the usual 75, as 3 to 1."""
    mix = [{"item": "gloss", "location": "Oslo", "customer": c, "share": s} for c, s in (("Dear", 0.5), ("Web", 0.375))]
    world = short_world(DEAR_FIRST[1:], [LISTED[1], {"customer": "Web", "list_price": 40.0}], mix, on_hand=160.0)
    assert world.detail.revenue[0, 12] == pytest.approx(100 * 100 + 45 * 40 + 15 * 75)
    assert by_group(world, "revenue") == pytest.approx({"Dear": 10_000.0, "Web": 1_800.0, "": 1_125.0})


def test_a_price_that_nobody_knows_stays_unknown_and_harms_no_other_item() -> None:
    world = money_world(
        [{"item": "gloss", "unit_price": np.nan}, {"item": "matt"}], {("gloss", "Oslo"): [10.0], ("matt", "Oslo"): [10.0]}, net_price={"matt": 15.0},
        customer_mix=HALF_AND_HALF, customer_classes=[DEAR_FIRST[1] | {"price_factor": 1.2}],
    )  # fmt: skip
    assert np.isnan(world.detail.revenue[0, 12])
    assert world.detail.revenue[1, 12] == pytest.approx(150.0)


UNITS = st.lists(st.integers(1, 60).map(float), min_size=3, max_size=3)


@settings(max_examples=15, deadline=None, database=None)
@given(units=UNITS, cheap=st.floats(0.05, 0.5), dear=st.floats(0.0, 0.5), factor=st.floats(0.5, 1.5), lead=st.integers(0, 2), stated=st.booleans())
def test_groups_that_are_served_alike_leave_the_price_of_the_mix(units, cheap, dear, factor, lead, stated) -> None:
    """Nothing but the lead time limits the plan, which then serves all or nothing; prices of one cell are those before anything was known of supply."""
    mix = [{"item": "gloss", "location": "Oslo", "customer": c, "share": s} for c, s in (("Cheap", cheap), ("Dear", dear))]
    world = money_world(
        [{"item": "gloss", "lead_time": float(lead)}], {("gloss", "Oslo"): units}, net_price={"gloss": 15.0}, planner=netted, price_list=LISTED if stated else (),
        customer_mix=mix, customer_classes=[{"customer": "Cheap", "priority": 1.0, "price_factor": factor}],
    )  # fmt: skip
    np.testing.assert_allclose(world.detail.price, world.whole.price, rtol=1e-9)
    np.testing.assert_allclose(world.detail.list_price, world.whole.list_price, rtol=1e-9)


def test_without_prices_by_group_volumes_are_taken_as_they_are() -> None:
    world = short_world(price_list=())
    volumes = volumes_by_customer(world.solution, world.inputs.served, world.inputs.locations, world.inputs.customer_mix)
    assert priced_by_customer(volumes, world.whole, world.inputs.customer_mix, world.inputs.customer_classes) is volumes
    assert constrain_detail(world.whole, total_volumes(volumes)).revenue[0, 12] == pytest.approx(7_500.0)
