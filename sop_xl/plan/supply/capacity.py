"""Rough-cut capacity: what a plan asks of every resource, against what it can do.

Source of the method: Vollmann, Berry, Whybark and Jacobs, Manufacturing Planning and Control Systems, chapter on capacity
planning (capacity bills and resource profiles).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.notes import Note
from sop_xl.plan.supply.flows import earlier, numbers, total_by, whole
from sop_xl.plan.supply.netting import Netting, net_requirements
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.sourcing import without_lead_times


def required_load(network: SupplyNetwork, orders: Matrix, stock: Matrix | None = None) -> Matrix:
    """Load of every resource, (R, T): productive hours, set-up once per order included; of storage the space taken at the end of the period.

    Parameters
    ----------
    orders
        (S, T) by period of arrival. A load `before` periods earlier that would fall before the first one falls into it.
    stock
        (N, T) units that take space; None = none.
    """
    load = total_by(whole(network, "loads", "resource"), load_lines(network, orders), len(network.resources))
    if stock is None:
        return load
    space = np.maximum(stock[whole(network, "stores", "point")], 0.0) * numbers(network, "stores", "space")[:, None]
    return load + total_by(whole(network, "stores", "resource"), space, len(network.resources))


def load_lines(network: SupplyNetwork, orders: Matrix) -> Matrix:
    """Hours of every line of `SupplyNetwork.loads` in the period in which they fall, (L, T); `orders` as in `required_load`."""
    units = orders[whole(network, "loads", "source")]
    setup = np.nan_to_num(numbers(network, "loads", "setup_hours"))[:, None]
    return earlier(units * numbers(network, "loads", "hours")[:, None] + (units > 1e-6) * setup, whole(network, "loads", "before"))


def rough_cut_load(network: SupplyNetwork) -> Matrix:
    """Hours that demand itself asks of every resource in its own period, (R, T): a bill of resources on the gross demand.

    Stock, open orders, safety stock, lots, set-ups and lead times are left out: what it takes to keep pace with demand for good.
    """
    bare = without_lead_times(network)
    bare = replace(
        bare,
        opening=np.zeros_like(bare.opening), scheduled=np.zeros_like(bare.scheduled), safety_stock=np.zeros_like(bare.safety_stock),
        late_share=np.zeros_like(bare.late_share), sources=bare.sources.assign(minimum_order=0.0, order_multiple=0.0),
        loads=bare.loads.assign(setup_hours=0.0),
    )  # fmt: skip
    return required_load(bare, net_requirements(bare).orders)


def capacity_frame(network: SupplyNetwork, netting: Netting, solution: SupplySolution) -> pd.DataFrame:
    """CAPACITY: every resource and planned period, in the order of names.

    Required is what the unconstrained plan needs, load what `solution` uses, in the hours of regular time and of its overtime, shifts and workers. Without
    a limit, capacity and utilisation are NaN and nothing is to be bought back; utilisation is NaN too where there is no capacity at all.
    """
    required = required_load(network, netting.orders, netting.balance)
    count, periods = required.shape
    limited = np.isfinite(network.capacity)
    available = np.where(limited, network.capacity, np.nan)
    some = np.where(limited & (network.capacity > 0), network.capacity, np.nan)
    in_plan = np.where(limited, network.capacity + hours_of_levers(solution), np.nan)
    result = pd.DataFrame({
        "resource": np.repeat(network.resources["resource"].to_numpy(dtype=object), periods),
        "period": np.tile(network.timeline.plan.to_numpy(), count),
        "available_capacity": available.ravel(), "required_capacity": required.ravel(), "load": solution.load.ravel(),
        "overtime": solution.overtime.ravel(), "extra_shifts": solution.shifts.ravel(), "workers": solution.workers.ravel(),
        "plan_capacity": in_plan.ravel(), "utilisation_required": (required / some).ravel(),
        "utilisation": (solution.load / np.where(in_plan > 0, in_plan, np.nan)).ravel(),
        "hours_to_buy_back": _over(network, required).ravel(),
    })  # fmt: skip
    return frames.order_rows(result, frames.CAPACITY) if len(result) else frames.empty_frame(frames.CAPACITY)


def hours_of_levers(solution: SupplySolution) -> Matrix:
    """(R, T) hours that overtime, extra shifts, and workers hired or laid off add to regular time; the last may be below zero."""
    network = solution.network
    per_shift, per_worker, today = (np.nan_to_num(numbers(network, "resources", name))[:, None] for name in ("shift_capacity", "hours_per_worker", "workers"))
    crew = np.nan_to_num((solution.workers - today) * per_worker)
    return np.asarray(solution.overtime + solution.shifts * per_shift + crew)


def capacity_notes(network: SupplyNetwork, netting: Netting) -> list[Note]:
    """One note per resource that the unconstrained plan overloads: its worst period, how much is over, and what earlier periods could take."""
    required = required_load(network, netting.orders, netting.balance)
    over = _over(network, required)
    room = _room_before(network, required, over)
    notes = list[Note]()
    for r in np.flatnonzero((over > 1e-6).any(axis=1)):
        row = network.resources.iloc[r]
        worst, unit = int(over[r].argmax()), row["unit"]
        label = network.timeline.calendar.label(network.timeline.plan[worst])
        text = f"{row['resource']} is {_figure(over[r, worst])} {unit} over in {label} at worst ({_figure(required[r, worst])} of {_figure(network.capacity[r, worst])} {unit})"
        times = int((over[r] > 1e-6).sum())
        if times > 1:
            text += f", {_figure(over[r].sum())} {unit} in {times} periods"
        if row["kind"] != "storage":
            text += f"; {_room_words(room[r], over[r].sum(), unit)}"
        notes.append(Note("capacity", row["resource"], "resource-overloaded", text))
    return notes


def _over(network: SupplyNetwork, required: Matrix) -> Matrix:
    over = np.maximum(required - network.capacity, 0.0)
    noise: Mask = over <= 1e-9 * (1.0 + required)
    return np.where(noise, 0.0, over)


def _room_before(network: SupplyNetwork, required: Matrix, over: Matrix) -> Matrix:
    """(R,) how much of the overload free hours of earlier periods could take; inf - inf never arises, for over is 0 without a limit."""
    spare = np.where(np.isfinite(network.capacity), np.maximum(network.capacity - required, 0.0), np.inf)
    free, moved = np.zeros(len(required)), np.zeros(len(required))
    for t in range(required.shape[1]):
        taken = np.minimum(free, over[:, t])
        moved += taken
        free = free - taken + spare[:, t]
    return moved


def _room_words(room: float, over: float, unit: str) -> str:
    if room <= 1e-6:
        return "no earlier period has room"
    if room >= over - 1e-6:
        return "earlier periods have room for all of it (pre-build)"
    return f"earlier periods have room for {_figure(room)} {unit} of it (pre-build)"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
