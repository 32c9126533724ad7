"""The supply step of the monthly plan: the network, what it would need, what it can do, and why it falls short."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sop_xl.commands.demand_planning import Demand
from sop_xl.commands.inputs import Inputs
from sop_xl.commands.last_supply_plan import with_last_plan
from sop_xl.commands.plan_currency import history_in_plan_currency
from sop_xl.commands.planning import Valued
from sop_xl.commands.scenario_inputs import promoted_drivers
from sop_xl.periods import Timeline
from sop_xl.plan.consumption import demand_to_serve
from sop_xl.plan.elasticity import own_price_elasticity
from sop_xl.plan.grid import Matrix
from sop_xl.plan.inventory import forecast_error_sd
from sop_xl.plan.launch_ranges import with_launch_ranges
from sop_xl.plan.notes import Note, notes_frame
from sop_xl.plan.scenario_inputs import parted
from sop_xl.plan.scenarios import apply_drivers
from sop_xl.plan.service_curves import service_curves
from sop_xl.plan.stock_inputs import StockInputs, StockLevels
from sop_xl.plan.stock_policy import Restock, restocker, stock_levels
from sop_xl.plan.stock_targets import inventory_targets
from sop_xl.plan.supplier_performance import supplier_performance
from sop_xl.plan.supply.allocation import allocate
from sop_xl.plan.supply.build.assemble import build_network
from sop_xl.plan.supply.capacity import capacity_frame, capacity_notes
from sop_xl.plan.supply.decisions import apply_decisions
from sop_xl.plan.supply.inputs import SupplyInputs, SupplySettings, lever_names
from sop_xl.plan.supply.netting import Netting, net_requirements
from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules, netting_suffices
from sop_xl.plan.supply.outcome import (
    inventory_plan_frame,
    net_requirements_frame,
    supply_plan_frame,
    waiting_beside_stock,
)
from sop_xl.plan.supply.solution import SupplySolution
from sop_xl.plan.supply.unconstrained import unconstrained_solution
from sop_xl.plan.supply.why import Why, explain
from sop_xl.sheets.settings import Settings

if TYPE_CHECKING:
    from sop_xl.plan.supply.solver import SolvedModel


@dataclass(frozen=True)
class Supply:
    """What the supply step made; `model` is what the plan came from, `None` where netting is the plan, `undecided` the network before decisions."""

    network: SupplyNetwork
    rules: SupplyRules
    netting: Netting
    solution: SupplySolution
    performance: pd.DataFrame
    net_requirements: pd.DataFrame
    supply_plan: pd.DataFrame
    capacity: pd.DataFrame
    inventory_plan: pd.DataFrame
    why: Why
    allocation: pd.DataFrame
    allocation_rules: pd.DataFrame
    inventory_targets: pd.DataFrame
    service_curves: pd.DataFrame
    served: pd.DataFrame
    restock: Restock
    model: SolvedModel | None
    elasticity: pd.DataFrame
    price_change: Matrix
    undecided: SupplyNetwork


@dataclass(frozen=True)
class Posed:
    """What is to be planned: the network with its targets and decisions, before anything is planned.

    `known` is what the network was made from; `undecided_network` the network without decisions, the same object where there are none; `decided_network` with
    decisions and without promoted scenarios;
    `undecided` what is to be said of decisions that could not be taken; `price_change` the (D, T) factor that decisions have put on prices.
    """

    network: SupplyNetwork
    rules: SupplyRules
    netting: Netting
    known: SupplyInputs
    stock: StockInputs
    levels: StockLevels
    undecided_network: SupplyNetwork
    decided_network: SupplyNetwork
    undecided: list[Note]
    elasticity: pd.DataFrame
    price_change: Matrix


def pose_supply(
    inputs: Inputs, timeline: Timeline, demand: Demand, valued: Valued, last_plan: pd.DataFrame, notes: list[pd.DataFrame]
) -> Posed:
    """The network that serves a demand, its rules and what it would need; parameters are those of `plan_supply`."""
    performance, said = _performance(inputs, timeline)
    notes.append(said)
    known = _supply_inputs(inputs, timeline, demand, valued, performance, last_plan)
    network, said = build_network(known, timeline)
    notes.append(said)
    stock = _stock_inputs(inputs, demand)
    levels = stock_levels(network, stock)
    restocked = replace(network, safety_stock=levels.safety_stock)
    elasticity = own_price_elasticity(history_in_plan_currency(inputs, []), inputs.frame("Items"), timeline)
    decided, rules, undecided = apply_decisions(restocked, supply_rules(inputs.settings), inputs.frame("Decisions"), elasticity)
    network = decided
    of_network = parted(promoted_drivers(inputs))[1]
    if len(of_network):
        network, rules, said = apply_drivers(
            decided, rules, of_network, inputs.frame("Items"), inputs.locations(), restock=restocker(stock), asked=known.served,
            open_orders=inputs.frame("Open Orders"),
        )  # fmt: skip
        notes.append(said)
    netting = net_requirements(network, rules.unmet)
    return Posed(network, rules, netting, known, stock, levels, restocked, decided, undecided, elasticity, _price_change(restocked, network))


def plan_supply(
    inputs: Inputs, timeline: Timeline, demand: Demand, valued: Valued, last_plan: pd.DataFrame, notes: list[pd.DataFrame]
) -> Supply:
    """Plan receipts within every limit, serving orders in hand and the forecast that they leave.

    `last_plan` is SUPPLY_PLAN of the last cycle, without rows in the first one.
    """
    settings, locations = inputs.settings, inputs.locations()
    posed = pose_supply(inputs, timeline, demand, valued, last_plan, notes)
    network, rules, netting, stock, levels, known = posed.network, posed.rules, posed.netting, posed.stock, posed.levels, posed.known
    plan = _planned(network, rules, settings)
    solution = plan if isinstance(plan, SupplySolution) else plan.solution
    why = explain(plan, settings.plan_currency)
    allocation, allocation_rules, said = allocate(
        solution, known.served, locations, known.customer_mix, known.customer_classes, known.prices, settings.allocation_rule
    )
    notes.append(said)
    if posed.decided_network is not posed.undecided_network:  # a decision may change what stock is held for
        levels = stock_levels(posed.decided_network, stock)
    targets = inventory_targets(solution, levels, stock)
    notes.append(notes_frame([
        *posed.undecided, *levels.notes, *netting.notes, *solution.notes, *capacity_notes(network, netting), *waiting_beside_stock(solution), *why.notes,
    ]))  # fmt: skip
    return Supply(
        network, rules, netting, solution, known.supplier_performance, net_requirements_frame(network, netting), with_last_plan(supply_plan_frame(solution), last_plan),
        capacity_frame(network, netting, solution), inventory_plan_frame(solution, posed.undecided_network), why, allocation, allocation_rules, targets,
        service_curves(network, levels, targets), known.served, restocker(stock),
        None if isinstance(plan, SupplySolution) else plan, posed.elasticity, posed.price_change, posed.undecided_network,
    )  # fmt: skip


def _price_change(before: SupplyNetwork, decided: SupplyNetwork) -> Matrix:
    """(D, T) factor that decisions have put on prices."""
    return np.where(before.price > 0, decided.price / np.where(before.price > 0, before.price, 1.0), 1.0)


def supply_rules(settings: Settings) -> SupplyRules:
    """How the plan is made, as Settings says."""
    return SupplyRules(
        objective=settings.supply_objective, unmet=settings.unmet_demand, prebuild="pre-build" in lever_names(settings.free_levers),
        whole_lots=settings.lot_sizing == "exact", gap=settings.solver_gap, seconds=settings.solver_seconds, change_cost_rate=settings.change_cost_rate,
    )  # fmt: skip


def _planned(network: SupplyNetwork, rules: SupplyRules, settings: Settings) -> SolvedModel | SupplySolution:
    """The plan with its prices; where nothing limits it, netting is the plan, with its lots and without prices."""
    if settings.supply_plan == "unconstrained" or netting_suffices(network, rules):
        return unconstrained_solution(network, rules)
    from sop_xl.plan.supply.solver import open_model

    return open_model(network, rules)


def make_plan(network: SupplyNetwork, rules: SupplyRules, settings: Settings) -> SupplySolution:
    """A plan of another network in the way in which the plan itself is made."""
    plan = _planned(network, rules, settings)
    return plan if isinstance(plan, SupplySolution) else plan.solution


def _stock_inputs(inputs: Inputs, demand: Demand) -> StockInputs:
    settings, stated = inputs.settings, inputs.frame
    ranges = with_launch_ranges(demand.baseline.forecast, demand.launch_ranges)
    return StockInputs(
        items=stated("Items"), locations=inputs.locations(), inventory=stated("Inventory"), inventory_policy=stated("Inventory Policy"),
        segments=demand.baseline.accuracy[["item", "location", "abc", "xyz"]],
        error_sd=forecast_error_sd(ranges, settings.interval_low, settings.interval_high), history=demand.cleansed.history,
        service_level=settings.service_level, service_measure=settings.service_measure, method=settings.safety_stock_method,
        order_cost=settings.order_cost, excess_cover_days=settings.excess_cover_days,
    )  # fmt: skip


def _performance(inputs: Inputs, timeline: Timeline) -> tuple[pd.DataFrame, pd.DataFrame]:
    return supplier_performance(
        inputs.frame("Purchase History"), timeline.calendar.mean_days, inputs.frame("Sourcing"), inputs.frame("Suppliers"), inputs.frame("Items"),
        until=timeline.current, is_measured=inputs.settings.lead_times == "measured",
    )  # fmt: skip


def _supply_inputs(
    inputs: Inputs, timeline: Timeline, demand: Demand, valued: Valued, performance: pd.DataFrame, last_plan: pd.DataFrame
) -> SupplyInputs:
    stated = inputs.frame
    return SupplyInputs(
        items=stated("Items"), served=demand_to_serve(demand.consensus, demand.consumption), prices=valued.net_prices(), locations=inputs.locations(),
        inventory=stated("Inventory"), open_orders=stated("Open Orders"), sourcing=stated("Sourcing"), bill_of_materials=stated("Bill of Materials"),
        resources=stated("Resources"), bill_of_resources=stated("Bill of Resources"), resource_calendar=stated("Resource Calendar"),
        suppliers=stated("Suppliers"), supplier_performance=performance, inventory_policy=stated("Inventory Policy"),
        customer_classes=stated("Customer Classes"), customer_mix=inputs.customer_mix(timeline),
        segments=demand.baseline.accuracy[["item", "location", "abc", "xyz"]], previous_orders=last_plan, settings=supply_settings(inputs.settings),
    )  # fmt: skip


def supply_settings(settings: Settings) -> SupplySettings:
    """Costs and policies of supply, as Settings says; days in periods."""
    return SupplySettings(
        holding_cost_rate=settings.holding_cost_rate, backorder_cost_rate=settings.backorder_cost_rate, lost_sale_cost_rate=settings.lost_sale_cost_rate,
        safety_stock_cost_rate=settings.safety_stock_cost_rate, frozen_fence=settings.frozen_fence_days / settings.make_calendar().mean_days,
        expedite_premium=settings.expedite_premium, free_levers=lever_names(settings.free_levers), lead_times=settings.lead_times,
        supplier_payment_days=settings.supplier_payment_days,
    )  # fmt: skip
