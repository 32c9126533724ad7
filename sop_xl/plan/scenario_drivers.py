"""One function per driver of a scenario: each takes the world so far and one row, and gives the world changed by it.

A driver changes what lies within its scope and span and nothing else. It refuses what it cannot do by `RefusedDriver`, which becomes a note.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sop_xl.plan.grid import Mask, Matrix, Positions
from sop_xl.plan.scenario_rows import Driver
from sop_xl.plan.scenario_sources import allow_sources, change_lead_times, cut_sources, late_receipts
from sop_xl.plan.scenario_world import (
    Change,
    RefusedDriver,
    World,
    asked_share,
    supplier_part,
)
from sop_xl.plan.stock_policy import regular_source
from sop_xl.plan.supply.network import SupplyNetwork

_PLACE = frozenset({"item", "family", "location", "region"})
_SOURCE = _PLACE | {"supplier"}
_RESOURCE = frozenset({"resource", "location", "region"})
_NEAR = 1e-9


def change_demand(world: World, change: Change) -> World:
    """Units asked for: by a percentage, or by so many units per period over the whole scope, spread as the demand is."""
    network = world.network
    point = network.streams["point"].to_numpy(dtype=int)
    share = asked_share(world, change)[point][:, change.span]
    if not (share > 0).any():
        raise RefusedDriver("scenario-scope-empty", f"the plan has no demand within {change.scope_words}")
    within = network.demand[:, change.span] * share
    if change.action == "percent":
        new = within * (1.0 + change.value)
    else:
        reached = share > 0
        total = within.sum(axis=0)
        spread = np.where(total > 0, within / np.where(total > 0, total, 1.0), reached / np.maximum(reached.sum(axis=0), 1))
        new = spread * (change.value + (total if change.action == "add" else 0.0))
    demand = network.demand.copy()
    demand[:, change.span] += np.maximum(new, 0.0) - within
    return world.with_network(demand=demand)


def change_price(world: World, change: Change) -> World:
    """Net price; demand stays as it is, what it loses or gains is a driver of its own."""
    network = world.network
    part = asked_share(world, change)[network.streams["point"].to_numpy(dtype=int)][:, change.span]
    if not (part > 0).any():
        raise RefusedDriver("scenario-scope-empty", f"the plan has no demand within {change.scope_words}")
    price = network.price.copy()
    price[:, change.span] += part * (change.of(price[:, change.span]) - price[:, change.span])
    return world.with_network(price=price)


def change_lead_time(world: World, change: Change) -> World:
    """Lead time of what arrives in the span; safety stock follows in the same periods."""
    days = world.network.timeline.calendar.mean_days
    network, rows = _cut(world, change)
    old = network.sources["lead_time"].to_numpy(dtype=float)[rows]
    changed = replace(world, network=change_lead_times(network, rows, change.of(old, 1.0 / days)))
    return _stocked_for(changed, change, "lead_time", 1.0 / days)


def change_lead_time_deviation(world: World, change: Change) -> World:
    """Spread of the lead time: safety stock follows, receipts come on average when they did."""
    days = world.network.timeline.calendar.mean_days
    network, rows = _cut(world, change)
    old = network.sources["lead_time_deviation"].to_numpy(dtype=float)[rows]
    if change.action == "percent" and not (old > 0).any():
        raise RefusedDriver("scenario-without-effect", "no lead time in scope is known to spread, so a percentage changes nothing; use set, in days")
    sources = network.sources.copy()
    sources.loc[rows, "lead_time_deviation"] = change.of(old, 1.0 / days)
    return _stocked_for(replace(world, network=replace(network, sources=sources)), change, "lead_time_deviation", 1.0 / days)


def delay_material(world: World, change: Change) -> World:
    """What is due in the span comes `value` days later, on order or not; without a value it comes right after the span."""
    if np.isnan(change.value):
        if not change.dated:
            raise RefusedDriver("scenario-value-absent", "give the days by which it is late, or From and To between which nothing arrives")
        return _nothing_arrives(world, change, change.last - change.first + 1.0)
    delay = change.value / world.network.timeline.calendar.mean_days
    if delay <= 0:
        raise RefusedDriver("scenario-value-out-of-range", f"{change.value:g} days late is not late; an order that comes early is a shorter lead time")
    network, rows = _cut(world, change)
    old = network.sources["lead_time"].to_numpy(dtype=float)[rows]
    late = np.zeros(network.periods)
    late[change.span] = delay
    part = _scheduled_part(world, change)
    moved = replace(
        change_lead_times(network, rows, old + delay, due_from=change.first), scheduled=late_receipts(network.scheduled, part, late)
    )
    return _exposed(replace(world, network=moved), change, late)


def take_supplier_out(world: World, change: Change) -> World:
    """A supplier delivers nothing in the span, or for `value` days from its start; what it owes then comes right afterwards."""
    if np.isnan(change.value):
        return _nothing_arrives(world, change, change.last - change.first + 1.0)
    if change.value <= 0:
        raise RefusedDriver("scenario-value-out-of-range", f"out for {change.value:g} days is not out")
    return _nothing_arrives(world, change, change.value / world.network.timeline.calendar.mean_days)


def change_supplier_limit(world: World, change: Change) -> World:
    """Units per period that a supplier delivers at most."""
    network = world.network
    names = network.suppliers["supplier"].to_numpy(dtype=object)
    rows = np.ones(len(names), dtype=bool) if not change.supplier else names == change.supplier
    _need(rows, change, "supplier")
    old = network.supplier_limit[rows][:, change.span]
    if change.action != "set" and np.isinf(old).all():
        raise RefusedDriver("scenario-without-effect", f"{change.scope_words} has no limit that could change; use set")
    limit = network.supplier_limit.copy()
    limit[np.flatnonzero(rows), change.span] = change.of(old)
    return world.with_network(supplier_limit=limit)


def change_capacity(world: World, change: Change) -> World:
    """Hours on the clock, before planned maintenance; space of a storage. Of a resource by workers: hours of today's workers."""
    network = world.network
    rows = _need(world.resources(change), change, "resource")
    efficiency = network.resources["efficiency"].fillna(1.0).to_numpy(dtype=float)[rows][:, None]
    net, off = network.capacity[rows][:, change.span], network.maintenance[rows][:, change.span]
    if change.action != "set" and np.isinf(net).all():
        raise RefusedDriver("scenario-without-effect", f"{change.scope_words} has no limit that could change; use set")
    new = np.maximum(change.of(net + off, efficiency) - off, 0.0)
    capacity, maintenance = network.capacity.copy(), network.maintenance.copy()
    capacity[rows, change.span] = new
    # workers give hours whatever the capacity says: what is missing comes off like maintenance
    by_workers = network.resources["workers"].notna().to_numpy(dtype=bool)[rows][:, None] & np.isfinite(net)
    maintenance[rows, change.span] = np.where(by_workers, off + net - new, off)
    return world.with_network(capacity=capacity, maintenance=maintenance)


