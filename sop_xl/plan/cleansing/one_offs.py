"""One-off orders: single periods far above anything that the series, its season or an event explains."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.cleansing.expectation import Expectation, Flags, Floats, Places, expectation
from sop_xl.plan.cleansing.found import ONE_OFF, TOLERANCE, Found, amount
from sop_xl.plan.history import row_median

THRESHOLD = 5.0
"""Robust standard deviations above expected demand; see `find_one_offs`."""

LEAST_FACTOR = 2.0
"""Least multiple of expected demand."""

ABSURD_FACTOR = 10.0
"""Multiple of the largest other period above which even demand that is mostly zero holds an order of its own kind (or a zero too many)."""

LEAST_PERIODS = 12
"""Periods with demand below which nothing can be called unusual."""

_NORMAL_MAD = 1.4826


def find_one_offs(now: Floats, known: Flags, explained: Flags, season: int, groups: Places) -> Found:
    """Isolated peaks, brought to expected demand.

    A period of a steady series is a one-off when its demand exceeds expected demand more than 2 times and by more than 5 robust
    standard deviations of the series' own log errors (Hampel 1974), no event and no stock-out covers it, the same period of no
    other year stands out half as far, and neither neighbour stands out, too: two high periods in a row may be a new level. Of series that
    are mostly zero only what exceeds every other period 10 times is touched.

    A peak is only proposed at the very end of history, as nobody can know yet what follows, and where no other year tells a one-off
    from a season.

    Low periods are not corrected: without a stock-out on record a low month is the customers' own, and lifting it would only make the
    forecast higher than anything that was sold.

    Parameters
    ----------
    now
        (series, periods) units.
    known
        Periods of the series with known demand.
    explained
        Periods that an event or a stock-out explains; neither flagged nor learned from.
    season, groups
        See `expectation`.
    """
    usable = known & ~explained & (now >= 0)
    expected = expectation(now, usable, season, groups)
    flat = Expectation(season, np.ones(now.shape), expected.steady)
    # a peak bends the season that is learned from it; so suspects come from both sights, and the verdict from a season without them
    suspect = _out_of_line(now, usable, usable, expected) | _out_of_line(now, usable, usable, flat)
    if suspect.any():
        learned = usable & ~suspect
        expected = expectation(now, learned, season, groups)
        some = np.flatnonzero(suspect.any(axis=1))
        suspect[some] &= _out_of_line(now[some], usable[some], learned[some], expected.of(some))
    rows, columns = np.nonzero(suspect)
    target = expected.at(now, usable & ~suspect, rows, columns)
    sure = np.isfinite(target)
    rows, columns, target = rows[sure], columns[sure], target[sure]
    last = columns == now.shape[1] - 1
    alone = ~_other_year_known(usable, season)[rows, columns] & expected.steady[rows]
    notes = [
        f"{amount(ratio)} times the {amount(line)} expected from the periods around it and the season; no event explains it"
        + ("; too recent to tell from a new level: Keep brings it down" if end else "")
        + ("; no other year to tell it from a season: Keep brings it down" if single and not end else "")
        for ratio, line, end, single in zip(now[rows, columns] / np.maximum(target, TOLERANCE), target, last, alone, strict=True)
    ]
    return Found(ONE_OFF, rows, columns, target, notes, last | alone, now[rows, columns])


def _out_of_line(now: Floats, usable: Flags, learned: Flags, expected: Expectation) -> Flags:
    """Periods of steady series beyond the bar, and the absurd ones of all others."""
    line = expected.everywhere(now, learned)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(usable & (now > 0) & (line > 0), np.log(now / line), np.nan)
    enough = (np.isfinite(error).sum(axis=1) >= LEAST_PERIODS) & expected.steady
    sigma = _NORMAL_MAD * row_median(np.abs(error - row_median(error)[:, None]))
    bar = np.maximum(THRESHOLD * sigma, np.log(LEAST_FACTOR))[:, None]
    far = np.nan_to_num(error, nan=-np.inf) > bar
    beside = np.zeros_like(far)
    beside[:, :-1] |= far[:, 1:]
    beside[:, 1:] |= far[:, :-1]
    far &= enough[:, None] & ~beside & ~_in_other_years(error, expected.season)
    return np.asarray(far | _absurd(now, usable, expected.steady))


def _in_other_years(error: Floats, season: int) -> Flags:
    """Whether the same period of another year stands out at least half as far."""
    out = np.zeros(error.shape, dtype=bool)
    for lag in range(season, error.shape[1], season):
        with np.errstate(invalid="ignore"):
            out[:, lag:] |= error[:, :-lag] >= error[:, lag:] / 2
            out[:, :-lag] |= error[:, lag:] >= error[:, :-lag] / 2
    return out


def _other_year_known(usable: Flags, season: int) -> Flags:
    """Whether the same period of any other year is known."""
    out = np.zeros(usable.shape, dtype=bool)
    for lag in range(season, usable.shape[1], season):
        out[:, lag:] |= usable[:, :-lag]
        out[:, :-lag] |= usable[:, lag:]
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
