"""A workbook in weeks or 4-4-5 months, from nothing to a plan, as someone does it who has no calendar months."""

from __future__ import annotations

import pytest
from company import cells, run

FIRST_DAYS = {
    # 28 weeks or months of history before the current period, as a system exports them: the first day of each
    "weeks": ("2025-06-02", "7D", "2025-12-15", "2025-W51"),
    "4-4-5": ("2023-09-01", "MS", "2026-01-15", "2026-01"),
}


@pytest.mark.parametrize("calendar", FIRST_DAYS)
def test_sales_of_weeks_and_of_4_4_5_months_are_planned(calendar, tmp_path):
    import pandas as pd

    first, step, as_of, current = FIRST_DAYS[calendar]
    days = pd.date_range(first, periods=28, freq=step) + pd.Timedelta(days=10 if calendar == "4-4-5" else 0)
    (tmp_path / "items.csv").write_text("Item,Family\nA-1,Tea\nB-2,Tea\n")
    rows = [f"{item},{day.date()},{units}" for item, units in (("A-1", 40), ("B-2", 9)) for day in days]
    (tmp_path / "sales.csv").write_text("\n".join(["Item,Date,Demand", *rows]) + "\n")
    book = tmp_path / "tea.xlsx"
    assert run("new", book, "--template", "lite", "--calendar", calendar, "--horizon", 8, "--history", 30, "--as-of", as_of).exit_code == 0
    for sheet, file in (("Items", "items.csv"), ("Demand History", "sales.csv")):
        done = run("import", book, sheet, tmp_path / file)
        assert done.exit_code == 0, done.output
    planned = run("regenerate", book, "--as-of", as_of, "--recalc", "off")
    assert planned.exit_code == 0, planned.output
    lines = [c for c in cells(book, "Consensus Demand") if c["Measure"] == "Consensus demand"]
    assert [c["Item"] for c in lines] == ["A-1", "B-2"]
    assert lines[0][current] == pytest.approx(40, rel=0.02)
    assert lines[1][current] == pytest.approx(9, rel=0.02)


def test_an_unknown_calendar_is_one_line(tmp_path):
    refused = run("new", tmp_path / "x.xlsx", "--calendar", "fortnights")
    assert refused.exit_code == 2
    assert "fortnights" in refused.output
    assert not (tmp_path / "x.xlsx").exists()
