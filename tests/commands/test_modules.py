"""Modules come and go without loss, and `new` makes what was asked for."""

from __future__ import annotations

import pytest
from company import cells, change, run
from test_checks import results

from sop_xl.commands.modules import add_module, remove_module
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.libreoffice import find_libreoffice
from sop_xl.hosts.recalculate import recalculate
from sop_xl.sheets import LITE, SHEETS
from sop_xl.sheets.spec import Module


def visible(path) -> list[str]:
    host = HeadlessHost(path)
    return [n for n in host.sheet_names() if host.sheet_visibility(n) == "visible"]


def test_new_standard_has_every_sheet(tmp_path):
    assert run("new", tmp_path / "a.xlsx", "--as-of", "2026-01-05").exit_code == 0
    assert visible(tmp_path / "a.xlsx") == [s.name for s in SHEETS]


def test_new_lite_has_ten_tabs(tmp_path):
    assert run("new", tmp_path / "a.xlsx", "--template", "lite", "--as-of", "2026-01-05").exit_code == 0
    assert set(visible(tmp_path / "a.xlsx")) == set(LITE) and len(LITE) <= 10


def test_new_with_modules_has_the_core_and_these(tmp_path):
    assert run("new", tmp_path / "a.xlsx", "--modules", "supply, finance", "--as-of", "2026-01-05").exit_code == 0
    wanted = [s.name for s in SHEETS if s.module in (Module.CORE, Module.SUPPLY, Module.FINANCE)]
    assert visible(tmp_path / "a.xlsx") == wanted


