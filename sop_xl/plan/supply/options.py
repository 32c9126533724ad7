"""Options for the pre-S&OP: every lever in scope tried on the plan, ranked by the profit that it adds, and the best of them together.

A trial is a plan of its own: the lever is pulled, the plan is made again, and the two are compared. Options are tried without whole lots, on both
sides of the comparison: what a search over whole lots leaves open (its gap) is easily more than a lever is worth. The hours that the plan's own
set-ups take stay taken; extra shifts and workers are rounded up and paid in full, so that what is hired whole is not ranked as if it could be had
by the hour.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.plan.notes import Note
from sop_xl.plan.supply.best_options import unmet_by_point
from sop_xl.plan.supply.figures import PlanFigures, plan_figures, served
from sop_xl.plan.supply.kept_lots import less_setups, short_for_lots_alone
from sop_xl.plan.supply.lever_names import COMBINATION, option_name
from sop_xl.plan.supply.lever_scope import levers_in_scope
from sop_xl.plan.supply.lever_use import lever_sentence, unused_reason
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.option_trial import COMBINATIONS_TRIED, Bench, Progress, Trial, combinations
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.solver import SolvedModel, open_model

EFFECTS = ("option", "item", "location", "period", "unmet_demand")
"""Columns of `Options.effects`."""


class Options(NamedTuple):
    """What was tried.

    Parameters
    ----------
    options
        OPTIONS, best first; options that change nothing stand last.
    effects
        What each option leaves of each shortage, the plan without any (option `""`) first: rows of `best_options.unmet_by_point`, from which
        `best_options.with_best_options` reads which one removes most.
    notes
        What no option can be found for.
    """

    options: pd.DataFrame
    effects: pd.DataFrame
    notes: list[Note]


def try_options(
    network: SupplyNetwork,
    rules: SupplyRules,
    base: SupplySolution,
    *,
    most: int = 12,
    price_step: float = 0.05,
    elasticity: pd.DataFrame | None = None,
    budget: pd.DataFrame | float | None = None,
    ranked_by: str = "profit",
    currency: str = "",
    model: SolvedModel | None = None,
    progress: Progress | None = None,
) -> Options:
    """Try every lever in scope, then the best of them together.

    Parameters
    ----------
    network, rules, base
        The plan that the options are to improve, and what it was made for.
    most
        Levers tried, see `levers_in_scope`; 0 = none.
    price_step
        Price change tried on what is short, a fraction.
    elasticity
        family, elasticity (see `plan.elasticity.own_price_elasticity`); what is not known is taken as -1 and said so.
    budget
        Revenue: family ("" or "All" = all of them), period, revenue; or one number for the whole plan. None = no budget, the gap stays NaN.
    ranked_by
        profit | profit and lateness: whether `PlanFigures.lateness_cost` is taken off what options are ranked by; the figures stay.
    currency
        Code of the plan currency for the notes.
    model
        The model that `base` came from, which saves making the plan once more; None = it is made. Not used where `rules` keep whole lots.
    progress
        Called before each trial with what is tried, the number done and the number of trials at most. What it raises ends the trial.

    Returns
    -------
    Empty where nothing is short, nothing binds and no crew is idle.
    """
    tell = progress or (lambda message, done, total: None)
    trial_rules = replace(rules, whole_lots=False)
    if most <= 0:
        return _none_tried([])
    tell("Plan to compare options with", 0, most + COMBINATIONS_TRIED)
    bench = Bench(
        model if model is not None and model.solution.rules == trial_rules else open_model(less_setups(network, base), trial_rules),
        whole=rules.whole_lots, with_lateness=ranked_by == "profit and lateness", elasticity=elasticity,
    )  # fmt: skip
    notes = short_for_lots_alone(base, bench.without)
    levers = levers_in_scope(bench.network, trial_rules, bench.without, most=most, price_step=price_step)
    if not levers:
        return _none_tried(notes)
    total = len(levers) + COMBINATIONS_TRIED
    trials = []
    for done, lever in enumerate(levers):
        tell(f"Trying {option_name(lever, network.timeline)}", done, total)
        trials.append(bench.trial((lever,)))
    trials.extend(combinations(bench, sorted(trials, key=bench.order), tell, len(levers), total))
    ranked = sorted(trials, key=bench.order)
    rows = [_row(trial, rank, bench, plan_figures(base), budget, currency) for rank, trial in enumerate(ranked, start=1)]
    left = [
        unmet_by_point(trial.solution if trial.is_used else bench.without, option_name(trial.levers, network.timeline))
        for trial in ranked
    ]
    effects = pd.concat([unmet_by_point(bench.without), *left], ignore_index=True)
    return Options(pd.DataFrame(rows)[list(frames.OPTIONS.columns)], effects, notes)


def _none_tried(notes: list[Note]) -> Options:
    return Options(frames.empty_frame(frames.OPTIONS), pd.DataFrame(columns=list(EFFECTS)), notes)


def _row(trial: Trial, rank: int, bench: Bench, plan: PlanFigures, budget: pd.DataFrame | float | None, currency: str) -> dict[str, object]:
    """A row of OPTIONS; figures with the option are those of the plan plus the change that the trial shows."""
    with_it, without = trial.figures, bench.figures
    alone = trial.levers[0] if len(trial.levers) == 1 else None
    use = trial.uses[0] if alone else None
    periods = bench.network.timeline.plan
    first = [use.first for use in trial.uses if use.first is not None]
    last = [use.last for use in trial.uses if use.last is not None]
    change = {name: getattr(with_it, name) - getattr(without, name) for name in ("profit", "service", "cash", "inventory_value", "unmet_demand")}
    return {
        "option": option_name(trial.levers, bench.network.timeline),
        "lever": alone.kind if alone else COMBINATION,
        "item": alone.item if alone else "", "family": alone.family if alone else "",
        "resource": alone.resource if alone else "", "supplier": alone.supplier if alone else "",
        "first_period": periods[min(first)] if first else pd.NaT, "last_period": periods[max(last)] if last else pd.NaT,
        "value": use.value if use else np.nan, "unit": use.unit if use else "",
        "profit": plan.profit + change["profit"], "service": min(1.0, plan.service + change["service"]), "cash": plan.cash + change["cash"],
        "inventory_value": plan.inventory_value + change["inventory_value"], "unmet_demand": max(0.0, plan.unmet_demand + change["unmet_demand"]),
        "budget_gap": budget_gap(trial.solution if trial.is_used else bench.without, budget),
        "gain": bench.gain(trial) if trial.is_used else 0.0, "profit_change": change["profit"], "service_change": change["service"], "cash_change": change["cash"],
        "inventory_change": change["inventory_value"], "rank": float(rank),
        "note": _note(trial, bench, currency),
    }  # fmt: skip


def _note(trial: Trial, bench: Bench, currency: str) -> str:
    if not trial.is_used:
        (lever,) = trial.levers
        reason = unused_reason(lever, bench.without, trial.solution)
        return reason[0].upper() + reason[1:] + "."
    said = [lever_sentence(lever, use, bench.without, trial.solution, bench.elasticity) for lever, use in zip(trial.levers, trial.uses, strict=True)]
    money = f"{trial.figures.profit - bench.figures.profit:+,.0f} {currency}".strip()
    spared = round(bench.figures.lateness_cost - trial.figures.lateness_cost) if bench.with_lateness else 0
    lateness = f", {'lateness spared' if spared > 0 else 'further lateness'} {f'{abs(spared):,} {currency}'.strip()}" if spared else ""
    service = f"{_percent(bench.figures.service)} -> {_percent(trial.figures.service)} %"
    return f"{'; '.join(said)}: profit {money}{lateness}, service {service}{', with orders of any size' if bench.whole else ''}."


def _percent(service: float) -> str:
    return f"{100 * service:.1f}".removesuffix(".0")


def budget_gap(solution: SupplySolution, budget: pd.DataFrame | float | None) -> float:
    """Revenue of the plan - budget, plan currency; of a budget by family and period over what it speaks of alone. NaN without one."""
    if budget is None:
        return np.nan
    if not isinstance(budget, pd.DataFrame):
        return solution.costs["revenue"] - float(budget)
    network = solution.network
    periods = pd.DatetimeIndex(network.timeline.plan)
    stated = budget[budget["revenue"].notna() & budget["period"].isin(periods)]
    if stated.empty:
        return np.nan
    of_stream = network.points["family"].to_numpy()[network.streams["point"].to_numpy(dtype=int)]
    revenue = pd.DataFrame(served(solution) * network.price, columns=periods).groupby(of_stream).sum()
    revenue.loc["All"] = revenue.sum()
    family = stated["family"].replace("", "All") if "family" in stated else pd.Series("All", index=stated.index)
    cells = pd.MultiIndex.from_arrays([family, stated["period"]]).unique()
    planned = revenue.stack().reindex(cells).fillna(0.0).to_numpy(dtype=float).sum()
    return float(planned - stated["revenue"].to_numpy(dtype=float).sum())
