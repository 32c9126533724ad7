"""Gaps in money: families and regions whose margin or revenue lies below what the budget or the last cycle states, each told once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.bridge_cells import ALL
from sop_xl.plan.finance import BUDGET, NOT_BY_FAMILY, NOT_BY_REGION, PLAN, PREVIOUS_PLAN
from sop_xl.plan.gap_lines import lines_against
from sop_xl.plan.gap_words import SPLIT, split_words
from sop_xl.plan.notes import Note, some_of

BUDGETED, LAST_CYCLE = BUDGET, PREVIOUS_PLAN
LEAST_GAP = 0.5
"""Plan currency under which nothing is below anything."""
LEAST_TOGETHER = 0.5
"""Part of what its lines lack that a family or region must lack as a whole to be one gap; below it the lines are gaps of their own."""

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
        `All` = every one; the gap is then that of the region, of the family, or of the whole plan.
    value
        Gross margin missing, plan currency; NaN where the margin of the plan is not known.
    first, last
        Periods compared.
    cause
        What is missing in revenue or margin, and the steps of the bridge that it falls into.
    note
        What the value is made from, and where in the family or region most of it is missing.
    missing
        What is missing as the reference states it, in margin or revenue: ranks gaps of one value, as those of revenue that earns nothing.
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
    missing: float


@dataclass(frozen=True)
class _Scope:
    """Lines that are told as one gap."""

    who: str
    family: str
    region: str
    lines: pd.DataFrame


def money_gaps(financial_plan: pd.DataFrame, timeline: Timeline, currency: str, steps: pd.DataFrame | None = None) -> tuple[list[MoneyGap], list[Note]]:
    """Gaps of the next year of periods against budget and last cycle.

    Parameters
    ----------
    financial_plan
        FINANCIAL_PLAN. A reference is compared with what it speaks of alone, see `lines_against`.
    timeline
        Of the plan; periods that have passed are left out.
    currency
        Code of the plan currency.
    steps
        What the bridges say of each family and region, see `bridges.steps_by_line`: into them the gaps are split. Absent: they are not.

    Returns
    -------
    Gaps, and notes on what could not be valued. Every line that is behind is told in one gap: that of its family, where the family as a whole lacks at
    least half of what its lines lack; else that of its region, where several lines of the region are left behind and it lacks as a whole at least half
    of what they lack; else its own. Margin counts where the reference and the plan have it; else revenue, valued at the margin that the plan earns on revenue there (at nothing
    where it earns none). Where the plan has no line at all of what the reference speaks of, it has 0: all of it is missing, and revenue is
    valued at the margin of the whole plan.
    """
    ahead = financial_plan[financial_plan["period"].isin(timeline.plan[: timeline.calendar.season])]
    gaps, notes = list[MoneyGap](), list[Note]()
    if (ahead["version"] != PLAN).all():  # without a plan at all there is nothing to hold against a reference
        return gaps, notes
    for reference in (BUDGETED, LAST_CYCLE):
        lines = lines_against(ahead, reference)
        lines = lines.assign(missing=lines["reference"] - lines["plan"])
        split = None if steps is None else steps[steps["version"] == reference]
        gaps += [_gap(reference, scope, ahead, split, currency) for scope in _scopes(lines)]
    unvalued = [gap.name for gap in gaps if np.isnan(gap.value)]
    if unvalued:
        notes.append(Note("gap_list", min(unvalued), "gap-not-valued", f"{some_of(unvalued)}: the margin of the plan is not known there, so that the gap has no value"))
    return gaps, notes


def _scopes(lines: pd.DataFrame) -> Iterator[_Scope]:
    """What is behind, each line in one scope: families, then regions, then lines."""
    told = pd.Series(False, index=lines.index)
    for family, own in lines[lines["family"] != NOT_BY_FAMILY].groupby("family", sort=True):
        if _together(own):
            told[own.index] = True
            yield _Scope(str(family), str(family), ALL, own)
    left = lines[~told & (lines["region"] != NOT_BY_REGION)]
    for (region, _), own in left.groupby(["region", "measure"], sort=True):
        if (own["missing"] > LEAST_GAP).sum() > 1 and _together(own):
            told[own.index] = True
            words = "" if own["measure"].nunique() == left.loc[left["region"] == region, "measure"].nunique() else f" ({own['measure'].iloc[0].replace('_', ' ')})"
            yield _Scope(f"{region or 'No region'}{words}", ALL, str(region), own)
    for place in lines.index[~told & (lines["missing"] > LEAST_GAP)]:
        own = lines.loc[[place]]
        family, region = str(own["family"].iloc[0]), str(own["region"].iloc[0])
        scope = ALL if family == NOT_BY_FAMILY else family, ALL if region == NOT_BY_REGION else region
        yield _Scope(_who(*scope), *scope, own)


def _together(lines: pd.DataFrame) -> bool:
    """Whether lines are behind as a whole, and not only some of them."""
    whole = float(lines["missing"].sum())
    return whole > LEAST_GAP and whole >= LEAST_TOGETHER * float(lines["missing"].clip(lower=0.0).sum())


def _who(family: str, region: str) -> str:
    if family == ALL:
        return "Whole plan" if region == ALL else region or "No region"
    return f"{family} where regions have no budget of their own" if region == ALL else f"{family} in {region or 'no region'}"


def _gap(reference: str, scope: _Scope, ahead: pd.DataFrame, steps: pd.DataFrame | None, currency: str) -> MoneyGap:
    lines, below = scope.lines, _BELOW[reference]
    measure, missing, total = str(lines["measure"].iloc[0]), float(lines["missing"].sum()), float(lines["reference"].sum())
    value, note = _valued(measure, missing, lines, ahead[ahead["version"] == PLAN])
    unit = f" {currency}".rstrip()
    part = f" ({missing / total:.1%} of {total:,.0f})" if total > 0 else ""
    why = split_words(missing, _steps_of(scope, measure, missing, steps), float(lines["unserved"].sum(skipna=False)), unit)
    cause = f"{measure.replace('_', ' ').capitalize()} {missing:,.0f}{unit} below {below}{part}{why}"
    note = ". ".join(text for text in (note, _where(scope)) if text)
    return MoneyGap(f"{scope.who} below {below}", reference, scope.family, scope.region, value, lines["first"].min(), lines["last"].max(), cause, note, missing)


def _steps_of(scope: _Scope, measure: str, missing: float, steps: pd.DataFrame | None) -> dict[str, float] | None:
    """Amounts of the bridge's steps for the lines of a scope; `None` where the bridge does not stand at their level."""
    if steps is None:
        return None
    family = scope.lines["family"].replace(NOT_BY_FAMILY, ALL)
    region = scope.lines["region"].replace(NOT_BY_REGION, ALL)
    wanted = pd.MultiIndex.from_arrays([family, region])
    own = steps[(steps["measure"] == measure)]
    found = own[pd.MultiIndex.from_frame(own[["family", "region"]]).isin(wanted)]
    if scope.family != ALL and scope.region == ALL:
        found = own[own["family"] == scope.family]
    change = float((found["start"] - found["end"]).sum())
    if found.empty or abs(change - missing) > LEAST_GAP:
        return None
    return {name: float(found[name].sum()) for name in SPLIT}