def test_new_never_replaces_a_file(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_text("mine")
    result = run("new", path)
    assert result.exit_code == 2 and "is there already" in result.output
    assert path.read_text() == "mine"


def test_an_unknown_module_is_named(tmp_path):
    result = run("new", tmp_path / "a.xlsx", "--modules", "sales")
    assert result.exit_code == 1 and 'expected one of demand, supply, finance, cycle, got "sales"' in result.output
    assert not (tmp_path / "a.xlsx").exists()


def test_a_removed_module_comes_back_with_its_content(company):
    change(company, "Inventory", "Note", 0, "counted twice")
    before = {name: cells(company, name) for name in ("Inventory", "Inventory Plan")}
    assert run("module", "remove", company, "supply").exit_code == 0
    assert not {"Inventory", "Inventory Plan", "Supply Review"} & set(visible(company))
    assert run("module", "add", company, "supply").exit_code == 0
    assert {"Inventory", "Inventory Plan", "Supply Review"} <= set(visible(company))
    assert {name: cells(company, name) for name in before} == before


def test_a_module_that_the_workbook_never_had_is_made(tmp_path):
    path = tmp_path / "a.xlsx"
    run("new", path, "--template", "lite", "--as-of", "2026-01-05")
    assert run("module", "add", path, "supply").exit_code == 0
    host = HeadlessHost(path)
    assert {"Inventory", "Inventory Plan", "Supply Review"} <= set(host.sheet_names())
    block = host.read_block("Inventory")
    assert block.table is not None and block.rows[block.table[0] - 1][:3] == ["Item", "Location", "On hand"]
    again = path.read_bytes()
    assert "is there already" in run("module", "add", path, "supply").output
    assert path.read_bytes() == again


@pytest.mark.parametrize("module", ["core", "everything"])
def test_the_core_cannot_be_removed(module, company):
    before = company.read_bytes()
    assert run("module", "remove", company, module).exit_code == 1
    assert company.read_bytes() == before


def test_a_parked_input_still_plans(company):
    """Parking hides; the stock that was typed in still counts."""
    run("module", "remove", company, "supply")
    assert run("regenerate", company, "--as-of", "2025-01-06", "--recalc", "off").exit_code == 0
    assert cells(company, "Inventory Plan")


def texts(path, sheet: str) -> set[str]:
    """Everything written on a sheet."""
    return {str(v) for row in HeadlessHost(path).read_block(sheet).rows for v in row if v is not None}


@pytest.fixture(scope="module")
def grown_template(tmp_path_factory):
    """A small workbook, and the same with the supply module added."""
    path = tmp_path_factory.mktemp("grown") / "a.xlsx"
    run("new", path, "--template", "lite", "--as-of", "2026-01-05")
    small = path.read_bytes()
    report = add_module(path, "supply")
    return small, path.read_bytes(), report


@pytest.fixture
def grown(grown_template, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(grown_template[1])
    return path


def test_pages_lead_to_the_new_sheets_and_check_them(grown_template, grown, tmp_path):
    small, _, report = grown_template
    assert {"Home", "Executive", "Checks"} <= set(report.facts["refreshed"])
    assert report.facts["left_as_they_were"] == []
    before = tmp_path / "small.xlsx"
    before.write_bytes(small)
    for page, text in (("Home", "Inventory Plan"), ("About", "Inventory Plan"), ("Checks", "Opening + receipts - demand = balance")):
        assert text in texts(grown, page)
        assert page == "About" or text not in texts(before, page)


def test_a_removed_module_leaves_no_trace_on_the_pages(grown_template, grown):
    report = remove_module(grown, "supply")
    assert report.facts["left_as_they_were"] == []
    assert not {"Inventory", "Inventory Plan", "Supply Review"} & texts(grown, "Home")
    assert "Opening + receipts - demand = balance" not in texts(grown, "Checks")
    report = add_module(grown, "supply")
    assert report.facts["left_as_they_were"] == []
    before = grown.with_name("before.xlsx")
    before.write_bytes(grown_template[1])
    for page in ("Home", "Executive", "Supply Review", "Checks", "About"):
        assert HeadlessHost(grown).read_formulas(page) == HeadlessHost(before).read_formulas(page)
        assert texts(grown, page) == texts(before, page)


def test_stamps_and_choices_are_carried_over(grown):
    host = HeadlessHost(grown)
    host.write_name("sop_status", "Planned by Anna")
    host.write_name("sop_days", 360)
    host.write_name("Executive_family", "Chairs")
    host.save()
    assert remove_module(grown, "supply").facts["left_as_they_were"] == []
    host = HeadlessHost(grown)
    assert (host.read_name("sop_status"), host.read_name("sop_days")) == ("Planned by Anna", 360)
    assert (host.read_name("Executive_family"), host.read_name("sop_template")) == ("Chairs", "lite")


def test_a_page_that_a_person_changed_is_left_and_named(grown):
    host = HeadlessHost(grown)
    host.write_name("MasterCheck", 5)
    host.save()
    formulas = HeadlessHost(grown).read_formulas("Checks")
    result = run("module", "remove", grown, "supply")
    assert "Checks differs from what the program made and stayed as it was" in " ".join(result.output.split())
    assert HeadlessHost(grown).read_formulas("Checks") == formulas
    assert "Inventory Plan" not in texts(grown, "Home")


def test_a_title_is_no_change(tmp_path):
    """The company is typed in after the workbook was made; Home takes it up when it is made anew."""
    path = tmp_path / "a.xlsx"
    run("new", path, "--template", "lite", "--as-of", "2026-01-05")
    row = next(i for i, r in enumerate(cells(path, "Settings")) if r["Setting"] == "Company")
    change(path, "Settings", "Value", row, "Acme")
    assert add_module(path, "demand").facts["left_as_they_were"] == []
    assert "Home - Acme" in texts(path, "Home")


@pytest.mark.skipif(find_libreoffice() is None, reason="needs LibreOffice to compute native formulas")
def test_checks_agree_on_a_planned_workbook_with_fewer_sheets_and_with_all_again(planned):
    assert remove_module(planned, "supply").facts["left_as_they_were"] == []
    report = recalculate(planned, "libreoffice")
    assert report.ran and {cell.partition("!")[0] for cell in report.kept} <= {"Function Lab"}
    found = results(planned)
    assert "Opening + receipts - demand = balance" not in found
    assert {name for name, ok in found.items() if ok != 1} == set()
    fewer = len(found)
    assert add_module(planned, "supply").facts["left_as_they_were"] == []
    report = recalculate(planned, "libreoffice")
    assert report.ran and {cell.partition("!")[0] for cell in report.kept} <= {"Function Lab"}
    found = results(planned)
    assert len(found) > fewer and {name for name, ok in found.items() if ok != 1} == set()
    assert HeadlessHost(planned).read_name("MasterCheck") == 0
