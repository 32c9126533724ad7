"""The contract: what each sheet of the workbook means. `SHEETS` lists them in tab order."""

from __future__ import annotations

from sop_xl.errors import FrameError
from sop_xl.sheets import (
    control,
    demand_history,
    demand_inputs,
    demand_outputs,
    demand_records,
    finance,
    forecast_inputs,
    inventory,
    items,
    locations,
    settings,
)
from sop_xl.sheets.spec import Module, SheetSpec

SHEETS: tuple[SheetSpec, ...] = (
    control.HOME,
    control.EXECUTIVE,
    control.DEMAND_REVIEW,
    control.SUPPLY_REVIEW,
    control.FINANCE_REVIEW,
    settings.SPEC,
    items.SPEC,
    locations.SPEC,
    demand_history.SPEC,
    demand_inputs.SALES_INPUT,
    demand_inputs.EVENTS,
    demand_inputs.LIFECYCLE,
    demand_inputs.OVERRIDES,
    forecast_inputs.FORECAST_MODELS,
    forecast_inputs.DRIVERS,
    forecast_inputs.CUSTOMER_ORDERS,
    inventory.INVENTORY,
    finance.BUDGET,
    finance.FX_RATES,
    demand_outputs.BASELINE_FORECAST,
    demand_records.HISTORY_LOG,
    demand_records.BACKTEST,
    demand_outputs.FORECAST_ACCURACY,
    demand_outputs.CONSENSUS_DEMAND,
    demand_records.DEMAND_EFFECTS,
    demand_records.SALES_REVIEW,
    demand_records.EVENT_RESULTS,
    demand_records.LIFECYCLE_PLAN,
    demand_records.DEMAND_CHANGES,
    demand_records.FORECAST_CONSUMPTION,
    demand_records.VALUE_ADDED,
    demand_records.FORECAST_ARCHIVE,
    inventory.INVENTORY_PLAN,
    finance.FINANCIAL_PLAN,
    finance.BRIDGES,
    control.KPIS,
    control.PROBLEMS,
    control.CHECKS,
    control.RUN_LOG,
    control.ABOUT,
)

BY_NAME: dict[str, SheetSpec] = {sheet.name: sheet for sheet in SHEETS}

LITE: tuple[str, ...] = (
    "Home", "Executive", "Settings", "Items", "Demand History", "Overrides", "Consensus Demand", "Financial Plan", "Problems", "Checks",
)  # fmt: skip
"""Sheets of the small template: a weekly check-in and a monthly deep dive in ten tabs."""


def sheet(name: str) -> SheetSpec:
    """The contract of that sheet; raises `FrameError` for an unknown name."""
    try:
        return BY_NAME[name]
    except KeyError:
        raise FrameError(f"{name!r} is no sheet of the contract") from None


def sheets_of(modules: frozenset[Module]) -> tuple[SheetSpec, ...]:
    """Sheets of these modules in tab order; the core is always among them."""
    return tuple(s for s in SHEETS if s.module is Module.CORE or s.module in modules)
