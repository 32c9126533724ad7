"""Drivers of a scenario that change what people state: demand, price, promotions, launch dates, rates of exchange and policies.

They are written as a person would write them, into copies of the inputs, and the plan is made from those: what no driver touches follows the
plan, whatever the plan becomes. Drivers of the supply network itself are in `plan.scenario_drivers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.currency import PLAN, rates_at
from sop_xl.plan.grid import records
from sop_xl.plan.notes import Note
from sop_xl.plan.overrides import SCENARIO
from sop_xl.plan.scenario_rows import Driver, read_change
from sop_xl.plan.scenario_world import Change, RefusedDriver, driver_key

SOURCE = "scenario "
"""How the name of a row begins that a driver makes; the scenario's name follows, and of a second row its number in brackets."""
BUDGET = "budget"
"""The driver that changes what the plan is compared with, and no plan."""


@dataclass(frozen=True)
class Stated:
    """What people state, as far as drivers change it.

    Parameters
    ----------
    timeline
        Its planned periods are those that can be changed.
    events, lifecycle, overrides, fx_rates
        EVENTS, LIFECYCLE, OVERRIDES, FX_RATES.
    items
        ITEMS, for the families of launches.
    settings
        Numbers of the policies that may be changed, by their name in Settings.
    plan_currency
        Three-letter code, which has no rate.
    source
        What the rows of the driver at hand are called.
    remarks
        Rule and sentence of what a planner must know about it.
    since
        Of scenarios that are part of the plan, the period that was the current one when each entered it. Absent: they are only tried.
    """

    timeline: Timeline
    events: pd.DataFrame
    lifecycle: pd.DataFrame
    overrides: pd.DataFrame
    fx_rates: pd.DataFrame
    items: pd.DataFrame
    settings: Mapping[str, float]
    plan_currency: str = ""
    source: str = ""
    remarks: tuple[tuple[str, str], ...] = field(default=())
    since: Mapping[str, pd.Timestamp] = field(default_factory=dict)

    def period(self, position: int) -> pd.Timestamp:
        """A planned period by its position."""
        return self.timeline.plan[position]


def state_demand(stated: Stated, change: Change) -> Stated:
    """Consensus demand of the scope: an override that comes last and moves pinned cells too."""
    row = {
        "override": stated.source, "item": change.item, "family": change.family, "category": "", "location": change.location, "region": change.region,
        "first_period": stated.period(change.first), "last_period": stated.period(change.last), "action": change.action, "value": change.value,
        "spread_by": "forecast", "pinned": "no", "reason_code": SCENARIO, "reason": stated.source, "owner": "", "entered": pd.NaT, "expiry_policy": "hold",
        "expires": pd.NaT,
    }  # fmt: skip
    return replace(stated, overrides=_with_row(stated.overrides, row, frames.OVERRIDES))


def state_price(stated: Stated, change: Change) -> Stated:
    """Net price of the scope, by a fraction; demand stays as it is, what it loses or gains is a driver of its own."""
    if change.action != "percent":
        raise RefusedDriver("scenario-value-out-of-range", "of a price that is part of the plan only a percentage can be taken; enter prices in Price List")
    return _with_event(stated, change, effect_kind="percent", effect=0.0, price_change=change.value)


def state_promotion(stated: Stated, change: Change) -> Stated:
    """A promotion that is sure to come: a fraction of the baseline of its scope, or so many units per period over all of it."""
    if change.action == "set":
        raise RefusedDriver("scenario-action-not-known", "a promotion adds: use percent or add")
    kind = "percent" if change.action == "percent" else "units"
    return _with_event(stated, change, type="promotion", effect_kind=kind, effect=change.value)


def state_launch_date(stated: Stated, change: Change) -> Stated:
    """Launches to come slip by so many periods, below 0 they are earlier; the phase-out of what they succeed goes with them."""
    if change.action == "set":
        raise RefusedDriver("scenario-action-not-known", "a launch date slips by so many periods: use add")
    slip = float(change.value)
    if slip != np.floor(slip):
        raise RefusedDriver("scenario-value-out-of-range", f"a launch date slips by whole periods, not by {slip:g}")
    rows, calendar = stated.lifecycle, stated.timeline.calendar
    starts = rows["period"].map(calendar.start_of, na_action="ignore")
    inside = (rows["stage"] == "launch") & (starts >= stated.period(change.first)) & (starts <= stated.period(change.last))
    family = rows["item"].map(stated.items.set_index("item")["family"])
    for name, labels in (("item", rows["item"]), ("family", family), ("location", rows["location"])):
        if getattr(change, name):
            inside &= labels == getattr(change, name)
    if not inside.any():
        raise RefusedDriver("scenario-scope-empty", f"Lifecycle has no launch to come within {change.scope_words}")
    moved = inside | ((rows["stage"] == "phase_out") & rows["successor"].isin(rows.loc[inside, "item"]) & (starts >= stated.timeline.current))
    slipped = starts[moved].map(lambda start: max(calendar.shift(start, int(slip)), stated.timeline.current))
    lifecycle = rows.copy()
    lifecycle.loc[moved, "period"] = slipped.astype(rows["period"].dtype)
    return replace(stated, lifecycle=lifecycle)


