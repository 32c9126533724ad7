"""What approved decisions were to bring, and what they brought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sop_xl.commands.published import Published
from sop_xl.commands.scenario_inputs import promoted_drivers
from sop_xl.commands.supply_planning import make_plan, supply_rules
from sop_xl.commands.what_if import without_lots
from sop_xl.frames import DECISION_UNITS, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.decision_effects import Approval, InPlan, Now, decision_effects
from sop_xl.plan.decision_units import decision_gain, decision_units, sold_by_stock
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.scenario_effects import asked_for, scenario_units
from sop_xl.plan.supply.decisions import apply_decisions, is_promotion, pulls_a_lever

if TYPE_CHECKING:
    from sop_xl.commands.results import Results
    from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
    from sop_xl.plan.supply.solution import SupplySolution

UNITS = "Decision Units"
"""Name under which a published record keeps what each decision changes, period by period."""


@dataclass(frozen=True)
class DecisionTrack:
    """DECISION_EFFECTS, and the DECISION_UNITS of the plan now, which a published plan keeps for the cycles to come."""

    effects: pd.DataFrame
    units: pd.DataFrame


def track_decisions(
    results: Results, timeline: Timeline, published: Sequence[Published], progress: Callable[[str, int, int], None], notes: list[pd.DataFrame], as_of: str = ""
) -> DecisionTrack:
    """Hold every decision against the plan that would be made without it, now and when it was approved.

    The plan is made once more for each decision that reaches it; of a promoted scenario counts the demand that its drivers bring. Plans of earlier cycles are not made again, as each published record keeps
    what was found then.
    """
    decisions = results.inputs.frame("Decisions")
    if decisions.empty:
        return DecisionTrack(decision_effects(decisions, {}, Now(), pd.DataFrame(), timeline), empty_frame(DECISION_UNITS))
    in_plan = _in_plan(results)
    now = _with_scenarios(_plan_now(results, decisions, progress), results, decisions[is_promotion(decisions) & decisions["option"].isin(list(in_plan.drivers))])
    history = results.inputs.frame("Demand History")
    sold = sold_by_stock(history, stocking_location(history["location"], results.inputs.locations()))
    effects = decision_effects(decisions, _approvals(decisions, published), now, sold, timeline, results.inputs.settings.plan_currency, as_of, in_plan)
    return DecisionTrack(effects, now.units)


def _in_plan(results: Results) -> InPlan:
    """Promoted scenarios with what they drive, and what was asked for."""
    drivers = promoted_drivers(results.inputs)
    return InPlan(
        {str(name): tuple(own["driver"]) for name, own in drivers.groupby("scenario", sort=False)}, asked_for(results.inputs.frame("Demand History")),
        blank_is_zero=results.inputs.settings.blank_demand == "zero",
    )  # fmt: skip


def _with_scenarios(now: Now, results: Results, promotions: pd.DataFrame) -> Now:
    """What decisions bring, and promoted scenarios: the last record of each."""
    latest = promotions.drop_duplicates("option", keep="last")
    demand = results.demand
    made = [scenario_units(number, name, demand.effects, demand.consensus) for number, name in zip(latest["decision"], latest["option"], strict=True)]
    filled = [frame for frame in (now.units, *made) if len(frame)]
    return replace(now, units=pd.concat(filled, ignore_index=True) if filled else now.units)


def _approvals(decisions: pd.DataFrame, published: Sequence[Published]) -> dict[str, Approval]:
    """The first cycle in which each decision was published as approved, by its latest version that has it."""
    found: dict[str, Approval] = {}
    for one in published:
        stated = one.inputs.get("Decisions")
        if stated is None:
            continue
        for decision in stated.loc[pulls_a_lever(stated) | is_promotion(stated), "decision"]:
            if decision not in found or found[decision].cycle == one.cycle:
                found[decision] = _approval(one, decision)
    return {decision: found[decision] for decision in decisions["decision"] if decision in found}


def _approval(one: Published, decision: str) -> Approval:
    last = one.settings.make_calendar().shift(one.cycle, one.settings.horizon - 1)
    units, effects = one.results.get(UNITS), one.results.get("Decision Effects")
    gain = np.nan
    if effects is not None and "gain_now" in effects:
        gain = float(effects.loc[effects["decision"] == decision, "gain_now"].sum(min_count=1))
    return Approval(one.cycle, last, None if units is None else units[units["decision"] == decision].reset_index(drop=True), gain)


def _plan_now(results: Results, decisions: pd.DataFrame, progress: Callable[[str, int, int], None]) -> Now:
    """The plan beside the one without each of its decisions, both in parts of lots, as options are tried."""
    supply, settings = results.supply, results.inputs.settings
    pulled = decisions[pulls_a_lever(decisions)]
    if pulled.empty or settings.supply_plan == "unconstrained":
        return Now()
    model = results.what_if.model or without_lots(supply)
    with_it = supply.solution if model is None else model.solution
    rules = supply_rules(settings) if model is None else replace(supply_rules(settings), whole_lots=False)

    def planned(network: SupplyNetwork, its_rules: SupplyRules) -> SupplySolution:
        if model is None:
            return make_plan(network, its_rules, settings)
        if its_rules == model.solution.rules:
            return model.resolve(network)
        from sop_xl.plan.supply.solver import open_model

        return open_model(network, its_rules, model).solution

    units, gains = [empty_frame(DECISION_UNITS)], dict[str, float]()
    for done, decision in enumerate(pulled["decision"]):
        others = apply_decisions(supply.undecided, rules, pulled[pulled["decision"] != decision], supply.elasticity)
        own = apply_decisions(others.network, others.rules, pulled[pulled["decision"] == decision], supply.elasticity)
        if own.network is others.network and own.rules is others.rules:
            continue  # it reaches nothing in this plan, or nothing that the others do not reach
        progress(f"Planning without decision {decision}", done, len(pulled))
        without = planned(others.network, others.rules)
        units.append(decision_units(decision, with_it, without))
        gains[decision] = decision_gain(with_it, without, supply.undecided.streams)
    made = [frame for frame in units if len(frame)]
    return Now(pd.concat(made, ignore_index=True) if made else units[0], gains)
