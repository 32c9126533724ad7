"""The supply network as matrices: what can be stocked, where it comes from, and what limits it.

Conventions that every module of this package keeps:

1. `N` stock points (an item at a location that holds it), `S` sources (one way to replenish one stock point), `D` demand streams (the
   demand of one customer class on one stock point), `R` resources, `V` suppliers, `T` planned periods. A row's position is its identity.
2. The decision of a source is its *order by period of arrival*: `orders[s, t]` units are to arrive in period t. They are placed in
   period `t - lead_periods[s]`; their components leave stock and their loads fall in that period too (loads: `before` periods
   before t). What would have to be placed before the first period cannot be ordered any more.
3. Of `orders[s, t]` the part `process_yield` arrives good; of that the part `late_share[s, t]` arrives one period later (a delay of
   a part of a period, made by scenarios; 0 in the plan).
4. A lead time becomes whole periods by rounding to the nearest: below half a period it arrives in the period in which it is ordered.
5. Flows are units per period, stocks are at the end of a period. Closing stock = opening + scheduled receipts + receipts
   - served demand - dependent demand - expired, never below zero; unmet demand is its own variable.
6. Only sources with `authorised` may be ordered from; levers (`plan.supply.levers`) make a network in which more is authorised.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.grid import Matrix


@dataclass(frozen=True)
class SupplyNetwork:
    """Everything that the supply plan knows, resolved from wildcards and defaults; see the module's conventions.

    Parameters
    ----------
    timeline
        Its planned periods are the columns of every matrix.
    points
        Stock points, sorted by item and location: item, location, family, unit_cost, unit_price (plan currency, NaN = unknown),
        holding_cost (plan currency per unit and period), safety_cost (per unit below safety stock and period), shelf_life (periods, NaN = for
        ever), fence (whole periods in which nothing new may be placed), maximum_stock (units, NaN = none).
    sources
        Sources, sorted by point, priority, kind, source: point, kind (make | buy | transfer | subcontract), source (supplier, location or
        ""), from_point (position of the stock that a transfer takes from, -1 otherwise), supplier (position in `suppliers`, -1 = none),
        priority, share (NaN = free), unit_cost (per unit ordered, components not included), lead_time and lead_time_deviation (periods),
        lead_periods (whole), minimum_order, order_multiple (0 = none), maximum (NaN = none), process_yield, fixed_cost (0 = none), first and last
        (positions of the periods in which its receipts may arrive, both included), lever ("" = regular | second source | subcontract |
        expedite), authorised, cost_stated (whether people stated the unit cost), co2_per_unit (kg per unit ordered, NaN = not given).
    uses
        Components: source, component (position of a point), quantity (units of component per unit ordered, scrap and yield included),
        substitute_for (row of `uses` whose place it can take, -1 = a regular line), extra_cost, authorised. A substitute's `quantity` is units of
        it per unit of the component replaced.
    loads
        Load on resources in hours: source, resource, hours (per unit ordered), setup_hours (per order), before (whole periods).
    stores
        Use of storage: point, resource, space (per unit in stock).
    resources
        resource, name, kind, location, unit, efficiency, cost_per_hour, overtime_cost, shift_capacity (productive hours per shift),
        shift_cost, workers (today; NaN = not by workers), hours_per_worker (productive), wage, hire_cost, layoff_cost.
    capacity
        (R, T) productive hours in regular time, or space; inf = not limited. Of a resource by workers: that of today's workers.
    maintenance
        (R, T) productive hours already taken off `capacity`; with workers they come off what the workers give.
    overtime_limit, shift_limit, hire_limit, layoff_limit
        (R, T) what is authorised: hours, shifts, workers; 0 = none.
    overtime_possible, shift_possible, hire_possible, layoff_possible
        (R, T) what Resources would allow once decided.
    suppliers
        supplier, name, reliability, payment_days, risk.
    supplier_limit
        (V, T) units per period over all sources of the supplier; inf = none.
    opening
        (N,) usable stock now, not below zero; backlog is demand of the first period.
    scheduled
        (N, T) open orders by period of arrival.
    safety_stock
        (N, T) units to hold at the end of each period.
    streams
        point, customer ("" = all), priority, backorder_cost (per unit and period), lost_sale_cost (per unit, on top of the price),
        contract_share.
    demand, price
        (D, T) units asked for; net price in plan currency (0 = unknown).
    late_share
        (S, T) see convention 3.
    previous_orders
        (S, T) orders of the last approved plan in the same periods; NaN = not planned then. Within a fence they are the most that can be ordered.
    backlog
        (N,) units that customers wait for at the start, already part of `demand` of the first period; empty = nobody waits.
    payment_days
        From receipt to payment, of what is bought where no supplier is named.
    """

    timeline: Timeline
    points: pd.DataFrame
    sources: pd.DataFrame
    uses: pd.DataFrame
    loads: pd.DataFrame
    stores: pd.DataFrame
    resources: pd.DataFrame
    capacity: Matrix
    maintenance: Matrix
    overtime_limit: Matrix
    shift_limit: Matrix
    hire_limit: Matrix
    layoff_limit: Matrix
    overtime_possible: Matrix
    shift_possible: Matrix
    hire_possible: Matrix
    layoff_possible: Matrix
    suppliers: pd.DataFrame
    supplier_limit: Matrix
    opening: Matrix
    scheduled: Matrix
    safety_stock: Matrix
    streams: pd.DataFrame
    demand: Matrix
    price: Matrix
    late_share: Matrix
    previous_orders: Matrix
    backlog: Matrix = field(default_factory=lambda: np.zeros(0))
    payment_days: float = 0.0

    @property
    def periods(self) -> int:
        """T."""
        return self.timeline.horizon

    @property
    def is_limited(self) -> bool:
        """Whether anything but lead times and fences can keep demand from being served."""
        return bool(
            np.isfinite(self.capacity).any()
            or np.isfinite(self.supplier_limit).any()
            or self.sources["maximum"].notna().any()
            or self.points["maximum_stock"].notna().any()
            or self.points["shelf_life"].notna().any()
        )


@dataclass(frozen=True, slots=True)
class SupplyRules:
    """How the plan is to be made.

    Parameters
    ----------
    objective
        least cost | most margin | service first.
    unmet
        back-orders | lost sales.
    prebuild
        Whether stock above safety stock may be built ahead of a shortage.
    whole_lots
        Whether minimum orders, multiples, fixed costs, whole shifts and workers are kept.
    gap
        Relative gap to the best plan at which a search over whole lots may stop.
    seconds
        Its time limit.
    change_cost_rate
        Cost of a unit planned otherwise than in `previous_orders`, as a part of the point's unit cost; 0 = free.
    """

    objective: str = "least cost"
    unmet: str = "back-orders"
    prebuild: bool = True
    whole_lots: bool = False
    gap: float = 0.01
    seconds: float = 20.0
    change_cost_rate: float = 0.0


def netting_suffices(network: SupplyNetwork, rules: SupplyRules) -> bool:
    """Whether netting is the best plan already: nothing limits it, and there is nothing to weigh (fixed costs, second ways, substitutes, changes)."""
    sources = network.sources[network.sources["authorised"].astype(bool)]
    weighed = (
        bool((sources["fixed_cost"] > 0).any())
        or bool(sources["point"].duplicated().any())
        or bool((network.uses["authorised"].astype(bool) & (network.uses["substitute_for"] >= 0)).any())
        or (rules.change_cost_rate > 0 and not bool(np.isnan(network.previous_orders).all()))
    )
    return rules.objective == "least cost" and not network.is_limited and not weighed


def whole_periods(lead_time: Matrix | float) -> Matrix:
    """Lead times in whole periods: convention 4."""
    return np.asarray(np.floor(np.asarray(lead_time, dtype=float) + 0.5 + 1e-9))


def source_name(kind: str, source: str) -> str:
    """A source as a planner reads it: `make`, `buy from X`, `transfer from X`, `subcontract at X`."""
    if not source:
        return kind
    return f"{kind} {'at' if kind == 'subcontract' else 'from'} {source}"


MADE, BOUGHT = "made", "bought"


def made_or_bought(source: str) -> str:
    """`MADE` or `BOUGHT`, which subcontracted is too, of a source as `source_name` has it; "" for a transfer, which is neither."""
    return {"make": MADE, "buy": BOUGHT, "subcontract": BOUGHT}.get(source.split(" ", 1)[0], "")


def point_names(network: SupplyNetwork) -> list[str]:
    """Every stock point as `item / location`."""
    return (network.points["item"] + " / " + network.points["location"]).tolist()
