"""What every host promises, told once and held against each: a file on disk, a workbook in memory, and one open in (an imitation of) Excel."""

from __future__ import annotations

import math
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from host_bench import HEADER, KINDS, Bench, body
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_xl.blocks import CellError, a1
from sop_xl.errors import FrameError, HostError


@pytest.fixture(params=KINDS)
def bench(request, tmp_path) -> Bench:
    return Bench(request.param, tmp_path)


def test_a_sheet_is_read_with_the_place_of_its_table(bench):
    block = bench.make(beside={(1, 1): "Supply plan in units"}).read_block("Supply Plan")
    assert block.table == (3, 2, 5, 3)
    assert block.rows[0] == ["Supply plan in units", None, None]
    assert block.rows[2:] == [[None, "Item", "Quantity"], [None, "paint", 1], [None, "brush", 2]]
    assert block.address(2, 1) == "B3"


def test_sheet_names_in_tab_order(bench):
    assert bench.make().sheet_names() == ["Supply Plan", "Home"]


def test_an_empty_sheet_is_an_empty_block(bench):
    block = bench.make().read_block("Home")
    assert block.rows == []
    assert block.table is None


def test_sheet_names_are_found_whatever_their_case(bench):
    assert bench.make().read_block("supply plan").sheet == "Supply Plan"


def test_an_unknown_sheet_is_refused(bench):
    with pytest.raises(HostError, match="no sheet Budget"):
        bench.make().read_block("Budget")


@pytest.mark.parametrize(
    "value",
    [
        "001",  # Excel would make it 1
        "=1+1", "+49 30 1234", "-", "@home", "'quoted",  # text, whatever it starts with
        " leading and trailing ", "two\nlines", "tab\there", "<b>&amp;\"'",
        "Größe ½ € 漢字 👍🏽", "e\u0301", "\u200fעברית",
        "_x000D_", "_x0041_bc", "carriage\rreturn", "bell\x07", "\ufffe", "\u2028",
        "x" * 32_767, "TRUE", "1e5", "#N/A as text",
        0, 1, -1, 12345678901, 0.1, -2.5e-8, 1.7976931348623157e308, 5e-324, 1 / 3,
        True, False,
        datetime(2026, 11, 22), datetime(1900, 1, 1), datetime(1900, 3, 1), datetime(2026, 11, 22, 13, 45, 30), datetime(9999, 12, 31),
        CellError("#N/A"), CellError("#DIV/0!"), CellError("#REF!"),
        None,
    ],
)  # fmt: skip
def test_what_is_written_is_what_is_read(bench, value):
    host = bench.make()
    host.write_table("Supply Plan", HEADER, [["key", value], ["last", 1]])
    read = body(bench.again(host))[0][1]
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("", None), (math.nan, None), (math.inf, None), (-math.inf, None), (pd.NaT, None), (pd.NA, None), (np.float64("nan"), None),
        (3.0, 3), (np.int64(7), 7), (np.float64(2.5), 2.5), (np.bool_(True), True), (np.str_("x"), "x"),
        (date(2026, 11, 1), datetime(2026, 11, 1)), (pd.Timestamp("2026-11-01 06:00"), datetime(2026, 11, 1, 6)),
        (np.datetime64("2026-11-01", "us"), datetime(2026, 11, 1)),
    ],
)  # fmt: skip
def test_what_becomes_of_values_that_a_cell_knows_in_another_form(bench, value, stored):
    host = bench.make()
    host.write_table("Supply Plan", HEADER, [["key", value], ["last", 1]])
    read = body(bench.again(host))[0][1]
    assert read == stored
    assert type(read) is type(stored)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("x" * 32_768, "32,768 characters; an Excel cell holds 32,767"),
        ("\ud800", "half a character"),
        (datetime(1899, 12, 31), "outside Excel's calendar"),
        (CellError("#SPILL!"), "no error value that a file can hold"),
    ],
)
def test_what_no_cell_can_hold_is_refused_with_its_address(bench, value, says):
    host = bench.make()
    with pytest.raises(HostError, match=says) as caught:
        host.write_table("Supply Plan", HEADER, [["a", 1], ["b", value]])
    assert "Supply Plan!C5" in str(caught.value)
    assert body(bench.again(host)) == [["paint", 1], ["brush", 2]]


