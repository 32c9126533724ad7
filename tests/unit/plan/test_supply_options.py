"""Options for the pre-S&OP: which lever helps most, what it gives, and the best of them together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lever_worlds import (
    LOST,
    MAKE,
    MILLER,
    NO_PREBUILD,
    late_helper,
    limited_material,
    limited_supplier,
    short_of_hours,
    two_customers,
    undecided,
)
from small_network import small_network

from sop_xl import frames
from sop_xl.plan.supply.best_options import with_best_options
from sop_xl.plan.supply.lever_scope import levers_in_scope
from sop_xl.plan.supply.levers import Lever, pull
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.options import budget_gap, try_options
from sop_xl.plan.supply.solver import open_model, solve_supply


def tried(network, rules=LOST, **choices):
    return try_options(network, rules, solve_supply(network, rules), **{"price_step": 0.0, "currency": "USD", **choices})


def test_a_model_at_hand_gives_the_same_options():
    world = short_of_hours((50.0, 45.0, 60.0))
    model = open_model(world, NO_PREBUILD)
    given = try_options(world, NO_PREBUILD, model.solution, price_step=0.05, model=model)
    pd.testing.assert_frame_equal(given.options, tried(world, NO_PREBUILD, price_step=0.05, currency="").options)


def options(network, rules=LOST, **choices):
    return tried(network, rules, **choices).options.set_index("option")


def test_overtime_is_cheaper_up_to_its_limit_and_the_subcontractor_makes_the_rest():
    """Short of 10: 6 by overtime at 2 + 5 gain 78, 10 at Miller's 9 gain 110, 6 and 4 together 78 + 44."""
    world = options(short_of_hours())
    assert world["profit_change"].round(6).to_dict() == {"Subcontract item bench + Overtime at Saw": 122.0, "Subcontract item bench": 110.0, "Overtime at Saw": 78.0}
    assert world["rank"].tolist() == [1.0, 2.0, 3.0]
    assert world.loc["Overtime at Saw", ["value", "unit", "resource"]].tolist() == [6.0, "h", "Saw"]
    assert world.loc["Subcontract item bench", ["value", "unit", "item"]].tolist() == [10.0, "units", "bench"]
    assert world.loc["Overtime at Saw", "service"] == pytest.approx(46 / 50)
    assert world.loc["Overtime at Saw", "unmet_demand"] == pytest.approx(4)
    assert world["lever"].iloc[0] == "combination"
    assert np.isnan(world["value"].iloc[0])


def test_a_note_says_what_to_authorise_and_what_it_gives():
    notes = options(short_of_hours((40.0, 50.0, 50.0)), NO_PREBUILD)["note"]
    assert notes["Overtime at Saw"] == "Authorise 12 h of overtime at Saw from 2026-02 to 2026-03: profit +156 USD, service 85.7 -> 94.3 %."
    assert notes["Subcontract item bench"].startswith("Subcontract 20 units of item bench at Miller from 2026-02 to 2026-03: profit +220 USD")
    assert notes["Subcontract item bench + Overtime at Saw"].startswith("Subcontract 8 units of item bench at Miller from 2026-02 to 2026-03; Authorise 12 h of overtime")


def test_the_frame_keeps_to_its_form():
    assert frames.check_frame(tried(short_of_hours()).options, frames.OPTIONS) is not None
    assert tried(short_of_hours()).options["first_period"].tolist() == [pd.Timestamp("2026-01-01")] * 3


def test_help_that_comes_too_late_is_listed_last_and_says_so():
    world = options(late_helper())
    late = world.loc["Expedite item bench"]
    assert late["profit_change"] == late["service_change"] == 0.0
    assert late["value"] == 0.0
    assert late["note"] == "Changes nothing: the first receipt would come in 2026-03, after the last shortage."
    assert world["rank"].max() == late["rank"]


def test_a_second_source_gives_what_the_first_cannot():
    """10 of 40 are missing; Jones's cost 12 and sell at 20."""
    row = options(limited_supplier()).loc["Second source for item bench"]
    assert (row["profit_change"], row["value"], row["service"]) == (pytest.approx(80), pytest.approx(10), 1.0)
    assert row["note"].startswith("Order 10 units of item bench from Jones in 2026-01")


