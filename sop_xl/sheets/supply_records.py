"""What supply planning says: shortages and their causes, what binds, options, allocation, stock targets and suppliers."""

from __future__ import annotations

from datetime import datetime

from sop_xl import frames
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column


class ShortageRow(Row):
    """One shortage."""

    rank: float = column("Rank", "1 puts the most money at risk.", unit="rank", width=7)
    item: str = column("Item", "Item short.", cell=CellType.CODE, width=16)
    name: str = column("Name", "Name of the item.", default="", width=28)
    family: str = column("Family", "Family of the item.", default="", width=18)
    location: str = column("Location", "Where it is short.", cell=CellType.CODE, width=14)
    period: datetime = column("From", "First period that is short.", unit="period", cell=CellType.PERIOD, width=10)
    last_period: datetime = column("To", "Last period of this shortage.", unit="period", cell=CellType.PERIOD, width=10)
    unmet_demand: float = column("Unmet demand", "Units late at the worst moment, or lost.", unit="units", width=12)
    shortage_value: float | None = column("Value", "Revenue late or lost.", unit="money", default=None, width=13)
    margin_at_risk: float | None = column("Margin at risk", "Gross margin of it.", unit="money", default=None, width=13)
    cause_kind: str = column("Kind of cause", "resource, material, supplier, lead time, fence, storage or cost.", default="", width=13)
    cause: str = column("Cause", "What binds.", default="", width=26)
    chain: str = column("Chain", "From the item to the cause.", default="", width=60)
    next_action: str = column("Next action", "What to do first.", default="", width=60)
    option: str = column("Best option", "The line of Options that removes most of it.", default="", width=44)


SHORTAGES = SheetSpec(
    name="Shortages",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="Every demand that the plan cannot serve in time, ranked by money, with its cause and the next action.",
    row=ShortageRow,
    key=("item", "location", "period"),
    frame=frames.SHORTAGES,
)


class BindingConstraintRow(Row):
    """One constraint that binds."""

    constraint: str = column("Constraint", "Which rule of the plan.", width=20)
    subject: str = column("Of", "Resource, supplier or item.", width=44)
    period: datetime = column("Period", "When it binds.", unit="period", cell=CellType.PERIOD, width=10)
    limit: float | None = column("Limit", "What is allowed.", unit="see unit", default=None, width=12)
    used: float | None = column("Used", "What the plan uses.", unit="see unit", default=None, width=12)
    unit: str = column("Unit", "Unit of limit and use.", default="", width=9)
    price_low: float | None = column("One more saves", "Saved by one more unit of the limit: its shadow price.", unit="money/unit", default=None, width=12)
    price_high: float | None = column("One less costs", "Cost of one unit less. Equal to the saving where the price is unique.", unit="money/unit", default=None, width=12)
    valid_from: float | None = column("Valid from", "Limit down to which one less costs that much.", unit="see unit", default=None, width=12)
    valid_until: float | None = column("Valid until", "Limit up to which one more saves that much.", unit="see unit", default=None, width=12)
    demand_hurt: float | None = column("Demand hurt", "Unmet demand that hangs on it.", unit="units", default=None, width=12)
    sentence: str = column("In words", "For the director.", default="", width=100)


BINDING_CONSTRAINTS = SheetSpec(
    name="Binding Constraints",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="What limits the plan, what one more unit of it is worth, how far that holds, and whom it hurts.",
    row=BindingConstraintRow,
    key=("constraint", "subject", "period"),
    frame=frames.BINDING_CONSTRAINTS,
)


