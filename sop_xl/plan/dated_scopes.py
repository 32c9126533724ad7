"""Rows with wildcards and dates: which of them holds for what on which days, counted by days of each period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.periods import Calendar
from sop_xl.plan.grid import Matrix, Positions
from sop_xl.plan.scopes import SCOPE, in_scope

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class Holding:
    """Which row holds for which thing, in parts of periods.

    Parameters
    ----------
    thing, period, row
        (K,) positions; of a thing and period several where a row begins or ends within it, none for the days on which no row holds.
    share
        (K,) fraction of the period's days.
    """

    thing: Positions
    period: Positions
    row: Positions
    share: Matrix

    def total(self, values: Matrix, shape: tuple[int, int]) -> Matrix:
        """(things, periods) sum of `values` (K,) by their days; NaN ones count as none."""
        flat = self.thing * shape[1] + self.period
        weights = self.share * np.nan_to_num(values)
        return np.asarray(np.bincount(flat, weights=weights, minlength=shape[0] * shape[1]).reshape(shape), dtype=float)


def holding(rows: pd.DataFrame, things: pd.DataFrame, periods: pd.DatetimeIndex, calendar: Calendar, classes: Sequence[str] = ()) -> Holding:
    """The row that holds for each thing on each day: of those that are valid then the narrowest, of equal ones the one that begins last.

    Parameters
    ----------
    rows
        Scope columns (see `plan.scopes`; those that are missing are open), classes, valid_from and valid_until (first and last day; NaT = open).
    things
        The same columns, one label each.
    periods
        Consecutive, ascending.
    classes
        Further columns of the scope.
    """
    nothing = np.zeros(0, dtype=np.intp)
    if rows.empty or things.empty or not len(periods):
        return Holding(nothing, nothing, nothing, np.zeros(0))
    begins = rows["valid_from"].reset_index(drop=True).sort_values(kind="stable", na_position="first")  # what always was begins first
    order = begins.index.to_numpy(dtype=np.intp)
    sorted_rows = _scoped(rows.iloc[order].reset_index(drop=True))
    edges, period, share = _segments(sorted_rows, periods, calendar)
    start, stop = _days(sorted_rows["valid_from"], edges[0]), _days(sorted_rows["valid_until"] + pd.Timedelta(days=1), edges[-1])
    first, last = edges.searchsorted(start.clip(edges[0], edges[-1])), edges.searchsorted(stop.clip(edges[0], edges[-1]))
    pairs = in_scope(sorted_rows, _scoped(things), classes)
    thing, row = pairs["thing"].to_numpy(dtype=np.intp), pairs["row"].to_numpy(dtype=np.intp)
    count = np.maximum(last[row] - first[row], 0)
    pair = np.repeat(np.arange(len(pairs)), count)
    segment = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count) + first[row][pair]
    holds = np.full(len(things) * len(share), -1, dtype=np.intp)
    # pairs of a thing come from its widest row to its narrowest, so the highest one holds
    np.maximum.at(holds, thing[pair] * len(share) + segment, pair)
    cell = np.flatnonzero(holds >= 0)
    of_pair, at = holds[cell], cell % len(share)
    return Holding(cell // len(share), period[at], order[row[of_pair]], share[at])


def _scoped(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(**{name: "" for name in SCOPE if name not in frame})


def _segments(rows: pd.DataFrame, periods: pd.DatetimeIndex, calendar: Calendar) -> tuple[Matrix, Positions, Matrix]:
    """Days at which anything changes, from the start of the first period to the end of the last; of each stretch its period and its part of it."""
    end = calendar.shift(periods[-1], 1)
    changes = [rows["valid_from"], rows["valid_until"] + pd.Timedelta(days=1)]
    days = pd.concat([pd.Series(change.dropna()) for change in changes]).astype("datetime64[ns]")
    inside = days[(days > periods[0]) & (days < end)]
    edges = np.unique(np.concatenate([periods.to_numpy(), inside.to_numpy(), [np.datetime64(end)]]).astype("datetime64[D]"))
    period = periods.to_numpy().astype("datetime64[D]").searchsorted(edges[:-1], side="right") - 1
    length = np.diff(edges) / _DAY
    whole = np.bincount(period, weights=length, minlength=len(periods))
    return edges, period.astype(np.intp), length / whole[period]


def _days(dates: pd.Series, absent: np.datetime64) -> Matrix:
    return dates.astype("datetime64[ns]").fillna(pd.Timestamp(absent)).to_numpy().astype("datetime64[D]")
