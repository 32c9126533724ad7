"""Own-price elasticity: by how many percent demand moves when the price of an item moves by one percent.

Constant elasticity means log(demand) = a + e log(price) (Tellis 1988, *Journal of Marketing Research* 25(4), 331-341; Varian 2014,
*Intermediate Microeconomics*, ch. 15). It is read from history as a panel: an item at a location is compared with itself only, and
with what all items did in the same period and its family does at that time of the year (within transformation; Wooldridge 2010,
*Econometric Analysis of Cross Section and Panel Data*, ch. 10).
"""

from __future__ import annotations

from typing import Any, NamedTuple, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_xl.periods import Timeline

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

LEAST_VARIATION = 0.02
"""Standard deviation of log price, after everything that is not compared, below which a price hardly varies: 2 %."""

LEAST_SAMPLE = 24
"""Item x location x period cells that a family needs."""

ALL_FAMILIES = "All"
"""Stands for the families together; no family may be called so."""

TIMES_OF_YEAR = 13
"""Parts of a year whose usual demand is told apart: months, or four weeks each."""

_RIDGE = 1e-9
_LEAST_ERROR = 1e-6  # of a slope that fits to the last digit

COLUMNS = ("family", "elasticity", "measured", "standard_error", "sample", "items", "variation")


@overload
def price_effect(price_change: float, elasticity: float) -> float: ...
@overload
def price_effect(price_change: float, elasticity: Floats) -> Floats: ...
def price_effect(price_change: float, elasticity: float | Floats) -> float | Floats:
    """Fraction by which demand changes: (1 + price change) ^ elasticity - 1.

    Parameters
    ----------
    price_change
        Fraction, above -1; -0.1 is a tenth cheaper.
    elasticity
        Own-price elasticity, below 0 as a rule.
    """
    return (1.0 + price_change) ** elasticity - 1.0


class Panel(NamedTuple):
    """Cells with a price, one element each.

    Parameters
    ----------
    log_demand, log_price
        Price is revenue / demand as it departs from what is usual at the location, the median over the item's locations in the period:
        what a usual customer met. The discount that a single large order earned moves its own price and volume together, and
        would pass for elasticity.
    series, item, family, period
        Codes from 0.
    families
        Name by family code, sorted.
    """

    log_demand: Floats
    log_price: Floats
    series: Codes
    item: Codes
    family: Codes
    period: Codes
    families: list[str]


def own_price_elasticity(
    demand_history: pd.DataFrame, items: pd.DataFrame, timeline: Timeline
) -> pd.DataFrame:
    """Own-price elasticity of every family with priced demand, and over all of them.

    Parameters
    ----------
    demand_history
        DEMAND_HISTORY, revenue in plan currency. Cells without demand or revenue above 0 say nothing.
    items
        ITEMS, for the family.
    timeline
        Its history counts.

    Returns
    -------
    One row per family, then one with family `ALL_FAMILIES` for all of them: family; elasticity (to be used: `measured` pulled towards the overall one;
    NaN where nothing could be measured anywhere); measured and its standard_error (NaN where the price hardly varies or the sample is too small);
    sample (cells), items, variation (standard deviation of log price that is compared, NaN below `LEAST_SAMPLE` cells).

    Notes
    -----
    The standard error is the greater of the usual one and the one clustered by item (Arellano 1987). The overall elasticity is the mean of the
    families' under the random-effects model of DerSimonian and Laird (1986); a family's own is pulled towards it by empirical Bayes, the more
    the less certain it is: w x own + (1 - w) x overall with w = t / (t + s), t the variance between families, s its own squared error.

    Price is not set at random: discounts that meet slack or peak demand, and a mix of customers that changes, are in the figure.
    """
    panel = _panel(demand_history, items, timeline)
    if panel is None:
        return pd.DataFrame(columns=list(COLUMNS))
    count = len(panel.families)
    sample = np.bincount(panel.family, minlength=count)
    of_item = np.unique(np.stack([panel.family, panel.item]), axis=1)[0]
    measured, error, variation = _within(panel, timeline.calendar.season, sample >= LEAST_SAMPLE)
    overall, overall_error, between = _random_effects(measured, error)
    known = np.isfinite(measured)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = np.where(known, between / (between + error**2), 0.0)
    families = pd.DataFrame(
        {
            "family": panel.families,
            "elasticity": np.where(known, weight * np.nan_to_num(measured) + (1 - weight) * overall, overall),
            "measured": measured,
            "standard_error": error,
            "sample": sample.astype(float),
            "items": np.bincount(of_item, minlength=count).astype(float),
            "variation": variation,
        }
    )
    everything = {
        "family": ALL_FAMILIES, "elasticity": overall, "measured": overall, "standard_error": overall_error,
        "sample": float(sample[known].sum()), "items": float(families["items"][known].sum()), "variation": np.nan,
    }  # fmt: skip
    return pd.concat([families, pd.DataFrame([everything])], ignore_index=True)[list(COLUMNS)]


