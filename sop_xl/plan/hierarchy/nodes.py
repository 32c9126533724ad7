"""The planning hierarchy: its nodes and how they add up.

Bottom rows are item x location. Above them stand item totals, family x region, family, category, region and the total; a grouped
(crossed) hierarchy, held as one sparse 0/1 matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.errors import FrameError

Floats = npt.NDArray[np.float64]

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

    def level(self, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Node numbers of one level, and for every bottom row which of them (0, 1, ...) it belongs to."""
        rows = np.flatnonzero((self.nodes["level"] == name).to_numpy())
        if name == BOTTOM:
            return rows, np.arange(len(rows))
        # every bottom row stands under exactly one node of a level: one entry per column
        return rows, np.asarray(self.sums[rows].tocsc().indices, dtype=np.int64)

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
