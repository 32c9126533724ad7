"""Components of every source."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Positions, pair_positions
from sop_xl.plan.supply.build.sourcing import MAKERS

USE_COLUMNS = ("source", "component", "quantity", "substitute_for", "extra_cost", "authorised")


def resolve_uses(sources: pd.DataFrame, points: pd.DataFrame, bill: pd.DataFrame, substitutes_are_free: bool) -> pd.DataFrame:
    """`SupplyNetwork.uses`: the bill of each source that makes something, from the stocks at its own location.

    Parameters
    ----------
    sources
        point and kind of every source.
    points
        item and location of every stock point.
    bill
        See `bills.resolve_bill`.
    substitutes_are_free
        Whether substitutes need no decision.

    Returns
    -------
    DataFrame
        Regular lines first, sorted by source and component, then substitutes in the same order.
    """
    makes = np.flatnonzero(sources["kind"].isin(MAKERS))
    at = points.iloc[sources["point"].to_numpy(dtype=np.intp)[makes]]
    made = pd.DataFrame({"source": makes, "item": at["item"].to_numpy(), "location": at["location"].to_numpy()})
    lines = made.merge(bill.assign(line=np.arange(len(bill))), on="item")
    lines = lines.assign(regular=lines["substitute_for"] < 0, component=pair_positions(points, _components(lines)))
    lines = lines.sort_values(["regular", "source", "component"], ascending=[False, True, True], kind="stable", ignore_index=True)
    place = pd.MultiIndex.from_frame(lines[["source", "line"]])
    parent: Positions = place.get_indexer(pd.MultiIndex.from_frame(lines[["source", "substitute_for"]]))
    uses = lines.assign(substitute_for=np.where(lines["regular"], -1, parent), authorised=lines["regular"] | substitutes_are_free)
    return uses[list(USE_COLUMNS)].astype({"source": np.intp, "component": np.intp, "substitute_for": np.intp, "authorised": bool})


def _components(lines: pd.DataFrame) -> pd.DataFrame:
    return lines[["component", "location"]].set_axis(["item", "location"], axis=1)
