"""Key figures of the executive review, each with its formula in one sentence, a target and a status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.budget_coverage import compared_with_budget
from sop_xl.plan.finance import LAST_YEAR, PLAN
from sop_xl.plan.grid import Grid, positions
from sop_xl.plan.inventory import days_of_supply
from sop_xl.vocabulary import DAYS, FRACTION, MONEY

ALL = "All"
GOOD, WATCH, POOR, UNRATED = "good", "watch", "poor", ""


class Direction(StrEnum):
    """Which side of the target is good."""

    HIGHER = "higher"
    LOWER = "lower"
    NEAR_ZERO = "near zero"
    NEAR_TARGET = "near target"


@dataclass(frozen=True, slots=True)
class Kpi:
    """One key figure: name, unit, good side of the target, meaning with formula."""

    name: str
    unit: str
    direction: Direction
    meaning: str


KPIS = (
    Kpi("WMAPE", FRACTION, Direction.LOWER, "How far forecasts miss: sum of |forecast - actual| / sum of actual, over held-out periods."),
    Kpi("Bias", FRACTION, Direction.NEAR_ZERO, "Whether forecasts lean: sum of (forecast - actual) / sum of actual; positive is over-forecast."),
    Kpi("Forecast value added", FRACTION, Direction.HIGHER, "What forecasting brings: WMAPE of seasonal naive - WMAPE of the forecast; positive adds value."),
    Kpi("Days of supply", DAYS, Direction.NEAR_TARGET, "How long stock lasts: days of coming demand, at unit cost, that stock at the end of the current period covers."),
    Kpi("Inventory turns", "per year", Direction.HIGHER, "How often stock is renewed: yearly cost of the coming demand / mean projected inventory value."),
    Kpi("Demand served on time", FRACTION, Direction.HIGHER, "Projected service: 1 - demand that becomes backlog / demand, both at unit cost, over the next year."),
    Kpi("Unmet demand", MONEY, Direction.LOWER, "Largest projected backlog at the end of a period of the next year, at unit cost."),
    Kpi("Revenue against budget", FRACTION, Direction.HIGHER, "(Plan - budget) / budget revenue over the families, regions and periods of the next year that have a budget; positive is favourable."),
    Kpi("Revenue without a budget", FRACTION, Direction.LOWER, "Share of the plan's revenue over the next year that the budget does not speak of: revenue against budget leaves it out."),
    Kpi("Revenue against last year", FRACTION, Direction.HIGHER, "(Plan - last year) / last year's revenue over the next year; positive is growth."),
    Kpi("Gross margin %", FRACTION, Direction.HIGHER, "(Revenue - cost of goods sold) / revenue of the plan over the next year, where both are known of every item of a family and region."),
)  # fmt: skip
"""Every key figure in the order in which they are shown."""

DEFAULT_TARGETS: Mapping[str, float] = {"Forecast value added": 0.0, "Revenue against budget": 0.0}
"""Targets that need no setting: a forecast must not be worse than seasonal naive, the plan not below the budget."""


def kpis(
    financial_plan: pd.DataFrame,
    inventory_plan: pd.DataFrame,
    accuracy_totals: pd.DataFrame,
    items: pd.DataFrame,
    timeline: Timeline,
    targets: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Key figures over all items and by family.

    Parameters
    ----------
    financial_plan, inventory_plan
        FINANCIAL_PLAN and INVENTORY_PLAN; either may be empty. Stock of items without a unit cost is left out.
    accuracy_totals
        scope (`All` or a family), wmape, bias, fva; may be empty.
    items
        Families and unit costs.
    timeline
        "Next year" is its first 12 (weeks: 52) planned periods, or as many as there are.
    targets
        By name of the key figure, in its unit; they go before `DEFAULT_TARGETS`.

    Returns
    -------
    KPIS in the order of the key figures, `All` first. A figure over all items that cannot be computed is NaN; a family without it has no
    row. Status: see `status`.
    """
    frames.check_frame(financial_plan, frames.FINANCIAL_PLAN)
    frames.check_frame(inventory_plan, frames.INVENTORY_PLAN)
    wanted = {**DEFAULT_TARGETS, **(targets or {})}
    unknown = set(wanted) - {kpi.name for kpi in KPIS}
    if unknown:
        raise FrameError(f"there is no key figure {min(unknown)!r} to have a target")
    values = (
        _accuracy(accuracy_totals)
        | _stock(inventory_plan, items, timeline)
        | _money(financial_plan, timeline)
    )
    rows = []
    for kpi in KPIS:
        by_scope = values.get(kpi.name, {})
        scopes = [
            ALL,
            *sorted(scope for scope, value in by_scope.items() if scope != ALL and np.isfinite(value)),
        ]
        target = wanted.get(kpi.name, np.nan)
        for scope in scopes:
            value = by_scope.get(scope, np.nan)
            value = value if np.isfinite(value) else np.nan
            rows.append((kpi.name, scope, value, kpi.unit, target, status(kpi, value, target), kpi.meaning))
    return pd.DataFrame(rows, columns=list(frames.KPIS.columns)).astype(
        {"value": "float64", "target": "float64"}
    )


