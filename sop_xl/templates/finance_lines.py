"""Lines of the Finance Review by period: the plan in money against its references, balance and cash, and profit and loss."""

from __future__ import annotations

from sop_xl import vocabulary
from sop_xl.templates import review
from sop_xl.templates.book import Book
from sop_xl.templates.comparison_block import UNCONSTRAINED
from sop_xl.templates.reach import filled, period_filled
from sop_xl.templates.review import BUDGET, LAST_YEAR, PLAN, PREVIOUS_PLAN, Formula, Line, Page, measure_label
from sop_xl.templates.styles import MUTED, PALE, RULE

Groups = list[tuple[str, list[Line]]]
"""Captions and their lines."""

RESULTS = ("revenue", "gross_margin", "contribution_margin")
"""Lines of profit and loss to look at."""

BALANCE = ("working_capital", "cash_flow", "cash_balance", "cash_to_cash")
"""Lines of Balance and Cash on the page."""

BALANCE_HEIGHT = len(BALANCE) + 3
"""Rows of that group, heading, what is paid to nobody and an empty row included."""


def plan_groups(page: Page) -> Groups:
    """The plan that supply can serve, what the whole demand would bring, and the plan against each reference."""
    served = [
        _plan(page, "demand", "demand", PLAN, note="asked for"),
        _plan(page, "sales_volume", "sales_volume", PLAN, note="served"),
        _plan(page, "revenue", "revenue", PLAN, bold=True),
        _plan(page, "unconstrained", "revenue", UNCONSTRAINED, note="whole demand"),
        Line("not_served", "Revenue - that of the whole demand", PLAN, vocabulary.MONEY, _difference(page, "revenue", "unconstrained"), note="not served"),
        _plan(page, "cost", "cost", PLAN),
        _plan(page, "margin", "gross_margin", PLAN, bold=True),
        _ratio(page, "margin_share", "Gross margin, share of revenue", "margin", "revenue"),
    ]
    if page.book.has("Profit and Loss"):
        served.append(Line("contribution", measure_label("contribution_margin"), "Profit and Loss", vocabulary.MONEY, _profit_and_loss(page), bold=True))
    groups: Groups = [("Plan that supply can serve; past periods are actuals", served)]
    references = [("last_year", "last year", LAST_YEAR), ("previous", "previous plan", PREVIOUS_PLAN)]
    if page.book.has("Budget"):
        references.insert(0, ("budget", "budget", BUDGET))
    for key, text, version in references:
        gap, margin_gap = f"{key}_gap", f"{key}_margin_gap"
        budgeted, words = version == BUDGET, "of what is budgeted" if version == BUDGET else "where given"
        difference = page.budget_gap("revenue") if budgeted else _difference(page, "revenue", key)
        margin_difference = page.budget_gap("gross_margin") if budgeted else _difference(page, "margin", f"{key}_margin")
        lines = [
            _plan(page, key, "revenue", version),
            Line(gap, f"Revenue - {text}, {words}", PLAN, vocabulary.MONEY, difference, bold=True),
            _ratio(page, f"{gap}_share", f"the same, share of {text}", gap, key),
            _plan(page, f"{key}_margin", "gross_margin", version),
            Line(margin_gap, f"Gross margin - {text}, {words}", PLAN, vocabulary.MONEY, margin_difference, bold=True),
        ]
        if budgeted:
            lines.insert(3, Line("no_budget", "Revenue without a budget, not compared", PLAN, vocabulary.MONEY, page.without_budget()))
        groups.append((f"Against {text}; favourable to profit is positive", lines))
    return groups


