"""Formulas that a person typed into single cells of a table, on every host."""

from __future__ import annotations

import pytest
from host_bench import HEADER, KINDS, ROWS, Bench
from openpyxl import load_workbook

from sop_xl.hosts.headless import HeadlessHost
from sop_xl.hosts.snapshot import apply_written, as_they_stand, snapshot


@pytest.fixture(params=KINDS)
def bench(request, tmp_path) -> Bench:
    return Bench(request.param, tmp_path)


def with_formula(bench: Bench):
    """The bench's workbook, whose second row computes its quantity."""
    host = bench.make()
    host.write_table("Supply Plan", HEADER, ROWS, formulas={(1, 1): "=1+1"})
    return bench.again(host)


def test_a_formula_goes_into_its_cell_and_is_read_from_there(bench):
    host = with_formula(bench)
    assert host.table_formulas("Supply Plan") == {(1, 1): "=1+1"}
    assert host.read_block("Supply Plan").rows[3][1:] == ["paint", 1]


def test_a_write_that_does_not_name_it_puts_the_value_in_its_place(bench):
    host = with_formula(bench)
    host.write_table("Supply Plan", HEADER, [["paint", 1], ["brush", 7]])
    host = bench.again(host)
    assert host.table_formulas("Supply Plan") == {}
    assert host.read_block("Supply Plan").rows[4][2] == 7


def test_it_stays_while_the_table_grows_around_it(bench):
    host = with_formula(bench)
    host.write_table("Supply Plan", HEADER, [["paint", 5], ["brush", 2], ["roller", 3]], formulas={(1, 1): "=1+1"})
    host = bench.again(host)
    assert host.table_formulas("Supply Plan") == {(1, 1): "=1+1"}
    rows = host.read_block("Supply Plan").rows
    assert [rows[3][1:], rows[5][1:]] == [["paint", 5], ["roller", 3]]


def test_what_stood_there_comes_back_with_its_formula(bench):
    host = with_formula(bench)
    picture = snapshot(host)
    picture.write_table("Supply Plan", HEADER, [["paint", 1], ["brush", 7]])
    before = as_they_stand(host, picture)
    apply_written(picture, host)
    apply_written(before, host)
    assert bench.again(host).table_formulas("Supply Plan") == {(1, 1): "=1+1"}


def test_a_file_has_the_formula_with_its_last_result(tmp_path):
    bench = Bench("headless", tmp_path)
    with_formula(bench)
    assert load_workbook(bench.path)["Supply Plan"]["C5"].value == "=1+1"
    assert HeadlessHost(bench.path).read_block("Supply Plan").rows[4][2] == 2
