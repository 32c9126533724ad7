"""What one limit costs, in a sentence that a director reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from sop_xl.plan.supply.limits import subject, unit
from sop_xl.plan.supply.why_words import Names, amount, known, label, listed, money, more, one, units

if TYPE_CHECKING:
    from sop_xl.plan.supply.binding import Price

NEAR = 0.005
"""Relative difference of two prices under which they read as one."""


def binding_sentence(
    names: Names, key: tuple[str, int, int], price: Price, waiting: Mapping[int, float], *, lost: bool, currency: str, later: int | None = None
) -> str:
    """What binds, what one unit more saves and less costs, how far that holds, and who waits.

    `Frame Welding is full in 2026-06: one more hour saves USD 41 (holds for 38 more hours), one hour less costs USD 52; 412 units of Mountain
    Bikes wait for it.`

    Parameters
    ----------
    key
        Constraint, row, period.
    waiting
        Units by point that hang on the limit, the most first.
    lost
        Whether they are lost and not waiting.
    later
        First period from this one on in which something that depends on the limit is short, though not of it as far as prices tell; None where
        nothing is.
    """
    constraint, row, period = key
    of, counted = subject(names, constraint, row), unit(names, constraint, row)
    opening = _OPENINGS[constraint](names, row, of, label(names.network, period), price.limit)
    return "; ".join([": ".join(filter(None, [opening, _worth(constraint, price, counted, currency)])), _hurt(names, waiting, lost, later)]) + "."


def _worth(constraint: str, price: Price, counted: str, currency: str) -> str:
    if not known(price.price_low) and not known(price.price_high):
        return ""
    if constraint in ("lead_time", "fence", "validity", "no_source"):
        return f"one unit in time saves {money(price.price_low, currency)}"
    noun = one(counted)
    another = f"one {noun}" if price.limit == 0 else f"one more {noun}"
    if price.price_low > 0:
        text = f"{another} saves {money(price.price_low, currency)}{_reach(price, counted)}"
    elif price.price_low < 0:  # service first: demand is served even where that costs more than waiting
        text = f"{another} serves more demand at {money(-price.price_low, currency)}"
    else:
        text = f"{another} alone saves nothing"
    if known(price.price_high) and price.price_high > price.price_low * (1.0 + NEAR) + NEAR:
        text += f", one {noun} less costs {money(price.price_high, currency)}"
    return text


def _reach(price: Price, counted: str) -> str:
    """How far the saving holds."""
    if np.isposinf(price.valid_until):
        return " (however many more)"
    if not known(price.valid_until) or not known(price.limit) or price.valid_until - price.limit < NEAR:
        return ""
    room = price.valid_until - price.limit
    return f" (holds for {more(np.floor(room + NEAR) if counted == 'units' and room >= 1 else room, counted)})"


def _hurt(names: Names, waiting: Mapping[int, float], lost: bool, later: int | None) -> str:
    total = sum(waiting.values())
    if total < NEAR and later is not None:
        return f"what depends on it {'is lost' if lost else 'waits'} in {label(names.network, later)}"
    if total < NEAR:
        return "it costs money, no customer waits for it"
    text = units(total)
    single = text.startswith("1 ")
    verb = ("is" if single else "are") + " lost for lack of it" if lost else f"{'waits' if single else 'wait'} for it"
    return f"{text} of {listed(names.families(waiting))} {verb}"


_OPENINGS: dict[str, Callable[[Names, int, str, str, float], str]] = {
    "resource_capacity": lambda _, __, of, at, ___: f"{of} is full in {at}",
    "overtime": lambda _, __, of, at, limit: f"The overtime released at {of} in {at}{_all(limit, 'h')} is used up",
    "shifts": lambda _, __, of, at, limit: f"The extra shifts released at {of} in {at}{_all(limit, '')} are all worked",
    "hiring": lambda _, __, of, at, limit: f"No more workers may be hired at {of} in {at}{_all(limit, '')}",
    "supplier_limit": lambda _, __, of, at, limit: f"{of} delivers all that it can in {at}{_all(limit, 'units')}",
    "source_maximum": lambda _, __, of, at, limit: f"{of} is at its maximum in {at}{_all(limit, 'units')}",
    "storage": lambda names, row, of, at, limit: f"{of} has no more space in {at}{_all(limit, names.unit(row))}",
    "maximum_stock": lambda _, __, of, at, limit: f"{of} lies at its maximum stock in {at}{_all(limit, 'units')}",
    "shelf_life": lambda _, __, of, at, ___: f"{of} must be used up by {at}, the end of its shelf life",
    "lead_time": lambda _, __, of, at, ___: f"{of}: nothing ordered now arrives by {at}",
    "fence": lambda _, __, of, at, ___: f"{of}: nothing new may be ordered for {at} within the frozen fence",
    "validity": lambda _, __, of, at, ___: f"{of} is not valid in {at}",
    "no_source": lambda _, __, of, at, ___: f"{of} has no authorised source in {at}",
    "prebuild": lambda _, __, of, at, ___: f"{of} may not be built ahead in {at}",
    "source_share": lambda _, __, of, at, ___: f"The sources of {of} have fixed shares in {at}",
    "whole_lots": lambda _, __, of, at, ___: f"{of} comes in whole lots in {at}",
    "other": lambda _, __, of, at, ___: f"{of} is limited in {at}",
}
"""By constraint: names, row, whose limit it is, period, limit."""


def _all(limit: float, counted: str) -> str:
    if not known(limit):
        return ""
    return f" ({units(limit) if counted == 'units' else amount(limit) + (' ' + counted if counted else '')})"
