"""The range of the consensus demand at every level, from the range of the baseline."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.frames import CONSENSUS_DEMAND, DEMAND_RANGES, check_frame, empty_frame, order_rows
from sop_xl.plan.grid import describe

ALL = "All"


def consensus_ranges(
    ranges: pd.DataFrame, consensus: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame
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

    Returns
    -------
    DEMAND_RANGES of the consensus: each bound x consensus / baseline of its node and period. Where the baseline is 0 the
    bounds move by the consensus itself. Nodes that only the consensus has (a launched family) have both bounds
    at the consensus: nothing is known of their spread.
    """
    check_frame(ranges, DEMAND_RANGES)
    check_frame(consensus, CONSENSUS_DEMAND)
    if consensus.empty:
        return empty_frame(DEMAND_RANGES)
    nodes = _sums_by_node(consensus, items, locations)
    merged = nodes.merge(ranges, on=["family", "region", "period"], how="left")
    baseline, middle = merged["baseline"].to_numpy(), merged["consensus"].to_numpy()
    known = baseline > 0
    factor = np.where(known, middle / np.where(known, baseline, 1.0), 1.0)
    shift = np.where(known, 0.0, middle)
    for name in ("demand_low", "demand_high"):
        bound = merged[name].to_numpy(dtype=float) * factor + shift
        merged[name] = np.where(np.isnan(bound), middle, np.maximum(bound, 0.0))
    return order_rows(merged, DEMAND_RANGES)


def _sums_by_node(consensus: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame) -> pd.DataFrame:
    """Baseline and consensus of every family (or All) x region (or All) and period."""
    pairs = consensus[["item", "location"]].drop_duplicates()
    labels = describe(pairs, items, locations)[["item", "location", "family", "region"]]
    detail = consensus[["item", "location", "period", "baseline", "consensus"]].merge(
        labels, on=["item", "location"]
    )
    finest = detail.groupby(["family", "region", "period"], as_index=False)[["baseline", "consensus"]].sum()
    parts = [finest]
    for over in (["family"], ["region"], ["family", "region"]):
        kept = [name for name in ("family", "region", "period") if name not in over]
        part = finest.groupby(kept, as_index=False)[["baseline", "consensus"]].sum()
        parts.append(part.assign(**dict.fromkeys(over, ALL)))
    return pd.concat(parts, ignore_index=True)
