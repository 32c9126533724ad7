"""Small made-up supply networks with everything in them: bills, transfers, resources, suppliers, shelf lives, priorities."""

from __future__ import annotations

import numpy as np
from small_network import small_network

from sop_xl.plan.supply.network import SupplyNetwork

PRODUCTS, COMPONENTS = ("bench", "chair", "table"), ("screw", "wood")


def made_up_network(seed: int, periods: int = 5) -> SupplyNetwork:
    """Three products of two components on one saw and one paint shop, from two suppliers; the seed draws every number."""
    draw = np.random.default_rng(seed)

    def units(most: float) -> list[float]:
        return [float(v) for v in draw.integers(0, int(most) + 1, periods)]

    streams = [
        {
            "item": item, "customer": customer, "units": units(30), "priority": float(draw.integers(1, 3)),
            "backorder_cost": float(draw.integers(1, 8)), "lost_sale_cost": float(draw.integers(1, 8)), "price": float(draw.integers(10, 60)),
        }
        for item in PRODUCTS for customer in ("key", "other")
    ]  # fmt: skip
    sources = [{"item": item, "unit_cost": float(draw.integers(1, 6)), "process_yield": float(draw.choice([1.0, 0.9]))} for item in PRODUCTS]
    sources += [{"item": "bench", "kind": "subcontract", "source": "Lee", "priority": 2.0, "unit_cost": float(draw.integers(10, 40)), "authorised": bool(draw.integers(0, 2))}]
    for item in COMPONENTS:
        sources += [{"item": item, "kind": "buy", "supplier": "X", "unit_cost": 1.0, "lead_time": float(draw.integers(0, 3))}]
        sources += [{"item": item, "kind": "buy", "supplier": "Y", "unit_cost": 2.0, "priority": 2.0, "maximum": float(draw.integers(5, 40))}]
    return small_network(
        {}, streams=streams, sources=sources, uses={("bench", "wood"): 2.0, ("chair", "wood"): 1.0, ("table", "screw"): 3.0, ("table", "wood"): 1.0},
        points={item: {"holding_cost": float(draw.integers(1, 20)) / 10, "shelf_life": float(draw.choice([np.nan, 2.0])), "safety_cost": 2.0} for item in (*PRODUCTS, *COMPONENTS)},
        opening={item: float(draw.integers(0, 40)) for item in (*PRODUCTS, *COMPONENTS)}, scheduled={"wood": units(20)}, safety_stock={"bench": units(10)},
        suppliers={"X": units(120), "Y": units(60)},
        resources={
            "Paint": {"capacity": units(40), "overtime": units(10), "overtime_cost": 3.0, "cost_per_hour": 1.0, "loads": {"chair": 1.0, "table": 1.5}},
            "Saw": {"capacity": units(60), "extra_shifts": 1.0, "shift_capacity": 10.0, "shift_cost": 12.0, "loads": {"bench": 1.0, "chair": 0.5}},
        },
    )  # fmt: skip
