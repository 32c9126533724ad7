"""The AdventureWorks bicycle maker as input tables of an S&OP workbook.

The data are Microsoft's public sample (see `adventureworks/LICENSE.txt`). What is not in them is said here and in the
rows themselves: the few lines of planners' knowledge (one coming event, one sales input, one override, one phase-out) are
examples and are marked "Example" in the workbook. Past events are the sample's own special offers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from sop_xl.blocks import CellValue
from sop_xl.periods import Timeline
from sop_xl.plan.grid import records
from sop_xl.samples.bicycle_cycle import cycle_tables
from sop_xl.samples.bicycle_finance import CUSTOMERS_PAY_AFTER, SUPPLIERS_ARE_PAID_AFTER, finance_tables
from sop_xl.samples.bicycle_supply import supply_tables, with_parts
from sop_xl.samples.tables import Table, cells, read_table, record_table, sample_bytes
from sop_xl.sheets import sheet
from sop_xl.sheets.settings import Settings

WAREHOUSE = "Warehouse"
"""Where all stock lies: the sample counts stock by item only, not by territory."""

REVIEWED_ITEM = "CA-1098"
"""The cap, sold all three years: chosen on the Demand Review, so that its block of one item shows something."""

BUDGET_FILE = "sales_targets_as_received.csv"

SETTINGS = Settings(
    company="AdventureWorks Cycles (sample)",
    plan_currency="USD",
    horizon=18,
    budget_scale=1000.0,  # the targets are in thousands
    budget_period_shift=59,  # their 2017-07 is 2022-06 of the sales file
    customer_payment_days=CUSTOMERS_PAY_AFTER,
    supplier_payment_days=SUPPLIERS_ARE_PAID_AFTER,
)
"""The settings as a planner would type them; the rest are defaults."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Input tables by sheet name, and the timeline that fits their history."""

    tables: dict[str, Table]
    timeline: Timeline
    budget: bytes
    """The sales targets exactly as a finance team sent them."""


def load(months_short: int = 0) -> Sample:
    """Read the sample's files and lay them out as input tables.

    Parameters
    ----------
    months_short
        Months at the end that are not known yet: sales, exchange rates and receipts of purchases end so much earlier. The one count of stock
        is taken as that of the last month that is known.
    """
    calendar = SETTINGS.make_calendar()
    sales = monthly_sales()
    first, last = sales["period"].min(), sales["period"].max()
    timeline = Timeline(calendar, first, calendar.shift(last, 1 - months_short), SETTINGS.horizon)
    sales = sales[sales["period"] < timeline.current]
    items = with_parts(read_table("items.csv").fillna({"category": "", "family": ""}))
    return Sample(
        tables={
            "Items": _items(items),
            "Locations": _locations(),
            "Demand History": _demand_history(sales, items, timeline),
            "Sales Input": _sales_input(timeline),
            "Events": _events(sales, timeline),
            "Lifecycle": _lifecycle(timeline),
            "Overrides": _overrides(timeline),
            "Inventory": _inventory(items),
            "FX Rates": _fx_rates(timeline),
            **supply_tables(items, timeline),
            **finance_tables(timeline),
            **cycle_tables(sales, WAREHOUSE, timeline),
        },
        timeline=timeline,
        budget=sample_bytes(BUDGET_FILE),
    )


def monthly_sales() -> pd.DataFrame:
    """All sales of the sample: item, territory, period, units, revenue in USD."""
    sales = read_table("sales_monthly.csv.gz")
    sales["period"] = pd.to_datetime(sales["month"])
    return sales


def _lead_times() -> pd.DataFrame:
    """Mean and spread of real lead times in days by item, from the purchase orders; with fewer than five, the vendor's word."""
    orders = read_table("purchase_orders.csv.gz")
    days = (pd.to_datetime(orders["ship_date"]) - pd.to_datetime(orders["order_date"])).dt.days
    measured = days.groupby(orders["item"]).agg(["mean", "std", "size"])
    measured = measured[measured["size"] >= 5]
    stated = read_table("vendors.csv").groupby("item")["lead_time_days"].max()
    return pd.DataFrame({"mean": measured["mean"].reindex(stated.index).fillna(stated), "std": measured["std"]})


