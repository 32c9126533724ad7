"""Frames as the rows that a host writes."""

from datetime import datetime

import pandas as pd
import pytest
from sheet_tables import block_of, read

from sop_xl.blocks import Block
from sop_xl.errors import FrameError, Problem, Severity
from sop_xl.periods import Calendar, Timeline
from sop_xl.sheets import sheet
from sop_xl.sheets.read import read_sheet
from sop_xl.sheets.settings import Settings
from sop_xl.sheets.write import grid_rows, problem_rows, record_rows

MONTHS = Calendar()
TIMELINE = Timeline(MONTHS, MONTHS.parse("2026-01"), MONTHS.parse("2026-02"), 2)


def consensus(*cells):
    columns = ["item", "location", "period", "baseline", "events", "life_cycle", "sales_input", "overrides", "consensus", "net_price"]
    frame = pd.DataFrame([dict(zip(columns, c, strict=True)) for c in cells])
    return frame.assign(period=pd.to_datetime(frame["period"]))


def test_a_grid_has_one_line_per_key_and_measure_and_leaves_out_steps_that_are_zero():
    frame = consensus(
        ("AX-1", "Berlin", "2026-02", 10.0, 0.0, 0.0, -0.0, 2.0, 12.0, 5.0),
        ("AX-1", "Berlin", "2026-03", 11.0, 0.0, 0.0, 0.0, 0.0, 11.0, float("nan")),
        ("AX-1", "Paris", "2026-02", 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, float("nan")),
    )
    labels = {"family": ["Axles"] * 3, "region": ["North", "North", "South"], "note": ["", "", "new"]}
    steps = ("events", "life_cycle", "sales_input", "overrides")
    header, rows = grid_rows(
        sheet("Consensus Demand"), frame, TIMELINE, labels, stocking_unit=["pcs"] * 3, plan_currency="USD", not_if_zero=steps
    )
    assert header == ["Item", "Family", "Location", "Region", "Measure", "Unit", "Note", "2026-01", "2026-02", "2026-03"]
    assert rows == [
        ["AX-1", "Axles", "Berlin", "North", "Baseline forecast", "pcs", None, None, 10.0, 11.0],
        ["AX-1", "Axles", "Berlin", "North", "Overrides", "pcs", None, None, 2.0, 0.0],
        ["AX-1", "Axles", "Berlin", "North", "Consensus demand", "pcs", None, None, 12.0, 11.0],
        ["AX-1", "Axles", "Berlin", "North", "Net price", "USD/pcs", None, None, 5.0, None],
        ["AX-1", "Axles", "Paris", "South", "Baseline forecast", "pcs", "new", None, 1.0, None],
        ["AX-1", "Axles", "Paris", "South", "Consensus demand", "pcs", "new", None, 1.0, None],
    ]


def test_values_outside_the_timeline_are_not_shown_and_an_empty_frame_gives_no_rows():
    frame = consensus(("AX-1", "Berlin", "2027-02", 10.0, 0.0, 0.0, 0.0, 0.0, 10.0, 1.0))
    assert grid_rows(sheet("Consensus Demand"), frame, TIMELINE)[1] == []
    assert grid_rows(sheet("Consensus Demand"), frame[:0], TIMELINE)[1] == []


def test_a_frame_without_its_key_is_our_own_bug():
    frame = consensus(("AX-1", "Berlin", "2026-02", 10.0, 0.0, 0.0, 0.0, 0.0, 10.0, 1.0)).drop(columns="location")
    with pytest.raises(FrameError, match="location"):
        grid_rows(sheet("Consensus Demand"), frame, TIMELINE)


def test_units_follow_the_measure():
    frame = pd.DataFrame({"family": ["Axles"], "category": ["Parts"], "region": ["North"], "version": ["Plan"], "period": [pd.Timestamp("2026-01-01")],
                          "demand": [5.0], "revenue": [50.0]})  # fmt: skip
    _, rows = grid_rows(sheet("Financial Plan"), frame, TIMELINE, plan_currency="EUR")
    assert [row[4:6] for row in rows] == [["Demand", "units"], ["Revenue", "EUR"]]
    _, rows = grid_rows(sheet("Financial Plan"), frame, TIMELINE, plan_currency="EUR", units={"demand": "pcs"})
    assert rows[0][5] == "pcs"


def test_records_are_written_in_the_order_of_the_contract():
    frame = pd.DataFrame({"unit": ["USD"], "bridge": ["Budget to plan"], "measure": ["Revenue"], "family": ["All"], "item": [""], "step": ["Volume"], "order": [2.0], "amount": [float("nan")], "note": [""]})
    header, rows = record_rows(sheet("Bridges"), frame)
    assert header == ["Bridge", "Measure", "Family", "Item", "Order", "Step", "Amount", "Unit", "Note"]
    assert rows == [["Budget to plan", "Revenue", "All", None, 2.0, "Volume", None, "USD", None]]


def test_dates_and_empty_dates():
    reading = read("Items", "Item | Sold from\nAX-1 | 2026-01-31\nAX-2 |")
    _, rows = record_rows(sheet("Items"), reading.records)
    assert [row[-2] for row in rows] == [datetime(2026, 1, 31), None]


def test_problems_stand_in_order_of_weight_with_their_address():
    problems = [
        Problem("Items", "A7", "trimmed", 'read as "AX"', '"AX "', severity=Severity.NOTE),
        Problem("Items", "", "required-table", "expected rows"),
        Problem("Budget", "C14", "not-a-number", "expected a number", '"n/a"', "type it again"),
    ]
    header, rows = problem_rows(problems)
    assert header == ["Severity", "Sheet", "Cell", "Rule", "Expected", "Got", "Hint", "Link"]
    assert rows == [
        ["error", "Items", None, "required-table", "expected rows", None, None, "Items"],
        ["error", "Budget", "C14", "not-a-number", "expected a number", '"n/a"', "type it again", "Budget!C14"],
        ["note", "Items", "A7", "trimmed", 'read as "AX"', '"AX "', None, "Items!A7"],
    ]
    reading = read_sheet(sheet("Problems"), Block("Problems", 6, 1, [header, *rows]), Settings())
    assert reading.problems == ()


def test_the_writer_reads_back():
    text = "Item | Location | Measure | 2026-01 | 2026-02\nAX-1 | Berlin | Demand | 5 |\nAX-1 | Berlin | Revenue | 50 | 7"
    first = read_sheet(sheet("Demand History"), block_of(text, "Demand History"), Settings())
    header, rows = grid_rows(sheet("Demand History"), first.frame, TIMELINE, plan_currency="USD")
    again = read_sheet(sheet("Demand History"), Block("Demand History", 6, 1, [header, *rows]), Settings())
    pd.testing.assert_frame_equal(again.frame, first.frame)
