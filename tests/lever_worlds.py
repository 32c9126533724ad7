"""Small worlds in which something is short and something could be done about it, for tests of options and decisions.

Everywhere a bench sells at 20 and what cannot be delivered is lost; the numbers are small enough to be checked by hand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from small_network import small_network

from sop_xl.plan.supply.network import SupplyNetwork, SupplyRules

LOST = SupplyRules(unmet="lost sales")
NO_PREBUILD = SupplyRules(unmet="lost sales", prebuild=False)

MAKE = {"item": "bench", "kind": "make", "unit_cost": 2.0}
MILLER = {"item": "bench", "kind": "subcontract", "source": "Miller", "unit_cost": 9.0, "lever": "subcontract", "authorised": False}


def undecided(network: SupplyNetwork) -> SupplyNetwork:
    """The network before management authorised overtime, shifts or a change of the workforce; all of it stays possible."""
    limits: dict[str, Any] = {name: np.zeros_like(network.capacity) for name in ("overtime_limit", "shift_limit", "hire_limit", "layoff_limit")}
    return replace(network, **limits)


def short_of_hours(demand: tuple[float, ...] = (50.0,), **resource: Any) -> SupplyNetwork:
    """A saw of 40 hours for more benches than that; 6 hours of overtime at 5 an hour, or Miller makes them at 9."""
    saw = {"capacity": 40.0, "overtime": 6.0, "overtime_cost": 5.0, "loads": {"bench": 1.0}, **resource}
    return undecided(small_network({"bench": demand}, sources=[MAKE, MILLER], resources={"Saw": saw}))


def late_helper() -> SupplyNetwork:
    """Demand is above the saw's hours in January alone; an expedited order takes two months."""
    far = {"item": "bench", "kind": "buy", "source": "Far", "unit_cost": 3.0, "lead_time": 2.0, "lever": "expedite", "authorised": False}
    return small_network({"bench": (50.0, 40.0, 40.0)}, sources=[MAKE, far], resources={"Saw": {"capacity": 40.0, "loads": {"bench": 1.0}}})


def limited_supplier() -> SupplyNetwork:
    """Smith sells 30 benches a month at 10, Jones any number at 12 once he is allowed."""
    smith = {"item": "bench", "kind": "buy", "supplier": "Smith", "unit_cost": 10.0}
    jones = {"item": "bench", "kind": "buy", "supplier": "Jones", "unit_cost": 12.0, "priority": 2.0, "lever": "second source", "authorised": False}
    return small_network({"bench": (40.0,)}, sources=[smith, jones], suppliers={"Smith": [30.0], "Jones": [np.inf]})


def limited_material() -> SupplyNetwork:
    """Oak comes 30 a month at 3; pine at 3 and 2 more for the work that it makes, in any number."""
    oak = {"item": "oak", "kind": "buy", "supplier": "Forest", "unit_cost": 3.0}
    pine = {"item": "pine", "kind": "buy", "unit_cost": 3.0}
    network = small_network(
        {"bench": (40.0,)}, sources=[{"item": "bench"}, oak, pine], uses={("bench", "oak"): 1.0}, substitutes=[("oak", "pine", 1.0, 2.0)],
        suppliers={"Forest": [30.0]},
    )  # fmt: skip
    return replace(network, uses=network.uses.assign(authorised=network.uses["substitute_for"] < 0))


def two_customers() -> SupplyNetwork:
    """40 benches for two customers who want 30 each: the chain pays 20 and its lost sales cost 20, the shops pay 30 and theirs cost 1."""
    chain = {"item": "bench", "customer": "chain", "units": (30.0,), "price": 20.0, "lost_sale_cost": 20.0, "priority": 1.0}
    shops = {"item": "bench", "customer": "shops", "units": (30.0,), "price": 30.0, "lost_sale_cost": 1.0, "priority": 2.0}
    return small_network({}, streams=[chain, shops], sources=[MAKE], resources={"Saw": {"capacity": 40.0, "loads": {"bench": 1.0}}})