def balance_group(page: Page, family: str) -> Groups:
    """Working capital and cash of the plan; `family` is the cell that says which lines of Balance and Cash count.

    Days and the cash balance are none of a region by itself: they are no sums.
    """
    if not page.book.has("Balance and Cash"):
        return []
    ending = review.closing(page)
    lines = []
    for name in BALANCE:
        measure = vocabulary.measure(name)
        formula = _balance(page, family, whole=measure.aggregation is not vocabulary.Aggregation.FLOW and name != "working_capital")
        is_flow = measure.aggregation is vocabulary.Aggregation.FLOW
        lines.append(Line(name, measure.label, "Balance and Cash", measure.unit, formula, None if is_flow else ending, name in ("working_capital", "cash_balance"), "" if is_flow else "value at the end"))
    unpaid = _balance(page, family, whole=True, name="cost_variance")
    lines.append(Line("not_paid", "Cost of goods sold paid to nobody", "Balance and Cash", vocabulary.MONEY, lambda c, r: f"-{unpaid(c, r)}", note="flatters cash"))
    return [("Working capital and cash; the cash balance is of the whole company", lines)]


def profit_lines(page: Page) -> list[Line]:
    """From gross revenue to contribution margin."""
    return [
        Line(f"pl_{name}", measure_label(name), "Profit and Loss", vocabulary.measure(name).unit, _profit_and_loss(page), bold=name in RESULTS)
        for name in page.book.spec("Profit and Loss").measures
    ]


def profit_heading(page: Page, row: int) -> int:
    """Caption of profit and loss, the share of revenue above the last label column; returns the next row."""
    after = review.heading(page, row, "Profit and loss of the plan that supply can serve; costs are positive")
    page.sheet.write_string(f"G{row}", "of revenue", page.book.styles(font_color=MUTED, bottom=1, bottom_color=RULE, align="right"))
    return after


def revenue_shares(page: Page) -> None:
    """What each line of profit and loss is of the revenue of the next year."""
    styles, revenue = page.book.styles, f"$D${page.rows['pl_revenue']}"
    for name in page.book.spec("Profit and Loss").measures:
        if vocabulary.measure(name).unit != vocabulary.MONEY:
            continue
        row, bold = page.rows[f"pl_{name}"], name in RESULTS
        look = styles.body("0.0%", bold=True, bg_color=PALE) if bold else styles.body("0.0%")
        page.sheet.write_formula(f"G{row}", f'=IF({revenue}=0,"",D{row}/{revenue})', look, "")


def profit_height(book: Book) -> int:
    """Rows of profit and loss, heading and an empty row included."""
    return len(book.spec("Profit and Loss").measures) + 2 if book.has("Profit and Loss") else 0


def _plan(page: Page, key: str, name: str, version: str, *, bold: bool = False, note: str = "") -> Line:
    return Line(key, measure_label(name), version, vocabulary.measure(name).unit, page.plan_formula, bold=bold, note=note)


def _ratio(page: Page, key: str, label: str, over: str, under: str) -> Line:
    rows = page.rows

    def formula(c: str, r: int) -> str:
        return f"IF({c}{rows[under]}=0,0,{c}{rows[over]}/{c}{rows[under]})"

    return Line(key, label, PLAN, vocabulary.FRACTION, formula, formula)


def _difference(page: Page, plan: str, reference: str) -> Formula:
    """Plan - reference in those periods that have a reference."""
    rows = page.rows
    return lambda c, r: f"IF({c}{rows[reference]}=0,0,{c}{rows[plan]}-{c}{rows[reference]})"


def _profit_and_loss(page: Page) -> Formula:
    spec = page.book.spec("Profit and Loss")
    measure, family, region = (filled(spec, name) for name in ("measure", "family", "region"))
    return lambda c, r: f"SUMIFS({period_filled(spec, c)},{measure},$A{r},{family},{page.family_criterion},{region},{page.region_criterion})"


def _balance(page: Page, choice: str, *, whole: bool, name: str = "") -> Formula:
    """A line of Balance and Cash: that whose label stands in A, or the measure `name`; of a `whole` one only where everything is chosen."""
    spec = page.book.spec("Balance and Cash")
    measure, family, region = (filled(spec, name) for name in ("measure", "family", "region"))

    label = f'"{measure_label(name)}"' if name else ""

    def formula(c: str, r: int) -> str:
        figure = f"SUMIFS({period_filled(spec, c)},{measure},{label or f'$A{r}'},{family},{choice},{region},{page.region})"
        return f'IF({choice}="<>",0,{figure})' if whole else figure

    return formula
