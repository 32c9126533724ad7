"""What a bridge starts from: both sides of it as rows of equal level, from the valued detail and from what other versions state."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_xl.plan.bridge_steps import GROSS_MARGIN, KEYS
from sop_xl.plan.finance import NOT_BY_FAMILY, NOT_BY_REGION, budgeted_families, named
from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.roll_up import RollUp, roll_up
from sop_xl.plan.valuation import FinancialDetail

ALL = "All"
_SUMS = ["sales_volume", "revenue", "cost"]
_LABELS = ["family", "item", "region"]
_STATED = ["family", "item", "region", "period", "sales_volume", "revenue", "gross_margin"]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Both sides of one bridge.

    Parameters
    ----------
    rows
        item, location, family, and sales_volume, revenue, cost, fx_rate each with `_from` and `_to`, as `bridge_of_pairs` takes them. Where the
        family takes the item's place, its name stands there; `All` where the other version does not know the region or the family.
    levels
        By family: `by_item`, `by_region` (what the other version knows), `with_units` (whether its price is known).
    unknown
        Names of what is left out because a cost or price of it is not known.
    """

    rows: pd.DataFrame
    levels: pd.DataFrame
    unknown: list[str]


@dataclass(frozen=True, slots=True)
class Window:
    """The detail of the periods that a bridge ends in, also by family and region: what every other version is compared with.

    Parameters
    ----------
    detail, periods
        The valued detail and those of its periods.
    groups
        Its series by family and region.
    totals
        Groups x periods of sales_volume, revenue and cost, what is not known as 0; and `unknown`, the number of series of which revenue
        or cost is not known.
    """

    detail: FinancialDetail
    periods: pd.DatetimeIndex
    groups: RollUp
    totals: dict[str, Matrix]

    @property
    def columns(self) -> NDArray[np.intp]:
        """Columns of the detail."""
        found: NDArray[np.intp] = self.detail.grid.periods.get_indexer(self.periods)
        return found

    def cells_among(self, rows: pd.DataFrame) -> Mask:
        """Groups x periods: whether the family, region and period are among `rows`."""
        inside = np.zeros((len(self.groups.labels), len(self.periods)), dtype=bool)
        groups = pd.MultiIndex.from_frame(self.groups.labels)
        row = groups.get_indexer(pd.MultiIndex.from_frame(rows[["family", "region"]]))
        column = self.periods.get_indexer(pd.DatetimeIndex(rows["period"]))
        found = (row >= 0) & (column >= 0)
        inside[row[found], column[found]] = True
        return inside


def window_of(detail: FinancialDetail, periods: pd.DatetimeIndex) -> Window:
    """The window of these periods of the detail."""
    groups = roll_up(detail.grid.series, ("family", "region"))
    columns = detail.grid.periods.get_indexer(periods)
    volume, revenue, cost = (matrix[:, columns] for matrix in (detail.volume, detail.revenue, detail.cost))
    unknown = (np.isnan(revenue) | np.isnan(cost)).astype(float)
    added = {"sales_volume": volume, "revenue": revenue, "cost": cost, "unknown": unknown}
    return Window(detail, periods, groups, {name: groups.total(np.nan_to_num(values)) for name, values in added.items()})


def detail_figures(
    detail: FinancialDetail, columns: NDArray[np.intp], rows: NDArray[np.intp] | None = None, inside: Mask | None = None
) -> pd.DataFrame:
    """Each series summed over some columns of the detail.

    Parameters
    ----------
    columns, rows
        Columns and series of the detail; every series where absent.
    inside
        `rows` x `columns`: the cells that count; all of them where absent.

    Returns
    -------
    sales_volume, revenue, cost, fx_rate (weighing as its revenue does) and `known`: whether revenue and cost of every cell are; one row
    per series. What is not known counts as 0.
    """
    at = np.ix_(np.arange(len(detail.grid.series)) if rows is None else rows, columns)
    volume, revenue, cost, rate = (
        matrix[at] if inside is None else np.where(inside, matrix[at], 0.0)
        for matrix in (detail.volume, detail.revenue, detail.cost, detail.fx_rate)
    )
    known = np.asarray(~(np.isnan(revenue) | np.isnan(cost)).any(axis=1))
    revenue, cost = np.nan_to_num(revenue), np.nan_to_num(cost)
    total = revenue.sum(axis=1)
    local = np.where(revenue == 0, 0.0, revenue * rate).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where(total > 0, local / total, np.nan)
    return pd.DataFrame(
        {"sales_volume": volume.sum(axis=1), "revenue": total, "cost": cost.sum(axis=1), "fx_rate": effective, "known": known}
    )


