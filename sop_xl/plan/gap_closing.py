"""What closes a gap: options and opportunities, the one that closes most first, none of them for more than it brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix
from sop_xl.plan.supply.best_options import NEAR_BEST
from sop_xl.plan.supply.lever_names import names_in_option
from sop_xl.plan.supply.option_trial import ALONE, LEAST_GAIN

MOST_STEPS = 5
"""Steps that close one gap at most."""

LEAST_CLOSED = 0.01
"""Part of a gap that a step closes at least."""


@dataclass(frozen=True)
class Step:
    """Something that may close a gap.

    Parameters
    ----------
    name
        As Options names it, or the opportunity.
    levers
        Names of its levers: steps that share one exclude each other.
    kind
        Lever of OPTIONS; `""` for opportunities.
    parts
        (things,) part of each thing missing that it makes good: of each shortage, or of the one gap in money.
    worth
        Part of what it makes good that is left after its own cost, 0 to 1.
    first, last
        Period of its use; `None` = not known.
    note
        What it is worth and costs, in words.
    """

    name: str
    levers: frozenset[str]
    kind: str
    parts: Matrix
    worth: float = 1.0
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None
    note: str = ""


@dataclass(frozen=True)
class Closing:
    """A step taken, and what it closes of a gap: value in plan currency, units."""

    step: Step
    value: float
    units: float


def closings(steps: Sequence[Step], value: Matrix, units: Matrix) -> list[Closing]:
    """Steps that close a gap, in the order in which they are taken.

    Each time the step is taken that closes most of what is still open; of those that close nearly as much (`NEAR_BEST`) the one with the fewest
    levers. Steps are added up as long as they make good what others left: what is missing is never closed twice. Steps that share a lever
    with one that is taken, and a second price or rule of allocation, are left out.

    Parameters
    ----------
    steps
        In order of preference among equals.
    value, units
        (things,) what is missing: plan currency and units; NaN = not known, which counts 0.
    """
    value, units = np.nan_to_num(value), np.nan_to_num(units)
    left, taken, candidates = np.ones(len(value)), list[Closing](), list(steps)
    total = float(value.sum()) or float(units.sum())
    by = value if value.sum() > 0 else units
    while candidates and len(taken) < MOST_STEPS:
        closed = np.array([float((by * np.minimum(step.parts, left)).sum()) * step.worth for step in candidates])
        if closed.max() <= max(LEAST_CLOSED * total, LEAST_GAIN):
            break
        enough = [k for k in range(len(candidates)) if closed[k] >= NEAR_BEST * closed.max()]
        chosen = candidates[min(enough, key=lambda k: (len(candidates[k].levers), k))]
        parts = np.minimum(chosen.parts, left)
        taken.append(Closing(chosen, float((value * parts).sum()) * chosen.worth, float((units * parts).sum())))
        left = left - parts
        candidates = [step for step in candidates if not _excluded(step, chosen)]
    return taken


def _excluded(step: Step, taken: Step) -> bool:
    return bool(step.levers & taken.levers) or (step.kind in ALONE and step.kind == taken.kind)


def levers_of(option: str) -> frozenset[str]:
    """Names of the levers that an option of OPTIONS stands for."""
    return frozenset(names_in_option(option))