def _where(scope: _Scope) -> str:
    """Of a gap over several lines the two that lack most."""
    if len(scope.lines) < 2:
        return ""
    name = "region" if scope.region == ALL else "family"
    behind = scope.lines[scope.lines["missing"] > LEAST_GAP].sort_values(["missing", name], ascending=[False, True]).head(2)
    plain = {NOT_BY_REGION: "the other regions", NOT_BY_FAMILY: "the other families", "": "no region"}
    told = [f"{plain.get(label, label)} {missing:,.0f}" for label, missing in zip(behind[name], behind["missing"], strict=True)]
    return f"Most is missing in {', '.join(told)}"


def _valued(measure: str, missing: float, lines: pd.DataFrame, whole: pd.DataFrame) -> tuple[float, str]:
    """Margin of what is missing, and how it was made; of lines of which the plan has nothing the whole plan stands for them."""
    has_plan = bool((lines["covers"] > 0).any())
    absent = "" if has_plan else "The plan has no line there: all of it is missing"
    if measure == "gross_margin":
        return missing, absent
    said = f"{absent}. The reference states" if absent else "The reference states"
    if has_plan:
        revenue, margin = (float(lines[name].sum(skipna=False)) for name in ("plan_revenue", "plan_margin"))
        where = "the plan earns there"
    else:
        revenue, margin = (float(whole[name].sum(skipna=False)) for name in ("revenue", "gross_margin"))
        where = "the whole plan earns"
    if np.isnan(margin) or not revenue > 0:
        return np.nan, f"{said} revenue alone, and the margin of the plan is not known"
    rate = max(margin / revenue, 0.0)
    return missing * rate, f"{said} revenue alone: valued at the {rate:.1%} of revenue that {where}"
