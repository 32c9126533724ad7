"""What is served is sold where it was asked for, once, and never more than was asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_world import money_world, netted, solved
from plan_tables import locations, months, value
from supply_tables import network_of, supply_inputs

from sop_xl.errors import FrameError
from sop_xl.plan.constrained_volumes import constrained_volumes, sellable, total_volumes, volumes_by_customer
from sop_xl.plan.supply.figures import served
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.unconstrained import unconstrained_solution
from sop_xl.plan.valuation import constrain_detail

SHOPS = locations(Oslo="Depot", Rome="Depot", Depot="Depot")
SHOP_ROWS = SHOPS.to_dict("records")


def sold(inputs, horizon=3, planner=netted):
    solution = planner(network_of(inputs, horizon))
    return constrained_volumes(solution, inputs.served, inputs.locations, inputs.customer_mix), solution


def test_without_limits_everything_asked_for_is_sold() -> None:
    volumes, _ = sold(supply_inputs([{"item": "gloss"}], {("gloss", "Oslo"): [10, 20, 30], ("gloss", "Rome"): [5, 0, 5]}, locations=SHOP_ROWS))
    assert volumes["sales_volume"].tolist() == [10, 20, 30, 5, 0, 5]
    assert (volumes["price_factor"] == 1.0).all()


def test_backlog_is_sold_in_the_period_in_which_it_is_served() -> None:
    """A lead time of one month: the demand of January waits, and February sells both months."""
    volumes, _ = sold(supply_inputs([{"item": "gloss", "lead_time": 1.0}], {("gloss", "Oslo"): [10, 20, 30]}))
    assert volumes["sales_volume"].tolist() == [0, 30, 30]


def test_what_is_short_is_shared_by_what_each_location_has_open() -> None:
    """12 on hand for Oslo's 30 and Rome's 10 in January: 9 and 3. February's delivery of 28 serves the 21 and 7 that wait."""
    rows = [{"item": "gloss", "location": "Depot", "on_hand": 12.0}]
    inputs = supply_inputs([{"item": "gloss", "lead_time": 1.0}], {("gloss", "Oslo"): [30, 0], ("gloss", "Rome"): [10, 0]}, locations=SHOP_ROWS, inventory=rows)
    volumes, _ = sold(inputs, 2)
    assert volumes["sales_volume"].tolist() == pytest.approx([9, 21, 3, 7])


def test_lost_sales_are_not_sold_later() -> None:
    inputs = supply_inputs([{"item": "gloss", "lead_time": 1.0}], {("gloss", "Oslo"): [10, 20]})
    solution = unconstrained_solution(network_of(inputs, 2), SupplyRules(unmet="lost sales"))
    assert constrained_volumes(solution, inputs.served, inputs.locations)["sales_volume"].tolist() == [0, 20]


def test_backlog_at_the_start_is_sold_by_the_locations_that_ask() -> None:
    """8 units waited at the depot: they are Oslo's and Rome's by their demand of January, 3 to 1."""
    rows = [{"item": "gloss", "location": "Depot", "on_hand": -8.0}]
    inputs = supply_inputs([{"item": "gloss"}], {("gloss", "Oslo"): [30], ("gloss", "Rome"): [10]}, locations=SHOP_ROWS, inventory=rows)
    volumes, _ = sold(inputs, 1)
    assert volumes["sales_volume"].tolist() == pytest.approx([36, 12])


def test_backlog_that_nobody_asks_for_any_more_is_sold_where_it_waits() -> None:
    rows = [{"item": "gloss", "location": "Depot", "on_hand": -8.0}]
    inputs = supply_inputs([{"item": "gloss"}, {"item": "matt"}], {("matt", "Oslo"): [30]}, locations=SHOP_ROWS, inventory=rows)
    volumes, _ = sold(inputs, 1)
    assert value(volumes, "sales_volume", item="gloss", location="Depot") == 8
    asked = sellable(inputs.served, inputs.served, inputs.inventory, months("2026-01", 1))
    assert ["gloss", "Depot", 0.0] in asked[["item", "location", "consensus"]].to_numpy().tolist()