def test_a_substitute_stands_in_for_missing_material():
    """10 benches of pine at 3 and 2 more for the work sell at 20."""
    row = options(limited_material()).loc["Substitute for item oak"]
    assert (row["profit_change"], row["value"], row["item"]) == (pytest.approx(150), pytest.approx(10), "oak")
    assert row["note"].startswith("Use 10 units of pine in place of oak in 2026-01: profit +150 USD")


def test_building_ahead_of_a_peak_costs_only_the_stock():
    """20 benches of next month made in a slack month: 20 x (20 - 2) less a month of holding at 0.1."""
    peak = small_network({"bench": [20.0, 60.0]}, sources=[MAKE], resources={"Saw": {"capacity": 40, "loads": {"bench": 1.0}}})
    row = options(peak, NO_PREBUILD).loc["Pre-build"]
    assert row["profit_change"] == pytest.approx(20 * 18 - 2)
    assert (row["value"], row["first_period"]) == (pytest.approx(20), pd.Timestamp("2026-01-01"))
    assert "Pre-build" not in options(peak, LOST).index


def test_a_higher_price_on_what_is_short_earns_on_every_unit_that_there_is():
    """All 40 that can be made still sell at 21, for 47.6 are asked for; with elasticity -6 no more than 37.3 are."""
    world = options(short_of_hours(), price_step=0.05).loc["Price +5 % of item bench in 2026-01"]
    assert (world["profit_change"], world["value"], world["unit"]) == (pytest.approx(40), 0.05, "fraction")
    assert "(elasticity -1, assumed)" in world["note"]
    steep = pd.DataFrame({"family": ["Family"], "elasticity": [-6.0]})
    row = options(short_of_hours(), price_step=0.05, elasticity=steep).loc["Price +5 % of item bench in 2026-01"]
    left = 50 * 1.05**-6
    assert row["profit_change"] == pytest.approx(left * (21 - 2) - 40 * (20 - 2))
    assert "(elasticity -6, as measured)" in row["note"]


def test_serving_by_margin_earns_more_where_the_plan_had_served_by_penalty():
    """The chain's 30 were served first; by margin the shops get all of theirs: 20 units go to who pays 10 more."""
    row = options(two_customers()).loc["Allocation by margin"]
    assert (row["profit_change"], row["value"]) == (pytest.approx(200), pytest.approx(20))
    assert row["note"].startswith("Serve by margin: 20 units go to others in 2026-01: profit +200 USD")


def test_an_allocation_is_judged_at_what_waiting_costs_today():
    """By margin 20 more of the chain's are lost at 20 and 20 fewer of the shops' at 1: the 200 gained are not worth 380; a price is."""
    world = options(two_customers(), price_step=0.05, ranked_by="profit and lateness")
    assert world["profit_change"].idxmax() == "Allocation by margin"
    assert world.index[0].startswith("Price")
    assert world["rank"].iloc[-1] == world.loc["Allocation by margin", "rank"]


def test_a_shift_is_paid_whole_where_whole_shifts_are_kept():
    """10 hours take 1.25 shifts of 8 hours at 30; by the hour that costs 37.5, whole it is two shifts."""
    world = short_of_hours(overtime=0.0, extra_shifts=2.0, shift_capacity=8.0, shift_cost=30.0)
    by_hour = options(world).loc["Extra shift at Saw"]
    assert (by_hour["profit_change"], by_hour["value"]) == (pytest.approx(180 - 37.5), pytest.approx(1.25))
    whole = options(world, replace(LOST, whole_lots=True)).loc["Extra shift at Saw"]
    assert (whole["profit_change"], whole["value"]) == (pytest.approx(180 - 60), 2.0)
    assert "with orders of any size" in whole["note"]


def test_nothing_is_tried_where_nothing_is_short_and_nothing_binds():
    calm = tried(short_of_hours((30.0,)))
    assert calm.options.empty
    assert calm.effects.empty
    assert list(calm.options.columns) == list(frames.OPTIONS.columns)
    assert tried(short_of_hours(), most=0).options.empty


