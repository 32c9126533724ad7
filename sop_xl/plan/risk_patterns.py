"""Cells of the plan by which risks reach them: what is reached by the same risks moves together and is added up once, before any outcome is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sop_xl.plan.grid import Mask, Matrix
from sop_xl.plan.risk_reach import Reach

Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Groups:
    """Customer groups that risks name, and everybody else.

    Parameters
    ----------
    names
        `""` = everybody else first, then the groups named.
    shares
        (groups, series) part of each series' demand.
    """

    names: list[str]
    shares: Matrix


def customer_groups(reaches: Sequence[Reach], shares: dict[str, Matrix], series: int) -> Groups:
    """Everybody else first; `shares` has the (series,) part of each group that a risk names."""
    names = sorted({reach.customer for reach in reaches} - {""})
    rows = [shares[name] for name in names]
    rest = np.maximum(np.ones(series) - np.sum(rows, axis=0), 0.0) if rows else np.ones(series)
    return Groups(["", *names], np.array([rest, *rows]))


@dataclass(frozen=True)
class Patterns:
    """Which of some risks reach which cells.

    Parameters
    ----------
    code
        (groups, series, periods) pattern of each cell.
    members
        (patterns, risks) whether a risk belongs to a pattern.
    """

    code: Codes
    members: Mask

    @property
    def count(self) -> int:
        """Number of patterns."""
        return len(self.members)


def patterns_of(reaches: Sequence[Reach], groups: Groups, shape: tuple[int, int]) -> Patterns:
    """Patterns of these risks; the first is that of no risk at all."""
    count, (series, periods) = len(reaches), shape
    if not count:
        return Patterns(np.zeros((len(groups.names), series, periods), dtype=np.intp), np.zeros((1, 0), dtype=bool))
    rows = np.stack([reach.share > 0 for reach in reaches], axis=1)
    spans = np.stack([reach.span for reach in reaches], axis=1)
    theirs = np.array([[reach.customer in ("", name) for reach in reaches] for name in groups.names])
    row_classes, row_code = np.unique(rows, axis=0, return_inverse=True)
    span_classes, span_code = np.unique(spans, axis=0, return_inverse=True)
    combined = theirs[:, None, None, :] & row_classes[None, :, None, :] & span_classes[None, None, :, :]
    flat = np.vstack([np.zeros((1, count), dtype=bool), combined.reshape(-1, count)])
    members, code = np.unique(flat, axis=0, return_inverse=True)  # no risk at all sorts first
    of_combination = np.asarray(code).ravel()[1:].reshape(combined.shape[:3])
    return Patterns(of_combination[:, np.asarray(row_code).ravel()][:, :, np.asarray(span_code).ravel()].astype(np.intp), members)


def product_by_pattern(factors: Matrix, members: Mask) -> Matrix:
    """(outcomes, patterns) product of the (outcomes, risks) factors of each pattern's members."""
    result = np.ones((len(factors), len(members)))
    for risk in range(factors.shape[1]):
        result[:, members[:, risk]] *= factors[:, [risk]]
    return result
