"""What every host promises about sheets that are protected, filtered, partly hidden or parked, and about text that Excel likes to read as something else."""

from __future__ import annotations

from datetime import datetime

import pytest
from host_bench import HEADER, KINDS, ROWS, Bench, body

from sop_xl.blocks import CellError
from sop_xl.errors import HostError
from sop_xl.hosts.snapshot import apply_written, as_they_stand, snapshot


@pytest.fixture(params=KINDS)
def bench(request, tmp_path) -> Bench:
    return Bench(request.param, tmp_path)


MANY = [[f"item {k}", k] for k in range(5)]


@pytest.mark.parametrize("rows", [MANY, [["one", 1]], []], ids=["grows", "shrinks", "empties"])
def test_a_protected_sheet_is_written_and_protected_again(bench, rows):
    host = bench.make(protected=True)
    host.write_table("Supply Plan", HEADER, rows)
    assert body(bench.again(host)) == (rows or [[None, None]])
    assert bench.looks() in (None, {"protected": True, "rows": set(), "columns": set()})


@pytest.mark.parametrize("rows", [MANY, [["new", 1], ["newer", 2]], [["one", 1]]], ids=["grows", "stays", "shrinks"])
def test_rows_that_a_filter_hid_are_written_like_all_others_and_show_again(bench, rows):
    """The filter was for the rows that stood there; who looks at the sheet must see what was planned."""
    host = bench.make(filtered_to="brush")
    assert bench.kind == "memory" or bench.looks()["rows"] == {4}
    host.write_table("Supply Plan", HEADER, rows)
    assert body(bench.again(host)) == rows
    assert bench.looks() in (None, {"protected": False, "rows": set(), "columns": set()})


def test_rows_that_a_filter_hid_are_read_like_all_others(bench):
    assert body(bench.make(filtered_to="brush")) == ROWS


def test_a_protected_and_filtered_sheet_is_written(bench):
    host = bench.make(filtered_to="paint", protected=True)
    host.write_table("Supply Plan", HEADER, MANY)
    assert body(bench.again(host)) == MANY
    assert bench.looks() in (None, {"protected": True, "rows": set(), "columns": set()})


def test_a_hidden_column_is_read_and_written_and_stays_hidden(bench):
    host = bench.make(hidden_column=3)
    assert body(host) == ROWS
    host.write_table("Supply Plan", HEADER, MANY)
    assert body(bench.again(host)) == MANY
    assert bench.looks() in (None, {"protected": False, "rows": set(), "columns": {3}})


@pytest.mark.parametrize("first", ["001", "1", "1e5", "2026-11", "Nov-26", "=1+1", "+1", "@home", "'001", "TRUE", "#N/A", "5%"])
@pytest.mark.parametrize("others", [["002", "abc"], [2, None], [datetime(2026, 11, 1), 3.5], [True, CellError("#REF!")]], ids=["texts", "numbers", "dates", "others"])
def test_text_stays_text_whatever_else_its_column_holds(bench, first, others):
    """A column of item codes, and one that mixes codes with numbers, dates, truth values and errors."""
    host = bench.make()
    rows = [["a", first], ["b", others[0]], ["c", others[1]]]
    host.write_table("Supply Plan", HEADER, rows)
    read = body(bench.again(host))
    assert read == rows
    assert [type(row[1]) for row in read] == [type(row[1]) for row in rows]


def test_a_column_may_hold_codes_now_and_numbers_or_dates_the_next_time(bench):
    host = bench.make()
    for rows in ([["a", "001"]], [["a", 1.5]], [["a", datetime(2026, 11, 1)]], [["a", 2]], [["a", True]], [["a", "2"]]):
        host.write_table("Supply Plan", HEADER, rows)
        host = bench.again(host)
        assert body(host) == rows
        assert type(body(host)[0][1]) is type(rows[0][1])


def test_headings_of_a_window_of_periods_move_on_by_a_month(bench):
    """Each column takes the heading of the next: Excel would make `2026-12` into `2026-122` where it stands twice for a moment."""
    host = bench.make()
    host.write_table("Supply Plan", ["Item", "2026-11", "2026-12", "2027-01"], [["a", 1, 2, 3]])
    host = bench.again(host)
    host.write_table("Supply Plan", ["Item", "2026-12", "2027-01", "2027-02"], [["a", 2, 3, 4]])
    block = bench.again(host).read_block("Supply Plan")
    assert block.rows[2:] == [[None, "Item", "2026-12", "2027-01", "2027-02"], [None, "a", 2, 3, 4]]


@pytest.mark.parametrize("rows", [MANY, [["one", 1]], []], ids=["grows", "shrinks", "empties"])
def test_a_totals_row_stays_below_the_last_row_and_is_no_result(bench, rows):
    host = bench.make(totals=True)
    block = host.read_block("Supply Plan")
    assert block.totals and block.table == (3, 2, 6, 3)
    host.write_table("Supply Plan", HEADER, rows)
    host = bench.again(host)
    block = host.read_block("Supply Plan")
    height = max(len(rows), 1)
    assert block.totals and block.table == (3, 2, 4 + height, 3)
    assert block.rows[3 + height] == [None, "Total", None]
    assert body(host)[:-1] == (rows or [[None, None]])
    written = snapshot(host)
    written.write_table("Supply Plan", HEADER, [["x", 1]])
    assert as_they_stand(host, written).tables["Supply Plan"].rows == rows


def test_sheets_say_whether_they_show(bench):
    host = bench.make(parked=True)
    assert host.sheet_visibility("Supply Plan") == "visible"
    assert host.sheet_visibility("home") == "veryHidden"
    with pytest.raises(HostError, match="no sheet Budget"):
        host.sheet_visibility("Budget")


def test_named_cells_are_listed_with_their_place(bench):
    assert bench.make().cell_names() == {"as_of": ("Home", 4, 3)}


def test_a_workbook_has_the_name_of_its_file(bench):
    assert bench.make().name == "plan.xlsx"


def test_a_workbook_that_can_be_written_says_nothing(bench):
    bench.make().check_writable()


def test_a_picture_reads_like_the_workbook_and_what_is_written_to_it_comes_back(bench):
    host = bench.make(beside={(1, 1): "title"}, parked=True)
    picture = snapshot(host)
    assert picture.sheet_names() == host.sheet_names()
    assert picture.sheet_visibility("Home") == "veryHidden"
    assert picture.read_block("Supply Plan") == host.read_block("Supply Plan")
    picture.write_table("Supply Plan", HEADER, MANY)
    picture.write_name("as_of", datetime(2026, 11, 22))
    assert body(host) == ROWS, "the workbook itself is as it was"
    kept = as_they_stand(host, picture)
    apply_written(picture, host)
    assert host.changed
    host = bench.again(host)
    assert body(host) == MANY and host.read_name("as_of") == datetime(2026, 11, 22)
    apply_written(kept, host)
    host = bench.again(host)
    assert body(host) == ROWS and host.read_name("as_of") is None


def test_where_one_of_several_tables_cannot_grow_none_is_written(bench):
    host = bench.make(beside={(7, 2): "a note"})
    picture = snapshot(host)
    picture.write_name("as_of", 1)
    picture.sheets["Supply Plan"].cells.pop((7, 2))
    picture.write_table("Supply Plan", HEADER, MANY)
    with pytest.raises(HostError, match=r"Supply Plan!B7: the table .*needs this cell to grow"):
        apply_written(picture, host)
    if bench.kind != "memory":  # what is collected in memory is not undone, only never saved
        again = bench.live() if bench.open is not None else type(host)(bench.path)
        assert body(again) == ROWS and again.read_name("as_of") is None
