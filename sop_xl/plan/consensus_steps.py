"""The arithmetic of consensus demand: what each step adds to the result of the one before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def running_demand(*steps: Floats) -> Floats:
    """Baseline and steps together; demand is never below 0."""
    return np.asarray(np.maximum(sum(steps[1:], start=steps[0]), 0.0))


def sales_step(running: Floats, sales_number: Floats, weight: Floats | float) -> Floats:
    """Part of the gap between sales number and running demand that enters the plan: weight x (number - running); 0 where no number is given (NaN)."""
    return np.where(np.isnan(sales_number), 0.0, weight * (sales_number - running))


def override_step(running: Floats, override: Floats) -> Floats:
    """What an override that sets a cell changes, never below 0; 0 where none is given (NaN)."""
    return np.where(np.isnan(override), 0.0, np.maximum(override, 0.0) - running)
