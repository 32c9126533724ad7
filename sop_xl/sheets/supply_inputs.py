"""Where supply comes from: orders on their way, sources, bills of material, suppliers and what they delivered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.locations import ONLY_LOCATION
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings

SOURCE_KINDS = ("make", "buy", "transfer", "subcontract")
RISKS = ("low", "medium", "high")


def in_periods(records: pd.DataFrame, settings: Settings, *names: str) -> pd.DataFrame:
    """The records with those columns, named `..._days`, turned from days to periods of mean length."""
    days = settings.make_calendar().mean_days
    frame = records.copy()
    for name in names:
        frame[name] = frame.pop(f"{name}_days") / days
    return frame


class OpenOrderRow(Row):
    """One order on its way."""

    order: str = column("Order", "Number of the order line.", cell=CellType.CODE, aliases=("Order line", "PO", "Purchase order", "Order No"), width=14)
    item: str = column("Item", "Item ordered.", cell=CellType.CODE, references="Items.item", aliases=("SKU", "Material", "Product"), width=16)
    location: str = column("Location", "Where it arrives. Empty: the one location All.", default="", cell=CellType.CODE, references="Locations.location", aliases=("Site", "Warehouse"), width=14)
    supplier: str = column("Supplier", "Who delivers. Empty: not known.", default="", aliases=("Vendor",), width=22)
    period: datetime = column("Due", "Day on which it is due in stock; an overdue order counts as due now.", unit="date", cell=CellType.DATE, aliases=("Due date", "Date", "Delivery date"), width=12)
    scheduled_receipts: float = column("Open quantity", "Quantity still to arrive.", unit="units", aliases=("Quantity", "Qty", "Open qty"), width=12, ge=0)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)


def open_orders_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """An order without a location arrives at the one location."""
    return frames.order_rows(records.assign(location=records["location"].replace("", ONLY_LOCATION)), frames.OPEN_ORDERS)


OPEN_ORDERS = SheetSpec(
    name="Open Orders",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="Orders placed with suppliers or the factory that are still to arrive: the scheduled receipts.",
    row=OpenOrderRow,
    when_absent="nothing is on its way",
    key=("order",),
    frame=frames.OPEN_ORDERS,
    to_frame=open_orders_frame,
)


class SourcingRow(Row):
    """One way to replenish."""

    item: str = column("Item", "Empty: every item.", default="", cell=CellType.CODE, references="Items.item", aliases=("SKU", "Material"), width=16)
    family: str = column("Family", "Empty: every family.", default="", references="Items.family", width=18)
    location: str = column("Location", "Where the receipts arrive. Empty: wherever stock of the item lies.", default="", cell=CellType.CODE, references="Locations.location", width=14)
    kind: str = column("Kind", "make takes the bills of material and resources; buy; transfer takes stock of another location; subcontract takes the bill of material, not our resources.", choices=SOURCE_KINDS, aliases=("Type", "Procurement type"), width=12)
    source: str = column("Source", "Supplier (buy, subcontract) or location (transfer). Empty: our own factory (make).", default="", cell=CellType.CODE, aliases=("Supplier", "Vendor", "From"), width=22)
    priority: float | None = column("Priority", "1 is the regular source, 2 and above are second sources. Empty: 1.", unit="rank", default=None, width=9, ge=1)
    share: float | None = column("Share", "Part of the item's receipts that this source takes. Empty: free.", unit="fraction", cell=CellType.FRACTION, default=None, aliases=("Quota",), width=9, ge=0, le=1)
    unit_cost: float | None = column("Unit cost", "Paid to the source per unit, without materials that a bill states. Empty: from Items.", unit="money/unit", default=None, aliases=("Price", "Unit price"), width=11, ge=0)
    lead_time_days: float | None = column("Lead time", "Days from order to stock. Empty: measured on Purchase History, else the supplier's, else the item's.", unit="days", default=None, aliases=("LT", "Lead time days", "Planned delivery time"), width=10, ge=0)
    lead_time_deviation_days: float | None = column("Lead-time deviation", "Standard deviation. Empty: as the lead time.", unit="days", default=None, width=10, ge=0)
    minimum_order: float | None = column("Minimum order", "Empty: the item's.", unit="units", default=None, aliases=("MOQ", "Min order qty", "Minimum lot size"), width=10, ge=0)
    order_multiple: float | None = column("Order multiple", "Empty: the item's.", unit="units", default=None, aliases=("Lot size", "Lot multiple", "Rounding value"), width=10, ge=0)
    maximum: float | None = column("Maximum", "Most that the source gives in one period. Empty: no limit.", unit="units/period", default=None, aliases=("Max order qty",), width=11, ge=0)
    process_yield: float | None = column("Yield", "Good part of what is ordered. Empty: 1 less the supplier's reject rate.", unit="fraction", cell=CellType.FRACTION, default=None, width=9, gt=0, le=1)
    fixed_cost: float | None = column("Fixed cost", "Per order: set-up, freight, handling. Empty: none.", unit="money", default=None, aliases=("Order cost", "Setup cost"), width=10, ge=0)
    valid_from: datetime | None = column("Valid from", "First day of receipts. Empty: open. A source whose price or terms change has a row for each time; the period of the change is the later row's.", unit="date", default=None, width=12)
    valid_until: datetime | None = column("Valid until", "Last day of receipts. Empty: open.", unit="date", default=None, width=12)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)
    co2_per_unit: float | None = column("CO2 per unit", "Of a unit ordered here, its way included; Scenario Compare adds it up. Empty: not counted.", unit="kg/unit", default=None, aliases=("CO2", "Emission factor", "kg CO2e per unit"), width=11, ge=0)


def sourcing_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Days to periods; priority 1 where none is stated; a line that names an item needs no family."""
    frame = in_periods(records, settings, "lead_time", "lead_time_deviation")
    frame["priority"] = frame["priority"].fillna(1.0)
    frame.loc[frame["item"] != "", "family"] = ""
    return frames.order_rows(frame, frames.SOURCING)


