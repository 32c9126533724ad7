"""What if, and what was decided: scenarios, their drivers, decisions, and the comparison."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sop_xl import frames
from sop_xl.sheets.spec import CellType, Module, Row, Shape, SheetKind, SheetSpec, column

if TYPE_CHECKING:
    import pandas as pd

    from sop_xl.sheets.settings import Settings

DRIVERS = (
    "demand", "price", "lead time", "lead-time deviation", "material late", "supplier out", "supplier limit", "capacity", "overtime limit",
    "extra shifts", "unit cost", "yield", "service level", "source allowed", "promotion", "launch date", "FX", "budget", "policy",
)  # fmt: skip
ACTIONS = ("percent", "add", "set")
LEVERS = (
    "overtime", "shift", "workforce", "subcontract", "second source", "substitute", "expedite", "pre-build", "price", "allocation",
)  # fmt: skip
FREE_LEVERS = tuple(lever for lever in LEVERS if lever not in ("price", "allocation"))
"""Levers that Settings may leave to the plan; the others always need a decision."""
STATUSES = ("proposed", "approved", "rejected")
DECISION_KINDS = ("decision", "action", "escalation")
"""What a row of Decisions may be; only a decision pulls a lever."""


class ScenarioRow(Row):
    """One scenario."""

    scenario: str = column("Scenario", "Short name, the same in Scenario Drivers.", width=24)
    name: str = column("Description", "What if ...", default="", width=60)
    state: str = column("State", "run: computed beside every plan. off: kept for later. promoted: part of the plan itself until it is set back; see sop-xl scenario promote. Empty: run.", default="run", choices=("run", "off", "promoted"), width=10)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=30)


SCENARIOS = SheetSpec(
    name="Scenarios",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="The what-ifs that are computed beside the plan.",
    row=ScenarioRow,
    when_absent="the plan alone is computed",
    key=("scenario",),
    frame=frames.SCENARIOS,
)


class ScenarioDriverRow(Row):
    """One change that a scenario makes."""

    scenario: str = column("Scenario", "Which scenario it belongs to.", references="Scenarios.scenario", width=22)
    driver: str = column("Driver", "What changes. Lead times in days; material late and supplier out need From and To only, or a value in days; launch date by so many periods.", choices=DRIVERS, width=18)
    item: str = column("Item", "Empty: every item.", default="", cell=CellType.CODE, references="Items.item", width=16)
    family: str = column("Family", "Empty: every family.", default="", references="Items.family", width=18)
    location: str = column("Location", "Empty: every location.", default="", cell=CellType.CODE, references="Locations.location", width=14)
    region: str = column("Region", "Empty: every region.", default="", references="Locations.region", width=14)
    resource: str = column("Resource", "Of capacity, overtime limit and extra shifts. Empty: every resource.", default="", references="Resources.resource", width=18)
    supplier: str = column("Supplier", "Of supplier and lead-time drivers. Empty: every supplier.", default="", cell=CellType.CODE, width=22)
    first_period: datetime | None = column("From", "First period. Empty: from now.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    last_period: datetime | None = column("To", "Last period. Empty: to the end.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    action: str = column("Action", "percent: 10 % more is 0.1. add: that much more. set: exactly that. Empty: percent.", default="percent", choices=ACTIONS, width=10)
    value: float | None = column("Value", "How much. Empty: only where the driver needs none.", unit="as the driver", default=None, width=10)
    note: str = column("Note", "Free text.", default="", aliases=("Comment",), width=30)
    currency: str = column("Currency", "Of FX: units of it for one of the plan currency. Empty: every other currency.", default="", cell=CellType.CODE, width=10)
    setting: str = column("Setting", "Of policy: a number in Settings, by its name there.", default="", width=26)


def drivers_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Drivers in the order in which people wrote them: of one scenario they follow one another."""
    return records[list(frames.SCENARIO_DRIVERS.columns)].reset_index(drop=True)


SCENARIO_DRIVERS = SheetSpec(
    name="Scenario Drivers",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="What each scenario changes, one row per change; everything else stays as in the plan.",
    row=ScenarioDriverRow,
    when_absent="scenarios change nothing",
    key=("scenario", "driver", "item", "family", "location", "region", "resource", "supplier", "first_period", "currency", "setting"),
    frame=frames.SCENARIO_DRIVERS,
    to_frame=drivers_frame,
)


