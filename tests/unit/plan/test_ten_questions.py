"""The ten questions of the executive review: what they answer from figures, and what they say where nothing is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sop_xl import frames
from sop_xl.frames import empty_frame
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan import question_actions as actions
from sop_xl.plan import ten_questions as questions
from sop_xl.plan.question_words import POINTS, Answer, money, questions_frame, told

TIMELINE = Timeline(Calendar(), pd.Timestamp("2025-01-01"), pd.Timestamp("2026-01-01"), 24)
TODAY = pd.Timestamp("2026-01-10")
ITEMS = pd.DataFrame({"item": ["P1", "C1"], "family": ["Paint", "Chairs"]})


def rows(spec: frames.FrameSpec, *lines: dict[str, object]) -> pd.DataFrame:
    """A frame in which only the figures that matter are given; text is "" and figures are absent elsewhere."""
    blank = {name: {"text": "", "number": np.nan, "date": pd.NaT, "flag": False}[kind] for name, kind in spec.columns.items()}
    frame = pd.DataFrame([blank | line for line in lines], columns=list(spec.columns))
    return frame.astype({name: {"text": "object", "number": "float64", "date": "datetime64[ns]", "flag": "bool"}[kind] for name, kind in spec.columns.items()})


def plan_of(revenue_by_family: dict[str, float], last_year: dict[str, float]) -> pd.DataFrame:
    """Even revenue over twelve planned periods, and over the same periods of last year."""
    lines = [
        {"family": family, "region": "All", "version": version, "period": period, "revenue": value / 12, "demand": value / 1200}
        for version, by_family in (("Plan", revenue_by_family), ("Last year", last_year))
        for family, value in by_family.items()
        for period in TIMELINE.plan[:12]
    ]
    return rows(frames.FINANCIAL_PLAN, *[line | {"region": "North"} for line in lines])


def compared(span: str, reference: str, gap: float, measure: str = "revenue", base: float = 1000.0) -> dict[str, object]:
    return {
        "level": "total", "scope": "All", "region": "All", "span": span, "reference": reference, "measure": measure, "plan": base * (1 + gap),
        "reference_value": base, "gap": base * gap, "gap_percent": gap, "variance": base * gap,
    }  # fmt: skip


def test_before_anything_was_published_the_answer_says_when_changes_will_be_told():
    answer = questions.what_changed(empty_frame(frames.CHANGES), published=False, currency="EUR")
    assert answer.answer == "No cycle was published yet: what changed is told from the next one on."
    assert answer.status == ""
    assert answer.evidence == "Changes"


@pytest.mark.parametrize(("end", "status"), [(1020.0, "good"), (995.0, "good"), (980.0, "watch"), (940.0, "poor")])
def test_what_changed_names_the_largest_causes_and_is_rated_by_what_the_plan_lost(end, status):
    changed = {"reference": "Last cycle", "measure": "revenue", "family": "All"}
    changes = rows(
        frames.CHANGES,
        changed | {"order": 0, "cause": "Last cycle", "amount": 1000.0},
        changed | {"order": 1, "cause": "Actuals", "amount": 5.0},
        changed | {"order": 2, "cause": "Overrides", "amount": end - 1005.0},
        changed | {"order": 3, "cause": "Plan", "amount": end},
    )
    answer = questions.what_changed(changes, published=True, currency="EUR")
    assert answer.status == status
    assert answer.figure == pytest.approx(end - 1000.0)
    assert sum(answer.points) == pytest.approx(answer.figure)
    assert "Overrides" in answer.answer


def test_performance_counts_figures_with_a_target_and_names_the_poor_ones_first():
    kpi = {"scope": "All", "unit": "fraction"}
    kpis = rows(
        frames.KPIS,
        kpi | {"kpi": "WMAPE", "value": 0.17, "target": 0.30, "status": "good"},
        kpi | {"kpi": "Bias", "value": 0.06, "target": 0.05, "status": "watch"},
        kpi | {"kpi": "OTIF", "value": 0.80, "target": 0.95, "status": "poor"},
        kpi | {"kpi": "Turns", "value": 4.0},
        kpi | {"kpi": "OTIF", "scope": "Paint", "value": 0.10, "target": 0.95, "status": "poor"},
    )
    answer = questions.performance(kpis)
    assert answer.answer == "1 of 3 rated key figures is good, 1 to watch, 1 poor. Missed: OTIF 80.0 % (target 95.0 %); Bias 6.0 % (target 5.0 %)."
    assert answer.points == [1, 1, 1]
    assert answer.status == "poor"  # a third of them


def test_performance_without_targets_says_where_to_set_them():
    assert "set targets" in questions.performance(empty_frame(frames.KPIS)).answer


def test_families_are_compared_with_a_whole_year_before():
    answer = questions.product_families(plan_of({"Paint": 900.0, "Chairs": 300.0}, {"Paint": 1000.0, "Chairs": 250.0}), TIMELINE, "EUR")
    assert answer.answer.startswith("Paint is the largest of 2 families with EUR 900 of the next 12 periods (75.0 %).")
    assert "Most gained by Chairs EUR +50 (+20.0 %), most lost by Paint EUR -100 (-10.0 %)." in answer.answer
    assert answer.figure == pytest.approx(0.8)
    assert answer.status == "poor"
    assert answer.points == pytest.approx([-100.0, 50.0])


def test_families_without_a_year_before_are_not_rated():
    answer = questions.product_families(plan_of({"Paint": 900.0}, {}), TIMELINE, "EUR")
    assert "No full year before" in answer.answer
    assert answer.status == ""


@pytest.mark.parametrize(("gap", "word", "status"), [(0.02, "Yes", "good"), (-0.03, "Slightly below", "watch"), (-0.08, "No", "poor")])
def test_on_plan_financially_is_the_year_against_the_budget(gap, word, status):
    answer = questions.on_plan_financially(rows(frames.PLAN_COMPARISON, compared("Full year 2026", "Budget", gap)), plan_of({"Paint": 900.0}, {}), TIMELINE, "EUR")
    assert answer.answer.startswith(f"{word}. Full year 2026, of what is budgeted: revenue EUR {1000 * (1 + gap):,.0f} against EUR 1,000 budgeted")
    assert answer.status == status


def test_without_a_budget_the_finance_question_rates_nothing():
    last_year = rows(frames.PLAN_COMPARISON, compared("Full year 2026", "Last year", 0.1))
    plan = plan_of({"Paint": 900.0}, {})
    assert questions.on_plan_financially(last_year, plan, TIMELINE, "EUR").status == ""
    assert "paste one into Budget" in questions.on_plan_financially(empty_frame(frames.PLAN_COMPARISON), plan, TIMELINE, "EUR").answer


def outlook(*names: str, p10: float = 900.0) -> pd.DataFrame:
    together = {"figure": "revenue", "risk": "", "plan": 1000.0, "p10": p10, "rank": 0}
    return rows(frames.RISK_OUTLOOK, together, *({"figure": "revenue", "risk": name, "plan": 1000.0, "swing": 100.0 - k, "rank": k + 1} for k, name in enumerate(names)))


def test_risks_tell_new_ones_from_those_that_stay_and_those_that_are_gone():
    stated = rows(frames.RISKS, {"risk": "R1", "name": "Dealer leaves"}, {"risk": "R3", "name": "Strike"})
    answer = questions.risks(outlook("R3", "R1"), stated, outlook("R1", "R2"), "EUR")
    assert answer.answer.startswith("New: Strike. 1 stays. Gone: R2. One outcome in ten is EUR 100 (10.0 %) or more below the plan's revenue.")
    assert answer.status == "poor"
    better = questions.risks(outlook("R1", p10=1050.0), stated, None, "EUR").answer
    assert "Nine outcomes in ten are EUR 50 (5.0 %) or more above the plan's revenue." in better
    assert questions.risks(outlook("R1", p10=995.0), stated, None, "EUR").status == "good"
    assert "from the next cycle on" in questions.risks(outlook("R1"), stated, None, "EUR").answer
    assert "names none" in questions.risks(outlook(), stated, None, "EUR").answer


def test_a_decision_past_its_due_date_is_poor_and_one_in_time_to_be_watched():
    proposed = {"decision": "D1", "option": "Overtime at Welding", "status": "proposed", "owner": "Ann"}
    nothing = (empty_frame(frames.OPTIONS), empty_frame(frames.WORKLIST), empty_frame(frames.DECISION_EFFECTS), TODAY, "EUR")
    late = actions.decisions(rows(frames.DECISIONS, proposed | {"due": pd.Timestamp("2026-01-05")}), *nothing)
    assert late.answer == "1 decision waits, 1 past due; first D1: Overtime at Welding (Ann, due 2026-01-05)."
    assert late.status == "poor"
    assert actions.decisions(rows(frames.DECISIONS, proposed | {"due": pd.Timestamp("2026-02-05")}), *nothing).status == "watch"
    assert actions.decisions(empty_frame(frames.DECISIONS), *nothing).status == "good"
    asked = actions.decisions(rows(frames.DECISIONS, {"decision": "D4", "question": "Close the depot", "status": "proposed", "owner": "Ada"}), *nothing)
    assert "first D4: Close the depot (Ada, not dated)" in asked.answer
    task = rows(frames.DECISIONS, {"decision": "A1", "kind": "action", "question": "Ask Smith", "status": "proposed"})
    assert actions.decisions(task, *nothing).status == "good"


def test_the_best_option_that_nobody_proposed_is_named():
    options = rows(frames.OPTIONS, {"option": "Overtime", "gain": 500.0, "rank": 1}, {"option": "Expedite", "gain": 300.0, "rank": 2})
    proposed = rows(frames.DECISIONS, {"decision": "D1", "option": "Overtime", "status": "proposed"})
    answer = actions.decisions(proposed, options, empty_frame(frames.WORKLIST), empty_frame(frames.DECISION_EFFECTS), TODAY, "EUR")
    assert "Best option not proposed yet: Expedite (EUR +300)." in answer.answer


def test_units_served_and_units_of_demand_are_no_one_sum():
    stated = rows(frames.DECISIONS, {"decision": "D1", "lever": "price", "status": "approved"}, {"decision": "D2", "lever": "scenario", "status": "approved"})
    effects = rows(
        frames.DECISION_EFFECTS,
        {"decision": "D1", "elapsed": 2, "expected_so_far": 30.0, "realised_so_far": 13.0}, {"decision": "D2", "elapsed": 1, "expected_so_far": 1000.0, "realised_so_far": 1200.0},
        {"decision": "D3", "elapsed": 0, "expected_so_far": 7.0},
    )  # fmt: skip
    answer = actions.decisions(stated, empty_frame(frames.OPTIONS), empty_frame(frames.WORKLIST), effects, TODAY, "EUR")
    assert answer.answer == "Approved ones brought 13 units of 30 expected so far. Promoted scenarios brought demand of 1,200 units of 1,000 expected so far."


def test_product_development_names_the_family_not_the_item():
    launch = rows(frames.LIFECYCLE_PLAN, {"item": "P1", "stage": "launch", "period": pd.Timestamp("2026-03-01"), "revenue": 5000.0, "order_quantity": 10.0, "order_by": pd.Timestamp("2026-01-01")})
    answer = actions.product_development(launch, ITEMS, empty_frame(frames.INITIATIVES), TIMELINE, TODAY, "EUR")
    assert "Next: launch in Paint, 2026-03." in answer.answer
    assert "P1" not in answer.answer
    assert answer.status == "poor"  # its first order is past the latest day
    assert answer.points[2] == 1.0


def test_milestones_late_by_more_than_a_month_are_poor():
    def answer(due: str) -> Answer:
        marks = rows(frames.INITIATIVES, {"initiative": "New line", "milestone": "Tooling", "due": pd.Timestamp(due)})
        return actions.product_development(empty_frame(frames.LIFECYCLE_PLAN), ITEMS, marks, TIMELINE, TODAY, "EUR")

    assert answer("2025-11-01").status == "poor"
    assert answer("2026-01-02").status == "watch"
    assert answer("2026-02-02").status == "good"


def test_shortages_are_told_by_family_and_cause():
    short = rows(
        frames.SHORTAGES,
        {"item": "P1", "period": pd.Timestamp("2026-02-01"), "unmet_demand": 5.0, "shortage_value": 30.0, "cause_kind": "supplier"},
        {"item": "C1", "period": pd.Timestamp("2026-01-01"), "unmet_demand": 9.0, "shortage_value": 10.0, "cause_kind": "resource"},
    )
    answer = actions.critical_constraints(short, empty_frame(frames.CAPACITY), ITEMS, plan_of({"Paint": 1000.0}, {}), TIMELINE, "EUR")
    assert answer.answer == "2 shortages put EUR 40 of revenue at risk (4.0 % of the next year). Most in Paint from 2026-02 on, because of supplier: EUR 30."
    assert answer.status == "poor"


def test_no_shortage_and_an_overloaded_resource_is_to_be_watched():
    load = rows(frames.CAPACITY, {"resource": "Welding", "period": pd.Timestamp("2026-03-01"), "utilisation_required": 1.1})
    answer = actions.critical_constraints(empty_frame(frames.SHORTAGES), load, ITEMS, plan_of({"Paint": 1000.0}, {}), TIMELINE, "EUR")
    assert answer.answer == "No demand is short. Welding is asked for 110 % of its hours in 2026-03: it is the bottleneck."
    assert answer.status == "watch"


@pytest.mark.parametrize(
    ("year", "after", "trend", "status"),
    [(0.10, 0.08, 0.0, "poor"), (0.10, 0.01, 0.0, "watch"), (0.10, -0.08, 0.0, "watch"), (0.01, 0.01, 0.30, "watch"), (0.01, 0.01, 0.05, "good"), (-0.06, -0.06, 0.0, "poor")],
)
def test_the_long_term_plan_is_revised_where_a_gap_outlasts_the_year(year, after, trend, status):
    comparison = rows(
        frames.PLAN_COMPARISON, compared("Full year 2026", "Budget", year), compared("Full year 2027", "Budget", after), compared("Next 12", "Last year", trend)
    )
    assert actions.long_term_plan(comparison, plan_of({"Paint": 900.0}, {}), TIMELINE, "EUR").status == status


def test_the_long_term_question_without_budget_and_history_cannot_be_told():
    answer = actions.long_term_plan(empty_frame(frames.PLAN_COMPARISON), plan_of({"Paint": 900.0}, {}), TIMELINE, "EUR")
    assert answer.answer.startswith("It cannot be told")
    assert answer.points == pytest.approx([225.0] * 4)  # quarters


def test_follow_up_leaves_out_what_was_accepted_and_says_who_is_missing():
    work = rows(
        frames.WORKLIST,
        {"alert": "a", "rank": 1, "value": 50.0, "state": "accepted"},
        {"alert": "b", "rank": 2, "value": 40.0, "family": "Paint", "next_step": "Expedite the resin."},
    )
    answer = actions.follow_up(work, empty_frame(frames.CYCLE), TIMELINE, "EUR")
    assert answer.answer == "1 matter open, EUR 40 at stake, 1 without owner. First Paint: Expedite the resin."
    assert answer.status == "watch"
    rest = rows(frames.WORKLIST, {"alert": "More matters", "rank": 3, "kind": "more", "value": 60.0, "matters": 35.0, "since": pd.Timestamp("2020-01-01")})
    many = actions.follow_up(pd.concat([work, rest], ignore_index=True), empty_frame(frames.CYCLE), TIMELINE, "EUR")
    assert many.answer.startswith("36 matters open, EUR 100 at stake, 1 of those listed without owner.") and many.figure == 36
    assert many.status == "watch"
    late = rows(frames.CYCLE, {"cycle": TIMELINE.current, "task": "Budget", "state": "late"})
    assert actions.follow_up(work, late, TIMELINE, "EUR").status == "poor"


def test_sentences_that_do_not_fit_a_cell_are_left_out_whole():
    assert told("First.", "x" * 300, "Last.") == "First. Last."
    assert len(told("word " * 100)) <= 255


def test_money_is_short_where_it_is_large():
    assert [money(v, "USD") for v in (12_553, 153_400, 38_500_000, -0.2)] == ["USD 12,553", "USD 153 k", "USD 38.5 m", "USD 0"]
    assert money(783, "USD", sign=True) == "USD +783"


def test_the_frame_holds_twelve_points_and_keeps_the_form():
    frame = questions_frame([Answer("Q", "A.", points=range(20)), Answer("R", "B.")])
    frames.check_frame(frame, frames.TEN_QUESTIONS)
    assert frame["number"].tolist() == [1.0, 2.0]
    assert frame.loc[0, f"point_{POINTS}"] == 11.0
    assert np.isnan(frame.loc[1, "point_1"])
