"""Inventory: what lies in stock now; Inventory Plan: what will."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.locations import ONLY_LOCATION
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings


class InventoryRow(Row):
    """Stock of one item at one location."""

    item: str = column("Item", "Item in stock.", cell=CellType.CODE, references="Items.item", aliases=("SKU", "Material", "Product"), width=16)
    location: str = column("Location", "Where it lies. Empty: the one location All.", default="", cell=CellType.CODE, references="Locations.location", aliases=("Warehouse", "Site"), width=16)
    on_hand: float = column("On hand", "Usable stock at the start of the current period; negative is backlog.", unit="units", aliases=("Stock", "Quantity", "On hand qty"), width=12)
    safety_stock: float | None = column("Safety stock", "The planner's own safety stock. Empty: computed.", unit="units", default=None, width=12, ge=0)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)


def inventory_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Stock without a location is at the one location."""
    frame = records.copy()
    frame["location"] = frame["location"].replace("", ONLY_LOCATION)
    return frames.order_rows(frame, frames.INVENTORY)


INVENTORY = SheetSpec(
    name="Inventory",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="Stock at the start of the current period.",
    row=InventoryRow,
    when_absent="nothing is in stock",
    key=("item", "location"),
    frame=frames.INVENTORY,
    to_frame=inventory_frame,
)


class InventoryPlanRow(Row):
    """Labels of one line of the projection."""

    item: str = column("Item", "Item.", cell=CellType.CODE, width=16)
    family: str = column("Family", "Family of the item.", default="", width=20)
    location: str = column("Location", "Location that holds the stock.", cell=CellType.CODE, width=14)
    region: str = column("Region", "Region of the location.", default="", width=14)
    measure: str = column("Measure", "What the line shows.", width=26)
    unit: str = column("Unit", "Unit of the line.", default="", width=8)
    note: str = column("Note", "What a planner must know.", default="", width=24)


INVENTORY_PLAN = SheetSpec(
    name="Inventory Plan",
    kind=SheetKind.OUTPUT,
    shape=Shape.GRID,
    module=Module.SUPPLY,
    purpose="Projected stock of the executable plan: opening balance + receipts - demand, safety stock and cover.",
    row=InventoryPlanRow,
    key=("item", "location", "measure"),
    measures=("opening_balance", "scheduled_receipts", "planned_receipts", "demand", "dependent_demand", "lost_sales", "expired", "projected_available_balance", "safety_stock", "unmet_demand", "days_of_supply", "reserved_stock", "decided_demand"),
    frame=frames.INVENTORY_PLAN,
)
