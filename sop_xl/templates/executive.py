"""Executive: one landscape A4 page with drop-downs, headline figures and the ten questions, one with charts, and below them the figures that they show.

Without the module cycle there are no ten questions, and the charts stand on the first page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sop_xl import vocabulary
from sop_xl.sheets.spec import HEADER_ROW, LABEL_COLUMNS
from sop_xl.templates import charts, layout, question_table, reach, review
from sop_xl.templates.book import Book
from sop_xl.templates.bridge_block import STEPS, WATERFALL, bridge_block, bridge_choice, in_short, title_cell
from sop_xl.templates.review import BUDGET, LAST_YEAR, LIST_ROWS, PLAN, Line, Page, measure_label
from sop_xl.templates.settings_sheet import setting_value
from sop_xl.templates.styles import (
    GOOD,
    GOOD_FILL,
    MUTED,
    PALE,
    POOR,
    POOR_FILL,
    RULE,
    WATCH,
    WATCH_FILL,
)

SELECT_ROW, TILE_ROW, KPI_ROW, LIMIT_ROW = 5, 7, 11, 14
CHART_ROWS = 34
"""Rows that the charts take."""
_PRINT_SCALE = 66
"""Per cent at which columns A to P stand on landscape A4 with some room to spare."""

_TILES = ((0, 0), (1, 2), (3, 4), (5, 6), (7, 9), (10, 12), (13, 15))
"""First and last 0-based columns of the seven tiles."""

_KPIS = (
    "WMAPE", "Bias", "Forecast value added", "Demand served on time", "Inventory turns", "Unmet demand", "Gross margin %",
)  # fmt: skip
_KPI_TITLES = {"Unmet demand": "Unmet demand, at cost"}
"""Titles that say what the figure is in, where its name does not."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline figure: caption, formula, number format, and a formula for the line below it."""

    caption: str
    formula: str
    form: str
    below: str


def executive_sheet(book: Book) -> None:
    """Build the page. Without Financial Plan it shows the demand plan alone."""
    spec, sheet, styles = book.spec("Executive"), book.worksheets["Executive"], book.styles
    for index, width in enumerate(review.WIDTHS):
        sheet.set_column(index, index, width, styles())
    sheet.set_column(LABEL_COLUMNS, LABEL_COLUMNS + len(book.labels) - 1, review.PERIOD_WIDTH, styles())
    layout.head(book, spec, columns=0, widths=review.WIDTHS + (review.PERIOD_WIDTH,) * len(book.labels))
    asked = book.has("Ten Questions")
    chart_row = LIMIT_ROW + 1 + (question_table.HEIGHT if asked else 0)
    last_row = chart_row + CHART_ROWS - 1
    criteria_row, flag_row = last_row + 3, last_row + 5
    page = Page(book, "Executive", flag_row + 1, f"$B${SELECT_ROW}", f"$D${SELECT_ROW}", f"$B${criteria_row}", f"$D${criteria_row}")
    review.selectors(book, "Executive", SELECT_ROW, criteria_row=criteria_row)
    _scope(page)
    sheet.write_string(f"A{criteria_row - 1}", "Figures behind this page", styles(bold=True, font_size=12, font_color="#C96F1A"))
    layout.period_rows(book, "Executive", flag_row=flag_row, constant=False, source="Consensus Demand")
    for index, text in enumerate(("Line", "Version", "Unit", "Next year", "Year before", "Change", "Note")):
        sheet.write_string(flag_row, index, text, styles.header(spec.kind, number=index in (3, 4, 5), indent=int(text == "Note")))
    lines = figures(page)
    next_row = review.place_lines(page, flag_row + 2, lines)
    next_row = review.flags(page, next_row)
    review.write_lines(page, flag_row + 2, [_with_closing(page, line) for line in lines])
    next_row += 1
    bridge_row = 0
    if book.has("Bridges"):
        bridge_row = next_row
        next_row = bridge_block(page, next_row, f"$G${SELECT_ROW}") + 1
        bridge_choice(page, f"F{SELECT_ROW}", f"G{SELECT_ROW}", "Budget to plan")
    _lists(page, _row_counts(page, next_row) + 1)
    _tiles(page, _headlines(page))
    if book.has("KPIs"):
        _kpi_strip(page)
    if book.has("Binding Constraints", "Shortages"):
        _limits(page)
    _charts(page, bridge_row, chart_row)
    if asked:
        question_table.question_table(page, LIMIT_ROW + 1)
    sheet.freeze_panes(HEADER_ROW - 1, 0)
    layout.print_setup(book, spec, area=f"A1:P{last_row}", one_page=not asked, titles=False)
    if asked:
        sheet.set_print_scale(_PRINT_SCALE)  # Excel takes no notice of a break on a page that is fitted
        sheet.set_h_pagebreaks([chart_row - 1])
    layout.protect(book, "Executive")


