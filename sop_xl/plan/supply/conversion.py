"""What it costs to turn components into goods: stated cost, hours, overtime, shifts, workers, hiring and lay-off, set-ups, stand-ins.

The rates are those of `plan.supply.solver.objective`, so that over the horizon the sum is what the plan itself counts as production, overtime,
shifts, workforce and substitutes; hours of set-ups at the rate of the resource come on top. What a resource costs beyond its hours (the
premium of overtime, shifts, workers) is borne by what it works on in that period, in proportion to hours; where it works on nothing, by nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.flows import earlier, numbers, placed, total_by, whole
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solution import SupplySolution

STARTED = 1e-6
"""Units from which an order is placed at all."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """Conversion cost of a plan, plan currency; never below zero.

    Parameters
    ----------
    of_orders
        (S, T) what the orders of each source cost to make, by period of arrival.
    worked
        (S, T) the same money in the periods in which the work is done and paid.
    idle
        (R, T) what resources cost in periods in which they work on nothing.
    """

    of_orders: Matrix
    worked: Matrix
    idle: Matrix


def conversion(solution: SupplySolution) -> Conversion:
    """Conversion cost of the orders of a plan; see the module."""
    network = solution.network
    source, resource, before = (whole(network, "loads", name) for name in ("source", "resource", "before"))
    count, shape = len(network.sources), solution.orders.shape
    units = solution.orders[source]
    hours = units * numbers(network, "loads", "hours")[:, None] + (units > STARTED) * np.nan_to_num(numbers(network, "loads", "setup_hours"))[:, None]
    worked_hours = total_by(resource, earlier(hours, before), len(network.resources))
    beyond = _beyond_hours(solution)
    busy = worked_hours > STARTED
    per_hour = rate(network, "resources", "cost_per_hour")[:, None] + np.where(busy, beyond / np.where(busy, worked_hours, 1.0), 0.0)
    when = np.maximum(np.arange(shape[1])[None, :] - before[:, None], 0)
    of_loads = hours * per_hour[resource[:, None], when]
    made = np.where((network.sources["kind"] == "make").to_numpy(dtype=bool), rate(network, "sources", "unit_cost"), 0.0)[:, None] * solution.orders
    extra = total_by(whole(network, "uses", "source"), solution.uses * rate(network, "uses", "extra_cost")[:, None], count)
    return Conversion(
        of_orders=made + total_by(source, of_loads, count) + by_arrival(solution, extra),
        worked=made + total_by(source, earlier(of_loads, before), count) + extra,
        idle=np.where(busy, 0.0, beyond),
    )


def rate(network: SupplyNetwork, frame: str, column: str) -> Matrix:
    """A column of money of one of the network's tables, as the plan counts it: absent and below zero are none."""
    return np.maximum(np.nan_to_num(numbers(network, frame, column)), 0.0)


def by_arrival(solution: SupplySolution, amounts: Matrix) -> Matrix:
    """(S, T) money of orders by the period in which they are placed, in the periods in which they arrive."""
    network = solution.network
    released = placed(network, solution.orders)
    each = np.where(released > STARTED, amounts / np.where(released > STARTED, released, 1.0), 0.0)
    lead = whole(network, "sources", "lead_periods")
    when = np.maximum(np.arange(solution.orders.shape[1])[None, :] - lead[:, None], 0)
    return np.asarray(np.take_along_axis(each, when, axis=1) * solution.orders)


def _beyond_hours(solution: SupplySolution) -> Matrix:
    """(R, T) what resources cost beside their hours at the regular rate; of storage and transport their space has none."""
    network = solution.network
    regular = rate(network, "resources", "cost_per_hour")
    premium = np.maximum(regular, rate(network, "resources", "overtime_cost")) - regular
    each = (
        (solution.overtime, premium), (solution.shifts, rate(network, "resources", "shift_cost")), (solution.workers, rate(network, "resources", "wage")),
        (solution.hired, rate(network, "resources", "hire_cost")), (solution.laid_off, rate(network, "resources", "layoff_cost")),
    )  # fmt: skip
    total = np.zeros((len(network.resources), network.periods))
    for quantity, money in each:
        total += np.nan_to_num(quantity) * money[:, None]
    return total
