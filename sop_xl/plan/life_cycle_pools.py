"""The plan as the life cycle's business cases look at it: demand, range, money and the stock behind it, series by series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.grid import Grid, Matrix, Positions, pair_positions, positions, series_of
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.valuation import FinancialDetail


@dataclass(frozen=True, slots=True)
class Pools:
    """Consensus by series, and the stocks that serve it: one pool per item and stocking location.

    Parameters
    ----------
    grid
        Series of the consensus over the planned periods.
    demand
        (series, periods) units.
    above, below
        (series, periods) units between the middle and the bounds of the baseline's range, moved with the consensus; NaN = no range.
    price
        (series, periods) plan currency per unit, NaN = not known.
    unit_cost
        (series,) plan currency, NaN = not known.
    pool
        (series,) number of the pool that serves it.
    stock
        (pools,) units on hand and on order, NaN = neither is known.
    place
        (pools,) item / stocking location.
    minimum, multiple, lead_time, lead_time_deviation, service_level
        (pools,) of their item; units, units, periods, periods, fraction.
    """

    grid: Grid
    demand: Matrix
    above: Matrix
    below: Matrix
    price: Matrix
    unit_cost: Matrix
    pool: Positions
    stock: Matrix
    place: list[str]
    minimum: Matrix
    multiple: Matrix
    lead_time: Matrix
    lead_time_deviation: Matrix
    service_level: Matrix

    def value(self, rows: Positions, units: Matrix, of_price: Matrix) -> float:
        """Units x price; NaN where there are units without a price, 0 where there are no units."""
        return float(np.where(units == 0, 0.0, units * of_price[rows]).sum())

    @property
    def margin(self) -> Matrix:
        """(series, periods) price - unit cost."""
        result: Matrix = self.price - self.unit_cost[:, None]
        return result


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One launch, phase-out or end of sale, and the series it is about.

    Parameters
    ----------
    row
        Life-cycle row.
    places
        Rows of the grid.
    """

    row: Any
    places: Positions


