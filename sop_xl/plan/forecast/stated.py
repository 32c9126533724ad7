"""Forecasts that people state: zero, a number, a share of another item. No statistics move them, and they move nobody else.

The other series are reconciled as if nothing had been stated; then the stated rows take their place and everything is summed
again. Were the statement to enter the reconciliation, a number typed for one item would be taken from its neighbours.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.plan.forecast.catalogue import LIKE_ITEM, MANUAL, ZERO
from sop_xl.plan.forecast.choice import Choices
from sop_xl.plan.forecast.seasonal import Floats
from sop_xl.plan.hierarchy import Hierarchy

_LEAST_POOL = 5  # series of a class below which every series lends its range


def with_stated(choices: Choices, bottom: Floats) -> Floats:
    """The bottom forecasts with the stated rows as stated.

    Parameters
    ----------
    choices
        Which rows are stated, and how.
    bottom
        (bottom, horizon) reconciled forecasts, items not yet closed at their ends: a like item that ends is followed as if it
        were still sold, because the one that follows it is its heir more often than not.

    Returns
    -------
    Floats
        A new array, or `bottom` itself where nothing is stated.
    """
    waiting = choices.stated
    if not waiting:
        return bottom
    out = bottom.copy()
    while waiting:  # a like item may itself be stated; circles were broken when the rules were read
        left, behind = [], set(waiting)
        for row in waiting:
            choice = choices.of[row]
            if choice.model == ZERO:
                out[row] = 0.0
            elif choice.model == MANUAL:
                out[row] = choice.value
            elif choice.like in behind:
                left.append(row)
            else:
                out[row] = _share(choice.value) * out[choice.like]
        waiting = left
    return out


def with_stated_ranges(
    choices: Choices,
    hierarchy: Hierarchy,
    forecast: Floats,
    whole: Floats,
    bounds: tuple[Floats, Floats],
    asked: npt.NDArray[np.bool_],
    classes: npt.NDArray[np.object_],
) -> tuple[Floats, Floats]:
    """Ranges of all nodes, stated ones included.

    Zero is zero without a range. Manual has the range that is usual among the series of its demand class (of all, where fewer
    than five are forecast): the median of each bound / forecast, period by period. Like item has the like item's range, in
    proportion. A sum of which no part is statistical has the sums of the bounds.

    Parameters
    ----------
    forecast
        (nodes, horizon) as published.
    whole
        (bottom, horizon) the same before items are closed at their ends.
    bounds
        Lower and upper (nodes, horizon) of the statistical forecasts.
    asked
        (nodes,) which nodes were forecast by statistics.
    classes
        (bottom,) demand class.
    """
    stated = choices.stated
    if not stated:
        return bounds
    first = hierarchy.aggregates
    made = forecast[first:]
    pool = asked[first:].copy()
    pool[stated] = False
    out = []
    for bound in bounds:
        filled = bound.copy()
        below = filled[first:]
        for row in choices.rows(ZERO):
            below[row] = 0.0
        for row in choices.rows(MANUAL):
            below[row] = made[row] * _usual(below, made, pool, classes == classes[row])
        _follow(choices, below, made, whole)
        alone = ~asked[:first] & (forecast[:first] > 0).any(axis=1)
        filled[:first][alone] = (hierarchy.sums @ below)[alone]
        out.append(filled)
    return np.minimum(out[0], forecast), np.maximum(out[1], forecast)


def is_manual(forecast: pd.DataFrame, accuracy: pd.DataFrame) -> pd.Series:
    """Which rows of frame `BASELINE_FORECAST` hold a number that a person stated, by the model that frame `FORECAST_ACCURACY` names."""
    pairs = accuracy.loc[accuracy["model"].str.startswith(f"{MANUAL} (rule "), ["item", "location"]]
    rows = pd.MultiIndex.from_frame(forecast[["item", "location"]]).isin(pd.MultiIndex.from_frame(pairs))
    return pd.Series(rows, index=forecast.index)


def followed_items(rules: pd.DataFrame, accuracy: pd.DataFrame) -> pd.DataFrame:
    """item, location, like_item of every series whose forecast is another item's, by the rule that frame `FORECAST_ACCURACY` names."""
    named = accuracy["model"].str.extract(rf"^{LIKE_ITEM}(?: x \S+)? \(rule (?P<rule>.*)\)$")["rule"]
    like = rules.drop_duplicates("rule", keep="last").set_index("rule")["like_item"]
    followed = accuracy[["item", "location"]].assign(like_item=named.map(like))
    return followed[followed["like_item"].notna()].reset_index(drop=True)


def _usual(bound: Floats, made: Floats, pool: npt.NDArray[np.bool_], alike: npt.NDArray[np.bool_]) -> Floats:
    rows = np.flatnonzero(pool & alike)
    if rows.size < _LEAST_POOL:
        rows = np.flatnonzero(pool)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(made[rows] > 0, bound[rows] / made[rows], np.nan)
    out = np.ones(made.shape[1])
    known = np.isfinite(ratio).any(axis=0)
    out[known] = np.nanmedian(ratio[:, known], axis=0)
    return out


def _follow(choices: Choices, bound: Floats, made: Floats, whole: Floats) -> None:
    """In place: what is like another item is as uncertain as that one, in proportion; the last ratio where that one has ended."""
    waiting = choices.rows(LIKE_ITEM)
    while waiting:
        left, behind = [], set(waiting)
        for row in waiting:
            like = choices.of[row].like
            if like in behind:
                left.append(row)
                continue
            ratio = np.ones(made.shape[1])
            sold = np.flatnonzero(made[like] > 0)
            if sold.size:
                last = np.searchsorted(sold, np.arange(ratio.size), side="right") - 1
                ratio = (bound[like, sold] / whole[like, sold])[np.maximum(last, 0)]
            bound[row] = made[row] * ratio
        waiting = left


def _share(value: float) -> float:
    return 1.0 if np.isnan(value) else value
