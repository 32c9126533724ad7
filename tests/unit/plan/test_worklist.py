"""The worklist: few matters, each once, the dearest first, with what people said of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plan_tables import items, month, table

from sop_xl import frames
from sop_xl.plan.worklist import MORE_ALERT, Escalation, worklist
from sop_xl.plan.worklist_matters import (
    Matter,
    decision_matters,
    excess_matters,
    forecast_matters,
    gap_matters,
    risk_matters,
    supply_matters,
)

ITEMS = pd.concat([items("A", name="Blue"), items("B", family="Brushes", name="Brush")], ignore_index=True)
NOW = month("2026-01")
TODAY = pd.Timestamp("2026-01-05")
NO_LIMIT = Escalation(np.inf, np.inf)


def matter(alert, value=1000.0, kind="shortage", **more):
    return Matter(alert, kind, value, f"{alert}.", "Decide.", "Shortages", **more)


def lines(*matters, decisions=(), limits=NO_LIMIT, most=20, marked=(), previous=()):
    return worklist(
        matters, table(frames.DECISIONS, *decisions), ITEMS, NOW, limits, most, "EUR", table(frames.WORKLIST, *marked), table(frames.WORKLIST, *previous) if previous else None
    )


def names(found):
    return found[0]["alert"].tolist()


# --- where matters come from -----------------------------------------------------------------------------------------


def shortage(**more):
    row = {"item": "A", "location": "North", "period": month("2026-02"), "unmet_demand": 50, "shortage_value": 900, "cause": "Mixer", "next_action": "ask for overtime."}
    return row | more


def test_shortages_of_an_item_are_one_matter_with_the_best_option():
    short = table(frames.SHORTAGES, shortage(option="Overtime at Mixer"), shortage(location="South", period=month("2026-01"), shortage_value=100, unmet_demand=5))
    (one,) = supply_matters(short, table(frames.WEEKLY_EXECUTION), ITEMS, "EUR")
    assert (one.alert, one.kind, one.value, one.first_period) == ("A short", "shortage", 1000, month("2026-01"))
    assert one.sentence == "A (Blue) is 55 units short at North, South, worth 1,000 EUR: Mixer."
    assert one.next_step == "Decide on Overtime at Mixer."


def test_a_shortage_and_the_stock_out_that_it_makes_are_one_matter():
    week = {"item": "A", "location": "North", "week": pd.Timestamp("2026-01-12"), "period": NOW, "exception": "stock-out", "value": 2500, "next_step": "Expedite 4711."}
    weekly = table(frames.WEEKLY_EXECUTION, week, week | {"week": pd.Timestamp("2026-01-19"), "value": 2000})
    (one,) = supply_matters(table(frames.SHORTAGES, shortage()), weekly, ITEMS, "EUR")
    assert (one.kind, one.value) == ("shortage", 2500)  # weeks of one stock see the same units
    assert "stock-out at North in the week of 2026-01-12" in one.sentence
    (alone,) = supply_matters(table(frames.SHORTAGES), weekly, ITEMS, "EUR")
    assert (alone.alert, alone.kind, alone.evidence, alone.next_step) == ("A short", "stock-out", "Weekly Execution", "Expedite 4711.")


def test_orders_beside_the_plan_are_a_matter_of_the_forecast():
    week = {"item": "A", "location": "North", "family": "Paint", "week": pd.Timestamp("2026-01-12"), "period": NOW, "exception": "orders below plan", "value": 70, "next_step": "re-sequence"}
    (one,) = supply_matters(table(frames.SHORTAGES), table(frames.WEEKLY_EXECUTION, week), ITEMS, "EUR")
    assert (one.alert, one.kind, one.next_step) == ("A: orders below plan", "forecast", "Re-sequence")


def test_a_gap_names_what_closes_most_of_it_and_gaps_of_supply_are_told_by_its_shortages():
    gap = {"gap": "Paint below budget", "kind": "plan and budget", "family": "Paint", "region": "All", "first_period": NOW}
    gaps = table(
        frames.GAP_LIST, gap | {"order": 0, "step": "gap", "value": 100}, gap | {"order": 1, "step": "Price +5 %", "value": -30}, gap | {"order": 2, "step": "Overtime", "value": -50},
        gap | {"order": 3, "step": "not closed", "value": -20},
        gap | {"gap": "Paint short: Mixer", "kind": "demand and supply", "order": 0, "step": "gap", "value": 900},
    )  # fmt: skip
    (one,) = gap_matters(gaps, "EUR")
    assert (one.alert, one.value, one.region) == ("Paint below budget", 100, "")
    assert one.next_step == "Decide on Overtime: it closes 50 EUR; 20 EUR stays open."


def test_risks_that_take_margin_are_matters_and_chances_are_not():
    risks = table(frames.RISKS, {"risk": "R1", "name": "Steel surcharge", "probability": 0.4, "owner": "Ann", "mitigation": "Price clause"}, {"risk": "R2", "probability": 0.5})
    line = {"figure": "gross_margin", "plan": 1000}
    outlook = table(frames.RISK_OUTLOOK, line | {"risk": "R1", "expected": -40, "low": 900}, line | {"risk": "R2", "expected": 30, "low": 1000}, line | {"expected": -10, "low": 800})
    (one,) = risk_matters(outlook, risks, "EUR")
    assert (one.alert, one.value, one.responsible) == ("Risk R1", 40, "Ann")
    assert one.sentence == "Steel surcharge: 40% likely, takes margin of 40 EUR on average and 100 EUR at worst."
    assert one.next_step == "Check that price clause works, or decide what else to do."


def test_excess_puts_at_stake_what_is_written_down():
    targets = table(frames.INVENTORY_TARGETS, {"item": "A", "location": "North", "excess_value": 400}, {"item": "A", "location": "South", "obsolete_value": 100})
    (one,) = excess_matters(targets, ITEMS, 0.25, 1.0, "EUR")
    assert (one.alert, one.value) == ("Paint: excess stock", 200)
    assert one.next_step.startswith("Re-deploy, sell off or return A at North first (400 EUR)")


def test_the_many_families_with_little_excess_are_one_line():
    """Of 1,000 written down 960 are of two families; four others share the rest."""
    listed = pd.concat([items(f"I{k}", family=f"F{k}") for k in range(6)], ignore_index=True)
    worth = (800, 160, 10, 10, 10, 10)
    targets = table(frames.INVENTORY_TARGETS, *({"item": f"I{k}", "location": "North", "obsolete_value": value} for k, value in enumerate(worth)))
    found = excess_matters(targets, listed, 0.25, 1.0, "EUR")
    assert [(one.alert, one.value) for one in found] == [("F0: excess stock", 800), ("F1: excess stock", 160), ("Other families: excess stock", 40)]


def test_a_family_is_told_by_the_worse_of_error_and_bias():
    figures = table(
        frames.KPIS, {"kpi": "WMAPE", "scope": "Paint", "value": 0.5, "target": 0.3, "status": "poor"}, {"kpi": "Bias", "scope": "Paint", "value": 0.4, "target": 0.05, "status": "poor"},
        {"kpi": "WMAPE", "scope": "Brushes", "value": 0.32, "target": 0.3, "status": "watch"},
    )  # fmt: skip
    (one,) = forecast_matters(figures, pd.Series({"Paint": 1000.0}), "EUR")
    assert (one.alert, one.value) == ("Paint: forecast bias", pytest.approx(350))
    assert one.sentence == "Forecasts of Paint lean by 40% too high, target 5%."


def test_decisions_that_are_due_must_be_taken_or_carried_out():
    due = {"due": pd.Timestamp("2026-01-02")}
    decisions = table(
        frames.DECISIONS, due | {"decision": "1", "option": "Overtime", "status": "proposed", "owner": "Ann"}, due | {"decision": "2", "status": "approved"},
        due | {"decision": "3", "status": "approved", "last_period": month("2025-12")}, due | {"decision": "4", "status": "rejected"},
        {"decision": "5", "status": "proposed", "due": pd.Timestamp("2026-02-01")}, due | {"decision": "6", "status": "approved"},
        due | {"decision": "7", "status": "approved", "lever": "scenario", "option": "Demand -10%"},
    )  # fmt: skip
    brought = {"elapsed": 1, "expected_so_far": 10, "realised_so_far": 12}
    effects = table(frames.DECISION_EFFECTS, brought | {"decision": "6"}, {"decision": "7", "elapsed": 1, "expected_so_far": -100, "realised_so_far": 0})
    found = decision_matters(decisions, table(frames.OPTIONS, {"option": "Overtime", "gain": 500}), effects, TODAY, NOW)
    assert [one.alert for one in found] == ["Decision 1 due", "Decision 2 due", "Decision 7 due"]
    assert (found[0].value, found[0].responsible, found[0].undecided, found[1].undecided) == (500, "Ann", True, False)


# --- the list --------------------------------------------------------------------------------------------------------


def test_nothing_is_no_line():
    assert lines()[0].empty
    assert lines(matter("a", 0.0))[0].empty


def test_the_dearest_comes_first_and_what_has_no_money_last():
    found = lines(matter("a", 10), matter("b", np.nan), matter("c", 30))[0]
    assert found["alert"].tolist() == ["c", "a", "b"]
    assert found["rank"].tolist() == [1, 2, 3]


def test_few_lines_and_one_for_all_the_others():
    found = lines(*(matter(f"m{k}", 100 - k) for k in range(9)), most=5)[0]
    assert names((found,)) == ["m0", "m1", "m2", "m3", "m4", MORE_ALERT]
    last = found.iloc[-1]
    assert (last["kind"], last["value"]) == ("more", 95 + 94 + 93 + 92)
    assert last["sentence"] == "4 more matters worth 374 EUR in all: see Shortages."


def test_places_where_no_money_is_at_stake_are_named_in_the_order_of_their_names():
    without_money = [replace(matter(f"m{k}", np.nan), evidence=sheet) for k, sheet in enumerate(("Risk Outlook", "Options", "Capacity", "Initiatives", "Approved Plan"))]
    found = lines(matter("first", 5.0), *without_money, most=1)[0]
    assert found.iloc[-1]["sentence"] == "5 more matters: see Approved Plan, Capacity, Initiatives, Options, Risk Outlook."


def test_what_people_said_outlives_the_run_and_accepted_lines_go_to_the_end():
    said = [{"alert": "a", "owner": "Ann", "state": "accepted", "since": month("2025-11")}, {"alert": "c", "owner": "Max", "since": month("2025-12")}]
    found = lines(matter("a", 50), matter("b", 40), matter("c", 1), matter("d", 30), most=1, marked=said)[0]
    assert found["alert"].tolist() == ["b", "c", "a", MORE_ALERT]  # c is cheap, but it is Max's
    assert found["owner"].tolist() == ["", "Max", "Ann", ""]
    assert found["section"].tolist() == ["open", "open", "accepted", "more"]
    assert found["since"].tolist() == [NOW, month("2025-12"), month("2025-11"), NOW]


def test_since_is_known_from_the_published_plan_too():
    assert lines(matter("a"), previous=[{"alert": "a", "since": month("2025-10")}])[0]["since"].tolist() == [month("2025-10")]


def test_a_matter_that_is_over_leaves_the_list_and_is_said():
    found, said = lines(matter("a"), marked=[{"alert": "z", "owner": "Ann", "state": "in work"}])
    assert found["alert"].tolist() == ["a"]
    assert said["note"].tolist() == ["z: no longer a matter; its line was with Ann and in work"]


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (None, "yes"),
        ({"item": "A", "status": "approved"}, ""),
        ({"item": "A", "status": "rejected"}, ""),
        ({"item": "A", "status": "proposed"}, "yes"),
        ({"item": "B", "status": "approved"}, "yes"),
        ({"family": "Paint", "status": "approved"}, ""),
        ({"family": "Brushes", "status": "approved"}, "yes"),
        ({"resource": "Mixer", "status": "approved"}, ""),
        ({"option": "Overtime at Mixer", "status": "approved"}, ""),
        ({"lever": "pre-build", "status": "approved"}, "yes"),  # names nothing: it speaks of nothing
        ({"resource": "Mix", "status": "approved"}, "yes"),  # another one, whose name begins alike
        ({"supplier": "Mixer", "status": "approved"}, "yes"),
        ({"item": "A", "status": "approved", "last_period": month("2025-12")}, "yes"),  # over
    ],
)
def test_a_matter_above_the_limit_needs_a_decision_unless_one_speaks_of_it(decision, expected):
    one = matter("A short", 1000, item="A", family="Paint", causes=("Mixer",), options=("Overtime at Mixer",))
    decided = [] if decision is None else [{"decision": "1"} | decision]
    assert lines(one, decisions=decided, limits=Escalation(999, np.inf))[0]["needs_decision"].tolist() == [expected]


@pytest.mark.parametrize(
    ("cause", "supplier", "expected"),
    [
        ("supplier Acme", "Acme", ""),
        ("supplier Acme North", "Acme", "yes"),
        ("lead time of Frame (buy from Acme)", "Acme", ""),
        ("lead time of Frame (buy from Acme North)", "Acme", "yes"),
    ],
)
def test_a_supplier_is_meant_by_its_whole_name(cause, supplier, expected):
    decided = [{"decision": "1", "supplier": supplier, "status": "approved"}]
    assert lines(matter("x", causes=(cause,)), decisions=decided, limits=Escalation(999, np.inf))[0]["needs_decision"].tolist() == [expected]


def test_a_decision_about_one_item_does_not_answer_for_its_family():
    below = matter("Paint below budget", 5000, kind="gap", family="Paint")
    for said, expected in (({"item": "A"}, "yes"), ({"family": "Paint"}, ""), ({"item": "A", "matter": "Paint below budget"}, "")):
        decided = [{"decision": "1", "status": "approved"} | said]
        assert lines(below, decisions=decided, limits=Escalation(999, np.inf))[0]["needs_decision"].tolist() == [expected]


def test_what_is_next_to_nothing_is_no_matter_unless_somebody_said_something_of_it():
    few = (matter("a", 900), matter("b", 17), matter("c", 17), matter("d", 17, undecided=True))
    found = worklist(few, table(frames.DECISIONS), ITEMS, NOW, NO_LIMIT, 20, "EUR", table(frames.WORKLIST, {"alert": "c", "owner": "Ann"}), least=33.0)
    assert names(found) == ["a", "c", "d"]


def test_why_a_family_is_below_the_last_cycle_is_told_as_changes_has_it():
    gap = {"gap": "Paint below last cycle", "kind": "plan and last cycle", "family": "Paint", "region": "All", "first_period": NOW}
    why = "Gross margin 5,117 EUR below last cycle (3.0% of 170,000): Volume -5,721, Cost -718; against it Price +1,322"
    gaps = table(frames.GAP_LIST, gap | {"order": 0, "step": "gap", "value": 5117, "cause": why}, gap | {"order": 1, "step": "not closed", "value": -5117})
    row = {"reference": "Last cycle", "measure": "gross_margin", "family": "Paint"}
    parts = (("start", 170000), ("Actuals", 200), ("Model", -5317), ("Price", 0), ("end", 164883))
    changes = table(frames.CHANGES, *(row | {"order": k, "cause": cause, "amount": amount} for k, (cause, amount) in enumerate(parts)))
    (one,) = gap_matters(gaps, "EUR", changes)
    assert one.sentence == (
        "Paint below last cycle: Gross margin 5,117 EUR below last cycle (3.0% of 170,000); over all periods that both planned, gross margin moved by Model -5,317, Actuals +200."
    )
    assert one.evidence == "Changes"
    (as_before,) = gap_matters(gaps, "EUR", table(frames.CHANGES))
    assert "Price +1,322" in as_before.sentence and as_before.evidence == "Gap List"


def test_risks_have_a_limit_of_their_own():
    found = lines(matter("a", 500), matter("r", 500, kind="risk"), limits=Escalation(1000, 400))[0]
    assert dict(zip(found["alert"], found["needs_decision"], strict=True)) == {"a": "", "r": "yes"}


def test_a_key_figure_has_an_owner_and_needs_no_decision_by_itself():
    assert lines(matter("KPI Fill rate", 5000, kind="variance"), limits=Escalation(1, 1))[0]["needs_decision"].tolist() == [""]


def test_what_needs_a_decision_is_listed_before_what_is_dearer():
    found = lines(matter("a", 900), matter("r", 500, kind="risk"), limits=Escalation(1000, 400), most=1)[0]
    assert found["alert"].tolist() == ["r", MORE_ALERT]


@given(st.lists(st.one_of(st.just(float("nan")), st.floats(1, 1e9)), max_size=40), st.integers(1, 10))
def test_no_money_is_lost_and_none_is_out_of_order(values, most):
    found = lines(*(matter(f"m{k}", value) for k, value in enumerate(values)), most=most)[0]
    assert np.nansum(found["value"]) == pytest.approx(np.nansum(values))
    assert found["rank"].tolist() == list(range(1, len(found) + 1))
    shown = found.loc[found["kind"] != "more", "value"].fillna(0.0)
    assert shown.is_monotonic_decreasing
    assert len(shown) <= most
