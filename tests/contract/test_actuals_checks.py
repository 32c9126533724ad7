"""Actuals that cannot be: below zero, or of days still to come."""

import pytest
from sheet_tables import read

from sop_xl.errors import Severity
from sop_xl.sheets.actuals_checks import check_weeks_to_come
from sop_xl.sheets.cross_checks import cross_check

ITEMS = """
Item | Family | Unit cost | Unit price
tea  | Teas   | 5         | 9
"""
HISTORY = """
Item | Location | Measure | 2026-09 | 2026-10
tea  |          | Demand  | 40      | 42
"""
ACTUALS = "Item | Location | Customer group | Period | Demand | Revenue | Shipments\n"
WEEKLY = "Item | Location | Week | Orders | Shipments | Receipts | On hand\n"


def found(sheet: str, text: str) -> list[str]:
    readings = {"Items": read("Items", ITEMS), "Demand History": read("Demand History", HISTORY), sheet: read(sheet, text)}
    problems = cross_check(readings)
    assert {p.severity for p in problems} <= {Severity.WARNING}
    return [str(p) for p in problems]


def test_a_month_that_can_be_has_no_problems():
    assert found("Actuals", ACTUALS + "tea | | | 2026-11 | 40 | -300 | 0\ntea | | | 2026-10 | 41 | |") == []


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("tea | | | 2026-12 | 40 | |", "Actuals!D7: expected actuals up to 2026-11, the current period, got 2026-12 (it cannot be rolled)"),
        ("tea | | | 2026-11 | -40 | |", "Actuals!E7: expected a number of at least 0, got -40 (it is taken as it stands: right only where more came back than went out)"),
        ("tea | | | 2026-11 | 40 | | -1", "Actuals!G7: expected a number of at least 0, got -1 (it is taken as it stands: right only where more came back than went out)"),
    ],
)
def test_actuals_that_cannot_be_are_said_at_their_cell(row, line):
    assert found("Actuals", ACTUALS + row) == [line]


def test_weekly_quantities_below_zero_are_said_and_a_backlog_is_none():
    cells = [line.partition(":")[0] for line in found("Weekly Actuals", WEEKLY + "tea | | 2026-11-02 | -5 | -6 | -7 | -8")]
    assert cells == ["Weekly Actuals!D7", "Weekly Actuals!E7", "Weekly Actuals!F7"]


@pytest.mark.parametrize(("as_of", "cells"), [("2026-11-08", ["C8"]), ("2026-11-09", []), ("2026-10-30", ["C7", "C8"])])
def test_a_week_counts_from_its_monday_on(as_of, cells):
    reading = read("Weekly Actuals", WEEKLY + "tea | | 2026-11-05 | 5 | | |\ntea | | 2026-11-12 | 5 | | |")
    assert [p.cell for p in check_weeks_to_come(reading, as_of)] == cells


def test_without_weekly_actuals_there_is_nothing_to_say():
    assert check_weeks_to_come(None, "2026-11-08") == []
    assert check_weeks_to_come(read("Weekly Actuals", WEEKLY), "2026-11-08") == []
