"""Supply Review: stock and service, what is short and why, what binds, the options, the load, and what service costs in stock."""

from __future__ import annotations

from collections.abc import Callable

from sop_xl import vocabulary
from sop_xl.templates import charts, curve_block, layout, resource_block, review, supply_blocks
from sop_xl.templates.book import Book
from sop_xl.templates.reach import filled, period_filled
from sop_xl.templates.review import PLAN, Formula, Line, Page, measure_label, shift

_ORDER = (
    "opening_balance", "scheduled_receipts", "planned_receipts", "demand", "dependent_demand", "lost_sales", "expired", "projected_available_balance",
    "safety_stock", "unmet_demand",
)  # fmt: skip
_STOCKS = {"opening_balance", "projected_available_balance", "safety_stock", "unmet_demand", "inventory", "items_short"}
_PRINTED_FAMILIES = 40
"""Families on the last printed page, which holds no more; the sheet lists the others below them."""
_CHART_ROWS, _CHART_HEIGHT = 24, 450
_LOWER_ROWS, _LOWER_HEIGHT = 21, 400
_LEFT, _RIGHT = 828, 850
"""Width of a chart over the label columns, and of one beside them on the printed page."""


def supply_review_sheet(book: Book) -> None:
    """Build the page from the Inventory Plan and what else the workbook has; without a plan there is nothing to review and the page says so."""
    page = review.begin(book, "Supply Review")
    layout.fold_past(book, page.name, review.PERIOD_WIDTH)
    if not book.has("Inventory Plan"):
        page.sheet.write_string("A7", "The workbook has no Inventory Plan; add the module supply.", book.styles.text(muted=True))
        review.flags(page, 9)
        review.finish(page, 14)
        return
    lines = _lines(page)
    top = review.heading(page, 7, "Stock, receipts and demand")
    after = review.place_lines(page, top, lines)
    words_top = after + _CHART_ROWS + 1
    load_top = words_top + _words_height(book)
    families_top = load_top + _load_height(book)
    flags_top = families_top + review.LIST_ROWS + 1
    review.flags(page, flags_top)
    ending = review.closing(page)
    review.write_lines(page, top, [
        Line(x.key, x.label, x.version, x.unit, x.formula, ending, x.bold, "value at the end") if x.key in _STOCKS else x for x in lines
    ])  # fmt: skip
    _stock_charts(page, after + 1)
    _words(page, words_top)
    _load(page, load_top)
    review.family_lines(page, families_top, "Projected available balance by family, value at the end", vocabulary.UNITS, _family_formula(page), stock=True)
    review.finish(page, min(flags_top - 2, families_top + _PRINTED_FAMILIES), breaks=sorted({words_top - 1, load_top - 1, families_top - 1}))


def _lines(page: Page) -> list[Line]:
    spec = page.book.spec("Inventory Plan")
    lines = [
        Line(name, measure_label(name), spec.name, vocabulary.UNITS, lambda c, r: page.grid_formula("Inventory Plan", c, r), bold=name == "projected_available_balance")
        for name in _ORDER
    ]  # fmt: skip
    lines += _service_lines(page)
    if page.book.has("Financial Plan"):
        lines += [
            Line("inventory", measure_label("inventory_value"), PLAN, vocabulary.MONEY, lambda c, r: page.plan_formula(c, r, ahead=True), bold=True),
            Line("cost", measure_label("cost"), PLAN, vocabulary.MONEY, page.plan_formula),
            Line("cover", "Cover: stock / cost per day", PLAN, vocabulary.DAYS,
                 review.cover(page), ""),
        ]  # fmt: skip
    return lines


