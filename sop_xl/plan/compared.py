"""Archived forecasts beside the actuals that came, as arrays of one shape, and what is compared at each lag.

A cube has one entry per cycle, series (item and location) and lag; a view of it, per cycle and series. Errors are
not taken here: forecasts and actuals are summed to the level of interest first (see `plan.value_added`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.archive import BASELINE, LAG_COLUMNS, LAGS, SALES_NUMBER
from sop_xl.plan.effects import STAGES
from sop_xl.plan.grid import Mask, Matrix, Positions, pair_positions

NAIVE, CONSENSUS = "naive", "consensus"

STAIRCASE = (NAIVE, BASELINE, *STAGES)
"""Steps of the forecast in the order of the process; the last one is the consensus."""

LEAD_TIME = "lead time"
LAG_NAMES = ("lag 1", "lag 2", "lag 3", LEAD_TIME)
"""What is compared: one period that was so many periods ahead, or all periods of an item's lead time together."""


@dataclass(frozen=True, slots=True)
class View:
    """Forecasts and actuals at one lag.

    Parameters
    ----------
    lag
        One of `LAG_NAMES`.
    forecast
        (cycles, series) units after each step of `STAIRCASE`.
    actual
        (cycles, series) units.
    known
        Where the actual and every step are known; elsewhere nothing is compared.
    sample
        (periods, series) units of history before the first cycle, summed over as many periods as the view sums: what errors are scaled by.
    """

    lag: str
    forecast: dict[str, Matrix]
    actual: Matrix
    known: Mask
    sample: Matrix


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything that can be compared.

    Parameters
    ----------
    series
        item, location, family (`""` where the item is no longer listed), lead (periods, 1 to 6) of each series.
    cycles
        Archived cycles of which at least one period is over.
    rows
        Their archived rows, with `cycle_at` and `series_at`: places in `cycles` and `series`.
    forecast
        (cycles, series, lags) units after each step of `STAIRCASE`; NaN = not known.
    actual
        (cycles, series, lags) units; NaN = not known.
    history
        (series, periods) units of the timeline's history; NaN = not known.
    first
        Place in the history of the first cycle.
    """

    series: pd.DataFrame
    cycles: pd.DatetimeIndex
    rows: pd.DataFrame
    forecast: dict[str, Matrix]
    actual: Matrix
    history: Matrix
    first: int

    def cube(self, rows: pd.DataFrame) -> Matrix:
        """(cycles, series, lags) sums of some of `rows`; a series without a row has 0."""
        cube = np.zeros(self.actual.shape)
        at = rows["cycle_at"].to_numpy(), rows["series_at"].to_numpy()
        np.add.at(cube, at, rows[list(LAG_COLUMNS)].to_numpy(dtype=float))
        return cube

    def views(self) -> Iterator[View]:
        """The four views."""
        lead = self.series["lead"].to_numpy()
        for lag in LAG_NAMES:
            forecast = {stage: at_lag(lag, cube, lead) for stage, cube in self.forecast.items()}
            actual = at_lag(lag, self.actual, lead)
            known = np.isfinite(actual)
            for after in forecast.values():
                known &= np.isfinite(after)
            width = lead if lag == LEAD_TIME else np.ones_like(lead)
            yield View(lag, forecast, actual, known, _moving_sum(self.history[:, : self.first], width).T)


def at_lag(lag: str, units: Matrix, lead: Positions) -> Matrix:
    """Of units by (..., series, lags) those at one lag, or the sum over each series' lead time (NaN where a part of it is absent)."""
    if lag != LEAD_TIME:
        return np.asarray(units[..., LAG_NAMES.index(lag)])
    ahead = np.arange(LAGS) < np.asarray(lead)[:, None]
    return np.asarray(np.where(ahead, units, 0.0).sum(axis=-1))


