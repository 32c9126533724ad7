"""What a held-out origin showed, and the ranges that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sop_xl.plan.forecast.nodes import Origin
from sop_xl.plan.forecast.ranges import range_bounds
from sop_xl.plan.forecast.seasonal import Floats

WITHOUT_DRIVERS = "Without drivers"
"""Name of the forecast that a series which follows drivers would have had without them."""


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
        What happened, by which everything is judged.
    even
        Demand as it is learned from, corrected and freed of its drivers.
    errors
        `base` - what happened, freed of its drivers.
    base, forecast, naive
        Forecast of each node alone, freed of drivers; reconciled, as statistics alone would have published it; seasonal naive.
    planning
        (bottom, periods) what plans: `forecast` with the rows that people state as they state them.
    tried
        Other forecasts of single series by name: (bottom, periods), NaN where not tried.
    fell_back
        Rows of the bottom whose chosen model could not be fitted then.
    scale
        (nodes,) naive error scale of the history before the origin.
    tested
        (nodes,) whether the node had enough history then to be judged.
    """

    origin: Origin
    members: Floats
    held: Floats
    even: Floats
    errors: Floats
    base: Floats
    forecast: Floats
    naive: Floats
    planning: Floats
    tried: dict[str, Floats]
    fell_back: tuple[int, ...]
    scale: Floats
    tested: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan's forecast as arrays.

    Parameters
    ----------
    base, forecast
        (nodes, horizon) each node alone, freed of drivers; reconciled, as stated, and closed at the items' ends.
    whole
        (bottom, horizon) the forecast before items are closed.
    weights
        (asked, members) NaN rows where the median was taken.
    kept
        (nodes, horizon) what drivers, statements and the items' ends made of the reconciled forecast, as a factor.
    """

    base: Floats
    forecast: Floats
    whole: Floats
    weights: Floats
    kept: Floats


def judged_errors(tests: Sequence[Judged], nodes: int) -> Floats:
    """(nodes, longest hold-out) errors forecast - actual of each node's own forecast at the first origin that could judge it; NaN elsewhere."""
    return _at_first_origin(tests, nodes, [test.errors for test in tests])


def _at_first_origin(tests: Sequence[Judged], nodes: int, figures: Sequence[Floats]) -> Floats:
    out = np.full((nodes, max((t.origin.cut for t in tests), default=1)), np.nan)
    done = np.zeros(nodes, dtype=bool)
    for test, figure in zip(tests, figures, strict=True):
        rows = test.tested & ~done
        out[rows, : test.origin.cut] = figure[rows]
        done |= rows
    return out


def range_arrays(
    actual: Floats,
    origin: Origin,
    plan: Planned,
    tests: Sequence[Judged],
    season: int,
    low: float,
    high: float,
) -> tuple[Floats, Floats]:
    """(nodes, horizon) lower and upper quantile of every node; never on the wrong side of the forecast, never below zero.

    Parameters
    ----------
    actual
        (nodes, periods) history; a node's demand is known from its first period with any.
    """
    nodes = len(actual)
    made = _at_first_origin(tests, nodes, [test.forecast for test in tests])
    held = _at_first_origin(tests, nodes, [test.held for test in tests])
    asked = np.zeros(nodes, dtype=bool)
    asked[origin.asked] = True
    seasonal = np.zeros(nodes, dtype=bool)
    seasonal[origin.asked] = origin.seasonal
    started = np.maximum.accumulate(actual > 0, axis=1)
    history = np.where(started, actual, np.nan)
    before = plan.forecast / np.where(plan.kept > 0, plan.kept, 1.0)
    lower, upper = np.zeros_like(before), np.zeros_like(before)
    bounds = range_bounds(
        before[asked], made[asked], held[asked], history[asked], seasonal[asked], season, (low, high)
    )
    lower[asked] = bounds[:, 0] * plan.kept[asked]
    upper[asked] = bounds[:, 1] * plan.kept[asked]
    return np.clip(lower, 0.0, plan.forecast), np.maximum(upper, plan.forecast)
