"""What of the plan a risk reaches: which series, which part of their customers, which periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.customers import customer_shares
from sop_xl.plan.grid import Grid, Mask, Matrix, records
from sop_xl.plan.valuation import FinancialDetail


@dataclass(frozen=True, slots=True)
class Planned:
    """The planned periods of a financial detail, matrices (series, periods); what is not known counts 0.

    Parameters
    ----------
    grid
        Series and planned periods.
    demand, volume
        Units asked for, and units that the supply plan serves.
    price, unit_cost
        Plan currency per unit.
    revenue, cost
        Of the volume, plan currency.
    margin
        Revenue - cost where both are known.
    """

    grid: Grid
    demand: Matrix
    volume: Matrix
    price: Matrix
    unit_cost: Matrix
    revenue: Matrix
    cost: Matrix
    margin: Matrix


def planned_part(detail: FinancialDetail, timeline: Timeline) -> Planned:
    """The planned periods of the detail."""
    ahead = slice(len(timeline.history), None)
    revenue, cost = detail.revenue[:, ahead], detail.cost[:, ahead]
    parts = (detail.demand, detail.volume, detail.price, detail.unit_cost)
    demand, volume, price, unit_cost = (np.nan_to_num(matrix[:, ahead]) for matrix in parts)
    return Planned(
        Grid(detail.grid.series, timeline.plan), demand, volume, price, unit_cost, np.nan_to_num(revenue), np.nan_to_num(cost), np.nan_to_num(revenue - cost),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reach:
    """What one risk reaches.

    Parameters
    ----------
    share
        (series,) part of each series' demand, 0 where it is out of scope: a customer group's own part, else 1.
    span
        (periods,) whether each planned period lies within its dates.
    customer
        Customer group, `""` = every one.
    """

    share: Matrix
    span: Mask
    customer: str

    @property
    def cells(self) -> Matrix:
        """(series, periods) part of each cell that is reached."""
        return self.share[:, None] * self.span


def reach_of(risk: Any, grid: Grid, mix: pd.DataFrame) -> Reach:
    """Reach of a row of RISKS in a grid of planned periods; `mix` is CUSTOMER_MIX."""
    rows = grid.scope(item=risk.item, family=risk.family, region=risk.region)
    first = grid.periods[0] if pd.isna(risk.first_period) else risk.first_period
    last = grid.periods[-1] if pd.isna(risk.last_period) else risk.last_period
    span = np.asarray((grid.periods >= first) & (grid.periods <= last))
    return Reach(rows * customer_shares(grid, mix, risk.customer), span, risk.customer)


def counted(risks: pd.DataFrame) -> pd.DataFrame:
    """Rows of RISKS that count, sorted by name: those that are not closed."""
    return risks[risks["status"] != "closed"].sort_values("risk", kind="stable").reset_index(drop=True)


def reaches_of(risks: pd.DataFrame, grid: Grid, mix: pd.DataFrame) -> list[Reach]:
    """Reach of each row of RISKS."""
    return [reach_of(risk, grid, mix) for risk in records(risks)]