def figures(page: Page) -> list[Line]:
    """Lines of the page for what the workbook carries."""
    money, units, share = vocabulary.MONEY, vocabulary.UNITS, vocabulary.FRACTION
    if not page.book.has("Financial Plan"):
        return [
            Line("demand", measure_label("consensus"), PLAN, units, lambda c, r: page.grid_formula("Consensus Demand", c, r), bold=True),
            Line("baseline", measure_label("baseline"), PLAN, units, lambda c, r: page.grid_formula("Consensus Demand", c, r)),
        ]

    def plan(key: str, name: str, version: str, *, exact: bool = False, bold: bool = False, ahead: bool = False) -> Line:
        unit = vocabulary.measure(name).unit
        return Line(key, measure_label(name), version, unit, lambda c, r: page.plan_formula(c, r, exact=exact, ahead=ahead or exact), "" if exact else None, bold)

    def flag(c: str) -> str:
        return f'{c}${page.header_row - 1}="Plan"'

    def row(key: str) -> int:
        return page.rows[key]

    lines = [
        plan("demand", "demand", PLAN, bold=True),
        plan("demand_low", "demand_low", PLAN, exact=True),
        plan("demand_high", "demand_high", PLAN, exact=True),
        Line("band_base", "Foot of the range in the chart", "Chart", units, lambda c, r: f"IF({flag(c)},{c}{row('demand_low')},{c}{row('demand')})", ""),
        Line("band", "Width of the range in the chart", "Chart", units, lambda c, r: f"IF({flag(c)},MAX({c}{row('demand_high')}-{c}{row('demand_low')},0),0)", ""),
        plan("demand_last_year", "demand", LAST_YEAR),
        plan("revenue", "revenue", PLAN, bold=True),
        plan("last_year", "revenue", LAST_YEAR),
        plan("cost", "cost", PLAN),
        plan("margin", "gross_margin", PLAN, bold=True),
        Line("margin_share", "Gross margin, share of revenue", PLAN, share, lambda c, r: f"IF({c}{row('revenue')}=0,0,{c}{row('margin')}/{c}{row('revenue')})",
             lambda c, r: f"IF({c}{row('revenue')}=0,0,{c}{row('margin')}/{c}{row('revenue')})"),
    ]  # fmt: skip
    if page.book.has("Budget"):
        lines += [
            plan("budget", "revenue", BUDGET),
            Line("budget_gap", "Revenue - budget, of what is budgeted", PLAN, money, page.budget_gap("revenue")),
            Line("no_budget", "Revenue without a budget", PLAN, money, page.without_budget()),
        ]  # fmt: skip
    if page.book.has("Inventory Plan"):
        lines += [
            plan("inventory", "inventory_value", PLAN, bold=True, ahead=True),
            Line("cover", "Cover: stock / cost per day", PLAN, vocabulary.DAYS,
                 review.cover(page), ""),
        ]  # fmt: skip
    return lines


