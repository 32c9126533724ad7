"""The supply plan's linear programme before it is solved: network, rules, and the variables by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.solver.rows import Rows
from sop_xl.plan.supply.solver.tableau import Labels, Tableau
from sop_xl.plan.supply.unit_costs import supply_cost

if TYPE_CHECKING:
    import linopy


@dataclass
class SupplyModel:
    """What the constraints write into.

    Parameters
    ----------
    network, rules
        What is planned, and how.
    lp
        The linopy model, or the arrays of one that is made again. Its variables are named in `variables`, its constraints like the functions
        that write them.
    blocked
        (S, T) name of what keeps a source from arriving in a period: lead_time | fence | validity | authorised | "".
    """

    network: SupplyNetwork
    rules: SupplyRules
    lp: linopy.Model | Tableau
    blocked: np.ndarray[Any, np.dtype[np.object_]] = field(default_factory=lambda: np.zeros((0, 0), dtype=object))

    @cached_property
    def periods(self) -> Any:
        """(1, T) positions of the periods, to be broadcast against a column of subjects."""
        return np.arange(self.network.periods)[None, :]

    @cached_property
    def supply_cost(self) -> Matrix:
        """(N,) see `plan.supply.unit_costs.supply_cost`."""
        return supply_cost(self.network)

    def every(self, rows: pd.DataFrame) -> Any:
        """(rows, 1) positions of a table's rows."""
        return np.arange(len(rows))[:, None]

    def column(self, rows: pd.DataFrame, name: str, absent: float = 0.0) -> Matrix:
        """(rows, 1) numbers of a column, with `absent` for NaN."""
        return np.asarray(rows[name].astype(float).fillna(absent), dtype=float)[:, None]

    def positions(self, rows: pd.DataFrame, name: str) -> Any:
        """(rows, 1) positions that a column holds."""
        return rows[name].to_numpy(dtype=np.int64)[:, None]

    @property
    def names(self) -> list[str]:
        """Variables that there are."""
        return list(self.lp.labels if isinstance(self.lp, Tableau) else self.lp.variables)

    def labels(self, name: str) -> Labels:
        """(rows, T) numbers of the variables of this name; -1 where there is none."""
        if name not in self.names:
            return np.full((0, self.network.periods), -1, dtype=np.int64)
        return self.lp.labels[name] if isinstance(self.lp, Tableau) else np.asarray(self.lp.variables[name].labels.values, dtype=np.int64)

    def upper(self, name: str) -> Matrix:
        """(rows, T) upper bounds of the variables of this name, which there are."""
        return self.lp.upper[name] if isinstance(self.lp, Tableau) else np.asarray(self.lp.variables[name].upper.values, dtype=float)

    def hold(self, name: str, where: Any, most: Any = 0.0) -> None:
        """Let variables be no more than `most` there: by itself, take from them what they may be."""
        before = self.upper(name)
        after = np.where(where, np.minimum(before, most), before)
        if isinstance(self.lp, Tableau):
            self.lp.upper[name] = after
        else:
            variable = self.lp.variables[name]
            variable.update(upper=variable.upper.copy(data=after))

    def rows(self) -> Rows:
        """An empty constraint."""
        return Rows(self.network.periods)

    def add_grid(self, name: str, count: int, present: Any = None, upper: Any = np.inf, *, whole: bool = False) -> None:
        """Variables of `count` subjects by period, from zero to `upper`, where `present`."""
        shape = (count, self.network.periods)
        present = np.ones(shape, dtype=bool) if present is None else np.broadcast_to(present, shape)
        if not present.any():
            return
        if isinstance(self.lp, Tableau):
            self.lp.add_variables(name, present, np.broadcast_to(upper, shape), whole=whole)
            return
        import xarray

        coords = {f"{name}_row": pd.RangeIndex(count), "period": pd.RangeIndex(shape[1])}
        most = xarray.DataArray(np.where(present, np.broadcast_to(upper, shape), 0.0), coords=coords, dims=list(coords))
        mask = None if present.all() else xarray.DataArray(present, coords=coords, dims=list(coords))
        self.lp.add_variables(lower=0.0, upper=most, name=name, mask=mask, integer=whole)
