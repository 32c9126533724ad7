"""What a budget adds up to: by measure and currency, what is left out, and the control total in plan currency."""

import math

import pandas as pd
import pytest
from pasted_budgets import EUR, KNOWN, line, paste, remember, rules, said, taken
from sheet_tables import block_of

from sop_xl.sheets import sheet
from sop_xl.sheets.budget_paste.paste import read_budget_paste
from sop_xl.sheets.settings import Settings

EXPORT = """
Family | Period | Account | Currency | Amount
Chairs | 202601 | Revenue | EUR      | 100
Chairs | 202601 | COGS    | EUR      | 60
Chairs | 202601 | Revenue | USD      | 50
Tables | 202601 | Revenue | EUR      | 10
"""


def empty(value: float) -> bool:
    return math.isnan(value)


def test_currencies_and_measures_are_never_one_sum():
    pasted = paste(EXPORT)
    assert empty(line(pasted, "sheet", "Budget")["total"]), "revenue is in two currencies"
    assert empty(line(pasted, "column", "E")["total"])
    assert [line(pasted, "column", f"E: {part}")["total"] for part in ("Revenue EUR", "Revenue USD", "Cost of goods sold EUR")] == [110, 50, 60]
    assert [line(pasted, "total", part)["total"] for part in ("Revenue EUR", "Revenue USD", "Cost of goods sold EUR")] == [110, 50, 60]


def test_a_row_of_totals_over_several_measures_has_no_sum():
    pasted = paste("Month | Units | Revenue | COGS\nJan 2026 | 5 | 100 | 60\nFeb 2026 | 6 | 110 | 65\nTotal | 11 | 210 | 125")
    assert taken(pasted, "row")["4"] == "total" and empty(line(pasted, "row", "4")["total"])
    assert line(pasted, "column", "C")["total"] == 210


def at_two_dollars_a_euro(rows: pd.DataFrame) -> pd.Series:
    return rows["amount"] / rows["currency"].map({"EUR": 1.0, "USD": 2.0})


def test_a_control_total_of_several_currencies_ties_at_plan_rates():
    settings = Settings(plan_currency="EUR", budget_control_total=135.0)
    pasted = read_budget_paste(sheet("Budget"), block_of(EXPORT, "Budget", row=1), settings, KNOWN, convert=at_two_dollars_a_euro)
    assert line(pasted, "total", "at plan rates: Revenue EUR")["total"] == 135, "100 + 50/2 + 10"
    assert line(pasted, "total", "control total")["taken_as"] == "ties"
    assert "budget-control-total" not in rules(pasted)


def test_a_control_total_of_several_currencies_without_rates_is_not_checked_rather_than_tied_to_a_mixed_sum():
    pasted = paste(EXPORT, Settings(plan_currency="EUR", budget_control_total=160.0))
    control = line(pasted, "total", "control total")
    assert control["taken_as"] == "not checked"
    assert control["means"] == "Revenue is in EUR and USD, which are not added up without plan rates in FX Rates"


LEFT = """
Family       | Jan 2026 | Feb 2026 | Guess
Chairs       | 100      | 110      | 1
Toring Bikes | 7        | 8        | 2
Skateboards  | 30       |          |
Tables       | 50       | 60       | 3
Total        | 187      | 178      | 6
"""


def test_rows_and_columns_left_out_show_their_total_and_count():
    pasted = paste(LEFT)
    assert [(line(pasted, "row", k)["total"], line(pasted, "row", k)["rejected"]) for k in ("3", "4")] == [(15, 2), (30, 1)]
    assert (line(pasted, "column", "D")["total"], line(pasted, "column", "D")["rejected"]) == (6, 3)
    assert line(pasted, "sheet", "Budget")["rejected"] == 6


def test_what_counts_and_what_is_left_out_are_all_figures_of_the_tab():
    pasted = paste(LEFT)
    assert line(pasted, "sheet", "Budget")["total"] + line(pasted, "total", "left out")["total"] == 100 + 110 + 1 + 7 + 8 + 2 + 30 + 50 + 60 + 3
    assert line(pasted, "total", "left out")["means"] == "6 figures in 2 rows and 1 column; see the lines of these rows and columns"


def test_a_difference_to_the_control_total_is_traced_to_what_is_left_out():
    pasted = paste("Family | Jan 2026\nChairs | 100\nSkateboards | 30", Settings(plan_currency="EUR", budget_control_total=130.0))
    assert "Budget: the budget adds up to 100, finance states 130: difference -30 (left out: 1 figure in 1 row, 30 in all; Budget control total in Settings)" in said(pasted)


@pytest.mark.parametrize(("header", "total"), [("Actual Jan 2026", 9.0), ("Margin %", math.nan), ("Customer", math.nan)])
def test_columns_that_hold_no_figures_of_the_tab_have_no_total(header, total):
    found = line(paste(f"Family | Budget Jan 2026 | {header}\nChairs | 1 | 9"), "column", "C")
    assert found["taken_as"] == "left out"
    assert found["total"] == total or (empty(found["total"]) and empty(total))


def test_a_row_left_out_by_the_planner_keeps_its_amount_on_the_sheet():
    text = "Family | Jan 2026\nChairs | 100\nSkateboards | 30"
    pasted = paste(text, EUR, remember(paste(text), row_3="left out"))
    assert (line(pasted, "row", "3")["taken_as"], line(pasted, "row", "3")["total"]) == ("left out", 30)
    assert said(pasted) == []
