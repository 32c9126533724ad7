"""Targets of every stock: how much to hold, when to order, how much at a time, and what lies there too much."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_xl import frames
from sop_xl.plan.excess_stock import excess_and_obsolete
from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.lot_sizes import economic_order_quantity, reorder_point, within_lot_rules
from sop_xl.plan.safety_stock import cycle_quantity
from sop_xl.plan.stock_inputs import StockInputs, StockLevels
from sop_xl.plan.stock_policy import REVIEW
from sop_xl.plan.supply.flows import numbers
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solution import SupplySolution

Texts = NDArray[np.object_]


def inventory_targets(solution: SupplySolution, levels: StockLevels, inputs: StockInputs) -> pd.DataFrame:
    """INVENTORY_TARGETS, one row per stock point.

    Parameters
    ----------
    solution
        The plan; its network's points are the rows.
    levels
        Of the same network, see `plan.stock_policy.stock_levels`.
    inputs
        What the levels were computed from; gives the cost of an order, the excess cover and the items' ends.

    Returns
    -------
    Rates are means over the plan; the forecast error is what safety stock covers (`StockLevels.deviation`). Reorder point = mean demand * lead time + safety stock. Order quantity: the economic one within the lot rules of the
    regular source, and no more than is used within the shelf life; where the unit cost is not known, what a period uses. Target stock = safety
    stock + half an order. Values are NaN where the unit cost is. `note` says what else a planner must know.
    """
    network = solution.network
    safety = levels.safety_stock.mean(axis=1)
    mean = levels.demand.mean(axis=1)
    lead_time = np.where(levels.regular >= 0, levels.lead_time, np.nan)
    quantity, limited = order_quantities(network, levels, inputs.order_cost)
    excess, obsolete = excess_and_obsolete(solution, inputs.items, inputs.excess_cover_days, safety)
    unit_cost = numbers(network, "points", "unit_cost")
    aimed = np.isin(levels.method, ["", "stated"])
    result = pd.DataFrame({
        "item": network.points["item"].to_numpy(dtype=object), "location": network.points["location"].to_numpy(dtype=object),
        "abc": levels.classes["abc"].to_numpy(dtype=object), "xyz": levels.classes["xyz"].to_numpy(dtype=object), "method": levels.method,
        "service_measure": np.where(aimed, "", levels.measure).astype(object), "service_level": np.where(aimed, np.nan, levels.level),
        "mean_demand": mean, "error_sd": levels.deviation, "lead_time": lead_time,
        "lead_time_deviation": np.where(levels.regular >= 0, levels.lead_time_deviation, np.nan), "safety_stock": safety,
        "reorder_point": reorder_point(mean, lead_time, safety), "order_quantity": quantity, "target_stock": safety + quantity / 2.0,
        "on_hand": network.opening, "projected_stock": solution.stock.mean(axis=1), "excess": excess, "obsolete": obsolete,
        "excess_value": excess * unit_cost, "obsolete_value": obsolete * unit_cost,
        "note": _notes(network, levels, limited, quantity, obsolete),
    })  # fmt: skip
    return frames.check_frame(result, frames.INVENTORY_TARGETS)


def order_quantities(network: SupplyNetwork, levels: StockLevels, order_cost: float) -> tuple[Matrix, Mask]:
    """(N,) economic order quantities within the lot rules, units, and whether shelf life makes them smaller.

    NaN without a regular source, 0 without demand.
    """

    def of_source(name: str, absent: float) -> Matrix:
        values = np.append(numbers(network, "sources", name), absent)[levels.regular]
        return np.asarray(np.where(np.isnan(values), absent, values))

    fixed = of_source("fixed_cost", 0.0)
    mean = levels.demand.mean(axis=1)
    best = economic_order_quantity(np.where(fixed > 0, fixed, order_cost), numbers(network, "points", "holding_cost"), mean)
    # without a cost of holding no quantity is the best; what the plan orders is what a period uses
    best = np.where(np.isnan(best), cycle_quantity(mean, 0.0, REVIEW), best)
    keeps = _keeps(network, mean)
    fitted = within_lot_rules(np.minimum(best, keeps), of_source("minimum_order", 0.0), of_source("order_multiple", 0.0), of_source("maximum", np.inf))
    return np.where(levels.regular < 0, np.nan, np.where(mean > 0, fitted, 0.0)), np.asarray(keeps < best)


def _keeps(network: SupplyNetwork, mean: Matrix) -> Matrix:
    """(N,) units used within the shelf life; inf where it has none."""
    shelf_life = numbers(network, "points", "shelf_life")
    return np.where(np.isnan(shelf_life), np.inf, np.nan_to_num(shelf_life) * mean)


def _notes(network: SupplyNetwork, levels: StockLevels, limited: Mask, quantity: Matrix, obsolete: Matrix) -> Texts:
    """(N,) sentences of each row, joined by `; `."""
    used = levels.demand.sum(axis=1) > 0
    unknown_cost = ~(numbers(network, "points", "holding_cost") > 0)
    first = levels.safety_stock[:, 0]
    said: list[tuple[Mask, str]] = [
        (levels.method == "stated", "safety stock as the planner states it"),
        ((levels.method == "") & used, "taken by other stocks only: what is sold holds the safety stock"),
        ((levels.method == "echelon") & (levels.net_lead_time <= 0), "holds no safety stock: those who take from it do"),
        (~used, "no demand in the plan"),
        (levels.sells & np.isnan(levels.error_sd) & ~np.isin(levels.method, ["stated", "bootstrap"]), "forecast error not known"),
        (levels.regular < 0, "no source replenishes it"),
        (used & unknown_cost & (levels.regular >= 0), "no holding cost known: the order quantity is what a period uses"),
        (limited & used, "shelf life limits the order quantity"),
        (used & (network.opening < first - 1e-9), "below safety stock today"),
        (obsolete > 0, "part of the stock is never used"),
    ]
    parts = [[text for mask, text in said if mask[k]] for k in range(len(quantity))]
    return np.array(["; ".join(some) for some in parts] + [""], dtype=object)[:-1]
