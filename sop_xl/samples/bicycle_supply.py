"""How the AdventureWorks bicycle maker is supplied: parts, sources, work centres and past purchases as input tables.

From the sample: bill of material, vendors, purchase orders, work centres with their hours and cost rates, stock. Not in the
sample, and marked "Assumption" or "Example" in the workbook's rows:

- Routing hours: the sample has no usable ones. `ROUTING` states hours per unit by family.
- Costs along the bill: a plan of some months moves the variable cost only, taken as `VARIABLE_COST` of the standard cost. The sample states no
  standard cost for parts, and those of frames, wheels and the like add up to more than the bikes made of them; so what goes into other items is
  charged at `COMPONENT_COST` of its standard cost, and a bike's materials and its own making add up to its variable cost.
- Overtime, an extra shift, a frame contractor, and three scenarios.
"""

from __future__ import annotations

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.periods import Timeline
from sop_xl.samples.tables import Table, cells, read_table, record_table

PARTS = "Parts"
"""Category of what is not sold but goes into what is."""
MADE_PARTS, BOUGHT_PARTS = "Made parts", "Bought parts"
VARIABLE_COST, COMPONENT_COST = 0.6, 0.3
CONTRACTOR = "Frame contractor"
CONTRACTOR_COST = 1.4
"""Of our own making."""

_FRAMES = ("Mountain Frames", "Road Frames", "Touring Frames")
_BIKES = ("Mountain Bikes", "Road Bikes", "Touring Bikes")
_SUBASSEMBLIES = {
    "Wheels": 0.01, "Handlebars": 0.0075, "Bottom Brackets": 0.005, "Cranksets": 0.005, "Forks": 0.0075, "Headsets": 0.005, "Derailleurs": 0.005, MADE_PARTS: 0.001,
}  # fmt: skip
ROUTING: tuple[tuple[str, str, float], ...] = (
    *((family, "Frame Forming", 0.065) for family in _FRAMES),
    *((family, "Frame Welding", 0.08) for family in _FRAMES),
    *((family, "Debur and Polish", 0.06) for family in _FRAMES),
    *((family, "Paint", 0.09) for family in _FRAMES[:2]),
    (_FRAMES[2], "Specialized Paint", 0.1),
    *((family, "Subassembly", hours) for family, hours in _SUBASSEMBLIES.items()),
    *((family, "Final Assembly", 0.09) for family in _BIKES),
)
"""Family, work centre, hours per unit: assumed so that the peak season needs more than a week's usual hours of some work centres."""
OVERTIME_SHARE = 0.15
"""Overtime that each work centre can do, of its usual hours."""
SHIFT_HOURS, SHIFT_COST = 20.0, 2500.0
"""One more shift at a frame work centre: hours per week, and plan currency per month for supervision and energy."""


def supply_tables(items: pd.DataFrame, timeline: Timeline) -> dict[str, Table]:
    """Input tables of supply by sheet name.

    Parameters
    ----------
    items
        The sample's items that the workbook carries: see `with_parts`.
    """
    bill = read_table("bom.csv.gz")
    bill = bill[bill["parent"].isin(items["item"]) & bill["component"].isin(items["item"])]
    vendors = read_table("vendors.csv")
    vendors = vendors[vendors["item"].isin(items["item"])]
    return {
        "Open Orders": _open_orders(vendors, timeline),
        "Sourcing": _sourcing(items, bill, vendors),
        "Bill of Materials": _bill(bill),
        "Resources": _resources(),
        "Bill of Resources": _loads(),
        "Suppliers": record_table("Suppliers", *({"Supplier": name} for name in sorted({*vendors["vendor"], CONTRACTOR}))),
        "Purchase History": _purchases(items, timeline),
        "Scenarios": record_table("Scenarios", *(
            {"Scenario": name, "Description": text, "Note": "Example"} for name, text, _ in _scenarios(timeline)
        )),
        "Scenario Drivers": record_table("Scenario Drivers", *({"Scenario": name, **driver, "Note": "Example"} for name, _, driver in _scenarios(timeline))),
    }  # fmt: skip


def with_parts(items: pd.DataFrame) -> pd.DataFrame:
    """What is sold, and every part that goes into it on any level; parts get a category and a family of their own."""
    bill = read_table("bom.csv.gz")
    reached = set(items.loc[items["kind"] == "finished", "item"])
    level = reached
    while level:
        level = set(bill.loc[bill["parent"].isin(level), "component"]) - reached
        reached |= level
    chosen = items[items["item"].isin(reached)].copy()
    unsold = chosen["kind"] != "finished"
    named = unsold & (chosen["family"] != "")
    chosen.loc[unsold, "category"] = PARTS
    chosen.loc[unsold & ~named, "family"] = chosen["made_in_house"].map({1: MADE_PARTS, 0: BOUGHT_PARTS})
    return chosen


def _open_orders(vendors: pd.DataFrame, timeline: Timeline) -> Table:
    """What vendors have on order; the sample does not say when it is due, so it is taken to come after the vendor's lead time."""
    ordered = vendors[vendors["on_order_qty"].fillna(0) > 0].reset_index(drop=True)
    due = timeline.current + pd.to_timedelta(ordered["lead_time_days"], unit="D")
    return record_table("Open Orders", *(
        {"Order": f"V-{k + 1:03d}", "Item": item, "Location": "Warehouse", "Supplier": vendor, "Due": day.to_pydatetime(), "Open quantity": float(quantity),
         "Note": "Assumption: due after the vendor's lead time"}
        for k, (item, vendor, day, quantity) in enumerate(zip(ordered["item"], ordered["vendor"], due, ordered["on_order_qty"], strict=True))
    ))  # fmt: skip