def _with_closing(page: Page, line: Line) -> Line:
    """A stock's yearly figure is its value at the end."""
    if line.key != "inventory":
        return line
    return Line(line.key, line.label, line.version, line.unit, line.formula, review.closing(page), line.bold, "value at the end")


def _scope(page: Page) -> None:
    """What the page shows, in words."""
    sheet, styles, header = page.sheet, page.book.styles, page.header_row
    cells = f"$H${header}:${page.book.last_column}${header}"
    first = f'INDEX({cells},COUNTIF($H${header - 1}:${page.book.last_column}${header - 1},"Actual")+1)'
    currency = setting_value("plan_currency")
    formula = f'="Next year = "&sop_season&" periods from "&IFERROR({first},"?")&" on; money in "&{currency}'
    sheet.merge_range(SELECT_ROW - 1, 8, SELECT_ROW - 1, 15, "", styles(font_color=MUTED))
    sheet.write_formula(SELECT_ROW - 1, 8, formula, styles(font_color=MUTED), "")


def _headlines(page: Page) -> list[Tile]:
    units, money, rows = "#,##0", "#,##0", page.rows
    demand = Tile("Demand, next year (units)", f"=$D${rows['demand']}", units, _change(rows["demand"]))
    if "revenue" not in rows:
        return [demand]
    tiles = [
        demand,
        Tile("Revenue, next year", f"=$D${rows['revenue']}", money, _change(rows["revenue"])),
        Tile("Gross margin, next year", f"=$D${rows['margin']}", money, f'=TEXT($D${rows["margin_share"]},"0.0%")&" of revenue"'),
    ]
    if "budget" in rows:
        covered = f'SUMPRODUCT({page.span("next")},--({page.span("budget")}<>0))'
        share = f'TEXT($D${rows["budget_gap"]}/$D${rows["budget"]},"+0.0%;-0.0%")&" over "&{covered}&" periods; "'
        without = in_short(f"$D${rows['no_budget']}")
        below = f'=IF({covered}=0,"no budget for it",{share}&{without}&" has none")'
        tiles.append(Tile("Revenue - budget, next year", f"=$D${rows['budget_gap']}", "+#,##0;-#,##0;0", below))
    gap, last = f"$D${rows['revenue']}-$D${rows['last_year']}", f"$D${rows['last_year']}"
    whole = f'$F${rows["revenue"]}=""'
    below = f'=IF(OR({whole},{last}=0),"no full year before",TEXT(({gap})/{last},"+0.0%;-0.0%"))'
    tiles.append(Tile("Revenue - last year", f'=IF(OR({whole},{last}=0),"-",{gap})', "+#,##0;-#,##0;0", below))
    if "inventory" in rows:
        now = f"INDEX({page.span('inventory')},MATCH(1,{page.span('number')},0))"
        tiles.append(Tile("Inventory value, end of this period", f"=IFERROR({now},0)", money, f'=TEXT($D${rows["inventory"]},"#,##0")&" in a year"'))
        cover = f"IFERROR(INDEX({page.span('cover')},MATCH(1,{page.span('number')},0)),0)"
        if page.book.has("KPIs"):
            value = f'SUMIFS(KPIs!$C:$C,KPIs!$A:$A,"Days of supply",KPIs!$B:$B,{page.family})'
            below = f'=IF({page.region}="All","of coming demand, at cost","by family, all regions")'
            tiles.append(Tile("Days of supply", f"={value}", "#,##0", below))
        else:
            tiles.append(Tile("Cover in days", f"={cover}", "#,##0", '="stock / cost per day"'))
    return tiles


def _change(row: int) -> str:
    return f'=IF($F${row}="","no full year before",TEXT($F${row},"+0.0%;-0.0%")&" on the year before")'


