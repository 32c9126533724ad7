"""Formulas that planners typed with our functions, in a workbook that a pipeline plans: they show there what they show in Excel."""

from __future__ import annotations

import io
import json

import pytest
import xlsxwriter
from company import TIMELINE, cells, change, run

from sop_xl.blocks import CellError, a1
from sop_xl.functions import call, functions
from sop_xl.hosts import libreoffice
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.package import Package
from sop_xl.hosts.recalculate import UP_TO_DATE
from sop_xl.hosts.workbook import Workbook

FUNCTION_LAB = len(functions()) - 1
"""Formulas of the Function Lab that a run computes: all but SOP_STATUS, which keeps the value that it has."""
NEXT = TIMELINE.calendar.label(TIMELINE.plan[0])
DEMAND = a1(7, 8 + TIMELINE.labels.index(NEXT))
"""The first line of Consensus Demand in the first month of the plan."""


def with_sheet(path, formulas, arrays=None):
    """Add a sheet of a person's own to a workbook."""
    source = io.BytesIO()
    book = xlsxwriter.Workbook(source)
    sheet = book.add_worksheet("My Lab")
    sheet.write_column("A1", [1200, 50, 2.4])
    for address, formula in formulas.items():
        sheet.write_formula(address, formula, None, 0)
    for area, formula in (arrays or {}).items():
        sheet.write_array_formula(area, formula, None, 0)
    book.close()
    host = HeadlessHost(path)
    host.add_sheets(source.getvalue(), ["My Lab"])
    host.save()
    return path


def shown(path, *addresses):
    block = HeadlessHost(path).read_block("My Lab")
    values = {block.address(i, j): v for i, row in enumerate(block.rows) for j, v in enumerate(row)}
    return [values.get(a) for a in addresses]


def plan(path, *options):
    """Run, and give back what the run says of itself."""
    said = path.with_suffix(".json")
    result = run("regenerate", path, "--as-of", "2025-01-06", "--json", said, *options)
    assert result.exit_code == 0, result.output
    return json.loads(said.read_text(encoding="utf-8"))


@pytest.fixture
def lab(company):
    """B1 reads cells beside it, B2 the first line of the plan; B4 has no result, and of B5 there is no function."""
    formulas = {"B1": "=SOP_EOQ(A1,A2,A3)", "B2": f"=SOP_EOQ('Consensus Demand'!{DEMAND},50,2.4)", "B4": "=SOP_EOQ(-1,50,2.4)", "B5": "=SOP_NOSUCH(1)"}
    return with_sheet(company, formulas)


def test_a_run_computes_them_without_libreoffice_and_tells_what_it_did(lab):
    facts = plan(lab, "--recalc", "off")
    told = facts["recalculation"]["cells"]
    assert (told["computed"], told["waiting"], told["kept"]) == (FUNCTION_LAB + 3, [], ["My Lab!B5"])
    assert f"{FUNCTION_LAB + 3} cells with SOP functions computed, {told['changed']} changed, 1 kept its last result (see Problems)" in facts["summary"]
    assert shown(lab, "B1", "B4", "B5") == [call("SOP_EOQ", [1200, 50, 2.4]), CellError("#NUM!"), 0]


def test_what_has_no_result_is_listed_in_the_workbook_with_its_cell_and_reason(lab):
    plan(lab, "--recalc", "off")
    listed = {r["Cell"]: r for r in cells(lab, "Problems") if r["Sheet"] == "My Lab"}
    assert set(listed) == {"B4", "B5"}
    assert "there is no function SOP_NOSUCH" in str(listed["B5"])
    assert "SOP_EOQ" in str(listed["B4"])
    assert HeadlessHost(lab).read_name("sop_warnings") >= 2


def test_they_read_what_the_run_wrote_and_a_second_run_changes_nothing(lab):
    plan(lab, "--recalc", "off")
    demand = cells(lab, "Consensus Demand")[0][NEXT]
    assert demand > 0
    assert shown(lab, "B2") == [call("SOP_EOQ", [demand, 50, 2.4])]
    before = lab.read_bytes()
    facts = plan(lab, "--recalc", "off")
    assert lab.read_bytes() == before
    assert (facts["changed"], facts["recalculation"]["cells"]["changed"]) == (False, 0)


def test_inputs_behind_such_formulas_are_fresh_when_they_are_read(company, tmp_path):
    """The run plans with what Excel would show, not with what the file showed last."""
    typed = tmp_path / "typed.xlsx"
    typed.write_bytes(company.read_bytes())
    change(typed, "Inventory", "On hand", 0, call("SOP_EOQ", [1200, 50, 2.4]))
    package = Package(company.read_bytes(), company.name)
    part = Workbook(package).sheet("Inventory").part
    package.replace_text(part, package.text(part).replace("<v>80</v>", "<f>SOP_EOQ(1200,50,2.4)</f><v>80</v>", 1))
    company.write_bytes(package.to_bytes())
    assert plan(company, "--recalc", "off")["inputs"] == plan(typed, "--recalc", "off")["inputs"]


@pytest.mark.skipif(libreoffice.find_libreoffice() is None, reason="LibreOffice is not installed")
def test_with_libreoffice_native_parts_too_and_a_second_run_changes_nothing(company):
    formulas = {
        "B1": f"=ROUND(SOP_EOQ(SUM(ConsensusDemand[{NEXT}]),A2,A3),2)", "B2": "=B1*2", "B3": "=SOP_EOQ(B2,A2,A3)", "B4": "=SOP_EOQ(A1,A2,0*A3)", "B5": "=SUM(Problems[Severity])",
    }  # fmt: skip
    with_sheet(company, formulas, {"D1:D2": "{=SOP_EOQ(A1,A2,A3)}"})
    facts = plan(company)["recalculation"]
    assert facts["cells"]["kept"] == []
    assert facts["cells"]["computed"] == FUNCTION_LAB + 4
    first, twice, third = shown(company, "B1", "B2", "B3")
    assert first > 0 and twice == 2 * first
    assert third == call("SOP_EOQ", [twice, 50, 2.4])
    assert shown(company, "D1", "D2") == [call("SOP_EOQ", [1200, 50, 2.4])] * 2
    assert [r["Cell"] for r in cells(company, "Problems") if r["Sheet"] == "My Lab"] == ["B4"], "found out only after LibreOffice ran"
    before = company.read_bytes()
    facts = plan(company)["recalculation"]
    assert company.read_bytes() == before
    assert facts["why_not"] == UP_TO_DATE, "what was found out once is said again without computing it again"
    assert run("verify", company).exit_code == 0, "a pipeline computes what the planner computed"
    assert facts["cells"]["waiting"] == ["My Lab!B1", "My Lab!B4"]
