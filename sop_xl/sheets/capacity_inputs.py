"""What limits the factory: resources, what loads them, and their calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column
from sop_xl.sheets.supply_inputs import SOURCE_KINDS, in_periods

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings

RESOURCE_KINDS = ("machine", "labour", "storage", "transport")
CAPACITY_SPANS = ("day", "week", "period")


class ResourceRow(Row):
    """One resource."""

    resource: str = column("Resource", "Name of the machine, crew, warehouse or lane, the same in every sheet.", aliases=("Work centre", "Work center", "Machine"), width=20)
    name: str = column("Name", "Name for people.", default="", aliases=("Description",), width=20)
    kind: str = column("Kind", "Storage is limited in units in stock, all others in hours. Empty: machine.", default="machine", choices=RESOURCE_KINDS, width=10)
    location: str = column("Location", "Where it stands; shown only. Empty: not said.", default="", cell=CellType.CODE, references="Locations.location", width=14)
    unit: str = column("Unit", "h, or the unit of space.", default="h", width=7)
    per: str = column("Per", "Span of time of the hours of this line. Empty: week.", default="week", choices=CAPACITY_SPANS, width=8)
    capacity: float | None = column("Capacity", "Hours on the clock, or space. Empty: not limited.", unit="h or space", default=None, aliases=("Hours", "Hours per week", "Availability"), width=11, ge=0)
    efficiency: float | None = column("Efficiency", "Productive hours per hour on the clock. Empty: 1.", unit="fraction", cell=CellType.FRACTION, default=None, width=10, gt=0)
    cost_per_hour: float | None = column("Cost per hour", "Of an hour of load in regular time. Empty: none.", unit="money/h", default=None, aliases=("Cost rate",), width=10, ge=0)
    overtime_limit: float | None = column("Overtime limit", "Hours of overtime that can be worked. Empty: none.", unit="h", default=None, width=10, ge=0)
    overtime_cost: float | None = column("Overtime cost", "Whole cost of an hour of overtime. Empty: 1.5 times the regular hour.", unit="money/h", default=None, width=10, ge=0)
    shifts: float | None = column("Extra shifts", "Shifts that management can authorise. Empty: none.", unit="count", default=None, width=9, ge=0)
    shift_capacity: float | None = column("Shift hours", "Hours on the clock that one more shift adds.", unit="h", default=None, width=9, ge=0)
    shift_cost: float | None = column("Shift cost", "Of one more shift per period, on top of the regular cost of its hours. Empty: none.", unit="money", default=None, width=10, ge=0)
    workers: float | None = column("Workers", "Workers today, where capacity follows from them. Empty: capacity is as stated.", unit="count", default=None, width=9, ge=0)
    hours_per_worker: float | None = column("Hours per worker", "Of one worker.", unit="h", default=None, width=9, ge=0)
    wage: float | None = column("Wage", "Of one worker per period, whether there is work or not. Empty: none.", unit="money", default=None, width=9, ge=0)
    hire_limit: float | None = column("Hire limit", "Workers that can be hired in a period. Empty: none.", unit="count", default=None, width=9, ge=0)
    hire_cost: float | None = column("Hire cost", "Per worker hired. Empty: none.", unit="money", default=None, width=9, ge=0)
    layoff_cost: float | None = column("Lay-off cost", "Per worker laid off. Empty: nobody is laid off.", unit="money", default=None, width=10, ge=0)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=30)


def resources_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Hours of a day or week become hours of a period of mean length; space is no matter of time."""
    days = settings.make_calendar().mean_days
    spans = records["per"].map({"day": days, "week": days / 7, "period": 1.0}).astype(float)
    frame = records.copy()
    timed = frame["kind"] != "storage"
    for name in ("capacity", "overtime_limit", "shift_capacity", "hours_per_worker"):
        frame[name] = frame[name].where(~timed, frame[name] * spans)
    return frames.order_rows(frame, frames.RESOURCES)


RESOURCES = SheetSpec(
    name="Resources",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="Machines, crews, warehouses and lanes: what they can do, what it costs, and how far that can be stretched.",
    row=ResourceRow,
    when_absent="capacity is not limited",
    key=("resource",),
    frame=frames.RESOURCES,
    to_frame=resources_frame,
)


class LoadRow(Row):
    """What one unit takes of one resource."""

    item: str = column("Item", "Empty: every item.", default="", cell=CellType.CODE, references="Items.item", aliases=("SKU", "Material", "Product"), width=16)
    family: str = column("Family", "Empty: every family.", default="", references="Items.family", width=18)
    location: str = column("Location", "Where the receipts arrive. Empty: every location.", default="", cell=CellType.CODE, references="Locations.location", width=14)
    kind: str = column("Kind", "Kind of source that loads it. Empty: make; of a storage resource every stock.", default="", choices=SOURCE_KINDS, width=12)
    source: str = column("Source", "Supplier or location of the source. Empty: every one.", default="", cell=CellType.CODE, width=18)
    resource: str = column("Resource", "What is loaded.", references="Resources.resource", aliases=("Work centre", "Work center"), width=20)
    hours_per_unit: float = column("Hours per unit", "Productive hours per unit; of a storage resource space per unit in stock.", unit="h/unit", aliases=("Hours", "Run time"), width=11, ge=0)
    setup_hours: float | None = column("Set-up hours", "Per order. Empty: none.", unit="h", default=None, width=10, ge=0)
    before_days: float | None = column("Before", "Days before the receipt at which the load falls. Empty: in the period of the receipt.", unit="days", default=None, width=9, ge=0)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=44)


def loads_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Days to periods; a line that names an item needs no family."""
    frame = in_periods(records, settings, "before")
    frame.loc[frame["item"] != "", "family"] = ""
    return frames.order_rows(frame, frames.BILL_OF_RESOURCES)


BILL_OF_RESOURCES = SheetSpec(
    name="Bill of Resources",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.SUPPLY,
    purpose="Hours, or space, that a unit of an item or family takes of each resource. Empty scope cells mean every one.",
    row=LoadRow,
    when_absent="nothing loads the resources",
    key=("item", "family", "location", "kind", "source", "resource"),
    frame=frames.BILL_OF_RESOURCES,
    to_frame=loads_frame,
)


class ResourceCalendarRow(Row):
    """Labels of one line of the calendar."""

    resource: str = column("Resource", "Resource.", references="Resources.resource", aliases=("Work centre", "Work center"), width=20)
    name: str = column("Name", "Not read.", default="", width=18)
    kind: str = column("Kind", "Not read.", default="", width=10)
    location: str = column("Location", "Not read.", default="", width=14)
    measure: str = column("Measure", "Capacity replaces the hours of the period, Planned maintenance is taken off them, Overtime limit replaces the limit.", choices=("Capacity", "Planned maintenance", "Overtime limit"), width=20)
    unit: str = column("Unit", "h.", default="", width=8)
    note: str = column("Note", "Free text; not read.", default="", aliases=("Comment",), width=24)


RESOURCE_CALENDAR = SheetSpec(
    name="Resource Calendar",
    kind=SheetKind.INPUT,
    shape=Shape.GRID,
    module=Module.SUPPLY,
    purpose="Where a period differs from the usual: its hours, planned maintenance, and how much overtime it allows.",
    row=ResourceCalendarRow,
    when_absent="every period has the capacity of Resources",
    key=("resource", "measure"),
    measures=("capacity", "maintenance", "overtime_limit"),
    frame=frames.RESOURCE_CALENDAR,
)
