"""Why the plan differs from what was published, cause by cause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl.commands.published import Published
from sop_xl.frames import CHANGES, empty_frame
from sop_xl.periods import Timeline

if TYPE_CHECKING:
    from sop_xl.commands.results import Results


def plan_changes(results: Results, timeline: Timeline, published: Sequence[Published], progress: Callable[[str, int, int], None], notes: list[pd.DataFrame]) -> pd.DataFrame:
    """CHANGES."""
    return empty_frame(CHANGES)
