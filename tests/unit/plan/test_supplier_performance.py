"""What suppliers delivered, measured on past orders."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
import pytest
from plan_tables import items, table

from sop_xl import frames
from sop_xl.frames import empty_frame
from sop_xl.plan.supplier_performance import supplier_performance

SAMPLE = files("sop_xl.samples") / "adventureworks" / "purchase_orders.csv.gz"
NONE = empty_frame(frames.SOURCING)
NO_SUPPLIERS = empty_frame(frames.SUPPLIERS)


def line(order: int, days: float | None = 10, *, item: str = "gloss", due: float | None = 14, supplier: str = "Alba", **quantities: float) -> dict[str, Any]:
    """A line ordered on New Year's day 2025 and received so many days later."""
    ordered = pd.Timestamp("2025-01-01")

    def after(count: float | None) -> pd.Timestamp:
        return pd.NaT if count is None else ordered + pd.Timedelta(days=count)  # type: ignore[return-value]

    return {"order": str(order), "item": item, "supplier": supplier, "ordered": ordered, "due": after(due), "received": after(days)} | quantities


def history(*lines: dict[str, Any]) -> pd.DataFrame:
    return table(frames.PURCHASE_HISTORY, *lines)


def measure(*lines: dict[str, Any], **given: Any) -> tuple[pd.Series, pd.DataFrame]:
    """The row of gloss from Alba, lead times in days, and the notes."""
    stated = {"sourcing": NONE, "suppliers": NO_SUPPLIERS, "items": items("gloss", "matt")} | given
    frame, notes = supplier_performance(history(*lines), 1.0, stated.pop("sourcing"), stated.pop("suppliers"), stated.pop("items"), **stated)
    return frame.set_index(["supplier", "item"]).loc[("Alba", "gloss")], notes


def test_mean_and_deviation_of_the_lead_time_run_from_order_to_receipt() -> None:
    row, notes = measure(*(line(k, days) for k, days in enumerate([8, 10, 12, 9, 11])))
    assert (row["lead_time"], row["lead_time_deviation"]) == (10.0, pytest.approx(np.sqrt(2.5)))
    assert row["order_lines"] == 5 and notes.empty


def test_lead_times_are_in_periods_of_mean_length() -> None:
    frame, _ = supplier_performance(history(line(1, 61), line(2, 61)), 30.5, NONE, NO_SUPPLIERS, items("gloss"))
    assert frame["lead_time"].tolist() == [2.0, 2.0]


def test_each_supplier_has_a_line_for_every_item_and_one_for_all_of_them() -> None:
    lines = (line(1, 10), line(1, 20, item="matt"), line(2, 12), line(3, 5, supplier="Bora"))
    frame, _ = supplier_performance(history(*lines), 1.0, NONE, NO_SUPPLIERS, items("gloss", "matt"))
    found = frame.set_index(["supplier", "item"])["lead_time"].to_dict()
    assert found == {("Alba", ""): 14.0, ("Alba", "gloss"): 11.0, ("Alba", "matt"): 20.0, ("Bora", ""): 5.0, ("Bora", "gloss"): 5.0}


def test_late_is_a_receipt_after_its_due_day_of_the_lines_that_have_both_days() -> None:
    row, _ = measure(line(1, 10), line(2, 14), line(3, 15), line(4, 40, due=None), line(5, None))
    assert row["late_share"] == pytest.approx(1 / 3)


def test_rejects_and_fill_are_ratios_of_units_and_not_means_of_lines() -> None:
    row, _ = measure(
        line(1, order_quantity=100.0, received_quantity=90.0, rejected_quantity=9.0), line(2, order_quantity=10.0, received_quantity=10.0, rejected_quantity=0.0)
    )
    assert (row["fill_rate"], row["reject_rate"]) == (pytest.approx(100 / 110), pytest.approx(0.09))


def test_an_absent_quantity_is_left_out_and_not_taken_as_nothing() -> None:
    row, _ = measure(line(1, order_quantity=100.0, received_quantity=100.0, rejected_quantity=10.0), line(2, order_quantity=100.0, received_quantity=100.0), line(3, order_quantity=50.0))
    assert (row["reject_rate"], row["fill_rate"]) == (pytest.approx(0.1), 1.0)


def test_more_rejected_than_received_counts_as_all_of_it() -> None:
    assert measure(line(1, received_quantity=10.0, rejected_quantity=25.0))[0]["reject_rate"] == 1.0


def test_a_line_without_dates_still_counts_for_rejects() -> None:
    row, _ = measure(line(1, None, due=None, received_quantity=10.0, rejected_quantity=2.0))
    assert (row["order_lines"], row["reject_rate"]) == (0, 0.2) and np.isnan(row["lead_time"]) and np.isnan(row["late_share"])


def test_one_line_has_a_lead_time_and_no_deviation() -> None:
    row, _ = measure(line(1, 10))
    assert row["lead_time"] == 10 and np.isnan(row["lead_time_deviation"])


def test_a_receipt_before_its_order_is_a_mistake_and_said() -> None:
    row, notes = measure(*(line(k, days) for k, days in enumerate([8, 10, 12, 9, 11])), line(9, -3))
    assert row["lead_time"] == 10.0 and row["order_lines"] == 5
    assert notes["note"].tolist() == ["orders 9 (1 lines) were received before they were ordered; left out of the lead times"]