class DecisionRow(Row):
    """One decision, or an action or an escalation that follows from the meeting."""

    decision: str = column("Decision", "Number of the decision.", cell=CellType.CODE, width=10)
    option: str = column("Option", "As Options names it; the row can be copied from there.", default="", width=34)
    lever: str = column("Lever", "What is pulled. Empty: nothing; the row is a record. scenario: one that was promoted.", default="", choices=(*LEVERS, "combination", "scenario"), width=14)
    item: str = column("Item", "Empty: every item that the lever reaches.", default="", cell=CellType.CODE, references="Items.item", width=16)
    family: str = column("Family", "Empty: every family.", default="", references="Items.family", width=18)
    resource: str = column("Resource", "Empty: every resource.", default="", references="Resources.resource", width=18)
    supplier: str = column("Supplier", "Empty: every supplier.", default="", cell=CellType.CODE, width=22)
    first_period: datetime | None = column("From", "First period. Empty: from now.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    last_period: datetime | None = column("To", "Last period. Empty: to the end.", unit="period", cell=CellType.PERIOD, default=None, width=10)
    value: float | None = column("Value", "How much per period at most (hours, shifts, units; of price the change as a fraction). Empty: up to the lever's limit.", unit="as the lever", default=None, width=10)
    status: str = column("Status", "approved: the plan may use it from the next run on. Empty: proposed.", default="proposed", choices=STATUSES, width=11)
    owner: str = column("Owner", "Who sees to it.", default="", width=18)
    due: datetime | None = column("Due", "By when.", unit="date", default=None, width=12)
    note: str = column("Note", "Why.", default="", aliases=("Comment", "Reason"), width=30)
    kind: str = column("Kind", "decision: its lever enters the plan once approved. action: something to be done. escalation: a matter handed upwards. Empty: decision.", default="decision", choices=DECISION_KINDS, width=11)
    question: str = column("Question", "What is decided, or what is to be done.", default="", width=40)
    considered: str = column("Options considered", "What else was weighed, with its gain.", default="", width=50)
    expected_gain: float | None = column("Expected gain", "Profit, as Options or Scenario Compare showed it. Empty: not stated.", unit="money", default=None, width=14)
    unmet_spared: float | None = column("Unmet demand spared", "Units waiting at the end of a period or lost, summed over the periods, that it spares, as Options or Scenario Compare showed it; a unit that waits for three periods counts three times. Below zero: more wait. Empty: not stated.", unit="units", default=None, width=14)
    matter: str = column("Matter", "Of the Worklist, in its words, that this answers. Empty: none.", default="", width=40)
    done: datetime | None = column("Done", "Of an action: when it was done. Empty: not yet.", unit="date", default=None, width=12)
    decided_by: str = column("Decided by", "Who took the decision.", default="", width=18)
    decided_on: datetime | None = column("Decided on", "When.", unit="date", default=None, width=12)


def decisions_frame(records: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Decisions in the order in which people wrote them."""
    return records[list(frames.DECISIONS.columns)].reset_index(drop=True)


DECISIONS = SheetSpec(
    name="Decisions",
    kind=SheetKind.INPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="What was decided, by whom and out of which options, and what is to be done; an approved decision enters the plan.",
    row=DecisionRow,
    when_absent="the plan uses only what needs no decision",
    key=("decision",),
    frame=frames.DECISIONS,
    to_frame=decisions_frame,
)


class ScenarioCompareRow(Row):
    """One figure of one scenario."""

    scenario: str = column("Scenario", "Plan, or the scenario.", width=26)
    kpi: str = column("Figure", "What is compared.", width=26)
    value: float | None = column("Value", "In the scenario.", unit="see unit", default=None, width=14)
    change: float | None = column("Change", "Value - value of the plan.", unit="see unit", default=None, width=14)
    unit: str = column("Unit", "Unit of both.", default="", width=10)
    note: str = column("Note", "What a planner must know.", default="", width=125)


SCENARIO_COMPARE = SheetSpec(
    name="Scenario Compare",
    kind=SheetKind.OUTPUT,
    shape=Shape.RECORDS,
    module=Module.CYCLE,
    purpose="Service, money and cash of every scenario beside the plan.",
    row=ScenarioCompareRow,
    key=("scenario", "kpi"),
    frame=frames.SCENARIO_COMPARE,
)
