"""The life cycle as it is reviewed: one row per launch and phase-out, then one per item, each with what must be known."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from plan_tables import MONTHS, items, locations, month, months, table
from plan_thread import run_thread

from sop_xl import frames

TIMELINE = months("2026-01", 6, history=24)


def review(lifecycle=(), *, forecast=None, of=None, stock=(), **given):
    """Lifecycle Plan by (item, location, stage), and the rules of all notes."""
    labels = [MONTHS.label(p) for p in TIMELINE.plan]
    cells = forecast or {("Old", "North"): 100.0}
    tables = {
        "items": items("New", "Old", unit_cost=2.0, unit_price=5.0) if of is None else of,
        "locations": locations(North="", South="North"),
        "baseline_forecast": table(frames.BASELINE_FORECAST, *({"item": i, "location": p} | dict.fromkeys(labels, v) for (i, p), v in cells.items())),
        "lifecycle": table(frames.LIFECYCLE, *lifecycle),
        "inventory": table(frames.INVENTORY, *stock),
    } | given
    results, _, rules = run_thread(tables, TIMELINE)
    plan = results["lifecycle_plan"]
    return {(r.item, r.location, r.stage): r for r in plan.itertuples()}, rules, plan


def launch(**columns):
    return {"item": "New", "stage": "launch", "period": month("2026-03"), "like_item": "Old"} | columns


def test_planned_steps_come_first_and_every_other_item_has_a_line():
    _, _, plan = review([launch()])
    assert plan[["item", "stage"]].to_numpy().tolist() == [["New", "launch"], ["Old", ""]]


def test_without_items_there_is_an_empty_table():
    nothing = frames.empty_frame(frames.ITEMS)
    _, _, plan = review(of=nothing, baseline_forecast=frames.empty_frame(frames.BASELINE_FORECAST))
    assert plan.empty
    assert list(plan.columns) == list(frames.LIFECYCLE_PLAN.columns)


def test_a_launch_says_how_much_of_its_first_year_the_plan_holds_and_where_its_range_is_from():
    rows, _, _ = review([launch(scale_low=0.5)])
    row = rows["New", "", "launch"]
    assert row.demand == pytest.approx(400)
    assert row.demand_low == pytest.approx(200)
    assert row.note.startswith("the plan holds 4 of the 12 periods of its first year; range as launches usually turn out")


def test_a_launch_that_runs_has_no_initial_order():
    rows, _, _ = review([launch(period=month("2025-11"))])
    row = rows["New", "", "launch"]
    assert row.demand == pytest.approx(600)
    assert math.isnan(row.order_quantity)
    assert "on sale already" in row.note


def test_a_launch_of_more_than_a_year_ago_is_history():
    rows, rules, _ = review([launch(period=month("2024-12"))], forecast={("Old", "North"): 100.0, ("New", "North"): 7.0})
    assert rows["New", "", "launch"].note == "launched a year or more ago; its own history is used"
    assert "launch-is-past" in rules


def test_an_unknown_cost_leaves_revenue_and_an_unknown_price_nothing():
    rows, _, _ = review([launch()], of=items("New", "Old", unit_price=5.0))
    row = rows["New", "", "launch"]
    assert row.revenue == pytest.approx(2000)
    assert math.isnan(row.gross_margin)
    assert math.isnan(row.exposure)
    assert "a unit cost is not known" in row.note
    rows, _, _ = review([launch()], of=items("New", "Old", unit_cost=2.0))
    assert math.isnan(rows["New", "", "launch"].revenue)
    assert "a price is not known" in rows["New", "", "launch"].note


def test_two_places_with_one_stock_make_one_order():
    """North and South sell 100 each; South is supplied from the North. Two months of both, P90 aside, in one lot of 1,000 for the two."""
    both = {("Old", "North"): 100.0, ("Old", "South"): 100.0}
    listed = items("New", "Old", unit_cost=2.0, unit_price=5.0, order_multiple=1000.0, lead_time=1.0)
    one, _, _ = review([launch()], forecast=both, of=listed)
    assert one["New", "", "launch"].order_quantity == 1000
    each, _, _ = review([launch(location="North"), launch(location="South")], forecast=both, of=listed)
    assert [each["New", place, "launch"].order_quantity for place in ("North", "South")] == [500, 500]


def test_stock_that_is_there_is_taken_off_the_first_order_unless_others_draw_on_it():
    there = [{"item": "New", "location": "North", "on_hand": 60.0}]
    plain, _, _ = review([launch(scale_low=1.0, scale_high=1.0)])
    counted, _, _ = review([launch(scale_low=1.0, scale_high=1.0)], stock=there)
    assert plain["New", "", "launch"].order_quantity == pytest.approx(100)
    assert counted["New", "", "launch"].order_quantity == pytest.approx(40)
    sold = {("Old", "North"): 100.0, ("New", "South"): 10.0}
    shared, _, _ = review([launch(location="North", scale_low=1.0, scale_high=1.0)], forecast=sold, stock=there)
    row = shared["New", "North", "launch"]
    assert row.order_quantity == pytest.approx(100)
    assert "stock there serves other locations" in row.note


def test_an_order_that_comes_too_late_is_said_with_its_day():
    """A lead time of two months is 61 days; what is sold in February had to be ordered on 2 December."""
    listed = items("New", "Old", unit_cost=2.0, unit_price=5.0, lead_time=2.0)
    rows, rules, _ = review([launch(period=month("2026-02"))], of=listed)
    row = rows["New", "", "launch"]
    assert row.order_by == pd.Timestamp("2025-12-02")
    assert "had to be ordered by 2025-12-02" in row.note
    assert "order-overdue" in rules
    rows, rules, _ = review([launch(period=month("2026-04"))], of=listed)
    assert rows["New", "", "launch"].order_by == pd.Timestamp("2026-01-30")
    assert "order-overdue" not in rules


def test_a_last_buy_has_to_be_there_when_stock_runs_out_and_not_at_the_end():
    """250 in stock last through January and February at 100 a month; March needs the last buy, a month before the end, so it is ordered a month earlier."""
    listed = items("New", "Old", unit_cost=2.0, unit_price=5.0, lead_time=1.0)
    there = [{"item": "Old", "location": "North", "on_hand": 250.0}]
    rows, _, _ = review([{"item": "Old", "stage": "phase_out", "period": month("2026-05")}], of=listed, stock=there)
    row = rows["Old", "", "phase_out"]
    assert row.order_quantity == pytest.approx(150)  # January to April less stock
    assert row.order_by == pd.Timestamp("2026-03-01") - pd.Timedelta(days=31)


def test_an_item_that_is_sold_until_a_day_in_the_plan_ends_like_a_phase_out():
    listed = pd.concat([items("New"), items("Old", unit_cost=2.0, end=pd.Timestamp("2026-02-15"))], ignore_index=True)
    short = table(frames.BASELINE_FORECAST, {"item": "Old", "location": "North", "2026-01": 10, "2026-02": 10, "2026-03": 0})
    rows, _, _ = review(of=listed, stock=[{"item": "Old", "location": "North", "on_hand": 50.0}], baseline_forecast=short)
    row = rows["Old", "", ""]
    assert row.period == month("2026-03")
    assert (row.demand, row.residual_stock, row.exposure) == pytest.approx((20, 30, 60))
    assert "by Sold until" in row.note


def test_a_phase_out_after_the_plan_has_no_figures_yet():
    rows, _, _ = review([{"item": "Old", "stage": "phase_out", "period": month("2026-09")}])
    assert rows["Old", "", "phase_out"].note == "it ends after the plan does"
    assert math.isnan(rows["Old", "", "phase_out"].order_quantity)


def test_demand_that_later_inputs_plan_after_the_end_is_said():
    late = {"override": "1", "item": "Old", "first_period": month("2026-04"), "action": "add", "value": 9.0, "reason": "r", "owner": "o"}
    rows, _, _ = review([{"item": "Old", "stage": "phase_out", "period": month("2026-03")}], overrides=table(frames.OVERRIDES, late))
    assert "9 units are planned after the end" in rows["Old", "", "phase_out"].note


def test_the_stage_of_an_item_comes_with_its_evidence():
    labels = [MONTHS.label(p) for p in TIMELINE.history]
    sold = {"item": "Old", "location": "North"} | dict(zip(labels, [50.0] * 12 + [80.0] * 12, strict=True))
    rows, _, _ = review(demand_history=table(frames.DEMAND_HISTORY, sold))
    assert (rows["Old", "", ""].current_stage, rows["Old", "", ""].note) == ("growth", "+60% on the year before")
    assert rows["New", "", ""].current_stage == "not yet sold"
