"""Whether an override still holds in this cycle, and how much of it."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from sop_xl.errors import FrameError
from sop_xl.periods import Timeline
from sop_xl.plan.grid import Grid

HOLD, DECAY, EXPIRE, RECONFIRM = "hold", "decay", "expire", "re-confirm"
LEFT_AFTER_A_CYCLE = 0.5
"""Share of a decaying override that is left after each cycle."""


class Standing(NamedTuple):
    """How an override stands in this cycle.

    Parameters
    ----------
    share
        Part of its effect that is applied; 0 where it is not applied.
    rule, text
        Why it is not applied as it was entered; `""` where it is.
    """

    share: float
    rule: str = ""
    text: str = ""


def standing(grid: Grid, row: Any, timeline: Timeline) -> Standing:
    """How one row of OVERRIDES stands in the cycle of the timeline's current period.

    A cycle is named by its current period; an override was entered in the cycle whose current period holds the day of entry, or, where the day
    is later, in this one. After n cycles a decaying override has 0.5 to the power of n of its effect; one that expires or waits to
    be confirmed again holds in its own cycle only. Without a day of entry, the cycle of these three is not known and they are not
    applied. An empty policy is hold. Over all policies, `expires` ends an override once the current period starts after that day.
    """
    policy = text_or(row.expiry_policy, HOLD)
    if policy not in (HOLD, DECAY, EXPIRE, RECONFIRM):
        raise FrameError(f"overrides: expiry policy {policy!r} is none of hold, decay, expire, re-confirm")
    if pd.isna(row.value):
        return Standing(0.0, "override-without-value", "states no value and is not applied")
    last = row.first_period if pd.isna(row.last_period) else row.last_period
    if last < timeline.current:
        return Standing(0.0, "override-past", "is for periods that are past")
    if not grid.span(row.first_period, row.last_period).any():
        return Standing(0.0, "override-outside-plan", "lies outside the planned periods")
    if pd.notna(row.expires) and timeline.current > row.expires:
        return Standing(0.0, "override-expired", f"expired on {row.expires:%Y-%m-%d} and is not applied")
    if not grid.scope(row.item, row.family, row.location, row.region, row.category).any():
        return Standing(0.0, "override-without-demand", "has no planned series in its scope")
    return _by_policy(policy, row.entered, timeline)


def _by_policy(policy: str, entered: pd.Timestamp, timeline: Timeline) -> Standing:
    if policy == HOLD:
        return Standing(1.0)
    if pd.isna(entered):
        return Standing(0.0, "override-without-entry", f"states no day of entry, from which {policy} counts, and is not applied")
    calendar = timeline.calendar
    cycles = max(calendar.distance(calendar.start_of(entered), timeline.current), 0)
    if cycles == 0:
        return Standing(1.0)
    cycle = calendar.label(calendar.start_of(entered))
    if policy == DECAY:
        share = LEFT_AFTER_A_CYCLE**cycles
        return Standing(share, "override-decayed", f"was entered in {cycle}; {share:.1%} of it is left")
    if policy == EXPIRE:
        return Standing(0.0, "override-expired", f"was for the cycle of {cycle} only and is not applied")
    return Standing(0.0, "override-to-confirm", f"was entered in {cycle} and waits for a new day in Entered; it is not applied")


def text_or(value: Any, default: str) -> str:
    """A text cell, or the default where it is empty or absent."""
    return default if pd.isna(value) or value == "" else str(value)


def as_they_stood(overrides: pd.DataFrame, then: Timeline, now: Timeline) -> pd.DataFrame:
    """The overrides of an earlier cycle, made to stand in this one as they stood in theirs: nothing more has expired, decayed or waits.

    Parameters
    ----------
    overrides
        OVERRIDES.
    then, now
        Timelines of the earlier cycle and of this one, by one calendar.

    Returns
    -------
    OVERRIDES with days of entry and of expiry moved where the months between would have counted; the others as they are.
    """
    expired_since = (overrides["expires"] >= then.current) & (overrides["expires"] < now.current)
    expires = overrides["expires"].where(~expired_since)
    ages = overrides["expiry_policy"].isin([DECAY, EXPIRE, RECONFIRM]) & (overrides["entered"] < now.current)
    calendar = then.calendar
    entered = [
        calendar.shift(now.current, -max(calendar.distance(calendar.start_of(day), then.current), 0)) if moved else day
        for day, moved in zip(overrides["entered"], ages, strict=True)
    ]
    return overrides.assign(expires=expires, entered=pd.Series(entered, index=overrides.index, dtype="datetime64[ns]"))
