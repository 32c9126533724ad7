"""What a supply plan pays beyond the regular way: overtime, expediting, second ways, transfers and stock that expires, by stock point.

Every amount stands where it arises, in the period of the load or receipt, and sums to what the plan's own costs hold of it. `carried_to_sale`
takes it up the bill to what is sold, for a component's overtime is paid by those who buy what it goes into.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix, Positions
from sop_xl.plan.supply.capacity import load_lines
from sop_xl.plan.supply.figures import served
from sop_xl.plan.supply.flows import numbers, placed, total_by, whole
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.objective import KINDS, prices
from sop_xl.plan.supply.unit_costs import source_cost, supply_cost

MOST_LEVELS = 30
"""Levels of bills and transfers that an amount is carried through; a ring ends there too."""


@dataclass(frozen=True, slots=True)
class Premiums:
    """Plan currency by stock point and period, (N, T); positive is a cost.

    Parameters
    ----------
    overtime
        Overtime and extra shifts above regular hours, by load: that of the period, else of the whole plan.
    expedite
        What orders in half their lead time cost above the same source's usual price.
    subcontract
        What good units of subcontractors and second sources cost above the cheapest regular source, components and hours included; below zero is
        a saving.
    freight
        What transfers cost at their usual price, where they arrive.
    expired
        Units past their shelf life at unit cost; of unknown cost they count as none.
    """

    overtime: Matrix
    expedite: Matrix
    subcontract: Matrix
    freight: Matrix
    expired: Matrix


def supply_premiums(solution: SupplySolution) -> Premiums:
    """What the plan pays beyond the regular way."""
    network = solution.network
    sources, count = network.sources, len(network.points)
    paid, lever = np.nan_to_num(numbers(network, "sources", "unit_cost")).clip(min=0.0), sources["lever"].to_numpy(dtype=object)
    usual = _usual_price(sources, paid)
    regular = supply_cost(network)
    above = source_cost(network, regular) - regular[whole(network, "sources", "point")]
    per_order = {
        "expedite": np.where(lever == "expedite", paid - usual, 0.0),
        "subcontract": np.where(np.isin(lever, ("subcontract", "second source")), above * numbers(network, "sources", "process_yield"), 0.0),
        "freight": np.where(sources["kind"] == "transfer", usual, 0.0),
    }
    at = whole(network, "sources", "point")
    of_orders = {name: total_by(at, solution.orders * amount[:, None], count) for name, amount in per_order.items()}
    expired = solution.expired * np.nan_to_num(numbers(network, "points", "unit_cost"))[:, None]
    return Premiums(overtime=_overtime(solution), expired=expired, **of_orders)


def _usual_price(sources: pd.DataFrame, paid: Matrix) -> Matrix:
    """(S,) price of the same source at the same time without expediting."""
    keys = pd.MultiIndex.from_frame(sources[["point", "kind", "source", "last"]])
    usual = np.flatnonzero((sources["lever"] != "expedite").to_numpy())
    usual = usual[~keys[usual].duplicated()]  # rows that ended before the plan bring nothing
    place = keys[usual].get_indexer(keys)
    return np.where(place >= 0, paid[usual[place]], paid)


def _overtime(solution: SupplySolution) -> Matrix:
    network = solution.network
    quantity = {"overtime": solution.overtime, "shifts": solution.shifts}
    premium = np.zeros_like(solution.overtime)
    for price in prices(SupplyModel(network, solution.rules, None)):
        if price.kind in KINDS and price.variable in quantity:
            premium = premium + quantity[price.variable] * price.per_unit
    lines, resource = load_lines(network, solution.orders), whole(network, "loads", "resource")
    at = whole(network, "sources", "point")[whole(network, "loads", "source")]
    return total_by(at, shared(premium, resource, lines)[0], len(network.points))


def shared(amounts: Matrix, owner: Positions, weights: Matrix) -> tuple[Matrix, Matrix]:
    """Share the amounts of owners, (G, T), among lines by their weights, (K, T): of the period, else of all periods.

    `owner` (K,) says whose each line is, below 0 nobody's. Returns the shares (K, T) and what no line could take (G, T).
    """
    positive = np.maximum(weights, 0.0)
    over_all = np.broadcast_to(positive.sum(axis=1, keepdims=True), weights.shape)
    result, left = np.zeros_like(weights), amounts.copy()
    for weight in (positive, over_all):
        total = total_by(owner, weight, len(amounts))
        taken = np.where(total > 0, left, 0.0)
        part = taken / np.where(total > 0, total, 1.0)
        result += np.where((owner >= 0)[:, None], part[owner], 0.0) * weight if len(amounts) else 0.0
        left = left - taken
    return result, left


def carried_to_sale(solution: SupplySolution, amounts: Matrix) -> Matrix:
    """The same amounts at the stock points from which customers are served, (N, T), each in its own period.

    A stock passes on what it took for others, by the units that go to customers, into what is made of it, and to other stocks over the whole plan.
    What leaves no stock at all stays where it is.
    """
    network, count = solution.network, len(solution.network.points)
    links = _links(network, solution)
    sold = total_by(whole(network, "streams", "point"), served(solution), count).sum(axis=1).clip(min=0.0)
    leaving = sold + np.bincount(links.source, weights=links.units, minlength=count)
    divisor = np.where(leaving > 0, leaving, 1.0)
    kept = np.where(leaving > 0, sold / divisor, 1.0)
    part = (links.units / divisor[links.source])[:, None]
    result, on_its_way = np.zeros_like(amounts), amounts
    for _ in range(MOST_LEVELS):
        result = result + on_its_way * kept[:, None]
        on_its_way = total_by(links.target, on_its_way[links.source] * part, count)
        if not on_its_way.any():
            return result
    return result + on_its_way


@dataclass(frozen=True, slots=True)
class _Links:
    """Units that go from one stock into another over the plan."""

    source: Positions
    target: Positions
    units: Matrix


def _links(network: SupplyNetwork, solution: SupplySolution) -> _Links:
    at, shipped_from = whole(network, "sources", "point"), whole(network, "sources", "from_point")
    ships = shipped_from >= 0
    return _Links(
        np.concatenate([whole(network, "uses", "component"), shipped_from[ships]]),
        np.concatenate([at[whole(network, "uses", "source")], at[ships]]),
        np.concatenate([solution.uses.sum(axis=1), placed(network, solution.orders)[ships].sum(axis=1)]).clip(min=0.0),
    )
