"""Small supply networks, written as a planner would say them, for tests of the supply plan.

    bench = small_network(
        demand={"bench": [10, 30]}, make={"bench": dict(unit_cost=2)}, resources={"Saw": dict(capacity=20, loads={"bench": 1.0})}
    )

Every stock is at the one location `All`; what is not said is free and unlimited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.supply.network import SupplyNetwork, whole_periods

Numbers = Sequence[float]

POINT = {
    "family": "Family", "unit_cost": 10.0, "unit_price": 20.0, "holding_cost": 0.1, "safety_cost": 1.0, "shelf_life": np.nan, "fence": 0.0,
    "maximum_stock": np.nan,
}  # fmt: skip
SOURCE = {
    "kind": "make", "source": "", "from_point": -1, "supplier": -1, "priority": 1.0, "share": np.nan, "unit_cost": 0.0, "lead_time": 0.0,
    "lead_time_deviation": 0.0, "minimum_order": 0.0, "order_multiple": 0.0, "maximum": np.nan, "process_yield": 1.0, "fixed_cost": 0.0,
    "first": None, "last": None, "lever": "", "authorised": True, "cost_stated": True, "co2_per_unit": np.nan,
}  # fmt: skip
RESOURCE = {
    "name": "", "kind": "machine", "location": "All", "unit": "h", "efficiency": 1.0, "cost_per_hour": 0.0, "overtime_cost": 0.0, "shift_capacity": 0.0,
    "shift_cost": 0.0, "workers": np.nan, "hours_per_worker": 0.0, "wage": 0.0, "hire_cost": 0.0, "layoff_cost": 0.0,
}  # fmt: skip


def small_network(
    demand: Mapping[str, Numbers],
    *,
    points: Mapping[str, Mapping[str, Any]] | None = None,
    sources: Sequence[Mapping[str, Any]] | None = None,
    uses: Mapping[tuple[str, str], float] | None = None,
    substitutes: Sequence[tuple[str, str, float, float]] = (),
    resources: Mapping[str, Mapping[str, Any]] | None = None,
    suppliers: Mapping[str, Numbers] | None = None,
    opening: Mapping[str, float] | None = None,
    scheduled: Mapping[str, Numbers] | None = None,
    safety_stock: Mapping[str, Numbers] | None = None,
    streams: Sequence[Mapping[str, Any]] | None = None,
    previous_orders: Numbers | None = None,
    start: str = "2026-01-01",
) -> SupplyNetwork:
    """A network of a few stocks.

    Parameters
    ----------
    demand
        Units by period of each item that is sold; the first gives the horizon.
    points
        Columns of `points` by item, where they differ from `POINT`; items that are only components are named here too.
    sources
        Columns of `sources` where they differ from `SOURCE`, with `item` for the stock they replenish and `supplier` by name. By default
        every item has one source that makes it at once and free of charge.
    uses
        (made item, component): units of component per unit ordered, for every source of kind make and subcontract of the item.
    substitutes
        (component, substitute, units of it per unit, extra cost).
    resources
        Columns of `resources` where they differ from `RESOURCE`, and `capacity` (a number or one per period), `overtime`, `extra_shifts`, `hire`,
        `layoff` (authorised), `loads` (hours by item, for sources of kind make; a pair is (hours, set-up hours)), `space` (by item, storage).
    suppliers
        Units per period by supplier.
    streams
        `item`, `units` and columns of `streams`, where one item has several; else one stream per item of `demand`.
    """
    horizon = len(next(iter(demand.values()))) if demand else len(streams[0]["units"])  # type: ignore[index]
    timeline = Timeline(Calendar(), pd.Timestamp(start) - pd.DateOffset(months=1), pd.Timestamp(start), horizon)
    named = [*demand, *(points or {}), *(c for pair in uses or {} for c in pair), *(s[1] for s in substitutes), *(s["item"] for s in streams or ())]
    items = sorted(dict.fromkeys(named))
    place = {item: k for k, item in enumerate(items)}
    point_rows = pd.DataFrame([{"item": i, "location": "All", **POINT, **(points or {}).get(i, {})} for i in items])
    names = sorted(suppliers or {})
    source_rows = _sources(items, sources, place, names, horizon)
    use_rows = _uses(source_rows, uses or {}, substitutes, place)
    resource_rows, load_rows, store_rows, limits = _resources(resources or {}, source_rows, place, horizon)
    stream_rows, units, price = _streams(demand, streams, place, point_rows)
    return SupplyNetwork(
        timeline=timeline, points=point_rows, sources=source_rows, uses=use_rows, loads=load_rows, stores=store_rows, resources=resource_rows,
        suppliers=pd.DataFrame({"supplier": names, "name": names, "reliability": np.nan, "payment_days": 0.0, "risk": ""}),
        supplier_limit=_rows([suppliers[n] for n in names] if suppliers else [], horizon),
        opening=np.array([(opening or {}).get(i, 0.0) for i in items], dtype=float),
        scheduled=_rows([(scheduled or {}).get(i, 0.0) for i in items], horizon),
        safety_stock=_rows([(safety_stock or {}).get(i, 0.0) for i in items], horizon),
        streams=stream_rows, demand=units, price=price,
        late_share=np.zeros((len(source_rows), horizon)),
        previous_orders=np.full((len(source_rows), horizon), np.nan) if previous_orders is None else _rows([previous_orders] * len(source_rows), horizon),
        **limits,
    )  # fmt: skip


def _rows(values: Sequence[Any], horizon: int) -> np.ndarray:
    return np.array([np.broadcast_to(np.asarray(v, dtype=float), (horizon,)) for v in values], dtype=float).reshape(len(values), horizon)


def _sources(items: list[str], stated: Sequence[Mapping[str, Any]] | None, place: dict[str, int], suppliers: list[str], horizon: int) -> pd.DataFrame:
    rows = []
    for row in stated if stated is not None else [{"item": i} for i in items]:
        full = {**SOURCE, **row, "point": place[row["item"]]}
        if isinstance(full["supplier"], str):
            full["source"], full["supplier"] = full["source"] or full["supplier"], suppliers.index(full["supplier"])
        full["lead_periods"] = int(whole_periods(full["lead_time"]))
        full["first"] = full["lead_periods"] if full["first"] is None else full["first"]
        full["last"] = horizon - 1 if full["last"] is None else full["last"]
        rows.append({k: v for k, v in full.items() if k != "item"})
    frame = pd.DataFrame(rows, columns=["point", *SOURCE, "lead_periods"])
    return frame.sort_values(["point", "priority", "kind", "source"], kind="stable", ignore_index=True)


def _uses(sources: pd.DataFrame, uses: Mapping[tuple[str, str], float], substitutes: Sequence[tuple[str, str, float, float]], place: dict[str, int]) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for s in sources.index[sources["kind"].isin(["make", "subcontract"])]:
        for (made, component), quantity in uses.items():
            if place[made] == sources.at[s, "point"]:
                rows.append({"source": s, "component": place[component], "quantity": quantity, "substitute_for": -1, "extra_cost": 0.0, "authorised": True})
    for component, substitute, quantity, extra in substitutes:
        for k, row in enumerate(list(rows)):
            if row["component"] == place[component] and row["substitute_for"] < 0:
                rows.append({"source": row["source"], "component": place[substitute], "quantity": quantity, "substitute_for": k, "extra_cost": extra, "authorised": True})
    return pd.DataFrame(rows, columns=["source", "component", "quantity", "substitute_for", "extra_cost", "authorised"])


def _resources(stated: Mapping[str, Mapping[str, Any]], sources: pd.DataFrame, place: dict[str, int], horizon: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    rows, loads, stores = [], [], []
    extra = ("capacity", "maintenance", "overtime", "extra_shifts", "hire", "layoff", "loads", "space")
    for r, (name, row) in enumerate(stated.items()):
        rows.append({"resource": name, **RESOURCE, **{k: v for k, v in row.items() if k not in extra}})
        for item, hours in row.get("loads", {}).items():
            run, setup = hours if isinstance(hours, tuple) else (hours, 0.0)
            mine = sources.index[(sources["point"] == place[item]) & (sources["kind"] == "make")]
            loads += [{"source": s, "resource": r, "hours": float(run), "setup_hours": float(setup), "before": 0} for s in mine]
        stores += [{"point": place[item], "resource": r, "space": float(space)} for item, space in row.get("space", {}).items()]
    frame = pd.DataFrame(rows, columns=["resource", *RESOURCE])

    def limit(key: str, absent: float) -> np.ndarray:
        return _rows([row.get(key, absent) for row in stated.values()], horizon)

    by_name = {"overtime": limit("overtime", 0.0), "shift": limit("extra_shifts", 0.0), "hire": limit("hire", 0.0), "layoff": limit("layoff", 0.0)}
    limits = {f"{k}_limit": v for k, v in by_name.items()} | {f"{k}_possible": v.copy() for k, v in by_name.items()}
    limits |= {"capacity": limit("capacity", np.inf), "maintenance": limit("maintenance", 0.0)}
    return (
        frame, pd.DataFrame(loads, columns=["source", "resource", "hours", "setup_hours", "before"]),
        pd.DataFrame(stores, columns=["point", "resource", "space"]), limits,
    )  # fmt: skip


def _streams(demand: Mapping[str, Numbers], stated: Sequence[Mapping[str, Any]] | None, place: dict[str, int], points: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    rows = stated if stated is not None else [{"item": i, "units": u} for i, u in demand.items()]
    default = {"customer": "", "priority": 1.0, "backorder_cost": 5.0, "lost_sale_cost": 5.0, "contract_share": 0.0}
    frame = pd.DataFrame([{"point": place[r["item"]], **default, **{k: v for k, v in r.items() if k not in ("item", "units", "price")}} for r in rows])
    frame = pd.DataFrame(columns=["point", *default]) if frame.empty else frame
    units = np.array([r["units"] for r in rows], dtype=float)
    prices = [r.get("price", points.at[place[r["item"]], "unit_price"]) for r in rows]
    return frame, units, _rows(prices, units.shape[1] if units.size else 0)
