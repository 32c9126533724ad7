"""Functions of stock: how much to order and when."""

from __future__ import annotations

from math import sqrt

from sop_xl.functions.registry import BAD_NUMBER, Argument, FunctionError, Kind, cell_function


@cell_function(
    "SOP_EOQ",
    description="Economic order quantity: the order size at which ordering and holding cost the least together.",
    arguments=(
        Argument("demand_per_year", "Units per year.", Kind.NUMBER),
        Argument("order_cost", "Money per order.", Kind.NUMBER),
        Argument("holding_cost", "Money per unit and year.", Kind.NUMBER),
    ),
    returns="Units per order.",
    errors=(("#NUM!", "a cost is not above zero, or demand is negative"),),
    example="=SOP_EOQ(1200,50,2.4)",
    source="Harris (1913), How many parts to make at once",
)
def eoq(demand_per_year: float, order_cost: float, holding_cost: float) -> float:
    """Square-root formula; demand 0 orders nothing."""
    if demand_per_year < 0 or order_cost <= 0 or holding_cost <= 0:
        raise FunctionError(BAD_NUMBER, "demand must not be negative, both costs must be above zero")
    return sqrt(2 * demand_per_year * order_cost / holding_cost)