def state_rate(stated: Stated, change: Change) -> Stated:
    """Plan rate of a currency, units of it for one of the plan currency: more of them is a weaker currency, and what is sold for it earns less."""
    rates = stated.fx_rates
    known = sorted({name for name in rates["currency"] if name not in ("", stated.plan_currency)})
    wanted = [name for name in known if change.currency in ("", name)]
    if not wanted:
        raise RefusedDriver("scenario-scope-empty", f"FX Rates has no rate of {change.currency or 'another currency'}")
    plan = stated.timeline.plan
    cells = pd.DataFrame({"currency": np.repeat(np.array(wanted, dtype=object), len(plan)), "rate_type": PLAN, "period": np.tile(plan.to_numpy(), len(wanted))})
    rate, _ = rates_at(cells["currency"], cells["period"], rates, stated.plan_currency, PLAN)
    matrix = rate.to_numpy(dtype=float).reshape(len(wanted), len(plan)).copy()
    matrix[:, change.span] = change.of(matrix[:, change.span])
    if (matrix <= 0).any():
        raise RefusedDriver("scenario-value-out-of-range", "a rate of exchange is above 0")
    cells = cells.assign(fx_rate=matrix.ravel())
    # every planned period has a rate of its own now, so that a change for some periods ends with them
    replaced = (rates["rate_type"] == PLAN) & rates["currency"].isin(wanted) & (rates["period"] >= stated.timeline.current)
    together = pd.concat([rates[~replaced], cells[cells["fx_rate"].notna()].astype({"rate_type": object})], ignore_index=True)
    return replace(stated, fx_rates=frames.order_rows(together, frames.FX_RATES))


def state_policy(stated: Stated, change: Change) -> Stated:
    """A number of Settings, over the whole plan."""
    if change.dated or change.first > 0:
        raise RefusedDriver("scenario-scope-not-used", "a setting holds for the whole plan; leave From and To empty")
    names = {name.casefold(): name for name in stated.settings}
    name = names.get(change.setting.casefold())
    if name is None:
        asked = f'"{change.setting}"' if change.setting else "none"
        raise RefusedDriver("scenario-setting-unknown", f"expected one of the settings {', '.join(stated.settings)}, got {asked}")
    return replace(stated, settings={**stated.settings, name: float(change.of(np.array(stated.settings[name])))})


_PLACE = frozenset({"item", "family", "location", "region"})
INPUT_DRIVERS: dict[str, Driver[Stated]] = {
    "demand": Driver(state_demand, _PLACE),
    "price": Driver(state_price, _PLACE),
    "promotion": Driver(state_promotion, _PLACE),
    "launch date": Driver(state_launch_date, frozenset({"item", "family", "location"}), signed=True),
    "FX": Driver(state_rate, frozenset({"currency"})),
    "policy": Driver(state_policy, frozenset({"setting"})),
}
"""Drivers of inputs by their name in Scenario Drivers. Demand and price are also drivers of the network, where no inputs are at hand."""


