"""Which levers are worth trying on a plan, and in which order.

A lever is in scope when it is not authorised yet and touches what holds the plan back, or a crew that the plan leaves idle. How promising it is follows from the plan's own shadow
prices: what the first hour or unit of it would save, its own cost taken off, times as much as it could give. That is the reduced cost of a new
decision, by which the simplex method chooses its next column (Dantzig, *Linear Programming and Extensions*, ch. 5): in a plan without whole lots
a lever whose promise is zero can save nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.supply.bottlenecks import Bottlenecks, find_bottlenecks, stake, worth
from sop_xl.plan.supply.figures import missed
from sop_xl.plan.supply.lever_names import option_name
from sop_xl.plan.supply.levers import ON_SOURCE, RULES, Lever, allocation_weights, pull
from sop_xl.plan.supply.limits import FENCE, LEAD_TIME
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.shortage_causes import CauseFinder
from sop_xl.plan.supply.solution import SupplySolution

Promise = tuple[float, Lever]

FEW = 3
"""Items up to which each is an option beside the family or supplier that holds them; of more, the family or supplier stands for all."""

IDLE = 0.9
"""Part of its hours up to which a crew may be loaded, in some period, to count as idle."""

MINOR = 0.01
"""Part of the greatest promise below which a second lever of a kind is not worth a plan."""


def levers_in_scope(
    network: SupplyNetwork, rules: SupplyRules, solution: SupplySolution, *, most: int = 12, price_step: float = 0.05
) -> list[Lever]:
    """The levers worth trying, the most promising first.

    Parameters
    ----------
    network, rules
        What the plan was made for.
    solution
        The plan. Without shadow prices a lever promises the revenue that hangs on what it touches.
    most
        Number of levers; the best of each kind comes before the second of any, so that every kind that could help is heard.
    price_step
        Price change to try on what is short, a fraction above 0; 0 = none.

    Returns
    -------
    None where nothing is short, nothing binds and no crew is idle.
    """
    held = find_bottlenecks(solution)
    idle = list(_idle_crew_levers(solution))
    if most <= 0 or (held.none and not idle):
        return []
    value = _shortage_value(solution)
    gain_of_source, gain_of_use = _source_gains(solution, value), _use_gains(solution, value)
    promises = [
        *_resource_levers(solution, held, value),
        *_source_levers(network, held, gain_of_source),
        *_substitute_levers(network, held, gain_of_use),
        *_prebuild_lever(rules, held, solution),
        *_price_levers(solution, held, price_step),
        *_allocation_levers(network, rules, held, value),
    ]
    known = {lever for _, lever in promises}
    return _in_order([*promises, *(promise for promise in idle if promise[1] not in known)], network)[:most]


def _in_order(promises: list[Promise], network: SupplyNetwork) -> list[Lever]:
    """What promises nothing last; before it the best of each kind, then the rest, without what promises next to nothing."""
    ranked = sorted(promises, key=lambda promise: (-promise[0], option_name(promise[1], network.timeline)))
    seen: dict[str, int] = {}
    keyed = []
    for gain, lever in ranked:
        if lever.kind in seen and gain < MINOR * ranked[0][0]:
            continue
        keyed.append(((gain <= 0.0, seen.get(lever.kind, 0) > 0), lever))
        seen[lever.kind] = seen.get(lever.kind, 0) + 1
    return [lever for _, lever in sorted(keyed, key=lambda entry: entry[0])]


def _shortage_value(solution: SupplySolution) -> Matrix:
    """Revenue of what is not served in time, by stock point, (N,)."""
    value = np.zeros(len(solution.network.points))
    np.add.at(value, solution.network.streams["point"].to_numpy(dtype=int), (missed(solution) * solution.network.price).sum(axis=1))
    return value


def _resource_levers(solution: SupplySolution, held: Bottlenecks, value: Matrix) -> Iterator[Promise]:
    network = solution.network
    resources, loads = network.resources, network.loads
    point = network.sources["point"].to_numpy(dtype=int)
    loaded = loads["resource"].to_numpy(dtype=int)[held.chain[point[loads["source"].to_numpy(dtype=int)]]]
    hanging = np.zeros(len(resources))
    np.maximum.at(hanging, loads["resource"].to_numpy(dtype=int), stake(network, value)[point[loads["source"].to_numpy(dtype=int)]])
    manned = resources["workers"].notna().to_numpy()[:, None]
    extra: tuple[tuple[str, str, Matrix], ...] = (  # kind, constraint that holds it back, amount to be had
        ("overtime", "overtime", network.overtime_possible - network.overtime_limit),
        ("shift", "shifts", network.shift_possible - network.shift_limit),
        ("workforce", "hiring", (network.hire_possible - network.hire_limit) * manned),
    )
    for r in np.unique(loaded[held.full[loaded].any(axis=1)]):
        for kind, constraint, amount in extra:
            if (amount[r] > 0).any():
                saved = worth(solution, constraint, amount.shape)[r] @ amount[r].clip(min=0.0)
                yield float(saved if solution.duals else hanging[r]), Lever(kind, resource=str(resources["resource"].iloc[r]))


def _idle_crew_levers(solution: SupplySolution) -> Iterator[Promise]:
    """Crews with wages that have less to do than they are there for, and that may be made smaller: by the wages of the hours left idle."""
    network, resources = solution.network, solution.network.resources
    manned = (resources["workers"].notna() & (resources["wage"].fillna(0.0) > 0) & (resources["hours_per_worker"].fillna(0.0) > 0)).to_numpy()
    possible = (network.layoff_possible - network.layoff_limit).clip(min=0.0)
    for r in np.flatnonzero(manned & (possible > 0).any(axis=1)):
        row = resources.iloc[r]
        hours = np.nan_to_num(solution.workers[r]) * row["hours_per_worker"] - network.maintenance[r]
        idle = (hours - solution.load[r]).clip(min=0.0)
        if (solution.load[r] < IDLE * hours).any():
            saved = worth(solution, "layoffs", possible.shape)[r] @ possible[r]
            if solution.duals and saved <= 0:
                continue  # they are needed later, or laying them off costs more than they do
            yield float(saved if solution.duals else row["wage"] * idle.sum() / row["hours_per_worker"]), Lever("workforce", resource=str(row["resource"]))


def _source_gains(solution: SupplySolution, value: Matrix) -> Matrix:
    """What each source that is not authorised promises, (S,)."""
    network = solution.network
    sources, point = network.sources, network.sources["point"].to_numpy(dtype=int)
    waiting = ~sources["authorised"].to_numpy(dtype=bool)
    if not solution.duals:
        return np.where(waiting, stake(network, value)[point], 0.0)
    units = np.fmin(sources["maximum"].to_numpy(dtype=float)[:, None], _wanted(solution)[point])
    return np.where(waiting, (worth(solution, "authorised", units.shape) * units).sum(axis=1), 0.0)


def _use_gains(solution: SupplySolution, value: Matrix) -> Matrix:
    """What each substitute that is not authorised promises, (U,)."""
    network, uses = solution.network, solution.network.uses
    component, replaced = uses["component"].to_numpy(dtype=int), uses["substitute_for"].to_numpy(dtype=int)
    waiting = (replaced >= 0) & ~uses["authorised"].to_numpy(dtype=bool)
    if not waiting.any():
        return np.zeros(len(uses))
    missing = component[np.maximum(replaced, 0)]
    if not solution.duals:
        return np.where(waiting, stake(network, value)[missing], 0.0)
    stock = worth(solution, "balance", solution.stock.shape)
    quantity, extra = (uses[name].fillna(0.0).to_numpy(dtype=float)[:, None] for name in ("quantity", "extra_cost"))
    gain = (stock[missing] - quantity * (stock[component] + extra)).clip(min=0.0) * _wanted(solution)[missing]
    return np.where(waiting, gain.sum(axis=1), 0.0)


def _wanted(solution: SupplySolution) -> Matrix:
    """Units of each stock that are asked for, taken or missing by period, (N, T)."""
    network = solution.network
    wanted = solution.below_safety.copy()
    np.add.at(wanted, network.streams["point"].to_numpy(dtype=int), network.demand + solution.unmet + solution.lost)
    np.add.at(wanted, network.uses["component"].to_numpy(dtype=int), solution.uses)
    # a component that is short is taken less than it is missed; what its own users miss hangs on it as well
    return np.maximum(wanted, stake(network, wanted.max(axis=1))[:, None])


def _source_levers(network: SupplyNetwork, held: Bottlenecks, gain: Matrix) -> Iterator[Promise]:
    """By item; and by supplier, or of subcontracts by family, where several items of it gain."""
    points = network.points
    rows = network.sources.assign(gain=gain, item=points["item"].to_numpy()[network.sources["point"]], family=points["family"].to_numpy()[network.sources["point"]])
    inside = ~rows["authorised"].to_numpy(dtype=bool) & held.chain[rows["point"].to_numpy(dtype=int)]
    for kind in ON_SOURCE:
        wider = "family" if kind == "subcontract" else "source"
        yield from _wide_and_narrow(rows[inside & (rows["lever"] == kind).to_numpy()], wider, Lever(kind))


def _wide_and_narrow(rows: pd.DataFrame, wider: str, lever: Lever) -> Iterator[Promise]:
    """Levers by family or supplier where several of its items gain, and by item where it stands for few.

    `rows` has item, gain and the column that is wider.
    """
    gaining = rows[(rows["gain"] > 0) & (rows[wider] != "")]
    of_wider = gaining.groupby(wider, sort=True)["item"].nunique()
    for name in of_wider.index[of_wider > 1]:
        mine = gaining.loc[gaining[wider] == name, "gain"].sum()
        yield float(mine), replace(lever, family=str(name)) if wider == "family" else replace(lever, supplier=str(name))
    crowded = rows[wider].isin(of_wider.index[of_wider > FEW])
    for item, gain in rows[~crowded].groupby("item", sort=True)["gain"].sum().items():
        yield float(gain), replace(lever, item=str(item))


def _substitute_levers(network: SupplyNetwork, held: Bottlenecks, gain: Matrix) -> Iterator[Promise]:
    uses = network.uses
    replaced = uses["substitute_for"].to_numpy(dtype=int)
    waiting = np.flatnonzero((replaced >= 0) & ~uses["authorised"].to_numpy(dtype=bool))
    missing = uses["component"].to_numpy(dtype=int)[replaced[waiting]]
    rows = pd.DataFrame({"item": network.points["item"].to_numpy()[missing], "gain": gain[waiting]})[held.chain[missing]]
    for item, amount in rows.groupby("item", sort=True)["gain"].sum().items():
        yield float(amount), Lever("substitute", item=str(item))


def _prebuild_lever(rules: SupplyRules, held: Bottlenecks, solution: SupplySolution) -> Iterator[Promise]:
    """Stock can be built ahead of whatever is missing after the first period."""
    later = (missed(solution) * solution.network.price)[:, 1:].sum()
    if not rules.prebuild and (later > 0 or held.full[:, 1:].any() or held.exhausted[:, 1:].any()):
        yield float(later), Lever("pre-build")


def _price_levers(solution: SupplySolution, held: Bottlenecks, step: float) -> Iterator[Promise]:
    """What is short may cost more while it is short: by item, and by family where several items are short.

    Not where customers wait for a lead time alone: they are served in full once it is over, and a price would only lose some of them.
    """
    network = solution.network
    point = network.streams["point"].to_numpy(dtype=int)
    dear = held.short & (network.price > 0)
    if step <= 0 or not dear.any():
        return
    if solution.rules.unmet == "back-orders":
        dear &= ~_waits_for_time_alone(solution)[point]
    rows: pd.DataFrame = pd.DataFrame(
        {
            "item": network.points["item"].to_numpy()[point],
            "family": network.points["family"].to_numpy()[point],
            "first": dear.argmax(axis=1),
            "last": network.periods - 1 - dear[:, ::-1].argmax(axis=1),
            "gain": step * (network.price * network.demand * dear).sum(axis=1),
        }
    )
    rows = rows[rows["gain"] > 0]
    for gain, lever in _wide_and_narrow(rows, "family", Lever("price", value=step)):
        mine = rows[rows["item" if lever.item else "family"] == (lever.item or lever.family)]
        yield gain, replace(lever, first=int(mine["first"].min()), last=int(mine["last"].max()))


def _waits_for_time_alone(solution: SupplySolution) -> Mask:
    """Stocks and periods that are short for lead times and fences alone, (N, T)."""
    found = np.zeros((len(solution.network.points), solution.network.periods), dtype=bool)
    for shortage in CauseFinder(solution).shortages():
        if not shortage.lost and all(cause.kind in (LEAD_TIME, FENCE) for cause in shortage.causes):
            found[shortage.point, shortage.first : shortage.last + 1] = True
    return found


def _allocation_levers(network: SupplyNetwork, rules: SupplyRules, held: Bottlenecks, value: Matrix) -> Iterator[Promise]:
    """Rules that would change the order in which demand is served, where there is not enough for all.

    No price tells what another order is worth: the value that is short counts, the more the less alike the rule treats demand.
    """
    if not held.short.any() or len(network.streams) < 2:
        return
    for rule in RULES:
        lever, weight = Lever("allocation", rule=rule), allocation_weights(network, rule)
        if pull(network, rules, lever)[0] is not network:
            yield float(value.sum() * (1.0 - weight.min() / weight.max())), lever
