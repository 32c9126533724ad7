"""Scenarios: what if, computed beside the plan. A scenario is a list of changes; every cell that none of them touches follows the plan.

"Lead times double" is one row (lead time, percent, 1), "this material is 14 days late" is one row (material late, the item, 14), "this supplier is out
for two months" is one row (supplier out, the supplier, From and To).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.errors import PlanError
from sop_xl.plan.grid import Matrix, pair_positions, records
from sop_xl.plan.notes import Note, notes_frame
from sop_xl.plan.scenario_drivers import DRIVERS
from sop_xl.plan.scenario_figures import PLAN, Outcome, compare_rows
from sop_xl.plan.scenario_inputs import BUDGET, parted
from sop_xl.plan.scenario_rows import read_change
from sop_xl.plan.scenario_world import RefusedDriver, World, driver_key
from sop_xl.plan.stock_policy import Restock
from sop_xl.plan.supply.figures import PlanFigures
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solution import SupplySolution

RUN, PROMOTED = "run", "promoted"
Solve = Callable[[SupplyNetwork, SupplyRules], SupplySolution]
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
        key = driver_key(row)
        try:
            change = read_change(row, network.timeline, DRIVERS)
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
    solve: Solve,
    figures: Callable[[SupplySolution], PlanFigures],
    progress: Callable[[str], None] | None = None,
    *,
    asked: pd.DataFrame | None = None,
    open_orders: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every scenario that is to run, beside the plan, one after the other.

    Parameters
    ----------
    network, rules, base
        Of the plan, and its solution.
    scenarios, drivers
        SCENARIOS and SCENARIO_DRIVERS; scenarios whose state is not `run` are left out. Drivers of inputs other than demand and price are refused:
        see `scenario_inputs`.
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
    wanted, notes = scenarios_to_run(scenarios, drivers)
    without_lots = solve(network, replace(rules, whole_lots=False)) if base.rules.whole_lots and wanted else base
    ground = ground_of(network, rules, base, without_lots, items, locations, figures, asked=asked, open_orders=open_orders, targets=targets)
    compared = [plan_rows(ground)]
    for name in wanted:
        if progress is not None:
            progress(name)
        rows, said = compare_scenario(ground, name, drivers[drivers["scenario"] == name], ground.start(restock), solve, figures)
        compared.append(rows)
        notes += said
    return pd.concat(compared, ignore_index=True), notes_frame(notes)


@dataclass(frozen=True)
class Start:
    """What the drivers of one scenario change: the plan's network, or one made anew of changed inputs.

    Parameters
    ----------
    network, rules
        Before the scenario's own drivers of the network.
    restock, asked
        As in `apply_drivers`.
    budget
        Budgeted revenue of that scenario by family and period, see `budget_by_family`; None = none is known.
    """

    network: SupplyNetwork
    rules: SupplyRules
    restock: Restock | None = None
    asked: pd.DataFrame | None = None
    budget: pd.DataFrame | None = None


@dataclass(frozen=True)
class Ground:
    """What every scenario is compared with, and what they have in common; it travels between processes.

    Parameters
    ----------
    plan, reference
        The plan, and the plan made as the scenarios are.
    rules
        By which scenarios are planned.
    items, locations, open_orders, targets
        As in `compare_scenarios`.
    """

    plan: Outcome
    reference: Outcome
    rules: SupplyRules
    items: pd.DataFrame
    locations: pd.DataFrame
    open_orders: pd.DataFrame | None
    targets: pd.DataFrame | None
    asked: pd.DataFrame | None

    @property
    def network(self) -> SupplyNetwork:
        """That of the plan."""
        return self.plan.world.network

    def start(self, restock: Restock | None) -> Start:
        """Where a scenario without drivers of inputs starts."""
        return Start(self.network, self.rules, restock, self.asked, self.plan.budget)


def ground_of(
    network: SupplyNetwork,
    rules: SupplyRules,
    base: SupplySolution,
    without_lots: SupplySolution,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    figures: Callable[[SupplySolution], PlanFigures],
    *,
    asked: pd.DataFrame | None = None,
    open_orders: pd.DataFrame | None = None,
    targets: pd.DataFrame | None = None,
    budget: pd.DataFrame | None = None,
) -> Ground:
    """What scenarios are compared with: the plan `base`, and `without_lots`, the same in parts of lots. Other arguments as in `compare_scenarios`."""
    nothing = frames.empty_frame(frames.SCENARIO_DRIVERS)
    untouched, _ = scenario_world(network, rules, nothing, items, locations, targets=targets)
    plan = Outcome(PLAN, untouched, base, figures(base), nothing, budget)
    reference = plan if without_lots is base else replace(plan, solution=without_lots, figures=figures(without_lots))
    return Ground(plan, reference, replace(rules, whole_lots=False), items, locations, open_orders, targets, asked)


def plan_rows(ground: Ground) -> pd.DataFrame:
    """SCENARIO_COMPARE of the plan itself."""
    return compare_rows(ground.plan, ground.reference, [], ground.targets)


def compare_scenario(
    ground: Ground, name: str, drivers: pd.DataFrame, start: Start, solve: Solve, figures: Callable[[SupplySolution], PlanFigures]
) -> tuple[pd.DataFrame, list[Note]]:
    """SCENARIO_COMPARE of one scenario, and notes.

    Parameters
    ----------
    ground
        What it is compared with.
    name, drivers
        Its name and all its rows of SCENARIO_DRIVERS.
    start
        The network that its drivers of the network change; those of inputs are in it already where it is not the plan's.
    solve, figures
        As in `compare_scenarios`.

    Returns
    -------
    Without rows where the scenario has no plan, which is said.
    """
    own = drivers if start.network is ground.network else parted(drivers)[1]
    own = own[own["driver"] != BUDGET].reset_index(drop=True)
    world, said = scenario_world(start.network, start.rules, own, ground.items, ground.locations, start.restock, start.asked, ground.open_orders, ground.targets)
    notes, reference = list(said), ground.reference
    untouched = world.network is ground.network and world.rules == ground.rules
    try:
        solution = reference.solution if untouched else solve(world.network, world.rules)
    except PlanError as impossible:
        notes.append(Note("scenarios", name, "scenario-without-plan", f"{name} has no plan: {impossible}"))
        return frames.empty_frame(frames.SCENARIO_COMPARE), notes
    if solution is not reference.solution:
        notes += [Note("scenarios", name, note.rule, f"{name}: {note.note}") for note in solution.notes]
    outcome = Outcome(name, world, solution, figures(solution), drivers, start.budget)
    rows = compare_rows(ground.plan, reference, [outcome], ground.targets)
    return rows[rows["scenario"] == name].reset_index(drop=True), notes


def scenarios_to_run(scenarios: pd.DataFrame, drivers: pd.DataFrame) -> tuple[list[str], list[Note]]:
    """Names of the scenarios to compute, in their order; notes say which cannot be, and which change nothing."""
    wanted, notes = [], list[Note]()
    for name in scenarios.loc[scenarios["state"].isin([RUN, ""]), "scenario"]:
        if name.casefold() == PLAN.casefold():
            notes.append(Note("scenarios", name, "scenario-named-plan", f"{PLAN} is the plan itself; give the scenario another name"))
            continue
        if not (drivers["scenario"] == name).any():
            notes.append(Note("scenarios", name, "scenario-without-drivers", f"{name} has no row in Scenario Drivers and is the plan itself"))
        wanted.append(name)
    return wanted, notes
