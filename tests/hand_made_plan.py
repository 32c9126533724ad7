"""A plan worked out by hand: four items, two locations, thirteen months of actuals and three planned.

Every figure follows from a few lines of arithmetic below, none from the program, so that the workbook's own checks can be
tried on it: they must all agree, and each must notice when a figure is wrong.
"""

from __future__ import annotations

from pathlib import Path

from hand_made_cycle import CYCLE_TABLES
from hand_made_money import BUDGETED, CONTROL_TOTAL, MONEY_TABLES, OPENING_CASH, ahead, groups
from hand_made_supply import SUPPLY_TABLES, stock_rows
from hand_made_world import (
    AHEAD,
    COST,
    FAMILY,
    PAST,
    PAST_DEMAND,
    PRICE,
    REGION,
    STEPS,
    TIMELINE,
    Row,
    consensus,
    label_cells,
    line,
    place,
)

from sop_xl.hosts.headless import HeadlessHost
from sop_xl.sheets import SHEETS, sheet
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import Shape
from sop_xl.templates import build_workbook

__all__ = ["AHEAD", "FAMILY", "PAST", "PRICE", "SETTINGS", "STEPS", "TABLES", "TIMELINE", "consensus", "consensus_rows", "make_planned_workbook", "stock_rows"]


def consensus_rows() -> list[Row]:
    rows = []
    for key, steps in STEPS.items():
        rows += [line("Consensus Demand", name, list(figures), **place(key)) for name, figures in steps.items()]
        rows.append(line("Consensus Demand", "consensus", list(consensus(key)), **place(key)))
        rows.append(line("Consensus Demand", "net_price", [PRICE[key[0]]] * AHEAD, **place(key)))
    return rows


def baseline_rows() -> list[Row]:
    rows = []
    for key, steps in STEPS.items():
        for name, factor in (("baseline", 1.0), ("baseline_low", 0.8), ("baseline_high", 1.3)):
            rows.append(line("Baseline Forecast", name, [factor * x for x in steps["baseline"]], **place(key)))
    return rows


def change_rows() -> list[Row]:
    """Last cycle planned 40 less of the baseline and 10 more by overrides."""
    steps = (("Last cycle's consensus", 100.0), ("Baseline forecast", 40.0), ("Overrides", -10.0), ("Consensus demand", 130.0))
    return [
        label_cells("Demand Changes", family=family, region="All", order=float(n), step=step, amount=amount * share)
        for family, share in (("All", 1.0), ("Chairs", 0.7), ("Tables", 0.3))
        for n, (step, amount) in enumerate(steps)
    ]


def history_rows() -> list[Row]:
    """Demand for some rows without a measure, which means the same; revenue beside it must not be counted."""
    rows: list[Row] = []
    for n, (key, demand) in enumerate(PAST_DEMAND.items()):
        named = "Demand" if n else None
        rows.append([*label_cells("Demand History", item=key[0], location=key[1], measure=named), *demand, *[None] * AHEAD])
        rows.append([*label_cells("Demand History", item=key[0], location=key[1], measure="Revenue"), *demand, *[None] * AHEAD])
    return rows


def kpi_rows() -> list[Row]:
    budget = BUDGETED * AHEAD * len(groups())
    change = sum(ahead(group, "Plan", "revenue") for group in groups()) / budget - 1
    figures = (("WMAPE", 0.2, "fraction", 0.3, "good"), ("Days of supply", 41.0, "days", 60.0, "watch"), ("Revenue against budget", change, "fraction", 0.0, "poor"))
    return [label_cells("KPIs", kpi=kpi, scope="All", value=value, unit=unit, target=target, status=status) for kpi, value, unit, target, status in figures]


TABLES = {
    "Items": lambda: [label_cells("Items", item=i, family=FAMILY[i], unit_cost=COST[i], unit_price=PRICE[i]) for i in FAMILY],
    "Locations": lambda: [label_cells("Locations", location=x, region=r) for x, r in REGION.items()],
    "Demand History": history_rows,
    "Baseline Forecast": baseline_rows,
    "Consensus Demand": consensus_rows,
    **SUPPLY_TABLES,
    **MONEY_TABLES,
    "Demand Changes": change_rows,
    "KPIs": kpi_rows,
    **CYCLE_TABLES,
}

SETTINGS = Settings(horizon=AHEAD, opening_cash=OPENING_CASH, budget_control_total=CONTROL_TOTAL)


def make_planned_workbook(path: Path, damage: dict[tuple[str, int, int], object] | None = None) -> Path:
    """The plan in a workbook of all sheets; `damage` puts other values into cells, by sheet, row of the body and column, from 0."""
    build_workbook(path, sheets=SHEETS, timeline=TIMELINE, settings=SETTINGS, template="standard")
    host = HeadlessHost(path)
    for name, make in TABLES.items():
        header = [c.label for c in sheet(name).columns] + (TIMELINE.labels if sheet(name).shape is Shape.GRID else [])
        rows = make()
        for (where, row, column), value in (damage or {}).items():
            if where == name:
                rows[row][column] = value
        host.write_table(name, header, rows)
    host.save()
    return path
