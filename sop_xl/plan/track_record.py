"""What each contributor's past numbers were worth beside the forecast: bias, error, and the weight that they have earned.

Judgement adds value in some hands and takes it in others, and its bias is the part that history can take out (Fildes, Goodwin, Lawrence and
Nikolopoulos 2009, "Effective forecasting and judgmental adjustments"; Goodwin 2000 on correcting judgement before it is combined).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.frames import ITEMS, TRACK_RECORDS, check_frame, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.accuracy import bias, wmape

_FIGURES = ("sales_number", "forecast", "actual")
LAGS = (1, 2, 3)
"""Periods ahead at which numbers are compared; a period that was spoken of at several lags is still one period."""

SANDBAGGING, OPTIMISM, IN_LINE, TOO_FEW = "sandbagging", "optimism", "in line", "too few"
LEAST_BIAS = 0.05
"""Bias below which nobody is called anything, however sure it is."""
CONFIDENCE = 0.95


def track_records(
    past: pd.DataFrame, items: pd.DataFrame, timeline: Timeline, weight: float = 0.5, least_periods: int = 6
) -> pd.DataFrame:
    """Track record of every contributor with past numbers.

    Parameters
    ----------
    past
        contributor, item, location, period, lag, sales_number (as given), forecast (before sales, of the same cycle) and actual, in units; one row per
        number of the past. Lags 1 to 3 count.
    items
        ITEMS; numbers are compared by family, because within a family both sides are spread by the same mix.
    timeline
        Periods from its current one on are not past and left out.
    weight, least_periods
        Weight of sales input and least track record of the settings.

    Returns
    -------
    TRACK_RECORDS by contributor. With n periods compared and k = `least_periods`:

    correction = bias x n / (n + k); the next number is divided by 1 + correction.
    weight = (n x w + k x `weight`) / (n + k), where w = forecast's mean squared error / (forecast's + that of the corrected numbers):
    weights by inverse error variance as in Bates and Granger (1969), without a term for correlation, which short records cannot tell.
    verdict: sandbagging or optimism where the bias is at least 5 % and a two-sided t-test on the mean error of the periods is sure of
    it at 95 %; else in line. Fewer than k periods: correction 0, weight absent (the setting's holds), verdict too few.
    """
    check_frame(items, ITEMS)
    if past.empty:
        return empty_frame(TRACK_RECORDS)
    usable = past[past["lag"].isin(LAGS) & (past["period"] < timeline.current)].dropna(subset=list(_FIGURES))
    family = usable["item"].map(items.set_index("item")["family"]).fillna("")
    by = ["contributor", "period", "lag", "family"]
    pairs = usable.assign(family=family).groupby(by, as_index=False, sort=True)[list(_FIGURES)].sum()
    least = max(least_periods, 1)
    rows = [_record(str(who), own, weight, least) for who, own in pairs.groupby("contributor", sort=True)]
    return pd.DataFrame(rows)[list(TRACK_RECORDS.columns)] if rows else empty_frame(TRACK_RECORDS)


def _record(contributor: str, pairs: pd.DataFrame, weight: float, least_periods: int) -> dict[str, object]:
    periods = int(pairs["period"].nunique())
    number, forecast, actual = (pairs[name].to_numpy(dtype=float) for name in _FIGURES)
    measured = bias(actual, number)
    if periods < least_periods or np.isnan(measured):
        return _unjudged(contributor, periods, least_periods)
    own, other = wmape(actual, number), wmape(actual, forecast)
    trust = periods / (periods + least_periods)
    correction = max(measured, -1.0) * trust
    squared, of_forecast = (float(((f - actual) ** 2).mean()) for f in (number / (1.0 + correction), forecast))
    earned = _inverse_variance_weight(squared, of_forecast, weight) * trust + weight * (1.0 - trust)
    verdict = _verdict(measured, _period_errors(pairs))
    return {
        "contributor": contributor,
        "periods": float(periods),
        "bias": measured,
        "wmape": own,
        "forecast_wmape": other,
        "skill": 1.0 - own / other if other > 0 else np.nan,
        "correction": correction,
        "weight": earned,
        "verdict": verdict,
        "note": f"{periods} periods: bias {measured:+.0%} ({verdict}), WMAPE {own:.0%} against {other:.0%} of the forecast; worth a weight of {earned:.0%}",
    }


def _unjudged(contributor: str, periods: int, least_periods: int) -> dict[str, object]:
    return {
        "contributor": contributor,
        "periods": float(periods),
        "bias": np.nan,
        "wmape": np.nan,
        "forecast_wmape": np.nan,
        "skill": np.nan,
        "correction": 0.0,
        "weight": np.nan,
        "verdict": TOO_FEW,
        "note": f"{periods} of {least_periods} periods compared: too few to judge, the weight of Settings holds",
    }


def _inverse_variance_weight(numbers: float, forecast: float, otherwise: float) -> float:
    """Weight of the numbers whose mean squared errors these are; `otherwise` where neither errs."""
    return forecast / (forecast + numbers) if forecast + numbers > 0 else otherwise


def _period_errors(pairs: pd.DataFrame) -> np.ndarray:
    """Error of all families together in each period, the mean over its lags: lags of one period err alike and count once."""
    total = pairs.assign(error=pairs["sales_number"] - pairs["actual"]).groupby(["period", "lag"], sort=True)["error"].sum()
    errors: np.ndarray = total.groupby("period", sort=True).mean().to_numpy(dtype=float)
    return errors


def _verdict(measured: float, errors: np.ndarray) -> str:
    from scipy.stats import t

    count = len(errors)
    if abs(measured) < LEAST_BIAS or count < 2:
        return IN_LINE
    spread = float(errors.std(ddof=1)) / np.sqrt(count)
    limit = float(t.ppf(0.5 + CONFIDENCE / 2, count - 1))
    if abs(float(errors.mean())) <= limit * spread:
        return IN_LINE
    return SANDBAGGING if measured < 0 else OPTIMISM
