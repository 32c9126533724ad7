"""The aggregate plan of one family: workers, overtime, subcontracting, stock and back-orders for a demand that changes.

Source of the model: Chopra and Meindl, Supply Chain Management, chapter on aggregate planning (the case Red Tomato Tools); of the pure strategies
chase and level: Silver, Pyke and Thomas 2017, chapter 14.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_xl.errors import FrameError, PlanError
from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.solver.engine import Engine
from sop_xl.plan.supply.solver.programme import Programme
from sop_xl.plan.supply.solver.search import search_whole

STRATEGIES = ("least cost", "level", "chase")
LINES = ("workers", "hired", "laid off", "production", "overtime hours", "subcontracted", "stock", "back-orders")
"""Variables of every period, in this order."""

_SECONDS = 20.0  # for whole workers; a year of months takes a fraction of one


@dataclass(frozen=True, slots=True)
class AggregateTerms:
    """What an aggregate plan costs and may do; money per unit named, NaN where a lever is not there.

    Parameters
    ----------
    hours_per_unit, hours_per_worker
        Working hours of a unit; regular hours of a worker in a period.
    wage
        Money per worker and period.
    opening_workers
        Workers before the first period; NaN = as many as the plan likes, without hiring cost.
    opening_stock, closing_stock
        Units at the start; least units at the end.
    hiring_cost, layoff_cost
        Money per worker; NaN = nobody can be hired, laid off.
    overtime_cost, overtime_hours
        Money per hour, NaN = no overtime; most hours of a worker in a period, NaN = no limit.
    subcontract_cost, backorder_cost
        Money per unit, per unit and period; NaN = no subcontracting, no back-orders. Nothing is owed at the end.
    holding_cost, material_cost
        Money per unit and period at its end; per unit produced.
    whole_workers
        Whether workers are whole.
    """

    hours_per_unit: float
    hours_per_worker: float
    wage: float
    opening_workers: float = np.nan
    opening_stock: float = 0.0
    closing_stock: float = 0.0
    hiring_cost: float = np.nan
    layoff_cost: float = np.nan
    overtime_cost: float = np.nan
    overtime_hours: float = np.nan
    subcontract_cost: float = np.nan
    backorder_cost: float = np.nan
    holding_cost: float = 0.0
    material_cost: float = 0.0
    whole_workers: bool = False


@dataclass(frozen=True, slots=True)
class AggregatePlan:
    """A plan.

    Parameters
    ----------
    lines
        (lines, periods) in the order of `LINES`; stock and back-orders at the end of the period.
    costs
        (periods,) money.
    """

    lines: Matrix
    costs: Matrix


def aggregate_plan(demand: Matrix, terms: AggregateTerms, strategy: str = "least cost") -> AggregatePlan:
    """The cheapest plan of a strategy.

    Parameters
    ----------
    demand
        (periods,) units.
    terms
        Costs and levers.
    strategy
        `least cost`: all levers. `level`: one number of workers throughout, who produce all they can; stock and back-orders even out. `chase`: workers
        and production follow demand; stock is run down to the closing stock and kept there. Neither of the two works
        overtime or subcontracts.

    Raises
    ------
    FrameError
        For an unknown strategy.
    PlanError
        When no plan of that strategy meets demand.
    """
    if strategy not in STRATEGIES:
        raise FrameError(f"no strategy is called {strategy!r}")
    held = _programme(demand, terms, strategy)
    if terms.whole_workers:
        found = search_whole(held, [held.cost], 0.0, _SECONDS)
        if found is None:
            raise PlanError(f"no {strategy} plan in whole workers meets demand")
        values = found.values
    else:
        try:
            values = Engine(held, [held.cost]).solve().columns
        except PlanError:
            raise PlanError(f"no {strategy} plan meets demand with the workers and levers that there are") from None
    lines = values.reshape(len(LINES), demand.size)
    return AggregatePlan(np.where(np.abs(lines) < 1e-9, 0.0, lines), (held.cost * values).reshape(len(LINES), -1).sum(axis=0))


def _programme(demand: Matrix, terms: AggregateTerms, strategy: str) -> Programme:
    from scipy import sparse

    periods, count = demand.size, len(LINES)
    one, before = sparse.eye_array(periods), sparse.eye_array(periods, k=-1)
    nothing = sparse.csr_array((periods, periods))
    rate = terms.hours_per_worker / terms.hours_per_unit
    at = {name: k for k, name in enumerate(LINES)}

    def row(**parts: sparse.sparray) -> sparse.sparray:
        blocks = [nothing] * count
        for name, part in parts.items():
            blocks[at[name.replace("_", " ").replace("back orders", "back-orders")]] = part
        return sparse.hstack(blocks)

    free_start = np.isnan(terms.opening_workers)
    started = np.zeros(periods)
    started[0] = 0.0 if free_start else terms.opening_workers
    opening = np.zeros(periods)
    opening[0] = terms.opening_stock
    inf = np.full(periods, np.inf)
    rows = [
        # workers = workers before + hired - laid off; without workers today the first period sets them
        (row(workers=one - before, hired=-one, laid_off=one), started, started + np.where(np.arange(periods) == 0, np.inf if free_start else 0.0, 0.0)),
        # stock + receipts - demand = stock, back-orders counted against it
        (row(production=one, subcontracted=one, stock=before - one, back_orders=one - before), demand - opening, demand - opening),
        (row(production=one, workers=-rate * one, overtime_hours=-one / terms.hours_per_unit), -inf if strategy == "least cost" else np.zeros(periods), np.zeros(periods)),
    ]  # fmt: skip
    if np.isfinite(terms.overtime_hours):
        rows.append((row(overtime_hours=one, workers=-terms.overtime_hours * one), -inf, np.zeros(periods)))
    if strategy == "level":
        steady = (one - before).tocsr()[1:]
        rows.append((sparse.hstack([steady] + [sparse.csr_array(steady.shape)] * (count - 1)), np.zeros(periods - 1), np.zeros(periods - 1)))
    cost, lower, upper = _columns(demand, terms, strategy)
    whole = np.zeros((count, periods), dtype=bool)
    whole[[at["workers"], at["hired"], at["laid off"]]] = terms.whole_workers
    return Programme(
        sparse.vstack([part for part, _, _ in rows]).tocsr(), cost.ravel(), lower.ravel(), upper.ravel(), whole.ravel(),
        np.concatenate([low for _, low, _ in rows]), np.concatenate([high for _, _, high in rows]), {}, np.arange(count * periods),
    )  # fmt: skip


def _columns(demand: Matrix, terms: AggregateTerms, strategy: str) -> tuple[Matrix, Matrix, Matrix]:
    """(lines, periods) cost, least and most of every variable."""
    per_unit = {
        "workers": terms.wage, "hired": terms.hiring_cost, "laid off": terms.layoff_cost, "production": terms.material_cost,
        "overtime hours": terms.overtime_cost, "subcontracted": terms.subcontract_cost, "stock": terms.holding_cost, "back-orders": terms.backorder_cost,
    }  # fmt: skip
    if strategy != "least cost":
        per_unit |= {"overtime hours": np.nan, "subcontracted": np.nan}
    price = np.array([per_unit[name] for name in LINES])
    cost = np.repeat(np.nan_to_num(price)[:, None], demand.size, axis=1)
    lower = np.zeros(cost.shape)
    upper = np.where(np.isnan(price)[:, None], 0.0, np.full(cost.shape, np.inf))
    stock, owed = LINES.index("stock"), LINES.index("back-orders")
    lower[stock, -1] = terms.closing_stock
    upper[owed, -1] = 0.0
    if strategy == "chase":
        upper[owed] = 0.0
        kept = terms.opening_stock
        for t, units in enumerate(demand):
            kept = max(kept - units, terms.closing_stock)
            lower[stock, t] = upper[stock, t] = kept
    return cost, lower, upper
