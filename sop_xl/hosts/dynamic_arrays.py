"""The mark that lets a formula spill: an entry of the workbook's metadata, which cells cite by its number.

Excel writes a formula that spills as an array formula over the cells that it fills, with this mark on its first cell. Without the mark it is
an array formula of the old kind, which keeps its size.
"""

from __future__ import annotations

import re

from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import add_relationship, content_type, declare_type, relationships, target_of
from sop_xl.hosts.workbook import Workbook
from sop_xl.hosts.xmltext import attributes, whole

MARK = re.compile(r'(<(?:[\w.-]+:)?c(?=\s)[^>]*?)\scm="(\d+)"')
"""A cell up to the number of its metadata."""
_KIND = "sheetMetadata"
_TYPE = re.compile(r"<(?:[\w.-]+:)?metadataType(?=\s)[^>]*>")
_FUTURE = re.compile(r"<(?:[\w.-]+:)?futureMetadata(?=\s)[^>]*\bname=\"XLDAPR\"[^>]*>(.*?)</(?:[\w.-]+:)?futureMetadata\s*>", re.S)
_CELLS = re.compile(r"<(?:[\w.-]+:)?cellMetadata(?=[\s>])[^>]*>(.*?)</(?:[\w.-]+:)?cellMetadata\s*>", re.S)
_ENTRY = re.compile(r"<(?:[\w.-]+:)?bk\s*>(.*?)</(?:[\w.-]+:)?bk\s*>", re.S)
_RECORD = re.compile(r"<(?:[\w.-]+:)?rc(?=\s)[^>]*>")
_SPILLS = re.compile(r'\bfDynamic="(?:1|true)"')


def spill_marks(workbook: Workbook) -> list[int]:
    """Numbers (`cm` of a cell) that mean that a formula spills, and nothing else; none where no formula of the workbook does."""
    package = workbook.package
    part = target_of(package, workbook.part, _KIND)
    if part is None or not package.has(part):
        return []
    text = package.text(part)
    types = [attributes(tag).get("name") for tag in _TYPE.findall(text)]
    future, cells = _FUTURE.search(text), _CELLS.search(text)
    if future is None or cells is None:
        return []
    spills = [bool(_SPILLS.search(entry)) for entry in _ENTRY.findall(future[1])]
    found = []
    for number, entry in enumerate(_ENTRY.findall(cells[1]), 1):
        records = [attributes(tag) for tag in _RECORD.findall(entry)]
        if len(records) == 1:
            type_, place = whole(records[0], "t"), whole(records[0], "v")
            if 1 <= type_ <= len(types) and types[type_ - 1] == "XLDAPR" and place < len(spills) and spills[place]:
                found.append(number)
    return found


def take_over_marks(source: Workbook, workbook: Workbook) -> dict[int, int | None]:
    """What each mark of the source is in another workbook, whose metadata is added where it has none.

    `None` where its metadata is of other things alone: a formula then becomes an array formula of the old kind.
    """
    marks = spill_marks(source)
    if not marks:
        return {}
    if target_of(workbook.package, workbook.part, _KIND) is None:
        _copy_metadata(source, workbook)
        return {mark: mark for mark in marks}
    own = spill_marks(workbook)
    return dict.fromkeys(marks, own[0] if own else None)


def _copy_metadata(source: Workbook, workbook: Workbook) -> None:
    from_package: Package = source.package
    arrow = next(r for r in relationships(from_package, source.part) if r.kind == _KIND)
    name = "xl/metadata.xml" if not workbook.package.has("xl/metadata.xml") else workbook.package.fresh_name("xl/metadata{}.xml")
    workbook.package.add(name, from_package.read(arrow.target))
    declare_type(workbook.package, name, content_type(from_package, arrow.target))
    add_relationship(workbook.package, workbook.part, arrow.type, name)


def remarked(text: str, marks: dict[int, int | None]) -> str:
    """Cells of a worksheet with the numbers that their marks have elsewhere."""

    def renumbered(match: re.Match[str]) -> str:
        number = marks.get(int(match[2]))
        return match[1] if number is None else f'{match[1]} cm="{number}"'

    return MARK.sub(renumbered, text)
