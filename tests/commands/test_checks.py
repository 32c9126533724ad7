"""Excel audits Python: the native checks agree on a planned workbook, and each one fails when the numbers are tampered with."""

from __future__ import annotations

import pytest
from company import cells, change, run

from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.libreoffice import find_libreoffice
from sop_xl.hosts.recalculate import recalculate

pytestmark = pytest.mark.skipif(find_libreoffice() is None, reason="needs LibreOffice to compute native formulas")


def results(path) -> dict[str, float]:
    """1 or 0 by name of the check, from the Checks page."""
    block = HeadlessHost(path).read_block("Checks")
    header = next(i for i, row in enumerate(block.rows) if row and row[0] == "Check")
    return {str(row[0]): row[6] for row in block.rows[header + 1 :] if row[0] and isinstance(row[6], int | float) and row[1]}


def test_all_checks_agree_on_a_planned_workbook(planned):
    report = recalculate(planned, "libreoffice")
    assert report.ran and report.patched > 1000
    found = results(planned)
    assert len(found) > 30
    assert {name for name, ok in found.items() if ok != 1} == set()
    assert HeadlessHost(planned).read_name("MasterCheck") == 0


TAMPERED = {
    "Consensus Demand": ("Consensus demand", 1.0, {"Consensus = baseline + steps, in total", "Demand of the plan = consensus"}),
    "Inventory Plan": ("Planned receipts", 1.0, {"Opening + receipts - demand = balance"}),
    "Financial Plan": ("Revenue", 1.0, {"Gross margin = revenue - cost, plan", "Profit and Loss = Financial Plan, revenue"}),
    "Baseline Forecast": ("Baseline P10", 1e6, {"P10 <= baseline, row by row"}),
}


@pytest.fixture(scope="module")
def tampered(planned_template, tmp_path_factory):
    """One wrong cell in each of four sheets, in the last planned period."""
    path = tmp_path_factory.mktemp("tampered") / "company.xlsx"
    path.write_bytes(planned_template.read_bytes())
    host = HeadlessHost(path)
    for sheet, (measure, amount, _) in TAMPERED.items():
        rows = cells(path, sheet)
        row = next(r for r in rows if r["Measure"] == measure)
        column = list(row)[-1]
        row[column] = (row[column] or 0.0) + amount
        host.write_table(sheet, list(row), [list(r.values()) for r in rows])
    host.save()
    recalculate(path, "libreoffice")
    return path


@pytest.mark.parametrize("sheet", TAMPERED)
def test_a_wrong_number_fails_its_checks(sheet, tampered):
    found = results(tampered)
    for name in TAMPERED[sheet][2]:
        assert found[name] == 0, name


def test_the_master_check_counts_what_failed(tampered):
    failed = sum(ok == 0 for ok in results(tampered).values())
    assert HeadlessHost(tampered).read_name("MasterCheck") == failed > 0


def test_an_item_without_a_cost_leaves_blanks_and_no_failed_check(company):
    """What is not known is blank: no margin where a cost is missing, and nothing to disagree about."""
    change(company, "Items", "Unit cost", 1, None)
    assert run("regenerate", company, "--as-of", "2025-01-06", "--recalc", "libreoffice").exit_code == 0
    assert {name for name, ok in results(company).items() if ok != 1} == set()
    margin = {(r["Family"], r["Region"]) for r in cells(company, "Financial Plan") if r["Version"] == "Plan" and r["Measure"] == "Gross margin"}
    assert ("Tables", "North") in margin and ("Chairs", "North") not in margin
