"""Series added up by their labels: what every total of the financial plan is made by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Mask, Matrix, Positions


@dataclass(frozen=True, slots=True)
class RollUp:
    """Which series belong to which group.

    Parameters
    ----------
    labels
        One row per group, sorted, unique; the index is the group's position.
    code
        (S,) group of each series.
    members
        (groups, S) sparse matrix with 1 where a series belongs to a group.
    """

    labels: pd.DataFrame
    code: Positions
    members: Any

    def total(self, values: Matrix) -> Matrix:
        """(groups, periods) sums of (series, periods); a group without series has 0."""
        return np.asarray(self.members @ values, dtype=float)

    def total_known(self, values: Matrix) -> Matrix:
        """(groups, periods) sums of what is known, see `sum_of_known`."""
        return sum_of_known(self.total, values)

    def any_in(self, cells: Mask) -> Mask:
        """(groups, periods) whether any series of the group is marked."""
        return np.asarray(self.total(cells.astype(float)) > 0)


def sum_of_known(total: Callable[[Matrix], Matrix], values: Matrix) -> Matrix:
    """Sums of what is known; NaN where something is not known and nothing else counts.

    Parameters
    ----------
    total
        Adds up the rows of a matrix without NaN.
    """
    known = ~np.isnan(values)
    if known.all():
        return total(values)
    counted, unknown = total((known & (values != 0)).astype(float)), total((~known).astype(float))
    return np.where((counted == 0) & (unknown > 0), np.nan, total(np.where(known, values, 0.0)))


def roll_up(series: pd.DataFrame, by: Sequence[str], more: pd.DataFrame | None = None) -> RollUp:
    """Group series by some of their labels.

    Parameters
    ----------
    series
        One row per series with the columns `by`.
    by
        Labels that make a group.
    more
        Further groups, which have no series.
    """
    columns = list(by)
    parts = [series[columns]] if more is None else [series[columns], more[columns]]
    labels = pd.concat(parts, ignore_index=True).astype(object).drop_duplicates().sort_values(columns, kind="stable", ignore_index=True)
    code: Positions = pd.MultiIndex.from_frame(labels).get_indexer(pd.MultiIndex.from_frame(series[columns].astype(object)))
    from scipy.sparse import csr_array

    members = csr_array((np.ones(len(code)), (code, np.arange(len(code)))), shape=(len(labels), len(code)))
    return RollUp(labels, code, members)
