"""The contract: what each sheet of the workbook means. `SHEETS` lists them in tab order."""

from __future__ import annotations

from sop_xl.errors import FrameError
from sop_xl.sheets import (
    capacity_inputs,
    control,
    cycle,
    demand_history,
    demand_inputs,
    demand_outputs,
    demand_records,
    execution,
    finance,
    finance_inputs,
    finance_results,
    forecast_inputs,
    inventory,
    items,
    locations,
    policy_inputs,
    scenarios,
    settings,
    supply_grids,
    supply_inputs,
    supply_records,
)
from sop_xl.sheets.spec import Module, SheetSpec

SHEETS: tuple[SheetSpec, ...] = (
    control.HOME,
    control.EXECUTIVE,
    control.DEMAND_REVIEW,
    control.SUPPLY_REVIEW,
    control.FINANCE_REVIEW,
    control.WEEKLY_REVIEW,
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
    supply_inputs.OPEN_ORDERS,
    supply_inputs.SOURCING,
    supply_inputs.BILL_OF_MATERIALS,
    capacity_inputs.RESOURCES,
    capacity_inputs.BILL_OF_RESOURCES,
    capacity_inputs.RESOURCE_CALENDAR,
    supply_inputs.SUPPLIERS,
    supply_inputs.PURCHASE_HISTORY,
    policy_inputs.INVENTORY_POLICY,
    policy_inputs.CUSTOMER_CLASSES,
    finance.BUDGET,
    finance_inputs.PRICE_LIST,
    finance_inputs.COST_RATES,
    finance.FX_RATES,
    finance_inputs.RISKS,
    scenarios.SCENARIOS,
    scenarios.SCENARIO_DRIVERS,
    scenarios.DECISIONS,
    cycle.CYCLE_CALENDAR,
    execution.KPI_TARGETS,
    execution.INITIATIVES,
    execution.ACTUALS,
    execution.WEEKLY_ACTUALS,
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
    supply_records.SUPPLIER_PERFORMANCE,
    supply_grids.NET_REQUIREMENTS,
    supply_grids.SUPPLY_PLAN,
    supply_grids.CAPACITY,
    inventory.INVENTORY_PLAN,
    supply_records.SHORTAGES,
    supply_records.BINDING_CONSTRAINTS,
    supply_records.OPTIONS,
    supply_records.ALLOCATION,
    supply_records.ALLOCATION_RULES,
    supply_records.INVENTORY_TARGETS,
    supply_records.SERVICE_CURVES,
    finance_results.BUDGET_MAPPING,
    finance.FINANCIAL_PLAN,
    finance_results.PROFIT_AND_LOSS,
    finance_results.BALANCE_AND_CASH,
    finance_results.PLAN_COMPARISON,
    finance.BRIDGES,
    finance_results.GAP_LIST,
    finance_results.RISK_OUTLOOK,
    scenarios.SCENARIO_COMPARE,
    cycle.CHANGES,
    execution.DECISION_EFFECTS,
    control.KPIS,
    execution.WEEKLY_EXECUTION,
    execution.WORKLIST,
    cycle.CYCLE,
    cycle.TEN_QUESTIONS,
    cycle.SNAPSHOTS,
    cycle.APPROVED_PLAN,
    control.PROBLEMS,
    control.CHECKS,
    control.RUN_LOG,
    cycle.PUBLISHED_RECORD,
    control.FUNCTION_LAB,
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
