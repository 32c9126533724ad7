"""Checks of the coming weeks: what a period has over its weeks is what the plan has of it, the approved one where there is one."""

from __future__ import annotations

from collections.abc import Callable

from sop_xl import vocabulary
from sop_xl.sheets.spec import HEADER_ROW
from sop_xl.templates.book import Book
from sop_xl.templates.check_rules import FLAG_ROW, Check, Figure, column_of, in_plan, is_measure, total
from sop_xl.templates.reach import filled
from sop_xl.templates.review import shift

_VERSION, _PLAN, _WEEKS = "approved version", "demand that weeks split", "demand of the weeks"


def weekly_figures(book: Book, cell: Callable[[str, str], str]) -> list[Figure]:
    """The version of this cycle's plan that is approved, its demand or that of the plan as it is now, and what the weeks have of it.

    Parameters
    ----------
    cell
        From the letters of a period column and the key of a figure to its cell.
    """
    if not book.has("Weekly Execution"):
        return []
    units = vocabulary.UNITS
    weekly = book.spec("Weekly Execution")
    period, demand, later = (filled(weekly, name) for name in ("period", "planned_demand", "later_demand"))
    consensus = book.spec("Consensus Demand")

    def of_weeks(c: str) -> str:
        own = f"SUMPRODUCT(({period}={c}${HEADER_ROW})*({demand}-{later}))"
        return in_plan(c, f"{own}+SUMPRODUCT(({period}={shift(c, -1)}${HEADER_ROW})*{later})")

    figures = [Figure(_WEEKS, "Planned demand by week, of the period", "Weekly Execution: planned demand, what falls in the next period counted there", units, of_weeks)]
    if not book.has("Snapshots", "Approved Plan"):
        return [Figure(_PLAN, "Demand that the weeks split", "Consensus Demand", units, lambda c: in_plan(c, total(consensus, c, "consensus"))), *figures]
    snapshots, approved = book.spec("Snapshots"), book.spec("Approved Plan")
    cycle, state, version = (filled(snapshots, name) for name in ("cycle", "state", "version"))
    of_cycle, of_version = (filled(approved, name) for name in ("cycle", "version"))

    def demand_of_plan(c: str) -> str:
        lines = f'({of_cycle}=sop_current_period)*({of_version}={cell(c, _VERSION)}&"")*{is_measure(approved, "demand")}'
        rows = column_of(approved, c)
        return in_plan(c, f"IF({cell(c, _VERSION)}>0,SUMPRODUCT({lines}*{rows}),{total(consensus, c, 'consensus')})")

    return [
        Figure(_VERSION, "Approved version of this cycle", "Snapshots; 0 where none was published", vocabulary.COUNT,
               lambda c: in_plan(c, f'SUMPRODUCT(({cycle}=sop_current_period)*({state}="approved")*{version})')),
        Figure(_PLAN, "Demand that the weeks split", "Approved Plan of this cycle; without one Consensus Demand", units, demand_of_plan),
        *figures,
    ]  # fmt: skip


def weekly_checks(book: Book, figures: dict[str, int]) -> list[Check]:
    """Periods whose weeks are all shown tie to the plan; where there are no weeks at all, the current period does not."""
    if not book.has("Weekly Execution"):
        return []
    weekly = book.spec("Weekly Execution")

    def ties(c: str) -> str:
        whole = f"SUMPRODUCT(--({filled(weekly, 'period')}>{c}${HEADER_ROW}))>0"
        none = f"AND({c}${HEADER_ROW}=sop_current_period,COUNT({filled(weekly, 'week')})=0)"
        weeks, plan = (f"{c}${figures.get(key, 1)}" for key in (_WEEKS, _PLAN))
        return f'IF({c}${FLAG_ROW}="Plan",IF(OR({whole},{none}),{weeks}-{plan},0),0)'

    return [Check("Weeks add up to their period", "cycle", "Weekly Execution - demand of the plan that it splits, periods whose weeks are all shown, and the first one where no week is", vocabulary.UNITS, ties)]
