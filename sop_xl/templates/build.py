"""Building a workbook from the contract: macro-free, and the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Literal

import pandas as pd

from sop_xl.periods import Calendar, Timeline
from sop_xl.sheets import LITE, SHEETS, sheet
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.spec import Shape, SheetSpec
from sop_xl.templates.book import Book

Template = Literal["standard", "lite", "custom"]

_CREATED = datetime(2026, 1, 1)
"""Creation date in the file's properties; fixed, because the same contract gives the same bytes."""

TEMPLATE_FILES: dict[Template, str] = {"standard": "sop_standard.xlsx", "lite": "sop_lite.xlsx"}


def standard_sheets() -> tuple[SheetSpec, ...]:
    """Every sheet of the contract, in tab order."""
    return SHEETS


def lite_sheets() -> tuple[SheetSpec, ...]:
    """The ten sheets of the small template, in their tab order."""
    return tuple(sheet(name) for name in LITE)


def default_timeline() -> Timeline:
    """Periods of the templates: calendar months, 36 of history, then 18 planned from 2026-01 on."""
    calendar, current = Calendar(), pd.Timestamp(2026, 1, 1)
    return Timeline(calendar, calendar.shift(current, -36), current, 18)


def build_workbook(
    target: Path | BinaryIO,
    *,
    sheets: Sequence[SheetSpec],
    timeline: Timeline,
    settings: Settings,
    title: str = "",
    template: Template = "custom",
) -> None:
    """Make a workbook without data: every sheet with head, table, notes, validation, formulas, charts and print set-up.

    Parameters
    ----------
    target
        File to make or replace at once, or a binary stream.
    sheets
        Contracts of the sheets, in tab order. What depends on a sheet that is not among them is left out.
    timeline
        Periods of every grid and page, one column each.
    settings
        Values that differ from the defaults are written into Settings.
    title
        Name of the company or model; printed on Home.
    template
        Stamped on Home.
    """
    content = _content(tuple(sheets), timeline, settings, title, template)
    if not isinstance(target, Path):
        target.write(content)
        return
    with NamedTemporaryFile(dir=target.parent, suffix=".tmp", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(content)
            file.close()
            temporary.chmod(0o644)
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _content(sheets: tuple[SheetSpec, ...], timeline: Timeline, settings: Settings, title: str, template: Template) -> bytes:
    import xlsxwriter

    from sop_xl.templates import pages, tables

    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    workbook.set_properties({
        "title": title or "Sales & Operations Plan",
        "subject": "Sales & Operations Planning",
        "author": "sop_xl",
        "company": settings.company,
        "comments": f"Template {template}. Macro-free; see the sheet About or Home.",
        "created": _CREATED,
    })  # fmt: skip
    workbook.set_calc_mode("auto")
    book = Book(workbook, sheets, timeline, settings, title or settings.company, template)
    for spec in sheets:
        if spec.name in pages.PAGES:
            pages.PAGES[spec.name](book)
        elif spec.shape is not Shape.PAGE:
            tables.table_sheet(book, spec)
    workbook.close()
    return stream.getvalue()


def build_templates(folder: Path) -> list[Path]:
    """Write both templates and their manifests into a folder; returns the files, in the order written."""
    from sop_xl.templates.manifest import manifest

    written: list[Path] = []
    folder.mkdir(parents=True, exist_ok=True)
    choices: tuple[tuple[Template, tuple[SheetSpec, ...]], ...] = (("standard", standard_sheets()), ("lite", lite_sheets()))
    for template, sheets in choices:
        path = folder / TEMPLATE_FILES[template]
        build_workbook(path, sheets=sheets, timeline=default_timeline(), settings=Settings(), template=template)
        text = path.with_suffix(".txt")
        text.write_text(manifest(path.read_bytes()), encoding="utf-8", newline="\n")
        written += [path, text]
    return written
