"""What demand without any event did at the same time: the control that an event is measured against."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.cleansing.expectation import Expectation, Flags, Floats

LEAST_CONTROL = 20
"""Series without an event that a period needs; fewer are a noisy control, and the series' own past is the better word."""

MOST_FACTOR = 3.0
"""Greatest step, up or down, that is taken from the control."""


def control_factor(now: Floats, expected: Expectation, usable: Flags) -> Floats:
    """(periods,) demand / expected demand of everything that no event explains; 1 where there is too little of it.

    An event that falls into a month in which the whole company steps up would else be paid with the step: what the others did is taken as
    what its items would have done (difference in differences; Card and Krueger 1994, in ratios as demand grows in ratios).

    Parameters
    ----------
    now
        (series, periods) units, NaN = not known.
    expected, usable
        Where expected demand comes from, and the periods that it may be learned from.
    """
    line = np.where(usable, expected.everywhere(now, usable), np.nan)
    told = np.isfinite(line) & (line > 0)
    sold, due = (np.where(told, part, 0.0).sum(axis=0) for part in (now, line))
    enough = (told.sum(axis=0) >= LEAST_CONTROL) & (sold > 0)
    return np.clip(np.where(enough, sold / np.where(due > 0, due, 1.0), 1.0), 1.0 / MOST_FACTOR, MOST_FACTOR)