def change_overtime_limit(world: World, change: Change) -> World:
    """Hours of overtime on the clock that are authorised."""
    return _authorise(world, change, "overtime", world.network.resources["efficiency"].fillna(1.0).to_numpy(dtype=float))


def change_extra_shifts(world: World, change: Change) -> World:
    """Extra shifts that are authorised."""
    return _authorise(world, change, "shift", np.ones(len(world.network.resources)))


def change_unit_cost(world: World, change: Change) -> World:
    """What a source is paid per unit; over the whole plan and from every supplier also what stock is worth and costs to hold."""
    network, rows = _cut(world, change)
    sources, points = network.sources.copy(), network.points.copy()
    inside = world.points(change)
    old = points["unit_cost"].to_numpy(dtype=float)
    valued = inside & (not change.supplier) & (change.first == 0) & (change.last == network.periods - 1)
    if change.supplier or change.action == "percent":
        paid = change.of(sources["unit_cost"].to_numpy(dtype=float)[rows])
    else:
        # the part of the cost that is paid to the source moves by as much as the cost of the item; components keep theirs
        step = (change.of(old) - old)[sources["point"].to_numpy(dtype=int)[rows]]
        paid = np.maximum(sources["unit_cost"].to_numpy(dtype=float)[rows] + np.nan_to_num(step), 0.0)
    sources.loc[rows, "unit_cost"] = paid
    new = np.where(valued, change.of(old), old)
    ratio = np.where((old > 0) & np.isfinite(new), new / np.where(old > 0, old, 1.0), 1.0)
    points["unit_cost"] = new
    for name in ("holding_cost", "safety_cost"):
        points[name] = points[name].to_numpy(dtype=float) * ratio
    return replace(world, network=replace(network, sources=sources, points=points))


