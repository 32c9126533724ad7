"""Spellings and situations that real workbooks hold and that a careless writer breaks, one small package each.

Each of them was met in files that people made; the names say what must hold.
"""

from __future__ import annotations

import zipfile
from datetime import datetime

import made_packages as made
import pytest

from sop_xl.blocks import NOT_CALCULATED, CellError
from sop_xl.errors import HostError
from sop_xl.hosts.headless import HeadlessHost

HEADER = ["Item", "Quantity"]
GROWN = [["paint", 1], ["brush", 2], ["tray", 3], ["tape", 4]]


def saved(path, rows=GROWN, header=HEADER, sheet="Plan"):
    """Write the table, save, and open again."""
    host = HeadlessHost(path)
    host.write_table(sheet, header, rows)
    host.save()
    return HeadlessHost(path)


def part(path, name="xl/worksheets/sheet1.xml") -> str:
    return made.read_parts(path)[name].decode("utf-8-sig")


# the package


def test_parts_are_found_through_absolute_backslashed_and_differently_cased_targets(tmp_path):
    content = made.parts()
    rels = str(content["xl/_rels/workbook.xml.rels"])
    rels = rels.replace("worksheets/sheet1.xml", "/xl/WORKSHEETS/Sheet1.xml").replace(
        "worksheets/sheet2.xml", "worksheets\\sheet2.xml"
    )
    content["xl/_rels/workbook.xml.rels"] = rels
    path = made.write(tmp_path / "a.xlsx", content)
    assert saved(path).read_block("Plan").rows[4] == ["tape", 4]
    assert list(made.read_parts(path)) == list(content), "stored spelling and order stay"


def test_the_workbook_part_may_stand_elsewhere(tmp_path):
    content = {
        k.replace("xl/workbook.xml", "book/main.xml").replace("xl/_rels/workbook", "book/_rels/main"): v
        for k, v in made.parts().items()
    }
    content["_rels/.rels"] = made.relationships(("officeDocument", "/book/main.xml"))
    content["book/_rels/main.xml.rels"] = str(content["book/_rels/main.xml.rels"]).replace(
        'Target="', 'Target="/xl/'
    )
    content["[Content_Types].xml"] = str(content["[Content_Types].xml"]).replace(
        "/xl/workbook.xml", "/book/main.xml"
    )
    assert saved(made.write(tmp_path / "a.xlsx", content)).read_block("Plan").rows[4] == ["tape", 4]


def test_two_parts_whose_names_differ_by_case_are_refused(tmp_path):
    content = made.parts()
    content["xl/Styles.xml"] = made.STYLES
    with pytest.raises(HostError, match=r"holds xl/Styles.xml twice \(as xl/styles.xml\)"):
        HeadlessHost(made.write(tmp_path / "a.xlsx", content))


def test_data_descriptors_stored_parts_folders_and_zip64_marks_are_copied(tmp_path):
    path = tmp_path / "a.xlsx"
    content = made.parts()
    with path.open("wb") as raw:
        unseekable = type(
            "Pipe", (), {"write": raw.write, "flush": raw.flush}
        )()  # makes the writer use data descriptors
        with zipfile.ZipFile(unseekable, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("xl/", b"")
            for name, text in content.items():
                info = zipfile.ZipInfo(name, (2024, 2, 29, 1, 2, 4))
                info.compress_type = zipfile.ZIP_STORED if "styles" in name else zipfile.ZIP_DEFLATED
                with file.open(info, "w", force_zip64=True) as stream:
                    stream.write(text.encode())
    before = made.compressed_parts(path)
    saved(path)
    after = made.compressed_parts(path)
    assert list(before) == list(after)
    touched = {"xl/worksheets/sheet1.xml", "xl/tables/table1.xml"}
    assert {n for n in before if before[n] != after[n]} == touched
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        assert not any(info.flag_bits & 0x8 for info in file.infolist()), "sizes stand in the headers now"
        assert file.getinfo("xl/styles.xml").date_time == (2024, 2, 29, 1, 2, 4)


def test_a_document_type_declaration_is_refused_where_the_part_is_read(tmp_path):
    bomb = '<!DOCTYPE sst [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    for name in (
        "xl/worksheets/sheet1.xml",
        "xl/workbook.xml",
        "xl/styles.xml",
        "xl/tables/table1.xml",
        "[Content_Types].xml",
    ):
        content = made.parts()
        content[name] = str(content[name]).replace(made.HEAD, made.HEAD + bomb)
        with pytest.raises(HostError, match="document type declaration") as caught:
            HeadlessHost(made.write(tmp_path / "a.xlsx", content)).read_block("Plan")
        assert name in str(caught.value)


def test_a_signed_package_is_refused_before_anything_is_written(tmp_path):
    content = made.parts()
    content["_rels/.rels"] = str(content["_rels/.rels"]).replace(
        "</Relationships>",
        f'<Relationship Id="s" Type="{made.PACKAGE}/digital-signature/origin" Target="_xmlsignatures/origin.sigs"/></Relationships>',
    )
    content["_xmlsignatures/origin.sigs"] = b""
    host = HeadlessHost(made.write(tmp_path / "a.xlsx", content))
    assert host.read_block("Plan").rows[1] == ["paint", 1]
    with pytest.raises(HostError, match="digital signature"):
        host.write_table("Plan", HEADER, GROWN)


def test_a_workbook_shared_the_old_way_is_refused(tmp_path):
    content = made.parts()
    rels = str(content["xl/_rels/workbook.xml.rels"])
    content["xl/_rels/workbook.xml.rels"] = rels.replace(
        "</Relationships>",
        f'<Relationship Id="v" Type="{made.OFFICE}/revisionHeaders" Target="revisions/revisionHeaders.xml"/></Relationships>',
    )
    content["xl/revisions/revisionHeaders.xml"] = "<headers/>"
    with pytest.raises(HostError, match="shared with tracked changes"):
        HeadlessHost(made.write(tmp_path / "a.xlsx", content)).write_table("Plan", HEADER, GROWN)


