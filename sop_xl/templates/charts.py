"""Native charts in one style: quiet axes, direct colours, titles that say what is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sop_xl.templates.book import Book
from sop_xl.templates.review import Page
from sop_xl.templates.styles import BLUE, FONT, GOOD, GREY, INK, LIGHT_BLUE, MUTED, ORANGE, POOR, RULE

_AXIS_FONT = {"name": FONT, "size": 8, "color": MUTED}


def _style(chart: Any, title: str, *, unit: str, number: str = "#,##0", points: int = 24, from_zero: bool = False, title_cell: str = "") -> None:
    """`title_cell` is a reference that gives the title; `title` then stands where a program does not look it up."""
    shown: dict[str, Any] = {"name": title_cell, "data": [title]} if title_cell else {"name": title}
    chart.set_title(shown | {"overlay": False, "name_font": {"name": FONT, "size": 11, "bold": True, "color": INK}, "layout": None})
    chart.set_legend({"position": "bottom", "font": _AXIS_FONT})
    chart.set_chartarea({"border": {"color": RULE}, "fill": {"color": "#FFFFFF"}})
    chart.set_plotarea({"fill": {"none": True}})
    chart.set_x_axis({
        "num_font": _AXIS_FONT | {"rotation": -45 if points > 12 else 0}, "line": {"color": RULE}, "major_tick_mark": "none",
        "interval_unit": 3 if points > 24 else 1, "label_position": "low",
    })  # fmt: skip
    chart.set_y_axis({
        "num_font": _AXIS_FONT, "num_format": number, "line": {"none": True}, "major_gridlines": {"visible": True, "line": {"color": "#E8EBEF"}},
        "name": unit, "name_font": _AXIS_FONT | {"bold": False}, "major_tick_mark": "none", **({"min": 0} if from_zero else {}),
    })  # fmt: skip


def _series(page: Page, key: str, first: int, last: int, name: str, **look: Any) -> dict[str, Any]:
    return {
        "name": name,
        "categories": page.chart_span("", first, last, row=page.header_row),
        "values": page.chart_span(key, first, last),
        **look,
    }


def demand_chart(page: Page, first: int, title: str, *, prefix: str = "", more: Sequence[tuple[str, str, str]] = ()) -> Any:
    """Actual demand, then baseline and consensus, with the band from P10 to P90 opening where the plan begins.

    Parameters
    ----------
    first
        First period shown.
    title
        Title of the chart.
    prefix
        Before the keys of the lines `band_base`, `band`, `demand` and, where there is one, `baseline_chart`.
    more
        Further lines: key, legend text, colour.
    """
    book, last = page.book, len(page.book.labels) - 1
    band = book.workbook.add_chart({"type": "area", "subtype": "stacked"})
    band.add_series(_series(page, f"{prefix}band_base", first, last, "Up to P10", fill={"none": True}, border={"none": True}))
    look = {"fill": {"color": LIGHT_BLUE, "transparency": 35}, "border": {"none": True}}
    band.add_series(_series(page, f"{prefix}band", first, last, "Range P10 to P90", **look))
    line = book.workbook.add_chart({"type": "line"})
    plan = max(first, book.history_count)
    # what is drawn later lies on top: the consensus must not hide behind a line that runs with it
    for key, text, colour in more:
        line.add_series(_series(page, key, first, last, text, line={"color": colour, "width": 1.5}))
    if f"{prefix}baseline_chart" in page.rows:
        look = {"line": {"width": 1.5, "dash_type": "dash", "color": ORANGE}}
        line.add_series(_series(page, f"{prefix}baseline_chart", first, last, "Baseline forecast", **look))
    line.add_series(_series(page, f"{prefix}demand", first, last, "Consensus demand", line={"color": BLUE, "width": 2}))
    if first < plan:
        actual = _series(page, f"{prefix}demand", first, plan - 1, "Actual demand", line={"color": INK, "width": 2.25})
        line.add_series(actual)
    band.combine(line)
    _style(band, title, unit="units", points=last - first + 1)
    band.set_legend({"position": "bottom", "font": _AXIS_FONT, "delete_series": [0]})
    return band


def lines_chart(page: Page, title: str, keys: dict[str, str], first: int, *, unit: str) -> Any:
    """Lines by key and legend text."""
    last = len(page.book.labels) - 1
    chart = page.book.workbook.add_chart({"type": "line"})
    for (key, text), colour in zip(keys.items(), (BLUE, ORANGE, GREY, GOOD), strict=False):
        chart.add_series(_series(page, key, first, last, text, line={"color": colour, "width": 2}))
    _style(chart, title, unit=unit, points=last - first + 1)
    return chart


def stacked_chart(page: Page, title: str, keys: dict[str, str], first: int, *, unit: str) -> Any:
    """Columns on top of each other, for effects that add up."""
    last = len(page.book.labels) - 1
    chart = page.book.workbook.add_chart({"type": "column", "subtype": "stacked"})
    for (key, text), colour in zip(keys.items(), (BLUE, ORANGE, GOOD, GREY), strict=False):
        chart.add_series(_series(page, key, first, last, text, fill={"color": colour}, gap=60))
    _style(chart, title, unit=unit, points=last - first + 1)
    return chart


def revenue_chart(page: Page, first: int) -> Any:
    """Revenue and, where the workbook has them, budget beside it and last year as a line."""
    last = len(page.book.labels) - 1
    chart = page.book.workbook.add_chart({"type": "column"})
    chart.add_series(_series(page, "revenue", first, last, "Revenue (actual, then plan)", fill={"color": BLUE}, gap=40, overlap=-5))
    text = "Revenue"
    if "budget" in page.rows:
        chart.add_series(_series(page, "budget", first, last, "Budget", fill={"color": GREY}))
        text = "Revenue against budget"
    if "last_year" in page.rows:
        line = page.book.workbook.add_chart({"type": "line"})
        look = {"line": {"color": ORANGE, "width": 1.75, "dash_type": "dash"}}
        line.add_series(_series(page, "last_year", first, last, "Last year", **look))
        chart.combine(line)
        text += " and last year"
    _style(chart, text, unit="plan currency", points=last - first + 1)
    return chart


def margin_chart(page: Page, first: int) -> Any:
    """Gross margin as columns and its share of revenue as a line on the right."""
    last = len(page.book.labels) - 1
    chart = page.book.workbook.add_chart({"type": "column"})
    chart.add_series(_series(page, "margin", first, last, "Gross margin", fill={"color": GOOD}, gap=60))
    line = page.book.workbook.add_chart({"type": "line"})
    line.add_series(_series(page, "margin_share", first, last, "% of revenue (right)", line={"color": ORANGE, "width": 2}, y2_axis=True))
    chart.combine(line)
    _style(chart, "Gross margin", unit="plan currency", points=last - first + 1)
    _right_axis(line, "share of revenue", "0%")
    return chart


def stock_chart(page: Page, first: int) -> Any:
    """Stock value as columns and cover in days as a line on the right."""
    last = len(page.book.labels) - 1
    chart = page.book.workbook.add_chart({"type": "column"})
    chart.add_series(_series(page, "inventory", first, last, "Inventory value, end of period", fill={"color": LIGHT_BLUE}, gap=60))
    line = page.book.workbook.add_chart({"type": "line"})
    line.add_series(_series(page, "cover", first, last, "Cover in days (right)", line={"color": ORANGE, "width": 2}, y2_axis=True))
    chart.combine(line)
    _style(chart, "Inventory and cover", unit="plan currency", points=last - first + 1)
    _right_axis(line, "days", "#,##0")
    return chart


def _right_axis(line: Any, unit: str, number: str) -> None:
    line.set_y2_axis({
        "num_font": _AXIS_FONT, "num_format": number, "name": unit, "name_font": _AXIS_FONT | {"bold": False},
        "line": {"none": True}, "major_gridlines": {"visible": False},
    })  # fmt: skip


def waterfall_chart(book: Book, name: str, first_row: int, rows: int, *, title: str = "Bridge to the plan: revenue in the next year",
                    unit: str = "plan currency", what: str = "revenue", amounts: bool = False, names_column: int = 0, title_cell: str = "") -> Any:  # fmt: skip
    """Bridge as a waterfall: stacked columns on an invisible base; rows as `waterfall_rows` lays them out.

    With `amounts` each step's amount stands in its name and the axis goes, because the bars do not start from zero. Names are those of the rows, with
    the amounts beside them, or what stands in another column (0-based). `title_cell` is a reference to the title where it depends on figures.
    """
    def cells(column: int) -> list[Any]:
        return [name, first_row - 1, column, first_row - 2 + rows, column]

    chart = book.workbook.add_chart({"type": "column", "subtype": "stacked"})
    parts = ((4, "Base", None), (3, "Total", BLUE), (5, f"Raises {what}", GOOD), (6, f"Lowers {what}", POOR))
    for column, text, colour in parts:
        look = {"none": True} if colour is None else {"color": colour}
        names = [name, first_row - 1, 0, first_row - 2 + rows, 1] if amounts and not names_column else cells(names_column)
        chart.add_series({"name": text, "categories": names, "values": cells(column), "fill": look, "border": {"none": True}, "gap": 35})
    _style(chart, title, unit=unit, points=rows, title_cell=title_cell)
    chart.set_legend({"position": "bottom", "font": _AXIS_FONT, "delete_series": [0]})
    if amounts or names_column:
        chart.set_y_axis({"visible": False, "major_gridlines": {"visible": False}})
    return chart


def tornado_chart(book: Book, name: str, first_row: int, rows: int) -> Any:
    """Bars to both sides of the plan, the longest on top: names in A, changes at the worse and at the better end in D and E."""
    chart = book.workbook.add_chart({"type": "bar"})
    for column, text, colour in ((3, "At its worse end", POOR), (4, "At its better end", GOOD)):
        names, values = ([name, first_row - 1, c, first_row - 2 + rows, c] for c in (0, column))
        chart.add_series({"name": text, "categories": names, "values": values, "fill": {"color": colour}, "border": {"none": True}, "gap": 35, "overlap": 100})
    _style(chart, "How far each moves the figure from the plan", unit="", points=rows)
    # XlsxWriter's x axis of a bar chart is the one that lies: the values
    chart.set_y_axis({"num_font": _AXIS_FONT, "line": {"color": RULE}, "major_tick_mark": "none", "label_position": "low", "reverse": True})
    chart.set_x_axis({
        "num_font": _AXIS_FONT, "num_format": "[>=2]#,##0;[<=-2]-#,##0;General", "major_gridlines": {"visible": True, "line": {"color": "#E8EBEF"}},
        "line": {"none": True}, "major_tick_mark": "none",
    })  # fmt: skip
    return chart


def insert(page: Page, chart: Any, cell: str, width: int, height: int, text: str) -> None:
    """Put a chart on its page, with a text for readers who cannot see it."""
    insert_on(page.sheet, chart, cell, width, height, text)


def insert_on(sheet: Any, chart: Any, cell: str, width: int, height: int, text: str) -> None:
    """The same on a sheet that is no grid page."""
    chart.set_size({"width": width, "height": height})
    sheet.insert_chart(cell, chart, {"x_offset": 2, "y_offset": 2, "object_position": 1, "description": text})


def weeks_chart(book: Book, cells: Callable[[str], list[Any]], title: str, lines: dict[str, str], columns: dict[str, str]) -> Any:
    """Columns by week with lines over them, each by key and legend text.

    Parameters
    ----------
    cells
        From a key to the cells of its line, from `""` to those of the weeks, as XlsxWriter's charts take them.
    """
    chart = book.workbook.add_chart({"type": "column"})
    for (key, text), colour in zip(columns.items(), (LIGHT_BLUE, GREY), strict=False):
        chart.add_series({"name": text, "categories": cells(""), "values": cells(key), "fill": {"color": colour}, "gap": 60})
    over = book.workbook.add_chart({"type": "line"})
    for (key, text), colour in zip(lines.items(), (BLUE, ORANGE), strict=False):
        over.add_series({"name": text, "categories": cells(""), "values": cells(key), "line": {"color": colour, "width": 2.25}})
    chart.combine(over)
    _style(chart, title, unit="units")
    # the weeks are names here: an axis of dates would leave room for every day between them
    chart.set_x_axis({"num_font": _AXIS_FONT, "line": {"color": RULE}, "major_tick_mark": "none", "label_position": "low", "text_axis": True})
    return chart


def capacity_chart(page: Page, first: int) -> Any:
    """Load of the plan as columns, available hours and what demand asks for as lines."""
    last = len(page.book.labels) - 1
    chart = page.book.workbook.add_chart({"type": "column"})
    chart.add_series(_series(page, "res_load", first, last, "Load of the plan", fill={"color": LIGHT_BLUE}, gap=50))
    line = page.book.workbook.add_chart({"type": "line"})
    line.add_series(_series(page, "res_required_capacity", first, last, "Required by demand", line={"color": ORANGE, "width": 2, "dash_type": "dash"}))
    line.add_series(_series(page, "res_available_capacity", first, last, "Available, regular time", line={"color": INK, "width": 2.25}))
    chart.combine(line)
    _style(chart, "The chosen resource: load against capacity", unit="h", points=last - first + 1, from_zero=True)
    return chart


def curve_chart(page: Page, first: int, points: int, today: int) -> Any:
    """Stock that each level of service needs, with today's targets and today's stock as points.

    Parameters
    ----------
    first, points
        1-based first row of the curve and its number of rows; service levels stand in E, stock in D.
    today
        1-based row of today's targets; today's stock stands below it.
    """
    chart = page.book.workbook.add_chart({"type": "scatter", "subtype": "straight_with_markers"})

    def series(row: int, count: int, text: str, **look: Any) -> None:
        cells = {what: [page.name, row - 1, column, row + count - 2, column] for what, column in (("categories", 4), ("values", 3))}
        chart.add_series({"name": text, **cells, **look})

    series(first, points, "Curve", line={"color": BLUE, "width": 2}, marker={"type": "circle", "size": 4, "fill": {"color": BLUE}, "border": {"color": BLUE}})
    for row, text, colour in ((today, "Today's targets", GOOD), (today + 1, "Today's stock", ORANGE)):
        look = {"type": "diamond", "size": 11, "fill": {"color": colour}, "border": {"color": "#FFFFFF"}}
        series(row, 1, text, line={"none": True}, marker=look)
    _style(chart, "Safety stock that each service level needs", unit="plan currency")
    chart.set_x_axis({
        "num_font": _AXIS_FONT, "num_format": "0%", "max": 1, "line": {"color": RULE}, "name": "service level", "name_font": _AXIS_FONT | {"bold": False},
        "major_gridlines": {"visible": False}, "label_position": "low",
    })  # fmt: skip
    return chart
