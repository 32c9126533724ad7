"""The Settings sheet, read and written."""

from datetime import datetime

import pytest
from sheet_tables import block_of

from sop_xl.blocks import Block
from sop_xl.errors import Severity
from sop_xl.periods import Calendar, CalendarKind
from sop_xl.sheets.read import read_settings
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.write import setting_rows


def test_labels_values_and_defaults():
    settings, problems = read_settings(block_of("""
Setting                      | Value   | Unit
Plan currency                | EUR     |
calendar                     | Weeks   |
HORIZON                      | "26"    | periods
Current period               | 2026-W47 |
Service level                | 97,5 %  |
Lead time                    |         | days
Company                      | 4711    |
""", "Settings"))  # fmt: skip
    assert problems == []
    assert (settings.plan_currency, settings.calendar, settings.horizon) == ("EUR", "weeks", 26)
    assert settings.current_period == datetime(2026, 11, 16)
    assert settings.service_level == pytest.approx(0.975)
    assert settings.lead_time_days == 30.0
    assert settings.company == "4711"


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ("Horizon | 18.5", "Settings!B7: expected a whole number for Horizon, got 18.5"),
        ("Horizon | 0", "Settings!B7: expected a number from 1 to 156 for Horizon, got 0"),
        ("Horizon | many", 'Settings!B7: expected a whole number for Horizon, got "many"'),
        ("Horizon | #REF!", "Settings!B7: expected a whole number for Horizon, got #REF! (mend the formula or empty the cell)"),
        ("Plan currency | euros", 'Settings!B7: expected at most 3 characters for Plan currency, got "euros"'),
        ("Calendar | month", 'Settings!B7: expected months, 4-4-5 or weeks for Calendar, got "month" (did you mean "months"?)'),
        ("Service level | 95", "Settings!B7: expected a number above 0.5 and below 1 for Service level, got 95"),
        ("Current period | 2026-W47", 'Settings!B7: expected a period such as 2026-11 for Current period, got "2026-W47" (Settings cut time into months)'),
        ("Horizn | 12", 'Settings!A7: left out, not a setting, got "Horizn" (did you mean "Horizon"?)'),
        ("Horizon | 12\nhorizon | 13", 'Settings!A8: expected each setting once, got "horizon" (A7 has it already)'),
        (" | 12", "Settings!A7: expected the name of a setting, got nothing"),
    ],
)
def test_mistakes_keep_the_default_and_name_the_cell(row, line):
    settings, problems = read_settings(block_of("Setting | Value\n" + row, "Settings"))
    assert [str(p) for p in problems] == [line]
    assert settings.service_level == 0.95 and settings.plan_currency == "USD"


def test_an_empty_sheet_means_defaults_and_a_sheet_without_header_is_a_problem():
    assert read_settings(Block("Settings", 1, 1, [])) == (Settings(), [])
    _, problems = read_settings(block_of("Horizon | 12", "Settings"))
    assert [p.rule for p in problems] == ["no-header"]


def test_settings_come_back_as_they_were_written():
    november = Calendar(CalendarKind.FOUR_FOUR_FIVE).parse("2026-11").to_pydatetime()
    changed = Settings(
        calendar="4-4-5", horizon=24, plan_currency="EUR", company="Rad & Reifen", current_period=november, budget_scale=1000.0, decimal_mark=","
    )
    for settings in (Settings(), changed):
        header, rows = setting_rows(settings)
        assert read_settings(Block("Settings", 6, 1, [header, *rows])) == (settings, [])


def test_defaults_stand_beside_the_values_as_numbers():
    _, rows = setting_rows(Settings(horizon=12))
    assert [row[:4] for row in rows if row[0] == "Horizon"] == [["Horizon", 12, "periods", 18]]


def test_an_archive_too_short_to_judge_anybody_is_said_at_its_cell():
    """Six cycles are the current one and five past ones; a record takes six."""
    rows = "Setting | Value\nLeast track record | 6\nCycles in the archive | "
    _, (problem,) = read_settings(block_of(rows + "6", "Settings"))
    assert (problem.rule, problem.cell, problem.got, problem.severity) == ("archive-below-track-record", "B8", "6", Severity.WARNING)
    assert read_settings(block_of(rows + "7", "Settings"))[1] == []
