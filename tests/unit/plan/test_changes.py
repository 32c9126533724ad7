"""What changed between two plans, cause by cause: amounts that add up, and the sentence of each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_tables import month, months, table

from sop_xl import frames
from sop_xl.periods import Calendar, CalendarKind
from sop_xl.plan.change_facts import actual_words
from sop_xl.plan.change_words import changed_lines, count_words, same_table
from sop_xl.plan.changes import (
    ALL,
    END,
    MEASURES,
    START,
    Stage,
    change_rows,
    family_figures,
    family_totals,
    with_rest,
)
from sop_xl.plan.override_policy import as_they_stood

MONTHS = Calendar()
JUNE, JULY = month("2026-06"), month("2026-07")
PERIODS = pd.DatetimeIndex([JUNE, JULY])


def plan(**demand):
    """Figures of a plan: units of June and July by family; sold at 10 and bought at 6 a unit, with stock worth 100."""
    rows = [
        {"family": family, "region": region, "version": "Plan", "period": period, "demand": units / 2, "sales_volume": units / 2, "revenue": units * 5.0,
         "cost": units * 3.0, "gross_margin": units * 2.0, "inventory_value": 50.0}
        for family, both in demand.items() for period, units in zip(PERIODS, both, strict=True) for region in ("N", "S")
    ]  # fmt: skip
    return family_figures(table(frames.FINANCIAL_PLAN, *rows), PERIODS)


def explained(*stages, lean=False, label=MONTHS.label):
    """CHANGES over plans from the reference to today's: cause, figures, words."""
    listed = [Stage(cause, figures, {ALL: words} if isinstance(words, str) else words, k) for k, (cause, figures, words) in enumerate(stages)]
    return change_rows("Last cycle", listed, "EUR", label, lean=lean)


def amounts(changes, measure="demand", family=ALL):
    rows = changes[(changes["measure"] == measure) & (changes["family"] == family)]
    return dict(zip(rows["cause"], rows["amount"], strict=True))


def said(changes, cause, measure="demand", family=ALL):
    rows = changes[(changes["measure"] == measure) & (changes["family"] == family) & (changes["cause"] == cause)]
    return rows["sentence"].item()


BEFORE = plan(Paint=(100, 100), Brushes=(50, 50))
MORE_PAINT = plan(Paint=(100, 130), Brushes=(50, 50))
FEWER_BRUSHES = plan(Paint=(100, 130), Brushes=(40, 45))
CHANGED = explained((START, BEFORE, "plan of May"), ("Events", MORE_PAINT, "1 added"), ("Price", None, "no change"), ("Overrides", FEWER_BRUSHES, "2 changed"), (END, FEWER_BRUSHES, ""))


def test_start_and_causes_make_the_end():
    assert amounts(CHANGED) == {START: 300, "Events": 30, "Price": 0, "Overrides": -15, END: 315}
    assert amounts(CHANGED, "revenue") == {START: 3000, "Events": 300, "Price": 0, "Overrides": -150, END: 3150}


def test_what_the_last_cause_does_not_give_is_no_cause_s():
    today = plan(Paint=(100, 130), Brushes=(40, 60))  # 15 brushes more than the inputs of today give when they are planned again
    stages = [(START, BEFORE), ("Not reproduced", BEFORE), ("Events", MORE_PAINT), ("Price", None), ("Overrides", FEWER_BRUSHES), (END, today)]
    listed = with_rest([Stage(cause, figures, {}, k) for k, (cause, figures) in enumerate(stages)])
    found = change_rows("Last cycle", listed, "EUR", MONTHS.label)
    assert amounts(found) == {START: 300, "Not reproduced": 15, "Events": 30, "Price": 0, "Overrides": -15, END: 330}
    assert amounts(found, family="Brushes") == {START: 100, "Not reproduced": 15, "Overrides": -15, END: 100}
    assert "today's run has and its inputs planned again have not" in said(found, "Not reproduced")


def test_a_rest_that_is_next_to_nothing_stays_with_the_last_cause():
    today = plan(Paint=(100, 130), Brushes=(40, 45.01))
    stages = [(START, BEFORE), ("Not reproduced", BEFORE), ("Overrides", FEWER_BRUSHES), (END, today)]
    found = change_rows("Last cycle", with_rest([Stage(cause, figures, {}, k) for k, (cause, figures) in enumerate(stages)]), "EUR", MONTHS.label)
    assert amounts(found) == pytest.approx({START: 300, "Not reproduced": 0, "Overrides": 15.01, END: 315.01})


def test_the_period_of_most_is_named_as_the_calendar_names_it():
    moved = ((START, BEFORE, ""), ("Events", MORE_PAINT, ""), (END, MORE_PAINT, ""))
    assert said(explained(*moved), "Events").endswith("in 2026-07")
    assert said(explained(*moved, label=Calendar(CalendarKind.WEEKS).label), "Events").endswith("in 2026-W27")


def test_a_family_has_rows_for_the_causes_that_moved_it_only():
    assert amounts(CHANGED, family="Paint") == {START: 200, "Events": 30, END: 230}
    assert amounts(CHANGED, family="Brushes") == {START: 100, "Overrides": -15, END: 85}


def test_stock_is_that_of_the_last_period_and_not_a_sum():
    assert amounts(CHANGED, "inventory_value")[START] == 200  # two families with 100 at the end of July


def test_the_sentence_says_what_was_typed_what_it_did_and_where_most():
    assert said(CHANGED, "Events") == "1 added; +30 units, mostly Paint in 2026-07"
    assert said(CHANGED, "Overrides", "revenue") == "2 changed; -150 EUR, mostly Brushes in 2026-06"
    assert said(CHANGED, "Events", "inventory_value") == "1 added; no effect on inventory value"
    assert said(CHANGED, "Price") == "no change"
    assert said(CHANGED, END) == "Demand +15 units (+5.0%) against the reference"


