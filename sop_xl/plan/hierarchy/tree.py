"""Forecasts of a plain tree made to agree: nodes and their parents, without items, locations or levels of a fixed name."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sop_xl.errors import FrameError
from sop_xl.plan.hierarchy.nodes import Floats
from sop_xl.plan.hierarchy.proportions import divide_by_weights
from sop_xl.plan.hierarchy.reconciliation import minimum_trace

TREE_METHODS = ("mint_diagonal", "bottom_up", "top_down")


def reconcile_tree(
    parent: npt.NDArray[np.int64], base: Floats, method: str = "mint_diagonal", variance: Floats | None = None
) -> Floats:
    """Coherent forecasts of all nodes of a tree, not below zero.

    Parameters
    ----------
    parent
        (nodes,) row of each node's parent; -1 at a top. Several tops are several trees.
    base
        (nodes, periods) forecasts in units; leaves must be known. A node above with an unknown period (NaN) has no forecast of its own and says
        nothing; a top that goes down must be known.
    method
        mint_diagonal | bottom_up | top_down, as in `reconciliation.reconcile`; top-down goes by the proportions of the forecasts below.
    variance
        (nodes,) mean squared error of each forecast, above zero, for mint_diagonal. Absent = in proportion to the mean forecast: large nodes err more
        in units, less in percent.

    Raises
    ------
    FrameError
        For an unknown method, parents that go round in a circle, unknown leaves or tops, a variance not above zero.
    """
    if method not in TREE_METHODS:
        raise FrameError(f"no reconciliation is called {method!r}")
    depth = _depths(parent)
    leaf = ~np.isin(np.arange(len(parent)), parent)
    if np.isnan(base[leaf]).any():
        raise FrameError("reconcile: every lowest row needs a forecast in every period")
    sums = _sums(parent, leaf)
    above = np.flatnonzero(~leaf)
    bottom = base[leaf]
    if method == "top_down" and len(above):
        bottom = _top_down(parent, depth, base)[leaf]
    elif method == "mint_diagonal" and len(above):
        spread = np.maximum(np.nan_to_num(base).mean(axis=1), 1e-6) if variance is None else variance
        if not (spread > 0).all():
            raise FrameError("reconcile: every variance must be above zero")
        said = ~np.isnan(base[above]).any(axis=1)
        if said.any():
            order = np.concatenate([above[said], np.flatnonzero(leaf)])
            bottom = minimum_trace(sums[said], base[order], spread[order])
    out = np.empty_like(base)
    out[leaf] = np.maximum(bottom, 0.0)
    out[above] = sums @ out[leaf]
    return out


def _depths(parent: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    depth, at = np.zeros(len(parent), dtype=np.int64), parent.copy()
    for _ in range(len(parent)):
        if (at < 0).all():
            return depth
        depth[at >= 0] += 1
        at = np.where(at >= 0, parent[at], -1)
    if (at >= 0).any():
        raise FrameError("reconcile: parents go round in a circle")
    return depth


def _sums(parent: npt.NDArray[np.int64], leaf: npt.NDArray[np.bool_]) -> Any:
    """Sparse (nodes above the leaves, leaves) matrix of which leaf lies under which node."""
    from scipy import sparse

    place = np.cumsum(~leaf) - 1
    rows, columns = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    at, column = parent[leaf], np.arange(int(leaf.sum()))
    while (at >= 0).any():
        inside = at >= 0
        rows.append(place[at[inside]])
        columns.append(column[inside])
        at, column = parent[at[inside]], column[inside]
    r, c = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_matrix((np.ones(r.size), (r, c)), shape=(int((~leaf).sum()), int(leaf.sum())))


def _top_down(parent: npt.NDArray[np.int64], depth: npt.NDArray[np.int64], base: Floats) -> Floats:
    out = np.maximum(base, 0.0)
    if np.isnan(out[depth == 0]).any():
        raise FrameError("reconcile: top_down needs the forecast of the top in every period")
    for level in range(1, int(depth.max()) + 1):
        rows = np.flatnonzero(depth == level)
        upper, member = np.unique(parent[rows], return_inverse=True)
        out[rows] = divide_by_weights(out[upper], member, np.nan_to_num(out[rows]))
    return out
