"""Inputs of the supply plan as a planner would write them: small tables, everything left out is absent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from plan_tables import month, months, table

from sop_xl import frames
from sop_xl.plan.supply.build import build_network
from sop_xl.plan.supply.inputs import SupplyInputs, SupplySettings
from sop_xl.plan.supply.network import SupplyNetwork

Rows = Sequence[Mapping[str, Any]]
FIRST = "2026-01"


def supply_inputs(
    items: Rows, demand: Mapping[tuple[str, str], Sequence[float]] | None = None, *, prices: Mapping[str, float] | None = None,
    settings: Mapping[str, Any] | None = None, segments: Mapping[tuple[str, str], str] | None = None, **tables: Rows,
) -> SupplyInputs:  # fmt: skip
    """Inputs from January 2026 on.

    Parameters
    ----------
    items
        Rows of ITEMS; family Paint, unit cost 10, list price 20 and no lead time unless stated.
    demand
        Units by month, by item and selling location.
    prices
        Net price of each item, the same everywhere; absent = not known.
    segments
        Classes such as `AX` by item and selling location.
    tables
        Rows of the other frames by their names.
    """
    usual = {"family": "Paint", "unit_cost": 10.0, "unit_price": 20.0, "lead_time": 0.0, "lead_time_deviation": 0.0, "minimum_order": 0.0, "order_multiple": 0.0}
    cells = [
        {"item": item, "location": location, "period": period, "consensus": float(units)}
        for (item, location), row in (demand or {}).items()
        for period, units in zip(pd.date_range(month(FIRST), periods=len(row), freq="MS"), row, strict=True)
    ]
    served = pd.DataFrame(cells, columns=["item", "location", "period", "consensus"])
    priced = served[["item", "location", "period"]].assign(net_price=served["item"].map(prices or {}).astype(float))
    classes = [{"item": i, "location": w, "abc": c[0], "xyz": c[1]} for (i, w), c in (segments or {}).items()]
    given = {name: table(getattr(frames, "SUPPLY_PLAN" if name == "previous_orders" else name.upper()), *rows) for name, rows in tables.items()}
    return SupplyInputs(
        items=table(frames.ITEMS, *(usual | dict(row) for row in items)), served=served, prices=priced,
        segments=pd.DataFrame(classes, columns=["item", "location", "abc", "xyz"], dtype=object),
        settings=SupplySettings(**(settings or {})), **given,
    )  # fmt: skip


def network_of(inputs: SupplyInputs, horizon: int = 3) -> SupplyNetwork:
    """The network of the inputs, which need no note."""
    return noted_network(inputs, horizon)[0]


def noted_network(inputs: SupplyInputs, horizon: int = 3) -> tuple[SupplyNetwork, pd.DataFrame]:
    """The network and what had to be said."""
    return build_network(inputs, months(FIRST, horizon))


def names(network: SupplyNetwork) -> list[str]:
    """Stock points as `item@location`."""
    return (network.points["item"] + "@" + network.points["location"]).tolist()


def sources_of(network: SupplyNetwork, point: str) -> pd.DataFrame:
    """Sources of the stock point `item@location`."""
    at = names(network).index(point)
    return network.sources[network.sources["point"] == at].reset_index(drop=True)
