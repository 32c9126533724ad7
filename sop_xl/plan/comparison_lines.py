"""Lines of the plan comparison: cells of families and regions added up to every level and span, each with what must be known of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_xl.periods import Timeline
from sop_xl.plan.comparison_spans import Span
from sop_xl.plan.finance import LAST_YEAR
from sop_xl.plan.grid import Mask, Matrix
from sop_xl.vocabulary import MEASURES, Aggregation

FAVOURABLE = {"sales_volume": 1.0, "revenue": 1.0, "cost": -1.0, "gross_margin": 1.0, "inventory_value": np.nan}
"""Measures compared, and the sign of a gap plan - reference that is good for profit; stock by itself is neither good nor bad for it."""
TOTAL, CATEGORY, FAMILY, REGION, FAMILY_AND_REGION = LEVELS = (
    "total", "category", "family", "region", "family and region",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ComparedCells:
    """One reference and measure, leaves (family x region) x periods.

    Parameters
    ----------
    plan, reference
        Figures; 0 where not compared.
    compared
        Where both sides have the figure, or one has it and the other speaks of nothing there.
    left_out
        The plan of what a budget does not speak of.
    unknown
        Where a side does not know its figure, so that neither side counts.
    """

    plan: Matrix
    reference: Matrix
    compared: Mask
    left_out: Matrix
    unknown: Mask


@dataclass(frozen=True, slots=True)
class Scopes:
    """What leaves add up to.

    Parameters
    ----------
    labels
        level, scope, region of every line, level by level.
    order, starts
        Leaves in the order of the lines that hold them, level after level, and where each line's leaves begin.
    by_family, by_region
        Leaves with a family of their own, with a region of their own.
    """

    labels: pd.DataFrame
    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    by_family: Mask
    by_region: Mask

    def added_up(self, values: Matrix | Mask) -> Matrix:
        """Leaves x periods as lines x periods."""
        added: Matrix = np.add.reduceat(np.asarray(values, dtype=float)[self.order], self.starts, axis=0)
        return added

    def known_by(self, used: Mask) -> Mask:
        """Lines of the levels at which something can be told of the leaves in use: families and regions that nobody names are no level."""
        named = {
            TOTAL: True,
            CATEGORY: (used & self.by_family).any(),
            FAMILY: (used & self.by_family).any(),
            REGION: (used & self.by_region).any(),
            FAMILY_AND_REGION: (used & self.by_family).any() and (used & self.by_region).any(),
        }
        known: Mask = self.labels["level"].map(named).to_numpy(dtype=bool)
        return known


def comparison_lines(
    cells: ComparedCells, scopes: Scopes, spans: list[Span], reference: str, measure: str, timeline: Timeline
) -> pd.DataFrame:
    """PLAN_COMPARISON lines of one reference and measure: one per level, scope, region and span in which anything is compared.

    Nothing against nothing has no line below the total, nor where the rest is not known.
    """
    inside, anywhere = np.array([span.inside for span in spans]), np.asarray(cells.compared.any(axis=0))
    counted = inside
    if MEASURES[measure].aggregation is Aggregation.STOCK:
        # one and the same last period for every line, so that they add up
        last_one = np.where(inside & anywhere, np.arange(len(anywhere)), -1).max(axis=1)
        counted = np.arange(len(anywhere)) == last_one[:, None]
    held = (scopes.added_up(cells.compared) > 0)[:, None, :] & counted[None, :, :]
    held &= scopes.known_by(np.asarray(cells.compared.any(axis=1)))[:, None, None]
    unknown = (scopes.added_up(cells.unknown) @ counted.T.astype(float)) > 0
    plan, value, left_out = (
        scopes.added_up(values) @ counted.T.astype(float) for values in (cells.plan, cells.reference, cells.left_out)
    )
    single = (scopes.labels["level"] == TOTAL).to_numpy()[:, None]
    row, span = np.nonzero(held.any(axis=2) & ((plan != 0) | (value != 0) | (single & ~unknown)))
    found, periods = held[row, span], timeline.periods
    first, last = found.argmax(axis=1), found.shape[1] - 1 - found[:, ::-1].argmax(axis=1)
    plan, value, left_out = plan[row, span], value[row, span], left_out[row, span]
    gap = plan - value
    # a gap that is nothing but float noise reads as the zero that it is
    gap = np.where(np.abs(gap) > 1e-12 * (np.abs(plan) + np.abs(value)), gap, 0.0)
    notes = _notes(found, last, inside[span], left_out, unknown[row, span], reference, measure, timeline)
    return pd.DataFrame(
        {
            **{name: scopes.labels[name].to_numpy(dtype=object)[row] for name in ("level", "scope", "region")},
            "span": np.array([one.name for one in spans], dtype=object)[span],
            "first_period": periods[first],
            "last_period": periods[last],
            "reference": reference,
            "measure": measure,
            "plan": plan,
            "reference_value": value,
            "gap": gap,
            "gap_percent": np.divide(gap, np.abs(value), out=np.full(len(gap), np.nan), where=value != 0),
            "variance": FAVOURABLE[measure] * gap + 0.0,
            "unit": MEASURES[measure].unit,
            "note": notes,
        }
    )


def _notes(
    found: Mask, last: NDArray[np.intp], inside: Mask, left_out: Matrix, unknown: Mask, reference: str, measure: str, timeline: Timeline
) -> NDArray[np.object_]:  # fmt: skip
    """What a controller must know of each line; most lines share theirs with many others."""
    count, labels, season = len(timeline.history), timeline.labels, timeline.calendar.season
    stock = MEASURES[measure].aggregation is Aggregation.STOCK
    mixed = np.asarray(found[:, :count].any(axis=1) & found[:, count:].any(axis=1))
    compared, whole = found.sum(axis=1).tolist(), inside.sum(axis=1).tolist()
    said: dict[tuple[int, int, int, bool, bool], str] = {}
    for key in set(zip(compared, whole, last.tolist(), mixed.tolist(), unknown.tolist(), strict=True)):
        periods, of, end, both_kinds, part = key
        texts = []
        if stock:
            texts.append(f"closing stock of {labels[end]}")
        elif periods < of:
            texts.append(f"{periods} of {of} periods: those for which both have it")
        if both_kinds and not stock:
            texts.append(f"actuals to {labels[count - 1]}, then plan")
        if reference == LAST_YEAR and not stock and end - season >= count:
            texts.append(f"from {labels[count + season]} on, the year before is itself planned")
        if part:
            texts.append("what is not known is left out of both sides")
        said[key] = "; ".join(texts)
    notes = [said[key] for key in zip(compared, whole, last.tolist(), mixed.tolist(), unknown.tolist(), strict=True)]
    for line in np.nonzero(np.abs(left_out) >= 0.5)[0].tolist():
        text = f"plan of {left_out[line]:,.0f} that the budget does not speak of is left out"
        notes[line] = f"{notes[line]}; {text}" if notes[line] else text
    return np.array(notes, dtype=object)
