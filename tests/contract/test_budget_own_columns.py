"""A budget typed into the sheet's own columns: what every cell says well and the table still gets wrong."""

from __future__ import annotations

import pytest
from pasted_budgets import EUR, KNOWN
from sheet_tables import block_of

from sop_xl.commands.pasted_budget import understood_budget
from sop_xl.errors import Severity
from sop_xl.sheets import sheet
from sop_xl.sheets.budget_paste.own_checks import own_problems
from sop_xl.sheets.read import read_sheet

HEADER = "Family | Item | Region | Owner | Measure | Unit | Note | 2026-01 | 2026-02\n"


def said(rows: str) -> list[str]:
    block = block_of(HEADER + rows, "Budget", row=1)
    reading = read_sheet(sheet("Budget"), block, EUR)
    assert not reading.errors
    problems = own_problems(reading, block, KNOWN.family_of)
    assert all(p.severity is Severity.WARNING for p in problems)
    return [str(p) for p in problems]


def test_costs_below_zero_are_said_with_the_first_of_them():
    rows = "Chairs | | | | Revenue | | | 100 | -5\nChairs | | | | Cost of goods sold | | | 60 | -60\nTables | | | | Cost of goods sold | | | -40 | 0"
    assert said(rows) == ["Budget!I3: expected costs above zero: 2 of 3 are below and reduce the cost, got -60 (the first of them; type costs positive)"]


def test_a_family_beside_its_own_regions_is_one_line_with_both_cells():
    rows = "Chairs | | | | | | | 100 | 110\nChairs | | North | | | | | 60 | 70\nChairs | | South | | | | | 40 |"
    assert said(rows) == ['Budget!H2: counts beside its own part in H3: both are added up, got "Chairs" (clear one of them if the one holds the other; 1 more such cells)']


@pytest.mark.parametrize(
    ("coarse", "fine", "got"),
    [
        (" | | North", "Chairs | | North", '"North"'), ("Chairs | | ", ' | "0017" | ', '"Chairs"'), (" | | ", "Chairs | | ", "no label"), (' | "0017" | ', ' | "0017" | South', '"Chairs 0017"'),
        ("Chairs | | North", ' | "0018" | North', '"Chairs North"'),
    ],
)  # fmt: skip
def test_whatever_holds_what_stands_beside_it_is_said(coarse, fine, got):
    assert said(f"{fine} | | | | | 5 |\n{coarse} | | | | | 7 |") == [f"Budget!H3: counts beside its own part in H2: both are added up, got {got} (clear one of them if the one holds the other)"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Chairs | | | | | | | 5 |", "Tables | | North | | | | | 7 |"), ("Chairs | | | | | | | 5 |", "Chairs | | North | | | | | | 7"), ("Chairs | | | Ann | | | | 5 |", "Chairs | | North | Bob | | | | 7 |"),
        ("Chairs | | | | | | | 5 |", "Chairs | | North | | Demand | | | 7 |"), ("Chairs | | | | | EUR | | 5 |", "Chairs | | North | | | USD | | 7 |"), ("Chairs | | | | | | | 0 |", "Chairs | | North | | | | | 7 |"),
        (' | "0042" | | | | | | 5 |', "Chairs | | North | | | | | 7 |"), ("Chairs | | | | | | | 5 |", " | | North | | | | | 7 |"),
    ],
)  # fmt: skip
def test_what_holds_nothing_of_the_other_stands_beside_it(one, other):
    assert said(f"{one}\n{other}") == []


def test_a_workbook_says_it_too():
    block = block_of(HEADER + "Chairs | | | | | | | 100 |\nChairs | | North | | | | | 60 |", "Budget", row=1)
    reading, mapping = understood_budget(block, EUR, {"Budget": read_sheet(sheet("Budget"), block, EUR)})
    assert [p.rule for p in reading.problems if p.severity is Severity.WARNING] == ["budget-counted-twice"]
    assert mapping["taken_as"].tolist()[0] == "the sheet's own layout"
