"""What each risk does to the plan when it strikes at its lowest, its most likely and its highest effect; in between, straight lines.

How each driver moves the plan:

- units, percent: demand in scope times 1 + effect. units, add: so many units more or less in each period over the whole scope, spread as demand
  is. Where the supply plan is limited it is made anew with that demand, and only what it serves sells.
- price and cost: net price and unit cost in scope, by a part or by money per unit. Demand stays: what a price does to it is a risk of its own.
- capacity: hours of a resource; the supply plan is made anew, and what it cannot serve any more is not sold.
- date: what is sold in scope and span comes that many days later, evenly; what so moves beyond the last planned period is lost to the plan.
  Earlier is a negative number of days and brings nothing from beyond the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.errors import PlanError
from sop_xl.plan.grid import Matrix, records
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.risk_draws import effect_ends, mean_weights
from sop_xl.plan.risk_reach import Planned, Reach, reaches_of
from sop_xl.plan.risk_supply import Response, SupplyResponse
from sop_xl.plan.scenario_world import RefusedDriver

ENDS = 3


@dataclass(frozen=True)
class RiskEffect:
    """One risk: how likely, what it reaches, what it does at the three ends of its effect.

    Parameters
    ----------
    risk, driver, action
        As in RISKS.
    probability
        Fraction.
    ends
        (3,) lowest, most likely and highest effect after mitigation.
    reach
        What it reaches.
    factors
        (3, 2) of units by percent: parts by which revenue and cost of what is reached change, as far as supply can follow. NaN for other drivers.
    units
        (3, series, periods) of units by addition and of capacity: change of units sold; `None` for other drivers.
    asked, missed, cost
        (3,) see `Response`.
    moves
        Whether it changes anything at all.
    sells
        Of units: part of a higher demand that supply can serve; NaN where the supply plan was not asked.
    """

    risk: str
    driver: str
    action: str
    probability: float
    ends: Matrix
    reach: Reach
    factors: Matrix
    units: Matrix | None
    asked: Matrix
    missed: Matrix
    cost: Matrix
    moves: bool
    sells: float

    @property
    def mean_weights(self) -> Matrix:
        """(3,) weights of the ends in the mean of what happens."""
        return mean_weights(self.ends)


def risk_effects(
    risks: pd.DataFrame, planned: Planned, mix: pd.DataFrame, supply: SupplyResponse | None, label: Any = str
) -> tuple[list[RiskEffect], list[Note]]:
    """The effect of each risk by itself.

    Parameters
    ----------
    risks
        RISKS that count, see `counted`.
    planned
        The plan in units and money.
    mix
        CUSTOMER_MIX.
    supply
        The supply plan to ask again; `None` where nothing limits it: all demand is served then, and no hours are missed.
    label
        Words of a period.

    Returns
    -------
    One effect per row, in their order, and notes on those that move nothing.
    """
    effects, notes = [], list[Note]()
    reaches = reaches_of(risks, planned.grid, mix)
    for row, reach, ends in zip(records(risks), reaches, effect_ends(risks), strict=True):
        why = _without_effect(row, reach, planned, supply, label)
        made = None
        if not why:
            try:
                made = _effect(row, reach, ends, planned, supply)
            except RefusedDriver as refused:
                why = ("risk-without-effect", refused.sentence)
            except PlanError:
                why = ("risk-not-planned", "the supply plan could not be made anew for it")
        if why:
            notes.append(Note("risks", row.risk, why[0], f"{row.risk}: {why[1]}; it moves nothing"))
        effects.append(made or _nothing(row, reach, ends))
    return effects, notes


def _without_effect(row: Any, reach: Reach, planned: Planned, supply: SupplyResponse | None, label: Any) -> tuple[str, str] | None:
    """Rule and words of why a risk moves nothing; `None` where it may."""
    if not reach.span.any():
        first, last = (label(planned.grid.periods[k]) for k in (0, -1))
        return "risk-outside-plan", f"From and To lie outside the plan, {first} to {last}"
    if row.driver == "capacity":
        return None if supply is not None else ("risk-without-limit", "the supply plan has no limits that hours could change")
    if not (reach.share > 0).any():
        scope = ", ".join(f"{name} {value}" for name, value in _scope(row) if value)
        return "risk-scope-empty", f"nothing is planned for {scope or 'its scope'}"
    sold = (planned.demand + np.abs(planned.volume))[reach.cells > 0].sum()
    if sold <= 0 and not (row.driver == "units" and row.action == "add"):
        return "risk-without-demand", "no demand is planned in its scope and span"
    return None


def _scope(row: Any) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), getattr(row, name)) for name in ("item", "family", "region", "customer")]


def _nothing(row: Any, reach: Reach, ends: Matrix) -> RiskEffect:
    zeros = np.zeros(ENDS)
    return RiskEffect(
        row.risk, row.driver, row.action, float(row.probability), ends, reach, np.full((ENDS, 2), np.nan), None, zeros, zeros, zeros, False, np.nan
    )


def _effect(row: Any, reach: Reach, ends: Matrix, planned: Planned, supply: SupplyResponse | None) -> RiskEffect:
    if row.driver == "units":
        return _of_units(row, reach, ends, planned, supply)
    nothing = _nothing(row, reach, ends)
    if row.driver == "capacity":
        assert supply is not None
        span = _first_and_last(reach)
        answers = _asked_once(ends, lambda value: supply.to(supply.with_capacity(row.resource, span, row.action, value), span[0]), planned)
        return _answered(nothing, answers, units=True)
    return replace(nothing, moves=bool((ends != 0).any()))


def _first_and_last(reach: Reach) -> tuple[int, int]:
    first, last = np.flatnonzero(reach.span)[[0, -1]].tolist()
    return first, last


def _of_units(row: Any, reach: Reach, ends: Matrix, planned: Planned, supply: SupplyResponse | None) -> RiskEffect:
    nothing, cells = _nothing(row, reach, ends), reach.cells
    wanted = [_demand_change(row.action, value, cells, planned) for value in ends]
    if supply is not None and (supply.is_short or (ends > 0).any()):
        of_end, first = dict(zip(ends.tolist(), wanted, strict=True)), _first_and_last(reach)[0]
        answers = _asked_once(ends, lambda value: supply.to(supply.with_demand(of_end[value], row.customer), first), planned)
    else:
        answers = [_served_in_full(change, row.action, value, cells, planned) for change, value in zip(wanted, ends, strict=True)]
    made = _answered(nothing, answers, units=row.action == "add")
    most = int(np.argmax(ends))
    asked = float(wanted[most].sum())
    sells = float(answers[most].units.sum()) / asked if supply is not None and asked > 1e-9 else np.nan
    if row.action == "add":
        return replace(made, sells=sells)
    reached = np.array([(matrix * cells).sum() for matrix in (planned.revenue, planned.cost)])
    money = np.array([[(answer.units * matrix).sum() for matrix in (planned.price, planned.unit_cost)] for answer in answers])
    factors = np.maximum(np.divide(money, reached, out=np.zeros_like(money), where=reached > 0), -1.0)
    if supply is None:
        factors = np.repeat(np.maximum(ends, -1.0)[:, None], 2, axis=1)  # to the last digit what is written
    return replace(made, factors=factors, sells=sells)


def _demand_change(action: str, value: float, cells: Matrix, planned: Planned) -> Matrix:
    """(series, periods) units that are asked for more; no cell loses more than it has."""
    demand = np.maximum(planned.demand, 0.0) * cells
    if action == "percent":
        return np.asarray(np.maximum(value, -1.0) * demand)
    total, reached = demand.sum(axis=0), (cells > 0).astype(float)
    count = np.maximum(reached.sum(axis=0), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(total > 0, demand / total, reached / count)
    return np.asarray(np.maximum(value * part, -demand))


def _served_in_full(change: Matrix, action: str, value: float, cells: Matrix, planned: Planned) -> Response:
    """All that is asked for is sold; what is sold falls as demand does, and no further than to nothing."""
    units = max(value, -1.0) * planned.volume * cells if action == "percent" else np.maximum(change, -np.maximum(planned.volume, 0.0) * cells)
    return Response(units, float(change.sum()), 0.0, 0.0)


def _asked_once(ends: Matrix, ask: Any, planned: Planned) -> list[Response]:
    """The supply plan's answers at the three ends, each different effect asked once; an effect of nothing is not asked."""
    known: dict[float, Response] = {0.0: Response(np.zeros(planned.volume.shape), 0.0, 0.0, 0.0)}
    for value in ends.tolist():
        if value not in known:
            known[value] = ask(value)
    return [known[value] for value in ends.tolist()]


