"""Demand History: what customers asked for, period by period."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.locations import ONLY_LOCATION
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings


class DemandHistoryRow(Row):
    """Labels of one line of history."""

    item: str = column("Item", "Item sold.", cell=CellType.CODE, references="Items.item", aliases=("SKU", "Item No", "Item code", "Material", "Product", "Product code", "Part", "Part number", "Article"), width=16)
    name: str = column("Name", "For people; not read.", default="", width=28)
    location: str = column("Location", "Where the demand arose. Empty: the one location All.", default="", cell=CellType.CODE, references="Locations.location", aliases=("Territory", "Site", "Warehouse", "Market"), width=16)
    customer_group: str = column("Customer group", "Whose demand it is; the lines of all groups add up to the demand of the item and location. Empty: one line for all of them.", default="", aliases=("Customer", "Channel"), width=12)
    measure: str = column("Measure", "Demand (what customers ordered), Revenue, Shipments (what left), Stock-out (share of the period without stock) or Returns. Empty: Demand.", default="", choices=("Demand", "Revenue", "Shipments", "Stock-out", "Returns"), width=12)
    unit: str = column("Unit", "Stocking unit, or currency of the revenue. Empty: plan currency.", default="", width=8)
    note: str = column("Note", "Free text; not read.", default="", aliases=("Comment",), width=14)


def to_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """History without a location is at the one location; where no demand is known, what was shipped stands for it.

    Keeps the columns `currency`, in which revenue is stated until the plan converts it, and `customer_group`.
    """
    frame = records.copy()
    frame["location"] = frame["location"].replace("", ONLY_LOCATION)
    shipped = frame["demand"].isna() & frame["shipments"].notna()
    if shipped.any():
        # shipments of all customers together stand for nothing where the demand of each group is known
        known = frame.groupby([*frames.DEMAND_HISTORY.keys, "currency"])["demand"].transform("count") > 0
        frame["demand"] = frame["demand"].where(~shipped | known, frame["shipments"])
    frame = frame.sort_values([*frames.DEMAND_HISTORY.keys, "customer_group"], kind="stable", ignore_index=True)
    return frame[[*frames.DEMAND_HISTORY.columns, "currency", "customer_group"]]


def combine(detail: pd.DataFrame) -> pd.DataFrame:
    """Lines of all customer groups added up to the demand of the item and location, one row per currency.

    What is absent of every group stays absent. Stock is shared by all of them, so that the stock-out of the place is the greatest
    that a line states.
    """
    keys = [*frames.DEMAND_HISTORY.keys, "currency"]
    if not detail.duplicated(keys).any():
        return detail.drop(columns="customer_group")
    return add_up(detail, keys)[[*frames.DEMAND_HISTORY.columns, "currency"]]


def add_up(detail: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Quantities and money summed by `keys`, the greatest stock-out; absent where every row is absent."""
    numbers = [name for name, kind in frames.DEMAND_HISTORY.columns.items() if kind == "number" and name in detail]
    groups = detail.groupby(keys, sort=True)
    total = groups[numbers].sum(min_count=1)
    if "stock_out" in numbers:
        total["stock_out"] = groups["stock_out"].max()
    return total.reset_index()


SPEC = SheetSpec(
    name="Demand History",
    kind=SheetKind.INPUT,
    shape=Shape.GRID,
    module=Module.CORE,
    purpose="What customers asked for in each period, in units and, where known, in revenue net of discounts; also what was shipped, returned or out of stock.",
    row=DemandHistoryRow,
    key=("item", "location", "customer_group", "measure"),
    measures=("demand", "revenue", "shipments", "stock_out", "returns"),
    frame=frames.DEMAND_HISTORY,
    to_frame=to_frame,
    combine=combine,
    required=True,
)