class TestCustomerClasses:
    MIX = ({"item": "gloss", "location": "Oslo", "customer": "Key", "share": 0.5},)
    CLASSES = ({"customer": "Key", "priority": 1.0, "backorder_cost": 50.0},)

    def short(self):
        """16 on hand for Oslo's 20 (half of them the key account's) and Rome's 10 in January; the rest comes in February."""
        return supply_inputs(
            [{"item": "gloss", "lead_time": 1.0}], {("gloss", "Oslo"): [20, 0], ("gloss", "Rome"): [10, 0]}, locations=SHOP_ROWS,
            inventory=[{"item": "gloss", "location": "Depot", "on_hand": 16.0}], customer_mix=self.MIX, customer_classes=self.CLASSES,
        )  # fmt: skip

    def test_the_class_that_is_served_first_sells_first(self) -> None:
        """Key gets its 10; the 6 left are shared by the 10 and 10 of all others."""
        inputs = self.short()
        solution = solved(network_of(inputs, 2))
        by_customer = volumes_by_customer(solution, inputs.served, inputs.locations, inputs.customer_mix)
        january = by_customer[by_customer["period"] == by_customer["period"].min()].groupby(["location", "customer"])["sales_volume"].sum()
        assert january.to_dict() == pytest.approx({("Oslo", "Key"): 10.0, ("Oslo", ""): 3.0, ("Rome", "Key"): 0.0, ("Rome", ""): 3.0})

    def test_classes_add_up_to_the_location(self) -> None:
        inputs = self.short()
        solution = solved(network_of(inputs, 2))
        by_customer = volumes_by_customer(solution, inputs.served, inputs.locations, inputs.customer_mix)
        volumes = constrained_volumes(solution, inputs.served, inputs.locations, inputs.customer_mix)
        pd.testing.assert_frame_equal(volumes, total_volumes(by_customer))
        assert volumes.groupby("location")["sales_volume"].sum().to_dict() == pytest.approx({"Oslo": 20.0, "Rome": 10.0})


def test_a_price_decision_comes_with_the_units_that_it_holds_for() -> None:
    inputs = supply_inputs([{"item": "gloss"}], {("gloss", "Oslo"): [10, 20]})
    solution = netted(network_of(inputs, 2))
    volumes = constrained_volumes(solution, inputs.served, inputs.locations, price_change=np.array([[1.0, 1.05]]))
    assert volumes["price_factor"].tolist() == [1.0, 1.05]


class TestConstrainDetail:
    def test_money_is_that_of_what_is_served(self) -> None:
        """None of January's 10 and all of it in February, at 20 a unit and a cost of 10."""
        world = money_world([{"item": "gloss", "lead_time": 1.0}], {("gloss", "Oslo"): [10, 20, 30]}, net_price={"gloss": 20.0})
        assert world.detail.volume[0, 12:].tolist() == [0, 30, 30]
        assert world.detail.revenue[0, 12:].tolist() == [0, 600, 600]
        assert world.detail.cost[0, 12:].tolist() == [0, 300, 300]
        assert world.detail.demand[0, 12:].tolist() == [10, 20, 30]

    def test_a_price_factor_changes_price_and_revenue(self) -> None:
        world = money_world([{"item": "gloss"}], {("gloss", "Oslo"): [10]}, net_price={"gloss": 20.0})
        volumes = pd.DataFrame({"item": ["gloss"], "location": ["Oslo"], "period": [world.timeline.current], "sales_volume": [8.0], "price_factor": [1.1]})
        changed = constrain_detail(world.whole, volumes)
        assert changed.revenue[0, 12] == pytest.approx(8 * 22.0)
        assert changed.price[0, 12] == pytest.approx(22.0)

    @pytest.mark.parametrize("columns", [{"item": ["tin"]}, {"location": ["Rome"]}, {"period": [pd.Timestamp("2031-01-01")]}, {"sales_volume": [np.nan]}])
    def test_volumes_that_do_not_fit_the_detail_are_refused(self, columns) -> None:
        world = money_world([{"item": "gloss"}], {("gloss", "Oslo"): [10]})
        volumes = pd.DataFrame({"item": ["gloss"], "location": ["Oslo"], "period": [world.timeline.current], "sales_volume": [8.0]} | columns)
        with pytest.raises(FrameError, match="volumes"):
            constrain_detail(world.whole, volumes)


UNITS = st.lists(st.integers(1, 40).map(float), min_size=4, max_size=4)


@settings(max_examples=20, deadline=None, database=None)
@given(oslo=UNITS, rome=UNITS, on_hand=st.integers(0, 60), lead=st.integers(0, 2), most=st.integers(1, 60), share=st.floats(0.1, 0.9))
def test_every_unit_served_is_sold_once_and_nobody_is_sold_more_than_he_asked_for(oslo, rome, on_hand, lead, most, share) -> None:
    inputs = supply_inputs(
        [{"item": "gloss"}], {("gloss", "Oslo"): oslo, ("gloss", "Rome"): rome}, locations=SHOP_ROWS,
        inventory=[{"item": "gloss", "location": "Depot", "on_hand": float(on_hand)}],
        sourcing=[{"item": "gloss", "kind": "buy", "source": "Alba", "priority": 1.0, "lead_time": float(lead), "maximum": float(most)}],
        customer_mix=[{"item": "gloss", "location": "Oslo", "customer": "Key", "share": share}], customer_classes=[{"customer": "Key", "priority": 1.0}],
    )  # fmt: skip
    volumes, solution = sold(inputs, 4, solved)
    got = volumes.pivot_table(index="location", columns="period", values="sales_volume").loc[["Oslo", "Rome"]].to_numpy()
    np.testing.assert_allclose(got.sum(axis=0), served(solution).sum(axis=0), atol=1e-6)
    assert (got.cumsum(axis=1) <= np.cumsum([oslo, rome], axis=1) + 1e-6).all()
