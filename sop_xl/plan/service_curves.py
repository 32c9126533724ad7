"""What each level of service costs in stock, by family, and where today's targets and today's stock stand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.intermittent_stock import bootstrap_safety_stock, bootstrap_service
from sop_xl.plan.safety_stock import (
    cycle_quantity,
    cycle_service,
    fill_rate,
    interval_demand,
    normal_quantile,
    safety_stock,
)
from sop_xl.plan.stock_inputs import StockLevels
from sop_xl.plan.stock_policy import REVIEW
from sop_xl.plan.supply.flows import numbers
from sop_xl.plan.supply.network import SupplyNetwork

LEVELS = (0.80, 0.85, 0.90, 0.925, 0.95, 0.97, 0.98, 0.99, 0.995)
ALL = "All"
_STEP = 0.0001
"""Service levels of today's points are rounded to it."""


def service_curves(network: SupplyNetwork, levels: StockLevels, targets: pd.DataFrame) -> pd.DataFrame:
    """SERVICE_CURVES: each family, and all of them, at each of `LEVELS` and at today's two points.

    Parameters
    ----------
    network
        Gives unit cost and price.
    levels
        Of the same network, see `plan.stock_policy.stock_levels`.
    targets
        INVENTORY_TARGETS of the same network: stock and order quantity.

    Returns
    -------
    safety_stock_value
        Mean over the plan, plan currency.
    fill_rate
        Part of demand served from stock, weighted by price (unit cost where no price is known) and units sold.
    today
        `settings`: safety stock as it is set, planners' own included. `stock`: what today's stock holds above half an order, which may
        be less than nothing; its value is not. The service level of these two is the cycle service that they give, weighted in the same
        way and rounded to 0.01 %; where the settings are one of the curve's own points, that point is marked.

    Stocks count that are sold from, with known unit cost and forecast error, each by its own method; and those where method echelon holds
    stock, which cost and have no fill rate. Families without any have no curve.
    """
    counted = _counted(network, levels)
    cost = np.nan_to_num(numbers(network, "points", "unit_cost"))
    price = numbers(network, "points", "unit_price")
    weight = levels.sold * np.where(price > 0, price, cost)[:, None] * (counted & levels.sells)[:, None]
    stock = (network.opening - np.nan_to_num(targets["order_quantity"].to_numpy(dtype=float)) / 2.0)[:, None] + np.zeros(levels.sold.shape)
    held: dict[float | str, Matrix] = {level: _safety_stock_at(levels, level) for level in LEVELS}
    held |= {"settings": levels.safety_stock, "stock": stock}
    worth = {key: np.maximum(units, 0.0).mean(axis=1) * cost * counted for key, units in held.items()}
    given = {key: service_given(levels, units) for key, units in held.items()}
    families = network.points["family"].to_numpy(dtype=object)
    rows: list[tuple[str, float, float, float, str]] = []
    for family in [*sorted(set(families[counted & levels.sells])), ALL]:
        inside = np.ones(len(families), dtype=bool) if family == ALL else families == family
        points = {key: (float(worth[key][inside].sum()), _mean(given[key][1], weight, inside), _mean(given[key][0], weight, inside)) for key in worth}
        if (weight[inside] > 0).any():
            rows += _curve(family, points)
    result = pd.DataFrame(rows, columns=list(frames.SERVICE_CURVES.columns))
    if result.empty:
        return frames.empty_frame(frames.SERVICE_CURVES)
    result["all"] = result["family"] == ALL
    result = result.sort_values(["all", "family", "service_level"], kind="stable", ignore_index=True).drop(columns="all")
    return frames.check_frame(result, frames.SERVICE_CURVES)


