"""The financial plan: detail rolled up by family and region, beside budget, last year and the previous plan."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.grid import Grid, Matrix, describe, positions
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.roll_up import RollUp, roll_up
from sop_xl.plan.valuation import FinancialDetail, times

NOT_BY_FAMILY, NOT_BY_REGION = "(not by family)", "(not by region)"
SEVERAL_CATEGORIES = "(several)"
PLAN, UNCONSTRAINED, BUDGET, LAST_YEAR, PREVIOUS_PLAN = "Plan", "Unconstrained", "Budget", "Last year", "Previous plan"
BUDGET_GAP = "Plan - budget"
"""What the plan has more than the budget where there is one, see `budget_coverage`."""
VERSIONS = (PLAN, UNCONSTRAINED, BUDGET, BUDGET_GAP, LAST_YEAR, PREVIOUS_PLAN)
"""Every version in the order in which they are shown."""
FLOWS = ("sales_volume", "revenue", "cost", "gross_margin")
_AS_PAIR = {"family": "item", "region": "location"}


def financial_plan(
    detail: FinancialDetail,
    inventory_plan: pd.DataFrame,
    budget: pd.DataFrame,
    previous_plan: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    timeline: Timeline,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Roll the detail up to family x region and put it beside budget, last year and the previous plan.

    Parameters
    ----------
    detail
        See `financial_detail` and `constrain_detail`; every total here is a sum of its cells.
    inventory_plan
        INVENTORY_PLAN; its closing balances (backlog counts as 0) x unit cost are the inventory value, in the region of the
        location that holds the stock. Empty: inventory value is absent.
    budget
        BUDGET, at whatever level it was given: without a family its family reads `(not by family)`, without a region
        `(not by region)`; a row by item counts for the item's family. Owners are summed. Absent figures stay absent; cost or
        gross margin is derived where revenue and the other one are given. Periods outside the timeline are left out.
    previous_plan
        FINANCIAL_PLAN of an earlier cycle; its rows of version Plan (or Previous plan) are passed on.
    items, locations
        Families, regions and unit costs.
    timeline
        Its periods are the columns of the plan.

    Returns
    -------
    FINANCIAL_PLAN and notes. Version Plan holds actuals in past periods, cost at today's standard cost, and in planned ones what the volumes
    of the detail bring; Unconstrained holds what the whole demand of the planned periods would bring at the same prices; Last year
    the values of Plan one year earlier, where the timeline reaches. Budgeted units are the sales volume of the budget. A figure is NaN where nothing of it is known; where part of
    it is not known it is the sum of what is, and the notes say whose is not. Gross margin has no such part: it is revenue - cost
    where both are known of every series with demand, else NaN.
    """
    for frame, spec in (
        (inventory_plan, frames.INVENTORY_PLAN),
        (budget, frames.BUDGET),
        (previous_plan, frames.FINANCIAL_PLAN),
        (items, frames.ITEMS),
        (locations, frames.LOCATIONS),
    ):
        frames.check_frame(frame, spec)
    notes = list[Note]()
    stock = _stock_value(inventory_plan, items, locations, timeline, notes)
    parts = [
        *_own_versions(detail, stock, timeline),
        _budget(budget, items, timeline, notes),
        _previous(previous_plan, timeline),
    ]
    filled = [part for part in parts if len(part)]
    if not filled:
        return frames.empty_frame(frames.FINANCIAL_PLAN), notes_frame(notes)
    plan = pd.concat(filled, ignore_index=True)
    plan["category"] = plan["family"].map(category_of_family(items)).fillna(plan["category"]).astype(object)
    return frames.order_rows(plan, frames.FINANCIAL_PLAN), notes_frame(notes)


def category_of_family(items: pd.DataFrame) -> dict[str, str]:
    """Category of every family; `(several)` where its items do not agree."""
    found: dict[str, str] = {}
    for family, category in (
        items[["family", "category"]].drop_duplicates().itertuples(index=False, name=None)
    ):
        found[family] = category if family not in found else SEVERAL_CATEGORIES
    return found


def _stock_value(
    inventory_plan: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    timeline: Timeline,
    notes: list[Note],
) -> pd.DataFrame:
    """Inventory value by family, region and planned period; NaN where no stock there has a known unit cost."""
    rows = inventory_plan[inventory_plan["period"].isin(timeline.plan)]
    balance = rows["projected_available_balance"].clip(lower=0.0)
    unit_cost = items["unit_cost"].to_numpy(dtype=float)[positions(items["item"], rows["item"], "item")]
    held = balance + rows["reserved_stock"].fillna(0.0) if "reserved_stock" in rows else balance
    value = (held * unit_cost).where(held != 0, 0.0)
    unvalued = held.notna() & value.isna()
    if unvalued.any():
        names = rows.loc[unvalued, "item"].tolist()
        notes.append(
            Note(
                "items",
                min(names),
                "stock-value-not-known",
                f"unit cost of {some_of(names)} is not known; its stock is left out of inventory value",
            )
        )
    stock = describe(rows[["item", "location", "period"]], items, locations)
    # nothing in stock is worth 0 only as long as nothing beside it is of unknown worth
    by_group = stock.assign(value=value, unvalued=unvalued).groupby(["family", "region", "period"])
    total = by_group["value"].sum()
    return total.where((total != 0) | ~by_group["unvalued"].any()).reset_index()


