"""What past events brought, and what the next one of their type may be expected to bring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.frames import CUSTOMER_MIX, EVENT_RESULTS, empty_frame, order_rows
from sop_xl.periods import Timeline
from sop_xl.plan.cleansing import UPLIFT_COLUMNS
from sop_xl.plan.customers import customer_shares
from sop_xl.plan.elasticity import ALL_FAMILIES, LEAST_SAMPLE, LEAST_VARIATION, own_price_elasticity
from sop_xl.plan.event_effects import ELASTICITY, EVENT, TYPE
from sop_xl.plan.event_profiles import event_rise
from sop_xl.plan.grid import Grid, records, series_of

DOUBT = 1.0
"""Events whose worth of doubt is held against the measured ones of a type.

A default is n / (n + DOUBT) of what n events had (credibility, Buehlmann 1967). One event's worth says that events of a type differ among
themselves about as much as the mean effects of types differ from nothing.
"""


def learn_from_events(
    events: pd.DataFrame,
    uplifts: pd.DataFrame | None,
    demand_history: pd.DataFrame,
    items: pd.DataFrame,
    locations: pd.DataFrame,
    timeline: Timeline,
    customer_mix: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """EVENT_RESULTS: past events as measured, the default effect of each type, and own-price elasticities.

    Parameters
    ----------
    events
        EVENTS, past and coming.
    uplifts
        `UPLIFT_COLUMNS` of history cleansing, one row per past event, series and period: `part` is `event` or `dip`; `raw` and `expected` are
        units with and without it, `uplift` the event's own part of their difference where `shared_by` events fall together; `real` says whether
        the event stands out from the usual error. `None`: history is not cleansed, and no event is measured.
    demand_history
        DEMAND_HISTORY, revenue in plan currency.
    items, locations
        Every label used must be listed; `locations` may be empty.
    timeline
        Its history is the past.
    customer_mix
        CUSTOMER_MIX; what an event for a customer group brought is held against that group's share.

    Returns
    -------
    EVENT_RESULTS. An event has a row when it began in the periods of history; its figures are NaN where nothing was expected without it, as
    when it came with the item's launch. Its effect is that of its own periods, in a lead-in it builds up. A type has a row when an event of it was measured: its default is the
    median of their effects, each weighted by the root of what was expected without it (a large event tells more, and is not all), times
    n / (n + 1). An elasticity row's effect is the elasticity to use; one above 0 is shown and not used.
    """
    mix = empty_frame(CUSTOMER_MIX) if customer_mix is None else customer_mix
    if uplifts is None:
        uplifts, why_not = (
            pd.DataFrame(columns=list(UPLIFT_COLUMNS)),
            "history is not cleansed (see Settings)",
        )
    else:
        why_not = "too little was sold before it to tell what it brought"
    grid = Grid(series_of([demand_history], items, locations), timeline.history)
    measured = pd.DataFrame(
        _measured(events, uplifts, why_not, grid, timeline, mix), columns=list(EVENT_RESULTS.columns)
    )
    rows = [
        *measured.to_dict("records"),
        *_types(measured),
        *_elasticities(own_price_elasticity(demand_history, items, timeline)),
    ]
    if not rows:
        return empty_frame(EVENT_RESULTS)
    kinds = empty_frame(EVENT_RESULTS).dtypes.to_dict()
    results = pd.DataFrame(rows, columns=list(EVENT_RESULTS.columns)).astype(kinds)
    order = {EVENT: 0, TYPE: 1, ELASTICITY: 2}
    return order_rows(results, EVENT_RESULTS).sort_values(
        "kind", key=lambda k: k.map(order), kind="stable", ignore_index=True
    )


def _row(kind: str, event: str, **columns: Any) -> dict[str, Any]:
    absent = {"text": "", "number": np.nan, "date": pd.NaT}
    return (
        {name: absent[of] for name, of in EVENT_RESULTS.columns.items()}
        | {"kind": kind, "event": event}
        | columns
    )


def _measured(
    events: pd.DataFrame,
    uplifts: pd.DataFrame,
    why_not: str,
    grid: Grid,
    timeline: Timeline,
    mix: pd.DataFrame,
) -> Iterator[dict[str, Any]]:
    """One row per event that began in history."""
    if not len(grid.periods):
        return
    for row in records(events.sort_values("event", kind="stable")):
        if not (grid.periods[0] <= timeline.calendar.start_of(row.first_period) < timeline.current):
            continue
        last = row.first_period if pd.isna(row.last_period) else row.last_period
        named = _row(
            EVENT, str(row.event), type=str(row.type), scope=_scope(row), first_period=row.first_period, last_period=last,
            planned_effect=float(row.effect) if row.effect_kind != "units" else np.nan, sample=0.0,
        )  # fmt: skip
        rise = pd.Series(event_rise(row, grid.periods, timeline.calendar), index=grid.periods)
        yield named | _figures(row, uplifts[uplifts["event"] == row.event], rise, why_not, grid, mix)


def _figures(row: Any, mine: pd.DataFrame, rise: pd.Series, why_not: str, grid: Grid, mix: pd.DataFrame) -> dict[str, Any]:
    """Figures of one event; `rise` is its share of the full effect by period.

    The effect is the one at the peak, by which planning multiplies the same rise: in a lead-in only that share of it was to be expected, so
    that the uplift stands against expected x rise.
    """
    share = customer_shares(grid, mix, str(row.customer))[grid.rows_of(mine)]
    mine = mine.assign(without=mine["expected"] * share)
    during, after = mine[mine["part"] == "event"], mine[mine["part"] == "dip"]
    expected, uplift = float(during["without"].sum()), float(during["uplift"].sum())
    share_of_peak = during["period"].map(rise).fillna(0.0)
    at_peak = float((during["without"] * share_of_peak).sum())
    if during.empty or at_peak <= 0:
        if not grid.scope(row.item, row.family, row.location, row.region).any():
            return {"note": "not measured: no demand in its scope"}
        if len(during) and not share.any():
            return {"note": f"not measured: {row.customer} bought nothing in its scope"}
        return {"note": f"not measured: {why_not}"}
    periods = during["period"].nunique()
    figures: dict[str, Any] = {
        "baseline": expected, "demand": expected + uplift, "uplift": uplift, "effect": uplift / at_peak, "sample": float(len(during)),
    }  # fmt: skip
    if row.effect_kind == "units" and pd.notna(row.effect):
        figures["planned_effect"] = float(row.effect) * float(rise[rise.index.isin(during["period"])].sum()) / at_peak
    if not after.empty:
        figures["dip"] = max(0.0, -float(after["uplift"].sum()))
    real = bool(during["real"].astype(bool).any())
    words = [
        f"{periods} period{'s' if periods > 1 else ''} of {during[['item', 'location']].drop_duplicates().shape[0]} series against the cleansed baseline",
        "a period of lead-in counts by its share of the full effect" if (share_of_peak < 1).any() else "",
        "" if real else "within the usual error, so that history keeps it",
        "others at the same time: shared in equal parts" if (during["shared_by"] > 1).any() else "",
        f"of {row.customer}'s share of the demand" if row.customer else "",
    ]
    return figures | {"note": "; ".join(word for word in words if word)}


def _scope(row: Any) -> str:
    parts = [str(part) for part in (row.item, row.family, row.location, row.region, row.customer) if part]
    return ", ".join(parts) or "everything"


def _types(measured: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Default of every type with a measured event; one within the usual error counts as measured, not as nothing."""
    known = measured[measured["effect"].notna()]
    for name, group in known.groupby("type", sort=True):
        effect, weight = (
            group["effect"].to_numpy(dtype=float),
            np.sqrt(group["baseline"].to_numpy(dtype=float)),
        )
        median, count = weighted_median(effect, weight), len(group)
        default = median * count / (count + DOUBT)
        events = f"{count} events ({effect.min():+.0%} to {effect.max():+.0%})" if count > 1 else "1 event"
        note = f"median {median:+.0%} of {events}; {count}/{count + DOUBT:g} of it is taken, as so many leave doubt"
        yield _row(
            TYPE, str(name), type=str(name), baseline=float(group["baseline"].sum()), demand=float(group["demand"].sum()),
            uplift=float(group["uplift"].sum()), effect=default, dip=float(group["dip"].sum(min_count=1)), sample=float(count), note=note,
        )  # fmt: skip


