"""The weekly view in planner-readable tables: one item, weeks of five working days, a plan in 4-4-5 months of 400 units, 100 a week."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sop_xl.frames import (
    CONSENSUS_DEMAND,
    INVENTORY_PLAN,
    ITEMS,
    LOCATIONS,
    OPEN_ORDERS,
    WEEKLY_ACTUALS,
    WEEKLY_EXECUTION,
    check_frame,
    empty_frame,
)
from sop_xl.periods import Calendar, CalendarKind, Timeline
from sop_xl.plan.weekly_exceptions import WeeklyRules
from sop_xl.plan.weekly_execution import weekly_execution
from sop_xl.plan.weekly_flows import WeeklyInputs, unlisted_demand
from sop_xl.plan.weeks import first_weeks

TIMELINE = Timeline(Calendar(CalendarKind.FOUR_FOUR_FIVE), pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-30"), 6)
WEEKS = first_weeks(TIMELINE, "Mon-Fri", 8)
"""30 Dec, 6, 13 and 20 Jan; 27 Jan, 3, 10 and 17 Feb."""


def made(spec, rows: list[dict]) -> pd.DataFrame:
    """A frame with the given columns, the others absent."""
    frame = empty_frame(spec).reindex(range(len(rows)))
    for name, kind in spec.columns.items():
        blank = {"text": "", "number": np.nan, "date": pd.NaT}[kind]
        frame[name] = pd.Series([row.get(name, blank) for row in rows], dtype={"text": "object", "number": "float64", "date": "datetime64[ns]"}[kind])
    return frame


def plan(stock: dict[str, float], receipts: float = 0.0, safety_stock: float = 50.0, dependent: float = 0.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Consensus of 400 a month at each location and its stock plan."""
    rows = [
        {"item": "A", "location": place, "period": period, "consensus": 400.0, "opening_balance": on_hand, "planned_receipts": receipts,
         "safety_stock": safety_stock, "dependent_demand": dependent}
        for place, on_hand in stock.items() for period in TIMELINE.plan
    ]  # fmt: skip
    return made(CONSENSUS_DEMAND, rows), made(INVENTORY_PLAN, rows)


def view(
    stock: dict[str, float], day: str = "2024-12-30", actuals=(), orders=(), approved=None, made_here=(), lost_sales=False, stock_known=True, cost=6.0, price=10.0, **more
) -> pd.DataFrame:
    consensus, inventory = plan(stock, **more)
    places = sorted(stock)
    rows = [{"item": "A", "location": places[0], **row, "week": pd.Timestamp(row["week"])} for row in actuals]

    def open_orders(listed) -> pd.DataFrame:
        return made(OPEN_ORDERS, [{"order": o, "item": "A", "location": places[0], "period": pd.Timestamp(due), "scheduled_receipts": units} for o, due, units in listed])

    known = WeeklyInputs(
        consensus, inventory, open_orders(orders if approved is None else approved), open_orders(orders), made(WEEKLY_ACTUALS, rows),
        made(ITEMS, [{"item": "A", "family": "F", "unit_cost": cost, "unit_price": price}]),
        made(LOCATIONS, [{"location": place, "region": f"{place} region", "supplied_from": ""} for place in places]),
        pd.DataFrame({"item": [], "location": [], "period": pd.DatetimeIndex([]), "net_price": pd.Series(dtype=float)}), stock_known, lost_sales,
    )  # fmt: skip
    rules = WeeklyRules(pd.Timestamp(day), 0.2, "priority", pd.DataFrame({"item": ["A"] * len(made_here), "location": list(made_here)}, dtype="object"))
    frame = weekly_execution(known, WEEKS, rules)
    check_frame(frame, WEEKLY_EXECUTION)
    return frame


def balances(frame: pd.DataFrame, location: str = "Oslo") -> list[float]:
    return frame.loc[frame["location"] == location, "projected_balance"].tolist()