def _panel(demand_history: pd.DataFrame, items: pd.DataFrame, timeline: Timeline) -> Panel | None:
    periods = timeline.history
    period = periods.get_indexer(pd.DatetimeIndex(demand_history["period"]))
    told = (demand_history["demand"] > 0) & (demand_history["revenue"] > 0) & (period >= 0)
    sold = demand_history[told]
    if sold.empty:
        return None
    item, names = pd.factorize(sold["item"], sort=True)
    location, places = pd.factorize(sold["location"], sort=True)
    order = np.lexsort((period[told], location, item))
    item, location, period = item[order], location[order], period[told][order]
    demand = sold["demand"].to_numpy(dtype=float)[order]
    price = np.log(sold["revenue"].to_numpy(dtype=float)[order] / demand)
    _, series = np.unique(item * len(places) + location, return_inverse=True)
    moved = price - _median_of_group(price, series)
    moved = _median_of_group(moved, item * len(periods) + period)
    of_item = pd.Series(names).map(items.set_index("item")["family"]).fillna("")
    family, families = pd.factorize(of_item, sort=True)
    return Panel(np.log(demand), moved, series, item, family[item], period, list(families))


def _median_of_group(values: Floats, group: Codes) -> Floats:
    return pd.Series(values).groupby(group).transform("median").to_numpy(dtype=float)


def _within(panel: Panel, season: int, enough: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Slope, its standard error and the price variation compared, by family; the first two NaN where it is too small.

    One regression for all families: log demand on log price by family, with effects of series, period, and family x time of the year. The
    effects of series are taken out by their means, the others solved for.
    """
    from scipy import sparse
    from scipy.linalg import cho_factor, cho_solve

    cells, count = len(panel.series), len(panel.families)
    place = np.arange(cells)

    def dummies(codes: Codes) -> Any:
        return sparse.csr_matrix((np.ones(cells), (place, codes)), shape=(cells, int(codes.max()) + 1))

    series = dummies(panel.series)
    size = np.asarray(series.sum(axis=0)).ravel()
    own = panel.log_price - ((series.T @ panel.log_price) / size)[panel.series]
    prices = sparse.csr_matrix((own, (place, panel.family)), shape=(cells, count))
    places = min(season, TIMES_OF_YEAR)
    time_of_year = panel.period % season * places // season
    times = sparse.hstack([dummies(panel.period), dummies(panel.family * places + time_of_year)]).tocsr()
    demand = panel.log_demand - ((series.T @ panel.log_demand) / size)[panel.series]

    def without_means(left: Any, right: Any) -> Floats:
        """Cross product of two sets of columns after each series' own means are taken away."""
        by_left, by_right = series.T @ left, series.T @ right
        product = left.T @ right - by_left.T @ sparse.diags(1.0 / size) @ by_right
        return np.asarray(product.toarray() if sparse.issparse(product) else product)

    among_times = without_means(times, times)
    # effects of periods and times of the year overlap; a ridge this small picks one of their equal answers
    ridge = _RIDGE * max(float(np.trace(among_times)) / len(among_times), 1.0)
    factor = cho_factor(among_times + ridge * np.eye(len(among_times)))
    explained = cho_solve(factor, without_means(times, prices))
    squares = without_means(prices, prices) - without_means(prices, times) @ explained
    column = demand[:, None]
    moved = (without_means(prices, column) - explained.T @ without_means(times, column)).ravel()
    cells_of = np.bincount(panel.family, minlength=count)
    variation = np.where(enough, np.sqrt(np.maximum(np.diag(squares), 0.0) / np.maximum(cells_of, 1)), np.nan)
    kept = np.flatnonzero(np.nan_to_num(variation) >= LEAST_VARIATION)
    slope, error = np.full(count, np.nan), np.full(count, np.nan)
    if not kept.size:
        return slope, error, variation
    bread = np.linalg.pinv(squares[np.ix_(kept, kept)], hermitian=True)
    slope[kept] = bread @ moved[kept]

    def rest(values: Floats, by_time: Floats) -> Floats:
        left = values - np.asarray(times @ by_time).ravel()
        return np.asarray(left - ((series.T @ left) / size)[panel.series])

    priced = np.asarray(prices @ np.nan_to_num(slope)).ravel()
    residual = rest(demand - priced, cho_solve(factor, without_means(times, (demand - priced)[:, None])))
    freedom = max(
        cells - size.size - times.shape[1] - kept.size, 1
    )  # no more than are left: some effects overlap
    usual = np.diag(bread) * (residual @ residual) / freedom
    scores = np.column_stack(
        [
            np.bincount(panel.item, rest(np.where(panel.family == f, own, 0.0), explained[:, f]) * residual)
            for f in kept
        ]
    )
    clusters = max(len(scores), 2)
    clustered = np.diag(bread @ (scores.T @ scores) @ bread) * clusters / (clusters - 1)
    error[kept] = np.maximum(np.sqrt(np.maximum(usual, clustered)), _LEAST_ERROR)
    return slope, error, variation


def _random_effects(measured: Floats, error: Floats) -> tuple[float, float, float]:
    """Mean over families, its standard error, and the variance between families (DerSimonian and Laird 1986)."""
    known = np.isfinite(measured) & np.isfinite(error) & (error > 0)
    if not known.any():
        return np.nan, np.nan, 0.0
    y, w = measured[known], 1.0 / error[known] ** 2
    fixed = float((w * y).sum() / w.sum())
    spread = float((w * (y - fixed) ** 2).sum()) - (len(y) - 1)
    between = max(0.0, spread / float(w.sum() - (w**2).sum() / w.sum())) if len(y) > 1 else 0.0
    w = 1.0 / (error[known] ** 2 + between)
    return float((w * y).sum() / w.sum()), float(np.sqrt(1.0 / w.sum())), between
