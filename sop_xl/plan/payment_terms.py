"""Payment terms: when what arises in a period is paid, exactly by days.

What arises in a period (revenue, receipts) is spread evenly over its days, and each day's part is paid so many days later. With 30 days, what
arises in a January of 31 days is paid from 31 January to 1 March: 1/31 of it in January, 28/31 in February, 2/31 in March.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sop_xl.periods import Calendar
from sop_xl.plan.grid import Matrix

NOISE = 1e-12
"""Part of all that arose below which what is open is what float arithmetic leaves of nothing."""


def period_lengths(calendar: Calendar, periods: Iterable[pd.Timestamp]) -> Matrix:
    """Days in each period."""
    return np.array([calendar.days(period) for period in periods], dtype=float)


def paid_share(days: float, lengths: Matrix) -> Matrix:
    """Part of what arose in each period that is paid by the end of each period.

    Parameters
    ----------
    days
        From sale or receipt to payment; 0 = at once.
    lengths
        (P,) days in consecutive periods.

    Returns
    -------
    (P, P): of what arose in the row's period the fraction that is paid by the end of the column's, 0 before it arose. What is not paid by the
    end of the last period never is within them.
    """
    ends = np.cumsum(lengths)
    starts = ends - lengths
    due_since_start = ends[None, :] - starts[:, None] - days
    return np.asarray(np.clip(due_since_start / lengths[:, None], 0.0, 1.0))


def settle(amounts: Matrix, days: Matrix, lengths: Matrix) -> tuple[Matrix, Matrix]:
    """What is still open at the end of each period, and what is paid in it.

    Parameters
    ----------
    amounts
        (K, P) money that arises in each period; credits are negative and are settled by the same terms.
    days
        (K,) terms of each row, days.
    lengths
        (P,) days in consecutive periods.

    Returns
    -------
    Open and paid, (K, P) each. In every row and period open before + arisen - paid = open; nothing is open before the first period.
    """
    by_now = np.zeros_like(amounts)
    for terms in np.unique(days):
        rows = days == terms
        by_now[rows] = amounts[rows] @ paid_share(float(terms), lengths)
    still_open = np.cumsum(amounts, axis=1) - by_now
    noise = NOISE * np.abs(amounts).sum(axis=1, keepdims=True)
    return np.where(np.abs(still_open) <= noise, 0.0, still_open), np.diff(by_now, axis=1, prepend=0.0)
