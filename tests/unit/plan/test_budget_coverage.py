"""One definition of plan - budget: key figures, plan comparison and bridges say the same, whatever part of the plan has a budget."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from budgeted_plan import FAMILIES, ITEMS, REGIONS, TIMELINE, budgeted, planned
from plan_tables import table

from sop_xl import frames
from sop_xl.plan.bridges import bridges
from sop_xl.plan.budget_coverage import compared_with_budget, with_budget_gap
from sop_xl.plan.kpis import kpis
from sop_xl.plan.plan_comparison import plan_comparison


def answers(*budget):
    """Revenue - budget of the next year by Financial Plan, Plan Comparison, Bridges and KPIs."""
    detail, plan, stated = planned(*budget)
    year = plan["period"].isin(TIMELINE.plan[:12])
    compared, _ = plan_comparison(plan, TIMELINE)
    at = (compared["level"] == "total") & (compared["span"] == "Next 12") & (compared["reference"] == "Budget") & (compared["measure"] == "revenue")
    steps, _ = bridges(detail, plan, TIMELINE, stated, ITEMS)
    steps = steps[(steps["bridge"] == "Budget to plan") & (steps["measure"] == "revenue") & (steps["family"] == "All")].set_index("step")["amount"]
    share = kpis(plan, frames.empty_frame(frames.INVENTORY_PLAN), pd.DataFrame(), ITEMS, TIMELINE).query("scope == 'All'").set_index("kpi")["value"]
    return {
        "Financial Plan": plan.loc[year & (plan["version"] == "Plan - budget"), "revenue"].sum(),
        "Plan Comparison": compared.loc[at, "gap"].item(),
        "Bridges": steps["Plan"] - steps["Budget"],
        "KPIs": share["Revenue against budget"] * compared.loc[at, "reference_value"].item(),
    }, share


CASES = {
    "one family over part of the year": (budgeted(250, "Bikes", first="2026-03", count=8), 8 * (200 - 250)),
    "one family in one region": (budgeted(130, "Bikes", "North"), 12 * (100 - 130)),
    "regions alone": (budgeted(290, "", "South"), 12 * (300 - 290)),
    "a family that the plan does not sell in full": ([*budgeted(250, "Bikes"), *budgeted(90, "Tents", "North", count=3)], 12 * -50 + 3 * 10),
    "a family, and the rest of the company": ([*budgeted(250, "Bikes"), *budgeted(300)], 12 * (-50 + 100)),
    "everything": (budgeted(500), 12 * 100),
}


@pytest.mark.parametrize("case", CASES)
def test_every_page_says_the_same_gap_of_what_is_budgeted(case):
    budget, gap = CASES[case]
    found, _ = answers(*budget)
    assert found == pytest.approx(dict.fromkeys(found, gap))


def test_how_much_of_the_plan_has_no_budget_is_said():
    """Of 600 a month, 200 have a budget in eight of twelve months."""
    _, share = answers(*CASES["one family over part of the year"][0])
    assert share["Revenue without a budget"] == pytest.approx(1 - 8 * 200 / 7200)
    _, share = answers(*CASES["everything"][0])
    assert share["Revenue without a budget"] == 0


def test_a_plan_that_is_not_known_counts_on_neither_side():
    """Tents have no price: their budget is no shortfall."""
    detail, plan, stated = planned(*budgeted(250, "Bikes"), *budgeted(900, "Tents"))
    unpriced = plan.assign(revenue=plan["revenue"].mask((plan["version"] == "Plan") & (plan["family"] == "Tents")))
    both = compared_with_budget(unpriced, "revenue")
    assert both["family"].unique().tolist() == ["Bikes"]
    assert (both["plan"] - both["budget"]).sum() == 12 * -50
    steps, _ = bridges(detail, unpriced, TIMELINE, stated, ITEMS)
    ends = steps[(steps["bridge"] == "Budget to plan") & (steps["measure"] == "revenue") & (steps["family"] == "All")].set_index("step")["amount"]
    assert (ends["Budget"], ends["Plan"]) == (12 * 250, 12 * 200)


def test_what_belongs_to_a_line_that_is_not_compared_is_caught_by_no_wider_one():
    """Tents have no price in the North: the budget of the North is left out, and its other families do not count as the rest of the company."""
    detail, plan, stated = planned(*budgeted(290, "", "North"), *budgeted(250))
    unpriced = plan.assign(revenue=plan["revenue"].mask((plan["version"] == "Plan") & (plan["family"] == "Tents") & (plan["region"] == "North")))
    both = compared_with_budget(unpriced, "revenue")
    assert (both["plan"].sum(), both["budget"].sum()) == (12 * 300, 12 * 250)
    steps, _ = bridges(detail, unpriced, TIMELINE, stated, ITEMS)
    ends = steps[(steps["bridge"] == "Budget to plan") & (steps["measure"] == "revenue") & (steps["family"] == "All")].set_index("step")["amount"]
    assert (ends["Budget"], ends["Plan"]) == (12 * 250, 12 * 300)


def test_nothing_is_compared_without_a_budget():
    plan = planned()[1]
    assert (plan["version"] != "Plan - budget").all()
    assert compared_with_budget(plan, "revenue").empty


@pytest.mark.parametrize("seed", range(6))
def test_the_gap_of_every_line_is_that_of_the_plan_comparison(seed):
    """Budgets of several levels at once, some periods and measures missing, some of the plan not known."""
    random = np.random.default_rng(seed)
    places = [(f, r) for f in (*FAMILIES, "(not by family)") for r in (*REGIONS, "(not by region)")]
    rows = []
    for version, pairs in (("Plan", [(f, r) for f in FAMILIES for r in REGIONS]), ("Budget", [p for p in places if random.random() < 0.6])):
        for family, region in pairs:
            figures = {p: random.uniform(1, 100) for p in TIMELINE.plan if random.random() < 0.8}
            rows += [{"family": family, "region": region, "category": "", "version": version, "period": p, "revenue": x, "cost": x / 2 if random.random() < 0.9 else np.nan} for p, x in figures.items()]
    plan = table(frames.FINANCIAL_PLAN, *rows)
    compared, _ = plan_comparison(plan, TIMELINE)
    compared = compared[(compared["level"] == "total") & (compared["span"] == "Next 18") & (compared["reference"] == "Budget")].set_index("measure")
    gaps = with_budget_gap(plan)
    gaps = gaps[gaps["version"] == "Plan - budget"]
    for measure in ("revenue", "cost"):
        assert gaps[measure].sum() == pytest.approx(compared.loc[measure, "gap"])