def open_pools(
    consensus: pd.DataFrame,
    baseline: pd.DataFrame,
    detail: FinancialDetail,
    prices: pd.DataFrame,
    inventory: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    timeline: Timeline,
    service_level: float,
    scheduled_receipts: pd.DataFrame | None = None,
) -> Pools:
    """Gather what business cases need; see `life_cycle_plan` for the frames."""
    grid = Grid(series_of([consensus], items, locations), timeline.plan)
    demand = np.nan_to_num(grid.matrix(consensus, consensus["consensus"]))
    middle, low, high = (
        grid.matrix(baseline, baseline[c]) for c in ("baseline", "baseline_low", "baseline_high")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = np.where(middle > 0, demand / middle, 1.0)
    at_item = positions(items["item"], grid.series["item"], "item")
    pairs = grid.series[["item"]].assign(location=stocking_location(grid.series["location"], locations))
    pools = pairs.drop_duplicates().sort_values(["item", "location"]).reset_index(drop=True)
    of_item = positions(items["item"], pools["item"], "item")
    attribute = {
        name: items[name].fillna(absent).to_numpy(dtype=float)[of_item]
        for name, absent in (
            ("minimum_order", 0.0),
            ("order_multiple", 0.0),
            ("lead_time", 0.0),
            ("lead_time_deviation", 0.0),
            ("service_level", service_level),
        )
    }
    return Pools(
        grid=grid,
        demand=demand,
        above=np.maximum(high - middle, 0.0) * moved,
        below=np.maximum(middle - low, 0.0) * moved,
        price=_prices(grid, detail, prices, len(timeline.history)),
        unit_cost=items["unit_cost"].to_numpy(dtype=float)[at_item],
        pool=pair_positions(pools, pairs),
        stock=_stock(pools, inventory, scheduled_receipts),
        place=(pools["item"] + " / " + pools["location"]).tolist(),
        minimum=attribute["minimum_order"],
        multiple=attribute["order_multiple"],
        lead_time=attribute["lead_time"],
        lead_time_deviation=attribute["lead_time_deviation"],
        service_level=attribute["service_level"],
    )


def _prices(grid: Grid, detail: FinancialDetail, prices: pd.DataFrame, past: int) -> Matrix:
    """Price at which the plan values each cell, else the net price."""
    rows = detail.grid.rows_of(grid.series)
    net = np.full(len(grid.series), np.nan)
    at = grid.rows_of(prices)
    net[at[at >= 0]] = prices["net_price"].to_numpy(dtype=float)[at >= 0]
    cell = np.where((rows >= 0)[:, None], detail.price[rows, past:], np.nan)
    return np.where(np.isnan(cell), net[:, None], cell)


def _stock(pools: pd.DataFrame, inventory: pd.DataFrame, scheduled_receipts: pd.DataFrame | None) -> Matrix:
    stock = np.full(len(pools), np.nan)
    frames: list[tuple[pd.DataFrame, str]] = [(inventory, "on_hand")]
    if scheduled_receipts is not None:
        frames.append((scheduled_receipts, "scheduled_receipts"))
    for frame, column in frames:
        rows, values = pair_positions(pools, frame), frame[column].to_numpy(dtype=float)
        inside = (rows >= 0) & ~np.isnan(values)
        stock[rows[inside]] = np.nan_to_num(stock[rows[inside]])
        np.add.at(stock, rows[inside], values[inside])
    return stock


@dataclass(frozen=True, slots=True)
class Parts:
    """What each step has to do with each pool: one part per step and pool, which sums up the step's places that the pool serves.

    Parameters
    ----------
    step, pool
        (parts,) numbers of the step and of the pool, ascending.
    rows, part
        (places,) row of the grid, and part, of every place of every step.
    """

    step: Positions
    pool: Positions
    rows: Positions
    part: Positions

    def total(self, of_place: Matrix) -> Matrix:
        """(parts,) sum of a quantity over the places of each part."""
        result: Matrix = np.bincount(self.part, weights=of_place, minlength=len(self.step)).astype(float)
        return result

    def total_of_pools(self, of_part: Matrix, pools: int) -> Matrix:
        """(pools,) sum of a quantity over the parts of each pool."""
        result: Matrix = np.bincount(self.pool, weights=of_part, minlength=pools).astype(float)
        return result

    def share(self, of_pool: Matrix, weight: Matrix) -> Matrix:
        """(parts,) a quantity of each pool shared out in proportion to the weights of its parts; equally where they are all 0."""
        pools = len(of_pool)
        together = self.total_of_pools(weight, pools)
        many = self.total_of_pools(np.ones(len(self.pool)), pools)
        even = together[self.pool] <= 0
        share = np.where(even, 1.0, weight) / np.where(even, many[self.pool], np.maximum(together[self.pool], 1e-300))
        result: Matrix = of_pool[self.pool] * share
        return result

    def total_of_steps(self, of_part: Matrix, steps: int) -> Matrix:
        """(steps,) sum of a quantity over the parts of each step; NaN where a part is, and where a step has no part."""
        result: Matrix = np.bincount(self.step, weights=of_part, minlength=steps).astype(float)
        result[np.bincount(self.step, minlength=steps) == 0] = np.nan
        return result


def parts_of(pools: Pools, steps: Sequence[PlannedStep]) -> Parts:
    """The parts of every step."""
    nowhere = np.empty(0, dtype=np.intp)
    rows = np.concatenate([nowhere, *(step.places for step in steps)])
    step = np.repeat(np.arange(len(steps)), [len(s.places) for s in steps]).astype(np.intp)
    codes, part = np.unique(step * len(pools.stock) + pools.pool[rows], return_inverse=True)
    count = max(len(pools.stock), 1)
    return Parts(codes // count, codes % count, rows, part.astype(np.intp))
