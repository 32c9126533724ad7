"""Which stock is held to which target, and the safety stock that follows.

Safety stock is, in this order: what the planner states in Inventory; by the narrowest rule of Inventory Policy; by the item's service level; by
the settings. It follows mean demand and lead time of the network it is computed for, so that a scenario that changes either changes it too.

A stock that nobody buys from and that only what is made or shipped on takes from holds none of its own accord: its demand is planned, not
forecast, and the safety stock of what is sold already protects it. It holds what the planner states, or what method `echelon` places there.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np
import pandas as pd

from sop_xl.plan.echelon import is_available
from sop_xl.plan.grid import Mask, Matrix, Positions, pair_positions
from sop_xl.plan.intermittent_stock import bootstrap_safety_stock, interval_draws, no_draws
from sop_xl.plan.inventory import stocking_location
from sop_xl.plan.notes import Note, some_of
from sop_xl.plan.safety_stock import (
    coming_demand,
    cycle_quantity,
    interval_demand,
    normal_quantile,
    safety_stock,
)
from sop_xl.plan.stock_inputs import StockInputs, StockLevels, pooled_error_sd, sold_history
from sop_xl.plan.stock_placement import place_stock
from sop_xl.plan.supply.flows import dependent_demand, independent_demand, numbers, whole
from sop_xl.plan.supply.network import SupplyNetwork, point_names
from sop_xl.plan.supply.policies import policy_of_points, with_segments
from sop_xl.plan.supply.sourcing import choose_sources

REVIEW = 1.0
"""Periods between two decisions: the plan is made anew in every period."""
HIGHEST_LEVEL = 0.9999
"""Highest service level that a scenario may ask for; certainty has no price."""


class Restock(Protocol):
    """Gives a network its safety stock; see `restocker`."""

    def __call__(self, network: SupplyNetwork, levels: pd.DataFrame | None = None, /) -> SupplyNetwork:
        """The network with the safety stock that its demand and lead times ask for."""


def restocker(inputs: StockInputs) -> Restock:
    """A function that gives a network the safety stock that its own demand and lead times ask for.

    It takes a network and, optionally, `levels`: item, location, service_level; targets in place of policy, item and setting (NaN
    or no row = as they say), held to `HIGHEST_LEVEL`. The planner's own safety stock stands all the same.
    """
    return partial(_restocked, inputs)  # unlike a function within a function it travels between processes


def _restocked(inputs: StockInputs, network: SupplyNetwork, levels: pd.DataFrame | None = None, /) -> SupplyNetwork:
    return replace(network, safety_stock=stock_levels(network, inputs, levels).safety_stock)


def stock_levels(network: SupplyNetwork, inputs: StockInputs, levels: pd.DataFrame | None = None) -> StockLevels:
    """Target, uncertainty and safety stock of every stock point; see `restocker` for `levels`."""
    notes = list[Note]()
    targets = _targets(network, inputs, levels)
    sold = independent_demand(network)
    demand = planned_usage(network)
    regular = regular_source(network)
    lead_time, deviation = (_of_source(network, regular, name) for name in ("lead_time", "lead_time_deviation"))
    ahead = np.ceil(lead_time + REVIEW - 1e-9).astype(np.intp)
    sells = sold.sum(axis=1) > 0
    own = _own_safety_stock(network.points, inputs.inventory)
    error = pooled_error_sd(network.points, inputs)
    _say_what_is_not_known(network, error, sells & np.isnan(own), notes)
    method = np.where(~np.isnan(own), "stated", np.where(sells | (targets["method"] == "echelon"), targets["method"], "")).astype(object)
    lot = np.maximum(_of_source(network, regular, "minimum_order"), _of_source(network, regular, "order_multiple"))
    result = StockLevels(
        classes=targets[["abc", "xyz"]], method=method, measure=targets["service_measure"].to_numpy(dtype=object), own=own, sells=sells,
        level=targets["service_level"].to_numpy(dtype=float), sold=sold, demand=demand, coming_sold=coming_demand(sold, ahead),
        coming=coming_demand(demand, ahead), error_sd=error, deviation=error, lead_time=lead_time, lead_time_deviation=deviation, regular=regular, lot=lot,
        drawn=no_draws(len(own)), net_lead_time=np.full(len(own), np.nan),
        safety_stock=np.zeros(sold.shape), notes=notes,
    )  # fmt: skip
    return _with_safety_stock(network, inputs, result)


def planned_usage(network: SupplyNetwork) -> Matrix:
    """(N, T) what customers, and what is made and shipped on for them, take from each stock per period, whatever lies in stock now.

    Of a plan that makes just what is sold, in the period in which it is sold: a rate to set targets by. It must neither sink because some
    parent is in stock today, nor end early because what is made beyond the horizon is not known.
    """
    sourcing = choose_sources(network)
    network = replace(network, sources=network.sources.assign(lead_periods=0))
    usage = independent_demand(network)
    point, process_yield = whole(network, "sources", "point"), numbers(network, "sources", "process_yield")
    orders = np.zeros((len(network.sources), network.periods))
    for level in range(int(sourcing.level.max(initial=-1)) + 1):
        here = sourcing.level == level
        if level:
            usage[here] += dependent_demand(network, orders)[here]
        rows = np.flatnonzero(here[point] & (sourcing.stated > 0).any(axis=1))
        orders[rows] = usage[point[rows]] * sourcing.stated[rows] / process_yield[rows, None]
    return usage


def regular_source(network: SupplyNetwork) -> Positions:
    """(N,) row of `sources` that replenishes each point regularly: the first that is authorised, no lever before any lever; -1 = none."""
    rows = network.sources[["point", "authorised", "lever"]].reset_index(drop=True)
    rows = rows.assign(later=~rows["authorised"].astype(bool), pulled=rows["lever"] != "", row=rows.index)
    first = rows.sort_values(["point", "later", "pulled", "row"], kind="stable").drop_duplicates("point")
    result: Positions = np.full(len(network.points), -1, dtype=np.intp)
    result[first["point"].to_numpy(dtype=np.intp)] = first["row"].to_numpy(dtype=np.intp)
    return result


def _with_safety_stock(network: SupplyNetwork, inputs: StockInputs, known: StockLevels) -> StockLevels:
    known, placed = _by_placement(network, known)
    known, drawn = _by_draws(network, inputs, known)
    error = np.nan_to_num(known.error_sd)[:, None]
    result = np.where(np.isnan(drawn), np.nan_to_num(placed), drawn)
    for form in ("normal", "gamma"):
        for measure in ("cycle service", "fill rate"):
            rows = (known.method == form) & (known.measure == measure)
            result[rows] = safety_stock(
                known.coming[rows], error[rows], known.lead_time[rows, None], known.lead_time_deviation[rows, None], known.level[rows, None], REVIEW,
                measure=measure, method=form, order_quantity=known.lot[rows, None],
            )  # fmt: skip
    # what is no longer sold, or taken, needs no stock
    wanted = np.where((known.method == "echelon")[:, None], known.coming, known.coming_sold) > 0
    computed = np.where(wanted, result, 0.0)
    return replace(known, safety_stock=np.where(np.isnan(known.own)[:, None], computed, known.own[:, None]))


def _by_draws(network: SupplyNetwork, inputs: StockInputs, known: StockLevels) -> tuple[StockLevels, Matrix]:
    """Safety stock of method bootstrap, NaN elsewhere; gamma takes over where history is too thin."""
    rows = known.method == "bootstrap"
    result = np.full(known.sold.shape, np.nan)
    if not rows.any():
        return known, result
    some = interval_draws(
        sold_history(network.points[rows].reset_index(drop=True), inputs), known.lead_time[rows], known.lead_time_deviation[rows], REVIEW
    )
    drawn, method, notes = some.beside(rows), known.method.copy(), list(known.notes)
    thin = rows & ~drawn.known
    method[thin] = "gamma"
    _say(notes, network, thin, "inventory_policy", "history-too-thin", "too few sales for a bootstrap; safety stock is computed by gamma")
    mean, _ = interval_demand(known.coming_sold, 0.0, known.lead_time[:, None], 0.0, REVIEW)
    cycle = cycle_quantity(known.coming_sold, known.lot[:, None], REVIEW)
    for measure in ("cycle service", "fill rate"):
        chosen = rows & drawn.known & (known.measure == measure)
        result[chosen] = bootstrap_safety_stock(drawn.of(chosen), mean[chosen], known.level[chosen], measure, cycle[chosen])
    return replace(known, method=method, drawn=drawn, notes=notes), result


def _by_placement(network: SupplyNetwork, known: StockLevels) -> tuple[StockLevels, Matrix]:
    """Safety stock of method echelon, NaN elsewhere; normal takes over where there is nothing to place or stockpyl is not installed."""
    rows = known.method == "echelon"
    result = np.full(known.sold.shape, np.nan)
    if not rows.any():
        return known, result
    method, measure, notes = known.method.copy(), known.measure.copy(), list(known.notes)
    alone = np.where(known.sells, "normal", "").astype(object)
    if not is_available():
        method[rows] = alone[rows]
        notes.append(Note(
            "inventory_policy", "", "echelon-not-installed",
            "method echelon needs stockpyl (pip install sop-xl[echelon]); safety stock is computed stock by stock",
        ))  # fmt: skip
        return replace(known, method=method, notes=notes), result
    z = np.maximum(normal_quantile(known.level), 0.0)
    sold_error = np.where(known.sells, np.nan_to_num(known.error_sd), 0.0)
    placement = place_stock(network, known.regular, rows, known.sells, sold_error, z, known.lead_time, REVIEW)
    net, placed = placement.net_lead_time, rows & ~np.isnan(placement.net_lead_time)
    method[rows & ~placed] = alone[rows & ~placed]
    late = known.coming**2 * (known.lead_time_deviation**2)[:, None]
    spread = np.sqrt((np.nan_to_num(net) * placement.deviation**2)[:, None] + late)
    held = np.where((net > 0)[:, None], z[:, None] * spread, 0.0)
    result[placed] = held[placed]
    _say(
        notes, network, placed & (measure == "fill rate"), "inventory_policy", "echelon-by-cycle-service",
        "method echelon places stock by cycle service; the target is read as one",
    )  # fmt: skip
    measure[placed] = "cycle service"
    unpriced = placed & ~(numbers(network, "points", "holding_cost") > 0)
    _say(notes, network, unpriced, "items", "unit-cost-absent", "no unit cost is known; where stock is held was chosen as if it were the cheapest known")
    if placement.tree_links < placement.links:
        notes.append(Note(
            "inventory_policy", "", "echelon-not-a-tree",
            f"the bill of material is no tree: where stock is held was chosen along {placement.tree_links} of its {placement.links} links, the costliest; how much, along all of them",
        ))  # fmt: skip
    deviation = np.where(placed, placement.deviation, known.deviation)
    return replace(known, method=method, measure=measure, net_lead_time=net, deviation=deviation, notes=notes), result


def _targets(network: SupplyNetwork, inputs: StockInputs, levels: pd.DataFrame | None) -> pd.DataFrame:
    """abc, xyz, method, service_measure, service_level of every point."""
    points = with_segments(network.points, inputs.segments, stocking_location(inputs.segments["location"], inputs.locations))
    rule = policy_of_points(points, inputs.inventory_policy)
    of_item = points["item"].map(inputs.items.set_index("item")["service_level"]).to_numpy(dtype=float)
    stated = rule["service_level"].to_numpy(dtype=float)
    level = np.where(np.isnan(stated), np.where(np.isnan(of_item), inputs.service_level, of_item), stated)
    if levels is not None and len(levels):
        rows, wanted = pair_positions(points, levels), levels["service_level"].to_numpy(dtype=float)
        inside = (rows >= 0) & ~np.isnan(wanted)
        level[rows[inside]] = np.clip(wanted[inside], 1.0 - HIGHEST_LEVEL, HIGHEST_LEVEL)
    return pd.DataFrame({
        "abc": points["abc"].to_numpy(dtype=object), "xyz": points["xyz"].to_numpy(dtype=object), "service_level": level,
        "method": rule["method"].where(rule["method"] != "", inputs.method).to_numpy(dtype=object),
        "service_measure": rule["service_measure"].where(rule["service_measure"] != "", inputs.service_measure).to_numpy(dtype=object),
    })  # fmt: skip


def _own_safety_stock(points: pd.DataFrame, inventory: pd.DataFrame) -> Matrix:
    own = np.full(len(points), np.nan)
    rows = pair_positions(points, inventory)
    own[rows[rows >= 0]] = inventory["safety_stock"].to_numpy(dtype=float)[rows >= 0]
    return own


def _of_source(network: SupplyNetwork, regular: Positions, name: str) -> Matrix:
    """A number of each point's regular source; 0 without one or where absent."""
    values = np.append(numbers(network, "sources", name), 0.0)
    return np.asarray(np.nan_to_num(values[regular]))


def _say_what_is_not_known(network: SupplyNetwork, error: Matrix, computed: Mask, notes: list[Note]) -> None:
    _say(
        notes, network, computed & np.isnan(error), "inventory", "forecast-error-absent",
        "the forecast error is not known; safety stock covers late deliveries only",
    )  # fmt: skip


def _say(notes: list[Note], network: SupplyNetwork, rows: Mask, frame: str, rule: str, sentence: str) -> None:
    if rows.any():
        names = np.array(point_names(network), dtype=object)[rows].tolist()
        notes.append(Note(frame, min(names), rule, f"{some_of(names)}: {sentence}"))