# spelling of XML


def prefixed(text: str) -> str:
    """A part with every element of the main namespace written with the prefix `x`."""
    import re

    text = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1x:", text.replace(made.HEAD, ""))
    return made.HEAD + text.replace(f'xmlns="{made.MAIN}"', f'xmlns:x="{made.MAIN}"')


@pytest.mark.parametrize("strict", [False, True])
def test_a_prefix_on_the_main_namespace_and_strict_files(tmp_path, strict):
    content = made.parts(
        workbook_extra='<definedNames><definedName name="as_of">Home!$C$4</definedName></definedNames>'
    )
    for name in content:
        if name.startswith("xl/") and not name.endswith(".rels"):
            content[name] = prefixed(str(content[name]))
        if strict:
            content[name] = (
                str(content[name])
                .replace(made.MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
                .replace(made.OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships")
            )
    path = made.write(tmp_path / "a.xlsx", content)
    host = HeadlessHost(path)
    host.write_table("Plan", HEADER, [["paint", datetime(2026, 1, 5)], ["=x", None], ["y", True]])
    host.write_name("as_of", datetime(2026, 1, 5))
    host.save()
    host = HeadlessHost(path)
    assert host.read_block("Plan").rows[1:] == [["paint", datetime(2026, 1, 5)], ["=x", None], ["y", True]]
    assert host.read_name("as_of") == datetime(2026, 1, 5)
    for name in (
        "xl/worksheets/sheet1.xml",
        "xl/worksheets/sheet2.xml",
        "xl/tables/table1.xml",
        "xl/styles.xml",
    ):
        elements = set(__import__("re").findall(r"<([A-Za-z:]+)", part(path, name)))
        assert all(e.startswith("x:") for e in elements), name


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_and_utf16(tmp_path, encoding):
    content = made.parts()
    for name in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/tables/table1.xml"):
        text = str(content[name]).replace("paint", "Größe")
        content[name] = (text.replace("UTF-8", "UTF-16") if encoding == "utf-16" else text).encode(encoding)
    path = made.write(tmp_path / "a.xlsx", content)
    assert HeadlessHost(path).read_block("Plan").rows[1] == ["Größe", 1]
    assert saved(path, [["Größe", 2]]).read_block("Plan").rows[1] == ["Größe", 2]


def test_comments_cdata_and_single_quotes_are_read_and_written(tmp_path):
    rows = made.ROWS.replace('r="A2" t="inlineStr"', "t='inlineStr' r = 'A2'").replace(
        "<t>paint</t>", "<t><![CDATA[a<b & c]]></t>"
    )
    rows = rows.replace("<v>1</v>", "<!-- <c r='B2'><v>9</v></c> --><v>1</v>").replace(
        '<c r="B3" s="3">', "<c r='B3' s='3'>"
    )
    path = made.write(tmp_path / "a.xlsx", made.parts(made.sheet(rows, after=made.TABLE_PARTS)))
    host = HeadlessHost(path)
    assert host.read_block("Plan").rows == [HEADER, ["a<b & c", 1], ["brush", 2]]
    assert saved(path).read_block("Plan").rows[1:] == GROWN


def test_the_relationship_prefix_may_be_declared_on_each_tab(tmp_path):
    content = made.parts()
    book = (
        str(content["xl/workbook.xml"])
        .replace(f' xmlns:r="{made.OFFICE}"', "")
        .replace("r:id=", f'xmlns:q="{made.OFFICE}" q:id=')
    )
    content["xl/workbook.xml"] = book
    assert saved(made.write(tmp_path / "a.xlsx", content)).read_block("Plan").rows[4] == ["tape", 4]


def test_the_request_to_calculate_goes_to_its_place_among_the_workbooks_children(tmp_path):
    formula = made.sheet('<row r="1"><c r="A1"><f>SUM(Plan[Quantity])</f><v>3</v></c></row>', before="")
    extra = '<functionGroups builtInGroupCount="18"/><definedNames><definedName name="n">Home!$A$1</definedName></definedNames><pivotCaches/><extLst/>'
    path = made.write(tmp_path / "a.xlsx", made.parts(home=formula, workbook_extra=extra))
    saved(path)
    text = part(path, "xl/workbook.xml")
    assert '</definedNames><calcPr fullCalcOnLoad="1"/><pivotCaches/>' in text


def test_an_existing_calculation_setting_is_extended_and_manual_mode_stays(tmp_path):
    formula = made.sheet('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>', before="")
    path = made.write(
        tmp_path / "a.xlsx",
        made.parts(home=formula, workbook_extra='<calcPr calcMode="manual" calcId="191029"/>'),
    )
    saved(path)
    assert '<calcPr calcMode="manual" calcId="191029" fullCalcOnLoad="1"/>' in part(path, "xl/workbook.xml")
    assert part(path, "xl/worksheets/sheet2.xml") == formula, (
        "results of other formulas stay until Excel computes them"
    )


def test_without_formulas_the_workbook_part_is_not_touched(tmp_path):
    path = made.write(tmp_path / "a.xlsx", made.parts())
    before = part(path, "xl/workbook.xml")
    saved(path)
    assert part(path, "xl/workbook.xml") == before


# the sheet


def test_rows_of_drawings_further_down_are_no_rows_of_the_sheet(tmp_path):
    drawn = (
        '<controls><control shapeId="1025" r:id="rId9" name="b"><controlPr defaultSize="0"><anchor>'
        '<from><xdr:col xmlns:xdr="d">1</xdr:col><row>7</row></from><c r="A9"><v>9</v></c></anchor></controlPr></control></controls>'
    )
    path = made.write(tmp_path / "a.xlsx", made.parts(made.sheet(made.ROWS, after=drawn + made.TABLE_PARTS)))
    host = saved(path)
    assert len(host.read_block("Plan").rows) == 5
    assert drawn in part(path)


@pytest.mark.parametrize("area", ["<sheetData/>", "<sheetData />", "<sheetData></sheetData>"])
def test_an_empty_cell_area_and_no_dimension(tmp_path, area):
    home = made.sheet("", before="").replace("<sheetData></sheetData>", area)
    path = made.write(
        tmp_path / "a.xlsx",
        made.parts(
            home=home,
            workbook_extra='<definedNames><definedName name="as_of">Home!$C$4</definedName></definedNames>',
        ),
    )
    host = HeadlessHost(path)
    assert host.read_block("Home").rows == []
    host.write_name("as_of", "x")
    host.save()
    assert HeadlessHost(path).read_block("Home").rows[3] == [None, None, "x"]


def test_implied_positions_are_kept_and_made_explicit_where_written(tmp_path):
    rows = (
        '<row><c t="inlineStr"><is><t>Item</t></is></c><c t="inlineStr"><is><t>Quantity</t></is></c><c><v>70</v></c></row>'
        '<row><c t="inlineStr"><is><t>paint</t></is></c><c><v>1</v></c><c><v>71</v></c></row>'
        '<row><c r="C3"><v>72</v></c><c><v>73</v></c></row><row><c/><c/><c/><c><v>74</v></c></row>'
    )
    path = made.write(tmp_path / "a.xlsx", made.parts(made.sheet(rows, after=made.TABLE_PARTS)))
    host = saved(path, [["a", 1]])
    assert host.read_block("Plan").rows == [
        ["Item", "Quantity", 70, None], ["a", 1, 71, None], [None, None, 72, 73], [None, None, None, 74],
    ]  # fmt: skip


def test_rows_and_cells_stay_in_ascending_order_around_the_table(tmp_path):
    rows = (
        '<row r="2"><c r="A2"><v>1</v></c><c r="D2" t="inlineStr"><is><t>Quantity</t></is></c><c r="G2"><v>2</v></c></row>'
        '<row r="7" ht="30" customHeight="1"><c r="A7" s="1"/><c r="H7"><v>3</v></c></row><row r="20"><c r="B20"><v>4</v></c></row>'
    )
    rows = rows.replace('<c r="D2"', '<c r="C2" t="inlineStr"><is><t>Item</t></is></c><c r="D2"')
    path = made.write(
        tmp_path / "a.xlsx",
        made.parts(made.sheet(rows, after=made.TABLE_PARTS), table_text=made.table("C2:D3")),
    )
    saved(path, [[f"i{k}", k] for k in range(8)])
    text = part(path)
    import re

    assert [int(r) for r in re.findall(r'<row r="(\d+)"', text)] == [2, 3, 4, 5, 6, 7, 8, 9, 10, 20]
    assert '<row r="7" ht="30" customHeight="1"><c r="A7" s="1"/><c r="C7"' in text
    assert '<c r="H7"><v>3</v></c></row>' in text


def test_spans_go_where_the_table_gets_wider_and_the_dimension_follows(tmp_path):
    path = made.write(tmp_path / "a.xlsx", made.parts())
    saved(path, [["a", 1, 2, 3]] * 4, ["Item", "Quantity", "x", "y"])
    assert "spans" not in part(path)
    assert '<dimension ref="A1:D5"/>' in part(path)


SHARED = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Item</t></is></c><c r="B1" t="inlineStr"><is><t>Quantity</t></is></c>'
    '<c r="D1"><f t="shared" si="1"/><v>5</v></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>x</t></is></c><c r="B2"><f t="shared" ref="B2:D9" si="0">E2*$F$1+SUM(G$1:G2)</f><v>1</v></c>'
    '<c r="C2"><f t="shared" si="0"/><v>2</v></c><c r="D2"><f t="shared" ref="D1:D3" si="1">A2</f><v>2</v></c></row>'
    '<row r="3"><c r="A3"/><c r="B3"><f t="shared" si="0"/><v>4</v></c><c r="C3"><f t="shared" si="0"/><v>3</v></c></row>'
)


def test_overwriting_the_master_of_a_shared_formula_keeps_the_formulas_of_the_others(tmp_path):
    path = made.write(tmp_path / "a.xlsx", made.parts(made.sheet(SHARED, after=made.TABLE_PARTS)))
    before = HeadlessHost(path).read_formulas("Plan")
    assert before["C3"] == "=F3*$F$1+SUM(H$1:H3)"
    host = saved(path, [["a", 1], ["b", 2]])
    after = host.read_formulas("Plan")
    assert after == {k: v for k, v in before.items() if k[0] != "B"}
    assert host.read_block("Plan").rows[1:] == [["a", 1, 2, 2], ["b", 2, 3, None]], "their last results stay"


@pytest.mark.parametrize(
    ("formula", "what"),
    [
        ('<f t="array" ref="B3:C4">A1:A2</f>', "an array formula"),
        ('<f t="dataTable" ref="B3:B6" r1="F1"/>', "an array formula"),
    ],
)
def test_array_formulas_and_data_tables_are_not_torn(tmp_path, formula, what):
    rows = made.ROWS.replace('<c r="B3" s="3"><v>2</v></c>', f'<c r="B3" s="3">{formula}<v>2</v></c>')
    path = made.write(tmp_path / "a.xlsx", made.parts(made.sheet(rows, after=made.TABLE_PARTS)))
    with pytest.raises(HostError, match=f"Plan!B3: {what} stands where this write goes"):
        HeadlessHost(path).write_table("Plan", HEADER, GROWN)


def test_a_spill_area_below_the_table_stops_its_growth(tmp_path):
    rows = (
        made.ROWS + '<row r="5"><c r="A5" cm="1"><f t="array" ref="A5:A7">SEQUENCE(3)</f><v>1</v></c></row>'
    )
    path = made.write(tmp_path / "a.xlsx", made.parts(made.sheet(rows, after=made.TABLE_PARTS)))
    with pytest.raises(HostError, match="Plan!A5"):
        HeadlessHost(path).write_table("Plan", HEADER, GROWN)


def test_overwritten_cells_lose_formula_and_rich_value_and_keep_their_style(tmp_path):
    rows = made.ROWS.replace(
        '<c r="B2" s="3"><v>1</v></c>', '<c r="B2" s="5" cm="1" vm="2" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    )
    path = made.write(tmp_path / "a.xlsx", made.parts(made.sheet(rows, after=made.TABLE_PARTS)))
    assert HeadlessHost(path).read_block("Plan").rows[1][1] == CellError("#DIV/0!")
    saved(path)
    assert '<c r="B2" s="5"><v>1</v></c>' in part(path)


def chained(rows: str) -> dict[str, str | bytes]:
    content = made.parts(made.sheet(rows, after=made.TABLE_PARTS))
    content["xl/calcChain.xml"] = (
        f'{made.HEAD}<calcChain xmlns="{made.MAIN}"><c r="B2" i="1"/><c r="D9"/></calcChain>'
    )
    made.with_type(
        content,
        "xl/calcChain.xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml",
    )
    rels = str(content["xl/_rels/workbook.xml.rels"])
    content["xl/_rels/workbook.xml.rels"] = rels.replace(
        "</Relationships>",
        f'<Relationship Id="rId7" Type="{made.OFFICE}/calcChain" Target="calcChain.xml"/></Relationships>',
    )
    return content


def test_the_calculation_chain_goes_when_a_formula_goes(tmp_path):
    rows = (
        made.ROWS.replace('<c r="B2" s="3"><v>1</v></c>', '<c r="B2" s="3"><f>1</f><v>1</v></c>')
        + '<row r="9"><c r="D9"><f>2</f><v>2</v></c></row>'
    )
    path = made.write(tmp_path / "a.xlsx", chained(rows))
    saved(path)
    found = made.read_parts(path)
    assert "xl/calcChain.xml" not in found
    assert b"calcChain" not in found["xl/_rels/workbook.xml.rels"] + found["[Content_Types].xml"]
    assert b'fullCalcOnLoad="1"' in found["xl/workbook.xml"]


def test_the_calculation_chain_stays_when_no_formula_goes(tmp_path):
    rows = made.ROWS + '<row r="9"><c r="D9"><f>2</f><v>2</v></c></row>'
    content = chained(rows)
    content["xl/calcChain.xml"] = str(content["xl/calcChain.xml"]).replace(
        '<c r="B2" i="1"/><c r="D9"/>', '<c r="D9" i="1"/>'
    )
    path = made.write(tmp_path / "a.xlsx", content)
    saved(path)
    assert made.read_parts(path)["xl/calcChain.xml"] == str(content["xl/calcChain.xml"]).encode()


def test_merged_cells_in_the_way_are_refused(tmp_path):
    after = f'<mergeCells count="1"><mergeCell ref="A5:C5"/></mergeCells>{made.TABLE_PARTS}'
    path = made.write(tmp_path / "a.xlsx", made.parts(made.sheet(made.ROWS, after=after)))
    with pytest.raises(HostError, match="Plan!A5: merged cells stand where this write goes; unmerge them"):
        HeadlessHost(path).write_table("Plan", HEADER, GROWN)
    assert saved(path, GROWN[:3]).read_block("Plan").table == (1, 1, 4, 2), "beside them there is room"


def test_a_named_cell_hidden_in_a_merged_range_is_refused(tmp_path):
    home = made.sheet("", before="", after='<mergeCells count="1"><mergeCell ref="B4:D4"/></mergeCells>')
    names = '<definedNames><definedName name="as_of">Home!$C$4</definedName><definedName name="title">Home!$B$4</definedName></definedNames>'
    path = made.write(tmp_path / "a.xlsx", made.parts(home=home, workbook_extra=names))
    host = HeadlessHost(path)
    with pytest.raises(HostError, match="Home!C4: the cell is hidden in a merged range"):
        host.write_name("as_of", 1)
    host.write_name("title", "shown")
    host.save()
    assert HeadlessHost(path).read_name("title") == "shown"


@pytest.mark.parametrize(
    ("kind", "what"),
    [("table", "the table Other"), ("pivotTable", "a pivot table")],
)
def test_other_tables_and_pivots_in_the_way_are_refused(tmp_path, kind, what):
    content = made.parts()
    name = "xl/other/other1.xml"
    content["xl/worksheets/_rels/sheet1.xml.rels"] = made.relationships(
        ("table", "../tables/table1.xml"), (kind, "../other/other1.xml")
    )
    content[name] = (
        made.table("B5:C6", ("a", "b"), "Other", number=2)
        if kind == "table"
        else f'<pivotTableDefinition xmlns="{made.MAIN}"><location ref="B5:C9" firstHeaderRow="1"/></pivotTableDefinition>'
    )
    if kind == "table":
        content["xl/tables/table1.xml"] = made.table(name="Plan")
    path = made.write(tmp_path / "a.xlsx", content)
    with pytest.raises(HostError, match=f"Plan!B5: {what} stands where this write goes"):
        HeadlessHost(path).write_table("Plan", HEADER, GROWN)


def test_several_tables_need_one_named_like_the_sheet(tmp_path):
    content = made.parts(table_text=made.table(name="First"))
    content["xl/worksheets/_rels/sheet1.xml.rels"] = made.relationships(
        ("table", "../tables/table1.xml"), ("table", "../tables/table2.xml")
    )
    content["xl/tables/table2.xml"] = made.table("F1:G2", ("a", "b"), "Second", number=2)
    host = HeadlessHost(made.write(tmp_path / "a.xlsx", content))
    assert host.read_block("Plan").table is None
    with pytest.raises(HostError, match=r"Plan has several tables \(First, Second\) and none is named Plan"):
        host.write_table("Plan", HEADER, GROWN)


# the table's part


def test_columns_keep_their_settings_by_name_and_new_ones_take_after_the_last(tmp_path):
    columns = (
        '<tableColumn id="4" name="Item" dataDxfId="0" xr3:uid="{A}"/>',
        '<tableColumn id="9" name="2026-11" totalsRowFunction="sum"/>',
        '<tableColumn id="2" name="2026-12" dataCellStyle="Comma"/>',
    )
    rows = made.ROWS.replace("Quantity", "2026-11").replace(
        '</row><row r="2"', '<c r="C1" t="inlineStr"><is><t>2026-12</t></is></c></row><row r="2"'
    )
    path = made.write(
        tmp_path / "a.xlsx",
        made.parts(made.sheet(rows, after=made.TABLE_PARTS), table_text=made.table("A1:C3", columns)),
    )
    saved(path, [["a", 1, 2]], ["Item", "2026-12", "2027-01"])
    text = part(path, "xl/tables/table1.xml")
    assert (
        '<tableColumn id="4" name="Item" dataDxfId="0" xr3:uid="{A}"/><tableColumn id="2" name="2026-12" dataCellStyle="Comma"/><tableColumn id="10" name="2027-01" dataCellStyle="Comma"/>'
        in text
    )
    assert 'ref="A1:C2"' in text
    assert '<autoFilter ref="A1:C2"/>' in text


def test_an_unchanged_heading_cell_is_left_as_it_was(tmp_path):
    rich = '<c r="B1" s="1" t="inlineStr"><is><r><rPr><b/></rPr><t>Quan</t></r><r><t>tity</t></r></is></c>'
    rows = made.ROWS.replace('<c r="B1" s="1" t="inlineStr"><is><t>Quantity</t></is></c>', rich)
    path = made.write(tmp_path / "a.xlsx", made.parts(made.sheet(rows, after=made.TABLE_PARTS)))
    saved(path)
    assert rich in part(path)


def test_a_persons_own_calculated_column_stays_and_is_filled_down(tmp_path):
    columns = (
        "Item",
        "Quantity",
        '<tableColumn id="3" name="Double"><calculatedColumnFormula>Plan[[#This Row],[Quantity]]*2</calculatedColumnFormula></tableColumn>',
    )
    rows = made.ROWS.replace(
        '</row><row r="2"', '<c r="C1" t="inlineStr"><is><t>Double</t></is></c></row><row r="2"'
    )
    rows = rows.replace(
        '</row><row r="3"',
        '<c r="C2" s="5"><f>Plan[[#This Row],[Quantity]]*2</f><v>2</v></c></row><row r="3"',
    )
    path = made.write(
        tmp_path / "a.xlsx",
        made.parts(made.sheet(rows, after=made.TABLE_PARTS), table_text=made.table("A1:C3", columns)),
    )
    host = saved(path)
    assert host.read_block("Plan").rows[0] == ["Item", "Quantity", "Double"]
    assert host.read_formulas("Plan") == {f"C{r}": "=Plan[[#This Row],[Quantity]]*2" for r in range(2, 6)}
    assert '<c r="C5" s="5"><f>' in part(path)


def test_a_calculated_column_with_addresses_moves_them_row_by_row(tmp_path):
    columns = (
        "Item",
        "Quantity",
        '<tableColumn id="3" name="Double"><calculatedColumnFormula>B2*$F$1</calculatedColumnFormula></tableColumn>',
    )
    rows = made.ROWS.replace(
        '</row><row r="2"', '<c r="C1" t="inlineStr"><is><t>Double</t></is></c></row><row r="2"'
    )
    rows = rows.replace('</row><row r="3"', '<c r="C2"><f>B2*$F$1</f><v>2</v></c></row><row r="3"')
    path = made.write(
        tmp_path / "a.xlsx",
        made.parts(made.sheet(rows, after=made.TABLE_PARTS), table_text=made.table("A1:C3", columns)),
    )
    assert saved(path).read_formulas("Plan")["C5"] == "=B5*$F$1"


TOTALS = (
    made.ROWS
    + '<row r="4"><c r="A4" s="1" t="inlineStr"><is><t>Total</t></is></c><c r="B4" s="1"><f>{}</f><v>3</v></c></row>'
)


def test_a_totals_row_moves_with_the_end_of_the_table(tmp_path):
    columns = (
        '<tableColumn id="1" name="Item" totalsRowLabel="Total"/>',
        '<tableColumn id="2" name="Quantity" totalsRowFunction="sum"/>',
    )
    path = made.write(
        tmp_path / "a.xlsx",
        made.parts(
            made.sheet(TOTALS.format("SUBTOTAL(109,Plan[Quantity])"), after=made.TABLE_PARTS),
            table_text=made.table("A1:B4", columns, extra='totalsRowCount="1"').replace(
                'autoFilter ref="A1:B4"', 'autoFilter ref="A1:B3"'
            ),
        ),
    )
    host = saved(path)
    assert host.read_block("Plan").table == (1, 1, 6, 2)
    assert host.read_block("Plan").rows[5] == ["Total", 3]
    assert host.read_formulas("Plan") == {"B6": "=SUBTOTAL(109,Plan[Quantity])"}
    assert '<autoFilter ref="A1:B5"/>' in part(path, "xl/tables/table1.xml")
    assert saved(path, GROWN[:1]).read_formulas("Plan") == {"B3": "=SUBTOTAL(109,Plan[Quantity])"}


def test_a_totals_row_that_cites_addresses_cannot_move(tmp_path):
    path = made.write(
        tmp_path / "a.xlsx",
        made.parts(
            made.sheet(TOTALS.format("SUM(B2:B3)"), after=made.TABLE_PARTS),
            table_text=made.table("A1:B4", extra='totalsRowCount="1"'),
        ),
    )
    with pytest.raises(
        HostError,
        match=r"Plan!B4: the totals row must move, and this formula cites cells by address; use Plan\[Quantity\]",
    ):
        HeadlessHost(path).write_table("Plan", HEADER, GROWN)
    assert saved(path, [["x", 7], ["y", 8]]).read_block("Plan").rows[3] == ["Total", 3], (
        "it may stay where it is"
    )


@pytest.mark.parametrize(
    "formula",
    [
        "SUM(Plan[Quantity])",
        "SUM(plan[[#All],[quantity]])",
        "Plan[[#This Row],[Item]:[Quantity]]",
        "Plan[@Quantity]",
    ],
)
def test_a_column_that_a_formula_cites_is_not_removed(tmp_path, formula):
    """Excel takes a file with such a formula for damaged and drops the formula."""
    home = made.sheet(f'<row r="3"><c r="C3"><f>{formula}</f><v>3</v></c></row>', before="")
    path = made.write(tmp_path / "a.xlsx", made.parts(home=home))
    with pytest.raises(
        HostError, match=r"Home!C3: its formula cites Plan\[Quantity\], a column that this write removes"
    ):
        HeadlessHost(path).write_table("Plan", ["Item", "2026-11"], [["a", 1]])
    saved(path, header=["Quantity", "Item"], rows=[[1, "a"]])  # elsewhere in the table is fine


def test_a_column_that_a_name_cites_is_not_removed(tmp_path):
    extra = '<definedNames><definedName name="total">SUM(Plan[Quantity])</definedName></definedNames>'
    path = made.write(tmp_path / "a.xlsx", made.parts(workbook_extra=extra))
    with pytest.raises(HostError, match=r"the name total: its formula cites Plan\[Quantity\]"):
        HeadlessHost(path).write_table("Plan", ["Item"], [["a"]])


def test_columns_of_other_tables_and_text_do_not_matter(tmp_path):
    home = made.sheet(
        '<row r="3"><c r="C3"><f>SUM(MyPlan[Quantity])&amp;"Plan[x]"</f><v>3</v></c></row>', before=""
    )
    path = made.write(tmp_path / "a.xlsx", made.parts(home=home))
    assert saved(path, [["a"]], ["Item"]).read_block("Plan").table == (1, 1, 2, 1)


def test_a_table_that_waits_for_its_first_row_no_longer_does_once_it_has_rows(tmp_path):
    text = made.table("A1:B3", extra='insertRow="1" insertRowShift="1" totalsRowShown="0"')
    path = made.write(tmp_path / "a.xlsx", made.parts(table_text=text))
    saved(path)
    assert "insertRow" not in part(path, "xl/tables/table1.xml")


def test_sort_marks_go_and_filters_follow_their_column(tmp_path):
    text = made.table().replace(
        '<autoFilter ref="A1:B3"/>',
        '<autoFilter ref="A1:B3"><filterColumn colId="1"><filters><filter val="2"/></filters></filterColumn></autoFilter><sortState ref="A2:B3"><sortCondition ref="B2:B3"/></sortState>',
    )
    rows = made.ROWS.replace('<row r="2"', '<row r="2" hidden="1"')
    path = made.write(
        tmp_path / "a.xlsx", made.parts(made.sheet(rows, after=made.TABLE_PARTS), table_text=text)
    )
    saved(path, [["n", "a", 2]], ["Note", "Item", "Quantity"])
    written = part(path, "xl/tables/table1.xml")
    assert (
        '<autoFilter ref="A1:C2"><filterColumn colId="2"><filters><filter val="2"/></filters></filterColumn></autoFilter>'
        in written
    )
    assert "sortState" not in written
    assert "hidden" not in part(path), "no row stays hidden by a filter that no longer fits it"


@pytest.mark.parametrize(
    ("extra", "columns", "says"),
    [
        ('headerRowCount="0"', ("Item", "Quantity"), "header row of the table Plan is switched off"),
        ('tableType="queryTable"', ("Item", "Quantity"), "filled by a query"),
    ],
)
def test_tables_that_cannot_be_written(tmp_path, extra, columns, says):
    path = made.write(tmp_path / "a.xlsx", made.parts(table_text=made.table(extra=extra, columns=columns)))
    with pytest.raises(HostError, match=says):
        HeadlessHost(path).write_table("Plan", HEADER, GROWN)


# styles, dates, limits


def test_new_rows_take_the_first_rows_styles_and_new_columns_the_last_columns(tmp_path):
    rows = made.ROWS.replace('<c r="A2" t', '<c r="A2" s="5" t').replace(
        '<row r="3" spans="1:2">', '<row r="3" spans="1:2" hidden="1" outlineLevel="1">'
    )
    path = made.write(tmp_path / "a.xlsx", made.parts(made.sheet(rows, after=made.TABLE_PARTS)))
    saved(path, [["a", 1, 2]] * 3, ["Item", "Quantity", "new"])
    text = part(path)
    assert '<c r="C1" s="1" t="inlineStr"><is><t>new</t></is></c>' in text
    assert (
        '<row r="4"><c r="A4" s="5" t="inlineStr"><is><t>a</t></is></c><c r="B4" s="3"><v>1</v></c><c r="C4" s="3"><v>2</v></c></row>'
        in text
    )


def test_surplus_rows_keep_their_style_and_lose_their_value(tmp_path):
    path = made.write(tmp_path / "a.xlsx", made.parts())
    saved(path, [["only", 1]])
    assert '<row r="3"><c r="B3" s="3"/></row>' in part(path)


def test_cells_that_are_not_stored_take_the_style_of_row_or_column(tmp_path):
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>Item</t></is></c><c r="B1" t="inlineStr"><is><t>Quantity</t></is></c></row>'
    before = '<dimension ref="A1:B1"/><cols><col min="2" max="2" width="9" style="3"/></cols>'
    path = made.write(tmp_path / "a.xlsx", made.parts(made.sheet(rows, before, made.TABLE_PARTS)))
    saved(path, [["a", 1]])
    assert '<c r="A2" t="inlineStr"><is><t>a</t></is></c><c r="B2" s="3"><v>1</v></c>' in part(path)


@pytest.mark.parametrize(("flag", "serial"), [("", 46000), ('<workbookPr date1904="1"/>', 44538)])
def test_dates_honour_the_1904_system(tmp_path, flag, serial):
    rows = made.ROWS.replace('<c r="B2" s="3"><v>1</v></c>', f'<c r="B2" s="2"><v>{serial}</v></c>')
    path = made.write(
        tmp_path / "a.xlsx", made.parts(made.sheet(rows, after=made.TABLE_PARTS), workbook_before=flag)
    )
    assert HeadlessHost(path).read_block("Plan").rows[1][1] == datetime(2025, 12, 9)
    host = saved(path, [["a", datetime(2025, 12, 9)], ["b", datetime(2025, 12, 10, 12)]])
    assert f'<c r="B2" s="2"><v>{serial}</v></c>' in part(path)
    assert [r[1] for r in host.read_block("Plan").rows[1:]] == [
        datetime(2025, 12, 9),
        datetime(2025, 12, 10, 12),
    ]


def test_a_date_in_a_cell_that_shows_none_gets_a_style_appended(tmp_path):
    path = made.write(tmp_path / "a.xlsx", made.parts())
    saved(path, [["a", datetime(2025, 12, 9)], ["b", datetime(2025, 12, 9)]])
    text = part(path, "xl/styles.xml")
    assert '<cellXfs count="7">' in text
    assert (
        '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"><alignment horizontal="right"/></xf></cellXfs>'
        in text
    )
    assert (
        text.replace(
            '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"><alignment horizontal="right"/></xf>',
            "",
        ).replace('count="7"', 'count="6"')
        == made.STYLES
    )


def test_a_number_in_a_cell_that_shows_dates_is_shown_as_a_number(tmp_path):
    """Otherwise 1 reads as the first of January 1900. Going back and forth does not pile up styles."""
    path = made.write(tmp_path / "a.xlsx", made.parts())
    for _ in range(3):
        assert saved(path, [["a", datetime(2025, 12, 9)]]).read_block("Plan").rows[1][1] == datetime(
            2025, 12, 9
        )
        assert saved(path, [["a", 1]]).read_block("Plan").rows[1][1] == 1
        assert saved(path, [["a", 1.5]]).read_block("Plan").rows[1][1] == 1.5
    assert '<cellXfs count="8">' in part(path, "xl/styles.xml")


def test_a_date_column_without_numbers_needs_no_new_style(tmp_path):
    rows = made.ROWS.replace('<c r="A2" t', '<c r="A2" s="2" t')
    path = made.write(tmp_path / "a.xlsx", made.parts(made.sheet(rows, after=made.TABLE_PARTS)))
    saved(path, [[datetime(2026, 1, 1), 5], [None, 6], ["text", 7]])
    assert part(path, "xl/styles.xml") == made.STYLES


def test_styles_with_alternatives_are_not_extended(tmp_path):
    styles = made.STYLES.replace("</cellXfs>", "<mc:AlternateContent/></cellXfs>")
    path = made.write(tmp_path / "a.xlsx", made.parts(styles=styles))
    with pytest.raises(HostError, match="style table that cannot be extended"):
        HeadlessHost(path).write_table("Plan", HEADER, [["a", datetime(2025, 12, 9)]])


def test_kinds_of_cells_as_files_hold_them(tmp_path):
    rows = (
        '<row r="1"><c r="A1" t="str"><f>"a"&amp;B1</f><v>a _x0041_ &lt;</v></c><c r="B1" t="b"><v>1</v></c><c r="C1" t="e"><v>#N/A</v></c>'
        '<c r="D1" t="d"><v>2026-11-22T06:00:00</v></c><c r="E1" s="4"><v>0.5</v></c><c r="F1" s="2"><v>60</v></c><c r="G1"><v>1E3</v></c><c r="H1" t="str"><f>""</f><v></v></c>'
        '<c r="I1" t="inlineStr"><is><t>base</t><rPh sb="0" eb="1"><t>reading</t></rPh></is></c><c r="J1"><f>NA()</f></c><c r="K1" s="2"/></row>'
    )
    path = made.write(tmp_path / "a.xlsx", made.parts(home=made.sheet(rows, before="")))
    assert HeadlessHost(path).read_block("Home").rows == [
        ["a A <", True, CellError("#N/A"), datetime(2026, 11, 22, 6), 0.5, 60, 1000.0, "", "base", NOT_CALCULATED]
    ]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2"><f>1/0</f></c>',
        '<c r="B2"><f>1/0</f><v/></c>',
        '<c r="B2"><f>1/0</f><v></v></c>',
        '<c r="B2" t="str"><f>1/0</f></c>',
        '<c r="B2" t="e"><f>1/0</f><v></v></c>',
        '<c r="B2" s="2"><f>TODAY()</f></c>',
        '<c r="B2"><f t="shared" si="0"/></c>',
        '<c r="B2"><f t="array" ref="B2">SUM(A1:A3*B1:B3)</f></c>',
    ],
)
def test_a_formula_without_a_result_is_an_error_and_no_blank(tmp_path, cell):
    path = made.write(tmp_path / "a.xlsx", made.parts(home=made.sheet(f'<row r="2">{cell}</row>', before="")))
    value = HeadlessHost(path).read_block("Home").rows[1][1]
    assert isinstance(value, CellError)
    assert value == "(formula not calculated)"


