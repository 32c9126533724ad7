"""How large errors of each node usually are, and what a naive forecaster would have said."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.forecast.scales import error_scale
from sop_xl.plan.forecast.seasonal import Floats
from sop_xl.plan.hierarchy import Hierarchy

_SHRINK = 6.0  # held-out periods at which a node's own error counts as much as that of its level


def variances(hierarchy: Hierarchy, naive: Floats, errors: Floats) -> Floats:
    """Mean squared error of every node: its own where long tested, else its naive scale times what its level usually shows."""
    known = np.isfinite(errors)
    count = known.sum(axis=1)
    square = np.where(known, errors, 0.0) ** 2
    ratio = square.sum(axis=1) / np.maximum(count, 1) / naive**2
    usual = np.ones(len(naive))
    for _, rows in hierarchy.nodes.groupby("level", sort=False).indices.items():
        tested = rows[count[rows] > 0]
        if tested.size:
            usual[rows] = np.median(ratio[tested])
    share = count / (count + _SHRINK)
    # demand that never changes has held-out errors of zero, and nothing can be weighed by a variance of zero
    floor = max(1e-3 * float(np.median(usual)), 1e-6)
    return np.asarray(naive**2 * np.maximum(share * ratio + (1 - share) * usual, floor))


def naive_scales(known: Floats, season: int) -> Floats:
    """`error_scale` of every row of (nodes, periods), from its first demand on."""
    starts = (known > 0).argmax(axis=1)
    return np.array([error_scale(y[s:], season) for y, s in zip(known, starts, strict=True)])


def seasonal_naive(known: Floats, horizon: int, season: int) -> Floats:
    """The value of a year before; the last value where the series is younger than a year."""
    starts = (known > 0).argmax(axis=1)
    size = known.shape[1]
    if size >= season:
        year = known[:, size - season + np.arange(horizon) % season]
    else:
        year = np.repeat(known[:, -1:], horizon, axis=1)
    young = size - starts < season
    return np.asarray(np.where(young[:, None], known[:, -1:], year))
