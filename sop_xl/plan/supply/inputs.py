"""Everything that the supply network is built from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import pandas as pd

from sop_xl import frames
from sop_xl.frames import empty_frame

FREE_LEVERS = ("pre-build", "overtime", "shift", "workforce", "second source", "subcontract", "substitute", "expedite")
"""Levers that a plan may be allowed to use without a decision."""


def lever_names(text: str) -> frozenset[str]:
    """Levers of a list separated by commas, as the Settings sheet has it; `build_network` says which of them are none."""
    return frozenset(name.strip().lower() for name in text.split(",") if name.strip())


@dataclass(frozen=True, slots=True)
class SupplySettings:
    """Numbers that hold where no row says otherwise; the names are those of the Settings sheet.

    Parameters
    ----------
    holding_cost_rate
        Of a unit in stock for a year, as a part of its cost.
    backorder_cost_rate
        Of a unit late for a period, as a part of its price.
    lost_sale_cost_rate
        On top of the price that is not earned, as a part of it.
    safety_stock_cost_rate
        Of a unit below safety stock for a period, as a part of its cost.
    frozen_fence
        Periods from now in which no new order may be placed.
    expedite_premium
        Extra cost of an order in half its lead time, as a part of the unit cost.
    free_levers
        What the plan may use without a decision; see `lever_names`.
    lead_times
        measured: from past orders where there are enough of them. stated: what Sourcing, Suppliers and Items say.
    supplier_payment_days
        From receipt to payment, of suppliers that state none.
    """

    holding_cost_rate: float = 0.2
    backorder_cost_rate: float = 0.1
    lost_sale_cost_rate: float = 0.1
    safety_stock_cost_rate: float = 0.05
    frozen_fence: float = 0.0
    expedite_premium: float = 0.25
    free_levers: frozenset[str] = frozenset({"pre-build", "second source"})
    lead_times: str = "measured"
    supplier_payment_days: float = 0.0


@dataclass(frozen=True)
class SupplyInputs:
    """Frames and settings of the supply plan; every frame but the items may be without rows.

    Parameters
    ----------
    items
        ITEMS.
    served
        item, location, period, consensus (units): demand to serve where it arises, see `plan.consumption.demand_to_serve`. Without
        rows nothing is asked for.
    prices
        item, location, period, net_price (plan currency; NaN = not known): what a unit sold there and then brings. Without a column
        period (NET_PRICES) a price holds in every one.
    locations
        LOCATIONS; without rows each location serves its own demand.
    inventory
        INVENTORY; without rows nothing is in stock.
    open_orders
        OPEN_ORDERS; without rows nothing is on its way.
    sourcing
        SOURCING; without rows items with a bill of material are made, all others bought, without limit.
    bill_of_materials
        BILL_OF_MATERIALS; without rows what is made takes no components.
    resources, bill_of_resources, resource_calendar
        RESOURCES, BILL_OF_RESOURCES, RESOURCE_CALENDAR; without rows capacity does not limit anything.
    suppliers
        SUPPLIERS; without rows suppliers do not limit anything.
    supplier_performance
        SUPPLIER_PERFORMANCE; without rows lead times are the stated ones.
    inventory_policy
        INVENTORY_POLICY; without rows the settings hold.
    customer_classes, customer_mix
        CUSTOMER_CLASSES, CUSTOMER_MIX; without rows of both all customers are alike.
    segments
        item, location (where it is sold), abc, xyz; without rows no policy for a class holds.
    previous_orders
        SUPPLY_PLAN of the last approved plan; without rows changing the plan costs nothing.
    settings
        See `SupplySettings`.
    """

    items: pd.DataFrame
    served: pd.DataFrame = field(default_factory=partial(empty_frame, frames.CONSENSUS_DEMAND))
    prices: pd.DataFrame = field(default_factory=partial(empty_frame, frames.NET_PRICES))
    locations: pd.DataFrame = field(default_factory=partial(empty_frame, frames.LOCATIONS))
    inventory: pd.DataFrame = field(default_factory=partial(empty_frame, frames.INVENTORY))
    open_orders: pd.DataFrame = field(default_factory=partial(empty_frame, frames.OPEN_ORDERS))
    sourcing: pd.DataFrame = field(default_factory=partial(empty_frame, frames.SOURCING))
    bill_of_materials: pd.DataFrame = field(default_factory=partial(empty_frame, frames.BILL_OF_MATERIALS))
    resources: pd.DataFrame = field(default_factory=partial(empty_frame, frames.RESOURCES))
    bill_of_resources: pd.DataFrame = field(default_factory=partial(empty_frame, frames.BILL_OF_RESOURCES))
    resource_calendar: pd.DataFrame = field(default_factory=partial(empty_frame, frames.RESOURCE_CALENDAR))
    suppliers: pd.DataFrame = field(default_factory=partial(empty_frame, frames.SUPPLIERS))
    supplier_performance: pd.DataFrame = field(default_factory=partial(empty_frame, frames.SUPPLIER_PERFORMANCE))
    inventory_policy: pd.DataFrame = field(default_factory=partial(empty_frame, frames.INVENTORY_POLICY))
    customer_classes: pd.DataFrame = field(default_factory=partial(empty_frame, frames.CUSTOMER_CLASSES))
    customer_mix: pd.DataFrame = field(default_factory=partial(empty_frame, frames.CUSTOMER_MIX))
    segments: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["item", "location", "abc", "xyz"], dtype=object))
    previous_orders: pd.DataFrame = field(default_factory=partial(empty_frame, frames.SUPPLY_PLAN))
    settings: SupplySettings = SupplySettings()

    def check(self) -> None:
        """Raise `FrameError` for a frame that does not have its form."""
        for spec in (
            frames.ITEMS, frames.LOCATIONS, frames.INVENTORY, frames.OPEN_ORDERS, frames.SOURCING, frames.BILL_OF_MATERIALS, frames.RESOURCES,
            frames.BILL_OF_RESOURCES, frames.RESOURCE_CALENDAR, frames.SUPPLIERS, frames.SUPPLIER_PERFORMANCE, frames.INVENTORY_POLICY,
            frames.CUSTOMER_CLASSES, frames.CUSTOMER_MIX,
        ):  # fmt: skip
            frames.check_frame(getattr(self, spec.name), spec)
        frames.check_frame(self.previous_orders, frames.SUPPLY_PLAN)
