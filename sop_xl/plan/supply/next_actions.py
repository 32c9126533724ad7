"""The first thing to do about a shortage: the levers that its cause leaves, in one sentence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.blocked_ways import free_hours
from sop_xl.plan.supply.limits import subject
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.shortage_causes import Cause, CauseFinder, Shortage
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.why_words import Names, amount, listed, money, more, number, units, when, whole

_GO_ROUND = ("resource_capacity", "supplier_limit", "source_maximum", "lead_time", "fence", "validity", "no_source")
"""Causes that another source or a substitute goes round."""

MOST_LEVERS = 2
"""Levers that a sentence names."""

NEAR_BEST = 2 / 3
"""Part of the best gain of an hour from which on another period is as good a place for hours."""


def next_action(finder: CauseFinder, names: Names, shortage: Shortage, currency: str) -> str:
    """One sentence: levers that are possible at the cause and not yet authorised, the nearest first; else whom to talk to."""
    constraint = shortage.cause.constraint
    levers = _LEVERS[constraint](finder, names, shortage) if constraint in _LEVERS else []
    if constraint in _GO_ROUND:
        levers += _other_sources(names, shortage) + _substitutes(names, shortage)
    if constraint == "resource_capacity" and len(levers) < MOST_LEVERS:
        levers += _free_before(finder, names, shortage)
    if levers:
        sentence = " or ".join(levers[:MOST_LEVERS])
        return sentence[0].upper() + sentence[1:] + "."
    return _without_levers(finder.solution, names, shortage, currency)


def _resource(finder: CauseFinder, names: Names, shortage: Shortage) -> list[str]:
    """Overtime, shifts and workers that the resource allows beyond what is authorised, where they cost less than an hour is worth."""
    cause, network = shortage.cause, finder.network
    row, place = cause.row, f" at {names.resource(cause.row)}"
    needed, levers = cause.units * cause.quantity, []
    overtime = (network.overtime_possible - network.overtime_limit)[row].clip(min=0.0)
    if usable := _best_periods(finder, cause, overtime, _premium(network, row), needed):
        hours = min(needed, float(overtime[usable].sum()))
        levers.append(f"authorise {units(hours, names.unit(row))} of overtime{place} in {when(network, usable)}")
    each = number(network.resources, "shift_capacity", row)
    shifts = np.floor((network.shift_possible - network.shift_limit)[row] + 1e-9).clip(min=0.0)
    if each > 0 and (usable := _best_periods(finder, cause, shifts, number(network.resources, "shift_cost", row) / each, needed / each)):
        count = min(float(np.ceil(needed / each - 1e-9)), float(shifts[usable].sum()))
        verb, where = ("", " there") if levers else ("authorise ", place)
        levers.append(f"{verb}{_count(count, 'extra shift')}{where} in {when(network, usable)}")
    per_worker, at = number(network.resources, "hours_per_worker", row), list(cause.periods)
    workers = (network.hire_possible - network.hire_limit)[row].clip(min=0.0)
    if per_worker > 0 and (hired := float(workers[: at[-1] + 1].sum())) > 0:
        count = max(1.0, min(float(np.ceil(needed / (per_worker * len(at)) - 1e-9)), hired))
        levers.append(f"hire {_count(count, 'worker')}{' there' if levers else place} by {when(network, at[:1])}")
    return levers


def _premium(network: SupplyNetwork, row: int) -> float:
    """What an hour of overtime costs beyond a regular one, plan currency."""
    overtime, regular = (float(np.nan_to_num(number(network.resources, name, row))) for name in ("overtime_cost", "cost_per_hour"))
    return max(overtime - regular, 0.0)


def _best_periods(finder: CauseFinder, cause: Cause, more: Matrix, cost: float, needed: float) -> list[int]:
    """Periods of a cause in which `more` is possible and an hour gains most beyond its cost: as many as give what is needed, and those about as good.

    Without prices, or with service first, every period will do in which more is possible.
    """
    possible = [t for t in cause.periods if more[t] > 0]
    price = finder.solution.duals.get(cause.constraint)
    if price is None or not price.size or finder.solution.rules.objective == "service first":
        return possible
    gain = price[cause.row] - np.nan_to_num(cost)
    found: list[int] = []
    for t in sorted((t for t in possible if gain[t] > -1e-9), key=lambda t: (-round(float(gain[t]), 6), t)):
        if float(more[found].sum()) >= needed - 1e-9 and gain[t] < NEAR_BEST * gain[found[0]]:
            break
        found.append(t)
    return sorted(found)


def _free_before(finder: CauseFinder, names: Names, shortage: Shortage) -> list[str]:
    """Hours free before the resource is full, which the plan would have used were building ahead allowed."""
    cause, network = shortage.cause, finder.network
    if finder.solution.rules.prebuild and finder.prices.balance.any():
        return []
    free = free_hours(finder.solution)[cause.row]
    usable = [t for t in range(cause.periods[0]) if np.isfinite(free[t]) and free[t] > 1e-6]
    if not usable:
        return []
    before = usable[-3:]
    hours = units(float(free[before].sum()), names.unit(cause.row))
    return [f"build ahead in {when(network, before)}, where {hours} {'is' if hours.startswith('1 ') else 'are'} free"]


def _supplier(finder: CauseFinder, names: Names, shortage: Shortage) -> list[str]:
    cause = shortage.cause
    item, at = names.point(cause.path[-1]), when(finder.network, cause.periods)
    return [f"ask {names.supplier(cause.row)} for {more(whole(cause.units * cause.quantity), 'units')} of {item} in {at}"]


def _maximum(finder: CauseFinder, names: Names, shortage: Shortage) -> list[str]:
    cause = shortage.cause
    taken, at = units(whole(cause.units * cause.quantity)), when(finder.network, cause.periods)
    return [f"raise the maximum of {names.source_of(cause.row)} by {taken} in {at}"]


def _other_sources(names: Names, shortage: Shortage) -> list[str]:
    """Sources not authorised that go round the cause: of the stock where it binds, else of the stocks above it."""
    sources = names.network.sources
    closed = ~sources["authorised"].to_numpy(dtype=bool)
    for point in reversed(shortage.cause.path):
        found: list[int] = np.flatnonzero(closed & (sources["point"].to_numpy(dtype=int) == point)).tolist()
        if found:
            levers = [str(sources["lever"].iat[s]) for s in found]
            by = [f"{names.source(s)}{f' ({lever})' if lever else ''}" for s, lever in zip(found, levers, strict=True)]
            return [f"release {listed(by)} of {names.point(point)}"]
    return []


def _substitutes(names: Names, shortage: Shortage) -> list[str]:
    """Substitutes not authorised for any component on the way."""
    uses = names.network.uses
    for component in reversed(shortage.cause.path[1:]):
        replaced = uses.index[(uses["component"] == component) & (uses["substitute_for"] < 0)]
        found = uses[uses["substitute_for"].isin(replaced) & ~uses["authorised"].astype(bool)]
        if len(found):
            stands_in = listed(names.point(int(p)) for p in sorted(set(found["component"])))
            return [f"release {stands_in} in place of {names.point(component)}"]
    return []


def _without_levers(solution: SupplySolution, names: Names, shortage: Shortage, currency: str) -> str:
    """What is left where no lever is known."""
    cause, network = shortage.cause, solution.network
    at, item = when(network, cause.periods), names.point(cause.path[-1])
    needed = cause.units * cause.quantity
    taken = whole(needed)
    if cause.constraint == "cost":
        price = f" at {money(cause.amount, currency)} per unit more than it is worth" if cause.amount > 0 else " though that gains nothing"
        return f"Decide whether {names.point(shortage.point)} is to be served{price}, or ask for a higher price."
    of = subject(names, cause.constraint, cause.row)
    texts = {
        "resource_capacity": lambda: _no_hours(solution, names, cause),
        "lead_time": lambda: f"Ask for {units(taken)} of {item} sooner ({names.source(cause.row)}), or promise customers a later date.",
        "fence": lambda: f"Open the frozen fence of {item} for {units(taken)}, or promise customers a later date.",
        "validity": lambda: f"Make {names.source_of(cause.row)} valid for {at}, or name another source of {item}.",
        "no_source": lambda: f"Name a source of {item} in Sourcing.",
        "storage": lambda: f"Find {units(needed, names.unit(cause.row))} more space at {of} in {at}.",
        "maximum_stock": lambda: f"Allow {amount(taken)} more of {of} in stock in {at}.",
        "shelf_life": lambda: f"Make {of} more often: what is built ahead perishes.",
        "prebuild": lambda: f"Allow {of} to be built ahead in Settings.",
        "source_share": lambda: f"Loosen the fixed shares of the sources of {of} in {at}.",
        "whole_lots": lambda: f"Ask for smaller lots of {of}, or order one lot more in {at}.",
    }
    write = texts.get(cause.constraint)
    return write() if write else f"Look at {of} in {at}."


def _no_hours(solution: SupplySolution, names: Names, cause: Cause) -> str:
    network, row, at = solution.network, cause.row, list(cause.periods)
    hours, of, periods = units(cause.units * cause.quantity, names.unit(row)), names.resource(row), when(solution.network, at)
    overtime = np.maximum(network.overtime_possible, network.overtime_limit) - solution.overtime
    shifts = np.maximum(network.shift_possible, network.shift_limit) - solution.shifts
    if (overtime[row, at] > 1e-6).any() or (shifts[row, at] > 1.0 - 1e-6).any():
        return f"Promise customers a later date or find {hours} elsewhere: overtime and shifts at {of} in {periods} cost more than waiting."
    return f"Find {hours} at {of} in {periods}: no overtime, shift or other source is known there."


def _count(count: float, noun: str) -> str:
    return f"{amount(count)} {noun}{'' if count == 1 else 's'}"


_LEVERS: dict[str, Callable[[CauseFinder, Names, Shortage], list[str]]] = {
    "resource_capacity": _resource,
    "supplier_limit": _supplier,
    "source_maximum": _maximum,
}
"""Levers at the limit itself, by constraint."""
