"""Finance Review: plan against budget, last year and previous plan, and the bridge that explains the difference."""

from __future__ import annotations

from sop_xl import vocabulary
from sop_xl.templates import charts, review
from sop_xl.templates.book import Book
from sop_xl.templates.bridge_block import STEPS, bridge_block, bridge_choice
from sop_xl.templates.reach import filled, period_filled
from sop_xl.templates.review import BUDGET, LAST_YEAR, PLAN, PREVIOUS_PLAN, Formula, Line, Page, measure_label


def finance_review_sheet(book: Book) -> None:
    """Build the page from the Financial Plan; without it there is nothing to review and the page says so."""
    page = review.begin(book, "Finance Review")
    if not book.has("Financial Plan"):
        page.sheet.write_string("A7", "The workbook has no Financial Plan; add the module finance.", book.styles.text(muted=True))
        review.flags(page, 9)
        review.finish(page, 14)
        return
    groups = _groups(page)
    row, tops = 7, []
    for _, lines in groups:
        tops.append(row + 1)
        row = review.place_lines(page, row + 1, lines) + 1
    charts_top = row
    bridge_top = charts_top + 28
    families_top = bridge_top + STEPS + 4 if book.has("Bridges") else bridge_top
    flags_top = families_top + review.LIST_ROWS + 1
    review.flags(page, flags_top)
    for (caption, lines), top in zip(groups, tops, strict=True):
        review.heading(page, top - 1, caption)
        review.write_lines(page, top, lines)
    history = book.history_count
    charts.insert(page, charts.revenue_chart(page, max(0, history - 12)), f"A{charts_top}", 828, 500, "Revenue beside budget and last year")
    charts.insert(page, charts.margin_chart(page, max(0, history - 12)), f"H{charts_top}", 860, 500, "Gross margin and its share of revenue")
    if book.has("Bridges"):
        bridge_block(page, bridge_top, f"$G${bridge_top - 1}")
        bridge_choice(page, f"F{bridge_top - 1}", f"G{bridge_top - 1}", "Last year to plan")
        waterfall = charts.waterfall_chart(book, page.name, bridge_top + 2, STEPS)
        charts.insert(page, waterfall, f"H{bridge_top}", 860, 240, "Waterfall from the reference to the plan")
    review.family_lines(page, families_top, "Revenue by family", vocabulary.MONEY, _family_formula(page))
    review.finish(page, flags_top + 4)


def _groups(page: Page) -> list[tuple[str, list[Line]]]:
    rows = page.rows

    def line(key: str, name: str, version: str, *, bold: bool = False) -> Line:
        unit = vocabulary.measure(name).unit
        return Line(key, measure_label(name), version, unit, page.plan_formula, bold=bold)

    def ratio(key: str, label: str, over: str, under: str) -> Line:
        def formula(c: str, r: int) -> str:
            return f"IF({c}{rows[under]}=0,0,{c}{rows[over]}/{c}{rows[under]})"

        return Line(key, label, PLAN, vocabulary.FRACTION, formula, formula)

    def gap(key: str, label: str, plan: str, reference: str) -> Line:
        """Plan - reference in those periods that have a reference; favourable is positive for revenue and margin."""
        return Line(key, label, PLAN, vocabulary.MONEY, lambda c, r: f"IF({c}{rows[reference]}=0,0,{c}{rows[plan]}-{c}{rows[reference]})", bold=True)

    groups = [(
        "Plan; past periods are actuals",
        [
            line("demand", "demand", PLAN),
            line("revenue", "revenue", PLAN, bold=True),
            line("cost", "cost", PLAN),
            line("margin", "gross_margin", PLAN, bold=True),
            ratio("margin_share", "Gross margin, share of revenue", "margin", "revenue"),
        ],
    )]  # fmt: skip
    references = [("last_year", "last year", LAST_YEAR), ("previous", "previous plan", PREVIOUS_PLAN)]
    if page.book.has("Budget"):
        references.insert(0, ("budget", "budget", BUDGET))
    for key, text, version in references:
        groups.append((
            f"Against {text}; favourable to profit is positive",
            [
                line(key, "revenue", version),
                gap(f"{key}_gap", f"Revenue - {text}, where given", "revenue", key),
                ratio(f"{key}_gap_share", f"the same, share of {text}", f"{key}_gap", key),
                line(f"{key}_margin", "gross_margin", version),
                gap(f"{key}_margin_gap", f"Gross margin - {text}, where given", "margin", f"{key}_margin"),
            ],
        ))  # fmt: skip
    return groups


def _family_formula(page: Page) -> Formula:
    spec = page.book.spec("Financial Plan")
    label, version = f"$A${page.rows['revenue']}", f"$B${page.rows['revenue']}"
    names = ("measure", "version", "family", "region")
    measure, versions, family, region = (filled(spec, name) for name in names)
    return lambda c, r: (
        f"SUMIFS({period_filled(spec, c)},{measure},{label},{versions},{version},{family},$A{r},{region},{page.region_criterion})"
    )
