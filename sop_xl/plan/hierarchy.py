"""The planning hierarchy: sum up, spread down, and make forecasts of all levels agree.

Bottom rows are item x location. Above them stand item totals, family x region, family, category, region and the total; a grouped
(crossed) hierarchy, held as one sparse 0/1 matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.errors import FrameError

Floats = npt.NDArray[np.float64]
Reconcile = Literal["mint_diagonal", "bottom_up", "top_down"]

ALL = "All"
"""Stands for every member of a dimension."""

LEVELS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("total", ()),
    ("region", ("region",)),
    ("category", ("category",)),
    ("family", ("family",)),
    ("family x region", ("family", "region")),
    ("item", ("item",)),
)
"""Levels above the bottom, coarse first, with the columns that name a node."""

BOTTOM = "item x location"


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Nodes and how they add up.

    Parameters
    ----------
    bottom
        item, location, family, category, region; one row per series, in key order.
    nodes
        level, item, location, family, category, region of every node, aggregates first, then the bottom rows;
        `All` where a dimension is summed.
    sums
        Sparse (aggregates x bottom) 0/1 matrix.
    """

    bottom: pd.DataFrame
    nodes: pd.DataFrame
    sums: Any

    @property
    def aggregates(self) -> int:
        """Number of nodes above the bottom."""
        return int(self.sums.shape[0])

    def up(self, bottom: Floats) -> Floats:
        """(bottom, periods) to (nodes, periods): aggregates first, then the rows given."""
        return np.vstack([self.sums @ bottom, bottom])

    def restrict(self, kept: npt.NDArray[np.bool_]) -> Hierarchy:
        """The hierarchy over some bottom rows, without the nodes that lose all of theirs; order stays."""
        sums = self.sums[:, kept]
        left = np.asarray(sums.sum(axis=1)).ravel() > 0
        nodes = self.nodes[np.concatenate([left, kept])].reset_index(drop=True)
        return Hierarchy(self.bottom[kept].reset_index(drop=True), nodes, sums[left])


def build_hierarchy(keys: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame) -> Hierarchy:
    """The hierarchy over the given item x location keys.

    Parameters
    ----------
    keys
        item, location; unique. The bottom is put into key order.
    items, locations
        Frames `ITEMS` and `LOCATIONS`; an empty family, category or region is a group of its own, named `""`.

    Raises
    ------
    FrameError
        When a key's item or location is in neither frame.
    """
    from scipy import sparse

    bottom = (
        keys[["item", "location"]].sort_values(["item", "location"], kind="stable").reset_index(drop=True)
    )
    if bottom.duplicated().any():
        raise FrameError("hierarchy: an item x location stands twice")
    for column, frame in (("item", items), ("location", locations)):
        unknown = ~bottom[column].isin(frame[column])
        if unknown.any():
            raise FrameError(
                f"hierarchy: {column} {bottom.loc[unknown, column].iloc[0]!r} is not in {column}s"
            )
    by_item, by_location = items.set_index("item"), locations.set_index("location")
    bottom["family"] = bottom["item"].map(by_item["family"])
    bottom["category"] = bottom["item"].map(by_item["category"])
    bottom["region"] = bottom["location"].map(by_location["region"])
    names, rows, columns, first = [], [], [], 0
    for level, dimensions in LEVELS if len(bottom) else ():
        if dimensions:
            number = np.asarray(bottom.groupby(list(dimensions), sort=True).ngroup(), dtype=np.int64)
        else:
            number = np.zeros(len(bottom), dtype=np.int64)
        names.append(_name_nodes(bottom, number, level, dimensions))
        rows.append(number + first)
        columns.append(np.arange(len(bottom)))
        first += int(number.max()) + 1
    nodes = pd.concat([*names, bottom.assign(level=BOTTOM)], ignore_index=True)[["level", *bottom.columns]]
    place = (np.concatenate(rows), np.concatenate(columns)) if rows else (np.empty(0, int), np.empty(0, int))
    sums = sparse.csr_matrix((np.ones(place[0].size), place), shape=(first, len(bottom)))
    return Hierarchy(bottom, nodes, sums)


def _name_nodes(
    bottom: pd.DataFrame, number: npt.NDArray[np.int64], level: str, dimensions: tuple[str, ...]
) -> pd.DataFrame:
    shown = set(dimensions)
    if "family" in shown or "item" in shown:
        shown |= {"category"}
    if "item" in shown:
        shown |= {"family"}
    groups = bottom.groupby(number, sort=True)
    frame = groups.first()
    several = groups.nunique() > 1  # a family whose items stand in two categories belongs to neither alone
    for column in bottom.columns:
        frame[column] = frame[column].where(~several[column], ALL) if column in shown else ALL
    return frame.reset_index(drop=True).assign(level=level)


