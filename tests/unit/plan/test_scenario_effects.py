"""A promoted scenario is held against what was asked for: demand in all, beside the plan without the scenario."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import month, table

from sop_xl import frames
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.decision_effects import Approval, InPlan, Now, decision_effects
from sop_xl.plan.scenario_effects import asked_for, not_counted_words, realised_demand, scenario_units

JANUARY, FEBRUARY, MARCH = (month(f"2026-0{k}") for k in (1, 2, 3))
ROW = {"decision": "D1", "option": "Boom", "lever": "scenario", "status": "approved", "owner": "Ann", "kind": "decision", "expected_gain": 500.0}


def effect(item, period, units, source="scenario Boom"):
    return {"stage": "overrides", "source": source, "item": item, "location": "North", "period": period, "effect": units}


def consensus(item, period, units):
    return {"item": item, "location": "North", "period": period, "consensus": units}


@pytest.fixture
def units():
    """Two items of which the scenario asks for 10 % more: 110 and 220 in place of 100 and 200."""
    effects = table(frames.DEMAND_EFFECTS, *(effect(i, p, n) for p in (JANUARY, FEBRUARY, MARCH) for i, n in (("A", 10), ("B", 20))), effect("A", JANUARY, 7, "O1"))
    planned = table(frames.CONSENSUS_DEMAND, *(consensus(i, p, n) for p in (JANUARY, FEBRUARY, MARCH) for i, n in (("A", 110), ("B", 220))))
    return scenario_units("D1", "Boom", effects, planned)


def asked(*cells):
    return asked_for(table(frames.DEMAND_HISTORY, *({"item": i, "location": "North", "period": p, "demand": n} for i, p, n in cells)))


def told(units, history, current=FEBRUARY, drivers=("demand",), now=None, approvals=None, row=ROW):
    timeline = Timeline(Calendar(), pd.Timestamp("2025-01-01"), current, 3)
    to_come = units[units["period"] >= current]
    known = {"D1": Approval(JANUARY, MARCH, units)} if approvals is None else approvals
    in_plan = InPlan({"Boom": drivers} if drivers else {}, history)
    return decision_effects(table(frames.DECISIONS, row), known, now or Now(to_come), pd.DataFrame(), timeline, "EUR", "", in_plan).iloc[0]


def test_only_what_the_scenario_adds_is_its_own(units):
    assert units["more"].tolist() == [10, 10, 10, 20, 20, 20]
    assert units["without"].tolist() == [100, 100, 100, 200, 200, 200]


def test_a_scenario_whose_name_begins_alike_is_another_one():
    effects = table(frames.DEMAND_EFFECTS, effect("A", JANUARY, 5, "scenario Boom 2"), effect("A", JANUARY, 3, "scenario Boom (2)"))
    found = scenario_units("D1", "Boom", effects, table(frames.CONSENSUS_DEMAND, consensus("A", JANUARY, 108)))
    assert found["more"].tolist() == [3]


def test_noise_of_items_cancels_out_and_does_not_count_as_an_effect(units):
    over = units[units["period"] == JANUARY]
    # 40 more of one item and 40 less of the other than the plan without the scenario: nothing came of it
    assert realised_demand(over, asked(("A", JANUARY, 140), ("B", JANUARY, 160))) == (30, 0, 0)


def test_what_was_asked_for_beyond_the_plan_without_it_stands_beside_what_was_expected(units):
    found = told(units, asked(("A", JANUARY, 112), ("B", JANUARY, 210)))
    assert found[["expected_units", "expected_so_far", "realised_so_far", "still_expected", "elapsed"]].tolist() == [90, 30, 22, 60, 1]
    assert found["expected_gain"] == 500
    assert "1 of 3 periods over; demand was 22 units above the plan without it, +30 units of demand expected so far" in found["sentence"]
    assert "+90 units of demand and profit EUR 500" in found["sentence"]


def test_less_than_the_plan_without_it_is_below_zero(units):
    found = told(units, asked(("A", JANUARY, 60), ("B", JANUARY, 160)))
    assert found["realised_so_far"] == -80
    assert "demand was 80 units below the plan without it" in found["sentence"]


def test_a_month_that_is_not_known_counts_on_neither_side(units):
    found = told(units, asked(("A", JANUARY, 112)))
    assert found["realised_so_far"] == 12
    assert "+10 units of demand expected so far (of 20 more no demand is known)" in found["sentence"]
    assert np.isnan(told(units, asked())["realised_so_far"])


def test_where_a_blank_means_zero_cells_that_sold_nothing_count_like_the_others(units):
    over = units[units["period"] == JANUARY]
    # 100 of A and 200 of B without the scenario; B sold nothing, A twice as much
    history = asked(("A", JANUARY, 200))
    assert realised_demand(over, history) == (30, 100, 20)
    assert realised_demand(over, history, blank_is_zero=True) == (30, -100, 0)
    assert realised_demand(over, asked(("A", FEBRUARY, 200)), blank_is_zero=True)[2] == 30  # of January nobody has said anything yet


def test_before_it_is_published_nothing_is_held_against_it(units):
    found = told(units, asked(), current=JANUARY, approvals={})
    assert found["expected_units"] == 90 and "in the plan, not published yet; expected: +90 units of demand and profit EUR 500" in found["sentence"]


def test_drivers_that_cannot_be_held_against_actuals_are_named_with_the_reason():
    none = frames.empty_frame(frames.DECISION_UNITS)
    found = told(none, asked(), drivers=("price", "capacity", "lead time"), now=Now(none))
    assert np.isnan(found["expected_units"]) and np.isnan(found["realised_so_far"])
    assert "expected when approved: profit EUR 500" in found["sentence"]
    assert "no effect is counted of price (prices paid depend on what was bought, too), of capacity and lead time (the supply plan without it was not kept)" in found["sentence"]
    assert not_counted_words(["demand", "promotion"]) == ""


def test_set_back_it_is_no_part_of_the_plan(units):
    assert told(units, asked(), drivers=())["sentence"] == "Boom: no longer part of the plan, so no effect is counted."


def test_of_a_scenario_that_was_promoted_twice_actuals_count_once(units):
    timeline = Timeline(Calendar(), pd.Timestamp("2025-01-01"), FEBRUARY, 3)
    in_plan = InPlan({"Boom": ("demand",)}, asked(("A", JANUARY, 112), ("B", JANUARY, 210)))
    approvals = {name: Approval(JANUARY, MARCH, units.assign(decision=name)) for name in ("D1", "D4")}
    first, again = decision_effects(table(frames.DECISIONS, ROW, ROW | {"decision": "D4"}), approvals, Now(units), pd.DataFrame(), timeline, "EUR", "", in_plan).itertuples()
    assert np.isnan(first.realised_so_far) and first.sentence == "Boom: promoted again with decision D4, which has its effect."
    assert again.realised_so_far == 22