def _items(items: pd.DataFrame) -> Table:
    """What is sold, and the parts that it is made of; the sample states no cost of parts."""
    listed = items.merge(_lead_times(), left_on="item", right_index=True, how="left")
    made, sold = listed["made_in_house"] == 1, listed["kind"] == "finished"
    table = pd.DataFrame(
        {
            "Item": listed["item"],
            "Name": listed["name"],
            "Category": listed["category"],
            "Family": listed["family"],
            "Unit": "pcs",
            "Unit cost": listed["standard_cost"].where(sold | (listed["standard_cost"] > 0)),
            "Unit price": listed["list_price"].where(sold | (listed["list_price"] > 0)),
            "Lead time": listed["mean"].where(~made, listed["days_to_manufacture"].astype(float)).round(1),
            "Lead-time deviation": listed["std"].where(~made).round(1),
            "Minimum order": None,
            "Order multiple": None,
            "Service level": None,
            "Sold from": pd.to_datetime(listed["sell_start"]),
            "Sold until": pd.to_datetime(listed["sell_end"]),
        }
    )
    return list(table.columns), cells(table)


def _locations() -> Table:
    territories = read_table("territories.csv")
    table = pd.DataFrame(
        {
            "Location": territories["territory"],
            "Name": territories["territory"],
            "Region": territories["region"],
            "Country": territories["country"],
            "Currency": territories["currency"],
            "Supplied from": WAREHOUSE,
        }
    )
    stock: list[CellValue] = [WAREHOUSE, "Central warehouse", "Group", "US", "USD", None]
    return list(table.columns), [*cells(table), stock]


def _demand_history(sales: pd.DataFrame, items: pd.DataFrame, timeline: Timeline) -> Table:
    label = {p: timeline.calendar.label(p) for p in timeline.periods}
    wide = []
    for column, measure, unit in (("units", "Demand", "pcs"), ("revenue", "Revenue", "USD")):
        grid = sales.pivot_table(index=["item", "territory"], columns="period", values=column, aggfunc="sum")
        grid = grid.reindex(columns=timeline.periods).rename(columns=label)
        grid.insert(0, "Measure", measure)
        grid.insert(1, "Unit", unit)
        wide.append(grid.reset_index())
    table = pd.concat(wide, ignore_index=True)
    table["order"] = table["Measure"].map({"Demand": 0, "Revenue": 1})
    table = table.sort_values(["item", "territory", "order"], kind="stable").drop(columns="order")
    table.insert(1, "Name", table["item"].map(items.set_index("item")["name"]))
    table.insert(3, "Customer group", "Resellers")
    table.insert(6, "Note", None)
    table = table.rename(columns={"item": "Item", "territory": "Location"})
    return [str(c) for c in table.columns], cells(table)


def _grid(timeline: Timeline, labels: Sequence[str], rows: Sequence[tuple[list[CellValue], dict[int, float]]]) -> Table:
    """A small input grid: labels, and values by number of the planned period (0 = the current one)."""
    past = len(timeline.history)
    body: list[list[CellValue]] = []
    for texts, values in rows:
        periods: list[CellValue] = [None] * len(timeline.periods)
        for k, value in values.items():
            periods[past + k] = value
        body.append([*texts, *periods])
    return [*labels, *timeline.labels], body


def _sales_input(timeline: Timeline) -> Table:
    labels = [c.label for c in sheet("Sales Input").columns]
    line: list[CellValue] = [None, "Touring Bikes", "Germany", "Sales Germany", "Example: new dealer chain", "Demand", "pcs"]
    return _grid(timeline, labels, [(line, {1: 160.0, 2: 260.0, 3: 180.0})])


def _events(sales: pd.DataFrame, timeline: Timeline) -> Table:
    """One event that is still to come, and every past offer of an item."""
    label, plan = timeline.calendar.label, timeline.plan
    coming: dict[str, CellValue] = {
        "Event": "Helmet season start", "Type": "promotion", "Family": "Helmets", "Region": "North America", "From": label(plan[1]), "To": label(plan[2]),
        "Effect kind": "percent", "Effect": 0.2, "Probability": 0.8, "Owner": "Marketing", "Note": "Example: the sample knows past offers only",
    }  # fmt: skip
    return record_table("Events", coming, *_past_offers(sales, timeline))