def test_hours_that_set_ups_take_are_missing_in_the_trials_too():
    """4 benches and 4 chairs and 3 hours to set up for each are 14 of 10 hours; without the set-ups 8 would fit and no option were seen."""
    saw = {"capacity": 10.0, "overtime": 10.0, "overtime_cost": 1.5, "cost_per_hour": 1.0, "loads": {"bench": (1.0, 3.0), "chair": (1.0, 3.0)}}
    world = undecided(small_network({"bench": [4.0] * 4, "chair": [4.0] * 4}, resources={"Saw": saw}))
    rules = SupplyRules(unmet="lost sales", prebuild=False, whole_lots=True, gap=0.0)
    plan = solve_supply(world, rules)
    assert plan.lost.sum() > 1.0
    found = try_options(world, rules, plan, price_step=0.0)
    overtime = found.options.set_index("option").loc["Overtime at Saw"]
    assert overtime["gain"] > 0
    assert overtime["unmet_demand"] < plan.lost.sum()
    assert found.notes == []


def test_what_is_short_for_whole_lots_alone_is_said_where_no_option_shows_it():
    """Benches come in tens and no more than 12 fit into the store: of 12 a month 10 can be had."""
    tens = {"item": "bench", "kind": "buy", "order_multiple": 10.0, "maximum": 12.0}
    world = small_network({"bench": [12.0]}, sources=[tens])
    rules = SupplyRules(unmet="lost sales", whole_lots=True, gap=0.0)
    assert solve_supply(world, rules).lost.sum() == pytest.approx(2)
    (note,) = tried(world, rules).notes
    assert note.note == "No option is found for bench: short only because of minimum orders and whole lots, while options are compared with orders of any size"


def test_an_option_that_loses_money_is_put_beside_no_shortage():
    """An hour of overtime at 22 and 2 of material make a bench that sells at 20; the 5 of a lost sale make the plan take it."""
    saw = {"capacity": 40.0, "overtime": 20.0, "overtime_cost": 22.0, "loads": {"bench": 1.0}}
    found = tried(undecided(small_network({"bench": [50.0]}, sources=[MAKE], resources={"Saw": saw})))
    assert found.options["gain"].tolist() == [pytest.approx(-40)]
    shortages = pd.DataFrame({"item": ["bench"], "location": "All", "period": pd.Timestamp("2026-01-01"), "last_period": pd.Timestamp("2026-01-01"), "option": ""})
    assert with_best_options(shortages, found.options, found.effects)["option"].tolist() == [""]


def test_the_plainest_of_the_options_that_remove_most_is_put_beside_a_shortage():
    """Hours alone leave 4 of 100 where hours and a price leave none: the price is not worth deciding on."""
    options_tried = pd.DataFrame({"option": ["Overtime at Saw + Price +5 % of item bench in 2026-01", "Overtime at Saw", "Expedite item bench"], "rank": [1.0, 2.0, 3.0], "gain": [9.0, 8.0, 7.0]})
    month = pd.Timestamp("2026-01-01")
    left = [("", 100.0), ("Overtime at Saw", 4.0), ("Expedite item bench", 10.0)]
    effects = pd.DataFrame([{"option": option, "item": "bench", "location": "All", "period": month, "unmet_demand": units} for option, units in left])
    shortages = pd.DataFrame({"item": ["bench"], "location": "All", "period": month, "last_period": month})
    assert with_best_options(shortages, options_tried, effects)["option"].tolist() == ["Overtime at Saw"]


def test_a_price_does_not_ride_along_once_nothing_is_short():
    """20 hours of overtime cover the 10 that are missing: a price then sells fewer benches dearer, an option of its own."""
    steep = pd.DataFrame({"family": ["Family"], "elasticity": [-0.1]})
    world = options(short_of_hours(overtime=20.0, overtime_cost=1.0), price_step=0.05, elasticity=steep)
    assert "Price +5 % of item bench in 2026-01" in world.index
    assert world.loc["Price +5 % of item bench in 2026-01", "gain"] > 0
    assert not any("Price" in name and "+ " in name and name.startswith("Overtime") for name in world.index)
    assert world.index[0] == "Overtime at Saw"


def test_customers_who_wait_for_a_lead_time_alone_are_not_sent_away_by_a_price():
    far = {"item": "bench", "kind": "buy", "supplier": "Far", "unit_cost": 3.0, "lead_time": 1.0}
    fast = {**far, "supplier": "Near", "unit_cost": 6.0, "lead_time": 0.0, "lever": "expedite", "authorised": False}
    world = small_network({"bench": [10.0, 10.0]}, sources=[far, fast], suppliers={"Far": [np.inf] * 2, "Near": [np.inf] * 2})
    assert {lever.kind for lever in levers_in_scope(world, SupplyRules(), solve_supply(world, SupplyRules()))} == {"expedite"}
    assert "price" in {lever.kind for lever in levers_in_scope(world, LOST, solve_supply(world, LOST))}


