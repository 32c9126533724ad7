"""The supply network of 5,000 item-locations and 24 months is built in about a second: the plan's time is the solver's."""

from __future__ import annotations

import time

import numpy as np
import pytest
from supply_tables import noted_network, supply_inputs

pytestmark = pytest.mark.benchmark_only


def test_five_thousand_stocks() -> None:
    random = np.random.default_rng(1)
    finished, parts, places = [f"F{k:03d}" for k in range(300)], [f"P{k:03d}" for k in range(200)], [f"L{k}" for k in range(10)]
    inputs = supply_inputs(
        [*({"item": i, "family": f"G{k % 20}"} for k, i in enumerate(finished)), *({"item": i, "family": "Parts", "lead_time": 2.0} for i in parts)],
        {(i, place): random.integers(1, 50, 24) for i in finished for place in places},
        locations=[{"location": place, "supplied_from": place} for place in places],
        sourcing=[{"item": i, "kind": "buy", "source": f"S{k % 50}", "priority": 1.0} for k, i in enumerate(parts)],
        bill_of_materials=[{"item": i, "component": parts[(k * 3 + j) % 200], "quantity_per": 1.0} for k, i in enumerate(finished) for j in range(3)],
        resources=[{"resource": f"R{k}", "kind": "machine", "capacity": 1000.0} for k in range(20)],
        bill_of_resources=[{"family": f"G{k}", "resource": f"R{k}", "hours_per_unit": 0.1} for k in range(20)],
        inventory=[{"item": i, "location": place, "on_hand": 5.0} for i in (*finished, *parts) for place in places],
    )  # fmt: skip
    start = time.process_time()
    network, _ = noted_network(inputs, 24)
    took = time.process_time() - start
    assert len(network.points) == 5000 and len(network.uses) == 9000
    assert took < 2.0, f"{took:.2f} s"
