"""A risk in one sentence, and what the outlook assumes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.plan.effect_words import LONGEST
from sop_xl.plan.risk_effects import RiskEffect
from sop_xl.plan.risk_timing import PaymentTerms

_MOVED = {"units": "demand", "price": "price", "cost": "unit cost", "capacity": "hours", "date": "sales"}
_SELLS_ALL = 0.995


def risk_words(row: Any, effect: RiskEffect, currency: str, label: Callable[[pd.Timestamp], str]) -> str:
    """What may happen, how likely, what is done about it and who watches it.

    `Strike at the port: demand of family Helmets -20 % (-30 % to -10 %) in 2026-03, 30 % likely. 50 % mitigated: second port. Watched by Ann.`

    Parameters
    ----------
    row
        Of RISKS.
    effect
        Of the same risk.
    currency
        Code of the plan currency.
    label
        Words of a period.
    """
    scope = [f"{name} {value}" for name, value in (("item", row.item), ("family", row.family), ("region", row.region), ("customer", row.customer)) if value]
    of = f" of {row.resource or 'every resource'}" if row.driver == "capacity" else f" of {', '.join(scope)}" if scope else ""
    words = f"{row.name or row.risk}: {_MOVED[row.driver]}{of} {_size(row, currency)}{_span(row, label)}, {effect.probability:.0%} likely"
    parts = [words]
    if not effect.moves:
        parts.append("Moves nothing")
    elif effect.sells < _SELLS_ALL:
        parts.append(f"Supply can serve {max(effect.sells, 0.0):.0%} of the demand that it may add")
    taken = 0.0 if pd.isna(row.mitigated) else float(row.mitigated)
    if taken > 0 or row.mitigation:
        parts.append(f"{f'{taken:.0%} mitigated' if taken > 0 else 'Mitigation'}{f': {row.mitigation}' if row.mitigation else ''}")
    if row.owner:
        parts.append(f"Watched by {row.owner}" + ("" if pd.isna(row.due) else f", due {row.due:%Y-%m-%d}"))
    return _shortened(". ".join(parts) + ".")


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3].rstrip() + "..."


def _size(row: Any, currency: str) -> str:
    likely = float(row.effect)
    low, high = (likely if np.isnan(end) else float(end) for end in (row.effect_low, row.effect_high))

    def written(value: float) -> str:
        if row.driver == "date":
            return f"{value:,.6g} days later"
        if row.action == "percent":
            return f"{100 * value:+,.4g} %"
        unit = {"units": "units a period", "capacity": "h a period"}.get(row.driver, f"{currency} a unit".strip())
        return f"{value:+,.6g} {unit}"

    if low == likely == high:
        return written(likely)
    number, _, unit = written(likely).partition(" ")
    ends = " to ".join(written(end).partition(" ")[0] for end in (low, high))
    return f"{number} ({ends}) {unit}"


def _span(row: Any, label: Callable[[pd.Timestamp], str]) -> str:
    first, last = row.first_period, row.last_period
    if pd.isna(first) and pd.isna(last):
        return ""
    if pd.isna(last):
        return f" from {label(first)} on"
    if pd.isna(first):
        return f" until {label(last)}"
    return f" in {label(first)}" if first == last else f" from {label(first)} to {label(last)}"


def outlook_words(runs: int, terms: PaymentTerms, is_planned_anew: bool) -> str:
    """What the figures of all risks together assume."""
    supply = (
        "the supply plan is made anew for each risk of demand or capacity" if is_planned_anew else "nothing limits supply: all demand that comes is served"
    )
    cash = f"customers pay after {terms.customer_days:g} days where they state none, costs are paid after {terms.supplier_days:g}"
    return f"{runs:,} outcomes drawn, always the same. Risks happen independently; percentages multiply, additions add up; {supply}. Cash: {cash}."