def _past_offers(sales: pd.DataFrame, timeline: Timeline) -> list[dict[str, CellValue]]:
    """The special offers that reached the sales of the sample, one row per offer and item.

    The sales are by month, so that an offer counts in the months that it covers for three days in four. Some offers left no mark: they were
    made to end customers, whose orders are not in the sample, or no order was ever priced by them. Only items that sold for at
    least 5 % less in those months than in their others are told.
    """
    monthly = sales.groupby(["item", "period"])[["units", "revenue"]].sum()
    price = monthly["revenue"] / monthly["units"]
    rows: list[dict[str, CellValue]] = []
    for offer in records(read_table("special_offers.csv")):
        months = [p for p in timeline.periods if _is_covered(p, timeline.calendar.shift(p, 1), offer.start, offer.end)]
        own = price[offer.item] if offer.item in price else pd.Series(dtype=float)
        during = own.index.isin(months)
        if not during.any() or own[during].mean() > (1 - _LEAST_DISCOUNT) * own[~during].median():
            continue
        rows.append({
            "Event": f"{offer.offer} {offer.item}", "Type": "promotion", "Item": offer.item, "From": timeline.calendar.label(months[0]),
            "To": timeline.calendar.label(months[-1]), "Effect kind": "percent", "Price change": -offer.discount, "Owner": "Marketing",
            "Note": f"From the sample's offers: {offer.type}",
        })  # fmt: skip
    return rows


_LEAST_DISCOUNT = 0.05
_COVERED = 0.75


def _is_covered(first: pd.Timestamp, after: pd.Timestamp, start: str, end: str) -> bool:
    """Whether an offer from `start` to `end`, both included, covers three days in four of the month."""
    days = min(after, pd.Timestamp(end) + pd.Timedelta(days=1)) - max(first, pd.Timestamp(start))
    return bool(days >= _COVERED * (after - first))


def _lifecycle(timeline: Timeline) -> Table:
    return record_table("Lifecycle", {
        "Item": "BK-M18S-40", "Stage": "phase_out", "Period": timeline.calendar.label(timeline.plan[2]), "Successor": "BK-M18B-40", "Scale": 0.6, "Ramp": 2,
        "Owner": "Product management", "Note": "Example: the silver model is on clearance in the sample",
    })  # fmt: skip


def _overrides(timeline: Timeline) -> Table:
    label, plan = timeline.calendar.label, timeline.plan
    return record_table("Overrides", {
        "Override": "O-1", "Family": "Road Bikes", "Location": "France", "From": label(plan[0]), "To": label(plan[2]), "Action": "percent", "Value": 0.1,
        "Reason code": "market", "Reason": "Example: dealer fair moved forward", "Owner": "Demand planner", "Entered": plan[0].to_pydatetime(),
        "Expires": plan[3].to_pydatetime(),
    })  # fmt: skip


def _inventory(items: pd.DataFrame) -> Table:
    stock = read_table("inventory.csv")
    stock = stock[stock["item"].isin(items["item"])]
    table = pd.DataFrame({"Item": stock["item"], "Location": WAREHOUSE, "On hand": stock["on_hand"].astype(float)})
    table["Safety stock"] = None
    table["Note"] = None
    return list(table.columns), cells(table)


def _fx_rates(timeline: Timeline) -> Table:
    """Actual rates by month; the plan rate is the last actual one, held over the horizon."""
    rates = read_table("fx_monthly.csv")
    rates["period"] = pd.to_datetime(rates["month"])
    actual = rates.pivot_table(index="currency", columns="period", values="per_usd").reindex(columns=timeline.history)
    plan = pd.DataFrame(dict.fromkeys(timeline.plan, actual.iloc[:, -1]))
    body: list[list[CellValue]] = []
    for currency in actual.index:
        for kind, grid, source in (("actual", actual, "AdventureWorks"), ("plan", plan, "last actual rate")):
            values = grid.loc[currency].reindex(timeline.periods)
            periods: list[CellValue] = [None if pd.isna(v) else float(v) for v in values]
            body.append([currency, None, source, kind, "FX rate", f"{currency} per USD", None, *periods])
    return ["Currency", "Name", "Source", "Rate type", "Measure", "Unit", "Note", *timeline.labels], body
