"""Money: budget and rates that people give, the financial plan and bridges that Python computes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings


class BudgetRow(Row):
    """Labels of one budget line."""

    family: str = column("Family", "Empty: not by family.", default="", references="Items.family", aliases=("Product family", "Subcategory", "Product group"), width=20)
    item: str = column("Item", "Empty: not by item.", default="", cell=CellType.CODE, references="Items.item", aliases=("SKU",), width=16)
    region: str = column("Region", "Empty: not by region.", default="", references="Locations.region", width=16)
    owner: str = column("Owner", "Budget holder: cost centre, sales person.", default="", cell=CellType.CODE, aliases=("EmployeeID", "Employee", "Sales person", "Cost centre", "Cost center", "Account manager", "Responsible"), width=14)
    measure: str = column("Measure", "Revenue, Cost of goods sold, Gross margin or Demand. Empty: Revenue.", default="", choices=("Revenue", "Cost of goods sold", "Gross margin", "Demand"), aliases=("Account", "Line", "KPI"), width=18)
    unit: str = column("Unit", "Currency of the line. Empty: plan currency.", default="", aliases=("Currency",), width=8)
    note: str = column("Note", "Free text; not read.", default="", aliases=("Comment",), width=14)


def budget_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Money in units of its currency and periods of the plan's calendar, as the settings say.

    Keeps the column `currency`: lines of one key may be in several currencies until the plan converts and adds them. `last_period`, where the
    records have it, is the last period that a figure covers: a quarter or year that is still to be spread.
    """
    frame = records.drop(columns="unit")
    spans = ["last_period"] if "last_period" in frame else []
    for measure in ("revenue", "cost", "gross_margin"):
        frame[measure] = frame[measure] * settings.budget_scale
    if settings.budget_period_shift:
        calendar = settings.make_calendar()
        moved = {p: calendar.shift(p, settings.budget_period_shift) for p in frame["period"].unique()}
        frame["period"] = frame["period"].map(moved)
        if spans:
            frame["last_period"] = frame["last_period"].map(lambda p: calendar.shift(p, settings.budget_period_shift))
    keys = [*frames.BUDGET.keys, "currency", *spans]
    # quantities and money of one key stand on lines with different units; no cell of a measure stands twice
    frame = frame.groupby(keys, sort=True, as_index=False).sum(min_count=1)
    return frame[[*frames.BUDGET.columns, "currency", *spans]]


BUDGET = SheetSpec(
    name="Budget",
    kind=SheetKind.INPUT,
    shape=Shape.GRID,
    module=Module.FINANCE,
    purpose="The budget as finance states it, in money per period; paste it as you have it.",
    row=BudgetRow,
    when_absent="no comparison with a budget",
    key=("family", "item", "region", "owner", "measure", "unit"),
    measures=("revenue", "cost", "gross_margin", "demand"),
    frame=frames.BUDGET,
    to_frame=budget_frame,
)


class FxRateRow(Row):
    """Labels of one line of rates."""

    currency: str = column("Currency", "Three-letter code.", cell=CellType.CODE, width=10, max_length=3)
    name: str = column("Name", "Name for people.", default="", width=20)
    source: str = column("Source", "Where the rate comes from.", default="", width=18)
    rate_type: str = column("Rate type", '"plan" rates value the plan, "actual" rates value history. Empty: plan.', default="plan", choices=("plan", "actual"), width=12)
    measure: str = column("Measure", "FX rate.", default="", choices=("FX rate",), width=12)
    unit: str = column("Unit", "Units of the currency for one unit of the plan currency.", default="", width=8)
    note: str = column("Note", "Free text; not read.", default="", aliases=("Comment",), width=14)


def fx_rates_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Currency codes in capitals, as every other frame has them."""
    return frames.order_rows(records.assign(currency=records["currency"].str.upper()), frames.FX_RATES)


FX_RATES = SheetSpec(
    name="FX Rates",
    kind=SheetKind.INPUT,
    shape=Shape.GRID,
    module=Module.FINANCE,
    purpose="Exchange rates: units of each currency for one unit of the plan currency.",
    row=FxRateRow,
    when_absent="everything is in plan currency",
    key=("currency", "rate_type", "measure"),
    measures=("fx_rate",),
    frame=frames.FX_RATES,
    to_frame=fx_rates_frame,
)


class FinancialPlanRow(Row):
    """Labels of one line of the financial plan."""

    family: str = column("Family", "Product family.", width=20)
    category: str = column("Category", "Category of the family.", default="", width=16)
    region: str = column("Region", "Region of the demand; for stock, of the stocking location.", width=16)
    version: str = column("Version", "Plan (past periods: actuals; what the supply plan serves), Unconstrained (all of the demand), Budget, Plan - budget (of what is budgeted), Last year, Previous plan.", width=14)
    measure: str = column("Measure", "What the line shows.", width=20)
    unit: str = column("Unit", "Unit of the line.", default="", width=8)
    note: str = column("Note", "What a controller must know.", default="", width=20)


FINANCIAL_PLAN = SheetSpec(
    name="Financial Plan",
    kind=SheetKind.OUTPUT,
    shape=Shape.GRID,
    module=Module.FINANCE,
    purpose="Volume, revenue, cost, margin and stock value by family and region: plan beside budget, last year, previous plan and unconstrained demand.",
    row=FinancialPlanRow,
    key=("family", "region", "version", "measure"),
    measures=("demand", "demand_low", "demand_high", "sales_volume", "revenue", "cost", "gross_margin", "inventory_value"),
    frame=frames.FINANCIAL_PLAN,
)


class BridgeRow(Row):
    """One step of a bridge."""

    bridge: str = column("Bridge", "What is compared with what, over which periods.", width=22)
    measure: str = column("Measure", "Revenue or Gross margin.", width=16)
    family: str = column("Family", "Family, or All.", width=20)
    item: str = column("Item", "Empty: the whole family.", default="", cell=CellType.CODE, width=16)
    order: float = column("Order", "Place of the step in its bridge.", unit="count", width=8)
    step: str = column("Step", "Start, effects, end. Effects are favourable to profit when positive.", width=20)
    amount: float | None = column("Amount", "Money; start and end are totals, the steps between add up to their difference.", unit="money", default=None, width=16)
    unit: str = column("Unit", "Currency.", default="", width=8)
    note: str = column("Note", "Convention of the step.", default="", width=90)


BRIDGES = SheetSpec(
    name="Bridges",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.FINANCE,
    purpose="Why revenue and gross margin differ from budget, last year and previous plan: volume, mix, price, FX, cost, new and discontinued items; total, families, items.",
    row=BridgeRow,
    key=("bridge", "measure", "family", "item", "step"),
    frame=frames.BRIDGES,
)
