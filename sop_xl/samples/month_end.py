"""The end of a month of the bicycle maker: what was sold, what is left in stock, and what is on its way.

The sample has every month's sales, but one count of stock and no dated orders. So the stock of a later month is what the plan's receipts and the
real sales leave: opening balance + scheduled and planned receipts - what went into other items as planned - real sales, not below zero. Orders on
their way are those that were open and are not due yet, and what the plan released and has not received.
"""

from __future__ import annotations

import pandas as pd

STOCK_NOTE = "What the plan's receipts and the real sales leave"
BOUGHT = "buy from "
"""How the name of a source that is bought from begins; see `plan.supply.network.source_name`."""
ORDER_NOTE = "Released by the plan of {cycle}"


def sales_of(sales: pd.DataFrame, period: pd.Timestamp, label: str) -> pd.DataFrame:
    """Real sales of one month as rows for Demand History: Item, Location, Period, Demand, Revenue.

    The sample's months are whole: what sold in one of the three months before and not in this one has a 0.

    Parameters
    ----------
    sales
        See `bicycles.monthly_sales`.
    """
    keys = ["item", "territory"]
    month = sales[sales["period"] == period]
    before = sales.loc[(sales["period"] < period) & (sales["period"] >= period - pd.DateOffset(months=3)), keys].drop_duplicates()
    silent = before[~pd.MultiIndex.from_frame(before).isin(pd.MultiIndex.from_frame(month[keys]))]
    month = pd.concat([month, silent.assign(units=0.0, revenue=0.0)]).sort_values(keys, kind="stable")
    return pd.DataFrame({
        "Item": month["item"], "Location": month["territory"], "Customer group": "Resellers", "Period": label, "Demand": month["units"], "Revenue": month["revenue"],
    })  # fmt: skip


def stock_left(inventory_plan: pd.DataFrame, sales: pd.DataFrame, period: pd.Timestamp) -> pd.DataFrame:
    """Stock at the end of a month as rows for Inventory: Item, Location, On hand, Note.

    Parameters
    ----------
    inventory_plan
        INVENTORY_PLAN, as it was planned before the month.
    sales
        See `bicycles.monthly_sales`; all of it leaves the one place of stock.
    """
    plan = inventory_plan[inventory_plan["period"] == period].fillna(0.0)
    sold = plan["item"].map(sales[sales["period"] == period].groupby("item")["units"].sum()).fillna(0.0)
    came = plan["opening_balance"] + plan["scheduled_receipts"] + plan["planned_receipts"]
    left = (came - plan["dependent_demand"] - sold).clip(lower=0.0).round(2)
    return pd.DataFrame({"Item": plan["item"], "Location": plan["location"], "On hand": left, "Note": STOCK_NOTE})


def orders_under_way(supply_plan: pd.DataFrame, open_orders: pd.DataFrame, period: pd.Timestamp, after: pd.Timestamp, cycle: str) -> pd.DataFrame:
    """Orders that have not come in by the end of a month, as rows for Open Orders: Order, Item, Location, Supplier, Due, Open quantity, Note.

    What was released by then and not received comes in the periods in which the plan receives it, the earliest first.

    Parameters
    ----------
    supply_plan
        SUPPLY_PLAN, as it was planned before the month.
    open_orders
        OPEN_ORDERS, as they were before the month.
    period, after
        The month, and the one that follows.
    cycle
        Name of the month, which numbers the new orders.
    """
    still = open_orders[open_orders["period"] >= after]
    old = pd.DataFrame({
        "Order": still["order"], "Item": still["item"], "Location": still["location"], "Supplier": still["supplier"], "Due": still["period"],
        "Open quantity": still["scheduled_receipts"], "Note": "As before",
    })  # fmt: skip
    keys = ["item", "location", "source"]
    plan = supply_plan.sort_values([*keys, "period"], kind="stable").fillna({"planned_receipts": 0.0, "planned_releases": 0.0})
    until = plan[plan["period"] <= period].groupby(keys)
    owed = (until["planned_releases"].sum() - until["planned_receipts"].sum()).clip(lower=0.0).rename("owed")
    later = plan[plan["period"] > period].join(owed, on=keys)
    received_before = later.groupby(keys)["planned_receipts"].cumsum() - later["planned_receipts"]
    quantity = (later["owed"] - received_before).clip(lower=0.0).clip(upper=later["planned_receipts"]).round(2)
    new = later[quantity > 0]
    numbers = [f"{cycle}-{k + 1:04d}" for k in range(len(new))]
    released = pd.DataFrame({
        "Order": numbers, "Item": new["item"], "Location": new["location"], "Supplier": new["source"].where(new["source"].str.startswith(BOUGHT), "").str.removeprefix(BOUGHT), "Due": new["period"],
        "Open quantity": quantity[quantity > 0], "Note": ORDER_NOTE.format(cycle=cycle),
    })  # fmt: skip
    return pd.concat([old, released], ignore_index=True)