def reconcile(
    hierarchy: Hierarchy, base: Floats, variance: Floats, method: Reconcile = "mint_diagonal"
) -> Floats:
    """Coherent forecasts of all nodes from independent ones, not below zero.

    Parameters
    ----------
    hierarchy
        Whose nodes the rows are.
    base
        (nodes, periods) base forecasts in units, aggregates first.
    variance
        (nodes,) mean squared error of each node's base forecast, above zero; only `mint_diagonal` uses it.
    method
        `mint_diagonal`: minimum trace with a diagonal error covariance (Wickramasuriya, Athanasopoulos and Hyndman 2019), solved as
        base - W C' (C W C')^-1 C base with C = [I, -sums], one sparse factorisation. `bottom_up`: the bottom forecasts alone.
        `top_down`: the total, spread by the proportions of the bottom forecasts.

    Returns
    -------
    Floats
        (nodes, periods). Bottom rows are clipped at zero and summed again, so that every level adds up exactly.
    """
    count = hierarchy.aggregates
    if base.shape[0] != len(hierarchy.nodes) or variance.shape != (base.shape[0],):
        raise FrameError("reconcile: one row per node is needed")
    bottom = base[count:]
    if method == "top_down" and count:
        total = np.maximum(base[0], 0.0)
        bottom = spread(total, np.maximum(bottom, 0.0))
    elif method == "mint_diagonal" and count:
        bottom = _minimum_trace(hierarchy, base, variance)
    elif method not in ("bottom_up", "top_down", "mint_diagonal"):
        raise FrameError(f"no reconciliation is called {method!r}")
    return hierarchy.up(np.maximum(bottom, 0.0))


def _minimum_trace(hierarchy: Hierarchy, base: Floats, variance: Floats) -> Floats:
    from scipy import sparse
    from scipy.sparse.linalg import splu

    count = hierarchy.aggregates
    if not (np.isfinite(variance).all() and (variance > 0).all()):
        raise FrameError("reconcile: every variance must be above zero")
    above, below = variance[:count], variance[count:]
    sums = hierarchy.sums
    system = (sparse.diags(above) + sums @ sparse.diags(below) @ sums.T).tocsc()
    # scaling rows and columns to a unit diagonal keeps the factorisation sound when units differ by millions
    root = 1.0 / np.sqrt(system.diagonal())
    factors = splu((sparse.diags(root) @ system @ sparse.diags(root)).tocsc())
    gap = base[:count] - sums @ base[count:]
    multipliers = root[:, None] * factors.solve(root[:, None] * gap)
    return np.asarray(base[count:] + below[:, None] * (sums.T @ multipliers))


def spread(total: Floats, shares: Floats) -> Floats:
    """Divide each period's total over the rows in proportion to `shares`; equal parts where all shares are zero.

    Parameters
    ----------
    total
        (periods,) in any unit.
    shares
        (rows, periods), not below zero.
    """
    weight = shares.sum(axis=0)
    even = np.full_like(shares, 1.0 / max(shares.shape[0], 1))
    return np.asarray(total * np.where(weight > 0, shares / np.where(weight > 0, weight, 1.0), even))


def spread_exactly(total: float, shares: npt.ArrayLike, decimals: int = 2) -> Floats:
    """Divide one total so that the parts, rounded to `decimals`, add up to it to the last place (largest remainder, Hamilton 1792).

    Parameters
    ----------
    total
        Amount; is itself rounded to `decimals`. May be negative.
    shares
        Proportions, not below zero; all zero means equal parts.
    decimals
        2 = to the cent, 0 = whole units.

    Raises
    ------
    FrameError
        When there is nothing to spread over, or a share is negative or absent.
    """
    parts = np.asarray(shares, dtype=np.float64)
    if parts.ndim != 1 or not parts.size or not np.isfinite(parts).all() or (parts < 0).any():
        raise FrameError("spread: shares must be one or more numbers, none below zero")
    parts = parts / parts.sum() if parts.sum() > 0 else np.full(parts.size, 1.0 / parts.size)
    whole = round(abs(float(total)) * 10**decimals)
    exact = parts * whole
    units = np.floor(exact)
    missing = int(whole - units.sum())
    # stable: among equal remainders the first row gets the unit, whatever the machine
    order = np.argsort(-np.round(exact - units, 9), kind="stable")
    units[order[:missing]] += 1
    return np.asarray(np.copysign(units, total) / 10**decimals)
