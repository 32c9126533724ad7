"""Which inputs belong to which cause of a change, and the inputs of then with some of them replaced by today's."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd

from sop_xl.commands.inputs import Inputs
from sop_xl.commands.published import inputs_of
from sop_xl.commands.scenario_inputs import promoted_drivers
from sop_xl.frames import LOCATIONS, FrameSpec, order_rows
from sop_xl.periods import Timeline
from sop_xl.plan.change_words import changed_lines, count_words, same_table
from sop_xl.plan.override_policy import as_they_stood
from sop_xl.plan.scenario_inputs import SOURCE, parted
from sop_xl.plan.scenarios import PROMOTED
from sop_xl.sheets import sheet
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import SheetKind

ACTUALS, MODEL, MASTER_DATA = "Actuals", "Model", "Master data"
OF_SCENARIOS = " of scenarios"
DRIVEN = {"Overrides": "override", "Events": "event"}
"""Sheets among whose rows promoted scenarios have some of their own, and the column that names a row; they count under Scenarios, not under the sheet's cause."""


@dataclass(frozen=True)
class Group:
    """Inputs that are one cause.

    Parameters
    ----------
    cause
        As it is named on the sheet.
    sheets
        Those that it has whole.
    item_columns
        Columns of Items.
    settings
        Fields of Settings.
    moves_demand
        Whether the demand step depends on any of it.
    """

    cause: str
    sheets: tuple[str, ...] = ()
    item_columns: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    moves_demand: bool = True


GROUPS = (
    Group(ACTUALS, ("Demand History", "Inventory", "Open Orders")),
    Group(MODEL, ("Forecast Models", "Drivers", "History Log"),
          settings=("blank_demand", "cleanse_history", "working_days", "interval_low", "interval_high", "reconciliation")),
    Group("Events", ("Events",)),
    Group("Life cycle", ("Lifecycle",)),
    Group("Sales input", ("Sales Input",), settings=("sales_input_weight", "sales_input_blend", "track_record_periods")),
    Group("Overrides", ("Overrides",)),
    Group("Customer orders", ("Customer Orders",), settings=("consume_backward", "consume_forward")),
    Group("Capacity", ("Resources", "Bill of Resources", "Resource Calendar"), moves_demand=False),
    Group(
        "Supply parameters", ("Sourcing", "Bill of Materials", "Suppliers", "Purchase History", "Inventory Policy", "Customer Classes"),
        item_columns=("lead_time", "lead_time_deviation", "minimum_order", "order_multiple", "service_level"),
        settings=(
            "service_level", "lead_time_days", "lead_time_deviation_days", "service_measure", "safety_stock_method", "lead_times", "supply_plan", "supply_objective",
            "unmet_demand", "free_levers", "lot_sizing", "solver_gap", "solver_seconds", "frozen_fence_days", "holding_cost_rate", "backorder_cost_rate",
            "lost_sale_cost_rate", "safety_stock_cost_rate", "change_cost_rate", "expedite_premium", "order_cost", "excess_cover_days", "allocation_rule",
            "supplier_payment_days",
        ),
        moves_demand=False,
    ),
    Group("Decisions", ("Decisions",), moves_demand=False),
    Group("Scenarios", (*(f"{name}{OF_SCENARIOS}" for name in DRIVEN), "Scenarios", "Scenario Drivers")),
    Group("Price", ("Price List",), item_columns=("unit_price",)),
    Group("FX", ("FX Rates",)),
    Group("Costs", ("Cost Rates",), item_columns=("unit_cost",), moves_demand=False),
    Group(MASTER_DATA),
)  # fmt: skip
"""Causes in the order in which they are taken: facts first, then demand as it is made, then supply, then money; at last what everything hangs on."""

BESIDE_PLAN = ("company", "plan_currency", "calendar", "fiscal_year_start", "current_period", "horizon", "archive_cycles", "decimal_mark", "date_order")
"""Settings that are no input of a plan in given periods, or that two plans must share to be compared."""


