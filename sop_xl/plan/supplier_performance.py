"""What suppliers really delivered: lead times, their spread, lateness, rejects and fill, from past orders."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.frames import PURCHASE_HISTORY, SUPPLIER_PERFORMANCE, check_frame, empty_frame, order_rows
from sop_xl.plan.grid import Mask
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.scopes import in_scope

LEAST_LINES = 5
"""Order lines below which what was measured is shown, but not planned with."""

FAR_OUT = 3.0
"""Widths beyond the quartiles from which a lead time is taken as a mistake: the outer fences of Tukey, Exploratory Data Analysis, 1977."""

_BOUGHT = ("buy", "subcontract")


def supplier_performance(
    purchase_history: pd.DataFrame,
    mean_days: float,
    sourcing: pd.DataFrame,
    suppliers: pd.DataFrame,
    items: pd.DataFrame,
    until: pd.Timestamp | None = None,
    is_measured: bool = True,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Measure every supplier, and every item of each, on past order lines.

    Parameters
    ----------
    purchase_history
        PURCHASE_HISTORY, one line per order and item.
    mean_days
        Mean length of a period in days: lead times are given in periods.
    sourcing, suppliers, items
        SOURCING, SUPPLIERS, ITEMS: what is stated, to stand beside what was measured.
    until
        Lines received on this day or later are not known yet and left out; absent = all are known.
    is_measured
        Whether the plan takes lead times from here (the setting); rejects it takes in any case where none are stated.

    Returns
    -------
    SUPPLIER_PERFORMANCE: one row per supplier and item, and one per supplier (item `""`) over all its lines; and notes. Mean and
    sample standard deviation are over lines with both dates; NaN without any, the deviation also with one. A line without a date
    still counts for rejects and fill, which are ratios of units (an absent quantity is left out, not taken as 0). Late is a
    receipt after the due day, of the lines with both days. A receipt before its order, and a lead time far out of what is usual, are
    taken as mistakes: left out of the lead time and said. Far out is more than `FAR_OUT` widths beyond the quartiles of the item's lines
    (of the supplier's where the item has fewer than `LEAST_LINES`); the width is the distance of the quartiles, and at least the median, so
    that a delivery in three times the usual time still counts: it is what safety stock is for.
    """
    check_frame(purchase_history, PURCHASE_HISTORY)
    notes = list[Note]()
    lines = _known_lines(purchase_history, until, notes)
    if lines.empty:
        return empty_frame(SUPPLIER_PERFORMANCE), notes_frame(notes)
    lines = _with_lead_times(lines, notes)
    _note_planned_dates(lines, notes)
    measured = pd.concat([_measured(lines), _measured(lines.assign(item=""))], ignore_index=True)
    for name in ("lead_time", "lead_time_deviation"):
        measured[name] = measured[name] / mean_days
    from_sourcing, of_supplier, of_item = _stated(measured, sourcing, suppliers, items)
    measured["stated_lead_time"] = from_sourcing.fillna(of_supplier).fillna(of_item)
    measured["used"] = _used(measured, from_sourcing, suppliers, is_measured)
    return order_rows(measured, SUPPLIER_PERFORMANCE), notes_frame(notes)


def _known_lines(history: pd.DataFrame, until: pd.Timestamp | None, notes: list[Note]) -> pd.DataFrame:
    """Lines that a supplier has and that are known today."""
    lines = history[history["supplier"] != ""]
    if until is None:
        return lines.reset_index(drop=True)
    ahead = (lines["received"] >= until) | (lines["ordered"] >= until)
    if ahead.any():
        words = f"{int(ahead.sum()):,} order lines are from {until.date()} on, which is not over yet when this plan is made; left out"
        notes.append(Note("purchase_history", "", "purchase-line-ahead", words))
    return lines[~ahead].reset_index(drop=True)


def _with_lead_times(lines: pd.DataFrame, notes: list[Note]) -> pd.DataFrame:
    """The lines with their lead time in days; NaN where it is not known or a mistake."""
    days = (lines["received"] - lines["ordered"]).dt.days.astype(float)
    reversed_dates: Mask = (days < 0).to_numpy()
    days = days.where(~reversed_dates)
    far_out = _beyond(lines, days, ["supplier"])
    many = days.groupby([lines["supplier"], lines["item"]]).transform("count") >= LEAST_LINES
    far_out = np.where(many, _beyond(lines, days, ["supplier", "item"]), far_out)
    for wrong, rule, words in (
        (reversed_dates, "receipt-before-order", "were received before they were ordered"),
        (far_out, "lead-time-far-out", "took far longer or shorter than the supplier's others"),
    ):
        if wrong.any():
            some = some_of(lines.loc[wrong, "order"])
            text = f"orders {some} ({int(wrong.sum()):,} lines) {words}; left out of the lead times"
            notes.append(Note("purchase_history", str(lines.loc[wrong, "order"].min()), rule, text))
    return lines.assign(days=days.where(~far_out))


