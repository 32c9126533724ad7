"""Past events: what promotions, campaigns and deals added to history, measured and lifted out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sop_xl.plan.cleansing.control import control_factor
from sop_xl.plan.cleansing.expectation import Expectation, Flags, Floats, Places
from sop_xl.plan.cleansing.found import EVENT, TOLERANCE, Found, amount, found_cells
from sop_xl.plan.grid import Grid, records

LEAST_EFFECT = 0.05
"""Share of expected demand below which an event is said to have had no effect."""

LEAST_CERTAINTY = 2.0
"""Robust standard errors of the scope's usual error that the effect must exceed."""

LEAST_BEFORE = 3
"""Ordinary periods that a series must have sold in before an event can be told from its launch."""

UPLIFT_COLUMNS = ("event", "item", "location", "period", "part", "raw", "expected", "uplift", "shared_by", "real")

_NORMAL_MAD = 1.4826
_LEAST_QUIET = 6  # periods without event that tell how far a scope usually is from expected


@dataclass(frozen=True, slots=True)
class Span:
    """One past event: its series, its periods, and the periods after it that paid for it.

    Parameters
    ----------
    event, kind
        Name and type, as on the Events sheet.
    rows
        Series in scope.
    during, after
        (periods,) the event with its lead-in; the dip after it, nowhere where the event pulls nothing forward.
    """

    event: str
    kind: str
    rows: Places
    during: Flags
    after: Flags

    @property
    def covered(self) -> Flags:
        """(periods,) that the event explains."""
        return np.asarray(self.during | self.after)


def past_events(events: pd.DataFrame, grid: Grid) -> list[Span]:
    """Events that began in history, by name.

    Parameters
    ----------
    events
        EVENTS; a blank scope column is every one, without a last period an event lasts one period, without a first one it is none of the
        past. `lead_in` periods before the first belong to it; so does, with a `pull_forward` above 0, the dip over `dip_periods` after it.
    grid
        Series and periods of history.
    """
    spans = []
    for row in records(events.sort_values("event", kind="stable")):
        if pd.isna(row.first_period) or len(grid.periods) == 0 or row.first_period < grid.periods[0]:
            continue
        during = grid.span(row.first_period, row.last_period)
        rows = np.flatnonzero(grid.scope(row.item, row.family, row.location, row.region))
        if not during.any() or not rows.size:
            continue
        place, after = np.flatnonzero(during), np.zeros_like(during)
        if row.lead_in > 0:
            during[max(place[0] - int(row.lead_in), 0) : place[0]] = True
        if row.pull_forward > 0 and row.dip_periods > 0:
            after[place[-1] + 1 : place[-1] + 1 + int(row.dip_periods)] = True
        spans.append(Span(str(row.event), str(row.type), rows, during, after))
    return spans


def events_at(spans: Sequence[Span], shape: tuple[int, int]) -> Floats:
    """(series, periods) number of past events that explain each cell."""
    count = np.zeros(shape)
    for span in spans:
        count[np.ix_(span.rows, span.covered)] += 1
    return count


def find_events(
    now: Floats, spans: Sequence[Span], grid: Grid, expected: Expectation, usable: Flags
) -> tuple[Found, pd.DataFrame]:
    """Lift past events out of history, and say what each of them brought.

    An event has a real effect when demand over its scope and span is at least 5 % and two robust standard errors of the scope's
    usual error away from expected. Then every period of it becomes expected demand in every steady series. Series that
    sell only now and then are scaled together, so that their sum is expected demand: what did not sell in them stays unsold. The dip
    after it is filled up to expected demand in steady series, as far as the event's uplift reaches: nobody can have bought forward
    more than was sold. An event without any sale had no effect that could be told from an item that was not on offer, and
    one that came with an item's launch, before it had sold in 3 ordinary periods, none that could be told from the launch.

    Parameters
    ----------
    now
        (series, periods) units, NaN = not known.
    spans, grid
        See `past_events`.
    expected, usable
        Where expected demand comes from, and the periods that it may be learned from; none of an event's are among them.

    Returns
    -------
    The corrections, and one row per event, series and period: event, item, location, period, part (`event` or `dip`), raw, expected,
    uplift (raw - expected, shared equally between the events of a period), shared_by (their number), and real (whether the event had an
    effect that is lifted out). Units.
    """
    count = events_at(spans, now.shape)
    rows = np.flatnonzero((count > 0).any(axis=1))
    line = np.full(now.shape, np.nan)
    line[rows] = expected.of(rows).everywhere(now[rows], usable[rows])
    if rows.size:
        line[rows] *= control_factor(now, expected, usable)
    line[(usable.cumsum(axis=1) < LEAST_BEFORE) | ~np.isfinite(now)] = np.nan
    target, texts, parts = now.copy(), dict[tuple[int, int], list[str]](), []
    for span in spans:
        sold, others = now[span.rows], count[span.rows]
        due = _together(sold, line[span.rows], span, expected.steady[span.rows])
        real = _had_effect(sold, line[span.rows], span, others == 0)
        if real:
            _lift(target, sold, due, others, span, texts)
        parts.append(_measured(sold, due, others, span, grid, real))
    cells = sorted(texts)
    at = np.array([c[0] for c in cells], dtype=np.intp), np.array([c[1] for c in cells], dtype=np.intp)
    notes = np.array(["; ".join(texts[c]) for c in cells], dtype=object)
    return found_cells(EVENT, now, target[at], *at, notes), _uplifts(parts)