@dataclass(frozen=True)
class Side:
    """What a plan was made from: settings, periods, frames by sheet and what they were before rows were added up."""

    settings: Settings
    timeline: Timeline
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    details: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    locations: pd.DataFrame = field(default_factory=pd.DataFrame)

    def inputs(self) -> Inputs:
        """To plan it."""
        frames = {name: frame for name, frame in self.frames.items() if not name.endswith(OF_SCENARIOS)}
        for name in DRIVEN:
            parts = [self.frames[part] for part in (name, f"{name}{OF_SCENARIOS}") if part in self.frames]
            if parts:
                frames[name] = order_rows(pd.concat(parts, ignore_index=True), _form(name)) if len(parts) > 1 else parts[0]
        return inputs_of(self.settings, frames, self.details)

    def frame(self, name: str) -> pd.DataFrame | None:
        """Of a sheet; `None` where it has no rows."""
        found = self.frames.get(name)
        return found if found is not None and len(found) else None


def side_of(inputs: Inputs, timeline: Timeline) -> Side:
    """The inputs of a run, as far as a plan depends on them: of an output that people mark only the lines that they marked, of scenarios those in the plan.

    What a promoted scenario drives in demand, prices and promotions are rows of their own among Overrides and Events; they count under Scenarios, as does
    what it drives in the network. A launch date, a rate and a policy are those of their input by now, and count under its cause.
    """
    names = [name for group in GROUPS for name in group.sheets] + ["Items"]
    frames, details = {}, {}
    for name in names:
        reading = inputs.readings.get(name)
        if reading is None:
            continue
        frame = reading.frame
        if reading.spec.kind is SheetKind.OUTPUT and len(frame):
            people = [c.name for c in reading.spec.columns if c.people]
            frame = frame[(frame[people] != "").any(axis=1)].reset_index(drop=True)
        if len(frame):
            frames[name] = frame
        if reading.detail is not None:
            details[name] = reading.detail
    promoted = promoted_drivers(inputs)
    for name, key in DRIVEN.items():
        if name in frames:
            of_scenario = frames[name][key].map(lambda words: _scenario_named(str(words), promoted["scenario"])) != ""
            parts = {name: frames[name][~of_scenario], f"{name}{OF_SCENARIOS}": frames[name][of_scenario]}
            del frames[name]
            frames |= {part: rows.reset_index(drop=True) for part, rows in parts.items() if len(rows)}
    drivers = parted(promoted)[1]
    frames["Scenarios"] = inputs.frame("Scenarios").loc[lambda rows: rows["state"] == PROMOTED].reset_index(drop=True)
    frames["Scenario Drivers"] = drivers.reset_index(drop=True)
    if drivers.empty:
        del frames["Scenarios"], frames["Scenario Drivers"]
    return Side(inputs.settings, timeline, frames, details, inputs.locations())


def _scenario_named(row: str, scenarios: Collection[str]) -> str:
    """The promoted scenario whose driver made a row of that name; "" where people made it."""
    rest = row.removeprefix(SOURCE)
    return next((name for name in scenarios if rest != row and rest.split(" (")[0] == name.split(" (")[0]), "")


def _form(name: str) -> FrameSpec:
    form = sheet(name.removesuffix(OF_SCENARIOS)).frame
    assert form is not None
    return form


def between(then: Side, now: Side, done: Collection[str]) -> Side:
    """The inputs of then in which those of the causes `done` are today's, in today's periods.

    Items and locations that are new today are listed from the first cause on, with today's attributes: so what is known of them counts under the
    cause that brings their demand. Those that are gone stay listed until master data, the last cause. Overrides that are not today's yet
    stand as they stood then: what has expired or decayed since is theirs, not that of the facts.
    """
    frames, details, fields = dict[str, pd.DataFrame](), dict[str, pd.DataFrame](), dict[str, object]()
    for group in GROUPS:
        side = now if group.cause in done else then
        for name in group.sheets:
            if (frame := side.frame(name)) is not None:
                aged = name == "Overrides" and side is then and then.timeline.current < now.timeline.current
                frames[name] = as_they_stood(frame, then.timeline, now.timeline) if aged else frame
            if name in side.details:
                details[name] = side.details[name]
        fields |= {name: getattr(side.settings, name) for name in group.settings}
    rest = now if MASTER_DATA in done else then
    settings = rest.settings.model_copy(update=fields)
    frames["Items"] = _items(then, now, done)
    frames["Locations"] = rest.locations if MASTER_DATA in done else _all_rows(then.locations, now.locations, "location")
    return Side(settings, now.timeline, frames, details, frames["Locations"])


