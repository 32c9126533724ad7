"""Launch curves: how a launch or a hand-over grows to its full effect."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from sop_xl.errors import FrameError
from sop_xl.plan.grid import Matrix

LINEAR, S_CURVE, FAST_START = "linear", "s-curve", "fast start"

ADOPTED = 0.95
"""Share of all who will ever adopt that has done so when a ramp ends; from there on the effect counts as full."""


class Bass(NamedTuple):
    """Coefficients of the Bass model.

    Parameters
    ----------
    innovation, imitation
        p and q: adoption from outside influence, and from those who have adopted already.
    """

    innovation: float
    imitation: float


CURVES: dict[str, Bass | None] = {
    LINEAR: None,
    S_CURVE: Bass(0.03, 0.38),  # means over 213 applications: Sultan, Farley and Lehmann 1990
    FAST_START: Bass(0.03, 0.0),  # nobody waits for others: Fourt and Woodlock 1960
}
"""Curve by its name on the Lifecycle sheet."""


def ramp_share(age: ArrayLike, ramp: float, curve: str = LINEAR) -> Matrix:
    """Share of the full effect by age.

    Parameters
    ----------
    age
        Periods since the first one with an effect, which has age 0; negative before it.
    ramp
        Periods from the first one until the full effect; NaN or 0 = at once.
    curve
        One of `CURVES`; `""` is linear.

    Returns
    -------
    0 before age 0, 1 from age `ramp` on, never falling in between. With x = (age + 1) / (ramp + 1) a linear ramp is x. The other curves
    are the share of adopters F(t) = (1 - e^-(p+q)t) / (1 + q/p e^-(p+q)t) of the Bass model, with time scaled so that 95 % have
    adopted when the ramp ends, divided by that 95 %. Demand for what is bought again and again follows the number of adopters.

    Raises
    ------
    FrameError
        For an unknown curve.

    Source: Bass, A new product growth for model consumer durables, Management Science 15 (1969); coefficients of the S-curve:
    Sultan, Farley and Lehmann, A meta-analysis of applications of diffusion models, Journal of Marketing Research 27 (1990).
    """
    if (curve or LINEAR) not in CURVES:
        raise FrameError(f"lifecycle: curve {curve!r} is none of {', '.join(CURVES)}")
    steps = 0.0 if ramp != ramp else float(ramp)  # noqa: PLR0124 - NaN is the one value unequal to itself
    ages = np.asarray(age, dtype=float)
    x = np.clip((ages + 1.0) / (steps + 1.0), 0.0, 1.0)
    bass = CURVES[curve or LINEAR]
    share = x if bass is None else _adopters(x, bass) / ADOPTED
    return np.where(ages < 0, 0.0, np.where(x >= 1.0, 1.0, share))


def _adopters(x: Matrix, bass: Bass) -> Matrix:
    """Share of adopters at x, where x = 1 is the time at which `ADOPTED` have adopted."""
    ratio = bass.imitation / bass.innovation
    whole_ramp = np.log((1.0 + ADOPTED * ratio) / (1.0 - ADOPTED))  # (p + q) x the time until ADOPTED
    left = np.exp(-whole_ramp * x)
    result: Matrix = (1.0 - left) / (1.0 + ratio * left)
    return result
