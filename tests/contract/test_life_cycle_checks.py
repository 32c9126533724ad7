"""The Lifecycle sheet held against Items and itself: what a planner may mistype, and the line that says so."""

import pytest
from sheet_tables import read

from sop_xl.errors import Severity
from sop_xl.sheets.cross_checks import cross_check

ITEMS = """
Item | Family | Unit cost | Unit price | Sold from  | Sold until
Old  | Bikes  | 5         | 9          |            |
New  | Bikes  | 5         | 9          | 2026-05-12 |
Last | Axles  | 5         | 9          |            | 2026-06-30
"""
HEADER = "Item | Location | Stage | Period | Like item | Scale | Scale P10 | Scale P90 | Takes from | Cannibalisation\n"


def found(rows: str, severity: Severity | None = None) -> list[str]:
    readings = {"Items": read("Items", ITEMS), "Lifecycle": read("Lifecycle", HEADER + rows)}
    return [str(p) for p in cross_check(readings) if severity in (None, p.severity)]


def test_a_sound_launch_and_phase_out_have_no_problems():
    assert found("New | | launch | 2026-05 | Old | 0.8 | 0.5 | 1.2 | Old | 0.4\nOld | | phase_out | 2026-09 | | | | | |\nLast | | phase_out | 2026-07 | | | | | |") == []


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("Old | | launch | 2026-05 | New | | | | Bikse | 0.3", 'Lifecycle!I7: expected an item or a family listed in Items, got "Bikse" (did you mean "Bikes"?)'),
        ("Old | | launch | 2026-05 | New | | | | Old | 0.3", 'Lifecycle!I7: expected another item than the one launched, got "Old"'),
        ("Old | | launch | 2026-05 | New | 1 | 1.5 | 0.5 | |", "Lifecycle!G7: expected a Scale P10 not above Scale P90 0.5, got 1.5"),
    ],
)
def test_mistakes_that_stop_a_run(row, line):
    assert found(row, Severity.ERROR) == [line]


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("Old | | launch | 2026-05 | New | | | | | 0.3", "Lifecycle!I7: expected the item or family that loses demand, got nothing (a share of 30% of nobody changes nothing)"),
        ("Old | | launch | 2026-05 | New | | | | Bikes |", "Lifecycle!J7: expected the share of the launch that Bikes loses, got nothing (it loses nothing)"),
        ("Old | | phase_out | 2026-05 | | | | | Axles | 0.1", 'Lifecycle!I7: expected nothing: only a launch takes from others, got "Axles" (it changes nothing)'),
        ("Old | | launch | 2026-05 | New | 1 | 1.1 | 1.5 | |", "Lifecycle!G7: expected a Scale P10 not above Scale 1, got 1.1 (the plan would lie outside its own range)"),
        ("Old | | launch | 2026-05 | New | 1 | 0.5 | 0.9 | |", "Lifecycle!H7: expected a Scale P90 not below Scale 1, got 0.9 (the plan would lie outside its own range)"),
        ("New | | launch | 2026-07 | Old | | | | |", "Lifecycle!D7: expected 2026-05, as by Sold from 2026-05-12 in Items, got 2026-07 (a baseline of its own begins with Sold from)"),
        ("Last | | phase_out | 2026-09 | | | | | |", "Lifecycle!D7: expected 2026-07, as by Sold until 2026-06-30 in Items, got 2026-09 (the earlier one ends it)"),
    ],
)
def test_what_changes_nothing_or_contradicts_is_a_warning(row, line):
    assert found(row, Severity.WARNING) == [line]
    assert found(row, Severity.ERROR) == []


def test_an_item_ends_after_it_is_launched():
    launch = "New | {} | launch | 2026-05 | Old | | | | |\n"
    out = "New | {} | phase_out | {} | | | | | |"
    wrong = ["Lifecycle!D8: expected a phase-out after the launch in 2026-05, got 2026-05"]
    assert found(launch.format("") + out.format("", "2026-05")) == wrong
    assert found(launch.format("") + out.format("Rome", "2026-05")) == wrong
    assert found(launch.format("Oslo") + out.format("Rome", "2026-05")) == []
    assert found(launch.format("") + out.format("", "2026-06")) == []
