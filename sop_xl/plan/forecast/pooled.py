"""Coefficients of drivers: least squares within each series, random effects over those of a family.

The textbook parts: season and trend are partialled out of both sides (Frisch and Waugh 1933, Lovell 1963); the variance between
series is found by moments (DerSimonian and Laird 1986); each series then keeps as much of its own coefficient as that variance
and its own precision allow (empirical Bayes). Items of a family share good and bad months, so that a hundred of them show less than
a hundred times what one shows: the family's standard error is clustered by period (Liang and Zeger 1986). The family's coefficient is
itself shrunken towards zero (James and Stein 1961): one no larger than its standard error counts as none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sop_xl.plan.forecast.seasonal import Floats

_LEAST_FREEDOM = 6  # observations beyond the controls below which a series shows nothing of its own
_HARMONICS = 4  # pairs of sines that stand for a season longer than 12
_LEFT = 1e-4  # share of a driver's variance that season and trend must leave for it to be told from them
_MOST_INFLATION = 10.0  # by which the variance may grow because errors follow each other


@dataclass(frozen=True, slots=True)
class Learned:
    """What is known of one driver's effect on one series.

    Parameters
    ----------
    coefficient
        Change of log demand per unit of the driver (of its logarithm: an elasticity).
    error
        Standard error.
    """

    coefficient: float
    error: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one series says of its drivers.

    Parameters
    ----------
    precision
        (drivers, drivers) X'X / variance of the errors, controls partialled out; zeros where the series is too short.
    weighted
        (drivers,) X'z / variance of the errors.
    scores
        (periods, drivers) x times error / variance of the errors; zeros where the period does not count.
    """

    precision: Floats
    weighted: Floats
    scores: Floats


def own_evidence(demand: Floats, values: Floats, usable: npt.NDArray[np.bool_], season: int) -> Evidence:
    """Least squares of log demand on the drivers, given level, trend (bent once a year) and season.

    Parameters
    ----------
    demand
        (periods,) units; only periods with demand count.
    values
        (drivers, periods); a period in which any usable driver is not stated does not count.
    usable
        Which drivers are looked at.
    season
        Periods in a year.
    """
    x = values[usable].T
    count = x.shape[1]
    nothing = Evidence(np.zeros((count, count)), np.zeros(count), np.zeros((demand.size, count)))
    sold = np.flatnonzero(demand > 0)
    if not sold.size:
        return nothing
    place = np.flatnonzero((demand > 0) & np.isfinite(x).all(axis=1))
    if place.size < 2 * season or place[-1] - place[0] + 1 < 2 * season:
        return nothing  # one year cannot tell a driver from the season
    basis, _ = np.linalg.qr(_controls(place, season))
    freedom = place.size - basis.shape[1] - count
    if freedom < _LEAST_FREEDOM:
        return nothing
    z, x = np.log(demand[place]), x[place] - x[place].mean(axis=0)
    total = (x**2).sum(axis=0)
    z, x = z - basis @ (basis.T @ z), x - basis @ (basis.T @ x)
    x[:, (x**2).sum(axis=0) < _LEFT * total] = 0.0
    square = x.T @ x
    rest = z - x @ (np.linalg.pinv(square) @ (x.T @ z))
    # errors of exactly zero would weigh infinitely
    variance = max(float(rest @ rest) / freedom, 1e-8) * _inflation(rest, x)
    scores = np.zeros((demand.size, count))
    scores[place] = x * rest[:, None] / variance * np.sqrt(place.size / freedom)
    return Evidence(square / variance, x.T @ z / variance, scores)


def _controls(place: npt.NDArray[np.int64], season: int) -> Floats:
    """Level, a trend that may bend once a year, and the season, at those places of the calendar."""
    t = place.astype(np.float64)
    columns = [np.ones_like(t), t - t[0]]
    bends = np.arange(t[0] + season, t[-1] - season / 2, season)
    columns += [np.maximum(t - bend, 0.0) for bend in bends]
    if season <= 12:
        columns += [(place % season == k).astype(np.float64) for k in range(1, season)]
    else:
        for k in range(1, _HARMONICS + 1):
            columns += [np.sin(2 * np.pi * k * t / season), np.cos(2 * np.pi * k * t / season)]
    return np.stack(columns, axis=1)


