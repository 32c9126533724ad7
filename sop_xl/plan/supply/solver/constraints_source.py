"""Constraints of the sources: when they can deliver at all, how much, and how close to the last plan."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.solver.model import SupplyModel
from sop_xl.plan.supply.solver.variables import fences, placed, shared_among, sharing


def constrain_lead_time(model: SupplyModel) -> None:
    """Nothing arrives that would have to have been placed before the first period."""
    _block(model, "lead_time", placed(model.network) < 0)


def constrain_fence(model: SupplyModel) -> None:
    """Nothing new is placed within the frozen fence of the stock point: what the last plan has there stands, and is the most that can be ordered."""
    network = model.network
    _block(model, "fence", placed(network) < fences(network), np.maximum(np.nan_to_num(network.previous_orders), 0.0))


def constrain_validity(model: SupplyModel) -> None:
    """A source delivers only in the periods for which it is valid."""
    sources = model.network.sources
    first, last = model.column(sources, "first"), model.column(sources, "last", np.inf)
    _block(model, "validity", (model.periods < first) | (model.periods > last))


def constrain_authorised(model: SupplyModel) -> None:
    """Only what is authorised may be ordered from, and only an authorised substitute stands in."""
    _block(model, "authorised", ~model.network.sources["authorised"].to_numpy(dtype=bool)[:, None])
    if len(model.labels("component_use")):
        allowed = model.network.uses["authorised"].to_numpy(dtype=bool)[:, None]
        model.hold("component_use", ~allowed)


def _block(model: SupplyModel, name: str, where: Any, most: Any = 0.0) -> None:
    """Hold orders to `most` by their upper bound; the first cause that blocks a cell is the one that it is known by."""
    if not len(model.labels("orders")):
        return
    where = np.broadcast_to(where, model.blocked.shape)
    model.blocked[where & (model.blocked == "")] = name
    model.hold("orders", where, most)


def constrain_source_maximum(model: SupplyModel) -> None:
    """A source gives no more than its maximum in any period of arrival."""
    sources = model.network.sources
    rows = model.rows()
    rows.add(model.every(sources), model.periods, model.labels("orders"))
    limit = np.broadcast_to(model.column(sources, "maximum", np.inf), model.labels("orders").shape)
    rows.write(model.lp, "source_maximum", "<=", np.maximum(limit, 0.0))


def constrain_supplier_limit(model: SupplyModel) -> None:
    """All sources of a supplier together deliver no more than its limit in any period."""
    rows = model.rows()
    rows.add(model.positions(model.network.sources, "supplier"), model.periods, model.labels("orders"))
    rows.write(model.lp, "supplier_limit", "<=", np.maximum(model.network.supplier_limit, 0.0))


def constrain_source_share(model: SupplyModel) -> None:
    """A source with a share takes that part of what all sources of its stock point bring in the period, but for what is more or less.

    Only among the sources that can deliver in the period: where some cannot, or where shares leave nothing free and do not add up to
    one, shares are taken in proportion. More or less than the share has a price (`objective`) that makes it pay only where a limit
    keeps one of the sources from its part: the others make up for it, and the item is not held back. What only a lever opens (a second source,
    a subcontractor, expediting) comes on top: it is no part of what is split.
    """
    sources = model.network.sources
    shared = sharing(model.network)
    if not shared.any():
        return
    share = np.where(shared[:, None], model.column(sources, "share"), np.nan)
    point = model.positions(sources, "point")[:, 0]
    open_now = (model.blocked == "") & shared_among(model.network)[:, None]
    stated = np.where(np.isnan(share), 0.0, share) * open_now
    free = open_now & np.isnan(share)
    total, frees = (_by_point(v, point, len(model.network.points)) for v in (stated, free))
    norm = np.where((frees == 0) | (total > 1.0), np.where(total > 0, total, 1.0), 1.0)
    part = stated / norm[point]
    bound = open_now & ~np.isnan(share) & (part < 1.0)
    good = model.column(sources, "process_yield", 1.0)
    rows = model.rows()
    orders = model.labels("orders")
    s = model.every(sources)
    rows.add(np.where(bound, s, -1), model.periods, orders, good)
    rows.add(np.where(bound, s, -1), model.periods, model.labels("share_under"))
    rows.add(np.where(bound, s, -1), model.periods, model.labels("share_over"), -1.0)
    own, partner = _pairs(point, shared)
    both = bound[own] & open_now[partner]
    rows.add(np.where(both, own[:, None], -1), model.periods, orders[partner], -part[own] * good[partner])
    rows.write(model.lp, "source_share", "=", np.zeros(orders.shape))


def _by_point(values: Any, point: Any, count: int) -> Matrix:
    total = np.zeros((count, values.shape[1]))
    np.add.at(total, point, values.astype(float))
    return total


def _pairs(point: Any, wanted: Any) -> tuple[Any, Any]:
    """(wanted source, source of the same point), every pair."""
    sources = pd.DataFrame({"point": point, "source": np.arange(len(point))})
    pairs = sources[wanted].merge(sources, on="point", suffixes=("", "_partner"))
    return pairs["source"].to_numpy(), pairs["source_partner"].to_numpy()


def constrain_plan_stability(model: SupplyModel) -> None:
    """Orders are those of the last approved plan, and more or less, each at the price of a change; what is past or frozen is no change."""
    s = model.every(model.network.sources)
    if not len(more := model.labels("more")):
        return
    previous = model.network.previous_orders
    rows = model.rows()
    rows.add(s, model.periods, np.where(more >= 0, model.labels("orders"), -1))
    rows.add(s, model.periods, more, -1.0)
    rows.add(s, model.periods, model.labels("less"))
    rows.write(model.lp, "plan_stability", "=", previous)
