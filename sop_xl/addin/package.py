"""The file around a VBA project: a workbook with code names, made an add-in, with its ribbon."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sop_xl.errors import FrameError
from sop_xl.hosts.package import Package

_CREATED = datetime(2026, 1, 1)
"""Creation date in the file's properties; fixed, because the same source gives the same bytes."""
_WORKBOOK_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_ADDIN_TYPE = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
_RIBBON_PART = "customUI/customUI14.xml"
_RIBBON_KIND = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet of an add-in: texts in rows, for the code that reads them."""

    name: str
    code_name: str
    rows: Sequence[Sequence[str]]
    hidden: bool = False


def macro_workbook(project: bytes, pages: Sequence[Page]) -> bytes:
    """A workbook with macros.

    Parameters
    ----------
    project
        `vbaProject.bin`, whose document modules have the pages' code names.
    pages
        Its sheets, the first one visible.
    """
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    workbook = Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": "sop_xl", "author": "sop_xl", "created": _CREATED})
    workbook.add_vba_project(io.BytesIO(project), is_stream=True)
    workbook.set_vba_name("ThisWorkbook")
    for page in pages:
        sheet: Any = workbook.add_worksheet(page.name)
        sheet.set_vba_name(page.code_name)
        for number, row in enumerate(page.rows):
            sheet.write_row(number, 0, row)
        if page.hidden:
            sheet.hide()
    workbook.close()
    return stream.getvalue()


def as_addin(workbook: bytes, ribbon: str) -> bytes:
    """A workbook with macros as an add-in: another type, a window that never shows, and a ribbon."""
    package = Package(workbook, "the add-in")
    _replace(package, "[Content_Types].xml", _WORKBOOK_TYPE, _ADDIN_TYPE)
    _replace(package, "xl/workbook.xml", "<workbookView ", '<workbookView visibility="hidden" ')
    _replace(package, "xl/workbook.xml", ' fullCalcOnLoad="1"', "")  # it would make Excel compute every open workbook
    _replace(
        package,
        "_rels/.rels",
        "</Relationships>",
        f'<Relationship Id="rIdRibbon" Type="{_RIBBON_KIND}" Target="{_RIBBON_PART}"/></Relationships>',
    )
    package.add(_RIBBON_PART, ribbon.encode("utf-8"))
    return package.to_bytes()


def _replace(package: Package, part: str, old: str, new: str) -> None:
    text = package.text(part)
    if text.count(old) != 1:
        raise FrameError(f"{part} of a new workbook has {old} {text.count(old)} times")
    package.replace_text(part, text.replace(old, new))
