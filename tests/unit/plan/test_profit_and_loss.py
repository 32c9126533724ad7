"""Profit and loss: every line is a sum of the detail, customers and regions add up, premiums tie to the supply plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from money_world import MoneyWorld, money_world, netted, solved
from plan_tables import month, table, value

from sop_xl import frames
from sop_xl.plan.constrained_volumes import volumes_by_customer
from sop_xl.plan.customer_split import CustomerInputs
from sop_xl.plan.premium_spread import PREMIUMS
from sop_xl.plan.supply.premiums import supply_premiums

PLACES = ({"location": "Oslo", "region": "North", "supplied_from": "Oslo"}, {"location": "Rome", "region": "South", "supplied_from": "Oslo"})
LINES = [name for name, kind in frames.PROFIT_AND_LOSS.columns.items() if kind == "number"]


def line(result: pd.DataFrame, name: str, period: str = "2026-01", **keys: str) -> float:
    return value(result, name, period=period, **keys)


class TestTextbook:
    """Horngren, Datar and Rajan, *Cost Accounting*, ch. 7, the Webb Company: 12,000 jackets were planned and 10,000 are sold, at 120 and a variable
    cost of 60 + 28 = 88. The static plan has a margin of 384,000, the flexible one of 320,000; the sales-volume variance is 64,000."""

    def webb(self) -> MoneyWorld:
        return money_world(
            [{"item": "jacket", "unit_cost": 88.0, "unit_price": 120.0, "family": "Jackets"}, {"item": "cloth", "unit_cost": 30.0}], {("jacket", "Works"): [12_000.0]},
            net_price={"jacket": 120.0}, planner=solved, bill_of_materials=[{"item": "jacket", "component": "cloth", "quantity_per": 2.0}],
            sourcing=[{"item": "cloth", "kind": "buy", "source": "Weaver", "priority": 1.0, "unit_cost": 30.0}, {"item": "jacket", "kind": "make", "priority": 1.0, "unit_cost": 0.0}],
            resources=[{"resource": "Labour", "kind": "labour", "cost_per_hour": 20.0, "capacity": 8_000.0 * 30.4375 / 31.0}, {"resource": "Machine", "kind": "machine", "cost_per_hour": 30.0}],
            bill_of_resources=[{"item": "jacket", "resource": "Labour", "hours_per_unit": 0.8}, {"item": "jacket", "resource": "Machine", "hours_per_unit": 0.4}],
        )  # fmt: skip

    def test_webb_company_from_revenue_to_margin(self) -> None:
        result, _ = self.webb().profit_and_loss()
        lines = {"sales_volume": 10_000, "revenue": 1_200_000, "material_cost": 600_000, "conversion_cost": 280_000, "cost": 880_000, "gross_margin": 320_000}
        for name, expected in lines.items():
            assert line(result, name) == pytest.approx(expected), name

    def test_the_whole_demand_would_bring_the_static_margin(self) -> None:
        plan = self.webb().financial_plan()
        margin = plan[plan["period"] == month("2026-01")].groupby("version")["gross_margin"].sum()
        assert margin["Unconstrained"] == pytest.approx(384_000)
        assert margin["Unconstrained"] - margin["Plan"] == pytest.approx(64_000)


class TestGrossToNet:
    def test_discounts_are_gross_less_net(self) -> None:
        """10 at a list price of 20 that bring 15: 200 - 50 = 150."""
        result, _ = money_world([{"item": "gloss", "unit_price": 20.0}], {("gloss", "Oslo"): [10.0]}, net_price={"gloss": 15.0}).profit_and_loss()
        assert [line(result, name) for name in ("gross_revenue", "discounts", "revenue")] == pytest.approx([200.0, 50.0, 150.0])

    def test_without_a_list_price_gross_is_net_and_it_is_said(self) -> None:
        result, notes = money_world([{"item": "gloss", "unit_price": np.nan}], {("gloss", "Oslo"): [10.0]}, net_price={"gloss": 15.0}).profit_and_loss()
        assert [line(result, name) for name in ("gross_revenue", "discounts")] == [150.0, 0.0]
        assert notes["rule"].tolist() == ["list-price-absent"]

    def test_what_brings_more_than_its_list_price_has_a_negative_discount(self) -> None:
        result, _ = money_world([{"item": "gloss", "unit_price": 20.0}], {("gloss", "Oslo"): [10.0]}, net_price={"gloss": 22.0}).profit_and_loss()
        assert line(result, "discounts") == pytest.approx(-20.0)


class TestPastPeriods:
    HISTORY = ({"item": "gloss", "location": "Oslo", "2025-12": 4.0, "measure": "demand"}, {"item": "gloss", "location": "Oslo", "2025-12": 70.0, "measure": "revenue"})

    def test_they_are_actuals_at_standard_cost(self) -> None:
        result, _ = money_world([{"item": "gloss"}], {("gloss", "Oslo"): [10.0]}, net_price={"gloss": 15.0}, history=self.HISTORY).profit_and_loss()
        assert [line(result, name, "2025-12") for name in ("sales_volume", "gross_revenue", "discounts", "revenue", "cost", "gross_margin")] == [4.0, 80.0, 10.0, 70.0, 40.0, 30.0]

    def test_premiums_are_not_known_there_and_nothing_is_taken_off_for_them(self) -> None:
        result, _ = money_world([{"item": "gloss"}], {("gloss", "Oslo"): [10.0]}, net_price={"gloss": 15.0}, history=self.HISTORY).profit_and_loss()
        for name in ("overtime_premium", "expedite_cost", "subcontract_premium"):
            assert np.isnan(line(result, name, "2025-12")), name
            assert line(result, name, "2026-01") == 0.0, name
        assert line(result, "contribution_margin", "2025-12") == 30.0


class TestPremiums:
    def busy(self, horizon: int = 2) -> MoneyWorld:
        """Benches and chairs share a saw that is short; their legs are bought fast in January; the depot of Rome gets them by lorry."""
        return money_world(
            [{"item": "bench", "family": "Benches"}, {"item": "chair", "family": "Chairs"}, {"item": "leg", "family": "Parts", "unit_cost": 1.0}],
            {("bench", "Oslo"): [30.0, 10.0][:horizon], ("bench", "Rome"): [10.0, 10.0][:horizon], ("chair", "Rome"): [20.0, 40.0][:horizon]}, net_price={"bench": 40.0, "chair": 20.0},
            planner=solved, locations=[PLACES[0], PLACES[1] | {"supplied_from": "Rome"}], bill_of_materials=[{"item": "bench", "component": "leg", "quantity_per": 4.0}, {"item": "chair", "component": "leg", "quantity_per": 2.0}],
            sourcing=[
                {"location": "Rome", "kind": "transfer", "source": "Oslo", "priority": 1.0, "unit_cost": 0.25}, {"family": "Benches", "location": "Oslo", "kind": "make", "priority": 1.0, "unit_cost": 2.0},
                {"family": "Chairs", "location": "Oslo", "kind": "make", "priority": 1.0, "unit_cost": 1.0}, {"item": "leg", "location": "Oslo", "kind": "buy", "source": "Wood", "priority": 1.0, "unit_cost": 1.0, "lead_time": 0.9},
            ],
            resources=[{"resource": "Saw", "kind": "machine", "capacity": 20.0, "cost_per_hour": 4.0, "overtime_limit": 200.0, "overtime_cost": 7.0}],
            bill_of_resources=[{"kind": "make", "resource": "Saw", "hours_per_unit": 1.0}], settings={"free_levers": frozenset({"overtime", "expedite"})},
        )  # fmt: skip

    def test_they_add_up_to_what_the_supply_plan_pays(self) -> None:
        world = self.busy()
        result, _ = world.profit_and_loss()
        paid, planned = supply_premiums(world.solution), result[result["period"] >= month("2026-01")]
        for name, amount in PREMIUMS.items():
            if name != "obsolescence":
                assert planned[name].sum() == pytest.approx(getattr(paid, amount).sum()), name
        assert paid.overtime.sum() == pytest.approx(world.solution.costs["overtime"] - 4.0 * world.solution.overtime.sum())
        assert min(paid.overtime.sum(), paid.expedite.sum(), paid.freight.sum()) > 0

    def test_they_stand_with_the_families_that_are_sold(self) -> None:
        """All of the legs' expediting is borne by benches and chairs: as 4 legs x 60 benches are to 2 x 60 chairs."""
        result, _ = self.busy().profit_and_loss()
        by_family = result.groupby("family")["expedite_cost"].sum()
        assert set(by_family.index) == {"Benches", "Chairs"}
        assert by_family["Chairs"] > 0
        assert by_family["Benches"] == pytest.approx(2.0 * by_family["Chairs"])

    def test_the_lorry_to_rome_is_paid_by_rome(self) -> None:
        result, _ = self.busy().profit_and_loss()
        freight = result.groupby("region")["freight"].sum()
        assert freight.to_dict() == {"North": pytest.approx(0.0), "South": pytest.approx(0.25 * 80.0)}

    def test_a_premium_of_a_family_that_is_not_sold_keeps_its_own_line(self) -> None:
        world = money_world([{"item": "gloss"}, {"item": "spare", "family": "Spares"}], {("gloss", "Oslo"): [10.0]}, net_price={"gloss": 15.0}, locations=PLACES,
                            inventory=[{"item": "gloss", "location": "Oslo", "on_hand": 0.0}, {"item": "spare", "location": "Oslo", "on_hand": 5.0}])  # fmt: skip
        expired = np.zeros_like(world.solution.expired)
        expired[world.solution.network.points["item"].tolist().index("spare")] = 5.0
        points = world.solution.network.points.assign(shelf_life=3.0)
        solution = replace(world.solution, expired=expired, network=replace(world.solution.network, points=points))
        result, _ = replace(world, solution=solution).profit_and_loss()
        assert line(result, "obsolescence", family="Spares", region="North") == 50.0
        assert line(result, "contribution_margin", family="Spares", region="North") == -50.0


