"""The coming weeks of the approved plan beside what has happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl.commands.published import Published
from sop_xl.frames import WEEKLY_EXECUTION, empty_frame
from sop_xl.periods import Timeline

if TYPE_CHECKING:
    from sop_xl.commands.results import Results


def plan_weeks(results: Results, timeline: Timeline, published: Sequence[Published], as_of: str, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """WEEKLY_EXECUTION."""
    return empty_frame(WEEKLY_EXECUTION)
