"""Inputs with the drivers of scenarios in them: those of one scenario, or of all that were promoted into the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from sop_xl.commands.inputs import Inputs
from sop_xl.periods import Timeline
from sop_xl.plan.grid import records
from sop_xl.plan.notes import Note
from sop_xl.plan.scenario_inputs import Stated, parted, state_drivers
from sop_xl.plan.scenario_world import driver_key
from sop_xl.plan.scenarios import PROMOTED
from sop_xl.sheets import sheet
from sop_xl.sheets.read import Reading
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import columns_of

POLICIES = (
    "sales_input_weight", "consume_backward", "consume_forward", "service_level", "lead_time_days", "lead_time_deviation_days", "frozen_fence_days",
    "holding_cost_rate", "backorder_cost_rate", "lost_sale_cost_rate", "safety_stock_cost_rate", "change_cost_rate", "expedite_premium", "order_cost",
    "excess_cover_days", "customer_payment_days", "supplier_payment_days", "excess_reserve_rate", "obsolete_reserve_rate",
)  # fmt: skip
"""Settings that say how the company plans; the others say how the workbook is cut, read or searched."""

_FRAMES = {"Events": "events", "Lifecycle": "lifecycle", "Overrides": "overrides", "FX Rates": "fx_rates"}


def with_drivers(inputs: Inputs, drivers: pd.DataFrame, timeline: Timeline, since: Mapping[str, pd.Timestamp] | None = None) -> tuple[Inputs, list[Note]]:
    """The inputs with drivers of inputs (see `plan.scenario_inputs`) in them, and notes on rows that cannot be applied; the inputs themselves stay as they are.

    `since` says of promoted scenarios in which cycle each entered the plan.
    """
    if drivers.empty:
        return inputs, []
    labels = {column.name: column.label for column in columns_of(Settings) if column.name in POLICIES}
    stated = Stated(
        timeline, events=inputs.frame("Events"), lifecycle=inputs.frame("Lifecycle"), overrides=inputs.frame("Overrides"), fx_rates=inputs.frame("FX Rates"), items=inputs.frame("Items"),
        settings={label: float(getattr(inputs.settings, name)) for name, label in labels.items()}, plan_currency=inputs.settings.plan_currency,
        since=since or {},
    )  # fmt: skip
    changed, notes = state_drivers(stated, drivers)
    moved = {name: changed.settings[label] for name, label in labels.items() if changed.settings[label] != stated.settings[label]}
    settings, more = _with_settings(inputs.settings, moved, drivers)
    given = {name: getattr(changed, field) for name, field in _FRAMES.items() if getattr(changed, field) is not getattr(stated, field)}
    return substituted(inputs, given, settings), notes + more


def with_promoted(inputs: Inputs, timeline: Timeline) -> tuple[Inputs, list[Note]]:
    """The inputs as the plan is made from them: with the drivers of inputs of every promoted scenario. Those of the network are applied by `plan_supply`."""
    of_inputs, _, of_budget = parted(promoted_drivers(inputs))
    changed, notes = with_drivers(inputs, of_inputs, timeline, promoted_since(inputs, timeline))
    for row in records(of_budget):
        words = f"{row.scenario}, {row.driver}: the plan is held against the budget as it stands; finance enters a new one in Budget"
        notes.append(Note("scenario_drivers", driver_key(row), "scenario-budget-stays", words))
    return changed, notes


def promoted_scenarios(inputs: Inputs) -> list[str]:
    """Names of the scenarios that are part of the plan itself, in the order in which people wrote them."""
    scenarios = inputs.frame("Scenarios")
    names = set(scenarios.loc[scenarios["state"] == PROMOTED, "scenario"])
    return [str(name) for name in inputs.readings["Scenarios"].records["scenario"] if name in names] if names else []


def promoted_since(inputs: Inputs, timeline: Timeline) -> dict[str, pd.Timestamp]:
    """Period in which each promoted scenario entered the plan, by its latest record in Decisions: From, else that of the day of the decision."""
    decisions, calendar = inputs.frame("Decisions"), timeline.calendar
    records_of = decisions[(decisions["lever"] == "scenario") & (decisions["status"] == "approved")]
    entered = records_of["first_period"].fillna(records_of["decided_on"])
    return {
        str(name): min(calendar.start_of(day), timeline.current)
        for name, day in zip(records_of["option"], entered, strict=True)
        if pd.notna(day)
    }


def promoted_drivers(inputs: Inputs) -> pd.DataFrame:
    """Rows of SCENARIO_DRIVERS that are part of the plan itself: by scenario in their order, and of one scenario in that of its rows."""
    scenarios, drivers = inputs.frame("Scenarios"), inputs.frame("Scenario Drivers")
    names = scenarios.loc[scenarios["state"] == PROMOTED, "scenario"].tolist()
    parts = [drivers[drivers["scenario"] == name] for name in names]
    return pd.concat(parts, ignore_index=True) if parts else drivers.iloc[:0]


def substituted(inputs: Inputs, given: Mapping[str, pd.DataFrame], settings: Settings | None = None) -> Inputs:
    """The inputs with other frames in place of those of some sheets, and other settings."""
    readings = dict(inputs.readings)
    for name, frame in given.items():
        if name in readings:
            readings[name] = replace(readings[name], frame=frame)
        else:
            readings[name] = Reading(sheet(name), inputs.settings, inputs.settings.make_calendar(), pd.DataFrame(), frame, sheet=name)
    return replace(inputs, settings=settings or inputs.settings, readings=readings)


def slim(inputs: Inputs) -> Inputs:
    """The inputs as planning reads them, without the cells that they came from: what travels to another process."""
    empty = pd.DataFrame()
    readings = {
        name: Reading(reading.spec, inputs.settings, reading.calendar, empty, reading.frame, sheet=name, detail=reading.detail)
        for name, reading in inputs.readings.items()
    }  # fmt: skip
    return Inputs(inputs.settings, readings, ())


def _with_settings(settings: Settings, moved: Mapping[str, float], drivers: pd.DataFrame) -> tuple[Settings, list[Note]]:
    """The settings with other numbers; one that its own limits refuse stays and has a note."""
    from pydantic import ValidationError

    from sop_xl.sheets.labels import limits_of

    notes = list[Note]()
    columns = {column.name: column for column in columns_of(Settings)}
    for name, value in moved.items():
        label = columns[name].label
        try:
            whole = int(value) if isinstance(getattr(settings, name), int) and value == int(value) else value
            settings = Settings.model_validate(settings.model_dump() | {name: whole})
        except ValidationError:
            row = next(r for r in records(drivers) if r.driver == "policy" and r.setting.casefold() == label.casefold())
            words = f"{row.scenario}, policy: expected a number {limits_of(columns[name])} for {label}, got {value:g}; the row is left out"
            notes.append(Note("scenario_drivers", driver_key(row), "scenario-value-out-of-range", words))
    return settings, notes


