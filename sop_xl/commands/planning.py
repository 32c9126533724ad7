"""The monthly plan, step by step: checked inputs in, frames out. Each step is one function of the core, called with what it needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from sop_xl.commands.inputs import Inputs
from sop_xl.frames import TRACK_RECORDS, empty_frame
from sop_xl.hosts import forecast_cache
from sop_xl.periods import Timeline
from sop_xl.plan.archive import contributor_pairs
from sop_xl.plan.bridges import bridges
from sop_xl.plan.cleansing import Cleansed, cleanse_history, on_planned_days, stated_days, working_days
from sop_xl.plan.consumption import consume_forecast, demand_to_serve
from sop_xl.plan.currency import ACTUAL, PLAN, convert_to_plan_currency
from sop_xl.plan.demand import Consensus, consensus_demand
from sop_xl.plan.demand_ranges import consensus_ranges
from sop_xl.plan.event_learning import learn_from_events
from sop_xl.plan.finance import financial_plan
from sop_xl.plan.forecast import BaselineResult, baseline_forecast, is_manual, recipe_key
from sop_xl.plan.history import calendarise
from sop_xl.plan.inventory import forecast_error_sd, inventory_plan
from sop_xl.plan.kpis import kpis
from sop_xl.plan.launch_ranges import LaunchSpread, launch_ranges, launch_spread, with_launch_ranges
from sop_xl.plan.life_cycle_plan import life_cycle_plan
from sop_xl.plan.life_cycle_pools import open_pools
from sop_xl.plan.prices import net_prices
from sop_xl.plan.track_record import track_records
from sop_xl.plan.valuation import FinancialDetail, financial_detail
from sop_xl.sheets import sheet

Progress = Callable[[str, int, int], None]

PROCESSES = 2
"""Processes that fit forecasts; results do not depend on it."""


@dataclass(frozen=True)
class Demand:
    """What the demand step made: corrected history and what its events brought, baseline with its accuracy, consensus with its range, and what orders in hand leave of it."""

    cleansed: Cleansed
    event_results: pd.DataFrame
    baseline: BaselineResult
    agreed: Consensus
    track_records: pd.DataFrame
    consumption: pd.DataFrame
    ranges: pd.DataFrame
    launch_spread: LaunchSpread
    launch_ranges: pd.DataFrame
    from_cache: bool

    @property
    def consensus(self) -> pd.DataFrame:
        """CONSENSUS_DEMAND."""
        return self.agreed.demand

    @property
    def effects(self) -> pd.DataFrame:
        """DEMAND_EFFECTS: the parts of every step by source."""
        return self.agreed.effects


@dataclass(frozen=True)
class Money:
    """What the finance step made."""

    prices: pd.DataFrame
    detail: FinancialDetail
    financial_plan: pd.DataFrame
    bridges: pd.DataFrame


def plan_demand(
    inputs: Inputs, timeline: Timeline, progress: Progress, notes: list[pd.DataFrame], archive: pd.DataFrame | None = None
) -> Demand:
    """Baseline of every item and location, then what people know on top of it.

    `archive` is FORECAST_ARCHIVE as it stands in the workbook, from which contributors have their track records; `None` = there is none.
    """
    items, locations = inputs.frame("Items"), inputs.locations()
    cleansed, findings = _cleansed(inputs, items, locations, timeline)
    notes.append(cleansed.notes)
    baseline, from_cache = _baseline(inputs, cleansed, findings, items, locations, timeline, progress)
    events, customer_mix = inputs.frame("Events"), inputs.customer_mix(timeline)
    uplifts = cleansed.uplifts if inputs.settings.cleanse_history == "on" else None
    history = history_in_plan_currency(inputs, [])
    event_results = learn_from_events(events, uplifts, history, items, locations, timeline, customer_mix)
    settings = inputs.settings
    records = empty_frame(TRACK_RECORDS)
    if archive is not None and len(archive):
        # of what happened, months without demand included, in which a number was wrong too
        past = contributor_pairs(archive, cleansed.actuals, timeline.calendar)
        records = track_records(past, items, timeline, settings.sales_input_weight, settings.track_record_periods)
    agreed = consensus_demand(
        baseline.forecast,
        events,
        inputs.frame("Lifecycle"),
        sales_input_in_plan_currency(inputs, notes),
        inputs.frame("Overrides"),
        items,
        locations,
        timeline,
        settings.sales_input_weight,
        event_results=event_results,
        event_uplifts=uplifts,
        customer_mix=customer_mix,
        demand_history=history,
        track_records=records,
        by_track_record=settings.sales_input_blend == "track record",
    )
    notes.append(agreed.notes)
    consumption, said = consume_forecast(
        agreed.demand, inputs.frame("Customer Orders"), timeline, settings.consume_backward, settings.consume_forward
    )
    notes.append(said)
    lifecycle, quantiles = inputs.frame("Lifecycle"), (settings.interval_low, settings.interval_high)
    spread = launch_spread(inputs.frame("Demand History"), items, lifecycle, timeline)
    launches = launch_ranges(agreed.demand, lifecycle, spread, timeline, *quantiles)
    ranges = consensus_ranges(baseline.ranges, agreed.demand, items, locations, launches)
    return Demand(cleansed, event_results, baseline, agreed, records, consumption, ranges, spread, launches, from_cache)


def _cleansed(inputs: Inputs, items: pd.DataFrame, locations: pd.DataFrame, timeline: Timeline) -> tuple[Cleansed, pd.DataFrame]:
    """History to learn from, and what was found in every series (item, location, note)."""
    settings = inputs.settings
    sales = history_in_plan_currency(inputs, [])  # in one currency, so that items can be ranked by revenue
    history, said = calendarise(sales, timeline, settings.blank_demand, items.set_index("item")["end"])  # type: ignore[arg-type]
    enabled = settings.cleanse_history == "on"
    days = stated_days(inputs.frame("Drivers"), working_days(timeline, settings.working_days))
    cleansed = cleanse_history(
        history, inputs.frame("Events"), items, locations, timeline, inputs.frame("History Log"), working_days=days, enabled=enabled
    )
    found = pd.concat([said, cleansed.series_notes]).sort_values(["item", "location"], kind="stable", ignore_index=True)
    return cleansed, found


def _baseline(
    inputs: Inputs, cleansed: Cleansed, said: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame, timeline: Timeline, progress: Progress
) -> tuple[BaselineResult, bool]:
    """The baseline, fitted or, where the same history was fitted before, read back; on the working days of the planned periods."""
    fitted, from_cache = _fitted(inputs, cleansed, said, items, locations, timeline, progress)
    factors = cleansed.calendar_factors
    forecast = on_planned_days(fitted.forecast, factors)
    forecast = forecast.where(~is_manual(fitted.forecast, fitted.accuracy), fitted.forecast)  # a number that a person typed is for its very period
    return replace(fitted, forecast=forecast, ranges=on_planned_days(fitted.ranges, factors)), from_cache


def _fitted(
    inputs: Inputs, cleansed: Cleansed, said: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame, timeline: Timeline, progress: Progress
) -> tuple[BaselineResult, bool]:
    """The baseline for usual periods, fitted or, where the same history was fitted before, read back."""
    settings, history, actuals = inputs.settings, cleansed.history, cleansed.actuals
    options: dict[str, Any] = {"low": settings.interval_low, "high": settings.interval_high, "reconcile": settings.reconciliation}
    rules, drivers = inputs.frame("Forecast Models"), inputs.frame("Drivers")
    key = recipe_key(
        history, timeline.labels, items, locations, said, actuals, rules=rules, drivers=drivers,
        current=timeline.calendar.label(timeline.current), calendar=timeline.calendar, **options,
    )
    stored = forecast_cache.load(key)
    if stored is not None:
        try:
            return BaselineResult.from_frames(stored), True
        except KeyError:
            pass  # an entry of another layout: computed again below
    result = baseline_forecast(
        history, timeline, items, locations, actuals=actuals, notes=said, rules=rules, drivers=drivers, low=settings.interval_low, high=settings.interval_high,
        reconcile=settings.reconciliation, n_jobs=PROCESSES, progress=progress,  # type: ignore[arg-type]
    )  # fmt: skip
    forecast_cache.store(key, result.to_frames())
    return result, False


def plan_supply(inputs: Inputs, timeline: Timeline, demand: Demand, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """Projected stock, serving orders in hand and the forecast that they leave."""
    plan, said = inventory_plan(
        demand_to_serve(demand.consensus, demand.consumption),
        inputs.frame("Inventory"),
        inputs.frame("Items"),
        inputs.locations(),
        timeline,
        forecast_error_sd(
            with_launch_ranges(demand.baseline.forecast, demand.launch_ranges), inputs.settings.interval_low, inputs.settings.interval_high
        ),
        inputs.settings.service_level,
    )
    notes.append(said)
    return plan


def plan_life_cycle(
    inputs: Inputs, timeline: Timeline, demand: Demand, money: Money, notes: list[pd.DataFrame]
) -> pd.DataFrame:
    """Stage of every item, and what launches and phase-outs mean in units, stock and money."""
    items, locations, settings = inputs.frame("Items"), inputs.locations(), inputs.settings
    pools = open_pools(
        demand.consensus, demand.baseline.forecast, money.detail, money.prices, inputs.frame("Inventory"), items, locations, timeline,
        settings.service_level,
    )  # fmt: skip
    plan, said = life_cycle_plan(
        inputs.frame("Lifecycle"), pools, demand.consensus, demand.effects, demand.launch_ranges, demand.launch_spread,
        inputs.frame("Demand History"), items, timeline, settings.interval_high,
    )  # fmt: skip
    notes.append(said)
    return plan


def plan_money(
    inputs: Inputs, timeline: Timeline, demand: Demand, stock: pd.DataFrame, previous_plan: pd.DataFrame, notes: list[pd.DataFrame]
) -> Money:
    """Volume, revenue, cost and stock value, beside budget, last year and previous plan, and the bridges between them."""
    items, locations, history = inputs.frame("Items"), inputs.locations(), history_in_plan_currency(inputs, notes)
    rates = inputs.frame("FX Rates")
    prices, said = net_prices(history, items, locations, timeline, demand.consensus)
    notes.append(said)
    detail, said = financial_detail(
        history, demand.consensus, prices, items, locations, timeline, rates if len(rates) else None, inputs.settings.plan_currency
    )
    notes.append(said)
    plan, said = financial_plan(detail, stock, budget_in_plan_currency(inputs, notes), previous_plan, items, locations, timeline)
    notes.append(said)
    steps, said = bridges(detail, plan, timeline)
    notes.append(said)
    return Money(prices, detail, plan, steps)


def history_in_plan_currency(inputs: Inputs, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """Demand history with its revenue converted row by row at the actual rates of its periods."""
    return _in_plan_currency(inputs, "Demand History", ("revenue",), ACTUAL, notes)


def sales_input_in_plan_currency(inputs: Inputs, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """Sales input with its money converted row by row at plan rates."""
    return _in_plan_currency(inputs, "Sales Input", ("revenue",), PLAN, notes)


def budget_in_plan_currency(inputs: Inputs, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """The budget with its money converted row by row at plan rates."""
    return _in_plan_currency(inputs, "Budget", ("revenue", "cost", "gross_margin"), PLAN, notes)


def _in_plan_currency(inputs: Inputs, name: str, money: tuple[str, ...], rate_type: str, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """The frame of a sheet whose lines say their currency, in plan currency: lines of one key in several currencies become one."""
    spec = sheet(name).frame
    assert spec is not None
    frame = inputs.frame(name)
    if "currency" not in frame.columns or frame.empty:
        return frame
    if frame["currency"].isin(["", inputs.settings.plan_currency]).all() and not frame.duplicated(list(spec.keys)).any():
        return frame.drop(columns="currency")
    frame = frame.copy()
    for column in money:
        frame[column], said = convert_to_plan_currency(
            frame[column], frame["currency"], frame["period"], inputs.frame("FX Rates"), inputs.settings.plan_currency, rate_type
        )
        notes.append(said)
    if not frame.duplicated(list(spec.keys)).any():
        return frame.drop(columns="currency")
    measures = [c for c, kind in spec.columns.items() if kind == "number" and c in frame]
    groups = frame.groupby(list(spec.keys), sort=True)
    total = groups[measures].sum(min_count=1)
    if "stock_out" in measures:  # a share of time is not added up
        total["stock_out"] = groups["stock_out"].max()
    return total.reset_index()


def plan_kpis(inputs: Inputs, timeline: Timeline, demand: Demand, stock: pd.DataFrame, money: Money) -> pd.DataFrame:
    """Key figures; forecast accuracy is that of family totals at the held-out origin."""
    levels = demand.baseline.levels
    totals = levels.loc[levels["level"] == "family", ["scope", "wmape", "bias", "fva"]].reset_index(drop=True)
    targets = {"WMAPE": inputs.settings.target_wmape, "Days of supply": inputs.settings.target_days_of_supply}
    return kpis(money.financial_plan, stock, totals, inputs.frame("Items"), timeline, targets)
