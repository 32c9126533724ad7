"""The ten questions of the executive review, answered from the plan's figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl.commands.published import Published
from sop_xl.frames import TEN_QUESTIONS, empty_frame
from sop_xl.periods import Timeline

if TYPE_CHECKING:
    from sop_xl.commands.results import Results


def answer_questions(results: Results, timeline: Timeline, published: Sequence[Published], changes: pd.DataFrame, effects: pd.DataFrame, worklist: pd.DataFrame, cycle: pd.DataFrame) -> pd.DataFrame:
    """TEN_QUESTIONS."""
    return empty_frame(TEN_QUESTIONS)
