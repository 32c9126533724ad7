"""Costs that follow sales by a rate: freight, cost to serve, obsolescence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.periods import Calendar
from sop_xl.plan.dated_scopes import holding
from sop_xl.plan.grid import Matrix

LINES = {"freight": "freight", "cost to serve": "cost_to_serve", "obsolescence": "obsolescence"}
"""Measure of each line of COST_RATES."""


def rated_costs(
    cost_rates: pd.DataFrame, groups: pd.DataFrame, periods: pd.DatetimeIndex, calendar: Calendar, volume: Matrix, revenue: Matrix
) -> dict[str, Matrix]:
    """What the rates come to, by measure.

    Parameters
    ----------
    cost_rates
        COST_RATES: on each day the narrowest row of a line holds, of equal ones the one that begins last; both of its rates count.
    groups
        family, region, customer of every row of the matrices.
    periods, calendar
        Columns of the matrices, consecutive. A period within which a rate changes has the mean by its days.
    volume, revenue
        (G, T) units sold and net revenue, plan currency.

    Returns
    -------
    Measure to (G, T) in plan currency; NaN where no row of the line holds in the period, or the revenue that a row takes its share of is not known.
    """
    result = {}
    for line, measure in LINES.items():
        rows = cost_rates[cost_rates["line"] == line].reset_index(drop=True)
        found = holding(rows, groups.reset_index(drop=True), periods, calendar, ("region", "customer"))
        held = found.total(np.ones(len(found.row)), volume.shape)
        per_unit, share = (found.total(rows[name].to_numpy(dtype=float)[found.row], volume.shape) for name in ("per_unit", "share"))
        amount = np.where(per_unit == 0, 0.0, per_unit * volume) + np.where(share == 0, 0.0, share * revenue)
        result[measure] = np.where(held > 0, amount, np.nan)
    return result
