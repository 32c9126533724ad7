"""Decision Effects: a decision is held against the plan that would have been made without it, and what was sold against both.

The saw of `lever_worlds` makes 40 benches a month; 50 are asked for. Six hours of overtime, at 5 an hour, make six more. So the decision for
overtime brings six benches a month that would be lost, each worth 20 - 2 - 5 = 13.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lever_worlds import NO_PREBUILD, short_of_hours

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.decision_choice import considered_words, next_number, other_options
from sop_xl.plan.decision_effects import Approval, Now, decision_effects
from sop_xl.plan.decision_units import decision_gain, decision_units, realised_units, sold_by_stock
from sop_xl.plan.supply.decisions import apply_decisions
from sop_xl.plan.supply.solver import solve_supply

JANUARY, FEBRUARY, MARCH = (pd.Timestamp(2026, month, 1) for month in (1, 2, 3))
OVERTIME = {"option": "Overtime at Saw", "lever": "overtime", "resource": "Saw", "status": "approved", "owner": "Ann"}


def decisions(*rows):
    """DECISIONS from what differs from an empty row."""
    kinds = {"text": "", "number": np.nan, "date": pd.NaT}
    blank = {name: kinds[kind] for name, kind in frames.DECISIONS.columns.items()} | {"kind": "decision", "status": "proposed"}
    frame = pd.DataFrame([{**blank, "decision": f"D{k}", **row} for k, row in enumerate(rows, start=1)], columns=list(frames.DECISIONS.columns))
    types = {"number": "float64", "date": "datetime64[ns]"}
    return frame.astype({name: types[kind] for name, kind in frames.DECISIONS.columns.items() if kind in types})


def history(**of_month):
    """DEMAND_HISTORY of the bench: (demand, shipments) by month."""
    months = {"january": JANUARY, "february": FEBRUARY, "march": MARCH}
    rows = [{"item": "bench", "location": "All", "period": months[m], "demand": d, "shipments": s, "revenue": np.nan} for m, (d, s) in of_month.items()]
    return pd.DataFrame(rows, columns=["item", "location", "period", "demand", "shipments", "revenue"]).astype({"period": "datetime64[ns]"})


def sold(**of_month):
    past = history(**of_month)
    return sold_by_stock(past, past["location"])


@pytest.fixture(scope="module")
def plans():
    """The plan of January with overtime, and the one without."""
    world = short_of_hours((50.0, 50.0, 50.0))
    decided = apply_decisions(world, NO_PREBUILD, decisions(OVERTIME))
    return solve_supply(decided.network, decided.rules), solve_supply(world, NO_PREBUILD)


@pytest.fixture(scope="module")
def brings(plans):
    return decision_units("D1", *plans)


def approved(brings, plans):
    return {"D1": Approval(JANUARY, MARCH, brings, decision_gain(*plans, plans[0].network.streams))}


def one(brings, plans, past, current=FEBRUARY, row=OVERTIME, as_of="", gains=13.0 * 12):
    timeline = Timeline(Calendar(), pd.Timestamp("2025-01-01"), current, 3)
    now = Now(brings[brings["period"] >= current], {"D1": gains})
    return decision_effects(decisions(row), approved(brings, plans), now, past, timeline, "EUR", as_of).iloc[0]


def test_overtime_brings_six_benches_a_month_that_would_be_lost(brings):
    assert brings[["item", "location", "period"]].to_numpy().tolist() == [["bench", "All", p] for p in (JANUARY, FEBRUARY, MARCH)]
    assert brings["without"].tolist() == pytest.approx([40.0, 40.0, 40.0])
    assert brings["with_it"].tolist() == pytest.approx([46.0, 46.0, 46.0])
    assert brings["more"].tolist() == pytest.approx([6.0, 6.0, 6.0])


def test_the_gain_of_a_decision_is_what_options_showed_of_it(plans):
    # 18 benches at 20 less 2 for material and 5 for the hour; a lost sale costs nothing but its price in this world
    assert decision_gain(*plans, plans[0].network.streams.assign(backorder_cost=0.0, lost_sale_cost=0.0)) == pytest.approx(18 * 13.0)


def test_units_that_a_lower_price_brings_are_units_of_the_decision():
    """At an elasticity of -1 a price 10 % lower asks for a ninth more of 36 benches a month, and hours are there for 40."""
    world = short_of_hours((36.0, 36.0, 36.0))
    price = {"option": "Spring price", "lever": "price", "item": "bench", "value": -0.1, "status": "approved"}
    decided = apply_decisions(world, NO_PREBUILD, decisions(price))
    assert decided.network.demand[0] == pytest.approx([40.0, 40.0, 40.0])
    brought = decision_units("D1", solve_supply(decided.network, decided.rules), solve_supply(world, NO_PREBUILD))
    assert brought["more"].tolist() == pytest.approx([4.0, 4.0, 4.0])
    assert realised_units(brought[brought["period"] == JANUARY], sold(january=(39.0, 39.0)))["realised"].tolist() == pytest.approx([3.0])


def test_plans_that_are_the_same_differ_in_no_unit(plans):
    assert decision_units("D1", plans[0], plans[0]).empty


def test_plans_of_other_periods_cannot_be_held_against_each_other(plans):
    other = solve_supply(short_of_hours((50.0,)), NO_PREBUILD)
    with pytest.raises(FrameError):
        decision_units("D1", plans[0], other)


def test_what_was_sold_beyond_the_plan_without_it_is_realised(brings, plans):
    effect = one(brings, plans, sold(january=(50.0, 46.0)))
    figures = ["elapsed", "expected_units", "expected_so_far", "realised_so_far", "still_expected"]
    assert effect[figures].astype(float).tolist() == pytest.approx([1.0, 18.0, 6.0, 6.0, 12.0])
    assert effect["approved_in"] == JANUARY
    assert effect["sentence"] == (
        "Overtime at Saw: 1 of 3 periods over, 6 of 6 units expected so far were sold (by sales: hours worked are not recorded); "
        "12 units more expected, worth EUR 156."
    )


def test_half_of_it_sold_because_demand_was_lower(brings, plans):
    effect = one(brings, plans, sold(january=(43.0, 43.0)))
    assert effect["realised_so_far"] == pytest.approx(3.0)
    assert "3 of 6 units expected so far were sold, as demand was lower than planned" in effect["sentence"]


def test_demand_that_the_plan_without_it_would_have_served_realises_nothing(brings, plans):
    effect = one(brings, plans, sold(january=(30.0, 30.0)))
    assert effect["realised_so_far"] == 0.0
    assert "0 of 6 units expected so far were sold, as demand was lower than planned" in effect["sentence"]


def test_sales_above_the_plan_count_at_most_as_what_the_lever_could_add(brings, plans):
    assert one(brings, plans, sold(january=(70.0, 70.0)))["realised_so_far"] == pytest.approx(6.0)


def test_less_shipped_than_asked_for_is_no_matter_of_demand(brings, plans):
    effect = one(brings, plans, sold(january=(50.0, 41.0)))
    assert effect["realised_so_far"] == pytest.approx(1.0)
    assert "as less was shipped than customers asked for" in effect["sentence"]


def test_without_shipments_demand_stands_for_sales_and_that_is_said(brings, plans):
    effect = one(brings, plans, sold(january=(46.0, np.nan)))
    assert effect["realised_so_far"] == pytest.approx(6.0)
    assert "(by demand, as shipments are not known)" in effect["sentence"]


def test_a_month_without_actuals_is_not_known_rather_than_nothing(brings, plans):
    effect = one(brings, plans, sold())
    assert np.isnan(effect["realised_so_far"])
    assert "6 units expected so far, of which no sales are known" in effect["sentence"]
    partly = one(brings, plans, sold(january=(50.0, 46.0)), current=MARCH)
    assert partly["realised_so_far"] == pytest.approx(6.0) and partly["expected_so_far"] == pytest.approx(12.0)
    assert "(of 6 no sales are known)" in partly["sentence"]


def test_a_span_counts_only_its_own_periods(brings, plans):
    until_february = OVERTIME | {"first_period": JANUARY, "last_period": FEBRUARY}
    effect = one(brings, plans, sold(january=(50.0, 46.0), february=(50.0, 46.0)), current=MARCH, row=until_february)
    assert effect["elapsed"] == 2.0 and "2 of 2 periods over" in effect["sentence"]


def test_a_decision_not_published_yet_expects_what_the_plan_now_shows(brings, plans):
    timeline = Timeline(Calendar(), pd.Timestamp("2025-01-01"), JANUARY, 3)
    effect = decision_effects(decisions(OVERTIME), {}, Now(brings, {"D1": 234.0}), sold(), timeline, "EUR").iloc[0]
    assert pd.isna(effect["approved_in"]) and effect["expected_units"] == pytest.approx(18.0) and effect["expected_gain"] == 234.0
    assert effect["sentence"] == "Overtime at Saw: in the plan, not published yet; 18 units more expected, worth EUR 234."


def test_what_saves_money_and_serves_nobody_more_has_no_units(plans):
    timeline = Timeline(Calendar(), pd.Timestamp("2025-01-01"), FEBRUARY, 3)
    cheaper = {"option": "Second source for item oak", "lever": "second source", "item": "oak", "status": "approved"}
    nothing = frames.empty_frame(frames.DECISION_UNITS)
    effect = decision_effects(decisions(cheaper), {"D1": Approval(JANUARY, MARCH, nothing, 300.0)}, Now(nothing, {"D1": 210.0}), sold(), timeline, "EUR").iloc[0]
    assert np.isnan(effect["expected_units"]) and np.isnan(effect["realised_so_far"])
    assert effect[["expected_gain", "gain_now"]].tolist() == [300.0, 210.0]
    assert "it serves no more units, worth EUR 300 when approved; EUR 210 in the periods to come" in effect["sentence"]


def test_a_plan_without_it_that_was_not_kept_leaves_the_effect_unknown_and_says_so(brings, plans):
    timeline = Timeline(Calendar(), pd.Timestamp("2025-01-01"), FEBRUARY, 3)
    row = OVERTIME | {"unmet_spared": 18.0, "expected_gain": 200.0}
    effect = decision_effects(decisions(row), {"D1": Approval(JANUARY, MARCH)}, Now(brings, {"D1": 1.0}), sold(january=(50.0, 46.0)), timeline).iloc[0]
    assert np.isnan(effect["expected_units"]) and effect["expected_gain"] == 200.0  # units that wait are no units served
    assert np.isnan(effect["realised_so_far"])
    assert "was not kept" in effect["sentence"]


@pytest.mark.parametrize(("row", "sentence"), [
    ({"option": "Overtime at Saw", "lever": "overtime", "expected_gain": 200.0, "unmet_spared": 18.0}, "Proposed: not in the plan; it was to bring EUR 200 and spare 18 units of unmet demand."),
    ({"option": "Overtime at Saw", "lever": "overtime", "status": "rejected"}, "Rejected: not in the plan."),
    ({"question": "Keep the plan", "status": "approved"}, "Approved; it pulls no lever, so no effect is counted."),
    ({"kind": "action", "question": "Ask Smith", "due": FEBRUARY}, "Action: open, due 2026-02-01."),
    ({"kind": "action", "question": "Ask Smith", "due": JANUARY}, "Action: overdue since 2026-01-01."),
    ({"kind": "action", "question": "Ask Smith", "due": JANUARY, "done": JANUARY}, "Action: done on 2026-01-01."),
    ({"kind": "escalation", "question": "Saw", "status": "approved"}, "Escalation: open, without a date."),
])  # fmt: skip
def test_what_pulls_no_lever_is_told_by_its_state(row, sentence):
    timeline = Timeline(Calendar(), pd.Timestamp("2025-01-01"), JANUARY, 3)
    effect = decision_effects(decisions(row), {}, Now(), sold(), timeline, "EUR", "2026-01-15").iloc[0]
    assert effect["sentence"] == sentence
    assert np.isnan(effect["realised_so_far"])


def test_actions_and_records_without_a_lever_leave_the_plan_as_it_is():
    world = short_of_hours((50.0,))
    rows = decisions({"kind": "action", "question": "Ask Smith", "status": "approved"}, {"question": "No option", "status": "approved"}, OVERTIME | {"kind": "action"})
    assert apply_decisions(world, NO_PREBUILD, rows) == (world, NO_PREBUILD, [])


def test_what_is_late_counts_once_in_the_month_in_which_it_is_asked_for():
    # back-orders: 10 more than the saw makes in January are made in February, which has hours to spare
    world = short_of_hours((50.0, 20.0))
    rules = replace(NO_PREBUILD, unmet="back-orders")
    decided = apply_decisions(world, rules, decisions(OVERTIME | {"last_period": JANUARY}))
    costly = {"streams": decided.network.streams.assign(backorder_cost=30.0)}
    with_it = solve_supply(replace(decided.network, **costly), rules)
    without = solve_supply(replace(world, **costly), rules)
    found = decision_units("D1", with_it, without)
    assert found[["period", "more"]].to_numpy().tolist() == [[JANUARY, pytest.approx(6.0)]]


@given(more=st.floats(-50, 50), without=st.floats(0, 100), actual=st.floats(0, 300))
@settings(max_examples=60, deadline=None)
def test_realised_lies_between_nothing_and_what_was_expected(more, without, actual):
    cell = {"decision": "D1", "item": "bench", "location": "All", "period": JANUARY, "with_it": without + more, "without": without, "more": more}
    (found,) = realised_units(pd.DataFrame([cell]), sold(january=(actual, actual)))["realised"]
    assert min(more, 0.0) <= found <= max(more, 0.0)


def test_numbers_go_on_as_they_were_written():
    assert next_number([]) == "D1"
    assert next_number(["D1", "D2", "by hand"]) == "D3"
    assert next_number(["S&OP-009", "S&OP-003"]) == "S&OP-010"


def test_other_options_name_what_touches_the_same_thing_first():
    options = pd.DataFrame({
        "option": ["Overtime at Saw", "Expedite item X", "Extra shift at Saw", "Pre-build"], "gain": [9.0, 8.0, 5.0, 0.0],
        "resource": ["Saw", "", "Saw", ""], "item": ["", "X", "", ""], "family": [""] * 4, "supplier": [""] * 4,
    })  # fmt: skip
    assert considered_words(other_options(options, "Overtime at Saw"), "EUR") == "Extra shift at Saw (EUR 5); Expedite item X (EUR 8)"
