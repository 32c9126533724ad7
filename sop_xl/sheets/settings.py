"""Settings: one row per setting, the only place where a workbook is configured."""

from __future__ import annotations

from datetime import datetime

from sop_xl.periods import Calendar, CalendarKind
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column


class Settings(Row):
    """The workbook's settings; each field is a row of the sheet and has a default."""

    company: str = column("Company", "Name printed on the executive page.", default="")
    plan_currency: str = column("Plan currency", "Three-letter code; all money in the workbook is in this currency.", default="USD", cell=CellType.CODE, max_length=3)
    calendar: str = column("Calendar", "How time is cut: calendar months, 4-4-5 months of whole weeks, or ISO weeks.", choices=tuple(CalendarKind), default="months")
    fiscal_year_start: int = column("Fiscal year starts in month", "1 = January. The fiscal year is named by the calendar year in which it ends.", unit="month", default=1, ge=1, le=12)
    current_period: datetime | None = column("Current period", "First period to plan. Empty: the period after the last demand history.", unit="period", cell=CellType.PERIOD, default=None)
    horizon: int = column("Horizon", "Number of periods to plan.", unit="periods", default=18, ge=1, le=156)
    blank_demand: str = column("Blank month in Demand History", '"zero": a blank between the first and the last period is a month without demand. "absent": it is missing data and is left out.', choices=("zero", "absent"), default="zero")
    cleanse_history: str = column("Cleanse history", '"on": stock-outs, events and one-off orders are corrected before the forecast learns, each with a line in History Log. "off": history is taken as it is.', choices=("on", "off"), default="on")
    working_days: str = column("Working days", "Whether demand is put on equal numbers of working days before the forecast learns, and back afterwards.", choices=("off", "Mon-Fri", "Mon-Sat", "every day"), default="off")
    interval_low: float = column("Lower quantile of the range", "Share of outcomes expected below the low forecast.", unit="fraction", cell=CellType.FRACTION, default=0.1, gt=0, lt=0.5)
    interval_high: float = column("Upper quantile of the range", "Share of outcomes expected below the high forecast.", unit="fraction", cell=CellType.FRACTION, default=0.9, gt=0.5, lt=1)
    reconciliation: str = column("Reconciliation", "How forecasts of all levels are made to agree: mint_ weighs them by measured error (shrink also by how errors go together; small plans), bottom_up keeps items, middle_out families, top_down the total.", choices=("mint_diagonal", "mint_shrink", "mint_shrink_nonnegative", "bottom_up", "middle_out", "middle_out_regions", "top_down", "top_down_average_proportions", "top_down_proportions_of_averages"), default="mint_diagonal")
    sales_input_weight: float = column("Weight of sales input", "Share of the difference between the sales team's number and the forecast that enters the consensus: 0 = shown only, 1 = replaces.", unit="fraction", cell=CellType.FRACTION, default=0.5, ge=0, le=1)
    sales_input_blend: str = column("Blend of sales input", '"weight": by the weight above. "track record": by what each contributor\'s past numbers were worth beside the forecast, once there are enough of them.', choices=("weight", "track record"), default="track record")
    track_record_periods: int = column("Least track record", "Periods compared with actuals before a contributor is judged.", unit="periods", default=6, ge=1, le=60)
    consume_backward: int = column("Consumption backward", "Periods before its own in which an order may consume forecast.", unit="periods", default=1, ge=0, le=12)
    consume_forward: int = column("Consumption forward", "Periods after its own in which an order may consume forecast.", unit="periods", default=1, ge=0, le=12)
    archive_cycles: int = column("Cycles in the archive", "Cycles that Forecast Archive keeps.", unit="cycles", default=12, ge=1, le=60)
    record_cycles: int = column("Full records kept", "Cycles whose published plan stays in the workbook with all its inputs and results; older ones go to the archive beside the file.", unit="cycles", default=3, ge=1, le=60)
    approved_cycles: int = column("Approved plans kept", "Cycles of which Approved Plan keeps the figures; those of older ones are in the archive beside the file.", unit="cycles", default=12, ge=1, le=60)
    service_level: float = column("Service level", "Probability of not running out in a replenishment cycle, for items that state none.", unit="fraction", cell=CellType.FRACTION, default=0.95, gt=0.5, lt=1)
    lead_time_days: float = column("Lead time", "Replenishment lead time of items that state none.", unit="days", default=30.0, ge=0)
    lead_time_deviation_days: float = column("Lead-time deviation", "Standard deviation of the lead time of items that state none.", unit="days", default=0.0, ge=0)
    service_measure: str = column("Service measure", "What a service level means: cycle service (no stock-out between two receipts) or fill rate (part of demand served from stock).", choices=("cycle service", "fill rate"), default="cycle service")
    safety_stock_method: str = column("Safety stock method", "normal, gamma (skewed demand), bootstrap (intermittent demand, from history) or echelon (where to hold stock along the bill of material).", choices=("normal", "gamma", "bootstrap", "echelon"), default="normal")
    lead_times: str = column("Lead times", '"measured": where Sourcing states none, from Purchase History where it has at least 5 order lines, else from Suppliers, else from Items. "stated": Purchase History counts for rejects only.', choices=("measured", "stated"), default="measured")
    supply_plan: str = column("Supply plan", '"constrained": within capacity, materials and limits. "unconstrained": as if nothing were limited.', choices=("constrained", "unconstrained"), default="constrained")
    supply_objective: str = column("Objective of the supply plan", "least cost; most margin, which serves only what pays; or service first, which serves by priority whatever it costs.", choices=("least cost", "most margin", "service first"), default="least cost")
    unmet_demand: str = column("Demand that cannot be served", '"back-orders": it waits. "lost sales": it goes elsewhere.', choices=("back-orders", "lost sales"), default="back-orders")
    free_levers: str = column("Levers without a decision", "What the plan may use at once, separated by commas; the others are tried in Options and need an approved line in Decisions: pre-build, overtime, shift, workforce, second source, subcontract, substitute, expedite.", default="pre-build, second source")
    lot_sizing: str = column("Lots in the supply plan", '"exact": minimum orders, multiples, fixed costs and whole workers and shifts are kept. "ignored": orders of any size, faster.', choices=("exact", "ignored"), default="exact")
    solver_gap: float = column("Accepted gap", "How far from the best plan the search over whole lots may stop.", unit="fraction", cell=CellType.FRACTION, default=0.01, ge=0, le=0.5)
    solver_seconds: float = column("Time limit of the search", "For whole lots; the gap reached is stated.", unit="seconds", default=20.0, gt=0)
    frozen_fence_days: float = column("Frozen fence", "Days from now in which no new order may be placed.", unit="days", default=0.0, ge=0)
    holding_cost_rate: float = column("Holding cost", "Of a unit in stock for a year, as a part of its cost.", unit="fraction", cell=CellType.FRACTION, default=0.2, ge=0, le=2)
    backorder_cost_rate: float = column("Back-order cost", "Of a unit late for a period, as a part of its price.", unit="fraction", cell=CellType.FRACTION, default=0.1, ge=0)
    lost_sale_cost_rate: float = column("Cost of a lost sale", "On top of the price that is not earned, as a part of it.", unit="fraction", cell=CellType.FRACTION, default=0.1, ge=0)
    safety_stock_cost_rate: float = column("Cost of missing safety stock", "Of a unit below safety stock for a period, as a part of its cost.", unit="fraction", cell=CellType.FRACTION, default=0.05, ge=0)
    change_cost_rate: float = column("Cost of changing the plan", "Of a unit planned otherwise than in the last cycle, as a part of its cost: calms the plan.", unit="fraction", cell=CellType.FRACTION, default=0.0, ge=0)
    expedite_premium: float = column("Expedite premium", "Extra cost of an order that comes in half its lead time, as a part of the unit cost.", unit="fraction", cell=CellType.FRACTION, default=0.25, ge=0)
    price_step: float = column("Price option", "Price change that Options tries on what is short.", unit="fraction", cell=CellType.FRACTION, default=0.05, gt=0, le=1)
    order_cost: float = column("Order cost", "Of placing one order, for economic order quantities of sources that state no fixed cost.", unit="money", default=50.0, ge=0)
    excess_cover_days: float = column("Excess cover", "Stock beyond the demand of so many days is excess.", unit="days", default=180.0, gt=0)
    allocation_rule: str = column("Allocation in shortage", "Who is served first among customers of the same item.", choices=("priority", "margin", "fair share", "contract first"), default="priority")
    options_tried: int = column("Options tried", "Levers that Options re-solves, the most promising first; 0 = none.", unit="count", default=12, ge=0, le=100)
    budget_scale: float = column("Budget money unit", "Money in Budget is in this many units of the currency: 1, 1000 or 1000000.", unit="factor", default=1.0, gt=0)
    budget_period_shift: int = column("Budget period shift", "Periods to add to every budget period, for budgets dated on another system's calendar.", unit="periods", default=0)
    budget_control_total: float | None = column("Budget control total", "Total of the pasted budget as finance states it, in the money unit of the paste; Budget Mapping ties to it. Empty: not checked.", unit="as pasted", default=None)
    budget_measure: str = column("Budget states", "What the figures of a pasted budget are where it does not say.", choices=("Revenue", "Cost of goods sold", "Gross margin", "Demand"), default="Revenue")
    budget_year: int | None = column("Budget year", "Fiscal year of a pasted budget whose months or quarters name none. Empty: it must name one.", unit="year", default=None, ge=1990, le=2100)
    budget_phasing: str = column("Budget phasing", "How quarters and years of a pasted budget are spread over their periods: as last year's sales (a recent launch as its plan), as the plan, or equally.", choices=("last year", "plan", "equal"), default="last year")
    inventory_valuation: str = column("Stock is valued at", '"standard": unit cost of Items. "moving average": of opening stock at unit cost and receipts at what they cost.', choices=("standard", "moving average"), default="standard")
    customer_payment_days: float = column("Customers pay after", "Days from sale to payment, for customer groups that state none.", unit="days", default=30.0, ge=0)
    supplier_payment_days: float = column("Suppliers are paid after", "Days from receipt to payment, for suppliers that state none.", unit="days", default=0.0, ge=0)
    excess_reserve_rate: float = column("Reserve on excess stock", "Part of the value of stock beyond its cover that is written down.", unit="fraction", cell=CellType.FRACTION, default=0.25, ge=0, le=1)
    obsolete_reserve_rate: float = column("Reserve on obsolete stock", "Part of the value of stock without demand that is written down.", unit="fraction", cell=CellType.FRACTION, default=1.0, ge=0, le=1)
    opening_cash: float = column("Opening cash", "At the start of the current period.", unit="money", default=0.0)
    cadence: str = column("Cadence", "How you meet: the six steps of a month, or a short check-in every week and one deep dive a month. Shapes the calendar where Cycle Calendar is empty.", choices=("monthly cycle", "weekly check-in and monthly deep dive"), default="monthly cycle")
    risk_runs: int = column("Simulation runs", "Outcomes drawn for Risk Outlook, always the same ones.", unit="count", default=10000, ge=100, le=1000000)
    decimal_mark: str = column("Decimal mark in text", 'How numbers that were pasted as text are read. "auto" reads what is beyond doubt and reports what is not.', choices=("auto", ".", ","), default="auto")
    date_order: str = column("Date order in text", 'How dates such as 03/04/2026 are read. "auto" reads what is beyond doubt and reports what is not.', choices=("auto", "DMY", "MDY"), default="auto")
    target_wmape: float = column("Target WMAPE", "Forecast error to stay under.", unit="fraction", cell=CellType.FRACTION, default=0.3, gt=0)
    target_days_of_supply: float = column("Target days of supply", "Cover to aim at over all items.", unit="days", default=60.0, gt=0)
    worklist_lines: int = column("Lines of the worklist", "Open matters that Worklist lists, the dearest first; the others are one line.", unit="count", default=20, ge=1, le=200)
    escalation_value: float | None = column("Gap that needs a decision", "Money at stake from which a shortage, a gap or excess stock on Worklist needs a decision. Empty: 1 % of the plan's revenue over the next year.", unit="money", default=None, ge=0)
    escalation_risk: float | None = column("Risk that needs a decision", "Margin that a risk takes on average from which it needs a decision. Empty: as the gap.", unit="money", default=None, ge=0)
    order_deviation: float = column("Order deviation to act on", "Part of the plan to date by which orders may differ before Weekly Execution asks for an answer.", unit="fraction", cell=CellType.FRACTION, default=0.2, ge=0, le=10)
    check_tolerance: float = column("Tolerance of checks", "Largest difference, in units or money, that a check accepts.", unit="units or money", default=0.01, gt=0)

    def make_calendar(self) -> Calendar:
        """The calendar that these settings describe."""
        return Calendar(CalendarKind(self.calendar), self.fiscal_year_start)


class SettingRow(Row):
    """One row of the Settings sheet."""

    setting: str = column("Setting", "What is set.", width=34)
    value: str = column("Value", "The planner's choice; empty takes the default.", default="", width=30)
    unit: str = column("Unit", "Unit of the value.", default="", width=14)
    default: str = column("Default", "Used where the value is empty.", default="", width=14)
    description: str = column("Description", "What the setting does.", default="", width=90)


SPEC = SheetSpec(
    name="Settings",
    kind=SheetKind.CONTROL,
    shape=Shape.RECORDS,
    module=Module.CORE,
    purpose="How this workbook plans: calendar, horizon, policies, and how pasted text is read.",
    row=SettingRow,
    when_absent="every setting has its default",
    key=("setting",),
)
