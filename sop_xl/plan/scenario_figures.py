"""Figures of scenarios beside those of the plan, each with a sentence that says where the difference comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.plan.grid import Matrix, pair_positions, records
from sop_xl.plan.scenario_service import kept_service
from sop_xl.plan.scenario_world import SCOPE, World
from sop_xl.plan.supply.figures import PlanFigures, served
from sop_xl.plan.supply.network import point_names
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.vocabulary import FRACTION, MONEY, UNITS

PLAN = "Plan"
SERVICE, REVENUE, MARGIN, PROFIT, CASH, COST = "Service", "Revenue", "Gross margin", "Profit", "Cash", "Cost"
BUDGET_GAP, CO2 = "Revenue against budget", "CO2"
INVENTORY, SAFETY_STOCK, KEPT = "Inventory value", "Safety stock value", "Service with the plan's stock"
UNMET, UTILISATION = "Unmet demand", "Utilisation"

MEANING = {
    SERVICE: "Part of demand served in the period in which it is asked for.",
    REVENUE: "Of what is served, over the planned periods.",
    BUDGET_GAP: "Revenue less budgeted revenue, in the families and periods that the budget names.",
    MARGIN: "Revenue less unit cost of what is served, over the planned periods; what has no unit cost is left out.",
    PROFIT: "Revenue less every cost that is paid, with what stock gained or lost in value.",
    CASH: "Brought in by the end of the last period.",
    COST: "Every cost of the plan, penalties for waiting and missing stock included.",
    INVENTORY: "Mean over the periods, at unit cost.",
    SAFETY_STOCK: "Mean over the periods, at unit cost: what the service targets ask for.",
    KEPT: "Part of replenishment cycles without a stock-out if it comes as a surprise to the stock of the plan; by demand at unit cost, normal distribution.",
    UNMET: "Units late at the end of their period, summed, or lost.",
    UTILISATION: "Load / hours available in regular time.",
    CO2: "Of what is ordered over the planned periods, from sources for which Sourcing gives CO2 per unit.",
}
"""Every figure in the order in which it is shown, and what it means: the note of the plan's lines."""

UNIT = {SERVICE: FRACTION, KEPT: FRACTION, UTILISATION: FRACTION, UNMET: UNITS, CO2: "kg"}
"""Unit of each figure; money where it is not said."""


@dataclass(frozen=True)
class Outcome:
    """One scenario solved.

    Parameters
    ----------
    scenario
        As in SCENARIOS, or the plan.
    world
        Its network and what its drivers left behind.
    solution, figures
        Its plan and the figures of it.
    drivers
        Its rows of SCENARIO_DRIVERS.
    budget
        Budgeted revenue: family ("" = all), period, revenue; None = there is none.
    """

    scenario: str
    world: World
    solution: SupplySolution
    figures: PlanFigures
    drivers: pd.DataFrame
    budget: pd.DataFrame | None = None


def compare_rows(plan: Outcome, reference: Outcome, outcomes: Sequence[Outcome], targets: pd.DataFrame | None) -> pd.DataFrame:
    """SCENARIO_COMPARE of solved scenarios.

    Parameters
    ----------
    plan
        The plan, whose lines come first.
    reference
        The plan made as the scenarios were; what a scenario differs from it by is its change against the plan.
    targets
        INVENTORY_TARGETS; absent: without the service that the plan's stock gives.
    """
    kept, by_stock = kept_service(plan.world, plan.solution.stock, targets)
    shown, base = _values(plan, kept), _values(reference, kept)
    rows = [(PLAN, kpi, shown[kpi], 0.0, UNIT.get(kpi, MONEY), meaning) for kpi, meaning in MEANING.items() if kpi in shown]
    for outcome in outcomes:
        kept, own_by_stock = kept_service(*_surprised(outcome, plan), targets)
        own = _values(outcome, kept)
        notes = _notes(outcome, reference, own, base, own_by_stock, by_stock)
        for kpi in (kpi for kpi in MEANING if kpi in shown and kpi in base):
            value = _moved(kpi, shown[kpi], own.get(kpi, np.nan) - base[kpi])
            rows.append((outcome.scenario, kpi, value, value - shown[kpi], UNIT.get(kpi, MONEY), notes.get(kpi, "")))
    return pd.DataFrame(rows, columns=list(frames.SCENARIO_COMPARE.columns)).astype({"value": "float64", "change": "float64"})


