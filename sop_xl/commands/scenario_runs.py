"""Scenarios solved: from the cache where nothing changed, else here or, where there are many, in processes of their own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl import __version__
from sop_xl.commands.demand_planning import Demand, agree_demand
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.plan_currency import budget_in_plan_currency
from sop_xl.commands.planning import value_demand
from sop_xl.commands.scenario_inputs import slim, with_drivers
from sop_xl.commands.supply_planning import Supply, make_plan, pose_supply
from sop_xl.hosts import forecast_cache
from sop_xl.periods import Timeline
from sop_xl.plan.budget_families import budget_by_family
from sop_xl.plan.fingerprint import fingerprint
from sop_xl.plan.grid import records
from sop_xl.plan.notes import Note, notes_frame
from sop_xl.plan.scenario_inputs import changed_budget, parted
from sop_xl.plan.scenarios import Ground, Start, compare_scenario, ground_of, plan_rows, scenarios_to_run
from sop_xl.plan.stock_policy import Restock, restocker
from sop_xl.plan.supply.figures import plan_figures

if TYPE_CHECKING:
    from concurrent.futures import Future

    from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
    from sop_xl.plan.supply.solution import SupplySolution
    from sop_xl.plan.supply.solver import SolvedModel

Progress = Callable[[str, int, int], None]
Compared = tuple[pd.DataFrame, list[Note]]

PROCESSES = 2
"""Processes that solve scenarios; results do not depend on it."""
PAYS_FROM = {"fork": 4, "forkserver": 6, "spawn": 8}
"""Scenarios from which on a second process pays, by the way in which it starts."""


@dataclass(frozen=True)
class ScenarioBase:
    """Everything that a scenario is made from; it travels between processes.

    Parameters
    ----------
    inputs, timeline, demand, last_plan
        What the plan was made from.
    restock
        Makes safety stock anew where drivers change lead times or targets.
    ground
        What scenarios are compared with.
    model
        The plan in parts of lots, to begin from; `None` where netting is the plan.
    budget
        BUDGET in plan currency, by period.
    """

    inputs: Inputs
    timeline: Timeline
    demand: Demand
    last_plan: pd.DataFrame
    restock: Restock
    ground: Ground
    model: SolvedModel | None
    budget: pd.DataFrame


def scenario_base(
    inputs: Inputs, timeline: Timeline, demand: Demand, supply: Supply, last_plan: pd.DataFrame, budget: pd.DataFrame, model: SolvedModel | None
) -> ScenarioBase:
    """What scenarios beside that plan are made from; `model` is the plan in parts of lots."""
    without_lots = supply.solution if model is None else model.solution
    ground = ground_of(
        supply.network, supply.rules, supply.solution, without_lots, inputs.frame("Items"), inputs.locations(), plan_figures,
        asked=supply.served, open_orders=inputs.frame("Open Orders"), targets=supply.inventory_targets, budget=budget_by_family(budget, inputs.frame("Items")),
    )  # fmt: skip
    return ScenarioBase(slim(inputs), timeline, demand, last_plan, supply.restock, ground, model, budget)


def run_scenarios(base: ScenarioBase, scenarios: pd.DataFrame, drivers: pd.DataFrame, progress: Progress, notes: list[Note], processes: int = PROCESSES) -> pd.DataFrame:
    """SCENARIO_COMPARE of the plan and of every scenario in its order; the same whatever the number of processes and whatever was cached.

    Parameters
    ----------
    base
        See `scenario_base`.
    scenarios, drivers
        SCENARIOS that are to run, and SCENARIO_DRIVERS.
    progress
        Told each scenario as it is begun or done, with their number; may raise to stop the run.
    notes
        Takes what a planner must know.
    processes
        Most processes.
    """
    names, said = scenarios_to_run(scenarios, drivers)
    notes += said
    own = {name: drivers[drivers["scenario"] == name].reset_index(drop=True) for name in names}
    known = fingerprint(__version__, _content(base)) if names else ""
    keys = {name: fingerprint(known, name, own[name]) for name in names}
    found = {name: kept for name in names if (kept := _kept(keys[name])) is not None}
    missing = [name for name in names if name not in found]
    for name, compared in _solved(base, missing, own, processes, lambda name: progress(f"Scenario {name}", len(found), len(names))):
        found[name] = compared
        forecast_cache.store(keys[name], {"rows": compared[0], "notes": notes_frame(compared[1])}, kind="scenarios")
    parts = [plan_rows(base.ground), *(found[name][0] for name in names)]
    for name in names:
        notes += found[name][1]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def solve_scenario(base: ScenarioBase, name: str, drivers: pd.DataFrame) -> Compared:
    """SCENARIO_COMPARE of one scenario, and notes."""
    start, notes = _start(base, drivers)

    def solve(network: SupplyNetwork, rules: SupplyRules) -> SupplySolution:
        model = base.model
        if model is None:
            return make_plan(network, rules, base.inputs.settings)
        if rules == model.solution.rules and len(network.points) == len(model.solution.network.points):
            return model.resolve(network)
        from sop_xl.plan.supply.solver import open_model

        return open_model(network, rules).solution

    rows, said = compare_scenario(base.ground, name, drivers, start, solve, plan_figures)
    return rows, list(dict.fromkeys(notes + said))


def _start(base: ScenarioBase, drivers: pd.DataFrame) -> tuple[Start, list[Note]]:
    """Where the drivers of the network start: the plan's network, or one planned anew as far as changed inputs ask for it."""
    of_inputs, _, of_budget = parted(drivers)
    items, timeline = base.inputs.frame("Items"), base.timeline
    start, notes, budget = base.ground.start(base.restock), list[Note](), base.budget
    if len(of_inputs):
        unheard = list[pd.DataFrame]()
        inputs, notes = with_drivers(base.inputs, of_inputs, timeline)
        demand = agree_demand(inputs, timeline, base.demand, unheard)
        notes += _about_scenario(unheard, drivers)
        valued = value_demand(inputs, timeline, demand, [])
        posed = pose_supply(inputs, timeline, demand, valued, base.last_plan, [])
        start = Start(posed.network, replace(posed.rules, whole_lots=False), restocker(posed.stock), posed.known.served, start.budget)
        if (of_inputs["driver"] == "FX").any():
            budget = budget_in_plan_currency(inputs, valued.detail, timeline, [])
    budget, said = changed_budget(budget, of_budget, items, timeline)
    return replace(start, budget=budget_by_family(budget, items)), notes + said


