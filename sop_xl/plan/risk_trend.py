"""Risks carried from cycle to cycle: what each was expected to move in the plan that was published last, and which way it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from sop_xl import frames
from sop_xl.plan.notes import Note, notes_frame, some_of

SAME = 0.01
"""Part of the larger of two expected changes within which they are the same."""


class RiskTrend(NamedTuple):
    """RISK_OUTLOOK with its trend, and notes (frame, key, rule, note) about risks that are gone."""

    outlook: pd.DataFrame
    notes: pd.DataFrame


def with_trend(outlook: pd.DataFrame, current: pd.Timestamp, earlier: Sequence[tuple[pd.Timestamp, pd.DataFrame]]) -> RiskTrend:
    """Hold each line of the outlook against the plan that was published last.

    Parameters
    ----------
    outlook
        RISK_OUTLOOK of the plan now.
    current
        First planned period of this cycle.
    earlier
        First planned period and RISK_OUTLOOK of each published plan of an earlier cycle, oldest first; none = the first cycle.

    Returns
    -------
    `previous_expected` is of the line of the same figure and risk, over the periods that were planned then. `trend` tells of the size of what is
    expected, so that a rising risk costs more and a rising opportunity brings more; one that turned its sign rises where it grew. A line that was
    not there is new; in the first cycle nothing is said. `since` is the cycle in which a risk was first seen without a break in the record, of
    all together that in which any was.
    """
    known = {cycle: lines.set_index(["figure", "risk"])["expected"] for cycle, lines in earlier}
    previous = known[max(known)] if known else pd.Series(dtype="float64")
    keys = list(zip(outlook["figure"], outlook["risk"], strict=True))
    before = np.array([float(previous.get(key, np.nan)) for key in keys])
    seen = [{risk for _, risk in lines.index} for _, lines in sorted(known.items())]
    cycles = sorted(known)
    trend = [_trend(now, then) if known else "" for now, then in zip(outlook["expected"].tolist(), before.tolist(), strict=True)]
    since = [_since(risk, current, cycles, seen) for _, risk in keys]
    told = outlook.assign(previous_expected=before, trend=pd.Series(trend, index=outlook.index, dtype="object"), since=pd.Series(since, index=outlook.index, dtype="datetime64[ns]"))
    gone = sorted((seen[-1] if seen else set()) - set(outlook["risk"]) - {""})
    notes = [Note("risk_outlook", "", "risk-closed", f"{some_of(gone, 6)}: in the plan that was published last, and no longer in the outlook (closed, mitigated away or removed)")] if gone else []
    return RiskTrend(frames.check_frame(told, frames.RISK_OUTLOOK), notes_frame(notes))


def _trend(now: float, then: float) -> str:
    if np.isnan(then):
        return "new"
    size, was = abs(now), abs(then)
    if abs(now - then) <= SAME * max(size, was):
        return "same"
    return "rising" if size >= was else "falling"


def _since(risk: str, current: pd.Timestamp, cycles: list[pd.Timestamp], seen: list[set[str]]) -> pd.Timestamp:
    """The first cycle of the unbroken row of cycles, up to this one, that have the risk."""
    since = current
    for cycle, risks in zip(reversed(cycles), reversed(seen), strict=True):
        if risk not in risks:
            break
        since = cycle
    return since
