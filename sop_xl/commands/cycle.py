"""Around the plan: what changed since the last cycle, what decisions brought, the coming weeks, what needs somebody, where the cycle stands, the ten questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl.commands.change_planning import plan_changes
from sop_xl.commands.cycle_results import CycleResults
from sop_xl.commands.cycle_status import cycle_status
from sop_xl.commands.decision_tracking import track_decisions
from sop_xl.commands.published import Published, read_published
from sop_xl.commands.question_answers import answer_questions
from sop_xl.commands.weekly_planning import plan_weeks
from sop_xl.commands.worklist_planning import plan_worklist
from sop_xl.hosts.protocol import Host
from sop_xl.periods import Timeline

if TYPE_CHECKING:
    from sop_xl.commands.results import Results


def plan_cycle(
    host: Host, results: Results, timeline: Timeline, as_of: str, progress: Callable[[str, int, int], None], notes: list[pd.DataFrame],
    published: list[Published] | None = None,
) -> CycleResults:
    """Everything about the cycle, each from the plan and from what was published before.

    Parameters
    ----------
    host
        The workbook, which holds what was published.
    results
        The plan as it is now.
    timeline
        Its periods.
    as_of
        ISO date of the run.
    notes
        Takes what was assumed.
    published
        What the workbook keeps of published plans, where it was read already and has not changed since.
    """
    progress("Comparing with what was published", 0, 0)
    published = read_published(host, notes) if published is None else published
    weekly = plan_weeks(results, timeline, published, as_of, notes)
    changes = plan_changes(results, timeline, published, progress, notes)
    decided = track_decisions(results, timeline, published, progress, notes, as_of)
    effects = decided.effects
    worklist = plan_worklist(results, timeline, published, weekly, effects, as_of, notes, changes, set(host.sheet_names()))
    cycle = cycle_status(host, results, timeline, published, as_of, notes)
    questions = answer_questions(results, timeline, published, changes, effects, worklist, cycle, as_of)
    questions["evidence"] = questions["evidence"].where(questions["evidence"].isin(host.sheet_names()), "")  # a link leads somewhere
    return CycleResults(changes, effects, weekly, worklist, cycle, questions, decided.units)
