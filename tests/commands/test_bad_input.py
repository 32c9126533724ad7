"""What a mistake says: one line with the cell, the exit code, and the file as it was."""

from __future__ import annotations

import errno
import os
import zipfile

import openpyxl
import pytest
from company import cells, change, run

from sop_xl.blocks import CellError
from sop_xl.hosts import atomic

MISTAKES = {
    "text in a number": ("Items", "Unit cost", 1, "about 60", 'Items!F8: expected an amount in EUR, got "about 60"'),
    "an error cell": ("Demand History", "2024-03", 0, CellError("#REF!"), "Demand History!AH7: "),
    "a negative price": ("Items", "Unit price", 0, -5.0, "Items!G7: expected a number of at least 0, got -5"),
    "an unknown item": ("Inventory", "Item", 2, "0091", 'Inventory!A9: expected an item listed in Items, got "0091"'),
    "an almost known item": ("Inventory", "Item", 2, "017", 'did you mean "0017"?'),
    "an override without a reason": ("Overrides", "Override", 0, "O-9", "Overrides!"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_cell_is_one_line_with_its_address(mistake, company):
    sheet, column, row, value, expected = MISTAKES[mistake]
    change(company, sheet, column, row, value)
    before = company.read_bytes()
    for command in ("check", "regenerate"):
        result = run(command, company)
        assert result.exit_code == 1, result.output
        assert expected in result.output
    assert company.read_bytes() == before


@pytest.mark.filterwarnings("ignore:.*not supported and will be removed")
def test_a_formula_that_nobody_computed_is_no_blank(company):
    """openpyxl and its like store formulas without results."""
    workbook = openpyxl.load_workbook(company)
    workbook["Items"]["F8"] = "=30*2"
    workbook.save(company)
    result = run("check", company)
    assert result.exit_code == 1
    assert "Items!F8: expected an amount in EUR, got (formula not calculated)" in result.output
    assert "open the workbook in Excel and save it" in " ".join(result.output.split())


def test_a_duplicate_key_names_the_later_row(company):
    change(company, "Items", "Item", 3, "0017")
    result = run("check", company)
    assert result.exit_code == 1
    assert "Items!A10" in result.output


def test_every_mistake_is_listed_not_only_the_first(company):
    change(company, "Items", "Unit cost", 1, "n.n.")
    change(company, "Items", "Unit price", 2, "x")
    result = run("check", company)
    assert "Items!F8" in result.output and "Items!G9" in result.output


def test_the_problems_sheet_gets_the_same_lines_on_demand(company):
    change(company, "Items", "Unit cost", 1, "about 60")
    assert run("check", company, "--write").exit_code == 1
    (line,) = [r for r in cells(company, "Problems") if r["Severity"] == "error"]
    assert (line["Sheet"], line["Cell"], line["Rule"]) == ("Items", "F8", "not-a-number")


def test_a_csv_renamed_to_xlsx(tmp_path):
    path = tmp_path / "sales.xlsx"
    path.write_text("item,period,demand\n1,2025-01,3\n")
    result = run("check", path)
    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1 and "sales.xlsx" in result.output


def test_an_encrypted_workbook(tmp_path):
    path = tmp_path / "secret.xlsx"
    path.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + bytes(2048))
    result = run("regenerate", path)
    assert result.exit_code == 2
    assert len(result.output.strip().splitlines()) == 1 and "secret.xlsx" in result.output


def test_a_missing_file(tmp_path):
    result = run("regenerate", tmp_path / "nowhere.xlsx")
    assert result.exit_code == 2 and "nowhere.xlsx" in result.output


def test_an_empty_workbook(tmp_path):
    import openpyxl

    path = tmp_path / "empty.xlsx"
    openpyxl.Workbook().save(path)
    before = path.read_bytes()
    result = run("regenerate", path)
    assert result.exit_code == 1
    assert "Items: expected a sheet named Items" in result.output
    assert path.read_bytes() == before


def test_a_workbook_open_in_excel(company):
    (company.parent / f"~${company.name}").write_bytes(b"x")
    before = company.read_bytes()
    result = run("regenerate", company)
    assert result.exit_code == 2
    assert "open" in result.output and len(result.output.strip().splitlines()) == 1
    assert company.read_bytes() == before


def test_a_full_disk(company, monkeypatch):
    before = company.read_bytes()

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic.os, "fsync", full)
    result = run("regenerate", company, "--recalc", "off")
    assert result.exit_code == 2 and "disk is full" in result.output
    assert company.read_bytes() == before
    assert [p.name for p in company.parent.iterdir()] == [company.name]


def test_a_read_only_folder(company, monkeypatch):
    """A superuser may write anywhere, so the refusal of the system is put in its place."""

    def refuse(*arguments, **more):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    before = company.read_bytes()
    monkeypatch.setattr(atomic.tempfile, "mkstemp", refuse)
    result = run("regenerate", company, "--recalc", "off")
    assert result.exit_code == 2 and company.name in result.output
    assert company.read_bytes() == before


def test_a_crash_of_ours_is_one_line_and_a_log(company, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("sop_xl.commands.check.read_inputs", lambda host, progress: 1 / 0)
    result = run("check", company)
    assert result.exit_code == 2
    assert "unexpected ZeroDivisionError" in result.output and "Traceback" not in result.output


def test_a_workbook_that_is_no_zip_bomb_target(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/workbook.xml", b"\0" * (1200 * 1024 * 1024))
    result = run("check", path)
    assert result.exit_code == 2 and len(result.output.strip().splitlines()) == 1