def exceptions(frame: pd.DataFrame) -> list[tuple[str, str, str, float]]:
    found = frame[frame["exception"] != ""]
    return [(r.location, f"{r.week:%d %b}", r.exception, r.value) for r in found.itertuples()]


def step(frame: pd.DataFrame, exception: str) -> str:
    return frame.loc[frame["exception"] == exception, "next_step"].iloc[0]


# --- stock that follows from plan and facts --------------------------------------------------------------------------


def test_without_facts_stock_follows_the_plan():
    assert balances(view({"Oslo": 1000.0}, receipts=200.0)) == [950, 900, 850, 800, 750, 700, 650, 600]


def test_what_was_shipped_and_received_stands_in_for_the_plan_of_weeks_that_are_over():
    facts = [{"week": "2024-12-30", "orders": 90, "shipments": 90, "receipts": 70}]
    assert balances(view({"Oslo": 1000.0}, "2025-01-06", facts, receipts=200.0))[:2] == [1000 - 90 + 70, 930]


def test_a_count_of_stock_stands_in_for_what_was_projected():
    facts = [{"week": "2024-12-30", "shipments": 90, "on_hand": 700}]
    assert balances(view({"Oslo": 1000.0}, "2025-01-06", facts))[:3] == [700, 600, 500]


def test_a_count_in_the_week_under_way_is_stock_now_and_the_rest_of_the_week_is_still_to_come():
    facts = [{"week": "2024-12-30", "orders": 60, "shipments": 60, "on_hand": 900}]
    assert balances(view({"Oslo": 1000.0}, "2025-01-02", facts))[0] == 900 - (100 - 60)


def test_orders_not_shipped_are_owed_in_the_week_under_way():
    facts = [{"week": "2024-12-30", "orders": 130, "shipments": 80}]
    assert balances(view({"Oslo": 1000.0}, "2025-01-06", facts))[:2] == [920 - 50, 920 - 50 - 100]


# 50 units wait when the plan begins and nothing is there; 200 come in the first week
WAITING = {"stock": {"Oslo": -50.0}, "day": "2025-01-06", "receipts": 800.0}


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        ("shipments serve those who waited first", {"orders": 100, "shipments": 150}),
        ("shipments beyond the plan went to those who waited", {"shipments": 150}),
        ("nobody said anything", {}),
        ("a count after those who waited were served", {"orders": 100, "shipments": 150, "on_hand": 50}),
        ("a count alone: what waited was served from what came", {"on_hand": 50}),
        ("a count while they still wait", {"orders": 100, "shipments": 100, "on_hand": 100}),
    ],
)
def test_a_backlog_at_the_start_is_counted_once(said, facts):
    frame = view(actuals=[{"week": "2024-12-30", "receipts": 200, **facts}], **WAITING)
    assert balances(frame)[:2] == [50, 50 + 200 - 100], said


def test_a_stock_out_is_told_where_a_count_is_promised_to_those_who_wait():
    frame = view({"Oslo": -50.0}, "2025-01-06", [{"week": "2024-12-30", "orders": 100, "shipments": 100, "on_hand": 130}])
    assert balances(frame)[:2] == [80, -20] and exceptions(frame)[0][1:3] == ("06 Jan", "stock-out")


def test_what_is_counted_in_the_week_under_way_is_promised_to_those_who_wait_until_it_is_shipped():
    counted = [{"week": "2024-12-30", "on_hand": 300}]
    assert balances(view({"Oslo": -50.0}, actuals=counted))[0] == 300 - 50 - 100
    served = [{"week": "2024-12-30", "orders": 0, "shipments": 50, "on_hand": 250}]
    assert balances(view({"Oslo": -50.0}, actuals=served))[0] == 250 - 100


def test_what_was_shipped_ahead_of_its_orders_is_not_owed_when_they_come():
    facts = [{"week": "2024-12-30", "orders": 100, "shipments": 150}, {"week": "2025-01-06", "orders": 100, "shipments": 50}]
    assert balances(view({"Oslo": 1000.0}, "2025-01-13", facts))[:3] == [850, 800, 700]


