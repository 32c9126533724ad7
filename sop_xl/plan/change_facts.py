"""What happened since the last plan, in words: demand of the periods that are over, beside what was planned for them."""

from __future__ import annotations

import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.changes import ALL
from sop_xl.plan.finance import PLAN


def actual_words(then_plan: pd.DataFrame, now_plan: pd.DataFrame, then: Timeline, now: Timeline, changed: str) -> dict[str, str]:
    """What the facts say, by family and for all of them.

    Parameters
    ----------
    then_plan, now_plan
        FINANCIAL_PLAN of both; the one of now holds actuals in the periods that the other still planned.
    then, now
        Their periods.
    changed
        What changed in the inputs, in words.

    Returns
    -------
    Sentences by family, `All` with what changed in the inputs; where no period has passed, that alone.
    """
    over = then.plan[then.plan < now.current]
    if not len(over):
        return {ALL: changed}
    planned, actual = (_demand_of(plan, over) for plan in (then_plan, now_plan))
    label = now.calendar.label
    span = label(over[0]) if len(over) == 1 else f"{label(over[0])} to {label(over[-1])}"
    families = sorted(set(planned.index) | set(actual.index))
    said = {f: f"demand of {span} was {_beside(float(actual.get(f, 0.0)), float(planned.get(f, 0.0)))}" for f in families}
    whole = f"demand of {span} was {_beside(float(actual.sum()), float(planned.sum()))}"
    return said | {ALL: f"{whole}; {changed}" if changed else whole}


def _demand_of(plan: pd.DataFrame, periods: pd.DatetimeIndex) -> pd.Series:
    rows = plan[(plan["version"] == PLAN) & plan["period"].isin(periods)]
    return rows.groupby("family")["demand"].sum()


def _beside(actual: float, planned: float) -> str:
    """`4,210 units, 4.2 % below the plan of 4,395`."""
    if planned <= 0:
        return f"{actual:,.0f} units, planned were none"
    share = actual / planned - 1
    if abs(share) < 0.0005:
        return f"{actual:,.0f} units, as planned"
    return f"{actual:,.0f} units, {abs(share):.1%} {'above' if share > 0 else 'below'} the plan of {planned:,.0f}"