def test_a_formula_that_gives_an_empty_text_is_blank(tmp_path):
    for stored in ("<v></v>", "<v/>"):
        row = f'<row r="2"><c r="B2" t="str"><f>""</f>{stored}</c></row>'
        path = made.write(tmp_path / "a.xlsx", made.parts(home=made.sheet(row, before="")))
        assert HeadlessHost(path).read_block("Home").rows[1][1] == ""


def test_a_cell_that_only_has_a_style_stays_empty(tmp_path):
    row = '<row r="2"><c r="A2"><v>1</v></c><c r="B2" s="2"></c><c r="C2" s="2"><v></v></c></row>'
    path = made.write(tmp_path / "a.xlsx", made.parts(home=made.sheet(row, before="")))
    assert HeadlessHost(path).read_block("Home").rows[1] == [1]


def test_a_result_that_nobody_computed_is_not_written_back_as_a_value(tmp_path):
    host = HeadlessHost(made.write(tmp_path / "a.xlsx", made.parts()))
    with pytest.raises(HostError, match=r"Plan!B2: \(formula not calculated\) is no error value"):
        host.write_table("Plan", HEADER, [["a", NOT_CALCULATED]])


def test_a_stray_cell_at_the_end_of_the_sheet_is_named_not_read(tmp_path):
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path = made.write(tmp_path / "a.xlsx", made.parts(home=made.sheet(rows, before="")))
    with pytest.raises(HostError, match="Home!XFD1048576: a cell so far out"):
        HeadlessHost(path).read_block("Home")


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ('<c r="B2"><v>1,5</v></c>', "Home!B2"),
        ('<c r="B2" t="s"><v>7</v></c>', "Home!B2"),
        ('<c r="B2" t="d"><v>soon</v></c>', "Home!B2"),
    ],
)
def test_a_stored_value_that_makes_no_sense_is_named(tmp_path, cell, address):
    path = made.write(tmp_path / "a.xlsx", made.parts(home=made.sheet(f'<row r="2">{cell}</row>', before="")))
    with pytest.raises(HostError, match=f"{address}: the stored value cannot be read"):
        HeadlessHost(path).read_block("Home")


