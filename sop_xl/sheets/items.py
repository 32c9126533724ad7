"""Items: one row per thing that is planned."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings


class ItemRow(Row):
    """One item."""

    item: str = column("Item", "Code of the item, the same in every sheet.", cell=CellType.CODE, aliases=("SKU", "Item No", "Item code", "Material", "Product", "Product code", "Part", "Part number", "Article"), width=16, max_length=60)
    name: str = column("Name", "Name for people.", default="", aliases=("Description", "Item name", "Product name"), width=32)
    category: str = column("Category", "Group of families. Empty: (no category).", default="", aliases=("Product line", "Division"), width=16)
    family: str = column("Family", "Product family, the level of the executive review. Empty: (no family).", default="", aliases=("Product family", "Subcategory", "Product group", "Material group"), width=20)
    unit: str = column("Unit", "Stocking unit; every quantity of the item is in it.", default="pcs", aliases=("UoM", "Unit of measure", "Base unit"), width=8)
    unit_cost: float | None = column("Unit cost", "Standard cost in plan currency. Empty: not known; cost and stock value of the item are left out and said.", unit="money/unit", default=None, aliases=("Standard cost", "Cost", "Standard price"), width=12, ge=0)
    unit_price: float | None = column("Unit price", "List price in plan currency, used where history has no revenue. Empty: not known.", unit="money/unit", default=None, aliases=("List price", "Price", "Sales price"), width=12, ge=0)
    lead_time_days: float | None = column("Lead time", "Days from order to stock. Empty: the setting.", unit="days", default=None, aliases=("Lead time days", "LT"), width=11, ge=0)
    lead_time_deviation_days: float | None = column("Lead-time deviation", "Standard deviation of the lead time. Empty: the setting.", unit="days", default=None, aliases=("Lead time deviation days", "Lead time std"), width=11, ge=0)
    minimum_order: float | None = column("Minimum order", "Smallest quantity that can be ordered. Empty: none.", unit="units", default=None, aliases=("MOQ", "Min order qty"), width=11, ge=0)
    order_multiple: float | None = column("Order multiple", "Orders are multiples of it. Empty: any quantity.", unit="units", default=None, aliases=("Lot size", "Lot multiple"), width=11, ge=0)
    service_level: float | None = column("Service level", "Probability of not running out in a replenishment cycle. Empty: the setting.", unit="fraction", cell=CellType.FRACTION, default=None, width=11, gt=0.5, lt=1)
    start: datetime | None = column("Sold from", "First day of sale. Empty: always.", unit="date", default=None, aliases=("Sell start", "Launch date", "Start date"), width=12)
    end: datetime | None = column("Sold until", "Last day of sale. Empty: open.", unit="date", default=None, aliases=("Sell end", "End date", "Discontinued"), width=12)


def to_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Lead times from days to periods (mean length), defaults from the settings, empty groups named."""
    days = settings.make_calendar().mean_days
    frame = records.copy()
    frame["category"] = frame["category"].replace("", "(no category)")
    frame["family"] = frame["family"].replace("", "(no family)")
    frame["lead_time"] = frame.pop("lead_time_days").fillna(settings.lead_time_days) / days
    frame["lead_time_deviation"] = frame.pop("lead_time_deviation_days").fillna(settings.lead_time_deviation_days) / days
    for name in ("minimum_order", "order_multiple"):
        frame[name] = frame[name].fillna(0.0)
    return frames.order_rows(frame, frames.ITEMS)


SPEC = SheetSpec(
    name="Items",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.CORE,
    purpose="Everything that is planned, one row per item.",
    row=ItemRow,
    key=("item",),
    frame=frames.ITEMS,
    to_frame=to_frame,
    required=True,
)
