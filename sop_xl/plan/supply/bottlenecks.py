"""Where a plan is held back: stocks that are short, resources and suppliers that are full, and the stocks behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.supply.figures import missed
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solution import SupplySolution

TOLERANCE = 1e-6
"""Part of a limit, and units or hours, within which a plan counts as being at it."""


@dataclass(frozen=True)
class Bottlenecks:
    """What holds a plan back.

    Parameters
    ----------
    short
        (D, T) demand streams in periods in which not all that was asked for is served.
    full
        (R, T) resources, but storage, that are loaded with everything authorised and would be worth more.
    exhausted
        (V, T) suppliers that deliver all they can.
    chain
        (N,) stocks that are short of demand or safety stock, or that load what is full, and everything that goes into them.
    """

    short: Mask
    full: Mask
    exhausted: Mask
    chain: Mask

    @property
    def none(self) -> bool:
        """Whether nothing is short and nothing binds."""
        return not self.chain.any()


def find_bottlenecks(solution: SupplySolution) -> Bottlenecks:
    """What holds a plan back; where the plan has shadow prices, a limit that is worth nothing is none."""
    network = solution.network
    short = np.asarray(missed(solution) > TOLERANCE * np.maximum(1.0, network.demand))
    full, exhausted = _full(solution), _exhausted(solution)
    seeds = np.asarray((solution.below_safety > TOLERANCE * np.maximum(1.0, network.safety_stock)).any(axis=1))
    seeds[network.streams["point"].to_numpy(dtype=int)[short.any(axis=1)]] = True
    point = network.sources["point"].to_numpy(dtype=int)
    ordered = np.flatnonzero(solution.orders.sum(axis=1) > TOLERANCE)
    loading = np.isin(network.loads["resource"].to_numpy(dtype=int), np.flatnonzero(full.any(axis=1)))
    seeds[point[np.intersect1d(network.loads["source"].to_numpy(dtype=int)[loading], ordered)]] = True
    supplier = network.sources["supplier"].to_numpy(dtype=int)
    from_exhausted = np.flatnonzero(np.isin(supplier, np.flatnonzero(exhausted.any(axis=1))))
    seeds[point[np.intersect1d(from_exhausted, ordered)]] = True
    most = network.sources["maximum"].to_numpy(dtype=float)[:, None]
    at_most = (most > 0) & (solution.orders >= most * (1.0 - TOLERANCE))
    seeds[point[(at_most & worth(solution, "source_maximum", at_most.shape, absent=1.0).astype(bool)).any(axis=1)]] = True
    return Bottlenecks(short, full, exhausted, upstream(network, seeds))


def upstream(network: SupplyNetwork, seeds: Mask) -> Mask:
    """Those stocks and all that goes into them: components, substitutes, and stocks from which they are transferred."""
    point = network.sources["point"].to_numpy(dtype=int)
    origin = network.sources["from_point"].to_numpy(dtype=int)
    into = np.concatenate([point[origin >= 0], point[network.uses["source"].to_numpy(dtype=int)]])
    out_of = np.concatenate([origin[origin >= 0], network.uses["component"].to_numpy(dtype=int)])
    reached = seeds.copy()
    while True:
        new = out_of[reached[into]]
        if reached[new].all():
            return reached
        reached[new] = True


def stake(network: SupplyNetwork, value: Matrix) -> Matrix:
    """The greatest value of a stock and of all that it goes into, (N,): what hangs on it at most."""
    point = network.sources["point"].to_numpy(dtype=int)
    origin = network.sources["from_point"].to_numpy(dtype=int)
    into = np.concatenate([point[origin >= 0], point[network.uses["source"].to_numpy(dtype=int)]])
    out_of = np.concatenate([origin[origin >= 0], network.uses["component"].to_numpy(dtype=int)])
    result = value.copy()
    for _ in range(len(value)):  # as many rounds as the longest chain has steps
        before = result.copy()
        np.maximum.at(result, out_of, result[into])
        if (result == before).all():
            break
    return result


def worth(solution: SupplySolution, constraint: str, shape: tuple[int, ...], absent: float = 0.0) -> Matrix:
    """Shadow prices of a constraint, not below zero; `absent` everywhere where the plan has none."""
    price = solution.duals.get(constraint)
    return np.full(shape, absent) if price is None or price.shape != shape else np.nan_to_num(price).clip(min=0.0)


def _full(solution: SupplySolution) -> Mask:
    network = solution.network
    by_workers = network.resources["workers"].notna().to_numpy()[:, None]
    hours = network.resources["hours_per_worker"].fillna(0.0).to_numpy(dtype=float)[:, None]
    regular = np.where(by_workers, np.nan_to_num(solution.workers) * hours - network.maintenance, network.capacity)
    extra = solution.shifts * network.resources["shift_capacity"].fillna(0.0).to_numpy(dtype=float)[:, None] + solution.overtime
    timed = (network.resources["kind"] != "storage").to_numpy()[:, None] & np.isfinite(network.capacity)
    loaded = solution.load >= (regular + extra) * (1.0 - TOLERANCE) - TOLERANCE
    return np.asarray(timed & loaded & (worth(solution, "resource_capacity", timed.shape, absent=1.0) > TOLERANCE))


def _exhausted(solution: SupplySolution) -> Mask:
    network = solution.network
    supplier = network.sources["supplier"].to_numpy(dtype=int)
    taken = np.zeros(network.supplier_limit.shape)
    np.add.at(taken, supplier[supplier >= 0], solution.orders[supplier >= 0])
    at_limit = np.isfinite(network.supplier_limit) & (taken >= network.supplier_limit * (1.0 - TOLERANCE) - TOLERANCE)
    return np.asarray(at_limit & (worth(solution, "supplier_limit", at_limit.shape, absent=1.0) > TOLERANCE))
