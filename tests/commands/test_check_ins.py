"""Weekly check-ins in the cadence of small companies: one is met by planning in its own week, and by nothing later."""

from __future__ import annotations

from pathlib import Path

import pytest
from company import cells, change, make_workbook, run


@pytest.fixture(scope="module")
def weekly(tmp_path_factory) -> Path:
    """The company's plan from January 2025 on, with check-ins due on the Tuesdays 7, 14, 21 and 28."""
    path = make_workbook(tmp_path_factory.mktemp("cadence") / "company.xlsx")
    settings = [r["Setting"] for r in cells(path, "Settings")]
    change(path, "Settings", "Value", settings.index("Cadence"), "weekly check-in and monthly deep dive")
    return path


def check_ins(path: Path, day: str) -> list[tuple[object, object]]:
    """State and evidence of the four, after a run on a day."""
    done = run("regenerate", path, "--as-of", day, "--recalc", "off", "--quiet")
    assert done.exit_code == 0, done.output
    return [(r["State"], r["Evidence"]) for r in cells(path, "Cycle") if str(r["Task"]).startswith("Check-in")]


def test_one_run_at_the_end_of_the_month_meets_the_check_in_of_its_own_week_alone(weekly, tmp_path):
    path = tmp_path / "late.xlsx"
    path.write_bytes(weekly.read_bytes())
    found = check_ins(path, "2025-01-30")
    assert [state for state, _ in found] == ["late", "late", "late", "done"]
    assert found[0][1] == "missed: nobody planned in the week of 2025-01-06"


def test_a_check_in_that_was_met_stays_met_and_one_to_come_waits(weekly, tmp_path):
    path = tmp_path / "kept.xlsx"
    path.write_bytes(weekly.read_bytes())
    assert [state for state, _ in check_ins(path, "2025-01-06")] == ["done", "open", "open", "open"]
    assert [state for state, _ in check_ins(path, "2025-01-23")] == ["done", "late", "done", "open"]
