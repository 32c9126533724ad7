"""What stands on each slide of the pack's first half: cover, ten questions, charts, changes, key figures, families."""

from __future__ import annotations

import pandas as pd

from sop_xl.commands.pack_tables import Tables, figure, number, percent
from sop_xl.hosts.slides import BODY_TOP, MARGIN, WIDTH, Box, Chart, Slide, Table, Text
from sop_xl.plan.grid import records

FULL = WIDTH - 2 * MARGIN
HALF = FULL / 2 - 0.1
MOST_ROWS = 14
"""Rows of a table that fill a page at a size to read."""
ROW = 0.27
"""Inches of a row of which a chart below still leaves room for ten."""
MOST_CAUSES, LEAST_SHOWN = 7, 0.5
"""Causes that have a line of their own, and what rounds to nothing."""


def whole(height: float = 6.3, top: float = BODY_TOP) -> Box:
    """The body's full width."""
    return Box(MARGIN, top, FULL, height)


def left(height: float, top: float = BODY_TOP) -> Box:
    """Its left half."""
    return Box(MARGIN, top, HALF, height)


def right(height: float, top: float = BODY_TOP) -> Box:
    """Its right half."""
    return Box(MARGIN + HALF + 0.2, top, HALF, height)


def answer(tables: Tables, place: int) -> str:
    """The first sentence of an answer: the message of a slide; "" where the questions were not answered."""
    asked = tables.table("Ten Questions")
    found = asked.loc[asked["number"] == place, "answer"]
    return "" if found.empty else first_sentence(str(found.iloc[0]))


