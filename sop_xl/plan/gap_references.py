"""Gaps in money: families whose margin or revenue lies below what the budget or the last cycle states."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.finance import (
    BUDGET,
    NOT_BY_FAMILY,
    NOT_BY_REGION,
    PLAN,
    PREVIOUS_PLAN,
    UNCONSTRAINED,
    covered_by,
)
from sop_xl.plan.gap_steps import ALL
from sop_xl.plan.notes import Note, some_of

BUDGETED, LAST_CYCLE = BUDGET, PREVIOUS_PLAN
LEAST_GAP = 0.5
"""Plan currency under which nothing is below anything."""

_BELOW = {BUDGETED: "budget", LAST_CYCLE: "last cycle"}


@dataclass(frozen=True)
class MoneyGap:
    """Margin that a family or region is below a reference over the next year.

    Parameters
    ----------
    name
        `Mountain Bikes below budget`.
    reference
        Version of FINANCIAL_PLAN.
    family, region
        `All` = every one; the gap is then that of the region, or of the whole plan.
    value
        Gross margin missing, plan currency; NaN where the margin of the plan is not known.
    first, last
        Periods compared.
    cause
        What is missing in revenue or margin, and how much of it supply does not serve.
    note
        What the value is made from.
    """

    name: str
    reference: str
    family: str
    region: str
    value: float
    first: pd.Timestamp
    last: pd.Timestamp
    cause: str
    note: str


def money_gaps(financial_plan: pd.DataFrame, timeline: Timeline, currency: str) -> tuple[list[MoneyGap], list[Note]]:
    """Gaps of the next year of periods against budget and last cycle.

    Parameters
    ----------
    financial_plan
        FINANCIAL_PLAN. A reference is compared with what it speaks of alone (`finance.covered_by`): by family where it names families, else by
        region, else as a whole.
    timeline
        Of the plan; periods that have passed are left out.
    currency
        Code of the plan currency.

    Returns
    -------
    Gaps, and notes on what could not be valued. Margin counts where the reference and the plan have it; else revenue, valued at the margin that the
    plan earns on revenue there (at nothing where it earns none). Where the plan has no line at all of what the reference speaks of, it has 0: all of
    it is missing, and revenue is valued at the margin of the whole plan.
    """
    ahead = financial_plan[financial_plan["period"].isin(timeline.plan[: timeline.calendar.season])]
    gaps, notes = list[MoneyGap](), list[Note]()
    if (ahead["version"] != PLAN).all():  # without a plan at all there is nothing to hold against a reference
        return gaps, notes
    for reference in (BUDGETED, LAST_CYCLE):
        rows = ahead[ahead["version"] == reference]
        rows = rows.assign(of_family=rows["family"].replace(NOT_BY_FAMILY, ALL))
        rows["of_region"] = np.where((rows["of_family"] == ALL) & (rows["region"] != NOT_BY_REGION), rows["region"], ALL)
        for (family, region), own in rows.groupby(["of_family", "of_region"], sort=True):
            gap = _gap(reference, str(family), str(region), own, ahead, currency)
            if gap is not None:
                gaps.append(gap)
    unvalued = [gap.name for gap in gaps if np.isnan(gap.value)]
    if unvalued:
        notes.append(Note("gap_list", min(unvalued), "gap-not-valued", f"{some_of(unvalued)}: the margin of the plan is not known there, so that the gap has no value"))
    return gaps, notes


def _gap(reference: str, family: str, region: str, own: pd.DataFrame, ahead: pd.DataFrame, currency: str) -> MoneyGap | None:
    for measure in ("gross_margin", "revenue"):
        stated = own[own[measure].notna()]
        plan = covered_by(stated, ahead[ahead["version"] == PLAN])
        if stated.empty or plan[measure].isna().any():
            continue
        missing = float(stated[measure].sum() - plan[measure].sum())
        if missing <= LEAST_GAP:
            return None
        value, note = _valued(measure, missing, plan, ahead[ahead["version"] == PLAN])
        who = region if region != ALL else "Whole plan" if family == ALL else family
        unit = f" {currency}".rstrip()
        total = float(stated[measure].sum())
        part = f" ({missing / total:.1%} of {total:,.0f})" if total > 0 else ""
        cause = f"{measure.replace('_', ' ').capitalize()} {missing:,.0f}{unit} below {_BELOW[reference]}{part}{_served_words(measure, missing, stated, ahead, unit)}"
        return MoneyGap(f"{who} below {_BELOW[reference]}", reference, family, region, value, stated["period"].min(), stated["period"].max(), cause, note)
    return None


def _valued(measure: str, missing: float, plan: pd.DataFrame, whole: pd.DataFrame) -> tuple[float, str]:
    """Margin of what is missing, and how it was made; `plan` without rows = the plan has nothing there, and `whole` stands for it."""
    absent = "" if len(plan) else "The plan has no line there: all of it is missing"
    if measure == "gross_margin":
        return missing, absent
    earning, where = (plan, "the plan earns there") if len(plan) else (whole, "the whole plan earns")
    said = f"{absent}. The reference states" if absent else "The reference states"
    revenue, margin = float(earning["revenue"].sum()), float(earning["gross_margin"].sum(min_count=1))
    if earning["gross_margin"].isna().any() or revenue <= 0:
        return np.nan, f"{said} revenue alone, and the margin of the plan is not known"
    rate = max(margin / revenue, 0.0)
    return missing * rate, f"{said} revenue alone: valued at the {rate:.1%} of revenue that {where}"


def _served_words(measure: str, missing: float, stated: pd.DataFrame, ahead: pd.DataFrame, unit: str) -> str:
    """How much of the gap demand would close if supply served all of it."""
    served, asked = (covered_by(stated, ahead[ahead["version"] == version])[measure] for version in (PLAN, UNCONSTRAINED))
    if asked.empty or asked.isna().any():
        return ""
    short = min(max(float(asked.sum() - served.sum()), 0.0), missing)
    return f": {short:,.0f}{unit} is demand that supply does not serve, {missing - short:,.0f}{unit} is not demanded"
