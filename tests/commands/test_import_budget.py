"""`sop-xl import WORKBOOK Budget FILE`: a budget file in any shape counts as if it were pasted into the tab."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from company import cells, labels, run
from sheet_tables import block_of

from sop_xl.commands.exchange import import_table
from sop_xl.commands.inputs import read_inputs
from sop_xl.errors import Severity
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.sheets.write import setting_rows

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

TARGETS = Path(__file__).parents[2] / "sop_xl" / "samples" / "adventureworks" / "sales_targets_as_received.csv"
QUARTERS = """Budget 2025 in TEUR;;;;;
Warengruppe;Q1;Q2;Q3;Q4;Gesamt
Chairs;100,5;110;120;130;460,5
Tables;50;60;65;70;245
Summe;150,5;170;185;200;705,5
"""


@pytest.fixture
def empty(company):
    """The company before finance has sent anything."""
    host = HeadlessHost(company)
    host.write_table("Budget", labels("Budget") + [f"2025-{m:02d}" for m in range(1, 13)], [])
    host.save()
    return company


def brought(workbook: Path, file: Path, *, replace: bool = False) -> list[str]:
    """Import; warnings and errors by address and rule."""
    problems = import_table(workbook, "Budget", file, replace=replace).problems
    return [f"{p.address} {p.rule}" for p in problems if p.severity is not Severity.NOTE]


def budget(workbook: Path) -> pd.DataFrame:
    return read_inputs(HeadlessHost(workbook)).frame("Budget")


def written(folder: Path, text: str, name: str = "budget.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_quarters_with_a_title_and_totals_count_as_if_pasted(empty, tmp_path):
    result = run("import", empty, "Budget", written(tmp_path, QUARTERS))
    assert result.exit_code == 0, result.output
    assert "Budget: 8 figures as received from budget.csv" in result.output
    assert budget(empty)[["family", "revenue"]].groupby("family").sum()["revenue"].to_dict() == {"Chairs": 460_500, "Tables": 245_000}
    mapping = cells(empty, "Budget Mapping")
    assert ("column", "B", "quarter 2025-01 to 2025-03") in [(r["Part"], r["Place"], r["Taken as"]) for r in mapping]
    assert "Budget Mapping!J7" in result.output, "what was inferred is to be confirmed"


def test_what_was_read_as_an_amount_stands_in_the_tab_as_a_number(empty, tmp_path):
    brought(empty, written(tmp_path, QUARTERS))
    tab = openpyxl.load_workbook(empty)["Budget"]
    assert [[tab.cell(r, c).value for c in (1, 2, 6)] for r in range(7, 13)] == [
        ["As received", None, None], ["Budget 2025 in TEUR", None, None], ["Warengruppe", "Q1", "Gesamt"], ["Chairs", 100.5, 460.5], ["Tables", 50, 245], ["Summe", 150.5, 705.5],
    ]  # fmt: skip


def test_regions_by_families_in_a_workbook_of_finance(empty, tmp_path):
    book = openpyxl.Workbook()
    for row in block_of("Budget 2025 | | |\n | North | South | Total\nChairs | 100 | 200 | 300\nTables | 50 | 60 | 110", "x").rows:
        book.active.append(list(row))
    book.save(tmp_path / "finance.xlsx")
    assert brought(empty, tmp_path / "finance.xlsx") == ["Budget Mapping!J7 budget-not-confirmed"]
    frame = budget(empty)
    assert frame.groupby(["family", "region"])["revenue"].sum().to_dict() == {("Chairs", "North"): 100, ("Chairs", "South"): 200, ("Tables", "North"): 50, ("Tables", "South"): 60}


def test_years_as_numbers_over_the_columns_are_a_header(empty, tmp_path):
    book = openpyxl.Workbook()
    for row in (["Family", 2025, 2026], ["Chairs", 1200, 1300], ["Tables", 600, 650]):
        book.active.append(row)
    book.save(tmp_path / "finance.xlsx")
    assert brought(empty, tmp_path / "finance.xlsx") == []
    assert budget(empty).groupby("period")["revenue"].sum().tolist() == [1800, 1950]


def test_a_file_wider_than_the_tab_finds_room(empty, tmp_path):
    months = [f"{y}-{m:02d}" for y in (2025, 2026, 2027) for m in range(1, 13)]
    file = written(tmp_path, "\n".join(["Title 2025", ",".join(["Family", "Planner", *months, "Total"]), ",".join(["Chairs", "Ann", *["10"] * 36, "360"])]))
    assert brought(empty, file) == []
    assert budget(empty)["revenue"].sum() == 360
    host = HeadlessHost(empty)
    block = host.read_block("Budget")
    top, left, _, right = block.table
    header = block.rows[top - 1][left - 1 : right]
    assert header[7] == "2025-01" and header[-1] == "2027-08", "periods of the sheet go on"


def test_the_target_file_as_received(empty):
    host = HeadlessHost(empty)
    settings = read_inputs(host).settings.model_copy(update={"budget_scale": 1000.0, "budget_period_shift": 31})
    host.write_table("Settings", *setting_rows(settings))
    host.save()
    assert brought(empty, TARGETS) == []
    received = [float(v) for line in TARGETS.read_text("utf-8-sig").split()[1:] for v in line.split(",")[2:] if v not in ("", "NULL")]
    assert budget(empty)["revenue"].sum() == sum(received) * 1000


def test_a_file_in_a_shape_of_its_own_does_not_overwrite_a_budget_unasked(company, tmp_path):
    before = company.read_bytes()
    file = written(tmp_path, QUARTERS)
    result = run("import", company, "Budget", file)
    assert result.exit_code == 1
    assert "Budget: expected the sheet to be empty, as the file has not the columns of the sheet, got 1 lines (import with --replace to put the file in their place)" in " ".join(result.output.split())
    assert company.read_bytes() == before
    assert brought(company, file, replace=True) == ["Budget Mapping!J7 budget-not-confirmed"]
    assert budget(company)["revenue"].sum() == 705_500


def test_rows_are_not_matched_with_a_budget_in_another_shape(empty, tmp_path):
    brought(empty, written(tmp_path, QUARTERS))
    own = written(tmp_path, "Family,Region,2025-01\nChairs,North,7\n", "own.csv")
    before = empty.read_bytes()
    assert brought(empty, own) == ["Budget budget-other-shape"]
    assert empty.read_bytes() == before
    assert brought(empty, own, replace=True) == []
    assert budget(empty)[["family", "region", "revenue"]].to_numpy().tolist() == [["Chairs", "North", 7.0]]


def test_rows_of_the_sheets_columns_are_still_brought_in_by_key(company, tmp_path):
    assert brought(company, written(tmp_path, "Family,Region,Measure,Unit,2025-01\nTables,South,Revenue,EUR,7\n")) == []
    assert len(cells(company, "Budget")) == 2


def test_a_confirmed_mapping_is_remembered_for_the_next_file(empty, tmp_path):
    brought(empty, written(tmp_path, QUARTERS))
    host = HeadlessHost(empty)
    rows = [list(r.values()) for r in cells(empty, "Budget Mapping")]
    rows[0][labels("Budget Mapping").index("Confirmed")] = "yes"
    host.write_table("Budget Mapping", labels("Budget Mapping"), rows)
    host.save()
    assert brought(empty, written(tmp_path, QUARTERS.replace("2025", "2026")), replace=True) == []


def test_problems_have_the_cells_of_the_file_and_errors_leave_the_workbook_as_it_was(empty, tmp_path):
    before = empty.read_bytes()
    assert brought(empty, written(tmp_path, "Title\nFamily;2025-01;Total\nChairs;tba;0\nLamps;3;3\nTables;5;5\n")) == ["budget.csv!A4 budget-row", "budget.csv!B3 budget-cell-rejected"]
    assert "correct the file, or paste it into the tab" in " ".join(run("import", empty, "Budget", tmp_path / "budget.csv").output.split())
    assert brought(empty, written(tmp_path, "Family;Jan;Feb;Total\nChairs;1;2;3\n"), replace=True) == ["budget.csv!B1 budget-without-year", "budget.csv!C1 budget-without-year", "budget.csv!A1 budget-empty"]
    assert empty.read_bytes() == before


def test_what_stands_above_the_table_is_not_taken_for_a_title_of_the_file(empty, tmp_path):
    book = openpyxl.load_workbook(empty)
    book["Budget"]["B4"] = "in thousands of USD"
    book.save(empty)
    assert brought(empty, written(tmp_path, QUARTERS)) == ["Budget Mapping!J7 budget-not-confirmed", "Budget!B4 budget-above-table"]


def test_a_file_without_a_table_is_refused(empty, tmp_path):
    assert brought(empty, written(tmp_path, "please see the attached file\n")) != []
    assert brought(empty, written(tmp_path, "")) == ["budget.csv empty-file"]
