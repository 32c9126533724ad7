"""What a unit of each stock, and of each source, costs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Mask, Matrix, Positions
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.supply.build.sourcing import MAKERS


def point_costs(
    points: pd.DataFrame, sources: pd.DataFrame, uses: pd.DataFrame, loads: pd.DataFrame, cost_per_hour: Matrix, notes: list[Note]
) -> Matrix:
    """Unit cost of every stock point, plan currency; NaN = not known.

    Parameters
    ----------
    points
        item, unit_cost (of Items, NaN = not known).
    sources
        With unit_cost of Sourcing, NaN = not stated.
    uses, loads
        Of the network.
    cost_per_hour
        (R,) of the resources, 0 = none.
    notes
        Takes items whose cost was derived.

    Returns
    -------
    What Items says. Where it says nothing, what the first regular source asks: the price of what is bought; for a transfer the cost where
    it leaves and that of the way; for what is made its components, costed hours and what Sourcing states besides, level by level, known
    only when the cost of every component is.
    """
    cost = points["unit_cost"].to_numpy(dtype=float).copy()
    stated = sources["unit_cost"].to_numpy(dtype=float)
    regular = np.flatnonzero(sources["lever"] == "")
    first = regular[~sources["point"].iloc[regular].duplicated().to_numpy()]  # sorted by priority
    at = sources["point"].to_numpy(dtype=np.intp)[first]
    kind, origin = sources["kind"].to_numpy(dtype=object)[first], sources["from_point"].to_numpy(dtype=np.intp)[first]
    takes = np.isin(np.arange(len(sources)), uses["source"]) | ~np.isnan(stated)  # without components or a price nothing follows
    absent: Mask = np.isnan(cost)
    while True:
        beside = _paid_beside(cost, uses, loads, cost_per_hour, len(sources))
        made = np.where(takes, np.nan_to_num(stated) + beside, np.nan)[first]
        moved = cost[origin] + np.nan_to_num(stated[first])
        asked = np.select([kind == "buy", kind == "transfer"], [stated[first], moved], made)
        fresh = np.isnan(cost[at]) & ~np.isnan(asked)
        if not fresh.any():
            break
        cost[at[fresh]] = asked[fresh]
    derived = points.loc[absent & ~np.isnan(cost), "item"].tolist()
    if derived:
        words = f"Items states no unit cost of {some_of(derived)}; the supply plan takes what the regular source and its components cost"
        notes.append(Note("items", min(derived), "unit-cost-derived", words))
    return cost


def source_costs(
    sources: pd.DataFrame, points: pd.DataFrame, uses: pd.DataFrame, loads: pd.DataFrame, cost_per_hour: Matrix, premium: float,
    notes: list[Note],
) -> Matrix:  # fmt: skip
    """What is paid per unit ordered from each source; components and hours of resources are paid for beside it.

    Parameters
    ----------
    sources
        With unit_cost of Sourcing, NaN = not stated.
    points
        item, unit_cost of `point_costs`.
    uses, loads, cost_per_hour
        As there.
    premium
        Extra cost of expediting, as a part of the unit cost; of the stock's where the source itself is paid nothing.
    notes
        Takes items without a cost, and subcontracts whose price had to be assumed.

    Returns
    -------
    (S,) plan currency. Where Sourcing says nothing: a transfer costs nothing; what is bought costs the stock's unit cost; what is made here or
    by a subcontractor costs what the unit cost leaves after its components and the hours that are costed in Resources, so that no money
    is counted twice; never below 0. A stock without a cost counts as 0.
    """
    stated = sources["unit_cost"].to_numpy(dtype=float)
    cost = points["unit_cost"].fillna(0.0).to_numpy(dtype=float)
    own = cost[sources["point"].to_numpy(dtype=np.intp)]
    beside = _paid_beside(cost, uses, loads, cost_per_hour, len(sources))
    makes: Mask = sources["kind"].isin(MAKERS).to_numpy()
    assumed = np.where(sources["kind"] == "transfer", 0.0, np.where(makes, np.maximum(own - beside, 0.0), own))
    unknown: Mask = np.isnan(stated)
    _note_assumed(sources, points, unknown, notes)
    paid: Matrix = np.where(unknown, assumed, stated)
    is_fast = (sources["lever"] == "expedite").to_numpy()
    return np.where(is_fast, paid + premium * np.where(paid > 0, paid, own), paid)


def _paid_beside(cost: Matrix, uses: pd.DataFrame, loads: pd.DataFrame, cost_per_hour: Matrix, count: int) -> Matrix:
    """(S,) cost of the regular components and the hours of a unit ordered; NaN where the cost of a component is not known."""
    regular = uses[uses["substitute_for"] < 0]
    component: Positions = regular["component"].to_numpy(dtype=np.intp)
    result = np.zeros(count)
    np.add.at(result, regular["source"].to_numpy(dtype=np.intp), regular["quantity"].to_numpy(dtype=float) * cost[component])
    hours = loads["hours"].to_numpy(dtype=float) * cost_per_hour[loads["resource"].to_numpy(dtype=np.intp)]
    np.add.at(result, loads["source"].to_numpy(dtype=np.intp), hours)
    return result


def _note_assumed(sources: pd.DataFrame, points: pd.DataFrame, unknown: Mask, notes: list[Note]) -> None:
    at = sources["point"].to_numpy(dtype=np.intp)
    item, no_cost = points["item"].to_numpy(dtype=object)[at], points["unit_cost"].isna().to_numpy()[at]
    free = item[unknown & no_cost & (sources["kind"] != "transfer").to_numpy()].tolist()
    if free:
        words = f"no unit cost is known for {some_of(free)}; the supply plan takes it as 0"
        notes.append(Note("items", min(free), "unit-cost-absent", words))
    sent_out = item[unknown & ~no_cost & (sources["kind"] == "subcontract").to_numpy()].tolist()
    if sent_out:
        words = f"Sourcing states no price of the subcontractor for {some_of(sent_out)}; taken as the unit cost less components"
        notes.append(Note("sourcing", min(sent_out), "subcontract-cost-assumed", words))
