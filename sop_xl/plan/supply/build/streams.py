"""Demand on every stock by class of customers, with what it brings and what it costs to let it wait."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.grid import Grid, Matrix, Positions, pair_positions
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.supply.build.points import where_stocked
from sop_xl.plan.supply.inputs import SupplyInputs

STREAM_COLUMNS = ("point", "customer", "priority", "backorder_cost", "lost_sale_cost", "contract_share")


@dataclass(frozen=True, slots=True)
class Streams:
    """`SupplyNetwork.streams`, `demand` and `price`, and the mean price of each stock point (NaN = not known)."""

    rows: pd.DataFrame
    demand: Matrix
    price: Matrix
    point_price: Matrix


def resolve_streams(inputs: SupplyInputs, points: pd.DataFrame, policy: pd.DataFrame, backlog: Matrix, timeline: Timeline) -> Streams:
    """Who asks each stock for what.

    Parameters
    ----------
    inputs
        Demand to serve and prices where they arise; customer classes and the mix that says whose demand is whose; settings.
    points
        item, location, unit_cost (NaN = not known), list_price (NaN = not known).
    policy
        See `policies.policy_of_points`.
    backlog
        (N,) units that should have been served before now: demand of the first period, by the shares of the point's streams.
    timeline
        Demand of other periods is left out.

    Returns
    -------
    One stream per stock point with demand; where Customer Classes has rows, one per class that the mix knows at the locations served, and one
    (`""`) for all other customers. Sorted by point and customer. The price of a stream is the mean net price of the locations served,
    weighted by their demand in the period (over the horizon where there is none in it), times the class's price factor; 0 = not known.
    Priority is the policy's, else the class's, else 1. Waiting costs what the class says, else the policy, else the setting's part of the
    mean price; without a price of the unit cost; without either 1 per unit, for demand that may wait free of charge is never served.
    """
    sold = _sold(inputs, points, timeline)
    parts = _by_class(sold.series, inputs)
    late = np.flatnonzero((backlog > 0) & ~np.isin(np.arange(len(points)), parts["point"]))
    keys = pd.concat([parts[["point", "customer"]], pd.DataFrame({"point": late, "customer": ""})], ignore_index=True)
    keys = keys.drop_duplicates().sort_values(["point", "customer"], kind="stable", ignore_index=True)
    at = keys["point"].to_numpy(dtype=np.intp)
    row: Positions = pd.MultiIndex.from_frame(keys).get_indexer(pd.MultiIndex.from_frame(parts[["point", "customer"]]))
    units = sold.units[parts["series"].to_numpy()] * parts["share"].to_numpy(dtype=float)[:, None]
    demand = _added(len(keys), row, units)
    price = _mean_price(len(keys), row, units, sold.price[parts["series"].to_numpy()])
    demand[:, 0] += _shared_backlog(demand, at, backlog)
    point_price = _point_price(price, demand, at, points)
    price = np.where(np.isnan(price), point_price[at][:, None], price)
    classes = inputs.customer_classes.set_index("customer").reindex(keys["customer"])
    price = np.nan_to_num(price) * classes["price_factor"].fillna(1.0).to_numpy(dtype=float)[:, None]
    rows = _stream_rows(keys, classes.reset_index(drop=True), policy.iloc[at].reset_index(drop=True), price, points, inputs)
    return Streams(rows, demand, price, point_price)


@dataclass(frozen=True, slots=True)
class _Sold:
    """What is sold where: item, location and stock point of each series with demand; units and net price (NaN = not known) by period."""

    series: pd.DataFrame
    units: Matrix
    price: Matrix


def _sold(inputs: SupplyInputs, points: pd.DataFrame, timeline: Timeline) -> _Sold:
    served = inputs.served[(inputs.served["consensus"] > 0) & inputs.served["period"].isin(timeline.plan)]
    series = served[["item", "location"]].drop_duplicates().sort_values(["item", "location"], kind="stable", ignore_index=True)
    grid = Grid(series, timeline.plan)
    point = pair_positions(points, where_stocked(series, inputs.locations))
    units = np.nan_to_num(grid.matrix(served, served["consensus"]))
    return _Sold(series.assign(point=point, series=np.arange(len(series))), units, _net_prices(inputs.prices, grid))


def note_unpriced(streams: Streams, points: pd.DataFrame, notes: list[Note]) -> None:
    """Say what is sold at a price that nobody knows; its worth is that of `solver.objective.WORTH_SERVING`."""
    unknown = (streams.price.max(axis=1, initial=0.0) <= 0) & (streams.demand.max(axis=1, initial=0.0) > 0)
    if unknown.any():
        items = sorted(set(points["item"].iloc[streams.rows.loc[unknown, "point"]]))
        words = f"no price is known for {some_of(items)}; revenue is left out, and serving it counts as worth 1.25 times its regular cost"
        notes.append(Note("items", items[0], "supply-price-absent", words))


def _net_prices(prices: pd.DataFrame, grid: Grid) -> Matrix:
    """Net price of each series and period; prices without a period hold in every one."""
    if "period" in prices.columns:
        return grid.matrix(prices, prices["net_price"])
    own = np.full(len(grid.series), np.nan)
    row = grid.rows_of(prices)
    own[row[row >= 0]] = prices["net_price"].to_numpy(dtype=float)[row >= 0]
    return np.repeat(own[:, None], len(grid.periods), axis=1)


def _by_class(series: pd.DataFrame, inputs: SupplyInputs) -> pd.DataFrame:
    """point, customer, series, share: whose part of each series is whose; what is of no class stays together."""
    columns = ["point", "customer", "series", "share"]
    mix = inputs.customer_mix[inputs.customer_mix["customer"].isin(inputs.customer_classes["customer"]) & (inputs.customer_mix["share"] > 0)]
    named = series.merge(mix, on=["item", "location"])
    taken = np.zeros(len(series))
    np.add.at(taken, named["series"].to_numpy(dtype=np.intp), named["share"].to_numpy(dtype=float))
    rest = series.assign(customer="", share=np.maximum(1.0 - taken, 0.0))
    return pd.concat([named[columns], rest.loc[rest["share"] > 1e-9, columns]], ignore_index=True)


def _added(count: int, row: Positions, values: Matrix) -> Matrix:
    """Rows of `values` added up by their row in the result."""
    result = np.zeros((count, values.shape[1]))
    np.add.at(result, row, values)
    return result


def _mean_price(count: int, row: Positions, units: Matrix, price: Matrix) -> Matrix:
    """Net price of each stream and period, weighted by demand; NaN where none is known."""
    priced_units = np.where(np.isnan(price), 0.0, units)
    money, priced = _added(count, row, np.nan_to_num(price) * priced_units), _added(count, row, priced_units)
    with np.errstate(divide="ignore", invalid="ignore"):
        by_period, over_all = money / priced, money.sum(axis=1) / priced.sum(axis=1)
    return np.where(priced > 0, by_period, over_all[:, None])


def _shared_backlog(demand: Matrix, at: Positions, backlog: Matrix) -> Matrix:
    """Backlog of each stream: that of its point by the streams' demand over the horizon, alike where there is none."""
    weight = demand.sum(axis=1)
    total, count = np.zeros(len(backlog)), np.zeros(len(backlog))
    np.add.at(total, at, weight)
    np.add.at(count, at, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(total[at] > 0, weight / total[at], 1.0 / count[at])
    return backlog[at] * share


def _point_price(price: Matrix, demand: Matrix, at: Positions, points: pd.DataFrame) -> Matrix:
    """Mean price of what each stock serves, else the list price of its item; NaN where neither is known."""
    known = ~np.isnan(price)
    money, units = np.zeros(len(points)), np.zeros(len(points))
    np.add.at(money, at, np.where(known, np.nan_to_num(price) * demand, 0.0).sum(axis=1))
    np.add.at(units, at, np.where(known, demand, 0.0).sum(axis=1))
    listed = points["list_price"].to_numpy(dtype=float)
    return np.where(units > 0, money / np.where(units > 0, units, 1.0), listed)


def _stream_rows(
    keys: pd.DataFrame, classes: pd.DataFrame, policy: pd.DataFrame, price: Matrix, points: pd.DataFrame, inputs: SupplyInputs
) -> pd.DataFrame:
    settings = inputs.settings
    at = keys["point"].to_numpy(dtype=np.intp)
    mean = price.mean(axis=1) if price.shape[1] else np.zeros(len(keys))
    cost = points["unit_cost"].fillna(0.0).to_numpy(dtype=float)[at]
    worth = np.where(mean > 0, mean, cost)
    waiting = classes["backorder_cost"].fillna(policy["backorder_cost"])
    from_setting = np.where(worth > 0, settings.backorder_cost_rate * worth, 1.0)
    return keys.assign(
        priority=policy["demand_priority"].fillna(classes["priority"]).fillna(1.0),
        backorder_cost=waiting.fillna(pd.Series(from_setting, dtype=float)),
        lost_sale_cost=settings.lost_sale_cost_rate * worth,
        contract_share=classes["contract_share"].fillna(0.0),
    )[list(STREAM_COLUMNS)]