def _own_versions(detail: FinancialDetail, stock: pd.DataFrame, timeline: Timeline) -> list[pd.DataFrame]:
    """Plan, what it would be if all demand were served, and the plan a year earlier."""
    groups = roll_up(detail.grid.series, ("family", "region"), stock)
    if groups.labels.empty:
        return []
    # family and region take the place of item and location: the same rectangle, one level up
    grid = Grid(groups.labels.rename(columns=_AS_PAIR), detail.grid.periods)
    totals = {"demand": groups.total(detail.demand), **_totals(groups, detail.volume, detail.revenue, detail.cost)}
    value = np.full(grid.shape, np.nan)
    if len(stock):
        value[:, len(timeline.history) :] = 0.0
        held = stock.rename(columns=_AS_PAIR)
        given, stated = grid.matrix(held, held["value"]), grid.matrix(held, pd.Series(1.0, index=held.index))
        value = np.where(np.isnan(stated), value, given)
    versions = [grid.frame(**totals, inventory_value=value).assign(version=PLAN)]
    season, count, past = timeline.calendar.season, len(grid.periods), len(timeline.history)
    ahead = Grid(grid.series, grid.periods[past:])
    asked = detail.demand[:, past:]
    money = [times(asked, per_unit[:, past:]) for per_unit in (detail.price, detail.unit_cost)]
    versions.append(ahead.frame(**_totals(groups, asked, *money)).assign(version=UNCONSTRAINED))
    if count > season:
        later = Grid(grid.series, grid.periods[season:])
        versions.append(later.frame(**{name: matrix[:, :-season] for name, matrix in totals.items()}).assign(version=LAST_YEAR))
    names = {pair: label for label, pair in _AS_PAIR.items()}
    labelled = [version.rename(columns=names).assign(category="") for version in versions]
    return [version.assign(**{k: np.nan for k in ("demand", "inventory_value") if k not in version}) for version in labelled]


def _totals(groups: RollUp, volume: Matrix, revenue: Matrix, cost: Matrix) -> dict[str, Matrix]:
    """Sales volume, revenue, cost and gross margin by group; where revenue or cost of a series is not known, the rest has no margin."""
    total = {"sales_volume": groups.total(volume), "revenue": groups.total_known(revenue), "cost": groups.total_known(cost)}
    unknown = groups.any_in(np.isnan(revenue) | np.isnan(cost))
    return total | {"gross_margin": np.where(unknown, np.nan, total["revenue"] - total["cost"])}


def _budget(budget: pd.DataFrame, items: pd.DataFrame, timeline: Timeline, notes: list[Note]) -> pd.DataFrame:
    budget = budget.rename(columns={"demand": "sales_volume"})
    rows = budget[budget["period"].isin(timeline.periods)]
    if len(rows) < len(budget):
        figures = int(budget[list(FLOWS)].notna().to_numpy().sum())
        outside = figures - int(rows[list(FLOWS)].notna().to_numpy().sum())
        notes.append(
            Note(
                "budget",
                "",
                "budget-outside-timeline",
                f"{outside} of {figures} budget figures lie outside the periods of the workbook and are not used",
            )
        )
    if rows.empty:
        return rows
    family = budgeted_families(rows["family"], rows["item"].astype("category"), items)
    revenue, cost, margin = rows["revenue"], rows["cost"], rows["gross_margin"]
    rows = rows.assign(
        family=named(family, NOT_BY_FAMILY),
        region=named(rows["region"].astype("category"), NOT_BY_REGION),
        cost=cost.fillna(revenue - margin),
        gross_margin=margin.fillna(revenue - cost),
    )
    _note_levels(rows, notes)
    total = rows.groupby(["family", "region", "period"], as_index=False, observed=True)[list(FLOWS)].sum(min_count=1).astype({"family": object, "region": object})
    return total.assign(version=BUDGET, category="", demand=np.nan, inventory_value=np.nan)


def budgeted_families(family: pd.Series, item: pd.Series, items: pd.DataFrame) -> pd.Series:
    """Families of the rows of a BUDGET: that of the item where a row has one.

    Parameters
    ----------
    family, item
        Columns of BUDGET; `item` as categories, so that what is found of an item is found once.
    items
        ITEMS; raises `FrameError` where a budgeted item is not among them.
    """
    item = item.cat.remove_unused_categories()
    named_items = item.cat.categories[item.cat.categories != ""]
    place = positions(items["item"], named_items.to_series(), "item")
    families = pd.Series(items["family"].to_numpy(dtype=object)[place], index=named_items)
    of_item = item.map(families.reindex(item.cat.categories)).to_numpy(dtype=object)
    return pd.Series(np.where(item == "", family, of_item), index=family.index).astype("category")


def named(labels: pd.Series, unnamed: str) -> pd.Series:
    """Labels as categories, those that are `""` by the name `unnamed`."""
    categories = labels.cat.categories
    return labels.map(dict(zip(categories, categories.where(categories != "", unnamed), strict=True))).astype("category")


def _note_levels(rows: pd.DataFrame, notes: list[Note]) -> None:
    """Say when figures of several levels meet in one period: they are added, which is right only if they are parts."""
    level = pd.DataFrame(
        {
            "period": rows["period"],
            "family": rows["family"] == NOT_BY_FAMILY,
            "region": rows["region"] == NOT_BY_REGION,
        }
    )
    if (level.drop_duplicates().groupby("period").size() > 1).any():
        notes.append(
            Note(
                "budget",
                "",
                "budget-of-several-levels",
                "the budget has figures with and without family or region for the same period; they are added up",
            )
        )


def _previous(previous_plan: pd.DataFrame, timeline: Timeline) -> pd.DataFrame:
    of_plan = previous_plan["version"] == PLAN
    chosen = of_plan if of_plan.any() else previous_plan["version"] == PREVIOUS_PLAN
    rows = previous_plan[chosen & previous_plan["period"].isin(timeline.periods)]
    return rows[list(frames.FINANCIAL_PLAN.columns)].assign(version=PREVIOUS_PLAN, demand=np.nan)
