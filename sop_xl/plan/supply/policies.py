"""Which rule of the stock policy holds for which stock point."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.frames import INVENTORY_POLICY
from sop_xl.plan.scopes import in_scope

_CLASSES = ("abc", "xyz")
POLICY_COLUMNS = tuple(name for name in INVENTORY_POLICY.columns if name not in ("item", "family", "location", *_CLASSES))
"""What a rule says besides its scope; `policy` is its name."""


def policy_of_points(points: pd.DataFrame, inventory_policy: pd.DataFrame) -> pd.DataFrame:
    """The narrowest rule of each stock point: item, then family, then location, then classes; of equally narrow rules the last.

    Parameters
    ----------
    points
        item, family, location, abc, xyz; a class is `""` where it is not known, and then no rule for a class holds.
    inventory_policy
        INVENTORY_POLICY in the order in which people wrote it.

    Returns
    -------
    DataFrame
        One row per point, in their order: policy, service_level, service_measure, method, shelf_life, fence, maximum_stock, holding_cost_rate,
        backorder_cost, demand_priority. NaN and `""` where the rule leaves the cell empty or no rule holds: the setting's turn. A rule
        holds as a whole: what it leaves empty is not taken from a wider one.
    """
    pairs = in_scope(inventory_policy, points, _CLASSES).drop_duplicates("thing", keep="last")
    rule = np.full(len(points), -1)
    rule[pairs["thing"].to_numpy()] = pairs["row"].to_numpy()
    found = inventory_policy[list(POLICY_COLUMNS)].reset_index(drop=True).reindex(rule)
    texts = [name for name in POLICY_COLUMNS if INVENTORY_POLICY.columns[name] == "text"]
    found[texts] = found[texts].astype(object).where(found[texts].notna(), "")
    return found.reset_index(drop=True)


def with_segments(points: pd.DataFrame, segments: pd.DataFrame, stocked_at: pd.Series) -> pd.DataFrame:
    """Points with abc and xyz: of the selling locations that a stock serves the best class counts.

    Parameters
    ----------
    points
        item, location, in any order.
    segments
        item, location (where it is sold), abc, xyz.
    stocked_at
        Location whose stock serves each row of `segments`.

    Returns
    -------
    The points with abc and xyz, `""` where nothing is known: an A item anywhere is an A item in the stock that serves it, and steady demand
    in one market is enough to plan for.
    """
    known = segments.assign(location=stocked_at.to_numpy(dtype=object))
    pair = ["item", "location"]
    best = [known[known[name] != ""].sort_values(name, kind="stable").drop_duplicates(pair).set_index(pair)[name] for name in _CLASSES]
    keys = pd.MultiIndex.from_frame(points[["item", "location"]])
    classes = {
        name: pd.Series(worst.reindex(keys).to_numpy(dtype=object)).fillna("").astype(object) for name, worst in zip(_CLASSES, best, strict=True)
    }
    return points.assign(**{name: values.to_numpy() for name, values in classes.items()})
