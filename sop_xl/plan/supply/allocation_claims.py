"""Who claims a share of a stock: the customer classes of every location that it serves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Grid, Mask, Matrix, Positions, pair_positions
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.supply.flows import total_by, whole
from sop_xl.plan.supply.network import SupplyNetwork


@dataclass(frozen=True)
class Claims:
    """Claims on the stocks that are short.

    Parameters
    ----------
    rows
        point (position in the network), item, location (of the demand), customer (`""` = all others), priority, contract_share, margin (plan currency
        per unit; 0 where the price is not known), backorder_cost (per unit and period), priced (whether the price is known).
        Sorted by point, location and customer.
    demand
        (C, T) units asked for; they sum to the demand on the stock in every period.
    """

    rows: pd.DataFrame
    demand: Matrix

    @property
    def point(self) -> Positions:
        """(C,) position of the stock."""
        return self.rows["point"].to_numpy(dtype=np.intp)

    def numbers(self, name: str) -> Matrix:
        """(C,) a column of numbers."""
        return self.rows[name].to_numpy(dtype=float)


def claims_on(
    network: SupplyNetwork, short: Mask, served: pd.DataFrame, locations: pd.DataFrame, customer_mix: pd.DataFrame, customer_classes: pd.DataFrame,
    prices: pd.DataFrame,
) -> Claims:  # fmt: skip
    """Claims on some stocks.

    Parameters
    ----------
    short
        (N,) stocks in question.
    served
        item, location, period, consensus: demand where it arises.
    locations, customer_mix, customer_classes
        LOCATIONS, CUSTOMER_MIX, CUSTOMER_CLASSES; either may be without rows. A customer of no class belongs to `""`.
    prices
        item, location, net_price and, where it differs by period, period. Where it says nothing the network's prices stand.

    Notes
    -----
    The demand on a stock is that of the network, backlog included, split as `served` and the mix split it in the period; in a period without demand
    as over the whole plan. A stock whose demand `served` does not know has one claim, of its own location.
    """
    timeline = network.timeline
    own = served.assign(stock=stocking_location(served["location"], locations))
    point = pair_positions(network.points, own[["item", "stock"]].rename(columns={"stock": "location"}))
    kept = (point >= 0) & short[np.maximum(point, 0)] & own["period"].isin(timeline.plan).to_numpy() & (own["consensus"] > 0).to_numpy()
    own = own[kept].assign(point=point[kept])
    series = own[["point", "item", "location"]].drop_duplicates()
    alone = np.setdiff1d(np.flatnonzero(short), series["point"])
    series = pd.concat([series, network.points.loc[alone, ["item", "location"]].assign(point=alone)], ignore_index=True)
    series = series.sort_values(["point", "location"], kind="stable", ignore_index=True)
    grid = Grid(series[["item", "location"]], timeline.plan)
    units = np.nan_to_num(grid.matrix(own, own["consensus"]))
    mix = _split(series, customer_mix, customer_classes)
    at = mix["series"].to_numpy(dtype=np.intp)
    stock = mix["point"].to_numpy(dtype=np.intp)
    weight = _weights(units[at] * mix["share"].to_numpy(dtype=float)[:, None], stock, len(network.points))
    demand = weight * total_by(whole(network, "streams", "point"), network.demand, len(network.points))[stock]
    price = _mean_price(grid, prices, units)[at]
    return Claims(_described(network, mix, price, customer_classes), demand)


def _split(series: pd.DataFrame, customer_mix: pd.DataFrame, customer_classes: pd.DataFrame) -> pd.DataFrame:
    """point, item, location, series, customer, share: the classes of each series, sorted; what belongs to no class stays together."""
    named = series.assign(series=np.arange(len(series)))
    known = customer_mix[customer_mix["customer"].isin(customer_classes["customer"]) & (customer_mix["share"] > 0) & (customer_mix["customer"] != "")]
    classed = named.merge(known, on=["item", "location"])
    taken = np.zeros(len(series))
    np.add.at(taken, classed["series"].to_numpy(dtype=np.intp), classed["share"].to_numpy(dtype=float))
    rest = named.assign(customer="", share=np.maximum(1.0 - taken, 0.0))
    both = pd.concat([classed, rest[rest["share"] > 1e-9]], ignore_index=True)
    return both.sort_values(["point", "location", "customer"], kind="stable", ignore_index=True)


def _weights(units: Matrix, stock: Positions, count: int) -> Matrix:
    """(C, T) part of each claim in the demand on its stock."""
    overall = units.sum(axis=1, keepdims=True)
    claims = np.bincount(stock, minlength=count)[stock][:, None]
    total, total_overall = total_by(stock, units, count)[stock], total_by(stock, overall, count)[stock]
    usual = np.where(total_overall > 0, overall / np.where(total_overall > 0, total_overall, 1.0), 1.0 / claims)
    return np.where(total > 0, units / np.where(total > 0, total, 1.0), usual)


def _mean_price(grid: Grid, prices: pd.DataFrame, units: Matrix) -> Matrix:
    """(series,) net price over the plan, weighted by demand; NaN where none is known."""
    if prices.empty:
        return np.full(len(grid.series), np.nan)
    if "period" not in prices:
        at = pair_positions(prices, grid.series)
        return np.where(at >= 0, prices["net_price"].to_numpy(dtype=float)[at], np.nan)
    price = grid.matrix(prices, prices["net_price"])
    weight = np.where(np.isnan(price), 0.0, np.where(units.sum(axis=1, keepdims=True) > 0, units, 1.0))
    total = weight.sum(axis=1)
    return np.where(total > 0, (np.nan_to_num(price) * weight).sum(axis=1) / np.where(total > 0, total, 1.0), np.nan)


def _described(network: SupplyNetwork, mix: pd.DataFrame, price: Matrix, customer_classes: pd.DataFrame) -> pd.DataFrame:
    """The claims with what the network's streams, else the classes, say of them."""
    streams = network.streams
    at = pd.MultiIndex.from_frame(streams[["point", "customer"]]).get_indexer(pd.MultiIndex.from_frame(mix[["point", "customer"]]))
    classes = customer_classes.set_index("customer").reindex(mix["customer"]).reset_index(drop=True)

    def of_stream(name: str, absent: pd.Series | float) -> Matrix:
        known = np.append(streams[name].to_numpy(dtype=float), np.nan)[at]
        return np.where(np.isnan(known), absent, known)

    stock = mix["point"].to_numpy(dtype=np.intp)
    factor = classes["price_factor"].fillna(1.0).to_numpy(dtype=float)
    units = network.demand.sum(axis=1)
    of_network = (network.price * network.demand).sum(axis=1) / np.where(units > 0, units, 1.0)
    known = np.append(of_network, 0.0)[at]
    listed = network.points["unit_price"].fillna(0.0).to_numpy(dtype=float)[stock] * factor
    brings = np.where(np.isnan(price), np.where(known > 0, known, listed), np.nan_to_num(price) * factor)
    unit_cost = network.points["unit_cost"].fillna(0.0).to_numpy(dtype=float)[stock]
    usual = streams.groupby("point")["backorder_cost"].mean().reindex(stock).fillna(0.0).to_numpy(dtype=float)
    return mix[["point", "item", "location", "customer"]].assign(
        priority=of_stream("priority", classes["priority"].fillna(1.0)),
        contract_share=of_stream("contract_share", classes["contract_share"].fillna(0.0)),
        backorder_cost=of_stream("backorder_cost", classes["backorder_cost"].fillna(pd.Series(usual))),
        margin=np.where(brings > 0, brings - unit_cost, 0.0), priced=brings > 0,
    )  # fmt: skip