@pytest.mark.parametrize("value", [object(), [1], b"bytes", datetime(2026, 1, 1).astimezone()])
def test_what_is_no_cell_value_is_our_own_mistake(bench, value):
    with pytest.raises(FrameError):
        bench.make().write_table("Supply Plan", HEADER, [["a", value]])


def test_rows_must_be_as_wide_as_the_header(bench):
    with pytest.raises(FrameError, match="row 2 has 1 values under 2 headings"):
        bench.make().write_table("Supply Plan", HEADER, [["a", 1], ["b"]])


@pytest.mark.parametrize("count", [1, 2, 3, 50])
def test_the_table_grows_and_shrinks_with_its_rows(bench, count):
    host = bench.make(beside={(1, 1): "title", (4, 1): "left", (4, 5): "right"})
    rows = [[f"item {k}", k] for k in range(count)]
    host.write_table("Supply Plan", HEADER, rows)
    host = bench.again(host)
    block = host.read_block("Supply Plan")
    assert block.table == (3, 2, 3 + count, 3)
    assert body(host) == rows
    assert (block.rows[0][0], block.rows[3][0], block.rows[3][4]) == ("title", "left", "right")
    assert len(block.rows) == 3 + count, "nothing is left of rows that went"


def test_a_table_without_rows_keeps_one_blank_row(bench):
    host = bench.make()
    host.write_table("Supply Plan", HEADER, [])
    host = bench.again(host)
    assert host.read_block("Supply Plan").table == (3, 2, 4, 3)
    assert body(host) == [[None, None]]


def test_columns_come_and_go(bench):
    host = bench.make()
    host.write_table("Supply Plan", ["Item", "2026-11", "2026-12", "2027-01"], [["a", 1, 2, 3]])
    host = bench.again(host)
    assert host.read_block("Supply Plan").table == (3, 2, 4, 5)
    assert host.read_block("Supply Plan").rows[2] == [None, "Item", "2026-11", "2026-12", "2027-01"]
    host.write_table("Supply Plan", ["2026-12"], [[2]])
    host = bench.again(host)
    assert host.read_block("Supply Plan").rows == [[None, None], [None, None], [None, "2026-12"], [None, 2]]


def test_growing_over_what_is_not_the_tables_own_is_refused_with_the_address(bench):
    host = bench.make(beside={(9, 3): "a note"})
    with pytest.raises(
        HostError, match=r"Supply Plan!C9: the table .*needs this cell to grow, and it is not empty"
    ):
        host.write_table("Supply Plan", HEADER, [[k, k] for k in range(6)])
    host.write_table("Supply Plan", HEADER, [[k, k] for k in range(5)])
    assert bench.again(host).read_block("Supply Plan").rows[8] == [None, None, "a note"]


def test_growing_to_the_right_is_held_to_the_same_rule(bench):
    host = bench.make(beside={(5, 4): 0})
    with pytest.raises(HostError, match="Supply Plan!D5"):
        host.write_table("Supply Plan", ["a", "b", "c"], [[1, 2, 3], [4, 5, 6]])


@pytest.mark.parametrize(
    ("header", "says"),
    [(["Item", "ITEM"], "'ITEM' stands twice"), (["Item", "x" * 256], "256 characters; a table allows 255")],
)
def test_headings_that_a_table_cannot_have(bench, header, says):
    with pytest.raises(HostError, match=says) as caught:
        bench.make().write_table("Supply Plan", header, [[1, 2]])
    assert "Supply Plan!C3" in str(caught.value)


