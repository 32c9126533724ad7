"""ABC by revenue, XYZ by variation and the demand class of each item x location."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sop_xl.periods import Timeline

ABC_BOUNDS = (0.80, 0.95)
"""Cumulative share of revenue up to which a series is A, then B; the one that crosses a bound still belongs above it."""

XYZ_BOUNDS = (0.5, 1.0)
"""Coefficient of variation up to which a series is X, then Y."""

ADI_BOUND = 1.32
CV2_BOUND = 0.49
"""Mean interval between demands, and squared variation of their sizes, that part the four classes
(Syntetos, Boylan and Croston 2005, J. Opl Res. Soc. 56)."""

Floats = npt.NDArray[np.float64]


def abc_classes(values: Floats, bounds: tuple[float, float] = ABC_BOUNDS) -> npt.NDArray[np.object_]:
    """A, B or C by cumulative share of the values, largest first; all C where nothing is above zero.

    Equal values keep their order. NaN counts as 0. `bounds` are the shares up to which a value is A, then B.
    """
    worth = np.maximum(np.nan_to_num(np.asarray(values, dtype=np.float64)), 0.0)
    classes = np.full(worth.shape, "C", dtype=object)
    total = worth.sum()
    if total <= 0:
        return classes
    order = np.argsort(-worth, kind="stable")
    before = (np.cumsum(worth[order]) - worth[order]) / total
    names = np.where(before < bounds[0] - 1e-12, "A", np.where(before < bounds[1] - 1e-12, "B", "C"))
    classes[order] = np.where(worth[order] > 0, names, "C")
    return classes


def xyz_class(demand: Floats) -> str:
    """X, Y or Z by coefficient of variation (population deviation / mean) of the periods given; `""` without demand."""
    known = np.asarray(demand, dtype=np.float64)
    known = known[np.isfinite(known)]
    if known.size == 0 or known.mean() <= 0:
        return ""
    variation = known.std() / known.mean()
    return "X" if variation <= XYZ_BOUNDS[0] else "Y" if variation <= XYZ_BOUNDS[1] else "Z"


def demand_class(demand: Floats) -> str:
    """smooth, erratic, intermittent or lumpy (Syntetos, Boylan and Croston 2005); `none` without positive demand.

    The interval ADI is periods / periods with demand; CV2 is the squared coefficient of variation (sample deviation) of the
    positive demands.
    """
    known = np.asarray(demand, dtype=np.float64)
    known = known[np.isfinite(known)]
    sizes = known[known > 0]
    if sizes.size == 0:
        return "none"
    interval = known.size / sizes.size
    squared = float((sizes.std(ddof=1) / sizes.mean()) ** 2) if sizes.size > 1 else 0.0
    if interval < ADI_BOUND:
        return "smooth" if squared < CV2_BOUND else "erratic"
    return "intermittent" if squared < CV2_BOUND else "lumpy"


def series_classes(
    demand: Floats, season: int, least: int, ended: npt.NDArray[np.bool_] | None = None
) -> list[str]:
    """Class of every series: none, ended, new, or that of `demand_class` by its last two seasons.

    Parameters
    ----------
    demand
        (series, periods) units; NaN before a series' start and where not known.
    season
        Periods in a year.
    least
        Periods since the start below which a series is `new`.
    ended
        (series,) what is known to have ended; besides those a series without demand in its last season has.
    """
    ever = np.asarray((np.nan_to_num(demand) > 0).any(axis=1))
    over = np.asarray(~(np.nan_to_num(demand[:, -season:]) > 0).any(axis=1))
    over = over if ended is None else over | ended
    lengths = np.isfinite(demand).cumsum(axis=1).astype(bool).sum(axis=1)
    return [
        "none" if not e else "ended" if o else "new" if n < least else demand_class(y)
        for y, e, o, n in zip(demand[:, -2 * season :], ever, over, lengths, strict=True)
    ]


def segment(
    history: pd.DataFrame, timeline: Timeline, items: pd.DataFrame, new_below: int | None = None
) -> pd.DataFrame:
    """ABC, XYZ and demand class of every series.

    Parameters
    ----------
    history
        Dense history of `calendarise`: item, location, period, demand (units), revenue (plan currency, NaN = not known).
    timeline
        ABC and XYZ look at the last season of its history, the demand class at the last two.
    items
        Frame `ITEMS`; unit_price stands in where revenue is not known, end makes a class `ended`.
    new_below
        Series with fewer periods than this since their first demand are `new`; absent = half a season.

    Returns
    -------
    DataFrame
        item, location, abc, xyz, demand_class in key order. Besides the four classes: `new`, `ended` (no demand in the last season, or
        the item's end lies before the plan) and `none` (no demand ever). Without money anywhere ABC ranks demand; abc and xyz are
        `""` where there was no demand ever; no demand in the last season is C, and xyz `""`.
    """
    season = timeline.calendar.season
    least = season // 2 if new_below is None else new_below
    periods = timeline.history
    keys = (
        history[["item", "location"]]
        .drop_duplicates()
        .sort_values(["item", "location"])
        .reset_index(drop=True)
    )
    if keys.empty:
        return keys.assign(abc="", xyz="", demand_class="")
    row = pd.MultiIndex.from_frame(keys).get_indexer(pd.MultiIndex.from_frame(history[["item", "location"]]))
    column = periods.get_indexer(pd.DatetimeIndex(history["period"]))
    demand = np.full((len(keys), len(periods)), np.nan)
    revenue = np.full_like(demand, np.nan)
    demand[row, column] = history["demand"].to_numpy()
    revenue[row, column] = history["revenue"].to_numpy()
    ever = (np.nan_to_num(demand) > 0).any(axis=1)
    end = (
        pd.to_datetime(keys["item"].map(items.set_index("item")["end"]))
        if len(items)
        else pd.Series(pd.NaT, keys.index)
    )
    abc = abc_classes(_worth(keys, items, demand[:, -season:], revenue[:, -season:]))
    return keys.assign(
        abc=np.where(ever, abc, ""),
        xyz=[xyz_class(y) if known else "" for y, known in zip(demand[:, -season:], ever, strict=True)],
        demand_class=series_classes(demand, season, least, (end < timeline.current).to_numpy()),
    )


def _worth(keys: pd.DataFrame, items: pd.DataFrame, demand: Floats, revenue: Floats) -> Floats:
    units = np.maximum(np.nan_to_num(demand), 0.0).sum(axis=1)
    money = np.nan_to_num(revenue).sum(axis=1)
    # a filled blank has revenue 0; only a period with demand shows whether money is known
    known = np.isfinite(revenue) & (np.nan_to_num(demand) > 0)
    price = (
        keys["item"].map(items.set_index("item")["unit_price"]).to_numpy(dtype=np.float64)
        if len(items)
        else np.full(len(keys), np.nan)
    )
    worth = np.where(known.any(axis=1), money, units * price)
    worth = np.nan_to_num(worth)
    return np.asarray(worth if (worth > 0).any() else units)
