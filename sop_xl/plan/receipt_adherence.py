"""How far what came in kept to the plan that was published before: production and purchase of one period."""

from __future__ import annotations

import pandas as pd

from sop_xl.plan.execution_figures import adherence
from sop_xl.plan.kpi_figures import family_of
from sop_xl.plan.supply.network import BOUGHT, MADE, made_or_bought

_STOCK = ["item", "location"]


def approved_receipts(supply_plan: pd.DataFrame, open_orders: pd.DataFrame, first: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """What a published plan wanted to come in within a period: item, location, kind, units; 0 of a stock that it supplies in other periods only.

    Parameters
    ----------
    supply_plan
        SUPPLY_PLAN of the published plan; transfers are neither made nor bought and are left out.
    open_orders
        OPEN_ORDERS as they stood then: those due in the period belong to its receipts. An order of a supplier is bought, one without is of the kind of
        which the plan wants most there, else left out.
    first, end
        First day of the period and of the one after it.
    """
    planned = supply_plan[supply_plan["period"] == first]
    kinds = planned["source"].map(made_or_bought)
    new = planned.assign(kind=kinds, units=planned["planned_receipts"])[kinds != ""]
    usual = supply_plan.assign(kind=supply_plan["source"].map(made_or_bought)).query("kind != ''").groupby([*_STOCK, "kind"])["planned_receipts"].sum().reset_index()
    usual = usual.sort_values("planned_receipts", ascending=False, kind="stable").drop_duplicates(_STOCK)
    due = open_orders[(open_orders["period"] >= first) & (open_orders["period"] < end)].merge(usual[[*_STOCK, "kind"]], on=_STOCK, how="left")
    due = due.assign(kind=due["kind"].where(due["supplier"] == "", BOUGHT).fillna(""), units=due["scheduled_receipts"])
    columns = [*_STOCK, "kind", "units"]
    wanted = pd.concat([new[columns], due.loc[due["kind"] != "", columns]], ignore_index=True)
    none = usual[~pd.MultiIndex.from_frame(usual[_STOCK]).isin(pd.MultiIndex.from_frame(wanted[_STOCK]))].assign(units=0.0)
    together = pd.concat([wanted, none[columns]], ignore_index=True)
    return together.groupby([*_STOCK, "kind"])["units"].sum().reset_index()


def receipts_of_weeks(weekly: pd.DataFrame, first: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Units that came in within a period by WEEKLY_ACTUALS: item, location, units. A week that straddles its ends counts by its days."""
    known = weekly[weekly["receipts"].notna()]
    days_before = (first - known["week"]).dt.days.clip(0, 7)
    days_after = (known["week"] + pd.Timedelta(days=7) - end).dt.days.clip(0, 7)
    share = (7 - days_before - days_after).clip(lower=0) / 7
    inside: pd.DataFrame = known.assign(units=known["receipts"] * share)[share > 0]
    return inside.groupby(_STOCK)["units"].sum().reset_index()


def receipt_adherence(
    approved: pd.DataFrame, weekly: pd.DataFrame, purchases: pd.DataFrame, items: pd.DataFrame, first: pd.Timestamp, end: pd.Timestamp
) -> dict[str, dict[str, float]]:
    """Adherence by kind, `MADE` and `BOUGHT`, and by scope; a kind of which no receipts are known is absent.

    Parameters
    ----------
    approved
        See `approved_receipts`.
    weekly
        WEEKLY_ACTUALS. Only stocks with receipts stated in the period are compared: silence is not known, not nothing. Receipts that nobody planned for the
        period count as missed, but not of a stock that the plan never supplies, which is neither made nor bought. What comes into a stock that is
        both made and bought is shared out as the plan is.
    purchases
        PURCHASE_HISTORY: what was bought where no week states receipts of a bought item. It is a list of all orders: an item without one in it had none,
        provided that anything was received since the period began.
    first, end
        First day of the period and of the one after it.
    """
    found: dict[str, dict[str, float]] = {}
    stated = receipts_of_weeks(weekly, first, end)
    by_stock = approved.merge(stated, on=_STOCK, suffixes=("", "_actual"))
    whole = by_stock.groupby(_STOCK)["units"].transform("sum")
    share = (by_stock["units"] / whole.where(whole > 0)).fillna(1.0)
    by_stock = by_stock.assign(actual=by_stock["units_actual"] * share)
    for kind in (MADE, BOUGHT):
        rows = by_stock[by_stock["kind"] == kind]
        if len(rows):
            found[kind] = adherence(rows["units"], rows["actual"], family_of(rows["item"], items))
    if BOUGHT not in found and (purchases["received"] >= first).any():
        inside = purchases[(purchases["received"] >= first) & (purchases["received"] < end)]
        planned = approved[approved["kind"] == BOUGHT].groupby("item")["units"].sum()
        came = inside.groupby("item")["received_quantity"].sum()
        names = planned.index.union(came.index)
        family = family_of(names.to_series(), items)
        found[BOUGHT] = adherence(planned.reindex(names, fill_value=0.0), came.reindex(names, fill_value=0.0), family)
    return {kind: values for kind, values in found.items() if values}
