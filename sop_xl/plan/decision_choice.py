"""What a decision says about the choice: its number, and the options that were weighed beside the chosen one."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

from sop_xl.plan.supply.lever_names import names_in_option
from sop_xl.plan.supply.why_words import money

NO_OPTION = "no option"
"""The decision to leave the plan as it is."""

MOST_CONSIDERED = 5
"""Options named beside the chosen one."""

_SCOPE = ("resource", "item", "family", "supplier")


def next_number(numbers: Iterable[str]) -> str:
    """The next free number in the way in which the last one is written: `D-09` gives `D-10`; the first is `D1`."""
    counted = [(int(found[2]), found[1], len(found[2])) for text in numbers if (found := re.fullmatch(r"(.*?)(\d+)", text.strip()))]
    taken = set(numbers)
    last, head, width = max(counted, key=lambda one: one[0]) if counted else (0, "D", 1)
    number = f"{head}{last + 1:0{width}d}"
    while number in taken:
        last += 1
        number = f"{head}{last + 1:0{width}d}"
    return number


def other_options(options: pd.DataFrame, chosen: str) -> pd.DataFrame:
    """The options that were weighed beside the chosen one.

    Parameters
    ----------
    options
        OPTIONS, by rank.
    chosen
        Name of the option that is decided on; "" = none of them is.

    Returns
    -------
    Those that change something, at most `MOST_CONSIDERED`: first what is of the same resource, item, family or supplier or has a part in
    common, then the others, each by rank.
    """
    others = options[(options["option"] != chosen) & (options["gain"].abs() > 0)]
    taken = options[options["option"] == chosen]
    if taken.empty:
        return others.head(MOST_CONSIDERED)
    own = taken.iloc[0]
    near = pd.Series(False, index=others.index)
    for name in _SCOPE:
        if own[name]:
            near |= others[name] == own[name]
    parts = set(names_in_option(chosen))
    near |= others["option"].map(lambda name: bool(parts & set(names_in_option(name)))).astype(bool)
    return others.assign(far=~near).sort_values("far", kind="stable").drop(columns="far").head(MOST_CONSIDERED)


def considered_words(others: pd.DataFrame, currency: str) -> str:
    """Names and gains in one line: `Extra shift at Saw (USD 410); Subcontract item bench (USD 90)`; columns option and gain, NaN = not computed."""
    return "; ".join(f"{name} ({money(float(gain), currency)})" if not np.isnan(gain) else str(name) for name, gain in zip(others["option"], others["gain"], strict=True))