def test_a_table_that_would_leave_the_grid_is_refused(tmp_path):
    rows = (
        made.ROWS.replace('r="1"', 'r="1048574"')
        .replace('r="2"', 'r="1048575"')
        .replace('r="3"', 'r="1048576"')
    )
    rows = (
        rows.replace("A1", "A1048574")
        .replace("B1", "B1048574")
        .replace('"A2"', '"A1048575"')
        .replace('"B2"', '"B1048575"')
        .replace('"A3"', '"A1048576"')
        .replace('"B3"', '"B1048576"')
    )
    path = made.write(
        tmp_path / "a.xlsx",
        made.parts(made.sheet(rows, after=made.TABLE_PARTS), table_text=made.table("A1048574:B1048576")),
    )
    with pytest.raises(HostError, match="1,048,577 rows"):
        HeadlessHost(path).write_table("Plan", HEADER, [["a", 1]] * 3)


def test_chart_sheets_are_no_worksheets(tmp_path):
    content = made.parts()
    content["xl/_rels/workbook.xml.rels"] = str(content["xl/_rels/workbook.xml.rels"]).replace(
        f'{made.OFFICE}/worksheet" Target="worksheets/sheet2',
        f'{made.OFFICE}/chartsheet" Target="worksheets/sheet2',
    )
    host = HeadlessHost(made.write(tmp_path / "a.xlsx", content))
    assert host.sheet_names() == ["Plan"]
    with pytest.raises(HostError, match="Home is a chart sheet, not a worksheet"):
        host.read_block("Home")