class OptionRow(Row):
    """One option tried."""

    rank: float = column("Rank", "1 gains the most.", unit="rank", width=7)
    option: str = column("Option", "Name; copy it into Decisions to decide on it.", width=44)
    lever: str = column("Lever", "What is pulled.", width=14)
    item: str = column("Item", "Empty: every item that the lever reaches.", default="", cell=CellType.CODE, width=16)
    family: str = column("Family", "Empty: every family.", default="", width=18)
    resource: str = column("Resource", "Empty: none in particular.", default="", width=18)
    supplier: str = column("Supplier", "Empty: none in particular.", default="", cell=CellType.CODE, width=22)
    first_period: datetime | None = column("From", "First period in which it is used.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    last_period: datetime | None = column("To", "Last period in which it is used.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    value: float | None = column("Used", "How much of it the plan would use in all.", unit="see unit", default=None, width=11)
    unit: str = column("Unit", "Unit of use.", default="", width=8)
    gain: float | None = column("Gain", "Profit change + the cost of lateness that customers are spared; options are ranked by it.", unit="money", default=None, width=13)
    profit_change: float | None = column("Profit change", "Against the plan without it; positive is better.", unit="money", default=None, width=13)
    service_change: float | None = column("Service change", "Of the part of demand served in time.", unit="fraction", cell=CellType.FRACTION, default=None, width=11)
    cash_change: float | None = column("Cash change", "Cash at the end of the horizon.", unit="money", default=None, width=13)
    inventory_change: float | None = column("Inventory change", "Mean inventory value over the horizon.", unit="money", default=None, width=13)
    budget_gap: float | None = column("Budget gap", "Revenue of the plan with it less the budget. Empty: no budget.", unit="money", default=None, width=13)
    profit: float | None = column("Profit", "With it, over the horizon.", unit="money", default=None, width=14)
    service: float | None = column("Service", "Part of demand served in time, with it.", unit="fraction", cell=CellType.FRACTION, default=None, width=10)
    unmet_demand: float | None = column("Unmet demand", "Left with it: units late at the end of their period, summed, or lost.", unit="units", default=None, width=12)
    cash: float | None = column("Cash", "With it.", unit="money", default=None, width=14)
    inventory_value: float | None = column("Inventory value", "Mean over the horizon, with it.", unit="money", default=None, width=14)
    note: str = column("Note", "In words.", default="", width=100)


OPTIONS = SheetSpec(
    name="Options",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="Every lever tried on the plan, and the best of them together, ranked by profit and by the lateness that they spare.",
    row=OptionRow,
    key=("option",),
    frame=frames.OPTIONS,
)


class AllocationRow(Row):
    """What one customer group gets of an item in short supply."""

    item: str = column("Item", "Item in short supply.", cell=CellType.CODE, width=16)
    location: str = column("Location", "Location of the demand.", cell=CellType.CODE, width=14)
    customer: str = column("Customer group", "Empty: all.", default="", width=20)
    period: datetime = column("Period", "Period of the demand.", unit="period", cell=CellType.PERIOD, width=10)
    demand: float = column("Demand", "Asked for.", unit="units", width=11)
    allocated: float = column("Allocated", "By the rule of Settings.", unit="units", width=11)
    by_priority: float = column("By priority", "Priority 1 first.", unit="units", width=11)
    by_margin: float = column("By margin", "Highest margin first.", unit="units", width=11)
    by_fair_share: float = column("Fair share", "The same part of everybody's demand.", unit="units", width=11)
    by_contract: float = column("Contract first", "Contracts first, then fair share.", unit="units", width=11)


ALLOCATION = SheetSpec(
    name="Allocation",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="Who gets how much where there is not enough, by each rule.",
    row=AllocationRow,
    key=("item", "location", "customer", "period"),
    frame=frames.ALLOCATION,
)


class AllocationRuleRow(Row):
    """One rule over one customer group."""

    rule: str = column("Rule", "priority, margin, fair share or contract first.", width=16)
    customer: str = column("Customer group", "Empty: all of them.", default="", width=22)
    demand: float = column("Demand", "Of items in short supply.", unit="units", width=12)
    allocated: float = column("Allocated", "By this rule.", unit="units", width=12)
    fill_rate: float | None = column("Fill rate", "Allocated / demand.", unit="fraction", cell=CellType.FRACTION, default=None, width=10)
    margin: float | None = column("Margin", "Gross margin of what is allocated, less back-order costs of contracts that wait.", unit="money", default=None, width=14)
    regret: float | None = column("Regret", "Margin of the best allocation - margin of this rule.", unit="money", default=None, width=14)
    chosen: str = column("Chosen", "yes: the rule of Settings.", default="", width=8)


ALLOCATION_RULES = SheetSpec(
    name="Allocation Rules",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="What each rule of allocation gives whom, and the margin that it leaves on the table.",
    row=AllocationRuleRow,
    key=("rule", "customer"),
    frame=frames.ALLOCATION_RULES,
)


class InventoryTargetRow(Row):
    """Targets of one stock."""

    item: str = column("Item", "Item.", cell=CellType.CODE, width=16)
    family: str = column("Family", "Family of the item.", default="", width=18)
    location: str = column("Location", "Where the stock lies.", cell=CellType.CODE, width=14)
    abc: str = column("ABC", "By revenue.", default="", width=6)
    xyz: str = column("XYZ", "By variation.", default="", width=6)
    method: str = column("Method", "How safety stock is computed.", default="", width=11)
    service_measure: str = column("Service measure", "What the target is.", default="", width=13)
    service_level: float | None = column("Service level", "Target.", unit="fraction", cell=CellType.FRACTION, default=None, width=10)
    mean_demand: float | None = column("Mean demand", "Per period over the plan.", unit="units", default=None, width=11)
    error_sd: float | None = column("Forecast error", "Standard deviation per period.", unit="units", default=None, width=11)
    lead_time: float | None = column("Lead time", "Mean.", unit="periods", default=None, width=10)
    lead_time_deviation: float | None = column("Lead-time deviation", "Standard deviation.", unit="periods", default=None, width=10)
    safety_stock: float | None = column("Safety stock", "Mean over the plan.", unit="units", default=None, width=11)
    reorder_point: float | None = column("Reorder point", "Demand over the lead time + safety stock.", unit="units", default=None, width=11)
    order_quantity: float | None = column("Order quantity", "Economic order quantity, within the lot rules.", unit="units", default=None, width=11)
    target_stock: float | None = column("Target stock", "Safety stock + half an order quantity.", unit="units", default=None, width=11)
    on_hand: float | None = column("On hand", "Now.", unit="units", default=None, width=11)
    projected_stock: float | None = column("Projected stock", "Mean over the plan.", unit="units", default=None, width=11)
    excess: float | None = column("Excess", "On hand and on order above what the plan needs within the excess cover of Settings.", unit="units", default=None, width=11)
    obsolete: float | None = column("Obsolete", "On hand that the plan never uses.", unit="units", default=None, width=11)
    excess_value: float | None = column("Excess value", "At unit cost.", unit="money", default=None, width=13)
    obsolete_value: float | None = column("Obsolete value", "At unit cost.", unit="money", default=None, width=13)
    note: str = column("Note", "What a planner must know.", default="", width=110)


INVENTORY_TARGETS = SheetSpec(
    name="Inventory Targets",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="Safety stock, reorder point, order quantity and target of every stock, and what lies there too much.",
    row=InventoryTargetRow,
    key=("item", "location"),
    frame=frames.INVENTORY_TARGETS,
)


class ServiceCurveRow(Row):
    """One point of a curve."""

    family: str = column("Family", "Family, or All.", width=22)
    service_level: float = column("Service level", "Cycle service of all its items.", unit="fraction", cell=CellType.FRACTION, width=11)
    safety_stock_value: float | None = column("Safety stock value", "At unit cost.", unit="money", default=None, width=15)
    fill_rate: float | None = column("Fill rate", "Part of demand served from stock.", unit="fraction", cell=CellType.FRACTION, default=None, width=11)
    today: str = column("Today", "settings: where the targets stand. stock: where today's stock stands.", default="", width=10)


SERVICE_CURVES = SheetSpec(
    name="Service Curves",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="What each level of service costs in stock, by family, with today's point.",
    row=ServiceCurveRow,
    key=("family", "service_level"),
    frame=frames.SERVICE_CURVES,
)


class SupplierPerformanceRow(Row):
    """What one supplier delivered."""

    supplier: str = column("Supplier", "Supplier.", cell=CellType.CODE, width=26)
    item: str = column("Item", "Empty: all items of the supplier.", default="", cell=CellType.CODE, width=16)
    order_lines: float = column("Order lines", "Lines with both dates.", unit="count", width=10)
    first_order: datetime | None = column("First order", "Day.", unit="date", default=None, width=12)
    last_order: datetime | None = column("Last order", "Day.", unit="date", default=None, width=12)
    lead_time: float | None = column("Lead time", "Mean, from order to receipt.", unit="days", default=None, width=10)
    lead_time_deviation: float | None = column("Lead-time deviation", "Standard deviation.", unit="days", default=None, width=10)
    stated_lead_time: float | None = column("Stated lead time", "Of Sourcing, Suppliers or Items.", unit="days", default=None, width=10)
    late_share: float | None = column("Late", "Part of lines received after the due date.", unit="fraction", cell=CellType.FRACTION, default=None, width=9)
    reject_rate: float | None = column("Rejected", "Part of the units received.", unit="fraction", cell=CellType.FRACTION, default=None, width=9)
    fill_rate: float | None = column("Fill rate", "Received / ordered.", unit="fraction", cell=CellType.FRACTION, default=None, width=9)
    used: str = column("Used", "What the plan takes from here.", default="", width=64)


SUPPLIER_PERFORMANCE = SheetSpec(
    name="Supplier Performance",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="Real lead times, their spread, lateness and rejects from past orders, beside what is stated.",
    row=SupplierPerformanceRow,
    key=("supplier", "item"),
    frame=frames.SUPPLIER_PERFORMANCE,
)
