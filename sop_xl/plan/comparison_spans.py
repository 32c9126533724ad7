"""Stretches of time over which a plan is compared: fiscal years as an outlook, what is over, what is left, and the next so many periods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sop_xl.periods import Timeline
from sop_xl.plan.grid import Mask
from sop_xl.plan.notes import Note


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of time.

    Parameters
    ----------
    name
        As a planner reads it: `Full year 2026`.
    inside
        Which periods of the timeline it holds.
    """

    name: str
    inside: Mask


def comparison_spans(timeline: Timeline) -> tuple[list[Span], list[Note]]:
    """The spans of a timeline, in the order in which they are read, and what cannot be shown.

    The full year is the fiscal year of the current period as an outlook: actuals to date, then plan; and the one after it. A full year
    that the timeline does not hold from its first to its last period is no full year and is left out, which is said of the current one;
    what is over and what is left of that stands all the same. The next 3, 12, 18 and 24 periods (weeks: 13, 52, 78, 104) stand as far as the horizon goes, and
    those beyond it are said. A fiscal year is named by the calendar year in which it ends; a fiscal year of ISO weeks has 52 or 53.
    """
    calendar, periods = timeline.calendar, timeline.periods
    year = np.array([calendar.fiscal_year(period) for period in periods])
    planned = np.arange(len(periods)) >= len(timeline.history)
    before, after = (calendar.fiscal_year(calendar.shift(periods[end], step)) for end, step in ((0, -1), (-1, 1)))
    this = calendar.fiscal_year(timeline.current)
    spans, notes = list[Span](), list[Note]()
    for wanted in (this, this + 1):
        if before < wanted < after:
            spans.append(Span(f"Full year {wanted}", np.asarray(year == wanted)))
        elif wanted == this:
            first, last = calendar.label(periods[0]), calendar.label(periods[-1])
            text = f"the periods of the workbook, {first} to {last}, do not hold the whole fiscal year {wanted}; no full year is shown for it"
            notes.append(Note("plan_comparison", str(wanted), "full-year-not-held", text))
    to_date, rest = (year == this) & ~planned, (year == this) & planned
    if to_date.any():
        spans.append(Span(f"Year to date {this}", to_date))
    spans.append(Span(f"Rest of {this}", rest))
    season = calendar.season
    for count in (season // 4, season, season * 3 // 2, season * 2):
        if count <= timeline.horizon:
            place = np.arange(len(periods)) - len(timeline.history)
            spans.append(Span(f"Next {count}", np.asarray((place >= 0) & (place < count))))
        else:
            text = f"Next {count} needs a horizon of {count} periods (Settings)"
            notes.append(Note("plan_comparison", f"Next {count}", "span-beyond-horizon", text))
    return spans, notes
