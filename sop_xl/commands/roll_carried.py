"""What went with the plan into the new cycle: overrides that no longer hold as entered, and decisions that are over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from sop_xl.errors import Problem
from sop_xl.periods import Timeline
from sop_xl.plan.grid import records

AGED = {
    "override-expired": "expired",
    "override-past": "over",
    "override-decayed": "decays",
    "override-to-confirm": "to confirm",
}
"""What a run remarks of overrides that no longer hold as they were entered, and the word for it."""

Tables = list[tuple[str, list[str], list[list[str]]]]


def aged_overrides(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """Overrides that ran out or wane, with what the run said of each, in the order of the run."""
    return [(AGED[p.rule], p.expected) for p in problems if p.rule in AGED]


def closed_decisions(decisions: pd.DataFrame, timeline: Timeline) -> pd.DataFrame:
    """Approved decisions of DECISIONS whose last period is before the one that follows the timeline's current period.

    They stay in the register and no longer act. One without a last period runs to the end of the plan and is never over.
    """
    over = decisions["status"].eq("approved") & decisions["last_period"].le(timeline.current)
    return decisions[over].reset_index(drop=True)


def carried_over(decisions: pd.DataFrame, problems: Sequence[Problem], ended: Timeline) -> tuple[dict[str, Any], Tables]:
    """Facts and tables about what was carried into the cycle that follows `ended`; no table where there is nothing to say."""
    aged, closed = aged_overrides(problems), closed_decisions(decisions, ended)
    label = ended.calendar.label
    tables: Tables = []
    if aged:
        tables.append(("Overrides that no longer hold as entered", ["Now", "What was found"], [[word, text] for word, text in aged]))
    if len(closed):
        rows = [[row.decision, row.option, row.owner, label(row.last_period)] for row in records(closed)]
        tables.append(("Decisions that are over", ["Decision", "Option", "Owner", "Last period"], rows))
    facts = {"overrides_aged": [{"state": word, "text": text} for word, text in aged], "decisions_over": closed["decision"].tolist()}
    return facts, tables
