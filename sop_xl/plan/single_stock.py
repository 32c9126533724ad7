"""One stock by itself: net requirements and what can still be promised, where nothing is known of bills, sources and capacity."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sop_xl.plan.grid import Matrix, Positions
from sop_xl.plan.inventory import order_quantity, short_of
from sop_xl.plan.supply.flows import earlier


class NetPlan(NamedTuple):
    """Net requirements of stocks, each by itself; (stocks, periods) units.

    Parameters
    ----------
    receipts
        Planned receipts by period of arrival.
    releases
        The same by the period in which they are ordered.
    balance
        Projected available balance at the end of each period; negative = short.
    """

    receipts: Matrix
    releases: Matrix
    balance: Matrix


def net_plan(
    opening: Matrix, gross: Matrix, scheduled: Matrix, safety_stock: Matrix, minimum: Matrix, multiple: Matrix, lead_periods: Positions
) -> NetPlan:
    """Time-phased netting as `plan.supply.netting` has it, of one source without yield.

    Parameters
    ----------
    opening, minimum, multiple, lead_periods
        (stocks,) units; 0 = no least order, any quantity; whole periods from order to receipt. Nothing can arrive before those are over.
    gross, scheduled, safety_stock
        (stocks, periods) units.

    Source: Orlicky, Material Requirements Planning (1975).
    """
    receipts, balance = np.zeros_like(gross), np.zeros_like(gross)
    closing = opening.astype(float)
    for t in range(gross.shape[1]):
        before = closing + scheduled[:, t] - gross[:, t]
        short = short_of(safety_stock[:, t], before, gross[:, t])
        receipts[:, t] = np.where(lead_periods <= t, order_quantity(short, minimum, multiple), 0.0)
        closing = before + receipts[:, t]
        balance[:, t] = closing
    return NetPlan(receipts, earlier(receipts, lead_periods), balance)


def available_to_promise(opening: Matrix, receipts: Matrix, orders: Matrix) -> Matrix:
    """Discrete available-to-promise, (stocks, periods) units: what of each receipt no customer order has taken.

    A receipt (in the first period opening stock, too) serves the orders from its period up to the next receipt. What they take beyond it is taken from
    the receipts before, the nearest first; what even those cannot give stands negative in the period of the receipt that is short.

    Parameters
    ----------
    opening
        (stocks,) units on hand.
    receipts, orders
        (stocks, periods) units: scheduled and planned receipts, and customer orders.

    Source: Vollmann, Berry, Whybark and Jacobs, Manufacturing Planning and Control Systems, chapter on demand management; Arnold, Chapman and
    Clive, Introduction to Materials Management, chapter 3.
    """
    supply = receipts.astype(float).copy()
    supply[:, 0] += opening
    begins = receipts > 0
    begins[:, 0] = True
    result = np.zeros_like(supply)
    for row in range(len(supply)):
        starts = np.flatnonzero(begins[row])
        free = np.add.reduceat(supply[row] - orders[row], starts)
        # orders that are due earlier draw on what lies before them first
        for k in range(1, len(starts)):
            for before in range(k - 1, -1, -1):
                taken = min(max(-free[k], 0.0), max(free[before], 0.0))
                free[k] += taken
                free[before] -= taken
        result[row, starts] = free
    return result
