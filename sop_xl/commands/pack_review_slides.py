"""What stands on each slide of the pack's second half: money, supply, risks, decisions, products, scenarios, follow-up, weeks."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sop_xl.commands.pack_slides import answer, left, right, short, whole
from sop_xl.commands.pack_tables import Tables, figure, number, percent
from sop_xl.hosts.slides import Box, Chart, Slide, Table, Text, row_height
from sop_xl.plan.grid import records

Parts = list[Table | Chart | Text]


def _titled(parts: Parts, box: Box, caption: str, header: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], right_ones: set[int], empty: str) -> float:
    """A caption and a table below it, or what is missing in words; returns where the next block begins."""
    parts.append(Text(Box(box.left, box.top, box.width, 0.3), [caption], 12, bold=True))
    below = Box(box.left, box.top + 0.32, box.width, box.height - 0.32)
    if not rows:
        parts.append(Text(Box(box.left, box.top + 0.32, box.width, 0.3), [empty], 12))
        return box.top + 0.95
    table = Table(below, header, rows, widths, frozenset(right_ones), 10)
    parts.append(table)
    return box.top + 0.32 + (len(rows) + 1) * row_height(table) + 0.3


def finance(tables: Tables) -> Slide:
    """The plan in total against budget, last year and last cycle, and the bridge from last year."""
    found = tables.table("Plan Comparison")
    own = found[(found["level"] == "total") & found["measure"].isin(["Revenue", "Gross margin"]) & (found["reference"] != "Unconstrained")]
    spans = [span for span in dict.fromkeys(own["span"]) if span.startswith(("Full year", "Next 12", "Next 52"))]
    rows = [
        [r.span, r.reference, r.measure, number(r.plan), number(r.reference_value), number(r.gap, "+,.0f"), percent(r.gap_percent, sign=True)]
        for r in records(own[own["span"].isin(spans)])
    ][:10]
    parts: Parts = []
    header = ("Span", "Against", "Measure", f"Plan, {tables.currency}", "Reference", "Gap", "Gap %")
    _titled(parts, whole(3.4), "Plan against its references, each over the periods that both have", header, rows, (1.6, 1.2, 1.2, 1.4, 1.4, 1.3, 0.8), {3, 4, 5, 6}, "Nothing to compare with.")
    bridge = tables.table("Bridges")
    steps = bridge[(bridge["bridge"] == "Last year to plan") & (bridge["measure"] == "Revenue") & (bridge["family"] == "All") & (bridge["item"] == "")].sort_values("order", kind="stable")
    inner = steps.iloc[1:-1]
    if len(inner):
        parts.append(Chart(whole(2.9, 4.85), f"Revenue, last year to plan by step, {tables.currency}", "columns", inner["step"].tolist(), [("Step", inner["amount"].tolist())]))
    return Slide(answer(tables, 4) or "The plan in money.", "Finance: plan against budget and last year", parts, "Plan Comparison, Bridges")


def supply(tables: Tables) -> Slide:
    """Stock in money and unmet demand by period, and what is short by family."""
    _, plan = tables.periods("Financial Plan")
    plan = plan[:18]
    value = [None if pd.isna(v) else v for v in tables.totals("Financial Plan", plan, measure="Inventory value", version="Plan")]
    unmet = [None if pd.isna(v) else v for v in tables.totals("Inventory Plan", plan, measure="Unmet demand")]
    parts: Parts = [
        Chart(left(3.2), f"Inventory value, end of period, {tables.currency}", "columns", plan, [("Inventory value", value)]),
        Chart(right(3.2), "Unmet demand, end of period, units", "columns", plan, [("Unmet demand", unmet)]),
    ]
    short_ones = tables.table("Shortages").assign(count=1.0)
    groups = short_ones.groupby(["family", "cause_kind"], as_index=False).agg(
        items=("count", "sum"), units=("unmet_demand", "sum"), value=("shortage_value", "sum"), first=("period", "min")
    )
    groups = groups.sort_values("value", ascending=False, kind="stable")[:6]
    rows = [[r.family, r.cause_kind, number(r.items), number(r.units), number(r.value), r.first] for r in records(groups)]
    header = ("Family", "Cause", "Shortages", "Units", f"Revenue at risk, {tables.currency}", "From")
    _titled(parts, whole(2.7, 4.75), "Shortages by family and cause", header, rows, (2.4, 1.6, 1.0, 1.0, 1.6, 0.9), {2, 3, 4}, "No demand is short.")
    return Slide(answer(tables, 8) or "Supply.", "Supply: stock, service and critical constraints", parts, "Financial Plan, Inventory Plan, Shortages")


def risks_and_gaps(tables: Tables) -> Slide:
    """Range of outcomes, risk by risk, and the gaps with what they are worth."""
    parts: Parts = []
    outlook = tables.table("Risk Outlook")
    single = outlook[(outlook["figure"] == "Revenue")].sort_values("rank", kind="stable")[:8]
    rows = [[r.risk or "All together", number(r.expected, "+,.0f"), number(r.p10), number(r.p90), short(r.note, 95)] for r in records(single)]
    header = ("Risk", "Expected", "P10", "P90", "In words")
    top = _titled(parts, whole(3.2), f"Revenue with risks and opportunities, {tables.currency}: of one risk its change", header, rows, (1.0, 1.1, 1.1, 1.1, 6.0), {1, 2, 3}, "No risk is stated.")
    gaps = tables.table("Gap List")
    heads = gaps[gaps["order"] == 0].sort_values("rank", kind="stable")[:7]
    rows = [[number(r.rank), r.gap, r.kind, number(r.units), number(r.value), r.owner] for r in records(heads)]
    columns = ("Rank", "Gap", "Kind", "Units", f"Margin, {tables.currency}", "Owner")
    _titled(parts, whole(2.9, top), "Gaps by money", columns, rows, (0.5, 4.4, 1.8, 0.9, 1.3, 1.3), {0, 3, 4}, "The plan has no gap.")
    return Slide(answer(tables, 5) or "Risks and gaps.", "Previous and new risks, and gaps in the plan", parts, "Risk Outlook, Gap List")


def decisions(tables: Tables) -> Slide:
    """What is to be decided, what decisions brought, and which options there are."""
    parts: Parts = []
    stated = tables.table("Decisions")
    rows = [[r.decision, short(r.option or r.lever, 60), r.status, r.owner, r.due] for r in records(stated[stated["decision"] != ""])][:5]
    top = _titled(parts, whole(1.9), "Decisions", ("Decision", "What", "State", "Owner", "Due"), rows, (0.9, 5.2, 1.2, 1.8, 1.2), set(), "No decision is registered yet.")
    effects = tables.table("Decision Effects")
    rows = [
        [r.decision, short(r.what, 40), number(r.expected_gain), number(r.expected_so_far), number(r.realised_so_far), number(r.still_expected)]
        for r in records(effects)
    ][:5]
    header = ("Decision", "What", f"Expected gain, {tables.currency}", "Expected so far, units", "Realised so far", "Still expected")
    top = _titled(parts, whole(1.9, top), "Effects of approved decisions", header, rows, (0.9, 3.2, 1.6, 1.6, 1.5, 1.5), {2, 3, 4, 5}, "No approved decision has an effect to tell yet.")
    options = tables.table("Options").sort_values("rank", kind="stable")
    rows = [[number(r.rank), short(r.option, 60), number(r.gain, "+,.0f"), number(r.profit_change, "+,.0f"), percent(r.service_change, sign=True), number(r.cash_change, "+,.0f")] for r in records(options)][:5]
    header = ("Rank", "Option", f"Gain, {tables.currency}", "Profit", "Service", "Cash")
    _titled(parts, whole(2.1, top), "Options, the best first", header, rows, (0.6, 5.0, 1.2, 1.2, 1.0, 1.2), {0, 2, 3, 4, 5}, "No option was tried.")
    return Slide(answer(tables, 6) or "Decisions.", "Decisions now and coming, and what earlier ones brought", parts, "Decisions, Decision Effects, Options")


def product_development(tables: Tables) -> Slide:
    """Launches and phase-outs by family, and milestones."""
    parts: Parts = []
    family = tables.table("Items").drop_duplicates("item").set_index("item")["family"]
    steps = tables.table("Lifecycle Plan")
    steps = steps[steps["stage"].isin(["launch", "phase_out"])]
    steps = steps.assign(family=steps["item"].map(family).fillna(""), when=steps["period"], count=1.0)
    groups = steps.groupby(["when", "stage", "family"], as_index=False)[["count", "demand", "revenue", "exposure"]].sum(min_count=1)
    rows = [
        [r.when, "launch" if r.stage == "launch" else "phase-out", r.family, number(r.items), number(r.demand), number(r.revenue), number(r.exposure)]
        for r in records(groups.rename(columns={"count": "items"}))
    ][:7]
    header = ("Period", "Step", "Family", "Items", "Demand, units", f"Revenue, {tables.currency}", "Exposure")
    top = _titled(parts, whole(3.3), "Launches and phase-outs", header, rows, (0.8, 1.2, 2.6, 0.8, 1.4, 1.6, 1.4), {3, 4, 5, 6}, "No launch or phase-out is planned.")
    marks = tables.table("Initiatives")
    rows = [[short(r.initiative, 34), short(r.milestone, 44), r.owner, r.due, r.done or "open"] for r in records(marks[marks["initiative"] != ""])][:7]
    _titled(parts, whole(2.9, top), "Milestones", ("Initiative", "Milestone", "Owner", "Due", "Done"), rows, (2.6, 3.6, 1.6, 1.1, 1.1), set(), "No initiative is registered.")
    return Slide(answer(tables, 7) or "Product development.", "Product development", parts, "Lifecycle Plan, Initiatives")


def scenarios(tables: Tables) -> Slide:
    """Scenarios side by side: figures as rows, a column a scenario with its change against the plan."""
    found = tables.table("Scenario Compare")
    names = list(dict.fromkeys(found["scenario"]))[:7]
    figures = list(dict.fromkeys(found["kpi"]))[:12]
    cells = {(r.scenario, r.kpi): r for r in records(found)}
    rows = []
    for kpi in figures:
        row = [kpi]
        for name in names:
            one = cells.get((name, kpi))
            row.append("-" if one is None else figure(one.value, one.unit) if name == names[0] else _changed(one.change, one.unit))
        rows.append(row)
    header = ("Figure", *(name if k == 0 else f"{short(name, 22)}: change" for k, name in enumerate(names)))
    parts: Parts = []
    _titled(parts, whole(6.2), f"Money in {tables.currency}; the first column is the plan, the others their change against it", header, rows, (2.0, *[1.5] * len(names)), set(range(1, len(names) + 1)), "No scenario was run: set one to run in Scenarios.")
    ahead = max((name for name in names[1:] if (name, "Profit") in cells), key=lambda name: float(cells[name, "Profit"].change), default="")
    title = "Scenarios beside the plan."
    if ahead:
        change = float(cells[ahead, "Profit"].change)
        title = f"{ahead} brings the best profit: {number(change, '+,.0f')} against the plan." if change >= 0.5 else f"None of {len(names) - 1} scenarios brings more profit than the plan."
    return Slide(title, "Scenarios", parts, "Scenario Compare")


def _changed(value: float, unit: str) -> str:
    return "-" if pd.isna(value) else f"{value * 100:+.1f} pt" if unit == "fraction" else number(value, "+,.0f")


def follow_up(tables: Tables) -> Slide:
    """The worklist, the dearest matter first, and the late tasks of the cycle."""
    parts: Parts = []
    work = tables.table("Worklist").sort_values("rank", kind="stable")
    rows = [[number(r.rank), r.kind, r.family, number(r.value), short(r.next_step, 110), r.owner or r.responsible or "nobody", r.state or "open"] for r in records(work)][:10]
    header = ("Rank", "Kind", "Family", f"At stake, {tables.currency}", "Next step", "Owner", "State")
    top = _titled(parts, whole(4.6), "What needs somebody now", header, rows, (0.5, 1.0, 1.5, 1.1, 5.0, 1.1, 0.8), {0, 3}, "Nothing is open.")
    cycle = tables.table("Cycle")
    late = cycle[(cycle["cycle"] == tables.current) & cycle["state"].isin(["late", "open"])]
    rows = [[r.step, short(r.task, 60), r.responsible, r.due, r.state] for r in records(late)][:4]
    _titled(parts, whole(1.7, top), "Tasks of the cycle that are open", ("Step", "Task", "Responsible", "Due", "State"), rows, (1.2, 4.6, 2.0, 1.2, 0.9), set(), "No task is open.")
    return Slide(answer(tables, 10) or "Follow-up.", "Follow-up actions", parts, "Worklist, Cycle")


def weeks(tables: Tables) -> Slide:
    """The coming weeks in units, all items, and what needs hands by family."""
    found = tables.table("Weekly Execution")
    labels = [week[:10] for week in dict.fromkeys(found.sort_values("week", kind="stable")["week"])][:13]
    sums = found.groupby("week")[["planned_demand", "orders", "shipments", "planned_receipts"]].sum(min_count=1).reset_index()
    by_week = sums.set_index(sums["week"].str[:10]).reindex(labels)
    parts: Parts = []
    if not labels:
        return Slide("The coming weeks are not planned yet.", "Execution of the first weeks", [], "Weekly Execution")
    series = [(name, [None if pd.isna(v) else float(v) for v in by_week[column]]) for name, column in (("Planned demand", "planned_demand"), ("Orders", "orders"), ("Shipments", "shipments"), ("Planned receipts", "planned_receipts"))]
    parts.append(Chart(whole(3.4), "The coming weeks, units", "columns", labels, [one for one in series if any(v is not None for v in one[1])]))
    hurt = found[found["exception"] != ""].assign(count=1.0)
    groups = hurt.groupby(["family", "exception"], as_index=False).agg(weeks=("count", "sum"), value=("value", "sum"), first=("week", "min"))
    groups = groups.sort_values("value", ascending=False, kind="stable")[:7]
    rows = [[r.family, r.exception, number(r.weeks), r.first[:10], number(r.value)] for r in records(groups)]
    header = ("Family", "Exception", "Lines", "First week", f"At stake, {tables.currency}")
    _titled(parts, whole(2.7, 4.95), "Exceptions by family", header, rows, (2.6, 2.2, 1.0, 1.4, 1.6), {2, 4}, "No exception in the coming weeks.")
    title = f"{len(hurt)} weekly lines need somebody, most in {rows[0][0]}: {rows[0][1]}." if rows else "The coming weeks run to plan."
    return Slide(title, "Execution of the first weeks", parts, "Weekly Execution")
