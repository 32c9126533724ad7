"""What each driver of a scenario changes, in small worlds with answers by hand."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_tables import items, locations, month, table
from small_network import small_network

from sop_xl import frames
from sop_xl.plan.scenario_drivers import DRIVERS
from sop_xl.plan.scenario_inputs import BUDGET, INPUT_DRIVERS
from sop_xl.plan.scenario_rows import ACTIONS
from sop_xl.plan.scenarios import apply_drivers
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.sheets import scenarios as sheet

MONTH = 365.25 / 12
ITEMS = items("paint", "resin", family="Paint", service_level=0.95)
RULES = SupplyRules()


def world(**more):
    """Paint is made of resin on one mixer; resin is bought from Alpha, in second place from Beta."""
    standard = {
        "demand": {"paint": [100.0] * 6},
        "points": {"paint": {"family": "Paint", "unit_cost": 8.0, "unit_price": 20.0}, "resin": {"family": "Paint", "unit_cost": 2.0}},
        "sources": [
            {"item": "paint", "kind": "make", "unit_cost": 3.0, "process_yield": 0.9},
            {"item": "resin", "kind": "buy", "supplier": "Alpha", "unit_cost": 2.0, "lead_time": 1.0, "lead_time_deviation": 0.2},
            {"item": "resin", "kind": "buy", "supplier": "Beta", "priority": 2.0, "unit_cost": 2.5, "lead_time": 2.0, "authorised": False},
        ],
        "uses": {("paint", "resin"): 2.0},
        "resources": {"Mixer": {"capacity": 80.0, "efficiency": 0.8, "overtime": 10.0, "loads": {"paint": 0.5}}},
        "suppliers": {"Alpha": [300.0] * 6, "Beta": [np.inf] * 6},
        "scheduled": {"resin": [100.0, 200.0, 0.0, 0.0, 0.0, 0.0]},
        "safety_stock": {"paint": 50.0, "resin": 40.0},
    }
    return small_network(**(standard | more))


def driver(name, value=np.nan, action="percent", start=None, end=None, **scope):
    """One row of Scenario Drivers."""
    dates = {"first_period": month(start) if start else pd.NaT, "last_period": month(end) if end else pd.NaT}
    return {"scenario": "What if", "driver": name, "action": action, "value": value} | dates | scope


def applied(network, *rows, **context):
    changed, rules, notes = apply_drivers(network, RULES, table(frames.SCENARIO_DRIVERS, *rows), ITEMS, frames.empty_frame(frames.LOCATIONS), **context)
    assert rules is RULES
    return changed, notes


def same(one, other):
    return one.equals(other) if isinstance(one, pd.DataFrame) else np.array_equal(one, other, equal_nan=True) if isinstance(one, np.ndarray) else one == other


def changed_fields(network, other):
    """Names of the fields of a network that differ from another's."""
    return {f.name for f in fields(network) if not same(getattr(network, f.name), getattr(other, f.name))}


def only_rule(network, row, **context):
    """The rule of the one note that a row leaves when it changes nothing."""
    changed, notes = applied(network, row, **context)
    assert changed is network
    assert len(notes) == 1
    assert notes["frame"].iloc[0] == "scenario_drivers"
    return notes["rule"].iloc[0]


def test_the_sheet_offers_exactly_what_the_plan_can_do():
    assert {*DRIVERS, *INPUT_DRIVERS, BUDGET} == set(sheet.DRIVERS)
    assert ACTIONS == sheet.ACTIONS


class TestOneRowEach:
    """The three questions that every pre-S&OP asks are one row each."""

    def test_lead_times_double(self):
        network, notes = applied(world(), driver("lead time", 1.0))
        assert network.sources["lead_time"].tolist() == [0.0, 2.0, 4.0]
        assert network.sources["lead_periods"].tolist() == [0, 2, 4]
        assert network.sources["first"].tolist() == [0, 2, 4]  # what had to be placed earlier cannot be ordered any more
        assert not network.late_share.any()
        assert notes["rule"].tolist() == ["scenario-stock-kept"]

    def test_a_material_is_fourteen_days_late(self):
        """0.46 of a month: so much of every open and every new order comes one month later."""
        network, notes = applied(world(), driver("material late", 14.0, item="resin"))
        part = 14 / MONTH
        assert network.scheduled[1] == pytest.approx([100 * (1 - part), 200 + 100 * part - 200 * part, 200 * part, 0, 0, 0])
        assert network.late_share[1:] == pytest.approx(np.full((2, 6), part))
        assert network.sources["lead_periods"].tolist() == world().sources["lead_periods"].tolist()
        assert not network.late_share[0].any(), "paint itself is not late"
        assert notes.empty

    def test_a_supplier_is_out_for_two_months(self):
        """Alpha delivers nothing in January and February; what was due comes in March, new orders too. Beta is not asked for."""
        network, _ = applied(world(), driver("supplier out", supplier="Alpha", start="2026-01", end="2026-02"))
        assert network.scheduled[1].tolist() == [0, 0, 300, 0, 0, 0]
        alpha = network.sources[network.sources["source"] == "Alpha"]
        assert alpha[["first", "last", "authorised"]].to_numpy().tolist() == [[1, 1, False], [2, 5, True]]
        assert changed_fields(network, world()) == {"sources", "scheduled", "late_share", "previous_orders"}


