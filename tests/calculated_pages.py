"""Pages of a workbook as LibreOffice calculates them, and how tests find what they say."""

from __future__ import annotations

from pathlib import Path

from hand_made_world import TIMELINE
from openpyxl import load_workbook

from sop_xl.hosts.recalculate import recalculate
from sop_xl.sheets import SHEETS
from sop_xl.sheets.settings import Settings
from sop_xl.templates import build_workbook

Page = list[list[object]]


def pages_of(path: Path) -> dict[str, Page]:
    """Values of every sheet, calculated."""
    recalculate(path, "libreoffice")
    book = load_workbook(path, data_only=True)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets}


def empty_pages(folder: Path) -> dict[str, Page]:
    """Pages of a workbook in which nothing was planned yet."""
    path = folder / "book.xlsx"
    build_workbook(path, sheets=SHEETS, timeline=TIMELINE, settings=Settings())
    return pages_of(path)


def block(page: Page, caption: str, lines: int) -> Page:
    """The lines below a block's heading and header that say something."""
    top = next(n for n, row in enumerate(page) if isinstance(row[0], str) and row[0].startswith(caption))
    return [row for row in page[top + 2 : top + 2 + lines] if row[0]]


def line_of(page: Page, label: str, version: str | None = None) -> list[object]:
    """The first line with that label and, where it is given, that version or source."""
    return next(row for row in page if row[0] == label and version in (None, row[1]))


def errors_of(page: Page) -> list[object]:
    """Every error value that the page shows."""
    return [value for row in page for value in row if isinstance(value, str) and value.startswith("#")]