@pytest.mark.parametrize("header", [[], ["Item", ""], ["Item", 2026]])
def test_headings_that_are_our_own_mistake(bench, header):
    with pytest.raises(FrameError):
        bench.make().write_table("Supply Plan", header, [])


@pytest.mark.parametrize(
    "name", ["two\nlines", 'a & b <c> "d"', "_x000A_", "[2026]", "Größe", " spaced ", "=x"]
)
def test_any_text_can_be_a_heading(bench, name):
    host = bench.make()
    host.write_table("Supply Plan", ["Item", name], [["a", 1]])
    host = bench.again(host)
    assert host.read_block("Supply Plan").rows[2][2] == name
    host.write_table("Supply Plan", ["Item", name], [["a", 2]])
    assert bench.again(host).read_block("Supply Plan").rows[2][2] == name


def test_a_sheet_without_a_table_cannot_be_written(bench):
    with pytest.raises(HostError, match="Home has no Excel table"):
        bench.make().write_table("Home", HEADER, [])


def test_named_cells(bench):
    host = bench.make()
    assert host.read_name("as_of") is None
    assert host.read_name("no_such_name") is None
    host.write_name("as_of", datetime(2026, 11, 22))
    host = bench.again(host)
    assert host.read_name("AS_OF") == datetime(2026, 11, 22)
    host.write_name("as_of", "=text")
    assert bench.again(host).read_name("as_of") == "=text"
    host.write_name("as_of", None)
    host = bench.again(host)
    assert host.read_name("as_of") is None
    for value in (True, 1, 0, False):  # equal in Python, not in a cell
        host.write_name("as_of", value)
        host = bench.again(host)
        assert host.read_name("as_of") is value
    with pytest.raises(HostError, match="no cell named no_such_name"):
        host.write_name("no_such_name", 1)


def test_a_save_says_whether_anything_changed(bench):
    host = bench.make()
    host.write_table("Supply Plan", HEADER, [["a", 1]])
    host.save()
    assert host.changed
    host.write_table("Supply Plan", HEADER, [["a", 1]])
    host.save()
    assert not host.changed


def test_reads_see_what_was_written_and_the_workbook_changes_only_at_the_save(bench):
    host = bench.make()
    untouched = bench.path.read_bytes() if bench.kind == "headless" else None
    host.write_table("Supply Plan", HEADER, [["a", 1]])
    host.write_name("as_of", "now")
    assert body(host) == [["a", 1]]
    assert host.read_name("as_of") == "now"
    if bench.kind == "headless":
        assert bench.path.read_bytes() == untouched
    elif bench.open is not None:
        assert body(bench.live()) == [["paint", 1], ["brush", 2]]
    else:
        assert host.saves == 0


def test_a_broken_progress_listener_does_not_break_the_work(bench):
    def broken(*_: object) -> None:
        raise RuntimeError

    host = bench.make()
    host._progress = broken
    host.progress("reading", 1, 2)


cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not x.is_integer()),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
    st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 30)).map(lambda d: d.replace(microsecond=0)),
    st.sampled_from(["#N/A", "#REF!", "#VALUE!"]).map(CellError),
)


@given(st.lists(st.lists(st.tuples(cells, cells), min_size=1, max_size=6), min_size=1, max_size=3))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_series_of_writes_leaves_exactly_the_last(bench, series):
    """Whatever stood there before leaves no trace: the table and the used block are those of the last write."""
    host = bench.make()
    for rows in series:
        host.write_table("Supply Plan", HEADER, rows)
        host = bench.again(host)
        assert [tuple(row) for row in body(host)] == rows
        block = host.read_block("Supply Plan")
        filled = [k for k, row in enumerate(rows) if any(v is not None for v in row)]
        assert len(block.rows) == 4 + filled[-1] if filled else 3
        assert a1(*block.table[2:]) == a1(3 + len(rows), 3)
