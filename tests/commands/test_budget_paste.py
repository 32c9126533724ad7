"""A budget pasted into the workbook: the mapping that `check --write` shows, what a planner decides there, and what then counts."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from company import cells, labels
from sheet_tables import block_of

from sop_xl.commands.check import check_workbook
from sop_xl.commands.inputs import read_inputs
from sop_xl.errors import Severity
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.sheets.spec import HEADER_ROW

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

BUDGET = """
Budget 2025 in TEUR
Warengruppe | Q1  | Q2  | Q3  | Q4  | Gesamt
Chairs      | 100 | 110 | 120 | 130 | 460
Tables      | 50  | 60  | tba | 70  | 180
Summe       | 150 | 170 | 120 | 200 | 640
"""


def paste(path, text: str, row: int = HEADER_ROW + 1) -> None:
    """Clear the tab below its header and paste there, as a planner would."""
    book = openpyxl.load_workbook(path)
    tab = book["Budget"]
    for cell in (c for line in tab.iter_rows(min_row=HEADER_ROW + 1) for c in line):
        cell.value = None
    for i, line in enumerate(block_of(text, "Budget").rows):
        for j, value in enumerate(line):
            tab.cell(row + i, 1 + j).value = value
    book.save(path)


def check(path) -> list[str]:
    """Check and write; rendered warnings and errors."""
    problems = check_workbook(path, write=True).problems
    return [f"{p.address} {p.rule}" for p in problems if p.severity is not Severity.NOTE]


def decide(path, **words: str) -> None:
    """Type into Budget Mapping: `sheet="yes"` confirms, `column_B="left out"` takes a line as something else."""
    host = HeadlessHost(path)
    rows = [list(r.values()) for r in cells(path, "Budget Mapping")]
    header = labels("Budget Mapping")
    kind, place = header.index("Part"), header.index("Place")
    for row in rows:
        word = words.get(f"{row[kind]}_{row[place]}" if row[kind] != "sheet" else "sheet")
        if word:
            row[header.index("Confirmed" if word == "yes" else "Take it as")] = word
    host.write_table("Budget Mapping", header, rows)
    host.save()


def test_a_budget_is_previewed_confirmed_and_remembered(company):
    paste(company, BUDGET)
    assert check(company) == ["Budget!D10 budget-cell-rejected", "Budget Mapping!J7 budget-not-confirmed"]
    mapping = cells(company, "Budget Mapping")
    assert [(r["Part"], r["Place"], r["Taken as"]) for r in mapping][:4] == [
        ("sheet", "Budget", "budget"), ("column", "A", "family"), ("column", "B", "quarter 2025-01 to 2025-03"), ("column", "C", "quarter 2025-04 to 2025-06"),
    ]  # fmt: skip
    decide(company, sheet="yes")
    assert check(company) == ["Budget!D10 budget-cell-rejected"]
    paste(company, BUDGET.replace("2025", "2026").replace("tba", "65").replace("180", "245").replace("120 | 200 | 640", "185 | 200 | 705"), row=4)
    assert check(company) == ["Budget budget-out-of-reach"], "the plan ends with 2025"
    assert cells(company, "Budget Mapping")[0]["Confirmed"] == "yes"
    frame = read_inputs(HeadlessHost(company)).frame("Budget")
    assert frame["revenue"].sum() == 705_000 and frame["period"].min() == pd.Timestamp("2026-01-01")


def test_checking_twice_changes_nothing(company):
    paste(company, BUDGET)
    check(company)
    before = company.read_bytes()
    check(company)
    assert company.read_bytes() == before


def test_a_correction_counts_in_the_next_run(company):
    paste(company, "Family | Jan 2025 | Guess\nChairs | 1 | 9\nRepairs | 2 | 8")
    assert check(company) == ["Budget!C7 budget-column", "Budget!A9 budget-row"]
    decide(company, column_C="2025-02", row_9="left out")
    assert check(company) == []
    frame = read_inputs(HeadlessHost(company)).frame("Budget")
    assert frame[["family", "revenue"]].to_numpy().tolist() == [["Chairs", 1.0], ["Chairs", 9.0]]


def test_the_sheets_own_columns_need_no_mapping(company):
    assert check(company) == []
    mapping = cells(company, "Budget Mapping")
    assert [(r["Part"], r["Place"], r["Taken as"], r["Total"]) for r in mapping] == [
        ("sheet", "Budget", "the sheet's own layout", None), ("total", "Revenue EUR", "total", 240_000), ("total", "control total", "total", None),
    ]  # fmt: skip


def test_a_narrow_paste_of_numbers_lies_in_the_label_columns_alone(company):
    """Region by family: the amounts stand under Item and Region of the sheet's own header, where numbers are codes."""
    paste(company, "Budget 2025 | |\n | North | South\nChairs | 100 | 200\nTables | 50 | 60")
    assert check(company) == ["Budget Mapping!J7 budget-not-confirmed"]
    assert read_inputs(HeadlessHost(company)).frame("Budget").groupby("region")["revenue"].sum().to_dict() == {"North": 150, "South": 260}


def test_lines_without_amounts_yet_are_no_paste(company):
    paste(company, 'Chairs | "0017" | North\nTables | "0042" | South')
    assert check(company) == []


def test_an_empty_budget_has_no_mapping(company):
    paste(company, " ")
    assert check(company) == []
    assert cells(company, "Budget Mapping") == []


def test_a_currency_without_a_rate_is_a_problem_of_the_paste_too(company):
    paste(company, "Family | Currency | Jan 2025\nChairs | EUR | 1\nTables | GBP | 2")
    assert check(company) == ["Budget!B9 no-rate"]


def test_a_budget_that_cannot_be_understood_at_all(company):
    paste(company, "please see the attached file")
    assert check(company) == ["Budget!A7 unknown-family"]
