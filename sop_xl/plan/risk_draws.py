"""Which risks happen in each outcome, and how hard they strike: Bernoulli x triangular, drawn once and for all.

A risk happens with its probability; when it does, its effect lies between its lowest and its highest, most likely at the most likely one
(triangular distribution: Vose 2008, *Risk Analysis*, ch. 14; mean (low + likely + high) / 3). Risks are independent of each other.

Each risk is drawn from a stream of its own, seeded by its name, so that another risk more or less, or rows in another order, change none of its
draws (common random numbers: Law 2015, *Simulation Modeling and Analysis*, ch. 11). One uniform number decides both whether it happens and
how hard, and the numbers of a risk are stratified (Latin hypercube: McKay, Beckman, Conover 1979, *Technometrics* 21(2)): with n outcomes it happens
in probability x n of them, up to rounding.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.plan.grid import Matrix

SEED = 5
"""Of every draw: the same risks give the same outcomes on every machine."""

LOW, LIKELY, HIGH = 0, 1, 2
"""Columns of the ends of an effect."""


def effect_ends(risks: pd.DataFrame) -> Matrix:
    """(K, 3) lowest, most likely and highest effect of each risk after its mitigation; all three alike where it is certain once it happens.

    Parameters
    ----------
    risks
        RISKS. An end that is absent is the most likely effect; ends on the wrong side of it are moved to it.
    """
    likely = risks["effect"].fillna(0.0).to_numpy(dtype=float)
    low = risks["effect_low"].to_numpy(dtype=float)
    high = risks["effect_high"].to_numpy(dtype=float)
    left = 1.0 - risks["mitigated"].fillna(0.0).clip(0.0, 1.0).to_numpy(dtype=float)
    return np.column_stack([np.fmin(low, likely), likely, np.fmax(high, likely)]) * left[:, None]


def end_weights(effects: Matrix, ends: Matrix) -> Matrix:
    """(N, 3) how much of each end an effect is, so that what is known at the ends is read in between in straight lines.

    Parameters
    ----------
    effects
        (N,) effects between the ends; NaN = it does not happen, which has no part of any end.
    ends
        (3,) of one risk.
    """
    low, likely, high = ends
    of_low = np.clip((likely - effects) / (likely - low), 0.0, 1.0) if likely > low else np.zeros(len(effects))
    of_high = np.clip((effects - likely) / (high - likely), 0.0, 1.0) if high > likely else np.zeros(len(effects))
    weights = np.column_stack([of_low, 1.0 - of_low - of_high, of_high])
    weights[np.isnan(effects)] = 0.0
    return weights


def mean_weights(ends: Matrix) -> Matrix:
    """(3,) mean of `end_weights` over the triangular distribution: of the ends themselves it gives (low + likely + high) / 3."""
    low, likely, high = ends
    if high <= low:
        return np.array([0.0, 1.0, 0.0])
    below = (likely - low) / (high - low)
    return np.array([below / 3.0, 2.0 / 3.0, (1.0 - below) / 3.0])


def triangular_quantiles(share: Matrix, ends: Matrix) -> Matrix:
    """Effects below which that share of the triangular distribution lies."""
    low, likely, high = ends
    if high <= low:
        return np.full(len(share), likely)
    below = (likely - low) / (high - low)
    rising = low + np.sqrt(share * (high - low) * (likely - low))
    falling = high - np.sqrt((1.0 - share) * (high - low) * (high - likely))
    return np.asarray(np.where(share < below, rising, falling))


def draw_risk(risk: str, probability: float, ends: Matrix, runs: int) -> Matrix:
    """(runs,) effect of one risk in each outcome; NaN where it does not happen.

    Parameters
    ----------
    risk
        Its name, which seeds the draws.
    probability
        That it happens, 0 to 1.
    ends
        (3,) see `effect_ends`.
    """
    random = np.random.default_rng([SEED, *risk.encode()])
    uniform = (random.permutation(runs) + random.random(runs)) / runs
    happens = uniform < probability
    effect = np.full(runs, np.nan)
    effect[happens] = triangular_quantiles(uniform[happens] / probability, ends)  # what is left of a uniform number is one, too
    return effect
