"""Safety stock, targets and service curves of five thousand stocks over two years."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from small_network import small_network
from stocked_network import stock_inputs

from sop_xl.plan.service_curves import service_curves
from sop_xl.plan.stock_policy import restocker, stock_levels
from sop_xl.plan.stock_targets import inventory_targets
from sop_xl.plan.supply.network import SupplyRules
from sop_xl.plan.supply.unconstrained import unconstrained_solution

pytestmark = pytest.mark.benchmark_only

POINTS, PERIODS, HISTORY = 5000, 24, 36
SECONDS = {("normal", "cycle service"): 5.0, ("normal", "fill rate"): 10.0, ("gamma", "fill rate"): 30.0, ("bootstrap", "fill rate"): 40.0}


@pytest.fixture(scope="module")
def company():
    rng = np.random.default_rng(1)
    names = [f"I{n:05d}" for n in range(POINTS)]
    network = small_network(
        demand={name: rng.uniform(10, 200) * rng.uniform(0.8, 1.2, PERIODS) for name in names},
        sources=[{"item": name, "kind": "buy", "source": "X", "lead_time": float(rng.integers(0, 8)) / 2, "lead_time_deviation": 0.3} for name in names],
        opening={name: float(rng.uniform(0, 900)) for name in names},
    )
    periods = pd.date_range(end="2025-12-01", periods=HISTORY, freq="MS")
    cells = pd.MultiIndex.from_product([names, ["All"], periods], names=["item", "location", "period"]).to_frame(index=False)
    history = cells.assign(demand=np.where(rng.random(len(cells)) < 0.4, rng.poisson(80, len(cells)), 0).astype(float))
    return network, {"error": dict.fromkeys(names, 25.0), "history": history}


@pytest.mark.parametrize(("method", "measure"), list(SECONDS))
def test_restocking(company, method, measure):
    network, known = company
    inputs = stock_inputs(known["error"], history=known["history"], method=method, service_measure=measure)
    started = time.perf_counter()
    restocked = restocker(inputs)(network, None)
    took = time.perf_counter() - started
    print(f"{method}, {measure}: {took:.2f} s for {POINTS:,} stocks over {PERIODS} periods")
    assert (restocked.safety_stock > 0).any()
    assert took < SECONDS[method, measure]


def test_targets_and_curves(company):
    network, known = company
    inputs = stock_inputs(known["error"])
    solution = unconstrained_solution(restocker(inputs)(network, None), SupplyRules())
    started = time.perf_counter()
    levels = stock_levels(network, inputs)
    targets = inventory_targets(solution, levels, inputs)
    middle = time.perf_counter()
    curves = service_curves(network, levels, targets)
    print(f"targets {middle - started:.2f} s, curves {time.perf_counter() - middle:.2f} s for {POINTS:,} stocks over {PERIODS} periods")
    assert len(targets) == POINTS
    assert len(curves) >= 20
    assert time.perf_counter() - started < 15