def _answered(effect: RiskEffect, answers: list[Response], *, units: bool) -> RiskEffect:
    asked, missed, cost = (np.array([getattr(answer, name) for answer in answers]) for name in ("asked", "missed", "cost"))
    moved = any(bool(answer.units.any()) or answer.asked != 0 or abs(answer.missed) > 1e-9 or abs(answer.cost) > 1e-9 for answer in answers)
    by_cell = np.stack([answer.units for answer in answers]) if units else None
    return replace(effect, units=by_cell, asked=asked, missed=missed, cost=cost, moves=moved)


COMPETES = 0.05
"""Part of what risks of demand and capacity do one by one, from which on it is said that together they do something else."""


def together_notes(risks: pd.DataFrame, effects: Sequence[RiskEffect], planned: Planned, supply: SupplyResponse, currency: str) -> list[Note]:
    """By how much risks of demand and capacity that all happen differ from the sum of each by itself: they share material and hours.

    The plan is made for one after the other, in the order in which they strike, all at their most likely effects. Parameters as in `risk_effects`.
    """
    shared = [(row, effect) for row, effect in zip(records(risks), effects, strict=True) if effect.moves and effect.driver in ("units", "capacity")]
    if len(shared) < 2:
        return []
    network, plan = supply.network, None
    try:
        for row, effect in sorted(shared, key=lambda one: (_first_and_last(one[1].reach), one[1].risk)):
            span, likely = _first_and_last(effect.reach), float(effect.ends[1])
            if effect.driver == "capacity":
                network = supply.with_capacity(row.resource, span, row.action, likely, network)
            else:
                network = supply.with_demand(_demand_change(row.action, likely, effect.reach.cells, planned), row.customer, network)
            plan = supply.plan(network, span[0], plan)
    except PlanError:
        return []
    assert plan is not None
    both = float((supply.answer(plan).units * planned.price).sum())
    alone = [_likely_revenue(effect, planned) for _, effect in shared]
    if abs(both - sum(alone)) <= COMPETES * sum(map(abs, alone)):
        return []
    names, unit = some_of(effect.risk for _, effect in shared), f" {currency}".rstrip()
    words = f"{names} share supply: all at their most likely effect change revenue by {both:+,.0f}{unit}, one by one {sum(alone):+,.0f}{unit}; outcomes of all together add them up"
    return [Note("risks", "", "risks-share-supply", words)]


def _likely_revenue(effect: RiskEffect, planned: Planned) -> float:
    if effect.units is not None:
        return float((effect.units[1] * planned.price).sum())
    return float(effect.factors[1, 0] * (planned.revenue * effect.reach.cells).sum())
