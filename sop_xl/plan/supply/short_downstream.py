"""Whether anything that depends on a limit is short: what uses a resource, comes from a supplier or a source, or is made of what does."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.grid import Mask, Positions
from sop_xl.plan.supply.limits import LIMITS
from sop_xl.plan.supply.price_parts import TIMING
from sop_xl.plan.supply.shortage_causes import LEAST_UNITS, CauseFinder

NO_LIMIT = TIMING | {"cost"}
"""Causes that more of a limit does not mend."""


class ShortDownstream:
    """Finds shortages behind the limits of one plan; those that only wait for a first order, or are too dear, do not count."""

    def __init__(self, finder: CauseFinder) -> None:
        network = self._network = finder.network
        sources, uses = network.sources, network.uses
        self._point = sources["point"].to_numpy(dtype=int)
        self._supplier = sources["supplier"].to_numpy(dtype=int)
        shipped = sources["from_point"].to_numpy(dtype=int)
        into = np.concatenate([uses["component"].to_numpy(dtype=int), shipped[shipped >= 0]])
        made = np.concatenate([self._point[uses["source"].to_numpy(dtype=int)], self._point[shipped >= 0]])
        self._into, self._made = into, made
        self._short = self._limited(finder)

    def first(self, constraint: str, row: int, period: int) -> int | None:
        """The first period from `period` on in which something that depends on the limit is short; None where nothing is."""
        if not self._short.any():
            return None
        later = np.flatnonzero(self._short[self._downstream(constraint, row), period:].any(axis=0))
        return period + int(later[0]) if len(later) else None

    def _limited(self, finder: CauseFinder) -> Mask:
        """(points, T) where a point is short of something that a limit could give."""
        network, solution = self._network, finder.solution
        short = np.zeros((len(network.points), network.periods))
        if len(network.streams):
            np.add.at(short, network.streams["point"].to_numpy(dtype=int), solution.unmet + solution.lost)
        found = short > LEAST_UNITS
        for point, period in np.argwhere(found):
            found[point, period] = any(part.constraint not in NO_LIMIT for part in finder.parts(int(point), int(period)))
        return np.asarray(found)

    def _downstream(self, constraint: str, row: int) -> Mask:
        """(points,) that depend on a limit."""
        reached = np.zeros(len(self._network.points), dtype=bool)
        reached[self._owners(constraint, row)] = True
        count = 0
        while count < reached.sum():
            count = int(reached.sum())
            reached[self._made[reached[self._into]]] = True
        return reached

    def _owners(self, constraint: str, row: int) -> Positions:
        """Points that a limit holds directly."""
        owner, network = LIMITS[constraint].owner, self._network
        if owner == "resource":
            loads, stores = network.loads, network.stores
            loading = self._point[loads.loc[loads["resource"] == row, "source"].to_numpy(dtype=int)]
            return np.concatenate([loading, stores.loc[stores["resource"] == row, "point"].to_numpy(dtype=int)])
        if owner == "supplier":
            return np.asarray(self._point[self._supplier == row])
        return np.asarray(self._point[[row]] if owner == "source" else [row], dtype=np.intp)
