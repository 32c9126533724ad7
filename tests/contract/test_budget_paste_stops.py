"""What stops a run: a budget that is short of a figure, until someone says that the figure does not count."""

import pytest
from pasted_budgets import paste, remember, said

from sop_xl.errors import Severity


@pytest.mark.parametrize("cell", ["about 300", "TBD", "12%", "5k", "#REF!", '"1,234"'])
def test_a_cell_that_is_no_amount(cell):
    (text,) = said(paste(f"Family | Jan 2026\nChairs | {cell}\nTables | 5"), Severity.ERROR)
    assert text.startswith("Budget!B2: expected")


def test_an_amount_in_words_reads_as_in_the_manual():
    assert 'Budget!B2: expected an amount in EUR, got "about 300"' in said(paste("Family | Jan 2026\nChairs | about 300\nTables | 5"), Severity.ERROR)


@pytest.mark.parametrize("text", ["Family | Jan 2026\nChairs | 1\nSkateboards | 300", "Family | Jan 2026 | Guess\nChairs | 1 | 2", "Region | Jan 2026\nNorth | 1\nEuropa | 5", "Family | Currency | Jan 2026\nChairs | EUR | 1\nTables | ERU | 2"])
def test_a_name_that_the_workbook_does_not_have(text):
    assert len(said(paste(text), Severity.ERROR)) == 1


@pytest.mark.parametrize(("text", "place"), [("Family | Jan 2026\nChairs | 1\nSkateboards | 300", "row_3"), ("Family | Jan 2026\nChairs | 1\nSkateboards | TBD", "row_3"), ("Family | Jan 2026 | Guess\nChairs | 1 | about 2", "column_C")])
def test_what_the_planner_leaves_out_stops_nothing(text, place):
    assert said(paste(text, remembered=remember(paste(text), **{place: "left out"}))) == []


@pytest.mark.parametrize("cell", ["-", "n/a", "NULL"])
def test_an_empty_cell_is_not_budgeted_and_stops_nothing(cell):
    assert said(paste(f"Family | Jan 2026\nChairs | {cell}\nTables | 5")) == []
