"""What approved decisions were to bring, and what they brought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl.commands.published import Published
from sop_xl.frames import DECISION_EFFECTS, empty_frame
from sop_xl.periods import Timeline

if TYPE_CHECKING:
    from sop_xl.commands.results import Results


def track_decisions(results: Results, timeline: Timeline, published: Sequence[Published], progress: Callable[[str, int, int], None], notes: list[pd.DataFrame]) -> pd.DataFrame:
    """DECISION_EFFECTS."""
    return empty_frame(DECISION_EFFECTS)
