"""The range of the consensus demand at every level, from the range of the baseline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sop_xl.frames import CONSENSUS_DEMAND, DEMAND_RANGES, check_frame, empty_frame, order_rows
from sop_xl.plan.grid import describe

ALL = "All"


def consensus_ranges(
    ranges: pd.DataFrame,
    consensus: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    launches: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Move the baseline's range with the consensus: human knowledge shifts the middle and keeps the relative width.

    Parameters
    ----------
    ranges
        DEMAND_RANGES of the baseline, for every family (or All) x region (or All).
    consensus
        CONSENSUS_DEMAND.
    items, locations
        Families and regions.
    launches
        See `launch_ranges`, where the plan carries launches: how far each may fall from what is planned for it.

    Returns
    -------
    DEMAND_RANGES of the consensus: each bound x consensus / baseline of its node and period. Where the baseline is 0 the
    bounds move by the consensus itself. Nodes that only the consensus has (a launched family) have both bounds
    at the consensus: nothing is known of their spread. Launches widen the range of every node that they are in: what one may bring more or
    less adds up over the node, and its square is added to that of the range's half width and those of other launches, as of errors that
    have nothing to do with each other.
    """
    check_frame(ranges, DEMAND_RANGES)
    check_frame(consensus, CONSENSUS_DEMAND)
    if consensus.empty:
        return empty_frame(DEMAND_RANGES)
    nodes = _sums_by_node(consensus, items, locations, ["baseline", "consensus"])
    merged = nodes.merge(ranges, on=["family", "region", "period"], how="left")
    baseline, middle = merged["baseline"].to_numpy(), merged["consensus"].to_numpy()
    known = baseline > 0
    factor = np.where(known, middle / np.where(known, baseline, 1.0), 1.0)
    shift = np.where(known, 0.0, middle)
    for name in ("demand_low", "demand_high"):
        bound = merged[name].to_numpy(dtype=float) * factor + shift
        merged[name] = np.where(np.isnan(bound), middle, np.maximum(bound, 0.0))
    if launches is not None and len(launches):
        _widen(merged, launches, items, locations)
    return order_rows(merged, DEMAND_RANGES)


def _widen(nodes: pd.DataFrame, launches: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame) -> None:
    """Add what launches may bring more or less to the bounds of `nodes`, in place."""
    doubt = launches.assign(
        above=(launches["demand_high"] - launches["demand"]).clip(lower=0.0),
        below=(launches["demand"] - launches["demand_low"]).clip(lower=0.0),
    )
    parts = _sums_by_node(doubt, items, locations, ["above", "below"], also=["source"])
    parts[["above", "below"]] **= 2
    squares = parts.groupby(["family", "region", "period"], as_index=False)[["above", "below"]].sum()
    added = nodes[["family", "region", "period"]].merge(squares, on=["family", "region", "period"], how="left")
    middle = nodes["consensus"].to_numpy()
    for name, side, sign in (("demand_high", "above", 1.0), ("demand_low", "below", -1.0)):
        half = sign * (nodes[name].to_numpy(dtype=float) - middle)
        # a bound on the other side of the middle keeps its place and moves by the launches alone
        wider = np.sqrt(np.maximum(half, 0.0) ** 2 + added[side].fillna(0.0).to_numpy()) + np.minimum(half, 0.0)
        nodes[name] = np.maximum(middle + sign * wider, 0.0)


def _sums_by_node(
    detail: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame, values: list[str], also: Sequence[str] = ()
) -> pd.DataFrame:
    """Sums of every family (or All) x region (or All) and period, and of each value of further columns."""
    pairs = detail[["item", "location"]].drop_duplicates()
    labels = describe(pairs, items, locations)[["item", "location", "family", "region"]]
    labelled = detail[["item", "location", "period", *also, *values]].merge(labels, on=["item", "location"])
    finest = labelled.groupby(["family", "region", "period", *also], as_index=False)[values].sum()
    parts = [finest]
    for over in (["family"], ["region"], ["family", "region"]):
        kept = [name for name in ("family", "region", "period", *also) if name not in over]
        part = finest.groupby(kept, as_index=False)[values].sum()
        parts.append(part.assign(**dict.fromkeys(over, ALL)))
    return pd.concat(parts, ignore_index=True)
