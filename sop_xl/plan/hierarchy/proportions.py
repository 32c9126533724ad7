"""Top-down and middle-out: one level keeps its forecast, everything below gets its share of it.

Shares of forecasts go down level by level, so that a family's own forecast decides between families and an item's between items (Athanasopoulos,
Ahmed and Hyndman 2009). Historical shares are those of Gross and Sohl (1990), one step from the total to the bottom.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from sop_xl.plan.hierarchy.nodes import BOTTOM, Floats, Hierarchy

_WAY_DOWN = ("total", "category", "family", "family x region", BOTTOM)
"""Levels of which each lies within the one before, unless a family stands in two categories."""


def shares_of_forecast(hierarchy: Hierarchy, base: Floats, start: str) -> Floats:
    """(bottom, periods) forecasts that add up to those of level `start`, divided at each level below by its own forecasts.

    Parameters
    ----------
    hierarchy
        Not empty.
    base
        (nodes, periods) forecasts in units; below zero counts as zero. Where all children of a node have zero, they share equally.
    start
        Level that keeps its forecast: `total`, `category`, `family` or `family x region`.
    """
    levels = nested_levels(hierarchy, start)
    rows, _ = hierarchy.level(start)
    amounts = np.maximum(base[rows], 0.0)
    for upper, lower in pairwise(levels):
        _, above = hierarchy.level(upper)
        rows, below = hierarchy.level(lower)
        parent = np.empty(len(rows), dtype=np.int64)
        parent[below] = above
        amounts = divide_by_weights(amounts, parent, np.maximum(base[rows], 0.0))
    return amounts


def nested_levels(hierarchy: Hierarchy, start: str) -> list[str]:
    """The levels from `start` down to the bottom of which each lies within the one before; a level that cuts across is left out."""
    kept = [BOTTOM]
    for name in reversed(_WAY_DOWN[_WAY_DOWN.index(start) : -1]):
        _, upper = hierarchy.level(name)
        rows, lower = hierarchy.level(kept[0])
        if name == start or len(np.unique(np.column_stack([lower, upper]), axis=0)) == len(rows):
            kept.insert(0, name)
    return kept


def divide_by_weights(amounts: Floats, parent: npt.NDArray[np.int64], weights: Floats) -> Floats:
    """Each parent's amount over its children in proportion to `weights`; equal parts where they are all zero.

    Parameters
    ----------
    amounts
        (parents, periods) units.
    parent
        (children,) row of each child's parent.
    weights
        (children, periods), not below zero.
    """
    from scipy import sparse

    children = len(parent)
    members = sparse.csr_matrix(
        (np.ones(children), (parent, np.arange(children))), shape=(len(amounts), children)
    )
    whole = (members @ weights)[parent]
    even = 1.0 / np.bincount(parent, minlength=len(amounts))[parent]
    share = np.where(whole > 0, weights / np.where(whole > 0, whole, 1.0), even[:, None])
    return np.asarray(amounts[parent] * share)


def average_proportions(history: Floats, total: Floats) -> Floats:
    """(bottom,) mean over the periods of each row's share of that period's total (Gross and Sohl 1990, method A).

    Parameters
    ----------
    history
        (bottom, periods) demand in units; NaN = not known, below zero counts as zero.
    total
        (periods,) of everything that was sold, also by series that are in no row. Periods in which nothing was sold are left out.

    Returns
    -------
    Floats
        Adds up to 1; equal parts where nothing was ever sold.
    """
    sold = total > 0
    return _shares(np.maximum(history[:, sold], 0.0) / total[sold])


def proportions_of_averages(history: Floats, total: Floats) -> Floats:
    """(bottom,) each row's average demand as a share of the average total (Gross and Sohl 1990, method F); see `average_proportions`."""
    return _shares(np.maximum(history[:, total > 0], 0.0))


def _shares(values: Floats) -> Floats:
    known = np.isfinite(values)
    mean = np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    whole = mean.sum()
    return np.asarray(mean / whole if whole > 0 else np.full(len(mean), 1.0 / max(len(mean), 1)))
