"""Which option removes most of each shortage."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.grid import records
from sop_xl.plan.supply.solution import SupplySolution


def unmet_by_point(solution: SupplySolution, option: str = "") -> pd.DataFrame:
    """Units waiting or lost by stock and period under an option (`""` = the plan itself): rows for the `effects` of `with_best_options`.

    Returns
    -------
    option, item, location, period, unmet_demand; only rows above zero.
    """
    network = solution.network
    missing = np.zeros((len(network.points), network.periods))
    if len(network.streams):
        np.add.at(missing, network.streams["point"].to_numpy(dtype=int), solution.unmet + solution.lost)
    rows, periods = np.nonzero(missing > 0)
    points = network.points.iloc[rows]
    return pd.DataFrame(
        {
            "option": np.full(len(rows), option, dtype=object),
            "item": points["item"].to_numpy(dtype=object),
            "location": points["location"].to_numpy(dtype=object),
            "period": network.timeline.plan[periods],
            "unmet_demand": missing[rows, periods],
        }
    )


def with_best_options(shortages: pd.DataFrame, options: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """SHORTAGES with the option that removes most of each; `""` where none of those tried removes any.

    Parameters
    ----------
    options
        OPTIONS: the options tried, whose `rank` decides between equals.
    effects
        `unmet_by_point` of the plan (option `""`) and of each option, one below the other; an option of `options` without a row for a stock and
        period leaves nothing unmet there. Options that are not in `options` are left out.
    """
    if shortages.empty or options.empty:
        return shortages
    ranked = options.sort_values(["rank", "option"], kind="stable")["option"].tolist()
    left = effects[effects["option"].isin(["", *ranked])]
    chosen = []
    for row in records(shortages):
        here = left[(left["item"] == row.item) & (left["location"] == row.location) & left["period"].between(row.period, row.last_period)]
        missing = here.groupby("option", sort=True)["unmet_demand"].sum().reindex(["", *ranked], fill_value=0.0)
        removed = missing.iloc[0] - missing.iloc[1:]
        best = removed.round(6).idxmax()  # the first of equals, which is the better ranked
        chosen.append(best if removed[best] > 1e-6 * max(1.0, missing.iloc[0]) else "")
    return shortages.assign(option=pd.Series(chosen, index=shortages.index, dtype="object"))
