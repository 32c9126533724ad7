"""PowerPoint files: titles, tables, text and native charts placed on A4 pages; the same content gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sop_xl.errors import HostError

WIDTH, HEIGHT = 11.69, 8.27
"""Inches of a page: A4, landscape."""
MARGIN, BODY_TOP, BODY_BOTTOM = 0.5, 1.35, 7.75
INK, MUTED, RULE, ACCENT = "1F2A37", "667085", "D5DAE0", "C96F1A"
COLOURS = ("2F5D9B", "C96F1A", "98A2B3", "2E7D4F", "BBD0EA")
STATUS = {"good": ("2E7D4F", "DDF1E4"), "watch": ("9A6700", "FCEFCB"), "poor": ("B42318", "FBDDD9")}
_FONT = "Calibri"
_STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands, in inches from the upper left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Text:
    """Lines of text."""

    box: Box
    lines: Sequence[str]
    size: float = 14
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; cells `good`, `watch` and `poor` are coloured.

    Parameters
    ----------
    header, rows
        Texts as they are read.
    widths
        Share of each column in the width; figures stand right where `right` names the 0-based column.
    """

    box: Box
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    right: frozenset[int] = frozenset()
    size: float = 11


@dataclass(frozen=True, slots=True)
class Chart:
    """A native chart that can be edited.

    Parameters
    ----------
    kind
        `columns`, `bars` (the first category on top) or `lines`.
    categories, series
        Texts, and a name and as many figures for each series; `None` = no figure.
    """

    box: Box
    title: str
    kind: Literal["columns", "bars", "lines"]
    categories: Sequence[str]
    series: Sequence[tuple[str, Sequence[float | None]]]
    number_format: str = "#,##0"


@dataclass(frozen=True, slots=True)
class Slide:
    """One page: a sentence as its title, what it is about below it, and where the figures come from at the foot."""

    title: str
    subtitle: str
    parts: Sequence[Text | Table | Chart]
    source: str = ""
    cover: bool = False


def row_height(table: Table) -> float:
    """Inches of a row: less where many share the box."""
    return min(0.42, table.box.height / (len(table.rows) + 1))


def value_ends(chart: Chart) -> tuple[float | None, float | None]:
    """Where the axis of figures begins and ends: bars of one sign stand on zero, the other end is free."""
    figures = [value for _, values in chart.series for value in values if value is not None]
    if chart.kind == "lines" or not figures:
        return None, None
    return (0.0, None) if min(figures) >= 0 else (None, 0.0) if max(figures) <= 0 else (None, None)


def slides_bytes(slides: Sequence[Slide], title: str, as_of: datetime) -> bytes:
    """A presentation of these pages.

    Parameters
    ----------
    title, as_of
        Of the file's properties: no clock is read.

    Raises
    ------
    HostError
        Where python-pptx is not installed.
    """
    try:
        from pptx import Presentation
        from pptx.util import Inches
    except ImportError:
        raise HostError("PowerPoint needs python-pptx: pip install 'sop-xl[pack]'") from None
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    for number, slide in enumerate(slides, start=1):
        _write_slide(deck, slide, number, len(slides))
    core = deck.core_properties
    core.title, core.author, core.last_modified_by, core.revision = title, "sop_xl", "sop_xl", 1
    core.created = core.modified = as_of
    stream = io.BytesIO()
    deck.save(stream)
    return _without_clock(stream.getvalue(), as_of)


def _write_slide(deck: Any, slide: Slide, number: int, of: int) -> None:
    page = deck.slides.add_slide(deck.slide_layouts[5])  # title only
    writers: dict[type, Callable[[Any, Any], None]] = {Text: _text, Table: _table, Chart: _chart}
    top = 2.2 if slide.cover else 0.35
    title = page.shapes.title
    _place(title, Box(MARGIN, top, WIDTH - 2 * MARGIN, 0.75))
    _fill(title.text_frame, [slide.title], 30 if slide.cover else 20 if len(slide.title) <= 85 else 16, ACCENT if slide.cover else INK, bold=True)
    _text(page, Text(Box(MARGIN, top + 0.68, WIDTH - 2 * MARGIN, 0.32), [slide.subtitle], 12), MUTED)
    for part in slide.parts:
        writers[type(part)](page, part)
    foot = f"{slide.source}{'    ' if slide.source else ''}{number} / {of}"
    _text(page, Text(Box(MARGIN, 7.82, WIDTH - 2 * MARGIN, 0.28), [foot], 9), MUTED)


