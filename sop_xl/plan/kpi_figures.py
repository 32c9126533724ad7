"""Key figures out of the plan: stock and service, capacity, money."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.budget_coverage import compared_with_budget
from sop_xl.plan.finance import LAST_YEAR, PLAN
from sop_xl.plan.grid import Grid, Matrix, positions
from sop_xl.plan.inventory import days_of_supply

ALL = "All"

Values = dict[str, dict[str, float]]
"""Figures by name and scope."""


def accuracy_figures(accuracy_totals: pd.DataFrame) -> Values:
    """Error, bias and value added as measured: scope, wmape, bias, fva."""
    if accuracy_totals.empty:
        return {}
    measured = accuracy_totals.set_index("scope")
    return {
        name: as_values(measured[column])
        for name, column in (("WMAPE", "wmape"), ("Bias", "bias"), ("Forecast value added", "fva"))
    }


def stock_figures(inventory_plan: pd.DataFrame, items: pd.DataFrame, timeline: Timeline) -> Values:
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
            "Inventory turns": inventory_turns(demand[:, :year], balance[:, :year], season),
            "Demand served on time": 1.0 - late[:, :year].sum(axis=1) / yearly,
            "Unmet demand": unmet[:, :year].max(axis=1),
        }
    return {name: dict(zip(scopes, column.tolist(), strict=True)) for name, column in figures.items()}


def inventory_turns(cost: Matrix, inventory: Matrix, season: int) -> Matrix:
    """(rows,) how often a year stock is renewed: cost of goods sold, made yearly, / mean inventory at the end of the periods.

    Parameters
    ----------
    cost, inventory
        (rows, periods) money.
    season
        Periods in a year.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        result: Matrix = cost.sum(axis=1) * (season / cost.shape[1]) / inventory.mean(axis=1)
    return result


def money_figures(financial_plan: pd.DataFrame, timeline: Timeline) -> Values:
    """Revenue and margin of the next year beside budget and last year."""
    window = timeline.plan[: timeline.calendar.season]
    coming = financial_plan[financial_plan["period"].isin(window)]
    plan = coming[coming["version"] == PLAN]
    figures: Values = {}
    budgeted = compared_with_budget(coming, "revenue")
    if len(budgeted):
        figures["Revenue against budget"] = as_values(_change(by_scope(budgeted, "plan"), by_scope(budgeted, "budget")))
        whole = float(plan["revenue"].sum())
        if whole > 0:
            figures["Revenue without a budget"] = {ALL: 1.0 - float(budgeted["plan"].sum()) / whole}
    before = coming[(coming["version"] == LAST_YEAR) & coming["revenue"].notna()]
    if len(before):
        same = plan[plan["period"].isin(before["period"].unique())]
        figures["Revenue against last year"] = as_values(_change(by_scope(same, "revenue"), by_scope(before, "revenue")))
    if len(plan):
        known = plan[plan["gross_margin"].notna()]
        revenue = by_scope(known, "revenue")
        figures["Gross margin %"] = as_values(by_scope(known, "gross_margin") / revenue.where(revenue > 0))
    return figures


def _change(figure: pd.Series, reference: pd.Series) -> pd.Series:
    return (figure - reference) / reference.where(reference > 0)


def as_values(figures: pd.Series) -> dict[str, float]:
    """A series by scope as a dictionary."""
    return {str(scope): float(value) for scope, value in figures.items()}


def by_scope(rows: pd.DataFrame, name: str) -> pd.Series:
    """Total over all families, and of each; nothing where there are no rows."""
    if rows.empty:
        return pd.Series(dtype="float64")
    by_family = rows.groupby("family")[name].sum(min_count=1)
    total = pd.Series([rows[name].sum(min_count=1)], index=[ALL])
    together: pd.Series = pd.concat([total, by_family[by_family.index != ALL]])
    return together


def fill_rate(inventory_plan: pd.DataFrame, items: pd.DataFrame, timeline: Timeline) -> dict[str, float]:
    """Part of the demand, in units, that the plan serves in its period, over the next year: all and by family.

    What becomes late is what the backlog grows by, at most the demand of the period; lost sales are not served either.
    """
    rows = inventory_plan[inventory_plan["period"].isin(timeline.plan[: timeline.calendar.season])].sort_values(["item", "location", "period"], kind="stable")
    waiting = rows["unmet_demand"].fillna(0.0)
    opening = (-rows["opening_balance"]).clip(lower=0.0)
    before = waiting.groupby([rows["item"], rows["location"]]).shift().fillna(opening)
    lost = rows["lost_sales"].fillna(0.0) if "lost_sales" in rows else 0.0
    late = np.minimum((waiting - before).clip(lower=0.0) + lost, rows["demand"])
    units = pd.DataFrame({"family": family_of(rows["item"], items), "asked": rows["demand"], "served": rows["demand"] - late})
    return share_by_scope(units, "served", "asked")


def utilisation(capacity: pd.DataFrame, resources: pd.DataFrame, timeline: Timeline) -> dict[str, float]:
    """Load / plan capacity of all machines and labour that have a limit, over the next year.

    Parameters
    ----------
    capacity, resources
        CAPACITY and RESOURCES; space and transport are in other units and are left out.
    """
    working = resources.loc[resources["kind"].isin(["machine", "labour"]), "resource"]
    chosen = capacity["resource"].isin(working) & capacity["period"].isin(timeline.plan[: timeline.calendar.season]) & capacity["plan_capacity"].notna()
    rows = capacity[chosen]
    hours = float(rows["plan_capacity"].sum())
    return {ALL: float(rows["load"].sum()) / hours} if hours > 0 else {}


def excess_share(inventory_targets: pd.DataFrame, items: pd.DataFrame) -> dict[str, float]:
    """Value of excess and obsolete stock / value of the stock on hand: all and by family; items without a unit cost are left out."""
    targets = inventory_targets
    cost = targets["item"].map(items.set_index("item")["unit_cost"])
    value = pd.DataFrame({
        "family": family_of(targets["item"], items),
        "idle": targets["excess_value"].fillna(0.0) + targets["obsolete_value"].fillna(0.0),
        "stock": targets["on_hand"].clip(lower=0.0) * cost,
    })  # fmt: skip
    return share_by_scope(value[value["stock"].notna()], "idle", "stock")


def cash_cycle(balance_and_cash: pd.DataFrame, timeline: Timeline) -> dict[str, float]:
    """Cash-to-cash in days, mean over the next year: all and by family over all regions."""
    window = timeline.plan[: timeline.calendar.season]
    rows = balance_and_cash[(balance_and_cash["region"] == ALL) & balance_and_cash["period"].isin(window)]
    return as_values(rows.groupby("family")["cash_to_cash"].mean().dropna())


def family_of(item: pd.Series, items: pd.DataFrame) -> pd.Series:
    """Family of each item; `""` where it is not listed."""
    families: pd.Series = item.map(items.set_index("item")["family"]).fillna("")
    return families


def share_by_scope(rows: pd.DataFrame, part: str, whole: str) -> dict[str, float]:
    """Sum of one column / sum of another: all and by family; a scope whose whole is nothing is left out."""
    total = by_scope(rows, whole)
    return as_values((by_scope(rows, part) / total.where(total > 0)).dropna())
