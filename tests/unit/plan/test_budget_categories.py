"""Budgets of categories, spread over their families."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.budget_categories import spread_categories
from sop_xl.plan.budget_phasing import phase_budget
from sop_xl.plan.grid import Grid
from sop_xl.plan.valuation import FinancialDetail

TIMELINE = Timeline(Calendar(), pd.Timestamp("2025-01-01"), pd.Timestamp("2026-01-01"), 12)
SERIES = pd.DataFrame(
    {
        "item": ["A", "B", "C", "D"], "location": ["Oslo", "Oslo", "Rome", "Rome"], "family": ["Chairs", "Tables", "Chairs", "Mixed"],
        "category": ["Indoor", "Indoor", "Indoor", "Outdoor"], "region": ["North", "North", "South", "South"],
    }
)  # fmt: skip
SALES = np.zeros((4, 24))
SALES[:3, 0] = 60.0, 20.0, 20.0  # January 2025
SALES[:3, 1] = 10.0, 30.0, 0.0  # February 2025
SALES[:3, 12] = 50.0, 50.0, 0.0  # January 2026, as planned
UNKNOWN = np.full(SALES.shape, np.nan)
DETAIL = FinancialDetail(Grid(SERIES, TIMELINE.periods), SALES, SALES, SALES * 10, SALES * 6, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)


def stated(revenue: float, category: str = "Indoor", first: str = "2026-01", last: str = "2026-01", **labels: str) -> pd.DataFrame:
    row = dict.fromkeys(("family", "item", "region", "owner"), "") | labels
    measures = {"demand": np.nan, "revenue": revenue, "cost": np.nan, "gross_margin": np.nan}
    return pd.DataFrame([row | {"category": category, "period": pd.Timestamp(first), **measures, "currency": "EUR", "last_period": pd.Timestamp(last)}])


def spread(budget: pd.DataFrame, phasing: str = "last year") -> tuple[dict[str, float], list[str]]:
    found, notes = spread_categories(budget, DETAIL, TIMELINE, phasing)
    return found.groupby("family")["revenue"].sum().to_dict(), notes["rule"].tolist()


@pytest.mark.parametrize(("phasing", "parts"), [("last year", {"Chairs": 800, "Tables": 200}), ("plan", {"Chairs": 500, "Tables": 500}), ("equal", {"Chairs": 800, "Tables": 200})])
def test_a_category_is_shared_by_its_families_sales(phasing, parts):
    """1,000 for January, in which chairs sold 80 of 100 a year ago and half of it is planned; in equal parts families of different size are not taken."""
    assert spread(stated(1000.0), phasing) == (parts, ["budget-categories"])


def test_a_category_of_a_region_is_shared_by_the_sales_there():
    assert spread(stated(1000.0, region="North"))[0] == {"Chairs": 750, "Tables": 250}


def test_a_category_without_sales_in_the_region_is_shared_as_everywhere_and_this_is_said():
    assert spread(stated(1000.0, region="West")) == ({"Chairs": 800, "Tables": 200}, ["budget-categories", "budget-categories-everywhere"])


def test_a_category_that_nobody_sold_is_shared_equally():
    assert spread(stated(300.0, "Outdoor")) == ({"Mixed": 300}, ["budget-categories", "budget-categories-equal"])


def test_a_category_of_no_item_stays_without_a_family():
    assert spread(stated(300.0, "Garden")) == ({"": 300}, ["budget-categories-unknown"])


def test_a_quarter_of_a_category_is_shared_and_then_phased():
    by_family, _ = spread_categories(stated(1400.0, last="2026-02"), DETAIL, TIMELINE)
    phased, _ = phase_budget(by_family, DETAIL, TIMELINE)
    assert phased[["family", "revenue"]].to_numpy().tolist() == [["Chairs", 800.0], ["Chairs", 100.0], ["Tables", 200.0], ["Tables", 300.0]]


def test_a_part_of_a_category_meets_a_figure_of_its_family():
    assert spread(pd.concat([stated(1000.0), stated(7.0, "", family="Chairs")], ignore_index=True))[0] == {"Chairs": 807, "Tables": 200}


def test_a_budget_without_categories_is_not_touched():
    plain = stated(5.0).drop(columns="category")
    assert spread_categories(plain, DETAIL, TIMELINE)[0] is plain


@given(st.floats(-1e9, 1e9), st.sampled_from(["", "North", "South", "West"]), st.sampled_from(["last year", "plan", "equal"]))
def test_the_parts_add_up_to_the_figure_to_the_cent(amount, region, phasing):
    assert sum(spread(stated(amount, region=region), phasing)[0].values()) == pytest.approx(amount, abs=0.005)
