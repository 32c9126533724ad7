"""Projected stock: safety stock, replenishment by the time-phased order point, balance, backlog and cover."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.grid import Grid, Mask, Matrix, Positions, pair_positions, positions, series_of
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.safety_stock import coming_demand, safety_stock


def forecast_error_sd(baseline: pd.DataFrame, low: float = 0.1, high: float = 0.9) -> pd.DataFrame:
    """Standard deviation of the forecast error per series, from the range of its baseline forecast.

    Parameters
    ----------
    baseline
        BASELINE_FORECAST.
    low, high
        Quantiles at which the range was made.

    Returns
    -------
    item, location, forecast_error_sd (units per period): root mean square over the periods of the range's width / the width of
    the same range of a standard normal distribution (2.56 from P10 to P90). Series without a range are left out.
    """
    normal = NormalDist().inv_cdf(high) - NormalDist().inv_cdf(low)
    width = (baseline["baseline_high"] - baseline["baseline_low"]) / normal
    variance = (width**2).groupby([baseline["item"], baseline["location"]]).mean().dropna()
    return pd.Series(np.sqrt(variance), name="forecast_error_sd").reset_index()


def inventory_plan(
    consensus: pd.DataFrame,
    inventory: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    timeline: Timeline,
    error_sd: pd.DataFrame,
    default_service_level: float,
    scheduled_receipts: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Project stock of every item at every location that holds it.

    Parameters
    ----------
    consensus
        CONSENSUS_DEMAND. Demand of a location falls on the stock of the location that supplies it.
    inventory
        INVENTORY at the start of the current period. An absent on-hand is taken as 0, and said where there is demand; the planner's own safety
        stock stands in place of the computed one in every period.
    items, locations, timeline
        Lead times in periods; an absent lead time or deviation is taken as 0, and said. An empty `locations` means that each
        serves its own demand.
    error_sd
        item, location, forecast_error_sd: see `forecast_error_sd`. Errors of locations that share one stock are taken as
        independent: their variances add. Where it is absent, safety stock covers the lead time only, and it is said.
    default_service_level
        For items that state none.
    scheduled_receipts
        item, location, period, scheduled_receipts: open orders, units; absent means none.

    Returns
    -------
    INVENTORY_PLAN for each planned period, and notes (frame, key, rule, note).
    Projected available balance = opening balance + scheduled + planned receipts - demand in every row; it may be
    negative, which is backlog and stands as `unmet_demand`. A planned receipt is proposed in the first period in which
    the balance would end below safety stock, no earlier than a lead time from now, in at least the minimum
    order and in multiples. Safety stock follows mean demand of the coming replenishment interval and is 0 when there is none.
    """
    for frame, spec in (
        (consensus, frames.CONSENSUS_DEMAND),
        (inventory, frames.INVENTORY),
        (items, frames.ITEMS),
        (locations, frames.LOCATIONS),
    ):
        frames.check_frame(frame, spec)
    notes = list[Note]()
    served = consensus[["item", "location", "period", "consensus"]].assign(
        location=stocking_location(consensus["location"], locations)
    )
    receipts = scheduled_receipts if scheduled_receipts is not None and len(scheduled_receipts) else None
    pairs = [served, inventory] if receipts is None else [served, inventory, receipts]
    grid = Grid(series_of(pairs, items, locations), timeline.plan)
    if grid.series.empty:
        return frames.empty_frame(frames.INVENTORY_PLAN), notes_frame(notes)
    demand = _total(grid, served, "consensus")
    scheduled = grid.zeros() if receipts is None else _total(grid, receipts, "scheduled_receipts")
    stocked = _stock_rows(grid, inventory, demand, locations, notes)
    at_item = positions(items["item"], grid.series["item"], "item")
    lead_time = _known(items, "lead_time", at_item, notes)
    lead_time_deviation = _known(items, "lead_time_deviation", at_item, notes)
    service = items["service_level"].fillna(default_service_level).to_numpy(dtype=float)[at_item]
    deviation = _pooled_deviation(grid, error_sd, locations, demand, notes)
    coming = coming_demand(demand, np.ceil(lead_time + 1 - 1e-9).astype(int))
    needed = safety_stock(
        coming, deviation[:, None], lead_time[:, None], lead_time_deviation[:, None], service[:, None]
    )
    own = stocked[1][:, None]
    needed = np.where(np.isnan(own), np.where(coming > 0, needed, 0.0), own)
    first = np.ceil(lead_time - 1e-9)
    minimum, multiple = (
        items[name].fillna(0.0).to_numpy(dtype=float)[at_item] for name in ("minimum_order", "order_multiple")
    )
    opening, planned, balance = _project(stocked[0], demand, scheduled, needed, first, minimum, multiple)
    days = np.array([timeline.calendar.days(period) for period in grid.periods], dtype=float)
    result = grid.frame(
        opening_balance=opening, demand=demand, scheduled_receipts=scheduled, planned_receipts=planned, projected_available_balance=balance,
        safety_stock=needed, unmet_demand=np.maximum(-balance, 0.0), days_of_supply=days_of_supply(balance, demand, days, timeline.calendar.season),
    )  # fmt: skip
    return result, notes_frame(notes)


