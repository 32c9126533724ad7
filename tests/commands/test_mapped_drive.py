"""Excel names a workbook as it was opened; the command line must find its run under the same name, not under the folder behind a mapped drive."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from sop_xl.cli import app
from sop_xl.commands.kept_results import restore_workbook


@pytest.fixture
def mapped(company, tmp_path, monkeypatch):
    """A workbook seen through a link, as one on a mapped drive is."""
    monkeypatch.setenv("SOP_XL_PROFILE", str(tmp_path / "profile"))
    drive = tmp_path / "drive"
    drive.symlink_to(company.parent, target_is_directory=True)
    return drive / company.name


def test_stop_asks_for_the_run_of_the_name_that_excel_knows(mapped, monkeypatch):
    from sop_xl.commands.report import Report

    asked = []
    monkeypatch.setattr("sop_xl.commands.stop.stop_run", lambda address: asked.append(address) or Report("stop", address))
    CliRunner().invoke(app, ["stop", str(mapped)])
    assert asked == [str(mapped)]


def test_restore_looks_under_the_name_that_excel_knows(mapped, monkeypatch):
    asked = []
    monkeypatch.setattr("sop_xl.commands.kept_results.restore_results", lambda host, address, *, now: asked.append(address))
    restore_workbook(mapped, now="2026-01-01T10:00")
    assert asked == [str(mapped)]