def _surprised(outcome: Outcome, plan: Outcome) -> tuple[World, Matrix]:
    """A scenario with the safety stock of the plan, and the (N, T) stock of the plan, each in the places that the stocks of the scenario have."""
    before, base = plan.solution.network, outcome.world.base
    if base is before:
        return outcome.world, plan.solution.stock
    place = pair_positions(before.points, base.points)
    known = (place >= 0)[:, None]
    held = replace(base, safety_stock=np.where(known, before.safety_stock[place], 0.0))
    return replace(outcome.world, base=held), np.where(known, plan.solution.stock[place], 0.0)


def _moved(kpi: str, value: float, change: float) -> float:
    """The figure of the plan, changed; what a solver leaves of a zero is none, and a part stays one."""
    if abs(change) <= 1e-9 * max(abs(value), 1.0):
        return value
    moved = value + change
    return min(max(moved, 0.0), 1.0) if kpi in (SERVICE, KEPT) else max(moved, 0.0) if kpi == UNMET else moved


def _values(outcome: Outcome, kept: float) -> dict[str, float]:
    """Every figure that is known."""
    figures, network = outcome.figures, outcome.world.network
    unit_cost = network.points["unit_cost"].fillna(0.0).to_numpy(dtype=float)
    values = {
        SERVICE: figures.service, REVENUE: figures.revenue, PROFIT: figures.profit, CASH: figures.cash, COST: outcome.solution.cost,
        INVENTORY: figures.inventory_value, SAFETY_STOCK: float(unit_cost @ network.safety_stock.mean(axis=1)), UNMET: figures.unmet_demand,
        UTILISATION: figures.utilisation, KEPT: kept, MARGIN: _margin(outcome), BUDGET_GAP: _budget_gap(outcome), CO2: _co2(outcome),
    }  # fmt: skip
    return {kpi: value for kpi, value in values.items() if np.isfinite(value)}


def _sold(outcome: Outcome) -> tuple[Matrix, Matrix]:
    """(D, T) units served and what they earn."""
    units = served(outcome.solution)
    return units, units * outcome.world.network.price


def _margin(outcome: Outcome) -> float:
    network = outcome.world.network
    units, revenue = _sold(outcome)
    unit_cost = network.points["unit_cost"].to_numpy(dtype=float)[network.streams["point"].to_numpy(dtype=int)][:, None]
    return float(np.nansum(np.where(np.isnan(unit_cost), 0.0, revenue - units * unit_cost)))


def _budget_gap(outcome: Outcome) -> float:
    """Of the cells that the budget names; NaN without a budget."""
    budget, network = outcome.budget, outcome.world.network
    if budget is None or budget.empty:
        return np.nan
    column = network.timeline.plan.get_indexer(pd.DatetimeIndex(budget["period"]))
    stated = budget[column >= 0].assign(column=column[column >= 0])
    if stated.empty:
        return np.nan
    family = network.points["family"].to_numpy(dtype=object)[network.streams["point"].to_numpy(dtype=int)]
    named = np.zeros((len(family), network.periods), dtype=bool)
    for name, rows in stated.groupby("family", sort=True):
        named[np.ix_(np.ones(len(family), dtype=bool) if name == "" else family == name, rows["column"].to_numpy(dtype=int))] = True
    return float(_sold(outcome)[1][named].sum() - stated["revenue"].sum())


def _co2(outcome: Outcome) -> float:
    """NaN where no source gives any."""
    sources = outcome.world.network.sources
    per_unit = sources["co2_per_unit"].to_numpy(dtype=float)
    if np.isnan(per_unit).all():
        return np.nan
    return float(np.nan_to_num(per_unit) @ outcome.solution.orders.sum(axis=1))


