"""What each option leaves of each shortage, and which one removes most of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.solution import SupplySolution

COLUMNS = ("option", "item", "location", "period", "unmet_demand", "removed")
LEAST = 1e-6
"""Units below which nothing is short or removed."""


def no_effects() -> pd.DataFrame:
    """The frame of `option_effects` where nothing was tried."""
    return pd.DataFrame(columns=list(COLUMNS))


def option_effects(options: Sequence[tuple[str, SupplySolution]], without: SupplySolution) -> pd.DataFrame:
    """What options leave of every shortage of the plan without them.

    Parameters
    ----------
    options
        Name, and the plan with it.
    without
        The plan that they are compared with.

    Returns
    -------
    One row per option and stock that is short in a period: option, item, location, period; unmet_demand, units late at the end of the period or
    lost in it with the option; removed, units less than without it, negative where it makes the shortage worse.
    """
    points, periods = without.network.points, without.network.timeline.plan
    before = missing(without)
    rows, columns = np.nonzero(before > LEAST)
    parts = []
    for option, solution in options:
        left = missing(solution)[rows, columns]
        where = {"item": points["item"].to_numpy()[rows], "location": points["location"].to_numpy()[rows], "period": periods[columns]}
        parts.append(pd.DataFrame({"option": option, **where, "unmet_demand": left, "removed": before[rows, columns] - left}))
    return pd.concat(parts, ignore_index=True) if parts else no_effects()


def missing(solution: SupplySolution) -> Matrix:
    """Units late at the end of each period, or lost in it, by stock point: (N, T)."""
    result = np.zeros((len(solution.network.points), solution.network.periods))
    np.add.at(result, solution.network.streams["point"].to_numpy(dtype=int), solution.unmet + solution.lost)
    return result


def options_for_shortages(shortages: pd.DataFrame, effects: pd.DataFrame, options: pd.DataFrame) -> pd.Series:
    """The option that removes most of each shortage; of equal ones the better ranked; `""` where none removes any.

    Parameters
    ----------
    shortages
        SHORTAGES: item, location, period, last_period.
    effects
        As `option_effects` gives it.
    options
        OPTIONS, for the rank.

    Returns
    -------
    Names, in the order of the shortages and with their index.
    """
    rank = options.set_index("option")["rank"]
    of_stock = dict(list(effects.groupby(["item", "location"], sort=False)))
    found = []
    for item, location, first, last in shortages[["item", "location", "period", "last_period"]].itertuples(index=False):
        mine = of_stock.get((item, location), no_effects())
        mine = mine[(mine["period"] >= first) & (mine["period"] <= (first if pd.isna(last) else last))]
        removed = mine.groupby("option")["removed"].sum().astype(float).round(6)
        helpful = sorted(removed.index[removed > LEAST], key=lambda option: (-removed[option], rank[option]))
        found.append(helpful[0] if helpful else "")
    return pd.Series(found, index=shortages.index, dtype="object", name="option")
