"""What a key figure is, on which side of its target it stands, and whether it got better."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from sop_xl.vocabulary import FRACTION

GOOD, WATCH, POOR, UNRATED = "good", "watch", "poor", ""
BETTER, WORSE, SAME, UNKNOWN = "better", "worse", "same", ""

SAME_FRACTION = 0.005
"""Change of a fraction, half a percentage point, below which it is the same; of any other unit a hundredth of what it was."""


class Direction(StrEnum):
    """Which side of the target is good."""

    HIGHER = "higher"
    LOWER = "lower"
    NEAR_ZERO = "near zero"
    NEAR_TARGET = "near target"


class Perspective(StrEnum):
    """Side of the balanced scorecard on which a key figure stands (R. Kaplan and D. Norton, Harvard Business Review 70(1), 1992)."""

    CUSTOMER = "customer"
    PROCESS = "process"
    FINANCE = "finance"
    GROWTH = "growth"


@dataclass(frozen=True, slots=True)
class Kpi:
    """One key figure: name, unit, good side of the target, side of the scorecard, meaning with formula."""

    name: str
    unit: str
    direction: Direction
    perspective: Perspective
    meaning: str


def status(kpi: Kpi, value: float, target: float, watch: float = np.nan) -> str:
    """`good` when the target is met, `watch` up to the watch limit, else `poor`; `""` without value or target.

    Without a limit of its own a figure is to be watched while it misses the target by at most a tenth of it. A figure that should be near
    its target is good within two fifths of the way to the limit, and to be watched up to it: by default a tenth and a quarter of the
    target. For a target of 0 the margin to watch is 2 percentage points (or 0.02 of the unit).
    """
    if not (np.isfinite(value) and np.isfinite(target)):
        return UNRATED
    room = watch_distance(kpi, target, watch)
    if kpi.direction is Direction.NEAR_TARGET:
        away = abs(value - target)
        return GOOD if away <= 0.4 * room else WATCH if away <= room else POOR
    missed_by = shortfall(kpi, value, target)
    return GOOD if missed_by <= 0 else WATCH if missed_by <= room else POOR


def shortfall(kpi: Kpi, value: float, target: float) -> float:
    """How far a figure is on the wrong side of its target, in its unit; negative on the good one."""
    return {
        Direction.HIGHER: target - value,
        Direction.LOWER: value - target,
        Direction.NEAR_ZERO: abs(value) - abs(target),
        Direction.NEAR_TARGET: abs(value - target),
    }[kpi.direction]


def watch_distance(kpi: Kpi, target: float, watch: float = np.nan) -> float:
    """How far from the target a figure is only to be watched, in its unit, positive; a limit on the good side of the target does not count."""
    if np.isfinite(watch) and not limit_is_senseless(kpi, target, watch):
        return shortfall(kpi, watch, target)
    tenth = 0.1 * abs(target) if target else 0.02
    return 2.5 * tenth if kpi.direction is Direction.NEAR_TARGET else tenth


def limit_is_senseless(kpi: Kpi, target: float, watch: float) -> bool:
    """Whether a watch limit stands on the good side of the target or upon it."""
    return bool(np.isfinite(target) and np.isfinite(watch) and shortfall(kpi, watch, target) <= 0)


def watch_limit(kpi: Kpi, target: float, watch: float = np.nan) -> float:
    """The value beyond which a figure is poor; of one that should be near its target the upper one. NaN without a target."""
    if not np.isfinite(target):
        return np.nan
    room = watch_distance(kpi, target, watch)
    limit = target - room if kpi.direction is Direction.HIGHER else abs(target) + room if kpi.direction is Direction.NEAR_ZERO else target + room
    return round(limit, 9)


def worsening(kpi: Kpi, value: float, previous: float, target: float) -> float:
    """How much worse a figure is than it was, in its unit; negative is better; NaN where this cannot be said."""
    if kpi.direction is Direction.HIGHER:
        return previous - value
    if kpi.direction is Direction.LOWER:
        return value - previous
    near = 0.0 if kpi.direction is Direction.NEAR_ZERO else target
    return abs(value - near) - abs(previous - near)


def trend(kpi: Kpi, value: float, previous: float, target: float) -> str:
    """`better`, `worse` or `same` than in the last cycle; `""` where one of the two is not known, or what is good needs a target and has none."""
    by = worsening(kpi, value, previous, target)
    if not np.isfinite(by):
        return UNKNOWN
    least = SAME_FRACTION if kpi.unit == FRACTION else 0.01 * abs(previous)
    return SAME if abs(by) <= least else WORSE if by > 0 else BETTER