def _notes(outcome: Outcome, reference: Outcome, own: dict[str, float], base: dict[str, float], kept: Matrix, kept_base: Matrix) -> dict[str, str]:
    """One sentence for each figure that has something to say."""
    notes = {SERVICE: f"What if: {driver_words(outcome)}"}
    worse = late_words(outcome.solution, reference.solution)
    if worse:
        notes[UNMET] = worse
    dearer = _largest_change(outcome.solution.costs, reference.solution.costs)
    if dearer:
        notes[COST] = notes[PROFIT] = dearer
    stock = own[INVENTORY] - base[INVENTORY]
    if abs(stock) >= 0.5:
        notes[CASH] = f"on average {abs(stock):,.0f} {'more is tied up in' if stock > 0 else 'less lies in'} stock"
    needed = own[SAFETY_STOCK] - base[SAFETY_STOCK]
    if abs(needed) >= 0.5:
        notes[SAFETY_STOCK] = f"to keep the service targets, safety stock {'rises' if needed > 0 else 'falls'} by {abs(needed):,.0f}"
    drop = np.where(np.isfinite(kept) & np.isfinite(kept_base), kept_base - kept, 0.0) if kept.shape == kept_base.shape else np.zeros((1, 1))
    if KEPT in own and drop.max(initial=0.0) > 5e-4:
        n, t = divmod(int(np.argmax(drop)), drop.shape[1])
        label = outcome.world.base.timeline.calendar.label(outcome.world.base.timeline.plan[t])
        notes[KEPT] = f"most of all {point_names(outcome.world.base)[n]} in {label}: from {100 * kept_base[n, t]:.1f} % to {100 * kept[n, t]:.1f} %"
    return notes


def driver_words(outcome: Outcome) -> str:
    """The drivers of a scenario in a planner's words: `lead time +100 % (supplier X)`."""
    calendar, words = outcome.world.base.timeline.calendar, []
    for row in records(outcome.drivers):
        scope = ", ".join(f"{name} {getattr(row, name)}" for name in SCOPE if getattr(row, name))
        first, last = (calendar.label(calendar.start_of(day)) if pd.notna(day) else "" for day in (row.first_period, row.last_period))
        span = " ".join(([f"from {first}"] if first else []) + ([f"to {last}"] if last else []))
        inside = "; ".join(text for text in (scope, span) if text)
        words.append(f"{row.driver}{_amount_words(row.driver, row.action, row.value)}" + (f" ({inside})" if inside else ""))
    return ", ".join(words) or "nothing changes"


def _amount_words(driver: str, action: str, value: float) -> str:
    if np.isnan(value):
        return ""
    if driver in ("material late", "supplier out"):
        return f" {value:g} days"
    if driver == "launch date":
        return f" {value:+g} periods"
    if driver == "source allowed":
        return "" if value else " no more"
    days = " days" if driver.startswith("lead") else ""
    return {"add": f" {value:+,g}{days}", "set": f" {value:,g}{days}"}.get(action, f" {value:+.4g}" if abs(value) > 100 else f" {100 * value:+.4g} %")


def late_words(solution: SupplySolution, base: SupplySolution) -> str:
    """Which stock has most more unmet demand than in the plan, and from when: `2 of 5 stocks are worse; most A / North from 2026-03`."""
    network = solution.network
    if not len(network.streams):
        return ""
    point = network.streams["point"].to_numpy(dtype=int)
    more = np.zeros((len(network.points), network.periods))
    np.add.at(more, point, solution.unmet + solution.lost)
    # of changed inputs the network is another one, and a stock may have another place in it
    place = pair_positions(network.points, base.network.points)[base.network.streams["point"].to_numpy(dtype=int)]
    np.subtract.at(more, place[place >= 0], (base.unmet + base.lost)[place >= 0])
    worse = more.clip(min=0.0).sum(axis=1)
    if worse.max(initial=0.0) < 0.5:
        return ""
    most = int(np.argmax(worse))
    first = int(np.argmax(more[most] > 1e-6))
    label = network.timeline.calendar.label(network.timeline.plan[first])
    return f"{int((worse >= 0.5).sum())} stocks have more of it; most {point_names(network)[most]}, from {label}, {more[most].max():,.0f} units at the worst"


def _largest_change(costs: dict[str, float], base: dict[str, float]) -> str:
    """The kind of cost that moved most: `most of it purchase: +1,200`."""
    kinds = sorted((set(costs) | set(base)) - {"revenue"})
    moved = {kind: costs.get(kind, 0.0) - base.get(kind, 0.0) for kind in kinds}
    kind = max(kinds, key=lambda name: abs(moved[name]), default="")
    return f"most of the cost that moves is {kind}: {moved[kind]:+,.0f}" if kind and abs(moved[kind]) >= 0.5 else ""
