"""What safety stock is computed from, and the targets that come of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_xl import frames
from sop_xl.plan.grid import Mask, Matrix, Positions, pair_positions
from sop_xl.plan.intermittent_stock import IntervalDraws
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.notes import Note


def _segments() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=object) for name in ("item", "location", "abc", "xyz")})


def _history() -> pd.DataFrame:
    return pd.DataFrame({"item": [], "location": [], "period": pd.DatetimeIndex([]), "demand": []}).astype({"item": object, "location": object, "demand": float})


@dataclass(frozen=True)
class StockInputs:
    """What safety stock is computed from, besides the network.

    Parameters
    ----------
    items, locations
        ITEMS, LOCATIONS; `locations` may be without rows.
    inventory
        INVENTORY: the planner's own safety stock.
    inventory_policy
        INVENTORY_POLICY.
    segments
        item, location (where it is sold), abc, xyz.
    error_sd
        item, location (where it is sold), forecast_error_sd: see `plan.inventory.forecast_error_sd`. Locations that share a stock are taken as
        independent: variances add.
    history
        item, location (where it is sold), period, demand: dense history for method bootstrap, see `plan.history.calendarise`.
    service_level, service_measure, method
        Where neither policy nor item says otherwise: between 0 and 1; cycle service | fill rate; normal | gamma | bootstrap | echelon.
    order_cost
        Plan currency per order, of sources that state no fixed cost.
    excess_cover_days
        Stock beyond the demand of so many days is excess.
    """

    items: pd.DataFrame
    locations: pd.DataFrame = field(default_factory=lambda: frames.empty_frame(frames.LOCATIONS))
    inventory: pd.DataFrame = field(default_factory=lambda: frames.empty_frame(frames.INVENTORY))
    inventory_policy: pd.DataFrame = field(default_factory=lambda: frames.empty_frame(frames.INVENTORY_POLICY))
    segments: pd.DataFrame = field(default_factory=_segments)
    error_sd: pd.DataFrame = field(default_factory=lambda: pd.DataFrame({"item": [], "location": [], "forecast_error_sd": []}).astype({"forecast_error_sd": float}))
    history: pd.DataFrame = field(default_factory=_history)
    service_level: float = 0.95
    service_measure: str = "cycle service"
    method: str = "normal"
    order_cost: float = 50.0
    excess_cover_days: float = 180.0


@dataclass(frozen=True)
class StockLevels:
    """Targets of every stock point, and what they were computed from; rows as in the network.

    Parameters
    ----------
    classes
        abc, xyz; `""` where not known.
    method, measure
        (N,) as resolved; method `stated` where the planner says how much, `""` where none is held.
    level
        (N,) service level.
    own
        (N,) the planner's own safety stock, units; NaN = computed.
    sells
        (N,) whether anybody buys from it within the plan.
    sold, demand
        (N, T) units asked for by customers; by customers and by what is made and shipped on.
    coming_sold, coming
        (N, T) means of the same per period over the coming replenishment interval.
    error_sd
        (N,) units per period, pooled over the locations served; NaN = not known.
    deviation
        (N,) what safety stock covers, units per period: `error_sd`; of method echelon that of everything served, components' takers included.
    lead_time, lead_time_deviation
        (N,) periods, of the regular source; 0 without one.
    regular
        (N,) row of `sources` that replenishes it regularly, -1 = none.
    lot
        (N,) least order of the regular source, units.
    drawn
        Draws of the interval's demand; rows are NaN but for method bootstrap.
    net_lead_time
        (N,) periods that method echelon leaves to be covered by stock; NaN for other methods.
    safety_stock
        (N, T) units.
    notes
        What a planner must know.
    """

    classes: pd.DataFrame
    method: NDArray[np.object_]
    measure: NDArray[np.object_]
    level: Matrix
    own: Matrix
    sells: Mask
    sold: Matrix
    demand: Matrix
    coming_sold: Matrix
    coming: Matrix
    error_sd: Matrix
    deviation: Matrix
    lead_time: Matrix
    lead_time_deviation: Matrix
    regular: Positions
    lot: Matrix
    drawn: IntervalDraws
    net_lead_time: Matrix
    safety_stock: Matrix
    notes: list[Note]


def pooled_error_sd(points: pd.DataFrame, inputs: StockInputs) -> Matrix:
    """(N,) standard deviation of the forecast error of what each stock serves, units per period; NaN = not known."""
    variance = np.full(len(points), np.nan)
    if len(inputs.error_sd):
        pooled = inputs.error_sd.assign(location=stocking_location(inputs.error_sd["location"], inputs.locations))
        rows, values = pair_positions(points, pooled), pooled["forecast_error_sd"].to_numpy(dtype=float)
        inside = (rows >= 0) & ~np.isnan(values)
        variance[rows[inside]] = 0.0
        np.add.at(variance, rows[inside], values[inside] ** 2)
    return np.asarray(np.sqrt(variance))


def sold_history(points: pd.DataFrame, inputs: StockInputs) -> Matrix:
    """(N, H) history of what each stock served, units; NaN before anything was known."""
    if inputs.history.empty or points.empty:
        return np.full((len(points), 1), np.nan)
    served = inputs.history.assign(location=stocking_location(inputs.history["location"], inputs.locations))
    periods = pd.DatetimeIndex(served["period"].unique()).sort_values()
    rows, columns = pair_positions(points, served), periods.get_indexer(pd.DatetimeIndex(served["period"]))
    values = served["demand"].to_numpy(dtype=float)
    inside = (rows >= 0) & ~np.isnan(values)
    result = np.full((len(points), len(periods)), np.nan)
    result[rows[inside], columns[inside]] = 0.0
    np.add.at(result, (rows[inside], columns[inside]), values[inside])
    return result
