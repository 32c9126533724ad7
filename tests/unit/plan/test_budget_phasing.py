"""Quarters and years of a budget, spread over their periods."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.budget_phasing import phase_budget
from sop_xl.plan.grid import Grid
from sop_xl.plan.valuation import FinancialDetail

TIMELINE = Timeline(Calendar(), pd.Timestamp("2024-01-01"), pd.Timestamp("2026-01-01"), 12)
PERIODS = TIMELINE.periods
SERIES = pd.DataFrame({"item": ["A", "B"], "location": ["Oslo", "Rome"], "family": ["Chairs", "Tables"], "category": ["", ""], "region": ["North", "South"]})
SALES = np.zeros((2, len(PERIODS)))
SALES[0, 12:15] = 1.0, 2.0, 5.0  # Chairs in the first quarter of 2025
SALES[0, 24:27] = 4.0, 4.0, 0.0  # and as planned in the first quarter of 2026
SALES[1, 12:15] = 8.0, 1.0, 1.0
UNKNOWN = np.full(SALES.shape, np.nan)
DETAIL = FinancialDetail(Grid(SERIES, PERIODS), SALES, SALES, SALES * 10, SALES * 6, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)


def stated(revenue: float, first: str = "2026-01", last: str = "2026-03", **labels: str) -> pd.DataFrame:
    row = dict.fromkeys(("family", "item", "region", "owner"), "") | labels
    return pd.DataFrame([row | {"period": pd.Timestamp(first), "demand": np.nan, "revenue": revenue, "cost": np.nan, "gross_margin": np.nan, "currency": "EUR", "last_period": pd.Timestamp(last)}])


def spread(budget: pd.DataFrame, phasing: str) -> tuple[list[float], list[str]]:
    phased, notes = phase_budget(budget, DETAIL, TIMELINE, phasing)
    return phased["revenue"].tolist(), notes["rule"].tolist()


@pytest.mark.parametrize(("phasing", "parts"), [("last year", [100.0, 200.0, 500.0]), ("plan", [400.0, 400.0, 0.0]), ("equal", [266.67, 266.67, 266.66])])
def test_a_quarter_by_last_year_by_plan_and_equally(phasing, parts):
    """800 in the first quarter, where chairs sold 1, 2 and 5 a year ago and 4, 4 and 0 are planned."""
    assert spread(stated(800.0, family="Chairs"), phasing) == (parts, ["budget-phased"])


def test_an_item_and_a_region_have_shapes_of_their_own():
    assert spread(stated(100.0, item="B"), "last year")[0] == [80.0, 10.0, 10.0]
    assert spread(stated(100.0, region="South"), "last year")[0] == [80.0, 10.0, 10.0]


def test_what_has_no_sales_of_its_own_takes_the_shape_of_everything_and_this_is_said():
    assert spread(stated(180.0, family="Lamps"), "last year") == ([90.0, 30.0, 60.0], ["budget-phased", "budget-phased-all"])


def test_what_nobody_sold_is_spread_equally():
    assert spread(stated(300.0, "2026-04", "2026-06", family="Chairs"), "last year") == ([100.0, 100.0, 100.0], ["budget-phased", "budget-phased-equal"])


def test_what_was_launched_within_last_years_quarter_is_spread_as_its_plan_and_this_is_said():
    """Chairs sold nothing before 2025-01: of the quarter of 2024-12 to 2025-02 a year ago nothing is known but a launch; 3, 4 and 4 are planned in it."""
    sales = SALES.copy()
    sales[0, 23:26] = 3.0, 4.0, 4.0
    sales[1, :] = 1.0
    detail = replace(DETAIL, volume=sales, revenue=sales * 10)
    both = pd.concat([stated(1100.0, "2025-12", "2026-02", family=family) for family in ("Chairs", "Tables")], ignore_index=True)
    phased, notes = phase_budget(both, detail, TIMELINE, "last year")
    assert phased.loc[phased["family"] == "Chairs", "revenue"].tolist() == [300.0, 400.0, 400.0]
    assert phased.loc[phased["family"] == "Tables", "revenue"].round().tolist() == [367.0, 367.0, 367.0]
    assert notes["note"].tolist()[1] == "1 of them (Chairs) were not sold yet in a part of last year's periods; they are spread as their plan"


def test_beyond_the_plan_the_last_known_year_is_taken():
    """The first quarter of 2028 is shaped as that of 2025, the last one with actuals, or as that of 2026, the last one planned."""
    assert spread(stated(800.0, "2028-01", "2028-03", family="Chairs"), "last year")[0] == [100.0, 200.0, 500.0]
    assert spread(stated(800.0, "2028-01", "2028-03", family="Chairs"), "plan")[0] == [400.0, 400.0, 0.0]


def test_single_periods_stay_as_they_are_and_meet_the_parts():
    both = pd.concat([stated(800.0, family="Chairs"), stated(1.0, "2026-02", "2026-02", family="Chairs")], ignore_index=True)
    phased, _ = phase_budget(both, DETAIL, TIMELINE, "last year")
    assert phased["revenue"].tolist() == [100.0, 201.0, 500.0]
    frames.check_frame(phased, frames.BUDGET)


def test_a_budget_without_spans_is_not_touched():
    plain = stated(5.0).drop(columns="last_period")
    assert phase_budget(plain, DETAIL, TIMELINE)[0] is plain


def test_an_unknown_way_of_phasing_is_a_mistake_of_the_caller():
    with pytest.raises(FrameError, match="phased by last year, plan or equal"):
        phase_budget(stated(1.0), DETAIL, TIMELINE, "weather")


@given(st.floats(-1e9, 1e9), st.sampled_from(["last year", "plan", "equal"]), st.integers(0, 30), st.integers(2, 24), st.sampled_from(["Chairs", "Tables", "Lamps", ""]))
def test_the_parts_add_up_to_the_figure_to_the_cent(amount, phasing, start, count, family):
    first = PERIODS[min(start, len(PERIODS) - 1)]
    budget = stated(amount, f"{first:%Y-%m}", f"{TIMELINE.calendar.shift(first, count - 1):%Y-%m}", family=family)
    phased, _ = phase_budget(budget, DETAIL, TIMELINE, phasing)
    assert len(phased) == count
    assert phased["revenue"].sum() == pytest.approx(amount, abs=0.005)


@pytest.mark.parametrize("phasing", ["last year", "plan", "equal"])
def test_figures_spread_together_are_as_each_of_them_alone(phasing):
    """Own shape, that of the region and that of everything, over spans of different length, in one go."""
    labels = [{"family": "Chairs"}, {"item": "B"}, {"family": "Lamps", "region": "South"}, {"family": "Lamps"}, {"region": "Nowhere"}]
    spans = [("2026-01", "2026-03"), ("2026-04", "2026-06"), ("2026-01", "2026-12")]
    figures = [stated(1000.0 + 7 * k + j, *span, owner=f"{k}{j}", **own) for k, own in enumerate(labels) for j, span in enumerate(spans)]
    together, _ = phase_budget(pd.concat(figures, ignore_index=True), DETAIL, TIMELINE, phasing)
    alone = pd.concat([phase_budget(figure, DETAIL, TIMELINE, phasing)[0] for figure in figures])
    keys = [*frames.BUDGET.keys, "currency"]
    pd.testing.assert_frame_equal(together, alone.sort_values(keys, kind="stable").reset_index(drop=True))
