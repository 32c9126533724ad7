"""What a supply plan is worth: the figures by which plans of the same demand are compared.

Signs: every figure but unmet demand is better or neutral when it is higher; money is in plan currency, over the planned periods.

    profit = revenue of what is served - money paid for the plan + change of the value in stock
    cash   = revenue of what is served - money paid out until the end of the last period

Profit counts what an order leaves in stock at what the regular source charges for it, components included (variable costing: Horngren, *Cost
Accounting*, ch. 9), so that an option which ends with more stock is neither a loss nor, as at a standard cost that holds overheads too, a gain.
Cash counts none of it: what lies in stock is cash tied up. Open orders are bought at that cost in both. Penalties (waiting, missing safety stock, changes to the plan) steer the plan and are in neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix
from sop_xl.plan.payment_terms import period_lengths, settle
from sop_xl.plan.supply.network import SupplyNetwork
from sop_xl.plan.supply.purchase_terms import open_orders, source_terms
from sop_xl.plan.supply.solution import PENALTIES, SupplySolution
from sop_xl.plan.supply.unit_costs import supply_cost

NOT_PAID_OUT = (*PENALTIES, "holding")
"""Kinds of cost that are no outlay; holding stock is mostly the cost of capital, which cash shows as money tied up."""


@dataclass(frozen=True, slots=True)
class PlanFigures:
    """Figures of one plan; signs and formulas in the module's description.

    Parameters
    ----------
    revenue
        Net price x units served, plan currency.
    profit
        Revenue - money costs + change of the value in stock.
    service
        Part of demand served in its period: a fraction, 1 where nothing is asked for.
    cash
        What the plan brings in by the end of the last period, before fixed costs and taxes. Customers pay on delivery, suppliers are paid
        their payment days after the receipt, everybody else in the period of the receipt.
    inventory_value
        Mean over the periods of closing stock at unit cost.
    closing_value
        Closing stock of the last period, with what is late on its way, at the cost that profit counts it at.
    unmet_demand
        Units late at the end of their period, summed, or lost.
    lateness_cost
        What the planner says that waiting and lost sales cost, the price of what is not sold apart; no part of profit.
    utilisation
        Hours loaded / hours available in regular time over all limited resources but storage; above 1 with overtime. NaN where none is limited.
    costs
        By kind as in `SupplySolution.costs`, without revenue.
    """

    revenue: float
    profit: float
    service: float
    cash: float
    inventory_value: float
    closing_value: float
    unmet_demand: float
    lateness_cost: float
    utilisation: float
    costs: dict[str, float]


def plan_figures(solution: SupplySolution) -> PlanFigures:
    """The figures of a plan.

    Parameters
    ----------
    solution
        A plan, constrained or not. Where an item has no unit cost, `inventory_value` counts none for it.
    """
    network = solution.network
    unit_cost = network.points["unit_cost"].fillna(0.0).to_numpy(dtype=float)
    own_cost = supply_cost(network)
    closing = _closing_value(solution, own_cost)
    bought_before = float(own_cost @ network.scheduled.sum(axis=1))
    opening = float(own_cost @ network.opening)
    costs = {kind: amount for kind, amount in solution.costs.items() if kind != "revenue"}
    revenue = solution.costs.get("revenue", 0.0)
    outlays = sum(amount for kind, amount in costs.items() if kind not in NOT_PAID_OUT) + bought_before
    return PlanFigures(
        revenue=revenue,
        profit=revenue - sum(amount for kind, amount in costs.items() if kind not in PENALTIES) + closing - opening - bought_before,
        service=solution.service,
        cash=revenue - outlays + payables(solution),
        inventory_value=float(unit_cost @ solution.stock.mean(axis=1)) if solution.stock.size else 0.0,
        closing_value=closing,
        unmet_demand=float(solution.unmet.sum() + solution.lost.sum()),
        lateness_cost=lateness_cost(solution, network.streams),
        utilisation=_utilisation(network, solution.load),
        costs=costs,
    )


def served(solution: SupplySolution) -> Matrix:
    """Units served, (D, T): demand, less what joins the backlog or is lost, and what leaves the backlog."""
    waiting_before = np.zeros_like(solution.unmet)
    waiting_before[:, 1:] = solution.unmet[:, :-1]
    return solution.network.demand + waiting_before - solution.unmet - solution.lost


def missed(solution: SupplySolution) -> Matrix:
    """Units not served in the period in which they were asked for, (D, T): growth of the backlog, and what is lost."""
    growth = solution.unmet.copy()
    growth[:, 1:] -= solution.unmet[:, :-1]
    return growth.clip(min=0.0) + solution.lost


def payables(solution: SupplySolution) -> float:
    """Owed to suppliers at the end of the last period: receipts spread evenly over their period, paid so many days later; open orders too."""
    network = solution.network
    bought = solution.orders * network.sources["unit_cost"].fillna(0.0).to_numpy(dtype=float)[:, None]
    if not network.periods:
        return 0.0
    still_open, _ = settle(bought, source_terms(network), period_lengths(network.timeline.calendar, network.timeline.plan))
    return float(still_open[:, -1].sum() + open_orders(network).still_open[:, -1].sum())


def lateness_cost(solution: SupplySolution, streams: pd.DataFrame) -> float:
    """What waiting and lost sales cost at the rates of those streams, plan currency.

    What still waits at the end costs one more period here, though the plan counts it as lost.
    """
    rates = streams[["backorder_cost", "lost_sale_cost"]].fillna(0.0).to_numpy(dtype=float)
    return float(rates[:, 0] @ solution.unmet.sum(axis=1) + rates[:, 1] @ solution.lost.sum(axis=1))


def _closing_value(solution: SupplySolution, own_cost: Matrix) -> float:
    """Value of the last closing stock, and of good units that were due in the last period and come one later."""
    network = solution.network
    if not network.periods:
        return 0.0
    good = network.sources["process_yield"].to_numpy(dtype=float) * solution.orders[:, -1] * network.late_share[:, -1]
    return float(own_cost @ solution.stock[:, -1] + own_cost[network.sources["point"].to_numpy(dtype=int)] @ good)


def _utilisation(network: SupplyNetwork, load: Matrix) -> float:
    timed = (network.resources["kind"] != "storage").to_numpy()[:, None] & np.isfinite(network.capacity)
    available = float(network.capacity[timed].sum())
    return float(load[timed].sum()) / available if available > 0 else np.nan
