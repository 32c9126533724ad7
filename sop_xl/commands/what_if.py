"""Beside the plan: every lever tried on it, and the scenarios that people state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl.commands.inputs import Inputs
from sop_xl.commands.supply_planning import Supply, make_plan
from sop_xl.frames import OPTIONS, SCENARIO_COMPARE, empty_frame
from sop_xl.plan.notes import notes_frame
from sop_xl.plan.scenarios import compare_scenarios
from sop_xl.plan.supply.best_options import with_best_options
from sop_xl.plan.supply.figures import plan_figures
from sop_xl.plan.supply.options import EFFECTS, try_options

if TYPE_CHECKING:
    from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
    from sop_xl.plan.supply.solution import SupplySolution
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
    inputs: Inputs, supply: Supply, budget: pd.DataFrame, progress: Progress, notes: list[pd.DataFrame], *, options: bool = True, scenarios: bool = True
) -> WhatIf:
    """Options of the plan and scenarios beside it; what is not asked for is empty. `budget` is BUDGET in plan currency, by period."""
    tried, shortages, effects = empty_frame(OPTIONS), supply.why.shortages, pd.DataFrame(columns=list(EFFECTS))
    options = options and inputs.settings.supply_plan == "constrained" and inputs.settings.options_tried > 0
    scenarios = scenarios and bool((inputs.frame("Scenarios")["state"] == "run").any())
    model = without_lots(supply) if options or scenarios else None
    if options:
        found = try_options(
            supply.network, supply.rules, supply.solution, most=inputs.settings.options_tried, price_step=inputs.settings.price_step, elasticity=supply.elasticity,
            budget=_budget(inputs, budget), ranked_by="profit and lateness", currency=inputs.settings.plan_currency, progress=progress,
            model=model,
        )  # fmt: skip
        notes.append(notes_frame(found.notes))
        tried, shortages, effects = found.options, with_best_options(shortages, found.options, found.effects), found.effects
    compared = _scenarios(inputs, supply, model, progress, notes) if scenarios else empty_frame(SCENARIO_COMPARE)
    return WhatIf(tried, shortages, compared, effects, model)


def without_lots(supply: Supply) -> SolvedModel | None:
    """The plan that options and scenarios are compared with, in parts of lots, and its model; `None` where netting is the plan."""
    if supply.model is None or not supply.rules.whole_lots:
        return supply.model
    from sop_xl.plan.supply.solver import open_model

    return open_model(supply.network, replace(supply.rules, whole_lots=False), supply.model)


def _scenarios(inputs: Inputs, supply: Supply, model: SolvedModel | None, progress: Progress, notes: list[pd.DataFrame]) -> pd.DataFrame:
    wanted = inputs.frame("Scenarios")
    wanted = wanted[wanted["state"] == "run"]
    if wanted.empty:
        return empty_frame(SCENARIO_COMPARE)

    def solve(network: SupplyNetwork, rules: SupplyRules) -> SupplySolution:
        if model is None:
            return make_plan(network, rules, inputs.settings)
        if rules == model.solution.rules:
            return model.solution if network is model.solution.network else model.resolve(network)
        from sop_xl.plan.supply.solver import open_model

        return open_model(network, rules, model).solution

    compared, said = compare_scenarios(
        supply.network, supply.rules, supply.solution, wanted, inputs.frame("Scenario Drivers"), inputs.frame("Items"), inputs.locations(), supply.restock,
        solve, plan_figures, lambda name: progress(f"Scenario {name}", 0, 0), asked=supply.served, open_orders=inputs.frame("Open Orders"),
        targets=supply.inventory_targets,
    )  # fmt: skip
    notes.append(said)
    return compared


def _budget(inputs: Inputs, budget: pd.DataFrame) -> pd.DataFrame | None:
    """Budgeted revenue by family and period, `""` where it names neither family nor item; `None` without a budget."""
    stated = budget[budget["revenue"].notna()]
    if stated.empty:
        return None
    family_of = inputs.frame("Items").set_index("item")["family"]
    family = stated["family"].where(stated["family"] != "", stated["item"].map(family_of).fillna(""))
    return stated.assign(family=family).groupby(["family", "period"])["revenue"].sum().reset_index()
