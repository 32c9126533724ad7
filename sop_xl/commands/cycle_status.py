"""Where the cycle stands, task by task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl.commands.published import Published
from sop_xl.frames import CYCLE, empty_frame
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline

if TYPE_CHECKING:
    from sop_xl.commands.results import Results


def cycle_status(host: Host, results: Results, timeline: Timeline, published: Sequence[Published], as_of: str, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """CYCLE."""
    return empty_frame(CYCLE)
