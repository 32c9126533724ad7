"""Inputs that state money in several currencies, in plan currency."""

from __future__ import annotations

import pandas as pd

from sop_xl.commands.inputs import Inputs
from sop_xl.periods import Timeline
from sop_xl.plan.budget_categories import spread_categories
from sop_xl.plan.budget_phasing import phase_budget
from sop_xl.plan.currency import ACTUAL, PLAN, convert_to_plan_currency
from sop_xl.plan.valuation import FinancialDetail
from sop_xl.sheets import sheet


def history_in_plan_currency(inputs: Inputs, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """Demand history with its revenue converted row by row at the actual rates of its periods."""
    return _in_plan_currency(inputs, "Demand History", ("revenue",), ACTUAL, notes)


def customer_history(inputs: Inputs) -> pd.DataFrame | None:
    """Past demand and revenue by customer group, its money converted row by row at the actual rates; `None` where no group is told apart.

    item, location, customer, period, demand, revenue.
    """
    reading = inputs.readings.get("Demand History")
    if reading is None or reading.detail is None or not (reading.detail["customer_group"] != "").any():
        return None
    lines = reading.detail.rename(columns={"customer_group": "customer"})
    revenue, _ = convert_to_plan_currency(
        lines["revenue"], lines["currency"], lines["period"], inputs.frame("FX Rates"), inputs.settings.plan_currency, ACTUAL
    )  # what is to be said of the rates is said of the history as a whole
    keys = ["item", "location", "customer", "period"]
    return lines.assign(revenue=revenue).groupby(keys, as_index=False)[["demand", "revenue"]].sum(min_count=1)


def sales_input_in_plan_currency(inputs: Inputs, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """Sales input with its money converted row by row at plan rates."""
    return _in_plan_currency(inputs, "Sales Input", ("revenue",), PLAN, notes)


def budget_in_plan_currency(inputs: Inputs, detail: FinancialDetail, timeline: Timeline, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """The budget by period, its categories and its quarters and years spread as the settings say, with its money converted row by row at plan rates."""
    by_family, of_categories = spread_categories(inputs.frame("Budget"), detail, timeline, inputs.settings.budget_phasing)
    phased, of_spans = phase_budget(by_family, detail, timeline, inputs.settings.budget_phasing)
    notes += [of_categories, of_spans]
    return _in_plan_currency(inputs, "Budget", ("revenue", "cost", "gross_margin"), PLAN, notes, phased)


def _in_plan_currency(
    inputs: Inputs, name: str, money: tuple[str, ...], rate_type: str, notes: list[pd.DataFrame], stated: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The frame of a sheet whose lines say their currency, in plan currency: lines of one key in several currencies become one.

    `stated` takes the place of the sheet's frame.
    """
    spec = sheet(name).frame
    assert spec is not None
    frame = inputs.frame(name) if stated is None else stated
    if "currency" not in frame.columns or frame.empty:
        return frame
    if frame["currency"].isin(["", inputs.settings.plan_currency]).all() and not frame.duplicated(list(spec.keys)).any():
        return frame.drop(columns="currency")
    frame = frame.copy()
    for column in money:
        frame[column], said = convert_to_plan_currency(
            frame[column], frame["currency"], frame["period"], inputs.frame("FX Rates"), inputs.settings.plan_currency, rate_type
        )
        notes.append(said)
    if not frame.duplicated(list(spec.keys)).any():
        return frame.drop(columns="currency")
    measures = [c for c, kind in spec.columns.items() if kind == "number" and c in frame]
    groups = frame.groupby(list(spec.keys), sort=True)
    total = groups[measures].sum(min_count=1)
    if "stock_out" in measures:  # a share of time is not added up
        total["stock_out"] = groups["stock_out"].max()
    return total.reset_index()
