"""From revenue to contribution margin: the subtraction that every profit and loss here makes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sop_xl.plan.grid import Matrix


def discounts(gross_revenue: Matrix, revenue: Matrix) -> Matrix:
    """What customers do not pay of list prices; NaN where either is not known."""
    return np.asarray(gross_revenue - revenue)


def gross_margin(revenue: Matrix, cost: Matrix) -> Matrix:
    """Revenue - cost of goods sold; NaN where either is not known."""
    return np.asarray(revenue - cost)


def contribution_margin(margin: Matrix, costs_below: Iterable[Matrix]) -> Matrix:
    """Gross margin less the costs below it that are known; NaN among those counts as nothing."""
    below = np.zeros(margin.shape)
    for cost in costs_below:
        below = below + np.nan_to_num(cost)
    return np.asarray(margin - below)