class TestCostRates:
    def test_rates_per_unit_and_of_revenue_add_up_and_margins_follow(self) -> None:
        """10 units, 150 of revenue, 100 of cost: freight 10 x 0.5 + 150 x 2% = 8, to serve 150 x 10% = 15: 50 - 23 = 27."""
        world = money_world([{"item": "gloss"}], {("gloss", "Oslo"): [10.0]}, net_price={"gloss": 15.0})
        result, _ = world.profit_and_loss([{"line": "freight", "per_unit": 0.5, "share": 0.02}, {"line": "cost to serve", "share": 0.1}])
        assert [line(result, name) for name in ("freight", "cost_to_serve", "contribution_margin")] == pytest.approx([8.0, 15.0, 27.0])
        assert np.isnan(line(result, "obsolescence")), "nothing is known of it"

    def test_the_narrowest_rate_holds_from_its_day_on(self) -> None:
        """From 15 January 3 in place of 1 a unit: (14 x 1 + 17 x 3) / 31 on average."""
        world = money_world([{"item": "gloss"}], {("gloss", "Oslo"): [31.0, 10.0], ("gloss", "Rome"): [10.0, 10.0]}, net_price={"gloss": 15.0}, locations=PLACES)
        rates = [{"line": "freight", "per_unit": 1.0}, {"line": "freight", "region": "North", "per_unit": 3.0, "valid_from": pd.Timestamp("2026-01-15")}]
        result, _ = world.profit_and_loss(rates)
        assert line(result, "freight", region="North") == pytest.approx(14.0 + 51.0)
        assert line(result, "freight", "2026-02", region="North") == pytest.approx(30.0)
        assert line(result, "freight", region="South") == pytest.approx(10.0)

    def test_where_no_rate_holds_the_cost_is_not_known(self) -> None:
        world = money_world([{"item": "gloss"}], {("gloss", "Oslo"): [10.0], ("gloss", "Rome"): [10.0]}, net_price={"gloss": 15.0}, locations=PLACES)
        result, _ = world.profit_and_loss([{"line": "obsolescence", "region": "North", "share": 0.01}])
        assert line(result, "obsolescence", region="North") == pytest.approx(1.5)
        assert np.isnan(line(result, "obsolescence", region="South"))


