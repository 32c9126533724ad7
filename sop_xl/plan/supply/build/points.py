"""Which stocks there are: where demand is served from, where something lies or arrives, and what those need in turn."""

from __future__ import annotations

import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.grid import positions
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.supply.build.sourcing import MAKERS, holding_rows
from sop_xl.plan.supply.inputs import SupplyInputs

_PAIR = ["item", "location"]


def stock_points(inputs: SupplyInputs, demand: pd.DataFrame, sourcing: pd.DataFrame, bill: pd.DataFrame, timeline: Timeline) -> pd.DataFrame:
    """Every stock point of the plan.

    Parameters
    ----------
    inputs
        Stock on hand other than 0, a safety stock of the planner's own and open orders make a point.
    demand
        item, location (that stocks it), period, consensus; a pair with demand makes a point.
    sourcing
        Usable SOURCING; a row that names both item and location makes a point.
    bill
        See `bills.resolve_bill`; components and their substitutes are stocked where they are used, the source of a transfer where it leaves.
    timeline
        An order due after its end makes no point.

    Returns
    -------
    item, location, family, sorted by item and location, unique.
    """
    stocked, due = inputs.inventory, inputs.open_orders
    end = timeline.calendar.shift(timeline.current, timeline.horizon)
    seeds = (
        demand.loc[demand["consensus"] > 0, _PAIR],
        stocked.loc[(stocked["on_hand"].fillna(0.0) != 0) | (stocked["safety_stock"] > 0), _PAIR],
        due.loc[(due["scheduled_receipts"] > 0) & (due["period"] < end), _PAIR],
        sourcing.loc[(sourcing["item"] != "") & (sourcing["location"] != ""), _PAIR],
    )
    known = _unique(pd.concat([seed.astype(object) for seed in seeds], ignore_index=True))
    fresh = known
    while len(fresh):
        asked = _needs(with_family(fresh, inputs.items), sourcing, bill)
        seen = pd.MultiIndex.from_frame(known)
        fresh = asked[~pd.MultiIndex.from_frame(asked).isin(seen)]
        known = pd.concat([known, fresh], ignore_index=True)
    return with_family(known.sort_values(_PAIR, kind="stable", ignore_index=True), inputs.items)


def with_family(pairs: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The pairs with the family of their item; raises `FrameError` for an item that Items does not list."""
    return pairs.assign(family=items["family"].to_numpy(dtype=object)[positions(items["item"], pairs["item"], "item")])


def where_stocked(frame: pd.DataFrame, locations: pd.DataFrame) -> pd.DataFrame:
    """The frame with `location` replaced by the one whose stock serves it."""
    return frame.assign(location=stocking_location(frame["location"], locations))


def _needs(points: pd.DataFrame, sourcing: pd.DataFrame, bill: pd.DataFrame) -> pd.DataFrame:
    """Stocks that the sources of these points take from."""
    rows = holding_rows(points, sourcing, bill)
    at = points.iloc[rows["point"].to_numpy()].reset_index(drop=True).assign(kind=rows["kind"], source=rows["source"])
    shipped = at.loc[at["kind"] == "transfer", ["item", "source"]].set_axis(_PAIR, axis=1)
    made = at.loc[at["kind"].isin(MAKERS), _PAIR].drop_duplicates()
    taken = made.merge(bill[["item", "component"]], on="item")[["component", "location"]].set_axis(_PAIR, axis=1)
    return _unique(pd.concat([shipped, taken], ignore_index=True))


def _unique(pairs: pd.DataFrame) -> pd.DataFrame:
    return pairs.astype(object).drop_duplicates().reset_index(drop=True)