def test_orders_of_a_week_that_is_over_count_where_shipments_are_not_stated():
    ordered = [{"week": "2024-12-30", "orders": 150}]
    assert balances(view({"Oslo": 1000.0}, "2025-01-03", ordered))[0] == 850
    assert balances(view({"Oslo": 1000.0}, "2025-01-06", ordered))[:2] == [850, 750]
    assert balances(view({"Oslo": 1000.0}, "2025-01-06", ordered, lost_sales=True))[:2] == [850, 750]


def test_nobody_waits_beside_a_stock_that_was_counted_unless_somebody_says_so():
    counted = [{"week": "2024-12-30", "on_hand": 120}]
    assert balances(view({"Oslo": 50.0}, "2025-01-06", counted))[:2] == [120, 20]


def test_of_lost_sales_nothing_is_owed_and_a_stock_out_leaves_no_backlog():
    frame = view({"Oslo": 150.0}, lost_sales=True, receipts=200.0)
    assert balances(frame)[:4] == [100, 50, 0, -50] and balances(frame)[4] == -50


def test_orders_in_hand_above_plan_count_in_weeks_to_come():
    facts = [{"week": "2025-01-13", "orders": 250}]
    assert balances(view({"Oslo": 1000.0}, actuals=facts))[:3] == [900, 800, 550]


def test_open_orders_arrive_when_due_and_late_ones_in_the_week_under_way():
    frame = view({"Oslo": 1000.0}, "2025-01-09", orders=[("PO-1", "2024-12-20", 40), ("PO-2", "2025-01-15", 60)])
    assert frame["planned_receipts"].tolist()[:4] == [40, 0, 60, 0]
    assert balances(frame)[:3] == [900, 840, 800]


def test_an_order_placed_since_the_approval_takes_the_place_of_the_planned_receipts_nearest_to_it():
    frame = view({"Oslo": 1000.0}, orders=[("PO-9", "2025-01-21", 120)], approved=(), receipts=200.0)
    assert frame["planned_receipts"].tolist()[:6] == [50, 50, 0, 120, 30, 50]


def test_a_new_order_takes_nothing_from_weeks_that_are_over():
    frame = view({"Oslo": 1000.0}, "2025-02-03", orders=[("PO-9", "2025-02-18", 100)], approved=(), receipts=400.0)
    assert frame["planned_receipts"].tolist() == [100] * 8 and balances(frame) == [1000] * 8
    overdue = view({"Oslo": 1000.0}, "2025-02-03", orders=[("PO-9", "2025-01-15", 100)], approved=(), receipts=400.0)
    assert balances(overdue) == [1000] * 8  # it comes now, in the place of what is planned for now


def test_an_order_due_after_the_weeks_leaves_their_planned_receipts():
    frame = view({"Oslo": 1000.0}, orders=[("PO-9", "2025-03-04", 100)], approved=(), receipts=400.0)
    assert frame["planned_receipts"].tolist() == [100] * 8


def test_several_new_orders_each_take_what_is_left_nearest_to_them():
    placed = [("PO-8", "2025-01-14", 60), ("PO-9", "2025-01-21", 60)]
    frame = view({"Oslo": 1000.0}, orders=placed, approved=(), receipts=200.0)
    assert frame["planned_receipts"].tolist()[:5] == [50, 40, 60, 60, 40]


def test_receipts_of_an_order_that_they_closed_leave_the_planned_receipts_of_the_week():
    planned_order, came = [("PO-1", "2024-12-31", 50)], [{"week": "2024-12-30", "receipts": 50}]
    frame = view({"Oslo": 1000.0}, "2025-01-01", came, orders=(), approved=planned_order, receipts=400.0)
    assert balances(frame)[0] == 1000 + 50 + 100 - 100
    more = view({"Oslo": 1000.0}, "2025-01-01", [{"week": "2024-12-30", "receipts": 80}], orders=(), approved=planned_order, receipts=400.0)
    assert balances(more)[0] == 1000 + 80 + 70 - 100  # 30 of the planned 100 came, too


