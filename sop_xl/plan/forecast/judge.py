"""What a held-out origin showed, and the ranges that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sop_xl.plan.forecast.nodes import Origin
from sop_xl.plan.forecast.ranges import blended_scale, pooled_quantiles, relative_size
from sop_xl.plan.forecast.seasonal import Floats
from sop_xl.plan.hierarchy import Hierarchy


@dataclass(frozen=True, slots=True)
class Judged:
    """One held-out origin, judged. All arrays are (nodes, held-out periods) unless said.

    Parameters
    ----------
    origin
        What was known then.
    members
        (asked, members, periods) forecasts of each member.
    held
        Actual demand.
    base, forecast, naive
        Combined forecast of each node alone; the same reconciled, as it would have been published; seasonal naive.
    scale
        (nodes,) naive error scale of the history before the origin.
    tested
        (nodes,) whether the node had enough history then to be judged.
    """

    origin: Origin
    members: Floats
    held: Floats
    base: Floats
    forecast: Floats
    naive: Floats
    scale: Floats
    tested: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan's forecast as arrays.

    Parameters
    ----------
    base, forecast
        (nodes, horizon) each node alone; reconciled and closed at the items' ends.
    weights
        (asked, members) NaN rows where the median was taken.
    scale
        (nodes,) error scale behind the ranges, in units.
    kept
        (nodes, horizon) share of the reconciled forecast that the items' ends left.
    """

    base: Floats
    forecast: Floats
    weights: Floats
    scale: Floats
    kept: Floats


def judged_errors(tests: Sequence[Judged], nodes: int, relative: bool = False) -> Floats:
    """(nodes, longest hold-out) errors forecast - actual of each node at the first origin that could judge it; NaN elsewhere.

    Those of the node's own forecast; with `relative` those of the reconciled one, divided by its relative size.
    """
    out = np.full((nodes, max((t.origin.cut for t in tests), default=1)), np.nan)
    done = np.zeros(nodes, dtype=bool)
    for test in tests:
        rows = test.tested & ~done
        made = test.forecast if relative else test.base
        errors = (made - test.held) / (relative_size(made) if relative else 1.0)
        out[rows, : test.origin.cut] = errors[rows]
        done |= rows
    return out


def range_arrays(
    hierarchy: Hierarchy, origin: Origin, plan: Planned, tests: Sequence[Judged], low: float, high: float
) -> tuple[Floats, Floats]:
    """(nodes, horizon) lower and upper quantile of every node; never on the wrong side of the forecast, never below zero."""
    nodes = len(hierarchy.nodes)
    errors = judged_errors(tests, nodes, relative=True)
    scale_then = np.ones(nodes)
    done = np.zeros(nodes, dtype=bool)
    for test in tests:
        rows = test.tested & ~done
        scale_then[rows] = test.scale[rows]
        done |= rows
    scale = blended_scale(scale_then, errors)
    seasonal = np.zeros(nodes, dtype=bool)
    seasonal[origin.asked] = origin.seasonal
    lower, upper = np.zeros_like(plan.forecast), np.zeros_like(plan.forecast)
    before = plan.forecast / np.where(plan.kept > 0, plan.kept, 1.0)
    for kind in (seasonal, ~seasonal):
        if kind.any():
            shape = pooled_quantiles(errors[kind], scale[kind], (low, high), plan.forecast.shape[1])
            width = (plan.scale[:, None] * relative_size(before) * plan.kept)[kind]
            lower[kind] = plan.forecast[kind] + width * shape[0]
            upper[kind] = plan.forecast[kind] + width * shape[1]
    dead = np.ones(nodes, dtype=bool)
    dead[origin.asked] = False
    lower[dead] = upper[dead] = 0.0
    return np.clip(lower, 0.0, plan.forecast), np.maximum(upper, plan.forecast)
