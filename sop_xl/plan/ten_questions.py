"""The first five of the ten questions of the executive review: what changed, how we perform, families, money, risks.

The questions are those of an executive S&OP meeting as practice has them (Wallace and Stahl, Sales and Operations Planning, the executive meeting's
agenda). Every answer is made from figures of the plan by a rule that stands in the docstring of its function; where nothing is known the answer
says what is missing and rates nothing. The other five are in `question_actions`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.budget_coverage import compared_with_budget
from sop_xl.plan.finance import BUDGET, LAST_YEAR, PLAN
from sop_xl.plan.grid import records
from sop_xl.plan.question_words import GOOD, POOR, UNRATED, WATCH, Answer, counted, money, share, told, worst

CHANGED = "What changed since last cycle?"
PERFORMANCE = "How do we perform to our metrics?"
FAMILIES = "How do the product families do?"
FINANCE = "Are we on plan financially?"
RISKS = "Which risks are new, which stay?"

_SMALL, _LARGE = 0.01, 0.05
"""Shares beyond which a change for the worse is watched, and poor."""


def what_changed(changes: pd.DataFrame, *, published: bool, currency: str) -> Answer:
    """How the plan differs from the one approved last cycle, and by which causes most.

    Parameters
    ----------
    changes
        CHANGES; the lines of all families against the last cycle count, of revenue where it is there, else of demand.
    published
        Whether an earlier cycle was published.

    Returns
    -------
    Poor when the plan lost more than 5 %, watch when it lost more than 1 %, else good.
    """
    own = changes[(changes["reference"] == "Last cycle") & (changes["family"] == "All")]
    measure = next((name for name in ("revenue", "sales_volume", "demand") if (own["measure"] == name).any()), "")
    if not measure:
        missing = (
            "What changed since the last published cycle is not known: both have no period in common." if published
            else "No cycle was published yet: what changed is told from the next one on."
        )  # fmt: skip
        return Answer(CHANGED, missing, evidence="Changes")
    own = own[own["measure"] == measure].sort_values("order", kind="stable")
    start, end = float(own["amount"].iloc[0]), float(own["amount"].iloc[-1])
    causes = own.iloc[1:-1]
    gap, unit = end - start, currency if measure == "revenue" else "units"

    def amount(value: float, *, sign: bool = True) -> str:
        return money(value, currency, sign=sign) if measure == "revenue" else f"{value:{'+' if sign else ''},.0f} units"

    part = gap / start if start else np.nan
    name = {"revenue": "Revenue", "sales_volume": "Sales volume", "demand": "Demand"}[measure]
    far = f" ({share(part)})" if np.isfinite(part) else ""
    moved = causes[causes["amount"].abs() >= 0.5]
    moved = moved.reindex(moved["amount"].abs().sort_values(ascending=False, kind="stable").index)
    why = ", ".join(f"{row.cause} {amount(row.amount)}" for row in records(moved.head(3)))
    return Answer(
        CHANGED,
        told(f"{name} of the periods that both cycles planned is {amount(end, sign=False)}: {amount(gap)}{far} against last cycle's approved plan.", f"Most by {why}." if why else "Nothing moved it."),
        gap, unit, UNRATED if not np.isfinite(part) else _for_the_worse(part), "Changes", f"{name} by cause", causes["amount"].tolist(),
    )  # fmt: skip


def _for_the_worse(change: float) -> str:
    return POOR if change < -_LARGE else WATCH if change < -_SMALL else GOOD


def performance(kpis: pd.DataFrame) -> Answer:
    """How many key figures meet their targets, and which miss them.

    Parameters
    ----------
    kpis
        KPIS; those over all items count.

    Returns
    -------
    Good when every rated figure is good, poor when a third or more of them are poor, else watch.
    """
    rated = kpis[(kpis["scope"] == "All") & kpis["status"].isin([GOOD, WATCH, POOR])]
    if rated.empty:
        return Answer(PERFORMANCE, "No key figure has both a value and a target: set targets in Settings or KPI Targets.", evidence="KPIs")
    counts = {status: int((rated["status"] == status).sum()) for status in (GOOD, WATCH, POOR)}
    missed = rated[rated["status"].isin([WATCH, POOR])].sort_values("status", key=lambda column: column != POOR, kind="stable")
    named = "; ".join(f"{row.kpi} {_figure(row.value, row.unit)} (target {_figure(row.target, row.unit)})" for row in records(missed.head(3)))
    status = GOOD if missed.empty else POOR if 3 * counts[POOR] >= len(rated) else WATCH
    return Answer(
        PERFORMANCE,
        told(
            f"{counts[GOOD]} of {counted(len(rated), 'rated key figure')} {'is' if counts[GOOD] == 1 else 'are'} good, {counts[WATCH]} to watch, {counts[POOR]} poor.",
            f"Missed: {named}." if named else "",
        ),
        counts[GOOD] / len(rated), "fraction", status, "KPIs", "Key figures: good, watch, poor", list(counts.values()),
    )  # fmt: skip


def _figure(value: float, unit: str) -> str:
    if unit == "fraction":
        return share(value, sign=False)
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"


def product_families(financial_plan: pd.DataFrame, timeline: Timeline, currency: str) -> Answer:
    """Which families carry the next year, and which gain and lose most against the last one.

    Parameters
    ----------
    financial_plan
        FINANCIAL_PLAN; revenue, or demand in units where there is no price.

    Returns
    -------
    Poor when families that lose more than 5 % make half of the revenue of last year or more, watch when they make a quarter, else good. Families are
    compared only where a whole year before is known.
    """
    year = timeline.plan[: timeline.calendar.season]
    coming = financial_plan[financial_plan["period"].isin(year) & ~financial_plan["family"].str.startswith("(") & (financial_plan["family"] != "All")]
    measure = "revenue" if coming.loc[coming["version"] == PLAN, "revenue"].notna().any() else "demand"
    plan = coming[coming["version"] == PLAN].groupby("family")[measure].sum(min_count=1).dropna()
    if plan.empty or plan.sum() <= 0:
        return Answer(FAMILIES, "The plan has no figures by family: Items names no families, or nothing is planned.", evidence="Financial Plan")
    unit = currency if measure == "revenue" else "units"

    def amount(value: float, *, sign: bool = False) -> str:
        return money(value, currency, sign=sign) if measure == "revenue" else f"{value:{'+' if sign else ''},.0f} units"

    ranked = plan.sort_values(ascending=False, kind="stable")
    first = f"{ranked.index[0]} is the largest of {counted(len(ranked), 'family', 'families')} with {amount(ranked.iloc[0])} of the next {len(year)} periods ({share(ranked.iloc[0] / plan.sum(), sign=False)})."
    before = coming[(coming["version"] == LAST_YEAR) & coming[measure].notna()]
    if before["period"].nunique() < len(year):
        return Answer(FAMILIES, told(first, "No full year before is known to compare with."), float(ranked.iloc[0]), unit, UNRATED, "Financial Plan", "Largest families", ranked.tolist())
    last = before.groupby("family")[measure].sum(min_count=1)
    gap = plan.sub(last, fill_value=0.0).sort_values(kind="stable")
    told_gap = [f"{name} {amount(gap[name], sign=True)}{_of(gap[name], last.get(name, np.nan))}" for name in (gap.index[-1], gap.index[0])]
    fall = gap.index[(gap < -_LARGE * last.reindex(gap.index).fillna(np.inf)).to_numpy()]
    part = float(last.reindex(fall).sum() / last.sum()) if last.sum() > 0 else 0.0
    words = [f"Most gained by {told_gap[0]}" if gap.iloc[-1] > 0 else "", f"most lost by {told_gap[1]}" if gap.iloc[0] < 0 else ""]
    against = ", ".join(word for word in words if word)
    rest = f"{counted(len(fall), 'family loses', 'families lose')} more than 5 %, {share(part, sign=False)} of last year." if len(fall) else "None loses more than 5 %."
    status = POOR if part >= 0.5 else WATCH if part >= 0.25 else GOOD
    shown = gap.reindex(ranked.index).dropna()
    return Answer(FAMILIES, told(first, f"{against[:1].upper()}{against[1:]}." if against else "", rest), part, "fraction", status, "Financial Plan", "Change on last year, largest families first", shown.tolist())


def _of(gap: float, last: float) -> str:
    return f" ({share(gap / last)})" if np.isfinite(last) and last > 0 else ""


def on_plan_financially(comparison: pd.DataFrame, financial_plan: pd.DataFrame, timeline: Timeline, currency: str) -> Answer:
    """Revenue and gross margin of the fiscal year as an outlook against the budget.

    Parameters
    ----------
    comparison
        PLAN_COMPARISON; its total over the first span that is compared with the budget: the full year where the workbook holds it.
    financial_plan
        FINANCIAL_PLAN, for the gap by period.

    Returns
    -------
    Poor when either is more than 5 % worse than the budget, watch when either is worse at all, else good. Only what is budgeted is compared.
    """
    total = comparison[comparison["level"] == "total"]
    found = total[(total["reference"] == BUDGET) & total["measure"].isin(["revenue", "gross_margin"])]
    if found.empty:
        revenue = total[(total["reference"] == LAST_YEAR) & (total["measure"] == "revenue")]
        if revenue.empty:
            return Answer(FINANCE, "There is no budget to hold the plan against: paste one into Budget.", evidence="Plan Comparison")
        row = next(records(revenue))
        words = f"There is no budget. {row.span}: revenue {money(row.plan, currency)}, {money(row.gap, currency, sign=True)} ({share(row.gap_percent)}) on last year."
        return Answer(FINANCE, words, float(row.gap), currency, UNRATED, "Plan Comparison")
    span = found["span"].iloc[0]
    lines = list(records(found[found["span"] == span]))
    told_lines: list[str] = []
    statuses: list[str] = []
    for row in sorted(lines, key=lambda one: one.measure != "revenue"):
        name = "revenue" if row.measure == "revenue" else "gross margin"
        far = f", {share(row.gap_percent)}" if np.isfinite(row.gap_percent) else ""
        told_lines.append(f"{name} {money(row.plan, currency)} against {money(row.reference_value, currency)} budgeted ({money(row.gap, currency, sign=True)}{far})")
        part = row.variance / abs(row.reference_value) if row.reference_value else np.sign(row.variance)
        statuses.append(POOR if part < -_LARGE else WATCH if part < -1e-9 else GOOD)
    coming = compared_with_budget(financial_plan[financial_plan["period"].isin(timeline.plan[: timeline.calendar.season])], "revenue")
    by_period = (coming["plan"] - coming["budget"]).groupby(coming["period"]).sum()
    main = next((row for row in lines if row.measure == "revenue"), lines[0])
    verdict = {GOOD: "Yes", WATCH: "Slightly below", POOR: "No"}[worst(statuses)]
    return Answer(
        FINANCE, told(f"{verdict}. {span}, of what is budgeted: {'; '.join(told_lines)}."), float(main.gap), currency, worst(statuses), "Plan Comparison",
        "Revenue - budget by period", by_period.tolist(),
    )  # fmt: skip


def risks(outlook: pd.DataFrame, stated: pd.DataFrame, before: pd.DataFrame | None, currency: str) -> Answer:
    """What risks and opportunities may make of the plan's revenue, which of them are new and which are gone.

    Parameters
    ----------
    outlook
        RISK_OUTLOOK.
    stated
        RISKS, for their names.
    before
        RISK_OUTLOOK of the cycle published before; `None` without one.

    Returns
    -------
    Poor when one outcome in ten is more than 5 % below the plan, watch when more than 1 %, else good.
    """
    names = dict(zip(stated["risk"], stated["name"].where(stated["name"] != "", stated["risk"]), strict=True))
    figure = next((name for name in ("revenue", "gross_margin") if (outlook["figure"] == name).any()), "")
    own = outlook[outlook["figure"] == figure].sort_values("rank", kind="stable")
    single = own[own["risk"] != ""]
    if single.empty:
        gone = "" if before is None else _gone(before, set(), names)
        return Answer(RISKS, told("Risks names none that is open: what is known of customers, suppliers and machines belongs there.", gone), evidence="Risks")
    together = own[own["risk"] == ""].iloc[0]
    shortfall = float(together["p10"] - together["plan"])
    part = shortfall / abs(float(together["plan"])) if together["plan"] else 0.0
    now = set(single["risk"])
    if before is None:
        news = f"{counted(len(now), 'is', 'are')} open; which are new is told from the next cycle on."
    else:
        known = set(before.loc[before["risk"] != "", "risk"])
        new = [names.get(risk, risk) for risk in single["risk"] if risk not in known]
        news = f"New: {', '.join(new)}." if new else "None is new."
        news = f"{news} {counted(len(now & known), 'stays', 'stay')}. {_gone(before, now, names)}".strip()
    top = single.iloc[0]
    word = "revenue" if figure == "revenue" else "gross margin"
    largest = f"Largest: {names.get(top['risk'], top['risk'])}, {money(float(top['swing']), currency)} between its ends."
    if shortfall < 0:
        outcome = f"One outcome in ten is {money(-shortfall, currency)} ({share(-part, sign=False)}) or more below the plan's {word}."
    else:
        outcome = f"Nine outcomes in ten are {money(shortfall, currency)} ({share(part, sign=False)}) or more above the plan's {word}."
    return Answer(
        RISKS, told(f"{news} {outcome}", largest),
        shortfall, currency, _for_the_worse(part), "Risk Outlook", f"Swing of {word} by risk", single["swing"].tolist(),
    )  # fmt: skip


def _gone(before: pd.DataFrame, now: set[str], names: dict[str, str]) -> str:
    left = [names.get(risk, risk) for risk in before.loc[before["risk"] != "", "risk"].drop_duplicates() if risk not in now]
    return f"Gone: {', '.join(left)}." if left else ""
