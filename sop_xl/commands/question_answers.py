"""The ten questions of the executive review, answered from the plan's figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl.commands.published import Published, last_published
from sop_xl.frames import RISK_OUTLOOK, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan import question_actions as actions
from sop_xl.plan import ten_questions as questions
from sop_xl.plan.question_words import questions_frame

if TYPE_CHECKING:
    from sop_xl.commands.results import Results


def answer_questions(
    results: Results, timeline: Timeline, published: Sequence[Published], changes: pd.DataFrame, effects: pd.DataFrame, worklist: pd.DataFrame, cycle: pd.DataFrame, as_of: str = ""
) -> pd.DataFrame:
    """TEN_QUESTIONS, in the order of the executive review.

    Parameters
    ----------
    results, timeline
        The plan as it is now, and its periods.
    published
        What was published before; without an earlier cycle the questions that look back say so.
    changes, effects, worklist, cycle
        CHANGES, DECISION_EFFECTS, WORKLIST and CYCLE of this run.
    as_of
        ISO date of the run; the first day of the current period where empty.
    """
    inputs, money, currency = results.inputs, results.money, results.inputs.settings.plan_currency
    day = pd.Timestamp(as_of) if as_of else timeline.current
    before = last_published(list(published), timeline.current)
    outlook = results.outlook.risks if results.outlook is not None else empty_frame(RISK_OUTLOOK)
    items, options, comparison, plan = inputs.frame("Items"), results.what_if.options, money.plan_comparison, money.financial_plan
    return questions_frame([
        questions.what_changed(changes, published=before is not None, currency=currency),
        questions.performance(results.kpis),
        questions.product_families(plan, timeline, currency),
        questions.on_plan_financially(comparison, plan, timeline, currency),
        questions.risks(outlook, inputs.frame("Risks"), None if before is None else before.results.get("Risk Outlook"), currency),
        actions.decisions(inputs.frame("Decisions"), options, worklist, effects, day, currency),
        actions.product_development(results.life_cycle, items, inputs.frame("Initiatives"), timeline, day, currency),
        actions.critical_constraints(results.what_if.shortages if inputs.states_stock else None, results.supply.capacity, items, plan, timeline, currency),
        actions.long_term_plan(comparison, plan, timeline, currency),
        actions.follow_up(worklist, cycle, timeline, currency),
    ])  # fmt: skip
