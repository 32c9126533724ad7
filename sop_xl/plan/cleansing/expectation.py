"""What a period would have brought: the level of the periods around it, times its season. Vectorised over series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sop_xl.plan.history import row_median

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

STEADY_ZEROS = 0.3
"""Share of periods without demand up to which a series is steady; above it the forecast takes level methods, too."""

LEAST_NEIGHBOURS = 3
"""Usable periods a level needs; with fewer within a quarter of a season either side, a whole season either side is looked at."""

_CHUNK = 4_000_000  # values sorted at once: bounds memory with long weekly histories


@dataclass(frozen=True, slots=True)
class Expectation:
    """Seasonal shape of every series, and how its level is read.

    Parameters
    ----------
    season
        Periods in a year.
    shape
        (series, periods) seasonal factor of each period, 1 on average over a year.
    steady
        (series,) at most 30 % of the periods without demand: the level is a median there, which a spike does not move. Elsewhere it is
        a mean, as the median of demand that is mostly zero says nothing.
    """

    season: int
    shape: Floats
    steady: Flags

    def of(self, rows: Places) -> Expectation:
        """The same for some of the series."""
        return Expectation(self.season, self.shape[rows], self.steady[rows])

    def everywhere(self, demand: Floats, usable: Flags) -> Floats:
        """(series, periods) expected demand in units; see `at`."""
        rows, columns = np.indices(demand.shape)
        return self.at(demand, usable, rows.ravel(), columns.ravel()).reshape(demand.shape)

    def at(self, demand: Floats, usable: Flags, rows: Places, columns: Places) -> Floats:
        """Expected demand of single cells in units, from other usable periods of the same series; NaN where there are too few.

        Parameters
        ----------
        demand
            (series, periods) units, NaN = not known.
        usable
            Periods to learn from. The cell asked for is left out in any case, so that it cannot vouch for itself.
        rows, columns
            The cells, one entry each.
        """
        level = np.where(usable & np.isfinite(demand), demand / self.shape, np.nan)
        out = np.full(rows.size, np.nan)
        for reach in (max(self.season // 4, 2), self.season):
            open_ = np.flatnonzero(np.isnan(out))
            size = max(_CHUNK // (2 * reach + 1), 1)
            padded = np.pad(level, ((0, 0), (reach, reach)), constant_values=np.nan)
            windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=1)
            for start in range(0, open_.size, size):
                part = open_[start : start + size]
                near = windows[rows[part], columns[part]]
                near[:, reach] = np.nan
                out[part] = self._level(near, rows[part])
        return out * self.shape[rows, columns]

    def _level(self, near: Floats, rows: Places) -> Floats:
        count = np.isfinite(near).sum(axis=1)
        mean = np.nan_to_num(near).sum(axis=1) / np.maximum(count, 1)
        level = np.where(self.steady[rows], row_median(near), mean)
        return np.where(count >= LEAST_NEIGHBOURS, level, np.nan)


def expectation(demand: Floats, usable: Flags, season: int, groups: Places) -> Expectation:
    """Learn the seasonal shape of every series.

    A steady series has its own, pulled towards that of its group the more, the less it stands out from its noise (James and
    Stein); all others have their group's, and a group without two whole seasons has none.

    Parameters
    ----------
    demand
        (series, periods) units, NaN = not known or before the first demand.
    usable
        Periods to learn from.
    season
        Periods in a year.
    groups
        (series,) number of each series' group (its family), from 0.
    """
    known = usable & np.isfinite(demand)
    count = np.maximum(known.sum(axis=1), 1)
    steady = ((known & (demand > 0)).sum(axis=1) >= (1 - STEADY_ZEROS) * count) & known.any(axis=1)
    flat = Expectation(season, np.ones(demand.shape), steady)
    row, column = np.nonzero(np.isfinite(demand) & ~usable)
    whole = np.where(known, np.maximum(demand, 0.0), np.nan)
    whole[row, column] = flat.at(whole, known, row, column)
    total, seen = (_by_group(part, groups) for part in (whole, np.where(known, whole, 0.0)))
    total[total == 0] = np.nan  # a group without demand yet
    shared = seasonal_indices(np.log1p(total), seen >= total / 2, season, np.zeros((len(total), season)))
    indices = shared[groups]
    own = steady & (np.isfinite(whole).sum(axis=1) >= 2 * season)
    indices[own] = seasonal_indices(np.log1p(whole[own]), known[own], season, indices[own])
    factors = np.exp(indices)
    factors /= factors.mean(axis=1, keepdims=True)
    return Expectation(season, factors[:, np.arange(demand.shape[1]) % season], steady)


def _by_group(values: Floats, groups: Places) -> Floats:
    total = np.zeros((int(groups.max(initial=-1)) + 1, values.shape[1]))
    np.add.at(total, groups, np.nan_to_num(values))
    return total


def seasonal_indices(z: Floats, seen: Flags, season: int, prior: Floats) -> Floats:
    """Additive seasonal indices of many series at once, by place in the season (column modulo `season`).

    Deviations from the centred moving average over one season are averaged by place and pulled towards `prior` by the James-Stein
    factor max(0, 1 - (noise variance / years) / (mean squared distance) x (m - 3) / m), the rule of the forecast's
    own seasonal indices.

    Parameters
    ----------
    z
        (series, periods) logarithms; NaN before a series' start and where not known.
    seen
        (series, periods) whether the value was sold in ordinary times; others only carry the average along.
    prior
        (series, season); stands for places that were never seen, and for series without two seasons.
    """
    deviation = np.where(seen, z - _trend(z, season), np.nan)
    places = np.arange(z.shape[1]) % season
    raw, count = np.zeros(prior.shape), np.zeros(prior.shape)
    for k in range(season):
        part = deviation[:, places == k]
        count[:, k] = np.isfinite(part).sum(axis=1)
        raw[:, k] = np.nan_to_num(part).sum(axis=1) / np.maximum(count[:, k], 1)
    raw = np.where(count > 0, raw - raw.mean(axis=1, keepdims=True), prior)
    rest = np.nan_to_num(deviation - raw[:, places])
    freedom = count.sum(axis=1) - (count > 0).sum(axis=1)
    signal = ((raw - prior) ** 2).mean(axis=1)
    noise = (rest**2).sum(axis=1) / np.maximum(freedom, 1) / (count.sum(axis=1) / season + 1e-12)
    keep = np.maximum(0.0, 1.0 - noise / np.maximum(signal, 1e-12) * (season - 3) / season)
    keep[freedom <= 0] = 0.0
    return np.asarray(prior + keep[:, None] * (raw - prior))


def _trend(z: Floats, season: int) -> Floats:
    """Centred moving average; below three seasons carried on to both ends by the mean growth from year to year."""
    weights = np.full(season + 1 - season % 2, 1.0 / season)
    if season % 2 == 0:
        weights[[0, -1]] /= 2
    trend = np.full(z.shape, np.nan)
    half = weights.size // 2
    if z.shape[1] >= weights.size:
        windows = np.lib.stride_tricks.sliding_window_view(z, weights.size, axis=1)
        trend[:, half : z.shape[1] - half] = windows @ weights
    known, inside = np.isfinite(z), np.isfinite(trend)
    short = inside.any(axis=1) & (known.sum(axis=1) < 3 * season)
    step = z[:, season:] - z[:, :-season]
    growth = np.nan_to_num(step).sum(axis=1) / np.maximum(np.isfinite(step).sum(axis=1), 1) / season
    place = np.arange(z.shape[1])
    first, last = inside.argmax(axis=1), z.shape[1] - 1 - inside[:, ::-1].argmax(axis=1)
    nearest = np.clip(place, first[:, None], last[:, None])
    carried = np.take_along_axis(trend, nearest, axis=1) + growth[:, None] * (place - nearest)
    return np.where(short[:, None] & known & ~inside, carried, trend)