def service_given(levels: StockLevels, held: Matrix) -> tuple[Matrix, Matrix]:
    """Cycle service and fill rate, (N, T) each, that safety stocks (N, T) give; NaN where nothing is sold."""
    error = np.nan_to_num(levels.deviation)[:, None]
    # placed along the bill, a stock covers its net lead time, in which the review period is already counted
    placed = np.isnan(levels.net_lead_time)
    lead = np.where(placed, levels.lead_time, np.maximum(np.nan_to_num(levels.net_lead_time) - REVIEW, 0.0))[:, None]
    late, lot = levels.lead_time_deviation[:, None], levels.lot[:, None]
    service, filled = np.full(held.shape, np.nan), np.full(held.shape, np.nan)
    gamma = levels.method == "gamma"
    for form, rows in (("gamma", gamma), ("normal", ~gamma)):
        parts = (held[rows], levels.coming[rows], error[rows], lead[rows], late[rows], REVIEW)
        service[rows] = cycle_service(*parts, method=form)
        filled[rows] = fill_rate(*parts, method=form, order_quantity=lot[rows])
    drawn = levels.method == "bootstrap"
    if drawn.any():
        mean = levels.coming_sold.mean(axis=1)
        interval, _ = interval_demand(mean, 0.0, levels.lead_time, 0.0, REVIEW)
        by_draws = bootstrap_service(levels.drawn, held.mean(axis=1), interval, cycle_quantity(mean, levels.lot, REVIEW))
        service[drawn], filled[drawn] = (part[drawn, None] for part in by_draws)
    sold = levels.coming_sold > 0
    return np.where(sold, service, np.nan), np.where(sold, filled, np.nan)


def _counted(network: SupplyNetwork, levels: StockLevels) -> Mask:
    known = ~np.isnan(levels.error_sd) | (levels.method == "bootstrap") | (levels.method == "echelon")
    return np.asarray((numbers(network, "points", "unit_cost") > 0) & known & (levels.sells | (levels.method == "echelon")))


def _safety_stock_at(levels: StockLevels, level: float) -> Matrix:
    """(N, T) safety stock of every point at one cycle service, each by its own method."""
    error = np.nan_to_num(levels.error_sd)[:, None]
    result = np.zeros(levels.sold.shape)
    for form in ("gamma", "normal"):
        rows = levels.method == "gamma" if form == "gamma" else np.isin(levels.method, ["normal", "stated"])
        lead_time, late = levels.lead_time[rows, None], levels.lead_time_deviation[rows, None]
        result[rows] = safety_stock(levels.coming[rows], error[rows], lead_time, late, level, REVIEW, method=form)
    drawn = levels.method == "bootstrap"
    if drawn.any():
        mean, _ = interval_demand(levels.coming_sold[drawn], 0.0, levels.lead_time[drawn, None], 0.0, REVIEW)
        result[drawn] = bootstrap_safety_stock(levels.drawn.of(drawn), mean, np.full(len(mean), level), "cycle service", mean)
    placed = levels.method == "echelon"
    # where stock is held does not hang on a level common to all, so that stock grows with its quantile
    own = np.maximum(normal_quantile(levels.level[placed]), 1e-12)
    result[placed] = levels.safety_stock[placed] * (float(normal_quantile(level)) / own)[:, None]
    return np.where((levels.coming_sold > 0) | placed[:, None], result, 0.0)


def _mean(values: Matrix, weight: Matrix, inside: Mask) -> float:
    some, heavy = values[inside], weight[inside]
    heavy = np.where(np.isnan(some), 0.0, heavy)
    total = float(heavy.sum())
    return float((np.nan_to_num(some) * heavy).sum() / total) if total > 0 else float("nan")


def _curve(family: str, points: dict[float | str, tuple[float, float, float]]) -> list[tuple[str, float, float, float, str]]:
    rows = [(family, level, *points[level][:2], "") for level in LEVELS]
    for today in ("settings", "stock"):
        value, filled, service = points[today]
        if np.isnan(service):
            continue
        level = round(service, 4)
        same = [k for k, row in enumerate(rows) if not row[4] and row[1] == level and np.isclose(row[2], value) and np.isclose(row[3], filled)]
        if same:
            rows[same[0]] = (*rows[same[0]][:4], today)
            continue
        taken = {row[1] for row in rows}
        while level in taken:
            level = round(level + (_STEP if level < 0.9 else -_STEP), 4)
        rows.append((family, level, value, filled, today))
    return rows
