"""Demand streams, prices and penalties; policies of stock points; stock on hand, open orders and the last plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from supply_tables import names, network_of, noted_network, supply_inputs

GLOSS = [{"item": "gloss"}]
SOLD = {("gloss", "All"): [10, 20, 30]}
TWO_MARKETS = [{"location": "Oslo", "supplied_from": "Depot"}, {"location": "Bergen", "supplied_from": "Depot"}, {"location": "Depot", "supplied_from": "Depot"}]
NORWAY = {("gloss", "Oslo"): [10, 0, 30], ("gloss", "Bergen"): [30, 20, 0]}


def day(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


# demand and prices


def test_demand_falls_on_the_stock_that_serves_its_location() -> None:
    network = network_of(supply_inputs(GLOSS, NORWAY, locations=TWO_MARKETS))
    assert names(network) == ["gloss@Depot"]
    np.testing.assert_array_equal(network.demand, [[40, 20, 30]])


def test_the_price_of_a_stream_is_the_mean_of_its_markets_by_demand_period_by_period() -> None:
    inputs = supply_inputs(GLOSS, NORWAY, locations=TWO_MARKETS)
    inputs.prices["net_price"] = np.where(inputs.prices["location"] == "Oslo", 20.0, 12.0)
    network = network_of(inputs)
    np.testing.assert_allclose(network.price, [[14.0, 12.0, 20.0]])
    assert network.points["unit_price"].tolist() == [pytest.approx((40 * 14 + 20 * 12 + 30 * 20) / 90)]


def test_a_price_without_periods_holds_in_every_one() -> None:
    inputs = supply_inputs(GLOSS, SOLD)
    prices = pd.DataFrame({"item": ["gloss"], "location": ["All"], "net_price": [17.0], "source": ["history"]})
    network = network_of(type(inputs)(items=inputs.items, served=inputs.served, prices=prices))
    assert (network.price == 17.0).all()


def test_without_a_net_price_the_list_price_stands_in_and_without_either_it_is_not_known() -> None:
    assert (network_of(supply_inputs(GLOSS, SOLD)).price == 20.0).all()
    network = network_of(supply_inputs([{"item": "gloss", "unit_price": np.nan}], SOLD))
    assert (network.price == 0.0).all() and np.isnan(network.points["unit_price"].iloc[0])


def test_items_sold_at_a_price_that_nobody_knows_are_said_by_name() -> None:
    stock = [{"item": "gloss", "location": "All", "on_hand": 0.0}]
    _, notes = noted_network(supply_inputs([{"item": "gloss", "unit_price": np.nan}], SOLD, inventory=stock))
    assert notes["rule"].tolist() == ["supply-price-absent"]
    assert notes["note"].tolist() == ["no price is known for gloss; revenue is left out, and serving it counts as worth 1.25 times its regular cost"]


def test_waiting_costs_a_part_of_the_price_else_of_the_cost_and_never_nothing() -> None:
    def waiting(**item: Any) -> float:
        return float(network_of(supply_inputs([{"item": "gloss"} | item], SOLD)).streams["backorder_cost"].iloc[0])

    assert waiting() == pytest.approx(2.0)
    assert waiting(unit_price=np.nan) == pytest.approx(1.0)
    assert waiting(unit_price=np.nan, unit_cost=np.nan) == 1.0


def test_customer_classes_split_demand_by_their_shares_with_their_own_price_priority_and_contract() -> None:
    network = network_of(supply_inputs(
        GLOSS, NORWAY, locations=TWO_MARKETS, prices={"gloss": 10.0},
        customer_classes=[{"customer": "Key", "priority": 1.0, "price_factor": 0.9, "contract_share": 0.5}, {"customer": "Trade", "priority": 2.0, "backorder_cost": 7.0}],
        customer_mix=[{"item": "gloss", "location": "Oslo", "customer": "Key", "share": 0.6}, {"item": "gloss", "location": "Oslo", "customer": "Trade", "share": 0.4},
                      {"item": "gloss", "location": "Bergen", "customer": "Trade", "share": 0.5}, {"item": "gloss", "location": "Bergen", "customer": "Export", "share": 0.5}],
    ))  # fmt: skip
    assert network.streams["customer"].tolist() == ["", "Key", "Trade"]
    np.testing.assert_allclose(network.demand, [[15, 10, 0], [6, 0, 18], [19, 10, 12]])  # Export is no class: it stays with all others
    np.testing.assert_allclose(network.price, [[10.0] * 3, [9.0] * 3, [10.0] * 3])
    assert network.streams["priority"].tolist() == [1.0, 1.0, 2.0] and network.streams["contract_share"].tolist() == [0.0, 0.5, 0.0]
    assert network.streams["backorder_cost"].tolist() == [pytest.approx(1.0), pytest.approx(0.9), 7.0]


def test_without_classes_or_without_a_mix_all_customers_are_alike() -> None:
    mix = [{"item": "gloss", "location": "All", "customer": "Key", "share": 1.0}]
    classes = [{"customer": "Key", "priority": 3.0}]
    assert network_of(supply_inputs(GLOSS, SOLD, customer_mix=mix)).streams["customer"].tolist() == [""]
    assert network_of(supply_inputs(GLOSS, SOLD, customer_classes=classes)).streams["customer"].tolist() == [""]


def test_what_lies_outside_the_horizon_or_is_not_above_nothing_is_no_demand() -> None:
    inputs = supply_inputs(GLOSS, {("gloss", "All"): [10, -5, 30, 99]})
    np.testing.assert_array_equal(network_of(inputs, 3).demand, [[10, 0, 30]])


# policies


def test_a_policy_sets_shelf_life_fence_maximum_holding_cost_waiting_cost_and_priority() -> None:
    rule = {"policy": "1", "item": "gloss", "shelf_life": 2.5, "fence": 1.4, "maximum_stock": 500.0, "holding_cost_rate": 0.6, "backorder_cost": 3.0, "demand_priority": 2.0}
    network = network_of(supply_inputs([*GLOSS, {"item": "matt"}], SOLD | {("matt", "All"): [1]}, inventory_policy=[rule], settings={"frozen_fence": 2.0}))
    gloss, matt = network.points.iloc[0], network.points.iloc[1]
    assert gloss[["shelf_life", "fence", "maximum_stock", "holding_cost"]].tolist() == [2.5, 1.0, 500.0, pytest.approx(10 * 0.6 / 12)]
    assert (matt["fence"], matt["holding_cost"]) == (2.0, pytest.approx(10 * 0.2 / 12)) and np.isnan(matt["shelf_life"])
    assert network.streams[["priority", "backorder_cost"]].to_numpy().tolist() == [[2.0, 3.0], [1.0, pytest.approx(2.0)]]


def test_a_policy_for_a_class_holds_for_stocks_whose_markets_have_it() -> None:
    rule = {"policy": "1", "abc": "A", "maximum_stock": 9.0}
    network = network_of(supply_inputs(GLOSS, NORWAY, locations=TWO_MARKETS, inventory_policy=[rule], segments={("gloss", "Oslo"): "CX", ("gloss", "Bergen"): "AZ"}))
    assert network.points["maximum_stock"].tolist() == [9.0]


# stock


def test_negative_stock_is_backlog_and_demand_of_the_first_period_by_the_shares_of_the_classes() -> None:
    classes = {"customer_classes": [{"customer": "Key", "priority": 1.0}], "customer_mix": [{"item": "gloss", "location": "All", "customer": "Key", "share": 0.25}]}
    network = network_of(supply_inputs(GLOSS, SOLD, inventory=[{"item": "gloss", "location": "All", "on_hand": -8.0}], **classes))
    assert network.opening.tolist() == [0.0]
    np.testing.assert_allclose(network.demand[:, 0], [0.75 * 10 + 6, 0.25 * 10 + 2])


def test_backlog_of_an_item_without_demand_is_demand_as_well() -> None:
    network = network_of(supply_inputs(GLOSS, {}, inventory=[{"item": "gloss", "location": "All", "on_hand": -8.0}]))
    np.testing.assert_array_equal(network.demand, [[8.0, 0.0, 0.0]])


def test_safety_stock_is_the_planners_own_and_nothing_where_it_is_to_be_computed() -> None:
    stock = [{"item": "gloss", "location": "All", "on_hand": 5.0, "safety_stock": 12.0}, {"item": "matt", "location": "All", "on_hand": 5.0}]
    network = network_of(supply_inputs([*GLOSS, {"item": "matt"}], SOLD, inventory=stock))
    np.testing.assert_array_equal(network.safety_stock, [[12.0] * 3, [0.0] * 3])


def test_open_orders_arrive_when_due_overdue_ones_now_and_late_ones_are_left_out() -> None:
    orders = [
        {"order": "1", "item": "gloss", "location": "All", "period": day("2026-02-17"), "scheduled_receipts": 5.0},
        {"order": "2", "item": "gloss", "location": "All", "period": day("2026-02-01"), "scheduled_receipts": 7.0},
        {"order": "3", "item": "gloss", "location": "All", "period": day("2025-11-30"), "scheduled_receipts": 11.0},
        {"order": "4", "item": "gloss", "location": "All", "period": day("2026-04-01"), "scheduled_receipts": 13.0},
        {"order": "5", "item": "gloss", "location": "All", "period": day("2026-03-31"), "scheduled_receipts": 17.0},
    ]  # fmt: skip
    network, notes = noted_network(supply_inputs(GLOSS, SOLD, open_orders=orders))
    np.testing.assert_array_equal(network.scheduled, [[11.0, 12.0, 17.0]])
    said = notes.set_index("rule")["note"]
    assert said["open-order-overdue"] == "open orders 3 (11 units) were due before 2026-01 and are counted as due in it"
    assert said["open-order-beyond-horizon"] == "open orders 4 (13 units) are due after 2026-03, the last period planned, and left out"


def test_stock_that_is_not_given_is_nothing_and_said_where_there_is_demand() -> None:
    _, notes = noted_network(supply_inputs(GLOSS, SOLD))
    assert notes["note"].tolist() == ["no on-hand stock is given for gloss / All; taken as 0"]


def test_stock_that_lies_where_another_location_serves_is_said_unless_it_is_used() -> None:
    stock = [{"item": "gloss", "location": "Depot", "on_hand": 1.0}, {"item": "gloss", "location": "Oslo", "on_hand": 5.0}]
    _, idle = noted_network(supply_inputs(GLOSS, NORWAY, locations=TWO_MARKETS, inventory=stock))
    assert idle["rule"].tolist() == ["stock-serves-no-demand"]
    back = [{"item": "gloss", "location": "Depot", "kind": "transfer", "source": "Oslo", "priority": 1.0}]
    _, used = noted_network(supply_inputs(GLOSS, NORWAY, locations=TWO_MARKETS, inventory=stock, sourcing=back))
    assert "stock-serves-no-demand" not in used["rule"].tolist()


# the last plan


ALBA = [{"item": "gloss", "kind": "buy", "source": "Alba", "priority": 1.0, "lead_time": 1.0}, {"item": "gloss", "kind": "buy", "source": "Bora", "priority": 2.0}]


def previous(*rows: dict[str, Any], horizon: int = 4) -> np.ndarray:
    """Orders of the last plan from Alba (a month on the way) and from Bora (at once)."""
    inputs = supply_inputs(GLOSS, SOLD, sourcing=ALBA, previous_orders=[{"item": "gloss", "location": "All", "measure": "planned_releases"} | row for row in rows])
    return network_of(inputs, horizon).previous_orders


def test_what_the_last_plan_would_release_from_now_on_is_held_against_by_period_of_arrival() -> None:
    found = previous({"source": "buy from Alba", "2025-12": 99.0, "2026-01": 5.0, "2026-02": 6.0, "2026-03": 7.0})
    np.testing.assert_array_equal(found[0], [np.nan, 5.0, 6.0, 7.0])  # December's order is an open order by now


def test_a_source_that_the_last_plan_did_not_use_was_planned_as_nothing_up_to_its_end() -> None:
    found = previous({"source": "buy from Alba", "2026-01": 5.0, "2026-02": 6.0})
    np.testing.assert_array_equal(found, [[np.nan, 5.0, 6.0, np.nan], [0.0, 0.0, np.nan, np.nan]])


def test_a_stock_that_the_last_plan_does_not_know_is_not_held_to_it() -> None:
    assert np.isnan(network_of(supply_inputs(GLOSS, SOLD, sourcing=ALBA)).previous_orders).all()
    assert np.isnan(previous({"item": "matt", "source": "buy from Alba", "2026-01": 5.0})).all()


def test_what_the_last_plan_ordered_from_a_source_with_rows_for_several_times_belongs_to_the_one_that_holds() -> None:
    day = pd.Timestamp
    dated = [ALBA[0] | {"valid_until": day("2026-02-28")}, ALBA[0] | {"valid_from": day("2026-03-01")}]
    last = [{"item": "gloss", "location": "All", "source": "buy from Alba", "measure": "planned_releases", "2026-01": 5.0, "2026-03": 7.0}]
    found = network_of(supply_inputs(GLOSS, SOLD, sourcing=dated, previous_orders=last), 4).previous_orders
    assert found[0, 1] == 5.0 and found[1, 3] == 7.0  # it takes a month to arrive
    assert found[0, 3] == 0.0 and found[1, 1] == 0.0


def test_an_expedited_order_is_not_held_to_what_was_planned_with_the_regular_one() -> None:
    slow = [ALBA[0] | {"lead_time": 2.0}]
    inputs = supply_inputs(GLOSS, SOLD, sourcing=slow, previous_orders=[{"item": "gloss", "location": "All", "source": "buy from Alba", "measure": "planned_releases", "2026-01": 5.0}])
    network = network_of(inputs, 4)
    assert network.sources["lever"].tolist() == ["", "expedite"]
    np.testing.assert_array_equal(network.previous_orders, [[np.nan, np.nan, 5.0, np.nan], [np.nan] * 4])