def parted(drivers: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """SCENARIO_DRIVERS of inputs, of the supply network and of the budget, each in their order.

    A price that is set or added to has no input of its own and is one of the network.
    """
    of_inputs = drivers["driver"].isin(list(INPUT_DRIVERS)) & ~((drivers["driver"] == "price") & drivers["action"].isin(["add", "set"]))
    of_budget = drivers["driver"] == BUDGET
    parts = (drivers[of_inputs], drivers[~of_inputs & ~of_budget], drivers[of_budget])
    first, second, third = (part.reset_index(drop=True) for part in parts)
    return first, second, third


def state_drivers(stated: Stated, drivers: pd.DataFrame) -> tuple[Stated, list[Note]]:
    """The inputs with drivers of inputs in them, in their order; a row that cannot be applied changes nothing and has a note."""
    notes = list[Note]()
    count: dict[str, int] = {}
    for row in records(drivers):
        count[row.scenario] = count.get(row.scenario, 0) + 1
        source = f"{SOURCE}{row.scenario}" + (f" ({count[row.scenario]})" if count[row.scenario] > 1 else "")
        try:
            seen_from = _as_it_entered(stated, row)
            change = read_change(row, seen_from, INPUT_DRIVERS)
            applied = INPUT_DRIVERS[row.driver].apply(replace(stated, timeline=seen_from, source=source, remarks=()), change)
            stated = replace(applied, timeline=stated.timeline)
        except RefusedDriver as refused:
            notes.append(Note("scenario_drivers", driver_key(row), refused.rule, f"{row.scenario}, {row.driver}: {refused.sentence}; the row is left out"))
            continue
        notes += [Note("scenario_drivers", driver_key(row), rule, f"{row.scenario}, {row.driver}: {sentence}") for rule, sentence in stated.remarks]
    return replace(stated, source="", remarks=()), notes


def _as_it_entered(stated: Stated, row: Any) -> Timeline:
    """The periods from which a driver is seen: of a launch date in the plan, those of the cycle in which it entered.

    A launch stated for March that slips to May must not come back to March once March is over.
    """
    timeline, entered = stated.timeline, stated.since.get(row.scenario)
    if row.driver != "launch date" or entered is None:
        return timeline
    over = timeline.calendar.distance(entered, timeline.current)
    return timeline if over <= 0 else Timeline(timeline.calendar, min(timeline.first, entered), entered, timeline.horizon + over)


def changed_budget(budget: pd.DataFrame, drivers: pd.DataFrame, items: pd.DataFrame, timeline: Timeline) -> tuple[pd.DataFrame, list[Note]]:
    """BUDGET in plan currency with the budget drivers of a scenario in its revenue, cost and margin; notes on rows that cannot be applied."""
    notes = list[Note]()
    family_of = items.set_index("item")["family"]
    for row in records(drivers):
        try:
            change = read_change(row, timeline, {BUDGET: BUDGET_DRIVER})
            budget = _with_budget(budget, change, family_of, timeline)
        except RefusedDriver as refused:
            notes.append(Note("scenario_drivers", driver_key(row), refused.rule, f"{row.scenario}, {row.driver}: {refused.sentence}; the row is left out"))
    return budget, notes


def _with_budget(budget: pd.DataFrame, change: Change, family_of: pd.Series, timeline: Timeline) -> pd.DataFrame:
    family = budget["family"].where(budget["family"] != "", budget["item"].map(family_of).fillna(""))
    inside = budget["period"].isin(timeline.plan[change.span]) & budget["revenue"].notna()
    for name, labels in (("item", budget["item"]), ("family", family), ("region", budget["region"])):
        if getattr(change, name):
            inside &= labels == getattr(change, name)
    if not inside.any():
        raise RefusedDriver("scenario-scope-empty", f"Budget has no revenue in those periods within {change.scope_words}")
    old = budget.loc[inside, "revenue"].astype(float)
    total = old.groupby(budget.loc[inside, "period"]).transform("sum")
    wanted = {"percent": total * (1.0 + change.value), "add": total + change.value}.get(change.action, pd.Series(change.value, index=old.index))
    lines = old.groupby(budget.loc[inside, "period"]).transform("size")
    new = np.where(total > 0, old / total.where(total > 0, 1.0) * wanted, wanted / lines)
    return budget.assign(revenue=budget["revenue"].mask(inside, pd.Series(new, index=old.index)))


BUDGET_DRIVER: Driver[Any] = Driver(lambda budget, change: budget, frozenset({"item", "family", "region"}))


def _with_event(stated: Stated, change: Change, **said: object) -> Stated:
    """The events and one more, of the scope and the periods of a change."""
    row = {
        "event": stated.source, "type": "other", "item": change.item, "family": change.family, "location": change.location, "region": change.region, "customer": "",
        "first_period": stated.period(change.first), "last_period": stated.period(change.last), "price_change": np.nan, "elasticity": np.nan, "lead_in": np.nan,
        "pull_forward": np.nan, "dip_periods": np.nan, "probability": 1.0, "owner": "",
    } | said  # fmt: skip
    return replace(stated, events=_with_row(stated.events, row, frames.EVENTS))


def _with_row(frame: pd.DataFrame, row: Mapping[str, object], spec: frames.FrameSpec) -> pd.DataFrame:
    one = pd.DataFrame([row], columns=list(spec.columns)).astype(frames.empty_frame(spec).dtypes.to_dict())
    return frames.order_rows(pd.concat([frame, one], ignore_index=True) if len(frame) else one, spec)


