"""What a supply plan decides, what it costs, and what its limits are worth."""

from __future__ import annotations

from dataclasses import dataclass, field

from sop_xl.plan.grid import Matrix
from sop_xl.plan.notes import Note
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules

PENALTIES = ("back-orders", "lost sales", "safety stock", "changes")
"""Kinds of cost that steer the plan and that nobody pays."""


@dataclass(frozen=True)
class SupplySolution:
    """A plan; shapes and units as in `plan.supply.network`.

    Parameters
    ----------
    network, rules
        What it was made for.
    orders
        (S, T) units ordered, by period of arrival, before yield.
    receipts
        (S, T) good units that arrive, delays included.
    stock
        (N, T) at the end of each period, not below zero.
    below_safety
        (N, T) units missing to safety stock.
    expired
        (N, T) units past their shelf life.
    unmet
        (D, T) back-orders: units waiting at the end of the period. Lost sales: zeros.
    lost
        (D, T) units not served in their period and lost. Back-orders: zeros.
    uses
        (U, T) units of each component that each source takes, by the period in which it leaves stock; of substitutes what stands in.
    load
        (R, T) hours, or space at the end of the period.
    overtime, shifts, workers, hired, laid_off
        (R, T); workers NaN where the resource is not by workers.
    costs
        Plan currency over the horizon by kind: purchase, production, overtime, shifts, workforce, orders, holding, back-orders, lost sales,
        safety stock, changes, substitutes. `revenue` stands beside them, positive.
    duals
        By constraint name (`balance`, `resource_capacity`, ...): matrix of shadow prices, in objective per unit of the right-hand side, of the
        problem with whole decisions held fixed. Sign: cost saved by one more unit of what is limited (>= 0 for limits). Empty
        where the plan was not made by the solver.
    gap
        Relative gap of a search over whole lots; 0 for a plan without.
    notes
        What a planner must know: relaxations that were needed, gaps, limits on time.
    """

    network: SupplyNetwork
    rules: SupplyRules
    orders: Matrix
    receipts: Matrix
    stock: Matrix
    below_safety: Matrix
    expired: Matrix
    unmet: Matrix
    lost: Matrix
    uses: Matrix
    load: Matrix
    overtime: Matrix
    shifts: Matrix
    workers: Matrix
    hired: Matrix
    laid_off: Matrix
    costs: dict[str, float]
    duals: dict[str, Matrix] = field(default_factory=dict)
    gap: float = 0.0
    notes: list[Note] = field(default_factory=list)

    @property
    def cost(self) -> float:
        """Sum of every cost, plan currency."""
        return sum(amount for kind, amount in self.costs.items() if kind != "revenue")

    @property
    def profit(self) -> float:
        """Revenue of what is served less every cost that money is paid for; penalties for waiting and missing stock are not."""
        return self.costs["revenue"] - sum(v for k, v in self.costs.items() if k not in ("revenue", *PENALTIES))

    @property
    def service(self) -> float:
        """Part of demand served in its period; 1 where nothing is asked for.

        Waiting demand counts once, in the period in which it was asked for: of each period the growth of the backlog, and what is lost.
        """
        asked = float(self.network.demand.sum())
        if asked <= 0:
            return 1.0
        late = self.unmet.copy()
        late[:, 1:] -= self.unmet[:, :-1]
        missed = float(late.clip(min=0.0).sum()) + float(self.lost.sum())
        return max(0.0, 1.0 - missed / asked)
