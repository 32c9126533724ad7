"""The cause of a shortage in words: what binds, and the chain from the short item to it."""

from __future__ import annotations

from collections.abc import Callable

from sop_xl.plan.supply.limits import subject
from sop_xl.plan.supply.shortage_causes import Cause, Shortage
from sop_xl.plan.supply.why_words import Names, label, money, number, units, when

SHOWN = 3
"""Causes that a chain names."""

Phrase = Callable[[Names, Cause, str, str], str]
"""From names, cause, its subject and its periods to a clause without a full stop."""


def cause_text(names: Names, cause: Cause, currency: str, *, lost: bool = False) -> str:
    """`Frame Welding is full in 2026-02`, `Frame takes 2 periods by buy from X`."""
    if cause.constraint == "cost":
        return _cost(cause, currency, lost)
    return PHRASES[cause.constraint](names, cause, subject(names, cause.constraint, cause.row), when(names.network, cause.periods))


def cause_name(names: Names, cause: Cause) -> str:
    """What binds, as short as it is unique: `Frame Welding`, `supplier X`, `lead time of Frame (buy from X)`."""
    prefix = {
        "supplier_limit": "supplier ", "source_maximum": "maximum of ", "lead_time": "lead time of ", "fence": "frozen fence of ", "validity": "validity of ",
        "no_source": "no source of ", "maximum_stock": "maximum stock of ", "shelf_life": "shelf life of ", "prebuild": "no pre-build of ",
        "source_share": "fixed shares of the sources of ", "whole_lots": "whole lots of ", "cost": "cost of serving ", "other": "limits of ",
    }.get(cause.constraint, "")  # fmt: skip
    return prefix + subject(names, cause.constraint, cause.row)


def chain_text(names: Names, shortage: Shortage, currency: str) -> str:
    """From the item through its components to the cause, and the causes behind the first with their share of the shortage.

    `Bike <- Frame <- Frame Welding is full in 2026-02 (80 %); also Paint is full in 2026-02 (20 %)`
    """
    several = len(shortage.causes) > 1
    texts = []
    for cause in shortage.causes[:SHOWN]:
        share = f" ({cause.share:.0%})".replace("%", " %") if several else ""
        texts.append(cause_text(names, cause, currency, lost=shortage.lost) + share)
    path = " <- ".join(names.point(p) for p in shortage.cause.path)
    more = len(shortage.causes) - SHOWN
    return "; also ".join([f"{path} <- {texts[0]}", *texts[1:]]) + (f"; and {more} more" if more > 0 else "")


def _cost(cause: Cause, currency: str, lost: bool) -> str:
    otherwise = "losing it" if lost else "letting it wait"
    if cause.amount > 0:
        return f"serving it costs {money(cause.amount, currency)} per unit more than {otherwise}"
    return f"serving it costs as much as {otherwise}"


def _lead_time(names: Names, cause: Cause, _: str, at: str) -> str:
    periods = int(number(names.network.sources, "lead_periods", cause.row))
    return f"nothing ordered now arrives by {_last(names, cause)} ({names.source(cause.row)} takes {_periods(periods)})"


def _fence(names: Names, cause: Cause, _: str, at: str) -> str:
    return f"nothing new may be ordered for {at} within the frozen fence of {_periods(int(number(names.network.points, 'fence', cause.path[-1])))}"


def _shelf_life(names: Names, cause: Cause, of: str, at: str) -> str:
    return f"{of} may not lie longer than {_periods(int(number(names.network.points, 'shelf_life', cause.row)))}"


def _maximum_stock(names: Names, cause: Cause, of: str, at: str) -> str:
    return f"no more than {units(number(names.network.points, 'maximum_stock', cause.row))} of {of} may lie in stock in {at}"


def _last(names: Names, cause: Cause) -> str:
    return label(names.network, cause.periods[-1])


def _periods(count: int) -> str:
    return f"{count} period{'s' if count != 1 else ''}"


PHRASES: dict[str, Phrase] = {
    "resource_capacity": lambda _, __, of, at: f"{of} is full in {at}",
    "supplier_limit": lambda _, __, of, at: f"{of} delivers no more in {at}",
    "source_maximum": lambda names, cause, _, at: f"{names.source(cause.row)} is at its maximum in {at}",
    "storage": lambda _, __, of, at: f"{of} has no more space in {at}",
    "maximum_stock": _maximum_stock,
    "shelf_life": _shelf_life,
    "lead_time": _lead_time,
    "fence": _fence,
    "validity": lambda names, cause, _, at: f"{names.source(cause.row)} is not valid in {at}",
    "no_source": lambda _, __, of, ___: f"{of} has no source that is authorised",
    "prebuild": lambda _, __, of, at: f"{of} may not be built ahead in {at}",
    "source_share": lambda _, __, of, at: f"the sources of {of} have fixed shares in {at}",
    "whole_lots": lambda _, __, of, at: f"{of} comes in whole lots in {at}",
    "other": lambda _, __, of, at: f"{of} is limited in {at}",
}
"""By constraint."""
