"""Why a gap in money is there, in one sentence: the steps of its bridge, the largest adverse one first, with what supply does not serve."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sop_xl.plan.bridge_rows import NOT_ATTRIBUTABLE
from sop_xl.plan.bridge_steps import GROSS_MARGIN, STEPS

SPLIT = (*STEPS[GROSS_MARGIN], NOT_ATTRIBUTABLE)
"""Every step into which a gap may fall, in the order of a bridge."""

_NAMES = {"New": "New items", "Discontinued": "Discontinued items", NOT_ATTRIBUTABLE: "Not attributable (no units or no revenue stated)"}
_LEAST = 0.5
"""Plan currency below which a step is not told."""


def split_words(missing: float, steps: Mapping[str, float] | None, unserved: float, unit: str) -> str:
    """The end of the sentence that says what is missing.

    Parameters
    ----------
    missing
        Plan currency, positive.
    steps
        Amount of each step of `SPLIT`, adverse ones negative; together they are -`missing`. `None` where no bridge tells them apart at the level of the gap.
    unserved
        What demand would bring more if supply served all of it; NaN = not known.
    unit
        Currency, with a blank before it.

    Returns
    -------
    `": Cost -1,549; against it Volume +154, Price +110"`: whole figures that add up to the whole figure missing. What supply does not serve is a part of
    the volume where that is adverse, or of what cannot be told apart; beside a volume that is favourable it is said by itself.
    """
    if steps is None:
        part = _part(unserved, missing, unit)
        return f": {part}; the bridge does not stand at this level" if part else ""
    shown = _whole(steps, missing)
    adverse = sorted((name for name in shown if shown[name] < 0), key=lambda name: (shown[name], SPLIT.index(name)))
    favourable = sorted((name for name in shown if shown[name] > 0), key=lambda name: (-shown[name], SPLIT.index(name)))
    bearer = next((name for name in ("Volume", NOT_ATTRIBUTABLE) if shown.get(name, 0) < 0), "")
    told = []
    for name in adverse:
        part = _part(unserved, -float(shown[name]), unit) if name == bearer else ""
        told.append(f"{_NAMES.get(name, name)} {shown[name]:+,d}" + (f" ({part})" if part else ""))
    text = ": " + ", ".join(told)
    if favourable:
        text += "; against it " + ", ".join(f"{_NAMES.get(name, name)} {shown[name]:+,d}" for name in favourable)
    if not bearer and unserved >= _LEAST:
        text += f". Supply leaves demand worth {unserved:,.0f}{unit} unserved"
    return text


def _part(unserved: float, of: float, unit: str) -> str:
    if np.isnan(unserved) or unserved < _LEAST:
        return ""
    return f"of which {min(unserved, of):,.0f}{unit} is demand that supply does not serve"


def _whole(steps: Mapping[str, float], missing: float) -> dict[str, int]:
    """Steps as whole figures that add up; what rounding leaves goes to the largest."""
    shown = {name: round(steps[name]) for name in SPLIT if abs(steps.get(name, 0.0)) >= _LEAST}
    if shown:
        largest = max(shown, key=lambda name: (abs(shown[name]), -SPLIT.index(name)))
        shown[largest] += -round(missing) - sum(shown.values())
    return {name: amount for name, amount in shown.items() if amount}
