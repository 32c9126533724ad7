"""The other five of the ten questions: decisions, product development, constraints, the long-term plan, follow-up. See `ten_questions`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sop_xl.periods import Timeline
from sop_xl.plan.decision_words import what_it_is
from sop_xl.plan.finance import BUDGET, PLAN
from sop_xl.plan.question_words import GOOD, POINTS, POOR, UNRATED, WATCH, Answer, counted, money, share, told
from sop_xl.plan.supply.decisions import SCENARIO
from sop_xl.plan.worklist_matters import MORE

DECIDE = "Which decisions are due now and coming?"
DEVELOPMENT = "How does product development go?"
CONSTRAINTS = "What are the critical constraints?"
LONG_TERM = "Must the long-term plan be revised?"
FOLLOW_UP = "Which actions follow?"

_NEAR, _FAST, _LEAST_SHARE = 0.05, 0.20, 0.01


def decisions(stated: pd.DataFrame, options: pd.DataFrame, worklist: pd.DataFrame, effects: pd.DataFrame, as_of: pd.Timestamp, currency: str) -> Answer:
    """What waits for a decision, what is the best option that nobody has proposed, and how approved ones go.

    Parameters
    ----------
    stated, options, worklist, effects
        DECISIONS, OPTIONS, WORKLIST and DECISION_EFFECTS; each may be empty.
    as_of
        Day of the run.

    Returns
    -------
    Poor when a proposed decision is past its due date or a matter above the limit has none, watch when any is proposed, else good.
    """
    choices = stated[stated["kind"].isin(["decision", ""])]  # an action that is proposed is to be done, not decided
    waiting = choices[choices["status"] == "proposed"].sort_values("due", kind="stable", na_position="last")
    late = waiting[waiting["due"].notna() & (waiting["due"] < as_of)]
    without = worklist[worklist["needs_decision"] == "yes"]
    said = []
    if len(waiting):
        first = waiting.iloc[0]
        who = ", ".join(word for word in (first["owner"], f"due {first['due']:%Y-%m-%d}" if pd.notna(first["due"]) else "not dated") if word)
        what = what_it_is(first)
        said.append(f"{counted(len(waiting), 'decision waits', 'decisions wait')}, {len(late)} past due; first {first['decision']}: {what} ({who}).")
    if len(without):
        said.append(f"{counted(len(without), 'matter above the limit has', 'matters above the limit have')} no decision, first: {without.iloc[0]['alert']}.")
    proposed = set(stated["option"])
    better = options[(options["gain"] > 0) & ~options["option"].isin(proposed)].sort_values("gain", ascending=False, kind="stable")
    if len(better):
        said.append(f"Best option not proposed yet: {better.iloc[0]['option']} ({money(float(better.iloc[0]['gain']), currency, sign=True)}).")
    of_demand = set(stated.loc[stated["lever"] == SCENARIO, "decision"])  # promoted scenarios count units asked for, not served
    elapsed = effects[(effects["elapsed"] > 0) & effects["expected_so_far"].notna()]
    for what, brought in (("Approved ones brought", ~elapsed["decision"].isin(of_demand)), ("Promoted scenarios brought demand of", elapsed["decision"].isin(of_demand))):
        realised, expected = elapsed.loc[brought, ["realised_so_far", "expected_so_far"]].sum()
        if brought.any():
            said.append(f"{what} {realised:,.0f} units of {expected:,.0f} expected so far.")
    if not said:
        said.append("Nothing waits for a decision, and no option that pays is left.")
    status = POOR if len(late) or len(without) else WATCH if len(waiting) else GOOD
    gains = options.sort_values("rank", kind="stable")["gain"]
    return Answer(DECIDE, told(said[0], *said[1:]), float(len(waiting) + len(without)), "count", status, "Decisions", "Gain by option", gains.tolist())


def product_development(life_cycle: pd.DataFrame, items: pd.DataFrame, initiatives: pd.DataFrame, timeline: Timeline, as_of: pd.Timestamp, currency: str) -> Answer:
    """Launches and phase-outs of the next year, by family, and the milestones of initiatives.

    Parameters
    ----------
    life_cycle, items, initiatives
        LIFECYCLE_PLAN, ITEMS (item, family) and INITIATIVES.

    Returns
    -------
    Poor when a milestone is open more than 30 days past its due date or the order of a coming launch is past its latest day, watch when a milestone is past its due
    date, else good.
    """
    year = timeline.plan[: timeline.calendar.season]
    steps = life_cycle[life_cycle["stage"].isin(["launch", "phase_out"]) & life_cycle["period"].isin(year)].sort_values(["period", "item"], kind="stable")
    family = items.drop_duplicates("item").set_index("item")["family"]
    launches, ends = steps[steps["stage"] == "launch"], steps[steps["stage"] == "phase_out"]
    if steps.empty and initiatives.empty:
        return Answer(DEVELOPMENT, "No launch, phase-out or initiative is known: enter them in Lifecycle and Initiatives.", evidence="Lifecycle Plan")
    said = [f"{counted(launches['item'].nunique(), 'launch', 'launches')} and {counted(ends['item'].nunique(), 'phase-out')} in the next {len(year)} periods."]
    if len(steps):
        row = steps.iloc[0]
        kind = "launch" if row["stage"] == "launch" else "phase-out"
        said.append(f"Next: {kind} in {family.get(row['item'], '') or row['item']}, {timeline.calendar.label(row['period'])}.")
    if launches["revenue"].notna().any():
        said.append(f"Launches bring {money(float(launches['revenue'].sum()), currency)} in their first year, net of what other items lose.")
    unordered = launches[launches["order_by"].notna() & (launches["order_by"] < as_of) & (launches["order_quantity"] > 0)]
    if len(unordered):
        said.append(f"{counted(len(unordered), 'first order')} past the latest day to place it.")
    open_ones = initiatives[initiatives["done"].isna() & initiatives["due"].notna()]
    late = open_ones[open_ones["due"] < as_of].sort_values(["due", "initiative", "milestone"], kind="stable")
    if len(initiatives):
        done = int(initiatives["done"].notna().sum())
        first = f", first {late.iloc[0]['initiative']}: {late.iloc[0]['milestone']}" if len(late) else ""
        said.append(f"{done} of {counted(len(initiatives), 'milestone')} reached, {len(late)} late{first}.")
    very_late = late[late["due"] < as_of - pd.Timedelta(days=30)]
    status = POOR if len(very_late) or len(unordered) else WATCH if len(late) else GOOD
    by_period = [float((steps["period"] == period).sum()) for period in year]
    return Answer(
        DEVELOPMENT, told(said[0], *said[1:]), float(steps["item"].nunique()), "count", status, "Lifecycle Plan", "Launches and phase-outs by period", by_period
    )


def critical_constraints(
    shortages: pd.DataFrame | None, capacity: pd.DataFrame, items: pd.DataFrame, financial_plan: pd.DataFrame, timeline: Timeline, currency: str
) -> Answer:
    """What is short, by family and kind of cause, and which resource is asked for most.

    Parameters
    ----------
    shortages, capacity, items, financial_plan
        SHORTAGES (`None` where no stock is stated, so that nobody knows what will be short), CAPACITY, ITEMS (item, family) and FINANCIAL_PLAN.

    Returns
    -------
    Poor when more than 1 % of the revenue of the next year is late or lost, watch when anything is short or a resource is asked for more than it has, else good.
    """
    year = timeline.plan[: timeline.calendar.season]
    load = capacity[capacity["period"].isin(year) & capacity["utilisation_required"].notna()]
    peaks = load.groupby("period")["utilisation_required"].max().reindex(year).dropna()
    full = ""
    if len(load):
        top = load.iloc[int(load["utilisation_required"].to_numpy(dtype=float).argmax())]
        asked = f"{top['resource']} is asked for {top['utilisation_required'] * 100:.0f} % of its hours in {timeline.calendar.label(top['period'])}"
        full = f"{asked}." if top["utilisation_required"] <= 1 else f"{asked}: it is the bottleneck."
    shown, points = ("Utilisation required of the fullest resource", peaks.tolist()) if len(peaks) else ("", [])
    short_of_hours = bool(len(peaks)) and float(peaks.max()) > 1
    if shortages is None:
        unknown = "What will be short is not known: no stock is stated."
        return Answer(CONSTRAINTS, told(unknown, full), np.nan, currency, WATCH if short_of_hours else "", "Problems", shown, points)
    if shortages.empty:
        status = WATCH if short_of_hours else GOOD
        return Answer(CONSTRAINTS, told("No demand is short.", full or "No resource is planned."), 0.0, currency, status, "Shortages", shown, points)
    family = items.drop_duplicates("item").set_index("item")["family"]
    named = shortages.assign(family=shortages["item"].map(family).fillna(shortages["item"]), value=shortages["shortage_value"].fillna(0.0))
    groups = named.groupby(["family", "cause_kind"], as_index=False).agg(value=("value", "sum"), units=("unmet_demand", "sum"), first=("period", "min"))
    groups = groups.sort_values(["value", "units", "family", "cause_kind"], ascending=[False, False, True, True], kind="stable")
    first, value = groups.iloc[0], float(named["value"].sum())
    if not points:
        shown, points = "Revenue at risk by family and cause", groups["value"].tolist()
    revenue = float(financial_plan.loc[(financial_plan["version"] == PLAN) & financial_plan["period"].isin(year), "revenue"].sum())
    part = value / revenue if revenue > 0 else np.nan
    far = f" ({share(part, sign=False)} of the next year)" if np.isfinite(part) else ""
    why = f", because of {first['cause_kind']}" if first["cause_kind"] else ""
    most = f"Most in {first['family']} from {timeline.calendar.label(first['first'])} on{why}: {money(float(first['value']), currency)}."
    status = POOR if np.isfinite(part) and part > _LEAST_SHARE else WATCH
    sentence = f"{counted(len(shortages), 'shortage puts', 'shortages put')} {money(value, currency)} of revenue at risk{far}."
    return Answer(CONSTRAINTS, told(sentence, most, full), value, currency, status, "Shortages", shown, points)


def long_term_plan(comparison: pd.DataFrame, financial_plan: pd.DataFrame, timeline: Timeline, currency: str) -> Answer:
    """Whether this year's gap to the budget goes on beyond the year, and whether the plan leaves the trend.

    Parameters
    ----------
    comparison
        PLAN_COMPARISON: revenue in total, of the fiscal year, of the one after it, and of the next 12 (weeks: 52) periods, against the budget; of the next periods against
        last year.
    financial_plan
        FINANCIAL_PLAN, for revenue by quarter.

    Returns
    -------
    The year's gap is that of the full year (without one: of what is left of it); the gap beyond it that of the next full year or, where the budget ends before, of
    the next 12 periods. Both beyond 5 % in the same direction: the long-term plan must be revised (poor). One of them, or a change of more than 20 % on
    last year: watch. Else good.
    """
    this = timeline.calendar.fiscal_year(timeline.current)
    season = timeline.calendar.season
    total = comparison[(comparison["level"] == "total") & (comparison["measure"] == "revenue")]

    def gap(reference: str, *spans: str) -> tuple[str, float]:
        for span in spans:
            found = total[(total["reference"] == reference) & (total["span"] == span)]["gap_percent"].dropna()
            if len(found):
                return span, float(found.iloc[0])
        return "", np.nan

    span_now, now = gap(BUDGET, f"Full year {this}", f"Rest of {this}")
    span_next, beyond = gap(BUDGET, f"Full year {this + 1}", f"Next {season}")
    _, trend = gap("Last year", f"Next {season}")
    quarters = _by_quarter(financial_plan, timeline)
    if np.isnan(now) and np.isnan(trend):
        return Answer(LONG_TERM, "It cannot be told: there is no budget, and no full year before to see a trend.", evidence="Plan Comparison", shown="Revenue by quarter", points=quarters)
    lasting = abs(now) > _NEAR and abs(beyond) > _NEAR and np.sign(now) == np.sign(beyond)
    once = abs(now) > _NEAR or abs(beyond) > _NEAR or abs(trend) > _FAST
    status, verdict = (POOR, "Yes") if lasting else (WATCH, "Not yet, but watch it") if once else (GOOD, "No")
    said = []
    if np.isfinite(now):
        after = f" and {share(beyond)} in {_lower(span_next)}" if np.isfinite(beyond) else ""
        said.append(f"{verdict}: revenue is {share(now)} against budget in {_lower(span_now)}{after}; beyond 5 % in both it must be.")
    else:
        said.append(f"{verdict}; there is no budget to hold the year against.")
    if np.isfinite(trend):
        said.append(f"The next {season} periods plan {share(trend)} on the last {season}; beyond 20 % it is watched.")
    figure = beyond if np.isfinite(beyond) else trend
    return Answer(LONG_TERM, told(said[0], *said[1:]), figure, "fraction", status, "Plan Comparison", "Revenue by quarter, last year and to come", quarters)


def _lower(span: str) -> str:
    return f"the {span[:1].lower()}{span[1:]}"


def _by_quarter(financial_plan: pd.DataFrame, timeline: Timeline) -> list[float]:
    """Revenue by quarter of the year, from a year before the plan on."""
    season = timeline.calendar.season
    length = season // 4
    periods = [*timeline.history[-season:], *timeline.plan]
    own = financial_plan[financial_plan["version"] == PLAN]
    revenue = own.groupby("period")["revenue"].sum(min_count=1).reindex(periods).to_numpy(dtype=float)
    start = len(timeline.history[-season:]) % length
    whole = [revenue[k : k + length] for k in range(start, len(revenue) - length + 1, length)]
    return [float(np.nansum(part)) for part in whole if np.isfinite(part).any()][:POINTS]


def follow_up(worklist: pd.DataFrame, cycle: pd.DataFrame, timeline: Timeline, currency: str) -> Answer:
    """What needs somebody now, the dearest first, and which tasks of the cycle are late.

    Parameters
    ----------
    worklist, cycle
        WORKLIST and CYCLE; tasks of the current cycle count.

    Returns
    -------
    Poor when a task is late or a matter was first listed two cycles ago or earlier, watch when any matter is open, else good. Accepted matters do not count.
    """
    open_ones = worklist[worklist["state"] != "accepted"].sort_values("rank", kind="stable")
    late = cycle[(cycle["cycle"] == timeline.current) & (cycle["state"] == "late")]
    tasks = f"{counted(len(late), 'task')} of the cycle {'is' if len(late) == 1 else 'are'} late, first: {late.iloc[0]['task']}." if len(late) else ""
    if open_ones.empty:
        return Answer(FOLLOW_UP, told(tasks or "Nothing: no matter is open and no task is late."), float(len(late)), "count", POOR if len(late) else GOOD, "Worklist")
    first = open_ones.iloc[0]
    value = float(open_ones["value"].sum())
    listed = open_ones[open_ones["kind"] != MORE]
    count = len(listed) + int(open_ones.loc[open_ones["kind"] == MORE, "matters"].fillna(1.0).sum())
    nobody = int(((listed["owner"] == "") & (listed["responsible"] == "")).sum())
    of_listed = " of those listed" if count > len(listed) else ""
    old = listed["since"].notna() & (listed["since"] <= timeline.calendar.shift(timeline.current, -2))
    status = POOR if len(late) or old.any() else WATCH
    step = f": {first['next_step'].rstrip('.')}" if first["next_step"] else ""
    where = first["family"] or first["kind"]
    return Answer(
        FOLLOW_UP,
        told(f"{counted(count, 'matter')} open, {money(value, currency)} at stake, {nobody}{of_listed} without owner.", f"First {where}{step}.", tasks),
        float(count), "count", status if count else UNRATED, "Worklist", "At stake by matter", open_ones["value"].tolist(),
    )  # fmt: skip
