"""When money of planned sales comes: what is kept within the plan when sales come later, and what of it is collected or paid by its end."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.customers import customer_shares
from sop_xl.plan.grid import Grid, Matrix


@dataclass(frozen=True)
class PaymentTerms:
    """When sales are paid.

    Parameters
    ----------
    customer_days
        From sale to payment, for customers that state none.
    supplier_days
        From the sale of a unit to the payment of its cost.
    by_customer
        customer, payment_days (NaN = `customer_days`): terms of customer groups; absent = none.
    """

    customer_days: float = 0.0
    supplier_days: float = 0.0
    by_customer: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"customer": [], "payment_days": []}))


class Days:
    """The planned periods in days.

    Parameters
    ----------
    timeline
        Its planned periods; sales are spread evenly over the days of each.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.length = np.array([timeline.calendar.days(period) for period in timeline.plan], dtype=float)
        self._to_end = self.length[::-1].cumsum()[::-1]  # from the start of each period to the end of the last

    def within(self, period: int, later: Matrix | float) -> Matrix:
        """Part of a period's sales that still falls into the plan when it comes so many days later; all of it when it comes earlier."""
        return np.asarray(np.clip((self._to_end[period] - later) / self.length[period], 0.0, 1.0))

    def all_within(self, later: float) -> Matrix:
        """(periods,) the same for every period."""
        return np.array([float(self.within(period, later)) for period in range(len(self.length))])


def collected_parts(terms: PaymentTerms, grid: Grid, mix: pd.DataFrame, days: Days) -> Matrix:
    """(series, periods) part of what is sold that customers pay by the end of the plan, by the terms of each series' customers."""
    parts = np.zeros(grid.shape)
    left = np.ones(grid.shape[0])
    stated = terms.by_customer.dropna(subset=["payment_days"]).sort_values("customer", kind="stable")
    for customer, own in zip(stated["customer"], stated["payment_days"], strict=True):
        share = np.minimum(customer_shares(grid, mix, str(customer)), left)
        parts += share[:, None] * days.all_within(float(own))
        left -= share
    return parts + left[:, None] * days.all_within(terms.customer_days)


def mean_terms(terms: PaymentTerms, grid: Grid, mix: pd.DataFrame, revenue: Matrix) -> float:
    """Mean days from sale to payment, weighted by planned revenue."""
    weight = np.maximum(revenue.sum(axis=1), 0.0)
    stated = terms.by_customer.dropna(subset=["payment_days"])
    late = np.zeros(len(weight))
    for customer, own in zip(stated["customer"], stated["payment_days"], strict=True):
        late += customer_shares(grid, mix, str(customer)) * (float(own) - terms.customer_days)
    total = float(weight.sum())
    return terms.customer_days + (float(weight @ late) / total if total > 0 else 0.0)
