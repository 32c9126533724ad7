"""One-off orders: single periods far above anything that the series, its season or an event explains."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.cleansing.expectation import Expectation, Flags, Floats
from sop_xl.plan.cleansing.found import ONE_OFF, Found, amount
from sop_xl.plan.history import row_median

THRESHOLD = 5.0
"""Robust standard deviations above expected demand; see `find_one_offs`."""

LEAST_FACTOR = 2.0
"""Least multiple of expected demand."""

ABSURD_FACTOR = 10.0
"""Multiple of the largest other period above which even demand that is mostly zero holds an order of its own kind (or a zero too many)."""

LEAST_PERIODS = 12
"""Periods with demand below which nothing can be called unusual; 5 for the absurd."""

_NORMAL_MAD = 1.4826


def find_one_offs(now: Floats, known: Flags, explained: Flags, expected: Expectation) -> Found:
    """Isolated peaks, brought to expected demand.

    A period of a steady series is a one-off when its demand exceeds expected demand more than 2 times and by more than 5 robust
    standard deviations of the series' own log errors (Hampel 1974), no event and no stock-out covers it, the same period of no
    other year stands out half as far, and the period after is back below that bar: two high periods in a row may be a new level. What
    stands at the very end of history is only proposed, as nobody can know yet what follows. Of series that are mostly zero
    only what exceeds every other period 10 times is touched.

    Low periods are not: without a stock-out on record a low month is the customers' own, and lifting it would only make the forecast
    higher than anything that was sold.

    Parameters
    ----------
    now
        (series, periods) units.
    known
        Periods of the series with known demand.
    explained
        Periods that an event or a stock-out explains; neither flagged nor learned from.
    expected
        Where expected demand comes from.
    """
    usable = known & ~explained & (now >= 0)
    suspect = _out_of_line(now, usable, usable, expected)
    if suspect.any():
        # once more without the suspects in their neighbours' sight; only they can be found
        suspect &= _out_of_line(now, usable, usable & ~suspect, expected)
    rows, columns = np.nonzero(suspect)
    target = expected.at(now, usable & ~suspect, rows, columns)
    sure = np.isfinite(target)
    rows, columns, target = rows[sure], columns[sure], target[sure]
    last = columns == now.shape[1] - 1
    ratio = now[rows, columns] / np.maximum(target, 1e-9)
    notes = [
        f"{amount(r)} times the {amount(t)} expected from the periods around it and the season, in no other year and by no event"
        + ("; too recent to tell from a new level: Keep brings it down" if end else "")
        for r, t, end in zip(ratio, target, last, strict=True)
    ]
    return Found(ONE_OFF, rows, columns, target, notes, last)


def _out_of_line(now: Floats, usable: Flags, learned: Flags, expected: Expectation) -> Flags:
    positive = usable & (now > 0)
    line = expected.everywhere(now, learned)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(positive & (line > 0), np.log(now / line), np.nan)
    enough = (np.isfinite(error).sum(axis=1) >= LEAST_PERIODS) & expected.steady
    sigma = _NORMAL_MAD * row_median(np.abs(error - row_median(error)[:, None]))
    bar = np.maximum(THRESHOLD * sigma, np.log(LEAST_FACTOR))[:, None]
    far = np.nan_to_num(error, nan=-np.inf) > bar
    far &= enough[:, None] & ~_in_other_years(error, expected.season)
    beside = np.zeros_like(far)
    beside[:, :-1] |= far[:, 1:]
    beside[:, 1:] |= far[:, :-1]
    return np.asarray((far & ~beside) | _absurd(now, usable, expected.steady))


def _in_other_years(error: Floats, season: int) -> Flags:
    """Whether the same period of another year stands out at least half as far."""
    out = np.zeros(error.shape, dtype=bool)
    for years in range(1, error.shape[1] // season + 1):
        lag = years * season
        if lag >= error.shape[1]:
            break
        with np.errstate(invalid="ignore"):
            out[:, lag:] |= error[:, :-lag] >= error[:, lag:] / 2
            out[:, :-lag] |= error[:, lag:] >= error[:, :-lag] / 2
    return out


def _absurd(now: Floats, usable: Flags, steady: Flags) -> Flags:
    """Periods of unsteady series beyond ten times every other period."""
    demand = np.where(usable, now, 0.0)
    top = demand.argmax(axis=1)
    rest = demand.copy()
    rest[np.arange(len(rest)), top] = 0.0
    found = ~steady & ((demand > 0).sum(axis=1) > 5) & (demand.max(axis=1, initial=0.0) > ABSURD_FACTOR * rest.max(axis=1, initial=0.0))
    out = np.zeros(now.shape, dtype=bool)
    out[np.flatnonzero(found), top[found]] = True
    return out