class TestSpans:
    def test_a_longer_lead_time_for_a_while_splits_the_source(self):
        """Two months more for what arrives from March to May: the source before, during and after, windows apart from each other."""
        network, _ = applied(world(), driver("lead time", 2 * MONTH, "add", "2026-03", "2026-05", supplier="Alpha"))
        alpha = network.sources[network.sources["source"] == "Alpha"]
        assert alpha[["lead_periods", "first", "last"]].to_numpy().tolist() == [[1, 1, 1], [3, 3, 4], [1, 5, 5]]

    def test_what_is_late_for_a_while_leaves_a_gap(self):
        """Due from March to May and two months late: nothing in March and April, whenever it was ordered."""
        network, _ = applied(world(), driver("material late", 2 * MONTH, start="2026-03", end="2026-05", item="resin", supplier="Alpha"))
        alpha = network.sources[network.sources["source"] == "Alpha"]
        assert alpha[["lead_periods", "first", "last"]].to_numpy().tolist() == [[1, 1, 1], [3, 4, 4], [1, 5, 5]]

    def test_components_loads_and_substitutes_go_with_every_part(self):
        before = world(points={"paint": {}, "resin": {}, "other": {}}, substitutes=[("resin", "other", 1.5, 0.2)])
        network, _ = applied(before, driver("yield", 0.5, "set", "2026-03", "2026-04", item="paint"))
        assert network.sources["process_yield"].tolist()[-3:] == [0.9, 0.5, 0.9] or network.sources["process_yield"].tolist()[:3] == [0.9, 0.5, 0.9]
        made = network.sources.index[network.sources["kind"] == "make"]
        parts = [s for s in made if network.points["item"][network.sources["point"][s]] == "paint"]
        assert len(parts) == 3
        for source in parts:
            uses = network.uses[network.uses["source"] == source]
            assert uses["quantity"].tolist() == [2.0, 1.5]
            assert network.uses["component"][uses["substitute_for"].iloc[1]] == uses["component"].iloc[0]
            assert uses["substitute_for"].tolist() == [-1, uses.index[0]]
            assert network.loads[network.loads["source"] == source]["hours"].tolist() == [0.5]

    def test_the_last_plan_stays_with_the_part_that_delivers_then(self):
        before = world(previous_orders=[10.0, 20, 30, 40, 50, 60])
        network, _ = applied(before, driver("unit cost", 0.1, start="2026-03", end="2026-04", supplier="Alpha"))
        parts = network.previous_orders[1:4]
        assert np.nansum(parts, axis=0).tolist() == [0, 20, 30, 40, 50, 60]
        assert np.isnan(parts).sum() == 13
        assert network.sources["unit_cost"].tolist()[1:4] == pytest.approx([2.0, 2.2, 2.0])
        assert network.points.equals(before.points), "for a while, and from one supplier: stock keeps its value"

    def test_a_span_that_covers_everything_splits_nothing(self):
        network, _ = applied(world(), driver("yield", -0.5, item="paint", start="2025-06", end="2030-01"))
        assert network.sources["process_yield"].tolist() == pytest.approx([0.45, 1.0, 1.0])

    def test_a_supplier_out_for_days_of_a_part_of_a_month(self):
        """Out for a month and a half from January: nothing in January, half of what is due in February comes in March."""
        network, _ = applied(world(), driver("supplier out", 1.5 * MONTH, supplier="Alpha"))
        assert network.scheduled[1] == pytest.approx([0, 200, 100, 0, 0, 0])
        alpha = network.sources.index[(network.sources["source"] == "Alpha") & network.sources["authorised"]]
        assert [network.late_share[s, network.sources.at[s, "first"]] for s in alpha] == pytest.approx([0.5, 0.0])

    def test_two_delays_add_up(self):
        """Eighteen and twenty-four days make 1.38 months, not 0.59 and 0.79 of one."""
        network, _ = applied(world(), driver("material late", 18.0, item="resin"), driver("lead time", 24.0, "add", supplier="Alpha"))
        assert network.sources["lead_periods"].tolist() == [0, 2, 2]
        assert network.late_share[1] == pytest.approx(np.full(6, 42 / MONTH - 1))