def weighted_median(
    values: np.ndarray[Any, np.dtype[np.float64]], weights: np.ndarray[Any, np.dtype[np.float64]]
) -> float:
    """Value at which half of the weight lies below; the middle between two values where it falls between them."""
    order = np.argsort(values, kind="stable")
    values, cumulated = values[order], np.cumsum(weights[order])
    half = cumulated[-1] / 2.0
    low = int(np.searchsorted(cumulated, half - 1e-12 * half))
    high = low + 1 if abs(cumulated[low] - half) <= 1e-12 * half and low + 1 < len(values) else low
    return float((values[low] + values[high]) / 2.0)


def _elasticities(slopes: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for row in records(slopes):
        yield _row(
            ELASTICITY,
            str(row.family),
            effect=float(row.elasticity),
            sample=float(row.sample),
            note=_evidence(row),
        )


def _evidence(row: Any) -> str:
    """How an elasticity was measured, and whether it is used."""
    whole = row.family == ALL_FAMILIES
    if whole and np.isnan(row.elasticity):
        return "no family's price varied enough to measure an elasticity"
    if np.isnan(row.measured):
        few = row.sample < LEAST_SAMPLE
        why = (
            f"only {row.sample:.0f} cells with a price"
            if few
            else f"the price hardly varies ({row.variation:.1%}, least {LEAST_VARIATION:.0%})"
        )
        return f"not measured, {why}; " + (
            "nothing is known" if np.isnan(row.elasticity) else "the overall one stands"
        )
    own = f"measured {row.measured:.2f} (standard error {row.standard_error:.2f}), {row.items:.0f} items"
    pulled = ", mean over families by certainty" if whole else ", pulled towards the overall one"
    used = "" if row.elasticity < 0 else "; not below 0, so that it is not used"
    return f"{own}{pulled}{used}. Prices follow demand and customer mix, too: no proof of cause"