def status(kpi: Kpi, value: float, target: float) -> str:
    """`good` when the target is met, `watch` when it is missed by at most a tenth of it, else `poor`; `""` without value or target.

    A figure that should be near its target is good within a tenth of it and to be watched within a quarter. For a target of 0
    the margin to watch is 2 percentage points (or 0.02 of the unit).
    """
    if not (np.isfinite(value) and np.isfinite(target)):
        return UNRATED
    tenth = 0.1 * abs(target) if target else 0.02
    if kpi.direction is Direction.NEAR_TARGET:
        away = abs(value - target)
        return GOOD if away <= tenth else WATCH if away <= 2.5 * tenth else POOR
    missed_by = {
        Direction.HIGHER: target - value,
        Direction.LOWER: value - target,
        Direction.NEAR_ZERO: abs(value) - abs(target),
    }[kpi.direction]
    return GOOD if missed_by <= 0 else WATCH if missed_by <= tenth else POOR


_Values = dict[str, dict[str, float]]


def _accuracy(accuracy_totals: pd.DataFrame) -> _Values:
    if accuracy_totals.empty:
        return {}
    by_scope = accuracy_totals.set_index("scope")
    return {
        name: _as_dict(by_scope[column])
        for name, column in (("WMAPE", "wmape"), ("Bias", "bias"), ("Forecast value added", "fva"))
    }


def _stock(inventory_plan: pd.DataFrame, items: pd.DataFrame, timeline: Timeline) -> _Values:
    """Figures of stock, valued at unit cost, for each family and all."""
    rows = inventory_plan[inventory_plan["period"].isin(timeline.plan)]
    at_item = positions(items["item"], rows["item"], "item")
    unit_cost = items["unit_cost"].to_numpy(dtype=float)[at_item]
    costed = ~np.isnan(unit_cost)
    if not costed.any():
        return {}
    rows = rows[costed].assign(
        family=items["family"].to_numpy(dtype=object)[at_item][costed], unit_cost=unit_cost[costed]
    )
    opening_backlog = (-rows["opening_balance"]).clip(lower=0.0)
    valued = pd.DataFrame(
        {
            "item": rows["family"],
            "location": "",
            "period": rows["period"],
            "balance": rows["projected_available_balance"].clip(lower=0.0) * rows["unit_cost"],
            "demand": rows["demand"] * rows["unit_cost"],
            "unmet": rows["unmet_demand"] * rows["unit_cost"],
            "late": (rows["unmet_demand"] - opening_backlog).clip(lower=0.0) * rows["unit_cost"],
        }
    )
    names = ["balance", "demand", "unmet", "late"]
    by_family = valued.groupby(["item", "location", "period"], as_index=False)[names].sum()
    total = valued.groupby("period", as_index=False)[names].sum().assign(item=ALL, location="")
    table = pd.concat([total, by_family[by_family["item"] != ALL]], ignore_index=True)
    grid = Grid(table[["item", "location"]].drop_duplicates().reset_index(drop=True), timeline.plan)
    balance, demand, unmet, late = (np.nan_to_num(grid.matrix(table, table[name])) for name in names)
    season, scopes = timeline.calendar.season, grid.series["item"].tolist()
    year = min(season, timeline.horizon)
    days = np.array([timeline.calendar.days(period) for period in timeline.plan], dtype=float)
    yearly = demand[:, :year].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        figures = {
            "Days of supply": days_of_supply(balance, demand, days, season)[:, 0],
            "Inventory turns": yearly * (season / year) / balance[:, :year].mean(axis=1),
            "Demand served on time": 1.0 - late[:, :year].sum(axis=1) / yearly,
            "Unmet demand": unmet[:, :year].max(axis=1),
        }
    return {name: dict(zip(scopes, column.tolist(), strict=True)) for name, column in figures.items()}


def _money(financial_plan: pd.DataFrame, timeline: Timeline) -> _Values:
    window = timeline.plan[: timeline.calendar.season]
    coming = financial_plan[financial_plan["period"].isin(window)]
    plan = coming[coming["version"] == PLAN]
    figures: _Values = {}
    budgeted = compared_with_budget(coming, "revenue")
    if len(budgeted):
        figures["Revenue against budget"] = _as_dict(_change(_by_scope(budgeted, "plan"), _by_scope(budgeted, "budget")))
        whole = float(plan["revenue"].sum())
        if whole > 0:
            figures["Revenue without a budget"] = {ALL: 1.0 - float(budgeted["plan"].sum()) / whole}
    before = coming[(coming["version"] == LAST_YEAR) & coming["revenue"].notna()]
    if len(before):
        same = plan[plan["period"].isin(before["period"].unique())]
        figures["Revenue against last year"] = _as_dict(_change(_by_scope(same, "revenue"), _by_scope(before, "revenue")))
    if len(plan):
        known = plan[plan["gross_margin"].notna()]
        revenue = _by_scope(known, "revenue")
        figures["Gross margin %"] = _as_dict(_by_scope(known, "gross_margin") / revenue.where(revenue > 0))
    return figures


def _change(figure: pd.Series, reference: pd.Series) -> pd.Series:
    return (figure - reference) / reference.where(reference > 0)


def _as_dict(by_scope: pd.Series) -> dict[str, float]:
    return {str(scope): float(value) for scope, value in by_scope.items()}


def _by_scope(rows: pd.DataFrame, name: str) -> pd.Series:
    """Total over all families, and of each."""
    by_family = rows.groupby("family")[name].sum(min_count=1)
    total = pd.Series([rows[name].sum(min_count=1)], index=[ALL])
    together: pd.Series = pd.concat([total, by_family[by_family.index != ALL]])
    return together
