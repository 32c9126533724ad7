"""A workbook as a person extends it: everything that Excel can hang on a file and that we must never touch."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import made_packages as made
import xlsxwriter

OWNED = ("xl/worksheets/sheet1.xml", "xl/tables/table1.xml")
"""Parts that a write of `Supply Plan` may change."""
_OFFICE_2007 = "http://schemas.microsoft.com/office/2007/relationships"
_OFFICE_2017 = "http://schemas.microsoft.com/office/2017/10/relationships"
_X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"


def picture() -> io.BytesIO:
    """A picture of one red dot."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
        + chunk(b"IEND", b"")
    )


def make(path: Path) -> Path:
    """Write the extended workbook: an output table on `Supply Plan`, a person's things on it and on other sheets."""
    base = path.with_name("base.xlsx")
    workbook = xlsxwriter.Workbook(base)
    _own_sheet(workbook)
    _persons_sheet(workbook)
    workbook.define_name("as_of", "=Home!$C$4")
    workbook.add_worksheet("Home").write_formula("A1", "=SUM('Supply Plan'!C4:C5)", None, 3)
    workbook.close()
    content: dict[str, str | bytes] = dict(made.read_parts(base))
    base.unlink()
    add_parts(content)
    return made.write(path, content)


def _own_sheet(workbook: xlsxwriter.Workbook) -> None:
    """Our output table, with what a person put around it."""
    sheet = workbook.add_worksheet("Supply Plan")
    number = workbook.add_format({"num_format": "#,##0", "font_color": "#1F3864"})
    columns = [{"header": "Item"}, {"header": "2026-11", "format": number}]
    sheet.add_table(
        2, 1, 4, 2, {"name": "SupplyPlan", "columns": columns, "data": [["paint", 1], ["brush", 2]]}
    )
    sheet.write("A1", "my remarks")
    sheet.write_rich_string("F4", "good ", workbook.add_format({"bold": True}), "month")
    sheet.write_comment("C3", "asked sales")
    sheet.conditional_format("C4:C50", {"type": "data_bar", "data_bar_2010": True, "bar_direction": "left"})
    sheet.conditional_format("C4:C50", {"type": "icon_set", "icon_style": "3_arrows"})
    sheet.add_sparkline("G4", {"range": "Supply Plan!C4:C5"})
    sheet.data_validation("F10", {"validate": "list", "source": ["a", "b"]})
    chart = workbook.add_chart({"type": "line"})
    chart.add_series({"values": "='Supply Plan'!$C$4:$C$5"})
    sheet.insert_chart("H2", chart)
    sheet.write_url("A2", "https://example.org/plan")
    sheet.set_header("&LPlan", {})
    sheet.print_area("A1:F20")


def _persons_sheet(workbook: xlsxwriter.Workbook) -> None:
    """A sheet of a person's own."""
    sheet = workbook.add_worksheet("My Analysis")
    sheet.insert_image("B2", "dot.png", {"image_data": picture(), "description": "a dot"})
    sheet.insert_textbox("D2", "call Anna", {"fill": {"color": "#FFE699"}})
    sheet.insert_button("F2", {"macro": "Refresh", "caption": "Refresh"})
    sheet.insert_checkbox("A9", True)
    sheet.write_dynamic_array_formula("H1:H3", "=SEQUENCE(3)", None, 1)
    sheet.merge_range("A12:C12", "merged")
    sheet.write_comment("A1", "a note")
    sheet.protect()
    sheet.repeat_rows(0)
    workbook.add_chartsheet("Chart").set_chart(_chart(workbook))


def _chart(workbook: xlsxwriter.Workbook):
    chart = workbook.add_chart({"type": "column"})
    chart.add_series({"values": "='Supply Plan'!$C$4:$C$5"})
    return chart