class TestCustomers:
    MIX = ({"item": "gloss", "location": "Oslo", "customer": "Key", "share": 0.25}, {"item": "gloss", "location": "Oslo", "customer": "Web", "share": 0.5})

    def world(self, **more) -> MoneyWorld:
        return money_world([{"item": "gloss"}], {("gloss", "Oslo"): [40.0, 20.0]}, net_price={"gloss": 15.0}, customer_mix=self.MIX, **more)

    def test_price_factors_move_revenue_between_customers_and_not_the_total(self) -> None:
        """10 of Key at 0.8, 20 of Web and 10 of others at 1: of 600 as 8 : 20 : 10."""
        classes = table(frames.CUSTOMER_CLASSES, {"customer": "Key", "priority": 1.0, "price_factor": 0.8})
        result, _ = self.world().profit_and_loss(customers=CustomerInputs(table(frames.CUSTOMER_MIX, *self.MIX), classes))
        assert [line(result, "sales_volume", customer=c) for c in ("Key", "Web", "")] == pytest.approx([10.0, 20.0, 10.0])
        assert [line(result, "revenue", customer=c) for c in ("Key", "Web", "")] == pytest.approx([600 * 8 / 38, 600 * 20 / 38, 600 * 10 / 38])

    def test_a_price_that_the_list_states_for_a_group_is_its_price(self) -> None:
        """Key pays 12 of 16, the others 15 of 20: 10 x 12 + 30 x 15 = 570 net, 10 x 16 + 30 x 20 = 760 gross."""
        world = self.world(price_list=[{"customer": "Key", "list_price": 16.0, "discount": 0.25}])
        result, _ = world.profit_and_loss(customers=CustomerInputs(world.inputs.customer_mix))
        assert line(result, "revenue", customer="Key") == pytest.approx(120.0)
        assert line(result, "gross_revenue", customer="Key") == pytest.approx(160.0)
        assert result.loc[result["period"] == month("2026-01"), "revenue"].sum() == pytest.approx(570.0)

    def test_who_is_served_first_has_the_sales(self) -> None:
        """20 of 40 are on hand and Key comes first: 10 of its 10, the others share the rest as 2 to 1."""
        classes = ({"customer": "Key", "priority": 1.0, "backorder_cost": 50.0},)
        world = money_world(
            [{"item": "gloss", "lead_time": 1.0}], {("gloss", "Oslo"): [40.0, 0.0]}, net_price={"gloss": 15.0}, customer_mix=self.MIX, customer_classes=classes, planner=solved,
            inventory=[{"item": "gloss", "location": "Oslo", "on_hand": 20.0}],
        )  # fmt: skip
        volumes = volumes_by_customer(world.solution, world.inputs.served, world.inputs.locations, world.inputs.customer_mix)
        result, _ = world.profit_and_loss(customers=CustomerInputs(world.inputs.customer_mix, world.inputs.customer_classes, volumes))
        assert [line(result, "sales_volume", customer=c) for c in ("Key", "Web", "")] == pytest.approx([10.0, 20 / 3, 10 / 3])

    def test_past_periods_are_as_history_states_them_by_group(self) -> None:
        """Key bought 1 of 4 for 12 of 70, though the mix of the year says a quarter and a half."""
        lines = pd.DataFrame({"item": "gloss", "location": "Oslo", "customer": ["Key", "Web"], "period": month("2025-12"), "demand": [1.0, 2.0], "revenue": [12.0, 38.0]})
        history = ({"item": "gloss", "location": "Oslo", "2025-12": 4.0, "measure": "demand"}, {"item": "gloss", "location": "Oslo", "2025-12": 70.0, "measure": "revenue"})
        world = self.world(history=history)
        result, _ = world.profit_and_loss(customers=CustomerInputs(world.inputs.customer_mix, history=lines))
        assert [line(result, "revenue", "2025-12", customer=c) for c in ("Key", "Web", "")] == pytest.approx([12.0, 38.0, 20.0])
        assert [line(result, "cost", "2025-12", customer=c) for c in ("Key", "Web", "")] == pytest.approx([10.0, 20.0, 10.0])