def change_yield(world: World, change: Change) -> World:
    """Good part of what is ordered."""
    network, rows = _cut(world, change)
    new = change.of(network.sources["process_yield"].to_numpy(dtype=float)[rows])
    if (new <= 0).any():
        raise RefusedDriver("scenario-value-out-of-range", "a yield of 0 is a source that is not allowed; use source allowed with 0")
    sources = network.sources.copy()
    sources.loc[rows, "process_yield"] = np.minimum(new, 1.0)
    changed = replace(world, network=replace(network, sources=sources))
    return changed.said("scenario-value-capped", "a yield above 1 is taken as 1") if (new > 1 + _NEAR).any() else changed


def change_service_level(world: World, change: Change) -> World:
    """Target that safety stock is made for."""
    inside = _need(world.points(change), change, "stock")
    now = np.where(np.isnan(world.service_level), world.target_level, world.service_level)
    if change.action != "set" and np.isnan(now[inside]).all():
        raise RefusedDriver("scenario-value-absent", "the service level of today is not known here; use set")
    new = np.where(inside, np.clip(change.of(now), 0.5, 0.9999), world.service_level)
    wild = inside & ((change.of(now) >= 1.0) | (change.of(now) <= 0.0))
    changed = replace(world, service_level=np.where(np.isnan(new), world.service_level, new), restocked=_touched(world, change))
    if wild.any():
        return changed.said("scenario-value-capped", "a service level lies between 0 and 1 (0.98 is 98 %); taken as the nearest that can be kept, 50 % to 99.99 %")
    return changed


def allow_source(world: World, change: Change) -> World:
    """Whether sources may be used: 1 or nothing = yes, 0 = no. An expedited order is no source that one allows by this."""
    if change.value not in (0.0, 1.0) and not np.isnan(change.value):
        raise RefusedDriver("scenario-value-out-of-range", f"a source is allowed (1) or not (0), not {change.value:g}")
    allowed = change.value != 0.0
    network, rows = _cut(world, change)
    if allowed:
        rows = rows[(network.sources["lever"] != "expedite").to_numpy(dtype=bool)[rows]]
    return replace(world, network=allow_sources(network, rows, allowed))


DRIVERS: dict[str, Driver[World]] = {
    "demand": Driver(change_demand, _PLACE),
    "price": Driver(change_price, _PLACE),
    "lead time": Driver(change_lead_time, _SOURCE),
    "lead-time deviation": Driver(change_lead_time_deviation, _SOURCE),
    "material late": Driver(delay_material, _SOURCE, needs_value=False),
    "supplier out": Driver(take_supplier_out, _SOURCE, needs_value=False),
    "supplier limit": Driver(change_supplier_limit, frozenset({"supplier"})),
    "capacity": Driver(change_capacity, _RESOURCE),
    "overtime limit": Driver(change_overtime_limit, _RESOURCE),
    "extra shifts": Driver(change_extra_shifts, _RESOURCE),
    "unit cost": Driver(change_unit_cost, _SOURCE),
    "yield": Driver(change_yield, _SOURCE),
    "service level": Driver(change_service_level, _PLACE),
    "source allowed": Driver(allow_source, _SOURCE, needs_value=False),
}
"""Every driver by its name in Scenario Drivers."""


def _need(rows: Mask, change: Change, what: str) -> Positions:
    """Positions of the rows in scope; refuses where there are none."""
    if not rows.any():
        raise RefusedDriver("scenario-scope-empty", f"the plan has no {what} within {change.scope_words}")
    return np.flatnonzero(rows)


def _cut(world: World, change: Change, first: int | None = None, last: int | None = None) -> tuple[SupplyNetwork, Positions]:
    """The network with the sources in scope cut to the span, and their rows in it; refuses where no source is in scope."""
    chosen = world.sources(change)
    if change.driver == "supplier out":
        chosen &= world.network.sources["kind"].isin(["buy", "subcontract"]).to_numpy(dtype=bool)
    _need(chosen, change, "source")
    return cut_sources(world.network, chosen, change.first if first is None else first, change.last if last is None else last)


