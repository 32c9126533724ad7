"""The check before the rename: each rule that Excel's loader enforces catches a package that breaks it."""

from __future__ import annotations

import made_packages as made
import pytest

from sop_xl.errors import HostError
from sop_xl.hosts.verify import verify_package

SHEET = "xl/worksheets/sheet1.xml"
TABLE = "xl/tables/table1.xml"


def check(change, touched, before=None):
    content = before or made.parts()
    changed = dict(content)
    change(changed)
    old, new = made.archive(content), made.archive(changed)
    verify_package(new, new, old, set(touched), "plan.xlsx")


def replaced(part, old, new):
    def change(content):
        assert old in str(content[part])
        content[part] = str(content[part]).replace(old, new, 1)

    return change


def test_a_sound_package_passes():
    check(lambda content: None, [SHEET, TABLE])
    check(replaced(SHEET, "<v>1</v>", "<v>2</v>"), [SHEET])


@pytest.mark.parametrize(
    ("change", "touched", "says"),
    [
        (replaced("xl/styles.xml", "Calibri", "Arial"), [SHEET], "the part xl/styles.xml would have changed"),
        (replaced(SHEET, "</sheetData>", "</sheetdata>"), [SHEET], "not well-formed"),
        (replaced(SHEET, '<row r="2"', '<row r="4"'), [SHEET], "row 3 of Plan would be out of order"),
        (replaced(SHEET, 'r="B2"', 'r="A2"'), [SHEET], "cells of row 2 of Plan would be out of order"),
        (replaced(SHEET, 's="3"', 's="6"'), [SHEET], "a style that does not exist"),
        (replaced(SHEET, "<t>Quantity</t>", "<t>Amount</t>"), [SHEET], "headings of the table Plan would not match"),
        (replaced(TABLE, 'name="Quantity"', 'name="Amount"'), [TABLE], "headings of the table Plan would not match"),
        (replaced("xl/worksheets/_rels/sheet1.xml.rels", "table1", "table7"), ["xl/worksheets/_rels/sheet1.xml.rels"], "table7"),
        (lambda c: c.update({"[Content_Types].xml": c.pop("[Content_Types].xml")}), [SHEET], "order of the parts would have changed"),
    ],
)  # fmt: skip
def test_a_broken_rule_stops_the_save(change, touched, says):
    with pytest.raises(HostError, match=says) as caught:
        check(change, touched)
    assert "plan.xlsx" in str(caught.value)


def test_two_tables_of_one_name_or_number():
    content = made.parts()
    content["xl/worksheets/_rels/sheet1.xml.rels"] = made.relationships(
        ("table", "../tables/table1.xml"), ("table", "../tables/table2.xml")
    )
    for name, number in (("PLAN", 2), ("Other", 1)):
        content["xl/tables/table2.xml"] = made.table("F1:G2", ("a", "b"), name, number=number)
        with pytest.raises(HostError, match="would not be unique"):
            check(lambda c: None, [], content)


def test_a_calculation_chain_that_names_a_missing_formula():
    content = made.parts()
    content["xl/calcChain.xml"] = f'{made.HEAD}<calcChain xmlns="{made.MAIN}"><c r="B2" i="1"/></calcChain>'
    rels = str(content["xl/_rels/workbook.xml.rels"])
    content["xl/_rels/workbook.xml.rels"] = rels.replace(
        "</Relationships>",
        f'<Relationship Id="rId7" Type="{made.OFFICE}/calcChain" Target="calcChain.xml"/></Relationships>',
    )
    with pytest.raises(HostError, match="calculation chain would name Plan!B2"):
        check(replaced(SHEET, "<v>1</v>", "<v>2</v>"), [SHEET], content)


def test_bytes_that_came_back_different():
    blob = made.archive(made.parts())
    with pytest.raises(HostError, match="other bytes than were written"):
        verify_package(blob[:-1], blob, blob, set(), "plan.xlsx")