@pytest.mark.parametrize(
    "reference", ["Home!$A$1:$B$2", "#REF!", "Home!$A$1,Home!$B$1", "OFFSET(Home!$A$1,1,1)"]
)
def test_a_name_that_is_not_one_cell_is_refused(tmp_path, reference):
    path = made.write(
        tmp_path / "a.xlsx",
        made.parts(
            workbook_extra=f'<definedNames><definedName name="n">{reference}</definedName></definedNames>'
        ),
    )
    host = HeadlessHost(path)
    with pytest.raises(HostError, match="the name n is not one cell"):
        host.read_name("n")
    with pytest.raises(HostError, match="the name n is not one cell"):
        host.write_name("n", 1)


def test_a_sheet_name_in_quotes_and_a_name_of_one_sheet_only(tmp_path):
    content = made.parts(
        workbook_extra='<definedNames><definedName name="n" localSheetId="1">Home!$A$9</definedName><definedName name="n">\'Bob&apos;&apos;s &amp; Co\'!$B$2</definedName></definedNames>'
    )
    content["xl/workbook.xml"] = str(content["xl/workbook.xml"]).replace(
        'name="Plan"', 'name="Bob\'s &amp; Co"'
    )
    host = HeadlessHost(made.write(tmp_path / "a.xlsx", content))
    assert host.sheet_names()[0] == "Bob's & Co"
    assert host.read_name("n") == 1, "the name of the whole workbook goes first"