def cells_of_both(detail: FinancialDetail, before: NDArray[np.intp], after: NDArray[np.intp]) -> pd.DataFrame:
    """Item by item, the detail's own columns `before` beside those `after`: rows as those of `Pairs`, and `known`, whether both sides are."""
    earlier, later = (detail_figures(detail, columns) for columns in (before, after))
    names = [*_SUMS, "fx_rate"]
    sides = pd.concat([earlier[names].add_suffix("_from"), later[names].add_suffix("_to")], axis=1)
    keys = detail.grid.series[KEYS].astype("category")
    return pd.concat([keys, sides], axis=1).assign(known=earlier["known"] & later["known"])


def pairs_of_both(rows: pd.DataFrame, measure: str) -> Pairs:
    """Those of the rows of `cells_of_both` of which the measure is known, item by item."""
    known = rows["known"].to_numpy(dtype=bool) | (measure != GROSS_MARGIN)
    families = pd.Index(rows["family"].cat.categories, name="family")
    levels = pd.DataFrame({"by_item": True, "by_region": True, "with_units": True}, index=families)
    return Pairs(rows[known].reset_index(drop=True), levels, rows.loc[~known, "item"].unique().tolist())


def stated_by_version(financial_plan: pd.DataFrame, version: str, window: pd.DatetimeIndex) -> pd.DataFrame:
    """What a version of FINANCIAL_PLAN states in the window: family, item (`""`), region, period, sales_volume, revenue, gross_margin.

    Labels are categories: a budget by item, region and month has a row for each, and text is compared and grouped far more slowly.
    """
    rows = financial_plan[(financial_plan["version"] == version) & financial_plan["period"].isin(window)]
    return rows.assign(item="")[_STATED].astype(dict.fromkeys(_LABELS, "category")).reset_index(drop=True)


def stated_by_budget(budget: pd.DataFrame, items: pd.DataFrame, window: pd.DatetimeIndex) -> pd.DataFrame:
    """The same of a BUDGET, with its items; what it does not say of family and region reads as in FINANCIAL_PLAN."""
    rows = budget[budget["period"].isin(window)]
    item, region = rows["item"].astype("category"), rows["region"].astype("category")
    family = budgeted_families(rows["family"], item, items)
    return rows.assign(
        item=item,
        family=named(family, NOT_BY_FAMILY),
        region=named(region, NOT_BY_REGION),
        sales_volume=rows["demand"],
        gross_margin=rows["gross_margin"].fillna(rows["revenue"] - rows["cost"]),
    )[_STATED].reset_index(drop=True)