SOURCING = SheetSpec(
    name="Sourcing",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="How each item is replenished: made, bought, transferred or subcontracted, with alternates. Empty scope cells mean every one.",
    row=SourcingRow,
    when_absent="items with a bill of material are made, all others bought, with lead time and lots of Items",
    key=("item", "family", "location", "kind", "source", "valid_from"),
    frame=frames.SOURCING,
    to_frame=sourcing_frame,
)


class BillRow(Row):
    """One component of one item."""

    item: str = column("Item", "What is made. Empty, for a substitute only: whatever uses the component.", default="", cell=CellType.CODE, references="Items.item", aliases=("Parent", "Assembly"), width=16)
    component: str = column("Component", "What goes into it.", cell=CellType.CODE, references="Items.item", aliases=("Child", "Material"), width=16)
    quantity_per: float = column("Quantity per", "Units of the component per unit made; of a substitute per unit of the component that it replaces.", unit="units", aliases=("Qty", "Qty per", "Quantity", "Component quantity"), width=11, gt=0)
    scrap: float | None = column("Scrap", "Part of the component that is lost. Empty: none.", unit="fraction", cell=CellType.FRACTION, default=None, width=9, ge=0, lt=1)
    substitute_for: str = column("Substitute for", "Component in whose place this one can be used. Empty: a regular line.", default="", cell=CellType.CODE, references="Items.item", width=16)
    extra_cost: float | None = column("Extra cost", "Per unit of the substitute, on top of its own cost. Empty: none.", unit="money/unit", default=None, width=10, ge=0)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)


BILL_OF_MATERIALS = SheetSpec(
    name="Bill of Materials",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="What each made item consists of, level by level.",
    row=BillRow,
    when_absent="nothing that is made takes components",
    key=("item", "component", "substitute_for"),
    frame=frames.BILL_OF_MATERIALS,
)


