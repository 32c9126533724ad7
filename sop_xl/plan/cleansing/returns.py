"""Returns: what customers sent back is no demand of the period in which it came back."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.cleansing.expectation import Floats
from sop_xl.plan.cleansing.found import RETURN, TOLERANCE, Found, amount, found_cells


def find_returns(demand: Floats, returned: Floats, season: int, labels: list[str]) -> Found:
    """Demand as it was before anything came back.

    Where the units sent back are known, they are added: demand is net of them. What is negative without that knowledge came back
    from an earlier sale; it is taken off the nearest earlier period, at most half a season back, whose demand covers it
    whole. Where no period does, nobody can tell where it was bought, and nothing else is changed. Either way
    the period itself counts as 0.

    Parameters
    ----------
    demand
        (series, periods) units, net of returns; NaN = not known.
    returned
        (series, periods) units sent back, positive; NaN = not known.
    season
        Periods in a year.
    labels
        Name of each period.
    """
    known = np.isfinite(demand) & (np.nan_to_num(returned) > 0)
    target = demand + np.where(known, np.nan_to_num(returned), 0.0)
    texts: dict[tuple[int, int], list[str]] = {
        (int(i), int(j)): [f"{amount(returned[i, j])} sent back, added to the {amount(demand[i, j])} net of returns"]
        for i, j in zip(*np.nonzero(known), strict=True)
    }
    # oldest first, so that a period is taken from at most as often as its demand allows
    for j, i in sorted((int(j), int(i)) for i, j in zip(*np.nonzero(target < -TOLERANCE), strict=True)):
        back = -float(target[i, j])
        target[i, j] = 0.0
        earlier = np.arange(j - 1, max(j - 1 - max(season // 2, 1), -1), -1)
        covers = earlier[np.nan_to_num(target[i, earlier]) >= back]
        said = texts.setdefault((i, j), [])
        if covers.size:
            bought = int(covers[0])
            target[i, bought] -= back
            said.append(f"returns exceed sales by {amount(back)}, taken off {labels[bought]} where they were last sold")
            texts.setdefault((i, bought), []).append(f"{amount(back)} of it came back in {labels[j]}")
        else:
            said.append(f"returns exceed sales by {amount(back)}; no period before sold as much, so none is changed")
    cells = sorted(texts)
    rows, columns = np.array([c[0] for c in cells], dtype=np.intp), np.array([c[1] for c in cells], dtype=np.intp)
    notes = np.array(["; ".join(texts[c]) for c in cells], dtype=object)
    return found_cells(RETURN, demand, target[rows, columns], rows, columns, notes)