class TestShorter:
    def test_a_shorter_lead_time_is_rounded_anew(self):
        network, _ = applied(world(), driver("lead time", 10.0, "set", supplier="Alpha"))
        assert network.sources["lead_periods"].tolist() == [0, 0, 2]
        assert network.sources["first"].tolist() == [0, 0, 2]
        assert not network.late_share.any()

    def test_a_source_whose_receipts_all_move_beyond_the_plan_is_closed(self):
        network, _ = applied(world(), driver("lead time", 9 * MONTH, "add", supplier="Beta"))
        assert not network.sources["authorised"].iloc[2]
        assert network.sources["authorised"].tolist()[:2] == [True, True]


class TestDemandAndPrice:
    def test_demand_rises_for_a_while(self):
        network, _ = applied(world(), driver("demand", 0.2, start="2026-02", end="2026-03", family="Paint"))
        assert network.demand[0] == pytest.approx([100, 120, 120, 100, 100, 100])
        assert changed_fields(network, world()) == {"demand"}

    @pytest.mark.parametrize(("action", "value", "expected"), [("add", 60.0, [45.0, 135.0]), ("set", 240.0, [60.0, 180.0])])
    def test_units_are_for_the_whole_scope_and_spread_as_the_demand_is(self, action, value, expected):
        network = small_network({"paint": [30.0], "resin": [90.0]})
        changed, _ = applied(network, driver("demand", value, action))
        assert changed.demand[:, 0].tolist() == pytest.approx(expected)

    def test_a_region_is_only_its_part_of_the_stock_that_serves_it(self):
        """A quarter of what the stock serves is asked for in the South: 40 % more there is 10 % more here."""
        places = locations(All="", South="All", North="All")
        asked = pd.DataFrame({"item": "paint", "location": ["North", "South"], "period": month("2026-01"), "consensus": [75.0, 25.0]})
        rows = table(frames.SCENARIO_DRIVERS, driver("demand", 0.4, region="South"))
        changed, _, notes = apply_drivers(world(), RULES, rows, ITEMS, places, asked=asked)
        assert changed.demand[0] == pytest.approx([110.0] * 6)
        assert notes.empty

    def test_price_changes_and_demand_stays(self):
        network, _ = applied(world(), driver("price", -0.1, item="paint"))
        assert network.price[0] == pytest.approx([18.0] * 6)
        assert changed_fields(network, world()) == {"price"}


class TestLimits:
    def test_capacity_is_said_in_hours_on_the_clock(self):
        network, _ = applied(world(), driver("capacity", 50.0, "set", "2026-02", "2026-02", resource="Mixer"))
        assert network.capacity[0].tolist() == [80, 40, 80, 80, 80, 80]
        network, _ = applied(world(), driver("capacity", -0.25))
        assert network.capacity[0].tolist() == [60.0] * 6

    def test_maintenance_stays_off_a_changed_capacity(self):
        kept = {"Mixer": {"capacity": 70.0, "maintenance": 10.0, "loads": {"paint": 0.5}}}
        network, _ = applied(world(resources=kept), driver("capacity", -0.5))
        assert network.capacity[0].tolist() == [30.0] * 6
        assert network.maintenance[0].tolist() == [10.0] * 6

    def test_workers_give_fewer_hours_when_capacity_falls(self):
        """What workers give is not limited by capacity: the missing hours come off like maintenance."""
        crew = {"Mixer": {"capacity": 80.0, "workers": 1.0, "hours_per_worker": 80.0, "loads": {"paint": 0.5}}}
        network, _ = applied(world(resources=crew), driver("capacity", -0.5))
        assert network.capacity[0].tolist() == [40.0] * 6
        assert network.maintenance[0].tolist() == [40.0] * 6

    def test_overtime_and_shifts_that_are_authorised_are_possible_too(self):
        network, _ = applied(world(), driver("overtime limit", 50.0, "set", resource="Mixer"), driver("extra shifts", 1.0, "set"))
        assert network.overtime_limit[0].tolist() == [40.0] * 6
        assert network.overtime_possible[0].tolist() == [40.0] * 6
        assert network.shift_limit[0].tolist() == network.shift_possible[0].tolist() == [1.0] * 6

    def test_a_supplier_gives_half_as_much(self):
        network, _ = applied(world(), driver("supplier limit", -0.5, supplier="Alpha", start="2026-05"))
        assert network.supplier_limit[0].tolist() == [300, 300, 300, 300, 150, 150]
        assert np.isinf(network.supplier_limit[1]).all()

    def test_no_limit_stays_none_when_all_fall(self):
        network, _ = applied(world(), driver("supplier limit", -1.0))
        assert network.supplier_limit[0].tolist() == [0.0] * 6
        assert np.isinf(network.supplier_limit[1]).all()


