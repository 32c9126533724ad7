"""How long a run on the demonstration workbook takes, and what of it is the forecast.

Run with `python -m pytest tests/benchmarks/test_run_speed.py -m benchmark_only -s`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import pytest
from company import run

pytestmark = pytest.mark.benchmark_only
ROUNDS = 3


def seconds(workbook: Path, cache: Path) -> float:
    """Wall-clock time of one `sop-xl regenerate` in a process of its own, imports included."""
    command = [sys.executable, "-m", "sop_xl.cli", "regenerate", str(workbook), "--as-of", "2025-05-05", "--recalc", "off", "--quiet"]
    started = time.perf_counter()
    subprocess.run(command, check=True, env={"SOP_XL_CACHE": str(cache), "PATH": ""})
    return time.perf_counter() - started


def test_a_run_with_and_without_fitting(tmp_path):
    assert run("demo", "--out", tmp_path, "--recalc", "off").exit_code == 0
    workbook = tmp_path / "sop_adventureworks.xlsx"
    cold = median(seconds(workbook, tmp_path / f"cold-{k}") for k in range(ROUNDS))
    warm = median(seconds(workbook, tmp_path / "cold-0") for _ in range(ROUNDS))
    print(f"\nfitting {cold:.2f} s, from the cache {warm:.2f} s: everything around the forecast is {warm / cold:.0%} of a run that fits")
    assert warm < 3.0, "a second run on an unchanged history"
