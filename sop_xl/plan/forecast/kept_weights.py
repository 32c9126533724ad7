"""Weights of the combined methods as plain rows, so that a later cycle can forecast its facts with the models of this one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.plan.forecast.members import SEASONAL_MEMBERS
from sop_xl.plan.forecast.seasonal import Floats
from sop_xl.plan.hierarchy import Hierarchy

NODE = ("level", "item", "location", "family", "category", "region")
WEIGHTS = (*NODE, *SEASONAL_MEMBERS)
"""Columns of a frame of weights: the node, and the fraction of each method."""


def weights_frame(hierarchy: Hierarchy, asked: npt.NDArray[np.int64], weights: Floats) -> pd.DataFrame:
    """The weights of every node that has any.

    Parameters
    ----------
    asked
        Numbers of the nodes that are forecast.
    weights
        (asked, members) rows that sum to 1; NaN rows where the median is taken, which are left out.
    """
    known = np.isfinite(weights).all(axis=1)
    nodes = hierarchy.nodes.iloc[asked[known]][list(NODE)].reset_index(drop=True)
    return pd.concat([nodes, pd.DataFrame(weights[known], columns=list(SEASONAL_MEMBERS))], axis=1)


def with_kept_weights(hierarchy: Hierarchy, asked: npt.NDArray[np.int64], weights: Floats, kept: pd.DataFrame | None) -> Floats:
    """The weights with those of an earlier cycle in their place; a node without weights on either side stays as it is.

    Parameters
    ----------
    asked, weights
        As in `weights_frame`.
    kept
        What `weights_frame` gave then; `None` = nothing is kept.
    """
    if kept is None or kept.empty:
        return weights
    nodes = hierarchy.nodes.iloc[asked][list(NODE)].reset_index(drop=True)
    found = nodes.merge(kept, on=list(NODE), how="left")[list(SEASONAL_MEMBERS)].to_numpy(dtype=float)
    both = np.isfinite(found).all(axis=1) & np.isfinite(weights).all(axis=1)
    return np.where(both[:, None], found, weights)
