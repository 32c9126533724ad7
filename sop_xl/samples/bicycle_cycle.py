"""The bicycle maker's monthly rhythm, which its files do not have: who does what, targets with owners, milestones. All of it is an example, and the rows say so."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.periods import Timeline
from sop_xl.plan.cycle import standard_calendar
from sop_xl.plan.grid import records
from sop_xl.samples.tables import Table, record_table

EXAMPLE = "Example"

_ROLES = {
    "data": ("Demand planner", "S&OP manager", "Finance, Factory", "Sales"),
    "demand": ("Sales, Marketing", "Head of sales", "Product management", "Factory"),
    "supply": ("Factory planner", "Head of operations", "Purchasing", "Sales"),
    "pre-S&OP": ("S&OP manager", "S&OP manager", "Sales, Operations, Finance", "Executive board"),
    "executive": ("Executive board", "General manager", "S&OP manager", "Sales, Operations, Finance"),
    "publish": ("S&OP manager", "General manager", "", "Sales, Operations, Finance"),
}
"""Responsible, accountable, consulted, informed of each step."""


def cycle_tables(sales: pd.DataFrame, place: str, timeline: Timeline) -> dict[str, Table]:
    """Cycle Calendar, KPI Targets, Initiatives and Weekly Actuals by sheet name.

    Parameters
    ----------
    sales
        See `bicycles.monthly_sales`, as far as it is known.
    place
        Where all stock lies.
    timeline
        Of the workbook.
    """
    return {
        "Cycle Calendar": record_table("Cycle Calendar", *_calendar()),
        "KPI Targets": record_table("KPI Targets", *_targets()),
        "Initiatives": record_table("Initiatives", *_milestones(timeline)),
        "Weekly Actuals": record_table("Weekly Actuals", *_first_week(sales, place, timeline)),
    }


def _calendar() -> list[dict[str, CellValue]]:
    """The standard calendar, with the functions that do each step."""
    rows: list[dict[str, CellValue]] = []
    for task in records(standard_calendar("monthly")):
        responsible, accountable, consulted, informed = _ROLES[task.step]
        rows.append({
            "Step": task.step, "Task": task.task, "Responsible": responsible, "Accountable": accountable, "Consulted": consulted, "Informed": informed,
            "Due day": task.due_day, "Done when": task.criterion, "Input": task.sheet, "Note": EXAMPLE,
        })  # fmt: skip
    return rows


def _targets() -> list[dict[str, CellValue]]:
    stated: tuple[tuple[str, str, float, float, str], ...] = (
        ("WMAPE", "", 0.25, 0.35, "Demand planner"),
        ("Bias", "", 0.0, 0.05, "Demand planner"),
        ("Fill rate", "", 0.98, 0.95, "Head of operations"),
        ("Plan adherence of sales", "", 0.8, 0.6, "Head of sales"),
        ("Inventory turns", "", 4.0, 3.0, "Head of operations"),
        ("Utilisation", "", 0.85, 0.95, "Factory planner"),
        ("Cash-to-cash", "", 120.0, 150.0, "Finance"),
        ("Revenue against budget", "", 0.0, -0.05, "Head of sales"),
        ("Milestones on time", "", 0.9, 0.7, "Product management"),
    )
    return [
        {"KPI": kpi, "Scope": scope, "Target": target, "Watch limit": watch, "Owner": owner, "Note": EXAMPLE} for kpi, scope, target, watch, owner in stated
    ]


def _milestones(timeline: Timeline) -> list[dict[str, CellValue]]:
    """Two initiatives whose first milestones were reached, one of them late; the others are still to come."""
    first = timeline.current.to_pydatetime()

    def day(days: int) -> datetime:
        return first + timedelta(days=days)

    phase_out, welding = "Mountain-500 in black alone", "Second welding robot"
    stated: tuple[tuple[str, str, str, str, int, int | None], ...] = (
        (phase_out, "Dealers are told", "BK-M18B-40", "Product management", -40, -42),
        (phase_out, "Last silver frame is welded", "BK-M18S-40", "Factory planner", 45, None),
        (phase_out, "Silver model leaves the price list", "BK-M18S-40", "Product management", 75, None),
        (welding, "Order is placed", "", "Purchasing", -30, -18),
        (welding, "Robot is on site", "", "Factory planner", 60, None),
        (welding, "Hours are in Resources", "", "Factory planner", 110, None),
    )
    return [
        {"Initiative": name, "Milestone": milestone, "Item": item, "Owner": owner, "Due": day(due), "Done": None if done is None else day(done), "Note": EXAMPLE}
        for name, milestone, item, owner, due, done in stated
    ]


_ORDERED = (1.3, 0.95, 1.1, 0.7, 1.0, 1.05)
_SHIPPED = (0.8, 1.0, 1.0, 1.0, 0.9, 1.0)
"""Of the items that sell most: orders of the first week as a part of what an average week brings, and what was shipped as a part of them. Assumed."""


def _first_week(sales: pd.DataFrame, place: str, timeline: Timeline) -> list[dict[str, CellValue]]:
    """Orders and shipments of the week in which the current period begins; the sample knows sales by month only."""
    current = timeline.current
    last_quarter = sales[sales["period"] >= timeline.calendar.shift(current, -3)]
    weekly = last_quarter.groupby("item")["units"].sum().nlargest(len(_ORDERED)) / _WEEKS_OF_A_QUARTER
    monday = (current - pd.Timedelta(days=current.weekday())).to_pydatetime()
    rows: list[dict[str, CellValue]] = []
    for (item, usual), ordered, shipped in zip(weekly.items(), _ORDERED, _SHIPPED, strict=False):
        orders = round(usual * ordered)
        rows.append({"Item": str(item), "Location": place, "Week": monday, "Orders": float(orders), "Shipments": float(round(orders * shipped)),
                     "Note": f"{EXAMPLE}: the sample has sales by month"})  # fmt: skip
    return rows


_WEEKS_OF_A_QUARTER = 13.0