def days_of_supply(balance: Matrix, demand: Matrix, days: Matrix, season: int) -> Matrix:
    """Days of coming demand that each closing balance covers.

    Parameters
    ----------
    balance, demand
        One row per series, one column per period, in the same unit (money works as well as units).
    days
        Length of each period.
    season
        Beyond the last period demand is taken to go on at the mean of the last `season` periods.

    Returns
    -------
    Days from the end of each period; 0 where the balance is 0 or less, NaN where stock lies but no demand is to come.
    """
    count = demand.shape[1]
    tail = min(season, count)
    rate_after = demand[:, -tail:].sum(axis=1) / days[-tail:].sum()
    elapsed = np.concatenate([[0.0], np.cumsum(days)])
    used = np.concatenate([np.zeros((len(demand), 1)), np.cumsum(np.maximum(demand, 0.0), axis=1)], axis=1)
    result = np.empty_like(balance)
    rows = np.arange(len(demand))
    for t in range(count):
        goal = used[:, t + 1] + balance[:, t]
        # first later point of time by which cumulative demand has reached the goal
        reached = (used[:, t + 1 :] < goal[:, None]).sum(axis=1) + t + 1
        inside = np.minimum(reached, count)
        before = np.maximum(inside - 1, 0)
        step = used[rows, inside] - used[rows, before]
        with np.errstate(divide="ignore", invalid="ignore"):
            within = elapsed[before] + (goal - used[rows, before]) / step * (
                elapsed[inside] - elapsed[before]
            )
            beyond = elapsed[-1] + (goal - used[:, -1]) / rate_after
        covered = np.where(reached > count, beyond, within) - elapsed[t + 1]
        covered = np.where(np.isfinite(covered), covered, np.nan)
        result[:, t] = np.where(balance[:, t] <= 0, 0.0, covered)
    return result


def stocking_location(location: pd.Series, locations: pd.DataFrame) -> pd.Series:
    """Location whose stock serves each one; itself where none is named."""
    if locations.empty:
        return location.astype("object")
    at = positions(locations["location"], location, "location")
    supplier = locations["supplied_from"].where(locations["supplied_from"] != "", locations["location"])
    return pd.Series(supplier.to_numpy(dtype=object)[at], index=location.index)


def order_quantity(short: ArrayLike, minimum: ArrayLike, multiple: ArrayLike) -> Matrix:
    """What to order where so much is short: at least the minimum order, rounded up to a multiple; nothing where nothing is short.

    Parameters
    ----------
    short
        Units.
    minimum, multiple
        Units; 0 = none.
    """
    needed, lot = np.asarray(short, dtype=float), np.asarray(multiple, dtype=float)
    wanted = np.maximum(needed, minimum)
    rounded = np.ceil(wanted / np.where(lot > 0, lot, 1.0) - 1e-9) * lot
    return np.where(needed > 1e-9, np.where(lot > 0, rounded, wanted), 0.0)


def _total(grid: Grid, frame: pd.DataFrame, name: str) -> Matrix:
    """Sum of a quantity by series and planned period; several rows of the same cell are parts of one flow."""
    rows, columns = grid.rows_of(frame), grid.periods.get_indexer(pd.DatetimeIndex(frame["period"]))
    inside = (rows >= 0) & (columns >= 0)
    result = grid.zeros()
    np.add.at(result, (rows[inside], columns[inside]), frame[name].fillna(0.0).to_numpy(dtype=float)[inside])
    return result


