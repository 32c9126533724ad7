"""An answer of the executive review: its sentence, its one figure and the points of its small chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.frames import TEN_QUESTIONS
from sop_xl.plan.effect_words import LONGEST

GOOD, WATCH, POOR, UNRATED = "good", "watch", "poor", ""
POINTS = 12
"""Points of a small chart."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered question.

    Parameters
    ----------
    question, answer
        What is asked, and one or two sentences under 255 characters.
    figure, unit
        The one figure behind the answer; NaN = none.
    status
        good, watch or poor by the rule of the question; "" = nothing to rate.
    evidence
        Sheet that has the detail.
    shown, points
        What the small chart shows, and at most `POINTS` figures of it in their order.
    """

    question: str
    answer: str
    figure: float = np.nan
    unit: str = ""
    status: str = UNRATED
    evidence: str = ""
    shown: str = ""
    points: Sequence[float] = ()


def questions_frame(answers: Sequence[Answer]) -> pd.DataFrame:
    """TEN_QUESTIONS, numbered in the order of the answers."""
    rows = []
    for number, one in enumerate(answers, start=1):
        points = [float(value) for value in one.points][:POINTS]
        points += [np.nan] * (POINTS - len(points))
        rows.append((float(number), one.question, one.answer, one.figure, one.unit, one.status, one.evidence, one.shown, *points))
    return pd.DataFrame(rows, columns=list(TEN_QUESTIONS.columns)).astype({"figure": "float64"})


def told(first: str, *more: str) -> str:
    """The first sentence and as many of the following ones as fit; empty ones are passed over, a first one that is too long is cut at a word."""
    if len(first) > LONGEST:
        first = first[: LONGEST - 2].rsplit(" ", 1)[0] + " …"
    for sentence in more:
        if sentence and len(first) + 1 + len(sentence) <= LONGEST:
            first += f" {sentence}"
    return first


def worst(statuses: Sequence[str]) -> str:
    """The worst of several statuses; those that rate nothing do not count."""
    return next((status for status in (POOR, WATCH, GOOD) if status in statuses), UNRATED)


def money(value: float, currency: str, *, sign: bool = False) -> str:
    """`USD 38.5 m`, `USD 153 k`, `USD 12,553`; with `sign` `+` or `-` stands before the number."""
    size, plus = abs(value), "-" if value < 0 else "+" if sign else ""
    if size >= 999_500:
        text = f"{size / 1e6:,.1f} m"
    elif size >= 99_999.5:
        text = f"{size / 1e3:,.0f} k"
    else:
        text = f"{size:,.0f}"
    plus = "" if text == "0" else plus
    return f"{currency} {plus}{text}".strip()


def share(value: float, *, sign: bool = True) -> str:
    """`+2.4 %`."""
    return f"{value * 100:+.1f} %" if sign else f"{value * 100:.1f} %"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 risk`, `3 risks`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
