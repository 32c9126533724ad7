"""Dates of single series: which frequency they have, what is missing between them, and the dates that follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Ordinals = npt.NDArray[np.int64]

MOST_PERIODS = 100_000
"""Longest span of one series in periods; beyond it a date must be wrong."""


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often a period comes.

    Parameters
    ----------
    name
        What a planner calls it.
    code
        Code of the pandas period, `""` where periods are plain numbers.
    season
        Periods in a season.
    day
        Where in the period its date stands: its first day plus so many days, `-1` = its last day.
    """

    name: str
    code: str
    season: int
    day: int = 0

    def ordinals(self, ds: pd.Series) -> Ordinals:
        """Number of the period of each date."""
        if not self.code:
            return ds.to_numpy(dtype=np.int64)
        return np.asarray(pd.PeriodIndex(ds, freq=self.code).asi8, dtype=np.int64)

    def dates(self, ordinals: Ordinals) -> pd.Index[Any]:
        """Dates of numbered periods, at the place in the period where those of the input stand; inverse of `ordinals`."""
        if not self.code:
            return pd.Index(ordinals)
        periods: pd.PeriodIndex = pd.PeriodIndex.from_ordinals(ordinals, freq=self.code)  # type: ignore[attr-defined]
        first, last = periods.start_time, periods.end_time
        if self.code != "h":
            last = last.normalize()
        if self.day < 0:
            return pd.DatetimeIndex(last)
        moved = first + pd.Timedelta(days=self.day)
        return pd.DatetimeIndex(np.minimum(moved.to_numpy(), last.to_numpy()))

    def label(self, ordinal: int) -> str:
        """One period as text: `2025-03`, `2025Q1`, the first day of a week."""
        if not self.code:
            return str(ordinal)
        period = pd.Period(ordinal=ordinal, freq=self.code)
        return str(period.start_time.date()) if self.code.startswith("W") else str(period)


def infer_frequency(unique_id: pd.Series, ds: pd.Series) -> Frequency | None:
    """The frequency that most steps between neighbouring dates of a series have; `None` where no usual one fits.

    Parameters
    ----------
    unique_id, ds
        One row per value: dates, or whole numbers where periods are only counted.
    """
    if ds.dtype.kind != "M":
        return Frequency("numbered", "", 1)
    order = pd.DataFrame({"unique_id": unique_id, "ds": ds}).drop_duplicates().sort_values(["unique_id", "ds"])
    same = (order["unique_id"] == order["unique_id"].shift()).to_numpy()
    hours = (order["ds"].diff().dt.total_seconds() / 3600.0).to_numpy()[same]
    if not hours.size:
        return None
    values, counts = np.unique(hours, return_counts=True)
    step = float(values[np.argmax(counts)])
    weekday = int(ds.dt.weekday.mode().iloc[0])
    ending = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")[(weekday - 1) % 7]
    choices = (
        (1, 1, Frequency("hourly", "h", 24)),
        (24, 24, Frequency("daily", "D", 7)),
        (168, 168, Frequency("weekly", f"W-{ending}", 52)),
        (28 * 24, 31 * 24, Frequency("monthly", "M", 12)),
        (90 * 24, 92 * 24, Frequency("quarterly", f"Q-{_MONTHS[_last_month(ds)]}", 4)),
        (365 * 24, 366 * 24, Frequency("yearly", f"Y-{_MONTHS[_last_month(ds)]}", 1)),
    )
    for low, high, frequency in choices:
        if low <= step <= high:
            return _placed(frequency, ds)
    return None


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def _last_month(ds: pd.Series) -> int:
    """Month (0 = January) before the one in which most dates' periods start; dates late in a month stand at the period's end."""
    month = int((ds.dt.month - 1).mode().iloc[0])
    return month if bool((ds.dt.day >= 28).mean() > 0.5) else (month - 1) % 12


def _placed(frequency: Frequency, ds: pd.Series) -> Frequency:
    if frequency.code in ("h", "D") or frequency.code.startswith("W"):
        return frequency
    periods = pd.PeriodIndex(ds, freq=frequency.code)
    from_first = (ds.to_numpy() - periods.start_time.to_numpy()) / np.timedelta64(1, "D")
    to_last = (periods.end_time.normalize().to_numpy() - ds.dt.normalize().to_numpy()) / np.timedelta64(1, "D")
    if (to_last == 0).all():
        day = -1
    else:
        values, counts = np.unique(from_first.astype(np.int64), return_counts=True)
        day = int(values[np.argmax(counts)])
    return Frequency(frequency.name, frequency.code, frequency.season, day)


def fill_gaps(unique_id: pd.Series, ordinal: Ordinals, y: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every period from each series' first to its last; a period without a row is absent (NaN), not zero.

    Parameters
    ----------
    unique_id, ordinal, y
        One row per value; no period of a series twice.

    Returns
    -------
    tuple
        unique_id, ds (the period's number), y; and per series unique_id, first, last, periods, absent (periods without a value between them).
    """
    known = pd.DataFrame({"unique_id": unique_id.to_numpy(), "ds": ordinal, "y": y.to_numpy(dtype=np.float64)})
    spans = known.groupby("unique_id", sort=True)["ds"].agg(first="min", last="max").reset_index()
    spans["periods"] = spans["last"] - spans["first"] + 1
    count = spans["periods"].to_numpy()
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    every = pd.DataFrame(
        {
            "unique_id": np.repeat(spans["unique_id"].to_numpy(), count),
            "ds": np.repeat(spans["first"].to_numpy(), count) + offset,
        }
    )
    dense = every.merge(known, on=["unique_id", "ds"], how="left", validate="one_to_one")
    absent = dense["y"].isna().groupby(dense["unique_id"], sort=True).sum()
    return dense, spans.assign(absent=absent.to_numpy())