class TestNotKnown:
    def test_unknown_cost_leaves_the_margin_blank_and_the_rest_stands(self) -> None:
        result, _ = money_world([{"item": "gloss", "unit_cost": np.nan}], {("gloss", "Oslo"): [10.0]}, net_price={"gloss": 15.0}).profit_and_loss()
        assert line(result, "revenue") == 150.0
        assert all(np.isnan(line(result, name)) for name in ("cost", "material_cost", "gross_margin", "contribution_margin"))

    def test_without_any_sales_there_is_no_profit_and_loss(self) -> None:
        result, _ = money_world([{"item": "gloss"}], {("gloss", "Oslo"): [0.0]}).profit_and_loss()
        assert result.empty


UNITS = st.lists(st.integers(1, 60).map(float), min_size=3, max_size=3)
SHARE = st.floats(0.0, 0.5)


@settings(max_examples=15, deadline=None, database=None)
@given(oslo=UNITS, rome=UNITS, matt=UNITS, key=SHARE, web=SHARE, factor=st.floats(0.5, 1.5), hours=st.integers(5, 90))
def test_sums_over_customers_families_and_regions_are_the_financial_plan(oslo, rome, matt, key, web, factor, hours) -> None:
    mix = [{"item": i, "location": w, "customer": c, "share": s} for i, w in (("gloss", "Oslo"), ("matt", "Rome")) for c, s in (("Key", key), ("Web", web))]
    world = money_world(
        [{"item": "gloss", "unit_cost": 9.37}, {"item": "matt", "family": "Matt paint", "unit_cost": 4.11, "lead_time": 1.0}],
        {("gloss", "Oslo"): oslo, ("gloss", "Rome"): rome, ("matt", "Rome"): matt}, net_price={"gloss": 15.13, "matt": 7.77}, planner=solved, locations=PLACES,
        price_list=[{"customer": "Web", "discount": 0.13}, {"item": "gloss", "list_price": 23.0, "discount": 0.31, "valid_from": pd.Timestamp("2026-02-11")}],
        customer_mix=mix, customer_classes=[{"customer": "Key", "priority": 1.0, "price_factor": factor}], sourcing=[{"item": "gloss", "kind": "make", "priority": 1.0, "unit_cost": 1.0}],
        resources=[{"resource": "Mill", "kind": "machine", "capacity": float(hours), "cost_per_hour": 1.0, "overtime_limit": 40.0, "overtime_cost": 2.5}],
        bill_of_resources=[{"item": "gloss", "resource": "Mill", "hours_per_unit": 1.0}], settings={"free_levers": frozenset({"overtime"})},
    )  # fmt: skip
    inputs = world.inputs
    volumes = volumes_by_customer(world.solution, inputs.served, inputs.locations, inputs.customer_mix)
    rates = [{"line": "freight", "per_unit": 0.3}, {"line": "cost to serve", "share": 0.07}]
    split, _ = world.profit_and_loss(rates, CustomerInputs(inputs.customer_mix, inputs.customer_classes, volumes))
    whole, _ = world.profit_and_loss(rates)
    keys = ["family", "region", "period"]
    by_group, together = split.groupby(keys)[LINES].sum(), whole.set_index(keys)[LINES].fillna(0.0)
    np.testing.assert_allclose(by_group.reindex(together.index).to_numpy(), together.to_numpy(), atol=1e-6)
    plan = world.financial_plan()
    plan = plan[plan["version"] == "Plan"].set_index(keys)
    for name in ("sales_volume", "revenue", "cost", "gross_margin"):
        np.testing.assert_allclose(together[name].to_numpy(), plan[name].reindex(together.index).to_numpy(), atol=1e-6, err_msg=name)
    np.testing.assert_allclose(together["gross_revenue"] - together["discounts"], together["revenue"], atol=1e-6)
    np.testing.assert_allclose(together[["material_cost", "conversion_cost", "other_cost"]].sum(axis=1), together["cost"], atol=1e-6)


