"""Networks with a forecast error, for tests of stock targets: what safety stock is computed from, in a planner's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from plan_tables import items, table

from sop_xl import frames
from sop_xl.plan.stock_inputs import StockInputs


def stock_inputs(error: Mapping[str, float], *, listed: pd.DataFrame | None = None, own: Mapping[str, float] | None = None, **stated: Any) -> StockInputs:
    """Inputs for a network at the one location `All`.

    Parameters
    ----------
    error
        Standard deviation of the forecast error, units per period, by item.
    listed
        ITEMS; by default every item of `error`.
    own
        The planner's own safety stock by item.
    stated
        Fields of `StockInputs`.
    """
    known = pd.DataFrame({"item": list(error), "location": "All", "forecast_error_sd": [float(v) for v in error.values()]}).astype({"forecast_error_sd": float})
    if own:
        stated["inventory"] = pd.DataFrame({"item": list(own), "location": "All", "on_hand": 0.0, "safety_stock": list(own.values())})
    return StockInputs(items=items(*error) if listed is None else listed, error_sd=known, **stated)


def policy(*rules: Mapping[str, Any]) -> pd.DataFrame:
    """INVENTORY_POLICY with one row per rule, in their order; what a rule leaves out is the setting's turn."""
    return table(frames.INVENTORY_POLICY, *({"policy": str(k), **rule} for k, rule in enumerate(rules)))


def history_of(**demand: list[float]) -> pd.DataFrame:
    """Dense history by item, the last period being December 2025."""
    parts = [
        pd.DataFrame({"item": item, "location": "All", "period": pd.date_range(end="2025-12-01", periods=len(units), freq="MS"), "demand": [float(u) for u in units]})
        for item, units in demand.items()
    ]
    return pd.concat(parts, ignore_index=True)
