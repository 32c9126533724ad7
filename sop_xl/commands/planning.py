"""What follows from demand: stock, life cycle, money and key figures. Each step is one function of the core, called with what it needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.commands.demand_planning import Demand
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.plan_currency import budget_in_plan_currency, history_in_plan_currency
from sop_xl.periods import Timeline
from sop_xl.plan.bridges import bridges
from sop_xl.plan.finance import financial_plan
from sop_xl.plan.kpis import kpis
from sop_xl.plan.life_cycle_plan import life_cycle_plan
from sop_xl.plan.life_cycle_pools import open_pools
from sop_xl.plan.prices import net_prices
from sop_xl.plan.valuation import FinancialDetail, financial_detail


@dataclass(frozen=True)
class Valued:
    """Demand in money: what a unit earns, and history and plan item by item."""

    prices: pd.DataFrame
    detail: FinancialDetail

    def price_cells(self) -> pd.DataFrame:
        """Net price at plan rates by item, location and period: what revenue / demand is wherever there is demand, NaN elsewhere."""
        detail = self.detail
        with np.errstate(divide="ignore", invalid="ignore"):
            price = np.where(detail.demand > 0, detail.revenue / detail.demand, np.nan)
        return detail.grid.frame(net_price=price)

    def net_prices(self) -> pd.DataFrame:
        """The same with a price in every period: where nothing is planned, the mean of the others, else the price behind it."""
        cells = self.price_cells()
        pair = [cells["item"], cells["location"]]
        price = cells["net_price"].fillna(cells["net_price"].groupby(pair).transform("mean"))
        listed = cells.merge(self.prices, on=["item", "location"], how="left", suffixes=("", "_listed"))["net_price_listed"]
        return cells.assign(net_price=price.fillna(listed))


@dataclass(frozen=True)
class Money(Valued):
    """What the finance step made of it."""

    financial_plan: pd.DataFrame
    bridges: pd.DataFrame


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
    """Net prices, and history and consensus valued at them."""
    items, locations, history = inputs.frame("Items"), inputs.locations(), history_in_plan_currency(inputs, notes)
    rates = inputs.frame("FX Rates")
    prices, said = net_prices(history, items, locations, timeline, demand.consensus)
    notes.append(said)
    detail, said = financial_detail(
        history, demand.consensus, prices, items, locations, timeline, rates if len(rates) else None, inputs.settings.plan_currency,
        inputs.frame("Events"), inputs.customer_mix(timeline),
    )  # fmt: skip
    notes.append(said)
    return Valued(prices, detail)


def plan_money(
    inputs: Inputs, timeline: Timeline, valued: Valued, stock: pd.DataFrame, previous_plan: pd.DataFrame, notes: list[pd.DataFrame]
) -> Money:
    """Volume, revenue, cost and stock value, beside budget, last year and previous plan, and the bridges between them."""
    items, locations = inputs.frame("Items"), inputs.locations()
    plan, said = financial_plan(valued.detail, stock, budget_in_plan_currency(inputs, notes), previous_plan, items, locations, timeline)
    notes.append(said)
    steps, said = bridges(valued.detail, plan, timeline)
    notes.append(said)
    return Money(valued.prices, valued.detail, plan, steps)


def plan_kpis(inputs: Inputs, timeline: Timeline, demand: Demand, stock: pd.DataFrame, money: Money) -> pd.DataFrame:
    """Key figures; forecast accuracy is that of family totals at the held-out origin."""
    levels = demand.baseline.levels
    totals = levels.loc[levels["level"] == "family", ["scope", "wmape", "bias", "fva"]].reset_index(drop=True)
    targets = {"WMAPE": inputs.settings.target_wmape, "Days of supply": inputs.settings.target_days_of_supply}
    return kpis(money.financial_plan, stock, totals, inputs.frame("Items"), timeline, targets)
