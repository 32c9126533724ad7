"""What lies in stock, what is on its way, and what the last plan ordered."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.grid import Mask, Matrix, pair_positions
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.supply.network import source_name


def stock_on_hand(inventory: pd.DataFrame, points: pd.DataFrame, has_demand: Mask, notes: list[Note]) -> tuple[Matrix, Matrix, Matrix]:
    """Usable stock, backlog and the planner's own safety stock of each stock point, units.

    Parameters
    ----------
    inventory
        INVENTORY. An absent on-hand is 0, and said where there is demand; a negative one is backlog.
    points
        item, location.
    has_demand
        (N,) whether customers ask for it.
    notes
        Takes what was assumed.

    Returns
    -------
    opening, backlog (both >= 0) and safety stock (0 where the planner states none: it is computed elsewhere).
    """
    row = pair_positions(points, inventory)
    on_hand, own = np.full(len(points), np.nan), np.zeros(len(points))
    inside = row >= 0
    on_hand[row[inside]] = inventory["on_hand"].to_numpy(dtype=float)[inside]
    own[row[inside]] = np.nan_to_num(inventory["safety_stock"].to_numpy(dtype=float)[inside])
    absent = _names(points, np.isnan(on_hand) & has_demand)
    if absent:
        words = f"no on-hand stock is given for {some_of(absent)}; taken as 0"
        notes.append(Note("inventory", min(absent), "on-hand-absent", words))
    known = np.nan_to_num(on_hand)
    return np.maximum(known, 0.0), np.maximum(-known, 0.0), own


def note_idle_stock(opening: Matrix, needed: Mask, points: pd.DataFrame, locations: pd.DataFrame, notes: list[Note]) -> None:
    """Say where stock lies at a location whose demand another one serves, and nothing takes it on.

    Parameters
    ----------
    opening
        (N,) units.
    needed
        (N,) whether customers, a bill or a transfer take from it.
    """
    elsewhere = (stocking_location(points["location"], locations) != points["location"]).to_numpy(dtype=bool)
    idle = _names(points, elsewhere & (opening > 0) & ~needed)
    if idle:
        words = f"stock of {some_of(idle)} lies where another location serves the demand; no demand uses it"
        notes.append(Note("inventory", min(idle), "stock-serves-no-demand", words))


def scheduled_receipts(open_orders: pd.DataFrame, points: pd.DataFrame, timeline: Timeline, notes: list[Note]) -> Matrix:
    """(N, T) units of open orders by the period in which they are due.

    Overdue orders arrive in the first period; orders due after the last period are left out. Both are said.
    """
    orders = open_orders[open_orders["scheduled_receipts"] > 0]
    due = pd.DatetimeIndex(orders["period"])
    column = timeline.plan.searchsorted(due, side="right") - 1
    beyond = np.asarray(due >= timeline.calendar.shift(timeline.current, timeline.horizon))
    label = timeline.calendar.label
    for late, rule, words in (
        (column < 0, "open-order-overdue", f"were due before {label(timeline.current)} and are counted as due in it"),
        (beyond, "open-order-beyond-horizon", f"are due after {label(timeline.plan[-1])}, the last period planned, and left out"),
    ):
        if late.any():
            units = orders.loc[late, "scheduled_receipts"].sum()
            names = orders.loc[late, "order"]
            notes.append(Note("open_orders", str(names.min()), rule, f"open orders {some_of(names)} ({units:,.0f} units) {words}"))
    result = np.zeros((len(points), timeline.horizon))
    row = pair_positions(points, orders)
    inside = (row >= 0) & ~beyond
    np.add.at(result, (row[inside], np.maximum(column, 0)[inside]), orders["scheduled_receipts"].to_numpy(dtype=float)[inside])
    return result


def previous_orders(plan: pd.DataFrame, sources: pd.DataFrame, points: pd.DataFrame, timeline: Timeline) -> Matrix:
    """(S, T) what the last plan would order from each source, by period of arrival; NaN where it planned nothing of the kind.

    Parameters
    ----------
    plan
        SUPPLY_PLAN of the last cycle. What it releases from the current period on counts, at today's lead time: earlier releases are
        open orders by now. A stock point that it does not know is not held to it; of one that it knows a source or a period without
        a row was planned as nothing, up to its last period.
    sources, points
        Of the network. What the plan calls by one name is the regular source, never the expedited one.
    timeline
        Its planned periods are the columns.
    """
    shape = (len(sources), timeline.horizon)
    if plan.empty or sources.empty:
        return np.full(shape, np.nan)
    at = sources["point"].to_numpy(dtype=np.intp)
    names = [source_name(str(kind), str(source)) for kind, source in zip(sources["kind"], sources["source"], strict=True)]
    planned_points = pair_positions(points, plan)
    regular = np.flatnonzero(sources["lever"] != "expedite")
    lead = sources["lead_periods"].to_numpy(dtype=np.intp)
    last_release = timeline.plan.get_indexer(pd.DatetimeIndex([plan["period"].max()]))[0]
    periods = np.arange(timeline.horizon)[None, :] - lead[:, None]  # in which what arrives is placed
    knows = np.isin(at, planned_points) & (sources["lever"] != "expedite").to_numpy()
    inside_plan = (periods >= 0) & (periods <= (timeline.horizon if last_release < 0 else last_release))
    result = np.where(knows[:, None] & inside_plan, 0.0, np.nan)
    lines = pd.DataFrame({
        "point": planned_points, "source": plan["source"].to_numpy(dtype=object), "placed": timeline.plan.get_indexer(pd.DatetimeIndex(plan["period"])),
        "releases": np.nan_to_num(plan["planned_releases"].to_numpy(dtype=float)),
    })  # fmt: skip
    rows = pd.DataFrame({"point": at, "source": np.array(names, dtype=object), "row": np.arange(len(sources))}).iloc[regular]
    lines = lines[lines["placed"] >= 0].merge(rows, on=["point", "source"])
    row = lines["row"].to_numpy()
    arrival = lines["placed"].to_numpy() + lead[row]
    # of a source with rows for several times, the one that holds when it arrives
    holds = (arrival >= sources["first"].to_numpy(dtype=np.intp)[row]) & (arrival <= sources["last"].to_numpy(dtype=np.intp)[row])
    usable = holds & (arrival < timeline.horizon)
    result[row[usable], arrival[usable]] = lines["releases"].to_numpy()[usable]
    return result


def _names(points: pd.DataFrame, chosen: Mask) -> list[str]:
    some = points[chosen]
    return (some["item"] + " / " + some["location"]).tolist()
