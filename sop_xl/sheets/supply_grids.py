"""The supply plan over time: net requirements, orders by source, and the load of every resource."""

from __future__ import annotations

from sop_xl import frames
from sop_xl.sheets.inventory import InventoryPlanRow
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

NET_REQUIREMENTS = SheetSpec(
    name="Net Requirements",
    kind=SheetKind.OUTPUT,
    shape=Shape.GRID,
    module=Module.SUPPLY,
    purpose="What would have to arrive, and be ordered when, if nothing were limited: netting level by level.",
    row=InventoryPlanRow,
    key=("item", "location", "measure"),
    measures=("gross_requirements", "scheduled_receipts", "projected_available_balance", "planned_receipts", "planned_releases"),
    frame=frames.NET_REQUIREMENTS,
)


class SupplyPlanRow(Row):
    """Labels of one line of the supply plan."""

    item: str = column("Item", "Item.", cell=CellType.CODE, width=16)
    family: str = column("Family", "Family of the item.", default="", width=20)
    location: str = column("Location", "Location that receives.", cell=CellType.CODE, width=14)
    source: str = column("Source", "Who makes or sends it.", width=28)
    measure: str = column("Measure", "What the line shows.", width=20)
    unit: str = column("Unit", "Unit of the line.", default="", width=8)
    note: str = column("Note", "What a planner must know.", default="", width=24)


SUPPLY_PLAN = SheetSpec(
    name="Supply Plan",
    kind=SheetKind.OUTPUT,
    shape=Shape.GRID,
    module=Module.SUPPLY,
    purpose="The plan that factory and suppliers can execute: receipts and releases by source, within every limit.",
    row=SupplyPlanRow,
    key=("item", "location", "source", "measure"),
    measures=("planned_receipts", "planned_releases", "previous_releases"),
    frame=frames.SUPPLY_PLAN,
)


class CapacityRow(Row):
    """Labels of one line of the capacity check."""

    resource: str = column("Resource", "Resource.", width=20)
    name: str = column("Name", "Name for people.", default="", width=20)
    kind: str = column("Kind", "machine, labour, storage or transport.", default="", width=10)
    location: str = column("Location", "Where it stands.", default="", cell=CellType.CODE, width=14)
    measure: str = column("Measure", "What the line shows.", width=24)
    unit: str = column("Unit", "Unit of the line.", default="", width=8)
    note: str = column("Note", "What a planner must know.", default="", width=24)


CAPACITY = SheetSpec(
    name="Capacity",
    kind=SheetKind.OUTPUT,
    shape=Shape.GRID,
    module=Module.SUPPLY,
    purpose="Rough-cut capacity: what the demand asks of every resource, what it can do, and what the plan makes of it.",
    row=CapacityRow,
    key=("resource", "measure"),
    measures=(
        "available_capacity", "required_capacity", "utilisation_required", "hours_to_buy_back", "load", "overtime", "extra_shifts", "workers", "plan_capacity", "utilisation",
    ),
    frame=frames.CAPACITY,
)  # fmt: skip
