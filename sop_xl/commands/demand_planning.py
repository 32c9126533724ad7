"""The demand step of the monthly plan: corrected history, baseline, what people know on top of it, and orders in hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from sop_xl.commands.inputs import Inputs
from sop_xl.commands.plan_currency import history_in_plan_currency, sales_input_in_plan_currency
from sop_xl.frames import TRACK_RECORDS, empty_frame
from sop_xl.hosts import forecast_cache
from sop_xl.periods import Timeline
from sop_xl.plan.archive import contributor_pairs
from sop_xl.plan.cleansing import Cleansed, cleanse_history, on_planned_days, stated_days, working_days
from sop_xl.plan.consumption import consume_forecast
from sop_xl.plan.demand import Consensus, consensus_demand
from sop_xl.plan.demand_ranges import consensus_ranges
from sop_xl.plan.event_learning import learn_from_events
from sop_xl.plan.forecast import BaselineResult, baseline_forecast, followed_items, is_manual, recipe_key
from sop_xl.plan.history import calendarise
from sop_xl.plan.launch_ranges import LaunchSpread, launch_ranges, launch_spread
from sop_xl.plan.track_record import track_records
from sop_xl.plan.valuation import plan_rate_factors

Progress = Callable[[str, int, int], None]

PROCESSES = 2
"""Processes that fit forecasts; results do not depend on it."""


@dataclass(frozen=True)
class Demand:
    """What the demand step made: corrected history and what its events brought, baseline with its accuracy, consensus with its range, and what orders in hand leave of it.

    `archive` is the FORECAST_ARCHIVE that contributors were judged by; `None` where there was none.
    """

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
    archive: pd.DataFrame | None = None

    @property
    def consensus(self) -> pd.DataFrame:
        """CONSENSUS_DEMAND."""
        return self.agreed.demand

    @property
    def effects(self) -> pd.DataFrame:
        """DEMAND_EFFECTS: the parts of every step by source."""
        return self.agreed.effects


def plan_demand(
    inputs: Inputs, timeline: Timeline, progress: Progress, notes: list[pd.DataFrame], archive: pd.DataFrame | None = None,
    kept_weights: pd.DataFrame | None = None, *, by_kept: bool = False,
) -> Demand:
    """Baseline of every item and location, then what people know on top of it.

    `archive` is FORECAST_ARCHIVE as it stands in the workbook, from which contributors have their track records; `None` = there is none.
    `kept_weights` are those of the combined methods in an earlier cycle; with `by_kept` they make the forecast, else it is only kept ready what they would make.
    """
    items, locations = inputs.frame("Items"), inputs.locations()
    cleansed, findings = _cleansed(inputs, items, locations, timeline)
    notes.append(cleansed.notes)
    baseline, from_cache = _baseline(inputs, cleansed, findings, items, locations, timeline, progress, kept_weights)
    if by_kept and baseline.kept is not None:
        baseline = replace(baseline, forecast=baseline.kept)
    events, customer_mix = inputs.frame("Events"), inputs.customer_mix(timeline)
    uplifts = _uplifts(inputs, cleansed)
    history = history_in_plan_currency(inputs, [])
    event_results = learn_from_events(events, uplifts, history, items, locations, timeline, customer_mix)
    settings = inputs.settings
    records = empty_frame(TRACK_RECORDS)
    if archive is not None and len(archive):
        # of what happened in real periods, for which numbers are given; months without demand count, a number was wrong in them too
        past = contributor_pairs(archive, cleansed.sold, timeline.calendar)
        records = track_records(past, items, timeline, settings.sales_input_weight, settings.track_record_periods)
    known = _Known(cleansed, event_results, baseline, records, from_cache, archive)
    return _agreed(inputs, timeline, known, notes)


def agree_demand(inputs: Inputs, timeline: Timeline, before: Demand, notes: list[pd.DataFrame]) -> Demand:
    """The demand of other events, launches, sales input, overrides and rates on the baseline that there is."""
    return _agreed(inputs, timeline, _Known(before.cleansed, before.event_results, before.baseline, before.track_records, before.from_cache, before.archive), notes)


@dataclass(frozen=True)
class _Known:
    """What comes before people: see `Demand`."""

    cleansed: Cleansed
    event_results: pd.DataFrame
    baseline: BaselineResult
    records: pd.DataFrame
    from_cache: bool
    archive: pd.DataFrame | None


def _agreed(inputs: Inputs, timeline: Timeline, known: _Known, notes: list[pd.DataFrame]) -> Demand:
    """The consensus on a baseline, and what follows from it."""
    settings, items, locations = inputs.settings, inputs.frame("Items"), inputs.locations()
    cleansed, baseline, history = known.cleansed, known.baseline, history_in_plan_currency(inputs, [])
    agreed = consensus_demand(
        baseline.forecast,
        inputs.frame("Events"),
        inputs.frame("Lifecycle"),
        sales_input_in_plan_currency(inputs, notes),
        inputs.frame("Overrides"),
        items,
        locations,
        timeline,
        settings.sales_input_weight,
        event_results=known.event_results,
        event_uplifts=_uplifts(inputs, cleansed),
        customer_mix=inputs.customer_mix(timeline),
        demand_history=history,
        track_records=known.records,
        by_track_record=settings.sales_input_blend == "track record",
        rate_factors=_rate_factors(inputs, history, items, locations, timeline),
        followed=followed_items(inputs.frame("Forecast Models"), baseline.accuracy),
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
    return Demand(
        cleansed, known.event_results, baseline, agreed, known.records, consumption, ranges, spread, launches, known.from_cache, known.archive
    )  # fmt: skip


def _uplifts(inputs: Inputs, cleansed: Cleansed) -> pd.DataFrame | None:
    """What past events added, where history was corrected for them."""
    return cleansed.uplifts if inputs.settings.cleanse_history == "on" else None


def _rate_factors(
    inputs: Inputs, history: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame, timeline: Timeline
) -> pd.DataFrame | None:
    """What plan rates make of prices from history; `None` without rates or without sales input in money, which alone asks for it."""
    rates = inputs.frame("FX Rates")
    if rates.empty or not inputs.frame("Sales Input")["revenue"].notna().any():
        return None
    return plan_rate_factors(history, items, locations, timeline, rates, inputs.settings.plan_currency)


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
    inputs: Inputs, cleansed: Cleansed, said: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame, timeline: Timeline, progress: Progress,
    kept_weights: pd.DataFrame | None,
) -> tuple[BaselineResult, bool]:
    """The baseline, fitted or, where the same history was fitted before, read back; on the working days of the planned periods.

    Ranges are of families and regions, where numbers that a person typed are part of a sum: they go onto the working days as a whole, so that
    the part of Manual items in them is moved as well, by at most the calendar factor of the period.
    """
    fitted, from_cache = _fitted(inputs, cleansed, said, items, locations, timeline, progress, kept_weights)
    factors = cleansed.calendar_factors

    def on_days(made: pd.DataFrame) -> pd.DataFrame:
        # a number that a person typed is for its very period
        return on_planned_days(made, factors).where(~is_manual(made, fitted.accuracy), made)

    kept = None if fitted.kept is None else on_days(fitted.kept)
    return replace(fitted, forecast=on_days(fitted.forecast), ranges=on_planned_days(fitted.ranges, factors), kept=kept), from_cache


def _fitted(
    inputs: Inputs, cleansed: Cleansed, said: pd.DataFrame, items: pd.DataFrame, locations: pd.DataFrame, timeline: Timeline, progress: Progress,
    kept_weights: pd.DataFrame | None,
) -> tuple[BaselineResult, bool]:
    """The baseline for usual periods, fitted or, where the same history was fitted before, read back."""
    settings, history, actuals = inputs.settings, cleansed.history, cleansed.actuals
    options: dict[str, Any] = {"low": settings.interval_low, "high": settings.interval_high, "reconcile": settings.reconciliation}
    rules, drivers = inputs.frame("Forecast Models"), inputs.frame("Drivers")
    known: dict[str, Any] = {"current": timeline.calendar.label(timeline.current), "calendar": timeline.calendar, "rules": rules, "drivers": drivers, **options}
    key = recipe_key(history, timeline.labels, items, locations, said, actuals, **known)
    key_of_kept = "" if kept_weights is None else recipe_key(history, timeline.labels, items, locations, said, actuals, kept_weights=kept_weights, **known)
    stored, kept = forecast_cache.load(key), forecast_cache.load(key_of_kept) if key_of_kept else {}
    if stored is not None and kept is not None:
        try:
            return replace(BaselineResult.from_frames(stored), kept=kept.get("forecast")), True
        except KeyError:
            pass  # an entry of another layout: computed again below
    result = baseline_forecast(
        history, timeline, items, locations, actuals=actuals, notes=said, rules=rules, drivers=drivers, low=settings.interval_low, high=settings.interval_high,
        reconcile=settings.reconciliation, kept_weights=kept_weights, n_jobs=PROCESSES, progress=progress,  # type: ignore[arg-type]
    )  # fmt: skip
    forecast_cache.store(key, result.to_frames())
    if result.kept is not None:
        forecast_cache.store(key_of_kept, {"forecast": result.kept})
    return result, False