def test_a_wrong_year_is_left_out_and_said_and_a_delivery_in_three_times_the_usual_time_is_not() -> None:
    usual = [line(k, days) for k, days in enumerate([8, 10, 12, 9, 11])]
    wrong, notes = measure(*usual, line(9, 375))
    assert wrong["lead_time"] == 10.0 and notes["rule"].tolist() == ["lead-time-far-out"]
    late, notes = measure(*usual, line(9, 30))
    assert late["lead_time"] == pytest.approx(80 / 6) and notes.empty


def test_few_lines_of_an_item_are_held_against_all_of_the_suppliers() -> None:
    usual = [line(k, 10 + k % 2, item="matt") for k in range(8)]
    row, notes = measure(*usual, line(20, 11), line(21, 380))
    assert row["lead_time"] == 11.0 and "lead-time-far-out" in notes["rule"].tolist()


def test_receipts_after_exactly_the_same_days_look_planned_and_it_is_said() -> None:
    row, notes = measure(*(line(k, 9) for k in range(6)))
    assert row["lead_time_deviation"] == 0.0 and notes["rule"].tolist() == ["lead-times-without-spread"]
    assert measure(*(line(k, 9) for k in range(4)))[1].empty  # too few to say


def test_what_happens_after_the_plan_is_made_is_not_known() -> None:
    row, notes = measure(line(1, 10), line(2, 40), until=pd.Timestamp("2025-02-01"))
    assert row["order_lines"] == 1 and row["lead_time"] == 10
    assert notes["rule"].tolist() == ["purchase-line-ahead"]


def test_without_orders_nothing_is_measured() -> None:
    frame, notes = supplier_performance(history(), 1.0, NONE, NO_SUPPLIERS, items("gloss"))
    assert frame.empty and list(frame.columns) == list(frames.SUPPLIER_PERFORMANCE.columns) and notes.empty


def test_the_stated_lead_time_is_that_of_sourcing_then_of_suppliers_then_of_items() -> None:
    sourcing = table(frames.SOURCING, {"kind": "buy", "source": "Alba", "lead_time": 7.0}, {"item": "gloss", "kind": "buy", "source": "Alba", "lead_time": 6.0},
                     {"item": "gloss", "kind": "buy", "source": "Bora", "lead_time": 1.0})  # fmt: skip
    alba = table(frames.SUPPLIERS, {"supplier": "Alba", "lead_time": 5.0})
    made = items("gloss", lead_time=4.0)
    assert measure(line(1), sourcing=sourcing, suppliers=alba, items=made)[0]["stated_lead_time"] == 6.0
    assert measure(line(1), suppliers=alba, items=made)[0]["stated_lead_time"] == 5.0
    assert measure(line(1), items=made)[0]["stated_lead_time"] == 4.0


def test_used_says_what_the_plan_takes_from_here() -> None:
    enough = [line(k, 8 + k, received_quantity=10.0, rejected_quantity=1.0) for k in range(5)]
    sourced = table(frames.SOURCING, {"item": "gloss", "kind": "buy", "source": "Alba", "lead_time": 6.0})
    rejects = table(frames.SUPPLIERS, {"supplier": "Alba", "reject_rate": 0.02})
    assert measure(*enough)[0]["used"] == "lead time and deviation, reject rate"
    assert measure(*enough, sourcing=sourced)[0]["used"] == "reject rate"
    assert measure(*enough, is_measured=False)[0]["used"] == "reject rate"
    assert measure(*enough, suppliers=rejects)[0]["used"] == "lead time and deviation"
    assert measure(*enough, sourcing=sourced, suppliers=rejects)[0]["used"] == "nothing: all of it is stated"
    assert measure(*enough[:4])[0]["used"] == "nothing: fewer than 5 lines"


def test_the_real_orders_of_the_sample_have_lead_times_without_spread_and_rejects_of_a_few_percent() -> None:
    """5,595 lines of AdventureWorks. Its `ship_date` is the vendor's estimate and lies five days before the due date in nearly all lines."""
    raw = pd.read_csv(str(SAMPLE), parse_dates=["order_date", "due_date", "ship_date"])
    repeated = raw.groupby(["po", "item"]).cumcount()  # order 4008 has two items on two and three lines
    order = raw["po"].astype(str) + repeated.map(lambda n: f"-{n + 1}" if n else "")
    lines = pd.DataFrame({
        "order": order.astype(object), "item": raw["item"], "supplier": raw["vendor"], "ordered": raw["order_date"], "due": raw["due_date"], "received": raw["ship_date"],
        "order_quantity": raw["order_qty"].astype(float), "received_quantity": raw["received_qty"], "rejected_quantity": raw["rejected_qty"],
    })  # fmt: skip
    frame, notes = supplier_performance(lines, 1.0, NONE, NO_SUPPLIERS, items(*sorted(raw["item"].unique())))
    whole = frame[frame["item"] == ""]
    assert len(raw) == 5595 and (repeated > 0).sum() == 3 and whole["order_lines"].sum() == 5595
    assert len(whole) == 73 and set(whole["lead_time"]) == {9.0, 25.0} and (whole["lead_time_deviation"] == 0).all()
    assert (whole["reject_rate"] < 0.06).all() and whole["reject_rate"].median() == pytest.approx(0.0267, abs=1e-4)
    assert notes["rule"].tolist() == ["lead-times-without-spread"]