def _items(then: Side, now: Side, done: Collection[str]) -> pd.DataFrame:
    """Items of both with the attributes of the causes done."""
    if MASTER_DATA in done:
        return now.frames["Items"]
    listed = _all_rows(then.frames["Items"], now.frames["Items"], "item").set_index("item")
    today = now.frames["Items"].set_index("item")
    for group in GROUPS:
        if group.cause in done:
            for name in group.item_columns:
                listed[name] = today[name].reindex(listed.index).where(listed.index.isin(today.index), listed[name])
    return listed.reset_index()[list(now.frames["Items"].columns)]


def _all_rows(then: pd.DataFrame, now: pd.DataFrame, key: str) -> pd.DataFrame:
    """Rows of then, and those of now whose key is new; in the order of the key."""
    new = now[~now[key].isin(then[key])]
    both = pd.concat([then, new], ignore_index=True) if len(new) else then
    return both.sort_values(key, kind="stable", ignore_index=True)


def differs(before: Side, after: Side, cause: str) -> bool:
    """Whether taking that cause made other inputs; the order of rows counts, as it does to rules."""
    group = next(g for g in GROUPS if g.cause == cause)
    names = (*group.sheets, "Items", *(("Locations",) if cause == MASTER_DATA else ()))
    for name in names:
        old, new = before.frame(name), after.frame(name)
        if (old is None) != (new is None) or (old is not None and new is not None and not same_table(old, new)):
            return True
        old, new = before.details.get(name), after.details.get(name)
        if old is not None and new is not None and not same_table(old, new):
            return True
    return any(getattr(before.settings, n) != getattr(after.settings, n) for n in Settings.model_fields if n not in BESIDE_PLAN)


def input_words(then: Side, now: Side, cause: str) -> str:
    """What people changed of a cause: `3 added, 1 removed`, sheet by sheet where it has several, then settings with both values."""
    group = next(g for g in GROUPS if g.cause == cause)
    said = []
    for name in group.sheets:
        spec = _form(name)
        old, new = (side.frame(name) for side in (then, now))
        if old is None and new is None:
            continue
        model = old if old is not None else new
        assert model is not None
        counts = changed_lines(old if old is not None else model.iloc[:0], new if new is not None else model.iloc[:0], spec.keys)
        if counted := count_words(counts):
            said.append(counted if len(group.sheets) == 1 and not group.item_columns and name == cause else f"{name} {counted}")
    said += _item_words(then, now, group)
    if cause == MASTER_DATA:
        counts = changed_lines(then.locations, now.locations, LOCATIONS.keys)
        said += [f"Locations {counted}" for counted in [count_words(counts)] if counted]
    fields = group.settings if cause != MASTER_DATA else _other_settings()
    for name in fields:
        old_value, new_value = (getattr(side.settings, name) for side in (then, now))
        if old_value != new_value:
            said.append(f"{Settings.model_fields[name].title} {_plain(old_value)} -> {_plain(new_value)}")
    return ", ".join(said)


def _item_words(then: Side, now: Side, group: Group) -> list[str]:
    """How many items have another attribute of the group; master data has those that are left, and the items themselves."""
    mine = group.item_columns
    if group.cause == MASTER_DATA:
        taken = {name for g in GROUPS for name in g.item_columns}
        mine = tuple(c for c in now.frames["Items"].columns if c not in taken and c != "item")
    if not mine:
        return []
    old, new = (side.frames["Items"][["item", *mine]] for side in (then, now))
    added, removed, changed = changed_lines(old, new, ["item"])
    counts = (added, removed, changed) if group.cause == MASTER_DATA else (0, 0, changed)
    counted = count_words(counts)
    return [f"Items {counted}"] if counted else []


def _other_settings() -> tuple[str, ...]:
    taken = {name for g in GROUPS for name in g.settings} | set(BESIDE_PLAN)
    return tuple(name for name in Settings.model_fields if name not in taken)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