def _nothing_arrives(world: World, change: Change, length: float) -> World:
    """Nothing in scope arrives for `length` periods from the start of the change; what was due comes right afterwards.

    Of the last period, when only a part of it is out, that part of what is due comes one period later.
    """
    count, start, whole = world.network.periods, change.first, int(np.floor(length + _NEAR))
    rest = max(length - whole, 0.0) if length - whole > _NEAR else 0.0
    back = start + whole
    network, rows = _cut(world, change, start, min(back, count) - 1)
    network = allow_sources(network, rows, False) if whole else network
    if rest and back < count:
        network, rows = _cut(replace(world, network=network), change, back, back)
        late_share = network.late_share.copy()
        late_share[rows] = np.minimum(late_share[rows] + rest, 1.0)
        network = replace(network, late_share=late_share)
    waits = np.zeros(count)
    waits[start : min(back, count)] = back - np.arange(start, min(back, count))
    exposed = np.where(waits > 0, waits + rest, 0.0)
    if back < count:
        waits[back] = exposed[back] = rest
    scheduled = late_receipts(network.scheduled, _scheduled_part(world, change), waits)
    return _exposed(replace(world, network=replace(network, scheduled=scheduled)), change, exposed)


def _scheduled_part(world: World, change: Change) -> Matrix:
    """(N, T) part of the open orders of each stock that a change of suppliers or materials reaches."""
    part = world.points(change).astype(float)
    if change.supplier:
        part = part * supplier_part(world, change.supplier)
    elif change.driver == "supplier out":
        part = part * (_regular_in(world, world.base.sources["kind"].isin(["buy", "subcontract"]).to_numpy(dtype=bool)))
    return np.repeat(part[:, None], world.network.periods, axis=1)


def _regular_in(world: World, chosen: Mask) -> Mask:
    """(N,) whether the regular source of each stock of the plan is among those chosen."""
    regular = regular_source(world.base)
    return np.asarray(np.append(chosen, False)[regular])


def _exposed(world: World, change: Change, late: Matrix) -> World:
    """Receipts of stocks whose regular source is in scope come later than their safety stock was made for, by (T,) periods.

    Where another source that is allowed lies outside the scope, its lead time is the most that one has to wait.
    """
    base = world.base
    chosen = world.sources(change, base.sources)
    other = ~chosen & base.sources["authorised"].to_numpy(dtype=bool)
    way_out = np.full(len(base.points), np.inf)
    np.minimum.at(way_out, base.sources["point"].to_numpy(dtype=np.intp)[other], base.sources["lead_time"].to_numpy(dtype=float)[other])
    waits = np.minimum(late, way_out[:, None])
    return replace(world, late=world.late + np.where(_regular_in(world, chosen)[:, None], waits, 0.0))


def _stocked_for(world: World, change: Change, name: str, unit: float) -> World:
    """Safety stock is to be computed for the changed lead times in the span."""
    chosen = world.sources(change, world.stock_sources)
    old = world.stock_sources[name].to_numpy(dtype=float)
    new = np.where(chosen, change.of(old, unit), old)
    step = np.append(new - old, 0.0)[regular_source(world.base)]
    exposure = {"lead_time": "longer", "lead_time_deviation": "spread"}[name]
    changed = getattr(world, exposure).copy()
    changed[:, change.span] += step[:, None]
    return replace(
        world, stock_sources=world.stock_sources.assign(**{name: new}), restocked=_touched(world, change), **{exposure: changed}
    )  # fmt: skip


def _touched(world: World, change: Change) -> Mask:
    restocked = world.restocked.copy()
    restocked[change.span] = True
    return restocked


def _authorise(world: World, change: Change, what: str, unit: Matrix) -> World:
    """Change what is authorised of overtime or shifts; what would be possible is at least that. `unit` (R,) turns what is written into the network's."""
    network = world.network
    rows = _need(world.resources(change), change, "resource")
    limit, possible = (getattr(network, f"{what}_{kind}").copy() for kind in ("limit", "possible"))
    old = limit[rows, change.span]
    if change.action == "percent" and not (old > 0).any():
        raise RefusedDriver("scenario-without-effect", f"none is authorised for {change.scope_words}, so a percentage changes nothing; use set")
    limit[rows, change.span] = change.of(old, unit[rows][:, None])
    possible[rows, change.span] = np.maximum(possible[rows, change.span], limit[rows, change.span])
    return world.with_network(**{f"{what}_limit": limit, f"{what}_possible": possible})
