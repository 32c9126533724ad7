"""The search over whole lots, shifts and workers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.solver.engine import highs_model, silent_highs
from sop_xl.plan.supply.solver.programme import Programme


class Found(NamedTuple):
    """Values of the columns of the best plan found, its relative gap, and whether time ran out first."""

    values: Matrix
    gap: float
    out_of_time: bool


def search_whole(held: Programme, stages: Sequence[Matrix], gap: float, seconds: float, start: Matrix | None = None) -> Found | None:
    """The best plan in whole numbers, stage by stage; `None` when time ran out before there was one.

    What an earlier stage has reached may be missed by a later one by no more than rounding.

    Parameters
    ----------
    start
        Values of a plan in whole numbers to begin with; it stands when nothing better is found in time.
    """
    highs = silent_highs()
    highs.setOptionValue("mip_rel_gap", gap)
    highs.passModel(highs_model(held))
    found = None if start is None else Found(start, 1.0, True)
    index = np.arange(len(held.cost), dtype=np.int32)
    for number, cost in enumerate(stages):
        highs.changeColsCost(len(cost), index, cost)
        highs.setOptionValue("time_limit", highs.getRunTime() + seconds / len(stages))
        if found is not None:
            highs.setSolution(_solution(found.values))
        highs.run()
        info = highs.getInfo()
        if info.primal_solution_status != 2:
            return found
        values = np.asarray(highs.getSolution().col_value, dtype=float)
        reached = float(np.dot(cost, values))
        left = float(info.mip_gap) if np.isfinite(info.mip_gap) else 1.0
        found = Found(values, left if number == len(stages) - 1 else 1.0, left > gap * (1 + 1e-9) + 1e-9)
        if number < len(stages) - 1:
            columns = np.flatnonzero(cost).astype(np.int32)
            highs.addRow(-np.inf, reached + 1e-6 * max(1.0, abs(reached)), len(columns), columns, cost[columns])
    return found


def _solution(values: Matrix) -> object:
    import highspy

    solution = highspy.HighsSolution()
    solution.col_value = list(values)
    return solution
