"""Three monthly cycles on the real data: planned, decided, published, and each real month fed back, as `sop-xl demo --cycles 3` does it."""

from __future__ import annotations

from collections import defaultdict
from math import isclose
from pathlib import Path

import pytest
from company import cells, run

from sop_xl.commands.demo_cycles import BOARD, CHOSEN
from sop_xl.commands.pack import FEWEST, MOST
from sop_xl.commands.verify_published import verify_published
from sop_xl.hosts.headless import HeadlessHost
from sop_xl.samples import bicycles

PUBLISHED = ("2025-02", "2025-03", "2025-04")
LAST = "2025-05"
TOLERANCE, AGREES = 4, 6
"""Columns of Checks."""
MEASURES = {"Demand", "Sales volume", "Revenue", "Gross margin", "Inventory value"}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("cycles")
    result = run("demo", "--cycles", "3", "--out", folder)
    assert result.exit_code == 0, result.output
    return {label: folder / f"sop_{label}.xlsx" for label in (*PUBLISHED, LAST)}


def total(path: Path, period: str) -> float:
    return sum(row[period] or 0.0 for row in cells(path, "Demand History") if row["Measure"] == "Demand")


def test_every_month_fed_back_is_history_and_nothing_of_the_months_before_is_lost(books):
    sales = bicycles.monthly_sales().groupby("month")["units"].sum()
    for period in PUBLISHED:
        assert isclose(total(books[LAST], period), sales[period], abs_tol=0.01)
    assert total(books[LAST], "2024-11") == total(books["2025-02"], "2024-11") > 0


def test_each_cycle_has_one_approved_plan_and_the_second_stands_on_the_chosen_scenario(books):
    snapshots = cells(books[LAST], "Snapshots")
    assert [(row["Cycle"], row["State"], row["Approved by"]) for row in snapshots] == [(period, "approved", BOARD) for period in PUBLISHED]
    assert [row["Scenario"] for row in snapshots] == [None, CHOSEN, CHOSEN]
    assert {row["Scenario"]: row["State"] for row in cells(books[LAST], "Scenarios")}[CHOSEN] == "promoted"
    assert snapshots[1]["Revenue"] > snapshots[0]["Revenue"]
    assert verify_published(HeadlessHost(books[LAST]), books[LAST].parent) == []


def test_causes_of_change_add_up_to_the_difference_of_the_plans(books):
    for period in (*PUBLISHED[1:], LAST):
        added, ends = defaultdict[tuple[str, ...], float](float), dict[tuple[str, ...], float]()
        for row in cells(books[period], "Changes"):
            key = (row["Against"], row["Measure"], row["Family"])
            if row["Cause"] == "end":
                ends[key] = row["Amount"]
            else:
                added[key] += row["Amount"]
        assert {measure for against, measure, family in ends if (against, family) == ("Last cycle", "All")} == MEASURES
        assert all(isclose(added[key], end, rel_tol=1e-9, abs_tol=0.01) for key, end in ends.items()), period


def test_the_promoted_scenario_is_the_cause_of_the_demand_that_it_brings(books):
    moved = {row["Cause"]: row["Amount"] for row in cells(books["2025-03"], "Changes") if (row["Against"], row["Measure"], row["Family"]) == ("Last cycle", "Demand", "All")}
    assert moved["Scenarios"] > 0.05 * moved["start"]
    assert moved["Overrides"] == 0
    assert moved["Actuals"] != 0


def test_what_a_decision_was_to_bring_stands_beside_what_it_brought(books):
    effects = [{row["Decision"]: row for row in cells(books[period], "Decision Effects")} for period in (*PUBLISHED, LAST)]
    price = [found["D2"] for found in effects]
    assert [row["Elapsed"] for row in price] == [0, 1, 2, 2]
    assert price[0]["Expected units"] > 0 and price[0]["Realised so far"] in (None, 0)
    assert 0 < price[2]["Realised so far"] <= price[2]["Expected so far"] + 0.01
    assert "2 of 2 periods over" in price[3]["In words"]
    assert effects[3]["D3"]["What"] == CHOSEN
    chosen = effects[3]["D3"]
    assert chosen["Approved in"] == "2025-03" and chosen["Elapsed"] == 2
    assert 0 < chosen["Expected so far"] <= chosen["Expected units"]
    assert chosen["Realised so far"] is not None and "the plan without it" in chosen["In words"]
    assert isinstance(chosen["Expected gain"], int | float)


def test_every_task_of_every_cycle_is_recorded_with_who_had_to_deliver(books):
    tasks = cells(books[LAST], "Cycle")
    for period in PUBLISHED:
        own = [row for row in tasks if row["Cycle"] == period]
        assert {row["Step"] for row in own} == {"data", "demand", "supply", "pre-S&OP", "executive", "publish", None}
        assert all(row["Responsible"] for row in own if row["Step"])
        states = {row["Task"]: row["State"] for row in own}
        late = set() if period == PUBLISHED[0] else {"Sales numbers are in", "(whole cycle)"}  # nobody in sales speaks up after the first month
        assert {task for task, state in states.items() if state == "late"} == late
        assert {state for task, state in states.items() if task not in late} == {"done"}
    assert {row["Task"]: row["State"] for row in tasks if row["Cycle"] == LAST}["Plan is approved and published"] == "open"


@pytest.mark.parametrize("period", PUBLISHED)
def test_native_formulas_agree_with_every_published_plan(books, period):
    host = HeadlessHost(books[period])
    checks = [row for row in host.read_block("Checks").rows if len(row) > AGREES and row[AGREES] in (0, 1) and isinstance(row[TOLERANCE], (int, float))]
    assert len(checks) > 100
    assert [row[0] for row in checks if row[AGREES] == 0] == []
    assert host.read_name("MasterCheck") == 0


def test_the_pack_of_the_last_cycle_tells_the_workbook_s_figures(books, tmp_path):
    pptx = pytest.importorskip("pptx")
    pypdf = pytest.importorskip("pypdf")
    result = run("pack", books["2025-04"], "--out", tmp_path)
    assert result.exit_code == 0, result.output
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "sop_2025-04_pack.pdf").pages]
    slides = pptx.Presentation(str(tmp_path / "sop_2025-04_pack.pptx")).slides
    assert FEWEST <= len(pages) == len(slides) <= MOST
    assert BOARD in pages[0]
    first = " ".join(pages[1].split())
    for row in cells(books["2025-04"], "Ten Questions"):
        assert str(row["Question"]) in first
    table = next(shape.table for shape in slides[3].shapes if shape.has_table)
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    demand = [float(row[1].replace(",", "")) for row in rows[1:]]
    assert (rows[1][0], rows[-1][0]) == ("Last cycle's plan", "This plan")
    assert isclose(sum(demand[:-1]), demand[-1], abs_tol=len(demand))  # each is rounded to a unit