class TestSources:
    def test_a_second_source_is_allowed(self):
        network, _ = applied(world(), driver("source allowed", supplier="Beta"))
        assert network.sources["authorised"].tolist() == [True, True, True]
        assert changed_fields(network, world()) == {"sources"}

    def test_a_source_is_not_allowed_until_april(self):
        network, _ = applied(world(), driver("source allowed", 0.0, "set", end="2026-04", supplier="Alpha"))
        assert network.sources[["first", "last", "authorised"]].to_numpy().tolist()[1:3] == [[1, 3, False], [4, 5, True]]

    def test_cost_of_a_made_item_moves_what_the_factory_is_paid(self):
        """2 more per unit: 8 to 10 for the stock, 3 to 5 for making it; its components keep their cost."""
        network, _ = applied(world(), driver("unit cost", 2.0, "add", item="paint"))
        assert network.sources["unit_cost"].tolist() == [5.0, 2.0, 2.5]
        assert network.points["unit_cost"].tolist() == [10.0, 2.0]
        assert network.points["holding_cost"].tolist() == pytest.approx([0.125, 0.1])

    def test_a_yield_above_one_is_one(self):
        network, notes = applied(world(), driver("yield", 0.5, item="paint"))
        assert network.sources["process_yield"].iloc[0] == 1.0
        assert notes["rule"].tolist() == ["scenario-value-capped"]


class TestSafetyStock:
    @staticmethod
    def by_lead_time(network, levels):
        """Safety stock is 100 x lead time of the regular source, or 1,000 x the level where one is given."""
        stock = np.zeros_like(network.safety_stock)
        regular = network.sources.drop_duplicates("point")
        stock[regular["point"]] = 100 * regular["lead_time"].to_numpy()[:, None]
        if levels is not None:
            for row in levels.itertuples():
                stock[network.points["item"] == row.item] = 1000 * row.service_level
        return type(network)(**{f.name: getattr(network, f.name) for f in fields(network)} | {"safety_stock": stock})

    def test_safety_stock_follows_the_lead_time_in_its_span_only(self):
        network, notes = applied(world(), driver("lead time", 1.0, start="2026-03", end="2026-04"), restock=self.by_lead_time)
        assert network.safety_stock[1].tolist() == [40, 40, 200, 200, 40, 40]
        assert notes.empty

    def test_service_levels_are_set_added_and_raised(self):
        network, _ = applied(world(), driver("service level", 0.99, "set", item="resin"), restock=self.by_lead_time)
        assert network.safety_stock[1].tolist() == pytest.approx([990.0] * 6)
        network, _ = applied(world(), driver("service level", -0.05, "add", item="resin"), restock=self.by_lead_time)
        assert network.safety_stock[1].tolist() == pytest.approx([900.0] * 6)

    def test_a_level_of_98_is_not_98_percent(self):
        network, notes = applied(world(), driver("service level", 98.0, "set", item="resin"), restock=self.by_lead_time)
        assert network.safety_stock[1].tolist() == pytest.approx([999.9] * 6)
        assert notes["rule"].tolist() == ["scenario-value-capped"]

    def test_a_known_lateness_asks_for_no_more_safety_stock(self):
        def never(network, levels):
            raise AssertionError

        network, _ = applied(world(), driver("material late", 14.0, item="resin"), restock=never)
        assert network.safety_stock.tolist() == world().safety_stock.tolist()


