"""Finance Review: are we on plan, why not, and what closes the gap; then the figures by period, profit and loss, bridge, gaps and risks."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from sop_xl import vocabulary
from sop_xl.sheets.spec import HEADER_ROW, LABEL_COLUMNS
from sop_xl.templates import (
    bridge_block,
    charts,
    comparison_block,
    finance_choices,
    finance_lines,
    finance_questions,
    gap_block,
    item_drill,
    layout,
    review,
)
from sop_xl.templates.book import Book
from sop_xl.templates.finance_choices import Choices, Workings
from sop_xl.templates.reach import filled, period_filled
from sop_xl.templates.review import Formula, Page

_CHART_ROWS, _CHART_HEIGHT = 15, 290
_LEFT, _RIGHT = 828, 850
"""Width of a chart over the label columns, and of one beside them on the printed page."""
_PRINTED_FAMILIES = 40
"""Families on the last printed page, which holds no more; the sheet lists the others below them."""
_FLAGS_HEIGHT = 7


def finance_review_sheet(book: Book) -> None:
    """Build the page from the Financial Plan and what else of money the workbook has; without a plan there is nothing to review and the page says so."""
    page = review.begin(book, "Finance Review")
    layout.fold_past(book, page.name, review.PERIOD_WIDTH)
    if not book.has("Financial Plan"):
        page.sheet.write_string("A7", "The workbook has no Financial Plan; add the module finance.", book.styles.text(muted=True))
        review.flags(page, 9)
        review.finish(page, 14)
        return
    groups = finance_lines.plan_groups(page)
    tops = _tops(book, sum(len(lines) + 2 for _, lines in groups))
    review.flags(page, tops["flags"])
    workings = Workings(page, tops["flags"] + _FLAGS_HEIGHT)
    choices = finance_choices.choose(page, workings)
    _lines(page, tops["lines"], groups + finance_lines.balance_group(page, choices.balance_family))
    _line_charts(page, tops["charts"])
    if book.has("Profit and Loss"):
        top = finance_lines.profit_heading(page, tops["profit"])
        review.write_lines(page, top, finance_lines.profit_lines(page))
        finance_lines.revenue_shares(page)
    if book.has("Bridges"):
        _bridge(page, tops["bridge"], choices, workings)
    if book.has("Gap List"):
        gap_block.gap_block(page, tops["gaps"])
    if book.has("Risk Outlook"):
        gap_block.tornado(page, gap_block.risk_block(page, tops["risks"]))
    if book.has("Plan Comparison"):
        comparison_block.comparison_block(page, tops["comparison"], choices)
    blocks = finance_questions.Blocks(tops["bridge"] if book.has("Bridges") else 0, page.rows.get("gaps", 0))
    finance_questions.question_block(page, tops["questions"], choices, blocks, workings)
    review.family_lines(page, tops["families"], "Revenue by family", vocabulary.MONEY, _family_formula(page))
    starts = [tops[name] for name in ("lines", "profit", "gaps", "families")]
    review.finish(page, min(tops["flags"] - 2, tops["families"] + _PRINTED_FAMILIES), breaks=sorted({top - 1 for top in starts}))


def _tops(book: Book, line_rows: int) -> dict[str, int]:
    """1-based first row of each block; one that the workbook does not have takes no room. A printed page holds one to three of them."""
    heights = {
        "questions": finance_questions.HEIGHT,
        "comparison": comparison_block.HEIGHT if book.has("Plan Comparison") else 0,
        "lines": line_rows + (finance_lines.BALANCE_HEIGHT if book.has("Balance and Cash") else 0),
        "charts": _CHART_ROWS,
        "profit": finance_lines.profit_height(book),
        "bridge": bridge_block.STEPS + 3 + item_drill.HEIGHT if book.has("Bridges") else 0,
        "gaps": gap_block.GAP_HEIGHT if book.has("Gap List") else 0,
        "risks": gap_block.RISK_HEIGHT + gap_block.TORNADO_HEIGHT if book.has("Risk Outlook") else 0,
        "families": review.LIST_ROWS + 1,
        "flags": 0,
    }
    return dict(zip(heights, accumulate(heights.values(), initial=HEADER_ROW + 1), strict=False))


def _lines(page: Page, top: int, groups: finance_lines.Groups) -> None:
    """Captions and lines; every line has its row before the first formula is written."""
    row = top
    for _, lines in groups:
        row = review.place_lines(page, row + 1, lines) + 1
    row = top
    for caption, lines in groups:
        row = review.write_lines(page, review.heading(page, row, caption), lines) + 1


def _line_charts(page: Page, row: int) -> None:
    first = max(0, page.book.history_count - 12)
    for chart, cell, width, text in (
        (charts.revenue_chart(page, first), f"A{row}", _LEFT, "Revenue beside budget and last year"),
        (charts.margin_chart(page, first), f"{page.beside}{row}", _RIGHT, "Gross margin and its share of revenue"),
    ):
        chart.show_hidden_data()  # the past is folded away, not forgotten
        charts.insert(page, chart, cell, width, _CHART_HEIGHT, text)


def _bridge(page: Page, top: int, choices: Choices, workings: Workings) -> None:
    """The bridge with its items on the left, its waterfall on the right and once more beside the table of Bridges."""
    after = bridge_block.bridge_block(page, top, choices.bridge, choices.measure) + 1
    item_drill.item_drill(page, after, top, workings)
    description = "Waterfall from the reference to the plan"
    height = 20 * (bridge_block.STEPS + 1 + item_drill.HEIGHT)

    def waterfall() -> Any:
        return charts.waterfall_chart(
            page.book, page.name, top + 2, bridge_block.STEPS, title=bridge_block.WATERFALL, what="it", names_column=LABEL_COLUMNS + page.book.history_count,
            title_cell=bridge_block.title_cell(page, top),
        )  # fmt: skip

    charts.insert(page, waterfall(), f"{page.beside}{top + 1}", _RIGHT, height, description)
    bridge_block.chart_beside_table(page, waterfall(), description)


def _family_formula(page: Page) -> Formula:
    spec = page.book.spec("Financial Plan")
    label, version = f"$A${page.rows['revenue']}", f"$B${page.rows['revenue']}"
    names = ("measure", "version", "family", "region")
    measure, versions, family, region = (filled(spec, name) for name in names)
    return lambda c, r: (
        f"SUMIFS({period_filled(spec, c)},{measure},{label},{versions},{version},{family},$A{r},{region},{page.region_criterion})"
    )
