"""The small company's workbook, before and after a run."""

from __future__ import annotations

from pathlib import Path

import pytest
from company import make_workbook, run


@pytest.fixture(scope="session")
def company_template(tmp_path_factory) -> Path:
    return make_workbook(tmp_path_factory.mktemp("company") / "company.xlsx")


@pytest.fixture
def company(company_template, tmp_path) -> Path:
    """A fresh copy that a test may change."""
    path = tmp_path / "company.xlsx"
    path.write_bytes(company_template.read_bytes())
    return path


@pytest.fixture(scope="session")
def planned_template(company_template, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("planned") / "company.xlsx"
    path.write_bytes(company_template.read_bytes())
    result = run("regenerate", path, "--as-of", "2025-01-06", "--recalc", "off")
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture
def planned(planned_template, tmp_path) -> Path:
    """The same after a run."""
    path = tmp_path / "company.xlsx"
    path.write_bytes(planned_template.read_bytes())
    return path
