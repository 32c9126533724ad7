"""Files into input tables: separators, encodings, layouts, and what does not fit."""

from datetime import datetime
from importlib.resources import files

import pytest

from sop_xl.blocks import Block
from sop_xl.errors import ContractError, errors_in
from sop_xl.sheets import sheet
from sop_xl.sheets.csv_block import csv_block
from sop_xl.sheets.import_rows import import_rows
from sop_xl.sheets.read import read_sheet
from sop_xl.sheets.settings import Settings

PERIODS = ["2026-01", "2026-02", "2026-03"]


def imported(name: str, text: str, settings: Settings | None = None, periods=PERIODS):
    return import_rows(sheet(name), csv_block(text.encode(), "file.csv"), settings or Settings(), periods)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_separators_and_encodings(separator, encoding):
    lines = [["Item", "Name", "Unit cost"], ["AX-1", "Größe 5", "2.5"], ["AX-2", 'a "b"', ""]]
    text = "\r\n".join(separator.join(f'"{c}"'.replace('a "b"', 'a ""b""') for c in line) for line in lines)
    block = csv_block(text.encode(encoding), "file.csv")
    assert block.rows == [["Item", "Name", "Unit cost"], ["AX-1", "Größe 5", "2.5"], ["AX-2", 'a "b"', None]]


def test_a_file_may_name_its_separator():
    assert csv_block(b"sep=;\r\na;b,c\r\n1;2\r\n").rows == [["a", "b,c"], ["1", "2"]]


