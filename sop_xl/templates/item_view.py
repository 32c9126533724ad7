"""One item on the Demand Review: its history, forecast and every step, over all regions, since history states none."""

from __future__ import annotations

from sop_xl import vocabulary
from sop_xl.templates import charts, layout, review
from sop_xl.templates.book import LAST_LIST_ROW, Book, bounded
from sop_xl.templates.reach import filled, history_demand, period_filled
from sop_xl.templates.review import Line, Page, measure_label

_STEPS = ("baseline", "events", "life_cycle", "sales_input", "overrides", "consensus")
_CHART_ROWS = 24
_NEEDED = ("Items", "Demand History", "Baseline Forecast", "Consensus Demand")


def height(book: Book) -> int:
    """Rows that the block takes; 0 where the workbook lacks what it reads."""
    return len(_STEPS) + 9 + _CHART_ROWS if book.has(*_NEEDED) else 0


def item_block(page: Page, top: int) -> None:
    """Heading with a drop-down of items, the item's lines, and its chart, from a 1-based row on."""
    book = page.book
    if not height(book):
        return
    row = review.heading(page, top, "One item, all regions: choose it in the yellow cell")
    _choice(page, top)
    lines = _lines(page, f"$D${top}")
    after = review.write_lines(page, row, lines)
    chart = charts.demand_chart(page, max(0, book.history_count - 24), "The chosen item: history, baseline, consensus with the baseline's range", prefix="item_")
    charts.insert(page, chart, f"A{after + 1}", 828, 440, "Demand history, baseline and consensus of the chosen item")


def _choice(page: Page, row: int) -> None:
    styles = page.book.styles
    items = page.book.spec("Items")
    page.sheet.write_string(f"C{row}", "Item", styles.text(bold=True))
    page.sheet.write_blank(f"D{row}", None, styles.body("@", entry=True, bold=True))
    page.sheet.data_validation(f"D{row}", {
        "validate": "list", "source": "=" + bounded(items, "item", last=LAST_LIST_ROW), "error_type": "warning",
        "error_title": "Item", "error_message": "It does not stand in Items.",
    })  # fmt: skip
    name, cells = bounded(items, "name", last=LAST_LIST_ROW), bounded(items, "item", last=LAST_LIST_ROW)
    page.sheet.write_formula(f"E{row}", f'=IFERROR(INDEX({name},MATCH($D${row},{cells},0))&"","")', styles.text(muted=True), "")
    layout.cell_name(page.book, "DemandReview_item", page.name, row, 4)


def _lines(page: Page, item: str) -> list[Line]:
    """Actuals from Demand History in the past, Consensus Demand and the baseline's range in the plan."""
    units, flag = vocabulary.UNITS, page.header_row - 1
    def of(sheet: str, c: str, measure: str) -> str:
        spec = page.book.spec(sheet)
        criteria = f'{filled(spec, "measure")},"{measure}",{filled(spec, "item")},{item}'
        return f'IF({item}="","",SUMIFS({period_filled(spec, c)},{criteria}))'

    def step(name: str) -> Line:
        label = measure_label(name)
        return Line(f"item_{name}", label, "Consensus Demand", units, lambda c, r: page.planned(c, of("Consensus Demand", c, label)), bold=name == "consensus")

    def history(c: str, r: int) -> str:
        actual = f'IF({item}="",0,{history_demand(page.book, c, item=item)})'
        return f'IF({c}${flag}="Plan",N({c}{page.rows["item_consensus"]}),{actual})'

    def bound(name: str) -> Line:
        label = measure_label(name)
        return Line(f"item_{name}", label, "Baseline Forecast", units, lambda c, r: page.planned(c, of("Baseline Forecast", c, label)), "")

    rows = page.rows

    def foot(c: str, r: int) -> str:
        return f'IF({c}${flag}="Plan",N({c}{rows["item_baseline_low"]}),N({c}{rows["item_demand"]}))'

    def width(c: str, r: int) -> str:
        return f'IF({c}${flag}="Plan",MAX(N({c}{rows["item_baseline_high"]})-N({c}{rows["item_baseline_low"]}),0),0)'

    return [
        *(step(name) for name in _STEPS),
        Line("item_demand", "Demand", "Actual, then plan", units, history, bold=True),
        bound("baseline_low"),
        bound("baseline_high"),
        Line("item_band_base", "Foot of the range in the chart", "Chart", units, foot, ""),
        Line("item_band", "Width of the range in the chart", "Chart", units, width, ""),
        review.charted(page, "item_baseline", "Baseline", "item_demand"),
    ]
