"""How much an event moves demand where the Events sheet does not say: by its price change, else as past events of its type did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sop_xl.frames import EVENT_RESULTS, empty_frame
from sop_xl.plan.elasticity import ALL_FAMILIES, price_effect
from sop_xl.plan.notes import some_of

EVENT, TYPE, ELASTICITY = "event", "type", "elasticity"
"""Kinds of rows in EVENT_RESULTS."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What planning takes from EVENT_RESULTS.

    Parameters
    ----------
    effects
        Default effect by type of event, a fraction of the baseline, and the number of past events behind it.
    elasticities
        Own-price elasticity by family, `ALL_FAMILIES` for the overall one; only those below 0.
    """

    effects: dict[str, tuple[float, int]]
    elasticities: dict[str, float]


def learned_from(event_results: pd.DataFrame | None) -> Learned:
    """The defaults and elasticities that may be used; nothing where there are no results."""
    results = empty_frame(EVENT_RESULTS) if event_results is None else event_results
    known = results[results["effect"].notna()]
    types, slopes = known[known["kind"] == TYPE], known[(known["kind"] == ELASTICITY) & (known["effect"] < 0)]
    return Learned(
        {
            str(t): (float(e), int(n))
            for t, e, n in types[["event", "effect", "sample"]].itertuples(index=False)
        },
        {str(f): float(e) for f, e in slopes[["event", "effect"]].itertuples(index=False)},
    )


def assumed_effect(
    row: Any, families: NDArray[np.object_], learned: Learned
) -> tuple[NDArray[np.float64] | None, str]:
    """Effect of an event that states none, and where it comes from.

    Parameters
    ----------
    row
        One row of EVENTS.
    families
        (series,) family of every series in its scope.
    learned
        See `learned_from`.

    Returns
    -------
    (series,) fraction of the baseline, and words for the note; `None` and the reason where nothing can be said. A price change comes
    first: with the elasticity that the event states, else that of each series' family, else the overall one. Without either the
    default of the event's type is taken.
    """
    why = "states no effect"
    if pd.notna(row.price_change):
        change = float(row.price_change)
        if pd.notna(row.elasticity):
            rate = price_effect(change, float(row.elasticity))
            return np.full(len(families), rate), _words(
                change, f"elasticity {row.elasticity:g} as stated", rate, rate
            )
        overall = learned.elasticities.get(ALL_FAMILIES, np.nan)
        slopes = np.array([learned.elasticities.get(str(f), overall) for f in families], dtype=float)
        if len(slopes) and not np.isnan(slopes).any():
            own = sorted({str(f) for f in families if str(f) in learned.elasticities})
            source = f"as measured in {some_of(own)}" if own else "as measured over all families"
            rates = price_effect(change, slopes)
            span = (
                f"{slopes.min():.2f}"
                if np.ptp(slopes) < 0.005
                else f"{slopes.min():.2f} to {slopes.max():.2f}"
            )
            return rates, _words(change, f"elasticity {span} {source}", rates.min(), rates.max())
        why = f"states a price change of {change:+.0%} but no elasticity, and none could be measured"
    if str(row.type) in learned.effects:
        rate, sample = learned.effects[str(row.type)]
        events = "1 past event" if sample == 1 else f"{sample} past events"
        return np.full(len(families), rate), f"{why}; {rate:+.0%} is taken from {events} of type {row.type}"
    return None, f"{why}, and no past {row.type or 'event'} tells what to expect; it is not applied"


def _words(change: float, source: str, low: float, high: float) -> str:
    effect = f"{low:+.0%}" if high - low < 0.005 else f"{low:+.0%} to {high:+.0%}"
    return f"states no effect; a price change of {change:+.0%} with an {source} gives {effect}"
