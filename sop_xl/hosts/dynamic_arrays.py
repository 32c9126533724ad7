"""The mark of formulas that spill: an entry in a workbook's metadata, which their cells cite by number (`cm="1"`)."""

from __future__ import annotations

import re

from sop_xl.hosts.package import Package
from sop_xl.hosts.relations import add_relationship, content_type, declare_type, relationships, target_of

_DYNAMIC = re.compile(r'\bfDynamic\s*=\s*"(?:1|true)"')
_MARK = re.compile(r'(<c\s(?:[^>]*?\s)?)cm="(\d+)"')


def metadata_of(package: Package, workbook_part: str) -> str:
    """Text of the metadata part, `""` where there is none."""
    part = target_of(package, workbook_part, "sheetMetadata")
    return package.text(part) if part and package.has(part) else ""


def knows_dynamic_arrays(metadata: str) -> bool:
    """Whether some entry says that a formula spills."""
    return bool(_DYNAMIC.search(metadata))


def moved_marks(cells: str, source: tuple[Package, str], target: tuple[Package, str]) -> str:
    """Cells of another workbook with the number that spilling formulas have in this one.

    Parameters
    ----------
    cells
        Text of a sheet's cells.
    source, target
        Package and workbook part of where they come from and where they go. The target gets the source's metadata where it has none; where it
        has other entries only, the formulas keep the area that they have, as array formulas always did.
    """
    if not _MARK.search(cells):
        return cells
    package, workbook = target
    if not metadata_of(*target):
        arrow = next(r for r in relationships(*source) if r.kind == "sheetMetadata")
        part = "xl/metadata.xml" if not package.has("xl/metadata.xml") else package.fresh_name("xl/metadata{}.xml")
        package.add(part, source[0].read(arrow.target))
        declare_type(package, part, content_type(source[0], arrow.target))
        add_relationship(package, workbook, arrow.type, part)
    number = _number(metadata_of(*target))
    return _MARK.sub(lambda m: f'{m[1]}cm="{number}"' if number else m[1].rstrip(), cells)


def _number(metadata: str) -> int:
    """Number of the entry for spilling formulas, 0 where there is none."""
    kinds = re.findall(r"<(?:[\w.-]+:)?metadataType\s[^>]*?\bname=\"([^\"]*)\"", metadata)
    future = re.search(r"<(?:[\w.-]+:)?futureMetadata\s[^>]*?\bname=\"XLDAPR\".*?</(?:[\w.-]+:)?futureMetadata>", metadata, re.S)
    if "XLDAPR" not in kinds or future is None:
        return 0
    blocks = re.findall(r"<(?:[\w.-]+:)?bk>.*?</(?:[\w.-]+:)?bk>", future[0], re.S)
    spilling = {str(k) for k, block in enumerate(blocks) if knows_dynamic_arrays(block)}
    cells = re.search(r"<(?:[\w.-]+:)?cellMetadata.*?</(?:[\w.-]+:)?cellMetadata>", metadata, re.S)
    entries = re.findall(r"<(?:[\w.-]+:)?rc\s+t=\"(\d+)\"\s+v=\"(\d+)\"", cells[0]) if cells else []
    wanted = str(kinds.index("XLDAPR") + 1)
    return next((k for k, (kind, value) in enumerate(entries, 1) if kind == wanted and value in spilling), 0)
