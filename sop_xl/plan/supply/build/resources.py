"""Resources over time, and what loads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.grid import Matrix
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.scopes import in_scope
from sop_xl.plan.supply.network import whole_periods

OVERTIME_FACTOR = 1.5
"""An hour of overtime costs so many regular ones where its cost is not stated."""

RESOURCE_COLUMNS = (
    "resource", "name", "kind", "location", "unit", "efficiency", "cost_per_hour", "overtime_cost", "shift_capacity", "shift_cost", "workers",
    "hours_per_worker", "wage", "hire_cost", "layoff_cost",
)  # fmt: skip
LOAD_COLUMNS = ("source", "resource", "hours", "setup_hours", "before")
STORE_COLUMNS = ("point", "resource", "space")
STORAGE = "storage"


@dataclass(frozen=True, slots=True)
class Limits:
    """Matrices (R, T) of the network, by its names; `possible` by lever: overtime, shift, hire, layoff."""

    capacity: Matrix
    maintenance: Matrix
    possible: dict[str, Matrix]


def resolve_resources(resources: pd.DataFrame, notes: list[Note]) -> pd.DataFrame:
    """`SupplyNetwork.resources` in the order of RESOURCES: hours on the clock become productive hours.

    An absent efficiency is 1, absent costs are 0; an hour of overtime costs `OVERTIME_FACTOR` regular ones where nothing is stated. Stated costs
    of overtime are paid per hour on the clock and so divided by the efficiency; cost_per_hour is per hour of load already. A resource
    counts by workers where both workers and their hours are known; the hours follow from its capacity where they are not stated.
    """
    timed = resources["kind"] != STORAGE
    efficiency = resources["efficiency"].where(timed).fillna(1.0)
    cost = resources["cost_per_hour"].fillna(0.0)
    hours = resources["hours_per_worker"].fillna(resources["capacity"] / resources["workers"].where(resources["workers"] > 0))
    workers = resources["workers"].where(timed & hours.notna())
    lost = resources.loc[resources["workers"].notna() & workers.isna() & timed, "resource"].tolist()
    if lost:
        words = f"Resources states workers of {some_of(lost)}, but neither their hours nor a capacity; the resource is not limited"
        notes.append(Note("resources", min(lost), "hours-per-worker-absent", words))
    frame = resources.assign(
        efficiency=efficiency, cost_per_hour=cost, workers=workers,
        overtime_cost=(resources["overtime_cost"] / efficiency).fillna(OVERTIME_FACTOR * cost),
        shift_capacity=resources["shift_capacity"].fillna(0.0) * efficiency, hours_per_worker=hours.where(workers.notna(), 0.0) * efficiency,
        **{name: resources[name].fillna(0.0) for name in ("shift_cost", "wage", "hire_cost", "layoff_cost")},
    )  # fmt: skip
    return frame[list(RESOURCE_COLUMNS)].reset_index(drop=True)


def resolve_limits(stated: pd.DataFrame, resolved: pd.DataFrame, calendar: pd.DataFrame, timeline: Timeline) -> Limits:
    """What every resource can do in every period.

    Parameters
    ----------
    stated, resolved
        RESOURCES, and what `resolve_resources` made of it.
    calendar
        RESOURCE_CALENDAR: hours of a very period, planned maintenance, overtime limit.
    timeline
        Hours per mean period become hours of each period by its days: February has fewer than March. Space does not depend on days.

    Returns
    -------
    Limits in productive hours (space of storage). Maintenance comes off the capacity, never below 0; where it is more, what was there is
    maintained. Of a resource by workers the capacity is that of today's; a capacity of a very period in the calendar holds before both.
    """
    shape = (len(stated), timeline.horizon)
    timed = (stated["kind"] != STORAGE).to_numpy()[:, None]
    mean = timeline.calendar.mean_days
    length = np.where(timed, np.array([timeline.calendar.days(p) / mean for p in timeline.plan])[None, :], 1.0)
    efficiency = resolved["efficiency"].to_numpy()[:, None]

    def column(frame: pd.DataFrame, name: str) -> Matrix:
        return frame[name].to_numpy(dtype=float)[:, None]

    by_workers = column(resolved, "workers") * column(resolved, "hours_per_worker") * length
    usual = np.where(np.isnan(by_workers), column(stated, "capacity") * efficiency * length, by_workers)
    own = {name: _by_period(calendar, name, stated["resource"], timeline) for name in ("capacity", "maintenance", "overtime_limit")}
    capacity = np.where(np.isnan(own["capacity"]), usual, own["capacity"] * efficiency)
    capacity = np.where(np.isnan(capacity), np.inf, capacity)
    maintenance = np.minimum(np.nan_to_num(own["maintenance"]) * efficiency, capacity)
    overtime = np.where(np.isnan(own["overtime_limit"]), column(stated, "overtime_limit") * length, own["overtime_limit"]) * efficiency
    moves = ~np.isnan(column(resolved, "workers"))
    can_go = moves & ~np.isnan(column(stated, "layoff_cost"))
    possible = {
        "overtime": np.where(timed, np.nan_to_num(overtime), 0.0), "shift": np.where(timed, np.nan_to_num(column(stated, "shifts")), 0.0),
        "hire": np.where(moves, np.nan_to_num(column(stated, "hire_limit")), 0.0),
        "layoff": np.where(can_go, np.nan_to_num(column(stated, "workers")), 0.0),
    }  # fmt: skip
    return Limits(capacity - maintenance, maintenance, {name: np.broadcast_to(limit, shape).copy() for name, limit in possible.items()})


def resolve_loads(
    bill_of_resources: pd.DataFrame, resources: pd.DataFrame, sources: pd.DataFrame, points: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hours that a unit of each source takes, and space that a unit in each stock takes.

    Parameters
    ----------
    bill_of_resources
        BILL_OF_RESOURCES; of the rows for the same resource the narrowest holds (kind and source of supply come after the location). A row
        without a kind is for what is made; of storage for every stock, however it got there.
    resources, sources, points
        Of the network.

    Returns
    -------
    `SupplyNetwork.loads` sorted by source and resource, and `SupplyNetwork.stores` sorted by point and resource. A load falls no earlier than
    the order is placed.
    """
    known = bill_of_resources[bill_of_resources["resource"].isin(resources["resource"])].reset_index(drop=True)
    place = pd.Index(resources["resource"]).get_indexer(pd.Index(known["resource"]))
    is_space = (resources["kind"] == STORAGE).to_numpy()[place]
    timed = known[~is_space].assign(place=place[~is_space], kind=lambda f: f["kind"].replace("", "make")).reset_index(drop=True)
    made = points.iloc[sources["point"].to_numpy(dtype=np.intp)][["item", "family", "location"]].reset_index(drop=True)
    load = _narrowest(timed, made.assign(kind=sources["kind"].to_numpy(), source=sources["source"].to_numpy()), ("kind", "source"))
    lead = sources["lead_periods"].to_numpy(dtype=np.intp)[load["thing"].to_numpy(dtype=np.intp)]
    before = np.minimum(whole_periods(load["before"].fillna(0.0).to_numpy(dtype=float)).astype(np.intp), lead)
    loads = load.assign(hours=load["hours_per_unit"], setup_hours=load["setup_hours"].fillna(0.0), before=before)
    loads = loads.drop(columns=["source", "resource"]).rename(columns={"thing": "source", "place": "resource"})
    space = _narrowest(known[is_space].assign(place=place[is_space]).reset_index(drop=True), points, ())
    stores = space.drop(columns="resource").rename(columns={"thing": "point", "place": "resource", "hours_per_unit": "space"})
    return (
        loads.sort_values(["source", "resource"], kind="stable", ignore_index=True)[list(LOAD_COLUMNS)],
        stores.sort_values(["point", "resource"], kind="stable", ignore_index=True)[list(STORE_COLUMNS)],
    )


def _narrowest(rows: pd.DataFrame, things: pd.DataFrame, classes: tuple[str, ...]) -> pd.DataFrame:
    """Of the rows for the same resource the one that holds for each thing (position); things ascending."""
    pairs = in_scope(rows, things, classes)
    found = rows.iloc[pairs["row"].to_numpy()].reset_index(drop=True).assign(thing=pairs["thing"])
    return found.drop_duplicates(["thing", "place"], keep="last").reset_index(drop=True)


def _by_period(calendar: pd.DataFrame, name: str, resources: pd.Series, timeline: Timeline) -> Matrix:
    result = np.full((len(resources), timeline.horizon), np.nan)
    row = pd.Index(resources).get_indexer(pd.Index(calendar["resource"]))
    column = timeline.plan.get_indexer(pd.DatetimeIndex(calendar["period"]))
    inside = (row >= 0) & (column >= 0)
    result[row[inside], column[inside]] = calendar[name].to_numpy(dtype=float)[inside]
    return result