def add_parts(content: dict[str, str | bytes]) -> None:
    """Parts that no library makes: pivot, slicer, macros, ribbon, threaded comments, queries, links."""
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    added: list[tuple[str, str | bytes, str, str, str]] = [
        # part, content, content type, source of the arrow, type of the arrow
        ("xl/pivotCache/pivotCacheDefinition1.xml", _PIVOT_CACHE, f"{main}.pivotCacheDefinition+xml", "xl/workbook.xml", f"{made.OFFICE}/pivotCacheDefinition"),
        ("xl/pivotCache/pivotCacheRecords1.xml", _PIVOT_RECORDS, f"{main}.pivotCacheRecords+xml", "xl/pivotCache/pivotCacheDefinition1.xml", f"{made.OFFICE}/pivotCacheRecords"),
        ("xl/pivotTables/pivotTable1.xml", _PIVOT, f"{main}.pivotTable+xml", "xl/worksheets/sheet2.xml", f"{made.OFFICE}/pivotTable"),
        ("xl/slicerCaches/slicerCache1.xml", f'<slicerCacheDefinition xmlns="{_X14}" name="Slicer_Item" sourceName="Item"/>', "application/vnd.ms-excel.slicerCache+xml", "xl/workbook.xml", f"{_OFFICE_2007}/slicerCache"),
        ("xl/slicers/slicer1.xml", f'<slicers xmlns="{_X14}"><slicer name="Item" cache="Slicer_Item" rowHeight="241300"/></slicers>', "application/vnd.ms-excel.slicer+xml", "xl/worksheets/sheet2.xml", f"{_OFFICE_2007}/slicer"),
        ("xl/timelines/timeline1.xml", "<timelines xmlns='http://schemas.microsoft.com/office/spreadsheetml/2010/11/main'/>", "application/vnd.ms-excel.timeline+xml", "xl/worksheets/sheet2.xml", "http://schemas.microsoft.com/office/2011/relationships/timeline"),
        ("xl/vbaProject.bin", bytes(range(256)) * 40, "application/vnd.ms-office.vbaProject", "xl/workbook.xml", "http://schemas.microsoft.com/office/2006/relationships/vbaProject"),
        ("xl/vbaProjectSignature.bin", b"signed" * 99, "application/vnd.ms-office.vbaProjectSignature", "xl/vbaProject.bin", "http://schemas.microsoft.com/office/2006/relationships/vbaProjectSignature"),
        ("customUI/customUI14.xml", "<customUI xmlns='http://schemas.microsoft.com/office/2009/07/customui'/>", "application/xml", "", f"{_OFFICE_2007}/ui/extensibility"),
        ("xl/threadedComments/threadedComment1.xml", _THREADED, "application/vnd.ms-excel.threadedcomments+xml", "xl/worksheets/sheet2.xml", f"{_OFFICE_2017}/threadedComment"),
        ("xl/persons/person.xml", _PERSONS, "application/vnd.ms-excel.person+xml", "xl/workbook.xml", f"{_OFFICE_2017}/person"),
        ("xl/connections.xml", f'{made.HEAD}<connections xmlns="{made.MAIN}"><connection id="1" name="Query - Stock" type="5" refreshedVersion="8" keepAlive="1"/></connections>', f"{main}.connections+xml", "xl/workbook.xml", f"{made.OFFICE}/connections"),
        ("customXml/item1.xml", b"\xff\xfe" + '<?xml version="1.0" encoding="utf-16"?><DataMashup xmlns="http://schemas.microsoft.com/DataMashup">UEsDBA==</DataMashup>'.encode("utf-16-le"), "application/xml", "xl/workbook.xml", f"{made.OFFICE}/customXml"),
        ("customXml/itemProps1.xml", '<ds:datastoreItem ds:itemID="{1}" xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>', "application/vnd.openxmlformats-officedocument.customXmlProperties+xml", "customXml/item1.xml", f"{made.OFFICE}/customXmlProps"),
        ("xl/externalLinks/externalLink1.xml", f'{made.HEAD}<externalLink xmlns="{made.MAIN}"/>', f"{main}.externalLink+xml", "xl/workbook.xml", f"{made.OFFICE}/externalLink"),
        ("xl/printerSettings/printerSettings1.bin", b"\0P\0r\0i\0n\0t" * 50, f"{main}.printerSettings", "xl/worksheets/sheet1.xml", f"{made.OFFICE}/printerSettings"),
        ("xl/ctrlProps/ctrlProp9.xml", f'<formControlPr xmlns="{_X14}" objectType="Spin"/>', "application/vnd.ms-excel.controlproperties+xml", "xl/worksheets/sheet2.xml", f"{made.OFFICE}/ctrlProp"),
        ("xl/model/item.data", b"model" * 500, "application/vnd.openxmlformats-officedocument.model+data", "xl/workbook.xml", "http://schemas.microsoft.com/office/2011/relationships/powerPivotData"),
        ("docMetadata/LabelInfo.xml", "<clbl:labelList xmlns:clbl='http://schemas.microsoft.com/office/2020/mipLabelMetadata'/>", "application/vnd.ms-office.classificationlabels+xml", "", "http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels"),
    ]  # fmt: skip
    for part, text, kind, source, arrow in added:
        content[part] = text
        types = _text(content["[Content_Types].xml"])
        content["[Content_Types].xml"] = types.replace(
            "</Types>", f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
        )
        folder, _, name = source.rpartition("/")
        listing = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        rels = _text(content.get(listing, made.relationships()))
        number = rels.count("<Relationship ") + 900
        content[listing] = rels.replace(
            "</Relationships>",
            f'<Relationship Id="rId{number}" Type="{arrow}" Target="/{part}"/></Relationships>',
        )


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


_PIVOT_CACHE = (
    f'{made.HEAD}<pivotCacheDefinition xmlns="{made.MAIN}" xmlns:r="{made.OFFICE}" r:id="rId900" recordCount="1">'
    '<cacheSource type="worksheet"><worksheetSource name="SupplyPlan"/></cacheSource>'
    '<cacheFields count="1"><cacheField name="Item" numFmtId="0"><sharedItems count="1"><s v="paint"/></sharedItems></cacheField></cacheFields></pivotCacheDefinition>'
)
_PIVOT_RECORDS = (
    f'{made.HEAD}<pivotCacheRecords xmlns="{made.MAIN}" count="1"><r><x v="0"/></r></pivotCacheRecords>'
)
_PIVOT = (
    f'{made.HEAD}<pivotTableDefinition xmlns="{made.MAIN}" name="Pivot" cacheId="1" dataCaption="Values">'
    '<location ref="K3:L9" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/><pivotFields count="1"><pivotField axis="axisRow" showAll="0"/></pivotFields></pivotTableDefinition>'
)
_THREADED = '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><threadedComment ref="A1" dT="2026-11-01T00:00:00.00" personId="{1}" id="{2}"><text>why?</text></threadedComment></ThreadedComments>'
_PERSONS = '<personList xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"><person displayName="Anna" id="{1}" userId="anna" providerId="None"/></personList>'


def member_order(path: Path) -> list[str]:
    """Names of the parts in stored order."""
    with zipfile.ZipFile(path) as file:
        return file.namelist()
