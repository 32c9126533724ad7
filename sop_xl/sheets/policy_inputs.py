"""How stock is steered and who is served first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column
from sop_xl.sheets.supply_inputs import in_periods

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings

SERVICE_MEASURES = ("cycle service", "fill rate")
SAFETY_STOCK_METHODS = ("normal", "gamma", "bootstrap", "echelon")


class PolicyRow(Row):
    """One rule of stock policy."""

    policy: str = column("Policy", "Name or number of the rule.", cell=CellType.CODE, width=12)
    item: str = column("Item", "Empty: every item. The narrowest rule holds (item, then family, then location, then classes); of equal ones the last.", default="", cell=CellType.CODE, references="Items.item", aliases=("SKU",), width=16)
    family: str = column("Family", "Empty: every family.", default="", references="Items.family", width=18)
    location: str = column("Location", "Where the stock lies. Empty: every location.", default="", cell=CellType.CODE, references="Locations.location", width=14)
    abc: str = column("ABC", "Empty: every class.", default="", choices=("A", "B", "C"), width=6)
    xyz: str = column("XYZ", "Empty: every class.", default="", choices=("X", "Y", "Z"), width=6)
    service_level: float | None = column("Service level", "Target. Empty: the item's, else the setting.", unit="fraction", cell=CellType.FRACTION, default=None, width=10, gt=0.5, lt=1)
    service_measure: str = column("Service measure", "cycle service: chance of no stock-out between two receipts. fill rate: part of demand served from stock. Empty: the setting.", default="", choices=SERVICE_MEASURES, width=13)
    method: str = column("Method", "normal, gamma (skewed demand), bootstrap (intermittent demand, from history) or echelon (where to hold stock along the bill of material). Empty: the setting.", default="", choices=SAFETY_STOCK_METHODS, width=11)
    shelf_life_days: float | None = column("Shelf life", "Days that a unit may lie in stock. Empty: for ever.", unit="days", default=None, width=9, gt=0)
    fence_days: float | None = column("Frozen fence", "Days from now in which no new order may be placed. Empty: the setting.", unit="days", default=None, aliases=("Planning time fence",), width=9, ge=0)
    maximum_stock: float | None = column("Maximum stock", "Most that may lie in stock at the end of a period. Empty: no limit.", unit="units", default=None, width=10, ge=0)
    holding_cost_rate: float | None = column("Holding cost", "Per year, as a part of the unit cost. Empty: the setting.", unit="fraction", cell=CellType.FRACTION, default=None, width=10, ge=0)
    backorder_cost: float | None = column("Back-order cost", "Per unit and period late. Empty: from the setting.", unit="money/unit", default=None, width=10, ge=0)
    demand_priority: float | None = column("Demand priority", "1 is served first. Empty: the customer class's, else 1.", unit="rank", default=None, width=9, ge=1)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)


def policy_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Days to periods; rules stay in the order in which people wrote them: of equally narrow ones the last holds."""
    frame = in_periods(records, settings, "shelf_life", "fence")
    return frame[list(frames.INVENTORY_POLICY.columns)].reset_index(drop=True)


INVENTORY_POLICY = SheetSpec(
    name="Inventory Policy",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="Service targets, shelf life, fences and stock limits by item, family or segment, where the settings should not hold.",
    row=PolicyRow,
    when_absent="every item follows the settings",
    key=("policy",),
    frame=frames.INVENTORY_POLICY,
    to_frame=policy_frame,
)


class CustomerClassRow(Row):
    """One class of customers."""

    customer: str = column("Customer group", "As in Demand History.", aliases=("Customer", "Customer class", "Channel"), width=22)
    priority: float | None = column("Priority", "1 is served first. Empty: 1.", unit="rank", default=None, width=9, ge=1)
    contract_share: float | None = column("Contract share", "Part of its demand that is under contract. Empty: none.", unit="fraction", cell=CellType.FRACTION, default=None, width=10, ge=0, le=1)
    price_factor: float | None = column("Price factor", "Its net price over the mean of all customers. Empty: 1.", unit="factor", default=None, width=10, ge=0)
    backorder_cost: float | None = column("Back-order cost", "Per unit and period late. Empty: the policy's.", unit="money/unit", default=None, width=10, ge=0)
    payment_days: float | None = column("Payment terms", "Days from sale to payment. Empty: the setting.", unit="days", default=None, aliases=("Terms",), width=10, ge=0)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)


def customer_classes_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Priority 1 where none is stated."""
    return frames.order_rows(records.assign(priority=records["priority"].fillna(1.0)), frames.CUSTOMER_CLASSES)


CUSTOMER_CLASSES = SheetSpec(
    name="Customer Classes",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="Who is served first when there is not enough: priority, contracts and prices by customer group.",
    row=CustomerClassRow,
    when_absent="all customers are alike",
    key=("customer",),
    frame=frames.CUSTOMER_CLASSES,
    to_frame=customer_classes_frame,
)
