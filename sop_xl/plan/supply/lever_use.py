"""How much of a pulled lever a plan uses, when, and what a director reads about it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.notes import some_of
from sop_xl.plan.supply.bottlenecks import find_bottlenecks, upstream
from sop_xl.plan.supply.figures import served
from sop_xl.plan.supply.levers import (
    ON_RESOURCE,
    ON_SOURCE,
    Lever,
    elasticities,
    sources_reached,
    streams_reached,
    substitutes_reached,
)
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solution import SupplySolution

LEAST_USE = 1e-6
"""Units, hours, shifts or workers below which a lever counts as not used."""

UNITS = {"overtime": "h", "shift": "shifts", "workforce": "workers", "price": "fraction"}


class LeverUse(NamedTuple):
    """What a plan uses of one lever.

    Parameters
    ----------
    value
        Over the plan: hours, shifts, workers hired and laid off, units ordered or taken; pre-build: units built ahead at the peak; price: the
        change; allocation: units that somebody else gets. 0 = nothing.
    unit
        Of the value.
    first, last
        Positions of the first and last period of use; None where there is none.
    """

    value: float
    unit: str
    first: int | None
    last: int | None


def lever_use(lever: Lever, before: SupplySolution, after: SupplySolution, *, whole: bool = False) -> LeverUse:
    """What the plan with the lever uses of it.

    Parameters
    ----------
    before, after
        Plans without and with it. Of resources everything used of the kind counts, what was authorised before included; of sources and substitutes
        what the lever authorised.
    whole
        Whether extra shifts and workers count as whole ones.
    """
    unit = UNITS.get(lever.kind, "units")
    if lever.kind == "price":
        span = np.flatnonzero((after.network.price != before.network.price).any(axis=0))
        return LeverUse(lever.value or 0.0, unit, int(span[0]), int(span[-1])) if len(span) else LeverUse(0.0, unit, None, None)
    if lever.kind == "pre-build":
        ahead = (after.stock - before.stock).clip(min=0.0).sum(axis=0)
        return LeverUse(float(ahead.max(initial=0.0)), unit, *_span(ahead))
    by_period = _used(lever, before, after, whole)
    return LeverUse(float(by_period.sum()), unit, *_span(by_period))


def _used(lever: Lever, before: SupplySolution, after: SupplySolution, whole: bool) -> Matrix:
    """Use by period, (T,)."""
    if lever.kind in ON_RESOURCE:
        name = after.network.resources["resource"]
        rows = (name == lever.resource).to_numpy() if lever.resource else np.ones(len(name), dtype=bool)
        shifts, workers = (_rounded_up(after.shifts), _changes(after)) if whole else (after.shifts, after.hired + after.laid_off)
        used = {"overtime": after.overtime, "shift": shifts, "workforce": workers}[lever.kind]
        return np.asarray(np.nan_to_num(used[rows]).sum(axis=0))
    if lever.kind in ON_SOURCE:
        return np.asarray(after.orders[newly_authorised(lever, before.network, after.network)].sum(axis=0))
    if lever.kind == "substitute":
        new = substitutes_reached(after.network, lever) & ~before.network.uses["authorised"].to_numpy(dtype=bool)
        return np.asarray(after.uses[new].sum(axis=0))
    return np.asarray(np.abs(served(after) - served(before)).sum(axis=0) / 2.0)


def _rounded_up(amount: Matrix) -> Matrix:
    """To whole shifts and workers; what a solver leaves over does not make one more."""
    return np.ceil(np.nan_to_num(amount) - LEAST_USE).clip(min=0.0)


def _changes(solution: SupplySolution) -> Matrix:
    """Workers hired and laid off, (R, T), when the workers of each period are rounded up."""
    return np.asarray(np.abs(np.diff(_rounded_up(solution.workers), axis=1, prepend=_today(solution))))


def _today(solution: SupplySolution) -> Matrix:
    return solution.network.resources["workers"].fillna(0.0).to_numpy(dtype=float)[:, None]


def rounding_cost(solution: SupplySolution) -> float:
    """What it costs more, in plan currency, to take extra shifts and workers as whole ones, rounded up; the plan stays feasible with them."""
    resources = solution.network.resources
    shift, wage, hire, layoff = (resources[name].fillna(0.0).to_numpy(dtype=float) for name in ("shift_cost", "wage", "hire_cost", "layoff_cost"))
    shifts = (_rounded_up(solution.shifts) - solution.shifts).sum(axis=1)
    workers = (_rounded_up(solution.workers) - np.nan_to_num(solution.workers)).sum(axis=1)
    change = np.diff(_rounded_up(solution.workers), axis=1, prepend=_today(solution))
    hired = (change.clip(min=0.0) - np.nan_to_num(solution.hired)).sum(axis=1)
    laid_off = ((-change).clip(min=0.0) - np.nan_to_num(solution.laid_off)).sum(axis=1)
    return float(shift @ shifts + wage @ workers + hire @ hired + layoff @ laid_off)


def newly_authorised(lever: Lever, before: SupplyNetwork, after: SupplyNetwork) -> Mask:
    """Sources that the lever authorised, (S,)."""
    new = after.sources["authorised"].to_numpy(dtype=bool) & ~before.sources["authorised"].to_numpy(dtype=bool)
    return np.asarray(sources_reached(after, lever) & new)


def _span(by_period: Matrix) -> tuple[int | None, int | None]:
    used = np.flatnonzero(by_period > LEAST_USE)
    return (int(used[0]), int(used[-1])) if len(used) else (None, None)


def lever_sentence(lever: Lever, use: LeverUse, before: SupplySolution, after: SupplySolution, elasticity: pd.DataFrame | None = None) -> str:
    """What would be authorised, in words: `Authorise 38 h of overtime at Frame Welding from 2025-06 to 2025-07`."""
    amount = f"{use.value:,.0f}" if use.value >= 10 else f"{use.value:,.3g}"
    at = f" at {lever.resource}" if lever.resource else ""
    reached = f"item {lever.item}" if lever.item else f"family {lever.family}" if lever.family else ""
    of = f" of {reached}" if reached else ""
    words = {
        "overtime": f"Authorise {amount} h of overtime{at}",
        "shift": f"Authorise {amount} extra shift{'' if amount == '1' else 's'}{at}",
        "workforce": f"Hire or lay off {amount} worker{'' if amount == '1' else 's'}{at}",
        "subcontract": f"Subcontract {amount} units{of}{_from(lever, before, after, 'at')}",
        "second source": f"Order {amount} units{of}{_from(lever, before, after, 'from')}",
        "substitute": f"Use {amount} units of {_substitutes(lever, after)} in place of {lever.item or 'what is short'}",
        "expedite": f"Expedite {amount} units{of}{_from(lever, before, after, 'from')}",
        "pre-build": f"Build ahead up to {amount} units",
        "price": f"Change the price of {reached or 'everything'} by {100 * (lever.value or 0.0):+.3g} %",
        "allocation": f"Serve by {lever.rule}: {amount} units go to others",
    }
    return words[lever.kind] + _during(use, after.network) + (_assumed(lever, after.network, elasticity) if lever.kind == "price" else "")


def _during(use: LeverUse, network: SupplyNetwork) -> str:
    if use.first is None or use.last is None:
        return ""
    labels = [network.timeline.calendar.label(period) for period in network.timeline.plan]
    first, last = labels[use.first], labels[use.last]
    return f" in {first}" if first == last else f" from {first} to {last}"


def _from(lever: Lever, before: SupplySolution, after: SupplySolution, preposition: str) -> str:
    """The suppliers or locations that are really ordered from."""
    used = newly_authorised(lever, before.network, after.network) & (after.orders.sum(axis=1) > LEAST_USE)
    names = [name for name in after.network.sources.loc[used, "source"] if name]
    return f" {preposition} {some_of(names)}" if names else f" {preposition} {lever.supplier}" if lever.supplier else ""


def _substitutes(lever: Lever, after: SupplySolution) -> str:
    network = after.network
    used = substitutes_reached(network, lever) & (after.uses.sum(axis=1) > LEAST_USE)
    items = network.points["item"].to_numpy()[network.uses["component"].to_numpy(dtype=int)[used]]
    return some_of(str(item) for item in items)


def _assumed(lever: Lever, network: SupplyNetwork, elasticity: pd.DataFrame | None) -> str:
    reached = elasticities(network, elasticity)[streams_reached(network, lever)]
    if not len(reached):
        return ""
    low, high = float(reached.min()), float(reached.max())
    number = f"{low:.2g}" if np.isclose(low, high) else f"{low:.2g} to {high:.2g}"
    source = "assumed" if elasticity is None or elasticity.empty else "as measured"
    return f" (elasticity {number}, {source})"


def unused_reason(lever: Lever, before: SupplySolution, after: SupplySolution) -> str:
    """Why the plan uses nothing of a lever: `changes nothing: ...`."""
    if lever.kind in ON_SOURCE and (late := _too_late(lever, before, after)):
        return f"changes nothing: {late}"
    reasons = {
        "pre-build": "nothing can be built ahead of what is short",
        "price": "nothing is sold of it in these periods",
        "allocation": "everybody gets what he got before",
    }
    return f"changes nothing: {reasons.get(lever.kind, 'it would cost more than it saves, or what is short hangs on something else')}"


def _too_late(lever: Lever, before: SupplySolution, after: SupplySolution) -> str:
    """Whether everything that is short is over before the first receipt that the lever makes possible, and whether that alone is the reason."""
    network = after.network
    short = np.flatnonzero((before.unmet + before.lost > LEAST_USE).any(axis=0))
    pulled = newly_authorised(lever, before.network, network)
    if not len(short) or not pulled.any():
        return ""
    rows = network.sources[pulled]
    points = rows["point"].to_numpy(dtype=int)
    fence = network.points["fence"].to_numpy(dtype=float)[points]
    earliest = int(np.maximum(rows["first"].to_numpy(dtype=float), rows["lead_periods"].to_numpy(dtype=float) + fence).min())
    if earliest <= short[-1]:
        return ""
    calendar = network.timeline
    late = f"the first receipt would come in {calendar.calendar.label(calendar.calendar.shift(calendar.current, earliest))}, after the last shortage"
    return f"{late}, and is dearer than what it would replace" if _binds_from(before, points, earliest) else late


def _binds_from(plan: SupplySolution, points: Matrix, period: int) -> bool:
    """Whether a resource or supplier on the way to those stocks is full in a period or later."""
    network = plan.network
    way = np.zeros(len(network.points), dtype=bool)
    way[points] = True
    on_way = upstream(network, way)[network.sources["point"].to_numpy(dtype=int)]
    held = find_bottlenecks(plan)
    loads, supplier = network.loads, network.sources["supplier"].to_numpy(dtype=int)
    resources = loads["resource"].to_numpy(dtype=int)[on_way[loads["source"].to_numpy(dtype=int)]]
    return bool(held.full[resources, period:].any() or held.exhausted[supplier[on_way & (supplier >= 0)], period:].any())
