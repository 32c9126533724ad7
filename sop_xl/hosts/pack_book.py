"""The pack's pages as a workbook, a sheet a page, from which LibreOffice Calc prints them: the same content as the slides.

A page is a grid of narrow columns and even rows, so that tables with different columns can stand below each other; their cells are merged over it.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from sop_xl.hosts.slides import (
    ACCENT,
    COLOURS,
    INK,
    MARGIN,
    MUTED,
    RULE,
    STATUS,
    WIDTH,
    Box,
    Chart,
    Slide,
    Table,
    Text,
    row_height,
    value_ends,
)

_STEP = 10
"""Pixels of a grid column, about a tenth of an inch."""
_LINE = 10
"""Pixels of a grid row."""
_DPI = 96
_COLUMNS = round((WIDTH - 2 * MARGIN) * _DPI / _STEP)
_ROWS = 76


def book_bytes(slides: Sequence[Slide]) -> bytes:
    """The workbook: sheets `1`, `2`, ... each printed on one landscape A4 page."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    for number, slide in enumerate(slides, start=1):
        _Page(book, str(number), slide, f"{number} / {len(slides)}").write()
    book.close()
    return stream.getvalue()


class _Page:
    """One sheet in the making."""

    def __init__(self, book: Any, name: str, slide: Slide, numbers: str) -> None:
        self.book, self.slide, self.numbers = book, slide, numbers
        self.sheet = book.add_worksheet(name)

    def write(self) -> None:
        """Title, subtitle, parts and foot."""
        sheet, slide = self.sheet, self.slide
        sheet.hide_gridlines(2)
        sheet.set_column_pixels(0, _COLUMNS - 1, _STEP)
        for row in range(_ROWS):
            sheet.set_row_pixels(row, _LINE)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.5, right=0.5, top=0.35, bottom=0.35)
        sheet.fit_to_pages(1, 1)
        sheet.print_area(0, 0, _ROWS - 1, _COLUMNS - 1)
        top = 2.2 if slide.cover else 0.35
        width = WIDTH - 2 * MARGIN
        size = 28 if slide.cover else 18 if len(slide.title) <= 85 else 14
        self._text(Box(MARGIN, top, width, 0.6), slide.title, size, ACCENT if slide.cover else INK, bold=True)
        self._text(Box(MARGIN, top + 0.62, width, 0.25), slide.subtitle, 11, MUTED)
        for part in slide.parts:
            if isinstance(part, Text):
                self._lines(part)
            elif isinstance(part, Table):
                self._table(part)
            else:
                self._chart(part)
        self._text(Box(MARGIN, _foot(), width, 0.2), f"{slide.source}{'    ' if slide.source else ''}{self.numbers}", 8, MUTED)

    def _style(self, size: float, colour: str, **more: Any) -> Any:
        return self.book.add_format({"font_name": "Calibri", "font_size": size, "font_color": f"#{colour}", "valign": "vcenter", "text_wrap": True, **more})

    def _text(self, box: Box, text: str, size: float, colour: str, *, bold: bool = False) -> None:
        first, last = _rows(box)
        left, right = _columns(box.left, box.width)
        self._merged(first, left, last, right, text, self._style(size, colour, bold=bold, valign="top"))

    def _lines(self, part: Text) -> None:
        height = max(part.size * 1.7 / 72, 0.21)
        top = part.box.top
        for line in part.lines:
            rows = 1 + len(line) * part.size * 0.5 / 72 // part.box.width
            self._text(Box(part.box.left, top, part.box.width, height * rows), line, part.size, INK, bold=part.bold)
            top += height * rows

    def _table(self, part: Table) -> None:
        height = max(1, int(row_height(part) * _DPI / _LINE))
        first, _ = _rows(part.box)
        edges, so_far = [0.0], 0.0
        for width in part.widths:
            so_far += width
            edges.append(part.box.width * so_far / sum(part.widths))
        line = {"bottom": 1, "bottom_color": f"#{RULE}"}
        for k, row in enumerate([part.header, *part.rows]):
            for column, text in enumerate(row):
                side = {"align": "right"} if column in part.right else {"align": "left", "indent": int(column > 0)}
                if k == 0:
                    style = self._style(part.size - 1, "FFFFFF", bold=True, bg_color=f"#{ACCENT}", **side)
                elif text in STATUS:
                    ink, fill = STATUS[text]
                    style = self._style(part.size - 1, ink, bold=True, bg_color=f"#{fill}", **line, **side)
                else:
                    style = self._style(part.size - 1, INK, **line, **side)
                left, _ = _columns(part.box.left + edges[column], 0.1)
                after, _ = _columns(part.box.left + edges[column + 1], 0.1)
                self._merged(first + k * height, left, first + (k + 1) * height - 1, after - 1, text, style)

    def _merged(self, first: int, left: int, last: int, right: int, text: str, style: Any) -> None:
        right = min(right, _COLUMNS - 1)
        if first == last and left == right:
            self.sheet.write_string(first, left, text, style)
        else:
            self.sheet.merge_range(first, left, last, right, "", style)
            self.sheet.write_string(first, left, text, style)

    def _chart(self, part: Chart) -> None:
        """The figures stand to the right of the printed page."""
        sheet, at = self.sheet, _COLUMNS + 2
        row = 2 + sum(len(other.categories) + 2 for other in self.slide.parts[: self.slide.parts.index(part)] if isinstance(other, Chart))
        kinds = {"columns": "column", "bars": "bar", "lines": "line"}
        chart = self.book.add_chart({"type": kinds[part.kind]})
        last = row + len(part.categories) - 1
        sheet.write_column(row, at, list(part.categories))
        for k, ((name, values), colour) in enumerate(zip(part.series, COLOURS, strict=False), start=1):
            for place, value in enumerate(values):
                if value is not None:
                    sheet.write_number(row + place, at + k, value)
            look = {"line": {"color": f"#{colour}", "width": 2.25}} if part.kind == "lines" else {"fill": {"color": f"#{colour}"}, "gap": 50}
            chart.add_series({"name": name, "categories": [sheet.name, row, at, last, at], "values": [sheet.name, row, at + k, last, at + k], **look})
        font = {"name": "Calibri", "size": 8, "color": f"#{MUTED}"}
        chart.set_title({"name": part.title, "name_font": {"name": "Calibri", "size": 10, "bold": True, "color": f"#{INK}"}, "overlay": False})
        chart.set_legend({"position": "bottom", "font": font} if len(part.series) > 1 else {"none": True})
        chart.set_chartarea({"border": {"color": f"#{RULE}"}})
        names = {"num_font": font, "label_position": "low", "line": {"color": f"#{RULE}"}, **({"reverse": True} if part.kind == "bars" else {})}
        figures: dict[str, Any] = {"num_font": font, "num_format": part.number_format, "major_gridlines": {"visible": True, "line": {"color": "#E8EBEF"}}, "line": {"none": True}}
        low, high = value_ends(part)
        figures |= {key: end for key, end in (("min", low), ("max", high)) if end is not None}
        chart.set_x_axis(names if part.kind != "bars" else figures)
        chart.set_y_axis(figures if part.kind != "bars" else names)
        first, _ = _rows(part.box)
        left, _ = _columns(part.box.left, 0.1)
        chart.set_size({"width": round(part.box.width * _DPI) - 4, "height": round(part.box.height * _DPI) - 4})
        sheet.insert_chart(first, left, chart, {"x_offset": 2, "y_offset": 2})


def _foot() -> float:
    return 0.35 + (_ROWS - 2) * _LINE / _DPI


def _rows(box: Box) -> tuple[int, int]:
    """0-based first and last grid row; the page begins at 0.35 inches."""
    first, after = (max(0, round((edge - 0.35) * _DPI / _LINE)) for edge in (box.top, box.top + box.height))
    return first, max(first, after - 1)


def _columns(left: float, width: float) -> tuple[int, int]:
    first = round((left - MARGIN) * _DPI / _STEP)
    return first, max(first, first + round(width * _DPI / _STEP) - 1)
