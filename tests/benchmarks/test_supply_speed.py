"""Supply plans of 500 to 5,000 stock points by 24 months and 20 resources: seconds to build, seconds to solve, memory."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.supply.network import SupplyNetwork

pytestmark = pytest.mark.benchmark_only

HORIZON, RESOURCES, SUPPLIERS = 24, 20, 50


def company(points: int, seed: int = 7) -> SupplyNetwork:
    """Three in five stock points are bought components, the others made of three of them on two of twenty resources, one in ten with a subcontractor.

    Resources have nine tenths of the hours that a level load would need in their peak, so that about a third of the months bind.
    """
    draw = np.random.default_rng(seed)
    bought = points * 3 // 5
    made = np.arange(bought, points)
    buying = np.arange(bought)
    demand = np.exp(draw.normal(3, 1, (len(made), 1))) * (1 + 0.3 * np.sin(np.arange(HORIZON) / 12 * 2 * np.pi + draw.uniform(0, 6, (len(made), 1))))
    cost = np.exp(draw.normal(2, 1, points))
    cost[made] += 20
    table = pd.DataFrame({
        "item": [f"i{k:05d}" for k in range(points)], "location": "All", "family": "F", "unit_cost": cost, "unit_price": cost * 2, "holding_cost": cost * 0.01,
        "safety_cost": cost * 0.05, "shelf_life": np.nan, "fence": 0.0, "maximum_stock": np.nan,
    })  # fmt: skip
    second = draw.choice(made, len(made) // 10, replace=False)
    point = np.concatenate([buying, made, second])
    kind = np.repeat(["buy", "make", "subcontract"], [len(buying), len(made), len(second)])
    lead = np.where(kind == "buy", draw.integers(0, 3, len(point)), 0)
    sources = pd.DataFrame({
        "point": point, "kind": kind, "source": "", "from_point": -1, "supplier": np.where(kind == "buy", draw.integers(0, SUPPLIERS, len(point)), -1),
        "priority": np.where(kind == "subcontract", 2.0, 1.0), "share": np.nan, "unit_cost": np.where(kind == "make", 0.0, cost[point] * np.where(kind == "subcontract", 1.5, 1.0)),
        "lead_time": lead.astype(float), "lead_time_deviation": 0.0, "lead_periods": lead, "minimum_order": 0.0, "order_multiple": 0.0, "maximum": np.nan,
        "process_yield": 0.98, "fixed_cost": 0.0, "first": lead, "last": HORIZON - 1, "lever": "", "authorised": True,
    }).sort_values(["point", "priority"], kind="stable", ignore_index=True)  # fmt: skip
    makers = np.flatnonzero(sources["kind"] == "make")
    uses = pd.DataFrame({
        "source": np.repeat(makers, 3), "component": draw.integers(0, bought, 3 * len(makers)), "quantity": draw.integers(1, 4, 3 * len(makers)).astype(float),
        "substitute_for": -1, "extra_cost": 0.0, "authorised": True,
    })  # fmt: skip
    hours = draw.uniform(0.1, 1.0, (len(makers), 2))
    loads = pd.DataFrame({
        "source": np.repeat(makers, 2), "resource": draw.integers(0, RESOURCES, 2 * len(makers)), "hours": hours.ravel(), "setup_hours": 0.0, "before": 0,
    })  # fmt: skip
    load = np.zeros((RESOURCES, HORIZON))
    np.add.at(load, loads["resource"].to_numpy(), loads["hours"].to_numpy()[:, None] * np.repeat(demand, 2, axis=0))
    capacity = np.repeat(load.mean(axis=1, keepdims=True) * draw.uniform(0.9, 1.2, (RESOURCES, 1)), HORIZON, axis=1)
    resources = pd.DataFrame({
        "resource": [f"r{k:02d}" for k in range(RESOURCES)], "name": "", "kind": "machine", "location": "All", "unit": "h", "efficiency": 1.0, "cost_per_hour": 20.0,
        "overtime_cost": 30.0, "shift_capacity": 0.0, "shift_cost": 0.0, "workers": np.nan, "hours_per_worker": 0.0, "wage": 0.0, "hire_cost": 0.0, "layoff_cost": 0.0,
    })  # fmt: skip
    streams = pd.DataFrame({"point": made, "customer": "", "priority": 1.0, "backorder_cost": cost[made] * 0.1, "lost_sale_cost": 0.0, "contract_share": 0.0})
    opening = np.zeros(points)
    opening[made] = demand[:, 0]
    np.add.at(opening, uses["component"].to_numpy(), 3.0 * uses["quantity"].to_numpy() * np.repeat(demand[:, 0], 3))
    safety = np.zeros((points, HORIZON))
    safety[made] = 0.3 * demand.mean(axis=1, keepdims=True)
    none = np.zeros((RESOURCES, HORIZON))
    return SupplyNetwork(
        timeline=Timeline(Calendar(), pd.Timestamp("2025-12-01"), pd.Timestamp("2026-01-01"), HORIZON), points=table, sources=sources, uses=uses, loads=loads,
        stores=pd.DataFrame({"point": np.zeros(0, int), "resource": np.zeros(0, int), "space": np.zeros(0)}), resources=resources, capacity=capacity, maintenance=none,
        overtime_limit=0.05 * capacity, shift_limit=none, hire_limit=none, layoff_limit=none, overtime_possible=0.1 * capacity, shift_possible=none, hire_possible=none,
        layoff_possible=none, suppliers=pd.DataFrame({"supplier": [f"s{k:02d}" for k in range(SUPPLIERS)], "name": "", "reliability": np.nan, "payment_days": 30.0, "risk": ""}),
        supplier_limit=np.full((SUPPLIERS, HORIZON), np.inf), opening=opening, scheduled=np.zeros((points, HORIZON)), safety_stock=safety, streams=streams,
        demand=demand, price=np.repeat(table["unit_price"].to_numpy()[made, None], HORIZON, axis=1), late_share=np.zeros((len(sources), HORIZON)),
        previous_orders=np.full((len(sources), HORIZON), np.nan),
    )  # fmt: skip


MEASURE = """
import resource, sys, time
sys.path.insert(0, {folder!r})
from test_supply_speed import company
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.solver.build import build_model
from sop_xl.plan.supply.solver.engine import Engine
from sop_xl.plan.supply.solver.programme import programme_of
network, rules = company({points}), SupplyRules()
build_model(company(20), rules)  # what is imported on first use is not building
started = time.process_time()
held = programme_of(build_model(network, rules))
built = time.process_time()
Engine(held, [held.cost]).solve()
solved = time.process_time()
print(built - started, solved - built, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, *held.matrix.shape)
"""
"""Processor seconds, so that a busy machine is not taken for slow code; a process of its own, so that the peak of memory is its own."""


@pytest.mark.parametrize("points", [500, 1000, 2000, 5000])
def test_building_the_programme_takes_less_than_solving_it(points, record_property):
    code = MEASURE.format(folder=str(Path(__file__).parent), points=points)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    build, solve, megabytes, rows, columns = (float(v) for v in done.stdout.split())
    record_property("build seconds", round(build, 2))
    record_property("solve seconds", round(solve, 2))
    record_property("megabytes", int(megabytes))
    record_property("rows x columns", f"{rows:,.0f} x {columns:,.0f}")
    assert build < solve
    assert megabytes < 2048


def test_fifty_prices_are_quick(record_property):
    """Of 500 stock points: the price, range and validity of fifty limits, degenerate ones among them."""
    from sop_xl.plan.supply.network import SupplyRules
    from sop_xl.plan.supply.solver import open_model

    started = time.process_time()
    model = open_model(company(500), SupplyRules())
    planned = time.process_time()
    for number in range(50):
        model.sensitivity("resource_capacity", number % RESOURCES, number % HORIZON)
    asked = time.process_time() - planned
    record_property("plan seconds", round(planned - started, 2))
    record_property("seconds of fifty prices", round(asked, 2))
    assert asked < 30.0
