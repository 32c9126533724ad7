"""Every line on a pasted budget names one thing that the planner can do."""

import pytest
from pasted_budgets import budget, meaning, paste, rules, said

from sop_xl.errors import Severity


def test_one_line_for_the_whole_company_is_the_budget_itself():
    pasted = paste("Family | Jan 2026 | Feb 2026\nTotal company | 100 | 110")
    assert budget(pasted, "family") == {("", "2026-01"): 100, ("", "2026-02"): 110}
    assert meaning(pasted, "row", "2") == "no parts of this total stand beside it: it counts itself"
    assert rules(pasted) == ["budget-not-confirmed"]


def test_totals_of_several_measures_are_the_budget_itself():
    pasted = paste("Position | Jan 2026\nTotal revenue | 100\nTotal COGS | 60")
    assert budget(pasted) == {("2026-01",): 100} and budget(pasted, measure="cost") == {("2026-01",): 60}


def test_a_total_column_alone_holds_the_figures():
    pasted = paste("Budget 2026\nFamily | Total\nChairs | 5\nTables | 6")
    assert budget(pasted, "family") == {("Chairs", "2026-01..2026-12"): 5, ("Tables", "2026-01..2026-12"): 6}
    assert rules(pasted) == ["budget-not-confirmed"]


def test_a_total_of_something_unknown_alone_is_not_guessed():
    (text,) = said(paste("Family | Jan 2026\nTotal Division A | 100"))
    assert text == "Budget!A1: expected at least one figure of a budget, got none that is understood (say what it is, or left out, with Take it as in Budget Mapping)"


def test_headers_that_say_nothing_are_named_one_by_one():
    texts = said(paste("Family | Value 1 | Value 2\nChairs | 1 | 2"), Severity.ERROR)
    assert [t.split(" (")[0] for t in texts] == [
        'Budget!B1: expected a header that says what its figure is, got "Value 1"', 'Budget!C1: expected a header that says what its figure is, got "Value 2"',
        "Budget!A1: expected at least one figure of a budget, got none that is understood",
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "cell"), [("Family | 03/04/2026\nChairs | 1", "B1"), ("Month | Region | Amount\n03/04/2026 | North | 5", "A2")])
def test_a_date_that_reads_in_two_ways_has_one_remedy(text, cell):
    expected = f'Budget!{cell}: expected a date that reads in one way only, got "03/04/2026" (is it 2026-04-03 or 2026-03-04? say so with Date order in Settings)'
    assert said(paste(text), Severity.ERROR)[0] == expected