def _tiles(page: Page, tiles: list[Tile]) -> None:
    styles, sheet = page.book.styles, page.sheet
    sheet.set_row(TILE_ROW, 26)
    for (first, last), tile in zip(_TILES, tiles, strict=False):
        caption = styles(bg_color=PALE, font_color=MUTED, font_size=9, top=2, top_color="#C96F1A")
        value = styles(bg_color=PALE, bold=True, font_size=17, num_format=tile.form, align="left")
        below = styles(bg_color=PALE, font_color=MUTED, font_size=9)
        _spread(sheet, TILE_ROW - 1, first, last, tile.caption, caption)
        _spread(sheet, TILE_ROW, first, last, tile.formula, value)
        _spread(sheet, TILE_ROW + 1, first, last, tile.below, below)


def _spread(sheet: Any, row: int, first: int, last: int, content: str, style: Any) -> None:
    """Write text or a formula into one cell or into merged ones."""
    if first != last:
        sheet.merge_range(row, first, row, last, "", style)
    if content.startswith("="):
        sheet.write_formula(row, first, content, style)
    else:
        sheet.write_string(row, first, content, style)


def _kpi_strip(page: Page) -> None:
    """Key figures with their status in words and colour."""
    styles, sheet = page.book.styles, page.sheet
    for (first, last), name in zip(_TILES, _KPIS, strict=True):
        form = {"Inventory turns": "0.0", "Unmet demand": "#,##0"}.get(name, "0.0%")
        key = f'KPIs!$A:$A,"{name}",KPIs!$B:$B,{page.family}'
        _spread(sheet, KPI_ROW - 1, first, last, _KPI_TITLES.get(name, name), styles(font_color=MUTED, font_size=9, top=1, top_color=RULE))
        value = f'=IF(COUNTIFS({key},KPIs!$C:$C,"<>")=0,"-",SUMIFS(KPIs!$C:$C,{key}))'
        _spread(sheet, KPI_ROW, first, last, value, styles(bold=True, num_format=form, align="left", font_size=11))
        state = "=" + "&".join(f'IF(COUNTIFS({key},KPIs!$F:$F,"{text}")>0,"{text}","")' for text in ("good", "watch", "poor"))
        _spread(sheet, KPI_ROW + 1, first, last, state, styles(font_size=9, align="left"))
    last_column = _TILES[-1][1]
    for text, ink, fill in (("good", GOOD, GOOD_FILL), ("watch", WATCH, WATCH_FILL), ("poor", POOR, POOR_FILL)):
        sheet.conditional_format(KPI_ROW + 1, 0, KPI_ROW + 1, last_column, {
            "type": "cell", "criteria": "==", "value": f'"{text}"', "format": styles.conditional(font_color=ink, bg_color=fill, bold=True),
        })  # fmt: skip


def _limits(page: Page) -> None:
    """One line: how many shortages there are, what they put at risk, and what limits the plan first."""
    sheet, styles = page.sheet, page.book.styles
    short, limits = page.book.spec("Shortages"), page.book.spec("Binding Constraints")
    items, sentences = reach.filled(short, "item"), reach.filled(limits, "sentence")
    at_risk = f'COUNTIF({items},"?*")&" shortages put "&TEXT(SUM({reach.filled(short, "shortage_value")}),"#,##0")&" of revenue at risk. "'
    first = f'IF(INDEX({sentences},1)="","No limit binds.",INDEX({sentences},1))'
    formula = f'="Critical constraints, whole plan: "&IF(COUNTIF({items},"?*")=0,"no shortage. ",{at_risk})&{first}'
    look = styles(font_size=9, align="left", valign="vcenter", text_wrap=True, top=1, top_color=RULE)
    sheet.merge_range(LIMIT_ROW - 1, 0, LIMIT_ROW - 1, _TILES[-1][1], "", look)
    sheet.set_row(LIMIT_ROW - 1, 27)
    sheet.write_formula(LIMIT_ROW - 1, 0, formula, look, "")


