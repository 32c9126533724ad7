"""From forecast to key figures in one go, for tests that look at the thread as a whole.

Supply is unlimited here, as the commands have it where Settings asks for an unconstrained supply plan or Inventory states no stock: the money is that
of the whole consensus. Money of what a constrained plan serves has worlds of its own (`money_world`, `company`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sop_xl import frames
from sop_xl.periods import Timeline
from sop_xl.plan.bridges import bridges
from sop_xl.plan.consumption import consume_forecast
from sop_xl.plan.demand import consensus_demand
from sop_xl.plan.finance import financial_plan
from sop_xl.plan.inventory import forecast_error_sd
from sop_xl.plan.kpis import kpis
from sop_xl.plan.launch_ranges import launch_ranges, launch_spread, with_launch_ranges
from sop_xl.plan.life_cycle_plan import life_cycle_plan
from sop_xl.plan.life_cycle_pools import open_pools
from sop_xl.plan.notes import notes_frame
from sop_xl.plan.plan_comparison import plan_comparison
from sop_xl.plan.prices import net_prices
from sop_xl.plan.stock_inputs import StockInputs
from sop_xl.plan.stock_policy import restocker, stock_levels
from sop_xl.plan.supply.build.assemble import build_network
from sop_xl.plan.supply.inputs import SupplyInputs
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.outcome import inventory_plan_frame
from sop_xl.plan.supply.unconstrained import unconstrained_solution
from sop_xl.plan.valuation import FinancialDetail, financial_detail

INPUTS = {
    spec.name: spec
    for spec in (
        frames.ITEMS, frames.LOCATIONS, frames.DEMAND_HISTORY, frames.BASELINE_FORECAST, frames.EVENTS, frames.LIFECYCLE, frames.SALES_INPUT,
        frames.OVERRIDES, frames.CUSTOMER_ORDERS, frames.INVENTORY, frames.BUDGET, frames.FX_RATES, frames.FINANCIAL_PLAN,
        frames.EVENT_RESULTS, frames.CUSTOMER_MIX, frames.TRACK_RECORDS,
    )
}  # fmt: skip
RESULTS = {
    spec.name: spec
    for spec in (
        frames.CONSENSUS_DEMAND, frames.FORECAST_CONSUMPTION, frames.INVENTORY_PLAN, frames.NET_PRICES, frames.FINANCIAL_PLAN, frames.BRIDGES, frames.PLAN_COMPARISON, frames.KPIS,
        frames.DEMAND_EFFECTS, frames.LIFECYCLE_PLAN, frames.SALES_REVIEW,
    )
}  # fmt: skip
NO_ACCURACY = pd.DataFrame({"scope": pd.Series(dtype="object"), "wmape": [], "bias": [], "fva": []})


def run_thread(given: Mapping[str, pd.DataFrame], timeline: Timeline, settings: Mapping[str, Any] | None = None) -> tuple[dict[str, pd.DataFrame], FinancialDetail, list[str]]:
    """Every result frame by name, the detail behind the money, and the rules of all notes in sorted order."""
    settings = settings or {}
    read = {name: given.get(name, frames.empty_frame(spec)) for name, spec in INPUTS.items()}
    items, locations = read["items"], read["locations"]
    consensus, n1, effects, review, _ = consensus_demand(
        read["baseline_forecast"], read["events"], read["lifecycle"], read["sales_input"], read["overrides"],
        items, locations, timeline, settings.get("sales_weight", 0.5),
        event_results=read["event_results"], demand_history=read["demand_history"], customer_mix=read["customer_mix"], track_records=read["track_records"],
        by_track_record=bool(len(read["track_records"])),
    )  # fmt: skip
    spread = launch_spread(read["demand_history"], items, read["lifecycle"], timeline)
    launches = launch_ranges(consensus, read["lifecycle"], spread, timeline)
    service_level = settings.get("service_level", 0.95)
    error_sd = forecast_error_sd(with_launch_ranges(read["baseline_forecast"], launches))
    prices, n3 = net_prices(read["demand_history"], items, locations, timeline, consensus)
    network, n2 = build_network(SupplyInputs(items, consensus, prices, locations, read["inventory"]), timeline)
    stated = StockInputs(items, locations, read["inventory"], error_sd=error_sd, service_level=service_level)
    stock = inventory_plan_frame(unconstrained_solution(restocker(stated)(network), SupplyRules()))
    n9 = notes_frame(stock_levels(network, stated).notes)
    detail, n4 = financial_detail(read["demand_history"], consensus, prices, items, locations, timeline, read["fx_rates"], settings.get("plan_currency", ""))
    money, n5 = financial_plan(detail, stock, read["budget"], read["financial_plan"], items, locations, timeline)
    steps, n6 = bridges(detail, money, timeline, read["budget"], items)
    compared, _ = plan_comparison(money, timeline)
    consumption, n7 = consume_forecast(consensus, read["customer_orders"], timeline, settings.get("consume_backward", 1), settings.get("consume_forward", 1))
    pools = open_pools(consensus, read["baseline_forecast"], detail, prices, read["inventory"], items, locations, timeline, service_level)
    life_cycle, n8 = life_cycle_plan(read["lifecycle"], pools, consensus, effects, launches, spread, read["demand_history"], items, timeline)
    figures = kpis(money, stock, NO_ACCURACY, items, timeline)
    results = {
        "consensus_demand": consensus, "demand_effects": effects, "sales_review": review, "forecast_consumption": consumption, "inventory_plan": stock,
        "net_prices": prices, "financial_plan": money, "bridges": steps, "plan_comparison": compared, "kpis": figures, "lifecycle_plan": life_cycle,
    }  # fmt: skip
    for name, frame in results.items():
        frames.check_frame(frame, RESULTS[name])
    rules = sorted(set(pd.concat([n1, n2, n3, n4, n5, n6, n7, n8, n9])["rule"]))
    return results, detail, rules