def _stock_rows(
    grid: Grid, inventory: pd.DataFrame, demand: Matrix, locations: pd.DataFrame, notes: list[Note]
) -> tuple[Matrix, Matrix]:
    """Stock now and the planner's own safety stock (NaN = computed) of every series."""
    rows: Positions = grid.rows_of(inventory)
    on_hand, own = np.full(len(grid.series), np.nan), np.full(len(grid.series), np.nan)
    on_hand[rows], own[rows] = (
        inventory["on_hand"].to_numpy(dtype=float),
        inventory["safety_stock"].to_numpy(dtype=float),
    )
    absent: Mask = np.isnan(on_hand)
    missing = absent & (demand.sum(axis=1) > 0)
    if missing.any():
        names = _names(grid, missing)
        notes.append(
            Note(
                "inventory",
                min(names),
                "on-hand-absent",
                f"no on-hand stock is given for {some_of(names)}; taken as 0",
            )
        )
    elsewhere = stocking_location(grid.series["location"], locations) != grid.series["location"]
    idle = elsewhere.to_numpy(dtype=bool) & (np.where(absent, 0.0, on_hand) > 0) & (demand.sum(axis=1) == 0)
    if idle.any():
        names = _names(grid, idle)
        notes.append(
            Note(
                "inventory",
                min(names),
                "stock-serves-no-demand",
                f"stock of {some_of(names)} lies where another location serves the demand; no demand uses it",
            )
        )
    return np.where(absent, 0.0, on_hand), own


def _names(grid: Grid, chosen: Mask) -> list[str]:
    some = grid.series[chosen]
    return (some["item"] + " / " + some["location"]).tolist()


def _known(items: pd.DataFrame, name: str, at_item: Positions, notes: list[Note]) -> Matrix:
    values = items[name].to_numpy(dtype=float)[at_item]
    absent = np.isnan(values)
    if absent.any():
        some = items["item"].to_numpy(dtype=object)[at_item][absent].tolist()
        notes.append(
            Note(
                "items",
                min(some),
                f"{name.replace('_', '-')}-absent",
                f"no {name.replace('_', ' ')} is given for {some_of(some)}; taken as 0",
            )
        )
    return np.where(absent, 0.0, values)


def _pooled_deviation(
    grid: Grid, error_sd: pd.DataFrame, locations: pd.DataFrame, demand: Matrix, notes: list[Note]
) -> Matrix:
    variance, known = np.zeros(len(grid.series)), np.zeros(len(grid.series), dtype=bool)
    if len(error_sd):
        pooled = error_sd.assign(location=stocking_location(error_sd["location"], locations))
        rows, values = pair_positions(grid.series, pooled), pooled["forecast_error_sd"].to_numpy(dtype=float)
        inside = (rows >= 0) & ~np.isnan(values)
        np.add.at(variance, rows[inside], values[inside] ** 2)
        known[rows[inside]] = True
    missing = ~known & (demand.sum(axis=1) > 0)
    if missing.any():
        names = _names(grid, missing)
        notes.append(
            Note(
                "inventory",
                min(names),
                "forecast-error-absent",
                f"the forecast error of {some_of(names)} is not known; safety stock covers late deliveries only",
            )
        )
    return np.sqrt(variance)


def _project(
    on_hand: Matrix,
    demand: Matrix,
    scheduled: Matrix,
    needed: Matrix,
    first: Matrix,
    minimum: Matrix,
    multiple: Matrix,
) -> tuple[Matrix, Matrix, Matrix]:
    """Opening balance, planned receipts and closing balance, period by period for all series at once."""
    opening, planned, balance = np.empty_like(demand), np.zeros_like(demand), np.empty_like(demand)
    closing = on_hand
    for t in range(demand.shape[1]):
        opening[:, t] = closing
        before = closing + scheduled[:, t] - demand[:, t]
        short = needed[:, t] - before
        planned[:, t] = np.where(t >= first, order_quantity(short, minimum, multiple), 0.0)
        closing = before + planned[:, t]
        balance[:, t] = closing
    return opening, planned, balance