def _own_cost(items: pd.DataFrame, bill: pd.DataFrame) -> pd.Series:
    """What making or buying adds to an item, in plan currency: its value less that of its components, not below zero."""
    standard = items.set_index("item")["standard_cost"].astype(float)
    value = standard * VARIABLE_COST
    value = value.where(~value.index.isin(bill["component"]), standard * COMPONENT_COST)
    materials = (bill["qty"] * bill["component"].map(value)).groupby(bill["parent"]).sum()
    return (value - materials.reindex(value.index).fillna(0.0)).clip(lower=0.0)


def _sourcing(items: pd.DataFrame, bill: pd.DataFrame, vendors: pd.DataFrame) -> Table:
    """Made in house what the sample makes; bought from its vendors, the cheapest first; frames also from a contractor."""
    own = _own_cost(items, bill).round(4)
    rows: list[dict[str, CellValue]] = []
    for item in items.loc[items["made_in_house"] == 1, "item"]:
        rows.append({"Item": item, "Kind": "make", "Priority": 1, "Unit cost": float(own[item])})
    ranked = vendors.sort_values(["item", "unit_price", "vendor"], kind="stable")
    rank = ranked.groupby("item").cumcount() + 1
    dearer = ranked["unit_price"] / ranked.groupby("item")["unit_price"].transform("first")
    for item, vendor, place, factor in zip(ranked["item"], ranked["vendor"], rank, dearer, strict=True):
        rows.append({"Item": item, "Kind": "buy", "Source": vendor, "Priority": int(place), "Unit cost": round(float(own[item]) * float(factor), 4)})
    frames = items[items["family"].isin(_FRAMES) & (items["made_in_house"] == 1)]
    rows += [
        {"Item": item, "Kind": "subcontract", "Source": CONTRACTOR, "Priority": 2, "Unit cost": round(CONTRACTOR_COST * float(own[item]), 2), "Lead time": 20,
         "Maximum": 40, "Note": "Example: 40 of each frame a month, dearer than our own making"}
        for item in frames["item"]
    ]  # fmt: skip
    return record_table("Sourcing", *rows)


def _bill(bill: pd.DataFrame) -> Table:
    ordered = bill.sort_values(["parent", "component"], kind="stable")
    lines = zip(ordered["parent"], ordered["component"], ordered["qty"].astype(float), strict=True)
    return record_table("Bill of Materials", *({"Item": parent, "Component": part, "Quantity per": quantity} for parent, part, quantity in lines))


def _resources() -> Table:
    centres = read_table("work_centers.csv")
    rows: list[dict[str, CellValue]] = []
    for name, rate, hours in zip(centres["work_center"], centres["cost_rate_per_hour"], centres["hours_per_week"], strict=True):
        row: dict[str, CellValue] = {
            "Resource": name, "Kind": "machine", "Location": "Warehouse", "Per": "week", "Capacity": float(hours), "Cost per hour": float(rate),
            "Overtime limit": round(OVERTIME_SHARE * float(hours), 1), "Overtime cost": round(1.5 * float(rate), 2), "Note": "Overtime: assumption",
        }  # fmt: skip
        if name.startswith("Frame"):
            row |= {"Extra shifts": 1, "Shift hours": SHIFT_HOURS, "Shift cost": SHIFT_COST, "Note": "Overtime and shift: assumptions"}
        rows.append(row)
    return record_table("Resources", *rows)


def _loads() -> Table:
    rows: list[dict[str, CellValue]] = [
        {"Family": family, "Resource": resource, "Hours per unit": hours, "Note": "Assumption: the sample has no routing times"}
        for family, resource, hours in ROUTING
    ]  # fmt: skip
    return record_table("Bill of Resources", *rows)


def _purchases(items: pd.DataFrame, timeline: Timeline) -> Table:
    """Every order line that was received before the plan begins; an item that stands on one order more than once has its lines numbered."""
    orders = read_table("purchase_orders.csv.gz")
    orders = orders[orders["item"].isin(items["item"])].reset_index(drop=True)
    orders = orders[pd.to_datetime(orders["ship_date"]) < timeline.current]
    again = orders.groupby(["po", "item"]).cumcount()
    number = orders["po"].astype(str).where(again == 0, orders["po"].astype(str) + "." + (again + 1).astype(str))
    table = pd.DataFrame({
        "Order": number, "Item": orders["item"], "Supplier": orders["vendor"],
        "Ordered": pd.to_datetime(orders["order_date"]), "Due": pd.to_datetime(orders["due_date"]), "Received": pd.to_datetime(orders["ship_date"]),
        "Ordered quantity": orders["order_qty"].astype(float), "Received quantity": orders["received_qty"], "Rejected quantity": orders["rejected_qty"],
    })  # fmt: skip
    return list(table.columns), cells(table)


def _scenarios(timeline: Timeline) -> list[tuple[str, str, dict[str, CellValue]]]:
    label, plan = timeline.calendar.label, timeline.plan
    return [
        ("Lead times double", "Every supplier and the factory take twice as long", {"Driver": "lead time", "Action": "percent", "Value": 1.0}),
        ("Crankarms late", "The crankarms on their way and all new ones come 14 days late",
         {"Driver": "material late", "Item": "CA-5965", "Action": "add", "Value": 14.0}),
        ("Brake maker out", "The vendor of all brakes delivers nothing for two months",
         {"Driver": "supplier out", "Supplier": "Superior Bicycles", "From": label(plan[2]), "To": label(plan[3])}),
    ]  # fmt: skip