def test_a_crew_that_is_there_for_twice_its_work_may_be_made_smaller():
    """20 hours of work a month for two workers of 20 hours at 100: one less saves 300 in three months and costs 50."""
    crew = {"capacity": 40.0, "workers": 2.0, "hours_per_worker": 20.0, "wage": 100.0, "layoff_cost": 50.0, "layoff": 2.0, "loads": {"bench": 1.0}}
    row = options(undecided(small_network({"bench": [20.0] * 3}, sources=[MAKE], resources={"Crew": crew}))).loc["Hire and lay off at Crew"]
    assert (row["profit_change"], row["value"]) == (pytest.approx(250), pytest.approx(1))
    busy = undecided(small_network({"bench": [40.0] * 3}, sources=[MAKE], resources={"Crew": crew}))
    assert not any(lever.kind == "workforce" for lever in levers_in_scope(busy, LOST, solve_supply(busy, LOST)))


def test_a_late_order_that_would_help_what_binds_later_is_said_to_be_dear():
    """The saw is full again in March, and a bench that comes then at 30 costs more than one built ahead."""
    far = {"item": "bench", "kind": "buy", "source": "Far", "unit_cost": 30.0, "lead_time": 2.0, "lever": "expedite", "authorised": False}
    world = small_network({"bench": (50.0, 30.0, 50.0)}, sources=[MAKE, far], resources={"Saw": {"capacity": 40.0, "loads": {"bench": 1.0}}})
    note = options(world).loc["Expedite item bench", "note"]
    assert note == "Changes nothing: the first receipt would come in 2026-03, after the last shortage, and is dearer than what it would replace."


def test_a_note_says_the_lateness_that_is_spared():
    """Ten benches late for a month at 5 a month, or ten hours of overtime at 4."""
    saw = {"capacity": [40.0, 50.0], "overtime": [10.0, 0.0], "overtime_cost": 4.0, "loads": {"bench": 1.0}}
    world = undecided(small_network({"bench": [50.0, 40.0]}, sources=[MAKE], resources={"Saw": saw}))
    note = options(world, SupplyRules(), ranked_by="profit and lateness").loc["Overtime at Saw", "note"]
    assert note.endswith("profit -40 USD, lateness spared 50 USD, service 88.9 -> 100 %.")
    assert "lateness" not in options(world, SupplyRules()).loc["Overtime at Saw", "note"]


def test_an_authorised_lever_is_not_tried_again():
    world, _ = pull(short_of_hours(), LOST, Lever("overtime"))
    assert options(world).index.tolist() == ["Subcontract item bench"]


def test_the_most_promising_lever_is_tried_when_only_one_may_be():
    world = short_of_hours()
    assert levers_in_scope(world, LOST, solve_supply(world, LOST), most=1, price_step=0.0) == [Lever("subcontract", item="bench")]


def test_every_kind_is_heard_before_a_second_of_any():
    """Two saws are full; the best overtime and the best shift come before the second-best overtime."""
    saw = {"capacity": 10, "overtime": 5, "overtime_cost": 1, "extra_shifts": 1, "shift_capacity": 2, "shift_cost": 1}
    world = undecided(small_network({"bench": [30.0], "chair": [30.0]}, resources={"Big Saw": saw | {"loads": {"bench": 1.0}}, "Small Saw": saw | {"loads": {"chair": 2.0}}}))
    kinds = [lever.kind for lever in levers_in_scope(world, LOST, solve_supply(world, LOST), most=4, price_step=0.0)]
    assert kinds == ["overtime", "shift", "overtime", "shift"]


def test_a_resource_that_is_not_full_is_left_alone():
    world = undecided(
        small_network({"bench": [50.0]}, resources={"Saw": {"capacity": 40, "overtime": 6, "loads": {"bench": 1.0}}, "Paint": {"capacity": 90, "overtime": 6, "loads": {"bench": 1.0}}})
    )
    assert options(world).index.tolist() == ["Overtime at Saw"]


