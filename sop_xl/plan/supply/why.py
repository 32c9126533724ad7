"""From a solved plan to reasons: why demand is short, what binds, what it costs and what to do first."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sop_xl.frames.supply_results import SHORTAGES
from sop_xl.plan.notes import Note
from sop_xl.plan.supply.best_options import unmet_by_point, with_best_options
from sop_xl.plan.supply.binding import Price, PricedPlan, Sensitivity, binding_constraints
from sop_xl.plan.supply.cause_words import cause_name, chain_text
from sop_xl.plan.supply.limits import RELEASED_LIMITS
from sop_xl.plan.supply.next_actions import next_action
from sop_xl.plan.supply.shortage_causes import CauseFinder, Shortage
from sop_xl.plan.supply.solution import PENALTIES, SupplySolution
from sop_xl.plan.supply.why_words import Names, known, listed, money, units


@dataclass(frozen=True)
class Why:
    """Reasons of one plan.

    Parameters
    ----------
    shortages
        SHORTAGES, the most money first; `option` is empty until `with_best_options`.
    binding
        BINDING_CONSTRAINTS, in the order of its keys.
    notes
        What a planner must know about either.
    """

    shortages: pd.DataFrame
    binding: pd.DataFrame
    notes: list[Note] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PlanAlone:
    """A plan without the model that it came from: its duals are prices without a range, where it has any."""

    solution: SupplySolution

    def sensitivity(self, constraint: str, row: int, period: int) -> Sensitivity:
        """The dual for one more and one less."""
        dual = float(self.solution.duals[constraint][row, period])
        return Price(dual, dual)


def explain(model: PricedPlan | SupplySolution, currency: str = "") -> Why:
    """Why a plan falls short, and what limits it.

    Parameters
    ----------
    model
        The solved model; or a plan alone: one made without the solver, of which causes can only be lead times, fences and missing sources.
    currency
        Code of the plan currency for the sentences; `""` = amounts alone.

    Notes
    -----
    Prices come from the duals of the plan: see `price_parts`. Where the plan has none (not made by the solver, or of a short stock that has no
    price), limits without room tell the cause: see `blocked_ways`.
    """
    plan = PlanAlone(model) if isinstance(model, SupplySolution) else model
    solution = plan.solution
    finder, names = CauseFinder(solution), Names(solution.network)
    rows = [_shortage_row(finder, names, shortage, currency) for shortage in finder.shortages()]
    numbers = {name: "float64" for name, kind in SHORTAGES.columns.items() if kind == "number"}
    shortages = pd.DataFrame(rows, columns=list(SHORTAGES.columns)).astype(numbers)
    binding, notes = binding_constraints(plan, finder, names, currency)
    return Why(_dated(shortages), _dated(binding), notes)


def _shortage_row(finder: CauseFinder, names: Names, shortage: Shortage, currency: str) -> dict[str, object]:
    points, plan = finder.network.points, finder.network.timeline.plan
    return {
        "item": points["item"].iat[shortage.point],
        "location": points["location"].iat[shortage.point],
        "period": plan[shortage.first],
        "last_period": plan[shortage.last],
        "unmet_demand": shortage.units,
        "shortage_value": shortage.value,
        "margin_at_risk": shortage.margin,
        "cause_kind": shortage.cause.kind,
        "cause": cause_name(names, shortage.cause),
        "chain": chain_text(names, shortage, currency),
        "next_action": next_action(finder, names, shortage, currency),
        "option": "",
    }


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    """An empty frame has no type of its own for its dates."""
    dates = [c for c in ("period", "last_period") if c in frame]
    return frame.astype(dict.fromkeys(dates, "datetime64[ns]")) if frame.empty else frame


def headline(why: Why, solution: SupplySolution, currency: str = "") -> list[str]:
    """Three to five sentences for the Supply Review: service, what binds most, what it costs, and what to do first.

    Returns
    -------
    Whole sentences, most important first; a plan that serves everything has two or three.
    """
    shortages, binding = why.shortages, why.binding
    lines = [_service(shortages, solution, currency)]
    if len(shortages):
        lines.append(_behind(shortages, currency))
    hardest = _hardest(binding)
    if hardest is not None:
        lines.append(str(hardest["sentence"]))
    elif not len(shortages):
        lines.append("No limit binds: more capacity or supply would save nothing.")
    if len(shortages):
        lines.append(f"First: {shortages['next_action'].iat[0]}")
    if len(solution.notes):
        more = len(solution.notes) - 1
        lines.append(solution.notes[0].note + (f" {more} more notes stand on Problems." if more > 0 else ""))
    elif len(lines) == 2 and not len(shortages):
        spent = sum(cost for kind, cost in solution.costs.items() if kind not in ("revenue", *PENALTIES))
        lines.append(f"The plan costs {money(spent, currency)} over {solution.network.periods} periods.")
    return lines


def _service(shortages: pd.DataFrame, solution: SupplySolution, currency: str) -> str:
    served = f"{100 * np.floor(1000 * solution.service + 1e-6) / 1000:.1f} % of demand is served in its period"
    if shortages.empty:
        return f"{'All demand is served in its period' if solution.service >= 1 - 1e-9 else served}."
    lost = solution.rules.unmet == "lost sales"
    value, margin = shortages["shortage_value"].sum(), shortages["margin_at_risk"].sum()
    worth = f", worth {money(value, currency)} of revenue and {money(margin, currency)} of margin" if value > 0 else ""
    items = shortages["item"].nunique()
    return f"{served}; {units(shortages['unmet_demand'].sum())} of {items} item{'s' if items != 1 else ''} {'are lost' if lost else 'wait at the worst'}{worth}."


def _behind(shortages: pd.DataFrame, currency: str) -> str:
    """Which cause most of the money hangs on."""
    weight = shortages["shortage_value"].fillna(0.0) if shortages["shortage_value"].sum() > 0 else shortages["unmet_demand"]
    by_cause = weight.groupby([shortages["cause"], shortages["cause_kind"]]).sum().reset_index(name="weight")
    first = by_cause.sort_values(["weight", "cause"], ascending=[False, True], kind="stable").iloc[0]
    share = first["weight"] / by_cause["weight"].sum()
    of_money = shortages["shortage_value"].sum() > 0
    size = money(first["weight"], currency) if of_money else units(first["weight"])
    items = listed(shortages.loc[shortages["cause"] == first["cause"], "item"].astype(str))
    return f"{size} of it ({100 * share:.0f} %) is due to {first['cause']}: {items}."


def _hardest(binding: pd.DataFrame) -> pd.Series | None:
    """The constraint that hurts most: by units x price, then by price x use."""
    priced = binding[(binding["price_low"].fillna(0.0) > 0) & ~binding["constraint"].isin(RELEASED_LIMITS)]
    if priced.empty:
        return None
    rent = priced["price_low"] * priced["used"].where(priced["used"].map(known), 1.0)
    ordered = priced.assign(rent=rent, hurt_rent=priced["price_low"] * priced["demand_hurt"].fillna(0.0))
    return ordered.sort_values(["hurt_rent", "rent", "constraint", "subject", "period"], ascending=[False, False, True, True, True], kind="stable").iloc[0]


__all__ = ["PlanAlone", "Why", "explain", "headline", "unmet_by_point", "with_best_options"]
