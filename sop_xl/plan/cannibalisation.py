"""Cannibalisation: what a launched item sells, another one does not sell any more."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Grid, Mask, Matrix, Positions


def donor_rows(series: pd.DataFrame, item: str, donor: str) -> Mask:
    """Rows that lose demand to `item`: those of the donor item, or of every other item of the donor family.

    Parameters
    ----------
    series
        item, location, family.
    item
        The launched item; it never loses to itself.
    donor
        Item or family; where both have the name, the item.
    """
    named = (series["item"] == donor).to_numpy(dtype=bool)
    inside = named if named.any() else (series["family"] == donor).to_numpy(dtype=bool)
    return inside & (series["item"] != item).to_numpy(dtype=bool)


def taken_from_donors(
    grid: Grid, running: Matrix, item: str, donor: str, places: Positions, wanted: Matrix
) -> tuple[Positions, Matrix]:
    """Units that donors lose to a launched item.

    Parameters
    ----------
    grid, running
        The plan: units by series and period, none below 0.
    item, donor
        See `donor_rows`.
    places, wanted
        Rows of the launched item, and the units that it takes there in each period.

    Returns
    -------
    Rows of donors and the units that each loses, none below 0. At each location a family's loss is spread over its items in proportion to
    their demand. Together they lose what is wanted, but never more than they have: what is missing from `wanted` was cut. A location where
    the donor has no demand gives nothing.
    """
    place_of = pd.Index(grid.series["location"].to_numpy()[places])
    rows = np.flatnonzero(donor_rows(grid.series, item, donor))
    at = place_of.get_indexer(grid.series["location"].to_numpy()[rows])
    rows, at = rows[at >= 0], at[at >= 0]
    has = np.maximum(running[rows], 0.0)
    together = np.zeros_like(wanted)
    np.add.at(together, at, has)
    with np.errstate(divide="ignore", invalid="ignore"):
        loss = np.where(together > 0, np.minimum(wanted / together, 1.0), 0.0)
    return rows, has * loss[at]