def _place(shape: Any, box: Box) -> None:
    from pptx.util import Inches

    shape.left, shape.top, shape.width, shape.height = (Inches(x) for x in (box.left, box.top, box.width, box.height))


def _fill(frame: Any, lines: Sequence[str], size: float, colour: str, *, bold: bool = False) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for place, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.space_after = Pt(size / 2.5)
        run = paragraph.add_run()
        run.text = line
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, _FONT
        run.font.color.rgb = RGBColor.from_string(colour)


def _text(page: Any, part: Text, colour: str = INK) -> None:
    shape = page.shapes.add_textbox(0, 0, 0, 0)
    _place(shape, part.box)
    _fill(shape.text_frame, part.lines, part.size, colour, bold=part.bold)


def _table(page: Any, part: Table) -> None:
    from pptx.util import Inches

    box, height = part.box, row_height(part)
    frame = page.shapes.add_table(
        len(part.rows) + 1, len(part.header), Inches(box.left), Inches(box.top), Inches(box.width), Inches(height * (len(part.rows) + 1))
    )
    table = frame.table
    table.horz_banding = table.first_row = False
    whole = sum(part.widths)
    for column, width in enumerate(part.widths):
        table.columns[column].width = Inches(box.width * width / whole)
    for k, row in enumerate([part.header, *part.rows]):
        table.rows[k].height = Inches(height)
        for column, text in enumerate(row):
            _cell(table.cell(k, column), text, part.size, head=k == 0, right=column in part.right)


def _cell(cell: Any, text: str, size: float, *, head: bool, right: bool) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Inches, Pt

    ink, fill = STATUS.get(text, ("FFFFFF", ACCENT) if head else (INK, "FFFFFF"))
    cell.fill.solid()
    cell.fill.fore_color.rgb = RGBColor.from_string(fill)
    cell.margin_left = cell.margin_right = Inches(0.08)
    cell.margin_top = cell.margin_bottom = Inches(0.02)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.name, run.font.bold = Pt(size), _FONT, head or text in STATUS
    run.font.color.rgb = RGBColor.from_string(ink)


def _chart(page: Any, part: Chart) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.dml.color import RGBColor
    from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION
    from pptx.util import Inches, Pt

    content = CategoryChartData(number_format=part.number_format)
    content.categories = list(part.categories)
    for name, values in part.series:
        content.add_series(name, list(values))
    kinds = {"columns": XL_CHART_TYPE.COLUMN_CLUSTERED, "bars": XL_CHART_TYPE.BAR_CLUSTERED, "lines": XL_CHART_TYPE.LINE}
    box = part.box
    chart = page.shapes.add_chart(kinds[part.kind], Inches(box.left), Inches(box.top), Inches(box.width), Inches(box.height), content).chart
    chart.font.size, chart.font.name = Pt(10), _FONT
    chart.has_title = True
    chart.chart_title.include_in_layout = False
    chart.chart_title.text_frame.text = part.title
    font = chart.chart_title.text_frame.paragraphs[0].runs[0].font
    font.size, font.bold, font.color.rgb = Pt(12), True, RGBColor.from_string(INK)
    chart.has_legend = len(part.series) > 1
    if chart.has_legend:
        chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.value_axis.tick_labels.number_format, chart.value_axis.tick_labels.number_format_is_linked = part.number_format, False
    chart.value_axis.major_gridlines.format.line.color.rgb = RGBColor.from_string("E8EBEF")
    chart.value_axis.format.line.fill.background()
    low, high = value_ends(part)
    if low is not None:
        chart.value_axis.minimum_scale = low
    if high is not None:
        chart.value_axis.maximum_scale = high
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    chart.category_axis.reverse_order = part.kind == "bars"
    if part.kind != "lines":
        chart.plots[0].gap_width = 50
    for series, colour in zip(chart.plots[0].series, COLOURS, strict=False):
        if part.kind == "lines":
            series.smooth = False
            series.format.line.color.rgb, series.format.line.width = RGBColor.from_string(colour), Pt(2.25)
        else:
            series.invert_if_negative = False
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = RGBColor.from_string(colour)


def _without_clock(content: bytes, as_of: datetime) -> bytes:
    """The package with fixed times in its directory, and the same in the workbooks behind its charts."""
    stamp = f"{as_of:%Y-%m-%dT%H:%M:%SZ}"
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith(".xlsx"):
                part = _without_clock(part, as_of)
            elif name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp.encode(), part)
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, part)
    return stream.getvalue()