def test_the_helper_of_a_short_component_is_found_through_the_bill():
    """Benches wait for legs; legs wait for the lathe."""
    world = undecided(
        small_network(
            {"bench": [10.0]}, points={"leg": {}}, uses={("bench", "leg"): 4.0},
            resources={"Lathe": {"capacity": 20, "overtime": 20, "overtime_cost": 1, "loads": {"leg": 1.0}}},
        )
    )  # fmt: skip
    row = options(world).loc["Overtime at Lathe"]
    assert (row["value"], row["profit_change"]) == (pytest.approx(20), pytest.approx(5 * 20 - 20))


def test_a_family_of_subcontracts_is_one_option_beside_its_items():
    chair = {**MILLER, "item": "chair"}
    saw = {"capacity": 60, "loads": {"bench": 1.0, "chair": 1.0}}
    world = small_network({"bench": [50.0], "chair": [50.0]}, sources=[MAKE, MILLER, {**MAKE, "item": "chair"}, chair], resources={"Saw": saw})
    assert options(world).loc["Subcontract family Family", "value"] == pytest.approx(40)


def test_of_many_items_short_the_family_alone_is_tried():
    names = [f"bench {k}" for k in range(5)]
    saw = {"capacity": 100, "loads": dict.fromkeys(names, 1.0)}
    sources = [source for name in names for source in ({**MAKE, "item": name}, {**MILLER, "item": name})]
    world = small_network({name: [30.0] for name in names}, sources=sources, resources={"Saw": saw})
    scope = levers_in_scope(world, LOST, solve_supply(world, LOST))
    assert [lever for lever in scope if lever.kind == "subcontract"] == [Lever("subcontract", family="Family")]


def test_what_promises_next_to_nothing_is_not_tried_beside_a_better_one_of_its_kind():
    saw = {"capacity": 40.0, "overtime": 10.0, "overtime_cost": 1.0}
    world = undecided(
        small_network(
            {"bench": [50.0], "peg": [41.0]}, points={"peg": {"unit_price": 1.5, "unit_cost": 0.0}},
            resources={"Saw": saw | {"loads": {"bench": 1.0}}, "Lathe": saw | {"loads": {"peg": 1.0}, "overtime": 1.0, "overtime_cost": 6.0}},
        )
    )  # fmt: skip
    found = levers_in_scope(world, LOST, solve_supply(world, LOST), price_step=0.0)
    assert [lever for lever in found if lever.kind == "overtime"] == [Lever("overtime", resource="Saw")]


def test_budget_gap_counts_what_the_budget_speaks_of():
    plan = solve_supply(short_of_hours((30.0, 30.0)), LOST)
    months = pd.to_datetime(["2026-01-01", "2026-02-01", "2027-01-01"])
    assert budget_gap(plan, 1000.0) == pytest.approx(200)
    assert budget_gap(plan, pd.DataFrame({"family": "Family", "period": months[1:], "revenue": [500.0, 900.0]})) == pytest.approx(100)
    assert budget_gap(plan, pd.DataFrame({"family": "", "period": months[:2], "revenue": [500.0, np.nan]})) == pytest.approx(100)
    assert budget_gap(plan, pd.DataFrame({"family": "Chairs", "period": months[:1], "revenue": [500.0]})) == pytest.approx(-500)
    assert np.isnan(budget_gap(plan, None))
    assert options(short_of_hours(), budget=900.0).loc["Overtime at Saw", "budget_gap"] == pytest.approx(46 * 20 - 900)


def test_each_shortage_names_the_option_that_removes_most_of_it():
    found = tried(short_of_hours((50.0, 44.0)), NO_PREBUILD)
    overtime = found.effects[found.effects["option"] == "Overtime at Saw"]
    assert found.effects[found.effects["option"] == ""]["unmet_demand"].tolist() == pytest.approx([10.0, 4.0])
    assert overtime[["period", "unmet_demand"]].to_numpy().tolist() == [[pd.Timestamp("2026-01-01"), pytest.approx(4.0)]]
    january, february = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01")
    shortages = pd.DataFrame({"item": "bench", "location": "All", "period": [january, february], "last_period": [february, february]})
    named = with_best_options(shortages, found.options, found.effects)["option"]
    assert named.tolist() == ["Subcontract item bench"] * 2  # with overtime it would be cheaper, and removes no more
    without_miller = found.options[found.options["option"] == "Overtime at Saw"]
    assert with_best_options(shortages, without_miller, found.effects)["option"].tolist() == ["Overtime at Saw"] * 2