def _note_planned_dates(lines: pd.DataFrame, notes: list[Note]) -> None:
    """Say whose receipts all came after exactly the same number of days: such dates were planned, not observed."""
    days = lines.groupby("supplier")["days"].agg(["count", "min", "max"])
    exact = days.index[(days["count"] >= LEAST_LINES) & (days["min"] == days["max"])]
    if len(exact):
        words = f"every receipt of {some_of(exact)} came after exactly the same days: such dates look planned; a deviation stated elsewhere holds"
        notes.append(Note("purchase_history", "", "lead-times-without-spread", words))


def _beyond(lines: pd.DataFrame, days: pd.Series, by: list[str]) -> Mask:
    """Lead times far outside the quartiles of their group."""
    groups = days.groupby([lines[name] for name in by], sort=True)
    quartiles = groups.quantile(np.array([0.25, 0.5, 0.75])).to_numpy().reshape(-1, 3)[groups.ngroup().to_numpy()]
    low, middle, high = quartiles.T
    width = FAR_OUT * np.maximum(high - low, np.maximum(middle, 1.0))
    took = days.to_numpy(dtype=float)
    beyond: Mask = (took > high + width) | (took < low - width)
    return beyond


def _measured(lines: pd.DataFrame) -> pd.DataFrame:
    """One row per supplier and item of the lines; lead times in days."""
    both_days = lines["due"].notna() & lines["received"].notna()
    taken = lines["received_quantity"].where(lines["rejected_quantity"].notna())
    ordered = lines["order_quantity"].where(lines["received_quantity"].notna())
    columns = lines.assign(
        late=(lines["received"] > lines["due"]).astype(float).where(both_days),
        taken=taken, rejected=lines[["rejected_quantity", "received_quantity"]].min(axis=1).where(taken.notna()),
        asked=ordered, came=lines["received_quantity"].where(ordered.notna()),
    )  # fmt: skip
    groups = columns.groupby(["supplier", "item"], sort=True)
    sums = groups[["taken", "rejected", "asked", "came"]].sum(min_count=1)
    return pd.DataFrame({
        "order_lines": groups["days"].count().astype(float), "first_order": groups["ordered"].min(), "last_order": groups["ordered"].max(),
        "lead_time": groups["days"].mean(), "lead_time_deviation": groups["days"].std(ddof=1), "late_share": groups["late"].mean(),
        "reject_rate": _ratio(sums["rejected"], sums["taken"]), "fill_rate": _ratio(sums["came"], sums["asked"]),
    }).reset_index()  # fmt: skip


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)


def _stated(measured: pd.DataFrame, sourcing: pd.DataFrame, suppliers: pd.DataFrame, items: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Lead times of Sourcing (the narrowest line for the item, the mean of its locations), of Suppliers and of Items; NaN where none."""
    of_supplier = measured["supplier"].map(suppliers.set_index("supplier")["lead_time"])
    of_item = measured["item"].map(items.set_index("item")["lead_time"])
    bought = sourcing[sourcing["kind"].isin(_BOUGHT)].assign(supplier=lambda f: f["source"], location="").reset_index(drop=True)
    family = measured["item"].map(items.set_index("item")["family"])
    things = measured[["item", "supplier"]].assign(family=family.fillna("").astype(object), location="")
    pairs = in_scope(bought, things, ("supplier",))
    pairs = pairs[(measured["item"].to_numpy(dtype=object)[pairs["thing"]] != "")]
    rows = bought.iloc[pairs["row"].to_numpy()].reset_index(drop=True).assign(thing=pairs["thing"].to_numpy())
    rows["width"] = 2 * (rows["item"] != "") + (rows["family"] != "")
    narrowest = rows[rows["width"] == rows.groupby("thing")["width"].transform("max")]
    return narrowest.groupby("thing")["lead_time"].mean().reindex(range(len(measured))), of_supplier.astype(float), of_item.astype(float)


def _used(measured: pd.DataFrame, from_sourcing: pd.Series, suppliers: pd.DataFrame, is_measured: bool) -> list[str]:
    """What of each row the plan takes, in words."""
    states_rejects = measured["supplier"].map(suppliers.set_index("supplier")["reject_rate"]).notna()
    times: Mask = (is_measured & from_sourcing.isna() & measured["lead_time"].notna()).to_numpy()
    rejects: Mask = (~states_rejects & measured["reject_rate"].notna()).to_numpy()
    words = []
    for lines, item, time, reject in zip(measured["order_lines"], measured["item"], times, rejects, strict=True):
        parts = [name for name, is_used in (("lead time and deviation", time), ("reject rate", reject)) if is_used]
        if lines < LEAST_LINES:
            words.append(f"nothing: fewer than {LEAST_LINES} lines")
        elif not parts:
            words.append("nothing: all of it is stated")
        else:
            words.append(", ".join(parts) + ("" if item else f" of items with fewer than {LEAST_LINES} lines"))
    return words
