"""Levers: what each one authorises, and the one name that it has."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lever_worlds import (
    LOST,
    NO_PREBUILD,
    late_helper,
    limited_material,
    limited_supplier,
    short_of_hours,
    two_customers,
    undecided,
)
from small_network import small_network

from sop_xl.errors import FrameError
from sop_xl.plan.supply.lever_names import levers_of_option, option_name
from sop_xl.plan.supply.levers import RULES, Lever, pull
from sop_xl.plan.supply.network import SupplyRules

NAMES = [
    (Lever("overtime", resource="Frame Welding"), "Overtime at Frame Welding"),
    (Lever("overtime", resource="Cut + Weld"), "Overtime at Cut + Weld"),
    (Lever("shift", resource="Saw"), "Extra shift at Saw"),
    (Lever("workforce", resource="Crew"), "Hire and lay off at Crew"),
    (Lever("subcontract", item="BK-100"), "Subcontract item BK-100"),
    (Lever("subcontract", family="Road Bikes"), "Subcontract family Road Bikes"),
    (Lever("subcontract", item="BK-100", supplier="Miller & Co."), "Subcontract item BK-100 at supplier Miller & Co."),
    (Lever("second source", item="BK-100"), "Second source for item BK-100"),
    (Lever("second source", supplier="Jones"), "Second source from supplier Jones"),
    (Lever("substitute", item="oak"), "Substitute for item oak"),
    (Lever("expedite", item="BK 100"), "Expedite item BK 100"),
    (Lever("expedite"), "Expedite"),
    (Lever("pre-build"), "Pre-build"),
    (Lever("price", item="BK-100", value=0.05), "Price +5 % of item BK-100"),
    (Lever("price", family="Road Bikes", value=-0.125, first=1, last=3), "Price -12.5 % of family Road Bikes from 2026-02 to 2026-04"),
    (Lever("price", item="BK-100", value=0.05, first=1, last=1), "Price +5 % of item BK-100 in 2026-02"),
    (Lever("price", item="bench in oak", value=0.05), "Price +5 % of item bench in oak"),
    (Lever("price", value=0.05, first=0, last=0), "Price +5 % in 2026-01"),
    *[(Lever("allocation", rule=rule), f"Allocation by {rule}") for rule in RULES],
]
TIMELINE = small_network({"bench": [1.0] * 4}).timeline


@pytest.mark.parametrize(("lever", "name"), NAMES, ids=[name for _, name in NAMES])
def test_a_name_tells_its_lever_and_a_lever_its_name(lever, name):
    assert option_name(lever, TIMELINE) == name
    assert levers_of_option(name, TIMELINE) == [lever]


def test_a_combination_is_read_back_part_by_part():
    levers = [lever for lever, _ in NAMES]
    assert levers_of_option(option_name(levers, TIMELINE), TIMELINE) == levers


@pytest.mark.parametrize("text", ["", "Buy more", "Expedite quickly", "Price up", "Price +5 % of item X from soon to later", "Allocation by luck", "Overtime at Saw + Luck"])
def test_what_names_no_lever_is_none(text):
    assert levers_of_option(text, TIMELINE) in (None, [Lever("overtime", resource="Saw + Luck")])


def test_a_price_span_stays_where_it_is_when_time_goes_on():
    name = "Price +5 % of item bench from 2026-02 to 2026-04"
    later = small_network({"bench": [1.0] * 4}, start="2026-03-01").timeline
    (lever,) = levers_of_option(name, later)
    assert (lever.first, lever.last) == (-1, 1)


def test_a_price_span_of_one_period_is_read_in_either_form():
    (lever,) = levers_of_option("Price +5 % of item bench from 2026-02 to 2026-02", TIMELINE)
    assert [lever] == levers_of_option("Price +5 % of item bench in 2026-02", TIMELINE)


def test_overtime_is_allowed_up_to_what_the_resource_can():
    world = short_of_hours((50.0, 50.0, 50.0))
    pulled, rules = pull(world, LOST, Lever("overtime", resource="Saw"))
    assert pulled.overtime_limit.tolist() == [[6.0, 6.0, 6.0]]
    assert rules is LOST
    assert world.overtime_limit.tolist() == [[0.0, 0.0, 0.0]]


def test_a_lever_holds_within_its_span_and_up_to_its_value():
    pulled, _ = pull(short_of_hours((50.0, 50.0, 50.0)), LOST, Lever("overtime", resource="Saw", first=1, last=1, value=4.0))
    assert pulled.overtime_limit.tolist() == [[0.0, 4.0, 0.0]]


def test_a_lever_takes_nothing_back():
    world, _ = pull(short_of_hours((50.0, 50.0)), LOST, Lever("overtime", value=5.0))
    assert pull(world, LOST, Lever("overtime", value=3.0))[0] is world


@pytest.mark.parametrize("span", [(5, 9), (-4, -2), (2, 1)])
def test_a_span_outside_the_plan_allows_nothing(span):
    world = short_of_hours((50.0, 50.0, 50.0))
    for kind in ("overtime", "subcontract", "price"):
        assert pull(world, LOST, Lever(kind, first=span[0], last=span[1], value=0.1))[0] is world


def test_extra_shifts_and_workers_are_allowed_each_by_its_own_lever():
    crew = {"capacity": 40, "workers": 4, "hours_per_worker": 10, "hire": 2, "layoff": 1, "extra_shifts": 1, "loads": {"bench": 1.0}}
    world = undecided(small_network({"bench": [50]}, resources={"Crew": crew, "Saw": {"capacity": 40, "hire": 3, "layoff": 3}}))
    shifts, _ = pull(world, LOST, Lever("shift", resource="Crew"))
    assert (shifts.shift_limit.tolist(), shifts.hire_limit.tolist()) == ([[1.0], [0.0]], [[0.0], [0.0]])
    workers, _ = pull(world, LOST, Lever("workforce"))
    assert (workers.hire_limit.tolist(), workers.layoff_limit.tolist()) == ([[2.0], [0.0]], [[1.0], [0.0]])


def test_a_subcontractor_is_allowed_for_his_item_alone():
    world = short_of_hours((50.0, 50.0))
    pulled, _ = pull(world, LOST, Lever("subcontract", item="bench", first=1, value=7.0))
    row = pulled.sources.set_index("source").loc["Miller"]
    assert (bool(row["authorised"]), row["first"], row["last"], row["maximum"]) == (True, 1, 1, 7.0)
    assert pull(world, LOST, Lever("subcontract", item="chair"))[0] is world
    assert pull(world, LOST, Lever("second source", item="bench"))[0] is world
    assert pull(pulled, LOST, Lever("subcontract"))[0] is pulled


def test_second_source_and_expedite_go_by_supplier_too():
    world = limited_supplier()
    assert pull(world, LOST, Lever("second source", supplier="Jones"))[0].sources["authorised"].all()
    assert pull(world, LOST, Lever("second source", supplier="Smith"))[0] is world
    assert pull(late_helper(), LOST, Lever("expedite", supplier="Far"))[0].sources["authorised"].all()


def test_a_substitute_is_named_by_what_it_replaces():
    world = limited_material()
    assert pull(world, LOST, Lever("substitute", item="oak"))[0].uses["authorised"].all()
    assert pull(world, LOST, Lever("substitute", item="pine"))[0] is world


def test_pre_build_is_a_rule_and_no_part_of_the_network():
    world = short_of_hours()
    assert pull(world, NO_PREBUILD, Lever("pre-build")) == (world, SupplyRules(unmet="lost sales", prebuild=True))
    assert pull(world, LOST, Lever("pre-build"))[1] is LOST


def test_demand_follows_the_price_by_the_elasticity_of_its_family():
    world = short_of_hours((100.0, 100.0))
    measured = pd.DataFrame({"family": ["Family", "All"], "elasticity": [-2.0, -0.5]})
    dearer, _ = pull(world, LOST, Lever("price", item="bench", value=0.25, first=1), measured)
    assert dearer.price.tolist() == [[20.0, 25.0]]
    assert dearer.demand == pytest.approx(np.array([[100.0, 64.0]]))  # 1.25 ** -2 = 0.64
    unknown, _ = pull(world, LOST, Lever("price", value=0.25), measured.assign(elasticity=[np.nan, -0.5]))
    assert unknown.demand[0, 0] == pytest.approx(100 * 1.25**-0.5)
    assumed, _ = pull(world, LOST, Lever("price", value=0.25))
    assert assumed.demand[0, 0] == pytest.approx(80)


def test_allocation_by_margin_makes_the_better_margin_dearer_to_lose_and_nobody_cheaper():
    world = two_customers()
    by_margin, _ = pull(world, LOST, Lever("allocation", rule="margin"))
    assert by_margin.streams["priority"].tolist() == [2.0, 1.0]
    # margins 10 and 20; ten times the dearest, 20, weighs 100 and 200 on top of 20 and 1
    assert by_margin.streams["lost_sale_cost"].tolist() == pytest.approx([120.0, 201.0])
    assert pull(by_margin, LOST, Lever("allocation", rule="margin"))[0] is by_margin


def test_a_rule_that_tells_nobody_apart_changes_nothing():
    world = two_customers()
    assert pull(world, LOST, Lever("allocation", rule="contract first"))[0] is world


def test_contracts_come_first_when_the_rule_says_so():
    world = two_customers()
    streams = world.streams.assign(contract_share=[0.0, 0.5])
    by_contract, _ = pull(type(world)(**{**world.__dict__, "streams": streams}), LOST, Lever("allocation", rule="contract first"))
    assert by_contract.streams["priority"].tolist() == [2.0, 1.0]


@pytest.mark.parametrize("lever", [Lever("magic"), Lever("allocation"), Lever("allocation", rule="fair share")])
def test_what_is_no_lever_is_the_callers_mistake(lever):
    with pytest.raises(FrameError, match="no lever is called"):
        pull(short_of_hours(), LOST, lever)
