"""Money that Python computes: profit and loss, balance and cash, comparisons, gaps, risk outlook; and how a pasted budget was understood."""

from __future__ import annotations

from datetime import datetime

from sop_xl import frames
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column


class BudgetMappingRow(Row):
    """What one column, row or total of the pasted budget was taken for."""

    layout: str = column("Layout", "Fingerprint of the header texts: the same shape pasted again has the same, and is read as confirmed here.", cell=CellType.CODE, width=10)
    kind: str = column("Part", "sheet, column, row or total.", width=9)
    place: str = column("Place", "Column letter or row number in Budget; of a total its name.", cell=CellType.CODE, width=14)
    found: str = column("Found", "What stands there.", default="", cell=CellType.CODE, width=26)
    taken_as: str = column("Taken as", "What it was taken for.", default="", width=32)
    means: str = column("Meaning", "In words, with scale, currency and phasing.", default="", width=60)
    total: float | None = column("Total", "Sum of what was taken from it, as pasted; of a row or column that is left out, of what does not count. Empty where measures or currencies differ.", unit="as pasted", default=None, width=16)
    rejected: float | None = column("Rejected", "Figures that do not count: cells that hold no number, and those of rows and columns that are left out.", unit="count", default=None, width=9)
    decision: str = column("Take it as", "Yours: what it should be taken for instead, such as Revenue, Family, 2026-03, left out. Empty: as it stands.", default="", people=True, width=18)
    confirmed: str = column("Confirmed", "Yours: yes on the line of part sheet confirms the whole mapping; it is then used without asking when the same shape is pasted again.", default="", choices=("yes",), people=True, width=11)


BUDGET_MAPPING = SheetSpec(
    name="Budget Mapping",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.FINANCE,
    purpose="How the pasted budget was understood, column by column and row by row, and whether its total ties to finance's control total.",
    row=BudgetMappingRow,
    key=("layout", "kind", "place"),
    frame=frames.BUDGET_MAPPING,
)


class ProfitAndLossRow(Row):
    """Labels of one line of profit and loss."""

    family: str = column("Family", "Product family.", width=20)
    category: str = column("Category", "Category of the family.", default="", width=16)
    region: str = column("Region", "Region of the demand.", width=16)
    customer: str = column("Customer group", "Empty: not by customer.", default="", width=18)
    measure: str = column("Measure", "What the line shows.", width=22)
    unit: str = column("Unit", "Unit of the line.", default="", width=8)
    note: str = column("Note", "What a controller must know.", default="", width=20)


PROFIT_AND_LOSS = SheetSpec(
    name="Profit and Loss",
    kind=SheetKind.OUTPUT,
    shape=Shape.GRID,
    module=Module.FINANCE,
    purpose="From gross revenue to contribution margin by family, region and customer group: actuals in past periods, what the supply plan serves in planned ones.",
    row=ProfitAndLossRow,
    key=("family", "region", "customer", "measure"),
    measures=(
        "sales_volume", "gross_revenue", "discounts", "revenue", "material_cost", "conversion_cost", "other_cost", "cost", "gross_margin",
        "freight", "overtime_premium", "expedite_cost", "subcontract_premium", "obsolescence", "cost_to_serve", "contribution_margin",
    ),
    frame=frames.PROFIT_AND_LOSS,
)  # fmt: skip


class BalanceAndCashRow(Row):
    """Labels of one line of balance and cash."""

    family: str = column("Family", "Product family, or All.", width=20)
    category: str = column("Category", "Category of the family.", default="", width=16)
    region: str = column("Region", "Region of the customer or of the stock, or All.", width=16)
    basis: str = column("Basis", "How the line is valued.", default="", width=18)
    measure: str = column("Measure", "What the line shows.", width=24)
    unit: str = column("Unit", "Unit of the line.", default="", width=8)
    note: str = column("Note", "What a controller must know.", default="", width=20)


BALANCE_AND_CASH = SheetSpec(
    name="Balance and Cash",
    kind=SheetKind.OUTPUT,
    shape=Shape.GRID,
    module=Module.FINANCE,
    purpose="Stock, receivables, payables, working capital and cash by month, and the capital that each family ties up.",
    row=BalanceAndCashRow,
    key=("family", "region", "measure"),
    measures=(
        "inventory_value", "stock_reserve", "work_in_process", "receivables", "payables", "working_capital", "collections", "fx_effect", "supplier_payments",
        "conversion_payments", "other_payments", "cash_flow", "cash_balance", "cost_variance", "days_of_inventory", "days_of_receivables", "days_of_payables", "cash_to_cash",
    ),
    frame=frames.BALANCE_AND_CASH,
)  # fmt: skip


