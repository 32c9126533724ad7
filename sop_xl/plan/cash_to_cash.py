"""Days of inventory, receivables and payables, and the cash-to-cash cycle time.

    cash-to-cash = days of inventory + days of receivables - days of payables

G. Stewart, "Supply chain performance benchmarking study reveals keys to supply chain excellence", Logistics Information Management 8(2), 1995; SCOR metric
AM.1.1. Inventory is measured against the cost of goods sold, receivables against revenue, payables against purchases.
"""

from __future__ import annotations

import numpy as np

from sop_xl.plan.grid import Matrix

WINDOW = 3
"""Periods over which flows are summed: this one and those before it."""


def days_outstanding(balance: Matrix, flow: Matrix, days: Matrix) -> Matrix:
    """How many days of a flow a balance stands for.

    Parameters
    ----------
    balance
        (G, T) at the end of each period, money.
    flow
        (G, T + WINDOW - 1) money per period, `WINDOW` - 1 periods earlier than `balance` begins; NaN = not known: such a period counts neither
        with its money nor with its days.
    days
        (T + WINDOW - 1,) days in each period.

    Returns
    -------
    (G, T) days. Nothing in the balance is 0 days. NaN where the balance is not known, or where there is something in it and nothing flows.
    """
    known = ~np.isnan(flow)
    money = _rolling(np.where(known, flow, 0.0))
    length = _rolling(known * days[None, :])
    flows = money > 0
    found = np.where(flows, balance * length / np.where(flows, money, 1.0), np.nan)
    return np.where(balance == 0.0, 0.0, found)


def cash_to_cash(days_of_inventory: Matrix, days_of_receivables: Matrix, days_of_payables: Matrix) -> Matrix:
    """Days from paying for material to being paid for what is made of it; NaN where one of the three is."""
    return np.asarray(days_of_inventory + days_of_receivables - days_of_payables)


def _rolling(values: Matrix) -> Matrix:
    return np.asarray(np.lib.stride_tricks.sliding_window_view(values, WINDOW, axis=1).sum(axis=2))