def test_an_approved_plan_that_nobody_deviated_from_is_start_and_end_alone():
    same = explained((START, BEFORE, "approved"), ("Events", None, "no change"), (END, BEFORE, ""), lean=True)
    assert set(same["cause"]) == {START, END} and set(same["family"]) == {ALL}
    assert said(same, END) == "Demand as in the reference"


def test_deviations_name_only_the_families_that_differ():
    lean = explained((START, BEFORE, "approved"), ("Events", MORE_PAINT, "1 added"), (END, MORE_PAINT, ""), lean=True)
    assert set(lean["family"]) == {ALL, "Paint"}


def test_a_family_that_is_new_comes_from_nothing():
    changes = explained((START, BEFORE, ""), ("Life cycle", plan(Paint=(100, 100), Brushes=(50, 50), Rollers=(0, 7)), "1 added"), (END, plan(Paint=(100, 100), Brushes=(50, 50), Rollers=(0, 7)), ""))
    assert amounts(changes, family="Rollers") == {START: 0, "Life cycle": 7, END: 7}


def test_a_measure_that_neither_plan_knows_has_no_rows():
    unknown = BEFORE.assign(inventory_value=np.nan)
    changes = explained((START, unknown, ""), ("Events", unknown, ""), (END, unknown, ""))
    assert "inventory_value" not in set(changes["measure"]) and "demand" in set(changes["measure"])


@given(st.lists(st.lists(st.floats(0, 1e6), min_size=4, max_size=4), min_size=2, max_size=6))
def test_amounts_add_up_for_any_plans_in_between(units):
    plans = [plan(Paint=one[:2], Brushes=one[2:]) for one in units]
    stages = [(START if k == 0 else f"cause {k}", made, "") for k, made in enumerate(plans)]
    changes = explained(*stages, (END, plans[-1], ""))
    signed = changes["amount"].where(changes["cause"] != END, -changes["amount"])
    assert signed.groupby([changes["measure"], changes["family"]]).sum().abs().max() < 1e-6
    ends = changes[changes["cause"] == END].pivot(index="family", columns="measure", values="amount")
    assert np.allclose(ends.drop(index=ALL).sum(), ends.loc[ALL], atol=1e-5)


def test_totals_of_no_periods_are_none():
    assert family_totals(BEFORE.iloc[:0]).empty
    assert list(family_totals(BEFORE).columns) == list(MEASURES)


OLD = table(frames.OVERRIDES, {"override": "1", "value": 5.0}, {"override": "2", "value": 7.0})
NEW = table(frames.OVERRIDES, {"override": "2", "value": 8.0}, {"override": "3", "value": 1.0}, {"override": "4", "value": 1.0})


def test_lines_are_counted_by_their_key():
    assert count_words(changed_lines(OLD, NEW, ["override"])) == "2 added, 1 removed, 1 changed"
    assert count_words(changed_lines(OLD, OLD, ["override"])) == ""


def test_absent_values_are_the_same_and_order_counts():
    assert same_table(OLD, OLD.copy())
    assert not same_table(OLD, OLD[::-1].reset_index(drop=True))
    assert not same_table(OLD, OLD.assign(value=[5.0, np.nan]))


def test_what_happened_stands_beside_what_was_planned():
    def one(units):
        return table(frames.FINANCIAL_PLAN, *({"family": f, "region": "N", "version": "Plan", "period": JUNE, "demand": u} for f, u in units.items()))

    words = actual_words(one({"Paint": 200.0, "Brushes": 50.0}), one({"Paint": 190.0, "Brushes": 50.0}), months("2026-06", 6), months("2026-07", 6), "Inventory 3 changed")
    assert words["Paint"] == "demand of 2026-06 was 190 units, 5.0% below the plan of 200"
    assert words["Brushes"] == "demand of 2026-06 was 50 units, as planned"
    assert words[ALL] == "demand of 2026-06 was 240 units, 4.0% below the plan of 250; Inventory 3 changed"


def test_within_one_cycle_the_facts_are_what_was_changed_in_the_sheets():
    nothing = frames.empty_frame(frames.FINANCIAL_PLAN)
    assert actual_words(nothing, nothing, months("2026-06", 6), months("2026-06", 6), "Inventory 3 changed") == {ALL: "Inventory 3 changed"}


@pytest.mark.parametrize(("policy", "entered"), [("expire", "2026-06-10"), ("decay", "2026-06-10"), ("re-confirm", "2026-06-10")])
def test_an_override_of_june_stands_in_july_as_it_stood_in_june(policy, entered):
    typed = table(frames.OVERRIDES, {"override": "1", "value": 5.0, "expiry_policy": policy, "entered": entered})
    stood = as_they_stood(typed, months("2026-06", 6), months("2026-07", 6))
    assert stood["entered"].tolist() == [month("2026-07")]  # of this very cycle, as it was of that one


def test_a_decayed_override_keeps_its_age():
    typed = table(frames.OVERRIDES, {"override": "1", "value": 5.0, "expiry_policy": "decay", "entered": "2026-04-10"})
    assert as_they_stood(typed, months("2026-06", 6), months("2026-07", 6))["entered"].tolist() == [month("2026-05")]


def test_an_expiry_since_then_does_not_count_and_an_earlier_one_does():
    typed = table(frames.OVERRIDES, {"override": "1", "expires": "2026-06-20", "expiry_policy": "hold"}, {"override": "2", "expires": "2026-05-20", "expiry_policy": "hold"})
    stood = as_they_stood(typed, months("2026-06", 6), months("2026-07", 6))
    assert stood["expires"].isna().tolist() == [True, False]
