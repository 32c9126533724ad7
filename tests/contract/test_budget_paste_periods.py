"""Periods of a pasted budget as other systems write them, and cells that hold nothing."""

import pytest
from pasted_budgets import EUR, KNOWN, budget, line, meaning, paste, said, taken

from sop_xl.blocks import Block
from sop_xl.errors import Severity
from sop_xl.sheets import sheet
from sop_xl.sheets.budget_paste.paste import read_budget_paste
from sop_xl.sheets.settings import Settings


def test_posting_periods_of_a_fiscal_year_with_leading_zeros():
    pasted = paste('Fiscal Year | Posting Period | Product Group | Amount\n2025 | "001" | Chairs | 1\n2025 | "012" | Chairs | 2\n2026 | "001" | Tables | 3')
    assert budget(pasted, "family") == {("Chairs", "2025-01"): 1, ("Chairs", "2025-12"): 2, ("Tables", "2026-01"): 3}
    assert said(pasted) == []


def test_posting_periods_follow_the_fiscal_year_of_the_settings():
    april = Settings(plan_currency="EUR", fiscal_year_start=4)
    pasted = paste('Fiscal Year | Posting Period | Product Group | Amount\n2025 | "001" | Chairs | 1\n2025 | "012" | Chairs | 2', april)
    assert budget(pasted, "family") == {("Chairs", "2024-04"): 1, ("Chairs", "2025-03"): 2}


def test_a_special_period_after_the_twelfth_is_not_guessed():
    assert said(paste('Fiscal Year | Posting Period | Product Group | Amount\n2025 | "013" | Chairs | 1\n2025 | "001" | Chairs | 2'), Severity.ERROR) != []


@pytest.mark.parametrize("header", ["FY24/25", "FY 24/25", "FY2024/25", "2024/25", "2024/2025", "GJ24/25"])
def test_a_year_named_by_two_calendar_years_needs_a_fiscal_year_that_has_both(header):
    (text, *_) = said(paste(f"Family | {header}\nChairs | 12"), Severity.ERROR)
    assert text.startswith("Budget!B1: expected one calendar year, not 2024/25: the fiscal year in Settings starts in January")
    july = Settings(plan_currency="EUR", fiscal_year_start=7)
    assert budget(paste(f"Family | {header}\nChairs | 12", july)) == {("2024-07..2025-06",): 12}


def test_a_title_with_two_calendar_years_over_months_without_a_year():
    text = "Budget 2024/25\nFamily | Jul | Aug | Jan\nChairs | 1 | 2 | 3"
    assert "not 2024/25" in said(paste(text), Severity.ERROR)[0]
    assert budget(paste(text, Settings(plan_currency="EUR", fiscal_year_start=7))) == {("2024-07",): 1, ("2024-08",): 2, ("2025-01",): 3}


def test_two_years_that_do_not_follow_each_other_are_none():
    assert said(paste("Family | FY24/27\nChairs | 12"), Severity.ERROR) != []


def test_cells_that_say_null_are_listed():
    pasted = paste("Family | Jan 2026 | Feb 2026\nChairs | NULL | 2\nTables | n/a | 3")
    assert said(pasted, Severity.NOTE)[0] == 'Budget!B2: read as absent, got "NULL" (and 1 more such cells)'
    assert "2 cells such as NULL read as nothing budgeted" in meaning(pasted, "sheet", "Budget")


def test_two_header_rows_whose_first_one_has_become_the_header_of_the_tabs_table():
    """Excel calls the empty cells of a table's header Column2 and so on."""
    rows = [["Family", "Jan 2026", "Column1", "Feb 2026", "Spalte4"], [None, "Revenue", "COGS", "Revenue", "COGS"], ["Chairs", 10.0, 6.0, 20.0, 12.0]]
    pasted = read_budget_paste(sheet("Budget"), Block("Budget", 6, 1, rows, table=(6, 1, 8, 5)), EUR, KNOWN)
    assert pasted is not None
    assert budget(pasted) == {("2026-01",): 10, ("2026-02",): 20} and budget(pasted, measure="cost") == {("2026-01",): 6, ("2026-02",): 12}
    assert said(pasted) == []
    assert line(pasted, "column", "C")["found"] == "Jan 2026 / COGS" and taken(pasted, "column")["C"] == "period 2026-01, Cost of goods sold"