class PlanComparisonRow(Row):
    """One figure of the plan beside one reference."""

    level: str = column("Level", "total, category, family, region, or family and region.", width=16)
    scope: str = column("Family or category", "All, a category or a family.", width=20)
    region: str = column("Region", "All or a region.", width=14)
    span: str = column("Span", "Full year, year to date, rest of the year, or the next so many periods. Past periods are actuals.", width=20)
    first_period: datetime = column("From", "First period compared: the part of the span for which the reference has figures.", unit="period", cell=CellType.PERIOD, width=10)
    last_period: datetime = column("To", "Last period compared.", unit="period", cell=CellType.PERIOD, width=10)
    reference: str = column("Reference", "Budget, Last year, Previous plan or Unconstrained.", width=14)
    measure: str = column("Measure", "What is compared.", width=18)
    plan: float | None = column("Plan", "Actuals and plan. Empty: not known.", unit="units or money", default=None, width=16)
    reference_value: float | None = column("Reference value", "Same level, periods and currency. Empty: not known.", unit="units or money", default=None, width=16)
    gap: float | None = column("Gap", "Plan - reference.", unit="units or money", default=None, width=16)
    gap_percent: float | None = column("Gap share", "Gap / reference.", unit="fraction", cell=CellType.FRACTION, default=None, width=9)
    variance: float | None = column("Variance", "The gap; favourable to profit is positive.", unit="units or money", default=None, width=16)
    unit: str = column("Unit", "Unit of the line.", default="", width=8)
    note: str = column("Note", "What a controller must know.", default="", width=34)


PLAN_COMPARISON = SheetSpec(
    name="Plan Comparison",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.FINANCE,
    purpose="Plan beside budget, last year, previous plan and unconstrained demand: same level, same periods, same currency.",
    row=PlanComparisonRow,
    key=("level", "scope", "region", "span", "reference", "measure"),
    frame=frames.PLAN_COMPARISON,
)


class GapRow(Row):
    """A gap, or what closes a part of it."""

    rank: float | None = column("Rank", "Of the gap, by money.", unit="count", default=None, width=7)
    gap: str = column("Gap", "What is missing.", width=40)
    order: float = column("Order", "0: the gap itself; then what closes it; last what stays open.", unit="count", width=7)
    kind: str = column("Kind", "demand and supply, plan and budget, or plan and last cycle.", default="", width=18)
    step: str = column("Step", "gap, an option as the Options sheet names it, or not closed.", width=40)
    family: str = column("Family", "All or a family.", default="", width=18)
    region: str = column("Region", "All or a region.", default="", width=14)
    first_period: datetime | None = column("From", "First period.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    last_period: datetime | None = column("To", "Last period.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    units: float | None = column("Units", "Missing is positive, what closes it negative.", unit="units", default=None, width=12)
    value: float | None = column("Value", "Margin, plan currency. Missing is positive, what closes it negative: the rows of a gap add up to 0.", unit="money", default=None, width=16)
    cause: str = column("Cause", "Why it is there.", default="", width=34)
    owner: str = column("Owner", "Yours: who closes it.", default="", people=True, width=14)
    note: str = column("Note", "What it costs, and what else must be known.", default="", width=44)


GAP_LIST = SheetSpec(
    name="Gap List",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.FINANCE,
    purpose="Gaps between demand, supply and budget, ranked by money, each with what closes it. What is behind is told once: by family, else by region, else by family and region.",
    row=GapRow,
    key=("gap", "order"),
    frame=frames.GAP_LIST,
)


class RiskOutlookRow(Row):
    """One figure with all risks, or what one risk does to it."""

    figure: str = column("Figure", "Revenue, Gross margin, Service or Cash, over the planned periods.", width=16)
    risk: str = column("Risk", "Empty: all together.", default="", cell=CellType.CODE, width=12)
    plan: float | None = column("Plan", "Without any risk or opportunity.", unit="as the figure", default=None, width=16)
    expected: float | None = column("Expected change", "Probability x effect, after mitigation.", unit="as the figure", default=None, width=16)
    p10: float | None = column("P10", "One outcome in ten is worse: of the figure; of one risk its change.", unit="as the figure", default=None, width=16)
    p50: float | None = column("P50", "Half of the outcomes are worse.", unit="as the figure", default=None, width=16)
    p90: float | None = column("P90", "One outcome in ten is better.", unit="as the figure", default=None, width=16)
    low: float | None = column("Low", "The figure at the risk's worse end; of all, the worst simulated.", unit="as the figure", default=None, width=16)
    high: float | None = column("High", "The figure at the risk's better end; of all, the best simulated.", unit="as the figure", default=None, width=16)
    swing: float | None = column("Swing", "High - low: what moves the figure most stands first.", unit="as the figure", default=None, width=16)
    rank: float | None = column("Rank", "By swing.", unit="count", default=None, width=7)
    unit: str = column("Unit", "Unit of the line.", default="", width=9)
    note: str = column("Note", "What it is, who watches it, and what must be known.", default="", width=44)
    previous_expected: float | None = column("Previously", "Expected change in the plan that was published last. Empty: it was not there.", unit="as the figure", default=None, width=16)
    trend: str = column("Trend", "Of the size of the expected change since then: rising, falling, same, new. Empty: nothing was published yet.", default="", choices=("rising", "falling", "same", "new"), width=9)
    since: datetime | None = column("Since", "Cycle in which the risk was first seen.", unit="period", cell=CellType.PERIOD, default=None, width=10)


RISK_OUTLOOK = SheetSpec(
    name="Risk Outlook",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.FINANCE,
    purpose="Where revenue, margin, service and cash may end up, and what moves them most.",
    row=RiskOutlookRow,
    key=("figure", "risk"),
    frame=frames.RISK_OUTLOOK,
)
