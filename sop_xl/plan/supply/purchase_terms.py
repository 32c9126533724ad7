"""When suppliers are paid: terms of every source, and of what was on order before the plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_xl.plan.grid import Matrix, Positions
from sop_xl.plan.payment_terms import period_lengths, settle
from sop_xl.plan.supply.build.sourcing import SUPPLIED
from sop_xl.plan.supply.flows import whole
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.unit_costs import supply_cost


@dataclass(frozen=True, slots=True)
class OpenOrders:
    """Money of what was on order before the plan, (N, T) by period: bought at what the regular source charges, by its terms.

    Parameters
    ----------
    bought, still_open, paid
        Of stocks whose regular source is a supplier, and of those that have no source.
    work_orders
        Of all others: paid when they arrive.
    """

    bought: Matrix
    still_open: Matrix
    paid: Matrix
    work_orders: Matrix


def source_terms(network: SupplyNetwork) -> Matrix:
    """(S,) days from receipt to payment of each source: its supplier's; where it is bought and no supplier is named the network's; 0 of all others."""
    supplier = network.sources["supplier"].to_numpy(dtype=int)
    terms = np.append(network.suppliers["payment_days"].fillna(network.payment_days).to_numpy(dtype=float), network.payment_days)
    is_supplied = network.sources["kind"].isin(SUPPLIED).to_numpy(dtype=bool)
    return np.where(is_supplied | (supplier >= 0), terms[np.where(supplier >= 0, supplier, len(terms) - 1)], 0.0)


def open_orders(network: SupplyNetwork) -> OpenOrders:
    """What open orders cost and when they are paid."""
    regular = _regular_source(network)
    cost = network.scheduled * supply_cost(network)[:, None]
    supplied = np.append(network.sources["kind"].isin(SUPPLIED).to_numpy(dtype=bool), True)
    bought = np.where(supplied[regular][:, None], cost, 0.0)
    days = np.append(source_terms(network), network.payment_days)[regular]
    still_open, paid = settle(bought, days, period_lengths(network.timeline.calendar, network.timeline.plan))
    return OpenOrders(bought, still_open, paid, cost - bought)


def _regular_source(network: SupplyNetwork) -> Positions:
    """(N,) first regular source of each stock; -1 where it has none."""
    found = np.full(len(network.points), -1, dtype=np.intp)
    regular = np.flatnonzero((network.sources["lever"] == "").to_numpy(dtype=bool))[::-1]  # the first one is written last
    found[whole(network, "sources", "point")[regular]] = regular
    return found
