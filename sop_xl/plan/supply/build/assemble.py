"""The supply network from what people state: wildcards resolved, defaults taken, and what was assumed said."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.grid import Positions, pair_positions, positions
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.notes import Note, notes_frame
from sop_xl.plan.supply.build.bills import resolve_bill
from sop_xl.plan.supply.build.costs import point_costs, source_costs
from sop_xl.plan.supply.build.points import stock_points, where_stocked
from sop_xl.plan.supply.build.resources import resolve_limits, resolve_loads, resolve_resources
from sop_xl.plan.supply.build.sources import Known, resolve_sources, supplier_names
from sop_xl.plan.supply.build.sourcing import holding_rows, note_assumed, usable_sourcing
from sop_xl.plan.supply.build.stock import note_idle_stock, previous_orders, scheduled_receipts, stock_on_hand
from sop_xl.plan.supply.build.streams import Streams, note_unpriced, resolve_streams
from sop_xl.plan.supply.build.uses import resolve_uses
from sop_xl.plan.supply.inputs import FREE_LEVERS, SupplyInputs, SupplySettings
from sop_xl.plan.supply.network import SupplyNetwork, whole_periods
from sop_xl.plan.supply.policies import policy_of_points, with_segments

_OF_ITEM = ("unit_cost", "unit_price", "lead_time", "lead_time_deviation", "minimum_order", "order_multiple")


def build_network(inputs: SupplyInputs, timeline: Timeline) -> tuple[SupplyNetwork, pd.DataFrame]:
    """The network that the supply plan is made for.

    Parameters
    ----------
    inputs
        Frames and settings; see `SupplyInputs` for what an empty one means.
    timeline
        Its planned periods.

    Returns
    -------
    The network, and notes (frame, key, rule, note) on what was assumed or left out. `safety_stock` holds the planner's own only: what is
    computed takes the place of its zeros afterwards. `late_share` is 0 everywhere.

    Raises
    ------
    FrameError
        When a frame has another form, or names an item or a location that Items or Locations does not list.
    """
    inputs.check()
    notes = list[Note]()
    settings, shape = inputs.settings, timeline.horizon
    _note_levers(settings, notes)
    demand = where_stocked(_planned(inputs.served, timeline), inputs.locations)
    sourcing = usable_sourcing(inputs.sourcing, inputs.locations, notes)
    bill = resolve_bill(inputs.bill_of_materials, frozenset(demand.loc[demand["consensus"] > 0, "item"]), notes)
    points = _with_items(stock_points(inputs, demand, sourcing, bill, timeline), inputs.items)
    rows = holding_rows(points, sourcing, bill)
    note_assumed(rows, points, sourcing, notes)
    suppliers = supplier_names(inputs.suppliers, sourcing)
    sources = resolve_sources(rows, sourcing, Known(points, suppliers), inputs, timeline, notes)
    uses = resolve_uses(sources, points, bill, "substitute" in settings.free_levers)
    resources = resolve_resources(inputs.resources, notes)
    limits = resolve_limits(inputs.resources, resources, inputs.resource_calendar, timeline)
    loads, stores = resolve_loads(inputs.bill_of_resources, resources, sources, points)
    cost_per_hour = resources["cost_per_hour"].to_numpy(dtype=float)
    points = points.assign(unit_cost=point_costs(points, sources, uses, loads, cost_per_hour, notes))
    sources = sources.assign(unit_cost=source_costs(sources, points, uses, loads, cost_per_hour, settings.expedite_premium, notes))
    is_asked = np.isin(np.arange(len(points)), _rows_with_demand(points, demand))
    opening, backlog, own_safety_stock = stock_on_hand(inputs.inventory, points, is_asked, notes)
    taken = is_asked | np.isin(np.arange(len(points)), np.concatenate([uses["component"], sources["from_point"]]))
    note_idle_stock(opening, taken, points, inputs.locations, notes)
    segments = with_segments(points, inputs.segments, stocking_location(inputs.segments["location"], inputs.locations))
    policy = policy_of_points(segments, inputs.inventory_policy)
    streams = resolve_streams(inputs, points, policy, backlog, timeline)
    note_unpriced(streams, points, notes)
    supplier_rows = _supplier_rows(inputs.suppliers, suppliers, inputs.settings.supplier_payment_days)
    allowed = {"overtime": "overtime", "shift": "shift", "hire": "workforce", "layoff": "workforce"}
    limit = {name: limits.possible[name] * float(lever in settings.free_levers) for name, lever in allowed.items()}
    network = SupplyNetwork(
        timeline=timeline, points=_point_rows(points, policy, streams, settings, timeline), sources=sources, uses=uses, loads=loads, stores=stores,
        resources=resources, capacity=limits.capacity, maintenance=limits.maintenance,
        overtime_limit=limit["overtime"], shift_limit=limit["shift"], hire_limit=limit["hire"], layoff_limit=limit["layoff"],
        overtime_possible=limits.possible["overtime"], shift_possible=limits.possible["shift"], hire_possible=limits.possible["hire"],
        layoff_possible=limits.possible["layoff"],
        suppliers=supplier_rows.drop(columns="supplier_limit"),
        supplier_limit=np.repeat(supplier_rows["supplier_limit"].fillna(np.inf).to_numpy(dtype=float)[:, None], shape, axis=1),
        opening=opening, scheduled=scheduled_receipts(inputs.open_orders, points, timeline, notes),
        safety_stock=np.repeat(own_safety_stock[:, None], shape, axis=1), streams=streams.rows, demand=streams.demand, price=streams.price,
        late_share=np.zeros((len(sources), shape)), previous_orders=previous_orders(inputs.previous_orders, sources, points, timeline), backlog=backlog,
        payment_days=settings.supplier_payment_days,
    )  # fmt: skip
    return network, notes_frame(notes)


def _planned(served: pd.DataFrame, timeline: Timeline) -> pd.DataFrame:
    return served.loc[served["period"].isin(timeline.plan), ["item", "location", "period", "consensus"]].reset_index(drop=True)


def _with_items(points: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    at = positions(items["item"], points["item"], "item")
    given = points.assign(**{name: items[name].to_numpy(dtype=float)[at] for name in _OF_ITEM})
    return given.rename(columns={"unit_price": "list_price"})


def _rows_with_demand(points: pd.DataFrame, demand: pd.DataFrame) -> Positions:
    return pair_positions(points, demand[demand["consensus"] > 0])


def _point_rows(points: pd.DataFrame, policy: pd.DataFrame, streams: Streams, settings: SupplySettings, timeline: Timeline) -> pd.DataFrame:
    """`SupplyNetwork.points`; a unit whose cost is not known costs nothing to hold."""
    cost = points["unit_cost"].fillna(0.0)
    rate = policy["holding_cost_rate"].fillna(settings.holding_cost_rate) / timeline.calendar.season
    return pd.DataFrame({
        "item": points["item"], "location": points["location"], "family": points["family"], "unit_cost": points["unit_cost"],
        "unit_price": streams.point_price, "holding_cost": cost * rate, "safety_cost": cost * settings.safety_stock_cost_rate,
        "shelf_life": policy["shelf_life"], "fence": whole_periods(policy["fence"].fillna(settings.frozen_fence).to_numpy(dtype=float)),
        "maximum_stock": policy["maximum_stock"],
    })  # fmt: skip


def _supplier_rows(suppliers: pd.DataFrame, names: pd.Index, payment_days: float) -> pd.DataFrame:
    """`SupplyNetwork.suppliers` with their limit; one that Suppliers does not list has its name and the terms of the settings."""
    known = suppliers.set_index("supplier").reindex(names).rename_axis("supplier").reset_index()
    is_named = known["name"].notna() & (known["name"] != "")
    return pd.DataFrame({
        "supplier": known["supplier"], "name": known["name"].where(is_named, known["supplier"]), "reliability": known["reliability"],
        "payment_days": known["payment_days"].fillna(payment_days), "risk": known["risk"].where(known["risk"].notna(), ""),
        "supplier_limit": known["supplier_limit"],
    })  # fmt: skip


def _note_levers(settings: SupplySettings, notes: list[Note]) -> None:
    for name in sorted(settings.free_levers - set(FREE_LEVERS)):
        words = f'"{name}" among the levers without a decision is not one of {", ".join(FREE_LEVERS)}; left out'
        notes.append(Note("settings", "free_levers", "unknown-lever", words))
