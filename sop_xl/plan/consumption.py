"""Forecast consumption: orders in hand take the place of the forecast that expected them, so that no demand is counted twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.frames import (
    CONSENSUS_DEMAND,
    CUSTOMER_ORDERS,
    FORECAST_CONSUMPTION,
    check_frame,
    empty_frame,
    order_rows,
)
from sop_xl.periods import Timeline
from sop_xl.plan.grid import Grid, Matrix, Positions
from sop_xl.plan.notes import Note, notes_frame, some_of


def consume_forecast(
    consensus: pd.DataFrame, customer_orders: pd.DataFrame, timeline: Timeline, backward: int, forward: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set orders against the forecast of their own period, then of earlier and then of later ones, within a window.

    Backward before forward is the rule of ERP systems (Oracle Master Scheduling/MRP, "Backward and Forward Consumption Days"). Own periods come
    first for all orders: none takes a forecast that an order due then needs. What remains goes back one period, then two, up to `backward`,
    and after that ahead one, two, up to `forward`. An order that finds no forecast left is demand on top of it.

    Parameters
    ----------
    consensus
        CONSENSUS_DEMAND, units; a series or period without a row has no forecast.
    customer_orders
        CUSTOMER_ORDERS: open quantity in units in the period (or on the date) in which it is due. An absent quantity is no order.
    timeline
        Its planned periods are the columns.
    backward, forward
        Periods before and after its own in which an order may consume; 0 = none.

    Returns
    -------
    FORECAST_CONSUMPTION, and notes. No rows where there are no orders; otherwise all series of the consensus and of the orders, each planned
    period: consensus; orders due; forecast consumed by orders of any period; what remains of it; and demand to serve = orders + remaining
    forecast. Orders due before the current period are due in it; orders for a series without forecast are served; orders due after the
    horizon are left out. Each of these is said.

    Raises
    ------
    FrameError
        When a window is below zero, or a frame has another form.
    """
    if backward < 0 or forward < 0:
        raise FrameError(f"a consumption window is 0 or more periods, not {backward} and {forward}")
    check_frame(consensus, CONSENSUS_DEMAND)
    orders = check_frame(customer_orders, CUSTOMER_ORDERS)
    orders = orders[orders["demand"].notna() & (orders["demand"] != 0)].reset_index(drop=True)
    if orders.empty:
        return empty_frame(FORECAST_CONSUMPTION), notes_frame([])
    column = _due(orders, timeline)
    inside = column < timeline.horizon
    grid = _grid(consensus, orders[inside], timeline)
    expected = np.nan_to_num(grid.matrix(consensus, consensus["consensus"]))
    ordered = grid.zeros()
    np.add.at(ordered, (grid.rows_of(orders[inside]), np.maximum(column[inside], 0)), orders["demand"].to_numpy()[inside])
    remaining, extra = consume(expected, ordered, backward, forward)
    frame = grid.frame(
        consensus=expected, customer_orders=ordered, consumed=expected - remaining,
        remaining_forecast=remaining, demand_to_serve=ordered + remaining,
    )  # fmt: skip
    return frame, notes_frame(_notes(grid, orders, column, consensus, extra, timeline))


def consume(forecast: Matrix, orders: Matrix, backward: int, forward: int) -> tuple[Matrix, Matrix]:
    """What remains of the forecast, and the part of the orders that found none, in units by series and period due.

    Parameters
    ----------
    forecast, orders
        (series, periods) in units, none below zero.
    backward, forward
        Periods of the window.
    """
    left, open_orders = forecast.copy(), orders.copy()
    periods = forecast.shape[1]
    # at one distance every period is asked by the orders of one other period only, so all series and periods go at once
    for distance in (*range(0, -backward - 1, -1), *range(1, forward + 1)):
        if abs(distance) >= periods:
            continue
        due = slice(max(-distance, 0), periods - max(distance, 0))
        asked = slice(max(distance, 0), periods + min(distance, 0))
        taken = np.minimum(open_orders[:, due], left[:, asked])
        open_orders[:, due] -= taken
        left[:, asked] -= taken
    return left, open_orders


def demand_to_serve(consensus: pd.DataFrame, consumption: pd.DataFrame) -> pd.DataFrame:
    """What supply has to serve: item, location, period and, as `consensus`, orders in hand + the forecast that they leave.

    Parameters
    ----------
    consensus
        CONSENSUS_DEMAND.
    consumption
        FORECAST_CONSUMPTION; without rows the consensus alone is served. Series that it does not hold keep theirs.

    Returns
    -------
    CONSENSUS_DEMAND; its steps are those of the consensus, 0 for a series that has orders and no forecast.
    """
    if consumption.empty:
        return consensus
    keys = ["item", "location", "period"]
    merged = consensus.merge(consumption[[*keys, "demand_to_serve"]], on=keys, how="outer")
    served = merged.assign(consensus=merged["demand_to_serve"].fillna(merged["consensus"]))
    numbers = [name for name, kind in CONSENSUS_DEMAND.columns.items() if kind == "number"]
    return order_rows(served.fillna(dict.fromkeys(numbers, 0.0)), CONSENSUS_DEMAND)


def _due(orders: pd.DataFrame, timeline: Timeline) -> Positions:
    """Planned period of each order: -1 when overdue, the horizon or more when due after it."""
    calendar = timeline.calendar
    dates = pd.DatetimeIndex(orders["period"])
    column: Positions = timeline.plan.searchsorted(dates, side="right") - 1
    return np.asarray(np.where(dates >= calendar.shift(timeline.current, timeline.horizon), timeline.horizon, column))


def _grid(consensus: pd.DataFrame, orders: pd.DataFrame, timeline: Timeline) -> Grid:
    pairs = pd.concat([consensus[["item", "location"]], orders[["item", "location"]]]).astype("object").drop_duplicates()
    return Grid(pairs.sort_values(["item", "location"], kind="stable").reset_index(drop=True), timeline.plan)


def _notes(
    grid: Grid, orders: pd.DataFrame, column: Positions, consensus: pd.DataFrame, extra: Matrix, timeline: Timeline
) -> list[Note]:
    label = timeline.calendar.label
    overdue, beyond = column < 0, column >= timeline.horizon
    forecast = pd.MultiIndex.from_frame(consensus[["item", "location"]].drop_duplicates())
    without = ~pd.MultiIndex.from_frame(orders[["item", "location"]]).isin(forecast) & ~beyond
    first, last = label(timeline.current), label(timeline.plan[-1])
    said = (
        (overdue, "customer-order-overdue", f"due before {first} and counted as due in it"),
        (without, "customer-order-without-forecast", "of items and locations that have no forecast; served on top of it"),
        (beyond, "customer-order-beyond-horizon", f"due after {last}, the last period planned, and left out"),
    )
    notes = [
        Note("customer_orders", str(orders.loc[rows, "order"].min()), rule,
             f"orders {some_of(orders.loc[rows, 'order'])} ({orders.loc[rows, 'demand'].sum():,.0f} units) are {words}")
        for rows, rule, words in said
        if rows.any()
    ]  # fmt: skip
    known = pd.MultiIndex.from_frame(grid.series[["item", "location"]]).isin(forecast)
    above = extra.sum(axis=1) > 1e-9 * (1.0 + extra.max(initial=0.0))
    names = [" / ".join(pair) for pair in grid.series.loc[above & known, ["item", "location"]].itertuples(index=False, name=None)]
    if names:
        words = f"orders for {some_of(names)} exceed the forecast in their window by {extra[known].sum():,.0f} units, which are demand on top of it"
        notes.append(Note("customer_orders", names[0], "customer-order-above-forecast", words))
    return notes
