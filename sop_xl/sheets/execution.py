"""Executing the plan: targets, initiatives, weekly actuals and the week's view, what needs somebody, and what decisions brought."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.locations import ONLY_LOCATION
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings


class KpiTargetRow(Row):
    """Target of one key figure."""

    kpi: str = column("KPI", "As the KPIs sheet names it.", width=30)
    scope: str = column("Scope", "A family. Empty: All.", default="", references="Items.family", width=20)
    target: float | None = column("Target", "Value to reach, in the unit of the key figure. Empty: none.", unit="as the KPI", default=None, width=12)
    watch: float | None = column("Watch limit", "Between target and this it is to be watched, beyond it is poor. Empty: a tenth of the target.", unit="as the KPI", default=None, width=12)
    owner: str = column("Owner", "Who acts when it is missed.", default="", width=18)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=30)


KPI_TARGETS = SheetSpec(
    name="KPI Targets",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="Targets, limits and owners of the key figures.",
    row=KpiTargetRow,
    when_absent="the targets of Settings, without owners",
    key=("kpi", "scope"),
    frame=frames.KPI_TARGETS,
)


class InitiativeRow(Row):
    """One milestone."""

    initiative: str = column("Initiative", "Launch, project or improvement.", width=30)
    milestone: str = column("Milestone", "What is to be reached.", width=34)
    item: str = column("Item", "Of a launch: the item. Empty: none.", default="", cell=CellType.CODE, references="Items.item", width=16)
    owner: str = column("Owner", "Who sees to it.", default="", width=18)
    due: datetime | None = column("Due", "By when. Empty: not dated.", unit="date", default=None, width=12)
    done: datetime | None = column("Done", "When it was reached. Empty: not yet.", unit="date", default=None, width=12)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=30)


INITIATIVES = SheetSpec(
    name="Initiatives",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="Product development and other initiatives with their milestones.",
    row=InitiativeRow,
    when_absent="no milestones are followed",
    key=("initiative", "milestone"),
    frame=frames.INITIATIVES,
)


class ActualsRow(Row):
    """What really happened in the period that is to be rolled: one item at one location."""

    item: str = column("Item", "Item sold.", cell=CellType.CODE, references="Items.item", aliases=("SKU", "Item No", "Item code", "Material", "Product", "Article"), width=16)
    location: str = column("Location", "Where the demand arose. Empty: the one location All.", default="", cell=CellType.CODE, references="Locations.location", aliases=("Territory", "Site", "Warehouse", "Market"), width=14)
    customer_group: str = column("Customer group", "Whose demand it is. Empty: the only one that Demand History has of the item and location.", default="", aliases=("Customer", "Channel"), width=14)
    period: datetime = column("Period", "The current period; a later one cannot be rolled yet, an earlier one corrects history.", unit="period", cell=CellType.PERIOD, aliases=("Month", "Date"), width=10)
    demand: float | None = column("Demand", "What customers ordered. Empty: not known.", unit="units", default=None, aliases=("Quantity", "Qty", "Units"), width=12)
    revenue: float | None = column("Revenue", "Net of discounts, in the currency of its line in Demand History. Empty: not known.", unit="money", default=None, width=14)
    shipments: float | None = column("Shipments", "What left. Empty: not known.", unit="units", default=None, width=12)


def actuals_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """A line without a location is for the one location."""
    return frames.order_rows(records.assign(location=records["location"].replace("", ONLY_LOCATION)), frames.ACTUALS)


ACTUALS = SheetSpec(
    name="Actuals",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="What really happened in the current period: rolling forward moves it into Demand History and empties this sheet.",
    row=ActualsRow,
    when_absent="`sop-xl roll` takes the actuals from a file",
    key=("item", "location", "customer_group", "period"),
    frame=frames.ACTUALS,
    to_frame=actuals_frame,
)


class WeeklyActualsRow(Row):
    """One item at one location in one week."""

    item: str = column("Item", "Item.", cell=CellType.CODE, references="Items.item", aliases=("SKU", "Material", "Product"), width=16)
    location: str = column("Location", "Empty: the one location All.", default="", cell=CellType.CODE, references="Locations.location", aliases=("Territory", "Site"), width=14)
    week: datetime = column("Week", "Any day of the week; it is taken as its Monday.", unit="date", aliases=("Date", "Week of"), width=12)
    orders: float | None = column("Orders", "Units that customers want in this week. Empty: not known.", unit="units", default=None, aliases=("Ordered",), width=12)
    shipments: float | None = column("Shipments", "Units that left. Empty: not known.", unit="units", default=None, aliases=("Shipped",), width=12)
    receipts: float | None = column("Receipts", "Units that came in. Empty: not known.", unit="units", default=None, aliases=("Received",), width=12)
    on_hand: float | None = column("On hand", "Units in stock at the end of the week. Empty: not counted.", unit="units", default=None, aliases=("Stock",), width=12)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)


def weekly_actuals_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Weeks by their Monday; a line without a location is for the one location."""
    monday = records["week"].dt.normalize()
    monday = monday - monday.dt.weekday.astype("timedelta64[D]") if len(records) else monday
    frame = records.assign(location=records["location"].replace("", ONLY_LOCATION), week=monday)
    return frames.order_rows(frame, frames.WEEKLY_ACTUALS)