def _service_lines(page: Page) -> list[Line]:
    """What is not served in its period, stock by stock, and the part of demand that is; a backlog counts when it grows, not again while it waits."""
    spec, rows = page.book.spec("Inventory Plan"), page.rows
    family, region = (f'(({cell}="All")+({filled(spec, name)}={cell}))' for name, cell in (("family", page.family), ("region", page.region)))

    def missed(c: str, r: int) -> str:
        now, before = period_filled(spec, c), period_filled(spec, shift(c, -1))
        of_page = f"({filled(spec, 'measure')}=$A${rows['unmet_demand']})*{family}*{region}"
        # before the first planned period nothing stands: a backlog that is there from the start counts as missed in it
        return page.planned(c, f"SUMPRODUCT({of_page}*({now}>{before})*({now}-{before}))+N({c}{rows['lost_sales']})")

    def served(c: str, r: int) -> str:
        return f"IF(N({c}{rows['demand']})<=0,0,1-{c}{rows['missed']}/{c}{rows['demand']})"

    def short(c: str, r: int) -> str:
        pairs = (("measure", f"$A${rows['unmet_demand']}"), ("family", page.family_criterion), ("region", page.region_criterion))
        criteria = ",".join(f"{filled(spec, name)},{value}" for name, value in pairs)
        return page.planned(c, f'COUNTIFS({criteria},{period_filled(spec, c)},">0")')

    return [
        Line("missed", "Newly late or lost", spec.name, vocabulary.UNITS, missed),
        Line("service", "Demand served in its period", spec.name, vocabulary.FRACTION, lambda c, r: page.planned(c, served(c, r)), served, bold=True),
        Line("items_short", "Items short at a location", spec.name, vocabulary.COUNT, short),
    ]


def _family_formula(page: Page) -> Formula:
    spec = page.book.spec("Inventory Plan")
    label = f"$A${page.rows['projected_available_balance']}"
    measure, family, region = (filled(spec, name) for name in ("measure", "family", "region"))
    return lambda c, r: page.planned(c, f"SUMIFS({period_filled(spec, c)},{measure},{label},{family},$A{r},{region},{page.region_criterion})")


def _stock_charts(page: Page, row: int) -> None:
    history = page.book.history_count
    keys = {"projected_available_balance": "Projected available balance", "safety_stock": "Safety stock", "unmet_demand": "Unmet demand"}
    chart = charts.lines_chart(page, "Projected balance and safety stock", keys, history, unit="units")
    charts.insert(page, chart, f"A{row}", _LEFT, _CHART_HEIGHT, "Projected balance, safety stock and unmet demand")
    if "inventory" in page.rows:
        charts.insert(page, charts.stock_chart(page, history), f"{page.beside}{row}", _RIGHT, _CHART_HEIGHT, "Inventory value and cover by period")
    else:
        flows = {"demand": "Demand", "planned_receipts": "Planned receipts"}
        chart = charts.lines_chart(page, "Demand and receipts", flows, history, unit="units")
        charts.insert(page, chart, f"{page.beside}{row}", _RIGHT, _CHART_HEIGHT, "Demand and planned receipts")


_WORDS: dict[str, Callable[[Page, int], int]] = {
    "Shortages": supply_blocks.shortage_block, "Binding Constraints": supply_blocks.constraint_block, "Options": supply_blocks.option_block,
}  # fmt: skip


def _words_height(book: Book) -> int:
    lists = sum(height for name, height in supply_blocks.HEIGHTS.items() if book.has(name))
    return lists + (resource_block.MAP_HEIGHT if book.has("Capacity") else 0)


def _words(page: Page, row: int) -> None:
    """What the meeting talks about: shortages, constraints, options and the load of the resources."""
    for name, block in _WORDS.items():
        if page.book.has(name):
            row = block(page, row)
    if page.book.has("Capacity"):
        resource_block.heat_map(page, row)


def _load_height(book: Book) -> int:
    load, curve = book.has("Capacity"), book.has("Service Curves")
    return (resource_block.LINES_HEIGHT if load else 0) + (_LOWER_ROWS if load or curve else 0) + (curve_block.HEIGHT if curve else 0)


def _load(page: Page, row: int) -> None:
    """One resource in detail and the price of service, with a chart of each."""
    history = page.book.history_count
    if page.book.has("Capacity"):
        row = resource_block.resource_lines(page, row) + 1
        chart = charts.capacity_chart(page, history)
        charts.insert(page, chart, f"A{row}", _LEFT, _LOWER_HEIGHT, "Load of the chosen resource against its capacity")
    if page.book.has("Service Curves"):
        curve_block.curve_block(page, row + _LOWER_ROWS)
        chart = charts.curve_chart(page, page.rows["curve"], curve_block.POINTS, page.rows["today"])
        charts.insert(page, chart, f"{page.beside}{row}", _RIGHT, _LOWER_HEIGHT, "Safety stock by service level, and where targets and stock stand today")