def _about_scenario(unheard: Sequence[pd.DataFrame], drivers: pd.DataFrame) -> list[Note]:
    """What the demand step remarked about the rows that the scenario made; all else was said of the plan."""
    scenario = str(drivers["scenario"].iloc[0])
    heard = pd.concat(unheard, ignore_index=True) if unheard else pd.DataFrame(columns=list(Note._fields))
    own = heard[(heard["key"] == f"scenario {scenario}") | heard["key"].str.startswith(f"scenario {scenario} (")]
    return [Note("scenarios", scenario, row.rule, f"{scenario}: {row.note}") for row in records(own)]


def _solved(
    base: ScenarioBase, names: Sequence[str], own: dict[str, pd.DataFrame], processes: int, begin: Callable[[str], None]
) -> Iterator[tuple[str, Compared]]:
    """Every scenario solved, in their order. In processes, begun means that it is the next to be waited for."""
    at = 0
    if processes > 1 and len(names) >= PAYS_FROM.get(multiprocessing.get_start_method(), 8):
        from concurrent.futures import ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool

        try:
            pool = ProcessPoolExecutor(processes, initializer=_take_base, initargs=(base,))
        except OSError:
            pool = None  # where no second Python may start, all is done here
        if pool is not None:
            try:
                waiting = [pool.submit(_solve_in_process, name, own[name]) for name in names]
                for name, one in zip(names, waiting, strict=True):
                    compared = _awaited(one, lambda name=name: begin(name))  # type: ignore[misc]
                    at += 1
                    yield name, compared
            except (BrokenProcessPool, OSError):
                pass  # what is left is done here
            finally:
                pool.shutdown(cancel_futures=True)
    for name in names[at:]:
        begin(name)
        yield name, solve_scenario(base, name, own[name])


def _awaited(one: Future[Compared], tell: Callable[[], None]) -> Compared:
    """The result of another process; tells while it waits, so that a run can be stopped. What went wrong there is raised here, its own timeouts too."""
    from concurrent.futures import wait

    while True:
        tell()
        if wait([one], timeout=1.0).done:
            return one.result()


_BASE: list[ScenarioBase] = []
"""Of a process that solves scenarios: what it was given when it started."""


def _take_base(base: ScenarioBase) -> None:
    _BASE[:] = [base]


def _solve_in_process(name: str, drivers: pd.DataFrame) -> Compared:
    return solve_scenario(_BASE[0], name, drivers)


def _content(base: ScenarioBase) -> list[object]:
    """What a scenario's figures depend on, apart from its own drivers."""
    inputs, ground = base.inputs, base.ground
    given = [(name, reading.frame, reading.detail) for name, reading in sorted(inputs.readings.items()) if name not in ("Scenarios", "Scenario Drivers")]
    return [
        inputs.settings.model_dump_json(), given, base.timeline.labels, base.demand.consensus, base.demand.baseline.forecast, base.last_plan, base.budget, ground.network,
        ground.rules, ground.plan.solution.costs, ground.plan.solution.stock, ground.reference.solution.costs, ground.targets, ground.asked,
    ]  # fmt: skip


def _kept(key: str) -> Compared | None:
    """What was computed before for the same content."""
    stored = forecast_cache.load(key, kind="scenarios")
    if stored is None or set(stored) != {"rows", "notes"}:
        return None
    rows = stored["rows"]
    text = {name: rows[name].fillna("").astype(object) for name in ("scenario", "kpi", "unit", "note")}
    return rows.assign(**text), [Note(*map(str, row)) for row in stored["notes"].itertuples(index=False, name=None)]
