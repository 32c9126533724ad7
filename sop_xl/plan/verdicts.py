"""Words for what a step did to the error, and when there is too little to tell."""

from __future__ import annotations

import numpy as np
import pandas as pd

IMPROVED, HURT, NO_DIFFERENCE = "improved", "hurt", "no difference"

LEAST_SHARE = 0.005
"""Share of the actual demand below which a change of the absolute error is no difference."""


def with_verdicts(rows: pd.DataFrame, least_periods: int) -> pd.DataFrame:
    """`rows` (periods, demand, units_better) with a verdict each; `""` where there is nothing to compare with.

    A step improved the forecast when it took away more than half a percent of the demand in absolute error, and hurt it when it
    added as much. With fewer than `least_periods` periods no verdict is given.
    """
    better = rows["units_better"].to_numpy(dtype=float)
    enough = LEAST_SHARE * rows["demand"].to_numpy(dtype=float) + 1e-9
    words = np.select(
        [np.isnan(better), better > enough, better < -enough], ["", IMPROVED, HURT], default=NO_DIFFERENCE
    ).astype(object)
    periods = rows["periods"].to_numpy(dtype=float)
    few = (periods < least_periods) & ~np.isnan(better)
    words[few] = [f"too few periods to tell ({int(n)} of {least_periods})" for n in periods[few]]
    return rows.assign(verdict=words)
