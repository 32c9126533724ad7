"""What needs somebody now, the dearest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl.commands.published import Published
from sop_xl.frames import WORKLIST, empty_frame
from sop_xl.periods import Timeline

if TYPE_CHECKING:
    from sop_xl.commands.results import Results


def plan_worklist(results: Results, timeline: Timeline, published: Sequence[Published], weekly: pd.DataFrame, effects: pd.DataFrame, as_of: str, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """WORKLIST."""
    return empty_frame(WORKLIST)
