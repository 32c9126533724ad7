"""A plan of three families in two regions beside whatever part of it has a budget."""

from __future__ import annotations

import pandas as pd
from plan_tables import items, locations, month, months, table

from sop_xl import frames
from sop_xl.plan.budget_coverage import with_budget_gap
from sop_xl.plan.finance import financial_plan
from sop_xl.plan.prices import net_prices
from sop_xl.plan.valuation import financial_detail

TIMELINE = months("2026-01", 18, history=12)
FAMILIES, REGIONS = ("Bikes", "Helmets", "Tents"), ("North", "South")
ITEMS = pd.concat([items(f"{family} 1", family=family, unit_cost=4.0) for family in FAMILIES], ignore_index=True)
PLACES = locations(Oslo="", Rome="").assign(region=["North", "South"])


def planned(*budget):
    """Detail, FINANCIAL_PLAN and BUDGET: ten of every family in every region and planned month, sold at 10, at a cost of 4."""
    sold = [{"item": f"{family} 1", "location": place, "period": month("2025-12"), "demand": 10, "revenue": 100} for family in FAMILIES for place in ("Oslo", "Rome")]
    asked = [{"item": row["item"], "location": row["location"], "measure": "consensus"} | {TIMELINE.calendar.label(p): 10 for p in TIMELINE.plan} for row in sold]
    history, consensus = table(frames.DEMAND_HISTORY, *sold), table(frames.CONSENSUS_DEMAND, *asked)
    prices, _ = net_prices(history, ITEMS, PLACES, TIMELINE, consensus)
    detail, _ = financial_detail(history, consensus, prices, ITEMS, PLACES, TIMELINE)
    stated = table(frames.BUDGET, *budget)
    plan, _ = financial_plan(detail, frames.empty_frame(frames.INVENTORY_PLAN), stated, frames.empty_frame(frames.FINANCIAL_PLAN), ITEMS, PLACES, TIMELINE)
    return detail, with_budget_gap(plan), stated


def budgeted(revenue, *labels, first="2026-01", count=12, **more):
    """The same every month, of a family and region where these are named."""
    of = dict(zip(("family", "region"), labels, strict=False))
    return [of | {"period": p, "revenue": revenue} | more for p in TIMELINE.calendar.span(month(first), count)]