def pairs_with_stated(stated: pd.DataFrame, window: Window, inside: Mask, measure: str) -> Pairs:
    """What another version states against the detail, family by family at the finest level that the other version knows.

    Parameters
    ----------
    stated
        As `stated_by_version` makes it; every row has the measure.
    inside
        Groups x periods of the window: the cells of the detail that are compared.
    """
    stated = stated.assign(cost=stated["revenue"] - stated["gross_margin"], value=stated[measure], known=True)
    whole = (stated["family"] == NOT_BY_FAMILY).any()
    if whole:
        stated = stated.assign(family=ALL, item="")
    levels = _levels(stated)
    planned = _planned(window, inside, levels.index[levels["by_item"]])
    planned = planned.assign(value=planned["revenue"] - (planned["cost"] if measure == GROSS_MARGIN else 0.0))
    if whole:
        planned = planned.assign(family=ALL)
    more = pd.Index(planned["family"].unique()).difference(levels.index)
    fresh = pd.DataFrame({"by_item": False, "by_region": levels["by_region"].all(), "with_units": True}, index=more)
    levels = pd.concat([levels, fresh]).astype(bool).rename_axis("family").sort_index()
    before, after = (_at_level(rows, levels) for rows in (stated, planned))
    rows = before.merge(after, on=KEYS, how="outer", suffixes=("_from", "_to"), sort=True).astype(dict.fromkeys(KEYS, "category"))
    rows = rows.assign(value_from=rows["value_from"].fillna(0.0), value_to=rows["value_to"].fillna(0.0))
    known = (rows["known_to"].ne(False) | (measure != GROSS_MARGIN)).to_numpy(dtype=bool)
    return Pairs(rows[known].reset_index(drop=True), levels, rows.loc[~known, "item"].unique().tolist())


def _levels(stated: pd.DataFrame) -> pd.DataFrame:
    """By family, whether every row that the other version states of it has an item, a region, and units with a price; see `Pairs`."""
    priced = stated["sales_volume"].notna() & stated["revenue"].notna()
    flags = {
        "by_item": stated["item"] != "",
        "by_region": stated["region"] != NOT_BY_REGION,
        "with_units": priced | (stated["value"] == 0),
    }
    levels = pd.DataFrame(flags).groupby(stated["family"].astype("category"), observed=True).all()
    return levels.set_axis(levels.index.astype(object))


def _planned(window: Window, inside: Mask, by_item: pd.Index) -> pd.DataFrame:
    """The detail's side: series of families that are known by item, groups of all others; family, item (`""`), region and figures."""
    of_items = window.groups.labels["family"].isin(by_item).to_numpy(dtype=bool)
    some = inside.any(axis=1)
    added = {name: np.where(inside, values, 0.0).sum(axis=1) for name, values in window.totals.items()}
    figures = {name: added[name] for name in _SUMS} | {"known": added["unknown"] == 0}
    groups = window.groups.labels.assign(item="", **figures)[some & ~of_items]
    rows = np.nonzero((some & of_items)[window.groups.code])[0]
    if not len(rows):
        return groups
    figures_of_items = detail_figures(window.detail, window.columns, rows, inside[window.groups.code[rows]])
    series = window.detail.grid.series[["family", "item", "region"]].iloc[rows].reset_index(drop=True)
    series = pd.concat([series, figures_of_items], axis=1)
    return pd.concat([groups, series], ignore_index=True)[groups.columns] if len(groups) else series[groups.columns]


def _at_level(rows: pd.DataFrame, levels: pd.DataFrame) -> pd.DataFrame:
    """Rows added up at the level of their family: the family takes the item's place where items are not known, `All` that of regions."""
    by_item, by_region = (rows["family"].map(levels[name]).to_numpy(dtype=bool) for name in ("by_item", "by_region"))
    item, location = _either(by_item, rows["item"], rows["family"]), _either(by_region, rows["region"], pd.Series(ALL, index=rows.index))
    by = [labels.astype("category").rename(key) for key, labels in zip(KEYS, (item, location, rows["family"]), strict=True)]
    figures = rows[[*_SUMS, "value"]].assign(unknown=(~rows["known"].to_numpy(dtype=bool)).astype(float))
    added = figures.groupby(by, observed=True).sum().reset_index().astype(dict.fromkeys(KEYS, object))
    return added.assign(known=added.pop("unknown") == 0, fx_rate=np.nan)


def _either(flag: Mask, first: pd.Series, other: pd.Series) -> pd.Series:
    """`first` where the flag is set, else `other`; as they are where one of them is all of it."""
    if flag.all():
        return first
    return other if not flag.any() else first.astype(object).where(flag, other.astype(object))
