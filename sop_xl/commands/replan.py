"""A plan from inputs alone, without a workbook: demand, supply and money, as far as its totals by family need them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sop_xl.commands.demand_planning import Demand, plan_demand
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.planning import served_in_money, value_demand
from sop_xl.commands.supply_planning import make_plan, pose_supply
from sop_xl.frames import BUDGET, FINANCIAL_PLAN, SUPPLY_PLAN, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.finance import financial_plan
from sop_xl.plan.supply.outcome import inventory_plan_frame


@dataclass(frozen=True)
class Past:
    """What a plan takes from earlier ones, beside its inputs.

    Parameters
    ----------
    archive
        FORECAST_ARCHIVE, by which contributors of sales input are judged; `None` = there is none.
    last_plan
        SUPPLY_PLAN of the cycle before: its planned releases, against which changes cost.
    weights
        Of the combined forecast methods, where those of an earlier cycle are to stay; `None` = chosen anew.
    """

    archive: pd.DataFrame | None
    last_plan: pd.DataFrame
    weights: pd.DataFrame | None = None


@dataclass(frozen=True)
class Replanned:
    """The demand step, and FINANCIAL_PLAN without budget and previous plan."""

    demand: Demand
    financial_plan: pd.DataFrame


def releases_before(supply_plan: pd.DataFrame) -> pd.DataFrame:
    """The plan of the cycle before as a SUPPLY_PLAN of its own, from the one that holds its releases beside it."""
    before = supply_plan[supply_plan["previous_releases"].notna()]
    nothing = float("nan")
    kept = before.assign(planned_releases=before["previous_releases"], planned_receipts=nothing, previous_releases=nothing)
    return kept[list(SUPPLY_PLAN.columns)].reset_index(drop=True)


def replan(inputs: Inputs, timeline: Timeline, past: Past, demand: Demand | None = None) -> Replanned:
    """Plan inputs as a run would, and keep the totals.

    Parameters
    ----------
    inputs
        Without errors.
    timeline
        Periods to learn from and to plan.
    past
        What is known of earlier plans.
    demand
        The demand step, where it is known already: nothing that it depends on differs.

    Returns
    -------
    Replanned
        The same figures as a run of the same inputs writes; reports about the plan are not made.

    Raises
    ------
    SopError
        Where the inputs do not fit together, or no plan exists.
    """
    notes: list[pd.DataFrame] = []
    if demand is None:
        demand = plan_demand(inputs, timeline, lambda message, done, total: None, notes, past.archive, past.weights, by_kept=True)
    valued = value_demand(inputs, timeline, demand, notes)
    posed = pose_supply(inputs, timeline, demand, valued, past.last_plan, notes)
    solution = make_plan(posed.network, posed.rules, inputs.settings)
    detail, _ = served_in_money(inputs, timeline, valued, solution, posed.known.served, posed.price_change, notes)
    plan, _ = financial_plan(
        detail, inventory_plan_frame(solution), empty_frame(BUDGET), empty_frame(FINANCIAL_PLAN), inputs.frame("Items"), inputs.locations(), timeline
    )
    return Replanned(demand, plan)
