"""Item x location series over planned periods as plain matrices: one row per series, one column per period.

Tidy frames are what modules exchange; inside one module a matrix is what makes a step one line of arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_xl.errors import FrameError

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]
Positions = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows and columns that matrices of one plan share.

    Parameters
    ----------
    series
        item, location, family, category, region of every row, sorted by item and location, unique.
    periods
        Columns, ascending.
    """

    series: pd.DataFrame
    periods: pd.DatetimeIndex

    @property
    def shape(self) -> tuple[int, int]:
        """Number of series and of periods."""
        return len(self.series), len(self.periods)

    def zeros(self) -> Matrix:
        """A matrix of zeros."""
        return np.zeros(self.shape)

    def rows_of(self, frame: pd.DataFrame) -> Positions:
        """Row of each item x location of `frame`; -1 where the grid has no such series."""
        return pair_positions(self.series, frame)

    def matrix(self, frame: pd.DataFrame, values: pd.Series) -> Matrix:
        """`values`, one per row of `frame` (item, location, period), as a matrix; NaN where absent.

        Rows of other series or periods are left out: a caller that must not lose any checks before.
        """
        rows, columns = self.rows_of(frame), self.periods.get_indexer(pd.DatetimeIndex(frame["period"]))
        inside = (rows >= 0) & (columns >= 0)
        result = np.full(self.shape, np.nan)
        result[rows[inside], columns[inside]] = values.to_numpy(dtype=float)[inside]
        return result

    def scope(self, item: str = "", family: str = "", location: str = "", region: str = "", category: str = "") -> Mask:
        """Series within a scope; a blank means every one."""
        inside = np.ones(len(self.series), dtype=bool)
        wanted_by_name = {"item": item, "family": family, "category": category, "location": location, "region": region}
        for name, wanted in wanted_by_name.items():
            if wanted:
                inside &= (self.series[name] == wanted).to_numpy(dtype=bool)
        return inside

    def span(self, first: pd.Timestamp, last: pd.Timestamp) -> Mask:
        """Periods from `first` to `last`, both included; an absent first is the start, an absent last is `first`."""
        start = self.periods[0] if pd.isna(first) else pd.Timestamp(first)
        stop = start if pd.isna(last) else pd.Timestamp(last)
        return np.asarray((self.periods >= start) & (self.periods <= stop))

    def frame(self, **matrices: Matrix) -> pd.DataFrame:
        """Tidy frame (item, location, period, one column per matrix), rows in the order of the grid."""
        count = len(self.periods)
        columns: dict[str, object] = {
            "item": np.repeat(self.series["item"].to_numpy(dtype=object), count),
            "location": np.repeat(self.series["location"].to_numpy(dtype=object), count),
            "period": np.tile(self.periods.to_numpy(), len(self.series)),
        }
        return pd.DataFrame(columns | {name: matrix.ravel() for name, matrix in matrices.items()})


def records(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows of a short frame one by one, each with its columns as attributes."""
    yield from frame.itertuples(index=False)


def pair_positions(series: pd.DataFrame, frame: pd.DataFrame) -> Positions:
    """Row of `series` (item, location, unique) for each row of `frame`; -1 where there is none."""
    items, locations = pd.Index(series["item"].unique()), pd.Index(series["location"].unique())
    lookup = np.full((len(items) + 1, len(locations) + 1), -1, dtype=np.intp)
    lookup[items.get_indexer(series["item"]), locations.get_indexer(series["location"])] = np.arange(
        len(series)
    )
    # a missing label has code -1 and so falls into the last row or column, which stays -1
    found: Positions = lookup[items.get_indexer(frame["item"]), locations.get_indexer(frame["location"])]
    return found


def series_of(pairs: Iterable[pd.DataFrame], items: pd.DataFrame, locations: pd.DataFrame) -> pd.DataFrame:
    """Unique item x location pairs of all frames with their family, category and region.

    An empty `locations` means that nothing is known of locations: region is `""`. Raises `FrameError` for an item
    or a location that is not listed.
    """
    parts = [frame[["item", "location"]] for frame in pairs if len(frame)]
    both = pd.concat(parts) if parts else pd.DataFrame({"item": [], "location": []}, dtype="object")
    both = both.astype("object").drop_duplicates().sort_values(["item", "location"], kind="stable")
    both = both.reset_index(drop=True)
    return describe(both, items, locations)


def describe(pairs: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame) -> pd.DataFrame:
    """Add family, category and region to rows that name an item and a location; see `series_of`."""
    at_item = positions(items["item"], pairs["item"], "item")
    described = pairs.assign(
        family=items["family"].to_numpy(dtype=object)[at_item],
        category=items["category"].to_numpy(dtype=object)[at_item],
    )
    if len(locations):
        at_location = positions(locations["location"], pairs["location"], "location")
        return described.assign(region=locations["region"].to_numpy(dtype=object)[at_location])
    return described.assign(region="")


def positions(listed: pd.Series, wanted: pd.Series, what: str) -> Positions:
    """Place of each wanted label among those listed; raises `FrameError` naming the first that is missing."""
    places: Positions = pd.Index(listed).get_indexer(pd.Index(wanted))
    if (places < 0).any():
        raise FrameError(f"{what} {wanted.iloc[int(np.argmax(places < 0))]!r} is not listed")
    return places


def spread(amounts: Matrix, weights: Matrix) -> Matrix:
    """Spread one amount per column over rows in proportion to `weights` (>= 0); equally where all of them are 0."""
    total = weights.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(total > 0, weights / total, 1.0 / len(weights))
    return share * amounts
