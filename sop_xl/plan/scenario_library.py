"""The standard what-ifs, made for a company from what its workbook says: which region is largest, who supplies most, what is launched next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from sop_xl.periods import Timeline

OUT_FROM = 1
"""Planned period, from 0, in which the supplier stops delivering: what is due in the current one is under way."""
SLIP, OUT_FOR = 2, 2
"""Months by which a launch slips, and for which the supplier is out."""
LATE_DAYS = 14.0
MONTH_DAYS = 30.4375


@dataclass(frozen=True)
class Subjects:
    """What the standard scenarios are about; `""` where the workbook names none.

    Parameters
    ----------
    timeline
        Its planned periods.
    region
        Largest by revenue in the last season.
    supplier
        Largest by purchase value.
    material
        Item with the largest purchase value of those that something is made of, else of all that are bought.
    launch
        Item of the next launch in Lifecycle.
    resource
        The most loaded one of those that an extra shift could help.
    single
        Item with the largest purchase value of those that are bought from one source while Sourcing names another.
    """

    timeline: Timeline
    region: str = ""
    supplier: str = ""
    material: str = ""
    launch: str = ""
    resource: str = ""
    single: str = ""


@dataclass(frozen=True)
class Standard:
    """A scenario of the library.

    Parameters
    ----------
    name, description
        As in SCENARIOS.
    drivers
        Columns of SCENARIO_DRIVERS without the scenario; what is not named is empty.
    """

    name: str
    description: str
    drivers: tuple[dict[str, object], ...]


@dataclass(frozen=True)
class Entry:
    """One entry of the library: its stable key, what it is about in words, and what makes it; a text says why it cannot be made."""

    key: str
    words: str
    make: Callable[[Subjects], Standard | str]


def _demand(by: float) -> Callable[[Subjects], Standard | str]:
    def make(subjects: Subjects) -> Standard | str:
        scope = {"region": subjects.region} if subjects.region else {}
        where = subjects.region or "all regions"
        return Standard(f"Demand {by:+.0%} {where}", f"Consensus demand of {where} is {abs(by):.0%} {'higher' if by > 0 else 'lower'} over the whole plan.",
                        ({"driver": "demand", "action": "percent", "value": by} | scope,))  # fmt: skip

    return make


def _price(by: float) -> Callable[[Subjects], Standard | str]:
    def make(subjects: Subjects) -> Standard | str:
        return Standard(f"Price {by:+.0%}", f"Every net price is {abs(by):.0%} {'higher' if by > 0 else 'lower'}, demand as planned; what it loses or gains is a driver of its own.",
                        ({"driver": "price", "action": "percent", "value": by},))  # fmt: skip

    return make


def _supplier_out(subjects: Subjects) -> Standard | str:
    if not subjects.supplier:
        return "Sourcing and Purchase History name no supplier"
    plan = subjects.timeline.plan
    first = min(OUT_FROM, len(plan) - 1)
    last = min(first + _periods(subjects, OUT_FOR) - 1, len(plan) - 1)
    driver = {"driver": "supplier out", "supplier": subjects.supplier, "first_period": plan[first], "last_period": plan[last], "action": "percent"}
    return Standard(f"{subjects.supplier} out", f"The largest supplier, {subjects.supplier}, delivers nothing for two months.", (driver,))


def _lead_times(subjects: Subjects) -> Standard | str:
    return Standard("Lead times x2", "Every supplier and our own making take twice as long.", ({"driver": "lead time", "action": "percent", "value": 1.0},))


def _material_late(subjects: Subjects) -> Standard | str:
    if not subjects.material:
        return "nothing is bought"
    driver = {"driver": "material late", "item": subjects.material, "action": "add", "value": LATE_DAYS}
    return Standard(f"{subjects.material} {LATE_DAYS:g} days late", f"What is due of {subjects.material} comes {LATE_DAYS:g} days later, on order or not.", (driver,))


def _launch_slips(subjects: Subjects) -> Standard | str:
    if not subjects.launch:
        return "Lifecycle has no launch to come"
    driver = {"driver": "launch date", "item": subjects.launch, "action": "add", "value": float(_periods(subjects, SLIP))}
    return Standard(f"{subjects.launch} two months late", f"The launch of {subjects.launch} slips by two months; what it succeeds is sold so much longer.", (driver,))


def _extra_shift(subjects: Subjects) -> Standard | str:
    if not subjects.resource:
        return "Resources states no hours of an extra shift"
    driver = {"driver": "extra shifts", "resource": subjects.resource, "action": "add", "value": 1.0}
    return Standard(f"Extra shift {subjects.resource}", f"One more shift of {subjects.resource}, the most loaded resource, is authorised.", (driver,))


def _dual_source(subjects: Subjects) -> Standard | str:
    if not subjects.single:
        return "Sourcing names no second source that still needs a decision"
    driver = {"driver": "source allowed", "item": subjects.single, "action": "set", "value": 1.0}
    return Standard(f"Dual source {subjects.single}", f"{subjects.single} may be bought from its second source as well.", (driver,))


LIBRARY = (
    Entry("demand up", "demand +10 % in a region", _demand(0.1)),
    Entry("demand down", "demand -10 % in a region", _demand(-0.1)),
    Entry("supplier out", "tier-one supplier out for two months", _supplier_out),
    Entry("lead times", "lead times x2", _lead_times),
    Entry("material late", "a material 14 days late", _material_late),
    Entry("launch slips", "a launch slips two months", _launch_slips),
    Entry("price up", "price +5 %", _price(0.05)),
    Entry("price down", "price -5 %", _price(-0.05)),
    Entry("extra shift", "an extra shift on the most loaded resource", _extra_shift),
    Entry("dual source", "a second source for what is bought from one", _dual_source),
)
"""The standard scenarios, in the order in which they are offered."""


def _periods(subjects: Subjects, months: int) -> int:
    return max(round(months * MONTH_DAYS / subjects.timeline.calendar.mean_days), 1)


def bought_value(purchases: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """supplier, item, value of what was received, at unit cost of Items (1 where it has none), the largest first; of PURCHASE_HISTORY."""
    unit_cost = purchases["item"].map(items.set_index("item")["unit_cost"]).fillna(1.0)
    valued = purchases.assign(value=purchases["received_quantity"].fillna(purchases["order_quantity"]).fillna(0.0) * unit_cost)
    sums = valued.groupby(["supplier", "item"], sort=True)["value"].sum().reset_index()
    return sums.sort_values(["value", "supplier", "item"], ascending=[False, True, True], kind="stable", ignore_index=True)
