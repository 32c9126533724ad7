"""The one name of every lever: Options lists it by that name, Decisions asks for it by the same.

Span and amount are not in a name, for they stand in columns beside it. Of price both are: the change is what is decided, and as part of a
combination it has a span of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.supply.levers import RULES, Lever

COMBINATION = "combination"
"""Stands for several levers at once in Options and Decisions."""

_ON_RESOURCE = {"overtime": "Overtime", "shift": "Extra shift", "workforce": "Hire and lay off"}
_ON_SOURCE = {
    "subcontract": ("Subcontract", "", "at"),
    "second source": ("Second source", "for ", "from"),
    "substitute": ("Substitute", "for ", "from"),
    "expedite": ("Expedite", "", "from"),
    "price": ("Price", "of ", "from"),
}
_PREBUILD, _ALLOCATION = "Pre-build", "Allocation by "
_WORDS = (*_ON_RESOURCE.values(), *(head for head, _, _ in _ON_SOURCE.values()), _PREBUILD, "Allocation")
_JOINED = re.compile(rf"\s\+\s(?=(?:{'|'.join(map(re.escape, _WORDS))})(?:\s|$))")  # a plus within a name is no joint
_PERIODS = re.compile(r"(.*?)\s?\bfrom (\S+) to (\S+)")
_PERIOD = re.compile(r"(.*?)\s?\bin (\S+)")
_CHANGE = re.compile(r"([+-]\d+(?:\.\d+)?) %\s?(.*)")
_SCOPE = re.compile(r"(?:(?:for |of )?(?:item (?P<item>.+?)|family (?P<family>.+?)))?(?:(?:^|\s)(?:at|from) supplier (?P<supplier>.+))?")


def option_name(levers: Lever | Sequence[Lever], timeline: Timeline) -> str:
    """The name of a lever, or of several together: `Overtime at Frame Welding + Expedite item X`.

    Parameters
    ----------
    levers
        What is named.
    timeline
        Of the plan in whose periods the levers count.
    """
    if not isinstance(levers, Lever):
        return " + ".join(option_name(lever, timeline) for lever in levers)
    if levers.kind in _ON_RESOURCE:
        return f"{_ON_RESOURCE[levers.kind]} at {levers.resource}" if levers.resource else _ON_RESOURCE[levers.kind]
    if levers.kind == "pre-build":
        return _PREBUILD
    if levers.kind == "allocation":
        return f"{_ALLOCATION}{levers.rule}"
    head, before_item, before_supplier = _ON_SOURCE[levers.kind]
    words = [f"{head} {100 * (levers.value or 0.0):+.6g} %" if levers.kind == "price" else head]
    words += [f"{before_item}item {levers.item}"] if levers.item else [f"{before_item}family {levers.family}"] if levers.family else []
    words += [f"{before_supplier} supplier {levers.supplier}"] if levers.supplier else []
    if levers.kind == "price" and levers.first is not None and levers.last is not None:
        first, last = _label(levers.first, timeline), _label(levers.last, timeline)
        words.append(f"in {first}" if first == last else f"from {first} to {last}")
    return " ".join(words)


def levers_of_option(text: str, timeline: Timeline) -> list[Lever] | None:
    """The levers that a name stands for, without span and amount but of price; None when a part of it names no lever."""
    levers = [_lever_of(part.strip(), timeline) for part in _JOINED.split(text.strip())]
    known = [lever for lever in levers if lever is not None]
    return known if len(known) == len(levers) else None


def parts_of_option(text: str) -> int:
    """How many levers a name stands for."""
    return len(names_in_option(text))


def names_in_option(text: str) -> list[str]:
    """The name of each lever that a name stands for."""
    return _JOINED.split(text.strip())


def _label(position: int, timeline: Timeline) -> str:
    return timeline.calendar.label(timeline.calendar.shift(timeline.current, position))


def _lever_of(text: str, timeline: Timeline) -> Lever | None:
    for kind, head in _ON_RESOURCE.items():
        if text == head or text.startswith(f"{head} at "):
            return Lever(kind, resource=text.removeprefix(head).removeprefix(" at "))
    if text == _PREBUILD:
        return Lever("pre-build")
    if text.startswith(_ALLOCATION) and text.removeprefix(_ALLOCATION) in RULES:
        return Lever("allocation", rule=text.removeprefix(_ALLOCATION))
    if text.startswith("Price "):
        return _price_of(text.removeprefix("Price ").strip(), timeline)
    for kind, (head, _, _) in _ON_SOURCE.items():
        if text == head or text.startswith(f"{head} "):
            return _scoped(Lever(kind), text.removeprefix(head).strip())
    return None


def _price_of(text: str, timeline: Timeline) -> Lever | None:
    """`+5 % of item X from 2026-06 to 2026-07`, `+5 % of item X in 2026-06`."""
    change = _CHANGE.fullmatch(text)
    if change is None:
        return None
    lever, scope = Lever("price", value=float(change[1]) / 100.0), change[2]
    if periods := _PERIODS.fullmatch(scope):
        first, last = _position(periods[2], timeline), _position(periods[3], timeline)
        if first is None or last is None:
            return None
        lever, scope = replace(lever, first=first, last=last), periods[1]
    elif (period := _PERIOD.fullmatch(scope)) and (only := _position(period[2], timeline)) is not None:  # else `in oak` belongs to the item
        lever, scope = replace(lever, first=only, last=only), period[1]
    return _scoped(lever, scope)


def _position(label: str, timeline: Timeline) -> int | None:
    try:
        return int(timeline.calendar.distance(timeline.current, timeline.calendar.parse(label)))
    except FrameError:
        return None


def _scoped(lever: Lever, text: str) -> Lever | None:
    """The lever with the scope that is in words: `for item X`, `family F`, `from supplier S`."""
    scope = _SCOPE.fullmatch(text)
    return None if scope is None else replace(lever, item=scope["item"] or "", family=scope["family"] or "", supplier=scope["supplier"] or "")
