"""Scenarios: what if, computed beside the plan. A scenario is a list of changes; every cell that none of them touches follows the plan.

"Lead times double" is one row (lead time, percent, 1), "this material is 14 days late" is one row (material late, the item, 14), "this supplier is out
for two months" is one row (supplier out, the supplier, From and To).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.errors import PlanError
from sop_xl.periods import Timeline
from sop_xl.plan.grid import Matrix, pair_positions, records
from sop_xl.plan.notes import Note, notes_frame
from sop_xl.plan.scenario_drivers import DRIVERS
from sop_xl.plan.scenario_figures import PLAN, Outcome, compare_rows
from sop_xl.plan.scenario_world import SCOPE, Change, RefusedDriver, World
from sop_xl.plan.stock_policy import Restock
from sop_xl.plan.supply.figures import PlanFigures
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solution import SupplySolution

ACTIONS = ("percent", "add", "set")
RUN = "run"
_LARGE = 5.0


def apply_drivers(
    network: SupplyNetwork,
    rules: SupplyRules,
    drivers: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    *,
    restock: Restock | None = None,
    asked: pd.DataFrame | None = None,
    open_orders: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
) -> tuple[SupplyNetwork, SupplyRules, pd.DataFrame]:
    """The network of a scenario.

    Parameters
    ----------
    network, rules
        Of the plan; left as they are.
    drivers
        SCENARIO_DRIVERS rows of one scenario, applied in their order.
    items, locations
        ITEMS and LOCATIONS for families and regions; locations may be empty.
    restock
        Makes safety stock anew: called with the plan's network, in which the lead times of the sources are those of the scenario, and a frame (item, location,
        service_level) of levels that replace the targets, or None. Absent: safety stock stays, and that is said.
    asked
        item, location, period, consensus: demand by selling location, for drivers of demand and price that name a location or a region. Absent: the
        demand on a stock is that of its own location.
    open_orders
        OPEN_ORDERS, to know whose orders are late. Absent: they come from the regular source.
    targets
        INVENTORY_TARGETS, for service levels that are added to.

    Returns
    -------
    Network, rules and notes (frame, key, rule, note). A row that cannot be applied changes nothing and has a note. Frames and matrices that nothing
    changes are those of the plan itself.
    """
    frames.check_frame(drivers, frames.SCENARIO_DRIVERS)
    world, notes = scenario_world(network, rules, drivers, items, locations, restock, asked, open_orders, targets)
    return world.network, world.rules, notes_frame(notes)


def scenario_world(
    network: SupplyNetwork,
    rules: SupplyRules,
    drivers: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    restock: Restock | None = None,
    asked: pd.DataFrame | None = None,
    open_orders: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
) -> tuple[World, list[Note]]:
    """As `apply_drivers`, with all that the drivers left behind."""
    count, shape = len(network.points), (len(network.points), network.periods)
    world = World(
        base=network, network=network, rules=rules, items=items, locations=locations, asked=asked, open_orders=open_orders,
        stock_sources=network.sources, service_level=np.full(count, np.nan), target_level=_target_level(network, items, targets),
        restocked=np.zeros(network.periods, dtype=bool), longer=np.zeros(shape), late=np.zeros(shape), spread=np.zeros(shape),
    )  # fmt: skip
    notes = list[Note]()
    for row in records(drivers):
        scope = [getattr(row, name) for name in SCOPE if getattr(row, name)]
        key = " / ".join([row.scenario, row.driver, *scope])
        try:
            change = read_change(row, network.timeline)
            before = world.network.scheduled.sum()
            world = DRIVERS[row.driver].apply(replace(world, remarks=()), change)
        except RefusedDriver as refused:
            notes.append(Note("scenario_drivers", key, refused.rule, f"{row.scenario}, {row.driver}: {refused.sentence}; the row is left out"))
            continue
        gone = float(before - world.network.scheduled.sum())
        if gone > 1e-6:
            world = world.said("scenario-receipts-beyond", f"{gone:,.0f} units on order arrive after the last planned period")
        if change.action == "percent" and DRIVERS[row.driver].needs_value and change.value >= _LARGE:
            world = world.said("scenario-percent-large", f"{change.value:g} means {change.value:+.0%}; 10 % more is written 0.1")
        notes += [Note("scenario_drivers", key, rule, f"{row.scenario}, {row.driver}: {sentence}") for rule, sentence in world.remarks]
    return _restocked(world, restock, drivers, notes), notes


def read_change(row: Any, timeline: Timeline) -> Change:
    """One row of SCENARIO_DRIVERS with its periods as positions.

    Raises
    ------
    RefusedDriver
        For a driver or an action that does not exist, a scope that the driver does not have, a span that holds no planned period, an absent value
        where one is needed, and a fall by more than all.
    """
    driver, action, value = str(row.driver), str(row.action) or "percent", float(row.value)
    if driver not in DRIVERS or action not in ACTIONS:
        raise RefusedDriver("scenario-driver-unknown", f"there is no {'action ' + action if driver in DRIVERS else 'driver ' + driver}")
    rule = DRIVERS[driver]
    idle = [name for name in SCOPE if getattr(row, name) and name not in rule.scope]
    if idle:
        raise RefusedDriver("scenario-scope-not-used", f"it cannot be narrowed by {' and '.join(idle)}, only by {', '.join(n for n in SCOPE if n in rule.scope)}")
    if rule.needs_value and not np.isfinite(value):
        raise RefusedDriver("scenario-value-absent", "it needs a value")
    if rule.needs_value and action == "percent" and value < -1:
        raise RefusedDriver("scenario-value-out-of-range", f"{value:g} is a fall by more than 100 %")
    if rule.needs_value and action == "set" and value < 0:
        raise RefusedDriver("scenario-value-out-of-range", f"it cannot be set to {value:g}, which is below 0")
    first, last = _span(row.first_period, row.last_period, timeline)
    scope = {name: str(getattr(row, name)) for name in SCOPE}
    return Change(driver, **scope, first=first, last=last, dated=bool(pd.notna(row.last_period)), action=action, value=value)


def _span(first: pd.Timestamp, last: pd.Timestamp, timeline: Timeline) -> tuple[int, int]:
    """Positions of the first and last planned period of a span; open ends are the ends of the plan."""
    calendar = timeline.calendar
    start = 0 if pd.isna(first) else calendar.distance(timeline.current, calendar.start_of(first))
    stop = timeline.horizon - 1 if pd.isna(last) else calendar.distance(timeline.current, calendar.start_of(last))
    if stop < start and pd.notna(first) and pd.notna(last):
        raise RefusedDriver("scenario-span-reversed", "To lies before From")
    if stop < 0 or start >= timeline.horizon:
        plan = timeline.plan
        raise RefusedDriver("scenario-span-outside", f"its periods lie outside the plan, which covers {calendar.label(plan[0])} to {calendar.label(plan[-1])}")
    return max(start, 0), min(stop, timeline.horizon - 1)


def _target_level(network: SupplyNetwork, items: pd.DataFrame, targets: pd.DataFrame | None) -> Matrix:
    """Service level of each stock: of the targets, else of its item; NaN where neither says one."""
    level = network.points["item"].map(items.set_index("item")["service_level"]).to_numpy(dtype=float)
    if targets is not None and len(targets):
        row = pair_positions(targets, network.points)
        level = np.where(row >= 0, targets["service_level"].to_numpy(dtype=float)[row], level)
    return np.asarray(level)


def _restocked(world: World, restock: Restock | None, drivers: pd.DataFrame, notes: list[Note]) -> World:
    """Safety stock for the changed lead times and levels, in the periods that the changes cover."""
    if not world.restocked.any():
        return world
    if restock is None:
        scenario = str(drivers["scenario"].iloc[0])
        notes.append(Note("scenario_drivers", scenario, "scenario-stock-kept", f"{scenario}: safety stock is kept as it is in the plan"))
        return world
    known = np.isfinite(world.service_level)
    levels = world.base.points.loc[known, ["item", "location"]].assign(service_level=world.service_level[known]).reset_index(drop=True)
    anew = restock(replace(world.base, sources=world.stock_sources, demand=world.network.demand), levels if known.any() else None)
    safety_stock = np.where(world.restocked, anew.safety_stock, world.network.safety_stock)
    return world.with_network(safety_stock=safety_stock)


def compare_scenarios(
    network: SupplyNetwork,
    rules: SupplyRules,
    base: SupplySolution,
    scenarios: pd.DataFrame,
    drivers: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    restock: Restock | None,
    solve: Callable[[SupplyNetwork, SupplyRules], SupplySolution],
    figures: Callable[[SupplySolution], PlanFigures],
    progress: Callable[[str], None] | None = None,
    *,
    asked: pd.DataFrame | None = None,
    open_orders: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every scenario that is to run, beside the plan.

    Parameters
    ----------
    network, rules, base
        Of the plan, and its solution.
    scenarios, drivers
        SCENARIOS and SCENARIO_DRIVERS; scenarios whose state is not `run` are left out.
    items, locations, restock, asked, open_orders, targets
        As in `apply_drivers`; with `targets` (INVENTORY_TARGETS) the service that the stock of the plan gives is compared too.
    solve, figures
        Makes a plan of a network, and the figures of a plan: `plan.supply.solver.solve_supply`, `plan.supply.figures.plan_figures`.
    progress
        Told the name of each scenario before it is solved.

    Returns
    -------
    SCENARIO_COMPARE, the lines of the plan first, then the scenarios in their order, each with the same figures; and notes. A scenario without a
    plan, or named like the plan, has no lines and a note. Where the plan keeps whole lots, scenarios are compared with the plan without them:
    a search over lots stops somewhere within its gap, which is wider than what a scenario changes; their figures are those of the plan plus the difference.
    """
    frames.check_frame(scenarios, frames.SCENARIOS)
    frames.check_frame(drivers, frames.SCENARIO_DRIVERS)
    nothing = drivers.iloc[:0]
    untouched, _ = scenario_world(network, rules, nothing, items, locations, targets=targets)
    plan = Outcome(PLAN, untouched, base, figures(base), nothing)
    notes = list[Note]()
    wanted = _to_run(scenarios, drivers, notes)
    rules, reference = replace(rules, whole_lots=False), plan
    if plan.solution.rules.whole_lots and wanted:
        solution = solve(network, rules)
        reference = replace(plan, solution=solution, figures=figures(solution))
    outcomes = list[Outcome]()
    for name in wanted:
        own = drivers[drivers["scenario"] == name]
        world, said = scenario_world(network, rules, own, items, locations, restock, asked, open_orders, targets)
        notes += said
        if progress is not None:
            progress(name)
        try:
            solution = reference.solution if world.network is network else solve(world.network, world.rules)
        except PlanError as impossible:
            notes.append(Note("scenarios", name, "scenario-without-plan", f"{name} has no plan: {impossible}"))
            continue
        if solution is not reference.solution:
            notes += [Note("scenarios", name, note.rule, f"{name}: {note.note}") for note in solution.notes]
        outcomes.append(Outcome(name, world, solution, figures(solution), own))
    return compare_rows(plan, reference, outcomes, targets), notes_frame(notes)


def _to_run(scenarios: pd.DataFrame, drivers: pd.DataFrame, notes: list[Note]) -> list[str]:
    """Names of the scenarios to compute, in their order; says which cannot be, and which change nothing."""
    wanted = []
    for name in scenarios.loc[scenarios["state"].isin([RUN, ""]), "scenario"]:
        if name.casefold() == PLAN.casefold():
            notes.append(Note("scenarios", name, "scenario-named-plan", f"{PLAN} is the plan itself; give the scenario another name"))
            continue
        if not (drivers["scenario"] == name).any():
            notes.append(Note("scenarios", name, "scenario-without-drivers", f"{name} has no row in Scenario Drivers and is the plan itself"))
        wanted.append(name)
    return wanted
