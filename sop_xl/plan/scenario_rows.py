"""A row of Scenario Drivers, read: what its driver needs, and which periods it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.scenario_world import SCOPE, Change, RefusedDriver

ACTIONS = ("percent", "add", "set")
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Driver(Generic[Thing]):
    """What a driver needs.

    Parameters
    ----------
    apply
        The world, or what people state, changed by one row.
    scope
        Columns that may narrow it; a row that names another one is refused, as it would reach further than its writer meant.
    needs_value
        Whether it does nothing without a value.
    signed
        Whether its value is an amount that may be below 0 whatever the action.
    """

    apply: Callable[[Thing, Change], Thing]
    scope: frozenset[str]
    needs_value: bool = True
    signed: bool = False


def read_change(row: Any, timeline: Timeline, rules: Mapping[str, Driver[Any]]) -> Change:
    """One row of SCENARIO_DRIVERS with its periods as positions; `rules` are the drivers that there are.

    Raises
    ------
    RefusedDriver
        For a driver or an action that does not exist, a scope that the driver does not have, a span that holds no planned period, an absent value
        where one is needed, and a fall by more than all.
    """
    driver, action, value = str(row.driver), str(row.action) or "percent", float(row.value)
    if driver not in rules or action not in ACTIONS:
        raise RefusedDriver("scenario-driver-unknown", f"there is no {'action ' + action if driver in rules else 'driver ' + driver}")
    rule = rules[driver]
    idle = [name for name in SCOPE if getattr(row, name) and name not in rule.scope]
    if idle:
        raise RefusedDriver("scenario-scope-not-used", f"it cannot be narrowed by {' and '.join(idle)}, only by {', '.join(n for n in SCOPE if n in rule.scope)}")
    if rule.needs_value and not np.isfinite(value):
        raise RefusedDriver("scenario-value-absent", "it needs a value")
    if rule.needs_value and action == "percent" and value < -1 and not rule.signed:
        raise RefusedDriver("scenario-value-out-of-range", f"{value:g} is a fall by more than 100 %")
    if rule.needs_value and action == "set" and value < 0:
        raise RefusedDriver("scenario-value-out-of-range", f"it cannot be set to {value:g}, which is below 0")
    first, last = _span(row.first_period, row.last_period, timeline)
    scope = {name: str(getattr(row, name)) for name in SCOPE}
    return Change(driver, **scope, first=first, last=last, dated=bool(pd.notna(row.last_period)), action=action, value=value)


def _span(first: pd.Timestamp, last: pd.Timestamp, timeline: Timeline) -> tuple[int, int]:
    """Positions of the first and last planned period of a span; open ends are the ends of the plan."""
    calendar = timeline.calendar
    start = 0 if pd.isna(first) else calendar.distance(timeline.current, calendar.start_of(first))
    stop = timeline.horizon - 1 if pd.isna(last) else calendar.distance(timeline.current, calendar.start_of(last))
    if stop < start and pd.notna(first) and pd.notna(last):
        raise RefusedDriver("scenario-span-reversed", "To lies before From")
    if stop < 0 or start >= timeline.horizon:
        plan = timeline.plan
        raise RefusedDriver("scenario-span-outside", f"its periods lie outside the plan, which covers {calendar.label(plan[0])} to {calendar.label(plan[-1])}")
    return max(start, 0), min(stop, timeline.horizon - 1)
