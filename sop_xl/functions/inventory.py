"""Functions of stock: how much to hold, how much to order, when, and how long it lasts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sop_xl.functions.registry import BAD_NUMBER, Argument, FunctionError, Kind, cell_function
from sop_xl.functions.shapes import SEASON, cell_by_cell, per_cell, per_period

Floats = npt.NDArray[np.float64]

_DEMAND = Argument("demand", "Mean demand, units per period; one cell or a range.", Kind.EACH, least=0)
_DEVIATION = Argument("deviation", "Standard deviation of the forecast error, units per period; one cell or a range.", Kind.EACH, least=0)
_LEAD_TIME = Argument("lead_time", "Replenishment lead time in periods (10 days of a month = 0.33); one cell or a range.", Kind.EACH, least=0)
_LEAD_TIME_DEVIATION = Argument("lead_time_deviation", "Standard deviation of the lead time, periods. Blank = 0: always on time.", Kind.EACH, 0.0, 0)
_REVIEW = Argument("review", "Periods between two decisions to order. Blank = 1, as the supply plan; 0 = continuous review, as in most textbooks.", Kind.NUMBER, 1.0, 0)
_DISTRIBUTION = Argument("distribution", "Of demand over the lead time: normal, or gamma for skewed demand. Blank = normal.", Kind.TEXT, "normal", choices=("normal", "gamma"))
_ORDER_QUANTITY = Argument("order_quantity", "Units of one order; larger lots run out less often. Blank = what a review period sells.", Kind.EACH, 0.0, 0)
_CELLS = "one for each cell of the ranges given"
_BLANK_CELL = ("#N/A", "a number is blank")
_FIT = ("#VALUE!", "the ranges do not fit each other")
_SILVER = "Silver, Pyke and Thomas (2017), Inventory and Production Management in Supply Chains, ch. 6"


@cell_function(
    "SOP_SAFETY_STOCK",
    description="Safety stock for a service level under uncertain demand and lead time: z x sqrt((lead time + review) x deviation^2 + demand^2 x lead time deviation^2).",
    arguments=(
        _DEMAND,
        _DEVIATION,
        _LEAD_TIME,
        Argument("service_level", "Target, above 0 and below 1 (95 % = 0.95); one cell or a range.", Kind.EACH),
        _LEAD_TIME_DEVIATION,
        _REVIEW,
        Argument(
            "measure", "What the service level is: cycle service (chance of no stock-out in a cycle) or fill rate (part of demand from stock). Blank = cycle service.",
            Kind.TEXT, "cycle service", choices=("cycle service", "fill rate"),
        ),
        _DISTRIBUTION,
        _ORDER_QUANTITY,
    ),
    returns=f"Units; {_CELLS}.",
    errors=(_BLANK_CELL, ("#NUM!", "a service level is not between 0 and 1, or a number is below 0"), _FIT),
    example="=SOP_SAFETY_STOCK(2500,500,2,0.9,0,0)",
    source=f"{_SILVER}; Burgin (1975) for gamma",
)  # fmt: skip
def safety_stock(
    demand: Floats, deviation: Floats, lead_time: Floats, service_level: Floats, lead_time_deviation: Floats | float = 0.0, review: float = 1.0,
    measure: str = "cycle service", distribution: str = "normal", order_quantity: Floats | float = 0.0,
) -> Any:  # fmt: skip
    """See `plan.safety_stock.safety_stock`."""
    from sop_xl.plan import safety_stock as plan

    level = np.asarray(service_level)
    if ((level <= 0) | (level >= 1)).any():
        raise FunctionError(BAD_NUMBER, f"service_level: expected above 0 and below 1, got {level[(level <= 0) | (level >= 1)][0]:g}")
    mean, sd, lead, late, wanted, lot = cell_by_cell(
        demand=demand, deviation=deviation, lead_time=lead_time, lead_time_deviation=np.asarray(lead_time_deviation), service_level=level,
        order_quantity=np.asarray(order_quantity),
    )  # fmt: skip
    return plan.safety_stock(mean, sd, lead, late, wanted, review, measure=measure, method=distribution, order_quantity=lot)


@cell_function(
    "SOP_FILL_RATE",
    description="Part of demand that a safety stock serves from stock (fill rate), under uncertain demand and lead time; the reverse of SOP_SAFETY_STOCK by fill rate.",
    arguments=(
        Argument("safety_stock", "Units held above mean demand; one cell or a range.", Kind.EACH),
        _DEMAND, _DEVIATION, _LEAD_TIME, _LEAD_TIME_DEVIATION, _REVIEW, _DISTRIBUTION, _ORDER_QUANTITY,
    ),
    returns=f"Fraction from 0 to 1; {_CELLS}.",
    errors=(("#N/A", "a number is blank, or nothing is sold between two orders"), ("#NUM!", "a number is below 0"), _FIT),
    example="=SOP_FILL_RATE(906,2500,500,2,0,0,\"normal\",10000)",
    source=_SILVER,
)  # fmt: skip
def fill_rate(
    safety_stock: Floats, demand: Floats, deviation: Floats, lead_time: Floats, lead_time_deviation: Floats | float = 0.0, review: float = 1.0,
    distribution: str = "normal", order_quantity: Floats | float = 0.0,
) -> Any:  # fmt: skip
    """See `plan.safety_stock.fill_rate`."""
    from sop_xl.plan import safety_stock as plan

    held, mean, sd, lead, late, lot = cell_by_cell(
        safety_stock=safety_stock, demand=demand, deviation=deviation, lead_time=lead_time, lead_time_deviation=np.asarray(lead_time_deviation),
        order_quantity=np.asarray(order_quantity),
    )  # fmt: skip
    return plan.fill_rate(held, mean, sd, lead, late, review, method=distribution, order_quantity=lot)


@cell_function(
    "SOP_REORDER_POINT",
    description="Reorder point: order as soon as stock and open orders fall to demand x lead time + safety stock.",
    arguments=(
        _DEMAND,
        _LEAD_TIME,
        Argument("safety_stock", "Units, e.g. from SOP_SAFETY_STOCK. Blank = 0: demand in the lead time alone.", Kind.EACH, 0.0, 0),
    ),
    returns=f"Units; {_CELLS}.",
    errors=(_BLANK_CELL, ("#NUM!", "a number is below 0"), _FIT),
    example="=SOP_REORDER_POINT(2500,2,906)",
    source=_SILVER,
)
def reorder_point(demand: Floats, lead_time: Floats, safety_stock: Floats | float = 0.0) -> Any:
    """See `plan.lot_sizes.reorder_point`."""
    from sop_xl.plan import lot_sizes

    return lot_sizes.reorder_point(*cell_by_cell(demand=demand, lead_time=lead_time, safety_stock=np.asarray(safety_stock)))


@cell_function(
    "SOP_EOQ",
    description="Economic order quantity: the order size at which ordering and holding cost the least together, within minimum and multiple where given.",
    arguments=(
        Argument("demand_per_year", "Units per year; one cell or a range.", Kind.EACH, least=0),
        Argument("order_cost", "Money per order.", Kind.EACH, least=0),
        Argument("holding_cost", "Money per unit and year.", Kind.EACH, least=0),
        Argument("minimum", "Least order, units. Blank = none.", Kind.EACH, 0.0, 0),
        Argument("multiple", "Units of one lot; orders are whole lots. Blank = any quantity.", Kind.EACH, 0.0, 0),
    ),
    returns=f"Units per order, 0 where nothing is asked for; {_CELLS}.",
    errors=(_BLANK_CELL, ("#NUM!", "holding_cost is not above 0, or a number is below 0"), _FIT),
    example="=SOP_EOQ(1200,50,2.4)",
    source="Harris (1913), How many parts to make at once",
)
def eoq(demand_per_year: Floats, order_cost: Floats, holding_cost: Floats, minimum: Floats | float = 0.0, multiple: Floats | float = 0.0) -> Any:
    """See `plan.lot_sizes.economic_order_quantity` and `within_lot_rules`."""
    from sop_xl.plan import lot_sizes

    if (np.asarray(holding_cost) == 0).any():
        raise FunctionError(BAD_NUMBER, "holding_cost must be above 0: where holding is free, no quantity is too much")
    demand, order, holding, least, lot = cell_by_cell(
        demand_per_year=np.asarray(demand_per_year), order_cost=np.asarray(order_cost), holding_cost=np.asarray(holding_cost),
        minimum=np.asarray(minimum), multiple=np.asarray(multiple),
    )  # fmt: skip
    best = lot_sizes.economic_order_quantity(order, holding, demand)
    # what nobody asks for is not ordered, whatever the least order
    return np.where(best == 0, 0.0, lot_sizes.within_lot_rules(best, least, lot))


@cell_function(
    "SOP_DAYS_OF_SUPPLY",
    description="Days of coming demand that stock covers. Give one stock for each row: what lies there before the first period; or as many as demand: the stock at the end of each period.",
    arguments=(
        Argument("stock", "Units (or money): one for each row of demand (what lies there before the first period), or one for each period (at its end).", Kind.MATRIX),
        Argument("demand", "Coming demand per period in the same unit; a row (or one column) per item. A blank is not known.", Kind.GRID, least=0),
        Argument("days", "Days in each period, one for all or a row of them. Blank = 365 / season.", Kind.NUMBERS, None, 0.01),
        SEASON,
    ),
    returns="Days; 0 without stock. As many as stock; beyond the last period demand goes on at the mean of the last season.",
    errors=(("#N/A", "stock or a demand is blank, or stock lies there and no demand is to come"), ("#VALUE!", "stock is neither one for each row nor one for each period")),
    example="=SOP_DAYS_OF_SUPPLY(450,{300,300,300},30)",
    follows="demand",
)  # fmt: skip
def days_of_supply(stock: Floats, demand: Floats, days: Floats | None = None, season: int = 12) -> Any:
    """See `plan.inventory.days_of_supply`."""
    from sop_xl.plan import inventory

    rows, periods = demand.shape
    lengths = np.full(periods, 365.0 / season) if days is None else per_period("days", days, periods)
    each = stock.size > 1 and stock.size == demand.size
    held = per_cell("stock", stock, demand, "demand", np.nan)
    if each:
        covered = inventory.days_of_supply(held, np.nan_to_num(demand), lengths, season)
    else:
        # a stock that lies there at the start is one at the end of a period without length, in which nothing happens
        start = np.concatenate([held[:, :1], np.zeros(demand.shape)], axis=1)
        coming = np.concatenate([np.zeros((rows, 1)), np.nan_to_num(demand)], axis=1)
        covered = inventory.days_of_supply(start, coming, np.concatenate([[0.0], lengths]), season)[:, :1]
    unknown = np.isnan(demand).any(axis=1, keepdims=True) | np.isnan(held if each else held[:, :1])
    return np.where(unknown, np.nan, covered)
