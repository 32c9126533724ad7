"""Demand Review: history, forecast with range, every step from the baseline to the consensus, what changed, and one item in detail."""

from __future__ import annotations

from sop_xl import vocabulary
from sop_xl.templates import charts, item_view, review
from sop_xl.templates.book import Book
from sop_xl.templates.bridge_block import CHANGE_STEPS, change_block
from sop_xl.templates.reach import filled, period_filled
from sop_xl.templates.review import BUDGET, LAST_YEAR, PLAN, PREVIOUS_PLAN, Formula, Line, Page, measure_label
from sop_xl.templates.styles import GOOD, GREY

STEPS = ("events", "life_cycle", "sales_input", "overrides")

_CHART_ROWS = 27


def demand_review_sheet(book: Book) -> None:
    """Build the page from Consensus Demand and, where they are there, Financial Plan, Demand Changes and the item's own lines."""
    page = review.begin(book, "Demand Review")
    lines = _lines(page)
    top = review.heading(page, 7, "From the baseline to the consensus")
    after = review.place_lines(page, top, lines)
    changes_top = after + _CHART_ROWS
    item_top = changes_top + (CHANGE_STEPS + 5 if book.has("Demand Changes") else 0)
    families_top = item_top + item_view.height(book)
    flags_top = families_top + review.LIST_ROWS + 1
    review.flags(page, flags_top)
    review.write_lines(page, top, lines)
    if book.has("Demand Changes"):
        _changes(page, changes_top)
    item_view.item_block(page, item_top)
    review.family_lines(page, families_top, "Demand by family", vocabulary.UNITS, _family_formula(page))
    _charts(page, after + 1)
    review.finish(page, flags_top + 4)


def _lines(page: Page) -> list[Line]:
    units = vocabulary.UNITS

    def consensus(name: str, *, bold: bool = False) -> Line:
        return Line(name, measure_label(name), "Consensus Demand", units, lambda c, r: page.grid_formula("Consensus Demand", c, r), bold=bold)

    lines = [consensus("baseline"), *(consensus(name) for name in STEPS), consensus("consensus", bold=True)]
    if not page.book.has("Financial Plan"):
        return lines

    def plan(key: str, name: str, version: str, *, exact: bool = False, bold: bool = False) -> Line:
        return Line(key, measure_label(name), version, units, lambda c, r: page.plan_formula(c, r, exact=exact, ahead=exact), "" if exact else None, bold)

    def of_plan(c: str, yes: str, no: str) -> str:
        return f'IF({c}${page.header_row - 1}="Plan",{yes},{no})'

    rows = page.rows
    lines += [
        plan("demand", "demand", PLAN, bold=True),
        plan("demand_low", "demand_low", PLAN, exact=True),
        plan("demand_high", "demand_high", PLAN, exact=True),
        plan("last_year", "demand", LAST_YEAR),
        plan("previous", "demand", PREVIOUS_PLAN),
    ]
    if page.book.has("Budget"):
        lines += _budget_lines(page)
    lines += [
        Line("growth", "Change on last year", PLAN, vocabulary.FRACTION, lambda c, r: f"IF({c}{rows['last_year']}=0,0,{c}{rows['demand']}/{c}{rows['last_year']}-1)",
             lambda c, r: f"IF({c}{rows['last_year']}=0,0,{c}{rows['demand']}/{c}{rows['last_year']}-1)"),
        Line("band_base", "Foot of the range in the chart", "Chart", units, lambda c, r: of_plan(c, f"{c}{rows['demand_low']}", f"{c}{rows['demand']}"), ""),
        Line("band", "Width of the range in the chart", "Chart", units, lambda c, r: of_plan(c, f"MAX({c}{rows['demand_high']}-{c}{rows['demand_low']},0)", "0"), ""),
        review.charted(page, "baseline", "Baseline", "demand"),
        review.charted(page, "previous", PREVIOUS_PLAN, "demand"),
    ]  # fmt: skip
    if page.book.has("Budget"):
        lines.append(review.charted(page, "budget", BUDGET, "demand"))
    return lines


def _budget_lines(page: Page) -> list[Line]:
    """Budgeted units; of a budget in money alone, its revenue at the plan's average price of the same scope and period."""
    rows = page.rows

    def line(key: str, name: str, version: str) -> Line:
        return Line(key, measure_label(name), version, vocabulary.measure(name).unit, page.plan_formula)

    def formula(c: str, r: int) -> str:
        at_price = f"IF(N({c}{rows['plan_revenue']})=0,0,{c}{rows['budget_revenue']}/{c}{rows['plan_revenue']}*{c}{rows['demand']})"
        return f"IF({c}{rows['budget_units']}<>0,{c}{rows['budget_units']},{at_price})"

    return [
        line("plan_revenue", "revenue", PLAN),
        line("budget_revenue", "revenue", BUDGET),
        line("budget_units", "demand", BUDGET),
        Line("budget", "Budget, in units or at the plan's price", BUDGET, vocabulary.UNITS, formula),
    ]


def _family_formula(page: Page) -> Formula:
    """Demand of a family: with the Financial Plan its actuals too."""
    known = page.book.has("Financial Plan")
    spec = page.book.spec("Financial Plan" if known else "Consensus Demand")
    row = page.rows["demand" if known else "consensus"]
    pairs = [("measure", f"$A${row}"), ("region", page.region_criterion)]
    pairs += [("version", f"$B${row}")] if known else []
    criteria = ",".join(f"{filled(spec, name)},{value}" for name, value in pairs)
    return lambda c, r: f"SUMIFS({period_filled(spec, c)},{criteria},{filled(spec, 'family')},$A{r})"


def _changes(page: Page, row: int) -> None:
    change_block(page, row)
    title = "Why the consensus changed since last cycle (bars do not start from zero)"
    chart = charts.waterfall_chart(page.book, page.name, row + 2, CHANGE_STEPS, title=title, unit="units", what="demand", amounts=True)
    charts.insert(page, chart, f"H{row}", 860, 230, "Waterfall from last cycle's consensus to this one, by step")


def _charts(page: Page, row: int) -> None:
    history = page.book.history_count
    steps = {name: measure_label(name) for name in STEPS}
    effects = charts.stacked_chart(page, "What people added to the baseline", steps, history, unit="units")
    if "band" in page.rows:
        more = [("previous_chart", "Last cycle", GREY)]
        if "budget_chart" in page.rows:
            more.append(("budget_chart", "Budget", GOOD))
        chart = charts.demand_chart(page, max(0, history - 24), "Demand: history, baseline, consensus with its range, budget, last cycle", more=more)
        charts.insert(page, chart, f"A{row}", 828, 500, "Demand history, baseline, consensus demand with its range, budget and last cycle")
    else:
        keys = {"consensus": "Consensus demand", "baseline": "Baseline forecast"}
        charts.insert(page, charts.lines_chart(page, "Demand plan", keys, history, unit="units"), f"A{row}", 828, 500, "Consensus demand and baseline forecast")
    charts.insert(page, effects, f"H{row}", 860, 500, "Effects of events, life cycle, sales input and overrides")
