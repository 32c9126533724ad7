"""Consensus demand: the baseline forecast and every human step on top of it, each visible in its own column."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.consensus_steps import running_demand
from sop_xl.plan.effects import EVENTS, LIFE_CYCLE, OVERRIDES, SALES_INPUT, Step, effects_frame
from sop_xl.plan.events import TOLERANCE, apply_events, events_of_heirs
from sop_xl.plan.grid import Grid, Matrix, series_of
from sop_xl.plan.life_cycle import apply_life_cycle, launched_baseline, life_cycle_pairs
from sop_xl.plan.notes import Note, notes_frame, some_of
from sop_xl.plan.overrides import SCENARIO, apply_overrides
from sop_xl.plan.prices import SOURCE_HISTORY, net_prices
from sop_xl.plan.sales_input import SalesTerms, apply_sales_input


class Consensus(NamedTuple):
    """Consensus demand and how it came about.

    Parameters
    ----------
    demand
        CONSENSUS_DEMAND.
    notes
        frame, key, rule, note.
    effects
        DEMAND_EFFECTS: the parts of every step by source.
    sales_review
        SALES_REVIEW with a column `note` more.
    sales_numbers
        contributor, item, location, period, demand: what each contributor said, spread to items and locations.
    """

    demand: pd.DataFrame
    notes: pd.DataFrame
    effects: pd.DataFrame
    sales_review: pd.DataFrame
    sales_numbers: pd.DataFrame


def consensus_demand(
    baseline: pd.DataFrame,
    events: pd.DataFrame,
    lifecycle: pd.DataFrame,
    sales_input: pd.DataFrame,
    overrides: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    timeline: Timeline,
    sales_weight: float,
    *,
    event_results: pd.DataFrame | None = None,
    event_uplifts: pd.DataFrame | None = None,
    customer_mix: pd.DataFrame | None = None,
    demand_history: pd.DataFrame | None = None,
    track_records: pd.DataFrame | None = None,
    by_track_record: bool = False,
    rate_factors: pd.DataFrame | None = None,
    followed: pd.DataFrame | None = None,
) -> Consensus:
    """Consensus demand by item, location and planned period.

    Parameters
    ----------
    baseline
        BASELINE_FORECAST, units per period; absent is taken as 0, and said. Periods outside the plan are left out.
    events, lifecycle, sales_input, overrides
        What people add; each may be empty. See `apply_events`, `apply_life_cycle`, `apply_sales_input`,
        `apply_overrides`, which are applied in this order, each to the result of the one before.
    items, locations
        Every item used must be listed; an empty `locations` means that locations carry no region.
    timeline
        Its planned periods are the columns of the plan.
    sales_weight
        Share of the gap between sales number and forecast that enters the plan, 0 to 1.
    event_results, event_uplifts, customer_mix
        What past events had, what they added by series and period, and whose demand is whose; see `apply_events`; sales numbers by account stand
        against the same customers.
    demand_history
        DEMAND_HISTORY in plan currency, from which money gets its price and overrides their spread by history; `None` = list prices only.
    track_records
        TRACK_RECORDS behind sales numbers; `None` = nothing is known of past numbers.
    by_track_record
        Whether contributors with a track record count by it; see `SalesTerms`.
    rate_factors
        item, location, factor: what plan rates make of a price from history, see `plan_rate_factors`; `None` = 1.
    followed
        item, location, like_item: series whose baseline is another item's by a rule; see `followed_items`. `None` = none is.

    Returns
    -------
    The demand, in which baseline + events + life_cycle + sales_input + overrides = consensus holds in every row
    and nothing is below 0, for every pair of item and location that has a baseline, is launched, succeeds another or is
    named with both item and location in an input; notes; and the effects of every source, which sum to the steps.

    Raises
    ------
    FrameError
        A label that is not listed, a baseline below 0, a weight outside 0 to 1.
    """
    _check_inputs(baseline, events, lifecycle, sales_input, overrides, items, locations)
    named = [
        frame[(frame["item"] != "") & (frame["location"] != "")] for frame in (events, sales_input, overrides)
    ]
    grid = Grid(
        series_of([baseline, life_cycle_pairs(baseline, lifecycle), *named], items, locations), timeline.plan
    )
    notes = list[Note]()
    start = _dense_baseline(grid, baseline, notes)
    acted_on = launched_baseline(grid, start, lifecycle, timeline)
    by_events = apply_events(
        grid, acted_on, events, timeline, event_results=event_results, customer_mix=customer_mix, uplifts=event_uplifts
    )
    by_life_cycle = apply_life_cycle(grid, start, by_events.units, lifecycle, timeline, followed)
    notes += events_of_heirs(grid, acted_on, by_life_cycle.units, events, timeline)
    running = running_demand(start, by_events.units, by_life_cycle.units)
    history = frames.empty_frame(frames.DEMAND_HISTORY) if demand_history is None else demand_history
    prices = _at_plan_rates(_prices_for_money(grid, running, sales_input, history, items, locations, timeline), rate_factors)
    terms = SalesTerms(sales_weight, by_track_record, _known(track_records, frames.TRACK_RECORDS), prices, _known(customer_mix, frames.CUSTOMER_MIX))
    sales = apply_sales_input(grid, running, sales_input, terms)
    by_sales = sales.step
    running = running_demand(running, by_sales.units)
    of_scenarios = overrides["reason_code"] == SCENARIO
    by_overrides = apply_overrides(grid, running, overrides[~of_scenarios], timeline, history)
    if of_scenarios.any():
        running = running_demand(running, by_overrides.units)
        more = apply_overrides(grid, running, overrides[of_scenarios], timeline, history)
        by_overrides = Step(by_overrides.units + more.units, by_overrides.effects + more.effects, by_overrides.notes + more.notes)
    steps = {EVENTS: by_events, LIFE_CYCLE: by_life_cycle, SALES_INPUT: by_sales, OVERRIDES: by_overrides}
    for step in steps.values():
        notes += step.notes
    # the sum of the steps is the plan; what float arithmetic leaves below 0 is nothing
    consensus = running_demand(start, *(step.units for step in steps.values()))
    frame = grid.frame(baseline=start, **{name: step.units for name, step in steps.items()}, consensus=consensus)
    return Consensus(
        frame if len(frame) else frames.empty_frame(frames.CONSENSUS_DEMAND),
        notes_frame(notes),
        effects_frame(grid, {name: step.effects for name, step in steps.items()}),
        sales.review,
        sales.numbers,
    )


def _check_inputs(*given: pd.DataFrame) -> None:
    specs = (
        frames.BASELINE_FORECAST, frames.EVENTS, frames.LIFECYCLE, frames.SALES_INPUT, frames.OVERRIDES, frames.ITEMS, frames.LOCATIONS,
    )  # fmt: skip
    for frame, spec in zip(given, specs, strict=True):
        frames.check_frame(frame, spec)


def _prices_for_money(
    grid: Grid, running: Matrix, sales_input: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame, timeline: Timeline
) -> pd.DataFrame:
    """NET_PRICES of every series of the plan, where any sales number is in money."""
    if not (sales_input["revenue"].notna() & sales_input["demand"].isna()).any():
        return frames.empty_frame(frames.NET_PRICES)
    return net_prices(history, items, locations, timeline, grid.frame(consensus=running))[0]


def _at_plan_rates(prices: pd.DataFrame, factors: pd.DataFrame | None) -> pd.DataFrame:
    """Prices that come from the pair's own history, as the financial plan values them."""
    if factors is None or prices.empty:
        return prices
    factor = prices.merge(factors, on=["item", "location"], how="left")["factor"].fillna(1.0).to_numpy()
    return prices.assign(net_price=prices["net_price"] * np.where(prices["source"] == SOURCE_HISTORY, factor, 1.0))


def _known(frame: pd.DataFrame | None, spec: frames.FrameSpec) -> pd.DataFrame:
    return frames.empty_frame(spec) if frame is None else frames.check_frame(frame, spec)


def _dense_baseline(grid: Grid, baseline: pd.DataFrame, notes: list[Note]) -> Matrix:
    """The baseline as a matrix, absent as 0; says for which series it is absent."""
    if (baseline["baseline"] < -TOLERANCE).any():
        raise FrameError("baseline_forecast: a forecast is below 0")
    start = grid.matrix(baseline, baseline["baseline"])
    absent = np.isnan(start)
    if absent.any():
        some = grid.series[absent.any(axis=1)]
        names = (some["item"] + " / " + some["location"]).tolist()
        notes.append(
            Note(
                "baseline_forecast",
                min(names),
                "baseline-absent",
                f"no baseline forecast for {some_of(names)}; taken as 0",
            )
        )
    return np.where(absent, 0.0, np.maximum(start, 0.0))
