"""Key figures of what happened, each by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from plan_tables import items, month, months, table

from sop_xl import frames
from sop_xl.plan.execution_figures import (
    adherence,
    customer_lead_time,
    launch_performance,
    milestones_on_time,
    on_time_in_full,
    sales_adherence,
    served_from_stock,
)
from sop_xl.plan.kpi_figures import cash_cycle, excess_share, fill_rate, utilisation
from sop_xl.plan.receipt_adherence import (
    approved_receipts,
    receipt_adherence,
    receipts_of_weeks,
)
from sop_xl.plan.supply.network import BOUGHT, MADE

TIMELINE = months("2026-01", 12)
ITEMS = pd.concat([items("A", unit_cost=2.0), items("B", family="Brushes", unit_cost=10.0)], ignore_index=True)
TODAY = pd.Timestamp("2026-01-05")
WEEKLY = {"item": "A", "location": "North"}


def week(day, **numbers):
    return WEEKLY | {"week": pd.Timestamp(day)} | numbers


def weeks(*rows):
    return table(frames.WEEKLY_ACTUALS, *rows)


def test_the_projected_fill_rate_counts_what_the_backlog_grows_by():
    """Of 300 units asked for 50 become late in February; they are late in March still, but no more of them."""
    at = {"item": "A", "location": "North"}
    stock = table(
        frames.INVENTORY_PLAN,
        at | {"measure": "demand", "2026-01": 100, "2026-02": 100, "2026-03": 100},
        at | {"measure": "unmet_demand", "2026-01": 0, "2026-02": 50, "2026-03": 50},
        at | {"measure": "opening_balance", "2026-01": 100, "2026-02": 0, "2026-03": -50},
    )
    assert fill_rate(stock, ITEMS, TIMELINE) == {"All": pytest.approx(250 / 300), "Paint": pytest.approx(250 / 300)}


def test_what_was_shipped_late_is_no_more_service():
    """November: 80 of 100. December: 120 shipped of 100, 20 of them late. October lies within the quarter and has no shipments."""
    row = {"item": "A", "location": "North"}
    history = table(
        frames.DEMAND_HISTORY, row | {"measure": "demand", "2025-10": 100, "2025-11": 100, "2025-12": 100}, row | {"measure": "shipments", "2025-11": 80, "2025-12": 120}
    )
    assert served_from_stock(history, ITEMS, TIMELINE)["All"] == pytest.approx(180 / 200)
    assert served_from_stock(history.drop(columns="shipments"), ITEMS, TIMELINE) == {}


def test_a_week_is_in_full_when_all_that_was_ordered_so_far_has_left():
    """10 of 10, then 5 of 10, then 15 of 10: the third week makes up for the second, which was late."""
    known = weeks(
        week("2025-12-08", orders=10, shipments=10), week("2025-12-15", orders=10, shipments=5), week("2025-12-22", orders=10, shipments=15), week("2025-12-29", orders=10),
    )  # fmt: skip
    assert on_time_in_full(known, ITEMS, TODAY) == {"All": pytest.approx(2 / 3), "Paint": pytest.approx(2 / 3)}


def test_the_wait_follows_from_what_waits_by_littles_law():
    """5 units wait at the end of one of three weeks; 30 are ordered in 21 days: 5 x 7 / 30 days."""
    known = weeks(week("2025-12-08", orders=10, shipments=10), week("2025-12-15", orders=10, shipments=5), week("2025-12-22", orders=10, shipments=15))
    assert customer_lead_time(known, ITEMS, TODAY)["All"] == pytest.approx(35 / 30)


def test_shipments_ahead_of_orders_do_not_serve_later_ones_twice():
    known = weeks(week("2025-12-08", orders=0, shipments=50), week("2025-12-15", orders=10, shipments=5))
    assert on_time_in_full(known, ITEMS, TODAY)["All"] == 0


def test_a_week_that_is_not_over_does_not_count():
    known = weeks(week("2025-12-29", orders=10, shipments=0))
    assert on_time_in_full(known, ITEMS, pd.Timestamp("2026-01-04")) == {}
    assert on_time_in_full(known, ITEMS, pd.Timestamp("2026-01-05"))["All"] == 0


def test_misses_of_one_family_do_not_make_good_for_those_of_another():
    """100 planned each; 120 and 80 sold: 40 of 200 missed, though the total is met."""
    found = adherence(pd.Series([100.0, 100.0]), pd.Series([120.0, 80.0]), pd.Series(["Paint", "Brushes"]))
    assert found == {"All": pytest.approx(0.8), "Brushes": pytest.approx(0.8), "Paint": pytest.approx(0.8)}


def test_adherence_is_never_below_nothing():
    assert adherence(pd.Series([10.0]), pd.Series([100.0]), pd.Series(["Paint"]))["All"] == 0


def test_sales_are_held_against_the_plan_that_was_published():
    def plan(paint, brushes):
        line = {"region": "North", "version": "Plan", "measure": "sales_volume"}
        return table(frames.FINANCIAL_PLAN, line | {"family": "Paint", "2025-12": paint}, line | {"family": "Brushes", "2025-12": brushes})

    assert sales_adherence(plan(100, 50), plan(90, 55), month("2025-12"))["All"] == pytest.approx(1 - 15 / 150)


def test_a_family_that_was_sold_without_a_plan_counts_as_missed():
    line = {"region": "North", "version": "Plan", "measure": "sales_volume", "family": "Paint"}
    planned, sold = table(frames.FINANCIAL_PLAN, line | {"2025-12": 100}), table(frames.FINANCIAL_PLAN, line | {"2025-12": 90}, line | {"family": "Brushes", "2025-12": 15})
    assert sales_adherence(planned, sold, month("2025-12")) == {"All": pytest.approx(1 - 25 / 100), "Paint": pytest.approx(0.9)}


def test_receipts_of_a_straddling_week_count_by_its_days():
    """The week from 29 December has three days in December."""
    came = receipts_of_weeks(weeks(week("2025-12-29", receipts=70), week("2025-12-08", receipts=10)), month("2025-12"), month("2026-01"))
    assert came["units"].tolist() == [pytest.approx(10 + 30)]


def supply(*rows):
    return table(frames.SUPPLY_PLAN, *({"location": "North", "measure": "planned_receipts"} | row for row in rows))


def test_production_and_purchase_are_told_apart_by_the_sources_of_the_published_plan():
    """A is made, 100 planned, 90 came. B is bought, 40 planned and 10 on order, 50 came: all of it."""
    plan = supply({"item": "A", "source": "make", "2025-12": 100}, {"item": "B", "source": "buy from Steel Inc", "2025-12": 40})
    orders = table(frames.OPEN_ORDERS, {"order": "4711", "item": "B", "location": "North", "supplier": "Steel Inc", "period": pd.Timestamp("2025-12-10"), "scheduled_receipts": 10})
    approved = approved_receipts(plan, orders, month("2025-12"), month("2026-01"))
    came = weeks(week("2025-12-08", receipts=90), {"item": "B", "location": "North", "week": pd.Timestamp("2025-12-08"), "receipts": 50})
    found = receipt_adherence(approved, came, table(frames.PURCHASE_HISTORY), ITEMS, month("2025-12"), month("2026-01"))
    assert (found[MADE]["All"], found[BOUGHT]["All"]) == (pytest.approx(0.9), 1.0)


def test_what_came_without_a_plan_for_the_period_counts_as_missed():
    """A as planned; of B, which the plan makes in January only, 40 came; of C it makes and buys nothing, so that nobody knows what its receipts are."""
    plan = supply({"item": "A", "source": "make", "2025-12": 100}, {"item": "B", "source": "make", "2026-01": 40})
    approved = approved_receipts(plan, table(frames.OPEN_ORDERS), month("2025-12"), month("2026-01"))
    at = {"location": "North", "week": pd.Timestamp("2025-12-08")}
    came = weeks(at | {"item": "A", "receipts": 100}, at | {"item": "B", "receipts": 40}, at | {"item": "C", "receipts": 7})
    found = receipt_adherence(approved, came, table(frames.PURCHASE_HISTORY), ITEMS, month("2025-12"), month("2026-01"))
    assert found[MADE]["All"] == pytest.approx(1 - 40 / 100)


def test_without_weeks_purchases_are_those_of_purchase_history():
    plan = supply({"item": "B", "source": "buy from Steel Inc", "2025-12": 40})
    approved = approved_receipts(plan, table(frames.OPEN_ORDERS), month("2025-12"), month("2026-01"))
    bought = table(frames.PURCHASE_HISTORY, {"order": "4711", "item": "B", "received": pd.Timestamp("2025-12-20"), "received_quantity": 30})
    found = receipt_adherence(approved, weeks(), bought, ITEMS, month("2025-12"), month("2026-01"))
    assert found == {BOUGHT: {"All": pytest.approx(0.75), "Brushes": pytest.approx(0.75)}}


def test_silence_about_receipts_is_no_figure():
    plan = supply({"item": "B", "source": "buy from Steel Inc", "2025-12": 40})
    approved = approved_receipts(plan, table(frames.OPEN_ORDERS), month("2025-12"), month("2026-01"))
    old = table(frames.PURCHASE_HISTORY, {"order": "1", "item": "B", "received": pd.Timestamp("2025-06-20"), "received_quantity": 30})
    assert receipt_adherence(approved, weeks(), old, ITEMS, month("2025-12"), month("2026-01")) == {}


def test_a_launch_is_held_against_the_last_forecast_before_it():
    """Launched in November; October's forecast said 10 for November and 20 for December, 24 were sold. The sales team's number is no forecast."""
    launch = table(frames.LIFECYCLE, {"item": "A", "stage": "launch", "period": month("2025-11")})
    at = {"item": "A", "location": "North", "cycle": month("2025-10")}
    archive = table(
        frames.FORECAST_ARCHIVE, at | {"stage": "life_cycle", "lag_1": 5, "lag_2": 10, "lag_3": 20, "lag_4": 30}, at | {"stage": "sales_number", "lag_2": 99},
        at | {"stage": "baseline", "cycle": month("2025-12"), "lag_1": 50},
    )  # fmt: skip
    history = table(frames.DEMAND_HISTORY, {"item": "A", "location": "North", "measure": "demand", "2025-10": 7, "2025-11": 8, "2025-12": 16})
    assert launch_performance(launch, archive, history, ITEMS, TIMELINE)["Paint"] == pytest.approx(24 / 30)
    assert launch_performance(launch, archive[archive["cycle"] > month("2025-11")], history, ITEMS, TIMELINE) == {}


def test_milestones_count_once_they_are_due():
    at = {"initiative": "New blue"}
    found = milestones_on_time(
        table(
            frames.INITIATIVES,
            at | {"milestone": "recipe", "item": "A", "due": pd.Timestamp("2025-11-30"), "done": pd.Timestamp("2025-11-20")},
            at | {"milestone": "label", "due": pd.Timestamp("2025-12-10"), "done": pd.Timestamp("2025-12-20")},
            at | {"milestone": "sample", "due": pd.Timestamp("2026-01-02")},
            at | {"milestone": "start", "due": pd.Timestamp("2026-03-01")},
            at | {"milestone": "some day"},
        ),
        ITEMS, TODAY,
    )  # fmt: skip
    assert found == {"All": pytest.approx(1 / 3), "Paint": 1.0}


def test_utilisation_leaves_out_space_and_what_has_no_limit():
    resources = table(frames.RESOURCES, {"resource": "Press", "kind": "machine"}, {"resource": "Hall", "kind": "storage"}, {"resource": "Desk", "kind": "labour"})
    capacity = table(
        frames.CAPACITY, {"resource": "Press", "period": month("2026-01"), "load": 60, "plan_capacity": 80}, {"resource": "Hall", "period": month("2026-01"), "load": 1, "plan_capacity": 900},
        {"resource": "Desk", "period": month("2026-01"), "load": 500},
    )  # fmt: skip
    assert utilisation(capacity, resources, TIMELINE) == {"All": 0.75}


def test_excess_is_a_share_of_the_stock_at_cost():
    targets = table(frames.INVENTORY_TARGETS, {"item": "A", "location": "North", "on_hand": 100, "excess_value": 50}, {"item": "B", "location": "North", "on_hand": 30, "obsolete_value": 100})
    assert excess_share(targets, ITEMS) == {"All": pytest.approx(150 / 500), "Brushes": pytest.approx(100 / 300), "Paint": pytest.approx(50 / 200)}


def test_cash_to_cash_is_the_mean_of_the_lines_over_all_regions():
    line = {"family": "All", "measure": "cash_to_cash"}
    balance = table(frames.BALANCE_AND_CASH, line | {"region": "All", "2025-12": 99, "2026-01": 40, "2026-02": 50}, line | {"region": "North", "2026-01": 7})
    assert cash_cycle(balance, TIMELINE) == {"All": 45.0}
