"""Spread a total down: in proportion, and exactly to the last unit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sop_xl.errors import FrameError
from sop_xl.plan.hierarchy.nodes import Floats


def spread(total: Floats, shares: Floats) -> Floats:
    """Divide each period's total over the rows in proportion to `shares`; equal parts where all shares are zero.

    Parameters
    ----------
    total
        (periods,) in any unit.
    shares
        (rows, periods), not below zero.
    """
    weight = shares.sum(axis=0)
    even = np.full_like(shares, 1.0 / max(shares.shape[0], 1))
    return np.asarray(total * np.where(weight > 0, shares / np.where(weight > 0, weight, 1.0), even))


def spread_exactly(total: float, shares: npt.ArrayLike, decimals: int = 2) -> Floats:
    """Divide one total so that the parts, rounded to `decimals`, add up to it to the last place (largest remainder, Hamilton 1792).

    Parameters
    ----------
    total
        Amount; is itself rounded to `decimals`. May be negative.
    shares
        Proportions, not below zero; all zero means equal parts.
    decimals
        2 = to the cent, 0 = whole units.

    Raises
    ------
    FrameError
        When there is nothing to spread over, or a share is negative or absent.
    """
    parts = np.asarray(shares, dtype=np.float64)
    if parts.ndim != 1:
        raise FrameError("spread: shares must be one or more numbers, none below zero")
    return np.asarray(spread_rows_exactly(np.array([float(total)]), parts[None, :], decimals)[0])


def spread_rows_exactly(totals: Floats, shares: Floats, decimals: int = 2) -> Floats:
    """Divide one total per row over the columns as `spread_exactly` does; a total that is absent (NaN) leaves its row absent.

    Parameters
    ----------
    totals
        (rows,) amounts.
    shares
        (rows, columns), not below zero; a row of zeros means equal parts.
    decimals
        2 = to the cent, 0 = whole units.
    """
    if not shares.shape[1] or not np.isfinite(shares).all() or (shares < 0).any():
        raise FrameError("spread: shares must be one or more numbers, none below zero")
    weight = shares.sum(axis=1, keepdims=True)
    parts = np.where(weight > 0, shares / np.where(weight > 0, weight, 1.0), 1.0 / shares.shape[1])
    whole = np.rint(np.abs(totals) * 10**decimals)[:, None]
    exact = parts * whole
    units = np.floor(exact)
    missing = whole - units.sum(axis=1, keepdims=True)
    # stable: among equal remainders the first column gets the unit, whatever the machine
    order = np.argsort(-np.round(exact - units, 9), axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return np.asarray(np.copysign(units + (rank < missing), totals[:, None]) / 10**decimals)
