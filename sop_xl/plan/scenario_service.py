"""What service the stock of the plan gives when lead times change or receipts are late, and nobody has changed it.

In periods of a month a plan can order around a known delay of some days, and its units per month hardly move. Who does not know of it yet has
the stock of the plan to cover it: that is the effect on service; the stock that it takes to be prepared is the effect on cash.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix, pair_positions
from sop_xl.plan.scenario_world import World
from sop_xl.plan.stock_policy import REVIEW, regular_source
from sop_xl.plan.supply.network import SupplyNetwork


def kept_service(world: World, stock: Matrix, targets: pd.DataFrame | None) -> tuple[float, Matrix]:
    """Expected cycle service of every stock when the scenario comes true and the stock is still that of the plan.

    Parameters
    ----------
    world
        The scenario. Longer lead times are known when orders are placed: only the interval that stock protects grows. Late deliveries are not:
        stock must cover demand until they come, too; and what is made of a late material is late as well.
    stock
        (N, T) units at the end of each period of the plan. What the plan holds above safety stock protects as well.
    targets
        INVENTORY_TARGETS: mean demand, forecast error and lead times of each stock.

    Returns
    -------
    The mean over stocks and periods, weighted by mean demand at unit cost, and the service itself (N, T): Phi((stock - d * late) / sigma) with
    sigma^2 = (L + R) * sd^2 + d^2 * sL^2 and a review of one period. NaN where forecast error or demand are not known.

    Source: Silver, Pyke and Thomas, Inventory and Production Management in Supply Chains, 4th ed. 2017, chapter 6, read for the service.
    """
    from scipy.special import ndtr

    network = world.base
    if targets is None or targets.empty:
        return np.nan, np.full(network.safety_stock.shape, np.nan)
    at = pair_positions(targets, network.points)
    mean, deviation, lead_time, lead_time_deviation = (
        np.where(at >= 0, targets[name].to_numpy(dtype=float)[at], np.nan)[:, None] for name in ("mean_demand", "error_sd", "lead_time", "lead_time_deviation")
    )
    held = np.maximum(network.safety_stock, stock)
    late = late_with_components(network, world.late, held, mean)
    interval = np.maximum(np.nan_to_num(lead_time) + world.longer, 0.0) + late + REVIEW
    spread = np.maximum(np.nan_to_num(lead_time_deviation) + world.spread, 0.0)
    sigma = np.sqrt(interval * deviation**2 + mean**2 * spread**2)
    known = (sigma > 0) & (mean > 0)
    service = np.where(known, ndtr((held - mean * late) / np.where(known, sigma, 1.0)), np.nan)
    weight = np.where(known, mean * network.points["unit_cost"].fillna(0.0).to_numpy(dtype=float)[:, None], 0.0)
    weight = weight if weight.sum() > 0 else np.where(known, mean, 0.0)
    total = float(weight.sum())
    return (float((np.nan_to_num(service) * weight).sum()) / total if total > 0 else np.nan), service


def late_with_components(network: SupplyNetwork, late: Matrix, held: Matrix, mean: Matrix) -> Matrix:
    """Periods by which receipts are late when what is late passes on what its own stock does not cover.

    Parameters
    ----------
    network
        Bills of what each stock is regularly made of, and where it is shipped from.
    late
        (N, T) periods by which the receipts of each stock themselves are late.
    held
        (N, T) units that protect each stock.
    mean
        (N, 1) mean demand per period; NaN = not known, then nothing is covered.
    """
    if not late.any():
        return late
    taken = _taken_from(network)
    receiver, giver, lead = (taken[name].to_numpy(dtype=np.intp) for name in ("point", "component", "lead_periods"))
    with np.errstate(divide="ignore", invalid="ignore"):
        cover = np.where(mean > 0, held / mean, 0.0)
    column = np.arange(network.periods)[None, :] - lead[:, None]
    reached = late
    for _ in range(len(network.points)):  # a bill of material is no deeper than that
        passed_on = np.maximum(reached - cover, 0.0)[giver]
        arriving = np.where(column >= 0, np.take_along_axis(passed_on, np.maximum(column, 0), axis=1), 0.0)
        further = late.copy()
        np.maximum.at(further, receiver, arriving)
        if np.array_equal(further, reached):
            break
        reached = further
    return reached


def _taken_from(network: SupplyNetwork) -> pd.DataFrame:
    """point, component, lead_periods: which stock the regular source of each point takes from, and how long before its receipt."""
    regular = regular_source(network)
    sources = network.sources.loc[regular[regular >= 0], ["point", "from_point", "lead_periods"]]
    bill = network.uses.loc[network.uses["substitute_for"] < 0, ["source", "component"]].merge(sources, left_on="source", right_index=True)
    shipped = sources[sources["from_point"] >= 0].rename(columns={"from_point": "component"})
    return pd.concat([bill, shipped], ignore_index=True)[["point", "component", "lead_periods"]].astype(np.intp)