WEEKLY_ACTUALS = SheetSpec(
    name="Weekly Actuals",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="What really happened week by week: orders, shipments, receipts, stock.",
    row=WeeklyActualsRow,
    when_absent="the weekly view shows the plan alone",
    key=("item", "location", "week"),
    frame=frames.WEEKLY_ACTUALS,
    to_frame=weekly_actuals_frame,
)


class WeeklyExecutionRow(Row):
    """One item at one location in one week."""

    item: str = column("Item", "Item.", cell=CellType.CODE, width=16)
    location: str = column("Location", "Location.", cell=CellType.CODE, width=14)
    family: str = column("Family", "Product family.", width=20)
    region: str = column("Region", "Region.", width=16)
    week: datetime = column("Week", "Its Monday.", unit="date", width=12)
    period: datetime = column("Period", "Period of its first planned day; a week that straddles two periods has the days of both.", unit="period", cell=CellType.PERIOD, width=10)
    planned_demand: float | None = column("Planned demand", "Demand of the periods, split by working days: of this cycle's approved plan, before one is published of the plan as it is.", unit="units", default=None, width=14)
    orders: float | None = column("Orders", "To date.", unit="units", default=None, width=12)
    shipments: float | None = column("Shipments", "To date.", unit="units", default=None, width=12)
    planned_receipts: float | None = column("Planned receipts", "Scheduled and planned receipts, split likewise; open orders in the week in which they are due.", unit="units", default=None, width=14)
    receipts: float | None = column("Receipts", "To date.", unit="units", default=None, width=12)
    projected_balance: float | None = column("Projected balance", "At the end of the week; below zero is backlog.", unit="units", default=None, width=14)
    safety_stock: float | None = column("Safety stock", "Of the period.", unit="units", default=None, width=12)
    value: float | None = column("At stake", "Money that the exception puts at stake.", unit="money", default=None, width=14)
    exception: str = column("Exception", "stock-out, below safety stock, late receipt, orders above plan, orders below plan. Empty: none.", default="", width=20)
    next_step: str = column("Next step", "expedite, re-deploy, re-sequence or allocate, with what it needs.", default="", width=60)
    later_demand: float | None = column("Planned demand of the next period", "Part of the planned demand on days of the period after this one.", unit="units", default=None, width=14)
    dependent_demand: float | None = column("Dependent demand", "Units that production and transfers take or that expire, split likewise.", unit="units", default=None, width=14)
    rank: float | None = column("Rank", "Of the exception by money.", unit="count", default=None, width=7)
    elapsed: float | None = column("Elapsed", "Part of the week's working days that are over: of planned demand, so much is the plan to date.", unit="fraction", cell=CellType.FRACTION, default=None, width=8)


WEEKLY_EXECUTION = SheetSpec(
    name="Weekly Execution",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="The first 13 weeks of the approved plan, before approval of the plan as it is, beside orders, shipments and receipts to date, with what is about to go wrong.",
    row=WeeklyExecutionRow,
    key=("item", "location", "week"),
    frame=frames.WEEKLY_EXECUTION,
)