def _inflation(rest: Floats, x: Floats) -> float:
    """By how much errors and drivers that both persist understate the variance (Bartlett 1935); 1 at least."""
    most = 1.0
    own = _persistence(rest)
    for column in x.T:
        both = own * _persistence(column)
        most = max(most, (1 + both) / (1 - both) if both < 1 else _MOST_INFLATION)
    return min(most, _MOST_INFLATION)


def _persistence(x: Floats) -> float:
    total = float(x @ x)
    return float(x[1:] @ x[:-1]) / total if total > 0 else 0.0


def pool_evidence(family: list[Evidence]) -> list[list[Learned | None]]:
    """Coefficients of every series of a family, each shrunken towards the family's.

    Returns
    -------
    list
        Per series one entry per driver; `None` for a driver of which nobody in the family shows anything.
    """
    count = family[0].weighted.size
    informed = [e for e in family if np.trace(e.precision) > 0]
    shown = np.zeros(count, dtype=bool)
    for e in informed:
        shown |= np.diag(e.precision) > 0
    if not shown.any():
        return [[None] * count for _ in family]
    between = _between(informed, shown)
    middle, spread = _family(informed, shown, between)
    out: list[list[Learned | None]] = []
    for e in family:
        own = e.precision[np.ix_(shown, shown)]
        prior = np.diag(1.0 / np.maximum(between, 1e-10))
        inner = np.linalg.inv(own + prior)
        coefficient = inner @ (e.weighted[shown] + prior @ middle)
        pull = inner @ prior  # how much the family's uncertainty stays in the series' coefficient
        error = np.sqrt(np.diag(inner + pull @ spread @ pull.T))
        line: list[Learned | None] = [None] * count
        for k, place in enumerate(np.flatnonzero(shown)):
            line[place] = Learned(float(coefficient[k]), float(error[k]))
        out.append(line)
    return out


def _between(informed: list[Evidence], shown: npt.NDArray[np.bool_]) -> Floats:
    """Variance between series of each driver's coefficient, by moments; zero with fewer than three series."""
    out = np.zeros(int(shown.sum()))
    for k, place in enumerate(np.flatnonzero(shown)):
        own = [_marginal(e, int(place)) for e in informed if e.precision[place, place] > 0]
        if len(own) < 3:
            continue
        b, w = np.array([c for c, _ in own]), np.array([1 / v for _, v in own])
        mean = (w * b).sum() / w.sum()
        excess = (w * (b - mean) ** 2).sum() - (b.size - 1)
        out[k] = max(0.0, excess / (w.sum() - (w**2).sum() / w.sum()))
    return out


def _marginal(e: Evidence, place: int) -> tuple[float, float]:
    inverse = np.linalg.pinv(e.precision, hermitian=True)
    return float(inverse[place] @ e.weighted), max(float(inverse[place, place]), 1e-12)


def _family(informed: list[Evidence], shown: npt.NDArray[np.bool_], between: Floats) -> tuple[Floats, Floats]:
    """Generalised least squares mean of the series' coefficients, shrunken towards zero, and its covariance."""
    count = int(shown.sum())
    precision, weighted = np.eye(count) * 1e-8, np.zeros(count)
    scores = np.zeros((informed[0].scores.shape[0], count))
    for e in informed:
        own = e.precision[np.ix_(shown, shown)]
        # (V + D)^-1 of a series with V = own^-1, written so that a driver without variation does no harm
        blend = np.linalg.inv(np.eye(count) + own @ np.diag(between))
        precision += blend @ own
        weighted += blend @ e.weighted[shown]
        scores += e.scores[:, shown] @ blend.T
    covariance = np.asarray(np.linalg.pinv((precision + precision.T) / 2, hermitian=True), dtype=np.float64)
    middle = covariance @ weighted
    clustered = np.diag(covariance @ (scores.T @ scores) @ covariance)
    wider = np.sqrt(np.maximum(clustered / np.diag(covariance), 1.0))
    covariance = covariance * np.outer(wider, wider)
    with np.errstate(divide="ignore"):
        kept = np.maximum(1.0 - np.diag(covariance) / middle**2, 0.0)
    return kept * middle, covariance
