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
    service_level: float = column("Service level", "Probability of not running out in a replenishment cycle, for items that state none.", unit="fraction", cell=CellType.FRACTION, default=0.95, gt=0.5, lt=1)
    lead_time_days: float = column("Lead time", "Replenishment lead time of items that state none.", unit="days", default=30.0, ge=0)
    lead_time_deviation_days: float = column("Lead-time deviation", "Standard deviation of the lead time of items that state none.", unit="days", default=0.0, ge=0)
    budget_scale: float = column("Budget money unit", "Money in Budget is in this many units of the currency: 1, 1000 or 1000000.", unit="factor", default=1.0, gt=0)
    budget_period_shift: int = column("Budget period shift", "Periods to add to every budget period, for budgets dated on another system's calendar.", unit="periods", default=0)
    decimal_mark: str = column("Decimal mark in text", 'How numbers that were pasted as text are read. "auto" reads what is beyond doubt and reports what is not.', choices=("auto", ".", ","), default="auto")
    date_order: str = column("Date order in text", 'How dates such as 03/04/2026 are read. "auto" reads what is beyond doubt and reports what is not.', choices=("auto", "DMY", "MDY"), default="auto")
    target_wmape: float = column("Target WMAPE", "Forecast error to stay under.", unit="fraction", cell=CellType.FRACTION, default=0.3, gt=0)
    target_days_of_supply: float = column("Target days of supply", "Cover to aim at over all items.", unit="days", default=60.0, gt=0)
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
