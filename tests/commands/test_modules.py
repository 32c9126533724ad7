"""Modules come and go without loss, and `new` makes what was asked for."""

from __future__ import annotations

import pytest
from company import cells, change, run

from sop_xl.hosts.headless import HeadlessHost
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
