"""Whole sheets taken over into a planner's workbook, parked, and shown again."""

from __future__ import annotations

import io
import re

import extended_workbook as extended
import made_packages as made
import openpyxl
import pytest
import xlsxwriter

from sop_xl.errors import FrameError, HostError
from sop_xl.hosts.headless import HeadlessHost


def template(*names: str, table_name: str = "Budget") -> bytes:
    """A made workbook: every sheet with styles, rules, a chart and notes; `Budget` with a table as well."""
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out)
    bold = workbook.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1})
    money = workbook.add_format({"num_format": "#,##0.00 [$€-407]", "font_name": "Arial", "font_size": 9})
    red = workbook.add_format({"font_color": "#9C0006", "bg_color": "#FFC7CE", "num_format": "0.000"})
    for name in names:
        sheet = workbook.add_worksheet(name)
        sheet.set_column("A:A", 20, bold)
        sheet.set_row(9, 30, money)
        sheet.write("A1", f"{name} <{name}>", bold)
        sheet.write_rich_string("A2", "see ", bold, "About")
        sheet.write("B5", 1234.5, money)
        sheet.write_formula("B6", "=B5*2", money, 2469)
        sheet.conditional_format("B5:B9", {"type": "cell", "criteria": ">", "value": 1, "format": red})
        sheet.data_validation("C5", {"validate": "list", "source": ["a", "b"]})
        sheet.write_comment("B5", f"note of {name}")
        sheet.write_url("C1", "https://example.org")
        sheet.write_url("C2", "internal:'Home'!A1")
        chart = workbook.add_chart({"type": "line"})
        chart.add_series({"values": f"='{name}'!$B$5:$B$6"})
        sheet.insert_chart("E2", chart)
        sheet.insert_image("E20", "dot.png", {"image_data": extended.picture()})
        sheet.print_area("A1:C10")
        sheet.repeat_rows(0, 1)
        if name == "Budget":
            columns = [{"header": "Key"}, {"header": "Amount", "format": money}]
            sheet.add_table("A12:B14", {"name": table_name, "columns": columns, "data": [["x", 1], ["y", 2]]})
            workbook.define_name("budget_total", "=Budget!$B$5")
    workbook.define_name("as_of", "=Nowhere!$A$1")
    workbook.close()
    return out.getvalue()


@pytest.fixture
def path(tmp_path):
    return extended.make(tmp_path / "extended.xlsx")


def test_sheets_come_with_everything_and_nothing_else_changes(path):
    before = made.read_parts(path)
    host = HeadlessHost(path)
    host.add_sheets(template("Home", "Budget", "FX Rates"), ["FX Rates", "Budget"])
    host.save()
    host = HeadlessHost(path)
    assert host.sheet_names() == ["Supply Plan", "My Analysis", "Home", "Budget", "FX Rates"], (
        "after Home, as in the source"
    )
    block = host.read_block("Budget")
    assert block.rows[0] == ["Budget <Budget>", None, "https://example.org"]
    assert block.rows[1][0] == "see About"
    assert block.rows[4:6] == [[None, 1234.5, None], [None, 2469, None]]
    assert block.table == (12, 1, 14, 2)
    assert host.read_formulas("Budget") == {"B6": "=B5*2"}
    assert host.read_name("budget_total") == 1234.5
    after = made.read_parts(path)
    changed = {n for n in before if before[n] != after.get(n)}
    assert changed == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
    }
    kinds = {re.sub(r"\d+", "", n.rsplit("/", 1)[-1]) for n in set(after) - set(before)}
    assert kinds >= {
        "sheet.xml",
        "table.xml",
        "drawing.xml",
        "chart.xml",
        "comments.xml",
        "vmlDrawing.vml",
        "image.png",
    }


def test_the_new_sheet_can_be_written_at_once(path):
    host = HeadlessHost(path)
    host.add_sheets(template("Budget"), ["Budget"])
    host.write_table("Budget", ["Key", "Amount"], [["z", 5.5]] * 4)
    host.save()
    assert HeadlessHost(path).read_block("Budget").rows[12:16] == [["z", 5.5, None]] * 4


def test_styles_look_the_same_in_the_new_workbook(tmp_path):
    path = made.write(tmp_path / "a.xlsx", made.parts())
    host = HeadlessHost(path)
    host.add_sheets(template("Budget"), ["Budget"])
    host.save()
    there = openpyxl.load_workbook(io.BytesIO(template("Budget")))["Budget"]
    here = openpyxl.load_workbook(path)["Budget"]
    for address in ("A1", "B5", "B6", "A12"):
        one, other = there[address], here[address]
        assert (one.font.name, one.font.b, one.font.sz) == (other.font.name, other.font.b, other.font.sz)
        assert one.number_format == other.number_format
        assert one.fill.fgColor.rgb == other.fill.fgColor.rgb
        assert one.border.left.style == other.border.left.style
    rule = next(iter(here.conditional_formatting)).rules[0]
    assert (rule.dxf.font.color.rgb, rule.dxf.numFmt.formatCode) == ("FF9C0006", "0.000")
    assert here.column_dimensions["A"].width == there.column_dimensions["A"].width
    assert here.print_title_rows == "$1:$2"
    assert here["B5"].comment.text == "note of Budget"