class TestWhatCannotBeApplied:
    @pytest.mark.parametrize(
        ("row", "rule"),
        [
            (driver("demand"), "scenario-value-absent"),
            (driver("demand", 0.1, item="glue"), "scenario-scope-empty"),
            (driver("price", 0.1, family="Glue"), "scenario-scope-empty"),
            (driver("lead time", 0.5, supplier="Gamma"), "scenario-scope-empty"),
            (driver("capacity", 0.5, resource="Oven"), "scenario-scope-empty"),
            (driver("supplier limit", 5.0, "set", supplier="Gamma"), "scenario-scope-empty"),
            (driver("supplier out", supplier="Gamma"), "scenario-scope-empty"),
            (driver("service level", 0.9, "set", item="glue"), "scenario-scope-empty"),
            (driver("capacity", -0.5, item="paint"), "scenario-scope-not-used"),
            (driver("demand", 0.1, supplier="Alpha"), "scenario-scope-not-used"),
            (driver("demand", -1.5), "scenario-value-out-of-range"),
            (driver("unit cost", -3.0, "set"), "scenario-value-out-of-range"),
            (driver("yield", 0.0, "set"), "scenario-value-out-of-range"),
            (driver("source allowed", 2.0, "set"), "scenario-value-out-of-range"),
            (driver("material late", -3.0), "scenario-value-out-of-range"),
            (driver("supplier out", 0.0), "scenario-value-out-of-range"),
            (driver("material late", item="resin"), "scenario-value-absent"),
            (driver("demand", 0.1, start="2027-01"), "scenario-span-outside"),
            (driver("demand", 0.1, end="2025-12"), "scenario-span-outside"),
            (driver("demand", 0.1, start="2026-04", end="2026-02"), "scenario-span-reversed"),
            (driver("supplier limit", 0.5, supplier="Beta"), "scenario-without-effect"),
            (driver("lead-time deviation", 0.5, supplier="Beta"), "scenario-without-effect"),
            (driver("extra shifts", 0.5), "scenario-without-effect"),
            (driver("weather", 0.5), "scenario-driver-unknown"),
            (driver("demand", 0.5, "double"), "scenario-driver-unknown"),
        ],
    )
    def test_a_row_that_makes_no_sense_changes_nothing_and_is_said(self, row, rule):
        assert only_rule(world(), row) == rule

    def test_the_other_rows_still_count(self):
        network, notes = applied(world(), driver("demand", item="paint"), driver("demand", 0.1))
        assert network.demand[0] == pytest.approx([110.0] * 6)
        assert notes["note"].tolist() == ["What if, demand: it needs a value; the row is left out"]

    def test_ten_for_ten_percent_is_asked_about(self):
        network, notes = applied(world(), driver("demand", 10.0))
        assert network.demand[0] == pytest.approx([1100.0] * 6)
        assert notes["rule"].tolist() == ["scenario-percent-large"]

    def test_orders_that_leave_the_plan_are_said(self):
        _, notes = applied(world(), driver("material late", 180.0, item="resin"))
        assert notes["rule"].tolist() == ["scenario-receipts-beyond"]


ANY_ROW = st.builds(
    driver,
    st.sampled_from(tuple(DRIVERS)),
    st.sampled_from([np.nan, -1.0, -0.3, 0.0, 0.4, 1.0, 20.0, 75.0]),
    st.sampled_from(ACTIONS),
    st.sampled_from([None, "2026-01", "2026-03"]),
    st.sampled_from([None, "2026-02", "2026-05"]),
    item=st.sampled_from(["", "paint", "resin"]),
    supplier=st.sampled_from(["", "", "Alpha"]),
)


@settings(deadline=None, max_examples=60)
@given(st.lists(ANY_ROW, max_size=4))
def test_any_drivers_leave_a_sound_network(rows):
    """No number below zero, windows of a source apart, every component and load with its source, and the plan's own network as it was."""
    before, untouched = world(), world()
    network, _ = applied(before, *({**r, "scenario": "What if"} for r in _unique(rows)))
    assert not changed_fields(before, untouched)
    count = len(network.sources)
    for name in ("late_share", "previous_orders"):
        assert getattr(network, name).shape == (count, 6)
    assert ((network.late_share >= 0) & (network.late_share <= 1)).all()
    for name in ("demand", "price", "capacity", "supplier_limit", "scheduled", "overtime_limit"):
        assert (getattr(network, name) >= 0).all(), name
    assert network.scheduled.sum() <= before.scheduled.sum() + 1e-9
    assert (network.sources["lead_time"] >= 0).all()
    assert (network.sources["process_yield"] > 0).all()
    assert (network.sources["process_yield"] <= 1).all()
    open_ = network.sources[network.sources["authorised"]]
    assert (open_["first"] >= open_["lead_periods"]).all()
    for _, parts in network.sources.groupby(["point", "source"]):
        assert (parts["first"].to_numpy()[1:] > parts["last"].to_numpy()[:-1]).all()
    made = set(network.sources.index[network.sources["kind"] == "make"])
    assert set(network.uses["source"]) == set(network.loads["source"]) == made


def _unique(rows):
    keys = ("driver", "item", "supplier", "first_period")
    return list({tuple(str(r.get(k)) for k in keys): r for r in rows}.values())