class SupplierRow(Row):
    """One supplier."""

    supplier: str = column("Supplier", "Name or number, the same in every sheet.", cell=CellType.CODE, aliases=("Vendor",), width=24)
    name: str = column("Name", "Name for people.", default="", width=24)
    supplier_limit: float | None = column("Limit", "Most that it delivers in one period, over all items. Empty: no limit.", unit="units/period", default=None, aliases=("Capacity", "Max quantity per month", "Maximum quantity"), width=12, ge=0)
    reliability: float | None = column("Reliability", "Part of its orders that come in full; for your information, the plan counts on full orders. Empty: not known.", unit="fraction", cell=CellType.FRACTION, default=None, aliases=("Delivery reliability",), width=10, ge=0, le=1)
    reject_rate: float | None = column("Reject rate", "Part of the units that is rejected. Empty: measured on Purchase History, else none.", unit="fraction", cell=CellType.FRACTION, default=None, width=10, ge=0, lt=1)
    lead_time_days: float | None = column("Lead time", "Where Sourcing states none and Purchase History has too few orders to measure. Empty: the item's.", unit="days", default=None, aliases=("LT", "Lead time days", "Planned delivery time"), width=10, ge=0)
    lead_time_deviation_days: float | None = column("Lead-time deviation", "Standard deviation. Empty: as the lead time.", unit="days", default=None, width=10, ge=0)
    payment_days: float | None = column("Payment terms", "Days from receipt to payment. Empty: the setting.", unit="days", default=None, aliases=("Terms",), width=10, ge=0)
    risk: str = column("Risk", "Judgement of the risk that it fails; for your information. A scenario with supplier out says what it would cost.", default="", choices=RISKS, width=9)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)


def suppliers_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Days to periods; payment terms stay in days."""
    return frames.order_rows(in_periods(records, settings, "lead_time", "lead_time_deviation"), frames.SUPPLIERS)


SUPPLIERS = SheetSpec(
    name="Suppliers",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="Who delivers, how much at most, how reliably and on what terms.",
    row=SupplierRow,
    when_absent="suppliers have no limits; lead times are those of Sourcing and Items",
    key=("supplier",),
    frame=frames.SUPPLIERS,
    to_frame=suppliers_frame,
)


class PurchaseRow(Row):
    """One line of a past purchase order."""

    order: str = column("Order", "Number of the order.", cell=CellType.CODE, aliases=("PO", "Purchase order"), width=12)
    item: str = column("Item", "Item ordered.", cell=CellType.CODE, references="Items.item", aliases=("SKU", "Material"), width=16)
    supplier: str = column("Supplier", "Who delivered.", cell=CellType.CODE, aliases=("Vendor",), width=24)
    ordered: datetime | None = column("Ordered", "Day of the order.", unit="date", default=None, aliases=("Order date",), width=12)
    due: datetime | None = column("Due", "Day on which it was due. Empty: not known.", unit="date", default=None, aliases=("Due date",), width=12)
    received: datetime | None = column("Received", "Day of the receipt. Empty: not known.", unit="date", default=None, aliases=("Receipt date", "Ship date"), width=12)
    order_quantity: float | None = column("Ordered quantity", "Quantity ordered.", unit="units", default=None, aliases=("Order qty", "Quantity"), width=11, ge=0)
    received_quantity: float | None = column("Received quantity", "Quantity that came.", unit="units", default=None, aliases=("Received qty",), width=11, ge=0)
    rejected_quantity: float | None = column("Rejected quantity", "Of it sent back or scrapped.", unit="units", default=None, aliases=("Rejected qty",), width=11, ge=0)


PURCHASE_HISTORY = SheetSpec(
    name="Purchase History",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="Past purchase orders, from which real lead times, their spread and reject rates are measured.",
    row=PurchaseRow,
    when_absent="lead times are those of Sourcing, Suppliers and Items",
    key=("order", "item"),
    frame=frames.PURCHASE_HISTORY,
)
