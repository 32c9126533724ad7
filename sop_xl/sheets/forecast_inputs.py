"""What people decide about the forecast itself: which model where, what drives demand, and which orders are in hand."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.locations import ONLY_LOCATION
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings

MODELS = (
    "automatic", "ETS", "Theta", "ARIMA", "CES", "MSTL", "Seasonal naive", "Moving average", "Croston-SBA", "TSB", "IMAPA", "ADIDA",
    "Zero", "Like item", "Manual",
)  # fmt: skip
"""Models by choice; automatic is the measured recipe."""

DEMAND_CLASSES = ("smooth", "erratic", "intermittent", "lumpy", "new", "ended")


class ForecastModelRow(Row):
    """One rule: which model forecasts what."""

    rule: str = column("Rule", "Name or number of the rule.", cell=CellType.CODE, width=10)
    item: str = column("Item", "Empty: every item. A rule that names an item is narrower than any that does not.", default="", cell=CellType.CODE, references="Items.item", aliases=("SKU",), width=16)
    family: str = column("Family", "Empty: every family.", default="", references="Items.family", width=18)
    location: str = column("Location", "Empty: every location.", default="", cell=CellType.CODE, references="Locations.location", width=14)
    abc: str = column("ABC", "Empty: every class.", default="", choices=("A", "B", "C"), width=6)
    xyz: str = column("XYZ", "Empty: every class.", default="", choices=("X", "Y", "Z"), width=6)
    demand_class: str = column("Demand class", "Empty: every class.", default="", choices=DEMAND_CLASSES, width=13)
    model: str = column("Model", "automatic: the measured combination. The narrowest rule holds (item, then family, then location, then the number of classes); of equal ones the last. A statistical model is still reconciled with family and total; Zero, Like item and Manual come out as stated.", choices=MODELS, width=16)
    like_item: str = column("Like item", "For Like item: whose forecast at the same location is taken, times Value.", default="", cell=CellType.CODE, references="Items.item", width=16)
    value: float | None = column("Value", "For Manual: units per period. Moving average: periods averaged. Like item: share. Empty: a year; 1.", unit="as the model", default=None, width=10, ge=0)
    drivers: str = column("Drivers", "Names of drivers that the forecast follows, separated by commas; Working days needs no line of its own. Empty: none.", default="", width=20)
    note: str = column("Note", "Why.", default="", aliases=("Comment",), width=24)


def forecast_models_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Rules stay in the order in which people wrote them: of equally narrow ones the last holds."""
    return records[list(frames.FORECAST_MODELS.columns)].reset_index(drop=True)


FORECAST_MODELS = SheetSpec(
    name="Forecast Models",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="Which model forecasts which items, where the measured combination should not.",
    row=ForecastModelRow,
    when_absent="everything takes the measured combination",
    key=("rule",),
    frame=frames.FORECAST_MODELS,
    to_frame=forecast_models_frame,
)


class DriverRow(Row):
    """Labels of one line of a driver."""

    driver: str = column("Driver", "Name of the driver, such as Price. A line named Working days replaces Mondays to Fridays counted from the calendar.", width=16)
    item: str = column("Item", "Empty: every item.", default="", cell=CellType.CODE, references="Items.item", aliases=("SKU",), width=16)
    family: str = column("Family", "Empty: every family.", default="", references="Items.family", width=18)
    location: str = column("Location", "Empty: every location.", default="", cell=CellType.CODE, references="Locations.location", width=14)
    measure: str = column("Measure", "Driver value.", default="", choices=("Driver value",), width=12)
    unit: str = column("Unit", "Unit of the driver.", default="", width=8)
    note: str = column("Note", "Free text; not read.", default="", aliases=("Comment",), width=14)


DRIVERS = SheetSpec(
    name="Drivers",
    kind=SheetKind.INPUT,
    shape=Shape.GRID,
    module=Module.DEMAND,
    purpose="What moves demand from outside, in past and planned periods: price, promotion, working days.",
    row=DriverRow,
    when_absent="the forecast follows history alone",
    key=("driver", "item", "family", "location", "measure"),
    measures=("driver_value",),
    frame=frames.DRIVERS,
)


class CustomerOrderRow(Row):
    """One open order line."""

    order: str = column("Order", "Number of the order line.", cell=CellType.CODE, aliases=("Order line", "Sales order", "Order No"), width=14)
    item: str = column("Item", "Item ordered.", cell=CellType.CODE, references="Items.item", aliases=("SKU", "Material", "Product"), width=16)
    location: str = column("Location", "Where the demand arises. Empty: the one location All.", default="", cell=CellType.CODE, references="Locations.location", aliases=("Territory", "Site"), width=14)
    customer: str = column("Customer", "Who ordered.", default="", aliases=("Account", "Sold to"), width=18)
    period: datetime = column("Due", "Requested period or date.", unit="period", cell=CellType.PERIOD, aliases=("Date", "Due date", "Requested date", "Period"), width=11)
    demand: float = column("Open quantity", "Quantity still to be shipped.", unit="units", aliases=("Quantity", "Qty", "Open qty"), width=12, ge=0)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=24)


def customer_orders_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """An order without a location is for the one location."""
    frame = records.assign(location=records["location"].replace("", ONLY_LOCATION))
    return frames.order_rows(frame, frames.CUSTOMER_ORDERS)


CUSTOMER_ORDERS = SheetSpec(
    name="Customer Orders",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.DEMAND,
    purpose="Orders in hand, which consume the forecast.",
    row=CustomerOrderRow,
    when_absent="the forecast alone is served",
    key=("order",),
    frame=frames.CUSTOMER_ORDERS,
    to_frame=customer_orders_frame,
)