def _charts(page: Page, bridge_row: int, top: int) -> None:
    """Two by two; with fewer charts each takes the whole width."""
    history = page.book.history_count
    made: list[tuple[Any, str]] = []
    if "band" in page.rows:
        made.append((charts.demand_chart(page, max(0, history - 24), "Demand: history and consensus with its range"), "Demand history, consensus demand and its range"))
        made.append((charts.revenue_chart(page, max(0, history - 12)), "Revenue by period beside budget and last year"))
    else:
        keys = {"demand": "Consensus demand", "baseline": "Baseline forecast"}
        made.append((charts.lines_chart(page, "Demand plan", keys, history, unit="units"), "Consensus demand and baseline forecast"))
    if bridge_row:
        chart = charts.waterfall_chart(
            page.book, "Executive", bridge_row + 2, STEPS, names_column=LABEL_COLUMNS + history, title=WATERFALL, title_cell=title_cell(page, bridge_row)
        )
        made.append((chart, "Waterfall from the reference to the plan"))
    if "inventory" in page.rows:
        made.append((charts.stock_chart(page, history), "Inventory value and cover by period"))
    wide = len(made) < 4
    size = (1478, 660 // len(made)) if wide else (828, 330)
    places = [(f"A{top}", size), (f"H{top}", (646, 330)), (f"A{top + 17}", size), (f"H{top + 17}", (646, 330))]
    if wide:
        places = [(f"A{top + number * (CHART_ROWS // len(made))}", size) for number in range(len(made))]
    for (chart, text), (cell, (width, height)) in zip(made, places, strict=False):
        charts.insert(page, chart, cell, width, height, text)


def _lists(page: Page, row: int) -> None:
    """Families and regions of the plan, each once, for the drop-downs of every review page."""
    book, styles, sheet = page.book, page.book.styles, page.sheet
    source = book.spec("Financial Plan" if book.has("Financial Plan") else "Consensus Demand")
    row = review.heading(page, row, "Lists for the drop-downs")
    listed = (("A", "family", "sop_families", "sop_family_list", "(not by family)"), ("B", "region", "sop_regions", "sop_region_list", "(not by region)"))
    for letters, name, choice, whole, left_out in listed:
        filled = reach.filled(source, name)
        sheet.write_string(f"{letters}{row}", left_out, styles(font_color=MUTED, font_size=9))
        sheet.write_string(f"{letters}{row + 1}", "All", styles.body())
        for line in range(row + 2, row + 1 + LIST_ROWS):
            above = f"{letters}${row}:{letters}{line - 1}"
            formula = f'IF({letters}{line - 1}="","",IFERROR(INDEX({filled},MATCH(0,COUNTIF({above},{filled}&""),0))&"",""))'
            sheet.write_array_formula(f"{letters}{line}", f"{{={formula}}}", styles.body(), "")
        top, last = f"Executive!${letters}${row + 1}", f"Executive!${letters}${row + LIST_ROWS}"
        book.workbook.define_name(whole, f"={top}:{last.split('!')[1]}")
        count = f'COUNTIF({top}:{last.split("!")[1]},"?*")'
        book.workbook.define_name(choice, f"={top}:INDEX({top}:{last.split('!')[1]},{count})")
    sheet.write_string(f"C{row}", "< read but not offered: a budget that is not split", styles(font_color=MUTED, font_size=9))


def _row_counts(page: Page, row: int) -> int:
    """How many rows of each table the formulas of the workbook read; returns the next row."""
    book, styles, sheet = page.book, page.book.styles, page.sheet
    row = review.heading(page, row, "Rows that formulas read")
    for spec in reach.counted(book):
        sheet.write_string(f"A{row}", spec.name, styles.body())
        sheet.write_string(f"C{row}", vocabulary.COUNT, styles.body(font_color=MUTED))
        sheet.write_formula(f"D{row}", reach.define(book, spec, page.name, row, 4), styles.body("#,##0"), 1)
        row += 1
    return row
