"""Which source replenishes a stock in which period, when nothing but time and permission decides.

Stated shares split the receipts among the sources that can deliver in the period. What no share claims falls to the regular
source: of those without a share, the one of the lowest priority number that can deliver then, so that the next one steps
in where the regular one is not valid or its lead time is too long. Without such a source the shares take all in proportion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sop_xl.plan.grid import Mask, Matrix, Positions
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.supply.flows import numbers, regular_uses, total_by, whole
from sop_xl.plan.supply.network import SupplyNetwork, point_names


@dataclass(frozen=True)
class Sourcing:
    """The choice of sources.

    Parameters
    ----------
    fraction
        (S, T) part of the receipts of its stock point that the source takes, were they to arrive in that period; over the sources of a
        point they sum to 1, or to 0 where nothing can arrive.
    stated
        (S, T) the same were there no lead times and no fence: who would deliver.
    level
        (N,) low-level code: 0 = taken by nothing, else one more than the deepest point that takes from it.
    notes
        Circles that were cut.
    """

    fraction: Matrix
    stated: Matrix
    level: Positions
    notes: list[Note]


def choose_sources(network: SupplyNetwork) -> Sourcing:
    """Fractions and low-level codes of a network; see the module.

    Sources that supply one another in a circle have no order in which to be netted: every source on such a circle is
    left out, and said.
    """
    lead = whole(network, "sources", "lead_periods")
    fence = numbers(network, "points", "fence")[whole(network, "sources", "point")]
    first, last = (whole(network, "sources", name)[:, None] for name in ("first", "last"))
    soonest = (lead + fence)[:, None]
    period = np.arange(network.periods)[None, :]
    allowed = network.sources["authorised"].to_numpy(dtype=bool) & (numbers(network, "sources", "process_yield") > 0)
    notes = list[Note]()
    while True:
        open_then = allowed[:, None] & (period <= last)
        fraction = _fractions(network, open_then & (period >= np.maximum(first, soonest)))
        # `first` may be the validity or the lead time, whichever is later: up to the lead time nothing is said of validity
        stated = _fractions(network, open_then & ((period >= first) | (first <= soonest)))
        used = np.asarray(((stated > 0) | (fraction > 0)).any(axis=1))
        taker, giver, source = _links(network, used)
        level = _levels(taker, giver, len(network.points))
        if level is not None:
            return Sourcing(fraction, stated, level, notes)
        circular = np.unique(source[_on_circle(taker, giver, len(network.points))])
        allowed[circular] = False
        names = np.array(point_names(network), dtype=object)[whole(network, "sources", "point")[circular]]
        notes.append(Note(
            "sourcing", min(names), "supply-in-a-circle", f"{some_of(names)} supply one another in a circle; those sources are left out of the netting",
        ))  # fmt: skip


def without_lead_times(network: SupplyNetwork) -> SupplyNetwork:
    """The same network with everything arriving in the period in which it is ordered, loads included."""
    sourcing = choose_sources(network)
    runs = sourcing.stated > 0
    first = np.where(runs.any(axis=1), runs.argmax(axis=1), whole(network, "sources", "first"))
    return replace(
        network,
        points=network.points.assign(fence=0.0),
        sources=network.sources.assign(lead_periods=0, lead_time=0.0, first=first),
        loads=network.loads.assign(before=0),
    )


def _fractions(network: SupplyNetwork, usable: Mask) -> Matrix:
    point, count = whole(network, "sources", "point"), len(network.points)
    share = numbers(network, "sources", "share")[:, None]
    claimed = np.where(usable, np.nan_to_num(share), 0.0)
    total = total_by(point, claimed, count)[point]
    free = usable & np.isnan(share)
    # sources of a point stand together in order of priority: the first free one is where the running count leaves what it was before the point
    running = free.cumsum(axis=0)
    before = (running - free)[np.searchsorted(point, point)] if len(point) else running
    regular = free & (running - before == 1)
    has_free = total_by(point, free.astype(float), count)[point] > 0
    divisor = np.where(has_free, np.maximum(total, 1.0), np.where(total > 0, total, 1.0))
    result: Matrix = claimed / divisor + regular * np.maximum(1.0 - total, 0.0)
    return result


def _links(network: SupplyNetwork, used: Mask) -> tuple[Positions, Positions, Positions]:
    """Who takes from whom, through which source: of transfers and of the regular bill."""
    point, origin = whole(network, "sources", "point"), whole(network, "sources", "from_point")
    moves = np.flatnonzero(used & (origin >= 0))
    by, component = whole(network, "uses", "source"), whole(network, "uses", "component")
    lines = regular_uses(network) & used[by]
    return (
        np.concatenate([point[moves], point[by[lines]]]),
        np.concatenate([origin[moves], component[lines]]),
        np.concatenate([moves, by[lines]]),
    )


def _levels(taker: Positions, giver: Positions, count: int) -> Positions | None:
    """Longest way down to each point; None where there is a circle."""
    level: Positions = np.zeros(count, dtype=np.intp)
    for _ in range(count + 1):
        deeper = level.copy()
        np.maximum.at(deeper, giver, level[taker] + 1)
        if (deeper == level).all():
            return level
        level = deeper
    return None


def _on_circle(taker: Positions, giver: Positions, count: int) -> Mask:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(taker)), (taker, giver)), shape=(count, count))
    label = connected_components(graph, directed=True, connection="strong")[1]
    same: Mask = label[taker] == label[giver]
    return same