@pytest.mark.parametrize("content", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0", b"a\x00b,c\x00", b"\xff\xfea"])
def test_what_is_no_text_is_refused(content):
    with pytest.raises(ContractError) as refusal:
        csv_block(content, "file.csv")
    assert [p.rule for p in refusal.value.problems] == ["not-a-table"]
    assert str(refusal.value).startswith("file.csv: expected a CSV file")


def test_an_unclosed_quotation_mark_is_refused():
    with pytest.raises(ContractError, match="quotation mark"):
        csv_block(b'a,b\n"1,2\n3,4\n')


def test_records_by_header():
    header, rows, problems = imported("Items", "SKU;Standard cost;Sell start;Colour\n00123;2,5;31.01.2026;red\n4711;3;;")
    assert header == [c.label for c in sheet("Items").columns]
    assert [(r[0], r[5], r[12]) for r in rows] == [("00123", 2.5, datetime(2026, 1, 31)), ("4711", 3.0, None)]
    assert [str(p) for p in problems] == [
        'file.csv!D1: left out, not a column of Items, got "Colour"',
        'file.csv!B2: read as 2.5, got "2,5"',
        'file.csv!C2: read as 2026-01-31, got "31.01.2026"',
    ]


def test_a_long_file_becomes_the_sheets_own_wide_rows():
    header, rows, problems = imported("Demand History", "item,territory,month,units,revenue\nAX-1,Berlin,2026-01,5,50.5\nAX-1,Berlin,2026-03,6,\nAX-1,Paris,2026-01,7,70\n")
    assert problems == []
    assert header == ["Item", "Name", "Location", "Customer group", "Measure", "Unit", "Note", *PERIODS]
    assert [[r[0], r[2], r[4], *r[7:]] for r in rows] == [
        ["AX-1", "Berlin", "Demand", 5.0, None, 6.0],
        ["AX-1", "Berlin", "Revenue", 50.5, None, None],
        ["AX-1", "Paris", "Demand", 7.0, None, None],
        ["AX-1", "Paris", "Revenue", 70.0, None, None],
    ]


def test_a_wide_file_in_other_words():
    _, rows, problems = imported("Demand History", "SKU;Jan 2026;Feb 2026\nAX-1;1.234,5;7\n")
    assert rows == [["AX-1", None, None, None, "Demand", None, None, 1234.5, 7.0, None]]
    assert not errors_in(problems)


def test_one_file_has_one_decimal_mark():
    _, rows, problems = imported("Demand History", 'SKU,2026-01,2026-02\nAX-1,"1,234",2.5\n')
    assert rows[0][7:9] == [1234.0, 2.5] and not errors_in(problems)
    _, rows, problems = imported("Demand History", 'SKU,2026-01,2026-02\nAX-1,"1,234",2\n')
    assert rows == []
    assert [p.address for p in errors_in(problems)] == ["file.csv!B2"]


def test_nothing_is_written_when_anything_is_wrong():
    header, rows, problems = imported("Demand History", "SKU,2026-01\nAX-1,abc\nAX-2,5\n")
    assert rows == [] and header[-3:] == PERIODS
    assert [str(p) for p in errors_in(problems)] == ['file.csv!B2: expected a number, got "abc"']


def test_periods_that_the_workbook_does_not_have():
    _, rows, problems = imported("Demand History", "SKU,2025-12,2026-01\nAX-1,4,5\n")
    assert rows[0][7:] == [5.0, None, None]
    assert [(p.severity.value, str(p)) for p in problems] == [
        ("warning", "file.csv: 1 value in periods before 2026-01 was left out (a workbook with more history: sop-xl new --history 1)")
    ]
    _, rows, problems = imported("Demand History", "SKU,2025-11,2025-12\nAX-1,4,5\n")
    assert rows == [] and [p.rule for p in errors_in(problems)] == ["outside-the-workbook"]


def test_left_out_values_come_with_the_command_for_a_workbook_that_holds_them():
    """Two past and one planned period in the workbook; the file has three more before and one more after."""
    _, rows, problems = imported("Sales Input", "SKU,2025-10,2025-11,2026-03,2026-04\nAX-1,4,5,6,7\n", Settings(horizon=1))
    assert rows[0][7:] == [None, None, 6.0]
    assert [(p.severity.value, str(p)) for p in problems] == [
        (
            "warning",
            "file.csv: 3 values in periods before 2026-01 or after 2026-03 were left out "
            "(a workbook with more history and planned periods: sop-xl new --history 5 --horizon 2)",
        )
    ]


def test_a_file_without_rows():
    for text in ("SKU,2026-01\n", ""):
        _, rows, problems = imported("Sales Input", text)
        assert rows == [] and [p.rule for p in errors_in(problems)] == ["empty-file"]


def test_a_budget_on_another_calendar_keeps_its_periods_and_reads_the_same_from_the_workbook():
    settings = Settings(budget_scale=1000.0, budget_period_shift=59)
    text = "\ufeffYear,EmployeeID,M07,M08\n2017,61161660,200,NULL\n2018,61161660,NULL,300\n"
    header, rows, problems = imported("Budget", text, settings)
    assert not errors_in(problems) and "own-periods" in {p.rule for p in problems}
    assert header[7] == "2017-07" and header[-1] == "2018-08"
    pasted = read_sheet(sheet("Budget"), csv_block(text.encode()), settings, from_text_file=True)
    written = read_sheet(sheet("Budget"), Block("Budget", 6, 1, [header, *rows]), settings)
    assert written.errors == []
    assert written.frame.equals(pasted.frame)
    assert written.frame["revenue"].tolist() == [200_000.0, 300_000.0]


def test_the_sales_targets_as_a_finance_team_sent_them():
    """Byte-order mark, months across, the word NULL, blanks, no currency, thousands, another calendar: mapped, nothing lost."""
    content = (files("sop_xl.samples") / "adventureworks" / "sales_targets_as_received.csv").read_bytes()
    received = [v for line in content.decode("utf-8-sig").split()[1:] for v in line.split(",")[2:] if v not in ("", "NULL")]
    settings = Settings(budget_scale=1000.0, budget_period_shift=59)
    reading = read_sheet(sheet("Budget"), csv_block(content, "targets.csv"), settings, from_text_file=True)
    assert reading.errors == []
    assert [str(p) for p in reading.problems] == ['targets.csv!D2: read as absent, got "NULL" (and 161 more in C2:N35)']
    assert len(reading.frame) == len(received) == 245
    assert reading.frame["revenue"].sum() == 1000 * sum(map(float, received))
    assert [f"{reading.frame['period'].agg(f):%Y-%m}" for f in ("min", "max")] == ["2022-06", "2026-05"]
    assert set(reading.frame["owner"]) == {line.split(",")[1] for line in content.decode("utf-8-sig").split()[1:] if any(c in line.split(",", 2)[2] for c in "123456789")}


def test_rates_headed_per_plan_currency():
    _, rows, problems = imported("FX Rates", "month,currency,per_usd\n2026-01,EUR,0.91\n2026-02,EUR,0.92\n")
    assert not errors_in(problems)
    assert rows == [["EUR", None, None, "plan", "FX rate", None, None, 0.91, 0.92, None]]


def test_a_table_of_another_workbook():
    block = Block("Sheet1", 1, 1, [["SKU", "Qty", "Month"], [1001.0, 5.0, datetime(2026, 2, 1)]])
    _, rows, problems = import_rows(sheet("Demand History"), block, Settings(), PERIODS)
    assert rows == [["1001", None, None, None, "Demand", None, None, None, 5.0, None]]
    assert [str(p) for p in problems] == ['Sheet1!A2: read as the code "1001", got 1001']


def test_periods_of_records_become_the_calendars_labels():
    _, rows, problems = imported("Events", "Event,Start,End,Uplift\nE-1,Jan 2026,2026-02-01,20%\n")
    assert not errors_in(problems)
    assert rows[0][7:11] == ["2026-01", "2026-02", None, 0.2], "what the file leaves open stays empty, and counts as percent when it is read"


def test_figures_under_an_unknown_header_are_named_and_not_the_period_that_was_found():
    """The period stands in Month; what nobody knows is Qty sold."""
    _, _, problems = imported("Demand History", "Article;Article text;Qty sold;Month\n00101;12 tea bags;40;2026-01\n00102;Green tea;\"1,5\";2026-01")
    assert [str(p) for p in errors_in(problems)] == [
        'file.csv!C1: expected a column Demand or Revenue or Shipments or Stock-out or Returns beside "Month", got "Qty sold" (head it "Demand")'
    ]


def test_a_long_file_without_figures_says_so():
    _, _, problems = imported("Demand History", "Article;Month\n00101;2026-01")
    assert [str(p) for p in errors_in(problems)] == ['file.csv!A1: expected a column Demand or Revenue or Shipments or Stock-out or Returns beside "Month", got none']


@pytest.mark.parametrize("header", ["Article No.", "Article number", "Item ID", "Material-Nr.", "Product code"])
def test_a_code_may_be_called_the_number_of_its_thing(header):
    _, rows, problems = imported("Items", f"{header};Name\n00101;Green tea")
    assert not errors_in(problems)
    assert rows[0][:2] == ["00101", "Green tea"]


def test_the_thing_itself_goes_before_its_number():
    _, rows, _ = imported("Items", "Product No;Product\n7;00101")
    assert rows[0][0] == "00101"
