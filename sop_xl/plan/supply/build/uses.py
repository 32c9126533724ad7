"""Components of every source, and what a unit of each source costs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Mask, Matrix, Positions, pair_positions
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.supply.build.sourcing import MAKERS

USE_COLUMNS = ("source", "component", "quantity", "substitute_for", "extra_cost", "authorised")


def resolve_uses(sources: pd.DataFrame, points: pd.DataFrame, bill: pd.DataFrame, substitutes_are_free: bool) -> pd.DataFrame:
    """`SupplyNetwork.uses`: the bill of each source that makes something, from the stocks at its own location.

    Parameters
    ----------
    sources
        point and kind of every source.
    points
        item and location of every stock point.
    bill
        See `bills.resolve_bill`.
    substitutes_are_free
        Whether substitutes need no decision.

    Returns
    -------
    DataFrame
        Regular lines first, sorted by source and component, then substitutes in the same order.
    """
    makes = np.flatnonzero(sources["kind"].isin(MAKERS))
    at = points.iloc[sources["point"].to_numpy(dtype=np.intp)[makes]]
    made = pd.DataFrame({"source": makes, "item": at["item"].to_numpy(), "location": at["location"].to_numpy()})
    lines = made.merge(bill.assign(line=np.arange(len(bill))), on="item")
    lines = lines.assign(regular=lines["substitute_for"] < 0, component=pair_positions(points, _components(lines)))
    lines = lines.sort_values(["regular", "source", "component"], ascending=[False, True, True], kind="stable", ignore_index=True)
    place = pd.MultiIndex.from_frame(lines[["source", "line"]])
    parent: Positions = place.get_indexer(pd.MultiIndex.from_frame(lines[["source", "substitute_for"]]))
    uses = lines.assign(substitute_for=np.where(lines["regular"], -1, parent), authorised=lines["regular"] | substitutes_are_free)
    return uses[list(USE_COLUMNS)].astype({"source": np.intp, "component": np.intp, "substitute_for": np.intp, "authorised": bool})


def unit_costs(
    sources: pd.DataFrame, points: pd.DataFrame, uses: pd.DataFrame, loads: pd.DataFrame, cost_per_hour: Matrix, premium: float,
    notes: list[Note],
) -> Matrix:
    """What is paid per unit ordered from each source; components and hours of resources are paid for beside it.

    Parameters
    ----------
    sources
        With unit_cost of Sourcing, NaN = not stated.
    points
        item, unit_cost (NaN = not known).
    uses, loads
        Of the network.
    cost_per_hour
        (R,) of the resources, 0 = none.
    premium
        Extra cost of expediting, as a part of the unit cost; of the item's where the source itself is paid nothing.
    notes
        Takes items without a cost, and subcontracts whose price had to be assumed.

    Returns
    -------
    (S,) plan currency. Where Sourcing says nothing: a transfer costs nothing; what is bought costs the item's unit cost; what is made here or
    by a subcontractor costs what the item's unit cost leaves after its components and the hours that are costed in Resources, so that no money
    is counted twice; never below 0. An item without a cost counts as 0.
    """
    stated = sources["unit_cost"].to_numpy(dtype=float)
    at = sources["point"].to_numpy(dtype=np.intp)
    cost = points["unit_cost"].fillna(0.0).to_numpy(dtype=float)
    regular = uses[uses["substitute_for"] < 0]
    beside = np.zeros(len(sources))
    material = regular["quantity"].to_numpy(dtype=float) * cost[regular["component"].to_numpy(dtype=np.intp)]
    np.add.at(beside, regular["source"].to_numpy(dtype=np.intp), material)
    hours = loads["hours"].to_numpy(dtype=float) * cost_per_hour[loads["resource"].to_numpy(dtype=np.intp)]
    np.add.at(beside, loads["source"].to_numpy(dtype=np.intp), hours)
    makes: Mask = sources["kind"].isin(MAKERS).to_numpy()
    assumed = np.where(sources["kind"] == "transfer", 0.0, np.where(makes, np.maximum(cost[at] - beside, 0.0), cost[at]))
    unknown: Mask = np.isnan(stated)
    _note_costs(sources, points, unknown, notes)
    paid: Matrix = np.where(unknown, assumed, stated)
    is_fast = (sources["lever"] == "expedite").to_numpy()
    return np.where(is_fast, paid + premium * np.where(paid > 0, paid, cost[at]), paid)


def _components(lines: pd.DataFrame) -> pd.DataFrame:
    return lines[["component", "location"]].set_axis(["item", "location"], axis=1)


def _note_costs(sources: pd.DataFrame, points: pd.DataFrame, unknown: Mask, notes: list[Note]) -> None:
    item = points["item"].to_numpy(dtype=object)[sources["point"].to_numpy(dtype=np.intp)]
    no_cost = points["unit_cost"].isna().to_numpy()[sources["point"].to_numpy(dtype=np.intp)]
    free = item[unknown & no_cost & (sources["kind"] != "transfer").to_numpy()].tolist()
    if free:
        words = f"no unit cost is known for {some_of(free)}; the supply plan takes it as 0"
        notes.append(Note("items", min(free), "unit-cost-absent", words))
    sent_out = item[unknown & ~no_cost & (sources["kind"] == "subcontract").to_numpy()].tolist()
    if sent_out:
        words = f"Sourcing states no price of the subcontractor for {some_of(sent_out)}; taken as the unit cost less components"
        notes.append(Note("sourcing", min(sent_out), "subcontract-cost-assumed", words))
