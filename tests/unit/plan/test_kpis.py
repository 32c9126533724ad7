"""Key figures: formula, target, status."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plan_tables import items, months, table

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.plan.kpi_catalogue import KPIS
from sop_xl.plan.kpi_status import status
from sop_xl.plan.kpis import kpis

TIMELINE = months("2026-01", 2)
ITEMS = pd.concat([items("A", unit_cost=2.0), items("B", family="Brushes", unit_cost=10.0), items("C", family="Ladders")], ignore_index=True)
ACCURACY = pd.DataFrame({"scope": ["All", "Paint"], "wmape": [0.25, 0.4], "bias": [-0.05, 0.1], "fva": [0.08, -0.01]})


def stock_of(item, **measures):
    return [{"item": item, "location": "North", "measure": name, "2026-01": values[0], "2026-02": values[1]} for name, values in measures.items()]


STOCK = table(
    frames.INVENTORY_PLAN,
    *stock_of("A", opening_balance=[300, 100], demand=[200, 150], projected_available_balance=[100, -50], unmet_demand=[0, 50]),
    *stock_of("B", opening_balance=[10, 0], demand=[10, 0], projected_available_balance=[0, 0], unmet_demand=[0, 0]),
    *stock_of("C", opening_balance=[5, 5], demand=[0, 0], projected_available_balance=[5, 5], unmet_demand=[0, 0]),
)
PLAN = table(
    frames.FINANCIAL_PLAN,
    {"family": "Paint", "region": "North", "version": "Plan", "measure": "revenue", "2026-01": 600, "2026-02": 450},
    {"family": "Paint", "region": "North", "version": "Plan", "measure": "gross_margin", "2026-01": 200, "2026-02": 150},
    {"family": "Paint", "region": "North", "version": "Last year", "measure": "revenue", "2026-01": 500, "2026-02": 500},
    {"family": "(not by family)", "region": "(not by region)", "version": "Budget", "measure": "revenue", "2026-01": 800},
)


def figures(targets=None, plan=PLAN, stock=STOCK, accuracy=ACCURACY):
    return frames.check_frame(kpis(plan, stock, accuracy, ITEMS, TIMELINE, targets), frames.KPIS)


def of(name, scope="All", column="value", **given):
    found = figures(**given)
    return found[(found["kpi"] == name) & (found["scope"] == scope)][column].iloc[0]


def test_accuracy_is_passed_on_as_measured():
    assert (of("WMAPE"), of("Bias"), of("Forecast value added", "Paint")) == (0.25, -0.05, -0.01)


def test_days_of_supply_value_all_items_at_cost():
    """Stock at the end of January is worth 200, February costs 300 in 28 days."""
    assert of("Days of supply") == pytest.approx(200 / 300 * 28)


def test_turns_are_yearly_cost_over_mean_stock():
    """Two months cost 400 + 100 + 300; a year of it is 4,800; mean stock is (200 + 0) / 2."""
    assert of("Inventory turns") == pytest.approx(4800 / 100)


def test_service_counts_demand_that_becomes_backlog():
    """50 of 350 units of A, worth 100 of 800 with B."""
    assert of("Demand served on time") == pytest.approx(1 - 100 / 800)
    assert of("Demand served on time", "Brushes") == 1
    assert of("Unmet demand") == 100


def test_backlog_that_was_there_before_is_counted_once():
    """50 units are late from January on; in February nothing more becomes late."""
    waiting = table(
        frames.INVENTORY_PLAN,
        *stock_of("A", opening_balance=[-50, -50], demand=[100, 100], projected_available_balance=[-50, -50], unmet_demand=[50, 50]),
    )
    assert of("Demand served on time", stock=waiting) == 1
    assert of("Unmet demand", stock=waiting) == 100


def test_items_without_a_cost_are_left_out():
    assert "Ladders" not in set(figures()["scope"])


def test_revenue_is_compared_over_the_same_periods():
    """Only January has a budget; last year has both months."""
    assert of("Revenue against budget") == pytest.approx(600 / 800 - 1)
    assert of("Revenue against last year", "Paint") == pytest.approx(0.05)
    assert of("Gross margin %") == pytest.approx(350 / 1050)


def test_a_family_that_nobody_budgeted_does_not_beat_the_budget():
    """Paint is budgeted at 800 in January, its plan is 600; Brushes bring 1,000 that the budget never spoke of."""
    unbudgeted = {"family": "Brushes", "region": "North", "version": "Plan", "measure": "revenue", "2026-01": 1000, "2026-02": 1000}
    budget = {"family": "Paint", "region": "(not by region)", "version": "Budget", "measure": "revenue", "2026-01": 800}
    plan = pd.concat([PLAN[PLAN["version"] != "Budget"], table(frames.FINANCIAL_PLAN, unbudgeted, budget)], ignore_index=True)
    assert of("Revenue against budget", plan=plan) == pytest.approx(600 / 800 - 1)
    assert of("Revenue against budget", "Paint", plan=plan) == pytest.approx(600 / 800 - 1)
    assert "families" in of("Revenue against budget", column="meaning", plan=plan)


def test_margin_is_a_share_of_the_revenue_whose_margin_is_known():
    """Brushes have revenue and no known cost: they neither earn a margin nor dilute it."""
    uncosted = table(frames.FINANCIAL_PLAN, {"family": "Brushes", "region": "North", "version": "Plan", "measure": "revenue", "2026-01": 1000, "2026-02": 1000})
    both = pd.concat([PLAN, uncosted], ignore_index=True)
    assert of("Gross margin %", plan=both) == pytest.approx(350 / 1050)
    assert figures(plan=both).query("kpi == 'Gross margin %'")["scope"].tolist() == ["All", "Paint"]


def test_every_figure_has_a_row_and_its_formula_even_when_nothing_is_known():
    empty = figures(plan=frames.empty_frame(frames.FINANCIAL_PLAN), stock=frames.empty_frame(frames.INVENTORY_PLAN), accuracy=ACCURACY.iloc[:0])
    assert empty["kpi"].tolist() == [kpi.name for kpi in KPIS]
    assert np.isnan(empty["value"]).all()
    assert set(empty["status"]) == {""}
    assert empty["meaning"].str.len().between(20, 255).all()


@pytest.mark.parametrize(
    ("name", "value", "target", "expected"),
    [
        ("WMAPE", 0.30, 0.30, "good"),
        ("WMAPE", 0.32, 0.30, "watch"),
        ("WMAPE", 0.40, 0.30, "poor"),
        ("Bias", -0.05, 0.05, "good"),
        ("Bias", -0.20, 0.05, "poor"),
        ("Forecast value added", 0.01, 0.0, "good"),
        ("Forecast value added", -0.01, 0.0, "watch"),
        ("Forecast value added", -0.05, 0.0, "poor"),
        ("Days of supply", 62, 60, "good"),
        ("Days of supply", 48, 60, "watch"),
        ("Days of supply", 120, 60, "poor"),
        ("Inventory turns", 6, 5, "good"),
        ("Inventory turns", 6, np.nan, ""),
        ("Inventory turns", np.nan, 5, ""),
    ],
)
def test_status_says_on_which_side_of_the_target_a_figure_is(name, value, target, expected):
    assert status(next(kpi for kpi in KPIS if kpi.name == name), value, target) == expected


def test_targets_go_before_the_defaults():
    assert of("Forecast value added", column="target") == 0
    assert of("Forecast value added", column="status", targets={"Forecast value added": 0.2}) == "poor"
    assert np.isnan(of("Inventory turns", column="target"))


def test_a_target_for_nothing_is_refused():
    with pytest.raises(FrameError, match="'Happiness'"):
        figures({"Happiness": 1.0})
