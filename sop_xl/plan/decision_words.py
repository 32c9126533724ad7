"""What became of a decision, in one sentence as it is read out in the review."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.plan.supply.decisions import APPROVED, DECISION
from sop_xl.plan.supply.levers import ON_RESOURCE
from sop_xl.plan.supply.why_words import money, units

NEAR_ALL = 0.995
"""Part of what was expected from which on it counts as all of it."""


@dataclass(frozen=True)
class Effect:
    """Figures behind the sentence about one decision.

    Parameters
    ----------
    elapsed, periods
        Periods of its span that are over, and all of them.
    expected, gain
        Units and plan currency over its plan when it was approved; NaN = not known.
    still_expected, gain_now
        Units and plan currency in the periods to come, by the plan now.
    reaches_plan
        Whether the plan now could be another without it.
    is_published
        Whether a plan with it was published.
    is_kept
        Whether the plan without it was kept then.
    expected_so_far, realised_so_far
        Units in the periods that are over; NaN = nothing is known.
    unknown
        Expected units of which no sales are known, part of none of the two.
    low_demand
        Units that were not realised because less was asked for.
    by_shipments
        Whether all sales are shipments.
    """

    elapsed: int
    periods: int
    expected: float
    gain: float
    still_expected: float
    gain_now: float
    reaches_plan: bool
    is_published: bool
    is_kept: bool
    expected_so_far: float = np.nan
    realised_so_far: float = np.nan
    unknown: float = 0.0
    low_demand: float = 0.0
    by_shipments: bool = True

    def with_actuals(self, over: pd.DataFrame) -> Effect:
        """The same with what `decision_units.realised_units` found in the periods that are over."""
        known = over["realised"].notna()
        missing = (over["more"] - over["realised"]).where(known, 0.0)
        return replace(
            self, expected_so_far=float(over["more"].sum()), realised_so_far=float(over["realised"].sum()) if known.any() or over.empty else np.nan,
            unknown=float(over.loc[~known, "more"].sum()), low_demand=float(missing[over["low_demand"]].sum()), by_shipments=bool(over.loc[known, "shipped"].all()),
        )  # fmt: skip


def what_it_is(row: Any) -> str:
    """A row of DECISIONS as one reads it: its option, else its question, else lever and scope."""
    said = row.option or _text(row.question)
    if said or not row.lever:
        return said or f"{_kind(row).capitalize()} {row.decision}"
    lever = row.lever.capitalize()
    scope = [f"at {row.resource}"] if row.resource else []
    scope += [f"of item {row.item}"] if row.item else [f"of family {row.family}"] if row.family else []
    scope += [f"from supplier {row.supplier}"] if row.supplier else []
    return " ".join([lever, *scope])


def record_words(row: Any, published: str, currency: str, as_of: str) -> str:
    """Of a row that pulls no lever.

    Parameters
    ----------
    row
        Of DECISIONS, every column there.
    published
        Label of the cycle in which it was published as approved; "" = never.
    currency
        Code of the plan currency.
    as_of
        ISO date; an open action that was due before is overdue.
    """
    if _kind(row) != DECISION:
        return f"{_kind(row).capitalize()}: {_progress(row, as_of)}."
    if row.status == APPROVED:
        return "Approved; it pulls no lever, so no effect is counted."
    waits = f"; {_progress(row, as_of)}" if row.status == "proposed" and not pd.isna(row.due) else ""
    once = f", after it was published as approved in {published}" if published else ""
    said = _expectation(row.unmet_spared, row.expected_gain, currency)
    return f"{str(row.status).capitalize()}{once}: not in the plan{'' if not said else f'; it was to {said}'}{waits}."


def _progress(row: Any, as_of: str) -> str:
    if not pd.isna(row.done):
        return f"done on {row.done:%Y-%m-%d}"
    if row.status == "rejected":
        return "rejected"
    if pd.isna(row.due):
        return "open, without a date"
    due = f"{row.due:%Y-%m-%d}"
    return f"overdue since {due}" if as_of and due < as_of else f"open, due {due}"


def approved_words(row: Any, effect: Effect, currency: str, *, of_units: bool) -> str:
    """Of an approved decision with a lever: how far it is, what it has brought, and what is still expected."""
    what = what_it_is(row)
    if not effect.is_published:
        if not effect.reaches_plan:
            return f"{what}: approved, but it allows nothing that the plan does not have already; not published yet."
        return f"{what}: in the plan, not published yet; {_to_come(effect, currency, of_units=of_units)}."
    so_far = f"{effect.elapsed} of {effect.periods} periods over" if effect.periods else "its periods are over"
    if not of_units:
        worth = f"worth {money(effect.gain, currency)} when approved" if not np.isnan(effect.gain) else "what it was worth when approved is not known"
        return f"{what}: {so_far}; it serves no more units, {worth}; {_to_come(effect, currency, of_units=False)}."
    if not effect.is_kept:
        return f"{what}: {so_far}; the plan without it was not kept, so what it brought is not known; {_to_come(effect, currency, of_units=True)}."
    brought = _brought(row, effect)
    return f"{what}: {so_far}, {brought}; {_to_come(effect, currency, of_units=True)}."


def scenario_words(row: Any, effect: Effect, left_out: str, currency: str, *, of_demand: bool) -> str:
    """Of a promoted scenario: what it was to bring, what was asked for beyond the plan without it, and of what nothing can be counted.

    Parameters
    ----------
    row
        Of DECISIONS.
    effect
        Units are units asked for.
    left_out
        See `scenario_effects.not_counted_words`.
    of_demand
        Whether it moves demand.
    """
    worth = f"profit {money(effect.gain, currency)}" if not np.isnan(effect.gain) else ""
    more = _signed(effect.expected) if of_demand and not np.isnan(effect.expected) else ""
    expected = " and ".join(part for part in (more, worth) if part) or "what it was to bring is not known"
    uncounted = f"no effect is counted {left_out}" if left_out else ""
    if not effect.is_published:
        return _joined(f"{what_it_is(row)}: in the plan, not published yet", f"expected: {expected}", uncounted)
    over = f"{what_it_is(row)}: {effect.elapsed} of {effect.periods} periods over" if effect.periods else f"{what_it_is(row)}: its periods are over"
    if not of_demand:
        return _joined(over, f"expected when approved: {expected}", uncounted)
    if not effect.is_kept:
        return _joined(over, "the demand without it was not kept, so what it brought is not known", uncounted)
    return _joined(over, _asked(effect), f"expected when approved: {expected}", f"{_signed(effect.still_expected)} in the periods to come" if effect.still_expected else "", uncounted)


def _asked(effect: Effect) -> str:
    if effect.expected_so_far == 0:
        return "nothing was expected yet"
    if np.isnan(effect.realised_so_far):
        return f"{_signed(effect.expected_so_far)} expected so far, of which no demand is known"
    side = "above" if effect.realised_so_far >= 0 else "below"
    said = f"demand was {units(abs(effect.realised_so_far))} {side} the plan without it, {_signed(effect.expected_so_far - effect.unknown)} expected so far"
    if abs(effect.unknown) >= 1:
        said += f" (of {_plain(effect.unknown)} more no demand is known)"
    return f"{said}; errors of the forecast are in it"


def _signed(value: float) -> str:
    """`+480 units of demand`."""
    return f"{'+' if value >= 0 else '-'}{units(abs(value)) or '0 units'} of demand"


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part) + "."


def _brought(row: Any, effect: Effect) -> str:
    if effect.expected_so_far == 0:
        return "nothing was expected yet"
    if np.isnan(effect.realised_so_far):
        return f"{units(effect.expected_so_far)} expected so far, of which no sales are known"
    held_against = effect.expected_so_far - effect.unknown
    said = f"{_plain(effect.realised_so_far)} of {units(effect.expected_so_far)} expected so far were sold"
    if abs(effect.unknown) >= 1:
        said += f" (of {_plain(effect.unknown)} no sales are known)"
    if effect.realised_so_far < NEAR_ALL * held_against:
        missing = held_against - effect.realised_so_far
        said += ", as demand was lower than planned" if effect.low_demand > 0.5 * missing else ", as less was shipped than customers asked for"
    if not effect.by_shipments:
        said += " (by demand, as shipments are not known)"
    elif row.lever in ON_RESOURCE:
        said += " (by sales: hours worked are not recorded)"
    return said


def _to_come(effect: Effect, currency: str, *, of_units: bool) -> str:
    if not effect.reaches_plan:
        return "nothing more is expected"
    more = units(effect.still_expected) if of_units else ""
    worth = money(effect.gain_now, currency)
    return f"{more} more expected, worth {worth}" if more else f"{worth} in the periods to come"


def _expectation(more: float, gain: float, currency: str) -> str:
    parts = [f"bring {money(gain, currency)}"] if not np.isnan(gain) else []
    parts += [f"spare {units(more)} of unmet demand"] if not np.isnan(more) and more else []
    return " and ".join(parts)


def _plain(value: float) -> str:
    return units(value).removesuffix("s").removesuffix(" unit")


def _kind(row: Any) -> str:
    return _text(row.kind) or DECISION


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
