"""Decision Effects: what every decision was expected to bring when it was approved, what it has brought, and what is still to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.periods import Calendar, Timeline
from sop_xl.plan.decision_units import realised_units
from sop_xl.plan.decision_words import Effect, approved_words, record_words, scenario_words, what_it_is
from sop_xl.plan.grid import records
from sop_xl.plan.scenario_effects import not_counted_words, realised_demand
from sop_xl.plan.supply.decisions import is_promotion, pulls_a_lever

LEAST_EFFECT = 0.5
"""Units over a plan below which a decision is one of money: it serves nobody more."""


@dataclass(frozen=True)
class Approval:
    """What was known of a decision when it was first published as approved.

    Parameters
    ----------
    cycle
        First planned period of that plan.
    last
        Its last one.
    units
        DECISION_UNITS of the decision in that plan; `None` = the plan without it was not kept.
    gain
        Plan currency over that plan; NaN = not known.
    """

    cycle: pd.Timestamp
    last: pd.Timestamp
    units: pd.DataFrame | None = None
    gain: float = np.nan


@dataclass(frozen=True)
class Now:
    """What the plan is worth with its decisions, as it stands now.

    Parameters
    ----------
    units
        DECISION_UNITS of all of them.
    gains
        Plan currency over the plan by decision, of those that reach it.
    """

    units: pd.DataFrame = field(default_factory=lambda: frames.empty_frame(frames.DECISION_UNITS))
    gains: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class InPlan:
    """Scenarios that are part of the plan.

    Parameters
    ----------
    drivers
        Names of what each drives, by scenario.
    asked
        Units asked for, see `scenario_effects.asked_for`.
    blank_is_zero
        Whether nothing stated means nothing asked for.
    """

    drivers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    asked: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["item", "location", "period", "demand"]))
    blank_is_zero: bool = False


def decision_effects(
    decisions: pd.DataFrame, approvals: Mapping[str, Approval], now: Now, sold: pd.DataFrame, timeline: Timeline, currency: str = "", as_of: str = "",
    in_plan: InPlan | None = None,
) -> pd.DataFrame:  # fmt: skip
    """One row for each row of Decisions, in its order.

    Parameters
    ----------
    decisions
        DECISIONS.
    approvals
        By decision, of those that were published as approved.
    now
        The plan as it stands.
    sold
        See `decision_units.sold_by_stock`.
    timeline
        Of the plan now; periods before it are over.
    currency
        Code of the plan currency.
    as_of
        ISO date of the run; "" = nothing is overdue.

    Returns
    -------
    DECISION_EFFECTS. Units and gain are expected by the plan that was approved, beside the other decisions in it; by the row of Decisions the gain
    where that plan was not kept. Units are NaN where a decision moves none (a second source that is cheaper): its gain
    speaks for it.
    """
    frames.check_frame(decisions, frames.DECISIONS)
    full = decisions.reindex(columns=list(frames.DECISIONS.columns))
    pulls, promotes = (found(decisions).to_numpy(dtype=bool) for found in (pulls_a_lever, is_promotion))
    last_of = full[promotes].drop_duplicates("option", keep="last").set_index("option")["decision"]
    rows = []
    for row, is_pulled, is_promoted in zip(records(full), pulls, promotes, strict=True):
        approval = approvals.get(row.decision)
        if is_pulled:
            rows.append(_of_lever(row, approval, now, sold, timeline, currency))
        elif is_promoted and row.decision != last_of[row.option]:  # actuals count once
            rows.append(_head(row) | {"sentence": f"{row.option}: promoted again with decision {last_of[row.option]}, which has its effect."})
        elif is_promoted:
            rows.append(_of_scenario(row, approval, now, in_plan or InPlan(), timeline, currency))
        else:
            rows.append(_of_record(row, approval, timeline.calendar, currency, as_of))
    if not rows:
        return frames.empty_frame(frames.DECISION_EFFECTS)
    spec = frames.DECISION_EFFECTS.columns
    frame = pd.DataFrame(rows, columns=list(spec))
    kinds = {"number": "float64", "date": "datetime64[ns]"}
    return frames.check_frame(frame.astype({name: kinds[kind] for name, kind in spec.items() if kind in kinds}), frames.DECISION_EFFECTS)


def _head(row: Any) -> dict[str, Any]:
    text = {name: value if isinstance(value := getattr(row, name), str) else "" for name in ("decision", "owner", "status")}
    return {**dict.fromkeys(frames.DECISION_EFFECTS.columns, np.nan), **text, "what": what_it_is(row), "approved_in": pd.NaT}


def _of_record(row: Any, approval: Approval | None, calendar: Calendar, currency: str, as_of: str) -> dict[str, Any]:
    """An action, an escalation, what was not approved, and what was approved without a lever."""
    published = "" if approval is None else calendar.label(approval.cycle)
    approved_in = pd.NaT if approval is None else approval.cycle
    return _head(row) | {
        "approved_in": approved_in, "expected_gain": row.expected_gain,
        "sentence": record_words(row, published, currency, as_of),
    }  # fmt: skip


def _of_lever(row: Any, approval: Approval | None, now: Now, sold: pd.DataFrame, timeline: Timeline, currency: str) -> dict[str, Any]:
    """An approved decision with a lever."""
    to_come = now.units[now.units["decision"] == row.decision]
    gain_now = now.gains.get(row.decision, 0.0)
    # what is being published right now is the plan as it stands
    is_new = approval is None or (approval.cycle == timeline.current and approval.units is None)
    as_approved = to_come if approval is None or is_new else approval.units
    gain = gain_now if approval is None or is_new else approval.gain
    expected = np.nan if as_approved is None else float(as_approved["more"].sum())
    first, last = _span(row, approval, timeline)
    effect = Effect(
        elapsed=_periods(timeline.calendar, first, min(last, timeline.calendar.shift(timeline.current, -1))), periods=_periods(timeline.calendar, first, last),
        expected=expected, gain=row.expected_gain if np.isnan(gain) else gain, still_expected=float(to_come["more"].sum()), gain_now=gain_now,
        reaches_plan=row.decision in now.gains, is_published=approval is not None, is_kept=as_approved is not None,
    )  # fmt: skip
    if as_approved is not None and approval is not None:
        over = realised_units(as_approved[as_approved["period"] < timeline.current], sold)
        effect = effect.with_actuals(over)
    of_units = max(abs(_zero(effect.expected)), abs(effect.still_expected)) >= LEAST_EFFECT
    return _head(row) | {
        "approved_in": pd.NaT if approval is None else approval.cycle, "expected_gain": effect.gain, "elapsed": float(effect.elapsed), "gain_now": gain_now,
        **({
            "expected_units": effect.expected, "expected_so_far": effect.expected_so_far, "realised_so_far": effect.realised_so_far,
            "still_expected": effect.still_expected,
        } if of_units else {}),
        "sentence": approved_words(row, effect, currency, of_units=of_units),
    }  # fmt: skip


def _of_scenario(row: Any, approval: Approval | None, now: Now, in_plan: InPlan, timeline: Timeline, currency: str) -> dict[str, Any]:
    """A scenario that was promoted: demand that it brings to the plan, and what was asked for beyond the plan without it."""
    approved_in = pd.NaT if approval is None else approval.cycle
    head = _head(row) | {"approved_in": approved_in, "expected_gain": row.expected_gain}
    if row.option not in in_plan.drivers:
        return head | {"sentence": f"{row.option}: no longer part of the plan, so no effect is counted."}
    to_come = now.units[now.units["decision"] == row.decision]
    is_new = approval is None or (approval.cycle == timeline.current and approval.units is None)
    as_approved = to_come if approval is None or is_new else approval.units
    first, last = _span(row, approval, timeline)
    if as_approved is not None and len(as_approved):
        first, last = as_approved["period"].min(), as_approved["period"].max()
    effect = Effect(
        elapsed=_periods(timeline.calendar, first, min(last, timeline.calendar.shift(timeline.current, -1))), periods=_periods(timeline.calendar, first, last),
        expected=np.nan if as_approved is None else float(as_approved["more"].sum()), gain=row.expected_gain, still_expected=float(to_come["more"].sum()), gain_now=np.nan,
        reaches_plan=bool(len(to_come)), is_published=approval is not None, is_kept=as_approved is not None,
    )  # fmt: skip
    of_demand = bool(len(to_come)) or (as_approved is not None and bool(len(as_approved)))
    if as_approved is not None and of_demand and approval is not None:
        so_far, realised, unknown = realised_demand(as_approved[as_approved["period"] < timeline.current], in_plan.asked, blank_is_zero=in_plan.blank_is_zero)
        effect = replace(effect, expected_so_far=so_far, realised_so_far=realised, unknown=unknown)
    units = {"expected_units": effect.expected, "expected_so_far": effect.expected_so_far, "realised_so_far": effect.realised_so_far, "still_expected": effect.still_expected}
    left_out = not_counted_words(in_plan.drivers[row.option])
    return head | {"elapsed": float(effect.elapsed), **(units if of_demand else {}), "sentence": scenario_words(row, effect, left_out, currency, of_demand=of_demand)}


def _span(row: Any, approval: Approval | None, timeline: Timeline) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last period in which a decision works: within the plan that was approved, as far as it says nothing else."""
    calendar = timeline.calendar
    start = timeline.current if approval is None else approval.cycle
    end = calendar.shift(timeline.current, timeline.horizon - 1) if approval is None else approval.last
    first = start if pd.isna(row.first_period) else max(start, calendar.start_of(row.first_period))
    return first, end if pd.isna(row.last_period) else calendar.start_of(row.last_period)


def _periods(calendar: Calendar, first: pd.Timestamp, last: pd.Timestamp) -> int:
    """Number of periods from one to another, both included; 0 where they are out of order."""
    return max(0, calendar.distance(first, last) + 1)


def _zero(value: float) -> float:
    return 0.0 if np.isnan(value) else value
