"""Supply Review: projected balance against safety stock, receipts, backlog and cover."""

from __future__ import annotations

from sop_xl import vocabulary
from sop_xl.templates import charts, review
from sop_xl.templates.book import Book
from sop_xl.templates.reach import filled, period_filled
from sop_xl.templates.review import PLAN, Formula, Line, Page, measure_label

_ORDER = ("opening_balance", "scheduled_receipts", "planned_receipts", "demand", "projected_available_balance", "safety_stock", "unmet_demand")


def supply_review_sheet(book: Book) -> None:
    """Build the page from the Inventory Plan; without it there is nothing to review and the page says so."""
    page = review.begin(book, "Supply Review")
    if not book.has("Inventory Plan"):
        page.sheet.write_string("A7", "The workbook has no Inventory Plan; add the module supply.", book.styles.text(muted=True))
        review.flags(page, 9)
        review.finish(page, 14)
        return
    lines = _lines(page)
    top = review.heading(page, 7, "Stock, receipts and demand")
    after = review.place_lines(page, top, lines)
    families_top = after + 27
    flags_top = families_top + review.LIST_ROWS + 1
    review.flags(page, flags_top)
    ending = review.closing(page)
    stocks = {"opening_balance", "projected_available_balance", "safety_stock", "unmet_demand", "inventory", "items_short"}
    review.write_lines(page, top, [
        Line(x.key, x.label, x.version, x.unit, x.formula, ending, x.bold, "value at the end") if x.key in stocks else x for x in lines
    ])  # fmt: skip
    review.family_lines(page, families_top, "Projected available balance by family, value at the end", vocabulary.UNITS, _family_formula(page), stock=True)
    row = after + 1
    history = book.history_count
    keys = {"projected_available_balance": "Projected available balance", "safety_stock": "Safety stock", "unmet_demand": "Unmet demand"}
    charts.insert(page, charts.lines_chart(page, "Projected balance and safety stock", keys, history, unit="units"), f"A{row}", 828, 500, "Projected balance, safety stock and unmet demand")
    if "inventory" in page.rows:
        charts.insert(page, charts.stock_chart(page, history), f"H{row}", 860, 500, "Inventory value and cover by period")
    else:
        flows = {"demand": "Demand", "planned_receipts": "Planned receipts"}
        charts.insert(page, charts.lines_chart(page, "Demand and receipts", flows, history, unit="units"), f"H{row}", 860, 500, "Demand and planned receipts")
    review.finish(page, flags_top + 4)


def _lines(page: Page) -> list[Line]:
    spec, rows = page.book.spec("Inventory Plan"), page.rows
    lines = [
        Line(name, measure_label(name), spec.name, vocabulary.UNITS, lambda c, r: page.grid_formula("Inventory Plan", c, r), bold=name == "projected_available_balance")
        for name in _ORDER
    ]  # fmt: skip

    def short(c: str, r: int) -> str:
        pairs = (("measure", f"$A${rows['unmet_demand']}"), ("family", page.family_criterion), ("region", page.region_criterion))
        criteria = ",".join(f"{filled(spec, name)},{value}" for name, value in pairs)
        return page.planned(c, f'COUNTIFS({criteria},{period_filled(spec, c)},">0")')

    lines.append(Line("items_short", "Items short at a location", spec.name, vocabulary.COUNT, short))
    if page.book.has("Financial Plan"):
        lines += [
            Line("inventory", measure_label("inventory_value"), PLAN, vocabulary.MONEY, lambda c, r: page.plan_formula(c, r, ahead=True), bold=True),
            Line("cost", measure_label("cost"), PLAN, vocabulary.MONEY, page.plan_formula),
            Line("cover", "Cover: stock / cost per day", PLAN, vocabulary.DAYS,
                 review.cover(page), ""),
        ]  # fmt: skip
    return lines


def _family_formula(page: Page) -> Formula:
    spec = page.book.spec("Inventory Plan")
    label = f"$A${page.rows['projected_available_balance']}"
    measure, family, region = (filled(spec, name) for name in ("measure", "family", "region"))
    return lambda c, r: page.planned(c, f"SUMIFS({period_filled(spec, c)},{measure},{label},{family},$A{r},{region},{page.region_criterion})")
