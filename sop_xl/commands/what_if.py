"""Beside the plan: every lever tried on it, and the scenarios that people state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl.commands.demand_planning import Demand
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.scenario_notes import with_cells
from sop_xl.commands.scenario_runs import run_scenarios, scenario_base
from sop_xl.commands.supply_planning import Supply
from sop_xl.frames import OPTIONS, SCENARIO_COMPARE, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.budget_families import budget_by_family
from sop_xl.plan.notes import Note, notes_frame
from sop_xl.plan.supply.best_options import with_best_options
from sop_xl.plan.supply.options import EFFECTS, try_options

if TYPE_CHECKING:
    from sop_xl.plan.supply.solver import SolvedModel

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class WhatIf:
    """OPTIONS and SCENARIO_COMPARE, and the shortages with the option that removes most of each.

    `effects` is what each option leaves of each shortage; `model` the plan in parts of lots, `None` where nothing was tried or netting is the plan.
    """

    options: pd.DataFrame
    shortages: pd.DataFrame
    scenario_compare: pd.DataFrame
    effects: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(EFFECTS)))
    model: SolvedModel | None = None


def try_what_if(
    inputs: Inputs, timeline: Timeline, demand: Demand, supply: Supply, last_plan: pd.DataFrame, budget: pd.DataFrame, progress: Progress,
    notes: list[pd.DataFrame], *, options: bool = True, scenarios: bool = True,
) -> WhatIf:  # fmt: skip
    """Options of the plan and scenarios beside it; what is not asked for is empty.

    `last_plan` is SUPPLY_PLAN of the last cycle, `budget` BUDGET in plan currency, by period.
    """
    tried, shortages, effects = empty_frame(OPTIONS), supply.why.shortages, pd.DataFrame(columns=list(EFFECTS))
    options = options and inputs.settings.supply_plan == "constrained" and inputs.settings.options_tried > 0
    scenarios = scenarios and bool((inputs.frame("Scenarios")["state"] == "run").any())
    model = without_lots(supply) if options or scenarios else None
    if options:
        found = try_options(
            supply.network, supply.rules, supply.solution, most=inputs.settings.options_tried, price_step=inputs.settings.price_step, elasticity=supply.elasticity,
            budget=budget_by_family(budget, inputs.frame("Items")), ranked_by="profit and lateness", currency=inputs.settings.plan_currency, progress=progress,
            model=model,
        )  # fmt: skip
        notes.append(notes_frame(found.notes))
        tried, shortages, effects = found.options, with_best_options(shortages, found.options, found.effects), found.effects
    compared = empty_frame(SCENARIO_COMPARE)
    if scenarios:
        wanted, said = inputs.frame("Scenarios"), list[Note]()
        base = scenario_base(inputs, timeline, demand, supply, last_plan, budget, model)
        compared = run_scenarios(base, wanted[wanted["state"] == "run"], inputs.frame("Scenario Drivers"), progress, said)
        notes.append(with_cells(notes_frame(said), inputs))
    return WhatIf(tried, shortages, compared, effects, model)


def without_lots(supply: Supply) -> SolvedModel | None:
    """The plan that options and scenarios are compared with, in parts of lots, and its model; `None` where netting is the plan."""
    if supply.model is None or not supply.rules.whole_lots:
        return supply.model
    from sop_xl.plan.supply.solver import open_model

    return open_model(supply.network, replace(supply.rules, whole_lots=False), supply.model)
