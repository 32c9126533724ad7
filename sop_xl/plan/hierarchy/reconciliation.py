"""Forecasts of all levels made to agree, by the method of the planner's choice."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from sop_xl.errors import FrameError
from sop_xl.plan.hierarchy.mint import MOST_NODES, check_size, minimum_trace_shrunk
from sop_xl.plan.hierarchy.nodes import Floats, Hierarchy
from sop_xl.plan.hierarchy.proportions import average_proportions, proportions_of_averages, shares_of_forecast

Reconcile = Literal[
    "mint_diagonal",
    "mint_shrink",
    "mint_shrink_nonnegative",
    "bottom_up",
    "middle_out",
    "middle_out_regions",
    "top_down",
    "top_down_average_proportions",
    "top_down_proportions_of_averages",
]
METHODS: tuple[str, ...] = get_args(Reconcile)

_KEPT_LEVEL = {"top_down": "total", "middle_out": "family", "middle_out_regions": "family x region"}
_PROPORTIONS = {
    "top_down_average_proportions": average_proportions,
    "top_down_proportions_of_averages": proportions_of_averages,
}


def check_method(method: str, nodes: int, errors: int | None = None) -> None:
    """Raise before anything is computed when the method is unknown (`FrameError`) or cannot be served here (`PlanError`).

    Parameters
    ----------
    method
        See `reconcile`.
    nodes
        Number of series and sums.
    errors
        Periods whose forecast errors will be known; not given, that is not checked.
    """
    if method not in METHODS:
        raise FrameError(f"no reconciliation is called {method!r}")
    if method in MOST_NODES:
        check_size(method, nodes, errors)


def reconcile(
    hierarchy: Hierarchy,
    base: Floats,
    variance: Floats,
    method: Reconcile = "mint_diagonal",
    *,
    history: Floats | None = None,
    errors: Floats | None = None,
) -> Floats:
    """Coherent forecasts of all nodes from independent ones, not below zero.

    Weights that ignore the size of errors (ordinary least squares, structural) are not offered: where large and small nodes stand in one
    hierarchy they push the errors of the large into the small.

    Parameters
    ----------
    hierarchy
        Whose nodes the rows are.
    base
        (nodes, periods) base forecasts in units, aggregates first.
    variance
        (nodes,) mean squared error of each node's base forecast, above zero; only the `mint` methods use it.
    method
        `mint_diagonal`: minimum trace with a diagonal error covariance (Wickramasuriya, Athanasopoulos and Hyndman 2019), solved as
        base - W C' (C W C')^-1 C base with C = [I, -sums], one sparse factorisation. `mint_shrink`, `mint_shrink_nonnegative`: the same with
        shrunken correlations, see `minimum_trace_shrunk`. `bottom_up`: the bottom forecasts alone.
        `middle_out`, `middle_out_regions`, `top_down`: the forecasts of families, of families by region, or of the total stay, and go down by
        the proportions of the forecasts below them. `top_down_average_proportions`, `top_down_proportions_of_averages`: the total, divided
        by shares of `history`.
    history
        (nodes, periods) demand that gives the historical shares; only those two methods need it. The total may hold more than the rows below it,
        such as series that are not forecast any more.
    errors
        (nodes, periods) past errors that give correlations, NaN = not known; only the two shrunken methods need it. They must be those of
        forecasts made node by node, as `base` is: errors that add up like demand say nothing about forecasts that do not.

    Returns
    -------
    Floats
        (nodes, periods). Bottom rows are clipped at zero and summed again, so that every level adds up exactly.

    Raises
    ------
    FrameError
        For rows that are not those of the hierarchy, a variance not above zero, an unknown method or one without the history or errors it needs.
    PlanError
        See `minimum_trace_shrunk`.
    """
    if base.shape[0] != len(hierarchy.nodes) or variance.shape != (base.shape[0],):
        raise FrameError("reconcile: one row per node is needed")
    check_method(method, len(base))
    count = hierarchy.aggregates
    bottom = base[count:]
    if count and method in _KEPT_LEVEL:
        bottom = shares_of_forecast(hierarchy, base, _KEPT_LEVEL[method])
    elif count and method in _PROPORTIONS:
        if history is None or len(history) != len(base):
            raise FrameError(f"reconcile: {method} needs the history of every node")
        bottom = np.maximum(base[0], 0.0) * _PROPORTIONS[method](history[count:], history[0])[:, None]
    elif count and method != "bottom_up":
        if not (np.isfinite(variance).all() and (variance > 0).all()):
            raise FrameError("reconcile: every variance must be above zero")
        if method == "mint_diagonal":
            bottom = minimum_trace(hierarchy.sums, base, variance)
        elif errors is None:
            raise FrameError(f"reconcile: {method} needs past errors of every node")
        else:
            bottom = minimum_trace_shrunk(hierarchy, base, variance, errors, method)
    return hierarchy.up(np.maximum(bottom, 0.0))


def minimum_trace(sums: Any, base: Floats, variance: Floats) -> Floats:
    """(bottom, periods) forecasts of the bottom rows by minimum trace with a diagonal error covariance; may be below zero.

    Parameters
    ----------
    sums
        Sparse (aggregates, bottom) matrix of what adds up to what.
    base, variance
        (nodes, periods) and (nodes,), aggregates first; see `reconcile`.
    """
    from scipy import sparse
    from scipy.sparse.linalg import splu

    count = sums.shape[0]
    above, below = variance[:count], variance[count:]
    system = (sparse.diags(above) + sums @ sparse.diags(below) @ sums.T).tocsc()
    # scaling rows and columns to a unit diagonal keeps the factorisation sound when units differ by millions
    root = 1.0 / np.sqrt(system.diagonal())
    # an order of elimination for symmetric matrices: an eighth of the fill, and of the time, of the default one
    factors = splu((sparse.diags(root) @ system @ sparse.diags(root)).tocsc(), permc_spec="MMD_AT_PLUS_A")
    gap = base[:count] - sums @ base[count:]
    multipliers = root[:, None] * factors.solve(root[:, None] * gap)
    return np.asarray(base[count:] + below[:, None] * (sums.T @ multipliers))
