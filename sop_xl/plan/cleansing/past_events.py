"""Past events: what promotions, campaigns and deals added to history, measured and lifted out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.plan.cleansing.expectation import Expectation, Flags, Floats
from sop_xl.plan.cleansing.found import EVENT, Found, amount, found_cells
from sop_xl.plan.grid import Grid, records
from sop_xl.plan.history import row_median

LEAST_EFFECT = 0.05
"""Share of expected demand below which an event is said to have had no effect."""

LEAST_CERTAINTY = 2.0
"""Robust standard errors of the scope's usual error that the effect must exceed."""

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
    inside
        (series,) in scope.
    during, after
        (periods,) the event with its lead-in; the dip after it, nowhere where the event pulls nothing forward.
    """

    event: str
    kind: str
    inside: Flags
    during: Flags
    after: Flags

    @property
    def covered(self) -> Flags:
        """(series, periods) that the event explains."""
        return np.asarray(self.inside[:, None] & (self.during | self.after)[None, :])


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
        inside = grid.scope(row.item, row.family, row.location, row.region)
        if not during.any() or not inside.any():
            continue
        place, after = np.flatnonzero(during), np.zeros_like(during)
        if row.lead_in > 0:
            during[max(place[0] - int(row.lead_in), 0) : place[0]] = True
        if row.pull_forward > 0 and row.dip_periods > 0:
            after[place[-1] + 1 : place[-1] + 1 + int(row.dip_periods)] = True
        spans.append(Span(str(row.event), str(row.type), inside, during, after))
    return spans


def explained_by(spans: Sequence[Span], shape: tuple[int, int]) -> Flags:
    """(series, periods) that any past event explains."""
    out = np.zeros(shape, dtype=bool)
    for span in spans:
        out |= span.covered
    return out


def find_events(
    now: Floats, spans: Sequence[Span], grid: Grid, expected: Expectation, usable: Flags
) -> tuple[Found, pd.DataFrame]:
    """Lift past events out of history, and say what each of them brought.

    An event has a real effect when demand over its scope and span is at least 5 % and two robust standard errors of the scope's
    usual error away from expected. Then every period of it becomes expected demand in every steady series. Series that
    sell only now and then are scaled together, so that their sum is expected demand: what did not sell in them stays unsold. The dip
    after it is filled up to expected demand in steady series, as far as the event's uplift reaches: nobody can have bought forward
    more than was sold. An event without any sale had no effect that could be told from an item that was not on offer.

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
    target, texts = now.copy(), dict[tuple[int, int], list[str]]()
    explained = explained_by(spans, now.shape)
    count = np.zeros(now.shape)
    for span in spans:
        count += span.covered
    rows = np.flatnonzero(explained.any(axis=1))
    line = np.full(now.shape, np.nan)
    line[rows] = Expectation(expected.season, expected.shape[rows], expected.steady[rows]).everywhere(now[rows], usable[rows])
    parts = []
    for span in spans:
        real = _had_effect(now, line, span, explained)
        without = _together(now, line, span, expected.steady)
        if real:
            _lift(target, now, without, span, count, texts)
        parts.append(_measured(now, without, span, count, grid, real))
    cells = sorted(texts)
    at = np.array([c[0] for c in cells], dtype=np.intp), np.array([c[1] for c in cells], dtype=np.intp)
    notes = np.array(["; ".join(texts[c]) for c in cells], dtype=object)
    measured = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(UPLIFT_COLUMNS))
    return found_cells(EVENT, now, target[at], *at, notes), measured


def _had_effect(now: Floats, line: Floats, span: Span, explained: Flags) -> bool:
    both = span.inside[:, None] & np.isfinite(now) & np.isfinite(line)
    actual, expected = np.where(both, now, 0.0).sum(axis=0), np.where(both, line, 0.0).sum(axis=0)
    sold, due = actual[span.during].sum(), expected[span.during].sum()
    if due <= 0 or sold <= 0 or abs(sold / due - 1) < LEAST_EFFECT:
        return False
    with np.errstate(divide="ignore", invalid="ignore"):
        quiet = ~(explained & both).any(axis=0) & (actual > 0) & (expected > 0)
        error = np.log(actual / expected)[quiet]
    if error.size < _LEAST_QUIET:
        return True
    usual = _NORMAL_MAD * float(row_median(np.abs(error - np.median(error))[None, :])[0])
    return bool(abs(np.log(sold / due)) >= LEAST_CERTAINTY * usual / np.sqrt(span.during.sum()))


def _together(now: Floats, line: Floats, span: Span, steady: Flags) -> Floats:
    """Expected demand without the event: that of unsteady series in proportion to what each of them sold."""
    mine = ~steady[:, None] & span.inside[:, None] & (span.during | span.after) & np.isfinite(now) & np.isfinite(line)
    sold, due = now[mine & span.during].sum(), line[mine & span.during].sum()
    factor = due / sold if sold > 0 else 1.0
    return np.where(mine, now * np.where(span.during, factor, 1.0), line)


def _lift(
    target: Floats, now: Floats, line: Floats, span: Span, count: Floats, texts: dict[tuple[int, int], list[str]]
) -> None:
    kind = f" ({span.kind})" if span.kind else ""
    both = np.isfinite(now) & np.isfinite(line)
    for i, j in zip(*np.nonzero(both & span.inside[:, None] & span.during), strict=True):
        target[i, j] = line[i, j]
        along = f", with {count[i, j] - 1:.0f} more at the time" if count[i, j] > 1 else ""
        texts.setdefault((int(i), int(j)), []).append(
            f"{span.event}{kind}: {amount(now[i, j])} sold, {amount(line[i, j])} expected without it{along}"
        )
    if not span.after.any():
        return
    uplift = np.where(both & span.during, np.maximum(now - line, 0.0), 0.0).sum(axis=1)
    dip = np.where(both & span.after & span.inside[:, None], np.maximum(line - target, 0.0), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.nan_to_num(np.minimum(uplift / dip.sum(axis=1), 1.0))
    for i, j in zip(*np.nonzero(dip * reach[:, None] > 0), strict=True):
        target[i, j] += dip[i, j] * reach[i]
        texts.setdefault((int(i), int(j)), []).append(
            f"dip after {span.event}{kind}: {amount(now[i, j])} sold, {amount(line[i, j])} expected without it"
        )


def _measured(now: Floats, line: Floats, span: Span, count: Floats, grid: Grid, real: bool) -> pd.DataFrame:
    i, j = np.nonzero(np.isfinite(now) & np.isfinite(line) & span.covered)
    raw, due = now[i, j], line[i, j]
    return pd.DataFrame(
        {
            "event": span.event,
            "item": grid.series["item"].to_numpy(dtype=object)[i],
            "location": grid.series["location"].to_numpy(dtype=object)[i],
            "period": grid.periods[j],
            "part": np.where(span.during[j], "event", "dip"),
            "raw": raw,
            "expected": due,
            "uplift": (raw - due) / count[i, j],
            "shared_by": count[i, j],
            "real": real,
        }
    )
