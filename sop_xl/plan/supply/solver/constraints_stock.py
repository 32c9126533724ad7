"""Constraints of stocks: safety, most, age, and what may be built ahead."""

from __future__ import annotations

import numpy as np

from sop_xl.plan.supply.solver.model import SupplyModel


def constrain_safety_stock(model: SupplyModel) -> None:
    """Stock and what is missing to safety stock are together at least the safety stock; missing units have their price."""
    network = model.network
    n = model.every(network.points)
    rows = model.rows()
    if len(below := model.labels("below_safety")):
        rows.add(n, model.periods, model.labels("stock"))
        rows.add(n, model.periods, below)
        rows.write(model.lp, "safety_stock", ">=", np.where(network.safety_stock > 0, network.safety_stock, np.inf))
