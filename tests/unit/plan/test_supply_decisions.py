"""Decisions: what was approved enters the plan as the option had shown it, and what cannot be followed is said."""

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
)

from sop_xl import frames
from sop_xl.plan.supply.decisions import apply_decisions
from sop_xl.plan.supply.figures import plan_figures
from sop_xl.plan.supply.options import try_options
from sop_xl.plan.supply.solver import solve_supply

BLANK = {
    "option": "", "item": "", "family": "", "resource": "", "supplier": "", "first_period": pd.NaT, "last_period": pd.NaT, "value": np.nan,
    "status": "approved", "owner": "", "due": pd.NaT,
}  # fmt: skip


def decisions(*rows):
    """DECISIONS from what differs from a blank approved row."""
    frame = pd.DataFrame([{**BLANK, "decision": f"D{k}", **row} for k, row in enumerate(rows, start=1)], columns=[name for name in frames.DECISIONS.columns if name not in frames.DECISIONS.optional])
    return frame.astype(dict.fromkeys(("first_period", "last_period", "due"), "datetime64[ns]") | {"value": "float64"})


def copied(option):
    """The row of Decisions that a planner makes by copying a row of Options."""
    return {name: option[name] for name in ("option", "lever", "item", "family", "resource", "supplier", "first_period", "last_period", "value")}


WORLDS = {
    "hours": (short_of_hours((50.0, 45.0, 60.0)), NO_PREBUILD),
    "peak": (short_of_hours((20.0, 60.0)), NO_PREBUILD),
    "supplier": (limited_supplier(), LOST),
    "material": (limited_material(), LOST),
    "customers": (two_customers(), LOST),
}


@pytest.mark.parametrize("name", WORLDS)
def test_an_option_copied_into_decisions_gives_the_figures_that_it_showed(name):
    world, rules = WORLDS[name]
    options = try_options(world, rules, solve_supply(world, rules), price_step=0.05).options
    assert len(options) >= 2
    for _, option in options.iterrows():
        decided = apply_decisions(world, rules, decisions(copied(option)))
        figures = plan_figures(solve_supply(decided.network, decided.rules))
        shown = option[["profit", "service", "cash", "inventory_value", "unmet_demand"]].astype(float).tolist()
        assert [figures.profit, figures.service, figures.cash, figures.inventory_value, figures.unmet_demand] == pytest.approx(shown, abs=1e-6), option["option"]


def test_only_what_is_approved_enters_the_plan():
    world = short_of_hours()
    rows = decisions({"lever": "overtime", "status": "proposed"}, {"lever": "overtime", "status": "rejected"})
    assert apply_decisions(world, LOST, rows) == (world, LOST, [])
    assert apply_decisions(world, LOST, decisions()) == (world, LOST, [])


def test_a_decision_holds_in_its_periods_and_up_to_its_value():
    world = short_of_hours((50.0, 50.0, 50.0))
    february = decisions({"lever": "overtime", "resource": "Saw", "first_period": pd.Timestamp("2026-02-17"), "last_period": pd.Timestamp("2026-02-01"), "value": 4.0})
    assert apply_decisions(world, LOST, february).network.overtime_limit.tolist() == [[0.0, 4.0, 0.0]]


def test_a_combination_pulls_every_lever_that_it_names():
    world = short_of_hours((50.0, 50.0))
    row = {"lever": "combination", "option": "Overtime at Saw + Subcontract item bench + Price +5 % of item bench in 2026-02", "last_period": pd.Timestamp("2026-01-01")}
    decided = apply_decisions(world, NO_PREBUILD, decisions(row))
    assert decided.network.overtime_limit.tolist() == [[6.0, 0.0]]
    assert decided.network.sources.set_index("source").loc["Miller", ["authorised", "last"]].tolist() == [True, 0]
    assert decided.network.price.tolist() == [[20.0, 21.0]]
    assert decided.notes == []


def test_a_price_decision_takes_its_change_from_the_value_or_else_from_the_name():
    world = short_of_hours((50.0, 50.0))
    named = {"lever": "price", "item": "bench", "option": "Price +5 % of item bench in 2026-02"}
    assert apply_decisions(world, LOST, decisions(named)).network.price.tolist() == [[20.0, 21.0]]
    assert apply_decisions(world, LOST, decisions({**named, "value": 0.1})).network.price.tolist() == [[20.0, 22.0]]


@pytest.mark.parametrize(
    ("row", "rule", "words"),
    [
        ({"lever": "overtime", "resource": "Lathe"}, "unknown-resource", 'no resource "Lathe"'),
        ({"lever": "subcontract", "item": "sofa"}, "unknown-item", 'no item "sofa"'),
        ({"lever": "subcontract", "family": "Sofas"}, "unknown-family", 'no family "Sofas"'),
        ({"lever": "second source", "supplier": "Nobody"}, "unknown-supplier", 'no supplier "Nobody"'),
        ({"lever": "combination", "option": "Overtime at Saw, and luck"}, "unknown-resource", 'no resource "Saw, and luck"'),
        ({"lever": "combination", "option": "Luck"}, "unknown-option", 'no combination of levers is called "Luck"'),
        ({"lever": "allocation", "option": "Allocation by luck"}, "unknown-option", 'no rule of allocation is called "Allocation by luck"'),
        ({"lever": "price", "item": "bench"}, "price-without-change", "needs its change"),
        ({"lever": "price", "item": "bench", "value": -1.0}, "price-without-change", "needs its change"),
        ({"lever": "shift", "resource": "Saw"}, "decision-without-effect", "Extra shift at Saw allows nothing"),
        ({"lever": "overtime", "first_period": pd.Timestamp("2030-01-01")}, "decision-outside-plan", "its periods are not in the plan"),
        ({"lever": "overtime", "last_period": pd.Timestamp("2025-01-01")}, "decision-outside-plan", "its periods are not in the plan"),
    ],
)
def test_a_decision_that_cannot_be_followed_changes_nothing_and_says_why(row, rule, words):
    world = short_of_hours()
    decided = apply_decisions(world, LOST, decisions(row))
    assert decided.network is world
    (note,) = decided.notes
    assert (note.frame, note.key, note.rule) == ("decisions", "D1", rule)
    assert words in note.note


def test_the_same_decision_twice_is_followed_once():
    decided = apply_decisions(late_helper(), LOST, decisions({"lever": "expedite"}, {"lever": "expedite", "supplier": "Far"}))
    assert decided.network.sources["authorised"].all()
    assert [note.key for note in decided.notes] == ["D2"]