def _had_effect(sold: Floats, due: Floats, span: Span, quiet: Flags) -> bool:
    """Whether demand over the scope and span of an event differs from expected by more than it usually does."""
    both = np.isfinite(sold) & np.isfinite(due)
    actual, expected = np.where(both, sold, 0.0).sum(axis=0), np.where(both, due, 0.0).sum(axis=0)
    total, usual = actual[span.during].sum(), expected[span.during].sum()
    if usual <= 0 or total <= 0 or abs(total / usual - 1) < LEAST_EFFECT:
        return False
    told = (quiet | ~both).all(axis=0) & (actual > 0) & (expected > 0)
    error = np.log(actual[told] / expected[told])
    if error.size < _LEAST_QUIET:
        return True
    spread = _NORMAL_MAD * float(np.median(np.abs(error - np.median(error))))
    return bool(abs(np.log(total / usual)) >= LEAST_CERTAINTY * spread / np.sqrt(span.during.sum()))


def _together(sold: Floats, due: Floats, span: Span, steady: Flags) -> Floats:
    """Expected demand without the event: that of unsteady series in proportion to what each of them sold."""
    mine = ~steady[:, None] & np.isfinite(sold) & np.isfinite(due)
    total = sold[mine & span.during].sum()
    factor = due[mine & span.during].sum() / total if total > 0 else 1.0
    return np.where(mine, sold * np.where(span.during, factor, 1.0), due)


def _lift(
    target: Floats, sold: Floats, due: Floats, others: Floats, span: Span, texts: dict[tuple[int, int], list[str]]
) -> None:
    kind = f"{span.event} ({span.kind})" if span.kind else span.event
    known = np.isfinite(due)
    for i, j in zip(*np.nonzero(known & span.during), strict=True):
        target[span.rows[i], j] = due[i, j]
        along = f", with {others[i, j] - 1:.0f} more at the time" if others[i, j] > 1 else ""
        texts.setdefault((int(span.rows[i]), int(j)), []).append(
            f"{kind}: {amount(sold[i, j])} sold, {amount(due[i, j])} expected without it{along}"
        )
    if not span.after.any():
        return
    uplift = np.where(known & span.during, np.maximum(sold - due, 0.0), 0.0).sum(axis=1)
    dip = np.where(known & span.after, np.maximum(due - target[span.rows], 0.0), 0.0)
    filled = dip * np.minimum(uplift / np.maximum(dip.sum(axis=1), TOLERANCE), 1.0)[:, None]
    for i, j in zip(*np.nonzero(filled > TOLERANCE), strict=True):
        target[span.rows[i], j] += filled[i, j]
        texts.setdefault((int(span.rows[i]), int(j)), []).append(
            f"dip after {kind}: {amount(sold[i, j])} sold, {amount(due[i, j])} expected without it"
        )


def _measured(sold: Floats, due: Floats, others: Floats, span: Span, grid: Grid, real: bool) -> dict[str, Any]:
    i, j = np.nonzero(np.isfinite(due) & span.covered)
    return {
        "event": np.full(i.size, span.event, dtype=object),
        "item": grid.series["item"].to_numpy(dtype=object)[span.rows[i]],
        "location": grid.series["location"].to_numpy(dtype=object)[span.rows[i]],
        "period": grid.periods.to_numpy()[j],
        "part": np.where(span.during[j], "event", "dip").astype(object),
        "raw": sold[i, j],
        "expected": due[i, j],
        "uplift": (sold[i, j] - due[i, j]) / others[i, j],
        "shared_by": others[i, j],
        "real": np.full(i.size, real),
    }


def _uplifts(parts: Sequence[dict[str, Any]]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame(columns=list(UPLIFT_COLUMNS))
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in UPLIFT_COLUMNS})