def test_waiting_counts_in_the_ranking_when_asked():
    """A cheap order that clears the backlog in the last month against a dearer one in time: 5 a bench and month for waiting decide."""
    far = {"item": "bench", "kind": "buy", "source": "Far", "unit_cost": 3.0, "lead_time": 2.0, "lever": "expedite", "authorised": False}
    world = small_network({"bench": [50.0, 40.0, 40.0]}, sources=[MAKE, MILLER, far], resources={"Saw": {"capacity": 40, "loads": {"bench": 1.0}}})
    wait = SupplyRules(prebuild=False)
    assert options(world, wait).index[:2].tolist() == ["Expedite item bench", "Subcontract item bench"]
    assert options(world, wait, ranked_by="profit and lateness").index[0] == "Subcontract item bench"


def test_progress_is_told_before_every_trial_and_may_end_it():
    told = []
    tried(short_of_hours(), progress=lambda message, done, total: told.append((message, done, total)))
    assert [message for message, _, _ in told] == [
        "Plan to compare options with", "Trying Subcontract item bench", "Trying Overtime at Saw", "Trying Subcontract item bench + Overtime at Saw",
    ]  # fmt: skip
    assert [done for _, done, _ in told] == [0, 0, 1, 2]
    assert all(done < total for _, done, total in told)

    def stop(message, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tried(short_of_hours(), progress=stop)


@st.composite
def worlds(draw):
    units = st.integers(0, 40).map(float)
    demand = {item: draw(st.lists(units, min_size=3, max_size=3)) for item in ("bench", "chair")}
    saw = {
        "capacity": draw(st.integers(0, 60)), "overtime": draw(st.integers(0, 10)), "overtime_cost": draw(st.integers(1, 9)),
        "extra_shifts": draw(st.integers(0, 2)), "shift_capacity": 8.0, "shift_cost": draw(st.integers(1, 60)), "loads": {"bench": 1.0, "chair": 0.5},
    }  # fmt: skip
    sources = [MAKE, {**MAKE, "item": "chair"}, MILLER, {**MILLER, "item": "chair", "unit_cost": float(draw(st.integers(1, 30)))}]
    return undecided(small_network(demand, sources=sources, resources={"Saw": saw}, opening={"bench": draw(units)}))


RULES = st.sampled_from([LOST, NO_PREBUILD, SupplyRules(), SupplyRules(prebuild=False)])
FREEDOM = [Lever("overtime"), Lever("shift"), Lever("subcontract"), Lever("subcontract", item="chair"), Lever("pre-build")]


@given(worlds(), RULES, st.sampled_from(FREEDOM))
@settings(max_examples=10, deadline=None)
def test_more_freedom_never_costs_more(world, rules, lever):
    without, with_it = solve_supply(world, rules), solve_supply(*pull(world, rules, lever))
    assert with_it.cost <= without.cost + 1e-6 * max(1.0, abs(without.cost))


@given(worlds(), RULES)
@settings(max_examples=6, deadline=None)
def test_options_stand_in_the_order_of_their_profit(world, rules):
    found = tried(world, rules, price_step=0.05)
    used = found.options[~found.options["note"].str.startswith("Changes nothing")]
    assert (used["profit_change"].diff().dropna() <= 0.011).all()
    assert found.options["rank"].tolist() == list(range(1, len(found.options) + 1))
    assert found.options["option"].is_unique
    assert found.options["service"].between(0, 1).all()
    assert (found.options.loc[found.options["note"].str.startswith("Changes nothing"), ["profit_change", "cash_change"]] == 0).all(axis=None)


@given(worlds(), RULES, st.sampled_from(FREEDOM[:4]))
@settings(max_examples=6, deadline=None)
def test_a_lever_out_of_scope_would_have_saved_nothing(world, rules, lever):
    """What is not tried because nothing binds, or because it promises nothing, leaves the least cost as it is."""
    without = solve_supply(world, rules)
    scope = levers_in_scope(world, rules, without, most=100, price_step=0.0)
    reached = any(part.kind == lever.kind for part in scope)
    if not reached:
        assert solve_supply(*pull(world, rules, lever)).cost == pytest.approx(without.cost, rel=1e-6, abs=1e-6)
