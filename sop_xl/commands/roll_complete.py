"""Whether the actuals of a month are whole: demand is there, of every item and location that has been selling."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sop_xl.commands.inputs import Inputs
from sop_xl.commands.scenario_inputs import with_promoted
from sop_xl.errors import Problem, Severity
from sop_xl.periods import Timeline
from sop_xl.plan.missing_actuals import PERIODS_SOLD, Missing, missing_actuals, still_sold
from sop_xl.sheets.read import Reading

_MOST_NAMED, _LONGEST_NAMES = 5, 70
"""Names in a line, and characters of them together, so that the line keeps its way out."""

_WHO = (("item",), ("location",))
"""Of whom nothing at all is never silence by chance; one item at one location may well sell nothing in a month."""


def check_complete(inputs: Inputs, timeline: Timeline, sheet: str, actuals: pd.DataFrame, *, partial: bool) -> list[Problem]:
    """What has sold in each of the last periods and has no actual now: an error for whole items and locations, unless the month is to be taken as it is.

    An item that was silent at one of its locations only is a warning. A stated 0 is an actual; what has ended by Items or Lifecycle needs none.

    Parameters
    ----------
    sheet
        Sheet or file that problems name.
    actuals
        item, location, period, demand, of the file or the sheet; what Demand History has of the period itself counts, too.
    partial
        Whether errors are warnings.
    """
    history, items = inputs.frame("Demand History"), inputs.frame("Items")
    if not actuals["item"].isin(items["item"]).all():
        return []  # a misspelt item is missing under its own name; reading the history says so at its cell
    history = still_sold(history, items, with_promoted(inputs, timeline)[0].frame("Lifecycle"), timeline.current)
    stated = pd.concat([actuals, history])[["item", "location", "period", "demand"]]
    meaning = "zero" if inputs.settings.blank_demand == "zero" else "missing data"
    problems, told = list[Problem](), set[str]()
    for keys in _WHO:
        missing = missing_actuals(history, stated, timeline, keys)
        told |= {name for (name,) in missing.names}
        if missing.names:
            way_out = f"state 0 where nothing was sold; sop-xl roll --partial takes the blanks, which count as {meaning}"
            hint = f"a blank counts as {meaning}: Blank month in Demand History in Settings" if partial else way_out
            problems.append(_incomplete(sheet, timeline, f"{keys[0]}s", missing, hint, Severity.WARNING if partial else Severity.ERROR))
    pairs = missing_actuals(history, stated, timeline, ("item", "location"))
    rest = Missing(tuple(pair for pair in pairs.names if not told & set(pair)), pairs.expected)
    if rest.names:
        problems.append(_incomplete(sheet, timeline, "items at a location", rest, f"a blank counts as {meaning}; state 0 where nothing was sold", Severity.WARNING))
    return problems


def _incomplete(sheet: str, timeline: Timeline, who: str, missing: Missing, hint: str, severity: Severity) -> Problem:
    count, periods = len(missing.names), min(PERIODS_SOLD, len(timeline.history))
    span = f"each of the last {periods} periods" if periods > 1 else "the last period"
    have = "have" if count > 1 else "has"
    words = f"{count} of {missing.expected} {who} that sold in {span} {have} no actual of {timeline.calendar.label(timeline.current)}: {first_of([' in '.join(labels) for labels in missing.names])}"
    return Problem(sheet, "", "actuals-missing", words, hint=hint, severity=severity)


def first_of(names: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    shown = 1
    while shown < min(_MOST_NAMED, len(names)) and len(", ".join(names[: shown + 1])) <= _LONGEST_NAMES:
        shown += 1
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def check_demand(history: Reading | None, actuals: Reading, cell: str, timeline: Timeline) -> list[Problem]:
    """Where Demand History states demand, shipments alone are no actuals: they would stand for what customers ordered, unsaid."""
    values = actuals.values
    if values is None or history is None or not _states_demand(history, timeline.history[-PERIODS_SOLD:]) or _states_demand(actuals, [timeline.current]):
        return []
    label = timeline.calendar.label(timeline.current)
    there = sorted({actuals.spec.measure_terms[k].label for k, p in zip(values.measure.tolist(), values.period.tolist(), strict=True) if values.periods[p] == timeline.current})
    return [Problem(actuals.sheet, cell, "no-demand", f"expected Demand of {label}, as Demand History states it", f"{' and '.join(there)} only", "what customers ordered, not what left")]


def _states_demand(reading: Reading, periods: pd.DatetimeIndex | list[pd.Timestamp]) -> bool:
    """Whether demand stands there in any of the periods, and not shipments in its place."""
    values = reading.values
    if values is None:
        return False
    wanted = [k for k, period in enumerate(values.periods) if period in periods]
    demand = reading.spec.measures.index("demand")
    return bool(((values.measure == demand) & pd.Series(values.period).isin(wanted).to_numpy()).any())
