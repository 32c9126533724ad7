"""What a scenario driver reads and changes: the network so far, the rows within its scope, and what stock must be recomputed for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Mask, Matrix, pair_positions
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.stock_policy import regular_source
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules


class RefusedDriver(Exception):  # noqa: N818 - it never leaves the scenarios: it becomes a note
    """A driver that cannot be applied, with the rule and the sentence of its note."""

    def __init__(self, rule: str, sentence: str) -> None:
        super().__init__(sentence)
        self.rule, self.sentence = rule, sentence


@dataclass(frozen=True, slots=True)
class Change:
    """One row of Scenario Drivers, read.

    Parameters
    ----------
    driver, item, family, location, region, resource, supplier
        As in SCENARIO_DRIVERS; `""` = every one.
    first, last
        Positions of the periods, both included.
    dated
        Whether the row itself says when it ends.
    action
        percent | add | set.
    value
        As written; NaN = absent.
    currency, setting
        As in SCENARIO_DRIVERS.
    """

    driver: str
    item: str
    family: str
    location: str
    region: str
    resource: str
    supplier: str
    first: int
    last: int
    dated: bool
    action: str
    value: float
    currency: str = ""
    setting: str = ""

    def of(self, old: Matrix, unit: Matrix | float = 1.0) -> Matrix:
        """The new numbers, not below 0; `unit` turns a value that is added or set into their unit. No limit stays none, unless it is set."""
        if self.action == "set":
            return np.asarray(np.broadcast_to(np.maximum(self.value * unit, 0.0), old.shape))
        limited = np.where(np.isinf(old), 0.0, old)
        new = limited * (1.0 + self.value) if self.action == "percent" else limited + self.value * unit
        return np.asarray(np.where(np.isinf(old), old, np.maximum(new, 0.0)))

    @property
    def span(self) -> slice:
        """Its periods as a slice of columns."""
        return slice(self.first, self.last + 1)

    @property
    def scope_words(self) -> str:
        """Its scope as a planner reads it."""
        words = [f"{name} {getattr(self, name)}" for name in SCOPE if getattr(self, name)]
        return ", ".join(words) or "everything"


SCOPE = ("item", "family", "location", "region", "resource", "supplier", "currency", "setting")


def driver_key(row: Any) -> str:
    """How notes name a row of SCENARIO_DRIVERS: scenario, driver and scope."""
    return " / ".join([row.scenario, row.driver, *(getattr(row, name) for name in SCOPE if getattr(row, name))])


@dataclass(frozen=True)
class World:
    """The network of a scenario while its drivers are applied.

    Parameters
    ----------
    base
        The network of the plan.
    network, rules
        As changed so far.
    items, locations
        ITEMS and LOCATIONS; locations may be empty.
    asked
        item, location (of the demand), period, consensus; None = not known by selling location.
    open_orders
        OPEN_ORDERS; None = suppliers of open orders are not known.
    stock_sources
        Sources of the plan with the lead times that safety stock is to be computed for.
    service_level
        (N,) levels that replace the targets; NaN = the target.
    target_level
        (N,) level of the plan; NaN = not known.
    restocked
        (T,) periods in which safety stock is computed anew.
    longer, late, spread
        (N, T) periods by which the regular source of each stock takes longer, delivers later than promised, and spreads more, than what the safety
        stock of the plan was made for.
    remarks
        Rule and sentence of what a planner must know about the last driver.
    """

    base: SupplyNetwork
    network: SupplyNetwork
    rules: SupplyRules
    items: pd.DataFrame
    locations: pd.DataFrame
    asked: pd.DataFrame | None
    open_orders: pd.DataFrame | None
    stock_sources: pd.DataFrame
    service_level: Matrix
    target_level: Matrix
    restocked: Mask
    longer: Matrix
    late: Matrix
    spread: Matrix
    remarks: tuple[tuple[str, str], ...] = field(default=())

    def with_network(self, **changed: object) -> World:
        """The world with fields of its network replaced."""
        return replace(self, network=replace(self.network, **changed))  # type: ignore[arg-type]

    def said(self, rule: str, sentence: str) -> World:
        """The world with one more remark about the driver that made it."""
        return replace(self, remarks=(*self.remarks, (rule, sentence)))

    def points(self, change: Change) -> Mask:
        """(N,) stocks within item, family, location and region of a change."""
        points, inside = self.network.points, np.ones(len(self.network.points), dtype=bool)
        wanted = {"item": points["item"], "family": points["family"], "location": points["location"], "region": self.region_of(points["location"])}
        for name, labels in wanted.items():
            if getattr(change, name):
                inside &= (labels == getattr(change, name)).to_numpy(dtype=bool)
        return inside

    def sources(self, change: Change, sources: pd.DataFrame | None = None) -> Mask:
        """(S,) sources that replenish the stocks within the scope, from its supplier where it names one."""
        rows = self.network.sources if sources is None else sources
        inside = self.points(change)[rows["point"].to_numpy(dtype=int)]
        if change.supplier:
            listed = self.network.suppliers["supplier"].to_numpy(dtype=object)
            at = rows["supplier"].to_numpy(dtype=int)
            named = np.append(listed == change.supplier, False)[at]  # position -1 is none
            inside &= named | ((rows["source"] == change.supplier) & rows["kind"].isin(["buy", "subcontract"])).to_numpy(dtype=bool)
        return np.asarray(inside)

    def resources(self, change: Change) -> Mask:
        """(R,) resources within resource, location and region of a change."""
        rows, inside = self.network.resources, np.ones(len(self.network.resources), dtype=bool)
        wanted = {"resource": rows["resource"], "location": rows["location"], "region": self.region_of(rows["location"])}
        for name, labels in wanted.items():
            if getattr(change, name):
                inside &= (labels == getattr(change, name)).to_numpy(dtype=bool)
        return inside

    def region_of(self, location: pd.Series) -> pd.Series:
        """Region of each location, `""` where it is not known."""
        if self.locations.empty:
            return pd.Series("", index=location.index, dtype="object")
        return location.map(self.locations.set_index("location")["region"]).fillna("")


def supplier_part(world: World, supplier: str) -> Matrix:
    """(N,) part of the open orders of each stock of the plan that comes from a supplier.

    An order that names no supplier, and every order where none are given, is taken to come from the regular source.
    """
    network, open_orders = world.base, world.open_orders
    regular = regular_source(network)
    listed = np.append(network.suppliers["supplier"].to_numpy(dtype=object), "")
    at = np.append(network.sources["supplier"].to_numpy(dtype=int), -1)[regular]
    of_source = np.append(network.sources["source"].to_numpy(dtype=object), "")[regular]
    own = (np.where(at >= 0, listed[at], of_source) == supplier).astype(float)
    if open_orders is None or open_orders.empty:
        return np.asarray(own)
    row = pair_positions(network.points, open_orders)
    known = row >= 0
    row, units, names = row[known], open_orders["scheduled_receipts"].to_numpy(dtype=float)[known], open_orders["supplier"].to_numpy(dtype=object)[known]
    theirs = np.where(names == "", own[row], (names == supplier).astype(float))
    total, share = np.bincount(row, units, len(own)), np.bincount(row, units * theirs, len(own))
    return np.asarray(np.where(total > 0, share / np.where(total > 0, total, 1.0), own))


def asked_share(world: World, change: Change) -> Matrix:
    """(N, T) part of the demand of each stock that is asked for within item, family, location and region of a change.

    Where no demand by selling location is given, a stock's demand is all of its own location.
    """
    network, asked, items, locations = world.network, world.asked, world.items, world.locations
    shape = (len(network.points), network.periods)
    if asked is None or asked.empty or not (change.location or change.region):
        return np.repeat(world.points(change)[:, None].astype(float), shape[1], axis=1)
    served = asked.assign(location=stocking_location(asked["location"], locations))
    row, column = pair_positions(network.points, served), network.timeline.plan.get_indexer(pd.DatetimeIndex(asked["period"]))
    described = {"item": asked["item"], "location": asked["location"]}
    described["family"] = asked["item"].map(items.set_index("item")["family"])
    described["region"] = asked["location"].map(locations.set_index("location")["region"]) if len(locations) else pd.Series("", index=asked.index)
    inside = np.ones(len(asked), dtype=bool)
    for name, labels in described.items():
        if getattr(change, name):
            inside &= (labels == getattr(change, name)).to_numpy(dtype=bool)
    units = asked["consensus"].fillna(0.0).to_numpy(dtype=float)
    known = (row >= 0) & (column >= 0)
    total, within = np.zeros(shape), np.zeros(shape)
    np.add.at(total, (row[known], column[known]), units[known])
    np.add.at(within, (row[known], column[known]), (units * inside)[known])
    mean = within.sum(axis=1) / np.where(total.sum(axis=1) > 0, total.sum(axis=1), 1.0)
    return np.where(total > 0, within / np.where(total > 0, total, 1.0), mean[:, None])