def first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence; a lone word such as `Yes` takes the next one along."""
    parts = text.split(". ")
    cut = parts[0] if len(parts[0]) > 24 or len(parts) == 1 else ". ".join(parts[:2])
    cut = cut if len(cut) <= 150 else cut[:148].rsplit(" ", 1)[0] + " …"
    return cut if cut.endswith((".", "…")) else f"{cut}."


def short(text: str, most: int) -> str:
    """The text, cut at a word where it is longer than so many characters."""
    return text if len(text) <= most else text[: most - 2].rsplit(" ", 1)[0] + " …"


def cover(tables: Tables, name: str, as_of: str) -> Slide:
    """Whose plan, from when, approved by whom."""
    snapshots = tables.table("Snapshots")
    cycle = snapshots[(snapshots["state"] == "approved") & (snapshots["cycle"] == tables.current)]
    if len(cycle):
        last = cycle.iloc[-1]
        scenario = f", scenario {last['scenario']}" if last["scenario"] else ""
        approval = f"Approved by {last['approved_by'] or 'nobody named'} on {last['as_of']}, version {int(last['version'])}{scenario}. Hash {last['hash'][:16]}."
    else:
        approval = "Not approved yet: this cycle's plan has not been published."
    lines = [approval, f"Plan as of {as_of or 'an unknown day'}; money in {tables.currency or 'plan currency'}.", "Family level. Every figure stands in the workbook; the foot of each page names the sheet."]
    return Slide("S&OP executive review", f"{name}: plan from {tables.current} on", [Text(Box(MARGIN, 3.5, FULL, 2.0), lines, 16)], cover=True)


def ten_questions(tables: Tables) -> Slide:
    """The ten questions, their answers and statuses."""
    asked = tables.table("Ten Questions")
    rows = [[number(r.number), r.question, r.status, r.answer] for r in records(asked)]
    poor = int((asked["status"] == "poor").sum())
    title = f"{poor} of ten questions are answered with poor." if poor else "No question is answered with poor."
    table = Table(whole(6.3), ("No", "Question", "Status", "Answer"), rows, (0.4, 2.4, 0.8, 8.4), frozenset({0}), 10)
    return Slide(title if len(asked) else "The ten questions were not answered yet.", "The ten questions of the executive review", [table] if rows else [], "Ten Questions")


def key_charts(tables: Tables) -> Slide:
    """Demand and revenue by period."""
    past, plan = tables.periods("Financial Plan")
    shown = [*past[-12:], *plan[:18]]
    plan_lines = {"version": "Plan"}

    def line(measure: str, **labels: str) -> list[float | None]:
        return _without_nan(tables.totals("Financial Plan", shown, measure=measure, **(plan_lines | labels)))

    demand = Chart(whole(3.1), "Demand by period, units: actual, then consensus", "lines", shown, [("Demand", line("Demand")), ("Demand last year", line("Demand", version="Last year"))])
    series = [("Revenue", line("Revenue")), ("Budget", line("Revenue", version="Budget")), ("Last year", line("Revenue", version="Last year"))]
    revenue = Chart(whole(3.1, 4.55), f"Revenue by period, {tables.currency}: actual, then plan", "columns", shown, [one for one in series if any(v is not None for v in one[1])])
    year = plan[:52] if "-W" in tables.current else plan[:12]
    units, value = (float(pd.Series(tables.totals("Financial Plan", year, measure=measure, version="Plan")).sum(min_count=1)) for measure in ("Demand", "Revenue"))
    title = f"The next {len(year)} periods ask for {number(units)} units and bring {tables.currency} {number(value)} of revenue."
    return Slide(title, "Demand and revenue, all families and regions", [demand, revenue], "Financial Plan")


def _without_nan(values: list[float]) -> list[float | None]:
    return [None if pd.isna(value) else value for value in values]


def changes(tables: Tables) -> Slide:
    """Cause by cause, what moved the plan since last cycle."""
    found = tables.table("Changes")
    own = found[(found["reference"] == "Last cycle") & (found["family"] == "All")]
    title, subtitle = answer(tables, 1) or "What changed since last cycle.", "Last cycle's approved plan to this one, over the periods that both planned"
    if own.empty:
        return Slide(title, subtitle, [Text(whole(1), ["There is no earlier published plan to compare with."])], "Changes")
    measures = list(dict.fromkeys(own["measure"]))
    main = "Revenue" if "Revenue" in measures else measures[0]
    wide = _few_causes(own.pivot_table(index="order", columns="measure", values="amount", aggfunc="sum"), own.drop_duplicates("order").set_index("order")["cause"], main)
    units = dict(zip(own["measure"], own["unit"], strict=True))
    rows = [[str(cause), *(number(float(amounts[measure]), ",.0f") for measure in measures)] for cause, amounts in wide.iterrows()]
    height = ROW * (len(rows) + 1)
    table = Table(whole(height), ("Cause", *(f"{m}, {units[m]}" for m in measures)), rows, (2.4, *[1.8] * len(measures)), frozenset(range(1, len(measures) + 1)), 10)
    steps = wide[main].iloc[1:-1]
    chart = Chart(whole(6.2 - height, BODY_TOP + height + 0.15), f"{main} by cause, {units[main]}", "columns", [str(cause) for cause in steps.index], [(main, steps.tolist())])
    return Slide(title, subtitle, [table, chart], "Changes")


def _few_causes(amounts: pd.DataFrame, causes: pd.Series, main: str) -> pd.DataFrame:
    """Amounts by cause, start first and end last: causes that moved nothing left out, and the smaller ones of many as one, so that every column still adds up."""
    steps = amounts.iloc[1:-1]
    moved = steps[(steps.abs() >= LEAST_SHOWN).any(axis=1)]
    largest = moved[main].abs().sort_values(ascending=False, kind="stable").index[:MOST_CAUSES].sort_values()
    rest = steps.drop(index=largest).sum()
    parts = [amounts.iloc[:1], moved.loc[largest], amounts.iloc[-1:]]
    labels = ["Last cycle's plan", *causes[largest], "This plan"]
    if (rest.abs() >= LEAST_SHOWN).any():
        parts.insert(2, rest.to_frame().T)
        labels.insert(-1, "Other causes")
    return pd.concat(parts).fillna(0.0).set_axis(pd.Index(labels, dtype=object))


def key_figures(tables: Tables) -> Slide:
    """The scorecard over all items."""
    kpis = tables.table("KPIs")
    own = kpis[kpis["scope"] == "All"]
    rows = [[r.kpi, figure(r.value, r.unit), figure(r.target, r.unit), r.unit, r.status, short(r.meaning, 105)] for r in records(own) if pd.notna(r.value)]
    missing = [r.kpi for r in records(own) if pd.isna(r.value)]
    parts: list[Table | Text] = [Table(whole(5.7), ("Key figure", "Value", "Target", "Unit", "Status", "Meaning"), rows[:22], (2.2, 0.9, 0.8, 0.8, 0.7, 5.3), frozenset({1, 2}), 10)] if rows else []
    if missing:
        parts.append(Text(Box(MARGIN, 7.15, FULL, 0.6), [f"Not measurable yet: {short(', '.join(missing), 220)}."], 10))
    return Slide(answer(tables, 2) or "Key figures.", "Performance to metrics, all items", parts, "KPIs")


def families(tables: Tables) -> Slide:
    """Demand, revenue and margin of the next year by family, the largest first."""
    _, plan = tables.periods("Financial Plan")
    year = plan[:52] if "-W" in tables.current else plan[:12]
    table = tables.table("Financial Plan")
    sums = table.assign(total=table[year].sum(axis=1, min_count=1)) if year else table.assign(total=float("nan"))

    def by_family(measure: str, version: str) -> pd.Series:
        own = sums[(sums["measure"] == measure) & (sums["version"] == version) & (sums["family"] != "All")]
        return own.groupby("family")["total"].sum(min_count=1)

    wide = pd.DataFrame({
        "demand": by_family("Demand", "Plan"), "revenue": by_family("Revenue", "Plan"), "margin": by_family("Gross margin", "Plan"), "before": by_family("Revenue", "Last year"),
    }).dropna(how="all").sort_values("revenue", ascending=False, kind="stable")  # fmt: skip
    wide = wide[wide["revenue"].fillna(0) + wide["demand"].fillna(0) > 0]
    rest = wide.iloc[MOST_ROWS:]
    lines = [(str(name), tuple(values)) for name, values in zip(wide.index[:MOST_ROWS], wide[:MOST_ROWS].to_numpy(dtype=float).tolist(), strict=True)]
    if len(rest):
        lines.append((f"{len(rest)} more families", tuple(rest.sum(min_count=1))))
    lines.append(("All families", tuple(wide.sum(min_count=1))))
    rows = [_family_row(name, values) for name, values in lines]
    header = ("Family", "Demand, units", f"Revenue, {tables.currency}", "Gross margin", "Margin %", "On last year")
    box = Box(MARGIN, BODY_TOP, 6.9, 6.3)
    parts: list[Table | Chart] = [Table(box, header, rows, (2.2, 1.1, 1.4, 1.3, 0.9, 1.0), frozenset(range(1, 6)), 10)] if len(wide) else []
    gap = (wide["revenue"] - wide["before"]).dropna()[:12]
    if len(gap):
        parts.append(Chart(Box(MARGIN + 7.05, BODY_TOP, FULL - 7.05, 6.3), f"Change on last year, {tables.currency}", "bars", gap.index.tolist(), [("Change", gap.tolist())]))
    return Slide(answer(tables, 3) or "Product families.", f"The next {len(year)} periods by product family", parts, "Financial Plan")


def _family_row(name: str, values: tuple[float, ...]) -> list[str]:
    demand, revenue, margin, before = values
    share = margin / revenue if revenue else float("nan")
    growth = revenue / before - 1 if before and before > 0 else float("nan")
    return [name, number(demand), number(revenue), number(margin), percent(share), percent(growth, sign=True)]
