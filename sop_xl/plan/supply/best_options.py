"""Which option to take for each shortage: of those that pay, the plainest of those that remove most."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.grid import records
from sop_xl.plan.supply.lever_names import parts_of_option
from sop_xl.plan.supply.option_trial import LEAST_GAIN
from sop_xl.plan.supply.solution import SupplySolution

NEAR_BEST = 0.95
"""Part of the most that any option removes, from which another removes as much."""


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
    """SHORTAGES with the option to take for each; `""` where none of those that pay removes any.

    Of the options with a gain those count that remove nearly as much as the best of them (`NEAR_BEST`); of these the one with the fewest levers
    is taken, for what it leaves out does nothing for this shortage, and of equals the better ranked.

    Parameters
    ----------
    options
        OPTIONS: the options tried, with their `gain` and `rank`.
    effects
        `unmet_by_point` of the plan (option `""`) and of each option, one below the other; an option of `options` without a row for a stock and
        period leaves nothing unmet there. Options that are not in `options` are left out.
    """
    if shortages.empty or options.empty:
        return shortages
    ranked = options[options["gain"] > LEAST_GAIN].sort_values(["rank", "option"], kind="stable")["option"].tolist()
    if not ranked:
        return shortages
    levers = pd.Series([parts_of_option(option) for option in ranked], index=ranked)
    left = effects[effects["option"].isin(["", *ranked])]
    chosen = []
    for row in records(shortages):
        here = left[(left["item"] == row.item) & (left["location"] == row.location) & left["period"].between(row.period, row.last_period)]
        missing = here.groupby("option", sort=True)["unmet_demand"].sum().reindex(["", *ranked], fill_value=0.0)
        removed = (missing.iloc[0] - missing.iloc[1:]).round(6)
        most = removed.max()
        enough = removed[removed >= NEAR_BEST * most].index
        chosen.append(levers[enough].idxmin() if most > 1e-6 * max(1.0, missing.iloc[0]) else "")  # the first of equals is the better ranked
    return shortages.assign(option=pd.Series(chosen, index=shortages.index, dtype="object"))
