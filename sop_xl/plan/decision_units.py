"""What a decision is worth: the plan beside the one that would be made without it.

A counterfactual is a plan, too. With a decision management bought the difference between two plans of the same demand, and nothing but this
difference can be held against what was sold later (the "with and without" of cost-benefit analysis, not "before and after": Boardman et al.,
*Cost-Benefit Analysis*, ch. 1). Where decisions work together each is measured beside all the others, so that their effects need not add up.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.figures import lateness_cost, missed, plan_figures, served
from sop_xl.plan.supply.solution import SupplySolution

LEAST_UNITS = 1e-3
"""Units below which two plans serve the same: what a solver's tolerance leaves."""


def decision_units(decision: str, with_it: SupplySolution, without: SupplySolution) -> pd.DataFrame:
    """Units that a plan serves and the plan without a decision does not, by item, stocking location and period.

    Parameters
    ----------
    decision
        Its number.
    with_it, without
        Two plans for networks with the same stock points, demand streams and periods.

    Returns
    -------
    DECISION_UNITS, only where the plans differ. `more` counts the units that are served in the period in which they are asked for: what the plan
    without the decision serves later is late, not lost, and would cancel out of a sum of units served. Demand that a price brings counts too.

    Raises
    ------
    FrameError
        When the plans are not of the same streams and periods.
    """
    if with_it.network.demand.shape != without.network.demand.shape:
        raise FrameError("two plans of the same streams and periods are needed to tell them apart")
    network = with_it.network
    points = network.points[["item", "location"]].iloc[network.streams["point"].to_numpy(dtype=int)].reset_index(drop=True)
    count, streams = network.periods, len(points)
    cells = pd.DataFrame({
        "item": np.repeat(points["item"].to_numpy(dtype=object), count),
        "location": np.repeat(points["location"].to_numpy(dtype=object), count),
        "period": np.tile(network.timeline.plan.to_numpy(), streams),
        "with_it": served(with_it).ravel(), "without": served(without).ravel(), "more": (_in_time(with_it) - _in_time(without)).ravel(),
    })  # fmt: skip
    added = cells.groupby(["item", "location", "period"], as_index=False, sort=True)[["with_it", "without", "more"]].sum()
    differ = added[added["more"].abs() > LEAST_UNITS].reset_index(drop=True)
    if differ.empty:
        return frames.empty_frame(frames.DECISION_UNITS)
    return differ.assign(decision=decision)[list(frames.DECISION_UNITS.columns)]


def _in_time(solution: SupplySolution) -> Matrix:
    """Units served in the period in which they are asked for, (D, T)."""
    return solution.network.demand - missed(solution)


def decision_gain(with_it: SupplySolution, without: SupplySolution, streams: pd.DataFrame) -> float:
    """Profit and lateness spared, plan currency over the plan: what Options calls the gain of an option.

    Parameters
    ----------
    with_it, without
        The two plans.
    streams
        Whose rates say what waiting costs: a rule of allocation weighs them otherwise without making waiting dearer.
    """
    profit = plan_figures(with_it).profit - plan_figures(without).profit
    return profit - (lateness_cost(with_it, streams) - lateness_cost(without, streams))


def sold_by_stock(history: pd.DataFrame, stocking: pd.Series) -> pd.DataFrame:
    """What was asked for and sold, by the location whose stock served it.

    Parameters
    ----------
    history
        DEMAND_HISTORY.
    stocking
        Stocking location of each of its rows.

    Returns
    -------
    item, location, period, demand, sold, shipped: `sold` is what was shipped where that is known, else the demand; `shipped` whether it is known.
    Cells without either have no row.
    """
    shipments = history["shipments"] if "shipments" in history else pd.Series(np.nan, index=history.index)
    cells = pd.DataFrame({
        "item": history["item"], "location": stocking, "period": history["period"], "demand": history["demand"],
        "sold": shipments.fillna(history["demand"]), "shipped": shipments.notna(),
    })  # fmt: skip
    known = cells[cells["sold"].notna()]
    keys = ["item", "location", "period"]
    # an order that left without a demand figure was asked for as well
    known = known.assign(demand=known["demand"].fillna(known["sold"]))
    return known.groupby(keys, as_index=False, sort=True).agg(demand=("demand", "sum"), sold=("sold", "sum"), shipped=("shipped", "all"))


def realised_units(units: pd.DataFrame, sold: pd.DataFrame) -> pd.DataFrame:
    """What became of each unit that a decision was to bring.

    Parameters
    ----------
    units
        DECISION_UNITS of periods that are over.
    sold
        As `sold_by_stock` gives it.

    Returns
    -------
    The rows of `units` with `realised` (units sold beyond what the plan without the decision serves, at most what it was to bring; where others
    pay for it the same below zero; NaN = nothing is known of the cell), `shipped`, and `low_demand`: whether less was asked for than was planned.
    """
    found = units.merge(sold, on=["item", "location", "period"], how="left")
    more = found["more"].to_numpy(dtype=float)
    beyond = (found["sold"] - found["without"]).to_numpy(dtype=float)
    realised = np.clip(beyond, np.minimum(more, 0.0), np.maximum(more, 0.0))
    low = (found["demand"] < found["with_it"] - LEAST_UNITS).to_numpy(dtype=bool)
    shipped = found["shipped"].eq(True)  # unknown cells are not shipped
    return found[list(units.columns)].assign(realised=realised, shipped=shipped.to_numpy(), low_demand=low)