def test_without_limits_the_plan_is_the_unconstrained_one() -> None:
    world = money_world([{"item": "gloss"}], {("gloss", "Oslo"): [10.0, 5.0], ("gloss", "Rome"): [3.0, 0.0]}, net_price={"gloss": 15.0}, locations=PLACES, planner=netted)
    plan = world.financial_plan()
    figures = ["sales_volume", "revenue", "cost", "gross_margin"]
    ahead = plan[plan["period"] >= world.timeline.current]
    same = [ahead[ahead["version"] == version].reset_index(drop=True)[figures] for version in ("Plan", "Unconstrained")]
    pd.testing.assert_frame_equal(*same)


def test_rows_in_any_order_give_the_same_profit_and_loss() -> None:
    price_list = [{"discount": 0.1}, {"item": "gloss", "list_price": 30.0, "valid_from": pd.Timestamp("2026-01-20")}]
    rates = [{"line": "freight", "per_unit": 0.5}, {"line": "freight", "region": "South", "per_unit": 0.7}]
    demand = {("gloss", "Oslo"): [10.0, 5.0], ("gloss", "Rome"): [3.0, 0.0], ("matt", "Rome"): [4.0, 4.0]}
    items = [{"item": "gloss"}, {"item": "matt", "family": "Matt paint"}]

    def made(turn: int) -> pd.DataFrame:
        world = money_world(items[::turn], dict(list(demand.items())[::turn]), net_price={"gloss": 15.0, "matt": 9.0}, locations=PLACES[::turn], price_list=price_list[::turn])
        return world.profit_and_loss(rates[::turn])[0]

    pd.testing.assert_frame_equal(made(1), made(-1))