def test_an_order_that_came_a_week_early_leaves_the_planned_receipts_of_its_own_week_counted_once():
    came = [{"week": "2024-12-30", "receipts": 140}, {"week": "2025-01-06", "receipts": 40}]
    frame = view({"Oslo": 1000.0}, "2025-01-08", came, orders=(), approved=[("PO-1", "2025-01-07", 100)], receipts=160.0)
    assert balances(frame)[1] == 1000 + 140 - 100 + 40 - 100  # the 40 that came this week are those planned for it


def test_production_takes_from_stock_too():
    assert balances(view({"Oslo": 1000.0}, dependent=40.0))[0] == 890


def test_without_any_stock_stated_no_balance_is_projected_and_no_stock_out_cried():
    frame = view({"Oslo": 0.0}, stock_known=False)
    assert frame["projected_balance"].isna().all() and exceptions(frame) == []


# --- exceptions: found once, worth money, with the next step -----------------------------------------------------------


def test_a_stock_out_is_said_once_in_its_first_week_with_the_revenue_of_what_is_short():
    frame = view({"Oslo": 250.0})
    assert exceptions(frame) == [("Oslo", "13 Jan", "stock-out", (800 - 250) * 10.0)]
    assert step(frame, "stock-out") == "allocate: 550 short, nothing more comes - share by priority"


def test_what_other_locations_can_spare_is_redeployed_and_promised_once():
    frame = view({"Oslo": 250.0, "Rome": 1000.0, "Bonn": 850.0})
    assert [x[:3] for x in exceptions(frame)] == [("Oslo", "13 Jan", "stock-out")]
    # Bonn ends with 50, its safety stock; Rome with 200, of which it needs 50
    assert step(frame, "stock-out") == "re-deploy 150 from Rome by 2025-01-13; allocate: 400 short, nothing more comes - share by priority"
    two = view({"Oslo": 700.0, "Kiel": 760.0, "Rome": 900.0})
    assert [(x[0], x[3]) for x in exceptions(two)] == [("Kiel", 400.0), ("Oslo", 1000.0)]
    said = two[two["exception"] != ""].set_index("location")["next_step"]
    assert said["Oslo"].startswith("re-deploy 50 from Rome") and "re-deploy" not in said["Kiel"]


def test_the_next_open_order_is_expedited_by_its_number():
    frame = view({"Oslo": 250.0}, orders=[("PO-7", "2025-02-05", 900)])
    assert step(frame, "stock-out") == "expedite PO-7 (900, due 2025-02-05)"


def test_a_planned_receipt_is_made_sooner_where_it_is_made_and_ordered_sooner_where_not():
    assert step(view({"Oslo": 80.0}, receipts=200.0), "stock-out") == "expedite: get the planned 50 of the week of 2025-01-13 sooner"
    assert step(view({"Oslo": 80.0}, receipts=200.0, made_here=["Oslo"]), "stock-out") == "re-sequence: make the planned 50 of the week of 2025-01-13 sooner"


def test_what_is_missing_of_safety_stock_is_made_or_ordered_besides():
    assert step(view({"Oslo": 830.0}), "below safety stock") == "expedite: order 20 more"
    assert step(view({"Oslo": 830.0}, made_here=["Oslo"]), "below safety stock") == "re-sequence: make 20 more"


