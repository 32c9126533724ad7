"""The coming weeks as matrices: what the plan sends out and takes in, what really did, and the stock that follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Grid, Mask, Matrix, describe, pair_positions
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.weeks import Weeks


@dataclass(frozen=True)
class WeeklyInputs:
    """What the weekly view is made of.

    Parameters
    ----------
    consensus, inventory_plan
        CONSENSUS_DEMAND and INVENTORY_PLAN of the plan that is executed.
    approved_orders, open_orders
        OPEN_ORDERS as that plan had them, and as they are now.
    actuals
        WEEKLY_ACTUALS.
    items, locations
        ITEMS, LOCATIONS.
    prices
        item, location, period, net_price (plan currency per unit).
    stock_known
        Whether anybody stated stock; where not, no balance is projected but from a count.
    lost_sales
        Whether what is not served goes elsewhere instead of waiting.
    """

    consensus: pd.DataFrame
    inventory_plan: pd.DataFrame
    approved_orders: pd.DataFrame
    open_orders: pd.DataFrame
    actuals: pd.DataFrame
    items: pd.DataFrame
    locations: pd.DataFrame
    prices: pd.DataFrame
    stock_known: bool = True
    lost_sales: bool = False


@dataclass(frozen=True)
class WeeklyFlows:
    """One row per item and stocking location, one column per week; units, NaN = not known.

    Parameters
    ----------
    series
        item, location, family, category, region.
    weeks, now
        The weeks, and the position of the one that is under way.
    elapsed
        (W,) share of each week's working days that are over.
    planned_demand, later_demand, dependent_demand
        Consensus by working days, the part of it in the period after the week's own, and what production takes.
    orders, shipments, receipts, on_hand
        As people stated them.
    planned_receipts
        Open orders in the week in which they are due and planned receipts by working days, without those that orders placed since took the place of.
    overdue
        (S,) units of open orders that were due before the day of the run.
    balance, safety_stock
        Projected stock less what is owed at the end of each week, and what the plan wants to hold.
    """

    series: pd.DataFrame
    weeks: Weeks
    now: int
    elapsed: Matrix
    planned_demand: Matrix
    later_demand: Matrix
    dependent_demand: Matrix
    orders: Matrix
    shipments: Matrix
    receipts: Matrix
    on_hand: Matrix
    planned_receipts: Matrix
    overdue: Matrix
    balance: Matrix
    safety_stock: Matrix

    @property
    def alive(self) -> Mask:
        """(S,) series of which there is anything to say."""
        flows = (self.planned_demand, self.dependent_demand, self.planned_receipts, self.orders, self.shipments, self.receipts, self.on_hand, self.balance)
        busy = np.any([(np.nan_to_num(flow) != 0).any(axis=1) for flow in flows], axis=0)
        return np.asarray(busy | (self.overdue > 0))


def at_stock(frame: pd.DataFrame, known: WeeklyInputs) -> pd.DataFrame:
    """Rows of listed items and locations with the location that stocks for theirs."""
    kept = frame[_listed(frame, known)].reset_index(drop=True)
    return kept.assign(location=stocking_location(kept["location"], known.locations))


def unlisted_demand(known: WeeklyInputs, weeks: Weeks) -> pd.Series:
    """Units of the plan in the periods of the weeks by item that Items, or Locations, lists no more: the weeks cannot show them. Largest first."""
    gone = known.consensus[~_listed(known.consensus, known) & known.consensus["period"].isin(weeks.periods)]
    units = gone.groupby("item", sort=True)["consensus"].sum()
    return units[units > 0].sort_values(ascending=False, kind="stable")


def _listed(frame: pd.DataFrame, known: WeeklyInputs) -> pd.Series:
    listed = frame["item"].isin(known.items["item"])
    return listed & frame["location"].isin(known.locations["location"]) if len(known.locations) else listed


def weekly_flows(known: WeeklyInputs, weeks: Weeks, day: pd.Timestamp) -> WeeklyFlows:
    """Demand, receipts and stock of the weeks, as of the start of a day.

    The balance starts from the opening balance of the plan; below zero it is what customers wait for. A week that is over takes what was ordered, shipped
    and received, where people said so, else the plan. The week under way and later ones take the plan's demand or the orders in hand, whichever is
    more, and what was ordered before and not shipped yet; receipts are open orders when due (late ones now) and planned receipts. A count of stock
    takes the place of the stock that was projected, and leaves what waits: at the end of a week that is over, now in the one under way.

    Parameters
    ----------
    day
        Of the run, one of the weeks; see `Weeks.counted_day`.
    """
    consensus, plan = at_stock(known.consensus, known), at_stock(known.inventory_plan, known)
    orders, approved = at_stock(known.open_orders, known), at_stock(known.approved_orders, known)
    actuals = at_stock(known.actuals, known)
    grid = Grid(_series(known, consensus, plan, orders, actuals), weeks.periods)
    now = int(weeks.place_of(pd.DatetimeIndex([day]))[0])

    def by_period(frame: pd.DataFrame, name: str) -> Matrix:
        added = frame.groupby(["item", "location", "period"], sort=True)[name].sum(min_count=1).reset_index()
        return np.nan_to_num(grid.matrix(added, added[name]))

    def stated(name: str) -> Matrix:
        added = actuals.groupby(["item", "location", "week"], sort=True)[name].sum(min_count=1).reset_index()
        return Grid(grid.series, weeks.mondays).matrix(added.rename(columns={"week": "period"}), added[name])

    demand = by_period(consensus, "consensus")
    known_orders = _orders_by_week(orders, approved, grid, weeks, day, now)
    receipts, planned = stated("receipts"), _not_ordered_yet(weeks.split(by_period(plan, "planned_receipts")), known_orders.placed, now)
    planned_demand, dependent = weeks.split(demand), weeks.split(by_period(plan, "dependent_demand") + by_period(plan, "expired"))
    opening = by_period(plan, "opening_balance")[:, 0] if known.stock_known else np.full(len(grid.series), np.nan)
    flows = WeeklyFlows(
        grid.series, weeks, now, weeks.elapsed(day), planned_demand, weeks.split_later(demand), dependent, stated("orders"), stated("shipments"), receipts,
        stated("on_hand"), planned + known_orders.due + known_orders.gone, known_orders.overdue, np.full(planned.shape, np.nan), weeks.held(by_period(plan, "safety_stock")),
    )  # fmt: skip
    _project(flows, opening, planned, known_orders, lost_sales=known.lost_sales)
    return flows


def _series(known: WeeklyInputs, *sources: pd.DataFrame) -> pd.DataFrame:
    pairs = pd.concat([frame[["item", "location"]] for frame in sources]).drop_duplicates().sort_values(["item", "location"], kind="stable")
    return describe(pairs.astype("object").reset_index(drop=True), known.items, known.locations)


@dataclass(frozen=True)
class _Orders:
    """Open orders beside those of the plan, (S, W) by the week in which they are due, and (S,) those overdue.

    Of the plan's orders what is open no more: `gone` was due in a week that is over, `closed` in the one under way. An order that the plan did not have is
    `placed`; one that is overdue counts as due in the week under way.
    """

    due: Matrix
    overdue: Matrix
    gone: Matrix
    closed: Matrix
    placed: Matrix


def _orders_by_week(orders: pd.DataFrame, approved: pd.DataFrame, grid: Grid, weeks: Weeks, day: pd.Timestamp, now: int) -> _Orders:
    shape = (len(grid.series), len(weeks.mondays))

    def by_week(frame: pd.DataFrame, earliest: int = 0) -> Matrix:
        result, rows = np.zeros(shape), pair_positions(grid.series, frame)
        place = weeks.place_of(pd.DatetimeIndex(frame["period"]))
        inside = (rows >= 0) & (place < shape[1])
        np.add.at(result, (rows[inside], np.maximum(place[inside], earliest)), frame["scheduled_receipts"].to_numpy(dtype=float)[inside])
        return result

    orders, approved = (frame[frame["scheduled_receipts"] > 0] for frame in (orders, approved))
    late = by_week(orders[(orders["period"] < day).to_numpy(dtype=bool)]).sum(axis=1)
    gone = by_week(approved[~approved["order"].isin(orders["order"])])
    closed = gone[:, now].copy()
    gone[:, now:] = 0.0  # closed before it was due: what came of it is among the receipts
    return _Orders(by_week(orders), late, gone, closed, by_week(orders[~orders["order"].isin(approved["order"])], earliest=now))


def _not_ordered_yet(planned: Matrix, placed: Matrix, now: int) -> Matrix:
    """Planned receipts less those that orders placed since the plan took the place of: of the weeks from now on the nearest to the order's own, the earlier of two.

    An order due after the last week takes the place of what is planned there.
    """
    left, rest = planned.copy(), placed.copy()
    count = planned.shape[1]
    for distance in range(count - now):
        for own, other in ((slice(now + distance, count), slice(now, count - distance)), (slice(now, count - distance), slice(now + distance, count))):
            taken = np.minimum(rest[:, own], left[:, other])
            rest[:, own] -= taken
            left[:, other] -= taken
    return left


def _project(flows: WeeklyFlows, opening: Matrix, planned: Matrix, orders: _Orders, *, lost_sales: bool) -> None:
    """Fill the balance week by week: what is there less what customers wait for; see `weekly_flows`.

    The two are kept apart in weeks that are over, as shipments and counts speak of what is there alone: an opening balance below zero is what waits.
    """
    waiting = np.zeros(len(opening)) if lost_sales else np.nan_to_num(np.maximum(-opening, 0.0))
    stock = opening + waiting
    for week in range(flows.now):
        stock, waiting = _after_week(flows, planned + orders.gone, stock, waiting, week, lost_sales=lost_sales)
        flows.balance[:, week] = stock - np.maximum(waiting, 0.0)
        if lost_sales:
            stock = np.maximum(stock, 0.0)
    owed = np.maximum(waiting, 0.0)
    for week in range(flows.now, len(flows.weeks.mondays)):
        known_out, known_in = np.nan_to_num(flows.shipments[:, week]), np.nan_to_num(flows.receipts[:, week])
        asked = np.maximum(flows.planned_demand[:, week], np.nan_to_num(flows.orders[:, week]))
        came, coming, share = known_in, orders.due[:, week], 1.0
        if week == flows.now:  # receipts are first those of the orders that they closed, unless these came in weeks before
            early = np.maximum(np.nan_to_num(flows.receipts[:, :week] - (planned + orders.gone)[:, :week]), 0.0).sum(axis=1)
            came = np.maximum(known_in - np.maximum(orders.closed - early, 0.0), 0.0)
            asked, coming = asked + owed, coming + orders.due[:, : flows.now].sum(axis=1)
            share = 1.0 - float(flows.elapsed[week])
        own, counted = flows.dependent_demand[:, week], flows.on_hand[:, week]
        begun = np.where(np.isfinite(counted), counted - own * share, stock + known_in - known_out - own)
        stock = begun + coming + np.maximum(planned[:, week] - came, 0.0) - np.maximum(asked - known_out, 0.0)
        flows.balance[:, week] = stock
        if lost_sales:
            stock = np.maximum(stock, 0.0)
    flows.balance[np.abs(flows.balance) < 1e-6] = 0.0


def _after_week(flows: WeeklyFlows, planned: Matrix, stock: Matrix, waiting: Matrix, week: int, *, lost_sales: bool) -> tuple[Matrix, Matrix]:
    """What is there and what waits once a week is over; below zero waits what was shipped ahead of its orders.

    Shipments that nobody stated are what was asked for, as far as there was stock. Orders that nobody stated are the plan's; shipments beyond them went to those who waited.
    """
    expected, shipped, orders, counted = flows.planned_demand[:, week], flows.shipments[:, week], flows.orders[:, week], flows.on_hand[:, week]
    asked = _known_or(orders, expected)
    there = stock + _known_or(flows.receipts[:, week], planned[:, week]) - flows.dependent_demand[:, week]
    if lost_sales:
        shipped = _known_or(shipped, asked)
    else:
        owed = np.maximum(waiting, 0.0)
        all_of_it = np.isfinite(counted) & (counted > 0)  # nobody waits beside a stock that was counted
        assumed = np.where(all_of_it, asked + owed, np.fmin(asked + owed, np.maximum(there, 0.0)))  # fmin: where no stock is known, all of it, too
        change = np.where(np.isfinite(orders), orders - shipped, -np.minimum(owed, np.maximum(shipped - expected, 0.0)))
        waiting = waiting + np.where(np.isfinite(shipped), change, asked - assumed)
        shipped = _known_or(shipped, assumed)
    return np.where(np.isfinite(counted), counted, there - shipped), waiting


def _known_or(stated: Matrix, otherwise: Matrix) -> Matrix:
    return np.where(np.isfinite(stated), stated, otherwise)
