"""Where along the bill of material safety stock is held: service times of stages chosen together.

Promising at once everywhere is what planning stock by stock does. Here stages that serve other stages may make them wait where that costs less;
stages that sell promise at once (`plan.echelon`).

Bills of material are seldom trees: one screw goes into everything. So promises are chosen along the forest of the costliest links, and stock
is computed from them along all links: every promise is kept, at a cost that may lie above the least.

Stock planned by itself takes what it is made of to be there; here lead times of components are covered, by whoever covers them at the least cost. So
the safety stock of method echelon may be more than that of the other methods, which leave that risk open.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.echelon import Links, Stages, net_lead_times, service_times
from sop_xl.plan.grid import Mask, Matrix, Positions
from sop_xl.plan.supply.flows import numbers, regular_uses, whole
from sop_xl.plan.supply.network import SupplyNetwork

FINEST_STEP = 0.25
"""Periods: promises are whole multiples of it, or of twice, four times ... of it where chains are long."""
MOST_STEPS = 24
"""Steps of the longest chain; the effort grows with their third power."""
MOST_STAGES = 400
"""Stages of one tree; beyond it cheaper links are left out."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where stock is held.

    Parameters
    ----------
    net_lead_time
        (N,) periods to be covered by stock; 0 = none is held; NaN = the stock takes no part.
    deviation
        (N,) of demand per period, that of all stages served.
    links, tree_links
        How many there are, and along how many promises were chosen.
    """

    net_lead_time: Matrix
    deviation: Matrix
    links: int
    tree_links: int


def place_stock(
    network: SupplyNetwork, regular: Positions, taking_part: Mask, sells: Mask, own_deviation: Matrix, z: Matrix, lead_time: Matrix, review_periods: float = 1.0
) -> Placement:
    """Choose service times and the net lead time that each stock covers.

    Parameters
    ----------
    regular
        (N,) row of `sources` that replenishes each point, -1 = none; links follow these sources.
    taking_part
        (N,) stocks whose place is to be chosen; all others are taken to deliver at once.
    sells
        (N,) stocks that serve customers, who do not wait.
    own_deviation
        (N,) of what customers ask for, units per period.
    z
        (N,) quantile of the service level.
    lead_time
        (N,) periods; stocks that sell are reviewed once in `review_periods`, which is added.
    """
    links = supply_links(network, regular)
    deviation = np.sqrt(passed_on(links, own_deviation**2))
    holding = np.nan_to_num(numbers(network, "points", "holding_cost"))
    part = taking_part & (deviation > 0)
    # a stage of unknown cost counts as the cheapest one known; where none is known every unit counts alike
    holding = np.where(holding > 0, holding, holding[holding > 0].min() if (holding > 0).any() else 1.0)
    inside = links.where(part[links.giver] & part[links.taker])
    processing = lead_time + np.where(sells, review_periods, 0.0)
    step = FINEST_STEP
    while longest_chain(inside, np.where(part, processing, 0.0)) > MOST_STEPS * step:
        step *= 2.0
    stages = Stages(
        processing_time=np.round(processing / step).astype(np.intp), cost=holding * z * deviation * np.sqrt(step),
        inbound=np.zeros(len(z), dtype=np.intp), promise=np.where(sells, 0, -1).astype(np.intp),
    )  # fmt: skip
    tree = inside.where(tree_links(inside, (holding * deviation)[inside.giver], len(z)))
    service = _whole_to_real(stages, tree, service_times(stages, tree, part), np.asarray(processing, dtype=float), step)
    net = net_lead_times(inside, np.asarray(processing, dtype=float), service)
    return Placement(np.where(part, net, np.nan), deviation, len(inside.giver), len(tree.giver))


def supply_links(network: SupplyNetwork, regular: Positions) -> Links:
    """Links of bills and transfers along regular sources, each pair once, sorted by giver and taker."""
    point, process_yield = whole(network, "sources", "point"), numbers(network, "sources", "process_yield")
    in_use = np.zeros(len(point), dtype=bool)
    in_use[regular[regular >= 0]] = True
    origin, by = whole(network, "sources", "from_point"), whole(network, "uses", "source")
    moves, lines = np.flatnonzero(in_use & (origin >= 0)), np.flatnonzero(regular_uses(network) & in_use[by])
    rows = pd.DataFrame({
        "giver": np.concatenate([origin[moves], whole(network, "uses", "component")[lines]]),
        "taker": np.concatenate([point[moves], point[by[lines]]]),
        "quantity": np.concatenate([1.0 / process_yield[moves], numbers(network, "uses", "quantity")[lines] / process_yield[by[lines]]]),
    })  # fmt: skip
    merged = rows.groupby(["giver", "taker"], sort=True, as_index=False)["quantity"].sum()
    return Links(merged["giver"].to_numpy(dtype=np.intp), merged["taker"].to_numpy(dtype=np.intp), merged["quantity"].to_numpy(dtype=float))


def passed_on(links: Links, variance: Matrix) -> Matrix:
    """(N,) variance of demand with that of everything served: errors of different takers are independent, so variances add."""
    total, wave = variance.astype(float), variance.astype(float)
    for _ in range(len(variance)):
        wave = np.bincount(links.giver, links.quantity**2 * wave[links.taker], minlength=len(variance)).astype(float)
        if not wave.any():
            break
        total = total + wave
    return total


def longest_chain(links: Links, length: Matrix) -> float:
    """Length of the longest chain of stages, each with its own length."""
    reach = length.astype(float)
    for _ in range(len(length)):
        further = reach.copy()
        np.maximum.at(further, links.taker, reach[links.giver] + length[links.taker])
        if (further == reach).all():
            break
        reach = further
    return float(reach.max(initial=0.0))


def tree_links(links: Links, worth: Matrix, count: int) -> Mask:
    """(L,) links of the forest of greatest worth, its trees no larger than `MOST_STAGES`; of equal worth the first."""
    parent = np.arange(count)
    size = np.ones(count, dtype=int)

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = int(parent[node])
        return node

    kept = np.zeros(len(worth), dtype=bool)
    for link in np.argsort(-worth * links.quantity, kind="stable"):
        a, b = root(int(links.giver[link])), root(int(links.taker[link]))
        if a != b and size[a] + size[b] <= MOST_STAGES:
            parent[b], size[a], kept[link] = a, size[a] + size[b], True
    return kept


def _whole_to_real(stages: Stages, tree: Links, chosen: Positions, processing: Matrix, step: float) -> Matrix:
    """Service times in periods, of choices in whole steps.

    A stage that holds nothing in steps holds nothing in truth: it promises what it is promised, and its own time. Rounding would leave it a
    sliver of a period to cover, and the root of a sliver is not small.
    """
    holds = net_lead_times(tree, stages.processing_time.astype(float), chosen.astype(float)) > 0
    free = ~holds & (stages.promise < 0)
    service: Matrix = np.asarray(chosen, dtype=float) * step
    for _ in range(len(service)):
        ready = _ready(tree, processing, service)
        settled = np.where(free, ready, np.minimum(service, ready))
        if (settled == service).all():
            break
        service = settled
    return service


def _ready(tree: Links, processing: Matrix, service: Matrix) -> Matrix:
    """When each stage has its goods if it holds none: SI + T."""
    promised = np.zeros(len(service))
    np.maximum.at(promised, tree.taker, service[tree.giver])
    return np.asarray(promised + processing)
