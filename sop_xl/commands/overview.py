"""The plan in short for the terminal: the coming year by family, in units asked for and sold and in money, beside last year, and supply in words."""

from __future__ import annotations

import pandas as pd

from sop_xl.commands.results import Results
from sop_xl.periods import Timeline
from sop_xl.plan.supply.why import headline

MOST_FAMILIES = 12


def overview(results: Results, timeline: Timeline) -> tuple[str, list[str], list[list[str]]]:
    """Title, header and rows; families by revenue, small ones in one line, the total last."""
    season = timeline.calendar.season
    year = timeline.plan[:season]
    plan = results.money.financial_plan
    plan = plan[plan["period"].isin(year)]
    own = plan[plan["version"] == "Plan"].groupby("family")[["demand", "sales_volume", "revenue", "gross_margin"]].sum(min_count=1)
    last_year = plan[(plan["version"] == "Last year") & plan["revenue"].notna()]
    before = last_year.groupby("family")["revenue"].sum(min_count=1)
    if last_year["period"].nunique() < len(year):  # part of a year is no year to compare with
        before[:] = float("nan")
    table = own.assign(last_year=before).sort_values("revenue", ascending=False)
    total = table.sum(min_count=1).rename("Total")  # families that have ended count: their revenue of last year is gone
    table = table[(table["demand"] != 0) | table["revenue"].notna() & (table["revenue"] != 0)]
    if len(table) > MOST_FAMILIES:
        rest = table.iloc[MOST_FAMILIES:].sum(min_count=1).rename(f"{len(table) - MOST_FAMILIES} more families")
        table = pd.concat([table.iloc[:MOST_FAMILIES], rest.to_frame().T])
    table = pd.concat([table, total.to_frame().T])
    currency = results.inputs.settings.plan_currency
    header = ["Family", "Demand", "Sold", f"Revenue {currency}", "Margin %", "Against last year"]
    rows = [
        [str(name), _number(demand), _number(sold), _number(revenue), _percent(margin, revenue), _percent(revenue - before, before, sign=True)]
        for name, (demand, sold, revenue, margin, before) in zip(table.index, table.to_numpy(dtype=float).tolist(), strict=True)
    ]
    first, last = timeline.calendar.label(year[0]), timeline.calendar.label(year[-1])
    return f"Plan {first} to {last}", header, rows


def supply_overview(results: Results) -> tuple[str, list[str], list[list[str]]]:
    """What a director should know of the supply plan, a sentence a line."""
    return "Supply", ["In words"], [[sentence] for sentence in supply_sentences(results)]


def supply_sentences(results: Results) -> list[str]:
    """Service, what binds most and what it costs, the first thing to do; of whole lots how near to the best plan they are."""
    supply, currency = results.supply, results.inputs.settings.plan_currency
    if not results.inputs.states_stock:
        return ["Inventory states no stock, so that what can be served is not known; fill it to see what will be short."]
    said = headline(supply.why, supply.solution, currency)
    if supply.solution.gap > 0:
        said.append(f"In whole lots the plan is within {supply.solution.gap:.1%} of the best one.")
    return said


def _number(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:,.0f}"


def _percent(part: float, whole: float, *, sign: bool = False) -> str:
    if pd.isna(part) or pd.isna(whole) or whole == 0:
        return "-"
    return f"{part / whole:+.1%}" if sign else f"{part / whole:.1%}"
