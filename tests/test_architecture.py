"""The house rules: who may import whom, types, style, and a start that stays light."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_layers_and_forbidden_imports_hold():
    result = run(sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache")
    assert result.returncode == 0, result.stdout + result.stderr


def test_types_are_strict():
    result = run(sys.executable, "-m", "mypy")
    assert result.returncode == 0, result.stdout + result.stderr


def test_style_is_clean():
    result = run(sys.executable, "-m", "ruff", "check", "sop_xl", "tests")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("module", ["sop_xl", "sop_xl.cli"])
def test_a_start_loads_nothing_heavy(module):
    heavy = ["pandas", "numpy", "statsforecast", "scipy", "openpyxl", "xlsxwriter", "xlwings", "pydantic"]
    code = f"import sys, {module}; print([m for m in {heavy!r} if m in sys.modules])"
    assert run(sys.executable, "-c", code).stdout.strip() == "[]"


def test_planning_without_fitting_loads_no_forecasting_package():
    code = "import sys, sop_xl.commands.regenerate; print([m for m in ('statsforecast', 'xlsxwriter', 'xlwings') if m in sys.modules])"
    result = run(sys.executable, "-c", code)
    assert result.stdout.strip() == "[]", result.stderr


def test_modules_stay_small():
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "sop_xl").rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert too_long == {}


def test_the_project_speaks_of_itself_alone():
    """No unfinished marks, and no path of the machine that the code was written on."""
    marks = ["TO" + "DO", "FIX" + "ME", "raise Not" + "ImplementedError", "/wo" + "rk/", "/fa" + "rm/"]
    files = [p for folder in ("sop_xl", "tests") for p in (ROOT / folder).rglob("*.py")] + list(ROOT.glob("*.md")) + [ROOT / "pyproject.toml"]
    found = [f"{path.relative_to(ROOT)}: {mark}" for path in files for mark in marks if mark in path.read_text(encoding="utf-8")]
    assert found == []
