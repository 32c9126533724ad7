"""Level shifts: demand that jumped and stayed, as when a customer is won or lost."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.cleansing.expectation import Expectation, Flags, Floats, Places
from sop_xl.plan.cleansing.found import LEVEL_SHIFT, Found, amount
from sop_xl.plan.history import row_median

LEAST_FACTOR = 1.5
"""Least ratio of the two levels, either way."""

THRESHOLD = 5.0
"""Standard errors of the difference of the two medians that it must exceed."""

CLEAR_SHARE = 0.8
"""Share of the periods on either side that must lie on their side of the middle between the levels."""

ABRUPT_SHARE = 0.6
"""Share of the step that the three periods before and after it must show, as must the last three and the year before: a ramp climbs little by little."""

_NORMAL_MAD = 1.4826
_MEDIAN_ERROR = 1.2533  # standard error of a median of normal noise, in standard errors of the mean
_CLOSE = 3
_ROUNDING = 1e-9


def find_level_shifts(now: Floats, known: Flags, expected: Expectation, labels: list[str]) -> Found:
    """The clearest lasting step of each steady series; one at most, and only proposed.

    Logarithms of demand, freed of the season, are compared over up to one season before and after each period; half a season on
    both sides is the least. The step is where the difference of the means is largest for its standard error (a CUSUM search, Page
    1954); there the medians decide: at least 1.5 times, five standard errors, four in five periods on their own side, most of it at once,
    still so in the last three periods, and so against the same periods of the year before, which no season can feign.

    All periods before the step are put on the new level when it is applied.

    Parameters
    ----------
    now
        (series, periods) units.
    known
        Periods with known demand.
    expected
        Whose season is taken away. A step in two years of history bends the season that is learned from them; so the series
        without any season taken away is looked at, too.
    labels
        Name of each period.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = np.where(known & (now > 0) & expected.steady[:, None], np.log(now), np.nan)
    at, low, high = _steps(plain - np.log(expected.shape), plain, expected.season)
    without = _steps(plain, plain, expected.season)
    missed = at < 0
    at, low, high = (np.where(missed, other, mine) for mine, other in zip((at, low, high), without, strict=True))
    rows = np.flatnonzero(at >= 0)
    at, low, high = at[rows], np.exp(low[rows]), np.exp(high[rows])
    notes = [
        f"level went from {amount(a)} to {amount(b)} a period in {labels[t]} and stayed for {now.shape[1] - t}; "
        f"Keep puts all periods before on the new level"
        for a, b, t in zip(low, high, at, strict=True)
    ]
    return Found(LEVEL_SHIFT, rows, at, high, notes, np.ones(rows.size, dtype=bool), low)


def _steps(z: Floats, plain: Floats, season: int) -> tuple[Places, Floats, Floats]:
    """For each series the period of its step, -1 where there is none, and the levels before and after it (logarithms)."""
    least = max(season // 2, 4)
    at, low, high = np.full(len(z), -1, dtype=np.intp), np.full(len(z), np.nan), np.full(len(z), np.nan)
    rows = np.flatnonzero(np.isfinite(z).sum(axis=1) >= 2 * least)
    best = _sharpest(z[rows], season, least)
    rows, best = rows[best >= 0], best[best >= 0]
    if not rows.size:
        return at, low, high
    reach = np.arange(season)
    before, after = _around(z, rows, best[:, None] - 1 - reach), _around(z, rows, best[:, None] + reach)
    year = _around(plain, rows, best[:, None] + reach) - _around(plain, rows, best[:, None] + reach - season)
    sizes = np.isfinite(before).sum(axis=1), np.isfinite(after).sum(axis=1)
    one, two = row_median(before), row_median(after)
    step = two - one
    rest = np.concatenate([before - one[:, None], after - two[:, None]], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = _MEDIAN_ERROR * _NORMAL_MAD * row_median(np.abs(rest)) * np.sqrt(1 / sizes[0] + 1 / sizes[1])
        up, halfway = np.sign(step)[:, None], ((one + two) / 2)[:, None]
        shown = [
            row_median(after[:, :_CLOSE]) - row_median(before[:, :_CLOSE]),
            row_median(z[rows, z.shape[1] - _CLOSE :]) - one,
            row_median(year),
        ]
        found = (
            (np.abs(step) >= np.log(LEAST_FACTOR) - _ROUNDING)
            & (np.abs(step) >= THRESHOLD * error)
            & ((up * (halfway - before) > 0).sum(axis=1) >= CLEAR_SHARE * sizes[0])
            & ((up * (after - halfway) > 0).sum(axis=1) >= CLEAR_SHARE * sizes[1])
            & (np.isfinite(year).sum(axis=1) >= _CLOSE)
            & (np.min([part / step for part in shown], axis=0) >= ABRUPT_SHARE)
        )
    at[rows[found]], low[rows[found]], high[rows[found]] = best[found], one[found], two[found]
    return at, low, high


def _sharpest(z: Floats, season: int, least: int) -> Places:
    """Period at which means over a season before and after differ most for their standard error; -1 where none has enough on both sides."""
    total = np.concatenate([np.zeros((len(z), 1)), np.nan_to_num(z).cumsum(axis=1)], axis=1)
    count = np.concatenate([np.zeros((len(z), 1)), np.isfinite(z).cumsum(axis=1)], axis=1)
    place = np.arange(z.shape[1])
    begin, end = np.maximum(place - season, 0), np.minimum(place + season, z.shape[1])
    sizes = count[:, place] - count[:, begin], count[:, end] - count[:, place]
    sums = total[:, place] - total[:, begin], total[:, end] - total[:, place]
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = sums[1] / sizes[1] - sums[0] / sizes[0]
        score = np.abs(difference) / np.sqrt(1 / sizes[0] + 1 / sizes[1])
    score = np.where((sizes[0] >= least) & (sizes[1] >= least), score, -1.0)
    best = score.argmax(axis=1) if z.shape[1] else np.zeros(len(z), dtype=np.intp)
    return np.where(score.max(axis=1, initial=-1.0) >= 0, best, -1)


def _around(z: Floats, rows: Places, columns: Places) -> Floats:
    """Values at several periods of each row, NaN outside history."""
    inside = (columns >= 0) & (columns < z.shape[1])
    return np.where(inside, z[rows[:, None], np.where(inside, columns, 0)], np.nan)
