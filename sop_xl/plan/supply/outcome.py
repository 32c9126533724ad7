"""The supply plan as planners read it: stock, orders by source, and net requirements, as tidy frames."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.plan.grid import Matrix
from sop_xl.plan.inventory import days_of_supply
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.supply.flows import dependent_demand, independent_demand, placed, total_by, whole
from sop_xl.plan.supply.netting import Netting
from sop_xl.plan.supply.network import SupplyNetwork, point_names, source_name
from sop_xl.plan.supply.solution import SupplySolution

NOISE = 1e-6  # units; what a solver leaves of a zero


def inventory_plan_frame(solution: SupplySolution, undecided: SupplyNetwork | None = None) -> pd.DataFrame:
    """INVENTORY_PLAN: every stock point and planned period, in the order of item and location.

    In every row opening balance + scheduled + planned receipts - demand - dependent demand + lost sales - expired = projected
    available balance, the opening balance is the balance of the period before, and unmet demand is the balance below zero. The
    balance is stock less the customers' backlog; where a plan holds stock for one customer while another waits, the two
    are set off against each other here, reserved stock is what was set off, and `waiting_beside_stock` says so. Cover counts dependent demand too.
    `undecided` is the network of the same stock points before decisions; without it none has changed the demand.
    """
    network = solution.network
    count = len(network.points)
    waiting = total_by(whole(network, "streams", "point"), solution.unmet, count)
    balance = _clean(solution.stock - waiting)
    backlog = network.backlog if network.backlog.size else np.zeros(count)
    opening = np.column_stack([network.opening - backlog, balance[:, :-1]])
    demand = independent_demand(network)
    demand[:, 0] -= backlog  # it was asked for before and stands as an opening balance below zero
    dependent = _clean(dependent_demand(network, solution.orders, solution.uses))
    days = np.array([network.timeline.calendar.days(period) for period in network.timeline.plan], dtype=float)
    cover = days_of_supply(balance, demand + dependent, days, network.timeline.calendar.season) if count else balance
    return _by_point(network, frames.INVENTORY_PLAN, {
        "opening_balance": opening,
        "demand": demand,
        "scheduled_receipts": network.scheduled,
        "planned_receipts": _clean(total_by(whole(network, "sources", "point"), solution.receipts, count)),
        "dependent_demand": dependent,
        "lost_sales": _clean(total_by(whole(network, "streams", "point"), solution.lost, count)),
        "expired": _clean(solution.expired),
        "projected_available_balance": balance,
        "safety_stock": network.safety_stock,
        "unmet_demand": np.maximum(-balance, 0.0),
        "days_of_supply": cover,
        "reserved_stock": _clean(np.minimum(waiting, solution.stock)),
        "decided_demand": _clean(independent_demand(network) - independent_demand(undecided or network)),
    })  # fmt: skip


def waiting_beside_stock(solution: SupplySolution) -> list[Note]:
    """One note where demand waits at a stock that is not empty: a reserve for other customers, or for what is made of it."""
    network = solution.network
    waiting = total_by(whole(network, "streams", "point"), solution.unmet, len(network.points))
    both = np.minimum(waiting, solution.stock).max(axis=1, initial=0.0) > NOISE * 100
    names = [name for name, yes in zip(point_names(network), both, strict=True) if yes]
    if not names:
        return []
    text = f"{some_of(names)}: demand waits while stock is held back for other demand; the balance shows stock less what waits"
    return [Note("inventory_plan", min(names), "waiting-beside-stock", text)]


def supply_plan_frame(solution: SupplySolution) -> pd.DataFrame:
    """SUPPLY_PLAN: good receipts and releases of every source that the plan uses, in every planned period.

    Sources of one stock that read the same (`plan.supply.network.source_name`), such as an expedited order at the regular supplier, are one
    line. A source without any receipt and release is left out.
    """
    network = solution.network
    sources = network.sources
    points = network.points.iloc[whole(network, "sources", "point")]
    names = pd.Series([source_name(kind, source) for kind, source in zip(sources["kind"], sources["source"], strict=True)], dtype="object")
    lines = pd.DataFrame({"item": points["item"].to_numpy(dtype=object), "location": points["location"].to_numpy(dtype=object), "source": names})
    line = np.asarray(lines.groupby(["item", "location", "source"], sort=True).ngroup(), dtype=np.intp)
    lines = lines.drop_duplicates().sort_values(["item", "location", "source"], kind="stable", ignore_index=True)
    receipts, releases = (_clean(total_by(line, flow, len(lines))) for flow in (solution.receipts, placed(network, solution.orders)))
    used = (receipts > 0).any(axis=1) | (releases > 0).any(axis=1)
    if not used.any():
        return frames.empty_frame(frames.SUPPLY_PLAN)
    kept, periods = lines[used], network.periods
    return pd.DataFrame(
        {name: np.repeat(kept[name].to_numpy(dtype=object), periods) for name in ("item", "location", "source")}
        | {"period": np.tile(network.timeline.plan.to_numpy(), len(kept)), "planned_receipts": receipts[used].ravel(), "planned_releases": releases[used].ravel()}
    )


def net_requirements_frame(network: SupplyNetwork, netting: Netting) -> pd.DataFrame:
    """NET_REQUIREMENTS: the netting of every stock point and planned period, in the order of item and location."""
    return _by_point(network, frames.NET_REQUIREMENTS, {
        "gross_requirements": netting.gross,
        "scheduled_receipts": network.scheduled,
        "projected_available_balance": netting.balance,
        "planned_receipts": netting.receipts,
        "planned_releases": total_by(whole(network, "sources", "point"), netting.releases, len(network.points)),
    })  # fmt: skip


def _by_point(network: SupplyNetwork, spec: frames.FrameSpec, matrices: dict[str, Matrix]) -> pd.DataFrame:
    if network.points.empty:
        return frames.empty_frame(spec)
    result = pd.DataFrame(
        {name: np.repeat(network.points[name].to_numpy(dtype=object), network.periods) for name in ("item", "location")}
        | {"period": np.tile(network.timeline.plan.to_numpy(), len(network.points))}
        | {name: np.asarray(matrix, dtype=float).ravel() for name, matrix in matrices.items()}
    )
    return frames.order_rows(result, spec)


def _clean(values: Matrix) -> Matrix:
    return np.where(np.abs(values) < NOISE, 0.0, values)