def test_demand_of_items_and_locations_that_are_listed_no_more_is_known_by_item():
    consensus, inventory = plan({"Oslo": 0.0, "Rome": 0.0})
    gone = consensus.assign(item="Z", location="Oslo")
    known = WeeklyInputs(
        pd.concat([consensus, gone], ignore_index=True), inventory, empty_frame(OPEN_ORDERS), empty_frame(OPEN_ORDERS), empty_frame(WEEKLY_ACTUALS),
        made(ITEMS, [{"item": "A", "family": "F"}]), made(LOCATIONS, [{"location": "Oslo", "region": "N"}]), pd.DataFrame(),
    )  # fmt: skip
    # the eight weeks have days of two months: 400 of A at Rome in each, and of Z as often as there are rows of it
    assert unlisted_demand(known, WEEKS).to_dict() == {"Z": 2 * 2 * 400.0, "A": 2 * 400.0}
    assert unlisted_demand(replace(known, items=made(ITEMS, [{"item": "A"}, {"item": "Z"}]), locations=empty_frame(LOCATIONS)), WEEKS).empty


def test_below_safety_stock_is_worth_the_margin_of_what_is_missing():
    assert exceptions(view({"Oslo": 830.0})) == [("Oslo", "17 Feb", "below safety stock", 20 * 4.0)]


def test_an_order_that_was_due_and_is_open_is_late():
    frame = view({"Oslo": 3000.0}, "2025-01-15", orders=[("PO-1", "2025-01-07", 40)])
    assert exceptions(frame) == [("Oslo", "06 Jan", "late receipt", 40 * 6.0)]
    assert step(frame, "late receipt") == "expedite: PO-1 (40, late since 2025-01-07) - ask for a firm date"
    assert exceptions(view({"Oslo": 3000.0}, "2025-01-07", orders=[("PO-1", "2025-01-07", 40)])) == []  # due today is not late


@pytest.mark.parametrize(("orders", "said"), [(119.0, []), (121.0, ["orders above plan"]), (81.0, []), (79.0, ["orders below plan"])])
def test_orders_are_held_against_the_plan_to_date_beyond_the_deviation(orders, said):
    frame = view({"Oslo": 3000.0}, "2025-01-06", [{"week": "2024-12-30", "orders": orders, "shipments": orders}])
    assert [x[2] for x in exceptions(frame)] == said


def test_the_plan_to_date_counts_the_working_days_that_are_over():
    facts = [{"week": "2024-12-30", "orders": 75, "shipments": 75}]  # three days of five: 60 planned, 25 % above
    assert exceptions(view({"Oslo": 3000.0}, "2025-01-02", facts)) == [("Oslo", "30 Dec", "orders above plan", 15 * 4.0)]


def test_without_a_price_the_cost_counts_and_without_both_nothing():
    assert exceptions(view({"Oslo": 250.0}, price=np.nan))[0][3] == 550 * 6.0
    assert exceptions(view({"Oslo": 250.0}, price=np.nan, cost=np.nan))[0][3] == 0.0


def test_exceptions_are_ranked_by_money():
    frame = view({"Oslo": 250.0, "Rome": 830.0})
    ranked = frame[frame["exception"] != ""].sort_values("rank")
    assert ranked["rank"].tolist() == [1, 2] and ranked["location"].tolist() == ["Oslo", "Rome"]
    assert frame.loc[frame["exception"] == "", "rank"].isna().all()


def test_an_item_without_demand_stock_and_orders_has_no_rows_and_demand_stands_where_it_is_served():
    assert view({"Oslo": 100.0})["location"].unique().tolist() == ["Oslo"]
    consensus, inventory = plan({"Oslo": 0.0})
    nothing = consensus.assign(consensus=0.0)
    known = WeeklyInputs(
        nothing, inventory.assign(safety_stock=0.0), empty_frame(OPEN_ORDERS), empty_frame(OPEN_ORDERS), empty_frame(WEEKLY_ACTUALS),
        made(ITEMS, [{"item": "A", "family": "F"}]), empty_frame(LOCATIONS),
        pd.DataFrame({"item": [], "location": [], "period": pd.DatetimeIndex([]), "net_price": pd.Series(dtype=float)}),
    )  # fmt: skip
    rules = WeeklyRules(pd.Timestamp("2024-12-30"), 0.2, "priority", pd.DataFrame({"item": [], "location": []}, dtype="object"))
    assert weekly_execution(known, WEEKS, rules).empty
