"""A small company in money: demand, the supply plan that serves it, and the detail that finance sums up; everything left out is absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from plan_tables import months, table
from supply_tables import FIRST, Rows, supply_inputs

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.constrained_volumes import total_volumes, volumes_by_customer
from sop_xl.plan.customer_prices import priced_by_customer
from sop_xl.plan.customer_split import CustomerInputs
from sop_xl.plan.finance import financial_plan
from sop_xl.plan.profit_and_loss import profit_and_loss
from sop_xl.plan.supply.build import build_network
from sop_xl.plan.supply.inputs import SupplyInputs
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules
from sop_xl.plan.supply.outcome import inventory_plan_frame
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.solver import open_model
from sop_xl.plan.supply.unconstrained import unconstrained_solution
from sop_xl.plan.valuation import FinancialDetail, constrain_detail, financial_detail

Planner = Callable[[SupplyNetwork], SupplySolution]


def netted(network: SupplyNetwork) -> SupplySolution:
    """As if nothing but lead times were limited."""
    return unconstrained_solution(network, SupplyRules())


def solved(network: SupplyNetwork) -> SupplySolution:
    """Within every limit."""
    return open_model(network, SupplyRules()).solution


@dataclass(frozen=True)
class MoneyWorld:
    """What a run knows once supply is planned: `whole` is the value of all demand, `detail` that of what is served; `notes` are on both."""

    inputs: SupplyInputs
    timeline: Timeline
    solution: SupplySolution
    whole: FinancialDetail
    detail: FinancialDetail
    notes: pd.DataFrame

    def profit_and_loss(self, cost_rates: Rows = (), customers: CustomerInputs | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
        rates = table(frames.COST_RATES, *cost_rates)
        result, notes = profit_and_loss(self.detail, self.solution, self.inputs.items, self.inputs.locations, self.timeline, rates, customers)
        return frames.check_frame(result, frames.PROFIT_AND_LOSS), notes

    def financial_plan(self, detail: FinancialDetail | None = None) -> pd.DataFrame:
        empty = frames.empty_frame
        plan, _ = financial_plan(
            detail or self.detail, inventory_plan_frame(self.solution), empty(frames.BUDGET), empty(frames.FINANCIAL_PLAN), self.inputs.items,
            self.inputs.locations, self.timeline,
        )  # fmt: skip
        return frames.check_frame(plan, frames.FINANCIAL_PLAN)


def money_world(
    items: Rows, demand: Mapping[tuple[str, str], Sequence[float]], *, net_price: Mapping[str, float] | None = None, planner: Planner = netted,
    history: Rows = (), price_list: Rows = (), fx_rates: Rows = (), plan_currency: str = "", settings: Mapping[str, Any] | None = None, **tables: Rows,
) -> MoneyWorld:  # fmt: skip
    """Plan from January 2026 on.

    Parameters
    ----------
    items, demand, settings, tables
        As for `supply_tables.supply_inputs`.
    net_price
        What a unit of each item brought so far, the same everywhere; absent = not known.
    planner
        How supply is planned.
    history, price_list, fx_rates
        Rows of DEMAND_HISTORY, PRICE_LIST and FX_RATES.
    """
    inputs = supply_inputs(items, demand, prices=net_price, settings=settings, **tables)
    timeline = months(FIRST, len(next(iter(demand.values()))))
    solution = planner(build_network(inputs, timeline)[0])
    past = table(frames.DEMAND_HISTORY, *history)
    pairs = pd.concat([inputs.served[["item", "location"]], past[["item", "location"]]]).drop_duplicates()
    known = [{"item": i, "location": w, "net_price": (net_price or {}).get(i, float("nan")), "source": "history"} for i, w in pairs.to_numpy().tolist()]
    rates = table(frames.FX_RATES, *fx_rates)
    whole, notes = financial_detail(
        past, inputs.served, table(frames.NET_PRICES, *known), inputs.items, inputs.locations, timeline, rates if len(rates) else None, plan_currency,
        customer_mix=inputs.customer_mix, price_list=table(frames.PRICE_LIST, *price_list),
    )  # fmt: skip
    by_customer = volumes_by_customer(solution, inputs.served, inputs.locations, inputs.customer_mix)
    volumes = total_volumes(priced_by_customer(by_customer, whole, inputs.customer_mix, inputs.customer_classes))
    return MoneyWorld(inputs, timeline, solution, whole, constrain_detail(whole, volumes), notes)
