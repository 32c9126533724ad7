"""Minimum trace reconciliation with shrunken error correlations, by hierarchicalforecast (optional extra `mint`).

Its matrices are dense, so it serves small hierarchies; `MOST_NODES` says how small. Larger ones have `mint_diagonal`.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from sop_xl.errors import FrameError, PlanError
from sop_xl.plan.hierarchy.nodes import Floats, Hierarchy

MOST_NODES = {"mint_shrink": 4000, "mint_shrink_nonnegative": 500}
"""Nodes up to which each method is offered.

A dense n x n matrix is held about eight times: 4,000 nodes take 1 GB and 4 seconds on one core, 12,000 would take 9 GB. Without negative
values it is a quadratic programme per period whose time grows with the third power: half a second per period at 500 nodes, nine at 1,100.
"""

LEAST_ERRORS = 5
"""Periods of errors below which no correlation is told from chance: it then counts as none."""


def check_size(method: str, nodes: int, errors: int | None = None) -> None:
    """Raise `PlanError` when the hierarchy is too large for the method, its package is not installed, or errors of too few periods are known."""
    most = MOST_NODES[method]
    if nodes > most:
        other = "mint_diagonal" if method == "mint_shrink" else "mint_shrink or mint_diagonal"
        raise PlanError(
            f"Reconciliation {method} takes at most {most:,} series and sums, and there are {nodes:,}; choose {other} in Settings"
        )
    if errors is not None and errors < LEAST_ERRORS:
        raise PlanError(
            f"Reconciliation {method} learns from at least {LEAST_ERRORS} held-out periods, and history leaves {errors}; choose mint_diagonal in Settings"
        )
    _library(method)


def minimum_trace_shrunk(
    hierarchy: Hierarchy, base: Floats, variance: Floats, errors: Floats, method: str
) -> Floats:
    """(bottom, periods) forecasts of least expected squared error, given how errors of the nodes go together.

    Parameters
    ----------
    hierarchy, base
        See `reconcile`.
    variance
        (nodes,) mean squared error of each node, above zero: the diagonal of the error covariance.
    errors
        (nodes, periods) past errors in units of forecasts made node by node, from which correlations are estimated and shrunken towards none (Schaefer and Strimmer 2005); NaN =
        not known, and says nothing about correlation. With fewer than `LEAST_ERRORS` periods they are zero.
    method
        `mint_shrink` (Wickramasuriya, Athanasopoulos and Hyndman 2019) may return values below zero; `mint_shrink_nonnegative` solves
        again, under the condition that there are none, the periods in which there would be (Wickramasuriya, Turlach and Hyndman 2020).

    Raises
    ------
    PlanError
        When the hierarchy is too large, the package is not installed, or it finds no solution.
    """
    if errors.shape[0] != len(base):
        raise FrameError("reconcile: errors need one row per node")
    check_size(method, len(base))
    # Every node in units of its own error: the covariance becomes a correlation, and the fixed thresholds inside the library fit any
    # scale of demand. The bottom block of the sums stays the identity.
    unit = np.sqrt(variance)
    count = hierarchy.aggregates
    sums = hierarchy.up(np.eye(len(base) - count)) * unit[count:] / unit[:, None]
    solve = _Solver(method, sums, _standardised(errors))
    made = solve(base / unit[:, None], nonnegative=False)
    # what is negative by rounding alone is clipped with the rest
    below = (made < -1e-9 * np.abs(made).max(initial=0.0)).any(axis=0)
    if method == "mint_shrink_nonnegative" and below.any():
        made[:, below] = solve(np.maximum(base[:, below], 0.0) / unit[:, None], nonnegative=True)
    return np.asarray(made * unit[count:, None])


class _Solver:
    def __init__(self, method: str, sums: Floats, errors: Floats) -> None:
        self.method, self.sums, self.errors = method, sums, errors
        self.made_by = _library(method)

    def __call__(self, base: Floats, nonnegative: bool) -> Floats:
        # a ridge of 1 is the variance of a node without usable errors; all others have it already
        reconciler = self.made_by("mint_shrink", nonnegative=nonnegative, mint_shr_ridge=1.0)
        size = max(float(np.abs(base).max()), 1e-300)  # its tolerances are absolute
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # its solver remarks on matrix formats
                found = reconciler.fit_predict(
                    S=self.sums, y_hat=base / size, y_insample=self.errors, y_hat_insample=np.zeros_like(self.errors)
                )["mean"]
        except Exception as error:  # the library raises nothing more specific
            raise PlanError(
                f"Reconciliation {self.method} found no solution ({error}); choose mint_diagonal in Settings"
            ) from error
        if not np.isfinite(found).all():
            raise PlanError(
                f"Reconciliation {self.method} found no finite solution; choose mint_diagonal in Settings"
            )
        return np.asarray(size * found[len(self.sums) - self.sums.shape[1] :], dtype=np.float64)


def _standardised(errors: Floats) -> Floats:
    """Errors of variance 1 around 1, constant where a node's errors do not vary; an unknown error is that node's mean."""
    if errors.shape[1] < LEAST_ERRORS:
        return np.ones((len(errors), LEAST_ERRORS))
    known = np.isfinite(errors)
    size = np.where(known, np.abs(errors), 0.0).max(axis=1)
    mean = np.where(known, errors, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    around = np.where(known, errors - mean[:, None], 0.0)
    deviation = np.sqrt((around**2).sum(axis=1) / (errors.shape[1] - 1))
    varies = deviation > 1e-9 * size
    # around 1, not 0: errors that add up to zero are taken for those of an overfitted model and refused
    return np.asarray(1.0 + np.where(varies[:, None], around / np.where(varies, deviation, 1.0)[:, None], 0.0))


def _library(method: str) -> Any:
    try:
        from hierarchicalforecast.methods import MinTrace
    except ImportError as error:
        raise PlanError(
            f'Reconciliation {method} needs the package hierarchicalforecast: pip install "sop-xl[mint]", or choose mint_diagonal in Settings'
        ) from error
    return MinTrace
