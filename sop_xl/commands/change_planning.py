"""Why the plan differs from what was published, cause by cause.

Start is the published plan. It is planned again from its own inputs, which should give it back ("Not reproduced": what another version of the
program, or a memory that was lost, makes of the same inputs). Then one group of inputs after the other becomes today's, see
`change_groups.GROUPS`; what each makes of the plan is its amount. The last one should give today's plan; what today's run has that planning its inputs again does not give
(a search that ended by its time, an input that is in no group) is in "Not reproduced", too, so that no cause is charged with it.

What a plan takes from earlier ones beside its inputs: contributors are judged by the archive as it stands in the workbook, which without the
actuals since then says what it said then; the supply plan of the cycle before, from which changes may cost something, and the periods themselves
change with the facts. So what new actuals make of a contributor's record is under Actuals. The forecast of Actuals is made with the rules of then and
the weights that the methods had then, fitted to today's history; that the weights are chosen anew, and what people changed about models, is under Model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sop_xl.commands.change_groups import ACTUALS, GROUPS, MODEL, Side, between, differs, input_words, side_of
from sop_xl.commands.inputs import planning_timeline
from sop_xl.commands.published import MODEL_WEIGHTS, Published, approved_of_cycle, last_published
from sop_xl.commands.replan import Past, Replanned, releases_before, replan
from sop_xl.errors import SopError
from sop_xl.frames import CHANGES, empty_frame
from sop_xl.periods import Timeline
from sop_xl.plan.change_facts import actual_words
from sop_xl.plan.changes import ALL, END, START, Stage, change_rows, family_figures, with_rest
from sop_xl.plan.notes import Note, notes_frame

if TYPE_CHECKING:
    from sop_xl.commands.results import Results

Progress = Callable[[str, int, int], None]

LAST_CYCLE, APPROVED = "Last cycle", "Approved plan"
NOT_REPRODUCED = "Not reproduced"


def plan_changes(results: Results, timeline: Timeline, published: Sequence[Published], progress: Progress, notes: list[pd.DataFrame]) -> pd.DataFrame:
    """Why today's plan differs from that of the last cycle, and from what was approved in this one.

    Parameters
    ----------
    results
        Today's plan.
    timeline
        Its periods.
    published
        What was published, oldest first.
    progress
        Called with (message, done, total).
    notes
        Takes why something cannot be compared.

    Returns
    -------
    CHANGES over the periods that both planned; without rows where nothing was published.
    """
    records = list(published)
    parts = []
    if (last := last_published(records, timeline.current)) is not None:
        parts.append(_Comparison(LAST_CYCLE, last, results, timeline, progress, notes).rows())
    if (approved := approved_of_cycle(records, timeline.current)) is not None:
        parts.append(_Comparison(APPROVED, approved, results, timeline, progress, notes).rows())
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else empty_frame(CHANGES)


@dataclass(frozen=True)
class _Comparison:
    """Today's plan against one record."""

    reference: str
    record: Published
    results: Results
    timeline: Timeline
    progress: Progress
    notes: list[pd.DataFrame]

    def rows(self) -> pd.DataFrame:
        """CHANGES of this reference."""
        inputs = self.record.as_inputs()
        then, _ = planning_timeline(inputs)
        why_not = self._why_not(then)
        if why_not or then is None:
            self.notes.append(notes_frame([Note("changes", "", "changes-not-explained", why_not)]))
            return empty_frame(CHANGES)
        old, new = side_of(inputs, then), side_of(self.results.inputs, self.timeline)
        shared = then.plan[then.plan.isin(self.timeline.plan)]
        stages = self._stages(old, new, shared)
        return change_rows(self.reference, stages, self.results.inputs.settings.plan_currency, self.timeline.calendar.label, lean=self.reference == APPROVED)

    def _why_not(self, then: Timeline | None) -> str:
        label = self.timeline.calendar.label
        name = f"The plan published in {self.record.as_of}"
        now, settings = self.results.inputs.settings, self.record.settings
        if then is None or "Financial Plan" not in self.record.results:
            return f"{name} cannot be planned again from its record; changes since then are not explained"
        if then.calendar != self.timeline.calendar:
            return f"{name} has another calendar; changes since then are not explained"
        if settings.plan_currency != now.plan_currency:
            return f"{name} is in {settings.plan_currency}, the plan now in {now.plan_currency}; changes since then are not explained"
        if not then.plan.isin(self.timeline.plan).any():
            return f"{name} ends in {label(then.plan[-1])}, before {label(self.timeline.current)}; changes since then are not explained"
        return ""

    def _stages(self, old: Side, new: Side, shared: pd.DatetimeIndex) -> list[Stage]:
        """Every plan from the record to today's."""
        published = family_figures(self.record.results["Financial Plan"], shared)
        today = family_figures(self.results.money.financial_plan, shared)
        steps = self._steps(old, new)
        names = [cause for cause, _, _ in steps]
        stages = [Stage(START, published, {ALL: self._start_words(shared)}, 0)]
        again = self._again(old, names)
        figures = published if again is None else family_figures(again.financial_plan, shared)
        stages.append(Stage(NOT_REPRODUCED, figures, {}, 1))
        demand, waiting = None, ""
        last = steps[-1][0] if steps else ""
        for place, group in enumerate(GROUPS, start=2):
            if group.cause not in names:
                stages.append(Stage(group.cause, None, {ALL: "no change"}, place))
                continue
            side = next(side for cause, side, _ in steps if cause == group.cause)
            self._say(group.cause, names.index(group.cause) + 1, len(names))
            words = dict(next(words for cause, _, words in steps if cause == group.cause))
            if waiting:
                words = {family: f"{waiting} and {group.cause} together, which do not fit apart: {text}" for family, text in words.items()}
            try:
                past = self._past(self.record.results.get(MODEL_WEIGHTS) if group.cause == ACTUALS else None)
                made = replan(side.inputs(), self.timeline, past, None if group.moves_demand or waiting else demand)
            except SopError as error:
                if group.cause == last:
                    self._note(f"today's inputs could not be planned again, so that all that is left counts as {last}: {error}")
                    stages.append(Stage(group.cause, today, words, place))
                    continue
                waiting = f"{waiting}, {group.cause}" if waiting else group.cause
                stages.append(Stage(group.cause, None, {ALL: "counted with the next cause: today's inputs of it do not fit to the others of then"}, place))
                continue
            demand, waiting = made.demand, ""
            stages.append(Stage(group.cause, family_figures(made.financial_plan, shared), words, place))
        stages.append(Stage(END, today, {}, len(GROUPS) + 2))
        if steps:
            stages = with_rest(stages)
        else:  # nothing that people or systems give differs: what does is the program's
            stages[1] = Stage(NOT_REPRODUCED, today, {}, 1)
        return stages

    def _steps(self, old: Side, new: Side) -> list[tuple[str, Side, Mapping[str, str]]]:
        """The causes whose inputs differ, with the inputs in which they are today's, and what was changed in words."""
        done: list[str] = []
        found: list[tuple[str, Side, Mapping[str, str]]] = []
        before = between(old, new, done)
        for group in GROUPS:
            done.append(group.cause)
            after = between(old, new, done)
            facts = old.timeline != new.timeline or (group.cause == MODEL and bool(found))
            if (group.cause in (ACTUALS, MODEL) and facts) or differs(before, after, group.cause):
                words = {ALL: input_words(old, new, group.cause)}
                if group.cause == ACTUALS:
                    words = actual_words(
                        self.record.results["Financial Plan"], self.results.money.financial_plan, old.timeline, new.timeline, words[ALL]
                    )
                elif group.cause == MODEL and facts:
                    words = {ALL: "; ".join(filter(None, (words[ALL], "methods weighed anew")))}
                found.append((group.cause, after, words))
            before = after
        return found

    def _again(self, old: Side, names: Sequence[str]) -> Replanned | None:
        """The published plan, planned again from its own inputs; `None` where that cannot be done or nothing follows from it."""
        if not names:
            return None
        self._say("inputs of then", 0, len(names))
        before = releases_before(self.record.results["Supply Plan"]) if "Supply Plan" in self.record.results else self._past().last_plan
        try:
            return replan(self.record.as_inputs(), old.timeline, Past(self.results.demand.archive, before))
        except SopError as error:
            self._note(f"the plan published in {self.record.as_of} could not be planned again, so that what the program makes of its inputs otherwise counts as {names[0]}: {error}")
            return None

    def _note(self, text: str) -> None:
        self.notes.append(notes_frame([Note("changes", "", "changes-not-planned-again", f"{self.reference}: {text}")]))

    def _past(self, weights: pd.DataFrame | None = None) -> Past:
        return Past(self.results.demand.archive, releases_before(self.results.supply.supply_plan), weights)

    def _say(self, what: str, done: int, total: int) -> None:
        self.progress(f"Why the plan changed: {what[:1].lower()}{what[1:]}", done, total)

    def _start_words(self, shared: pd.DatetimeIndex) -> str:
        label, record = self.timeline.calendar.label, self.record
        by = f" by {record.approved_by}" if record.approved_by else ""
        return f"Plan of {label(record.cycle)}, version {record.version}, published {record.as_of}{by}; compared from {label(shared[0])} to {label(shared[-1])}"
