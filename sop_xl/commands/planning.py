"""What follows from demand: stock, life cycle, money and key figures. Each step is one function of the core, called with what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sop_xl.commands.balance import plan_balance
from sop_xl.commands.demand_planning import Demand
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.plan_currency import budget_in_plan_currency, customer_history, history_in_plan_currency
from sop_xl.periods import Timeline
from sop_xl.plan.bridges import explained_bridges, rows_of_bridges, steps_by_line
from sop_xl.plan.budget_coverage import with_budget_gap
from sop_xl.plan.constrained_volumes import sellable, total_volumes, volumes_by_customer
from sop_xl.plan.consumption import demand_to_serve
from sop_xl.plan.customer_prices import priced_by_customer
from sop_xl.plan.customer_split import CustomerInputs
from sop_xl.plan.finance import financial_plan
from sop_xl.plan.life_cycle_plan import life_cycle_plan
from sop_xl.plan.life_cycle_pools import open_pools
from sop_xl.plan.notes import Note, notes_frame
from sop_xl.plan.plan_comparison import plan_comparison
from sop_xl.plan.prices import net_prices
from sop_xl.plan.profit_and_loss import profit_and_loss
from sop_xl.plan.valuation import FinancialDetail, constrain_detail, financial_detail

if TYPE_CHECKING:
    from sop_xl.commands.supply_planning import Supply
    from sop_xl.plan.grid import Matrix
    from sop_xl.plan.supply.solution import SupplySolution


@dataclass(frozen=True)
class Valued:
    """Demand in money: what a unit earns, and history and plan item by item."""

    prices: pd.DataFrame
    detail: FinancialDetail

    def price_cells(self) -> pd.DataFrame:
        """Net price at plan rates by item, location and period wherever there is demand, NaN elsewhere."""
        detail = self.detail
        return detail.grid.frame(net_price=np.where(detail.demand > 0, detail.price, np.nan))

    def net_prices(self) -> pd.DataFrame:
        """The same with a price in every period: that of the plan; in past ones without sales the mean of the others, else the price behind it."""
        cells = self.detail.grid.frame(net_price=self.detail.price)
        pair = [cells["item"], cells["location"]]
        price = cells["net_price"].fillna(cells["net_price"].groupby(pair).transform("mean"))
        listed = cells.merge(self.prices, on=["item", "location"], how="left", suffixes=("", "_listed"))["net_price_listed"]
        return cells.assign(net_price=price.fillna(listed))


@dataclass(frozen=True)
class Money(Valued):
    """What the finance step made of it: the detail holds the money of what the supply plan serves; `budget` is BUDGET in plan currency, by period; `bridge_steps` see `steps_by_line`."""

    financial_plan: pd.DataFrame
    profit_and_loss: pd.DataFrame
    balance_and_cash: pd.DataFrame
    bridges: pd.DataFrame
    bridge_steps: pd.DataFrame
    plan_comparison: pd.DataFrame
    budget: pd.DataFrame


def plan_life_cycle(
    inputs: Inputs, timeline: Timeline, demand: Demand, money: Money, notes: list[pd.DataFrame]
) -> pd.DataFrame:
    """Stage of every item, and what launches and phase-outs mean in units, stock and money."""
    items, locations, settings = inputs.frame("Items"), inputs.locations(), inputs.settings
    pools = open_pools(
        demand.consensus, demand.baseline.forecast, money.detail, money.prices, inputs.frame("Inventory"), items, locations, timeline,
        settings.service_level,
    )  # fmt: skip
    plan, said = life_cycle_plan(
        inputs.frame("Lifecycle"), pools, demand.consensus, demand.effects, demand.launch_ranges, demand.launch_spread,
        inputs.frame("Demand History"), items, timeline, settings.interval_high,
    )  # fmt: skip
    notes.append(said)
    return plan


def value_demand(inputs: Inputs, timeline: Timeline, demand: Demand, notes: list[pd.DataFrame]) -> Valued:
    """Net prices, and history and the whole demand valued at them: before supply says what of it can be served."""
    items, locations, history = inputs.frame("Items"), inputs.locations(), history_in_plan_currency(inputs, notes)
    rates = inputs.frame("FX Rates")
    served = demand_to_serve(demand.consensus, demand.consumption)
    prices, said = net_prices(history, items, locations, timeline, served)
    notes.append(said)
    asked = sellable(demand.consensus, served, inputs.frame("Inventory"), timeline)
    detail, said = financial_detail(
        history, asked, prices, items, locations, timeline, rates if len(rates) else None, inputs.settings.plan_currency,
        inputs.frame("Events"), inputs.customer_mix(timeline), inputs.frame("Price List"),
    )  # fmt: skip
    notes.append(said)
    return Valued(prices, detail)


def plan_money(
    inputs: Inputs, timeline: Timeline, valued: Valued, supply: Supply, previous_plan: pd.DataFrame, notes: list[pd.DataFrame]
) -> Money:
    """What the supply plan serves in money: financial plan, beside the whole demand, budget, last year and previous plan; bridges; profit and loss."""
    items, locations, mix = inputs.frame("Items"), inputs.locations(), inputs.customer_mix(timeline)
    detail, by_customer = served_in_money(inputs, timeline, valued, supply.solution, supply.served, supply.price_change, notes)
    budget = budget_in_plan_currency(inputs, detail, timeline, notes)
    plan, said = financial_plan(detail, supply.inventory_plan, budget, previous_plan, items, locations, timeline)
    plan = with_budget_gap(plan)
    notes.append(said)
    explained, said = explained_bridges(detail, plan, timeline, budget, items)
    notes.append(said)
    compared, said = plan_comparison(plan, timeline)
    notes.append(said)
    customers = CustomerInputs(mix, inputs.frame("Customer Classes"), by_customer, customer_history(inputs))
    result, said = profit_and_loss(detail, supply.solution, items, locations, timeline, inputs.frame("Cost Rates"), customers)
    notes.append(said)
    balance = plan_balance(inputs, timeline, result, detail, supply.solution, notes)
    return Money(valued.prices, detail, plan, result, balance, rows_of_bridges(explained), steps_by_line(explained), compared, budget)


def served_in_money(
    inputs: Inputs, timeline: Timeline, valued: Valued, solution: SupplySolution, served: pd.DataFrame, price_change: Matrix, notes: list[pd.DataFrame]
) -> tuple[FinancialDetail, pd.DataFrame | None]:
    """The money of what a supply plan serves, and its volumes by customer; that of the whole demand and `None` where it is not known what can be served."""
    detail, locations, mix = valued.detail, inputs.locations(), inputs.customer_mix(timeline)
    if why_not := _without_volumes(inputs):
        notes.append(notes_frame([Note("financial_plan", "", "money-of-demand", why_not)]))
        return detail, None
    by_customer = volumes_by_customer(solution, served, locations, mix, price_change)
    return constrain_detail(detail, total_volumes(priced_by_customer(by_customer, detail, mix, inputs.frame("Customer Classes")))), by_customer


def _without_volumes(inputs: Inputs) -> str:
    """Why the plan's money is that of all demand and not of what the supply plan serves; `""` where it is not."""
    if not inputs.states_stock:
        return "Inventory states no stock, so that what can be served is not known; the plan's money is that of the whole consensus"
    if inputs.settings.supply_plan == "unconstrained":
        return "the supply plan is unconstrained; the plan's money is that of the whole consensus"
    return ""