def test_names_that_count_tabs_follow_them(path):
    """A new tab in front moves the places that local names and the active tab are counted by."""
    host = HeadlessHost(path)
    before = host._workbook.text
    host.add_sheets(template("Cover", "Supply Plan"), ["Cover"])
    host.save()
    host = HeadlessHost(path)
    assert host.sheet_names()[0] == "Cover"
    text = made.read_parts(path)["xl/workbook.xml"].decode()
    owner = {
        m[2]: int(m[1]) for m in re.finditer(r'name="_xlnm.Print_\w+" localSheetId="(\d)">\'?([\w ]+)', text)
    }
    assert owner["Supply Plan"] == 1
    assert owner["My Analysis"] == 2
    assert owner["Cover"] == 0
    assert 'activeTab="1"' in text
    assert "activeTab" not in before
    assert text.count("<definedNames>") == 1


def test_a_tab_already_there_is_refused_before_anything_changes(path):
    host = HeadlessHost(path)
    with pytest.raises(HostError, match="has a sheet Home already"):
        host.add_sheets(template("Budget", "home"), ["Budget", "home"])
    host.save()
    assert not host.changed


def test_a_table_name_already_there_is_refused(path):
    with pytest.raises(
        HostError, match="Supply Plan: the table SupplyPlan has the name that the new sheet Budget needs"
    ):
        HeadlessHost(path).add_sheets(template("Budget", table_name="supplyplan"), ["Budget"])


def test_a_sheet_that_the_source_does_not_have(path):
    with pytest.raises(HostError, match="has no sheet Nothing"):
        HeadlessHost(path).add_sheets(template("Budget"), ["Nothing"])


def test_a_protected_structure_is_a_persons_wish(tmp_path):
    path = made.write(
        tmp_path / "a.xlsx", made.parts(workbook_before='<workbookProtection lockStructure="1"/>')
    )
    host = HeadlessHost(path)
    with pytest.raises(HostError, match="structure is protected"):
        host.add_sheets(template("Budget"), ["Budget"])
    with pytest.raises(HostError, match="structure is protected"):
        host.set_sheet_visibility("Home", "hidden")


def test_sheets_are_parked_and_shown_again_with_all_they_hold(path):
    before = made.read_parts(path)
    host = HeadlessHost(path)
    content = host.read_block("My Analysis")
    host.set_sheet_visibility("My Analysis", "veryHidden")
    host.save()
    host = HeadlessHost(path)
    assert host.sheet_visibility("My Analysis") == "veryHidden"
    assert host.sheet_names() == ["Supply Plan", "My Analysis", "Home"]
    assert host.read_block("My Analysis") == content
    after = made.read_parts(path)
    assert {n for n in before if before[n] != after[n]} == {"xl/workbook.xml"}
    host.set_sheet_visibility("My Analysis", "visible")
    host.save()
    assert made.read_parts(path) == before


def test_hiding_the_active_tab_makes_another_one_active(path):
    """A hidden tab that stays selected would be edited together with the visible one."""
    host = HeadlessHost(path)
    host.set_sheet_visibility("Supply Plan", "veryHidden")
    host.save()
    found = made.read_parts(path)
    assert b"tabSelected" not in found["xl/worksheets/sheet1.xml"]
    assert b'tabSelected="1"' in found["xl/worksheets/sheet2.xml"]
    assert b'activeTab="1"' in found["xl/workbook.xml"]


def test_the_last_visible_tab_stays(tmp_path):
    host = HeadlessHost(made.write(tmp_path / "a.xlsx", made.parts()))
    host.set_sheet_visibility("Home", "hidden")
    with pytest.raises(HostError, match="Plan is the only sheet that shows"):
        host.set_sheet_visibility("Plan", "veryHidden")
    with pytest.raises(HostError, match="no sheet Budget"):
        host.set_sheet_visibility("Budget", "hidden")
    with pytest.raises(FrameError):
        host.set_sheet_visibility("Plan", "gone")


def test_a_prefix_in_the_receiving_workbook(tmp_path):
    content = made.parts()
    for name in ("xl/workbook.xml", "xl/styles.xml"):
        text = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1x:", str(content[name]).replace(made.HEAD, ""))
        content[name] = made.HEAD + text.replace(f'xmlns="{made.MAIN}"', f'xmlns:x="{made.MAIN}"')
    path = made.write(tmp_path / "a.xlsx", content)
    host = HeadlessHost(path)
    host.add_sheets(template("Budget"), ["Budget"])
    host.save()
    host = HeadlessHost(path)
    assert host.read_block("Budget").rows[4] == [None, 1234.5, None]
    elements = re.findall(r"<([A-Za-z:]+)", made.read_parts(path)["xl/styles.xml"].decode())
    assert all(e.startswith("x:") for e in elements)


def test_strict_workbooks_do_not_take_transitional_sheets(tmp_path):
    content = {
        k: str(v).replace(made.MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
        for k, v in made.parts().items()
    }
    with pytest.raises(HostError, match="strict form"):
        HeadlessHost(made.write(tmp_path / "a.xlsx", content)).add_sheets(template("Budget"), ["Budget"])


@made.needs_validator
def test_microsofts_validator_accepts_taken_over_sheets(path, tmp_path):
    before = made.validation_errors(path)
    host = HeadlessHost(path)
    host.add_sheets(template("Cover", "Supply Plan", "Budget", "FX Rates"), ["Cover", "Budget", "FX Rates"])
    host.set_sheet_visibility("My Analysis", "veryHidden")
    host.save()
    assert [e for e in made.validation_errors(path) if e not in before] == []
    plain = made.write(tmp_path / "plain.xlsx", made.parts())
    host = HeadlessHost(plain)
    host.add_sheets(template("Budget"), ["Budget"])
    host.save()
    assert made.validation_errors(plain) == []