def compare(
    archive: pd.DataFrame,
    history: pd.DataFrame,
    items: pd.DataFrame,
    timeline: Timeline,
    blank_means: Literal["zero", "absent"] = "zero",
    unknown: pd.DataFrame | None = None,
) -> Compared | None:
    """Set archived forecasts beside actuals; `None` where no archived period is over yet.

    Parameters
    ----------
    archive
        FORECAST_ARCHIVE. A series without a row in a cycle was forecast as 0 there; an absent lag is not known.
    history
        item, location, period, demand in units. An absent demand (NaN) is left out, 0 counts.
    items
        ITEMS: family, and lead time in periods, which is rounded up and counts from 1 to 6 periods.
    timeline
        Periods from its current one on have no actuals.
    blank_means
        What a series and period without a row in `history` means.
    unknown
        cycle, item, location of what the archive once held and nobody can read any more: it is not compared.
    """
    calendar = timeline.calendar
    names = pd.DatetimeIndex(np.sort(archive["cycle"].unique()))
    places = np.array([calendar.distance(timeline.first, cycle) for cycle in names], dtype=int)
    over = (places >= 1) & (places < len(timeline.history))  # before the first cycle there is something to learn from
    if not over.any():
        return None
    cycles, places = names[over], places[over]
    archive = archive[archive["cycle"].isin(cycles)]
    series = _series(archive, history, items)
    archive = archive.assign(
        cycle_at=cycles.get_indexer(pd.DatetimeIndex(archive["cycle"])), series_at=pair_positions(series, archive)
    )
    past = _history(series, history, timeline, np.nan if blank_means == "absent" else 0.0)
    ahead = places[:, None] + np.arange(LAGS)[None, :]
    padded = np.pad(past, ((0, 0), (0, LAGS)), constant_values=np.nan)
    compared = Compared(
        series, cycles, archive, {}, np.moveaxis(padded[:, ahead], 0, 1), past, int(places.min())
    )
    compared.forecast[NAIVE] = _naive(past, places, calendar.season)
    forecast = archive[archive["stage"] != SALES_NUMBER]
    after = _not_known(compared, forecast, unknown)
    for stage in STAIRCASE[1:]:
        after = after + compared.cube(forecast[forecast["stage"] == stage])
        compared.forecast[stage] = after
    return compared


def _series(archive: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    both = pd.concat([archive[["item", "location"]], history[["item", "location"]]])
    series = both.drop_duplicates().sort_values(["item", "location"], kind="stable").reset_index(drop=True)
    at = pd.Index(items["item"]).get_indexer(pd.Index(series["item"]))
    listed = at >= 0
    family = np.full(len(series), "", dtype=object)
    family[listed] = items["family"].to_numpy(dtype=object)[at[listed]]
    lead = np.ones(len(series))
    lead[listed] = items["lead_time"].to_numpy(dtype=float)[at[listed]]
    # a lead time of 2.0000000001 periods is one of 2
    whole = np.ceil(np.nan_to_num(lead, nan=1.0) - 1e-9)
    return series.assign(family=family, lead=np.clip(whole, 1, LAGS).astype(int), lead_time=whole)


def _history(series: pd.DataFrame, history: pd.DataFrame, timeline: Timeline, blank: float) -> Matrix:
    periods = timeline.history
    past = np.full((len(series), len(periods)), blank)
    column = periods.get_indexer(pd.DatetimeIndex(history["period"]))
    row = pair_positions(series, history)
    inside = column >= 0
    past[row[inside], column[inside]] = history["demand"].to_numpy(dtype=float)[inside]
    return past


def _naive(past: Matrix, places: Positions, season: int) -> Matrix:
    """What seasonal naive said in each cycle: the demand of a year before, or the last one of a series younger than a year."""
    seen = pd.DataFrame(past.T).ffill().fillna(0.0).to_numpy().T  # where a demand is not known, the one before it
    started = np.where((seen > 0).any(axis=1), (seen > 0).argmax(axis=1), past.shape[1])
    year_before = np.maximum(places[:, None] - season + np.arange(LAGS)[None, :], 0)
    old = (places[:, None] - started[None, :]) >= season
    last = seen[:, places - 1].T
    return np.where(old[:, :, None], np.moveaxis(seen[:, year_before], 0, 1), last[:, :, None])


def _not_known(compared: Compared, forecast: pd.DataFrame, unknown: pd.DataFrame | None) -> Matrix:
    """A cube of 0, NaN where a forecast is not known: lags that a cycle did not plan, and rows that cannot be read."""
    cube = np.zeros(compared.actual.shape)
    planned = np.zeros((len(compared.cycles), LAGS), dtype=bool)
    np.logical_or.at(planned, forecast["cycle_at"].to_numpy(), forecast[list(LAG_COLUMNS)].notna().to_numpy())
    cube[np.broadcast_to(~planned[:, None, :], cube.shape)] = np.nan
    if unknown is not None and len(unknown):
        cycle_at = compared.cycles.get_indexer(pd.DatetimeIndex(unknown["cycle"]))
        series_at = pair_positions(compared.series, unknown)
        found = (cycle_at >= 0) & (series_at >= 0)
        cube[cycle_at[found], series_at[found]] = np.nan
    return cube


def _moving_sum(history: Matrix, width: Positions) -> Matrix:
    """Sums over the last `width` periods of each series; NaN where one of them is not known or before the history."""
    known = np.isfinite(history)
    sums = _window(np.where(known, history, 0.0), width)
    return np.where(_window((~known).astype(float), width) > 0, np.nan, sums)


def _window(numbers: Matrix, width: Positions) -> Matrix:
    total = np.concatenate([np.zeros((len(numbers), 1)), numbers.cumsum(axis=1)], axis=1)
    end = np.arange(1, total.shape[1])[None, :]
    start = end - np.asarray(width)[:, None]
    before = np.take_along_axis(total, np.maximum(start, 0), axis=1)
    return np.where(start >= 0, total[:, 1:] - before, np.nan)