class WorklistRow(Row):
    """One matter that needs somebody."""

    rank: float | None = column("Rank", "By money.", unit="count", default=None, width=7)
    alert: str = column("Matter", "The same words every cycle as long as it lasts.", width=46)
    kind: str = column("Kind", "shortage, gap, risk, excess, variance, late receipt, stock-out, forecast, decision due, task late; more: all that is not listed.", width=14)
    family: str = column("Family", "Empty: not of one family.", default="", width=18)
    region: str = column("Region", "Empty: not of one region.", default="", width=14)
    item: str = column("Item", "Empty: not of one item.", default="", cell=CellType.CODE, width=16)
    value: float | None = column("At stake", "Money, positive. Less than a hundred-thousandth of the revenue of the next year is no matter.", unit="money", default=None, width=14)
    first_period: datetime | None = column("From", "When it begins to hurt.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    since: datetime | None = column("Since", "Cycle in which it was first listed.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    sentence: str = column("In words", "What is wrong.", default="", width=80)
    next_step: str = column("Next step", "What to do.", default="", width=60)
    evidence: str = column("Evidence", "Sheet that has the detail.", default="", width=18)
    needs_decision: str = column("Needs a decision", "yes: it is above the limit of Settings and no decision that was taken speaks of it, or it is a proposed decision that is due.", default="", choices=("yes",), width=11)
    owner: str = column("Owner", "Yours: who sees to it.", default="", people=True, width=16)
    state: str = column("State", "Yours: open, in work, accepted. Empty: open.", default="", choices=("open", "in work", "accepted"), people=True, width=11)
    responsible: str = column("Responsible", "Who answers for it by its source: owner of the key figure, the risk or the decision.", default="", width=16)
    matters: float | None = column("Matters", "That the line stands for: 1; of the last line as many as are not listed.", unit="count", default=None, width=9)
    section: str = column("Section", "Part of the list in which it is ranked by money: open, then accepted as of the run, then more.", default="", choices=("open", "accepted", "more"), width=10)


WORKLIST = SheetSpec(
    name="Worklist",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="What needs somebody now: few lines, the dearest first, each with its next step.",
    row=WorklistRow,
    key=("alert",),
    frame=frames.WORKLIST,
)


class DecisionEffectRow(Row):
    """What one decision was to bring, and what it brought."""

    decision: str = column("Decision", "Number of the decision.", cell=CellType.CODE, width=10)
    what: str = column("What", "Lever and scope.", width=44)
    owner: str = column("Owner", "Who sees to it.", default="", width=16)
    status: str = column("Status", "As in Decisions.", default="", width=11)
    approved_in: datetime | None = column("Approved in", "Cycle in which it was first published. Empty: not yet.", unit="period", cell=CellType.PERIOD, default=None, width=11)
    expected_units: float | None = column("Expected units", "Units served in time that the plan without it serves late or never, over its span, as of the approval; each counts once. Of a promoted scenario: units asked for.", unit="units", default=None, width=14)
    expected_gain: float | None = column("Expected gain", "Profit, as of the approval.", unit="money", default=None, width=14)
    elapsed: float | None = column("Elapsed", "Periods of its span that are over.", unit="periods", default=None, width=9)
    expected_so_far: float | None = column("Expected so far", "Units, in the periods that are over.", unit="units", default=None, width=14)
    realised_so_far: float | None = column("Realised so far", "Units sold in them beyond what the plan without it would have served. Of a promoted scenario: units asked for beyond the plan without it.", unit="units", default=None, width=14)
    still_expected: float | None = column("Still expected", "Units, in the periods to come, by the plan now.", unit="units", default=None, width=14)
    sentence: str = column("In words", "How it goes.", default="", width=90)
    gain_now: float | None = column("Gain now", "Profit and lateness spared in the periods to come: the plan now against the plan without it.", unit="money", default=None, width=14)


DECISION_EFFECTS = SheetSpec(
    name="Decision Effects",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="What approved decisions were expected to bring, and what they have brought so far.",
    row=DecisionEffectRow,
    key=("decision",),
    frame=frames.DECISION_EFFECTS,
)
